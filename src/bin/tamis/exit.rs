//! Exit codes (contract X1).

use std::process::ExitCode;

/// How the command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// The check or the audit found something.
    Broken,
    /// Usage, configuration or fatal error; nothing was published.
    Failed,
    /// Done, but some inputs were rejected.
    SomeRejected,
    /// Interrupted; nothing was published.
    Interrupted,
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Broken => 1,
            Self::Failed => 2,
            Self::SomeRejected => 3,
            Self::Interrupted => 130,
        }
    }

    pub(crate) fn of(error: &anyhow::Error) -> Self {
        match error.downcast_ref() {
            Some(tamis::Error::Interrupted) => Self::Interrupted,
            Some(tamis::Error::PipeClosed) => Self::Done, // contract X2
            _ => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}
