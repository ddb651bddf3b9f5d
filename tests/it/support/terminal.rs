//! Commands as a person at a terminal sees them and types into them.

use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::process::{Ran, Running};

impl Ran {
    /// Checks that no terminal would be told to do anything: no escape, no control or bidirectional character.
    #[track_caller]
    pub(crate) fn is_plain(&self) -> &Self {
        for stream in [&self.stdout, &self.stderr] {
            let text = std::str::from_utf8(stream).expect("UTF-8");
            let hostile = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
            assert!(!text.contains(hostile), "{text:?}");
        }
        self
    }
}

impl Running {
    /// Writes to standard input and leaves it open.
    pub(crate) fn type_in(&mut self, input: &[u8]) {
        let stdin = self.child.stdin.as_mut().expect("a pipe to standard input");
        match stdin.write_all(input) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => panic!("standard input: {error}"),
            _ => {}
        }
    }
}

/// A path as text, which all of ours are but those that are not on purpose.
pub(crate) fn shown(path: &Path) -> &str {
    std::str::from_utf8(path.as_os_str().as_bytes()).expect("a path in UTF-8")
}
