//! The formats of a check's report, for people and for programs: one file a format.
//!
//! Problems are written as they come, and memory does not grow with their number. Whatever comes from an input is
//! escaped for people ([`words`]) and for the format; a name or a text of an input can neither move a terminal's
//! cursor, nor give a CI runner a command, nor break a document.

mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod sarif;
mod text;
mod words;

use std::fmt;
use std::io::{BufWriter, Write};
use std::str::FromStr;

use super::ProblemWriter;

/// Where a format writes to.
type Out = BufWriter<Box<dyn Write + Send>>;

/// Bytes that are collected before they are written.
const BUFFER: usize = 64 * 1024;

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReportFormat {
    /// For a terminal and a CI log: limits, counts and the worst places.
    Text,
    /// One document, `tamis.check/1`; a line a problem.
    Json,
    /// Workflow commands: annotations of GitHub Actions.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML.
    Junit,
    /// GitLab's code quality report.
    Gitlab,
    /// Markdown: a job summary.
    Markdown,
    /// A page to look at.
    Html,
}

impl ReportFormat {
    /// All formats.
    pub const ALL: [Self; 8] = [
        Self::Text,
        Self::Json,
        Self::Github,
        Self::Sarif,
        Self::Junit,
        Self::Gitlab,
        Self::Markdown,
        Self::Html,
    ];

    /// Its name, as it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Github => "github",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Gitlab => "gitlab",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }

    /// The writer of this format to `out`, which is buffered here. None for [`Self::Html`], which needs more than
    /// problems.
    pub fn writer(self, out: Box<dyn Write + Send>) -> Option<Box<dyn ProblemWriter>> {
        let out = BufWriter::with_capacity(BUFFER, out);
        Some(match self {
            Self::Text => Box::new(text::PlainText::new(out)),
            Self::Json => Box::new(json::Json::new(out)),
            Self::Github => Box::new(github::Github::new(out)),
            Self::Sarif => Box::new(sarif::Sarif::new(out)),
            Self::Junit => Box::new(junit::Junit::new(out)),
            Self::Gitlab => Box::new(gitlab::Gitlab::new(out)),
            Self::Markdown => Box::new(markdown::Markdown::new(out)),
            Self::Html => return None,
        })
    }
}

impl fmt::Display for ReportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for ReportFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|format| format.name() == text);
        known.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("no format {text:?}; known ones are {names}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for format in ReportFormat::ALL {
            assert_eq!(format.name().parse(), Ok(format));
            assert_eq!(format.writer(Box::new(Vec::new())).is_none(), format == ReportFormat::Html);
        }
        let error = "xml".parse::<ReportFormat>().unwrap_err();
        assert!(error.contains("\"xml\"") && error.contains("text, json, github, sarif"), "{error}");
    }
}
