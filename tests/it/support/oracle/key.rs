//! Contract I1: key text.

use tamis::config::MatchMode;
use unicode_linebreak::{BreakClass, break_property};
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{
    GeneralCategory, GeneralCategoryGroup as Group, UnicodeEmoji, UnicodeGeneralCategory,
};
use unicode_script::{Script, UnicodeScript};

/// The key text, which decides identity (contract I1).
pub(crate) fn key_text(paragraph: &str, mode: MatchMode) -> String {
    if mode == MatchMode::Exact {
        return paragraph.to_owned();
    }
    let canonical = canonical(paragraph);
    if mode == MatchMode::Canonical {
        return canonical;
    }
    let loose = loose(&caseless::default_case_fold_str(&canonical).chars().collect::<Vec<_>>());
    if loose.is_empty() { canonical } else { loose }
}

fn canonical(paragraph: &str) -> String {
    let seen: String = without_unseen(&joined(paragraph).iter().map(|part| nfkc(part)).collect::<String>());
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// NFKC, but for numbers whose digits it would change.
fn nfkc(text: &str) -> String {
    let parts = text.split_inclusive(is_own).map(|part| match part.chars().next_back() {
        Some(own) if is_own(own) => part[..part.len() - own.len_utf8()].nfkc().chain([own]).collect(),
        _ => part.nfkc().collect::<String>(),
    });
    parts.collect()
}

/// Characters whose compatibility mapping is tagged super, sub, circle or fraction and has a digit in it.
fn is_own(c: char) -> bool {
    "¹²³⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅟↉⓪①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㉛㉜㉝㉞㉟㊱㊲㊳㊴㊵㊶㊷㊸㊹㊺㊻㊼㊽㊾㊿"
        .contains(c)
}

fn is_unseen(c: char) -> bool {
    let is_selector = matches!(c, '\u{180b}' | '\u{180c}' | '\u{180d}' | '\u{180f}')
        || ('\u{fe00}'..='\u{fe0f}').contains(&c)
        || ('\u{e0100}'..='\u{e01ef}').contains(&c);
    let is_control = matches!(c.general_category(), GeneralCategory::Control | GeneralCategory::Format);
    is_selector || is_control && !c.is_whitespace()
}

/// The text without what is not seen, but for the tags of emoji.
fn without_unseen(text: &str) -> String {
    let is_tag = |c: char| ('\u{e0020}'..='\u{e007f}').contains(&c);
    let mut seen = String::new();
    for c in text.chars() {
        let before = seen.trim_end_matches(is_tag).chars().next_back();
        let is_of_emoji = is_tag(c) && before.is_some_and(|c| c.is_emoji_char() && !c.is_ascii());
        if is_of_emoji || !is_unseen(c) {
            seen.push(c);
        }
    }
    seen
}

/// The paragraph, cut where a line break goes.
fn joined(paragraph: &str) -> Vec<String> {
    let lines: Vec<&str> = paragraph.split('\n').collect();
    let mut parts: Vec<String> = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        // Everything before the break that was not parted from it by another.
        let before: String = parts.concat();
        let before = before.rsplit('\n').next().unwrap_or_default();
        if number > 0 && !is_joint(before, line) {
            if let Some(last) = parts.last_mut() {
                last.push('\n');
                last.push_str(line);
            }
        } else {
            parts.push((*line).to_owned());
        }
    }
    parts
}

/// Whether a line break between these two texts parts nothing.
fn is_joint(before: &str, after: &str) -> bool {
    let before: Vec<char> = before.chars().rev().filter(|c| !is_unseen(*c)).collect();
    let after: Vec<char> = after.chars().filter(|c| !is_unseen(*c)).collect();
    let nearest = |side: &[char]| side.first().copied().unwrap_or(' ');
    let telling = |side: &[char]| side.iter().copied().find(|c| !is_shared(*c)).unwrap_or(' ');
    match (nearest(&before), nearest(&after)) {
        (a, b) if is_shared(a) && is_shared(b) => {
            is_unspaced(telling(&before)) && is_unspaced(telling(&after))
        }
        (a, b) => [a, b].into_iter().all(|c| is_shared(c) || is_unspaced(c)),
    }
}

/// Punctuation of Chinese and Japanese that other languages have, too.
fn is_shared(c: char) -> bool {
    "·–—―‘’“”‥…‧".contains(c)
}

/// Scripts that are written without spaces, and their punctuation.
fn is_unspaced(c: char) -> bool {
    let is_sign = matches!(c.general_category_group(), Group::Punctuation | Group::Symbol);
    let blocks = [
        ('\u{3001}', '\u{303f}'),
        ('\u{fe10}', '\u{fe1f}'),
        ('\u{fe30}', '\u{fe6f}'),
        ('\u{ff01}', '\u{ffef}'),
    ];
    matches!(c.script(), Script::Han | Script::Hiragana | Script::Katakana | Script::Bopomofo)
        || "\u{3099}\u{309a}\u{309b}\u{309c}ー・゠ｰﾞﾟ".contains(c)
        || break_property(u32::from(c)) == BreakClass::ComplexContext
        || is_sign && blocks.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// Letters, marks and numbers, and what numbers need.
fn loose(text: &[char]) -> String {
    let is_number = |c: char| c.general_category_group() == Group::Number;
    let is_word = |c: char| is_number(c) || matches!(c.general_category_group(), Group::Letter | Group::Mark);
    let stays = |at: &usize| {
        let c = text[*at];
        let start = text[..*at].iter().rposition(|c| is_word(*c));
        let end = text[*at..].iter().position(|c| is_word(*c)).map(|end| at + end);
        let start = start.filter(|start| is_number(text[*start]));
        let end = end.filter(|end| is_number(text[*end]));
        match (start, end) {
            _ if is_word(c) => true,
            (Some(_), Some(_)) => true,
            _ if c == ' ' => false,
            (Some(start), None) => text[start + 1..=*at].iter().all(|c| *c == ' ' || is_unit(*c)),
            (None, Some(end)) => leads(&text[*at..end]),
            (None, None) => false,
        }
    };
    (0..text.len()).filter(stays).map(|at| text[at]).collect()
}

/// Whether all of this belongs to the number behind it.
fn leads(text: &[char]) -> bool {
    match text {
        [] => true,
        [' ', rest @ ..] => leads(rest),
        [c, rest @ ..] if is_unit(*c) => leads(rest),
        [c, rest @ ..] => "+-±‐‑‒–−∓".contains(*c) && rest.first().is_none_or(|c| is_unit(*c)) && leads(rest),
    }
}

fn is_unit(c: char) -> bool {
    "%‰‱°".contains(c) || c.general_category() == GeneralCategory::CurrencySymbol
}
