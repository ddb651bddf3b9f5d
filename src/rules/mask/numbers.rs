//! Numbers of people: mobile numbers and identity cards of mainland China, and payment cards. Where a number has a check
//! digit it decides; where it has none (mobile numbers), its form and what stands around it do.

use std::ops::Range;

use super::MaskKind;
use super::view::{View, is_word};

/// Digits that may be separated.
#[derive(Debug)]
pub(super) struct Digits {
    /// Groups of digits, one separator between each two, as places in the view.
    groups: Vec<Range<usize>>,
}

/// Digits of the longest number that is sought, and of a prefix.
const MAX_DIGITS: usize = 24;

impl Digits {
    /// The digits from `start` on, which begin there: groups with a single space, hyphen or dot between them, always the
    /// same.
    pub(super) fn at(view: &View, start: usize) -> Self {
        let run = |from: usize| view.bytes()[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (mut end, mut separator) = (start + run(start), 0);
        let mut groups: Vec<_> = std::iter::once(start..end).collect();
        // One more than the longest number has.
        while groups.len() < 6
            && b" -.".contains(&view.at(end))
            && (separator == 0 || view.at(end) == separator)
        {
            let len = run(end + 1);
            if len == 0 {
                break;
            }
            separator = view.at(end);
            groups.push(end + 1..end + 1 + len);
            end += 1 + len;
        }
        Self { groups }
    }

    /// The end of the first group.
    pub(super) fn first_end(&self) -> usize {
        self.groups[0].end
    }

    /// The first `num_groups` groups, joined.
    fn joined(&self, view: &View, num_groups: usize) -> Vec<u8> {
        let groups = self.groups.iter().take(num_groups);
        groups
            .flat_map(|group| view.bytes()[group.clone()].iter().map(|digit| digit - b'0'))
            .take(MAX_DIGITS)
            .collect()
    }

    /// Whether the first groups have these lengths.
    fn has_lengths(&self, lengths: &[usize]) -> bool {
        self.groups.len() >= lengths.len()
            && self.groups.iter().zip(lengths).all(|(group, len)| group.len() == *len)
    }
}

/// The number of one of these kinds that begins with the digit at `start`, if one does.
pub(super) fn number(
    view: &View,
    text: &str,
    start: usize,
    has: impl Fn(MaskKind) -> bool,
) -> Option<(Range<usize>, MaskKind)> {
    let before = view.before(start);
    let is_decimal = b".,".contains(&before) && start >= 2 && view.at(start - 2).is_ascii_digit();
    let is_inside =
        before == b'-' && is_word(view.before(start - 1)) && !view.bytes()[..start].ends_with(b"86-");
    if is_decimal || before == b'_' || is_inside {
        return None;
    }
    let digits = Digits::at(view, start);
    let id = identity_card(view, &digits);
    if let Some(end) = id {
        return has(MaskKind::CnId).then_some((start..end, MaskKind::CnId));
    }
    if has(MaskKind::Card)
        && let Some(end) = payment_card(view, &digits)
    {
        return Some((start..end, MaskKind::Card));
    }
    has(MaskKind::CnMobile).then(|| mobile(view, text, &digits))?.map(|span| (span, MaskKind::CnMobile))
}

/// Whether a number ends at this place, and no longer one goes on there.
fn ends(view: &View, end: usize) -> bool {
    let (after, next) = (view.at(end), view.at(end + 1));
    !is_word(after) && after != b'_' && !(b".,-".contains(&after) && next.is_ascii_digit())
}

/// The end of a citizen's identity number (GB 11643-1999): region, birthday, sequence, and a check character by ISO
/// 7064, MOD 11-2. With groups it is region, birthday, rest.
fn identity_card(view: &View, digits: &Digits) -> Option<usize> {
    if is_word(view.before(digits.groups[0].start)) {
        return None;
    }
    let (num_groups, last) = match digits.groups.as_slice() {
        [whole, ..] if (17..=18).contains(&whole.len()) => (1, whole),
        [_, _, last, ..] if digits.has_lengths(&[6, 8]) && (3..=4).contains(&last.len()) => (3, last),
        _ => return None,
    };
    let mut number = digits.joined(view, num_groups);
    let mut end = last.end;
    if number.len() == 17 && matches!(view.at(end), b'X' | b'x') {
        number.push(10);
        end += 1;
    }
    let is_valid =
        number.len() == 18 && is_region(&number) && is_birthday(&number[6..14]) && has_check(&number);
    (is_valid && ends(view, end)).then_some(end)
}

fn value(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |value, digit| 10 * value + u64::from(*digit))
}

