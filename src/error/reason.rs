//! Why inputs are left out: those that are not for us, and those that something is wrong with.

/// Why an input file was left out without being wrong (contract D2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SkipReason {
    /// Not text: there is a NUL byte in its first 8 KiB and its name does not promise text.
    Binary,
    /// A container or compressed format that this version does not read, or a file whose lines are syntax and not
    /// prose: source code, markup, data.
    Unsupported,
    /// A JSON array of objects, whose records are not lines.
    JsonArray,
    /// A symbolic link, and links are not followed (`--follow`).
    Symlink,
    /// A FIFO, socket or device.
    Special,
    /// Left out by `--include` or `--exclude`.
    Excluded,
    /// Its name, or that of a directory above it, hides it: it begins with a dot or is `__MACOSX`.
    Hidden,
    /// An archive inside an archive.
    Nested,
    /// A page, and pages are not read (`--pages skip`), or one that a browser saved with its pictures.
    Html,
    /// A record of a web archive that holds no text: a request, a picture.
    NoText,
    /// A record of a web archive that says that a page is the same as in an earlier record. It has no content.
    Revisit,
}

impl SkipReason {
    /// The reason as it stands in the summary.
    pub fn name(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Unsupported => "unsupported",
            Self::JsonArray => "json_array",
            Self::Symlink => "symlink",
            Self::Special => "special",
            Self::Excluded => "excluded",
            Self::Hidden => "hidden",
            Self::Nested => "nested",
            Self::Html => "html",
            Self::NoText => "no_text",
            Self::Revisit => "revisit",
        }
    }

    /// Advice to the user, in one clause, where a file should be read that is not.
    pub fn remedy(self) -> Option<&'static str> {
        match self {
            Self::JsonArray => Some("make JSON Lines of it with `jq -c '.[]'`"),
            Self::Binary
            | Self::Unsupported
            | Self::Symlink
            | Self::Special
            | Self::Excluded
            | Self::Hidden
            | Self::Nested
            | Self::NoText
            | Self::Revisit => None,
            Self::Html => Some(
                "read it with --pages main; extract the text of a page that a browser saved as .mhtml first",
            ),
        }
    }
}

/// Why an input file or record was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RejectReason {
    /// The operating system would not let us open, list or read it.
    Unreadable,
    /// Not valid UTF-8.
    NotUtf8,
    /// It grew past its listed size while it was read.
    Growing,
    /// The line is not a JSON value.
    NotJson,
    /// The line is JSON but not an object.
    NotObject,
    /// The record has no text field.
    NoText,
    /// The text field is not a string.
    TextNotString,
    /// The text field stands twice in the record.
    TextTwice,
    /// Its encoding cannot be detected.
    EncodingUnknown,
    /// It is in an encoding that is not read.
    EncodingUnread,
    /// It holds bytes that are no text in its encoding.
    Undecodable,
    /// The compressed stream is damaged or breaks off.
    Corrupt,
    /// It is longer than a document may be.
    TooLarge,
    /// The file expands so much that it is an attack, not a text.
    Bomb,
    /// The rows are not CSV, or have too few fields.
    NotCsv,
    /// The web archive is damaged.
    NotWarc,
    /// The Parquet file is damaged or of an unknown kind.
    NotParquet,
    /// The archive is damaged.
    NotArchive,
    /// The member is encrypted.
    Encrypted,
    /// The member's name would lead out of the archive's directory.
    UnsafeName,
    /// It has more paragraphs than a document may have that is held at once.
    TooManyParagraphs,
    /// It is a Git LFS pointer, which stands for a file that was not fetched.
    LfsPointer,
    /// Its name promises what is not in it.
    Misnamed,
    /// The elements of a `<doc>` dump do not begin and end as they should.
    NotDoc,
    /// Something lies after the end of what was read well.
    Trailing,
    /// Decompressing it takes more memory than there may be taken.
    WindowTooLarge,
    /// Decompressing it takes a dictionary that is not in the file.
    NeedsDictionary,
    /// The length in the header of a record is not that of its content.
    WrongLength,
    /// The row has more or fewer fields than the header of its table, whose fields know no quotes.
    NotTsv,
    /// The text of the page cannot be extracted.
    PageUnread,
}

