//! Which of several near-duplicates stays (`--keep`).

use crate::config::{Keep, NearConfig};
use crate::decide::near::Rank;
use crate::discover::Order;
use crate::error::Result;
use crate::run::corpus::{Corpus, path_of};
use crate::run::render::encode_error;
use crate::run::settled::Settled;

use crate::read::{Chunk, Field, Fields, Part};

/// Ranks texts.
pub(super) struct Ranking<'a> {
    corpus: Corpus<'a>,
    order: Option<Order>,
}

/// The ranks of the documents of a part.
pub(super) struct PartRanks<'a> {
    keep: &'a Keep,
    /// The rank of all its documents by their path.
    path: Rank,
    fields: Option<Fields<'a>>,
    chunk: &'a Chunk,
    id_field: &'a str,
}

impl<'a> Ranking<'a> {
    pub(super) fn new(corpus: Corpus<'a>) -> Result<Self> {
        let NearConfig { keep, priority, .. } = &corpus.config.decide.near;
        let order = if matches!(keep, Keep::Priority(_)) {
            Some(Order::new("keep priority", priority)?)
        } else {
            None
        };
        Ok(Self { corpus, order })
    }

    /// Whether texts differ in rank at all.
    pub(super) fn is_ranked(&self) -> bool {
        self.corpus.config.decide.near.keep != Keep::First
    }

    pub(super) fn part<'s>(&'s self, settled: &'s Settled, part: &'s Part) -> Result<PartRanks<'s>> {
        let keep = &self.corpus.config.decide.near.keep;
        let (chunk, id_field) = (&settled.scanned.chunk, self.corpus.config.read.id_field.as_str());
        let mut ranks = PartRanks { keep, path: Rank::default(), fields: None, chunk, id_field };
        if let Some(order) = &self.order {
            ranks.path = [order.place(&path_of(self.corpus.sources, part)), 0, 0];
        }
        if matches!(keep, Keep::Newest(_)) {
            let fields = Fields::new(&settled.scanned.chunk, part, self.corpus.read).map_err(encode_error)?;
            ranks.fields = Some(fields);
        }
        Ok(ranks)
    }
}

impl PartRanks<'_> {
    /// The rank of a text of this length, in the chunk's slot of this number.
    pub(super) fn of(&self, slot: usize, len: u64) -> Rank {
        match self.keep {
            Keep::First => Rank::default(),
            Keep::Longest => [u64::MAX - len, 0, 0],
            Keep::Priority(_) => self.path,
            Keep::Newest(name) if name == self.id_field => {
                newest(&String::from_utf8_lossy(&self.chunk.bytes[self.chunk.slots[slot].id.range()]))
            }
            Keep::Newest(name) => {
                let fields = self.fields.as_ref().map(|fields| fields.of(slot)).unwrap_or_default();
                newest(&value_of(name, &fields).unwrap_or_default())
            }
        }
    }
}

/// The value of a field of this name, or of a field inside another, as JSON.
pub(in crate::run) fn value_of(name: &str, fields: &[Field]) -> Option<String> {
    let value_of =
        |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
    value_of(name).or_else(|| {
        let (outer, inner) = name.split_once('.')?;
        let outer: serde_json::Value = serde_json::from_str(&value_of(outer)?).ok()?;
        let inner = inner.split('.').try_fold(&outer, |value, name| value.get(name));
        inner.map(ToString::to_string)
    })
}

/// The rank of a field's value, JSON: the greatest first. Numbers are compared by value, strings byte by byte as far
/// as 24 bytes (ISO 8601 dates by time, that is); a string is greater than a number, and both than anything else.
fn newest(value: &str) -> Rank {
    let mut bytes = [0_u8; 24];
    match serde_json::from_str::<serde_json::Value>(value) {
        Ok(serde_json::Value::String(text)) => {
            bytes[0] = 2;
            for (place, byte) in bytes[1..].iter_mut().zip(text.trim().bytes()) {
                *place = byte;
            }
        }
        Ok(serde_json::Value::Number(number)) => {
            bytes[0] = 1;
            let bits = number.as_f64().unwrap_or(0.0).to_bits();
            // The order of the bits of floating-point numbers is that of the numbers but for the sign.
            let ordered = if bits >> 63 == 0 { bits | 1 << 63 } else { !bits };
            bytes[1..9].copy_from_slice(&ordered.to_be_bytes());
        }
        _ => {}
    }
    let mut rank = [0; 3];
    for (rank, word) in rank.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *rank = !u64::from_be_bytes(*word);
    }
    rank
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_comes_first() {
        let order = [
            "\"2026-11-25T18:33:01Z\"",
            "\"2026-11-25T18:33:00Z\"",
            "\"2026-11-25\"",
            "\"2025\"",
            "1764000000",
            "12.5",
            "3",
            "0",
            "-1",
            "-2.5",
            "null",
        ];
        for pair in order.windows(2) {
            assert!(newest(pair[0]) < newest(pair[1]), "{pair:?}");
        }
        assert_eq!(newest("null"), newest("[1]"));
        assert_eq!(newest("7"), newest("7.0"));
    }
}