/// Whether the first two digits are those of a province (GB/T 2260), or of Hong Kong, Macao and Taiwan.
fn is_region(number: &[u8]) -> bool {
    matches!(value(&number[..2]), 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83)
}

fn is_birthday(digits: &[u8]) -> bool {
    let (year, month, day) = (value(&digits[..4]), value(&digits[4..6]), value(&digits[6..]));
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u64::from(is_leap),
        _ => 31,
    };
    (1880..=2100).contains(&year) && (1..=12).contains(&month) && (1..=days).contains(&day)
}

/// Whether the last of 18 digits, of which X is 10, checks those before (ISO 7064, MOD 11-2).
fn has_check(number: &[u8]) -> bool {
    number.iter().fold(0_u64, |sum, digit| (sum * 2 + u64::from(*digit)) % 11) == 1
}

/// The end of a number of a payment card (ISO/IEC 7812): the prefix of an issuer, and a check digit by Luhn.
fn payment_card(view: &View, digits: &Digits) -> Option<usize> {
    let start = digits.groups[0].start;
    if is_word(view.before(start)) || is_in_url(view, start) {
        return None;
    }
    let num_groups: &[usize] = match digits.groups.as_slice() {
        [whole, ..] if (15..=19).contains(&whole.len()) => &[1],
        [_, _, _, _, last, ..] if digits.has_lengths(&[4, 4, 4, 4]) && last.len() <= 3 => &[5, 4],
        [_, _, _, _, ..] if digits.has_lengths(&[4, 4, 4, 4]) => &[4],
        [_, _, _, ..] if digits.has_lengths(&[4, 6, 5]) => &[3],
        _ => return None,
    };
    num_groups.iter().find_map(|&num_groups| {
        let (number, end) = (digits.joined(view, num_groups), digits.groups[num_groups - 1].end);
        (is_issued(&number) && has_luhn(&number) && ends(view, end)).then_some(end)
    })
}

/// Whether an issuer of payment cards has this prefix, and cards of this length.
fn is_issued(number: &[u8]) -> bool {
    let (two, four) = (value(&number[..2]), value(&number[..4]));
    match number.len() {
        15 => matches!(two, 34 | 37),
        16 => {
            matches!(two, 40..=49 | 51..=55 | 62 | 65)
                || matches!(four, 2221..=2720 | 3528..=3589 | 6011 | 6440..=6499)
        }
        17 | 18 => two == 62,
        19 => matches!(two, 40..=49 | 62) || four == 9558,
        _ => false,
    }
}

/// The check of ISO/IEC 7812-1, annex B: every second digit from the right counts twice.
fn has_luhn(number: &[u8]) -> bool {
    let counted =
        number.iter().rev().enumerate().map(|(place, digit)| match (place % 2, u64::from(*digit)) {
            (0, digit) => digit,
            (_, digit) if digit < 5 => 2 * digit,
            (_, digit) => 2 * digit - 9,
        });
    counted.sum::<u64>() % 10 == 0
}

/// Words that announce a number of a thing.
const THINGS: [&str; 20] = [
    "订单",
    "订单号",
    "单号",
    "流水号",
    "编号",
    "序列号",
    "货号",
    "型号",
    "批号",
    "合同号",
    "发票号",
    "工号",
    "学号",
    "order",
    "invoice",
    "tracking",
    "serial",
    "ticket",
    "isbn",
    "no",
];

/// What stands behind an amount.
const AMOUNTS: [&str; 11] = ["元", "万", "亿", "股", "吨", "美元", "港元", "欧元", "日元", "%", "％"];

