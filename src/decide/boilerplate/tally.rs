//! Counts the documents of all sources, in three passes over their prints. What is to be counted is put aside in buckets
//! by its hash, on disk where it does not fit in memory, and each bucket is counted by itself: only what recurs is kept.
//!
//! Memory: 32 KiB a bucket, and while a bucket is counted 20 to 60 bytes for each different thing in it.

use std::collections::HashSet;

use hashbrown::HashTable;
use rayon::prelude::*;

use super::super::disk_buckets::DiskBuckets;
use super::counts::{Count, Counts, FLOOR, OfSource, Recurring, Text, Zone, table_hash};
use super::line::Line;
use crate::error::Result;
use crate::fingerprint::Fingerprint;
use crate::store::Scratch;
use crate::units::{self, count};

/// A document of a source, as it is given to be counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printed<'a> {
    /// Number of its source.
    pub(crate) source: u32,
    /// Its paragraphs, in order.
    pub(crate) lines: &'a [Line],
}

/// Takes in a document that counts.
pub(crate) type DocumentVisitor<'v> = dyn FnMut(Printed<'_>) -> Result<()> + 'v;

/// Documents that count, which can be gone through several times in one order.
pub(crate) trait PrintedDocuments {
    /// Gives all documents that count: different ones of each source.
    ///
    /// # Errors
    /// Those of what they are read from, and the first of `visit`.
    fn for_each(&self, visit: &mut DocumentVisitor<'_>) -> Result<()>;
}

/// Gives an empty store for what is put aside.
pub(crate) type NewScratch<'a> = dyn Fn() -> Result<Box<dyn Scratch>> + 'a;

/// Buckets of documents: 10^8 documents are 37 MB a bucket.
const DIGEST_BUCKETS: usize = 64;
/// Bytes of a bucket at which it is well counted in the caches of a processor, and most buckets: 32 MiB while they are
/// written to.
const BUCKET_BYTES: u64 = 4 << 20;
const MOST_BUCKETS: u64 = 1024;

/// The bucket of a hash, among so many.
fn bucket(hash: u64, num_buckets: usize) -> usize {
    // Tables in a bucket go by the bits at both ends.
    units::index((((hash >> 20) & u64::from(u32::MAX)) * count(num_buckets)) >> 32)
}

/// Finds documents of a source that have the same paragraphs.
#[derive(Debug)]
pub(crate) struct Twins {
    digests: DiskBuckets<24>,
    num_documents: u64,
}

impl Twins {
    /// Of no documents yet.
    pub(crate) fn new(scratch: Box<dyn Scratch>) -> Self {
        Self { digests: DiskBuckets::new(scratch, DIGEST_BUCKETS), num_documents: 0 }
    }

    /// Takes in the next document, of the source of this name.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) fn push(&mut self, source: &str, lines: &[Line]) -> Result<()> {
        let mut bytes = Vec::with_capacity(lines.len() * 8 + source.len());
        bytes.extend(lines.iter().flat_map(|line| line.key.to_le_bytes()));
        bytes.extend_from_slice(source.as_bytes());
        bytes.extend_from_slice(&count(lines.len()).to_le_bytes()); // where the name begins
        let digest = Fingerprint::of(&bytes);
        let mut record = [0; 24];
        record[..16].copy_from_slice(digest.as_bytes());
        record[16..].copy_from_slice(&self.num_documents.to_le_bytes());
        self.num_documents += 1;
        self.digests.push(bucket(digest.table_hash(), DIGEST_BUCKETS), &record)
    }

    /// The documents, by number, that are the first of their kind.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) fn firsts(self) -> Result<Firsts> {
        let mut firsts = Firsts(vec![0; units::index(self.num_documents.div_ceil(64))]);
        for bucket in 0..DIGEST_BUCKETS {
            let mut seen: HashSet<[u8; 16]> = HashSet::new();
            self.digests.for_each(bucket, |records| {
                for record in records {
                    let (mut digest, mut number) = ([0; 16], [0; 8]);
                    digest.copy_from_slice(&record[..16]);
                    number.copy_from_slice(&record[16..]);
                    if seen.insert(digest) {
                        firsts.set(u64::from_le_bytes(number));
                    }
                }
            })?;
        }
        Ok(firsts)
    }
}

