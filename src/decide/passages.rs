//! Passages: the grams of short texts of earlier runs (a benchmark), and which of these texts a document holds (contract
//! N5).
//!
//! Of a text its different grams count, and the share of them that the document has is its containment (A. Z. Broder,
//! "On the resemblance and containment of documents", 1997). Grams that stand in more than [`MAX_SHARED`] texts, such as
//! those of an instruction, are left out, as long as the text has others (T. B. Brown et al., "Language Models are
//! Few-Shot Learners", `NeurIPS` 2020, appendix C). Integers decide; of equal shares the first text is named.
//!
//! Memory: [`GRAM_BYTES`] a gram and [`TEXT_BYTES`] a text, half as much again while they are sorted.

use std::collections::HashMap;

use super::earlier::earlier_document;
use crate::config::Share;
use crate::units;

/// Texts that may share a gram which counts.
pub(crate) const MAX_SHARED: usize = 10;
/// Bytes of a gram in memory, at most: it is sorted with its text first.
pub(crate) const GRAM_BYTES: u64 = 48;
/// Bytes of a text.
pub(crate) const TEXT_BYTES: u64 = 32;
/// Bits of the filter for each gram: of 16 others one passes.
const FILTER_BITS: usize = 16;

/// Takes in the texts.
#[derive(Debug, Default)]
pub(crate) struct PassagesBuilder {
    /// Each gram of each text.
    grams: Vec<(u64, u32)>,
    texts: Vec<PassageText>,
    /// Of each text that is shorter than a gram its number of tokens and its gram.
    short: Vec<(usize, u64)>,
    /// The texts by what their grams come to: of copies one counts.
    digests: HashMap<(u64, usize), u32>,
}

/// A text that is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PassageText {
    /// The place of its document, as what stays.
    survivor: u64,
    /// Grams that count.
    num_grams: u32,
}

impl PassagesBuilder {
    /// Adds a text by its different grams, in ascending order. `place` is that of its first paragraph among those of
    /// earlier runs; `short` its number of tokens if it is shorter
    /// than a gram. `None`: there are more than can be numbered.
    pub(crate) fn add(&mut self, place: u64, short: Option<u8>, grams: &[u64]) -> Option<()> {
        let text = u32::try_from(self.texts.len()).ok()?;
        u32::try_from(self.grams.len().checked_add(grams.len())?).ok()?;
        let digest = grams.iter().fold(0_u64, |digest, gram| digest.rotate_left(5) ^ *gram);
        if grams.is_empty() || *self.digests.entry((digest, grams.len())).or_insert(text) != text {
            return Some(());
        }
        self.short.extend(short.map(usize::from).zip(grams.first().copied()));
        self.grams.extend(grams.iter().map(|gram| (*gram, text)));
        self.texts.push(PassageText { survivor: earlier_document(place), num_grams: 0 });
        Some(())
    }

    /// Ends the texts.
    pub(crate) fn finish(self) -> Passages {
        let Self { grams: mut all, mut texts, short, .. } = self;
        all.sort_unstable();
        for gram in all.chunk_by(|a, b| a.0 == b.0).filter(|gram| gram.len() <= MAX_SHARED) {
            for (_, text) in gram {
                texts[*text as usize].num_grams += 1;
            }
        }
        // Texts that have no others are known by what they share.
        let is_rare: Vec<bool> = texts.iter().map(|text| text.num_grams > 0).collect();
        let mut passages = Passages { texts, ..Passages::default() };
        for len in 0..=short.iter().map(|(len, _)| *len).max().unwrap_or(0) {
            let hashes: Vec<u64> =
                short.iter().filter(|(own, _)| *own == len).map(|(_, gram)| *gram).collect();
            passages.short.push((!hashes.is_empty()).then(|| Filter::of(&hashes)));
        }
        for gram in all.chunk_by(|a, b| a.0 == b.0) {
            let is_shared = gram.len() > MAX_SHARED;
            let before = passages.owners.len();
            for (_, text) in gram.iter().filter(|(_, text)| !is_shared || !is_rare[*text as usize]) {
                passages.owners.push(*text);
                passages.texts[*text as usize].num_grams += u32::from(is_shared);
            }
            if passages.owners.len() > before {
                passages.grams.push(gram[0].0);
                passages.ends.push(passages.owners.len());
            }
        }
        passages.make_filter();
        passages
    }
}

/// The grams of all texts.
#[derive(Debug, Default)]
pub(crate) struct Passages {
    texts: Vec<PassageText>,
    /// By number of tokens, those texts that are shorter than a gram: filters that are small, and so fast.
    short: Vec<Option<Filter>>,
    /// Different grams, ascending.
    grams: Vec<u64>,
    /// Where the texts of each gram end in `owners`.
    ends: Vec<usize>,
    owners: Vec<u32>,
    filter: Filter,
    /// The first gram of each part of the range of hashes: the parts are as many as the grams, about.
    parts: Vec<u32>,
    part_shift: u32,
}

