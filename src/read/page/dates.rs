//! Dates as pages write them, in Chinese, English and the forms of machines.
//!
//! A date is taken only if its year, month and day are sure: `2/3/2020` may be of February or March, and is none.

use std::fmt::Write;

/// Years that a page can be of. Earlier ones, and later ones, are mistakes or no dates at all.
const YEARS: std::ops::RangeInclusive<u32> = 1980..=2100;

/// The names of the months, by their first three letters.
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The first date in a text: `2020-01-31`, or `2020-01-31T08:05:00+08:00` as far as it is known.
pub(super) fn find(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(digit) = bytes[at..].iter().position(u8::is_ascii_digit) {
        let begin = at + digit;
        let run = digits(&text[begin..]).len();
        if let Some((date, rest)) = date_at(text, begin, run) {
            return Some(date.with_time(rest));
        }
        at = begin + run;
    }
    None
}

/// The date in an address: `/2020/01/31/`, `/2020-01/31/`, `/20200131/`, `/t20200131_`.
pub(super) fn find_in_address(address: &str) -> Option<String> {
    let path = address.split_once("://").map_or(address, |(_, rest)| rest);
    let path = path.split_once('/').map_or("", |(_, path)| path);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let runs: Vec<&str> = path.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    let number = |run: &str| run.parse::<u32>().unwrap_or(0);
    for (at, run) in runs.iter().enumerate() {
        let next =
            |ahead: usize| runs.get(at + ahead).filter(|run| run.len() <= 2).map_or(0, |run| number(run));
        let date = match run.len() {
            8 => Date::of(number(&run[..4]), number(&run[4..6]), number(&run[6..])),
            6 => Date::of(number(&run[..4]), number(&run[4..]), next(1)),
            4 => Date::of(number(run), next(1), next(2)),
            _ => None,
        };
        if let Some(date) = date {
            return Some(date.to_string());
        }
    }
    None
}

/// The digits that a text begins with.
fn digits(text: &str) -> &str {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    &text[..end]
}

/// A date that was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Date {
    year: u32,
    month: u32,
    day: u32,
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Date {
    fn of(year: u32, month: u32, day: u32) -> Option<Self> {
        let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 => 28 + u32::from(is_leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let is_date = YEARS.contains(&year) && (1..=12).contains(&month) && (1..=days).contains(&day);
        is_date.then_some(Self { year, month, day })
    }

    /// The date with the time that follows it, if one does.
    fn with_time(self, rest: &str) -> String {
        let mut text = self.to_string();
        if let Some((time, zone)) = time_at(rest) {
            let _ = write!(text, "T{time}{zone}"); // a string takes everything
        }
        text
    }
}

/// The date whose first number is the `run` digits at `begin`, and what follows it.
fn date_at(text: &str, begin: usize, run: usize) -> Option<(Date, &str)> {
    let rest = &text[begin + run..];
    let first: u32 = text[begin..begin + run].parse().ok()?;
    match run {
        8 => Date::of(first / 10_000, first / 100 % 100, first % 100).map(|date| (date, rest)),
        4 => year_first(first, rest),
        1 | 2 => day_first(first, rest).or_else(|| month_named(&text[..begin], first, rest)),
        _ => None,
    }
}

/// `2020-01-31`, `2020/1/31`, `2020.01.31`, `2020年1月31日`.
fn year_first(year: u32, rest: &str) -> Option<(Date, &str)> {
    for (first, second, last) in
        [("-", "-", ""), ("/", "/", ""), (".", ".", ""), ("年", "月", "日"), ("年", "月", "号")]
    {
        let Some((month, after)) = rest.trim_start().strip_prefix(first).and_then(number) else { continue };
        let Some((day, after)) = after.trim_start().strip_prefix(second).and_then(number) else { continue };
        let Some(after) = after.trim_start_matches(' ').strip_prefix(last) else { continue };
        return Date::of(year, month, day).map(|date| (date, after));
    }
    None
}

/// `31 January 2020`, `31. Jan. 2020`, and `31.01.2020`, in which dots say that the day comes first.
fn day_first(day: u32, rest: &str) -> Option<(Date, &str)> {
    if let Some((month, after)) = rest.strip_prefix('.').and_then(|rest| number(rest.trim_start())) {
        let (year, after) = year(after.strip_prefix('.')?.trim_start())?;
        return Date::of(year, month, day).map(|date| (date, after));
    }
    let rest = rest.trim_start_matches(['.', ' ', '-']);
    let rest =
        ["st", "nd", "rd", "th"].iter().find_map(|end| rest.strip_prefix(end)).unwrap_or(rest).trim_start();
    let word = rest.bytes().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(rest.len());
    let month = month_of(&rest[..word])?;
    let (year, after) = year(rest[word..].trim_start_matches(['.', ',', ' ', '-']))?;
    Date::of(year, month, day).map(|date| (date, after))
}

/// `January 31, 2020`: the month is the word before.
fn month_named<'a>(before: &str, day: u32, rest: &'a str) -> Option<(Date, &'a str)> {
    let before = before.trim_end_matches(['.', ' ']);
    let word = before.bytes().rposition(|byte| !byte.is_ascii_alphabetic()).map_or(0, |at| at + 1);
    let month = month_of(&before[word..])?;
    let rest = ["st", "nd", "rd", "th"].iter().find_map(|end| rest.strip_prefix(end)).unwrap_or(rest);
    let (year, after) = year(rest.trim_start_matches([',', ' ', '.']))?;
    Date::of(year, month, day).map(|date| (date, after))
}

