//! Corpora on disk: made once, found again by seed, size and generator version.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Documents;
use super::shape::Shape;
use super::totals::{Counter, Totals};

/// Grows with every change to the bytes the generator makes, so that no older corpus is taken for a newer one.
const GENERATOR_VERSION: u32 = 1;

/// A corpus on disk.
#[derive(Debug, Clone)]
pub(crate) struct Corpus {
    /// The input of a program: a file or a directory, which holds the corpus and nothing else.
    pub(crate) input: PathBuf,
    /// Counts of its content.
    pub(crate) totals: Totals,
}

/// The corpus of `seed` and `total_bytes` in the given shape, under `dir`.
///
/// It is made if it is not there: 1 GB takes some ten seconds, 100 MB of memory, and the space on disk. The file
/// `done` beside the documents is written last and holds the totals; a corpus without it is made anew.
///
/// # Errors
/// The directory cannot be written to.
pub(crate) fn corpus(dir: &Path, shape: Shape, seed: u64, total_bytes: u64) -> io::Result<Corpus> {
    let name = format!("v{GENERATOR_VERSION}-seed{seed}-{total_bytes}-{}", shape.name());
    let home = dir.join(name);
    let (root, stamp) = (home.join("corpus"), home.join("done"));
    let input = shape.input(&root);
    #[expect(clippy::disallowed_methods, reason = "a bench is not the library")]
    if let Some(totals) = fs::read_to_string(&stamp).ok().as_deref().and_then(Totals::from_stamp) {
        return Ok(Corpus { input, totals });
    }
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    fs::create_dir_all(&root)?;
    let totals = write(&root, shape, Documents::new(seed, total_bytes))?;
    #[expect(clippy::disallowed_methods, reason = "a bench is not the library")]
    fs::write(stamp, totals.to_stamp())?;
    Ok(Corpus { input, totals })
}

/// Writes the documents and counts them.
fn write(root: &Path, shape: Shape, documents: Documents) -> io::Result<Totals> {
    let mut writer = shape.writer(root)?;
    let mut counter = Counter::default();
    let mut disk_bytes = 0;
    for (number, document) in (0..).zip(documents) {
        counter.count(&document);
        disk_bytes += writer.put(number, &document)?;
    }
    writer.finish()?;
    Ok(counter.finish(disk_bytes))
}
