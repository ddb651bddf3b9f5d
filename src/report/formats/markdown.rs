//! `markdown`: a job summary: limits, counts, the worst places, and the first problems.
//!
//! GitHub takes 1 MiB of a step's summary. At most [`MAX_PROBLEMS`] problems and the worst places are named, each
//! with texts of at most [`MAX_CHARS`] characters; the rest is a count.
//!
//! Text from inputs stands in code, which nothing in it can end: as a code span where that is plain, else with
//! every punctuation character spelled as an entity.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::words::{
    advice, allowed, amount, claim, known, measured_alone, outcome, place, problems, shown, shown_text,
};
use super::{Out, ProblemWriter};
use crate::account::{grouped, size};
use crate::report::check::{CheckReport, Problem};

/// Problems that are listed.
const MAX_PROBLEMS: u64 = 100;
/// Characters of a place that are shown, of its end.
const MAX_CHARS: usize = 400;

pub(super) struct Markdown {
    out: Out,
    num_written: u64,
}

impl Markdown {
    pub(super) fn new(out: Out) -> Self {
        Self { out, num_written: 0 }
    }

    fn limits(&mut self, report: &CheckReport) -> io::Result<()> {
        if report.limits.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "| | limit | found |\n|---|---|---|")?;
        for limit in &report.limits {
            let verdict = if limit.is_broken { "❌ FAIL" } else { "✅ pass" };
            writeln!(self.out, "| {verdict} | `--{}` | {} |", limit.name, entities(&measured_alone(limit)))?;
        }
        writeln!(self.out)
    }

    fn counts(&mut self, report: &CheckReport) -> io::Result<()> {
        let summary = &report.summary;
        writeln!(
            self.out,
            "{} documents, {} paragraphs, {} of text.\n",
            grouped(summary.documents.read),
            grouped(summary.paragraphs.read),
            size(summary.bytes.paragraphs)
        )?;
        if report.total() > 0 {
            writeln!(self.out, "| kind | problems | |\n|---|---:|---|")?;
            for (kind, number) in report.found() {
                writeln!(self.out, "| `{}` | {} | {} |", kind.name(), grouped(number), kind.title())?;
            }
            writeln!(self.out)?;
        }
        if let Some(known) = known(report) {
            writeln!(self.out, "{}.\n", entities(&known))?;
        }
        if let Some(allowed) = allowed(report) {
            writeln!(self.out, "{}.\n", entities(&allowed))?;
        }
        Ok(())
    }
}

impl ProblemWriter for Markdown {
    fn begin(&mut self, report: &CheckReport) -> io::Result<()> {
        let sign = if report.has_passed() { "✅" } else { "❌" };
        writeln!(self.out, "## {sign} tamis {}\n", outcome(report))?;
        if let Some(advice) = advice(report) {
            let mut advice = advice.to_owned();
            advice[..1].make_ascii_uppercase();
            writeln!(self.out, "{advice}.\n")?;
        }
        self.limits(report)?;
        self.counts(report)?;
        for limit in report.limits.iter().filter(|limit| limit.is_broken && !limit.worst.is_empty()) {
            writeln!(self.out, "### The worst of `--{}`\n", limit.name)?;
            for problem in &limit.worst {
                writeln!(self.out, "{}", item(problem))?;
            }
            writeln!(self.out)?;
        }
        if report.total() > 0 {
            let what = if report.total() > MAX_PROBLEMS { "The first problems" } else { "All problems" };
            writeln!(self.out, "<details>\n<summary>{what}</summary>\n")?;
        }
        Ok(())
    }

    fn problem(&mut self, problem: &Problem) -> io::Result<()> {
        if self.num_written < MAX_PROBLEMS {
            self.num_written += 1;
            writeln!(self.out, "{}", item(problem))?;
        }
        Ok(())
    }

    fn num_taken(&self) -> u64 {
        MAX_PROBLEMS
    }

    fn finish(&mut self, report: &CheckReport) -> io::Result<()> {
        if report.total() > 0 {
            let more = report.total().saturating_sub(self.num_written);
            if more > 0 {
                writeln!(self.out, "\nand {} more; `--format json=FILE` lists all", problems(more))?;
            }
            writeln!(self.out, "\n</details>")?;
        }
        self.out.flush()
    }
}

/// A problem, as an item of a list.
fn item(problem: &Problem) -> String {
    let mut item = format!("- {}: ", code(&place(&problem.location)));
    if let Some((reason, detail)) = &problem.rejection {
        let _ = write!(item, "rejected: {}; {}", code(&shown(detail)), reason.remedy());
        return item;
    }
    item.push_str(&claim(problem, |survivor| code(&place(survivor))));
    item.push_str(&amount(problem));
    if !problem.excerpt.is_empty() {
        let _ = write!(item, ": {}", code(&shown_text(&problem.excerpt)));
    }
    item
}

/// Text as code. Long text keeps its end, as the end of a path says more than its beginning.
fn code(text: &str) -> String {
    let is_plain = !text.is_empty() && !text.contains(['`', '|', '\\']) && text.trim() == text;
    let surplus = text.chars().count().saturating_sub(MAX_CHARS);
    let end =
        if surplus > 0 { text.char_indices().nth(surplus).map_or("", |(at, _)| &text[at..]) } else { text };
    let dots = if surplus > 0 { "…" } else { "" };
    if is_plain { format!("`{dots}{end}`") } else { format!("<code>{dots}{}</code>", entities(end)) }
}

/// Text that is no markup, whatever stands in it.
fn entities(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            let _ = write!(safe, "&#{};", u32::from(c)); // writing to a String cannot fail
        } else {
            safe.push(c);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_cannot_be_ended() {
        assert_eq!(code("a/b.txt:3-9"), "`a/b.txt:3-9`");
        assert_eq!(code("a`b|"), "<code>a&#96;b&#124;</code>");
        assert_eq!(code(r"\u{a}"), "<code>&#92;u&#123;a&#125;</code>");
        assert_eq!(code(&format!("{}.txt", "d/".repeat(400))), format!("`…{}.txt`", "d/".repeat(198)));
    }
}
