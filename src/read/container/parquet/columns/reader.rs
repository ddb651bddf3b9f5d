//! Parquet files, read a few rows at a time.

use std::sync::Arc;

use parquet::basic::Compression;
use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::reader::SerializedPageReader;

use super::Rows;
use super::column::{Column, Values};
use super::file::{ParquetFile, damaged};
use super::schema::{self, TextColumn};
use super::writer;
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
    file: ParquetFile,
    metadata: Arc<ParquetMetaData>,
    text: TextColumn,
    id: Option<usize>,
    limit: u64,
    /// The row group that comes next, and the one that is open.
    next_group: usize,
    group: Option<RowGroup>,
    /// The number of row groups so far, and pieces of long ones.
    num_pieces: usize,
    /// Rows that are read at once.
    batch_rows: usize,
    /// Bytes of what was made of the file.
    unpacked: u64,
}

/// A row group that is being read.
struct RowGroup {
    columns: Vec<ColumnReader>,
    rows_left: usize,
    /// Rows of a piece of it, and those that are left of the one that is read.
    piece_rows: usize,
    piece_left: usize,
}

/// A longer row group is cut into pieces of half as many bytes when it is written: one is held in memory.
const LONG_GROUP: u64 = 128 * 1024 * 1024;

/// Bytes of a batch of rows, about: rows are counted before they are read, by the bytes of those before.
const BATCH_BYTES: usize = 1024 * 1024;
/// Rows of a batch, at most.
const BATCH_ROWS: usize = 8192;
/// Rows of the first batch: nobody knows how long they are.
const FIRST_ROWS: usize = 16;
/// Bytes that a row counts beside its text: a few bytes of a file can claim any number of rows that hold nothing.
const ROW_BYTES: u64 = 16;

/// Reads the footer of `file`.
pub(super) fn open(file: Box<dyn InputFile>, context: &ReadContext) -> Opened {
    Ok(Box::new(guarded(|| ParquetReader::open(file, context))?))
}

impl ParquetReader {
    fn open(file: Box<dyn InputFile>, context: &ReadContext) -> Result<Self, Fault> {
        let file = ParquetFile::new(file).map_err(|error| Fault::of(&error))?;
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).map_err(|error| fault(&error))?;
        let metadata = Arc::new(metadata);
        let schema = metadata.file_metadata().schema_descr();
        metadata.row_groups().iter().try_for_each(|group| check(group, schema.num_columns()))?;
        writer::check_schema(&metadata).map_err(|error| unsupported(&error.to_string()))?;
        Ok(Self {
            text: schema::text_column(schema, &context.text_fields)?,
            id: schema::id_column(schema, &context.id_field),
            limit: context.decoded_limit,
            next_group: 0,
            group: None,
            num_pieces: 0,
            batch_rows: FIRST_ROWS,
            unpacked: 0,
            file,
            metadata,
        })
    }

    /// The next rows; `None` after the last.
    fn rows(&mut self) -> Result<Option<Rows>, Fault> {
        while self.group.as_ref().is_none_or(|group| group.rows_left == 0) {
            let metadata = Arc::clone(&self.metadata);
            let Some(group) = metadata.row_groups().get(self.next_group) else { return Ok(None) };
            self.group = Some(self.open_group(group).map_err(|error| fault(&error))?);
            self.next_group += 1;
        }
        let Some(group) = &mut self.group else { return Ok(None) };
        if group.piece_left == 0 {
            group.piece_left = group.piece_rows.min(group.rows_left);
            self.num_pieces += 1;
        }
        let num_rows = self.batch_rows.min(group.piece_left);
        let mut columns = Vec::with_capacity(group.columns.len());
        let schema = self.metadata.file_metadata().schema_descr();
        for (reader, descriptor) in group.columns.iter_mut().zip(schema.columns()) {
            let (column, num_read) =
                Column::read(reader, descriptor, num_rows).map_err(|error| fault(&error))?;
            if num_read != num_rows {
                return Err(damaged("one of its columns has fewer rows than it should"));
            }
            columns.push(Arc::new(column));
        }
        group.rows_left -= num_rows;
        group.piece_left -= num_rows;
        let row_bytes = columns.iter().map(|column| column.weight()).sum::<usize>() / num_rows;
        let fitting = BATCH_BYTES / row_bytes.max(1);
        self.batch_rows = fitting.clamp(1, BATCH_ROWS).min(num_rows.saturating_mul(4).max(FIRST_ROWS));
        let (group, text, metadata) = (self.num_pieces, self.text.index, Arc::clone(&self.metadata));
        Ok(Some(Rows { columns, num_rows, group, text, metadata }))
    }

    fn open_group(&self, group: &RowGroupMetaData) -> Result<RowGroup, ParquetError> {
        let num_rows = usize::try_from(group.num_rows())?;
        let (single, repeated) = (Arc::new(self.file.clone()), Arc::new(self.file.for_repeated()));
        let columns = group.columns().iter().map(|column| {
            let descriptor = column.column_descr_ptr();
            let file = if descriptor.max_rep_level() > 0 { &repeated } else { &single };
            let pages = SerializedPageReader::new(Arc::clone(file), column, num_rows, None)?;
            Ok(get_column_reader(descriptor, Box::new(pages)))
        });
        let columns = columns.collect::<Result<_, ParquetError>>()?;
        let bytes = u64::try_from(group.total_byte_size()).unwrap_or(0);
        let num_pieces = if bytes > LONG_GROUP { bytes.div_ceil(LONG_GROUP / 2) } else { 1 };
        let piece_rows = count(num_rows).div_ceil(num_pieces).max(1);
        Ok(RowGroup { columns, rows_left: num_rows, piece_rows: units::index(piece_rows), piece_left: 0 })
    }

    /// A slot a row; texts and ids are copied into `bytes`.
    fn slots(&self, rows: &Rows, bytes: &mut Vec<u8>) -> Vec<Slot> {
        let schema = self.metadata.file_metadata().schema_descr();
        let column = |index: usize| {
            let column = &rows.columns[index];
            (column, column.places(schema.column(index).max_def_level()))
        };
        let (texts, text_places) = column(self.text.index);
        let mut ids = self.id.map(|id| (column(id), schema::is_unsigned(&schema.column(id))));
        let slot = |text: Option<usize>| {
            let id = ids.as_mut().and_then(|((ids, places), is_unsigned)| {
                places.next().flatten().map(|at| id_json(&ids.values, at, *is_unsigned))
            });
            match self.text(&texts.values, text) {
                Err(fault) => Slot::rejected(ByteSpan::default(), fault),
                Ok(text) => {
                    let start = bytes.len();
                    bytes.extend_from_slice(text);
                    let text = ByteSpan::new(start, bytes.len());
                    bytes.extend_from_slice(id.unwrap_or_default().as_bytes());
                    let id = ByteSpan::new(text.end, bytes.len());
                    Slot { text, id, field: Some(self.text.field), is_record: true, ..Slot::default() }
                }
            }
        };
        text_places.map(slot).collect()
    }

    /// The text at this place, if there is one, in whatever encoding it is.
    fn text<'v>(&self, values: &'v Values, place: Option<usize>) -> Result<&'v [u8], Fault> {
        let Some(value) = place.and_then(|place| bytes_at(values, place)) else {
            return Err(Fault::new(RejectReason::TextNotString, "the text is null, not a string"));
        };
        if count(value.len()) > self.limit {
            return Err(Fault::too_large(self.limit));
        }
        Ok(value)
    }
}

