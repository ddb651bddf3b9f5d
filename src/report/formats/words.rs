//! The words that the formats share: places, problems and limits as people read them.

use crate::account::{fraction, grouped, size};
use crate::report::check::{CheckReport, LetPass, Location, Measured, Problem, ProblemKind};
use crate::store::path;

/// Characters of a text that are shown.
const MAX_TEXT: usize = 80;

/// A path, a name or a message as a person may see it: see [`path::printable_bytes`]. A command of a CI system that
/// stands in the middle of a line (`##[error]`, `##vso[…]`) is broken up.
pub(super) fn shown(text: &str) -> String {
    without_commands(path::printable_bytes(text.as_bytes()))
}

/// A path that is spelled as in the ledger, as a person may see it.
pub(super) fn shown_path(path: &str) -> String {
    // Nearly every path has nothing to undo.
    if path.contains('\\') {
        without_commands(path::printable_bytes(&path::from_lossless(path)))
    } else {
        shown(path)
    }
}

/// The beginning of a text, on one line.
pub(super) fn shown_text(text: &str) -> String {
    let mut chars = text.trim_end().chars().map(|c| if matches!(c, '\n' | '\t') { ' ' } else { c });
    let mut short: String = chars.by_ref().take(MAX_TEXT).collect();
    if chars.next().is_some() {
        short.push('…');
    }
    shown(&short)
}

/// GitHub's runner takes `##[command]` and Azure's `##vso[command]` anywhere in a line for a command to itself.
fn without_commands(text: String) -> String {
    if !text.contains("##") {
        return text;
    }
    let mut safe = String::with_capacity(text.len() + 8);
    let mut rest = text.as_str();
    while let Some(at) = rest.find("##") {
        let name = rest[at + 2..].trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        safe.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        if name.starts_with('[') {
            safe.push_str("\\u{23}");
            rest = &rest[1..];
        }
    }
    safe.push_str(rest);
    safe
}

/// The file as a program finds it below the directory that `check` ran in.
pub(super) fn file(location: &Location) -> String {
    shown_path(relative(&location.file))
}

/// The path without `./` before it, which programs do not look through.
pub(super) fn relative(mut file: &str) -> &str {
    while let Some(rest) =
        file.strip_prefix("./").map(|rest| rest.trim_start_matches('/')).filter(|rest| !rest.is_empty())
    {
        file = rest;
    }
    file
}

/// The lines in the file itself, from 1; none of what is packed inside it.
pub(super) fn lines(location: &Location) -> Option<(u64, u64)> {
    location
        .lines
        .filter(|_| location.member.is_none())
        .map(|(first, last)| (first.max(1), last.max(first).max(1)))
}

/// The place: `a/b.txt:3-9`, `a.zip/b.jsonl:7`, `a.parquet#12 (id "x"), paragraphs 3-9`; of an earlier run its name
/// stands before it, as a directory would.
pub(super) fn place(location: &Location) -> String {
    let mut text = String::new();
    if let Some(run) = &location.run {
        text.push_str(&shown(run));
        text.push('/');
    }
    text.push_str(&shown_path(&location.file));
    if let Some(member) = &location.member {
        text.push('/');
        text.push_str(&shown_path(member));
    }
    match (location.lines, location.record) {
        (Some((first, last)), _) => {
            text.push(':');
            push_range(&mut text, first, last);
        }
        (None, Some(record)) => {
            text.push('#');
            text.push_str(&record.to_string());
        }
        (None, None) => {}
    }
    if let Some(id) = &location.id {
        text.push_str(" (id ");
        text.push_str(&shown_text(&id.text()));
        text.push(')');
    }
    // Lines say more of a text, but all paragraphs of a record stand in one line.
    let is_told = location.lines.is_some() && location.record.is_none();
    if let (Some((first, last)), false) = (location.paragraphs, is_told) {
        text.push_str(if first == last { ", paragraph " } else { ", paragraphs " });
        push_range(&mut text, first, last);
    }
    text
}

fn push_range(text: &mut String, first: u64, last: u64) {
    text.push_str(&first.to_string());
    if last > first {
        text.push('-');
        text.push_str(&last.to_string());
    }
}

/// A sentence about a problem, without its place: `repeats a/b.txt:1-7 (7 paragraphs, 1.2 kB): “…”`, `already in
/// 2026-11-20/a.txt, paragraph 3 (…)`.
pub(super) fn description(problem: &Problem) -> String {
    format!("{}{}", claim(problem, place), extent(problem))
}

