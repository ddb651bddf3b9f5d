//! Archives: one member after the other, each unpacked to a spool. Nothing is ever written to disk under a
//! member's own name.

use std::collections::HashSet;
use std::io::{self, Read};

use zip::result::ZipError;

use super::decompress::{bomb, is_bomb};
use super::fault::{Fault, Trouble};
use super::spool::{Spool, Spooler};
use crate::discover::{Format, is_packed};
use crate::error::{RejectReason, SkipReason};
use crate::store::InputFile;
use crate::units::count;

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
    Tar(Box<tar::Header>),
    /// Method, time and mode of a zip entry.
    Zip {
        /// How it is compressed.
        method: zip::CompressionMethod,
        /// When it was changed.
        modified: Option<zip::DateTime>,
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
        limit: u64,
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

/// Whether unpacking a file of this name could write outside of where it is unpacked to.
fn is_unsafe(path: &[u8]) -> bool {
    path.is_empty()
        || path.starts_with(b"/")
        || path.contains(&0)
        || path.contains(&b'\\')
        || path.split(|&byte| byte == b'/').any(|component| component == b"..")
}

/// Unpacks a member that is a regular file.
fn unpack(
    path: &[u8],
    mut reader: impl Read,
    limit: u64,
    spooler: &dyn Spooler,
) -> Result<MemberContent, Trouble> {
    if is_unsafe(path) {
        let detail = "its name would lead out of the archive's directory";
        return Ok(MemberContent::Rejected(Fault::new(RejectReason::UnsafeName, detail)));
    }
    if Format::is_unsupported(path) {
        return Ok(MemberContent::Skipped(SkipReason::Unsupported));
    }
    let is_text = !is_packed(path) && !Format::of(path).kind().is_container();
    match Spool::fill(&mut reader, if is_text { limit } else { u64::MAX }, spooler, |_| ()) {
        Ok(spool) => Ok(MemberContent::Spool(spool)),
        Err(Trouble::Fault(fault)) => Ok(MemberContent::Rejected(fault)),
        Err(trouble) => Err(trouble),
    }
}

/// A tar archive, read as a stream.
pub(super) struct TarMembers {
    reader: Box<dyn Read + Send>,
    number: u64,
}

impl TarMembers {
    pub(super) fn new(reader: Box<dyn Read + Send>) -> Self {
        Self { reader, number: 0 }
    }
}

/// A tar entry's content is padded to a multiple of this.
const TAR_BLOCK: u64 = 512;

impl ArchiveMembers for TarMembers {
    fn next(
        &mut self,
        limit: u64,
        spooler: &dyn Spooler,
    ) -> Result<Option<(ArchiveMember, MemberContent)>, Trouble> {
        let broken = |error: io::Error| match Fault::of(&error) {
            // The operating system's errors and those of decompression are what they are.
            fault if fault.reason != RejectReason::Unreadable => fault,
            _ if error.raw_os_error().is_some() => Fault::of(&error),
            _ => Fault::new(RejectReason::NotArchive, format!("the tar archive is damaged: {error}")),
        };
        loop {
            // An archive object of its own for each entry, as entries borrow theirs.
            let mut archive = tar::Archive::new(&mut self.reader);
            let mut entries = archive.entries().map_err(broken)?;
            let Some(entry) = entries.next() else { return Ok(None) };
            let mut entry = entry.map_err(broken)?;
            let path = plain(&entry.path_bytes());
            let kind = entry.header().entry_type();
            let size = entry.size();
            let content = if kind.is_file() || kind == tar::EntryType::Continuous {
                Some(unpack(&path, &mut entry, limit, spooler)?)
            } else if kind.is_dir() || kind.is_pax_global_extensions() {
                None
            } else if kind.is_symlink() || kind.is_hard_link() {
                Some(MemberContent::Skipped(SkipReason::Symlink))
            } else {
                Some(MemberContent::Skipped(SkipReason::Special))
            };
            let header = entry.header().clone();
            let rest = if kind.is_gnu_sparse() {
                // Reading it would give the zeros that are not stored, of which there may be any number.
                header.entry_size().map_err(broken)?.checked_next_multiple_of(TAR_BLOCK).unwrap_or(u64::MAX)
            } else {
                io::copy(&mut entry, &mut io::sink()).map_err(broken)?;
                (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK
            };
            io::copy(&mut (&mut self.reader).take(rest), &mut io::sink()).map_err(broken)?;
            let Some(content) = content else { continue };
            if let MemberContent::Spool(spool) = &content
                && spool.len() < size
            {
                return Err(Fault::new(RejectReason::NotArchive, "the tar archive breaks off").into());
            }
            let number = self.number;
            self.number += 1;
            return Ok(Some((
                ArchiveMember { path, number, meta: MemberMeta::Tar(Box::new(header)) },
                content,
            )));
        }
    }
}

/// A zip archive, whose directory stands at its end.
pub(super) struct ZipMembers {
    archive: zip::ZipArchive<Box<dyn InputFile>>,
    next: usize,
    number: u64,
}

impl ZipMembers {
    pub(super) fn new(file: Box<dyn InputFile>) -> Result<Self, Fault> {
        let archive = zip::ZipArchive::new(file).map_err(|error| zip_fault(&error))?;
        let mut names = HashSet::new();
        // Of two members with one name the directory gives one; and two cannot be written.
        if archive.has_duplicate_names() || !archive.file_names_raw().all(|name| names.insert(plain(name))) {
            return Err(Fault::new(
                RejectReason::NotArchive,
                "two of the zip archive's members have one name",
            ));
        }
        Ok(Self { archive, next: 0, number: 0 })
    }
}

fn zip_fault(error: &ZipError) -> Fault {
    match error {
        ZipError::Io(source) if Fault::behind(source).is_some() => Fault::of(source),
        _ => Fault::new(RejectReason::NotArchive, format!("the zip archive is damaged: {error}")),
    }
}

impl ArchiveMembers for ZipMembers {
    fn next(
        &mut self,
        limit: u64,
        spooler: &dyn Spooler,
    ) -> Result<Option<(ArchiveMember, MemberContent)>, Trouble> {
        loop {
            if self.next >= self.archive.len() {
                return Ok(None);
            }
            let index = self.next;
            self.next += 1;
            let entry = self.archive.by_index_raw(index).map_err(|error| zip_fault(&error))?;
            if entry.is_dir() {
                continue;
            }
            let path = plain(entry.name_raw());
            let method = entry.compression();
            let meta = MemberMeta::Zip { method, modified: entry.last_modified(), mode: entry.unix_mode() };
            let (is_link, is_encrypted) = (entry.is_symlink(), entry.encrypted());
            drop(entry);
            let content = if is_link {
                MemberContent::Skipped(SkipReason::Symlink)
            } else if is_encrypted {
                MemberContent::Rejected(Fault::new(RejectReason::Encrypted, "it is encrypted"))
            } else {
                self.unpack(index, &path, limit, spooler)?
            };
            let number = self.number;
            self.number += 1;
            return Ok(Some((ArchiveMember { path, number, meta }, content)));
        }
    }
}

impl ZipMembers {
    fn unpack(
        &mut self,
        index: usize,
        path: &[u8],
        limit: u64,
        spooler: &dyn Spooler,
    ) -> Result<MemberContent, Trouble> {
        match self.archive.by_index(index) {
            Ok(entry) => {
                let compressed = entry.compressed_size();
                let reader = ZipEntry { entry, compressed, decoded: 0 };
                unpack(path, reader, limit, spooler)
            }
            Err(error) => Ok(MemberContent::Rejected(zip_fault(&error))),
        }
    }
}

/// The content of a zip entry, guarded.
struct ZipEntry<R> {
    entry: R,
    compressed: u64,
    decoded: u64,
}

impl<R: Read> Read for ZipEntry<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let got = self.entry.read(out).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => Fault::new(RejectReason::Corrupt, format!("its compressed content is damaged: {error}"))
                .into(),
        })?;
        self.decoded += count(got);
        if is_bomb(self.decoded, self.compressed) {
            return Err(bomb(self.decoded, self.compressed).into());
        }
        Ok(got)
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
            ("", true),
        ] {
            assert_eq!(is_unsafe(path.as_bytes()), expected, "{path}");
        }
        assert_eq!(plain(b"././a/./b"), b"a/./b");
    }
}
