//! The numbers of a text that an index keeps: those of the smallest slots.
//!
//! A slot is a hash of what stands around a number, so that the smallest slots of two texts that say much the same are much
//! the same slots (bottom-k sampling: A. Z. Broder, "On the resemblance and containment of documents", 1997).

use super::numbers::Number;

/// Most numbers that are kept of a text: with a sketch of 108 bins and a sample of 64 keys it takes less than 600 bytes.
const MAX_NUMBERS: usize = 30;
/// Most numbers that are read of a text: an index may have been written when more were kept.
const MAX_READ: usize = 32;
/// Bits of a slot; all slots are below the power of two.
const SLOT_BITS: u32 = 28;
const ALL_SLOTS: u32 = 1 << SLOT_BITS;
/// The length of a text whose length stands in a byte of its own.
const LONG: u8 = 15;

/// The numbers of a text of the smallest slots: all of them, if they are no more than 30.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberSample {
    /// Sorted; all of slots below `limit`.
    numbers: Vec<Number>,
    /// Numbers of slots from here on are not in the sample.
    limit: u32,
}

impl Default for NumberSample {
    fn default() -> Self {
        Self { numbers: Vec::new(), limit: ALL_SLOTS }
    }
}

impl NumberSample {
    /// The sample of these numbers, in any order.
    pub fn of(numbers: Vec<Number>) -> Self {
        let mut sample = Self { numbers, limit: ALL_SLOTS };
        sample.cut();
        sample
    }

    /// Adds the numbers of what follows in a long text.
    pub fn join(&mut self, next: Self) {
        self.numbers.extend(next.numbers);
        self.limit = self.limit.min(next.limit);
        self.cut();
    }

    /// Leaves out what is too much: whole slots, unless a single one holds more.
    fn cut(&mut self) {
        self.numbers.sort_unstable();
        self.numbers.truncate(self.numbers.partition_point(|number| number.slot < self.limit));
        let Some(first_out) = self.numbers.get(MAX_NUMBERS).map(|number| number.slot) else { return };
        let num_below = self.numbers.partition_point(|number| number.slot < first_out);
        let (len, limit) = if num_below == 0 { (MAX_NUMBERS, first_out + 1) } else { (num_below, first_out) };
        self.numbers.truncate(len);
        self.limit = limit;
    }

    /// The numbers, sorted.
    pub fn numbers(&self) -> &[Number] {
        &self.numbers
    }

    /// The numbers of slots that are in both samples, if they are there at all: those of this one, and those of the other.
    pub fn common<'a>(&'a self, other: &'a Self) -> (&'a [Number], &'a [Number]) {
        let limit = self.limit.min(other.limit);
        let below = |numbers: &'a [Number]| &numbers[..numbers.partition_point(|number| number.slot < limit)];
        (below(&self.numbers), below(&other.numbers))
    }

    /// Appends the sample as bytes: its limit and the number of its numbers, then of each a u32 of its slot, 28 bits, and of
    /// the length of its text, 4 bits; a byte of that length, if it is 15 or more; and the text.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.limit.to_le_bytes());
        out.push(u8::try_from(self.numbers.len()).expect("at most 30 numbers"));
        for Number { slot, text } in &self.numbers {
            let len = u8::try_from(text.len()).expect("the text of a number is cut to some 64 bytes");
            let head = *slot | u32::from(len.min(LONG)) << SLOT_BITS;
            out.extend_from_slice(&head.to_le_bytes());
            if len >= LONG {
                out.push(len);
            }
            out.extend_from_slice(text.as_bytes());
        }
    }

    /// Takes a sample that [`Self::encode`] wrote from the front; `None` of other bytes.
    pub fn decode(bytes: &mut &[u8]) -> Option<Self> {
        let (limit, rest) = bytes.split_first_chunk()?;
        let (&num_numbers, mut rest) = rest.split_first()?;
        let limit = u32::from_le_bytes(*limit);
        let mut numbers = Vec::with_capacity(usize::from(num_numbers).min(MAX_READ));
        for _ in 0..num_numbers {
            let (head, after) = rest.split_first_chunk()?;
            let head = u32::from_le_bytes(*head);
            let (slot, mut len) = (head & (ALL_SLOTS - 1), (head >> SLOT_BITS) as usize);
            rest = after;
            if len == usize::from(LONG) {
                let (&byte, after) = rest.split_first()?;
                (len, rest) = (usize::from(byte), after);
            }
            let (text, after) = rest.split_at_checked(len)?;
            numbers.push(Number { slot, text: str::from_utf8(text).ok()?.to_owned() });
            rest = after;
        }
        let is_sound = numbers.len() <= MAX_READ
            && limit <= ALL_SLOTS
            && numbers.is_sorted()
            && numbers.last().is_none_or(|last| last.slot < limit);
        *bytes = rest;
        is_sound.then_some(Self { numbers, limit })
    }
}