/// Hashes of which it is soon known that another is none of them.
#[derive(Debug)]
struct Filter {
    /// A bit is set for each hash, by its upper bits.
    bits: Vec<u64>,
    shift: u32,
}

impl Default for Filter {
    fn default() -> Self {
        Self::of(&[])
    }
}

impl Filter {
    fn of(hashes: &[u64]) -> Self {
        let num_bits = (hashes.len() * FILTER_BITS).next_power_of_two().max(64);
        let mut filter = Self { bits: vec![0; num_bits / 64], shift: u64::BITS - num_bits.ilog2() };
        for hash in hashes {
            let bit = units::index(hash >> filter.shift);
            filter.bits[bit / 64] |= 1 << (bit % 64);
        }
        filter
    }

    #[inline]
    fn may_have(&self, hash: u64) -> bool {
        let bit = units::index(hash >> self.shift);
        self.bits[bit / 64] >> (bit % 64) & 1 == 1
    }
}

/// A gram of a text in a document, where it was seen first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GramSighting {
    gram: u32,
    /// The paragraphs in which it begins and ends.
    paragraphs: (u64, u64),
}

/// A text that a document holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HeldText {
    /// The text's document, as what stays.
    pub(crate) survivor: u64,
    /// The share of its grams.
    pub(crate) share: Share,
    /// The first and last paragraph of the document in which grams of it were seen.
    pub(crate) paragraphs: (u64, u64),
}

impl Passages {
    /// Whether a text of so many tokens, fewer than a gram has, is looked for.
    pub(crate) fn has_short(&self, len: usize) -> bool {
        self.short.get(len).is_some_and(Option::is_some)
    }

    fn make_filter(&mut self) {
        self.filter = Filter::of(&self.grams);
        let num_parts = self.grams.len().next_power_of_two().max(2);
        self.part_shift = u64::BITS - num_parts.ilog2();
        let mut at = 0;
        self.parts = Vec::with_capacity(num_parts + 1);
        for part in 0..num_parts {
            while self.grams.get(at).is_some_and(|gram| units::index(gram >> self.part_shift) < part) {
                at += 1;
            }
            self.parts.push(number(at));
        }
        self.parts.push(number(self.grams.len()));
    }

    /// Looks a gram of `len` tokens up. Cost: some nanoseconds for nearly all that are in no text.
    #[inline]
    pub(crate) fn find(&self, hash: u64, len: usize, paragraphs: (u64, u64)) -> Option<GramSighting> {
        let filter = self.short.get(len).and_then(Option::as_ref).unwrap_or(&self.filter);
        if !filter.may_have(hash) {
            return None;
        }
        let part = units::index(hash >> self.part_shift);
        let (start, end) = (self.parts[part] as usize, self.parts[part + 1] as usize);
        let found = self.grams[start..end].binary_search(&hash).ok()?;
        Some(GramSighting { gram: number(start + found), paragraphs })
    }

    /// Of several sightings of a gram the first stays; they come in the order of the document, whatever order is left.
    pub(crate) fn thin(sightings: &mut Vec<GramSighting>) {
        sightings.sort_by_key(|sighting| sighting.gram);
        sightings.dedup_by_key(|sighting| sighting.gram);
    }

    /// The text of which a document with these sightings, thinned, holds the largest share, if that is enough.
    pub(crate) fn judge(&self, sightings: &[GramSighting], least: Share) -> Option<HeldText> {
        let mut seen: HashMap<u32, (u64, (u64, u64))> = HashMap::new();
        for GramSighting { gram, paragraphs } in sightings {
            let gram = *gram as usize;
            let start = gram.checked_sub(1).map_or(0, |before| self.ends[before]);
            for text in &self.owners[start..self.ends[gram]] {
                let (num, place) = seen.entry(*text).or_insert((0, *paragraphs));
                *num += 1;
                *place = (place.0.min(paragraphs.0), place.1.max(paragraphs.1));
            }
        }
        let held = seen.into_iter().map(|(text, (num, place))| {
            let known = self.texts[text as usize];
            (num, u64::from(known.num_grams), text, place)
        });
        let best = held.filter(|(num, of, ..)| least.is_reached(*num, *of)).max_by(|a, b| {
            let product = |num: u64, of: u64| u128::from(num) * u128::from(of);
            product(a.0, b.1).cmp(&product(b.0, a.1)).then(b.2.cmp(&a.2))
        });
        best.map(|(num, of, text, paragraphs)| HeldText {
            survivor: self.texts[text as usize].survivor,
            share: Share::of(num, of),
            paragraphs,
        })
    }
}

