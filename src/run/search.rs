//! Searches the whole corpus before anything is written: for copies of documents, near-duplicates, and the documents that
//! filters drop.
//!
//! 1. Documents that hold a passage of an earlier run are searched for ([`passages`](super::passages)). They are nobody's
//!    survivors.
//! 2. Copies of documents and near-duplicates are searched for ([`copies`](super::copies), [`near`](super::near)).
//! 3. The boilerplate of each source is searched for ([`boilerplate`](super::boilerplate)), between near-duplicate documents
//!    and near-duplicate paragraphs.
//! 4. Everything is decided as if all documents stayed, and filters judge what is left ([`filter`](super::filter)).
//! 5. A dropped document is no survivor (contract C2). The pass that writes takes its paragraphs out of the running by
//!    itself; copies and near-duplicates are searched for once more without it, so that what went for it is given back.
//!    Filters do not judge again, and sources are not counted again.

use super::boilerplate;
use super::copies;
use super::corpus::Corpus;
use super::filter::filter;
use super::found::{Search, Searched, Stores};
use super::near;
use super::passages;
use crate::config::DecideConfig;
use crate::decide::Rule;
use crate::error::Result;
use crate::observe::Stage;
use crate::rules::Filters;

/// Searches the corpus, if there is anything to search for. The ids of records, and why texts go, are kept for the
/// ledger.
///
/// # Errors
/// Any [`crate::Error`].
pub(crate) fn search(corpus: &Corpus<'_>, stores: &mut Stores<'_>) -> Result<Search> {
    let stages = stages(corpus);
    if stages.len() > 1 {
        corpus.observer.planned(&stages);
    }
    let (found, contaminated) = passages::search(corpus, Search::default(), stores.evidence)?;
    let found = copies_of_documents(corpus, found, stores)?;
    let (found, furniture) = boilerplate::search(corpus, found, stores.evidence)?;
    let mut found = near::paragraphs(corpus, found, stores)?;
    if let Some(filters) = Filters::of(corpus.config, corpus.editor) {
        let Search { findings, known } = &found;
        let searched = known.as_ref().map(|known| Searched { known, findings });
        let filtered = filter(corpus, &filters, searched, stores.evidence)?;
        let known = found.known.or(filtered.known);
        found = if filtered.findings.is_empty() {
            Search { findings: found.findings, known }
        } else {
            let mut findings = filtered.findings;
            findings.add_documents(Rule::Contaminated, contaminated);
            let mut again = copies_of_documents(corpus, Search { findings, known }, stores)?;
            furniture.add_to(&mut again.findings);
            near::paragraphs(corpus, again, stores)?
        };
    }
    if corpus.config.decide.reads_ahead() || passages::is_needed(corpus) {
        corpus.observer.begun(Stage::Cleaning);
    }
    Ok(found)
}

/// The stages of a run under this configuration, if all of them are needed. Those that follow from what is found are not
/// among them.
fn stages(corpus: &Corpus<'_>) -> Vec<Stage> {
    let DecideConfig { exact, boilerplate, near, .. } = &corpus.config.decide;
    let of_near = [Stage::Sketching, Stage::Comparing, Stage::Settling];
    let parts = [
        (passages::is_needed(corpus), &[Stage::Matching][..]),
        (exact.has_documents() && !near.has_documents(), &[Stage::Fingerprinting]),
        (near.has_documents(), &of_near),
        (*boilerplate, &[Stage::Counting]),
        (near.has_paragraphs(), &of_near),
        (
            corpus.config.decide.has_filters() || corpus.config.decide.drops_by_custom_rules(),
            &[Stage::Filtering],
        ),
        (true, &[Stage::Cleaning]),
    ];
    parts.into_iter().filter(|(is_needed, _)| *is_needed).flat_map(|(_, stages)| stages.to_vec()).collect()
}

/// Adds the documents that go as copies or as near-duplicates to what was found before.
fn copies_of_documents(corpus: &Corpus<'_>, found: Search, stores: &mut Stores<'_>) -> Result<Search> {
    let found = copies::search(corpus, found)?;
    near::documents(corpus, found, stores)
}
