//! The list of rejections, read along with the input: each line in its turn, byte for byte as it should be.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::audit::{Audit, Difference, DifferenceKind, excerpt};
use crate::account::{RejectedLine, names};
use crate::error::Rejection;
use crate::store::{InputFile, open_file};

/// Bytes of a line that are looked at: no path and no detail is as long.
const MAX_LINE: u64 = 1024 * 1024;

/// Reads `rejected.jsonl` in step with the input.
pub(super) struct Rejections {
    lines: Option<BufReader<Box<dyn InputFile>>>,
    /// The lines that come next and are read already: the one that is due, and one to look ahead to.
    ahead: VecDeque<Vec<u8>>,
    /// Number of the first of them, from 1.
    number: u64,
    /// The faults of the list.
    audit: Audit,
}

impl Rejections {
    /// Opens the list of an account. That it cannot be read is a difference like any other.
    pub(super) fn open(account: &Path) -> Self {
        let mut audit = Audit::new();
        let lines = open_file(&account.join(names::REJECTED)).map(BufReader::new);
        if let Err(error) = &lines {
            unreadable(error, &mut audit);
        }
        Self { lines: lines.ok(), ahead: VecDeque::new(), number: 1, audit }
    }

    /// Reads on until this number of lines is known; fewer at the end.
    fn fill(&mut self, num: usize) {
        while self.ahead.len() < num {
            let Some(lines) = &mut self.lines else { return };
            let mut line = Vec::new();
            match lines.take(MAX_LINE).read_until(b'\n', &mut line) {
                Ok(0) => return,
                Ok(_) => self.ahead.push_back(line),
                Err(error) => {
                    unreadable(&error, &mut self.audit);
                    self.lines = None;
                }
            }
        }
    }

    /// Something is rejected, and the next line should say so.
    pub(super) fn expect(&mut self, rejection: &Rejection) {
        self.fill(2);
        if self.lines.is_none() && self.ahead.is_empty() {
            return; // it was told that the list cannot be read
        }
        let due = RejectedLine::of(rejection);
        let json = due.to_json();
        if let Some(num_before) = self.ahead.iter().position(|line| *line == json) {
            (0..num_before).for_each(|_| self.drop_line(FOREIGN));
            self.pass();
            return;
        }
        let fault = self.ahead.front().and_then(|line| fault(line, &due));
        let what = match &fault {
            Some(why) => format!("line {} of {}: {why}", self.number, names::REJECTED),
            None => format!("{} should say that it is rejected: {}", names::REJECTED, due.detail),
        };
        self.audit.add(difference(&due, what));
        if fault.is_some() {
            self.pass();
        }
    }

    /// The input is read to its end, and no line may be left. What was wrong with the list.
    pub(super) fn finish(mut self) -> Audit {
        self.fill(1);
        while !self.ahead.is_empty() {
            self.drop_line(FOREIGN);
            self.fill(1);
        }
        self.audit
    }

    fn pass(&mut self) -> Option<Vec<u8>> {
        self.number += 1;
        self.ahead.pop_front()
    }

    fn drop_line(&mut self, why: &str) {
        let number = self.number;
        let Some(line) = self.pass() else { return };
        let found = serde_json::from_slice::<RejectedLine>(&line).ok();
        let what = format!("line {number} of {}: {why}: {}", names::REJECTED, excerpt(&line));
        match found {
            Some(found) => self.audit.add(difference(&found, what)),
            None => self.audit.add_at(DifferenceKind::Rejected, names::REJECTED, None, what),
        }
    }
}

/// The message about a line that should not be there.
const FOREIGN: &str = "nothing like this is rejected here";

/// The fault of a line that is about the unit that is due, if it has one.
fn fault(line: &[u8], due: &RejectedLine) -> Option<String> {
    let Ok(found) = serde_json::from_slice::<RejectedLine>(line) else {
        return Some(format!("not a line of such a list: {}", excerpt(line)));
    };
    if (&found.path, found.record) != (&due.path, due.record) {
        return None;
    }
    let fields = [
        ("line", found.line != due.line),
        ("byte", found.byte != due.byte),
        ("reason", found.reason != due.reason),
        ("detail", found.detail != due.detail),
        ("remedy", found.remedy != due.remedy),
    ];
    let differing: Vec<_> = fields.iter().filter(|(_, differs)| *differs).map(|(name, _)| *name).collect();
    Some(match differing.as_slice() {
        [] => "the run would write it in another way".to_owned(),
        names => format!("wrong {}; the fault is: {}", names.join(" and "), due.detail),
    })
}

fn difference(line: &RejectedLine, what: String) -> Difference {
    let RejectedLine { path, record, line, .. } = line;
    let kind = DifferenceKind::Rejected;
    Difference { kind, path: path.clone(), record: *record, line: *line, paragraph: None, what }
}

fn unreadable(error: &io::Error, audit: &mut Audit) {
    let what = format!("the list of rejections cannot be read: {error}");
    audit.add_at(DifferenceKind::Rejected, names::REJECTED, None, what);
}
