//! The corpus the benches run on: made from a seed, the same bytes on every platform.
//!
//! It looks like a scraped news dump: documents of about 6 KB, Chinese and English, one paragraph of about
//! 230 bytes a line, and about a third of the bytes repeated. [`Documents`] yields it one by one;
//! [`cache::corpus`] writes it to disk in one of three [`shape::Shape`]s, or finds it there from an earlier run,
//! and says what exactly is in it ([`totals::Totals`]), so that a bench can assert its result. Nothing holds the
//! corpus whole.
//!
//! At 1 GB and seed 1: 154,300 documents, 4.32 million paragraphs, 2.41 million of them distinct; the repeats
//! are 35 % of the bytes.

mod boilerplate;
pub(crate) mod cache;
mod chinese;
mod chinese_words;
mod documents;
mod english;
pub(crate) mod random;
pub(crate) mod shape;
mod template;
pub(crate) mod totals;

pub(crate) use documents::Documents;
