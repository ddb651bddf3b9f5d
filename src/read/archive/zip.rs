//! zip: a directory at the end of the file says where members stand. Several archives that stand one after the other
//! (`cat a.zip b.zip`) are one (contract D5); a program that unpacks itself may stand before them.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use ::zip::System;
use ::zip::read::{Config, OwnedZipFileEntry, ZipReadOptions};
use ::zip::result::ZipError;
use ::zip::unstable::read::ZipIterable;
use encoding_rs::Encoding;

use super::names::{Names, RawName, encoding_of};
use super::{ArchiveMember, ArchiveMembers, MemberContent, MemberMeta, unpack};
use crate::error::{RejectReason, SkipReason};
use crate::read::context::ReadContext;
use crate::read::decompress::{Total, Trailing};
use crate::read::fault::{Fault, Trouble};
use crate::read::spool::Spooler;
use crate::store::InputFile;
use crate::store::path::printable_bytes;
use crate::units::{self, count};

/// A zip archive, or several.
pub(in crate::read) struct ZipMembers {
    archives: Vec<ZipIterable<Section>>,
    /// The members that are files, in the order of the directories.
    entries: std::vec::IntoIter<ZipMember>,
    total: Total,
    number: u64,
}

/// A member of a zip archive, as the directory has it.
struct ZipMember {
    /// Number of its archive.
    archive: usize,
    entry: OwnedZipFileEntry,
    path: Vec<u8>,
    /// The path of a member before it that claims some of its bytes.
    shares_with: Option<Vec<u8>>,
}

/// Archives in one file that are looked for, from the last on: a file of many hundred is an attack.
const MAX_ARCHIVES: usize = 256;

/// An archive, and what its directory holds.
struct Directory {
    archive: ZipIterable<Section>,
    entries: Vec<OwnedZipFileEntry>,
}

impl Directory {
    fn read(section: Section) -> Result<Self, Fault> {
        // `ZipArchive` would give one of several members with one name.
        let mut archive =
            ZipIterable::try_new(section, Config::default()).map_err(|error| zip_fault(&error))?;
        let files = archive.files().map_err(|error| zip_fault(&error))?;
        let entries: Result<Vec<_>, _> = files.map(|entry| entry.map(OwnedZipFileEntry::from)).collect();
        Ok(Self { archive, entries: entries.map_err(|error| zip_fault(&error))? })
    }

    /// Where the first of its members stands.
    fn start(&self) -> u64 {
        self.entries.iter().map(OwnedZipFileEntry::header_start).min().unwrap_or(0)
    }
}

impl ZipMembers {
    /// Reads the directories of `file`; `total` counts what its members are unpacked to, and `trailing` is told what
    /// lies before or after the archives. `given`: the encoding of texts, if it was given.
    pub(in crate::read) fn new(
        file: Box<dyn InputFile>,
        total: Total,
        trailing: &Trailing,
        given: Option<&'static Encoding>,
    ) -> Result<Self, Fault> {
        let unreadable = |error: io::Error| Fault::of(&error);
        let mut section = Section::whole(file).map_err(unreadable)?;
        let end = section.end_of_archive().map_err(unreadable)?;
        if let Some(end) = end.filter(|&end| end < section.len) {
            section.tell_trailing(end, trailing).map_err(unreadable)?;
        }
        let mut directories = vec![Directory::read(section.clone())?];
        while let Some(start) = directories.last().map(Directory::start).filter(|&start| start >= MIN_ARCHIVE)
        {
            let mut before = Section { len: start, ..section.clone() };
            let is_archive = before.end_of_archive().map_err(unreadable)? == Some(start);
            match Directory::read(before.clone()) {
                Ok(directory) if is_archive && directories.len() < MAX_ARCHIVES => {
                    directories.push(directory);
                }
                _ if before.is_begun().map_err(unreadable)? => {
                    let detail = format!(
                        "the first {start} bytes begin like another zip archive, are not a complete one, \
                         and are left out"
                    );
                    trailing.tell(Fault::at(RejectReason::Trailing, 0, detail));
                    break;
                }
                _ => break, // a program that unpacks what follows
            }
        }
        directories.reverse();
        let names: Vec<_> =
            directories.iter().flat_map(|directory| &directory.entries).map(raw_name).collect();
        let encoding = encoding_of(&names, given);
        let (mut names, mut ranges) = (Names::default(), Ranges::default());
        let (mut archives, mut members) = (Vec::new(), Vec::new());
        for (archive, directory) in directories.into_iter().enumerate() {
            archives.push(directory.archive);
            for entry in directory.entries {
                let path = raw_name(&entry).path(encoding);
                if entry.is_dir() || path.ends_with(b"/") {
                    continue;
                }
                let path = names.take(path);
                let shares_with = ranges.claim(entry.header_start(), entry.compressed_size(), &path);
                members.push(ZipMember { archive, entry, path, shares_with });
            }
        }
        Ok(Self { archives, entries: members.into_iter(), total, number: 0 })
    }
}

