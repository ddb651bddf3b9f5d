//! `sarif`: SARIF 2.1.0 (OASIS), a line a result, for code scanning.
//!
//! GitHub refuses a run of more than [`MAX_RESULTS`] results and shows 5,000: so many are written, the first in
//! corpus order, and a notification says how many were left out. Results are told from one another, and found again
//! after an edit elsewhere in the file, by `tamisFingerprint/v1`.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::words::{Failing, claim, extent, identity, known, lines, outcome, place, problems, relative};
use super::words::{shown_path, shown_text};
use super::{Out, ProblemWriter};
use crate::report::check::{CheckReport, Location, Measured, Problem, ProblemKind};
use crate::store::path::from_lossless;

/// Results that code scanning accepts of a run.
const MAX_RESULTS: u64 = 25_000;
/// The standard's own place of its schema.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) struct Sarif {
    out: Out,
    failing: Failing,
    /// The kinds that are described, in the order of their descriptions.
    kinds: Vec<ProblemKind>,
    num_results: u64,
}

impl Sarif {
    pub(super) fn new(out: Out) -> Self {
        Self { out, failing: Failing::default(), kinds: Vec::new(), num_results: 0 }
    }
}

impl ProblemWriter for Sarif {
    fn begin(&mut self, report: &CheckReport) -> io::Result<()> {
        self.failing = Failing::of(report);
        let version = env!("CARGO_PKG_VERSION");
        self.kinds = report.listed().map(|(kind, _)| kind).collect();
        let rules: Vec<Value> = self.kinds.iter().map(|kind| rule(*kind)).collect();
        let driver =
            json!({ "name": "tamis", "version": version, "semanticVersion": version, "rules": rules });
        let invocation = json!({
            "executionSuccessful": true,
            "exitCode": i32::from(!report.has_passed()),
            "toolExecutionNotifications": notifications(report),
        });
        let properties = json!({
            "passed": report.has_passed(),
            "limits": report.limits.iter().map(limit).collect::<Vec<_>>(),
            "known": report.num_known,
            "compared": report.compared,
        });
        writeln!(self.out, "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{")?;
        writeln!(self.out, "\"tool\":{},", json!({ "driver": driver }))?;
        writeln!(self.out, "\"invocations\":{},", json!([invocation]))?;
        writeln!(self.out, "\"columnKind\":\"unicodeCodePoints\",\n\"properties\":{properties},")?;
        self.out.write_all(b"\"results\":[")
    }

    fn problem(&mut self, problem: &Problem) -> io::Result<()> {
        if self.num_results >= MAX_RESULTS {
            return Ok(());
        }
        self.out.write_all(if self.num_results == 0 { b"\n" } else { b",\n" })?;
        self.num_results += 1;
        let index = self.kinds.iter().position(|kind| *kind == problem.kind);
        serde_json::to_writer(&mut self.out, &result(problem, index, self.failing))?;
        Ok(())
    }

    fn num_taken(&self) -> u64 {
        MAX_RESULTS
    }

    fn finish(&mut self, _: &CheckReport) -> io::Result<()> {
        self.out.write_all(b"\n]}]}\n")?;
        self.out.flush()
    }
}

fn rule(kind: ProblemKind) -> Value {
    let help = kind.help();
    let level = if kind == ProblemKind::Rejected { "error" } else { "warning" };
    let mut title = kind.title().to_owned();
    title[..1].make_ascii_uppercase();
    json!({
        "id": kind.name(),
        "shortDescription": { "text": title },
        "fullDescription": { "text": kind.description() },
        "help": { "text": help.replace('`', ""), "markdown": help },
        "defaultConfiguration": { "level": level },
        "properties": { "tags": ["corpus", "text"] },
    })
}

/// The outcome, what is known, and what was left out.
fn notifications(report: &CheckReport) -> Vec<Value> {
    let level = if report.has_passed() { "note" } else { "error" };
    let mut told = vec![json!({ "level": level, "message": { "text": plain(&outcome(report)) } })];
    if let Some(known) = known(report) {
        told.push(json!({ "level": "note", "message": { "text": plain(&known) } }));
    }
    let omitted = report.total().saturating_sub(MAX_RESULTS);
    if omitted > 0 {
        let text = format!(
            "{} left out: code scanning takes no more than the first ones in corpus order; --format json \
             lists all",
            problems(omitted)
        );
        told.push(json!({ "level": "warning", "message": { "text": text } }));
    }
    told
}

