//! Sentences from templates with slots.

use std::fmt::Write as _;

use super::random::Random;

/// One language's sentences and the words that fill their slots.
#[derive(Debug)]
pub(crate) struct Language {
    /// Whole sentences, in which `{x}` is the slot `x`.
    pub(crate) sentences: &'static [&'static str],
    /// Sentences with the signs that NFKC folds and other tables do not: units, circled numbers, ligatures.
    pub(crate) rare_sentences: &'static [&'static str],
    /// Slots by their letter; a word may have slots itself. See [`write_number`] for the slots all languages share.
    pub(crate) slots: &'static [(char, &'static [&'static str])],
    /// The string between two sentences of a paragraph.
    pub(crate) gap: &'static str,
    /// Whether a sentence opens with a capital letter.
    pub(crate) has_capitals: bool,
}

/// How often a sentence is a rare one, in a thousand: about 2 % of the paragraphs have one.
const RARE_PERMILLE: u64 = 8;

impl Language {
    /// Appends sentences until `out` has grown by `target` bytes or a little more.
    pub(crate) fn write_paragraph(&self, out: &mut String, target: usize, random: &mut Random) {
        let end = out.len() + target;
        loop {
            let bank = if random.permille(RARE_PERMILLE) { self.rare_sentences } else { self.sentences };
            let start = out.len();
            self.fill(out, random.pick(bank), random);
            if self.has_capitals
                && let Some(first) = out.get_mut(start..=start)
            {
                first.make_ascii_uppercase();
            }
            if out.len() >= end {
                return;
            }
            out.push_str(self.gap);
        }
    }

    /// Appends `template` with its slots filled.
    pub(crate) fn fill(&self, out: &mut String, template: &str, random: &mut Random) {
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (slot, after) = after.split_once('}').expect("every slot of a template is closed");
            out.push_str(before);
            self.write_slot(out, slot, random);
            rest = after;
        }
        out.push_str(rest);
    }

    fn write_slot(&self, out: &mut String, slot: &str, random: &mut Random) {
        match self.slots.iter().find(|(name, _)| slot.starts_with(*name)) {
            Some((_, words)) => self.fill(out, random.pick(words), random),
            None => write_number(out, slot, random),
        }
    }
}

/// Appends a number: `n` a count, `r` a share with two decimals, `x` a rate, `y` a year, `j` a month, `k` a day,
/// `z` a file number such as `2024-RX-08817`.
fn write_number(out: &mut String, slot: &str, random: &mut Random) {
    let letter =
        |random: &mut Random| random.pick(&['A', 'B', 'D', 'F', 'H', 'K', 'L', 'M', 'R', 'S', 'T', 'X']);
    let written = match slot {
        "n" => {
            let magnitude = random.pick(&[9, 99, 999, 9999, 99_999]);
            write!(out, "{}", random.between(1, magnitude))
        }
        "r" => write!(out, "{}.{:02}", random.below(60), random.below(100)),
        "x" => write!(out, "{}.{:04}", random.between(6, 7), random.below(10_000)),
        "y" => write!(out, "{}", random.between(1998, 2035)),
        "j" => write!(out, "{}", random.between(1, 12)),
        "k" => write!(out, "{}", random.between(1, 31)),
        "z" => {
            let (first, second) = (letter(random), letter(random));
            write!(out, "{}-{first}{second}-{:05}", random.between(2010, 2025), random.below(100_000))
        }
        unknown => panic!("no slot is called {unknown}"),
    };
    written.expect("writing to a String cannot fail");
}
