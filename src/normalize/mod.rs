//! Stage 4, separate chains: `repair()` makes what is written (contract P3), [`KeyMaker`] makes the key
//! text that is compared (contract I1), [`Tokenizer`] the words by which near-duplicates are told.
//!
//! The key text is never written. Pure: no I/O, no clock, cannot fail on text. Does not know what is
//! done with a key.

mod buffer;
mod fold;
mod joint;
mod key;
mod library;
mod loose;
mod repair;
mod text_char;
mod words;

pub use buffer::KeyBuffer;
pub use key::{KeyMaker, KeySink, KeyText};
pub(crate) use repair::{is_altered, is_repaired, placed_chars, repair, repaired_chars};
pub use text_char::{count_text_chars, shows_text};
pub use words::{TokenSink, Tokenizer};

/// Version of the rules by which key text is made. Fingerprints of key text of another version are not compared.
///
/// 2: superscripts, subscripts, fractions and circled numbers stay as they are; invisible characters go before white
/// space is collapsed; wrapped lines of scripts without spaces are joined; loose key text keeps what numbers mean.
pub const KEY_VERSION: u32 = 2;

/// The Unicode versions behind the key text, for the summary: two runs with other versions may differ on
/// characters that were assigned in between.
pub fn unicode_versions() -> [(&'static str, (u64, u64, u64)); 4] {
    let byte = |(a, b, c): (u8, u8, u8)| (u64::from(a), u64::from(b), u64::from(c));
    [
        ("normalization", byte(unicode_normalization::UNICODE_VERSION)),
        ("general_category", unicode_properties::UNICODE_VERSION),
        ("case_folding", caseless::UNICODE_VERSION),
        ("segmentation", unicode_segmentation::UNICODE_VERSION),
    ]
}
