//! Dealt records, held against the obvious way.

use super::*;
use crate::decide::{EarlierEntries, EarlierPlace, PartitionedPrints};
use crate::store::{MemoryOutput, Output};

fn scratch() -> Box<dyn Scratch> {
    MemoryOutput::new().scratch().unwrap()
}

struct Entries(Vec<(Fingerprint, u64)>);

impl Earlier for Entries {
    fn entries(&self, first: u64, last: u64) -> Result<Box<dyn EarlierEntries + '_>> {
        let high = |print: &Fingerprint| u64::from_be_bytes(print.as_bytes()[..8].try_into().unwrap());
        let within = self.0.iter().filter(move |(print, _)| (first..=last).contains(&high(print)));
        Ok(Box::new(within.copied().collect::<Vec<_>>().into_iter()))
    }

    fn locate(&self, _: u64) -> Result<EarlierPlace> {
        unreachable!("nothing is named")
    }
}

impl EarlierEntries for std::vec::IntoIter<(Fingerprint, u64)> {
    fn next_entry(&mut self) -> Result<Option<(Fingerprint, u64)>> {
        Ok(self.next())
    }
}

fn print(n: u64) -> Fingerprint {
    Fingerprint::of(&n.to_le_bytes())
}

/// Chunks of seven paragraphs; a document begins with every third paragraph of a chunk.
fn chunks(keys: &[u64]) -> Vec<PartitionedPrints> {
    let prints = |chunk: &[u64]| -> Vec<(Fingerprint, u32, u32)> {
        chunk.iter().zip(0_u32..).map(|(&key, n)| (print(key), n, n / 3 * 3)).collect()
    };
    keys.chunks(7).map(|chunk| PartitionedPrints::partition(&prints(chunk))).collect()
}

fn chunk_prints(partitioned: &[PartitionedPrints], first: u64) -> Vec<ChunkPrints<'_>> {
    let firsts = (0..).map(|n| Ordinal(first + 7 * n));
    partitioned
        .iter()
        .zip(firsts)
        .map(|(prints, first)| ChunkPrints {
            prints,
            num_paragraphs: prints.len(),
            first,
            open_document: None,
        })
        .collect()
}

#[test]
fn the_same_as_in_memory_wherever_it_takes_over_and_however_little_memory_there_is() {
    let keys: Vec<u64> = (0..5000_u64).map(|n| mix(n) % 1700).collect();
    for scope in [Scope::Corpus, Scope::Document] {
        let partitioned = chunks(&keys);
        let expected = Exact::new(scope).settle(&chunk_prints(&partitioned, 0));
        for (cut, budget) in [(0, u64::MAX), (0, 1), (100, u64::MAX), (300, 1), (714, 1)] {
            let mut exact = Exact::new(scope);
            let (before, after) = partitioned.split_at(cut);
            assert_eq!(exact.settle(&chunk_prints(before, 0)), expected[..cut]);
            let boundary = count(cut) * 7;
            let mut partitioner = Partitioner::take_over(exact, scratch(), Ordinal(boundary), None).unwrap();
            let after = chunk_prints(after, boundary);
            for batch in after.chunks(10) {
                partitioner.partition(batch).unwrap();
            }
            let options = SettleOptions { budget, scratch: scratch(), earlier: None, fresh: None };
            let mut plan = partitioner.settle(Ordinal(5000), options).unwrap();
            assert_eq!(plan.settle(&after).unwrap(), expected[cut..], "{scope:?} {cut}");
        }
    }
}

