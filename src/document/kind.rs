//! The kinds of documents and containers, in one table: name, file endings and nature of each.
//!
//! Plain data, so that the configuration, the listing of files and the stages speak of one thing. How each container
//! is read and written is in `read::container`, one file each.

#![warn(clippy::wildcard_enum_match_arm)]

use serde::{Deserialize, Serialize};

/// The kind of a stream of bytes once nothing is left to unpack: one document, or a container of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Plain text: one document.
    #[default]
    Text,
    /// Markdown: one document.
    Markdown,
    /// A page of HTML: one document, which is its text.
    Html,
    /// JSON Lines: a record a line.
    #[serde(rename = "jsonl")]
    JsonLines,
    /// Comma-separated values with a header: a record a row.
    Csv,
    /// Tab-separated values with a header: a record a row.
    Tsv,
    /// A web archive (ISO 28500): a record a text.
    Warc,
    /// A dump of `<doc>` elements, as Sogou's news and wikiextractor have them: a record an element.
    #[serde(rename = "doc")]
    DocDump,
    /// A Parquet file: a record a row.
    Parquet,
}

/// The content of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// One document.
    Document,
    /// Records, each a document, whose place is their number.
    Records,
    /// Records, each a document, whose place is the number of a line as well.
    Lines,
}

/// A row of the table.
struct About {
    name: &'static str,
    /// The kind in words.
    what: &'static str,
    /// The endings of the names of such files; the first is given to what has no name.
    endings: &'static [&'static str],
    holds: Holds,
    /// Whether the first bytes show that it is no text, whatever its name says; reading it is unpacking it.
    is_binary: bool,
}

impl Kind {
    /// All kinds, in the order in which they are listed to people.
    pub const ALL: [Self; 9] = [
        Self::Text,
        Self::Markdown,
        Self::Html,
        Self::JsonLines,
        Self::Csv,
        Self::Tsv,
        Self::Warc,
        Self::DocDump,
        Self::Parquet,
    ];

    /// The table.
    #[expect(clippy::too_many_lines, reason = "a table, with a row for each kind")]
    const fn about(self) -> About {
        match self {
            Self::Text => About {
                name: "text",
                what: "one plain-text document",
                endings: &["txt", "text"],
                holds: Holds::Document,
                is_binary: false,
            },
            Self::Markdown => About {
                name: "markdown",
                what: "one document of Markdown",
                endings: &[
                    "md", "markdown", "mdown", "mkd", "mkdn", "mdwn", "mdtxt", "mdtext", "mdx", "rmd", "qmd",
                ],
                holds: Holds::Document,
                is_binary: false,
            },
            Self::Html => About {
                name: "html",
                what: "a page of HTML: its main text is one document",
                endings: &["html", "htm", "xhtml", "xht", "shtml", "shtm"],
                holds: Holds::Document,
                is_binary: false,
            },
            Self::JsonLines => About {
                name: "jsonl",
                what: "JSON Lines: one record per line",
                endings: &["jsonl", "ndjson"],
                holds: Holds::Lines,
                is_binary: false,
            },
            Self::Csv => About {
                name: "csv",
                what: "comma-separated values with a header: one record per row",
                endings: &["csv"],
                holds: Holds::Lines,
                is_binary: false,
            },
            Self::Tsv => About {
                name: "tsv",
                what: "tab-separated values with a header: one record per row",
                endings: &["tsv"],
                holds: Holds::Lines,
                is_binary: false,
            },
            Self::Warc => About {
                name: "warc",
                what: "a web archive: one record per text",
                endings: &["warc", "wet", "wat"],
                holds: Holds::Records,
                is_binary: false,
            },
            Self::DocDump => About {
                name: "doc",
                what: "a dump of <doc> elements: one record per element",
                endings: &["docs"],
                holds: Holds::Lines,
                is_binary: false,
            },
            Self::Parquet => About {
                name: "parquet",
                what: "a Parquet file: one record per row",
                endings: &["parquet"],
                holds: Holds::Records,
                is_binary: true,
            },
        }
    }

    /// Its usual name.
    pub const fn name(self) -> &'static str {
        self.about().name
    }

    /// The kind in words, for those who choose one.
    pub const fn what(self) -> &'static str {
        self.about().what
    }

    /// The ending that a file of this kind is given.
    pub const fn ending(self) -> &'static str {
        self.about().endings[0]
    }

    /// The kind of files whose names have this ending, in lower case.
    pub fn of_ending(ending: &[u8]) -> Option<Self> {
        let has = |kind: &Self| kind.about().endings.iter().any(|known| known.as_bytes() == ending);
        Self::ALL.into_iter().find(has)
    }

    /// The kind of files named `.json` that hold records; other such files are one JSON document, which is no prose.
    pub const fn of_json() -> Self {
        Self::JsonLines
    }

    /// Whether it holds records, each a document, and is not one document itself.
    pub const fn is_container(self) -> bool {
        !matches!(self.about().holds, Holds::Document)
    }

    /// Whether a record's place in it is the number of a line.
    pub const fn has_lines(self) -> bool {
        matches!(self.about().holds, Holds::Lines)
    }

    /// Whether it is a page, which is read as its text and written as that.
    pub const fn is_page(self) -> bool {
        matches!(self, Self::Html)
    }

    /// Whether it is no text: its first bytes show it, whatever its name says, and to read it is to unpack it.
    pub const fn is_binary(self) -> bool {
        self.about().is_binary
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_table() {
        let mut endings: Vec<&str> = Vec::new();
        for kind in Kind::ALL {
            assert_eq!(
                serde_json::to_value(kind).unwrap(),
                kind.name(),
                "one name in files and on the command line"
            );
            assert_eq!(Kind::of_ending(kind.ending().as_bytes()), Some(kind));
            endings.extend(kind.about().endings);
        }
        let num_endings = endings.len();
        endings.sort_unstable();
        endings.dedup();
        assert_eq!(endings.len(), num_endings, "an ending is one kind's");
        assert_eq!(Kind::of_ending(b"log"), None);
    }
}