fn limit(limit: &Measured) -> Value {
    json!({
        "name": limit.name,
        "found": limit.found,
        "of": limit.of,
        "limit": limit.limit,
        "broken": limit.is_broken,
    })
}

fn result(problem: &Problem, index: Option<usize>, failing: Failing) -> Value {
    // What stands in an earlier run is no file that a reader could open.
    let related = problem.survivor.as_ref().filter(|survivor| survivor.run.is_none());
    let before = format!("{}: {}", place(&problem.location), claim(problem, |_| String::new()));
    let mut text = plain(&before);
    if let Some(survivor) = related {
        // A link to the related location.
        let _ = write!(text, "[{}](1)", link_text(&place(survivor))); // writing to a String cannot fail
    } else if let Some(survivor) = &problem.survivor {
        text.push_str(&plain(&place(survivor)));
    }
    text.push_str(&plain(&extent(problem)));
    let mut result = json!({
        "ruleId": problem.kind.name(),
        "ruleIndex": index,
        "level": if failing.has(problem.kind) { "error" } else { "warning" },
        "message": { "text": text },
        "locations": [location(&problem.location)],
        "partialFingerprints": { "tamisFingerprint/v1": identity(problem) },
        "properties": {
            "paragraphs": problem.num_paragraphs,
            "bytes": problem.num_bytes,
            "similarity": problem.similarity,
        },
    });
    if let Some(containment) = problem.containment {
        result["properties"]["containment"] = json!(containment);
    }
    if let Some(evidence) = &problem.evidence {
        result["properties"]["evidence"] = json!(evidence);
    }
    if let Some(survivor) = related {
        let mut related = location(survivor);
        related["id"] = json!(1);
        let what =
            if problem.kind == ProblemKind::Emptied { "the emptied document" } else { "the kept text" };
        related["message"] = json!({ "text": what });
        result["relatedLocations"] = json!([related]);
    }
    result
}

fn location(location: &Location) -> Value {
    let (uri, is_below) = uri(&location.file);
    let mut artifact = json!({ "uri": uri });
    if is_below {
        artifact["uriBaseId"] = json!("%SRCROOT%");
    }
    let mut physical = json!({ "artifactLocation": artifact });
    if let Some((first, last)) = lines(location) {
        physical["region"] = json!({ "startLine": first, "endLine": last });
    }
    let mut told = json!({ "physicalLocation": physical });
    let logical = logical(location);
    if !logical.is_empty() {
        told["logicalLocations"] = json!(logical);
    }
    told
}

/// The location inside the file: the member of an archive, the record.
fn logical(location: &Location) -> Vec<Value> {
    let mut told = Vec::new();
    let mut qualified = shown_path(&location.file);
    if let Some(member) = &location.member {
        let _ = write!(qualified, "/{}", shown_path(member)); // writing to a String cannot fail
        told.push(json!({ "name": shown_path(member), "fullyQualifiedName": qualified, "kind": "member" }));
    }
    if let Some(record) = location.record {
        let _ = write!(qualified, "#{record}");
        let name = location.id.as_ref().map_or_else(|| record.to_string(), |id| shown_text(&id.text()));
        told.push(json!({ "name": name, "fullyQualifiedName": qualified, "kind": "record" }));
    }
    told
}

/// The file as a URI reference (RFC 3986), and whether it is one below the directory that `check` ran in.
fn uri(file: &str) -> (String, bool) {
    let bytes = from_lossless(relative(file));
    let is_absolute = bytes.starts_with(b"/");
    let mut uri = String::from(if is_absolute { "file://" } else { "" });
    for &byte in &bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    let is_below = !is_absolute && !bytes.split(|&byte| byte == b'/').any(|part| part == b"..");
    (uri, is_below)
}

/// A message: braces are doubled, as one would name an argument, and nothing becomes a link.
fn plain(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}").replace("](", "] (")
}

/// A text with the characters escaped that would end a link.
fn link_text(text: &str) -> String {
    plain(text).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris() {
        assert_eq!(uri("./a b/中:x%.txt"), ("a%20b/%E4%B8%AD%3Ax%25.txt".into(), true));
        assert_eq!(uri(r"a\xff\\b"), ("a%FF%5Cb".into(), true));
        assert_eq!(uri("/data/x"), ("file:///data/x".into(), false));
        assert_eq!(uri("../x"), ("../x".into(), false));
    }

    #[test]
    fn messages_hold_neither_arguments_nor_links() {
        assert_eq!(plain("{0} [x](https://example.org)"), "{{0}} [x] (https://example.org)");
        assert_eq!(link_text(r"a\[1]"), r"a\\\[1\]");
    }
}