impl RejectReason {
    /// All reasons, in their order.
    pub const ALL: [Self; 30] = [
        Self::Unreadable,
        Self::NotUtf8,
        Self::Growing,
        Self::NotJson,
        Self::NotObject,
        Self::NoText,
        Self::TextNotString,
        Self::TextTwice,
        Self::EncodingUnknown,
        Self::EncodingUnread,
        Self::Undecodable,
        Self::Corrupt,
        Self::TooLarge,
        Self::Bomb,
        Self::NotCsv,
        Self::NotWarc,
        Self::NotParquet,
        Self::NotArchive,
        Self::Encrypted,
        Self::UnsafeName,
        Self::TooManyParagraphs,
        Self::LfsPointer,
        Self::Misnamed,
        Self::NotDoc,
        Self::Trailing,
        Self::WindowTooLarge,
        Self::NeedsDictionary,
        Self::WrongLength,
        Self::NotTsv,
        Self::PageUnread,
    ];

    /// Its place among all.
    pub fn index(self) -> usize {
        self as usize
    }

    /// The reason as it stands in the summary and in `rejected.jsonl`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::NotUtf8 => "not_utf8",
            Self::Growing => "growing",
            Self::NotJson => "not_json",
            Self::NotObject => "not_object",
            Self::NoText => "no_text",
            Self::TextNotString => "text_not_string",
            Self::TextTwice => "text_twice",
            Self::EncodingUnknown => "encoding_unknown",
            Self::EncodingUnread => "encoding_unread",
            Self::Undecodable => "undecodable",
            Self::Corrupt => "corrupt",
            Self::TooLarge => "too_large",
            Self::Bomb => "bomb",
            Self::NotCsv => "not_csv",
            Self::NotWarc => "not_warc",
            Self::NotParquet => "not_parquet",
            Self::NotArchive => "not_archive",
            Self::Encrypted => "encrypted",
            Self::UnsafeName => "unsafe_name",
            Self::TooManyParagraphs => "too_many_paragraphs",
            Self::LfsPointer => "lfs_pointer",
            Self::Misnamed => "misnamed",
            Self::NotDoc => "not_doc",
            Self::Trailing => "trailing",
            Self::WindowTooLarge => "window_too_large",
            Self::NeedsDictionary => "needs_dictionary",
            Self::WrongLength => "wrong_length",
            Self::NotTsv => "not_tsv",
            Self::PageUnread => "page_unread",
        }
    }

    /// Advice to the user, in one clause.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Unreadable => "check its permissions, or leave it out of the input",
            Self::NotUtf8 => {
                "repair it, name its encoding with --encoding, or keep the rest with --encoding-errors replace"
            }
            Self::Growing => "run again when no program writes to it",
            Self::NotJson => "repair the line; the other records of the file are read",
            Self::NotObject => "each line must be a JSON object",
            Self::NoText => "use --text-field to name the field with the text",
            Self::TextNotString => "the field that --text-field names must be a string",
            Self::TextTwice => "remove one of the two fields",
            Self::EncodingUnknown => {
                "name its encoding with --encoding, for example --encoding 'GLOB=gb18030', or one for all such texts \
                 with --encoding-fallback"
            }
            Self::EncodingUnread => "convert it first, for example with iconv -f NAME -t UTF-8",
            Self::Undecodable => {
                "name another encoding with --encoding, or keep the rest with --encoding-errors replace"
            }
            Self::Corrupt => "fetch or compress it again",
            Self::TooLarge => "allow longer documents with --max-document-size",
            Self::Bomb => "check it by hand, and leave it out with --exclude",
            Self::NotCsv => "repair its quotes and rows; the rows before it are read",
            Self::NotWarc => "fetch it again; the complete records are read",
            Self::NotParquet => "write it again with another program",
            Self::NotArchive => "fetch or pack it again; the complete members are read",
            Self::Encrypted => "unpack it with its password and clean what is in it",
            Self::UnsafeName => "pack it again under a relative name without `..`",
            Self::TooManyParagraphs => {
                "split it into several records, or raise --max-document-size: it allows one paragraph for each 256 bytes"
            }
            Self::LfsPointer => "fetch the real file with `git lfs pull`",
            Self::Misnamed => "fetch it again, or rename it to match its content",
            Self::NotDoc => "repair its tags; the other records of the file are read",
            Self::Trailing => "everything before it is read; fetch the file again if more belongs to it",
            Self::WindowTooLarge => "raise --memory to twice the window, or compress it again without --long",
            Self::NeedsDictionary => "decompress it with its dictionary and clean the result",
            Self::WrongLength => "fetch it again; the records after it are read",
            Self::PageUnread => "look at the page, and leave it out with --exclude",
            Self::NotTsv => "repair the row, or read quoted fields, as in CSV, with --tsv-quotes",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_stand_in_their_places_and_have_one_name() {
        for (index, reason) in RejectReason::ALL.into_iter().enumerate() {
            assert_eq!(reason.index(), index);
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.name());
        }
    }
}
