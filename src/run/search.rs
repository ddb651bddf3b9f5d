//! Searches the whole corpus before anything is written: for near-duplicates, and for the documents that filters drop.
//!
//! 1. Near-duplicates are searched for ([`near`](super::near)).
//! 2. Everything is decided as if all documents stayed, and filters judge what is left ([`filter`](super::filter)).
//! 3. A dropped document is no survivor (contract C2). The pass that writes takes its paragraphs out of the running by
//!    itself; near-duplicates are searched for once more without it, so that what went for it is given back. Filters do
//!    not judge again.

use super::corpus::Corpus;
use super::filter::filter;
use super::found::{Search, Searched, Stores};
use super::near;
use crate::error::Result;
use crate::observe::Stage;
use crate::rules::Filters;

/// Searches the corpus, if there is anything to search for. The ids of records, and why texts go, are kept for the
/// ledger.
///
/// # Errors
/// Any [`crate::Error`].
pub(crate) fn search(corpus: &Corpus<'_>, stores: &mut Stores<'_>) -> Result<Search> {
    let mut found = near::search(corpus, Search::default(), stores)?;
    if let Some(filters) = Filters::of(corpus.config) {
        let Search { findings, known } = &found;
        let searched = known.as_ref().map(|known| Searched { known, findings });
        let filtered = filter(corpus, &filters, searched, stores.evidence)?;
        let known = found.known.or(filtered.known);
        found = if filtered.findings.is_empty() {
            Search { findings: found.findings, known }
        } else {
            near::search(corpus, Search { findings: filtered.findings, known }, stores)?
        };
    }
    if corpus.config.decide.reads_ahead() {
        corpus.observer.begun(Stage::Cleaning);
    }
    Ok(found)
}
