//! The corpus the benches run on: made from a seed, the same bytes on every platform.
//!
//! It looks like a scraped news dump: documents of about 6 KB, Chinese and English, one paragraph of about
//! 230 bytes a line, and about a third of the bytes repeated ([`documents`]). [`corpus`] writes it to disk in one
//! of three [`Shape`]s, or finds it there from an earlier run, and says what exactly is in it ([`Totals`]), so
//! that a bench can assert its result. [`Documents`] yields the same documents one by one for a bench that
//! needs no files. Nothing holds the corpus whole.
//!
//! At 1 GB: 155 thousand documents, 4.3 million paragraphs, 2.4 million of them distinct.

mod boilerplate;
mod cache;
mod chinese;
mod documents;
mod english;
mod random;
mod shape;
mod template;
mod totals;

pub use cache::{Corpus, corpus};
pub use documents::Documents;
pub use shape::Shape;
pub use totals::Totals;