/// The flag that says that a name is UTF-8 (PKWARE's APPNOTE, 4.4.4).
const LANGUAGE_ENCODING: u16 = 1 << 11;

/// The name of a member, and whether its packer takes `\` for a separator.
fn raw_name(entry: &OwnedZipFileEntry) -> RawName {
    // 11 was meant for another system, and is what programs write for Windows.
    let is_dos = matches!(entry.system(), System::Dos | System::WindowsNTFS | System::MVS | System::VFAT);
    // The reader sets the flag too where a field gives the name in UTF-8.
    let is_unicode = entry.flags().as_u16() & LANGUAGE_ENCODING != 0;
    RawName { bytes: entry.name_raw().to_vec(), is_dos, is_unicode }
}

/// The beginning of a file that archives share.
#[derive(Clone)]
struct Section {
    file: Arc<Mutex<Box<dyn InputFile>>>,
    len: u64,
    position: u64,
}

/// Bytes of the record that ends an archive, without its comment, and the longest comment.
const END_RECORD: usize = 22;
const MAX_COMMENT: u64 = 65_535;
/// The least bytes of an archive that holds a member: a header, an entry of the directory, and the end.
const MIN_ARCHIVE: u64 = 98;

impl Section {
    /// All of a file.
    fn whole(mut file: Box<dyn InputFile>) -> io::Result<Self> {
        let len = file.seek(SeekFrom::End(0))?;
        Ok(Self { file: Arc::new(Mutex::new(file)), len, position: 0 })
    }

    /// Bytes from a place on.
    fn bytes(&mut self, start: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.seek(SeekFrom::Start(start))?;
        self.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Where the last archive ends, with its comment; `None` if that cannot be told.
    fn end_of_archive(&mut self) -> io::Result<Option<u64>> {
        // Without a comment, as nearly all are.
        for longest in [0, MAX_COMMENT] {
            let start = self.len.saturating_sub(count(END_RECORD) + longest);
            let tail = self.bytes(start)?;
            for at in memchr::memmem::rfind_iter(&tail, b"PK\x05\x06") {
                let Some(&[low, high]) = tail.get(at + 20..at + END_RECORD) else { continue };
                let end = start + count(at + END_RECORD) + u64::from(u16::from_le_bytes([low, high]));
                if end <= self.len {
                    return Ok(Some(end));
                }
            }
        }
        Ok(None)
    }

    /// Tells of what lies after the end of the archive, unless it is padding.
    fn tell_trailing(&mut self, end: u64, trailing: &Trailing) -> io::Result<()> {
        let rest = self.bytes(end)?;
        if let Some(first) = rest.iter().position(|&byte| byte != 0) {
            trailing.note("the zip archive", end + count(first), count(rest.len() - first));
        }
        Ok(())
    }

    /// Whether it begins like an archive.
    fn is_begun(&mut self) -> io::Result<bool> {
        let mut head = Vec::new();
        self.seek(SeekFrom::Start(0))?;
        (&mut *self).take(4).read_to_end(&mut head)?;
        Ok(head == b"PK\x03\x04")
    }
}

impl Read for Section {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = units::index(self.len.saturating_sub(self.position)).min(out.len());
        if left == 0 {
            return Ok(0);
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.position))?;
        let got = file.read(&mut out[..left])?;
        self.position += count(got);
        Ok(got)
    }
}

impl Seek for Section {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(offset) => self.len.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
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
            let detail = format!("it shares its bytes with another member, {other}, as in a zip bomb");
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
        let Some(archive) = self.archives.get_mut(member.archive) else { return Err(Trouble::OverBudget) };
        let files = archive.files().map_err(|error| zip_fault(&error))?;
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
