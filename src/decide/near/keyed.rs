//! Which texts share sampled windows: how a text is found in a longer one, and long texts that are alike.
//!
//! Bands of a sketch find texts of a high Jaccard coefficient. A part of a text has a low one with the whole, and so have
//! any two long texts of one language. The keys of their samples ([`crate::fingerprint::Sample`]) tell them apart: few
//! texts have any of the same, unless the one was taken from the other.
//!
//! All keys are sorted with their texts, a range of keys at a time. Of the texts of one key each is held against the one
//! before it. That is enough: what matters is which texts hang together, and those that match share many keys.

use std::ops::Range;

use rayon::prelude::*;

use super::close::MetBy;
use super::samples::Samples;
use super::signatures::{Banded, SignatureId};
use super::union_find::{find, join};
use crate::error::{Error, Result};
use crate::fingerprint::SampleKey;
use crate::units::count;

/// Steps between two looks at whether enough can still be shared.
const STRIDE: usize = 32;

/// Number of common keys of two sorted lists, if they are as many as `needed`; `None` as soon as that is ruled out.
pub(super) fn num_shared(a: &[SampleKey], b: &[SampleKey], needed: usize) -> Option<usize> {
    let (mut at_a, mut at_b, mut shared) = (0, 0, 0);
    while at_a < a.len() && at_b < b.len() {
        if shared + (a.len() - at_a).min(b.len() - at_b) < needed {
            return None;
        }
        for _ in 0..STRIDE {
            let (Some(x), Some(y)) = (a.get(at_a), b.get(at_b)) else { break };
            let (x, y) = (x.value(), y.value());
            shared += usize::from(x == y);
            at_a += usize::from(x <= y);
            at_b += usize::from(y <= x);
        }
    }
    (shared >= needed).then_some(shared)
}

/// Tells whether the run is to stop.
pub(super) type IsCancelled<'a> = &'a (dyn Fn() -> bool + Sync);

/// # Errors
/// [`Error::Interrupted`] if the run is to stop.
pub(super) fn go_on(is_cancelled: IsCancelled<'_>) -> Result<()> {
    if is_cancelled() { Err(Error::Interrupted) } else { Ok(()) }
}

/// A key and a text that has it.
type KeyOfText = (u64, SignatureId);

/// A key of more texts is that of a phrase, or of very many copies: those are found by it, but not what is held in one of
/// them.
const MAX_RARE: usize = 128;
/// A text of fewer keys may share so few with another one that each of them counts.
const MANY_KEYS: usize = 192;
/// Of the keys of other texts, and of phrases, one in so many is looked at: where one text was taken from another, they
/// share very many.
const STEP: u64 = 4;

/// Texts of which keys are collected at once, and pairs that are held against one another before those that match are
/// taken together. Constants, so that nothing depends on the number of threads.
const TEXTS: usize = 16_384;
const TEXTS_OF_TASK: usize = 512;
const PAIRS: usize = 16_384;

/// Keys that are sorted at once: so many, or a part of all where there are more, as each round walks over all texts. With
/// too little room they are fewer, but never less than the smallest part.
const MANY: u64 = 1 << 22;
const USUAL_ROUNDS: u64 = 4;
const MAX_ROUNDS: u64 = 64;

/// Takes together the texts that share keys and may match. Memory: 16 bytes for each of the keys that are sorted at once,
/// and at most as much for the pairs of texts that share them: within `budget`, unless that is less than a 64th of all.
///
/// # Errors
/// Those of the stores that hold samples and sketches; [`Error::Interrupted`] once `is_cancelled`.
pub(super) fn join_by_keys(
    banded: Banded<'_>,
    samples: &Samples,
    parents: &mut [u32],
    budget: usize,
    is_cancelled: IsCancelled<'_>,
) -> Result<()> {
    let ids: Vec<SignatureId> = banded.texts.ids().collect();
    for range in rounds(samples.num_keys(), budget) {
        let mut keys = keys_in(range, &ids, samples, is_cancelled)?;
        keys.par_sort_unstable();
        let mut pairs: Vec<KeyPair> = keys
            .par_chunk_by(|(a, _), (b, _)| a == b)
            .flat_map_iter(|texts| {
                let apart = |&(a, b, _): &KeyPair| find(parents, a) != find(parents, b);
                let (few, many) = texts.split_at(if banded.texts.has_details() && texts.len() <= FEW {
                    texts.len()
                } else {
                    0
                });
                let pairs = neighbours(many, |id| samples.len(id) < MANY_KEYS);
                pairs.chain(each_with_each(few)).filter(apart)
            })
            .collect();
        drop(keys);
        pairs.par_sort_unstable();
        pairs.dedup_by_key(|&mut (a, b, _)| (a, b));
        for some in pairs.chunks(PAIRS) {
            go_on(is_cancelled)?;
            let may_match = some.par_iter().map(|&(a, b, met)| {
                let may = find(parents, a) != find(parents, b) && banded.may_match(a, b, met)?;
                Ok(may.then_some((a, b)))
            });
            for (a, b) in may_match.collect::<Result<Vec<_>>>()?.into_iter().flatten() {
                join(parents, a, b);
            }
        }
    }
    Ok(())
}

