//! Which of the pairs that met are compared: those that their sketches, lengths and samples let match.

use std::cmp::Ordering;

use super::banding::MAX_MISSING;
use super::keyed::num_shared;
use super::samples::Samples;
use super::signatures::{Banded, SignatureId, num_equal};
use crate::error::Result;
use crate::fingerprint::Sample;
use crate::units::count;

/// A text of fewer keys is looked up by the bands of its sketch too: they find what is alike however short it is.
const FEW_KEYS: usize = 64;
/// Fewer keys say nothing against two texts whose sketches are alike, nor about their lengths.
const TELLING_KEYS: usize = 32;

/// How two texts met: by a key that few have, or by one of a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MetBy {
    RareKey,
    CommonKey,
}

/// A text, its sketch, and the number of its shingles, about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sketched<'a> {
    pub(super) id: SignatureId,
    pub(super) bins: &'a [u16],
    /// 0 if it is not known.
    pub(super) size: u64,
}

/// The number of standard deviations by which a pair may share fewer keys than it would at the limit. That they are missing
/// and bins as well is less likely: together they are held to [`MAX_MISSING`].
const MAX_MISSING_KEYS: f64 = 2.5;

/// The number of keys below which two texts do not match, of which the one has `fewer` keys and the other at least as many,
/// if they share this part of them on average at the limit.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small positive numbers; square roots and products are the same on every platform (IEEE 754)"
)]
fn least_keys(fewer: usize, limit: f64, deviations: f64) -> usize {
    let keys = fewer as f64;
    ((limit * keys - deviations * (limit * (1.0 - limit) * keys).sqrt()) as usize).max(1)
}

impl Banded<'_> {
    /// Whether a text is looked up by the bands of its sketch: all are where there are no samples, or where few keys are kept
    /// of each text.
    #[inline]
    pub(super) fn is_banded(self, id: SignatureId) -> bool {
        self.texts.has_details() || self.texts.samples().is_none_or(|samples| samples.len(id) < FEW_KEYS)
    }

    /// Whether two texts that met may match, as far as their sketches and samples show it.
    ///
    /// # Errors
    /// Those of the stores that hold sketches and samples.
    pub(super) fn may_match(self, a: SignatureId, b: SignatureId, met: MetBy) -> Result<bool> {
        // As a text has about as many shingles as windows, lengths are in the same proportion.
        let size = |samples: &Samples, id| {
            let len = samples.len(id);
            if len < TELLING_KEYS { 0 } else { count(len) << samples.level(id) }
        };
        let size = |id| match self.texts.details() {
            Some(details) => details.len(id),
            None => self.texts.samples().map_or(0, |samples| size(samples, id)),
        };
        let sizes = [size(a), size(b)];
        if met == MetBy::CommonKey && sizes[0].min(sizes[1]) > 0 && !self.are_as_long(sizes) {
            return Ok(false);
        }
        let sketches = self.texts.sketches().of(a, &[b])?;
        let a = Sketched { id: a, bins: sketches.bins(0), size: sizes[0] };
        let b = Sketched { id: b, bins: sketches.bins(1), size: sizes[1] };
        if met == MetBy::CommonKey && num_equal(a.bins, b.bins) < self.banding.min_equal {
            return Ok(false);
        }
        Ok(self.distance(a, b)?.is_some())
    }

    /// Whether two texts of about these lengths may be alike: of the longer one no more than the shorter is shared.
    #[expect(clippy::cast_precision_loss, reason = "lengths, about")]
    fn are_as_long(self, sizes: [u64; 2]) -> bool {
        // Lengths are known to a third.
        let most = 1.33 / self.judge.threshold();
        let [shorter, longer] = if sizes[0] < sizes[1] { sizes } else { [sizes[1], sizes[0]] };
        (longer as f64) <= most * shorter as f64
    }

    /// Whether two texts meet by themselves: in a band of their sketches, or by a key of their samples. That they are in one
    /// group does not say so; and which group that is depends on texts that went in earlier runs.
    ///
    /// # Errors
    /// Those of the store that holds samples.
    pub(super) fn meet(self, a: Sketched<'_>, b: Sketched<'_>) -> Result<bool> {
        if self.banding.meets(a.bins, b.bins) {
            return Ok(true);
        }
        let Some(samples) = self.texts.samples() else { return Ok(false) };
        Ok(num_shared(&samples.keys(a.id)?, &samples.keys(b.id)?, 1).is_some())
    }

    /// How far two texts are apart, in bins that differ; `None` if they do not match but once in hundreds of times.
    ///
    /// A sketch of 100 bins tells the Jaccard coefficient to 0.05. Where one text is much the shorter, it says little: their
    /// samples say how much of the one stands in the other. And two texts of one language share many short shingles, but
    /// hardly any window.
    ///
    /// # Errors
    /// Those of the store that holds samples.
    pub(super) fn distance(self, a: Sketched<'_>, b: Sketched<'_>) -> Result<Option<usize>> {
        let num_bins = self.banding.num_bins();
        let num_equal = num_equal(a.bins, b.bins);
        let is_alike = num_equal >= self.banding.min_equal;
        let Some(samples) = self.texts.samples() else {
            return Ok(is_alike.then_some(num_bins - num_equal));
        };
        if !is_alike && a.size > 0 && b.size > 0 {
            let least = self.judge.least_jaccard(a.size.min(b.size), a.size.max(b.size));
            if num_equal < self.banding.min_equal_at(least) {
                return Ok(None);
            }
        }
        let (mine, others) = (samples.keys(a.id)?, samples.keys(b.id)?);
        let (mine, others) = match samples.level(a.id).cmp(&samples.level(b.id)) {
            Ordering::Less => (Sample::at_level(&mine, samples.level(b.id)), &*others),
            Ordering::Equal => (&*mine, &*others),
            Ordering::Greater => (&*mine, Sample::at_level(&others, samples.level(a.id))),
        };
        let fewer = mine.len().min(others.len());
        if is_alike && fewer < TELLING_KEYS {
            return Ok(Some(num_bins - num_equal));
        }
        let limit = self.judge.window_limit(is_alike);
        let missing = if is_alike { self.banding.missing(num_equal, self.judge.threshold()) } else { 0.0 };
        let needed = least_keys(fewer, limit, (MAX_MISSING - missing).min(MAX_MISSING_KEYS));
        let Some(shared) = num_shared(mine, others, needed) else { return Ok(None) };
        let apart = (num_bins * (fewer - shared)).checked_div(fewer).unwrap_or(num_bins);
        Ok(Some(apart.min(num_bins - num_equal)))
    }
}
