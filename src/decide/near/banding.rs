//! Locality-sensitive hashing: which sketches are looked at together.

use crate::config::{Limit, NearConfig, Share};

/// A division of a sketch's bins into bands: two texts meet if all bins of one band are equal.
///
/// A pair with Jaccard coefficient `j` meets with probability `1 - (1 - j^rows)^bands` (P. Indyk and R. Motwani,
/// STOC 1998; J. Leskovec, A. Rajaraman and J. Ullman, "Mining of Massive Datasets", section 3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Banding {
    /// Number of bands.
    pub bands: usize,
    /// Bins a band.
    pub rows: usize,
    /// Bins of a sketch: those of the bands, or more, which are only counted.
    pub bins: usize,
    /// Equal bins below which two texts are not compared: three standard deviations below the threshold.
    pub min_equal: usize,
}

/// Most bins of a sketch: with two bytes each, and what else is kept of a document, below 256 bytes.
const MAX_BINS: usize = 108;

/// A pair at the threshold may be missed this often.
const MISSED: f64 = 0.01;

impl Banding {
    /// The banding for a threshold: of those that find a pair at the threshold with a probability of at least 0.99,
    /// the one of most rows, which meets the fewest pairs below.
    pub fn new(threshold: Share) -> Self {
        let threshold = threshold.as_f64();
        // One row always does: 44 bands find a pair at 0.1. Below that the most bands there are must do.
        let mut best = (MAX_BINS, 1);
        let mut found = 1.0; // that all bins of a band are equal
        for rows in 1..=MAX_BINS {
            found *= threshold;
            let (mut bands, mut missed) = (0, 1.0);
            while missed > MISSED && bands * rows <= MAX_BINS {
                missed *= 1.0 - found;
                bands += 1;
            }
            if missed <= MISSED && bands * rows <= MAX_BINS {
                best = (bands, rows);
            }
        }
        let (bands, rows) = best;
        Self { bands, rows, ..Self::default() }.with_bins(bands * rows, threshold)
    }

    fn with_bins(self, bins: usize, threshold: f64) -> Self {
        Self { bins, min_equal: min_equal(threshold, bins), ..self }
    }

    /// The banding for a configuration. What a longer text holds is found by samples, and so are most texts that are alike:
    /// where containment counts, bins are there to tell pairs apart, and are as many as may be.
    pub fn of(config: &NearConfig) -> Self {
        let banding = Self::new(config.threshold);
        if config.containment == Limit::Off {
            return banding;
        }
        banding.with_bins(MAX_BINS, config.threshold.as_f64())
    }

    /// Bins of a sketch.
    pub fn num_bins(self) -> usize {
        self.bins
    }

    /// Equal bins below which two texts are not compared that match from this Jaccard coefficient on only.
    pub fn min_equal_at(self, jaccard: Share) -> usize {
        min_equal(jaccard.as_f64(), self.num_bins())
    }

    /// How many standard deviations so many equal bins lie below what a pair of this Jaccard coefficient has on average; 0 if
    /// they are as many.
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    pub(super) fn missing(self, num_equal: usize, jaccard: f64) -> f64 {
        let bins = self.num_bins() as f64;
        let deviation = (jaccard * (1.0 - jaccard) * bins).sqrt();
        if deviation == 0.0 { 0.0 } else { ((jaccard * bins - num_equal as f64) / deviation).max(0.0) }
    }

    /// Whether two sketches agree in a band, and in enough bins to be looked at closely.
    pub fn meets(self, a: &[u16], b: &[u16]) -> bool {
        let mut bands = a.chunks_exact(self.rows).zip(b.chunks_exact(self.rows)).take(self.bands);
        let is_equal = bands.any(|(a, b)| a == b);
        is_equal && a.iter().zip(b).filter(|(a, b)| a == b).count() >= self.min_equal
    }

    /// The probability with which a pair of this Jaccard coefficient meets.
    pub fn recall(self, jaccard: f64) -> f64 {
        let product = |factor: f64, times: usize| (0..times).fold(1.0, |product, _| product * factor);
        1.0 - product(1.0 - product(jaccard, self.rows), self.bands)
    }
}

/// The number of standard deviations by which a pair may have fewer equal bins than at the threshold: of pairs there one in
/// seven hundred has fewer still.
pub(super) const MAX_MISSING: f64 = 3.0;

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small positive numbers; square roots and products are the same on every platform (IEEE 754)"
)]
fn min_equal(threshold: f64, num_bins: usize) -> usize {
    let bins = num_bins as f64;
    (threshold * bins - MAX_MISSING * (threshold * (1.0 - threshold) * bins).sqrt()).max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_at_the_threshold_are_found() {
        for hundredths in 5..=100 {
            let threshold = Share::hundredths(hundredths);
            let banding = Banding::new(threshold);
            assert!(banding.num_bins() <= MAX_BINS, "{banding:?}");
            assert!(banding.recall(threshold.as_f64()) >= 0.99 - 1e-12, "{threshold}: {banding:?}");
        }
        assert!(Banding::new(Share::hundredths(1)).recall(0.01) > 0.66, "as well as it can");
    }

    #[test]
    fn table() {
        for (hundredths, bands, rows) in [(50, 35, 3), (70, 17, 4), (80, 16, 6), (90, 10, 9), (100, 1, 108)] {
            let banding = Banding::new(Share::hundredths(hundredths));
            assert_eq!((banding.bands, banding.rows), (bands, rows), "{hundredths}");
        }
    }
}
