//! Loose key text: which characters that are no letters, marks or numbers it keeps, for what numbers mean depends on
//! them (contract I1).

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::library::{is_number, is_word};

/// A sign before a number.
fn is_sign(c: char) -> bool {
    matches!(c, '+' | '-' | '±' | '\u{2010}'..='\u{2013}' | '−' | '∓')
}

/// A unit beside a number.
fn is_unit(c: char) -> bool {
    matches!(c, '%' | '‰' | '‱' | '°') || c.general_category() == GeneralCategory::CurrencySymbol
}

/// What stands between two words, or before the first or behind the last, and is neither letter, mark nor number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap<'a> {
    /// Canonical key text.
    pub(super) text: &'a str,
    /// Whether the character before it is a number.
    pub(super) is_after_number: bool,
    /// Whether the character behind it is a number.
    pub(super) is_before_number: bool,
}

impl Gap<'_> {
    /// Shows what stays of it: all between two numbers; behind a number the units that follow it; before a number its
    /// sign, and the units before it. White space between a unit and its number does not count.
    pub(super) fn for_each_kept(self, mut keep: impl FnMut(char)) {
        let Self { text, is_after_number, is_before_number } = self;
        match (is_after_number, is_before_number) {
            (true, true) => text.chars().for_each(keep),
            (true, false) => {
                let near = text.chars().take_while(|c| *c == ' ' || is_unit(*c));
                near.filter(|c| *c != ' ').for_each(keep);
            }
            (false, true) => {
                // One sign, and right before the number or its unit.
                let mut takes_sign = true;
                let kept = |c: char| match c {
                    ' ' => {
                        takes_sign = false;
                        Some(None)
                    }
                    c if is_unit(c) => {
                        takes_sign = true;
                        Some(Some(c))
                    }
                    c if is_sign(c) && takes_sign => {
                        takes_sign = false;
                        Some(Some(c))
                    }
                    _ => None,
                };
                let near: Vec<char> = text.chars().rev().map_while(kept).flatten().collect();
                near.into_iter().rev().for_each(&mut keep);
            }
            (false, false) => {}
        }
    }
}

/// Leaves out of canonical, case-folded key text what loose key text does not keep.
#[derive(Debug, Default)]
pub(super) struct LooseFilter {
    is_after_number: bool,
    /// What came since the last letter, mark or number, as far as it may stay.
    gap: String,
}

impl LooseFilter {
    /// The next character. Memory: what stands between two numbers.
    pub(super) fn push(&mut self, c: char, keep: &mut impl FnMut(char)) {
        if is_word(c) {
            self.close(is_number(c), keep);
            keep(c);
            self.is_after_number = is_number(c);
            return;
        }
        if !(self.is_after_number || c == ' ' || is_unit(c) || is_sign(c)) {
            self.gap.clear();
            return;
        }
        self.gap.push(c);
    }

    /// The end of the text.
    pub(super) fn finish(&mut self, keep: &mut impl FnMut(char)) {
        self.close(false, keep);
        self.is_after_number = false;
    }

    fn close(&mut self, is_before_number: bool, keep: &mut impl FnMut(char)) {
        let Self { is_after_number, gap } = self;
        Gap { text: gap, is_after_number: *is_after_number, is_before_number }.for_each_kept(keep);
        gap.clear();
    }
}
