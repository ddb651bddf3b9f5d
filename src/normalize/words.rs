//! Stub.
use crate::config::Repair;
use super::library;
use super::repair::repaired_chars;
use unicode_segmentation::UnicodeSegmentation;
use unicode_normalization::UnicodeNormalization;
use caseless::Caseless;

/// Takes the comparison tokens of a text, character by character.
pub trait TokenSink {
    /// A letter.
    fn letter(&mut self, code: u32);
    /// A digit.
    fn digit(&mut self, code: u32);
    /// A joiner.
    fn joiner(&mut self, code: u32);
    /// End.
    fn end(&mut self);
}

/// Tokens.
#[derive(Debug, Clone, Copy)]
pub struct Tokenizer {
    repair: Repair,
}

impl Tokenizer {
    /// New.
    pub fn new(repair: Repair) -> Self {
        Self { repair }
    }

    /// Tokens.
    pub fn tokens(&self, text: &str, sink: &mut impl TokenSink) {
        let folded: String = repaired_chars(text, self.repair).nfkc().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !library::is_invisible(*c)).default_case_fold().collect();
        for word in folded.split_word_bounds() {
            let Some(last) = word.char_indices().rev().find(|(_, c)| library::is_word(*c)).map(|(at, _)| at) else { continue };
            let mut any = false;
            for (at, c) in word.char_indices() {
                if library::is_word(c) {
                    any = true;
                    if c.is_ascii_digit() { sink.digit(u32::from(c)); } else { sink.letter(u32::from(c)); }
                } else if any && at < last {
                    sink.joiner(u32::from(c));
                }
            }
            sink.end();
        }
    }
}
