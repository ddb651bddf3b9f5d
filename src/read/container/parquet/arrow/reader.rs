//! Parquet files, read a few rows at a time.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, SchemaRef};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::{ChunkReader, Length};

use super::Rows;
use super::thrift::{self, Notes};
use crate::error::{RejectReason, caught};
use crate::read::container::Opened;
use crate::read::container::reader::{Body, End, PieceReader, Records, Take};
use crate::read::context::ReadContext;
use crate::read::fault::Fault;
use crate::read::slot::Slot;
use crate::store::InputFile;
use crate::units::{self, ByteSpan, count};

/// Reads a Parquet file a few rows at a time.
struct ParquetReader {
    batches: ParquetRecordBatchReader,
    metadata: Arc<ParquetMetaData>,
    schema: SchemaRef,
    text: usize,
    id: Option<usize>,
    limit: u64,
    /// Bytes of the file, and of what was made of them.
    packed: u64,
    unpacked: u64,
}

/// Bytes of a batch of rows, about: rows are counted before they are read, by the average of the file.
const BATCH_BYTES: u64 = 512 * 1024;
/// Rows of a batch, at most.
const BATCH_ROWS: u64 = 8192;
/// Bytes that a row counts beside its text: a few bytes of a file can claim any number of rows that hold nothing.
const ROW_BYTES: u64 = 16;

/// Reads the footer of `file`.
pub(super) fn open(file: Box<dyn InputFile>, context: &ReadContext) -> Opened {
    Ok(Box::new(guarded(|| ParquetReader::open(file, context))?))
}

impl ParquetReader {
    fn open(file: Box<dyn InputFile>, context: &ReadContext) -> Result<Self, Fault> {
        let file = ParquetFile::new(file).map_err(|error| Fault::of(&error))?;
        let packed = file.len;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| fault(&error))?;
        let metadata = Arc::clone(builder.metadata());
        let schema = Arc::clone(builder.schema());
        let text = text_column(&schema, &context.text_field.to_string())?;
        let id = schema.column_with_name(&context.id_field).map(|(index, _)| index);
        // A number below zero, which only a damaged file holds, counts as none.
        let rows = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(0).max(1);
        let sizes =
            metadata.row_groups().iter().map(|group| u64::try_from(group.total_byte_size()).unwrap_or(0));
        let average = (sizes.fold(0, u64::saturating_add) / rows).max(1);
        let batch_rows = (BATCH_BYTES / average).clamp(1, BATCH_ROWS);
        let builder = builder.with_batch_size(units::index(batch_rows));
        let batches = builder.build().map_err(|error| fault(&error))?;
        let limit = context.decoded_limit;
        Ok(Self { batches, metadata, schema, text, id, limit, packed, unpacked: 0 })
    }

    /// A slot a row; texts and ids are copied into `bytes`.
    fn slots(&self, batch: &RecordBatch, bytes: &mut Vec<u8>) -> Vec<Slot> {
        let texts = batch.column(self.text);
        let ids = self.id.map(|id| batch.column(id));
        let slot = |row: usize| {
            let Some(text) = string(texts, row) else {
                let detail = "the text is null, not a string";
                return Slot::rejected(ByteSpan::default(), Fault::new(RejectReason::TextNotString, detail));
            };
            if count(text.len()) > self.limit {
                return Slot::rejected(ByteSpan::default(), Fault::too_large(self.limit));
            }
            let start = bytes.len();
            bytes.extend_from_slice(text.as_bytes());
            let text = ByteSpan::new(start, bytes.len());
            if let Some(ids) = ids {
                bytes.extend_from_slice(id_json(ids, row).as_bytes());
            }
            let id = ByteSpan::new(text.end, bytes.len());
            Slot { text, id, is_record: true, ..Slot::default() }
        };
        (0..batch.num_rows()).map(slot).collect()
    }
}

