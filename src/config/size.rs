//! Sizes as people write them: `256MiB`, `1GB`, `65536`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A number of bytes, which options also take with a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByteSize(pub u64);

/// Units and what they stand for. As with the GNU tools, `M` is short for `MiB`, and `MB` is decimal.
const UNITS: [(&str, u64); 14] = [
    ("", 1),
    ("b", 1),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("k", 1 << 10),
    ("m", 1 << 20),
    ("g", 1 << 30),
    ("t", 1 << 40),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
];

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, unit) = text.split_at(digits);
        let unit = unit.trim().to_ascii_lowercase();
        let factor = UNITS.iter().find_map(|(name, factor)| (*name == unit).then_some(*factor));
        let bytes =
            number.parse::<u64>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
        bytes
            .map(Self)
            .ok_or_else(|| "not a size; write bytes, or a number with kB, MB, GB, KiB, MiB or GiB".to_owned())
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
        match exact.into_iter().find(|(_, factor)| self.0 > 0 && self.0.is_multiple_of(*factor)) {
            Some((unit, factor)) => write!(f, "{}{unit}", self.0 / factor),
            None => write!(f, "{}", self.0),
        }
    }
}

impl Serialize for ByteSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// A number, or a text with a unit.
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Spelled {
            Number(u64),
            Text(String),
        }
        match Spelled::deserialize(deserializer)? {
            Spelled::Number(bytes) => Ok(Self(bytes)),
            Spelled::Text(text) => text.parse().map_err(de::Error::custom),
        }
    }
}

/// Reads an optional number of bytes of a configuration, with a unit or without.
pub(super) fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(Option::<ByteSize>::deserialize(deserializer)?.map(|ByteSize(bytes)| bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, expected) in [
            ("0", Some(0)),
            ("65536", Some(65536)),
            ("1kB", Some(1000)),
            ("1 KiB", Some(1024)),
            ("256MiB", Some(256 << 20)),
            ("3g", Some(3 << 30)),
            ("2GB", Some(2_000_000_000)),
            ("", None),
            ("MB", None),
            ("-1", None),
            ("1.5GB", None),
            ("1XB", None),
            ("99999999999999999999", None),
            ("99999999999TiB", None),
        ] {
            assert_eq!(text.parse::<ByteSize>().ok().map(|size| size.0), expected, "{text}");
        }
        for size in [0, 1, 1000, 1024, 5 << 20, 3 << 30, (3 << 30) + 1] {
            assert_eq!(ByteSize(size).to_string().parse(), Ok(ByteSize(size)));
        }
    }
}
