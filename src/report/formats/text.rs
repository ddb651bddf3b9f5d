//! `text`: limits, counts and the worst places, for a terminal and a CI log.
//!
//! It names the worst places only, so that a log stays readable whatever the corpus is like. No line begins with
//! what comes from an input: a runner takes a line that begins with `::` for a command.

use std::io::{self, Write};

use super::words::{advice, description, measured, outcome, place, shown};
use super::{Out, ProblemWriter};
use crate::account::{grouped, size};
use crate::report::check::{CheckReport, LetPass, Problem};

pub(super) struct PlainText {
    out: Out,
}

impl PlainText {
    pub(super) fn new(out: Out) -> Self {
        Self { out }
    }

    /// A row in the columns that all commands share.
    fn row(&mut self, name: &str, number: u64, rest: &str) -> io::Result<()> {
        let row = format!("{name:<11} {:>14}   {rest}", grouped(number));
        writeln!(self.out, "{}", row.trim_end())
    }
}

impl ProblemWriter for PlainText {
    fn begin(&mut self, report: &CheckReport) -> io::Result<()> {
        let summary = &report.summary;
        self.row("documents", summary.documents.read, "")?;
        let size = format!("{} of text", size(summary.bytes.paragraphs));
        self.row("paragraphs", summary.paragraphs.read, &size)?;
        let mut name = "problems";
        for (kind, number) in report.found() {
            self.row(name, number, if number == 1 { kind.title() } else { kind.titles() })?;
            name = "";
        }
        if let Some(compared) = &report.compared {
            self.row("known", report.num_known, &format!("not counted: {}", shown(compared)))?;
        }
        if let Some(LetPass { name, num_paragraphs, .. }) = &report.allowed {
            self.row("allowed", *num_paragraphs, &format!("not counted: allowed by {}", shown(name)))?;
        }
        for limit in &report.limits {
            let verdict = if limit.is_broken { "FAIL" } else { "pass" };
            writeln!(self.out, "{verdict} {}", measured(limit))?;
            for problem in &limit.worst {
                writeln!(self.out, "  - {}: {}", place(&problem.location), description(problem))?;
            }
        }
        Ok(())
    }

    fn problem(&mut self, _: &Problem) -> io::Result<()> {
        Ok(())
    }

    fn num_taken(&self) -> u64 {
        0
    }

    fn finish(&mut self, report: &CheckReport) -> io::Result<()> {
        match advice(report) {
            Some(advice) => writeln!(self.out, "{}; {advice}", outcome(report))?,
            None => writeln!(self.out, "{}", outcome(report))?,
        }
        self.out.flush()
    }
}
