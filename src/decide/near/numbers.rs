//! Whether the numbers of two texts agree.

use super::features::Features;
use crate::fingerprint::Number;
use crate::units::count;

/// Numbers of two texts, as reports show them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct NumberOverlap {
    /// Numbers in both.
    pub shared: Vec<String>,
    /// Numbers in the one that goes only.
    pub removed: Vec<String>,
    /// Numbers in the survivor only.
    pub survivor: Vec<String>,
}

/// How the numbers of two texts agree, slot by slot: a number is held against what stands in the same place of the
/// other text, so that one that stands where the other text has nothing (a by-line, a part that was cut off) says
/// nothing, and one that was replaced does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct SlotOverlap {
    /// Numbers that stand in the same place of both.
    pub(super) agree: u64,
    /// Numbers in whose place the other text has something else.
    pub(super) conflict: u64,
}

impl SlotOverlap {
    /// Compares the numbers of two texts. Cost: O(numbers and tokens of both).
    pub(super) fn of(a: &Features, b: &Features) -> Self {
        let Slots { mut overlap, more_in_a, more_in_b } = Slots::of(a.numbers(), b.numbers());
        overlap.conflict += num_against_words(&more_in_a, b, a) + num_against_words(&more_in_b, a, b);
        if overlap == Self::default() { Self::anywhere(a.numbers(), b.numbers()) } else { overlap }
    }

    /// Compares the numbers of two texts, sorted, of whose words nothing is known. Cost: O(numbers of both).
    pub(super) fn without_words(a: &[Number], b: &[Number]) -> Self {
        let overlap = Slots::of(a, b).overlap;
        if overlap == Self::default() { Self::anywhere(a, b) } else { overlap }
    }

    /// Compares texts that share no slot with a number: by all their numbers, wherever they stand.
    fn anywhere(a: &[Number], b: &[Number]) -> Self {
        let (a, b) = (single_numbers(a), single_numbers(b));
        let agree = num_common(a.iter(), b.iter());
        Self { agree, conflict: count(a.len().min(b.len())) - agree }
    }
}

/// The numbers of two texts, slot by slot.
#[derive(Debug, Default)]
struct Slots {
    overlap: SlotOverlap,
    /// Numbers in slots where the other text has fewer: the slot, and how many more there are.
    more_in_a: Vec<(u32, u64)>,
    more_in_b: Vec<(u32, u64)>,
}

impl Slots {
    /// Compares sorted numbers.
    fn of(mut left: &[Number], mut right: &[Number]) -> Self {
        let mut slots = Self::default();
        while let Some(slot) = left.first().into_iter().chain(right.first()).map(|number| number.slot).min() {
            let in_slot = |numbers: &[Number]| numbers.partition_point(|number| number.slot <= slot);
            let (mine, after) = left.split_at(in_slot(left));
            let (others, others_after) = right.split_at(in_slot(right));
            (left, right) = (after, others_after);
            let agree = num_common(mine.iter().map(|n| &n.text), others.iter().map(|n| &n.text));
            let (a_left, b_left) = (count(mine.len()) - agree, count(others.len()) - agree);
            slots.overlap.agree += agree;
            slots.overlap.conflict += a_left.min(b_left);
            if a_left > b_left {
                slots.more_in_a.push((slot, a_left - b_left));
            } else if b_left > a_left {
                slots.more_in_b.push((slot, b_left - a_left));
            }
        }
        slots
    }
}

/// Common elements of two sorted sequences, as often as they stand in both.
fn num_common<T: Ord>(a: impl Iterator<Item = T>, b: impl Iterator<Item = T>) -> u64 {
    let (mut a, mut b) = (a.peekable(), b.peekable());
    let mut common = 0;
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        let order = x.cmp(y);
        common += u64::from(order.is_eq());
        if order.is_le() {
            a.next();
        }
        if order.is_ge() {
            b.next();
        }
    }
    common
}

/// Numbers of one text where the other has a word that it has not itself: of the numbers in each slot no more than
/// there are such words. Slots are sorted.
fn num_against_words(numbers: &[(u32, u64)], there: &Features, here: &Features) -> u64 {
    if numbers.is_empty() {
        return 0;
    }
    let slots: Vec<u32> = numbers.iter().map(|(slot, _)| *slot).collect();
    let mut words = there.words_in(&slots);
    if words.is_empty() {
        return 0;
    }
    let own = here.words_in(&slots);
    words.retain(|word| own.binary_search(word).is_err());
    let in_slot = |slot: u32| {
        let start = words.partition_point(|(other, _)| *other < slot);
        count(words[start..].partition_point(|(other, _)| *other == slot))
    };
    numbers.iter().map(|&(slot, num)| num.min(in_slot(slot))).sum()
}

/// The numbers of a text, each by itself, sorted.
fn single_numbers(numbers: &[Number]) -> Vec<&str> {
    let mut numbers: Vec<&str> = numbers.iter().flat_map(|number| number.text.split(' ')).collect();
    numbers.sort_unstable();
    numbers
}

impl NumberOverlap {
    /// The numbers of a text and of its survivor.
    pub(crate) fn of(text: &[Number], survivor: &[Number]) -> Self {
        let (mut removed, mut others) = (single_numbers(text), single_numbers(survivor));
        removed.dedup();
        others.dedup();
        let owned = |numbers: Vec<&str>| numbers.into_iter().map(str::to_owned).collect();
        let both = |numbers: &[&str], is_in: bool, other: &[&str]| {
            owned(numbers.iter().filter(|n| other.binary_search(n).is_ok() == is_in).copied().collect())
        };
        Self {
            shared: both(&removed, true, &others),
            removed: both(&removed, false, &others),
            survivor: both(&others, false, &removed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::near::features::features_of as features;

    fn slots(a: &str, b: &str) -> (u64, u64) {
        let overlap = SlotOverlap::of(&features(a), &features(b));
        let other = SlotOverlap::of(&features(b), &features(a));
        assert_eq!(overlap, other, "it is symmetric");
        (overlap.agree, overlap.conflict)
    }

    #[test]
    fn slots_table() {
        for (name, a, b, expected) in [
            ("the same", "up 3 points to 250 now", "up 3 points to 250 now", (2, 0)),
            ("one replaced", "up 3 points to 250 now", "up 4 points to 250 now", (1, 1)),
            ("one by a word", "up 3 points to 250 now", "up three points to 250 now", (1, 1)),
            ("one more", "up 3 points to 250 now", "up 3 points to 250 now, 2026 edition", (2, 0)),
            ("one less", "up 3 points to 250 now", "up 3 points", (1, 0)),
            ("a date is one number", "on 2026-11-25 it rose", "on 2026-11-26 it rose", (0, 1)),
            ("mixed tokens are neutral", "in Q3 it rose 7 points", "in Q4 it rose 7 points", (1, 0)),
            ("no shared slot", "about 5 and 7", "then 5 or 8", (1, 1)),
            ("no numbers", "it rose", "it fell", (0, 0)),
            ("numbers in one only", "it rose 5 points", "it fell", (0, 0)),
            ("Chinese", "中间价报7.1234元", "中间价报6.9876元", (0, 1)),
        ] {
            assert_eq!(slots(a, b), expected, "{name}");
        }
    }

    #[test]
    fn numbers_are_told() {
        let numbers = NumberOverlap::of(features("3 of 7 and 7").numbers(), features("3 of 8").numbers());
        let told = |numbers: &[&str]| numbers.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            numbers,
            NumberOverlap { shared: told(&["3"]), removed: told(&["7"]), survivor: told(&["8"]) }
        );
    }
}