impl PieceReader for ParquetReader {
    /// The next rows.
    fn next(&mut self, mut buffer: Vec<u8>) -> Take {
        buffer.clear();
        let failed = |fault| Take { body: Body::Lines(Vec::new()), is_last: true, end: End::Fault(fault) };
        let rows = match guarded(|| self.rows()) {
            Ok(Some(rows)) => rows,
            Ok(None) => {
                let body = Body::Records(Records::default());
                return Take { body, is_last: true, end: End::Well };
            }
            Err(fault) => return failed(fault),
        };
        // Asked before they are copied: a page can hold one long text any number of times.
        let texts = rows.columns[self.text.index].weight();
        self.unpacked += count(texts) + count(rows.num_rows) * ROW_BYTES;
        if let Some(bomb) = Fault::bomb("it", self.unpacked, self.file.len) {
            return failed(bomb);
        }
        let slots = self.slots(&rows, &mut buffer);
        let records = Records { bytes: buffer, slots, rows: Some(rows), ..Records::default() };
        Take { body: Body::Records(records), is_last: false, end: End::Well }
    }

    fn num_read(&self) -> u64 {
        0
    }
}

/// Checks what the metadata says of a row group.
fn check(group: &RowGroupMetaData, num_columns: usize) -> Result<(), Fault> {
    if group.num_rows() < 0 || group.columns().len() != num_columns {
        return Err(damaged("a row group does not have the columns of the file"));
    }
    for column in group.columns() {
        if column.compression() == Compression::LZO {
            return Err(unsupported("it is compressed with LZO"));
        }
        if column.file_path().is_some() {
            return Err(unsupported("its columns are in other files"));
        }
    }
    Ok(())
}

fn bytes_at(values: &Values, place: usize) -> Option<&[u8]> {
    match values {
        Values::Bytes(list) => list.get(place).map(parquet::data_type::ByteArray::data),
        _ => None,
    }
}

/// The JSON of an id: a string, or a whole number.
fn id_json(values: &Values, place: usize, is_unsigned: bool) -> String {
    match values {
        Values::Int32(list) if is_unsigned => list[place].cast_unsigned().to_string(),
        Values::Int64(list) if is_unsigned => list[place].cast_unsigned().to_string(),
        Values::Int32(list) => list[place].to_string(),
        Values::Int64(list) => list[place].to_string(),
        _ => {
            let id = bytes_at(values, place).and_then(|bytes| simdutf8::basic::from_utf8(bytes).ok());
            id.and_then(|id| serde_json::to_string(id).ok()).unwrap_or_default()
        }
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

fn unsupported(what: &str) -> Fault {
    Fault::new(RejectReason::NotParquet, format!("this Parquet file is not read: {what}"))
}

/// Takes a panic of the crate that reads, which some damage leads to, for what it is. The reader is not used again.
fn guarded<T>(read: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    caught::catch(read).unwrap_or_else(|| Err(damaged("its pages are not what its header says")))
}
