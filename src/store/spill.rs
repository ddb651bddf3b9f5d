//! A scratch store that begins in memory, and goes to disk when it grows.

use std::io;
use std::path::Path;

use super::{Scratch, output_error};
use crate::error::Result;
use crate::units::{count, index};

/// A store in memory up to so many bytes, and beyond that on disk as a whole.
pub(crate) struct SpillScratch {
    memory: Vec<u8>,
    most: u64,
    disk: Box<dyn Scratch>,
    is_on_disk: bool,
}

impl SpillScratch {
    /// An empty store; `disk` is empty too.
    pub(crate) fn new(most: u64, disk: Box<dyn Scratch>) -> Self {
        Self { memory: Vec::new(), most, disk, is_on_disk: false }
    }
}

impl Scratch for SpillScratch {
    fn append(&mut self, content: &[u8]) -> Result<u64> {
        if !self.is_on_disk && count(self.memory.len() + content.len()) > self.most {
            self.disk.append(&std::mem::take(&mut self.memory))?;
            self.is_on_disk = true;
        }
        if self.is_on_disk {
            return self.disk.append(content);
        }
        let offset = count(self.memory.len());
        self.memory.extend_from_slice(content);
        Ok(offset)
    }

    fn read_at(&mut self, offset: u64, content: &mut [u8]) -> Result<()> {
        if self.is_on_disk {
            return self.disk.read_at(offset, content);
        }
        let start = index(offset);
        let found = start.checked_add(content.len()).and_then(|end| self.memory.get(start..end));
        let eof = || output_error(self.path(), "read")(io::ErrorKind::UnexpectedEof.into());
        content.copy_from_slice(found.ok_or_else(eof)?);
        Ok(())
    }

    fn path(&self) -> &Path {
        self.disk.path()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{MemoryOutput, Output};

    #[test]
    fn what_was_appended_is_read_before_and_after_it_goes_to_disk() {
        let mut store = SpillScratch::new(10, MemoryOutput::new().scratch().unwrap());
        let mut content = [0; 4];
        assert!(store.read_at(0, &mut content).is_err());
        assert_eq!(store.append(b"abcde").unwrap(), 0);
        assert_eq!(store.append(b"fghij").unwrap(), 5);
        store.read_at(3, &mut content).unwrap();
        assert!(!store.is_on_disk && &content == b"defg");
        assert_eq!(store.append(b"k").unwrap(), 10);
        assert!(store.is_on_disk && store.memory.is_empty());
        store.read_at(7, &mut content).unwrap();
        assert_eq!(&content, b"hijk");
        assert!(store.read_at(9, &mut content).is_err());
    }
}
