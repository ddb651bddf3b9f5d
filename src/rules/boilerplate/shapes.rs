//! Shapes of lines, as text: what a line is without bullets and brackets, the head of `head: tail`, numbered headlines,
//! lists of pages. All of key text.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_width::UnicodeWidthChar;

/// Columns of a text: a wide character counts 2, any other 1.
pub(super) fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let bytes = text.as_bytes();
    let (mut at, mut width) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        let (columns, len) = match byte {
            ..0x80 => (1, 1),
            // U+5000 to U+9FFF: most of Chinese text.
            0xe5..=0xe9 => (2, 3),
            _ => text[at..].chars().next().map_or((0, 1), |c| (if is_wide(c) { 2 } else { 1 }, c.len_utf8())),
        };
        width += columns;
        at += len;
    }
    width
}

fn is_wide(c: char) -> bool {
    // Most of Chinese text needs no table.
    matches!(c, '\u{4e00}'..='\u{9fff}') || !c.is_ascii() && c.width() == Some(2)
}

/// Letters of a text, up to two.
pub(super) fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).take(2).count()
}

fn is_digit(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { c.general_category() == GeneralCategory::DecimalNumber }
}

/// Marks that stand before and behind a line and are no part of it.
const BULLETS: &[char] = &[
    '■', '◆', '●', '★', '☆', '▲', '▼', '·', '•', '|', '>', '»', '<', '«', '-', '—', '–', '=', '*', '#', '~',
    '_', ' ',
];

const BRACKETS: [(char, char); 8] =
    [('(', ')'), ('[', ']'), ('{', '}'), ('【', '】'), ('〔', '〕'), ('《', '》'), ('「', '」'), ('<', '>')];

/// A line without bullets, and without one pair of brackets around all of it.
pub(super) fn bare(line: &str) -> &str {
    let line = line.trim_matches(BULLETS);
    let inside = BRACKETS.iter().find_map(|(open, close)| line.strip_prefix(*open)?.strip_suffix(*close));
    inside.map_or(line, str::trim)
}

/// A line with every run of digits made one `0`.
pub(super) fn level_digits(line: &str) -> String {
    let mut levelled = String::with_capacity(line.len());
    let mut is_after_digit = false;
    for c in line.chars() {
        let is_digit = is_digit(c);
        if !is_digit {
            levelled.push(c);
        } else if !is_after_digit {
            levelled.push('0');
        }
        is_after_digit = is_digit;
    }
    levelled
}

/// Whether a line begins with a number in a list: `12. `, `3、`, `(4)`, `5 `. Such a headline keeps its number.
pub(super) fn is_numbered(line: &str) -> bool {
    let line = line.strip_prefix('(').unwrap_or(line);
    let rest = line.trim_start_matches(is_digit);
    let num_digits = line[..line.len() - rest.len()].chars().count();
    if !(1..=3).contains(&num_digits) {
        return false;
    }
    if rest.starts_with(' ') {
        return true;
    }
    let behind = rest.strip_prefix(['.', '、', ')', ':']);
    behind.is_some_and(|behind| !behind.starts_with(is_digit))
}

/// Most columns of a head, and of what stands behind it.
const HEAD_COLUMNS: usize = 24;
const TAIL_COLUMNS: usize = 60;

/// The head of a short line `head: tail`, in lower case, if it is words.
pub(super) fn head(line: &str) -> Option<String> {
    let (head, tail) = line.split_once(':')?;
    let (head, tail) = (head.strip_suffix(' ').unwrap_or(head), tail.strip_prefix(' ').unwrap_or(tail));
    let is_short = width(head) <= HEAD_COLUMNS && !tail.is_empty() && width(tail) <= TAIL_COLUMNS;
    if !is_short || letters(head) < 2 {
        return None;
    }
    let is_words = !head.contains(|c: char| {
        c.is_numeric() || matches!(c, ',' | '。' | ';' | '!' | '?' | '"' | '“' | '”' | '、')
    });
    let head = head.to_lowercase();
    (is_words && !matches!(head.as_str(), "http" | "https")).then_some(head)
}

