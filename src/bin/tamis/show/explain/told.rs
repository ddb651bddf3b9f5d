//! A line of the ledger with the two texts it is about, checked against it, as people and programs read it.

use std::fmt::Write;

use serde::Serialize;
use tamis::account::{LedgerLine, LedgerNumbers, LedgerPlace, RawJson, RecordId};
use tamis::fingerprint::Fingerprint;
use tamis::report::diff::{Compared, Row, align};
use tamis::store::path::printable_bytes;
use tamis::{Excerpt, Missing, OriginalParagraph, Stays};

use super::page::{Page, Side, alone, page};
use super::place::Reading;

/// A text that was read, or why it was not.
type Answer = Result<Excerpt, Missing>;

/// A line and its texts.
#[derive(Debug)]
pub(crate) struct Told {
    line: LedgerLine<'static>,
    removed: Text,
    survivor: Text,
}

/// A text, or why it is not shown.
#[derive(Debug)]
enum Text {
    Read(Excerpt),
    /// From the ledger, for want of the input.
    Kept(Excerpt),
    /// It never could be read again.
    Gone(String),
    /// It stands in an earlier run, or nothing stays.
    Elsewhere,
    /// It should be there, and is not what it was.
    Changed(String),
}

impl Text {
    fn of(answer: Answer) -> Self {
        match answer {
            Ok(excerpt) => Self::Read(excerpt),
            Err(Missing::Stream) => Self::Gone(Missing::Stream.to_string()),
            Err(why) => Self::Changed(why.to_string()),
        }
    }

    fn excerpt(&self) -> Option<&Excerpt> {
        match self {
            Self::Read(excerpt) | Self::Kept(excerpt) => Some(excerpt),
            Self::Gone(_) | Self::Changed(_) | Self::Elsewhere => None,
        }
    }

    fn why(&self) -> Option<&str> {
        match self {
            Self::Gone(why) | Self::Changed(why) => Some(why),
            Self::Read(_) | Self::Kept(_) | Self::Elsewhere => None,
        }
    }
}

impl Told {
    /// A line, what went, and what stays if that is in the inputs.
    pub(crate) fn new(line: LedgerLine<'static>, removed: Answer, survivor: Option<Answer>) -> Self {
        let (mut removed, mut survivor) = (Text::of(removed), survivor.map_or(Text::Elsewhere, Text::of));
        if let Text::Read(excerpt) = &removed
            && let Some(why) = difference(&line, excerpt)
        {
            removed = Text::Changed(why);
        }
        let twins = [&removed, &survivor].map(Text::excerpt);
        if let [Some(removed), Some(twin)] = twins
            && line.rule.is_one_for_one()
            && !removed
                .paragraphs
                .iter()
                .map(|p| p.fingerprint)
                .eq(twin.paragraphs.iter().map(|p| p.fingerprint))
        {
            survivor = Text::Changed("its paragraphs have changed".to_owned());
        }
        if let (Text::Gone(_), Some(text)) = (&removed, &line.text) {
            removed = Text::Kept(kept(text));
        }
        Self { line, removed, survivor }
    }

    /// Messages about inputs that could not be read, each with its remedy.
    pub(crate) fn failures(&self) -> Vec<String> {
        let survivor = self.line.survivor.as_ref().map(|survivor| (&survivor.path, &self.survivor));
        let mut failures = Vec::new();
        for (path, text) in [(&self.line.path, &self.removed)].into_iter().chain(survivor) {
            if let Text::Changed(why) = text {
                failures.push(format!(
                    "{path}: {why}; the inputs have changed since the run: name unchanged copies with --input, or run \
                     `tamis clean` again"
                ));
            }
        }
        failures
    }

    pub(crate) fn to_page(&self, paragraph: Option<u64>, style: Page) -> String {
        let mut text = self.heading();
        let (removed, survivor) = (self.removed.excerpt(), self.survivor.excerpt());
        let removed = removed.map_or(&[][..], |excerpt| &excerpt.paragraphs);
        let survivor = survivor.map_or(&[][..], |excerpt| &excerpt.paragraphs);
        let mut rows = if self.line.rule.is_of_documents() {
            align(&compared(removed), &compared(survivor))
        } else {
            beside(removed, survivor)
        };
        if let Some(wanted) = paragraph.and_then(|wanted| wanted.checked_sub(self.line.first)) {
            rows.retain(|row| row.removed.is_none_or(|index| u64::try_from(index) == Ok(wanted)));
            rows.retain(|row| row.removed.is_some());
        }
        if !rows.is_empty() {
            let first = self.line.survivor.as_ref().map_or(0, |survivor| survivor.first);
            let sides = [(removed, self.line.first), (survivor, first)];
            let [removed, survivor] = sides.map(|(paragraphs, first)| Side { paragraphs, first });
            text.push('\n');
            text.push_str(&match self.survivor {
                Text::Elsewhere => alone(&rows, removed, style),
                _ => page(&rows, removed, survivor, style),
            });
        }
        text
    }

