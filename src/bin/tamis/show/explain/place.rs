//! The readings of `PATH[:PARAGRAPH | #RECORD[:PARAGRAPH]]`, where a record has a number or an id.

use tamis::account::{LedgerLine, LedgerLineRef};

/// One way to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) path: String,
    pub(crate) record: Option<u64>,
    pub(crate) paragraph: Option<u64>,
}

impl Reading {
    /// All ways to read `place`, the longest path first: a path may hold `:` and `#` itself. Behind them those of a
    /// path that begins with an input, as a shell completes it.
    pub(crate) fn all(place: &str, inputs: &[String]) -> Vec<Self> {
        below(place, inputs).into_iter().flat_map(Self::of).collect()
    }

    fn of(place: &str) -> Vec<Self> {
        let reading = |path: &str, record, paragraph| Self { path: path.to_owned(), record, paragraph };
        let mut readings = vec![reading(place, None, None)];
        let (head, paragraph) = match cut(place, ':') {
            Some((path, paragraph)) => {
                readings.push(reading(path, None, Some(paragraph)));
                (path, Some(paragraph))
            }
            None => (place, None),
        };
        if let Some((path, record)) = cut(head, '#') {
            readings.push(reading(path, Some(record), paragraph));
        }
        readings
    }

    /// Whether a line is of its document, record and paragraph. A container as a whole has no paragraphs.
    pub(crate) fn admits(&self, line: &LedgerLine<'_>) -> bool {
        let is_whole = self.record.is_none() && self.paragraph.is_none();
        line.path == self.path
            && (is_whole || line.record == self.record)
            && self.paragraph.is_none_or(|paragraph| (line.first..=line.last).contains(&paragraph))
    }

    pub(crate) fn is_named_by(&self, line: &LedgerLineRef<'_>) -> bool {
        line.path == self.path || line.survivor_here().is_some_and(|survivor| survivor.path == self.path)
    }
}

/// A record that is named by its id: `PATH#ID[:PARAGRAPH]`, or `PATH#id=ID[:PARAGRAPH]`, which names ids that are
/// numbers too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedRecord {
    pub(crate) path: String,
    id: String,
    pub(crate) paragraph: Option<u64>,
}

impl NamedRecord {
    /// All ways to read `place` so, the longest path first, and behind them those of a path that begins with an input.
    pub(crate) fn all(place: &str, inputs: &[String]) -> Vec<Self> {
        let mut readings = Vec::new();
        for place in below(place, inputs) {
            for (at, _) in place.rmatch_indices('#').filter(|(at, _)| *at > 0) {
                let (path, id) = (&place[..at], &place[at + 1..]);
                let id = id.strip_prefix("id=").unwrap_or(id);
                let of = |id: &str, paragraph| Self { path: path.to_owned(), id: id.to_owned(), paragraph };
                readings.push(of(id, None));
                readings.extend(cut(id, ':').map(|(id, paragraph)| of(id, Some(paragraph))));
            }
        }
        readings
    }

    /// The number of the record, if a line is about the one that is named.
    pub(crate) fn record_of(&self, line: &LedgerLineRef<'_>) -> Option<u64> {
        let id = line.id.as_ref().filter(|_| line.path == self.path)?.json();
        let is_it = id == self.id || serde_json::from_str::<String>(id).is_ok_and(|id| id == self.id);
        line.record.filter(|_| is_it)
    }
}

/// `place`, and what is left of it below an input that it begins with, as a shell completes it.
fn below<'a>(place: &'a str, inputs: &[String]) -> Vec<&'a str> {
    let typed = place.strip_prefix("./").unwrap_or(place);
    let rest = |input: &String| {
        let input = input.strip_prefix("./").unwrap_or(input).trim_end_matches('/');
        typed.strip_prefix(input)?.strip_prefix('/')
    };
    std::iter::once(place).chain(inputs.iter().filter_map(rest)).collect()
}

