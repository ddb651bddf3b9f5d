//! Pages of ten made-up sites around the articles of [the corpus](crate::common): the same bytes on every platform.
//!
//! What an article stands among is as large and as varied as on real sites: navigation, lists of links, comments, bars to
//! share it, scripts, styles and data of applications. A page takes about 100 kB, of which the article is about 6 kB. Two
//! of the sites are in GBK, one of them without a label; a third, in UTF-8, has no label either.

mod filler;
mod layout;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use encoding_rs::GB18030;

use crate::common::Documents;
use filler::Filler;
use layout::{Charset, SITES};

/// Grows with every change to the bytes of the pages, so that no older ones are taken for newer ones.
const VERSION: u32 = 1;

/// Pages in a directory.
const PAGES_A_DIRECTORY: usize = 256;

/// A page.
#[derive(Debug)]
pub(crate) struct Page {
    /// Where it is below the root.
    pub(crate) path: String,
    /// Its bytes, in its encoding.
    pub(crate) bytes: Vec<u8>,
    /// The paragraphs of its article.
    pub(crate) paragraphs: Vec<String>,
}

/// The pages of a seed and a size, in order; together they have `total_bytes` bytes or up to a page more.
#[derive(Debug)]
pub(crate) struct Pages {
    documents: Documents,
    filler: Filler,
    total_bytes: u64,
    made_bytes: u64,
    number: usize,
}

impl Pages {
    pub(crate) fn new(seed: u64, total_bytes: u64) -> Self {
        let documents = Documents::new(seed, u64::MAX);
        Self { documents, filler: Filler::new(seed), total_bytes, made_bytes: 0, number: 0 }
    }
}

impl Iterator for Pages {
    type Item = Page;

    fn next(&mut self) -> Option<Page> {
        if self.made_bytes >= self.total_bytes {
            return None;
        }
        let number = self.number;
        self.number += 1;
        let document = self.documents.next()?;
        let lines: Vec<&str> = document.lines().map(str::trim).collect();
        let (byline, rest) = lines.split_first()?;
        // Among the last two are the lines of the site: they stand in its foot.
        let (paragraphs, foot) = rest.split_at(rest.len().saturating_sub(2));
        let is_chinese = paragraphs.iter().any(|text| text.contains('，'));
        let site = &SITES[number % SITES.len()];
        let article = layout::Article { number, byline, paragraphs, foot, is_chinese };
        let html = site.page(&article, &self.filler);
        // A site in GBK has no page in English that would tell.
        let bytes = match site.charset {
            Charset::Gbk | Charset::GbkUnlabelled if is_chinese => GB18030.encode(&html).0.into_owned(),
            _ => html.into_bytes(),
        };
        self.made_bytes += bytes.len() as u64;
        Some(Page {
            path: format!("d{:03}/{number:06}.html", number / PAGES_A_DIRECTORY),
            bytes,
            paragraphs: paragraphs.iter().map(ToString::to_string).collect(),
        })
    }
}

/// The directory of the pages of `seed` and `total_bytes` below `dir`: made if it is not there.
///
/// # Errors
/// The directory cannot be written to.
pub(crate) fn tree(dir: &Path, seed: u64, total_bytes: u64) -> io::Result<PathBuf> {
    let home = dir.join(format!("pages-v{VERSION}-seed{seed}-{total_bytes}"));
    let (root, done) = (home.join("pages"), home.join("done"));
    if done.exists() {
        return Ok(root);
    }
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    for page in Pages::new(seed, total_bytes) {
        let path = root.join(page.path);
        fs::create_dir_all(path.parent().unwrap_or(&root))?;
        write(&path, &page.bytes)?;
    }
    write(&done, b"")?;
    Ok(root)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    #[expect(clippy::disallowed_methods, reason = "a bench is not the library")]
    fs::write(path, bytes)
}
