//! Parquet on the way out: the schema, the key-value metadata and the compression of each column as they came in.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::basic::{Encoding, Type as Physical};
use parquet::column::page::{CompressedPage, PageWriteSpec, PageWriter};
use parquet::column::writer::{ColumnCloseResult, ColumnWriter, get_column_writer};
use parquet::errors::Result;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor, TypePtr};

use super::Rows;
use super::column::Column;
use super::pages::OpenPage;

/// Writes rows into a Parquet file.
pub(crate) struct RowWriter<W: Write + Send> {
    writer: ColumnsWriter<W>,
    /// The row group whose rows are written.
    group: usize,
}

/// Bytes of an encoded row group, at most: more than any has whose length is told as it is.
const MAX_GROUP: usize = 256 * 1024 * 1024;

impl<W: Write + Send> std::fmt::Debug for RowWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowWriter").finish_non_exhaustive()
    }
}

impl<W: Write + Send> RowWriter<W> {
    /// A file like the one that `rows` come from.
    ///
    /// # Errors
    /// Those of `out`, and if the schema cannot be written.
    pub(crate) fn new(out: W, rows: &Rows) -> io::Result<Self> {
        let schema = rows.metadata.file_metadata().schema_descr().root_schema_ptr();
        let properties = properties(&rows.metadata, Some(rows.text));
        let writer = ColumnsWriter::new(out, schema, properties, MAX_GROUP).map_err(io::Error::other)?;
        Ok(Self { writer, group: rows.group })
    }

    /// Writes rows; a row group ends where one ended. Memory: the rows of one, encoded.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn write(&mut self, rows: &Rows) -> io::Result<()> {
        let ended = if rows.group == self.group { Ok(()) } else { self.writer.end_group() };
        self.group = rows.group;
        ended.and_then(|()| self.writer.write(&rows.columns, rows.num_rows)).map_err(io::Error::other)
    }

    /// Ends the file and gives the output back.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn finish(self) -> io::Result<W> {
        self.writer.finish().map_err(io::Error::other)
    }
}

/// Checks that a schema can be written as it was read: some has parts that are not known.
pub(super) fn check_schema(metadata: &ParquetMetaData) -> Result<()> {
    let schema = metadata.file_metadata().schema_descr().root_schema_ptr();
    SerializedFileWriter::new(io::sink(), schema, properties(metadata, None))?.finish().map(drop)
}

/// Properties under which a file becomes like the one with this metadata; the order of rows is that of before, and what
/// they are sorted by too, if that is not the column of this number, whose values change.
fn properties(metadata: &ParquetMetaData, text: Option<usize>) -> WriterPropertiesPtr {
    let mut builder = WriterProperties::builder();
    let file = metadata.file_metadata();
    if let Some(group) = metadata.row_groups().first() {
        for column in group.columns() {
            let path = column.column_path();
            builder = builder
                .set_column_compression(path.clone(), column.compression())
                .set_column_dictionary_enabled(path.clone(), has_dictionary(column));
            if let Some(encoding) = column.encodings().find(|encoding| suits(*encoding, column.column_type()))
            {
                builder = builder.set_column_encoding(path.clone(), encoding);
            }
        }
        let sorting = group.sorting_columns();
        let is_one = metadata.row_groups().iter().all(|other| other.sorting_columns() == sorting);
        let is_text = |index: i32| usize::try_from(index).ok() == text;
        if is_one && sorting.is_some_and(|by| by.iter().all(|column| !is_text(column.column_idx))) {
            builder = builder.set_sorting_columns(sorting.cloned());
        }
    }
    Arc::new(builder.set_key_value_metadata(file.key_value_metadata().cloned()).build())
}

fn has_dictionary(column: &ColumnChunkMetaData) -> bool {
    let is_one = |encoding| matches!(encoding, Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY);
    column.dictionary_page_offset().is_some() || column.encodings().any(is_one)
}

/// Whether an encoding, other than the plain one, is one for values of this type; a damaged file may say anything.
fn suits(encoding: Encoding, values: Physical) -> bool {
    use Physical::{BYTE_ARRAY, DOUBLE, FIXED_LEN_BYTE_ARRAY, FLOAT, INT32, INT64};
    match encoding {
        Encoding::DELTA_BINARY_PACKED => matches!(values, INT32 | INT64),
        Encoding::DELTA_LENGTH_BYTE_ARRAY => values == BYTE_ARRAY,
        Encoding::DELTA_BYTE_ARRAY => matches!(values, BYTE_ARRAY | FIXED_LEN_BYTE_ARRAY),
        Encoding::BYTE_STREAM_SPLIT => {
            matches!(values, INT32 | INT64 | FLOAT | DOUBLE | FIXED_LEN_BYTE_ARRAY)
        }
        _ => false,
    }
}