/// A mobile number of mainland China: eleven digits from 13 to 19 (Ministry of Industry and Information Technology,
/// numbering plan of 2017), as one or as 3-4-4, with or without the prefix of the country.
fn mobile(view: &View, text: &str, digits: &Digits) -> Option<Range<usize>> {
    let start = digits.groups[0].start;
    let first = digits.groups[0].len();
    // The prefix of the country is written together with the number, or is a group of its own.
    let (from, num_groups, end) = match first {
        11 => (start, 1, digits.groups[0].end),
        13 if view.bytes()[start..].starts_with(b"86") => (start + 2, 1, digits.groups[0].end),
        15 if view.bytes()[start..].starts_with(b"0086") => (start + 4, 1, digits.groups[0].end),
        3 if digits.has_lengths(&[3, 4, 4]) => (start, 3, digits.groups[2].end),
        5 if view.bytes()[start..].starts_with(b"86") && digits.has_lengths(&[5, 4, 4]) => {
            (start + 2, 3, digits.groups[2].end)
        }
        _ => return None,
    };
    let number = digits.joined(view, num_groups);
    let number = &number[number.len().checked_sub(11)?..];
    let is_mobile = number[0] == 1 && number[1] >= 3;
    if !is_mobile || !ends(view, end) || is_in_url(view, start) {
        return None;
    }
    let begin = if from == start { prefix_start(view, start) } else { plus(view, start) };
    (is_free(view, begin) && !is_of_thing(text, view, begin, end)).then_some(begin..end)
}

/// Where `+86`, `0086`, `86` or `(+86)` before a number begins; the number's own place if none stands there.
fn prefix_start(view: &View, start: usize) -> usize {
    let mut at = start;
    while at > 0 && b" -)".contains(&view.before(at)) && start - at < 2 {
        at -= 1;
    }
    let Some(prefix) = at.checked_sub(2).filter(|prefix| view.bytes()[*prefix..].starts_with(b"86")) else {
        return start;
    };
    let zeros = prefix.checked_sub(2).filter(|zeros| view.bytes()[*zeros..].starts_with(b"00"));
    let prefix = plus(view, zeros.unwrap_or(prefix));
    let begin = if view.before(prefix) == b'(' && view.at(at) == b')' { prefix - 1 } else { prefix };
    if is_word(view.before(begin)) { start } else { begin }
}

/// Where the sign before a prefix stands, if one does.
fn plus(view: &View, prefix: usize) -> usize {
    if view.before(prefix) == b'+' { prefix - 1 } else { prefix }
}

/// Words that may stand before a number without a space.
const PHONES: [&str; 10] = ["tel", "phone", "mobile", "cell", "mob", "sms", "wechat", "weixin", "wx", "vx"];

/// Whether no word goes on where a number begins: only the name of a telephone may stand there.
fn is_free(view: &View, begin: usize) -> bool {
    let word = view.bytes()[..begin].iter().rev().take_while(|byte| is_word(**byte)).count();
    let word = &view.bytes()[begin - word..begin];
    word.is_empty() || PHONES.iter().any(|phone| word.eq_ignore_ascii_case(phone.as_bytes()))
}

/// Whether a number counts something, or names a thing.
fn is_of_thing(text: &str, view: &View, begin: usize, end: usize) -> bool {
    let (before, after) = (&text[..view.span(begin, begin).start], &text[view.span(end, end).start..]);
    let before = before.trim_end_matches([' ', ':', '：', '.', '#', '　', '为', '是']);
    let is_amount =
        AMOUNTS.iter().any(|unit| after.starts_with(unit)) || before.ends_with(['¥', '￥', '$', '€', '£']);
    let tail: String = before.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
    let word = tail.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let is_thing = THINGS
        .iter()
        .any(|thing| if thing.is_ascii() { word.eq_ignore_ascii_case(thing) } else { tail.ends_with(thing) });
    is_amount || is_thing
}

/// Whether a place stands in a URL: a number there is mostly that of a page.
fn is_in_url(view: &View, start: usize) -> bool {
    view.bytes()[view.token_start(start)..start].windows(3).any(|three| three == b"://")
}
