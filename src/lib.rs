//! tamis cleans text corpora: files are split into paragraphs, fingerprinted (SHA-256), de-duplicated in
//! parallel and written out clean, with an account of every paragraph that was removed.
//!
//! # What there is
//! - Programs: [`clean()`] writes files, [`clean_roots`] takes any inputs and destination, [`clean_documents`] works in
//!   memory. [`check()`] takes the same passes and verdicts and writes nothing but its report. [`verify()`] audits a
//!   run with code of its own. [`inspect()`] counts what is there. [`Originals`] looks up texts in the inputs.
//! - [`Config`] holds every option ([`config`]), an [`Observer`] hears how far a run is, and [`Error`] says why one
//!   ended.
//! - [`Run::open`] opens what a run left: its [`Summary`], the lines of its ledger and its rejections ([`account`]).
//! - [`report`] holds the problems that a check found, baselines and the formats of reports; [`index`] holds the files
//!   of earlier runs.
//!
//! Semantic versioning covers what this documentation shows, and the bytes of all files that a run writes. Modules
//! that it does not show are public for the command, the benches and the tests only; they may change at any time.
//!
//! # Stages
//! scan → decide → write, a batch at a time. `run` is the engine that feeds batches through these stages, which are the
//! other modules of this crate:
//!
//! | stage | module | in → out |
//! |---|---|---|
//! | 1 | `discover` | inputs → sources, sorted and numbered |
//! | 2 | `read` | bytes → documents, in chunks: decompressed, taken out of archives and containers, decoded |
//! | 3 | `split` | document → paragraphs (spans) |
//! | 4 | `normalize` | paragraph → what is written; key text; comparison tokens |
//! | 5 | `fingerprint` | key text → fingerprint; tokens → shingles → sketch |
//! | 6 | `decide` | prints → verdicts; the one place where documents meet |
//! | 6a | `rules` | what is left of one document → whether a filter drops it |
//! | 7 | `write` | document + verdicts → clean text in its container |
//! | 8 | [`account`] | what a run leaves: summary, ledger, rejections, circumstances; written and read back |
//! | 9 | [`report`] | account → page; what a check found, in each report format |
//!
//! A run takes one pass through the corpus. Near-duplicates and filters take passes before it, as they must know the
//! whole corpus before anything is written. Prints beyond [`config::Config::memory`], or against earlier runs
//! ([`index`]), are settled on disk, which takes one pass more. From time to time a checkpoint is saved, from which
//! another run can resume. None of this changes a byte of the output.
//!
//! `store` is the only module that touches the file system, [`observe`] is how a run speaks, and [`config`],
//! [`document`], [`error`] and `units` are plain data. The rules that all of this keeps are in `docs/contract.md`; the
//! picture and a glossary in `docs/architecture.md`.
//!
//! # Invariants
//! - Imports point one way: `units, error, document, config ← observe, store ← stages, each using earlier
//!   ones ← run ← clean, check, verify, inspect, originals ← the command`. `error` borrows the printing of paths from
//!   `store`.
//! - `split`, `normalize`, `fingerprint`, `rules` and `decide` do no I/O and cannot fail on text. `index` and what
//!   overflows in `decide` read and write, and may fail, through traits that `store` fulfils.
//! - Output, ledger and summary depend on the input's bytes, relative paths and the configuration only. Rayon
//!   runs on a pool of its own, and nothing depends on which thread was first.
//! - No `unsafe`.
//!
//! # Example
//! ```
//! use tamis::{Config, Document, NoObserver};
//!
//! let documents = [
//!     Document::new("wire/1.txt", "新华社　北京电\nＡＩ产业规模今年增长13.9%。\n"),
//!     Document::new("wire/2.txt", "AI产业规模今年增长13.9%。\n专家表示看好。\n"),
//! ];
//! let cleaned = tamis::clean_documents(documents, &Config::default(), &NoObserver)?;
//! assert_eq!(cleaned.documents[1].text, "专家表示看好。\n");
//! assert_eq!(cleaned.outcome.summary.paragraphs.kept, 3);
//! # Ok::<(), tamis::Error>(())
//! ```
//!
//! # Features
//! - `cli` (default): the command `tamis` and the crates it needs. A library user turns it off.
//! - `parquet` (default): reading and writing Parquet files. Without it they are skipped.

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod account;
mod check;
mod clean;
pub mod config;
pub mod document;
pub mod error;
pub mod index;
mod inspect;
pub mod observe;
mod originals;
#[cfg(test)]
mod random;
mod read;
pub mod report;
mod rules;
mod run;
mod verify;

// Not covered by semantic versioning: public for the command, the benches and the tests.
#[doc(hidden)]
pub mod decide;
#[doc(hidden)]
pub mod discover;
#[doc(hidden)]
pub mod fingerprint;
#[doc(hidden)]
pub mod normalize;
#[doc(hidden)]
pub mod split;
#[doc(hidden)]
pub mod store;
#[doc(hidden)]
pub mod units;
#[doc(hidden)]
pub mod write;

pub use account::{Run, Summary};
pub use check::{Allow, AllowFault, Before, Checked, Gate, check};
#[doc(hidden)]
pub use clean::clean_between;
pub use clean::{Cleaned, Destination, Outcome, clean, clean_documents, clean_roots};
pub use config::Config;
pub use decide::{Judges, Rule, Stays, Wording};
pub use document::Document;
pub use error::{Error, Rejection, Result};
pub use fingerprint::Fingerprint;
pub use inspect::inspect;
pub use observe::{NoObserver, Observer};
pub use originals::{Excerpt, ExcerptRequest, Missing, OriginalParagraph, OriginalTexts, Originals};
pub use store::{InputFile, InputPlace, Root};
pub use verify::{Audit, Difference, DifferenceKind, verify};