#[test]
fn earlier_runs_come_first_and_survivors_are_told_in_order() {
    let keys: Vec<u64> = (0..700_u64).map(|n| mix(n) % 300).collect();
    let partitioned = chunks(&keys);
    let mut earlier: Vec<_> = (100..200).map(|key| (print(key), key + 1_000_000)).collect();
    earlier.sort_unstable();
    let earlier = Entries(earlier);
    let exact = Exact::new(Scope::Corpus);
    let mut partitioner = Partitioner::take_over(exact, scratch(), Ordinal(0), None).unwrap();
    let chunk_prints = chunk_prints(&partitioned, 0);
    partitioner.partition(&chunk_prints).unwrap();
    let mut told = Vec::new();
    let mut fresh = |print: Fingerprint, place: Ordinal| {
        told.push((print, place.0));
        Ok(())
    };
    let options =
        SettleOptions { budget: 1, scratch: scratch(), earlier: Some(&earlier), fresh: Some(&mut fresh) };
    let mut plan = partitioner.settle(Ordinal(700), options).unwrap();
    let verdicts: Vec<_> = plan.settle(&chunk_prints).unwrap().concat();
    let mut expected = Vec::new();
    for (place, (key, verdict)) in keys.iter().zip(verdicts).enumerate() {
        let first = keys.iter().position(|other| other == key).unwrap();
        let expected_one = match key {
            100..200 => Verdict::earlier(key + 1_000_000),
            _ if first < place => Verdict::duplicate_of(Ordinal(count(first))),
            _ => Verdict::KEEP,
        };
        assert_eq!(verdict, expected_one, "{place}");
        if verdict.is_kept() {
            expected.push((print(*key), count(place)));
        }
    }
    expected.sort_unstable();
    assert_eq!(told, expected);
}

#[test]
fn what_is_retracted_was_never_seen() {
    let partitioned = chunks(&[1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 8, 9, 10, 11, 8, 9, 1, 2, 12, 13, 14]);
    let chunk_prints = chunk_prints(&partitioned, 0);
    let exact = Exact::new(Scope::Corpus);
    let mut partitioner = Partitioner::take_over(exact, scratch(), Ordinal(0), None).unwrap();
    partitioner.partition(&chunk_prints[..2]).unwrap();
    partitioner.retract(Ordinal(7)).unwrap();
    partitioner.partition(&chunk_prints[2..]).unwrap();
    let options = SettleOptions { budget: 1, scratch: scratch(), earlier: None, fresh: None };
    let mut plan = partitioner.settle(Ordinal(21), options).unwrap();
    let verdicts = plan.settle(&chunk_prints[2..]).unwrap().concat();
    let (keep, copy) = (Verdict::KEEP, |place| Verdict::duplicate_of(Ordinal(place)));
    assert_eq!(verdicts, [keep, keep, copy(0), copy(1), keep, keep, keep]);
}

/// After a search for near-duplicates the places of documents are known, and a bad one has none: what follows stands at
/// the places that its prints had.
#[test]
fn places_that_are_given_again_count() {
    let partitioned = chunks(&[1, 2, 3, 4, 5, 6, 7, 1, 2, 8, 8, 9, 10, 11, 8, 9, 1, 9, 12, 13, 8]);
    let given = |number: usize, first| chunk_prints(&partitioned[number..=number], first);
    for taken_over in [false, true] {
        let mut exact = Exact::new(Scope::Corpus);
        let before = if taken_over { exact.settle(&given(0, 0)) } else { Vec::new() };
        assert!(before.iter().flatten().all(|verdict| verdict.is_kept()));
        // Paragraphs 4 and after it are the beginning of a document that turns out to be bad.
        let boundary = if taken_over { 7 } else { 0 };
        let mut partitioner =
            Partitioner::take_over(exact, scratch(), Ordinal(boundary), Some(Ordinal(4))).unwrap();
        if !taken_over {
            partitioner.partition(&given(0, 0)).unwrap();
        }
        partitioner.partition(&given(1, 7)).unwrap();
        partitioner.retract(Ordinal(4)).unwrap();
        partitioner.partition(&given(2, 4)).unwrap();
        let saved = partitioner.save().unwrap();
        assert_eq!(saved.boundary, if taken_over { 4 } else { 0 });
        let options = SettleOptions { budget: 1, scratch: scratch(), earlier: None, fresh: None };
        let mut verdicts = partitioner.settle(Ordinal(11), options).unwrap();
        let verdicts = verdicts.settle(&given(2, 4)).unwrap().concat();
        let (keep, copy) = (Verdict::KEEP, |place| Verdict::duplicate_of(Ordinal(place)));
        assert_eq!(verdicts, [keep, keep, copy(0), copy(5), keep, keep, copy(4)], "{taken_over}");
    }
}
