//! Locality-sensitive hashing: which sketches are looked at together.

use crate::config::{NearConfig, Share};

/// A division of a sketch's bins into bands: two texts meet if all bins of one band are equal.
///
/// A pair with Jaccard coefficient `j` meets with probability `1 - (1 - j^rows)^bands` (P. Indyk and R. Motwani,
/// STOC 1998; J. Leskovec, A. Rajaraman and J. Ullman, "Mining of Massive Datasets", section 3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Banding {
    /// Number of bands.
    pub bands: usize,
    /// Bins a band.
    pub rows: usize,
    /// Equal bins below which two texts are not compared: four standard deviations below the threshold.
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
        let min_equal = min_equal(threshold, bands * rows);
        Self { bands, rows, min_equal }
    }

    /// The banding for a configuration.
    ///
    /// A text that stands with the share `c` in one twice as long has a Jaccard coefficient of `c / (3 - c)` with it:
    /// where containment counts, pairs are searched for down to that.
    pub fn of(config: &NearConfig) -> Self {
        let contained = config.containment.share().map(Share::of_twice_as_long);
        Self::new(contained.map_or(config.threshold, |contained| contained.min(config.threshold)))
    }

    /// Bins of a sketch.
    pub fn num_bins(self) -> usize {
        self.bands * self.rows
    }

    /// Equal bins below which two texts are not compared that match from this Jaccard coefficient on only.
    pub fn min_equal_at(self, jaccard: Share) -> usize {
        min_equal(jaccard.as_f64(), self.num_bins())
    }

    /// Whether two sketches agree in a band, and in enough bins to be looked at closely.
    pub fn meets(self, a: &[u16], b: &[u16]) -> bool {
        let is_equal = a.chunks_exact(self.rows).zip(b.chunks_exact(self.rows)).any(|(a, b)| a == b);
        is_equal && a.iter().zip(b).filter(|(a, b)| a == b).count() >= self.min_equal
    }

    /// The probability with which a pair of this Jaccard coefficient meets.
    pub fn recall(self, jaccard: f64) -> f64 {
        let product = |factor: f64, times: usize| (0..times).fold(1.0, |product, _| product * factor);
        1.0 - product(1.0 - product(jaccard, self.rows), self.bands)
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small positive numbers; square roots and products are the same on every platform (IEEE 754)"
)]
fn min_equal(threshold: f64, num_bins: usize) -> usize {
    let bins = num_bins as f64;
    (threshold * bins - 4.0 * (threshold * (1.0 - threshold) * bins).sqrt()).max(0.0) as usize
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
