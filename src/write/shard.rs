//! Shards: documents one after the other in files of about one size. Where a shard ends depends on the documents
//! alone.

use std::io::{self, BufWriter, Read, Write};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::convert::{Converted, rows};
use crate::config::TargetFormat;
use crate::error::Result;
use crate::read::{Escaper, ShardRows, ShardWriter, Spool};
use crate::store::{Area, Mark, Output, SharedFile, StagedFile, WrittenFile};
use crate::units::count;

/// Writes `part-00000.jsonl` and so on.
pub(crate) struct Shards<'a> {
    output: &'a dyn Output,
    format: TargetFormat,
    limit: u64,
    number: u64,
    open: Option<Shard>,
    /// Bytes of the shards that are done.
    written: u64,
    /// Those that are done and were not given out.
    done: Vec<WrittenFile>,
}

/// [`Shards`] that were saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct SavedShards {
    number: u64,
    /// Length and checksum of the open one.
    open: Option<Mark>,
    written: u64,
}

impl SavedShards {
    /// The shard that was appended to.
    pub(crate) fn open_file(self, format: TargetFormat) -> Option<StagedFile> {
        let relative = name(format, self.number.saturating_sub(1)).into_bytes();
        self.open.map(|mark| StagedFile { area: Area::Corpus, relative, mark })
    }
}

struct Shard {
    file: SharedFile,
    /// The writer of rows, if the shard holds rows.
    rows: Option<ShardWriter<SharedFile>>,
}

impl std::fmt::Debug for Shards<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shards").field("number", &self.number).finish_non_exhaustive()
    }
}

impl<'a> Shards<'a> {
    /// Shards of about `limit` bytes. One that holds a single document may be longer.
    pub(crate) fn new(output: &'a dyn Output, format: TargetFormat, limit: u64) -> Self {
        Self { output, format, limit, number: 0, open: None, written: 0, done: Vec::new() }
    }

    /// Says how to take them up; `None` in the middle of a shard whose format holds back what it is given.
    pub(crate) fn save(&self) -> Option<SavedShards> {
        let open = self.open.as_ref().map(|shard| shard.file.mark());
        let can_be = open.is_none() || self.format == TargetFormat::Jsonl;
        can_be.then_some(SavedShards { number: self.number, open, written: self.written })
    }

    /// Takes up shards that were saved; the last is as long as it was then.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub(crate) fn resume(
        output: &'a dyn Output,
        format: TargetFormat,
        limit: u64,
        saved: SavedShards,
    ) -> Result<Self> {
        let mut shards = Self::new(output, format, limit);
        (shards.number, shards.written) = (saved.number, saved.written);
        if let Some(StagedFile { area, relative, mark }) = saved.open_file(format) {
            let file = SharedFile::new(output.reopen(area, &relative, mark)?);
            shards.open = Some(Shard { file, rows: None });
        }
        Ok(shards)
    }

    /// Appends lines of JSON, each of which ends at one of `ends`.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub(crate) fn append_lines(&mut self, bytes: &[u8], ends: &[usize]) -> Result<()> {
        let mut start = 0;
        let mut from = 0;
        for &end in ends {
            let len = self.open.as_ref().map_or(0, |shard| shard.file.len());
            let is_full = len + count(end - start) > self.limit && len + count(from - start) > 0;
            if is_full {
                self.write(&bytes[start..from])?;
                self.end_shard()?;
                start = from;
            }
            from = end;
        }
        self.write(&bytes[start..from])
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let shard = self.shard()?;
        shard.file.write_all(bytes).map_err(|error| shard.file.explain(error))
    }

    /// Appends rows.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub(crate) fn append_rows(&mut self, rows: &ShardRows) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let limit = self.limit;
        let shard = self.shard()?;
        let Some(writer) = &mut shard.rows else { return Ok(()) };
        let written = writer.write(rows);
        let len = writer.num_bytes();
        written.map_err(|error| shard.file.explain(error))?;
        if len >= limit { self.end_shard() } else { Ok(()) }
    }

    /// Appends a document whose text is in a spool, which may be longer than memory should hold.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub(crate) fn append_long(&mut self, document: &Converted, text: &mut Spool) -> Result<()> {
        if self.format == TargetFormat::Parquet {
            return self.append_long_row(document, text);
        }
        let len = self.open.as_ref().map_or(0, |shard| shard.file.len());
        if len > 0 && len + text.len() > self.limit {
            self.end_shard()?;
        }
        let shard = self.shard()?;
        let mut out = BufWriter::with_capacity(256 * 1024, &mut shard.file);
        let mut text = Hashed { text, hasher: Sha256::new() };
        let written = document.write_head(&mut out);
        let written = written.and_then(|()| io::copy(&mut text, &mut Escaper::new(&mut out)));
        let sha256 = HEXLOWER.encode(&text.hasher.finalize());
        let written = written.and_then(|_| document.write_tail(&sha256, &mut out)).and_then(|()| out.flush());
        drop(out);
        written.map_err(|error| shard.file.explain(error))
    }

    fn append_long_row(&mut self, document: &Converted, text: &mut Spool) -> Result<()> {
        let mut whole = String::new();
        let read = text.read_to_string(&mut whole).map_err(encode_error)?;
        debug_assert_eq!(count(read), text.len());
        let document = Converted { text: whole, ..document.clone() };
        self.append_rows(&rows(&[document]).map_err(encode_error)?)
    }

    fn shard(&mut self) -> Result<&mut Shard> {
        match &mut self.open {
            Some(shard) => Ok(shard),
            none => {
                let name = name(self.format, self.number);
                self.number += 1;
                let file = SharedFile::new(self.output.create(Area::Corpus, name.as_bytes())?);
                let rows = match self.format {
                    TargetFormat::Parquet => Some(ShardWriter::new(file.clone())),
                    TargetFormat::Jsonl | TargetFormat::Txt => None,
                };
                let rows = rows.transpose().map_err(|error| file.explain(error))?;
                Ok(none.insert(Shard { file, rows }))
            }
        }
    }

    fn end_shard(&mut self) -> Result<()> {
        let Some(shard) = self.open.take() else { return Ok(()) };
        if let Some(writer) = shard.rows {
            writer.close().map_err(|error| shard.file.explain(error))?;
        }
        let len = shard.file.finish()?;
        self.written += len;
        let name = name(self.format, self.number.saturating_sub(1));
        self.done.push(WrittenFile::of(name.as_bytes(), len));
        Ok(())
    }

    /// Gives out the shards that are done, once each.
    pub(crate) fn take_done(&mut self) -> Vec<WrittenFile> {
        std::mem::take(&mut self.done)
    }

    /// Ends the last shard; returns the bytes of all of them.
    ///
    /// # Errors
    /// [`crate::Error::Output`].
    pub(crate) fn finish(&mut self) -> Result<u64> {
        self.end_shard()?;
        Ok(self.written)
    }
}

/// A text that is hashed as it is read.
struct Hashed<'a> {
    text: &'a mut Spool,
    hasher: Sha256,
}

impl Read for Hashed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.text.read(buffer)?;
        self.hasher.update(&buffer[..len]);
        Ok(len)
    }
}

/// The name of a shard.
fn name(format: TargetFormat, number: u64) -> String {
    let extension = if format == TargetFormat::Parquet { "parquet" } else { "jsonl" };
    format!("part-{number:05}.{extension}")
}

fn encode_error(source: io::Error) -> crate::Error {
    crate::Error::Output { path: "a document".into(), operation: "convert", source }
}
