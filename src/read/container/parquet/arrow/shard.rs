//! Shards of Parquet: documents as rows of `id`, `path`, `text`, and `fields`, JSON or null.

use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field as Column, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::read::container::parquet::ShardRow;
use crate::units::count;

/// Documents as the rows of a shard.
#[derive(Debug)]
pub(crate) struct ShardRows(RecordBatch);

impl ShardRows {
    /// Whether this build writes shards of Parquet.
    pub(crate) const IS_BUILT: bool = true;

    /// Whether there is no row.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.num_rows() == 0
    }

    /// Documents as rows.
    ///
    /// # Errors
    /// If the texts are longer than a batch can hold (2 GiB).
    pub(crate) fn new(documents: &[ShardRow<'_>]) -> io::Result<Self> {
        let fields: StringArray = documents.iter().map(|row| row.fields.as_deref()).collect();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(documents.iter().map(|row| row.id))),
            Arc::new(StringArray::from_iter_values(documents.iter().map(|row| row.path))),
            Arc::new(StringArray::from_iter_values(documents.iter().map(|row| row.text))),
            Arc::new(fields),
        ];
        RecordBatch::try_new(schema(), columns).map(Self).map_err(io::Error::other)
    }
}

fn schema() -> Arc<Schema> {
    let column = |name: &str, nullable| Column::new(name, DataType::Utf8, nullable);
    Arc::new(Schema::new(vec![
        column("id", false),
        column("path", false),
        column("text", false),
        column("fields", true),
    ]))
}

/// Writes the rows of a shard, compressed with Zstandard.
pub(crate) struct ShardWriter<W: Write + Send>(ArrowWriter<W>);

impl<W: Write + Send> std::fmt::Debug for ShardWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShardWriter").finish_non_exhaustive()
    }
}

impl<W: Write + Send> ShardWriter<W> {
    /// A shard that is written to `out`.
    ///
    /// # Errors
    /// If the schema cannot be written.
    pub(crate) fn new(out: W) -> io::Result<Self> {
        // A row group is held in memory until it is full.
        const GROUP_BYTES: usize = 32 * 1024 * 1024;
        let level = ZstdLevel::try_new(3).map_err(io::Error::other)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_max_row_group_bytes(Some(GROUP_BYTES))
            .build();
        ArrowWriter::try_new(out, schema(), Some(properties)).map(Self).map_err(io::Error::other)
    }

    /// Writes rows.
    ///
    /// # Errors
    /// Those of the output.
    pub(crate) fn write(&mut self, rows: &ShardRows) -> io::Result<()> {
        self.0.write(&rows.0).map_err(io::Error::other)
    }

    /// Bytes of the shard so far, about: of those that are held back too.
    pub(crate) fn num_bytes(&self) -> u64 {
        count(self.0.bytes_written() + self.0.in_progress_size())
    }

    /// Ends the shard.
    ///
    /// # Errors
    /// Those of the output.
    pub(crate) fn close(self) -> io::Result<()> {
        self.0.close().map(drop).map_err(io::Error::other)
    }
}
