//! Pages without a main text: lists, errors, and pages that scripts fill (contract H1).

use super::lines::Line;
use super::reduce::Head;

/// Why a page has no main text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    /// It is a list of links: a front page, a section, the results of a search.
    List,
    /// It says that something is wrong: not found, not allowed, wait a moment.
    ErrorPage,
    /// Its text comes by scripts.
    ScriptOnly,
    /// It has no text at all.
    Empty,
}

impl Absent {
    /// The reason as it stands in the summary.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::ErrorPage => "error_page",
            Self::ScriptOnly => "script_only",
            Self::Empty => "empty",
        }
    }

    /// Why a page has no main text, if it has none: `main` is what the extractor found, `visible` all of its lines.
    pub(super) fn of(head: &Head<'_>, main: &[Line], visible: &[Line]) -> Option<Self> {
        if !main.is_empty() {
            return None;
        }
        Some(if !visible.is_empty() {
            Self::List
        } else if head.has_scripts {
            Self::ScriptOnly
        } else {
            Self::Empty
        })
    }
}
