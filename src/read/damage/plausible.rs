//! How plausible a text is in a language, in quarters of a bit a character: the logarithm of how much likelier a character
//! is in such a text than among those that misreading gives. Integers, so that sums do not depend on order.

use super::charset::Charset;
use super::common::{Class, class};

/// Weights of the 32 letters from `а` to `я`: about the logarithm of their share in Russian over an even share, estimated by
/// hand.
const RUSSIAN: [i32; 32] = [
    5, -4, 2, -3, 0, 6, -7, -4, 5, -5, 1, 2, 0, 4, 7, 0, //
    3, 3, 4, -1, -12, -7, -10, -5, -9, -12, -20, -3, -3, -13, -9, -3,
];

/// What a letter is off its place in a word costs: a capital behind a small letter.
const ODD_CASE: i32 = -14;

/// What a character weighs in text of the language that `charset` was made for, behind `before`.
pub(super) fn weight(charset: Charset, before: Option<char>, c: char) -> i32 {
    match charset {
        Charset::Cp1251 | Charset::Koi8R | Charset::Cp866 => cyrillic(before, c),
        Charset::Gbk | Charset::Big5 => chinese(c),
        Charset::ShiftJis | Charset::EucJp => japanese(c),
        Charset::EucKr => korean(c),
        _ => 0,
    }
}

fn cyrillic(before: Option<char>, c: char) -> i32 {
    let small = c.to_lowercase().next().unwrap_or(c);
    let letter = match small {
        'а'..='я' => RUSSIAN[small as usize - 'а' as usize],
        'ё' => -10,
        // Ukrainian.
        'і' => -1,
        'ї' | 'є' => -7,
        // Ukrainian, Belarusian, Serbian.
        'ґ' | 'ў' | 'ј' | 'љ' | 'њ' | 'ћ' | 'ђ' | 'џ' => -14,
        _ if c.is_ascii() => return 0,
        '№' | '«' | '»' | '—' | '–' | '“' | '”' | '„' | '…' | '’' | '°' | '\u{a0}' => {
            return 0;
        }
        _ => return -16,
    };
    let is_odd = c != small && before.is_some_and(|before| before.is_lowercase() && !before.is_ascii());
    if is_odd { letter + ODD_CASE } else { letter }
}

fn chinese(c: char) -> i32 {
    match class(c) {
        Class::Frequent => 10,
        Class::FrequentToo => 4,
        Class::Everyday => -5,
        Class::Punctuation => 6,
        Class::Rare | Class::HalfKatakana | Class::RareSyllable => -16,
        Class::Hiragana | Class::Katakana | Class::Syllable | Class::SyllableToo => -10,
        Class::Odd => -14,
        Class::Other => other(c),
    }
}

fn japanese(c: char) -> i32 {
    match class(c) {
        Class::Hiragana => 8,
        Class::Katakana => 7,
        Class::Frequent | Class::FrequentToo => 5,
        Class::Everyday => -2,
        Class::Punctuation => 6,
        Class::HalfKatakana => -9,
        Class::Rare | Class::RareSyllable => -16,
        Class::Syllable | Class::SyllableToo | Class::Odd => -14,
        Class::Other => other(c),
    }
}

fn korean(c: char) -> i32 {
    match class(c) {
        Class::Syllable => 8,
        Class::SyllableToo => -3,
        Class::Punctuation => 2,
        Class::Frequent | Class::FrequentToo | Class::Everyday => -8,
        Class::Other => other(c),
        _ => -16,
    }
}

fn other(c: char) -> i32 {
    match c {
        _ if c.is_ascii() => 0,
        '\u{ff01}'..='\u{ff5e}' => 2,
        '\u{a0}' => -2,
        _ => -10,
    }
}

/// What a character weighs in the best of the languages, as it stands in a text that may be right.
pub(super) fn as_it_stands(before: Option<char>, c: char, after: Option<char>) -> i32 {
    match c {
        _ if c.is_ascii() => 0,
        '\u{80}'..='\u{9f}' => -24,
        '\u{a0}'..='\u{24f}' | '\u{2c6}'..='\u{2dc}' => latin(before, after),
        '\u{400}'..='\u{45f}' => cyrillic(before, c).max(-20),
        '\u{490}' | '\u{491}' => -14,
        _ => wide(c, before, after),
    }
}

fn wide(c: char, before: Option<char>, after: Option<char>) -> i32 {
    match class(c) {
        Class::Frequent => 10,
        Class::FrequentToo => 4,
        Class::Everyday => -3,
        Class::Punctuation if matches!(c, '“'..='”' | '‘' | '’' | '—' | '…' | '·') => {
            latin(before, after).max(-2)
        }
        Class::Punctuation => 6,
        Class::Hiragana | Class::Katakana => 7,
        Class::Syllable => 8,
        Class::SyllableToo => -2,
        Class::HalfKatakana => -4,
        Class::Rare | Class::RareSyllable | Class::Odd => -14,
        Class::Other if is_box(c) => {
            if before.is_some_and(is_box) || after.is_some_and(is_box) {
                8
            } else {
                -6
            }
        }
        Class::Other if is_narrow(c) => latin(before, after),
        Class::Other => 0,
    }
}

/// The same in text that was read in an encoding of two bytes, whose rows of other alphabets and of box drawing come by
/// misreading too: there they stand alone.
pub(super) fn as_it_stands_in_double_byte(before: Option<char>, c: char, after: Option<char>) -> i32 {
    let is_alphabet = |c: char| matches!(c, '\u{370}'..='\u{4ff}' | '\u{2500}'..='\u{259f}');
    if class(c) == Class::Punctuation {
        return 6;
    }
    if !is_alphabet(c) {
        return as_it_stands(before, c, after);
    }
    let is_beside = before.is_some_and(is_alphabet) || after.is_some_and(is_alphabet);
    if is_beside { 8 } else { -6 }
}

fn is_box(c: char) -> bool {
    ('\u{2500}'..='\u{259f}').contains(&c)
}

fn is_narrow(c: char) -> bool {
    c < '\u{2500}'
}

/// An accented letter or a sign stands alone among letters; side by side they are rare.
fn latin(before: Option<char>, after: Option<char>) -> i32 {
    let is_narrow = |c: Option<char>| c.is_some_and(|c| !c.is_ascii() && is_narrow(c));
    match usize::from(is_narrow(before)) + usize::from(is_narrow(after)) {
        0 => 2,
        1 => -6,
        _ => -9,
    }
}
