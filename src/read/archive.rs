//! Archives: one member after the other, each unpacked to a spool. Nothing is ever written to disk under a
//! member's own name.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read};

use zip::read::{Config, OwnedZipFileEntry, ZipReadOptions};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use super::context::ReadContext;
use super::decompress::Total;
use super::fault::{Fault, Trouble};
use super::spool::{Spool, Spooler};
use crate::discover::{Format, SourcePlan, is_packed, stem_len};
use crate::error::{RejectReason, SkipReason};
use crate::store::InputFile;
use crate::store::path::printable_bytes;
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
    context: &ReadContext,
    spooler: &dyn Spooler,
) -> Result<MemberContent, Trouble> {
    if is_unsafe(path) {
        let detail = "its name would lead out of the archive's directory";
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
        context: &ReadContext,
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
                Some(unpack(&path, &mut entry, context, spooler)?)
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
    archive: ZipIterable<Box<dyn InputFile>>,
    /// The members that are files, in the order of the directory.
    entries: std::vec::IntoIter<ZipMember>,
    total: Total,
    number: u64,
}

/// A member of a zip archive, as the directory has it.
struct ZipMember {
    entry: OwnedZipFileEntry,
    path: Vec<u8>,
    /// The path of a member before it that claims some of its bytes.
    shares_with: Option<Vec<u8>>,
}

impl ZipMembers {
    /// Reads the directory of `file`; `total` counts what its members are unpacked to.
    pub(super) fn new(file: Box<dyn InputFile>, total: Total) -> Result<Self, Fault> {
        // `ZipArchive` would give one of several members with one name.
        let mut archive = ZipIterable::try_new(file, Config::default()).map_err(|error| zip_fault(&error))?;
        let (mut names, mut ranges, mut members) = (Names::default(), Ranges::default(), Vec::new());
        for entry in archive.files().map_err(|error| zip_fault(&error))? {
            let entry = OwnedZipFileEntry::from(entry.map_err(|error| zip_fault(&error))?);
            if entry.is_dir() {
                continue;
            }
            let path = names.take(plain(entry.name_raw()));
            let shares_with = ranges.claim(entry.header_start(), entry.compressed_size(), &path);
            members.push(ZipMember { entry, path, shares_with });
        }
        Ok(Self { archive, entries: members.into_iter(), total, number: 0 })
    }
}

/// The names of an archive's members, each of which stands for one file when the archive is written again; with each
/// the number that its next namesake may have.
#[derive(Default)]
struct Names(HashMap<Vec<u8>, u64>);

impl Names {
    /// The name of the next member: its own, or, if a member before it has that, the first free one of those with a
    /// number before the ending (`a~2.txt`).
    fn take(&mut self, name: Vec<u8>) -> Vec<u8> {
        let Some(mut number) = self.0.get(&name).copied() else {
            self.0.insert(name.clone(), 2);
            return name;
        };
        let (stem, ending) = name.split_at(stem_len(&name));
        let mut numbered = name.clone();
        while self.0.contains_key(&numbered) {
            numbered = [stem, format!("~{number}").as_bytes(), ending].concat();
            number += 1;
        }
        self.0.insert(name, number);
        self.0.insert(numbered.clone(), 2);
        numbered
    }
}

/// Which bytes of a zip archive its members claim.
#[derive(Default)]
struct Ranges(BTreeMap<u64, (u64, Vec<u8>)>);

/// Bytes of the header before a member's content, its name left out.
const ZIP_HEADER: u64 = 30;

impl Ranges {
    /// Claims what a member takes up; the path of a member that claimed some of it before, if there is one. Members
    /// that share their bytes make a small archive large: see David Fifield, "A better zip bomb", 2019.
    fn claim(&mut self, start: u64, compressed: u64, path: &[u8]) -> Option<Vec<u8>> {
        let end = start.saturating_add(ZIP_HEADER).saturating_add(compressed);
        let before = self.0.range(..end).next_back();
        if let Some((_, (_, owner))) = before.filter(|(_, (other, _))| *other > start) {
            return Some(owner.clone());
        }
        self.0.insert(start, (end, path.to_vec()));
        None
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
        context: &ReadContext,
        spooler: &dyn Spooler,
    ) -> Result<Option<(ArchiveMember, MemberContent)>, Trouble> {
        let Some(member) = self.entries.next() else { return Ok(None) };
        let entry = &member.entry;
        let method = entry.compression();
        let meta = MemberMeta::Zip { method, modified: entry.last_modified(), mode: entry.unix_mode() };
        let content = if entry.is_symlink() {
            MemberContent::Skipped(SkipReason::Symlink)
        } else if entry.encrypted() {
            MemberContent::Rejected(Fault::new(RejectReason::Encrypted, "it is encrypted"))
        } else if let Some(other) = &member.shares_with {
            let other = printable_bytes(other);
            let detail = format!("its bytes are those of another member too, {other}, as in a zip bomb");
            MemberContent::Rejected(Fault::new(RejectReason::Bomb, detail))
        } else {
            self.unpack(&member, context, spooler)?
        };
        let number = self.number;
        self.number += 1;
        Ok(Some((ArchiveMember { path: member.path, number, meta }, content)))
    }
}

impl ZipMembers {
    fn unpack(
        &mut self,
        member: &ZipMember,
        context: &ReadContext,
        spooler: &dyn Spooler,
    ) -> Result<MemberContent, Trouble> {
        let files = self.archive.files().map_err(|error| zip_fault(&error))?;
        match member.entry.as_ref().with_reader(files.reader_mut(), ZipReadOptions::new()) {
            Ok(entry) => {
                let (compressed, total) = (entry.compressed_size(), self.total.clone());
                unpack(&member.path, ZipEntry { entry, compressed, decoded: 0, total }, context, spooler)
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
    total: Total,
}

impl<R: Read> Read for ZipEntry<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let got = self.entry.read(out).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => Fault::new(RejectReason::Corrupt, format!("its compressed content is damaged: {error}"))
                .into(),
        })?;
        self.decoded += count(got);
        if let Some(bomb) = Fault::bomb("it", self.decoded, self.compressed) {
            return Err(bomb.into());
        }
        self.total.add(got)?;
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

    #[test]
    fn a_name_that_is_taken_is_numbered() {
        let mut names = Names::default();
        for (name, expected) in [
            ("d/a.txt", "d/a.txt"),
            ("d/a.txt", "d/a~2.txt"),
            ("d/a~3.txt", "d/a~3.txt"),
            ("d/a.txt", "d/a~4.txt"),
            ("d/a~2.txt", "d/a~2~2.txt"),
            ("b.jsonl.gz", "b.jsonl.gz"),
            ("b.jsonl.gz", "b~2.jsonl.gz"),
            ("c.d/e", "c.d/e"),
            ("c.d/e", "c.d/e~2"),
        ] {
            assert_eq!(String::from_utf8(names.take(name.into())).unwrap(), expected);
        }
    }

    #[test]
    fn bytes_belong_to_one_member() {
        let mut ranges = Ranges::default();
        assert_eq!(ranges.claim(100, 50, b"a"), None, "100..180");
        assert_eq!(ranges.claim(180, 0, b"b"), None, "180..210");
        assert_eq!(ranges.claim(0, 70, b"c"), None, "0..100");
        for (start, compressed, other) in
            [(99, 0, b"a"), (179, 0, b"b"), (140, 5, b"a"), (100, 50, b"a"), (209, 1, b"b"), (50, 10, b"c")]
        {
            assert_eq!(ranges.claim(start, compressed, b"x").as_deref(), Some(&other[..]), "{start}");
        }
        assert_eq!(ranges.claim(0, u64::MAX, b"x").as_deref(), Some(&b"b"[..]), "all of them");
    }
}