/// The number of a gram or text, of which there are fewer than 2^32.
fn number(index: usize) -> u32 {
    u32::try_from(index).expect("PassagesBuilder::add takes no more")
}

/// Bytes of memory that so many grams of so many texts take while they are sorted.
pub(crate) fn num_bytes(num_grams: u64, num_texts: u64) -> u64 {
    num_grams.saturating_mul(GRAM_BYTES).saturating_add(num_texts.saturating_mul(TEXT_BYTES))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::mix;

    /// The grams of these numbers, ascending.
    fn grams(of: impl IntoIterator<Item = u64>) -> Vec<u64> {
        let mut grams: Vec<u64> = of.into_iter().map(mix).collect();
        grams.sort_unstable();
        grams
    }

    fn passages(texts: &[(u64, Vec<u64>)]) -> Passages {
        let mut builder = PassagesBuilder::default();
        for (place, grams) in texts {
            builder.add(*place, None, grams).unwrap();
        }
        builder.finish()
    }

    fn held(passages: &Passages, document: impl IntoIterator<Item = u64>, least: u16) -> Option<(u64, f64)> {
        let mut seen: Vec<GramSighting> = document
            .into_iter()
            .zip(0..)
            .filter_map(|(gram, at)| passages.find(mix(gram), 13, (at, at)))
            .collect();
        Passages::thin(&mut seen);
        let held = passages.judge(&seen, Share::hundredths(least))?;
        Some((held.survivor & !earlier_document(0), held.share.as_f64()))
    }

    #[test]
    fn the_largest_share_is_named_and_of_equal_ones_the_first() {
        let passages = passages(&[(3, grams(0..10)), (8, grams(5..25)), (30, grams(100..110))]);
        assert_eq!(held(&passages, 0..5, 50), Some((3, 0.5)));
        assert_eq!(held(&passages, 0..4, 50), None);
        assert_eq!(held(&passages, 0..25, 50), Some((3, 1.0)));
        assert_eq!(held(&passages, (100..110).chain(0..3), 50), Some((30, 1.0)));
        assert_eq!(held(&passages, [7; 1000], 5), Some((3, 0.1)), "a gram counts once");
    }

    #[test]
    fn what_many_texts_share_does_not_count_unless_it_is_all_there_is() {
        let instruction = 0..20;
        let question = |n: u64| grams(instruction.clone().chain(n * 100..n * 100 + 10));
        let mut texts: Vec<(u64, Vec<u64>)> = (1..=11).map(|n| (n, question(n))).collect();
        texts.push((50, grams(instruction.clone())));
        let many = passages(&texts);
        assert_eq!(held(&many, instruction.clone(), 50), Some((50, 1.0)), "a text that is nothing else");
        assert_eq!(held(&many, 300..310, 50), Some((3, 1.0)));
        texts.pop();
        assert_eq!(held(&passages(&texts), instruction.clone(), 50), None);
        texts.pop();
        assert_eq!(held(&passages(&texts), instruction.clone(), 50), Some((1, 0.6666)), "ten may share it");
        // Copies of a text are one.
        let copies: Vec<(u64, Vec<u64>)> = (1..30).map(|n| (n, grams(0..9))).collect();
        assert_eq!(held(&passages(&copies), 0..9, 50), Some((1, 1.0)));
    }

    #[test]
    fn paragraphs_are_those_of_the_text_that_is_named() {
        let passages = passages(&[(3, grams(0..10)), (8, grams(50..60))]);
        let mut seen: Vec<GramSighting> = [(50, 2), (0, 7), (1, 8), (2, 9), (3, 9), (4, 11), (0, 40)]
            .into_iter()
            .filter_map(|(gram, at)| passages.find(mix(gram), 13, (at, at + 1)))
            .collect();
        Passages::thin(&mut seen);
        let held = passages.judge(&seen, Share::hundredths(50)).unwrap();
        assert_eq!((held.paragraphs, held.survivor), ((7, 12), earlier_document(3)));
        assert!(passages.find(77, 13, (0, 0)).is_none());
        let none = PassagesBuilder::default().finish();
        assert!(none.find(77, 13, (0, 0)).is_none() && none.find(u64::MAX, 13, (0, 0)).is_none());
    }

    #[test]
    fn lengths_of_short_texts_are_known() {
        let mut builder = PassagesBuilder::default();
        builder.add(1, Some(9), &[mix(5)]).unwrap();
        builder.add(2, Some(11), &[mix(7)]).unwrap();
        let passages = builder.finish();
        assert_eq!((0..300).filter(|len| passages.has_short(*len)).collect::<Vec<_>>(), [9, 11]);
        let finds = |gram, len| passages.find(mix(gram), len, (0, 0)).is_some();
        assert!(finds(5, 9) && finds(7, 11) && !finds(6, 9));
    }
}
