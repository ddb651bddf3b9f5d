//! A file a document: each is opened when its turn comes.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};

use super::{Due, OutputSearch};
use crate::store::{DiskInput, Input, InputFile, InputPlace, path};
use crate::verify::input_scan::hash;

/// A file a document: each is opened when its turn comes.
pub(in crate::verify) struct OneFileEach<'a> {
    input: &'a DiskInput,
    pub(super) open: Option<BufReader<Box<dyn InputFile>>>,
    /// The last line that was compared, and what stands there instead, if it does.
    pub(super) head: Vec<u8>,
    /// 64 bits of the path of each file that should be there.
    due: HashSet<u64>,
}

impl<'a> OneFileEach<'a> {
    pub(in crate::verify) fn new(input: &'a DiskInput) -> Self {
        Self { input, open: None, head: Vec::new(), due: HashSet::new() }
    }

    /// Whether a document should stand in this file.
    pub(in crate::verify) fn is_due(&self, file: &[u8]) -> bool {
        self.due.contains(&hash(file))
    }

    pub(super) fn open(&mut self, due: Due<'_>) -> OutputSearch {
        self.due.insert(hash(due.file));
        match self.input.open(InputPlace { root: 0, relative: due.file }) {
            Ok(file) => {
                self.open = Some(BufReader::new(file));
                OutputSearch::Here
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                OutputSearch::Not(format!("{} is not in OUT", path::lossless(due.file)))
            }
            Err(error) => OutputSearch::Not(format!("{} cannot be read: {error}", path::lossless(due.file))),
        }
    }

    pub(super) fn take(&mut self, expected: &[u8]) -> bool {
        let Some(file) = &mut self.open else { return false };
        self.head.clear();
        let len = crate::units::count(expected.len());
        let read = file.by_ref().take(len).read_to_end(&mut self.head);
        if read.is_ok() && self.head == expected {
            return true;
        }
        // The rest of a line that is longer than it should be.
        if !self.head.contains(&b'\n') {
            let _ = file.by_ref().take(1024).read_until(b'\n', &mut self.head); // only to be shown
        }
        false
    }

    pub(super) fn close(&mut self) -> Option<Vec<u8>> {
        let mut left = Vec::new();
        let read = self.open.take()?.take(1024).read_to_end(&mut left);
        if read.is_err() || left.is_empty() { None } else { Some(left) }
    }
}
