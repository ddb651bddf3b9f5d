//! `github`: workflow commands, which GitHub Actions shows as annotations.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step. So what is to be seen comes first: a line on the
//! whole, then the worst places of broken limits. The log holds [`MAX_COMMANDS`] problems; a line at the end says
//! how many more there are.
//!
//! Escaping: that of the runner, which undoes `%25`, `%0D` and `%0A` in a message, and `%3A` and `%2C` too in a
//! property.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::words::{
    Failing, advice, description, file, identity, known, lines, measured, outcome, place, problems,
};
use super::{Out, ProblemWriter};
use crate::report::check::{CheckReport, Problem};
use crate::units::count;

/// Problems that are written; a runner keeps more, but nobody reads them in a log.
const MAX_COMMANDS: usize = 50;

pub(super) struct Github {
    out: Out,
    failing: Failing,
    /// Names of the problems that were written among the worst.
    told: BTreeSet<(&'static str, String)>,
    num_written: usize,
}

impl Github {
    pub(super) fn new(out: Out) -> Self {
        Self { out, failing: Failing::default(), told: BTreeSet::new(), num_written: 0 }
    }

    fn annotate(&mut self, problem: &Problem) -> io::Result<()> {
        let level = if self.failing.has(problem.kind) { "error" } else { "warning" };
        write!(self.out, "::{level} file={}", property(&file(&problem.location)))?;
        if let Some((first, last)) = lines(&problem.location) {
            write!(self.out, ",line={first},endLine={last}")?;
        }
        let message = format!("{}: {}", place(&problem.location), description(problem));
        writeln!(self.out, ",title={}::{}", property(problem.kind.title()), data(&message))?;
        self.num_written += 1;
        Ok(())
    }
}

impl ProblemWriter for Github {
    fn begin(&mut self, report: &CheckReport) -> io::Result<()> {
        self.failing = Failing::of(report);
        let level = if report.has_passed() { "notice" } else { "error" };
        let broken = report.limits.iter().filter(|limit| limit.is_broken).map(measured);
        let parts = [outcome(report)].into_iter().chain(broken).chain(known(report));
        let message = parts.chain(advice(report).map(str::to_owned)).collect::<Vec<_>>().join("\n");
        writeln!(self.out, "::{level} title=tamis check::{}", data(&message))?;
        for problem in report.limits.iter().filter(|limit| limit.is_broken).flat_map(|limit| &limit.worst) {
            if self.told.insert(name(problem)) {
                self.annotate(problem)?;
            }
        }
        Ok(())
    }

    fn problem(&mut self, problem: &Problem) -> io::Result<()> {
        if self.num_written >= MAX_COMMANDS || self.told.contains(&name(problem)) {
            return Ok(());
        }
        self.annotate(problem)
    }

    fn num_taken(&self) -> u64 {
        count(MAX_COMMANDS + self.told.len()) // some are told already
    }

    fn finish(&mut self, report: &CheckReport) -> io::Result<()> {
        let more = report.total().saturating_sub(self.num_written as u64);
        if more > 0 {
            writeln!(
                self.out,
                "and {} more: add --format json=FILE or --format sarif=FILE for a list of all",
                problems(more)
            )?;
        }
        self.out.flush()
    }
}

/// A name that no other problem has: one text can be a problem of two kinds.
fn name(problem: &Problem) -> (&'static str, String) {
    (problem.kind.name(), identity(problem))
}

/// A message, as the runner unescapes it.
fn data(text: &str) -> String {
    escaped(text, "")
}

/// A property's value, likewise.
fn property(text: &str) -> String {
    escaped(text, ":,")
}

fn escaped(text: &str, more: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => safe.push_str("%25"),
            '\r' => safe.push_str("%0D"),
            '\n' => safe.push_str("%0A"),
            ':' if more.contains(':') => safe.push_str("%3A"),
            ',' if more.contains(',') => safe.push_str("%2C"),
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaping() {
        assert_eq!(data("100 %0A,\r\na:b"), "100 %250A,%0D%0Aa:b");
        assert_eq!(property("::error::x,y%\n"), "%3A%3Aerror%3A%3Ax%2Cy%25%0A");
    }
}