/// A claim about the removed text, with the place of its survivor: `repeats a/b.txt:1-7`.
pub(super) fn claim(problem: &Problem, spelled: impl FnOnce(&Location) -> String) -> String {
    let survivor = problem.survivor.as_ref();
    match problem.kind {
        ProblemKind::Removed(rule) => {
            let is_earlier = survivor.is_some_and(|survivor| survivor.run.is_some());
            let claim = rule.wording(is_earlier).claim;
            match (survivor, name(problem)) {
                (Some(survivor), _) => format!("{claim} {}", spelled(survivor)),
                (None, Some(name)) => format!("{claim}: {name}"),
                (None, None) => claim.to_owned(),
            }
        }
        ProblemKind::Emptied => survivor
            .map_or("no paragraph of this document is kept".to_owned(), |emptied| {
                format!("because of this text, no paragraph of {} is kept", spelled(emptied))
            }),
        ProblemKind::Rejected => rejection(problem),
    }
}

/// The name of what a rule found that has several: a kind of personal data, or a rule of one's own.
fn name(problem: &Problem) -> Option<String> {
    let evidence: serde_json::Value = problem.evidence.as_ref()?.parse().ok()?;
    let name = ["kind", "name"].into_iter().find_map(|key| evidence.get(key)?.as_str());
    name.map(shown)
}

fn rejection(problem: &Problem) -> String {
    match &problem.rejection {
        Some((reason, detail)) => format!("rejected: {}; {}", shown(detail), reason.remedy()),
        None => "rejected".to_owned(),
    }
}

/// The description from behind the place of the survivor on.
pub(super) fn extent(problem: &Problem) -> String {
    if matches!(problem.kind, ProblemKind::Rejected | ProblemKind::Emptied) {
        return String::new();
    }
    let mut text = amount(problem);
    if !problem.excerpt.is_empty() {
        text.push_str(": “");
        text.push_str(&shown_text(&problem.excerpt));
        text.push('”');
    }
    text
}

/// How alike, and how much goes: ` (similarity 0.8726, 7 paragraphs, 1.2 kB)`.
pub(super) fn amount(problem: &Problem) -> String {
    let similarity =
        problem.similarity.map_or(String::new(), |similarity| format!("similarity {similarity:.4}, "));
    let containment = problem.containment.map_or(String::new(), |share| format!("containment {share:.4}, "));
    let paragraphs = if problem.num_paragraphs == 1 { "paragraph" } else { "paragraphs" };
    let (number, size) = (grouped(problem.num_paragraphs), size(problem.num_bytes));
    format!(" ({similarity}{containment}{number} {paragraphs}, {size})")
}

/// What was found, and the limit with its option: `41 duplicate paragraphs (limit 0, --max-duplicates)`.
pub(super) fn measured(limit: &Measured) -> String {
    format!("{} (limit {}, --{})", found(limit), shown(&limit.limit), limit.name)
}

/// What was found, and the limit, where the option stands beside it: `41 duplicate paragraphs (limit 0)`.
pub(super) fn measured_alone(limit: &Measured) -> String {
    format!("{} (limit {})", found(limit), shown(&limit.limit))
}

/// What was found: `41 duplicate paragraphs`.
fn found(limit: &Measured) -> String {
    match limit.of {
        None if limit.found == 1 => format!("1 {}", one(limit)),
        None => format!("{} {}", grouped(limit.found), limit.what),
        Some(of) => format!(
            "{} of the text would be removed, {} of {}",
            fraction(limit.found, of, limit.is_broken),
            size(limit.found),
            size(of),
        ),
    }
}

/// The name of a single thing that the limit counts.
fn one(limit: &Measured) -> &'static str {
    match limit.name {
        Measured::DUPLICATES => "duplicate paragraph",
        Measured::NEAR_DUPLICATES => "near-duplicate",
        Measured::CONTAMINATED => "contaminated document",
        Measured::MASKED => "piece of personal data",
        Measured::EMPTIED => "emptied document",
        Measured::REJECTED => "rejected input or record",
        _ => limit.what,
    }
}

/// Problems that are not counted, if it was compared with anything.
pub(super) fn known(report: &CheckReport) -> Option<String> {
    let compared = report.compared.as_deref()?;
    Some(format!("{}, not counted: {}", problems(report.num_known), shown(compared)))
}

/// Paragraphs that may repeat, if there is a list of them.
pub(super) fn allowed(report: &CheckReport) -> Option<String> {
    let LetPass { name, num_paragraphs, .. } = report.allowed.as_ref()?;
    let paragraphs = if *num_paragraphs == 1 { "paragraph" } else { "paragraphs" };
    Some(format!("{} {paragraphs}, not counted: allowed by {}", grouped(*num_paragraphs), shown(name)))
}

/// A number of problems, in words.
pub(super) fn problems(number: u64) -> String {
    format!("{} {}", grouped(number), if number == 1 { "problem" } else { "problems" })
}

