//! The survivors of one group, by the keys of their samples.

use super::forest::ComponentIndex;
use super::samples::Samples;
use super::signatures::SignatureId;
use crate::error::Result;

/// The keys of a text by which it is looked up: those that the fewest survivors have. Of two texts that match, they are
/// as likely shared as any (prefix filtering: S. Chaudhuri, V. Ganti and R. Kaushik, "A primitive operator for similarity
/// joins in data cleaning", ICDE 2006).
const PROBES: usize = 24;
/// Survivors of one key that are looked at. A key of more is one of a phrase, or of a template.
const MAX_TEXTS: usize = 64;

/// The keys of a group's texts, and for each the survivors that have it.
///
/// Memory: 24 bytes for each key of each text at most.
#[derive(Debug, Default)]
pub(super) struct SurvivorsByKey {
    /// The numbers of the keys of each text that stand in another of the group too, one text after the other.
    numbers: Vec<u32>,
    /// Where the numbers of each text end.
    ends: Vec<usize>,
    /// Where the texts of each key begin in `texts`, and how many of them survived.
    keys: Vec<KeyTexts>,
    /// Room for the texts of each key; its survivors stand first.
    texts: Vec<ComponentIndex>,
}

#[derive(Debug, Clone, Copy, Default)]
struct KeyTexts {
    start: u32,
    num: u32,
}

/// Bytes of a key of a text.
pub(super) const KEY_BYTES: usize = 24;

impl SurvivorsByKey {
    /// The keys of these texts; none of them survived yet.
    ///
    /// # Errors
    /// Those of the store that holds samples.
    pub(super) fn new(component: &[SignatureId], samples: &Samples) -> Result<Self> {
        let mut entries: Vec<(u64, ComponentIndex)> = Vec::new();
        for (&id, text) in component.iter().zip(0..) {
            entries.extend(samples.keys(id)?.iter().map(|key| (key.value(), text)));
        }
        entries.sort_unstable();
        let mut made = Self { ends: vec![0; component.len()], ..Self::default() };
        let shared = || entries.chunk_by(|(a, _), (b, _)| a == b).filter(|same| same.len() > 1);
        for (_, text) in shared().flatten() {
            made.ends[*text as usize] += 1;
        }
        let mut end = 0;
        for num in &mut made.ends {
            // The starts for now: each moves to its end.
            end += std::mem::replace(num, end);
        }
        made.numbers = vec![0; end];
        let mut start = 0;
        for (same, number) in shared().zip(0..) {
            made.keys.push(KeyTexts { start, num: 0 });
            start += u32::try_from(same.len()).expect("a key has each text of a group once");
            for (_, text) in same {
                let place = &mut made.ends[*text as usize];
                made.numbers[*place] = number;
                *place += 1;
            }
        }
        made.texts = vec![0; end];
        Ok(made)
    }

    fn numbers(&self, text: ComponentIndex) -> &[u32] {
        let text = text as usize;
        let start = if text == 0 { 0 } else { self.ends[text - 1] };
        &self.numbers[start..self.ends[text]]
    }

    /// Adds a survivor. Of a key of very many the first ones are kept.
    pub(super) fn insert(&mut self, text: ComponentIndex) {
        let start = if text == 0 { 0 } else { self.ends[text as usize - 1] };
        for at in start..self.ends[text as usize] {
            let key = &mut self.keys[self.numbers[at] as usize];
            if (key.num as usize) < MAX_TEXTS {
                self.texts[(key.start + key.num) as usize] = text;
                key.num += 1;
            }
        }
    }

    /// Appends the survivors that share a key with a text which few of them have; some more than once.
    pub(super) fn look_up(&self, text: ComponentIndex, found: &mut Vec<ComponentIndex>) {
        let keys = self.numbers(text).iter().map(|&number| self.keys[number as usize]);
        let mut keys: Vec<KeyTexts> = keys.filter(|key| key.num > 0).collect();
        if keys.len() > PROBES {
            keys.select_nth_unstable_by_key(PROBES - 1, |key| (key.num, key.start));
            keys.truncate(PROBES);
        }
        let texts = |key: &KeyTexts| &self.texts[key.start as usize..][..key.num as usize];
        found.extend(keys.iter().flat_map(texts));
    }
}