    /// Where, why, and what stays.
    fn heading(&self) -> String {
        let line = &self.line;
        let own = LedgerPlace {
            run: None,
            path: line.path.clone(),
            record: line.record,
            id: line.id.clone(),
            first: line.first,
            last: line.last,
        };
        let mut text = printable_bytes(place(&own, self.removed.excerpt()).as_bytes()) + "\n";
        let mut row = |name: &str, value: &str| {
            let _ = writeln!(text, "  {name:<11} {}", printable_bytes(value.as_bytes())); // writing to a String cannot fail
        };
        row("why", &format!("{}: {}", line.rule.name(), why(line)));
        if let Some(survivor) = &line.survivor {
            row("survivor", &survivor_place(survivor, self.survivor.excerpt()));
        }
        if let Some(evidence) = &line.evidence {
            row("evidence", evidence.json());
        }
        if let Some(replacement) = &line.replacement {
            let replaced = line.text.as_ref().map_or("masked text".to_owned(), |text| format!("“{text}”"));
            row("replaced", &format!("{replaced} by “{replacement}”"));
        }
        match line.similarity {
            Some(similarity) => row("similarity", &similarity.to_string()),
            None if line.rule.stays() == Stays::Alike => row("similarity", "1"),
            None => {}
        }
        match (line.containment, line.passage) {
            (Some(share), Some((first, last))) => {
                let paragraphs = if first == last {
                    format!("paragraph {first}")
                } else {
                    format!("paragraphs {first}-{last}")
                };
                row("containment", &format!("{share} of the survivor appears in it, in {paragraphs}"));
            }
            (Some(share), None) => row("containment", &format!("{share} of it appears in the survivor")),
            (None, _) => {}
        }
        if let Some(numbers) = &line.numbers {
            let kinds = [
                ("in both", &numbers.shared),
                ("here only", &numbers.removed),
                ("in the survivor only", &numbers.survivor),
            ];
            let told = kinds.into_iter().filter(|(_, numbers)| !numbers.is_empty());
            let told: Vec<_> = told.map(|(name, numbers)| format!("{name}: {}", numbers.join(" "))).collect();
            row("numbers", &told.join("; "));
        }
        for (name, side) in [("removed", &self.removed), ("survivor", &self.survivor)] {
            if let Some(why) = side.why() {
                row("no text", &format!("of the {name}: {why}"));
            }
        }
        text
    }

    /// The line of the ledger, with both texts.
    pub(crate) fn to_json(&self) -> serde_json::Result<String> {
        let LedgerLine { path, record, id, first, last, span, page_line, rule, survivor, .. } = &self.line;
        let LedgerLine { evidence, similarity, containment, numbers, passage, text, replacement, .. } =
            &self.line;
        let json = JsonLine {
            path,
            record: *record,
            id: id.as_ref(),
            first: *first,
            last: *last,
            lines: self.removed.excerpt().and_then(lines),
            span: *span,
            page_line: *page_line,
            rule: rule.name(),
            survivor: survivor.as_ref().map(|place| JsonPlace {
                place,
                lines: self.survivor.excerpt().and_then(lines),
                text: self.survivor.excerpt().map(joined),
            }),
            evidence: evidence.as_ref(),
            similarity: *similarity,
            containment: *containment,
            numbers: numbers.as_ref(),
            passage: *passage,
            text: if rule.is_of_spans() {
                text.clone()
            } else {
                self.removed.excerpt().map(joined).or_else(|| text.clone())
            },
            replacement: replacement.as_deref(),
        };
        Ok(serde_json::to_string(&json)? + "\n")
    }
}

