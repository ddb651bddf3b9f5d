//! Reports and problems made by hand, and what a format makes of them.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tamis::decide::Rule;
use tamis::error::RejectReason;
use tamis::fingerprint::Fingerprint;
use tamis::report::{CheckReport, Location, Measured, Problem, ProblemKind, ReportFormat};
use tamis::store::path;
use tamis::{Config, Summary};

/// An output that can be read when the writer is done with it.
#[derive(Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The report in a format.
pub(crate) fn rendered(format: ReportFormat, report: &CheckReport, problems: &[Problem]) -> String {
    let out = Shared::default();
    let mut writer = format.writer(Box::new(out.clone())).expect("a writer");
    writer.begin(report).expect("memory");
    for problem in problems {
        writer.problem(problem).expect("memory");
    }
    writer.finish(report).expect("memory");
    drop(writer);
    let bytes = std::mem::take(&mut *out.0.lock().expect("no panic"));
    String::from_utf8(bytes).expect("UTF-8")
}

pub(crate) fn location(path: &[u8]) -> Location {
    let file = path::lossless(path).into_owned();
    Location { run: None, file, member: None, record: None, id: None, paragraphs: None, lines: None }
}

/// Paragraphs of a file that stand in another one already.
pub(crate) fn repeated(path: &[u8], excerpt: &str) -> Problem {
    Problem {
        kind: ProblemKind::Removed(Rule::Exact),
        location: Location { lines: Some((3, 9)), paragraphs: Some((1, 7)), ..location(path) },
        survivor: Some(Location { lines: Some((1, 7)), ..location(b"corpus/dump/a1f09c.txt") }),
        num_paragraphs: 7,
        num_bytes: 1234,
        similarity: None,
        containment: None,
        evidence: None,
        fingerprint: Fingerprint::of(excerpt.as_bytes()),
        occurrence: 0,
        excerpt: excerpt.to_owned(),
        rejection: None,
    }
}

/// A file that was rejected.
pub(crate) fn rejected(path: &[u8], detail: &str) -> Problem {
    Problem {
        kind: ProblemKind::Rejected,
        location: location(path),
        survivor: None,
        num_paragraphs: 0,
        num_bytes: 0,
        excerpt: String::new(),
        rejection: Some((RejectReason::NotJson, detail.to_owned())),
        ..repeated(path, detail)
    }
}

/// A report of these problems under limits of none.
pub(crate) fn report(problems: &[Problem]) -> CheckReport {
    let limit = |name, what, kinds: &[ProblemKind]| {
        let counted = problems.iter().filter(|problem| kinds.contains(&problem.kind));
        let found = counted.clone().count() as u64;
        Measured {
            name,
            what,
            found,
            of: None,
            limit: "0".to_owned(),
            is_broken: found > 0,
            worst: counted.take(5).cloned().collect(),
        }
    };
    let near = [ProblemKind::Removed(Rule::NearDocument), ProblemKind::Removed(Rule::NearParagraph)];
    let exact = [ProblemKind::Removed(Rule::Exact), ProblemKind::Removed(Rule::ExactDocument)];
    let held =
        limit("max-contaminated", "contaminated documents", &[ProblemKind::Removed(Rule::Contaminated)]);
    CheckReport {
        summary: Summary::new(&Config::default()),
        limits: vec![
            limit("max-duplicates", "duplicate paragraphs", &exact),
            limit("max-near-duplicates", "near-duplicates", &near),
            limit("max-rejected", "rejected inputs", &[ProblemKind::Rejected]),
            limit("max-emptied", "emptied documents", &[ProblemKind::Emptied]),
        ]
        .into_iter()
        .chain(Some(held).filter(|held| held.found > 0))
        .collect(),
        num_problems: ProblemKind::ALL
            .map(|kind| problems.iter().filter(|problem| problem.kind == kind).count() as u64),
        num_known: 0,
        compared: None,
        allowed: None,
    }
}
