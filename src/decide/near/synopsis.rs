//! Synopses: what an index keeps of a text, and how two texts are compared by it (contract N5).
//!
//! A synopsis is a text's sketch, a sample of at most [`MAX_KEYS`] of its windows, and at most 30 of its numbers. From it
//! the similarity of two texts is estimated: by the share of equal bins of their sketches, with a standard error of 0.05
//! at most (`sqrt(j (1 - j) / bins)`: 0.048 at a Jaccard coefficient of 0.5 and 108 bins, 0.041 at 0.8 and 96). Of each bin 8
//! bits are kept, so that of the bins that differ one in 256 looks equal (P. Li and A. C. König, "b-Bit Minwise Hashing",
//! WWW 2010): 0.002 at 0.5. How much
//! of the one stands in the other is the share of its sampled windows that the other has. A character that was changed
//! takes a window with it, and several shingles, but a window is longer: of windows rather less is shared than of shingles.
//! Numbers are held against what stands in the same slot of the other text. What the words between them are is not known,
//! so that replaced words weigh nothing.

use super::features::NumberMarks;
use super::judge::{Judge, Match, Similarity};
use super::keyed::num_shared;
use super::numbers::SlotOverlap;
use super::signatures::num_equal;
use crate::fingerprint::{NumberSample, Sample, SampleKey};
use crate::units::count;

/// Most keys of a text in an index.
pub(crate) const MAX_KEYS: usize = 64;
/// Bits of a bin that are kept.
const BIN_BITS: u32 = 8;

/// The bits of a bin that are kept.
pub(crate) fn kept_bits(bin: u16) -> u16 {
    bin & ((1 << BIN_BITS) - 1)
}

/// Of fewer keys that both samples could have it is not said how much of one text stands in the other. Of eight keys the
/// standard error is 0.14 at 0.8: of texts of which 0.6 stands there one in ten looks like 0.8.
const LEAST_KEYS: usize = 8;

/// What an index keeps of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synopsis {
    /// Number of its tokens, or characters.
    pub len: u64,
    /// The bins of its sketch, 8 bits each.
    pub bins: Vec<u16>,
    /// The sample of its windows; empty where containment does not count.
    pub sample: Sample,
    /// The numbers that are kept of it.
    pub numbers: NumberSample,
}

impl Synopsis {
    /// A summary of the numbers.
    pub(super) fn number_marks(&self) -> NumberMarks {
        NumberMarks::of(self.numbers.numbers())
    }

    /// Bytes it takes in memory, about.
    pub(super) fn num_bytes(&self) -> usize {
        let numbers: usize = self.numbers.numbers().iter().map(|number| 32 + number.text.len()).sum();
        size_of::<Self>() + self.bins.len() * 2 + self.sample.keys().len() * SampleKey::NUM_BYTES + numbers
    }

    /// Sampled windows of this text that stand in the other, and all of them that could, if they are enough.
    fn contained(&self, other: &Self) -> Option<(u64, u64)> {
        let level = self.sample.level().max(other.sample.level());
        let own = Sample::at_level(self.sample.keys(), level);
        let others = Sample::at_level(other.sample.keys(), level);
        let shared = num_shared(own, others, 0).unwrap_or(0);
        (own.len() >= LEAST_KEYS).then(|| (count(shared), count(own.len())))
    }
}

impl Judge {
    /// Whether `text` is a near-duplicate of `survivor`, by what an index keeps of both.
    ///
    /// Cost: O(bins, keys and numbers of both).
    pub(super) fn compare_synopses(&self, text: &Synopsis, survivor: &Synopsis) -> Option<Match> {
        let equal = count(num_equal(&text.bins, &survivor.bins));
        let similarity = Similarity { shared: equal, union: count(text.bins.len()) };
        let containment = if self.is_alike(similarity) {
            None
        } else {
            let (shared, own) = text.contained(survivor).filter(|_| text.len <= survivor.len)?;
            Some(self.contains(shared, own)?)
        };
        if self.is_guarded() && text.numbers != survivor.numbers {
            let (mine, others) = text.numbers.common(&survivor.numbers);
            let SlotOverlap { agree, conflict } = SlotOverlap::without_words(mine, others);
            if !self.is_agreed(agree, conflict) {
                return None;
            }
        }
        Some(Match { similarity, containment })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{NearConfig, NearPreset};
    use crate::decide::near::Banding;
    use crate::fingerprint::{SampledWording, Sampler, Shingler, Sketch};
    use crate::normalize::Tokenizer;

    fn synopsis(text: &str, config: &NearConfig) -> Synopsis {
        let mut shingler = Shingler::new(config.shingle, SampledWording::new(true));
        Tokenizer::new(crate::config::Repair::Basic).tokens(text, &mut shingler);
        let shingles = shingler.finish();
        let len = shingles.num_elements();
        let sample = shingler.numbers.take().thinned(MAX_KEYS);
        let numbers = shingler.numbers.take_numbers(true);
        let sketch = Sketch::of(&shingles.into_hashes(), Banding::of(config).num_bins()).unwrap();
        Synopsis { len, bins: sketch.bits().map(kept_bits).collect(), sample, numbers }
    }

    /// A sentence of so many words, all different; the third of each ten is changed where `n` is another.
    fn words(range: std::ops::Range<usize>, n: usize) -> String {
        let word = |at: usize| {
            let own = if at % 10 == 3 { n } else { 0 };
            let letters = (0..6).map(|digit| {
                char::from(b'a' + u8::try_from((at * 7919 + own * 31) >> (digit * 3) & 7).unwrap())
            });
            letters.collect::<String>() + " "
        };
        range.map(word).collect()
    }

    #[test]
    fn table() {
        let news = NearConfig::preset(NearPreset::News);
        let strict = NearConfig::preset(NearPreset::Strict);
        let long = words(0..400, 0);
        let rate = |value: &str| {
            format!("受权公布人民币汇率中间价公告，{value}元兑换一美元，银行间外汇市场人民币汇率中间价")
        };
        for (name, config, text, survivor, expected) in [
            ("the same", &strict, long.clone(), long.clone(), true),
            ("much alike", &news, format!("{long} one more"), long.clone(), true),
            ("another text", &news, words(1000..1400, 0), long.clone(), false),
            ("a part", &news, words(100..300, 0), long.clone(), true),
            ("a part, where containment does not count", &strict, words(100..300, 0), long.clone(), false),
            ("the whole of a part", &news, long.clone(), words(100..230, 0), false),
            ("a part too short to tell", &news, words(100..108, 0), long.clone(), false),
            ("other numbers", &news, rate("7.1234"), rate("6.9876"), false),
            ("equal numbers", &news, rate("7.1234"), rate("7.1234"), true),
        ] {
            let judge = Judge::new(config);
            let found = judge.compare_synopses(&synopsis(&text, config), &synopsis(&survivor, config));
            assert_eq!(found.is_some(), expected, "{name}: {found:?}");
        }
    }
}