impl PieceReader for ParquetReader {
    /// The next rows.
    fn next(&mut self, mut buffer: Vec<u8>) -> Take {
        buffer.clear();
        let next = || self.batches.next().transpose().map_err(|error| damaged(&error.to_string()));
        // Batches come without the metadata of the schema.
        let with_schema = |batch: RecordBatch| {
            batch.with_schema(Arc::clone(&self.schema)).map_err(|error| damaged(&error.to_string()))
        };
        let batch = match guarded(next).and_then(|batch| batch.map(with_schema).transpose()) {
            Ok(Some(batch)) => batch,
            Err(fault) => {
                return Take { body: Body::Lines(Vec::new()), is_last: true, end: End::Fault(fault) };
            }
            Ok(None) => {
                let body = Body::Records(Records::default());
                return Take { body, is_last: true, end: End::Well };
            }
        };
        let slots = self.slots(&batch, &mut buffer);
        self.unpacked += count(buffer.len()) + count(slots.len()) * ROW_BYTES;
        if let Some(bomb) = Fault::bomb("it", self.unpacked, self.packed) {
            let end = End::Fault(bomb);
            return Take { body: Body::Lines(Vec::new()), is_last: true, end };
        }
        let rows = Rows { batch, text: self.text, metadata: Arc::clone(&self.metadata) };
        let records = Records { bytes: buffer, slots, rows: Some(rows), ..Records::default() };
        Take { body: Body::Records(records), is_last: false, end: End::Well }
    }

    fn num_read(&self) -> u64 {
        0
    }
}

/// The column that holds the text.
fn text_column(schema: &SchemaRef, name: &str) -> Result<usize, Fault> {
    let Some((index, field)) = schema.column_with_name(name) else {
        let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).take(20).collect();
        let detail = format!("no column {name}; its columns are {}", names.join(", "));
        return Err(Fault::new(RejectReason::NoText, detail));
    };
    match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Ok(index),
        other => {
            let detail = format!("the column {name} holds {other}, not strings");
            Err(Fault::new(RejectReason::TextNotString, detail))
        }
    }
}

/// A value of a column of strings; `None` if it is null.
fn string(column: &ArrayRef, row: usize) -> Option<&str> {
    if column.is_null(row) {
        return None;
    }
    match column.data_type() {
        DataType::Utf8 => Some(column.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Some(column.as_string::<i64>().value(row)),
        DataType::Utf8View => Some(column.as_string_view().value(row)),
        _ => None,
    }
}

/// The JSON of an id: a string, or a whole number; nothing else names a record.
fn id_json(column: &ArrayRef, row: usize) -> String {
    use arrow_array::types::{Int32Type, Int64Type, UInt32Type, UInt64Type};
    if column.is_null(row) {
        return String::new();
    }
    match column.data_type() {
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::UInt64 => column.as_primitive::<UInt64Type>().value(row).to_string(),
        DataType::UInt32 => column.as_primitive::<UInt32Type>().value(row).to_string(),
        _ => string(column, row).and_then(|id| serde_json::to_string(id).ok()).unwrap_or_default(),
    }
}

fn fault(error: &ParquetError) -> Fault {
    let source = match error {
        ParquetError::External(source) => source.downcast_ref::<std::io::Error>(),
        _ => None,
    };
    match source.and_then(std::io::Error::get_ref).and_then(|inner| inner.downcast_ref::<Fault>()) {
        Some(fault) => fault.clone(),
        None => damaged(&error.to_string()),
    }
}

fn damaged(what: &str) -> Fault {
    Fault::new(RejectReason::NotParquet, format!("the Parquet file is damaged: {what}"))
}

/// Takes a panic of the crate that reads, which some damage leads to, for what it is. The reader is not used again.
fn guarded<T>(read: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    caught::catch(read).unwrap_or_else(|| Err(damaged("its pages are not what its header says")))
}

/// A file that the column readers share, each with a place of its own.
#[derive(Clone)]
struct ParquetFile {
    file: Arc<Mutex<Box<dyn InputFile>>>,
    len: u64,
}

impl ParquetFile {
    fn new(mut file: Box<dyn InputFile>) -> std::io::Result<Self> {
        let len = file.seek(SeekFrom::End(0))?;
        Ok(Self { file: Arc::new(Mutex::new(file)), len })
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
        Ok(HeaderReader { reader, is_checked: start == self.len.saturating_sub(TAIL) })
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        // The length comes from the file: no more is taken than there is.
        if start.saturating_add(count(length)) > self.len {
            return Err(ParquetError::EOF(format!(
                "{length} bytes at {start} lie beyond the end of the file"
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

/// Says in words why metadata is refused.
fn told(wrong: thrift::Wrong) -> String {
    match wrong {
        thrift::Wrong::Short => "its metadata breaks off".to_owned(),
        thrift::Wrong::Damaged(what) => what.to_owned(),
    }
}

/// Reads the header of a page, which it walks through before the first byte is given out.
struct HeaderReader {
    reader: BufReader<SharedReader>,
    is_checked: bool,
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
        let Notes { unpacked, packed, .. } =
            walked.map_err(|wrong| std::io::Error::from(damaged(&told(wrong))))?;
        match Fault::bomb("a page", unpacked, packed) {
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
