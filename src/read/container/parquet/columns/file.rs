//! A file as the crate `parquet` reads it: nothing is decoded or unpacked before it is known how much it claims to be.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::thrift::{self, Notes};
use crate::error::RejectReason;
use crate::read::fault::Fault;
use crate::store::InputFile;
use crate::units::count;

pub(super) fn damaged(what: &str) -> Fault {
    Fault::new(RejectReason::NotParquet, format!("the Parquet file is damaged: {what}"))
}

/// A file that the column readers share, each with a place of its own.
#[derive(Clone)]
pub(super) struct ParquetFile {
    file: Arc<Mutex<Box<dyn InputFile>>>,
    pub(super) len: u64,
    /// Whether a row of what is read may hold any number of values.
    is_repeated: bool,
}

impl ParquetFile {
    pub(super) fn new(mut file: Box<dyn InputFile>) -> std::io::Result<Self> {
        let len = file.seek(SeekFrom::End(0))?;
        Ok(Self { file: Arc::new(Mutex::new(file)), len, is_repeated: false })
    }

    /// The file, for a column of which a row may hold any number of values.
    pub(super) fn for_repeated(&self) -> Self {
        Self { is_repeated: true, ..self.clone() }
    }

    fn read_at(&self, place: u64, out: &mut [u8]) -> std::io::Result<usize> {
        // Poisoned only if another reader panicked, and then the run is over.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(place))?;
        file.read(out)
    }
}

impl Length for ParquetFile {
    fn len(&self) -> u64 {
        self.len
    }
}

impl ChunkReader for ParquetFile {
    type T = HeaderReader;

    /// A reader of what is decoded as it is read: the tail of the file, and the headers of pages.
    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        let reader = BufReader::with_capacity(WINDOW, SharedReader { file: self.clone(), place: start });
        let is_checked = start == self.len.saturating_sub(TAIL);
        Ok(HeaderReader { reader, is_checked, is_repeated: self.is_repeated })
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        // The length comes from the file: no more is taken than there is.
        if start.saturating_add(count(length)) > self.len {
            return Err(ParquetError::EOF(format!(
                "{length} bytes at {start} are beyond the end of the file"
            )));
        }
        let mut bytes = Vec::with_capacity(length);
        let mut reader = SharedReader { file: self.clone(), place: start };
        (&mut reader).take(count(length)).read_to_end(&mut bytes)?;
        if bytes.len() < length {
            return Err(ParquetError::EOF(format!("the file ends within {length} bytes at {start}")));
        }
        if start + count(length) == self.len.saturating_sub(TAIL) {
            thrift::walk(&bytes, thrift::FOOTER).map_err(|wrong| ParquetError::General(told(wrong)))?;
        }
        Ok(Bytes::from(bytes))
    }
}

/// Bytes of the tail of a file: the length of the metadata before it, and the magic number.
const TAIL: u64 = 8;
/// Most headers of pages are a few dozen bytes long; some hold statistics of long values.
const WINDOW: usize = 8 * 1024;
/// Bytes that a value in a list takes while it is held, with its levels, at least: a few bytes of a page can claim any
/// number of them, and all of one row are read at once.
const VALUE_BYTES: u64 = 16;

/// Says in words why metadata is refused.
fn told(wrong: thrift::Wrong) -> String {
    match wrong {
        thrift::Wrong::Short => "its metadata ends too early".to_owned(),
        thrift::Wrong::Damaged(what) => what.to_owned(),
    }
}

/// Reads the header of a page, which it walks through before the first byte is given out.
pub(super) struct HeaderReader {
    reader: BufReader<SharedReader>,
    is_checked: bool,
    is_repeated: bool,
}

impl HeaderReader {
    fn check(&mut self) -> std::io::Result<()> {
        let head = self.reader.fill_buf()?;
        let mut walked = thrift::walk(head, thrift::PAGE_HEADER);
        if walked == Err(thrift::Wrong::Short) && !head.is_empty() {
            let (mut long, mut more) = (head.to_vec(), self.reader.get_ref().clone());
            while walked == Err(thrift::Wrong::Short) {
                let wanted = count(long.len());
                if (&mut more).take(wanted).read_to_end(&mut long)? == 0 {
                    break;
                }
                walked = thrift::walk(&long, thrift::PAGE_HEADER);
            }
        }
        let Notes { unpacked, packed, num_values, .. } =
            walked.map_err(|wrong| std::io::Error::from(damaged(&told(wrong))))?;
        let values = if self.is_repeated { num_values.saturating_mul(VALUE_BYTES) } else { 0 };
        match Fault::bomb("a page", unpacked.max(values), packed) {
            Some(bomb) => Err(bomb.into()),
            None => Ok(()),
        }
    }
}

impl Read for HeaderReader {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if !self.is_checked {
            self.check()?;
            self.is_checked = true;
        }
        self.reader.read(out)
    }
}

/// One reader's place in a shared file.
#[derive(Clone)]
struct SharedReader {
    file: ParquetFile,
    place: u64,
}

impl Read for SharedReader {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let got = self.file.read_at(self.place, out)?;
        self.place += count(got);
        Ok(got)
    }
}
