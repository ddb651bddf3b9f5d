//! The messages of a command.

use super::process::Ran;

impl Ran {
    /// Checks that standard error holds all of these (contract X2: path, what is wrong, remedy).
    #[track_caller]
    pub(crate) fn says(&self, parts: &[&str]) -> &Self {
        let err = self.err();
        for part in parts {
            assert!(err.contains(part), "{part:?} is not in standard error:\n{err}");
        }
        self
    }
}
