//! Contract P2, `--split auto`, slowly: whether a text is hard-wrapped, sentence by sentence of the rule.

use tamis::config::{Repair, SplitConfig, SplitMode};
use unicode_linebreak::{BreakClass, break_property};
use unicode_width::UnicodeWidthChar;

use super::{Char, is_blank, repaired, string};

/// Bytes of a text that decide.
const HEAD: usize = 64 * 1024;

/// The configuration under which a text is split: what is to be decided for each document is decided.
pub(crate) fn settled(text: &str, config: SplitConfig) -> SplitConfig {
    let split = match config.split {
        SplitMode::Auto if is_wrapped(text) => SplitMode::Block,
        SplitMode::Auto => SplitMode::Line,
        other => other,
    };
    SplitConfig { split, ..config }
}

/// A line: what stands before its text, and its text.
#[derive(Debug, Clone)]
struct Row {
    indent: String,
    text: String,
}

/// A break that may stand inside a sentence.
struct Inside {
    before: String,
    with_word: String,
    after: String,
    is_sure: bool,
    goes_on_with_item: bool,
    is_clear: bool,
}

fn is_wrapped(text: &str) -> bool {
    // What is left of a line at the end of a longer text says nothing.
    let mut head = text;
    if text.len() > HEAD {
        let end = (0..=HEAD).rev().find(|end| text.is_char_boundary(*end)).expect("0 is one");
        head = &text[..end];
        // An LF may follow on a CR.
        if let Some(at) = head.trim_end_matches('\r').rfind(['\n', '\r']) {
            head = &head[..=at];
        }
    }
    let rows: Vec<Option<Row>> = lines(head).iter().map(|line| row(line)).collect();
    let pairs: Vec<(&Row, &Row)> =
        rows.windows(2).filter_map(|pair| Some((pair[0].as_ref()?, pair[1].as_ref()?))).collect();
    let inside: Vec<Inside> = pairs.iter().filter_map(|(before, after)| inside(before, after)).collect();
    let measures: [fn(&str) -> usize; 3] = [columns, wide_columns, characters];
    let mut best: Option<(usize, bool)> = None;
    for measure in measures {
        let (mut full, mut near, mut short, mut is_clear, mut widest) = (0, 0, 0, false, 0);
        for (at, one) in inside.iter().enumerate() {
            let around = &inside[at.saturating_sub(8)..(at + 9).min(inside.len())];
            let lines = around.iter().flat_map(|one| [&one.before, &one.after]);
            let mut widths: Vec<usize> = lines.map(|line| measure(line)).collect();
            widths.sort_unstable_by(|a, b| b.cmp(a));
            let margin = widths[widths.len() / 10];
            let is_margin = (36..=160).contains(&margin) && measure(&one.after) <= margin + 2;
            if is_margin && measure(&one.with_word) > margin {
                full += 1;
                is_clear |= one.is_clear && (55..=100).contains(&margin);
                widest = widest.max(margin);
            } else if is_margin && one.is_sure && margin >= 60 && measure(&one.before) * 5 >= margin * 4 {
                near += 1;
            } else if !one.goes_on_with_item {
                short += if margin >= 60 { 1 } else { 2 };
            }
        }
        let beyond = rows.iter().flatten().filter(|row| measure(&whole(row)) > widest + widest / 3).count();
        let is_enough = full >= 2 || (full == 1 && is_clear);
        let is_prose =
            (full + near) * 16 >= pairs.len() || (full >= short * 4 && (full + near) * 32 >= pairs.len());
        let is_block = is_enough && is_prose && full >= short + beyond && full * 3 >= near;
        if best.is_none_or(|(most, _)| full > most) {
            best = Some((full, is_block));
        }
    }
    best.is_some_and(|(_, is_block)| is_block)
}

/// The lines of a text; U+2028 and U+2029 end none here.
fn lines(text: &str) -> Vec<Vec<Char>> {
    const ENDS: [&str; 4] = ["\r\r\n", "\r\n", "\r", "\n"];
    let (mut lines, mut line, mut next) = (Vec::new(), Vec::new(), 0);
    for (at, c) in text.char_indices() {
        if at < next {
            continue;
        }
        if let Some(end) = ENDS.iter().find(|end| text[at..].starts_with(**end)) {
            next = at + end.len();
            lines.push(std::mem::take(&mut line));
        } else {
            line.push((at, c));
        }
    }
    lines.push(line);
    lines
}

fn row(line: &[Char]) -> Option<Row> {
    let text = repaired(line);
    if is_blank(&text) {
        return None;
    }
    // The text of a line as it stands, from its first character that stays at an end to its last.
    let (first, last) = (text[0].0, text[text.len() - 1].0);
    let part = |keep: &dyn Fn(usize) -> bool| -> String {
        line.iter().filter(|(at, _)| keep(*at)).map(|(_, c)| c).collect()
    };
    Some(Row { indent: part(&|at| at < first), text: part(&|at| (first..=last).contains(&at)) })
}

fn whole(row: &Row) -> String {
    format!("{}{}", row.indent, row.text)
}

const OPENING: &str = "\"'`([<“‘«„（［《〈「『【";
const CLOSING: &str = "\"')]”’»）］》〉」』】";
const ENDING: &str = ".!?:;{}…—。！？：；．｡؟۔।॥။។";
const SEPARATING: &str = "，。、！？：；،।";

