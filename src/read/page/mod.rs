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
use crate::config::Pages;
use crate::document::PageCounts;
use crate::error::{RejectReason, caught};
use crate::split;
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
pub(in crate::read) struct PageText {
    /// The text: every line is a paragraph. Empty if the page has none.
    pub(in crate::read) text: String,
    pub(in crate::read) facts: PageFacts,
}

/// What is known of a page beside its text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct PageFacts {
    /// What the page says about itself.
    pub(crate) about: About,
    /// Why it has no main text, if it has none.
    pub(crate) absent: Option<Absent>,
    /// The line of the page in which each line of the text begins; 0 where that is not known.
    pub(crate) lines: Vec<u32>,
    /// Characters of all text that can be seen, and of the text.
    pub(crate) num_visible: u64,
    pub(crate) num_chars: u64,
    /// Whether it says, or was sent with, another encoding than it has.
    pub(crate) disagrees: bool,
}

impl PageFacts {
    /// The line of the page in which this line of its text begins, counted from 0; that of the page is counted from 1.
    pub(crate) fn line_of(&self, line: u64) -> Option<u64> {
        let line = self.lines.get(usize::try_from(line).ok()?)?;
        (*line > 0).then_some(u64::from(*line))
    }

    /// The page, counted.
    pub(crate) fn counts(&self) -> PageCounts {
        let is = |absent: Absent| u64::from(self.absent == Some(absent));
        PageCounts {
            read: 1,
            list: is(Absent::List),
            error_page: is(Absent::ErrorPage),
            script_only: is(Absent::ScriptOnly),
            empty: is(Absent::Empty),
            other_charset: u64::from(self.disagrees),
            chars_visible: self.num_visible,
            chars_text: self.num_chars,
        }
    }

    /// Title, address, date, language and site as fields, those that are known (contract H3).
    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        let About { title, url, date, language, site } = &self.about;
        let fields = [("title", title), ("url", url), ("date", date), ("language", language), ("site", site)];
        let known = fields.into_iter().filter(|(_, value)| !value.is_empty());
        known
            .map(|(name, value)| (name.to_owned(), serde_json::Value::from(value.as_str()).to_string()))
            .collect()
    }
}

/// Reads a page in whatever encoding it is.
///
/// # Errors
/// If it is text in no encoding, has too many tags, or the extractor fails on it.
pub(in crate::read) fn read(
    bytes: &[u8],
    told: Told<'_>,
    pages: Pages,
    detection: Detection,
) -> Result<(PageText, WrittenAs), Fault> {
    let DecodedPage { html, written, disagrees } = charset::decode(bytes, told.charset, detection)?;
    let mut page = extract(&html, told.url, pages)?;
    page.facts.disagrees = disagrees;
    Ok((page, written))
}

/// How a page was written.
#[derive(Debug, Clone, Copy)]
pub(in crate::read) struct WrittenAs {
    pub(in crate::read) encoding: &'static encoding_rs::Encoding,
    /// Whether no label says so.
    pub(in crate::read) is_guess: bool,
    /// Malformed sequences that were replaced.
    pub(in crate::read) num_replaced: u64,
}

/// A page in its encoding.
#[derive(Debug)]
struct DecodedPage {
    html: String,
    written: WrittenAs,
    /// Whether what the page or its sender says is another encoding.
    disagrees: bool,
}

/// Bytes of a page for each tag, at least. A tag may become an element and a text, of which the extractor holds some 700
/// bytes; pages that people read have a tag in 36 bytes or more.
const BYTES_A_TAG: usize = 12;

/// Tags that every page may have.
const LEAST_TAGS: usize = 16 * 1024;

/// Reads the text of a page.
///
/// # Errors
/// If it has too many tags, or the extractor fails on it.
pub(in crate::read) fn extract(html: &str, url: &str, pages: Pages) -> Result<PageText, Fault> {
    let is_main = pages == Pages::Main;
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
    let num_chars = |lines: &[Line]| lines.iter().map(|line| count(line.text.chars().count())).sum();
    let num_visible = num_chars(&visible);
    let (main, title) = article.unwrap_or_default();
    let about = About::of(&reduced.head, &visible, &title, url);
    let absent = if is_main { Absent::of(&reduced.head, &about, &main, &visible) } else { None };
    let body = match absent {
        Some(_) => Vec::new(),
        None if is_main => main,
        None => visible,
    };
    let num_chars = num_chars(&body);
    let (text, lines) = text_of(&about.title, &body);
    let facts = PageFacts { about, absent, lines, num_visible, num_chars, disagrees: false };
    Ok(PageText { text, facts })
}

/// The text of these lines, and where each stands in the page. The title comes first, unless it is there; it comes once.
fn text_of(title: &str, body: &[Line]) -> (String, Vec<u32>) {
    let repeats = headline::repeats(title, body);
    let is_missing = !title.is_empty() && !body.is_empty() && repeats.is_empty();
    let title = is_missing.then(|| Line { text: title.to_owned(), ..Line::default() });
    let (mut text, mut places) = (String::new(), Vec::new());
    let body = body.iter().enumerate().filter(|(at, _)| repeats.iter().skip(1).all(|repeat| repeat != at));
    for line in title.iter().chain(body.map(|(_, line)| line)) {
        // A blank line parts two blocks.
        if !line.is_continued && !text.is_empty() {
            text.push('\n');
            places.push(0);
        }
        // What ends a line elsewhere does not end one here.
        text.extend(line.text.chars().map(|c| if split::line::is_end(c) { ' ' } else { c }));
        text.push('\n');
        places.push(u32::try_from(line.at).unwrap_or(0));
    }
    (text, places)
}