/// Passed or failed, and why.
pub(super) fn outcome(report: &CheckReport) -> String {
    let (broken, all) = (report.limits.iter().filter(|limit| limit.is_broken).count(), report.limits.len());
    match broken {
        0 if report.total() == 0 && report.num_known > 0 => "check passed: no new problems".to_owned(),
        0 if report.total() == 0 => "check passed: no problems".to_owned(),
        0 => format!("check passed: {} within the limits", problems(report.total())),
        1 => format!("check failed: 1 of {all} limits is exceeded"),
        _ => format!("check failed: {broken} of {all} limits are exceeded"),
    }
}

/// Advice on the next step, if the check failed.
pub(super) fn advice(report: &CheckReport) -> Option<&'static str> {
    let mut broken = report.limits.iter().filter(|limit| limit.is_broken).map(|limit| limit.name);
    let (mut is_input, mut is_text) = (false, false);
    broken
        .by_ref()
        .for_each(|name| if name == Measured::REJECTED { is_input = true } else { is_text = true });
    // A baseline is not read where a revision is compared with: a new one would accept nothing.
    let is_revision = report.compared.as_deref().is_some_and(|name| !name.starts_with("baseline "));
    match (is_text, is_input) {
        (false, false) => None,
        (true, false) if is_revision => {
            Some("remove the copies, or allow them with --allow FILE or a higher limit")
        }
        (false, true) if is_revision => Some(
            "repair the rejected inputs, leave them out with --exclude, or allow them with a higher limit",
        ),
        (true, true) if is_revision => Some(
            "remove the copies and repair the rejected inputs, or allow them with --allow FILE or higher limits",
        ),
        (true, false) => Some("run `tamis clean`, or accept the present state with --write-baseline FILE"),
        (false, true) => Some(
            "repair the rejected inputs, leave them out with --exclude, or accept them with --write-baseline FILE",
        ),
        (true, true) => Some(
            "run `tamis clean`, repair the rejected inputs, or accept the present state with --write-baseline FILE",
        ),
    }
}

/// Which kinds count against a broken limit: those are errors, others are within the limits.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Failing([bool; ProblemKind::ALL.len()]);

impl Failing {
    pub(super) fn of(report: &CheckReport) -> Self {
        let broken = || report.limits.iter().filter(|limit| limit.is_broken);
        Self(ProblemKind::ALL.map(|kind| broken().any(|limit| kind.counts_for(limit.name))))
    }

    /// Whether problems of this kind count against a broken limit.
    pub(super) fn has(self, kind: ProblemKind) -> bool {
        self.0[kind.number()]
    }

    /// Problems of the report that do.
    pub(super) fn count(self, report: &CheckReport) -> u64 {
        report.counts().filter(|(kind, _)| self.has(*kind)).map(|(_, number)| number).sum()
    }
}

/// A name for the problem that no other one of a report has.
pub(super) fn identity(problem: &Problem) -> String {
    format!("{}:{}", problem.fingerprint, problem.occurrence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(file: &str) -> Location {
        let file = file.into();
        Location { run: None, file, member: None, record: None, id: None, paragraphs: None, lines: None }
    }

    #[test]
    fn places() {
        let file = location("a/b.txt");
        assert_eq!(place(&file), "a/b.txt");
        assert_eq!(
            place(&Location { lines: Some((3, 9)), paragraphs: Some((1, 4)), ..file.clone() }),
            "a/b.txt:3-9"
        );
        let packed =
            Location { member: Some("c.jsonl".into()), record: Some(6), lines: Some((7, 7)), ..file.clone() };
        assert_eq!(place(&packed), "a/b.txt/c.jsonl:7");
        assert_eq!(lines(&packed), None);
        let earlier = Location { run: Some("1\u{1b}".into()), paragraphs: Some((1, 2)), ..file.clone() };
        assert_eq!(place(&earlier), "1\\u{1b}/a/b.txt, paragraphs 1-2");
        let row = Location { record: Some(12), paragraphs: Some((3, 9)), ..file };
        assert_eq!(place(&row), "a/b.txt#12, paragraphs 3-9");
    }

    #[test]
    fn paths_are_spelled_for_people_and_programs() {
        assert_eq!(shown_path(r"a\\b\xff.txt"), r"a\b\xff.txt");
        assert_eq!(shown_path("a\u{202e}b\n"), r"a\u{202e}b\u{a}");
        for (given, expected) in [("./a", "a"), (".//./a", "a"), ("./", "./"), ("../a", "../a"), (".a", ".a")]
        {
            assert_eq!(relative(given), expected);
        }
    }

    #[test]
    fn no_runner_is_given_a_command() {
        assert_eq!(shown("## A heading"), "## A heading");
        assert_eq!(shown("x ##[error]y ##vso[a]"), "x #\\u{23}[error]y #\\u{23}vso[a]");
        assert_eq!(shown("###[error]"), "##\\u{23}[error]");
    }

    #[test]
    fn texts_are_short() {
        assert_eq!(shown_text("两\n三\t四\n"), "两 三 四");
        assert_eq!(shown_text(&"字".repeat(81)), "字".repeat(80) + "…");
    }
}
