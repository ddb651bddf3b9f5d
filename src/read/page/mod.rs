//! A page of HTML becomes text (contract H1, H2): its encoding, its markup reduced, the extractor, and the lines of
//! what that finds.
//!
//! In: the bytes of one page, and what is known of it from outside. Out: a text of which every line is a paragraph of
//! the page, and what the page says about itself. The extractor is a crate (`dom_smoothie`); what comes before it and
//! behind it is ours. Time and memory are linear in the page: [`reduce`] bounds how deep elements are nested and how many
//! there are, before a tree is made of them.
//!
//! Knows nothing of files, archives and records: containers call [`read`] with the bytes of a page.

mod about;
mod absent;
mod beside;
mod charset;
mod dates;
mod gaps;
mod headline;
mod language;
mod lines;
mod linked;
mod main_text;
mod markup;
mod reduce;
mod tags;

pub(crate) use about::About;
pub(crate) use absent::Absent;
use lines::Line;
use main_text::Texts;

use super::coding::Detection;
use super::fault::Fault;
use crate::error::{RejectReason, caught};
use crate::units::count;

/// What is known of a page from outside.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::read) struct Told<'a> {
    /// The label of its encoding, as it was sent with the page.
    pub(in crate::read) charset: Option<&'a str>,
    /// Its address; empty if it is not known.
    pub(in crate::read) url: &'a str,
}

/// The text of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageText {
    /// The text: every line is a paragraph. Empty if the page has none.
    pub(crate) text: String,
    /// The line of the page that each line of the text begins in; 0 where that is not known.
    pub(crate) lines: Vec<u32>,
    /// What the page says about itself.
    pub(crate) about: About,
    /// Why it has no main text, if it has none.
    pub(crate) absent: Option<Absent>,
    /// Characters of all text that can be seen.
    pub(crate) num_visible: u64,
}

/// A page in its encoding.
#[derive(Debug, Clone)]
pub(in crate::read) struct DecodedPage {
    pub(in crate::read) html: String,
    pub(in crate::read) encoding: &'static encoding_rs::Encoding,
    pub(in crate::read) is_guess: bool,
    /// Whether what the page or its sender says is another encoding.
    pub(in crate::read) disagrees: bool,
    pub(in crate::read) num_replaced: u64,
}

/// Bytes of a page for each tag, at least. A tag may become an element and a text, of which the extractor holds some 700
/// bytes; pages that people read have a tag in 36 bytes or more.
const BYTES_A_TAG: usize = 12;

/// Tags that every page may have.
const LEAST_TAGS: usize = 16 * 1024;

/// Decodes a page (contract H2).
///
/// # Errors
/// If it is text in no encoding.
pub(in crate::read) fn decode(
    bytes: &[u8],
    told: Told<'_>,
    detection: Detection,
) -> Result<DecodedPage, Fault> {
    charset::decode(bytes, told.charset, detection)
}

/// Reads the text of a page.
///
/// # Errors
/// If it has too many tags, or the extractor fails on it.
pub(in crate::read) fn extract(html: &str, url: &str, is_main: bool) -> Result<PageText, Fault> {
    let reduced = reduce::reduce(html);
    let most = LEAST_TAGS + html.len() / BYTES_A_TAG;
    if reduced.num_tags > most {
        let detail =
            format!("the page has {} tags, and the limit for its length is {most}", reduced.num_tags);
        return Err(Fault::new(RejectReason::PageUnread, detail));
    }
    let texts = caught::catch(|| Texts::of(&reduced, is_main));
    let Some(Texts { visible, article }) = texts else {
        let detail = "its text cannot be extracted: the extractor fails on this page";
        return Err(Fault::new(RejectReason::PageUnread, detail));
    };
    let num_visible = visible.iter().map(|line| count(line.text.chars().count())).sum();
    let (main, title) = article.unwrap_or_default();
    let about = About::of(&reduced.head, &visible, &title, url);
    let absent = if is_main { Absent::of(&reduced.head, &about, &main, &visible) } else { None };
    let body = match absent {
        Some(_) => Vec::new(),
        None if is_main => main,
        None => visible,
    };
    let (text, lines) = text_of(&about.title, &body);
    Ok(PageText { text, lines, about, absent, num_visible })
}

/// The text of these lines, and where each stands in the page. The title comes first, unless it is there; it comes once.
fn text_of(title: &str, body: &[Line]) -> (String, Vec<u32>) {
    let repeats = headline::repeats(title, body);
    let is_missing = !title.is_empty() && !body.is_empty() && repeats.is_empty();
    let title = is_missing.then(|| Line { text: title.to_owned(), ..Line::default() });
    let (mut text, mut places) = (String::new(), Vec::new());
    let body = body.iter().enumerate().filter(|(at, _)| repeats.iter().skip(1).all(|repeat| repeat != at));
    for line in title.iter().chain(body.map(|(_, line)| line)) {
        text.push_str(&line.text);
        text.push('\n');
        places.push(u32::try_from(line.at).unwrap_or(0));
    }
    (text, places)
}