/// Writes columns into a Parquet file, row group by row group.
pub(super) struct ColumnsWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    schema: SchemaDescriptor,
    properties: WriterPropertiesPtr,
    /// Bytes of an encoded row group at which it is ended.
    limit: usize,
    /// The row group that is open.
    columns: Vec<OpenColumn>,
    num_rows: usize,
    /// The open page of each column, where pages end by their content; or else none.
    own_pages: Vec<OpenPage>,
}

/// A column of the open row group, and where its pages are kept until the columns before it are written.
struct OpenColumn {
    writer: ColumnWriter<'static>,
    pages: Pages,
    /// Bytes of the values that are in no page yet; 0 where values stand in a dictionary.
    pending: usize,
    has_dictionary: bool,
}

impl OpenColumn {
    fn new(descriptor: ColumnDescPtr, properties: WriterPropertiesPtr) -> Self {
        let has_dictionary = properties.dictionary_enabled(descriptor.path());
        let pages = Pages::default();
        let sink = Box::new(PageSink(TrackedWrite::new(pages.clone())));
        let writer = get_column_writer(descriptor, properties, sink);
        Self { writer, pages, pending: 0, has_dictionary }
    }

    fn write(&mut self, column: &Column) -> Result<()> {
        let before = self.pages.len();
        column.write(&mut self.writer)?;
        if !self.has_dictionary {
            let is_new_page = self.pages.len() > before;
            self.pending = if is_new_page { 0 } else { self.pending + column.weight() };
        }
        Ok(())
    }

    /// Bytes of the column so far, about.
    fn num_bytes(&self) -> usize {
        self.pages.len() + self.pending
    }

    /// Ends the column; its pages, and what the file must know of them.
    fn close(self) -> Result<(Bytes, ColumnCloseResult)> {
        let closed = self.writer.close()?;
        Ok((Bytes::from(self.pages.take()), closed))
    }
}

/// Pages of a column, one behind the other.
#[derive(Debug, Clone, Default)]
struct Pages(Arc<Mutex<Vec<u8>>>);

impl Pages {
    fn len(&self) -> usize {
        // Poisoned only if another thread panicked, and then the run is over.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Pages {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes the pages of a column in.
struct PageSink(TrackedWrite<Pages>);

impl PageWriter for PageSink {
    fn write_page(&mut self, page: CompressedPage) -> Result<PageWriteSpec> {
        let written = SerializedPageWriter::new(&mut self.0).write_page(page)?;
        self.0.flush()?;
        Ok(written)
    }

    fn close(&mut self) -> Result<()> {
        Ok(self.0.flush()?)
    }
}

impl<W: Write + Send> ColumnsWriter<W> {
    pub(super) fn new(
        out: W,
        schema: TypePtr,
        properties: WriterPropertiesPtr,
        limit: usize,
    ) -> Result<Self> {
        let file = SerializedFileWriter::new(out, Arc::clone(&schema), Arc::clone(&properties))?;
        let schema = SchemaDescriptor::new(schema);
        Ok(Self { file, schema, properties, limit, columns: Vec::new(), num_rows: 0, own_pages: Vec::new() })
    }

    /// Ends the pages of columns, which are texts, by their content.
    pub(super) fn with_own_pages(mut self) -> Self {
        self.own_pages.resize_with(self.schema.num_columns(), OpenPage::default);
        self
    }

    /// Writes all columns of some rows.
    pub(super) fn write(&mut self, columns: &[Arc<Column>], num_rows: usize) -> Result<()> {
        if num_rows == 0 {
            return Ok(());
        }
        if self.columns.is_empty() {
            let open = |column: &_| OpenColumn::new(Arc::clone(column), Arc::clone(&self.properties));
            self.columns = self.schema.columns().iter().map(open).collect();
        }
        for (number, (column, open)) in columns.iter().zip(&mut self.columns).enumerate() {
            match self.own_pages.get_mut(number) {
                Some(page) => page.add(column, |rows| open.write(rows))?,
                None => open.write(column)?,
            }
        }
        self.num_rows += num_rows;
        if self.num_held() >= self.limit { self.end_group() } else { Ok(()) }
    }

    /// Bytes that were written, and those that are held.
    pub(super) fn num_bytes(&self) -> usize {
        self.file.bytes_written() + self.num_held()
    }

    fn num_held(&self) -> usize {
        let in_pages: usize = self.own_pages.iter().map(OpenPage::num_bytes).sum();
        in_pages + self.columns.iter().map(OpenColumn::num_bytes).sum::<usize>()
    }

    /// Ends the row group, if one is open.
    fn end_group(&mut self) -> Result<()> {
        if self.num_rows == 0 {
            return Ok(());
        }
        for (open, page) in self.columns.iter_mut().zip(&mut self.own_pages) {
            page.end(|rows| open.write(rows))?;
        }
        let mut group = self.file.next_row_group()?;
        for column in self.columns.drain(..) {
            let (pages, closed) = column.close()?;
            group.append_column(&pages, closed)?;
        }
        group.close()?;
        self.num_rows = 0;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<W> {
        self.end_group()?;
        self.file.into_inner()
    }
}
