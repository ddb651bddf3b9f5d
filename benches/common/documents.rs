//! The documents of the corpus, one by one.
//!
//! A document is an *article* with a site's lines around it. Articles are numbered, and number `n` can be made
//! again at any time from the seed, so a repeat needs no memory of what came before. Every
//! [`WIRE_INTERVAL`]th article is a *wire* story: those are what other documents repeat.

use super::boilerplate::{Furniture, furniture};
use super::chinese::CHINESE;
use super::english::ENGLISH;
use super::random::Random;

/// Documents that repeat an earlier wire article, in a thousand. Tuned, with the lengths below, to the figures
/// of [the corpus](super).
const REPEAT_PERMILLE: u64 = 386;
/// Repeats that are the first document byte for byte, its site's lines included, in a thousand.
const VERBATIM_PERMILLE: u64 = 250;
/// One article in three is a wire story, so that each has about two repeats.
const WIRE_INTERVAL: u64 = 3;
/// Chinese articles, in a thousand.
const CHINESE_PERMILLE: u64 = 600;
/// Documents with CR LF line ends, in a thousand.
const CRLF_PERMILLE: u64 = 10;
/// Fewest and most paragraphs of an article.
const PARAGRAPHS: (u64, u64) = (8, 43);
/// Fewest bytes of a paragraph before its last sentence is finished.
const SHORTEST: u64 = 24;
/// Greatest random part of a paragraph's length in bytes; the product of two uniform draws takes a quarter of
/// it on average, and gives many short paragraphs and a long tail.
const SPREAD: u64 = 845;
/// Like [`SPREAD`], for wire stories, whose paragraphs are shorter.
const WIRE_SPREAD: u64 = 500;
/// Chinese paragraphs that open with two ideographic spaces (U+3000), in a thousand.
const INDENT_PERMILLE: u64 = 50;

/// The purpose of a [`Random`].
const FOR_DOCUMENT: u64 = 1;
const FOR_ARTICLE: u64 = 2;
const FOR_FURNITURE: u64 = 3;

/// The language of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tongue {
    /// Chinese, simplified.
    Chinese,
    /// English.
    English,
}

/// The documents of the corpus of a seed and a size, in order.
///
/// Each is paragraphs ended by LF, or by CR LF in 1 % of the documents; no line is blank. With LF counted for
/// every line end they add up to `total_bytes` or up to one document more.
#[derive(Debug, Clone)]
pub(crate) struct Documents {
    seed: u64,
    total_bytes: u64,
    written_bytes: u64,
    /// Number of the next document.
    number: u64,
    num_articles: u64,
}

impl Documents {
    /// The corpus of `seed` with `total_bytes` bytes.
    pub(crate) fn new(seed: u64, total_bytes: u64) -> Self {
        Self { seed, total_bytes, written_bytes: 0, number: 0, num_articles: 0 }
    }

    /// Number of the article in the next document, and whether the document repeats its first page byte for byte.
    fn next_article(&mut self, random: &mut Random) -> (u64, bool) {
        if self.num_articles > 0 && random.permille(REPEAT_PERMILLE) {
            let num_wire = self.num_articles.div_ceil(WIRE_INTERVAL);
            let article = WIRE_INTERVAL * random.below(num_wire);
            return (article, random.permille(VERBATIM_PERMILLE));
        }
        self.num_articles += 1;
        (self.num_articles - 1, true)
    }
}

impl Iterator for Documents {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        if self.written_bytes >= self.total_bytes {
            return None;
        }
        let mut random = Random::new(self.seed, FOR_DOCUMENT, self.number);
        let (article, has_first_furniture) = self.next_article(&mut random);
        let mut story = Random::new(self.seed, FOR_ARTICLE, article);
        let tongue = if story.permille(CHINESE_PERMILLE) { Tongue::Chinese } else { Tongue::English };
        let Furniture { top, end } = if has_first_furniture {
            furniture(tongue, &mut Random::new(self.seed, FOR_FURNITURE, article))
        } else {
            furniture(tongue, &mut random)
        };

        let mut text = top + "\n";
        write_article(&mut text, tongue, article.is_multiple_of(WIRE_INTERVAL), &mut story);
        for line in end {
            text += &line;
            text.push('\n');
        }
        self.number += 1;
        self.written_bytes += text.len() as u64;
        Some(if random.permille(CRLF_PERMILLE) { text.replace('\n', "\r\n") } else { text })
    }
}

/// Appends an article's paragraphs, each ended by LF.
fn write_article(out: &mut String, tongue: Tongue, is_wire: bool, random: &mut Random) {
    let spread = if is_wire { WIRE_SPREAD } else { SPREAD };
    let (fewest, most) = PARAGRAPHS;
    for _ in 0..random.between(fewest, most) {
        let length = SHORTEST + spread * random.below(1000) * random.below(1000) / 1_000_000;
        let length = usize::try_from(length).expect("a paragraph is shorter than a kilobyte");
        let language = match tongue {
            Tongue::Chinese => &CHINESE,
            Tongue::English => &ENGLISH,
        };
        if tongue == Tongue::Chinese && random.permille(INDENT_PERMILLE) {
            out.push_str("\u{3000}\u{3000}");
        }
        language.write_paragraph(out, length, random);
        out.push('\n');
    }
}
