//! `json`: one document, `tamis.check/1`, with a line a problem.
//!
//! Paths are spelled as in the ledger: a byte that is not UTF-8 as `\xNN`, a backslash as `\\`.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::{Out, ProblemWriter};
use crate::account::RawJson;
use crate::error::RejectReason;
use crate::report::check::{CheckReport, Location, Measured, Problem};

/// Name and version of the schema; the number grows when a field changes its meaning or goes.
const SCHEMA: &str = "tamis.check/1";

pub(super) struct Json {
    out: Out,
    is_first: bool,
}

impl Json {
    pub(super) fn new(out: Out) -> Self {
        Self { out, is_first: true }
    }

    /// A member of the document, and the comma behind it.
    fn member(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        write!(self.out, "\"{name}\":")?;
        serde_json::to_writer(&mut self.out, value)?;
        self.out.write_all(b",\n")
    }
}

impl ProblemWriter for Json {
    fn begin(&mut self, report: &CheckReport) -> io::Result<()> {
        let counts: BTreeMap<_, _> = report.listed().map(|(kind, number)| (kind.name(), number)).collect();
        self.out.write_all(b"{")?;
        self.member("schema", &SCHEMA)?;
        self.member("passed", &report.has_passed())?;
        self.member("limits", &report.limits.iter().map(limit).collect::<Vec<_>>())?;
        self.member("counts", &counts)?;
        self.member("known", &report.num_known)?;
        self.member("compared", &report.compared)?;
        if let Some(allowed) = &report.allowed {
            self.member("allowed", allowed)?;
        }
        self.member("summary", &report.summary)?;
        self.out.write_all(b"\"problems\":[")
    }

    fn problem(&mut self, problem: &Problem) -> io::Result<()> {
        self.out.write_all(if self.is_first { b"\n" } else { b",\n" })?;
        self.is_first = false;
        serde_json::to_writer(&mut self.out, &line(problem))?;
        Ok(())
    }

    fn finish(&mut self, _: &CheckReport) -> io::Result<()> {
        self.out.write_all(b"\n]}\n")?;
        self.out.flush()
    }
}

#[derive(Serialize)]
struct Held<'a> {
    name: &'static str,
    what: &'static str,
    found: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<u64>,
    limit: Allowed<'a>,
    broken: bool,
    worst: Vec<CheckLine<'a>>,
}

/// The limit: a number, where it is one.
#[derive(Serialize)]
#[serde(untagged)]
enum Allowed<'a> {
    Number(serde_json::Number),
    Text(&'a str),
}

fn limit(limit: &Measured) -> Held<'_> {
    let Measured { name, what, found, of, is_broken, .. } = *limit;
    let allowed = limit.limit.parse().map_or(Allowed::Text(&limit.limit), Allowed::Number);
    Held {
        name,
        what,
        found,
        of,
        limit: allowed,
        broken: is_broken,
        worst: limit.worst.iter().map(line).collect(),
    }
}

#[derive(Serialize)]
struct CheckLine<'a> {
    kind: &'static str,
    location: &'a Location,
    #[serde(skip_serializing_if = "Option::is_none")]
    survivor: Option<&'a Location>,
    paragraphs: u64,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    similarity: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    containment: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<&'a RawJson<'static>>,
    #[serde(serialize_with = "spelled")]
    fingerprint: &'a dyn fmt::Display,
    occurrence: u64,
    excerpt: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejection: Option<JsonRejection<'a>>,
}

#[derive(Serialize)]
struct JsonRejection<'a> {
    reason: RejectReason,
    detail: &'a str,
    remedy: &'static str,
}

fn line(problem: &Problem) -> CheckLine<'_> {
    CheckLine {
        kind: problem.kind.name(),
        location: &problem.location,
        survivor: problem.survivor.as_ref(),
        paragraphs: problem.num_paragraphs,
        bytes: problem.num_bytes,
        similarity: problem.similarity,
        containment: problem.containment,
        evidence: problem.evidence.as_ref(),
        fingerprint: &problem.fingerprint,
        occurrence: problem.occurrence,
        excerpt: &problem.excerpt,
        rejection: problem.rejection.as_ref().map(|(reason, detail)| JsonRejection {
            reason: *reason,
            detail,
            remedy: reason.remedy(),
        }),
    }
}

fn spelled<S: Serializer>(value: &dyn fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
