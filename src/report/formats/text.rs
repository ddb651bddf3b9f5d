//! `text`: limits, counts and the worst places, for a terminal and a CI log.
//!
//! It names the worst places only, so that a log stays readable whatever the corpus is like. No line begins with
//! what comes from an input: a runner takes a line that begins with `::` for a command.

use std::io::{self, Write};

use super::words::{advice, description, known, measured, outcome, place};
use super::{Out, ProblemWriter};
use crate::account::{grouped, size};
use crate::report::check::{CheckReport, Problem};

pub(super) struct PlainText {
    out: Out,
}

impl PlainText {
    pub(super) fn new(out: Out) -> Self {
        Self { out }
    }
}

impl ProblemWriter for PlainText {
    fn begin(&mut self, report: &CheckReport) -> io::Result<()> {
        let (out, summary) = (&mut self.out, &report.summary);
        writeln!(
            out,
            "checked  {} documents, {} paragraphs, {} of text",
            grouped(summary.documents.read),
            grouped(summary.paragraphs.read),
            size(summary.bytes.paragraphs)
        )?;
        for (kind, number) in report.found() {
            writeln!(out, "found    {} × {}", grouped(number), kind.title())?;
        }
        if let Some(known) = known(report) {
            writeln!(out, "known    {known}")?;
        }
        for limit in &report.limits {
            let verdict = if limit.is_broken { "BROKEN" } else { "passed" };
            writeln!(out, "{verdict}   {} (--{})", measured(limit), limit.name)?;
            for problem in &limit.worst {
                writeln!(out, "         - {}: {}", place(&problem.location), description(problem))?;
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
