//! Places of the corpus, as people write them: `PATH`, `PATH#RECORD`, `PATH:PARAGRAPH`, `PATH#RECORD:FIRST-LAST`.
//!
//! A path may hold `:` and `#` itself, so that one spelling can be read in several ways. Paths are spelled as the ledger
//! spells them; numbers count from 0.

/// One way to read a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceReading {
    /// The path of the file or member.
    pub path: String,
    /// The number of the record; `None`: the text, or all records.
    pub record: Option<u64>,
    /// The first and the last paragraph; `None`: all of them.
    pub paragraphs: Option<(u64, u64)>,
}

/// All ways to read a place of [`super::DecideConfig::keep_places`], the longest path first. A place that begins with a
/// quotation mark is a JSON string, so that a path may hold line breaks.
///
/// ```
/// use tamis::config::read_place;
/// let readings = read_place("a.jsonl#3:0-2")?;
/// let last = readings.last().expect("at least the path");
/// assert_eq!((last.path.as_str(), last.record, last.paragraphs), ("a.jsonl", Some(3), Some((0, 2))));
/// assert!(read_place("a.txt:5-3").is_err());
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
/// What is wrong with it, and what to write instead.
pub fn read_place(place: &str) -> Result<Vec<PlaceReading>, String> {
    let unquoted;
    let place = if place.starts_with('"') {
        unquoted = serde_json::from_str::<String>(place).map_err(|_| {
            format!("{place}: it begins with a quotation mark and is no JSON string; {REMEDY}")
        })?;
        &unquoted
    } else {
        place
    };
    if place.contains("#id=") {
        return Err(format!(
            "{place}: a record is named by its number here; `tamis explain OUT PLACE` prints it"
        ));
    }
    let (head, paragraphs) = match place.rsplit_once(':').map(|(head, tail)| (head, range(tail))) {
        Some((head, Some(paragraphs))) => (head, Some(paragraphs)),
        _ => (place, None),
    };
    if let Some((first, last)) = paragraphs.filter(|(first, last)| first > last) {
        return Err(format!("{place}: paragraph {first} comes after paragraph {last}; write {last}-{first}"));
    }
    let record = head.rsplit_once('#').and_then(|(path, record)| Some((path, number(record)?)));
    if place.is_empty() || head.is_empty() || record.is_some_and(|(path, _)| path.is_empty()) {
        return Err(format!("{place}: it has no path; {REMEDY}"));
    }
    if place.starts_with('/') {
        return Err(format!("{place}: a path begins below its input, not with `/`; {REMEDY}"));
    }
    let reading = |path: &str, record, paragraphs| PlaceReading { path: path.to_owned(), record, paragraphs };
    let mut readings = vec![reading(place, None, None)];
    readings.extend(paragraphs.map(|paragraphs| reading(head, None, Some(paragraphs))));
    readings.extend(record.map(|(path, record)| reading(path, Some(record), paragraphs)));
    Ok(readings)
}

/// How a place is written.
const REMEDY: &str =
    "write PATH, PATH:PARAGRAPH, PATH#RECORD or PATH#RECORD:PARAGRAPH, as the ledger spells the path";

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// `3`, or `3-7`.
fn range(text: &str) -> Option<(u64, u64)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some((number(first)?, number(last)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_path_is_read_first() {
        for (place, expected) in [
            ("a.txt", vec![("a.txt", None, None)]),
            ("a.txt:3", vec![("a.txt:3", None, None), ("a.txt", None, Some((3, 3)))]),
            ("a.txt:3-7", vec![("a.txt:3-7", None, None), ("a.txt", None, Some((3, 7)))]),
            ("a#2", vec![("a#2", None, None), ("a", Some(2), None)]),
            ("a#2:3", vec![("a#2:3", None, None), ("a#2", None, Some((3, 3))), ("a", Some(2), Some((3, 3)))]),
            ("a:b", vec![("a:b", None, None)]),
            ("a:-3", vec![("a:-3", None, None)]),
            ("\"a\\nb:1\"", vec![("a\nb:1", None, None), ("a\nb", None, Some((1, 1)))]),
        ] {
            let readings = read_place(place).unwrap();
            let readings: Vec<_> =
                readings.iter().map(|r| (r.path.as_str(), r.record, r.paragraphs)).collect();
            assert_eq!(readings, expected, "{place}");
        }
    }

    #[test]
    fn what_is_no_place_is_told() {
        for (place, expected) in [
            ("", "no path"),
            (":3", "no path"),
            ("#3", "no path"),
            ("#3:4", "no path"),
            ("a:7-3", "write 3-7"),
            ("/a", "not with `/`"),
            ("\"a", "no JSON string"),
            ("a#id=7", "by its number"),
        ] {
            let fault = read_place(place).unwrap_err();
            assert!(fault.contains(expected), "{place}: {fault}");
        }
    }
}