/// Documents that are the first of their kind: a bit each.
#[derive(Debug, Default)]
pub(crate) struct Firsts(Vec<u64>);

impl Firsts {
    fn set(&mut self, number: u64) {
        if let Some(bits) = self.0.get_mut(units::index(number / 64)) {
            *bits |= 1 << (number % 64);
        }
    }

    /// Whether this document is one.
    pub(crate) fn has(&self, number: u64) -> bool {
        self.0.get(units::index(number / 64)).is_some_and(|bits| bits >> (number % 64) & 1 == 1)
    }
}

/// Counts documents of so many sources, which have about `num_lines` paragraphs.
///
/// # Errors
/// Those of the documents and the stores.
pub(crate) fn tally(
    documents: &impl PrintedDocuments,
    (num_sources, num_lines): (usize, u64),
    scratch: &NewScratch<'_>,
) -> Result<Counts> {
    let recurring = recurring(documents, num_lines, scratch)?;
    let mut votes = Votes::new(scratch()?, num_lines);
    let mut num_voters = vec![0_u32; num_sources];
    documents.for_each(&mut |document| {
        let votes = votes.add(document, &recurring)?;
        if let Some(num) = num_voters.get_mut(document.source as usize).filter(|_| votes) {
            *num += 1;
        }
        Ok(())
    })?;
    votes.count(Counts::new(recurring, num_voters))
}

/// Finds the paragraphs that recur.
fn recurring(
    documents: &impl PrintedDocuments,
    num_lines: u64,
    scratch: &NewScratch<'_>,
) -> Result<Recurring> {
    let num_buckets = num_buckets(num_lines, 12);
    let mut buckets = DiskBuckets::<12>::new(scratch()?, num_buckets);
    let mut keys: Vec<u64> = Vec::new();
    documents.for_each(&mut |Printed { source, lines }| {
        keys.clear();
        keys.extend(lines.iter().map(|line| line.key));
        keys.sort_unstable();
        keys.dedup();
        keys.iter().try_for_each(|key| {
            let mut record = [0; 12];
            record[..8].copy_from_slice(&key.to_le_bytes());
            record[8..].copy_from_slice(&source.to_le_bytes());
            buckets.push(bucket(table_hash((*key, source)), num_buckets), &record)
        })
    })?;
    let of_bucket = |number| {
        let mut table: HashTable<(OfSource, u32)> = HashTable::new();
        buckets.for_each(number, |records| {
            for record in records {
                let paragraph = (word(record, 0), half(record, 8));
                let entry = table.entry(
                    table_hash(paragraph),
                    |(known, _)| *known == paragraph,
                    |(known, _)| table_hash(*known),
                );
                entry.or_insert((paragraph, 0)).into_mut().1 += 1;
            }
        })?;
        Ok(table.into_iter().filter(|(_, num)| *num >= FLOOR).map(|(paragraph, _)| paragraph).collect())
    };
    let found: Result<Vec<Vec<OfSource>>> = (0..num_buckets).into_par_iter().map(of_bucket).collect();
    let mut recurring = Recurring::default();
    found?.into_iter().flatten().for_each(|paragraph| recurring.insert(paragraph));
    Ok(recurring)
}

/// Buckets for so many records of so many bytes.
fn num_buckets(num_records: u64, size: u64) -> usize {
    units::index(num_records.saturating_mul(size).div_ceil(BUCKET_BYTES).clamp(1, MOST_BUCKETS))
}

