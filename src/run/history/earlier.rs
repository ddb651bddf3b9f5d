//! Earlier runs as deciding looks them up: several indexes as one.

use super::History;
use crate::decide::{Earlier, EarlierEntries, EarlierPlace};
use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::index::IndexEntry;
use crate::store::path;
use crate::units::Ordinal;

impl Earlier for History {
    fn entries(&self, first: u64, last: u64) -> Result<Box<dyn EarlierEntries + '_>> {
        let streams = self.readers.iter().map(|(reader, base)| (reader.entries(first..=last), *base, None));
        let mut joined = JoinedEntries { streams: streams.collect() };
        for stream in &mut joined.streams {
            stream.2 = stream.0.next().transpose()?;
        }
        Ok(Box::new(joined))
    }

    fn locate(&self, place: u64) -> Result<EarlierPlace> {
        let number = self.readers.partition_point(|(_, base)| *base <= place).saturating_sub(1);
        let Some((reader, base)) = self.readers.get(number) else {
            return Err(Error::Config("index: there is none".to_owned()));
        };
        let found = reader.locate(Ordinal(place - base))?;
        Ok(EarlierPlace {
            run: reader.runs().get(found.run).map_or_else(String::new, |run| run.name.clone()),
            path: path::lossless(&found.path).into_owned(),
            record: found.record,
            paragraph: found.paragraph,
            document_end: base + found.document_end.0,
        })
    }
}

type EntryStream<'a> = (crate::index::IndexEntries<'a>, u64, Option<IndexEntry>);

/// The entries of several indexes. Of one fingerprint the earliest index comes first.
struct JoinedEntries<'a> {
    streams: Vec<EntryStream<'a>>,
}

impl EarlierEntries for JoinedEntries<'_> {
    fn next_entry(&mut self) -> Result<Option<(Fingerprint, u64)>> {
        let next = |(number, stream): (usize, &EntryStream<'_>)| Some((stream.2?.fingerprint, number));
        let Some((fingerprint, number)) = self.streams.iter().enumerate().filter_map(next).min() else {
            return Ok(None);
        };
        let (entries, base, entry) = &mut self.streams[number];
        let place = entry.take().map_or(0, |entry| entry.place.0);
        *entry = entries.next().transpose()?;
        Ok(Some((fingerprint, *base + place)))
    }
}
