//! The headline of a page: what its title says, without the name of the site.
//!
//! `<title>` joins the headline with sections and the name of the site. Where one of the lines of the page agrees with a
//! part of it, that line is the headline, and a heading more than others; else the parts at the end go.

use std::collections::HashSet;

use super::lines::{Line, weight_of};

/// The longest headline, in characters. What is longer is no headline.
const MAX_CHARS: usize = 300;

/// What weighs less is a section, or a name: two Chinese characters, or six letters.
const LEAST_WEIGHT: usize = 6;

/// A way to tell that a line is the headline.
type Way<'a> = &'a dyn Fn(&Line) -> bool;

/// The headline of a page. `names` are its titles by its own account, the surest first.
pub(super) fn of(names: &[String], site: &str, visible: &[Line]) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).filter(|name| is_short(name)).collect();
    let mut parts: HashSet<String> = names.iter().flat_map(|name| parts(name)).collect();
    parts.remove(&letters(site));
    let agrees = |line: &Line| parts.contains(&letters(&line.text));
    // The name of an entry is short, and is no link to it.
    let starts: HashSet<String> =
        names.iter().filter_map(|name| Some(letters(&name[..cuts(name).first()?.0]))).collect();
    let begins = |line: &Line| line.num_linked == 0 && starts.contains(&letters(&line.text));
    let ways: [(std::ops::RangeInclusive<u8>, Way<'_>); 4] =
        [(1..=1, &agrees), (1..=1, &begins), (2..=3, &agrees), (0..=0, &agrees)];
    for (levels, is_headline) in ways {
        let lines = visible.iter().filter(|line| levels.contains(&line.level) && is_short(&line.text));
        // The longest, and of those the first: shorter ones are sections and the like.
        let best = lines.filter(|line| is_headline(line)).rev().max_by_key(|line| line.text.chars().count());
        if let Some(line) = best {
            return tidy(&line.text);
        }
    }
    if let Some(name) = names.first() {
        return without_site(name, site);
    }
    let mut headings = visible.iter().filter(|line| line.level == 1 && is_short(&line.text));
    headings.next().map_or_else(String::new, |line| tidy(&line.text))
}

/// A headline without the sign of a link to itself.
fn tidy(line: &str) -> String {
    line.trim_end_matches(['¶', '#']).trim().to_owned()
}

/// Which of the first lines are the headline.
pub(super) fn repeats(headline: &str, lines: &[Line]) -> Vec<usize> {
    /// Lines among which the headline stands, if it does: a kicker and a date come before it.
    const FIRST: usize = 4;
    let headline = letters(headline);
    let is_it = |line: &Line| is_short(&line.text) && letters(&line.text) == headline;
    let found = lines.iter().take(FIRST).enumerate().filter(|(_, line)| !headline.is_empty() && is_it(line));
    found.map(|(at, _)| at).collect()
}

fn is_short(text: &str) -> bool {
    text.chars().take(MAX_CHARS + 1).count() <= MAX_CHARS
}

/// Letters and digits of a text, in lower case: two spellings of a headline differ in quotes and spaces.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The letters of all that may be the headline in a title: all of it, and its beginning and end up to a separator if
/// that is much of it.
fn parts(name: &str) -> Vec<String> {
    let whole = letters(name);
    let cuts = cuts(name);
    let ends = cuts.iter().flat_map(|(end, begin)| [letters(&name[..*end]), letters(&name[*begin..])]);
    let mut parts: Vec<String> = ends.filter(|part| part.len() * 5 >= whole.len() * 2).collect();
    parts.push(whole);
    parts.retain(|part| part.chars().map(weight_of).sum::<usize>() >= LEAST_WEIGHT);
    parts
}

/// Where a title may be cut: the end of what comes before a separator, and the beginning of what follows it.
fn cuts(name: &str) -> Vec<(usize, usize)> {
    let is_wide = |c: Option<char>| c.is_some_and(|c| weight_of(c) > 1);
    let is_cut = |(at, c): &(usize, char)| {
        let (before, after) = (name[..*at].chars().next_back(), name[at + c.len_utf8()..].chars().next());
        let has_spaces = before == Some(' ') && after == Some(' ');
        match c {
            '_' | '|' | '｜' | '»' | '«' | '›' | '‹' | '•' => true,
            ':' | '/' => has_spaces,
            // Dashes stand within words; in Chinese they have no spaces about them.
            '-' | '–' | '—' | '·' => has_spaces || is_wide(before) || is_wide(after),
            _ => false,
        }
    };
    name.char_indices().filter(is_cut).map(|(at, c)| (at, at + c.len_utf8())).collect()
}

/// A title without the name of the site: what stands beside the last separator, or the first, if that is the site or
/// short. A dash may be part of the headline.
fn without_site(name: &str, site: &str) -> String {
    let site = letters(site);
    let is_site = |part: &str| {
        let part = letters(part);
        !part.is_empty() && !site.is_empty() && (site.contains(&part) || part.contains(&site))
    };
    let weight = |part: &str| letters(part).chars().map(weight_of).sum::<usize>();
    let mut kept = name.trim();
    loop {
        let cuts = cuts(kept);
        let (Some((first, rest)), Some((end, last))) = (cuts.first(), cuts.last()) else { break };
        let (head, tail) = (&kept[..*end], &kept[*last..]);
        let is_dash = kept[*end..].starts_with(['-', '–', '—', '·', ':', '/']);
        let is_less = weight(tail) <= if is_dash { weight(head) / 2 } else { weight(head) * 2 };
        if is_site(&kept[..*first]) && !is_site(&kept[*rest..]) {
            kept = kept[*rest..].trim();
        } else if weight(head) > 0 && (is_site(tail) || is_less) {
            kept = head.trim();
        } else {
            break;
        }
    }
    kept.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, level: u8) -> Line {
        Line { text: text.to_owned(), level, ..Line::default() }
    }

    #[test]
    fn a_line_that_agrees_is_the_headline() {
        let title = "Rain stops play – again | Sport | The Morning Post".to_owned();
        let lines = [
            line("The Morning Post", 1),
            line("Sport", 2),
            line("Rain stops play – again", 1),
            line("Rain", 0),
        ];
        assert_eq!(of(std::slice::from_ref(&title), "The Morning Post", &lines), "Rain stops play – again");
        // A line that is no heading does as well.
        assert_eq!(
            of(&[title], "", &[line("Sport", 1), line("Rain stops play — again", 0)]),
            "Rain stops play — again"
        );
        let chinese = "大雨倾盆，交通中断_国内新闻_晨报网".to_owned();
        let lines = [line("国内新闻", 1), line("大雨倾盆，交通中断", 0)];
        assert_eq!(of(&[chinese], "晨报网", &lines), "大雨倾盆，交通中断");
    }

    #[test]
    fn the_name_of_an_entry_is_short() {
        let wiki = "雨 - 某某百科，自由的百科".to_owned();
        assert_eq!(
            of(std::slice::from_ref(&wiki), "", &[line("雨", 1), line("某某百科，自由的百科", 0)]),
            "雨"
        );
        let logo = Line { num_linked: 1, ..line("雨", 1) };
        assert_eq!(of(&[wiki], "", &[logo, line("某某百科，自由的百科", 0)]), "某某百科，自由的百科");
        assert_eq!(of(&["Rain today".to_owned()], "", &[line("Rain today¶", 1)]), "Rain today");
    }

    #[test]
    fn which_lines_repeat_it() {
        let lines =
            [line("News", 0), line("“Rain”, again", 1), line("\"Rain\" again", 0), line("It rains.", 0)];
        assert_eq!(repeats("Rain again", &lines), [1, 2]);
        assert!(repeats("", &lines).is_empty());
        assert!(repeats("Snow", &lines).is_empty());
    }

    #[test]
    fn the_name_of_the_site_goes() {
        for (name, site, headline) in [
            ("Rain stops play | The Morning Post", "", "Rain stops play"),
            (
                "Rain stops play in the north - The Morning Post",
                "The Morning Post",
                "Rain stops play in the north",
            ),
            ("The Morning Post: Rain", "", "The Morning Post: Rain"),
            ("Morning Post | Rain stops play", "Morning Post", "Rain stops play"),
            ("Rain-soaked fans go home", "", "Rain-soaked fans go home"),
            ("Rain – a history of weather", "", "Rain – a history of weather"),
            ("大雨倾盆，交通中断_国内新闻_晨报网", "晨报网", "大雨倾盆，交通中断"),
            ("大雨倾盆，交通中断-晨报网", "", "大雨倾盆，交通中断"),
            ("大雨——一个人的记忆", "", "大雨——一个人的记忆"),
            ("晨报网", "晨报网", "晨报网"),
            ("_", "", "_"),
            ("", "", ""),
        ] {
            assert_eq!(of(&[name.to_owned()], site, &[]), headline, "{name}");
        }
    }

    #[test]
    fn without_a_title_the_first_heading_is_it() {
        assert_eq!(of(&[], "", &[line("Home", 0), line("Rain", 1), line("Snow", 1)]), "Rain");
        assert_eq!(of(&[], "", &[]), "");
    }
}
