//! Adds one more run to an index.

use crate::error::{Error, Result};
use crate::store::Append;
use crate::units::Ordinal;

use super::entries::key;
use super::{IndexEntries, IndexEntry, IndexReader, IndexRun, IndexSettings, IndexWriter};

/// A run that is to be added.
#[derive(Debug, Clone, Copy)]
pub struct NewRun<'a> {
    /// Its name.
    pub name: &'a str,
    /// Paragraphs of its corpus.
    pub num_paragraphs: u64,
    /// The settings under which the run was made.
    pub settings: &'a IndexSettings,
}

/// Begins an index of everything in `index` and, behind it, a run: writes the entries of both and the documents of
/// `index`. The caller adds those of the run, then the texts of both, their grams and prints, and finishes.
///
/// `entries` ascend by fingerprint. Their places, and those of the documents, are in the new index: they start at
/// [`IndexReader::num_places`], at 0 without an index. Of equal fingerprints the place in `index` stays.
///
/// Cost: everything is read and written once, in order, as by [`super::merge`].
///
/// # Errors
/// [`Error::Index`] if `index` was made under other settings, holds a run of this name or is damaged, or if the
/// entries are out of order; and those of `entries` and `out`.
pub fn add_run<'o>(
    index: Option<&IndexReader>,
    run: NewRun<'_>,
    entries: impl IntoIterator<Item = Result<IndexEntry>>,
    out: &'o mut dyn Append,
) -> Result<IndexWriter<'o>> {
    let settings = match index {
        Some(index) => settings(index, run)?,
        None => run.settings.clone(),
    };
    let mut runs = index.map_or(Vec::new(), |index| index.runs().to_vec());
    let num_texts = run.settings.near.as_ref().map(|_| 0);
    let num_counted = run.settings.sources.as_ref().map(|_| 0);
    runs.push(IndexRun { num_texts, num_counted, ..IndexRun::new(run.name, run.num_paragraphs) });
    let mut writer = IndexWriter::new(out, &settings, &runs)?;
    let mut earlier = index.map(|index| index.entries(0..=u64::MAX));
    let mut advance = || earlier.as_mut().map_or(Ok(None), IndexEntries::advance);
    let mut next = advance()?;
    for entry in entries {
        let entry = entry?;
        let own = key(&entry.fingerprint);
        while let Some(earlier) = next.filter(|earlier| key(&earlier.fingerprint) < own) {
            writer.push(earlier)?;
            next = advance()?;
        }
        if next.is_none_or(|earlier| earlier.fingerprint != entry.fingerprint) {
            writer.push(entry)?;
        }
    }
    while let Some(earlier) = next {
        writer.push(earlier)?;
        next = advance()?;
    }
    if let Some(index) = index {
        writer.push_documents_of(index, Ordinal(0))?;
    }
    Ok(writer)
}

/// The settings of an index with one more run.
fn settings(index: &IndexReader, run: NewRun<'_>) -> Result<IndexSettings> {
    let refused = |what, remedy| Error::Index { path: index.path().to_owned(), what, remedy };
    if index.runs().iter().any(|earlier| earlier.name == run.name) {
        return Err(refused(format!("it already holds a run {:?}", run.name), "give this run another name"));
    }
    index.settings().joined(run.settings).map_err(|what| {
        refused(
            format!("its settings are not those of this run ({what})"),
            "use the settings of the index, or another index",
        )
    })
}
