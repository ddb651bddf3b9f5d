//! Several indexes as one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::HashMap;
use std::collections::binary_heap::PeekMut;

use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::store::Append;
use crate::store::path::printable;
use crate::units::Ordinal;

use super::entries::key;
use super::{IndexEntry, IndexReader, IndexSettings, IndexWriter};

/// Writes the index of all runs of `indexes`: those of a later one come behind those of an earlier one, and of one
/// paragraph in several the earliest place stays, as if the runs had been added one after the other. Documents that
/// hold no entry any more stay in the directory, and texts that are near-duplicates of an earlier index's among the texts. `min_chars` becomes the largest. Returns the number of bytes written.
///
/// Cost: everything is read and written once, in order. Memory: 270 kB an index, and the tables.
///
/// # Errors
/// [`Error::Index`] if their settings differ, two runs have one name, or one is damaged, and those of `out`.
pub fn merge(indexes: &[&IndexReader], out: &mut dyn Append) -> Result<u64> {
    let settings = joined_settings(indexes)?;
    check_names(indexes)?;
    let runs: Vec<_> = indexes.iter().flat_map(|index| index.runs()).cloned().collect();
    let mut base = 0_u64;
    let bases: Vec<u64> = indexes
        .iter()
        .map(|index| {
            let end = base.saturating_add(index.num_places());
            std::mem::replace(&mut base, end)
        })
        .collect();
    let mut writer = IndexWriter::new(out, &settings, &runs)?;
    merge_entries(indexes, &bases, &mut writer)?;
    for (index, base) in indexes.iter().zip(&bases) {
        writer.push_documents_of(index, Ordinal(*base))?;
    }
    for (index, base) in indexes.iter().zip(&bases) {
        writer.push_texts_of(index, Ordinal(*base))?;
    }
    if settings.grams.is_some() {
        for (index, base) in indexes.iter().zip(&bases) {
            writer.push_passages_of(index, Ordinal(*base))?;
        }
    }
    if settings.sources.is_some() {
        for (index, base) in indexes.iter().zip(&bases) {
            writer.push_prints_of(index, Ordinal(*base))?;
        }
    }
    writer.finish()
}

/// The next entry of an index. Of equal fingerprints that of the earliest index comes first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Head {
    key: u128,
    index: usize,
    place: u64,
}

impl Head {
    fn of(entry: IndexEntry, index: usize) -> Self {
        Self { key: key(&entry.fingerprint), index, place: entry.place.0 }
    }

    fn entry(&self, bases: &[u64]) -> IndexEntry {
        let fingerprint = Fingerprint::from_bytes(self.key.to_be_bytes());
        IndexEntry { fingerprint, place: Ordinal(bases[self.index] + self.place) }
    }
}

fn merge_entries(indexes: &[&IndexReader], bases: &[u64], writer: &mut IndexWriter<'_>) -> Result<()> {
    let mut entries: Vec<_> = indexes.iter().map(|index| index.entries(0..=u64::MAX)).collect();
    let mut heads = BinaryHeap::with_capacity(indexes.len());
    for (index, entries) in entries.iter_mut().enumerate() {
        heads.extend(entries.advance()?.map(|entry| Reverse(Head::of(entry, index))));
    }
    let mut last = None;
    while let Some(mut first) = heads.peek_mut() {
        let Reverse(head) = &*first;
        if last != Some(head.key) {
            last = Some(head.key);
            writer.push(head.entry(bases))?;
        }
        let index = head.index;
        match entries[index].advance()? {
            Some(entry) => *first = Reverse(Head::of(entry, index)),
            None => {
                PeekMut::pop(first);
            }
        }
    }
    Ok(())
}

fn joined_settings(indexes: &[&IndexReader]) -> Result<IndexSettings> {
    let Some((first, rest)) = indexes.split_first() else {
        return Err(Error::Config("no index to merge: name one or more".to_owned()));
    };
    let mut joined = first.settings().clone();
    for index in rest {
        joined = joined.joined(index.settings()).map_err(|what| Error::Index {
            path: index.path().to_owned(),
            what: format!("its settings are not those of {} ({what})", printable(first.path())),
            remedy: "merge indexes that have the same settings",
        })?;
    }
    Ok(joined)
}

fn check_names(indexes: &[&IndexReader]) -> Result<()> {
    let mut owners = HashMap::new();
    for index in indexes {
        for run in index.runs() {
            if let Some(other) = owners.insert(run.name.as_str(), index.path()) {
                return Err(Error::Index {
                    path: index.path().to_owned(),
                    what: format!("the run {:?} is also in {}", run.name, printable(other)),
                    remedy: "merge indexes that have no run in common",
                });
            }
        }
    }
    Ok(())
}