/// Two texts that share a key, and of what kind that is.
type KeyPair = (SignatureId, SignatureId, MetBy);

/// The texts of a key, each with the one before it, as far as they are to be looked at.
fn neighbours<'t>(
    texts: &'t [KeyOfText],
    has_few: impl Fn(SignatureId) -> bool + 't,
) -> impl Iterator<Item = KeyPair> + 't {
    let met = if texts.len() > MAX_RARE { MetBy::CommonKey } else { MetBy::RareKey };
    texts.windows(2).filter_map(move |pair| {
        let [(key, a), (_, b)] = *pair.first_chunk()?;
        let is_wanted = key.is_multiple_of(STEP) || met == MetBy::RareKey && (has_few(a) || has_few(b));
        is_wanted.then_some((a, b, met))
    })
}

/// Texts of a key of an index that are held against one another each: which text comes before another depends on those
/// that went in earlier runs.
const FEW: usize = 16;

/// The texts of a key, each with all before it.
fn each_with_each(texts: &[KeyOfText]) -> impl Iterator<Item = KeyPair> {
    let met = MetBy::RareKey;
    (1..texts.len()).flat_map(move |at| (0..at).map(move |other| (texts[other].1, texts[at].1, met)))
}

/// The ranges of keys that are sorted at once. Which texts are taken together does not depend on them.
fn rounds(num_keys: u64, budget: usize) -> impl Iterator<Item = Range<u64>> {
    let wanted = MANY.max(num_keys.div_ceil(USUAL_ROUNDS));
    let at_once = (count(budget) / count(2 * size_of::<KeyOfText>())).clamp(1, wanted);
    let num_rounds = num_keys.div_ceil(at_once).clamp(1, MAX_ROUNDS);
    // The keys of long texts, all below a limit, are divided by themselves: where all texts are long there are no others.
    let limit = SampleKey::END_OF_LONG;
    let parts = [0..limit, limit..SampleKey::END];
    parts.into_iter().flat_map(move |part| {
        let bound = move |round| part.start + (part.end - part.start) / num_rounds * round;
        (0..num_rounds)
            .map(move |round| bound(round)..if round + 1 == num_rounds { part.end } else { bound(round + 1) })
    })
}

