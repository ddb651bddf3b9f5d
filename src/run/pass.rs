//! The passes of a run. Each is one reading of the corpus, and one table says what each of them needs.
//!
//! | pass | prints | keys | checksums | copies | fed ahead |
//! |---|---|---|---|---|---|
//! | [`Sketch`](Pass::Sketch) | no | of documents | yes | not sought | when unpacked |
//! | [`Features`](Pass::Features) | no | no | no | not sought | when unpacked |
//! | [`Decide`](Pass::Decide) | if copies are sought | as visited | if documents are held to a reading | in memory | when unpacked |
//! | [`Partition`](Pass::Partition) | yes | no | yes | put aside on disk | when unpacked |
//! | [`Write`](Pass::Write) | no | as visited | yes | known, on disk | when unpacked |
//! | [`ReadOnly`](Pass::ReadOnly) | no | no | no | not sought | always |
//!
//! A run takes `Sketch` and `Features` if near-duplicates are to go (for paragraphs `Decide` takes the place of
//! `Sketch`, as copies are not sketched), then `Decide`. Where prints do not fit in memory, `Decide` ends early and
//! `Partition` and `Write` go through the rest. `ReadOnly` is the pass of programs that decide nothing.

use serde::{Deserialize, Serialize};

/// One reading of the corpus, by what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Pass {
    /// Keeps a sketch of every document.
    Sketch,
    /// Keeps the features of the texts that met another.
    Features,
    /// Decides on copies as it reads, in memory.
    Decide,
    /// Puts the prints of the rest aside on disk, to be settled there.
    Partition,
    /// Carries out what was settled on disk.
    Write,
    /// Reads, and decides nothing.
    ReadOnly,
}

/// The keys of paragraphs that a visitor reads, beside texts and verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    /// None.
    Unread,
    /// The key of each paragraph.
    OfParagraphs,
    /// The key of each paragraph, and the fingerprint of each document.
    OfDocuments,
}

/// The data that a pass needs from its scan and from its feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Prints of paragraphs, for exact de-duplication.
    pub(crate) prints: bool,
    /// Keys of paragraphs.
    pub(crate) keys: Keys,
    /// Checksums of texts, to be noted or held to an earlier reading.
    pub(crate) checksums: bool,
}

/// The needs of the visitor and the decider of a pass, which are added to its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wants {
    /// Whether copies of paragraphs are sought.
    pub(crate) prints: bool,
    /// The keys that are read.
    pub(crate) keys: Keys,
    /// Whether documents are noted, or held to an earlier reading.
    pub(crate) checksums: bool,
}

impl Pass {
    /// The needs of this pass.
    pub(crate) const fn needs(self, wants: Wants) -> Needs {
        let Wants { prints, keys, checksums } = wants;
        match self {
            Self::Sketch => Needs { prints: false, keys: Keys::OfDocuments, checksums: true },
            Self::Features | Self::ReadOnly => Needs { prints: false, keys: Keys::Unread, checksums: false },
            Self::Decide => Needs { prints, keys, checksums },
            Self::Partition => Needs { prints: true, keys: Keys::Unread, checksums: true },
            Self::Write => Needs { prints: false, keys, checksums: true },
        }
    }

    /// Whether it settles copies in memory.
    pub(crate) const fn settles_copies(self) -> bool {
        matches!(self, Self::Decide)
    }

    /// Whether a batch is fed while another is scanned even if it is not unpacked: nothing else runs meanwhile.
    pub(crate) const fn feeds_ahead(self) -> bool {
        matches!(self, Self::ReadOnly)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_of_every_pass() {
        let no = Wants { prints: false, keys: Keys::Unread, checksums: false };
        let all = Wants { prints: true, keys: Keys::OfDocuments, checksums: true };
        for (pass, wants, needs) in [
            (Pass::Sketch, no, (false, Keys::OfDocuments, true)),
            (Pass::Sketch, all, (false, Keys::OfDocuments, true)),
            (Pass::Features, all, (false, Keys::Unread, false)),
            (Pass::Decide, no, (false, Keys::Unread, false)),
            (Pass::Decide, all, (true, Keys::OfDocuments, true)),
            (Pass::Partition, no, (true, Keys::Unread, true)),
            (Pass::Partition, all, (true, Keys::Unread, true)),
            (Pass::Write, no, (false, Keys::Unread, true)),
            (Pass::Write, all, (false, Keys::OfDocuments, true)),
            (Pass::ReadOnly, all, (false, Keys::Unread, false)),
        ] {
            let Needs { prints, keys, checksums } = pass.needs(wants);
            assert_eq!((prints, keys, checksums), needs, "{pass:?} {wants:?}");
        }
    }
}
