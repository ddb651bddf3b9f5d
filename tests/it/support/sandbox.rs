//! A directory of its own for each test, and the real binary run in it.
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::process::{Ran, TAMIS, run};

/// A directory that is gone when the test ends.
pub(crate) struct Sandbox {
    directory: tempfile::TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a directory") }
    }

    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root().join(relative)
    }

    /// Writes a file and the directories above it.
    pub(crate) fn file(&self, relative: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(&path, content).expect("a file");
        path
    }

    /// The command line in this directory, with nothing on standard input.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, args: &[A]) -> Command {
        let mut command = Command::new(TAMIS);
        command.args(args).current_dir(self.root()).stdin(Stdio::null());
        command
    }

    /// Runs the command line in this directory.
    pub(crate) fn tamis<A: AsRef<OsStr>>(&self, args: &[A]) -> Ran {
        run(&mut self.command(args))
    }
}
