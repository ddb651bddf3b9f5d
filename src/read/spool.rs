//! A place to unpack to: in memory as long as it is small, in a scratch store when it grows.

use std::io::{self, Read, Seek, SeekFrom};

use super::fault::{Fault, Trouble};
use crate::error::{Error, Result};
use crate::store::Scratch;
use crate::units::{self, count};

/// Where to unpack to what memory should not hold.
pub(crate) trait Spooler: Sync {
    /// A new scratch store; `None` if nothing large may be unpacked here.
    ///
    /// # Errors
    /// [`Error::Output`] if it cannot be made.
    fn scratch(&self) -> Option<Result<Box<dyn Scratch>>>;
}

/// Unpacks nothing large: for files that are read among others by one task.
#[derive(Debug, Clone, Copy)]
pub(super) struct NoSpooler;

impl Spooler for NoSpooler {
    fn scratch(&self) -> Option<Result<Box<dyn Scratch>>> {
        None
    }
}

/// Bytes held in memory.
const MEMORY_BYTES: usize = 4 * 1024 * 1024;

/// Bytes written once and read anywhere, any number of times.
#[derive(Default)]
pub(crate) struct Spool {
    memory: Vec<u8>,
    scratch: Option<Box<dyn Scratch>>,
    len: u64,
    position: u64,
}

impl Spool {
    /// Takes everything from `reader`, at most `limit` bytes, and shows each piece to `watch`.
    pub(super) fn fill(
        mut reader: impl Read,
        limit: u64,
        spooler: &dyn Spooler,
        mut watch: impl FnMut(&[u8]),
    ) -> std::result::Result<Self, Trouble> {
        let mut spool = Self::default();
        let mut buffer = vec![0; 128 * 1024];
        loop {
            let got = match reader.read(&mut buffer) {
                Ok(0) => return Ok(spool),
                Ok(got) => got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            if spool.len + count(got) > limit {
                return Err(Fault::too_large(limit).into());
            }
            watch(&buffer[..got]);
            if !spool.append(&buffer[..got], spooler).map_err(Trouble::Fatal)? {
                return Err(Trouble::OverBudget);
            }
        }
    }

    /// Appends; `false`, and nothing appended, if that would take a scratch store and there is to be none.
    ///
    /// # Errors
    /// [`Error::Output`] of the scratch store.
    pub(crate) fn append(&mut self, bytes: &[u8], spooler: &dyn Spooler) -> Result<bool> {
        if self.scratch.is_none() && self.memory.len() + bytes.len() > MEMORY_BYTES {
            let Some(scratch) = spooler.scratch() else { return Ok(false) };
            let mut scratch = scratch?;
            scratch.append(&self.memory)?;
            self.memory = Vec::new();
            self.scratch = Some(scratch);
        }
        if let Some(scratch) = &mut self.scratch {
            scratch.append(bytes)?;
        } else {
            self.memory.extend_from_slice(bytes);
        }
        self.len += count(bytes.len());
        Ok(true)
    }

    /// Number of bytes.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is no byte.
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl std::fmt::Debug for Spool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spool").field("len", &self.len).finish_non_exhaustive()
    }
}

impl Read for Spool {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = units::index(self.len.saturating_sub(self.position));
        let len = left.min(out.len());
        if let Some(scratch) = &mut self.scratch {
            scratch.read_at(self.position, &mut out[..len]).map_err(lower)?;
        } else {
            let start = units::index(self.position).min(self.memory.len());
            out[..len].copy_from_slice(&self.memory[start..start + len]);
        }
        self.position += count(len);
        Ok(len)
    }
}

/// The operating system's part of an error of the store: a scratch that cannot be read back.
fn lower(error: Error) -> io::Error {
    match error {
        Error::Output { source, .. } => source,
        other => io::Error::other(other),
    }
}

impl Seek for Spool {
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