#[cfg(test)]
mod tests {
    use super::super::mix;
    use super::*;

    fn numbers(range: std::ops::Range<u64>) -> Vec<Number> {
        let number = |n: u64| Number {
            slot: u32::try_from(mix(n / 2) >> 36).unwrap(),
            text: format!("{}.5", n % 100).repeat(if n % 9 == 4 { 5 } else { 1 }),
        };
        range.map(number).collect()
    }

    #[test]
    fn the_smallest_slots_stay() {
        for len in [0, 1, 29, 30, 31, 500] {
            let mut all = numbers(0..len);
            let sample = NumberSample::of(all.clone());
            all.sort_unstable();
            assert_eq!(sample.numbers(), &all[..sample.numbers().len()], "{len}");
            assert!(sample.numbers().len() >= all.len().min(29) && sample.numbers().len() <= 30);
        }
        // One slot of very many.
        let same: Vec<Number> = (0..100).map(|n| Number { slot: 7, text: n.to_string() }).collect();
        assert_eq!(NumberSample::of(same).numbers().len(), 30);
    }

    #[test]
    fn pieces_join_to_the_whole() {
        for cuts in [&[0, 40, 60][..], &[0, 100, 300, 1000], &[0, 0, 500, 1000]] {
            let mut pieces = cuts.windows(2).map(|cut| NumberSample::of(numbers(cut[0]..cut[1])));
            let mut joined = pieces.next().unwrap();
            pieces.for_each(|next| joined.join(next));
            assert_eq!(joined, NumberSample::of(numbers(0..cuts[cuts.len() - 1])), "{cuts:?}");
        }
    }

    #[test]
    fn samples_of_different_depth_are_compared_as_far_as_both_reach() {
        let (short, long) = (NumberSample::of(numbers(0..30)), NumberSample::of(numbers(0..300)));
        let (mine, others) = short.common(&long);
        assert!(!mine.is_empty() && mine.len() < 30 && others.len() == long.numbers().len());
        assert!(mine.iter().all(|number| others.contains(number)));
    }

    #[test]
    fn bytes_come_back() {
        for len in [0, 5, 300] {
            let sample = NumberSample::of(numbers(0..len));
            let mut bytes = Vec::new();
            sample.encode(&mut bytes);
            for end in 0..bytes.len() {
                assert_eq!(NumberSample::decode(&mut &bytes[..end]), None, "{len} {end}");
            }
            bytes.push(9);
            let mut rest = bytes.as_slice();
            assert_eq!((NumberSample::decode(&mut rest), rest), (Some(sample), &[9][..]));
        }
        // Out of order, or beyond its limit.
        for bytes in [&[9, 0, 0, 0, 2, 5, 0, 0, 0, 3, 0, 0, 0][..], &[5, 0, 0, 0, 1, 5, 0, 0, 0]] {
            assert_eq!(NumberSample::decode(&mut &*bytes), None);
        }
    }
}
