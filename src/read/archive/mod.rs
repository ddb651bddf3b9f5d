//! Archives: one member after the other, each unpacked to a spool. Nothing is ever written to disk under a
//! member's own name.

mod names;
mod tar;
mod zip;

use std::io::Read;

pub(super) use self::tar::TarMembers;
pub(super) use self::zip::ZipMembers;

use super::context::ReadContext;
use super::fault::{Fault, Trouble};
use super::spool::{Spool, Spooler};
use crate::discover::{Format, SourcePlan, is_packed};
use crate::error::{RejectReason, SkipReason};

/// A member of an archive.
#[derive(Debug)]
pub(crate) struct ArchiveMember {
    /// Its path in the archive, as raw bytes.
    pub path: Vec<u8>,
    /// Its number in the archive, counted from 0 over the members that are files.
    pub number: u64,
    /// Details that are needed to write the member again.
    pub meta: MemberMeta,
}

/// Details of a member beside its content, as the archive records them.
#[derive(Debug, Clone)]
pub(crate) enum MemberMeta {
    /// The header of a tar entry.
    Tar(Box<::tar::Header>),
    /// Method, time and mode of a zip entry.
    Zip {
        /// How it is compressed.
        method: ::zip::CompressionMethod,
        /// When it was changed.
        modified: Option<::zip::DateTime>,
        /// Its permissions.
        mode: Option<u32>,
    },
}

/// The content of a member.
pub(super) enum MemberContent {
    Spool(Spool),
    Skipped(SkipReason),
    Rejected(Fault),
}

/// An archive that is being read.
pub(super) trait ArchiveMembers: Send {
    /// The next member that is a file; `None` after the last.
    fn next(
        &mut self,
        context: &ReadContext,
        spooler: &dyn Spooler,
    ) -> Result<Option<(ArchiveMember, MemberContent)>, Trouble>;
}

/// A path without the `./` that `tar -c .` puts before it.
fn plain(path: &[u8]) -> Vec<u8> {
    let mut path = path;
    while let Some(rest) = path.strip_prefix(b"./") {
        path = rest;
    }
    path.to_vec()
}

/// Whether unpacking a file of this name could write outside of where it is unpacked to, on a system that takes `\` for
/// a separator too.
fn is_unsafe(path: &[u8]) -> bool {
    let is_separator = |byte: &u8| matches!(byte, b'/' | b'\\');
    path.first().is_none_or(is_separator)
        || path.contains(&0)
        || path.split(is_separator).any(|component| component == b"..")
}

/// Unpacks a member that is a regular file.
fn unpack(
    path: &[u8],
    mut reader: impl Read,
    context: &ReadContext,
    spooler: &dyn Spooler,
) -> Result<MemberContent, Trouble> {
    if is_unsafe(path) {
        let detail = "its name leads out of the directory of the archive";
        return Ok(MemberContent::Rejected(Fault::new(RejectReason::UnsafeName, detail)));
    }
    let format = match SourcePlan::of_member(path, &context.globs) {
        SourcePlan::Read(format) => format,
        SourcePlan::Skip(reason) => return Ok(MemberContent::Skipped(reason)),
        SourcePlan::Reject(_) => Format::Sniff, // a name alone does not
    };
    let is_text = !is_packed(path) && !format.kind().is_container();
    let limit = if is_text { context.decoded_limit } else { u64::MAX };
    match Spool::fill(&mut reader, limit, spooler, |_| ()) {
        Ok(spool) => Ok(MemberContent::Spool(spool)),
        Err(Trouble::Fault(fault)) => Ok(MemberContent::Rejected(fault)),
        Err(trouble) => Err(trouble),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_out() {
        for (path, expected) in [
            ("a/b.txt", false),
            ("a..b/c", false),
            ("/etc/passwd", true),
            ("../a", true),
            ("a/../b", true),
            ("a\\..\\b", true),
            ("\\a", true),
            ("a\\b", false),
            ("", true),
        ] {
            assert_eq!(is_unsafe(path.as_bytes()), expected, "{path}");
        }
        assert_eq!(plain(b"././a/./b"), b"a/./b");
    }
}
