//! tar: a stream of headers and contents, to its true end (contract D5). Several archives that stand one after the other
//! (`cat a.tar b.tar`) are one, whatever zeros stand between them. After a damaged header the next good one is looked
//! for; names are bytes and stay as they are.

use std::io::{self, Cursor, Read};

use ::tar::{Archive, EntryType, Header};

use super::{ArchiveMember, ArchiveMembers, MemberContent, MemberMeta, plain, unpack};
use crate::error::{RejectReason, SkipReason};
use crate::read::context::ReadContext;
use crate::read::decompress::Trailing;
use crate::read::fault::{Fault, Trouble};
use crate::read::spool::Spooler;
use crate::units::count;

/// A tar archive, read as a stream.
pub(in crate::read) struct TarMembers {
    reader: Blocks,
    number: u64,
    /// A block of zeros, which ends an archive, was the last that was read.
    is_ended: bool,
    /// The first damage that was passed over.
    damage: Option<Fault>,
    trailing: Trailing,
}

/// Headers take up a block; contents are padded to a multiple of one.
const BLOCK: u64 = 512;
/// [`BLOCK`], as the length of an array.
const BLOCK_BYTES: usize = 512;

impl TarMembers {
    /// Reads `reader`, and tells `trailing` what lies after the end of the archive.
    pub(in crate::read) fn new(reader: Box<dyn Read + Send>, trailing: Trailing) -> Self {
        let reader = Blocks { reader, num_read: 0 };
        Self { reader, number: 0, is_ended: false, damage: None, trailing }
    }

    /// The next block that is a header; `None` at the end of the file. What is none is passed over, and noted.
    fn header(&mut self) -> Result<Option<[u8; BLOCK_BYTES]>, Fault> {
        let mut lost = None;
        loop {
            let start = self.reader.num_read;
            let mut block = [0; BLOCK_BYTES];
            let got = self.reader.read_block(&mut block).map_err(|error| fault_of(&error))?;
            let is_zeros = block.iter().all(|&byte| byte == 0);
            let is_header = !is_zeros && got == block.len() && is_header(&block, lost.is_some());
            if let Some(lost) = lost.filter(|_| got == 0 || is_header) {
                self.note_lost(lost, start);
            }
            if got == 0 || is_header {
                self.is_ended &= !is_header;
                return Ok(is_header.then_some(block));
            }
            if !is_zeros {
                lost = lost.or(Some(start));
            } else if lost.is_none() {
                self.is_ended = true;
            }
        }
    }

    /// Notes that what stands between two places is no member: bytes after the end of an archive, or damage.
    fn note_lost(&mut self, start: u64, end: u64) {
        if self.is_ended {
            return self.trailing.note("the tar archive", start, end - start);
        }
        self.damage.get_or_insert_with(|| {
            let detail =
                format!("the tar archive is damaged: {} bytes are in the place of a header", end - start);
            Fault::new(RejectReason::NotArchive, detail).or_at(start)
        });
    }
}

/// Whether a block has the checksum of a header. Where one is looked for after damage, it must say `ustar` too, as every
/// writer of this century has it.
fn is_header(block: &[u8; BLOCK_BYTES], is_after_damage: bool) -> bool {
    let header = Header::from_byte_slice(block);
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    let own: u32 = block[148..156].iter().map(|&byte| u32::from(byte)).sum();
    let is_summed = header.cksum().is_ok_and(|cksum| cksum == sum - own + 8 * u32::from(b' '));
    is_summed && (!is_after_damage || block[257..262] == *b"ustar")
}

/// The fault behind an error while a member is read.
fn fault_of(error: &io::Error) -> Fault {
    match Fault::of(error) {
        // The operating system's errors and those of decompression are what they are.
        fault if fault.reason != RejectReason::Unreadable => fault,
        fault if error.raw_os_error().is_some() || Fault::behind(error).is_some() => fault,
        _ => Fault::new(RejectReason::NotArchive, format!("the tar archive is damaged: {error}")),
    }
}

impl ArchiveMembers for TarMembers {
    fn next(
        &mut self,
        context: &ReadContext,
        spooler: &dyn Spooler,
    ) -> Result<Option<(ArchiveMember, MemberContent)>, Trouble> {
        let broken = |error: io::Error| fault_of(&error);
        loop {
            let Some(block) = self.header()? else {
                return self.damage.take().map_or(Ok(None), |damage| Err(damage.into()));
            };
            // An archive object of its own for each entry, as entries borrow theirs.
            let mut archive = Archive::new(Cursor::new(block).chain(&mut self.reader));
            let mut entries = archive.entries().map_err(broken)?;
            let Some(entry) = entries.next() else { continue };
            let mut entry = entry.map_err(broken)?;
            let path = plain(&entry.path_bytes());
            let kind = entry.header().entry_type();
            let size = entry.size();
            let content = if kind.is_file() || kind == EntryType::Continuous {
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
                header.entry_size().map_err(broken)?.checked_next_multiple_of(BLOCK).unwrap_or(u64::MAX)
            } else {
                io::copy(&mut entry, &mut io::sink()).map_err(broken)?;
                (BLOCK - size % BLOCK) % BLOCK
            };
            io::copy(&mut (&mut self.reader).take(rest), &mut io::sink()).map_err(broken)?;
            let Some(content) = content else { continue };
            if let MemberContent::Spool(spool) = &content
                && spool.len() < size
            {
                return Err(Fault::new(RejectReason::NotArchive, "the tar archive ends too early").into());
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

/// Counts the bytes of an archive.
struct Blocks {
    reader: Box<dyn Read + Send>,
    num_read: u64,
}

impl Blocks {
    /// Reads a block, or less of it at the end; returns how many bytes that is.
    fn read_block(&mut self, block: &mut [u8]) -> io::Result<usize> {
        let mut got = 0;
        while got < block.len() {
            match self.read(&mut block[got..]) {
                Ok(0) => break,
                Ok(more) => got += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(got)
    }
}

impl Read for Blocks {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let got = self.reader.read(out)?;
        self.num_read += count(got);
        Ok(got)
    }
}