fn has(set: &str) -> impl Fn(char) -> bool + '_ {
    move |c| set.contains(c)
}

fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(has(CLOSING)).chars().next_back().is_none_or(has(ENDING))
}

fn inside(before: &Row, after: &Row) -> Option<Inside> {
    let has_gap = |row: &Row| row.text.contains("    ");
    if ends_sentence(&before.text)
        || [before, after].iter().any(|row| row.text.contains('\t'))
        || (has_gap(before) && has_gap(after))
    {
        return None;
    }
    let mark = |text: &str| -> String { text.chars().take_while(|c| ">#|;%/ ".contains(*c)).collect() };
    let shared = mark(&before.text) == mark(&after.text);
    let rest = if shared { &after.text[mark(&after.text).len()..] } else { &after.text };
    let start: Vec<char> = rest.trim_start_matches(has(OPENING)).chars().collect();
    let (first, last) = (*start.first()?, before.text.chars().rev().find(|c| c.width() != Some(0))?);
    let is_small = first.is_lowercase();
    let has_words = before.text.split_whitespace().count() >= 3;
    let is_indented_as_far = columns(&after.indent) <= columns(&before.indent);
    let behind_mark =
        before.text.strip_prefix(['*', '-', '+', '•']).map_or("", |rest| rest.trim_start_matches(' '));
    let to_item = before.text.chars().count() - behind_mark.chars().count();
    let goes_on_with_item = first.is_alphanumeric()
        && !behind_mark.is_empty()
        && to_item > 1
        && columns(&after.indent) == columns(&before.indent) + to_item;
    let goes_on = if goes_on_with_item {
        true
    } else if is_small {
        let word = rest.split_whitespace().next().unwrap_or_default();
        let word = word.trim_start_matches(has(OPENING)).trim_end_matches(|c: char| !c.is_alphanumeric());
        word.chars().all(|c| c.is_alphabetic() || "'’-‐\u{ad}".contains(c)) && has_words
    } else if first.is_uppercase() && !is_unspaced(last) {
        last.is_uppercase()
            && start.get(1).is_some_and(|c| c.is_uppercase())
            && has_words
            && is_indented_as_far
    } else {
        let is_start = first.is_alphabetic() || has(CLOSING)(first) || has(SEPARATING)(first);
        last.is_alphanumeric() && is_start && is_indented_as_far
    };
    let word = first_word(rest);
    if !goes_on || word.chars().count() > 30 {
        return None;
    }
    let space = if is_unspaced(last) || is_unspaced(first) { "" } else { " " };
    let is_sure = is_small || goes_on_with_item;
    let has_comma = |row: &Row| row.text.contains(has(",，。،।"));
    let is_sentence =
        (has_comma(after) && !first.is_uppercase()) || (has_comma(before) && ends_sentence(&after.text));
    let is_clear = !has_gap(before) && !has_gap(after) && (is_sure || is_sentence);
    let with_word = format!("{}{space}{word}", whole(before));
    Some(Inside {
        before: whole(before),
        with_word,
        after: whole(after),
        is_sure,
        goes_on_with_item,
        is_clear,
    })
}

/// A character of a script without spaces, with opening punctuation before it and what may not begin a line behind
/// it; else all up to a space or such a character; of a script that parts words without spaces 30 bytes are enough.
fn first_word(text: &str) -> String {
    let all: Vec<char> = text.chars().collect();
    let mut word = String::new();
    for (at, c) in all.iter().copied().enumerate() {
        let is_complex = break_property(u32::from(c)) == BreakClass::ComplexContext;
        if c.is_whitespace() || (is_complex && word.len() >= 30) {
            return word;
        }
        word.push(c);
        let Some(next) = all.get(at + 1).copied() else { break };
        let ends =
            if is_unspaced(c) { !has(CLOSING)(next) && !has(SEPARATING)(next) } else { is_unspaced(next) };
        if ends && !has(OPENING)(c) {
            return word;
        }
    }
    word
}

fn is_unspaced(c: char) -> bool {
    c.width() == Some(2) && !('\u{ac00}'..='\u{d7a3}').contains(&c)
}

fn measured(text: &str, of: impl Fn(char) -> usize) -> usize {
    text.chars().fold(0, |width, c| if c == '\t' { width / 8 * 8 + 8 } else { width + of(c) })
}

fn columns(text: &str) -> usize {
    measured(text, |c| c.width().unwrap_or(0))
}

fn wide_columns(text: &str) -> usize {
    measured(text, |c| c.width_cjk().unwrap_or(0))
}

fn characters(text: &str) -> usize {
    measured(text, |c| usize::from(c.width().unwrap_or(0) > 0))
}

/// The rule in words that people check at a glance.
#[test]
fn a_wrapped_sentence_and_a_list() {
    let prose =
        "This is a sentence that was broken where the page came to its end, so\nthat it goes on here.\n";
    let config = |text| settled(text, SplitConfig { split: SplitMode::Auto, repair: Repair::Basic }).split;
    assert_eq!([config(prose), config("one\ntwo\n")], [SplitMode::Block, SplitMode::Line]);
    assert_eq!(string(&[]), "");
}