/// The month of a name in English, of three letters or more.
fn month_of(word: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.to_ascii_lowercase();
    let month = MONTHS.iter().position(|short| word.starts_with(short))?;
    (NAMES[month].starts_with(&word) || word == "sept").then(|| u32::try_from(month + 1).unwrap_or(0))
}

/// A number of one or two digits at the beginning of a text, and what follows.
fn number(text: &str) -> Option<(u32, &str)> {
    let text = text.trim_start_matches(' ');
    let run = digits(text);
    let number = run.parse().ok().filter(|_| run.len() <= 2)?;
    Some((number, &text[run.len()..]))
}

/// A year of four digits at the beginning of a text, and what follows.
fn year(text: &str) -> Option<(u32, &str)> {
    let run = digits(text);
    let number = run.parse().ok().filter(|_| run.len() == 4)?;
    Some((number, &text[4..]))
}

/// The time of day that a text begins with, and its distance from UTC if it is given.
fn time_at(text: &str) -> Option<(String, String)> {
    let text = text.trim_start_matches(['T', ' ', '\t', ',', '|', '\u{a0}', '\u{3000}']);
    let (hour, rest) = number(text)?;
    let (minute, rest) = number(rest.strip_prefix([':', '：'])?)?;
    let (second, rest) = rest.strip_prefix(':').and_then(number).unwrap_or((0, rest));
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let rest = rest.strip_prefix('.').map_or(rest, |rest| &rest[digits(rest).len()..]);
    // Half a day is told by words in English; which half is not known here.
    let rest = rest.trim_start_matches(' ');
    let half = rest.get(..2).unwrap_or_default().to_ascii_lowercase();
    let hour = match half.as_str() {
        "pm" if hour < 12 => hour + 12,
        "am" if hour == 12 => 0,
        _ => hour,
    };
    Some((format!("{hour:02}:{minute:02}:{second:02}"), zone_at(rest)))
}

/// The distance from UTC that a text begins with; empty if it is not given.
fn zone_at(text: &str) -> String {
    if text.starts_with('Z') || text.starts_with("GMT") || text.starts_with("UTC") {
        return "Z".to_owned();
    }
    let Some(sign) = text.chars().next().filter(|sign| matches!(sign, '+' | '-')) else {
        return String::new();
    };
    let run = digits(&text[1..]);
    let (hours, minutes) = match run.len() {
        4 => (&run[..2], &run[2..]),
        2 => (run, text[3..].strip_prefix(':').map_or("00", digits)),
        _ => return String::new(),
    };
    let is_zone = hours.parse().is_ok_and(|hours: u32| hours <= 14)
        && minutes.len() == 2
        && minutes.parse().is_ok_and(|minutes: u32| minutes < 60);
    if is_zone { format!("{sign}{hours}:{minutes}") } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_pages_write_them() {
        for (text, date) in [
            ("2020-01-31", "2020-01-31"),
            ("2020/1/5", "2020-01-05"),
            ("2020.01.05 发布", "2020-01-05"),
            ("20200131", "2020-01-31"),
            ("2020-01-31T08:05:00+08:00", "2020-01-31T08:05:00+08:00"),
            ("2020-01-31T08:05:09.123Z", "2020-01-31T08:05:09Z"),
            ("2020-01-31T08:05:09+0800", "2020-01-31T08:05:09+08:00"),
            ("2020-01-31 08:05", "2020-01-31T08:05:00"),
            ("来源：新华网 2020年01月02日 12:34 编辑", "2020-01-02T12:34:00"),
            ("2020年1月2日12:34", "2020-01-02T12:34:00"),
            ("2020 年 1 月 2 日", "2020-01-02"),
            ("January 31, 2020", "2020-01-31"),
            ("Updated Sept. 3rd, 2021, 4:05 PM", "2021-09-03T16:05:00"),
            ("Fri, 31 Jan 2020 08:05:00 GMT", "2020-01-31T08:05:00Z"),
            ("31. Jan. 2020", "2020-01-31"),
            ("31.01.2020", "2020-01-31"),
            ("No. 12345, 29 February 2020", "2020-02-29"),
        ] {
            assert_eq!(find(text).as_deref(), Some(date), "{text}");
        }
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "2020",
            "2020-13-01",
            "2020-02-30",
            "2019-02-29",
            "1979-12-31",
            "2101-01-01",
            "01/02/2020",
            "192.168.1.20",
            "电话 010-12345678",
            "2020年",
            "31 Mayor 2020",
            "Room 12, 2020",
            "9999999999",
            "31.01.20",
            "二〇二〇年一月",
            "2020-01-",
            "１２月３日",
            "2020-1é-1",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
        assert_eq!(find("2020-01-31 25:00").as_deref(), Some("2020-01-31"));
    }

    #[test]
    fn dates_in_addresses() {
        for (address, date) in [
            ("https://a.example/2020/01/31/rain.html", Some("2020-01-31")),
            ("https://a.example/2020-01/31/content_123456.htm", Some("2020-01-31")),
            ("http://a.example/n/20200131/1.html", Some("2020-01-31")),
            ("http://a.example/t20200131_4321.shtml", Some("2020-01-31")),
            ("http://a.example/202001/31/1.html", Some("2020-01-31")),
            ("http://a.example/202001/t20200131_4321.html", Some("2020-01-31")),
            ("https://20200131.example/rain", None),
            ("https://a.example/2020/rain-12.html", None),
            ("https://a.example/news/12345678", None),
            ("", None),
        ] {
            assert_eq!(find_in_address(address).as_deref(), date, "{address}");
        }
    }
}