/// The keys of all texts that are in a range. A text's keys are walked over one by one: they are few and lie side by side,
/// and a binary search waits for memory at every step.
fn keys_in(
    range: Range<u64>,
    ids: &[SignatureId],
    samples: &Samples,
    is_cancelled: IsCancelled<'_>,
) -> Result<Vec<KeyOfText>> {
    let mut all = Vec::new();
    for some in ids.chunks(TEXTS) {
        go_on(is_cancelled)?;
        let of_texts = |ids: &[SignatureId]| {
            let mut wanted = Vec::new();
            for &id in ids {
                let keys = samples.keys(id)?;
                let values = keys.iter().map(|key| key.value());
                let values = values.skip_while(|&key| key < range.start).take_while(|&key| key < range.end);
                wanted.extend(values.map(|key| (key, id)));
            }
            Ok(wanted)
        };
        for keys in some.par_chunks(TEXTS_OF_TASK).map(of_texts).collect::<Result<Vec<_>>>()? {
            all.extend(keys);
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::super::banding::Banding;
    use super::super::components::components;
    use super::super::judge::Judge;
    use super::super::signatures::{Signatures, Signed};
    use super::*;
    use crate::config::{NearConfig, NearPreset};
    use crate::fingerprint::{Sample, SampledTokens, Sketch, mix};
    use crate::store::{MemoryOutput, Output};

    /// Words of a text: many of its own, and one in ten that all others have too.
    fn own(n: u64, len: u64) -> Vec<u64> {
        (0..len).map(|at| mix(if at % 10 == 3 { at / 10 % 50 } else { n << 32 | at })).collect()
    }

    /// Two hundred wholes and, of each, a part with one word in forty changed, by turns short and long.
    fn texts(config: &NearConfig, kept: usize) -> Signatures {
        let banding = Banding::of(config);
        let mut texts = Signatures::within(kept, banding.num_bins(), false).with_samples(kept);
        for n in 0..400 {
            let whole = own(n % 200, 2000 + n % 200 * 20);
            let part = |words: &[u64]| {
                let part = words.iter().skip(300).take([150, 400, 1500][(n % 3) as usize]).zip(0..);
                part.map(|(&word, at): (_, u64)| if at % 40 == 20 { mix(word) } else { word }).collect()
            };
            let words: Vec<u64> = if n < 200 { whole } else { part(&whole) };
            while texts.needs_scratch() {
                texts.overflow_to(MemoryOutput::new().scratch().unwrap());
            }
            let shingle = |words: &[u64]| words.iter().fold(0, |hash, word| mix(hash ^ word));
            let hashes: Vec<u64> = words.windows(5).map(shingle).collect();
            let bins = Sketch::of(&hashes, banding.num_bins()).unwrap().bits().collect();
            let sample = Sample::of(&SampledTokens::words(&words));
            texts.push(n, &Signed { digest: n, bins, rank: [0; 3], sample }).unwrap();
        }
        texts
    }

    #[test]
    fn ranges_hold_every_key_once() {
        for (num_keys, budget) in [(0, 0), (5, usize::MAX), (1 << 30, 1 << 20), (1 << 24, usize::MAX)] {
            let mut end = 0;
            for range in rounds(num_keys, budget) {
                assert_eq!(range.start, end, "{num_keys} {budget}");
                end = range.end;
            }
            assert_eq!(end, SampleKey::END);
        }
    }

    #[test]
    fn texts_of_a_phrase_are_told_from_those_of_a_rare_key() {
        for (len, met) in [(2, MetBy::RareKey), (MAX_RARE, MetBy::RareKey), (MAX_RARE + 1, MetBy::CommonKey)]
        {
            for (key, has_few) in [(0, false), (0, true), (STEP + 1, false), (STEP + 1, true)] {
                let texts: Vec<KeyOfText> = (0..).map(|id| (key, id)).take(len).collect();
                let pairs: Vec<KeyPair> = neighbours(&texts, |_| has_few).collect();
                let is_wanted = key == 0 || has_few && met == MetBy::RareKey;
                assert_eq!(pairs.len(), if is_wanted { len - 1 } else { 0 }, "{len} {key} {has_few}");
                assert!(pairs.iter().all(|&(a, b, by)| b == a + 1 && by == met), "{len}");
            }
        }
    }

    #[test]
    fn texts_of_a_key_of_few_are_held_each_against_each() {
        let texts: Vec<KeyOfText> = (0..5).map(|id| (7, id)).collect();
        let pairs: Vec<KeyPair> = each_with_each(&texts).collect();
        assert!(pairs.len() == 10 && pairs.iter().all(|&(a, b, _)| a < b), "{pairs:?}");
        assert_eq!(each_with_each(&[]).count(), 0);
    }

    #[test]
    fn shared_keys_are_counted() {
        let keys = |range: Range<u8>| {
            SampleKey::decode(&range.flat_map(|key| [0, 0, 0, key, 7]).collect::<Vec<u8>>())
        };
        for (a, b, shared) in
            [(0..100, 50..200, 50), (0..0, 0..9, 0), (0..9, 9..99, 0), (3..250, 3..250, 247)]
        {
            let (a, b) = (keys(a), keys(b));
            assert_eq!(num_shared(&a, &b, 0), Some(shared));
            assert_eq!(num_shared(&b, &a, shared), Some(shared));
            assert_eq!(num_shared(&a, &b, shared + 1), None);
        }
    }

    #[test]
    fn parts_meet_their_wholes_and_nothing_else() {
        let config = NearConfig::preset(NearPreset::News);
        let judge = Judge::new(&config);
        for (kept, budget) in [(usize::MAX, usize::MAX), (0, 0), (100_000, 50_000)] {
            let texts = texts(&config, kept);
            let banded = Banded { texts: &texts, banding: Banding::of(&config), judge: &judge };
            let found = components(banded, budget, &|| false).unwrap();
            let groups: Vec<Vec<SignatureId>> = found.iter().map(<[SignatureId]>::to_vec).collect();
            let expected: Vec<Vec<SignatureId>> = (0..200).map(|n| vec![n, n + 200]).collect();
            assert!(groups == expected, "{kept} {budget}: {groups:?}");
            assert!(components(banded, budget, &|| true).is_err(), "it is to stop");
        }
    }
}