/// `text` before the last `mark`, and the number behind it.
fn cut(text: &str, mark: char) -> Option<(&str, u64)> {
    let (head, number) = text.rsplit_once(mark)?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    Some((head, number.parse().ok().filter(|_| is_number && !head.is_empty())?))
}

/// The path nearest to what was typed, of all that it is offered.
#[derive(Debug)]
pub(crate) struct Nearest<'a> {
    typed: &'a str,
    best: Option<((bool, usize), String)>,
}

impl<'a> Nearest<'a> {
    pub(crate) fn to(typed: &'a str) -> Self {
        Self { typed, best: None }
    }

    /// A path that ends with what was typed is nearer than any that takes edits.
    pub(crate) fn offer(&mut self, path: &str) {
        let is_tail = path.strip_suffix(self.typed).is_some_and(|head| head.ends_with('/'));
        let difference = path.len().abs_diff(self.typed.len());
        let is_hopeless = |(was_tail, best): (bool, usize)| !was_tail && !is_tail && difference > best;
        if self.best.as_ref().is_some_and(|(best, _)| is_hopeless((!best.0, best.1))) {
            return;
        }
        let distance = (!is_tail, strsim::damerau_levenshtein(path, self.typed));
        if self.best.as_ref().is_none_or(|(best, _)| distance < *best) {
            self.best = Some((distance, path.to_owned()));
        }
    }

    pub(crate) fn path(self) -> Option<String> {
        self.best.map(|(_, path)| path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_path_is_read_first() {
        let inputs = ["./corpus/".to_owned()];
        for (place, expected) in [
            ("a.txt", vec![("a.txt", None, None)]),
            ("a.txt:3", vec![("a.txt:3", None, None), ("a.txt", None, Some(3))]),
            ("a#2", vec![("a#2", None, None), ("a", Some(2), None)]),
            ("a#2:3", vec![("a#2:3", None, None), ("a#2", None, Some(3)), ("a", Some(2), Some(3))]),
            ("a:2#3", vec![("a:2#3", None, None), ("a:2", Some(3), None)]),
            ("12:30", vec![("12:30", None, None), ("12", None, Some(30))]),
            (":3", vec![(":3", None, None)]),
            ("a:+3", vec![("a:+3", None, None)]),
            ("corpus/a", vec![("corpus/a", None, None), ("a", None, None)]),
        ] {
            let readings = Reading::all(place, &inputs);
            let readings: Vec<_> =
                readings.iter().map(|r| (r.path.as_str(), r.record, r.paragraph)).collect();
            assert_eq!(readings, expected, "{place}");
        }
    }

    #[test]
    fn records_have_ids() {
        let inputs = ["in".to_owned()];
        for (place, expected) in [
            ("a.txt", vec![]),
            ("#x", vec![]),
            ("a#x", vec![("a", "x", None)]),
            ("a#id=7:2", vec![("a", "7:2", None), ("a", "7", Some(2))]),
            (
                "in/a#b#c",
                vec![("in/a#b", "c", None), ("in/a", "b#c", None), ("a#b", "c", None), ("a", "b#c", None)],
            ),
        ] {
            let readings = NamedRecord::all(place, &inputs);
            let readings: Vec<_> =
                readings.iter().map(|r| (r.path.as_str(), r.id.as_str(), r.paragraph)).collect();
            assert_eq!(readings, expected, "{place}");
        }
    }

    #[test]
    fn the_nearest_path() {
        let nearest = |typed| {
            let mut nearest = Nearest::to(typed);
            for path in ["site/ferry.txt", "site/f.txt", "wire/ferries.txt"] {
                nearest.offer(path);
            }
            nearest.path().unwrap()
        };
        assert_eq!(nearest("site/fery.txt"), "site/ferry.txt");
        assert_eq!(nearest("ferry.txt"), "site/ferry.txt");
        assert_eq!(nearest("f.txt"), "site/f.txt");
        assert_eq!(Nearest::to("a").path(), None);
    }
}
