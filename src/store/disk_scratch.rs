//! A scratch store on disk: appended to through a buffer, read anywhere.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::{Mark, Scratch, output_error};
use crate::error::{Error, Result};
use crate::units::{self, count};

/// Appends go to the file in pieces of at least this many bytes.
const SCRATCH_BUFFER: usize = 64 * 1024;

/// A scratch store without a name, where the system keeps what is temporary: it goes with the process.
pub(super) fn nameless_scratch() -> Result<Box<dyn Scratch>> {
    let path = std::env::temp_dir();
    let file = tempfile::tempfile().map_err(output_error(&path, "create a file in"))?;
    Ok(Box::new(DiskScratch::new(file, path)))
}

/// A store with a file.
pub(super) struct DiskScratch {
    file: File,
    path: PathBuf,
    written: u64,
    buffer: Vec<u8>,
    /// The CRC-32 of the bytes written so far.
    crc: crc32fast::Hasher,
}

impl DiskScratch {
    /// An empty store in a new file.
    pub(super) fn new(file: File, path: PathBuf) -> Self {
        Self { file, path, written: 0, buffer: Vec::new(), crc: crc32fast::Hasher::new() }
    }

    /// A store that held this when it was saved; what was appended since is cut off.
    pub(super) fn resume(mut file: File, path: PathBuf, mark: Mark) -> Result<Self> {
        let crc = checksum(&file, mark.len).map_err(output_error(&path, "read"))?;
        let Some(crc) = crc.filter(|crc| crc.clone().finalize() == mark.crc) else {
            return Err(Error::Damaged { path, offset: 0 });
        };
        let cut = file.set_len(mark.len).and_then(|()| file.seek(SeekFrom::Start(mark.len)));
        cut.map_err(output_error(&path, "truncate"))?;
        Ok(Self { written: mark.len, crc, ..Self::new(file, path) })
    }

    fn flush(&mut self) -> Result<()> {
        self.file.write_all(&self.buffer).map_err(output_error(&self.path, "write"))?;
        self.crc.update(&self.buffer);
        self.written += count(self.buffer.len());
        self.buffer.clear();
        Ok(())
    }
}

/// The checksum of the first `len` bytes of a file; `None` if it has fewer.
fn checksum(mut file: &File, len: u64) -> io::Result<Option<crc32fast::Hasher>> {
    let mut crc = crc32fast::Hasher::new();
    let mut buffer = vec![0; SCRATCH_BUFFER];
    let mut rest = len;
    file.rewind()?;
    while rest > 0 {
        let most = units::index(rest).min(buffer.len());
        match file.read(&mut buffer[..most])? {
            0 => return Ok(None),
            num => {
                crc.update(&buffer[..num]);
                rest -= count(num);
            }
        }
    }
    Ok(Some(crc))
}

impl Scratch for DiskScratch {
    fn append(&mut self, content: &[u8]) -> Result<u64> {
        let offset = self.written + count(self.buffer.len());
        self.buffer.extend_from_slice(content);
        if self.buffer.len() >= SCRATCH_BUFFER {
            self.flush()?;
        }
        Ok(offset)
    }

    fn mark(&mut self) -> Result<Mark> {
        self.flush()?;
        Ok(Mark { len: self.written, crc: self.crc.clone().finalize() })
    }

    fn read_at(&mut self, offset: u64, content: &mut [u8]) -> Result<()> {
        // The file first, then what is still in the buffer.
        let on_disk = units::index(self.written.saturating_sub(offset));
        let (head, tail) = content.split_at_mut(on_disk.min(content.len()));
        self.file.read_exact_at(head, offset).map_err(output_error(&self.path, "read"))?;
        let start = units::index(offset.saturating_sub(self.written));
        let buffered = start.checked_add(tail.len()).and_then(|end| self.buffer.get(start..end));
        let eof = || output_error(&self.path, "read")(io::ErrorKind::UnexpectedEof.into());
        tail.copy_from_slice(buffered.ok_or_else(eof)?);
        Ok(())
    }

    fn path(&self) -> &Path {
        &self.path
    }
}