/// A line of the ledger, and what `explain` adds.
#[derive(Serialize)]
struct JsonLine<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RecordId<'a>>,
    first: u64,
    last: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<(u64, u64)>,
    span: (u64, u64),
    #[serde(skip_serializing_if = "Option::is_none")]
    page_line: Option<u64>,
    rule: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    survivor: Option<JsonPlace<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<&'a RawJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    similarity: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    containment: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    numbers: Option<&'a LedgerNumbers>,
    #[serde(skip_serializing_if = "Option::is_none")]
    passage: Option<(u64, u64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replacement: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonPlace<'a> {
    #[serde(flatten)]
    place: &'a LedgerPlace<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<(u64, u64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// Paragraphs in order.
fn beside(removed: &[OriginalParagraph], survivor: &[OriginalParagraph]) -> Vec<Row> {
    let within = |index: usize, len: usize| (index < len).then_some(index);
    let longest = 0..removed.len().max(survivor.len());
    longest
        .map(|index| Row { removed: within(index, removed.len()), survivor: within(index, survivor.len()) })
        .collect()
}

/// The rule in words.
fn why(line: &LedgerLine<'_>) -> &'static str {
    line.rule.wording(line.earlier_run().is_some()).why(line.num_paragraphs())
}

/// The evidence that a text is not the one that was removed, if there is any.
fn difference(line: &LedgerLine<'_>, excerpt: &Excerpt) -> Option<String> {
    let (first, last) = (excerpt.paragraphs.first()?, excerpt.paragraphs.last()?);
    let span = (first.span.0, last.span.1);
    if line.rule.is_of_spans() {
        // The line tells of a part of the paragraph.
        let is_inside = span.0 <= line.span.0 && line.span.1 <= span.1;
        let now = || format!("paragraph {} is bytes {}-{} now", line.first, span.0, span.1);
        return (!is_inside).then(now);
    }
    if span != line.span {
        return Some(format!(
            "its paragraphs {}-{} are bytes {}-{} now, and were {}-{}",
            line.first, line.last, span.0, span.1, line.span.0, line.span.1
        ));
    }
    let is_text = line.text.as_ref().is_none_or(|text| *text == joined(excerpt));
    (!is_text).then(|| "its text differs from the ledger".to_owned())
}

/// Paragraphs, each ended by LF.
fn joined(excerpt: &Excerpt) -> String {
    excerpt.paragraphs.iter().flat_map(|paragraph| [paragraph.text.as_str(), "\n"]).collect()
}

/// The paragraphs of a text of the ledger. Those of several lines fall apart, as nothing tells where they end.
fn kept(text: &str) -> Excerpt {
    let paragraph = |text: &str| OriginalParagraph {
        line: None,
        span: (0, 0),
        text: text.to_owned(),
        fingerprint: Fingerprint::of(text.as_bytes()),
    };
    Excerpt { paragraphs: text.lines().map(paragraph).collect(), ..Excerpt::default() }
}

/// Paragraphs as they are compared.
pub(super) fn compared(paragraphs: &[OriginalParagraph]) -> Vec<Compared<'_>> {
    paragraphs
        .iter()
        .map(|paragraph| Compared { text: &paragraph.text, key: paragraph.fingerprint })
        .collect()
}

/// First and last line of the file.
fn lines(excerpt: &Excerpt) -> Option<(u64, u64)> {
    if let Some(line) = excerpt.line {
        return Some((line, line));
    }
    let last = excerpt.paragraphs.last()?;
    let more = last.text.bytes().filter(|byte| *byte == b'\n').count();
    Some((excerpt.paragraphs.first()?.line?, last.line? + u64::try_from(more).unwrap_or(0)))
}

/// A place as people read it: lines count from 1, what can be typed again from 0.
fn place(place: &LedgerPlace<'_>, excerpt: Option<&Excerpt>) -> String {
    let range = |name: &str, first: u64, last: u64| {
        if first == last { format!("{name} {first}") } else { format!("{name}s {first}-{last}") }
    };
    let mut inner = Vec::new();
    if let Some((first, last)) = excerpt.and_then(lines) {
        inner.push(range("line", first, last));
    }
    inner.extend(place.record.map(|record| format!("record {record}")));
    inner.extend(place.id.as_ref().map(|id| format!("id {}", id.json())));
    inner.push(range("paragraph", place.first, place.last));
    format!("{}, {}", place.path, inner.join(", "))
}

/// Where what stays is, in words; where it stands in an earlier run, that run's name comes before the path.
fn survivor_place(survivor: &LedgerPlace<'_>, excerpt: Option<&Excerpt>) -> String {
    match &survivor.run {
        None => place(survivor, excerpt),
        Some(run) => format!("already in {run}/{}", place(survivor, None)),
    }
}

/// A place as it was typed.
pub(crate) fn place_typed(reading: &Reading) -> String {
    let mut text = reading.path.clone();
    if let Some(record) = reading.record {
        let _ = write!(text, "#{record}");
    }
    if let Some(paragraph) = reading.paragraph {
        let _ = write!(text, ":{paragraph}");
    }
    text
}
