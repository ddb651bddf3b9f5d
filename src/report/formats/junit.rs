//! `junit`: JUnit XML, a test case a limit and one a problem.
//!
//! A problem that counts against a broken limit is a failure; one within the limits is skipped, so that a check that
//! passes has no failures. XML 1.0 has no way to spell most control characters: they become U+FFFD.

use std::io::{self, Write};

use super::words::{Failing, description, file, lines, measured, place};
use super::{Out, ProblemWriter};
use crate::report::check::{CheckReport, Problem};

pub(super) struct Junit {
    out: Out,
    failing: Failing,
    /// Where what is to be escaped is collected.
    buffer: String,
}

impl Junit {
    pub(super) fn new(out: Out) -> Self {
        Self { out, failing: Failing::default(), buffer: String::new() }
    }

    fn attribute(&mut self, name: &str, value: &str) -> io::Result<()> {
        escape(value, &mut self.buffer);
        write!(self.out, " {name}=\"{}\"", self.buffer)
    }

    fn suite(&mut self, name: &str, [tests, failures, skipped]: [u64; 3]) -> io::Result<()> {
        writeln!(
            self.out,
            "<testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"0\">"
        )
    }

    /// The end of a test case that passed, failed, or is within the limits.
    fn verdict(&mut self, verdict: CaseVerdict, kind: &str, message: &str) -> io::Result<()> {
        match verdict {
            CaseVerdict::Passed => return self.out.write_all(b"/>\n"),
            CaseVerdict::Failed => {
                self.out.write_all(b"><failure")?;
                self.attribute("type", kind)?;
            }
            CaseVerdict::Skipped => self.out.write_all(b"><skipped")?,
        }
        self.attribute("message", message)?;
        self.out.write_all(b"/></testcase>\n")
    }
}

#[derive(Clone, Copy)]
enum CaseVerdict {
    Passed,
    Failed,
    Skipped,
}

impl ProblemWriter for Junit {
    fn begin(&mut self, report: &CheckReport) -> io::Result<()> {
        self.failing = Failing::of(report);
        let (limits, total) = (report.limits.len() as u64, report.total());
        let broken = report.limits.iter().filter(|limit| limit.is_broken).count() as u64;
        let failures = self.failing.count(report);
        writeln!(self.out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(
            self.out,
            "<testsuites name=\"tamis check\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"0\">",
            limits + total,
            broken + failures,
            total - failures
        )?;
        self.suite("limits", [limits, broken, 0])?;
        for limit in &report.limits {
            write!(self.out, "<testcase classname=\"tamis.limits\" name=\"{}\" time=\"0\"", limit.name)?;
            let verdict = if limit.is_broken { CaseVerdict::Failed } else { CaseVerdict::Passed };
            self.verdict(verdict, "limit", &measured(limit))?;
        }
        self.out.write_all(b"</testsuite>\n")?;
        self.suite("problems", [total, failures, total - failures])
    }

    fn problem(&mut self, problem: &Problem) -> io::Result<()> {
        let (kind, place) = (problem.kind.name(), place(&problem.location));
        write!(self.out, "<testcase classname=\"tamis.{kind}\" time=\"0\"")?;
        self.attribute("name", &place)?;
        self.attribute("file", &file(&problem.location))?;
        if let Some((first, _)) = lines(&problem.location) {
            write!(self.out, " line=\"{first}\"")?;
        }
        let verdict = if self.failing.has(problem.kind) { CaseVerdict::Failed } else { CaseVerdict::Skipped };
        self.verdict(verdict, kind, &format!("{place}: {}", description(problem)))
    }

    fn finish(&mut self, _: &CheckReport) -> io::Result<()> {
        self.out.write_all(b"</testsuite>\n</testsuites>\n")?;
        self.out.flush()
    }
}

/// The value of an attribute.
fn escape(text: &str, into: &mut String) {
    into.clear();
    let mut rest = text;
    // Most of a text is copied as it is, a run at a time.
    while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_special(*c)) {
        into.push_str(&rest[..at]);
        rest = &rest[at + c.len_utf8()..];
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            // A parser makes a space of these where they stand as they are.
            '\t' => into.push_str("&#9;"),
            '\n' => into.push_str("&#10;"),
            '\r' => into.push_str("&#13;"),
            _ => into.push('\u{fffd}'),
        }
    }
    into.push_str(rest);
}

/// Whether a character must be escaped: XML's own characters, and those that XML does not allow.
fn is_special(c: char) -> bool {
    matches!(c, '&' | '<' | '>' | '"' | '\0'..'\u{20}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaping() {
        let mut text = String::new();
        escape("a<b>&\"'\u{1b}\u{fffe}\n]]>中", &mut text);
        assert_eq!(text, "a&lt;b&gt;&amp;&quot;'\u{fffd}\u{fffd}&#10;]]&gt;中");
    }
}