/// The number in the 8 bytes from `at` on.
fn word(record: &[u8], at: usize) -> u64 {
    record[at..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// The number in the 4 bytes from `at` on.
fn half(record: &[u8], at: usize) -> u32 {
    record[at..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// A vote: the class and the paragraph of it, 8 bytes each, the source, and the zone or [`FORM`].
const VOTE: usize = 21;
/// In place of a zone: the document has voted, and this is another paragraph of the class.
const FORM: u8 = 3;

/// The votes of documents.
struct Votes {
    buckets: DiskBuckets<VOTE>,
    /// Class, paragraph and zone of the lines of a document: scratch.
    lines: Vec<(u64, Zone, u64)>,
}

impl Votes {
    fn new(scratch: Box<dyn Scratch>, num_lines: u64) -> Self {
        let buckets = DiskBuckets::new(scratch, num_buckets(num_lines, count(VOTE)));
        Self { buckets, lines: Vec::new() }
    }

    /// Takes in the vote of a document, and says whether it has one.
    fn add(&mut self, Printed { source, lines }: Printed<'_>, recurring: &Recurring) -> Result<bool> {
        let recurring = recurring.of_source(source);
        let text = recurring.text(lines);
        if text.is_none() || !recurring.votes(lines) {
            return Ok(false);
        }
        self.lines.clear();
        for (number, line) in lines.iter().enumerate() {
            // A class of its own is a paragraph that stands in several documents only.
            let is_rare = !recurring.has(line);
            let zone = Text::zone(text, number);
            self.lines.extend(line.classes().skip(usize::from(is_rare)).map(|class| (class, zone, line.key)));
        }
        // Of a class the last stays: inside before at the end before at the top.
        self.lines.sort_unstable();
        for same in self.lines.chunk_by(|(one, ..), (other, ..)| one == other) {
            let Some((class, zone, key)) = same.last() else { continue };
            Self::push(&mut self.buckets, (*class, source), (*key, *zone as u8))?;
            let mut last = *key;
            for (_, _, form) in same.iter().rev() {
                if *form != last {
                    Self::push(&mut self.buckets, (*class, source), (*form, FORM))?;
                    last = *form;
                }
            }
        }
        Ok(true)
    }

    fn push(buckets: &mut DiskBuckets<VOTE>, class: OfSource, (form, zone): (u64, u8)) -> Result<()> {
        let mut record = [0; VOTE];
        record[..8].copy_from_slice(&class.0.to_le_bytes());
        record[8..16].copy_from_slice(&form.to_le_bytes());
        record[16..20].copy_from_slice(&class.1.to_le_bytes());
        record[20] = zone;
        buckets.push(bucket(table_hash(class), buckets.num_buckets()), &record)
    }

    /// Counts the votes, and adds what recurs to the counts.
    fn count(self, mut counts: Counts) -> Result<Counts> {
        let buckets = &self.buckets;
        let of_bucket = |number| {
            let mut table: HashTable<(OfSource, Tally)> = HashTable::new();
            buckets.for_each(number, |records| {
                for record in records {
                    let class = (word(record, 0), half(record, 16));
                    let entry = table.entry(
                        table_hash(class),
                        |(known, _)| *known == class,
                        |(known, _)| table_hash(*known),
                    );
                    let tally = &mut entry.or_insert((class, Tally::default())).into_mut().1;
                    tally.add(word(record, 8), record[20]);
                }
            })?;
            let recurs = |(class, tally): (OfSource, Tally)| {
                (tally.count.all >= FLOOR).then_some((class, tally.count))
            };
            Ok(table.into_iter().filter_map(recurs).collect())
        };
        let found: Result<Vec<Vec<(OfSource, Count)>>> =
            (0..buckets.num_buckets()).into_par_iter().map(of_bucket).collect();
        found?.into_iter().flatten().for_each(|(class, count)| counts.insert(class, count));
        Ok(counts)
    }
}

/// The count of a class, while it is counted.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    count: Count,
    /// The first two distinct paragraphs of the class.
    forms: [u64; 2],
}

impl Tally {
    fn add(&mut self, form: u64, zone: u8) {
        let num = &mut self.count.num_forms;
        let known = usize::from((*num).min(2));
        if *num < 3 && !self.forms[..known].contains(&form) {
            if let Some(place) = self.forms.get_mut(known) {
                *place = form;
            }
            *num += 1;
        }
        if let Some(zone) = Zone::ALL.get(usize::from(zone)) {
            self.count.vote(*zone);
        }
    }
}
