//! What is no letter in encodings of one byte a character: punctuation, symbols, frames.
//!
//! A sign is judged by the letters beside it: read in a wrong encoding, letters become signs inside of words.

use super::Cost;

/// The cost of a sign between two letters, where it does not belong.
const INSIDE_WORD: Cost = 34;

/// The cost of a sign beside a letter, on a side where it does not belong.
const BESIDE_WORD: Cost = 24;

/// The letters beside a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    None,
    Left,
    Right,
    Both,
}

/// The cost of a sign between `before` and `after`.
pub(super) fn cost(c: char, before: Option<char>, after: Option<char>) -> Cost {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    let beside = match (is_letter(before), is_letter(after)) {
        (false, false) => Beside::None,
        (true, false) => Beside::Left,
        (false, true) => Beside::Right,
        (true, true) => Beside::Both,
    };
    let is_before_small = beside == Beside::Right && after.is_some_and(char::is_lowercase);
    let misplaced = |is_misplaced: bool, cost: Cost| if is_misplaced { cost } else { 0 };
    let is_beside = matches!(beside, Beside::Left | Beside::Right);
    let inside = misplaced(beside == Beside::Both, INSIDE_WORD);
    match c {
        '\u{80}'..='\u{9f}' | '\u{e000}'..='\u{f8ff}' => 50,
        // Tables are full of one and the same.
        '\u{2500}'..='\u{259f}' if before == Some(c) => 3,
        '\u{2500}'..='\u{259f}' => 26 + misplaced(beside != Beside::None, 20),
        '\u{2019}' => apostrophe(before, after, beside),
        '\u{2013}' | '\u{2014}' => 14 + misplaced(beside != Beside::None, 10),
        '\u{2018}' | '\u{201c}' => 14 + inside + misplaced(beside == Beside::Left, 26),
        '\u{201d}' => 14 + inside + misplaced(beside == Beside::Right, 26),
        '„' => 24 + inside + misplaced(beside == Beside::Left, 26),
        '\u{2026}' => 14 + inside + misplaced(is_before_small, 12),
        '\u{a0}' => 16 + misplaced(beside == Beside::Both, 12),
        '·' => 20 + misplaced(beside == Beside::Both, 12) + misplaced(is_beside, BESIDE_WORD),
        '«' => 16 + inside + misplaced(beside == Beside::Left, 8),
        '»' => 16 + inside + misplaced(beside == Beside::Right, 8),
        // Hebrew writes abbreviations and foreign sounds with them.
        '\u{5f3}' | '\u{5f4}' => 14,
        '€' | '£' => 20 + inside + misplaced(beside == Beside::Left, 14),
        '°' => 20 + inside + misplaced(beside == Beside::Left, 18) + misplaced(is_before_small, 12),
        '©' | '®' | '™' => 20 + inside,
        '•' => 20 + inside + misplaced(is_beside, BESIDE_WORD),
        '²' | '³' | '¿' | '¡' => 22 + inside,
        '‚' | '‹' | '›' => 24 + inside,
        // The others stand with numbers, or by themselves.
        _ => {
            let own = match c {
                '§' | '№' => 20,
                '†' | '‡' | '‰' => 24,
                '×' | '÷' | '±' | '½' | '¼' | '¾' | 'µ' | '¢' | '¥' | '´' => 22,
                _ => 28,
            };
            own + inside + misplaced(is_beside, BESIDE_WORD)
        }
    }
}

/// The cost of an apostrophe, which is a quotation mark too: it stands before the ends that English has (it's, don't),
/// and behind the articles and pronouns of French and Italian (l'art, qu'il).
fn apostrophe(before: Option<char>, after: Option<char>, beside: Beside) -> Cost {
    let is_one_of =
        |c: Option<char>, letters: &str| c.is_some_and(|c| letters.contains(c.to_ascii_lowercase()));
    match beside {
        Beside::Both if is_one_of(after, "stdmrvl") || is_one_of(before, "ldnscjmtu") => {
            let is_capital = before.is_some_and(char::is_uppercase) && after.is_some_and(char::is_uppercase);
            if is_capital { 16 } else { 8 }
        }
        Beside::Both => 22,
        Beside::Left => 20,
        Beside::Right | Beside::None => 14,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_belong_beside_some_letters() {
        let cost = |text: &str| {
            let chars: Vec<char> = text.chars().collect();
            cost(chars[1], Some(chars[0]), Some(chars[2]))
        };
        for (right, wrong) in [
            ("n’t", "n”t"),
            (" “a", "a“ "),
            ("a” ", " ”a"),
            ("0° ", "o° "),
            (" – ", " –a"),
            ("a€ ", "x´y"),
            ("══ ", "a═ "),
            (" №1", "l№l"),
            ("l·l", "l¶l"),
        ] {
            assert!(cost(right) < cost(wrong), "{right} {wrong}");
        }
    }
}
