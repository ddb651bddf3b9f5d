//! Shares, and limits that are shares.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A share between 0 and 1, in ten-thousandths: decisions compare integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "GivenNumber", into = "f64")]
pub struct Share(u16);

impl Share {
    /// None of it. No option takes it but limits to what is let pass.
    pub const ZERO: Self = Self(0);
    /// The whole.
    pub const ONE: Self = Self(Self::PARTS);
    const PARTS: u16 = 10_000;

    /// This many hundredths, at most 100.
    pub const fn hundredths(hundredths: u16) -> Self {
        Self(if hundredths > 100 { Self::PARTS } else { hundredths * 100 })
    }

    /// Whether `part` is at least this share of `whole`; true if `whole` is 0.
    #[inline]
    pub fn is_reached(self, part: u64, whole: u64) -> bool {
        u128::from(part) * u128::from(Self::PARTS) >= u128::from(whole) * u128::from(self.0)
    }

    /// Whether `part` is more than this share of `whole`; of nothing nothing is more.
    pub fn is_exceeded(self, part: u64, whole: u64) -> bool {
        u128::from(part) * u128::from(Self::PARTS) > u128::from(whole) * u128::from(self.0)
    }

    /// The smallest part of `whole` that reaches this share.
    pub fn least_of(self, whole: u64) -> u64 {
        let least = (u128::from(whole) * u128::from(self.0)).div_ceil(u128::from(Self::PARTS));
        part_of_whole(least)
    }

    /// The fewest elements that two sets of these sizes must share for their Jaccard coefficient to reach this share.
    pub fn least_shared(self, a: u64, b: u64) -> u64 {
        // shared / (a + b - shared) >= share
        let sum = (u128::from(a) + u128::from(b)) * u128::from(self.0);
        let least = sum.div_ceil(u128::from(Self::PARTS) + u128::from(self.0));
        part_of_whole(least)
    }

    /// The share as a fraction.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / f64::from(Self::PARTS)
    }

    /// The share that `part` is of `whole`, rounded down; 1 of nothing.
    pub fn of(part: u64, whole: u64) -> Self {
        let parts = u128::from(part.min(whole)) * u128::from(Self::PARTS);
        let parts = parts.checked_div(u128::from(whole)).unwrap_or(u128::from(Self::PARTS));
        Self(num_parts(parts))
    }
}

/// A part of a number of 64 bits, which fits in 64 bits as a share is at most 1.
fn part_of_whole(n: u128) -> u64 {
    u64::try_from(n).expect("a part is not more than the whole")
}

/// The number of parts of a share, which is at most [`Share::PARTS`].
fn num_parts(parts: u128) -> u16 {
    u16::try_from(parts).expect("a share is at most 1")
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || {
            format!(
                "{text:?} is not a share; write a number above 0 and up to 1, such as 0.8, with up to 4 decimals"
            )
        };
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let is_number = !whole.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        if !is_number || decimals.len() > 4 || decimals.contains('.') {
            return Err(refused());
        }
        let whole: u32 = whole.parse().map_err(|_| refused())?;
        let decimals: u32 = format!("{decimals:0<4}").parse().map_err(|_| refused())?;
        let parts = whole.checked_mul(u32::from(Self::PARTS)).and_then(|parts| parts.checked_add(decimals));
        let parts = parts
            .and_then(|parts| u16::try_from(parts).ok())
            .filter(|parts| (1..=Self::PARTS).contains(parts));
        parts.map(Self).ok_or_else(refused)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_f64())
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> Self {
        share.as_f64()
    }
}

/// A number as a configuration file spells it.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "not a share; write a number above 0 and up to 1, such as 0.8, or 'off' where the option allows it"
)]
enum GivenNumber {
    Float(f64),
    Text(String),
}

impl TryFrom<GivenNumber> for Share {
    type Error = String;

    fn try_from(number: GivenNumber) -> Result<Self, String> {
        match number {
            GivenNumber::Float(number) => number.to_string().parse(),
            GivenNumber::Text(text) => text.parse(),
        }
    }
}

/// A share that can be switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "GivenNumber", into = "SpelledLimit")]
pub enum Limit {
    /// No limit.
    #[default]
    Off,
    /// At least this share.
    AtLeast(Share),
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            Ok(Self::Off)
        } else {
            text.parse().map(Self::AtLeast).map_err(|why| format!("{why}, or off"))
        }
    }
}

impl TryFrom<GivenNumber> for Limit {
    type Error = String;

    fn try_from(number: GivenNumber) -> Result<Self, String> {
        match number {
            GivenNumber::Text(text) => text.parse(),
            number @ GivenNumber::Float(_) => Share::try_from(number).map(Self::AtLeast),
        }
    }
}

/// A limit as it is written.
#[derive(Serialize)]
#[serde(untagged)]
enum SpelledLimit {
    Text(&'static str),
    Number(f64),
}

impl From<Limit> for SpelledLimit {
    fn from(limit: Limit) -> Self {
        match limit {
            Limit::Off => Self::Text("off"),
            Limit::AtLeast(share) => Self::Number(share.as_f64()),
        }
    }
}

impl Limit {
    /// Whether `part` of `whole` is enough.
    pub fn is_reached(self, part: u64, whole: u64) -> bool {
        match self {
            Self::Off => true,
            Self::AtLeast(share) => share.is_reached(part, whole),
        }
    }

    /// The share, if there is a limit.
    pub fn share(self) -> Option<Share> {
        match self {
            Self::Off => None,
            Self::AtLeast(share) => Some(share),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        for (text, parts) in
            [("0.8", 8000), ("1", 10_000), ("1.0", 10_000), ("0.0001", 1), ("0.85", 8500), ("0.7071", 7071)]
        {
            assert_eq!(text.parse(), Ok(Share(parts)), "{text}");
        }
        for text in
            ["", "0", "0.0", "1.0001", "2", "-0.5", "0.12345", "a", ".5", "0.5.5", "1e-1", "99999999999"]
        {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
        assert!(Share::hundredths(80).is_reached(4, 5) && !Share::hundredths(80).is_reached(799, 1000));
        assert!(Share::hundredths(80).is_reached(0, 0));
        for (a, b) in [(1, 1), (10, 10), (7, 100), (1000, 1001), (0, 5)] {
            for share in [1, 50, 80, 99, 100].map(Share::hundredths) {
                let least = share.least_shared(a, b);
                assert!(share.is_reached(least, a + b - least), "{a} {b} {share}");
                assert!(least == 0 || !share.is_reached(least - 1, a + b - (least - 1)), "{a} {b} {share}");
                assert!(share.is_reached(share.least_of(a), a));
            }
        }
        assert_eq!(
            (Share::of(1, 3), Share::of(0, 0), Share::of(5, 5)),
            (Share(3333), Share::ONE, Share::ONE)
        );
    }
}
