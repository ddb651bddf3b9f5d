//! How often paragraphs stand, from the stretches of which copies were removed.
//!
//! A paragraph that stays stands once, and once more for each stretch it is in. Stretches overlap, so they are swept
//! over, document by document. A document of which whole copies went may itself have lost a paragraph to another: its
//! copies count for the paragraph that stays.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::num::NonZeroU64;

use super::groups::{DocumentKey, Group, Groups, bounds, index};
use super::{LedgerLines, MAX_REPEATED};
use crate::error::Result;
use crate::units;

/// Consecutive paragraphs of a document that stays.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeptStretch {
    pub(super) document: DocumentKey,
    pub(super) first: u64,
    pub(super) last: u64,
    /// Copies that went; none of paragraphs that went themselves.
    pub(super) copies: Option<NonZeroU64>,
    /// The group of which this was known.
    pub(super) group: u32,
}

/// A paragraph that stands more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Repeated {
    /// How often it stands, reversed so that the greatest number comes first.
    pub(super) times: Reverse<u64>,
    /// A group whose survivors it is among.
    pub(super) group: u32,
    pub(super) paragraph: u64,
}

/// Where the classes of the histogram begin.
pub(super) const CLASSES: [u64; 8] = [2, 3, 4, 5, 10, 100, 1000, 10_000];

/// How often paragraphs stand.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// Paragraphs by class.
    pub(super) classes: [u64; CLASSES.len()],
    /// The paragraphs that stand most often.
    pub(super) repeated: Vec<Repeated>,
}

/// Corrects for documents of which copies went as a whole and that lost stretches themselves: those stretches went once
/// more with each copy, and the stretches that stay for them gain those copies.
pub(super) fn moved(groups: &Groups, lines: &mut dyn LedgerLines) -> Result<Vec<KeptStretch>> {
    let mut copied: HashMap<DocumentKey, u64> = HashMap::new();
    for group in groups.all.iter().filter(|group| group.rule.is_exact() && group.rule.is_of_documents()) {
        *copied.entry(group.document).or_default() += u64::from(group.copies);
    }
    let mut stretches = Vec::new();
    if copied.is_empty() {
        return Ok(stretches);
    }
    let group_of = |number: u64| {
        let at = units::index(number);
        groups.of_line.get(at).copied().unwrap_or_default()
    };
    let is_exact = |number: u64| {
        groups.all.get(index(group_of(number))).is_some_and(|group| group.rule.is_one_for_one())
    };
    lines.visit(&is_exact, &mut |number, line| {
        let group = group_of(number);
        let document = DocumentKey::of(&line.path, line.record);
        if let Some(&copies) = copied.get(&document) {
            let (first, last) = bounds(line.first, line.last);
            stretches.push(KeptStretch { document, first, last, copies: None, group });
            if let Some(survivor) = &line.survivor {
                let (first, last) = bounds(survivor.first, survivor.last);
                let document = DocumentKey::of_survivor(survivor);
                stretches.push(KeptStretch { document, first, last, copies: NonZeroU64::new(copies), group });
            }
        }
        Ok(())
    })?;
    Ok(stretches)
}

impl Standing {
    /// Counts. The groups are given up, as both would not fit.
    pub(super) fn of(groups: Vec<Group>, moved: Vec<KeptStretch>) -> Self {
        let stretch = |(group, number): (Group, u32)| {
            let copies = NonZeroU64::new(u64::from(group.copies)).filter(|_| group.rule.is_exact())?;
            let Group { document, first, last, .. } = group;
            Some(KeptStretch { document, first, last, copies: Some(copies), group: number })
        };
        let mut stretches: Vec<KeptStretch> = groups.into_iter().zip(0..).filter_map(stretch).collect();
        stretches.extend(moved);
        stretches
            .sort_unstable_by_key(|stretch| (stretch.document, stretch.first, stretch.last, stretch.group));
        let mut standing = Self::default();
        let mut most = BinaryHeap::new();
        for document in stretches.chunk_by(|a, b| a.document == b.document) {
            sweep(document, |(first, last), times, group| {
                let class = CLASSES.partition_point(|&from| from <= times);
                if let Some(class) = class.checked_sub(1) {
                    standing.classes[class] = standing.classes[class].saturating_add(last - first + 1);
                    remember(&mut most, first, last, times, group);
                }
            });
        }
        standing.repeated = most.into_sorted_vec();
        standing
    }
}

/// Keeps the paragraphs that stand most often, the worst of them on top.
fn remember(most: &mut BinaryHeap<Repeated>, first: u64, last: u64, times: u64, group: u32) {
    for paragraph in (first..=last).take(MAX_REPEATED) {
        let repeated = Repeated { times: Reverse(times), group, paragraph };
        if most.len() < MAX_REPEATED {
            most.push(repeated);
        } else if let Some(mut worst) = most.peek_mut()
            && repeated < *worst
        {
            *worst = repeated;
        } else {
            return;
        }
    }
}

/// Goes over the sorted stretches of a document, and calls `tell` with each range of paragraphs that stay: how often it
/// stands, and the first group that has it.
fn sweep(stretches: &[KeptStretch], mut tell: impl FnMut((u64, u64), u64, u32)) {
    // By its end, the place of each stretch that is open.
    let mut open: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
    let (mut times, mut num_gone) = (1_u64, 0_u64);
    let mut groups = BinaryHeap::new(); // of open stretches, and of some that ended
    let mut next = 0;
    let mut at = 0;
    while next < stretches.len() || !open.is_empty() {
        let starts = stretches.get(next).map(|stretch| stretch.first);
        let ends = open.peek().map(|Reverse((last, _))| last.saturating_add(1));
        let until = starts.into_iter().chain(ends).min().unwrap_or(at);
        if until > at && !open.is_empty() && num_gone == 0 {
            while groups
                .peek()
                .is_some_and(|Reverse((_, place)): &Reverse<(u32, usize)>| stretches[*place].last < at)
            {
                groups.pop();
            }
            let group = groups.peek().map_or(0, |Reverse((group, _))| *group);
            tell((at, until - 1), times, group);
        }
        at = until;
        while let Some(&Reverse((last, place))) = open.peek()
            && last < at
        {
            open.pop();
            match stretches[place].copies {
                Some(copies) => times -= copies.get(),
                None => num_gone -= 1,
            }
        }
        while let Some(stretch) = stretches.get(next).filter(|stretch| stretch.first == at) {
            open.push(Reverse((stretch.last, next)));
            match stretch.copies {
                Some(copies) => {
                    times += copies.get();
                    groups.push(Reverse((stretch.group, next)));
                }
                None => num_gone += 1,
            }
            next += 1;
        }
    }
    debug_assert_eq!((times, num_gone), (1, 0));
}