/// Most columns of the name of a page in a list of pages.
const PAGE_COLUMNS: usize = 60;

/// Whether a line is a list of pages, `第1页:…第2页:…`, and nothing behind it: then the last name is no longer than
/// another.
pub(super) fn is_page_list(line: &str) -> bool {
    let mut names = Vec::new();
    let mut rest = line;
    while let Some((number, behind)) = rest.strip_prefix('第').and_then(|rest| rest.split_once("页:")) {
        if number.is_empty() || !number.chars().all(is_digit) {
            return false;
        }
        let (name, next) = behind.split_at(next_page(behind));
        names.push(width(name));
        rest = next;
    }
    let Some((last, others)) = names.split_last().filter(|_| rest.is_empty()) else { return false };
    let widest = others.iter().max();
    widest.is_some_and(|widest| last <= widest && *widest <= PAGE_COLUMNS)
}

/// Where the next page of a list begins, or where the list ends.
fn next_page(list: &str) -> usize {
    let is_page = |at: &usize| {
        let number = list[at + '第'.len_utf8()..].split_once("页:").map(|(number, _)| number);
        number.is_some_and(|number| !number.is_empty() && number.chars().all(is_digit))
    };
    list.match_indices('第').map(|(at, _)| at).find(is_page).unwrap_or(list.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_without_what_stands_around_them() {
        for (line, expected) in [
            ("■ 相关新闻 ■", "相关新闻"),
            ("(责任编辑:王五)", "责任编辑:王五"),
            ("【 打印 】", "打印"),
            ("(a) and (b)", "a) and (b"),
            ("(", "("),
            ("--", ""),
            ("Read more »", "Read more"),
        ] {
            assert_eq!(bare(line), expected, "{line}");
        }
    }

    #[test]
    fn heads_are_short_words() {
        for (line, expected) in [
            ("责任编辑:王五", Some("责任编辑")),
            ("Source : Reuters", Some("source")),
            ("Editing by: A: B", Some("editing by")),
            ("http://a.example", None),
            ("12:30", None),
            ("第3条:内容", None),
            ("来源:", None),
            ("人:内容", None),
            ("a head that is too long to be one: tail", None),
            ("他说,不:是", None),
        ] {
            assert_eq!(head(line).as_deref(), expected, "{line}");
        }
        assert_eq!(head(&format!("head:{}", "字".repeat(31))), None);
    }

    #[test]
    fn numbered_headlines() {
        for line in ["12. A", "3、标题", "(4) x", "5 x", "1.", "7: x"] {
            assert!(is_numbered(line), "{line}");
        }
        for line in ["1.5", "2020年", "1234. x", "a 1", "(x)", ""] {
            assert!(!is_numbered(line), "{line}");
        }
    }

    #[test]
    fn lists_of_pages() {
        for line in ["第1页:概况第2页:结论", "第1页:概况第2页:结论第10页:完"] {
            assert!(is_page_list(line), "{line}");
        }
        let glued = format!("第1页:概况第2页:{}", "结论。".repeat(5));
        for line in ["第1页:概况", "见第1页:概况第2页:结论", &glued, "第一页:概况第二页:结论", ""]
        {
            assert!(!is_page_list(line), "{line}");
        }
        assert!(is_page_list("第1页:第一部第2页:第二"));
    }

    #[test]
    fn digits_are_levelled() {
        assert_eq!(level_digits("第 12 页 / 共 3 页, 4.5"), "第 0 页 / 共 0 页, 0.0");
        assert_eq!((width("a字"), letters("1a字b"), letters("12")), (3, 2, 0));
        let all: String = ('\0'..=char::MAX).step_by(7).collect();
        let columns = all.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum::<usize>();
        assert_eq!(width(&all), columns);
    }
}
