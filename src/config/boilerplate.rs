//! The source of a document, in which its boilerplate recurs (contract C4).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What tells the source of a document.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum SourceBy {
    /// The directory of its file; of its path the first levels only, if a number is given.
    Directory(Option<u32>),
    /// The host of the address in the record's field `url`, or of that of the page.
    Url,
    /// The value of this field of the record.
    Field(String),
}

impl Default for SourceBy {
    fn default() -> Self {
        Self::Directory(None)
    }
}

/// The words that are no names of fields.
const DIRECTORY: &str = "directory";
const URL: &str = "url";

impl FromStr for SourceBy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == DIRECTORY => Ok(Self::Directory(None)),
            None if text == URL => Ok(Self::Url),
            Some((DIRECTORY, depth)) => match depth.parse() {
                Ok(depth) if depth > 0 => Ok(Self::Directory(Some(depth))),
                _ => Err(format!("{text:?}: after {DIRECTORY}: comes a number of levels, such as {DIRECTORY}:1")),
            },
            _ if text.is_empty() => {
                Err("the name of the source is empty; write url, directory, directory:DEPTH or the name of a field"
                    .to_owned())
            }
            _ => Ok(Self::Field(text.to_owned())),
        }
    }
}

impl fmt::Display for SourceBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(None) => f.write_str(DIRECTORY),
            Self::Directory(Some(depth)) => write!(f, "{DIRECTORY}:{depth}"),
            Self::Url => f.write_str(URL),
            Self::Field(name) => f.write_str(name),
        }
    }
}

impl TryFrom<String> for SourceBy {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<SourceBy> for String {
    fn from(source: SourceBy) -> Self {
        source.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_spelled_as_they_are_read() {
        for (text, source) in [
            ("directory", SourceBy::Directory(None)),
            ("directory:2", SourceBy::Directory(Some(2))),
            ("url", SourceBy::Url),
            ("site", SourceBy::Field("site".to_owned())),
            ("a.b", SourceBy::Field("a.b".to_owned())),
        ] {
            assert_eq!(text.parse(), Ok(source.clone()));
            assert_eq!(source.to_string(), text);
        }
        for wrong in ["", "directory:", "directory:0", "directory:x"] {
            assert!(wrong.parse::<SourceBy>().is_err(), "{wrong}");
        }
    }
}
