//! Parquet on the way out: the schema, the key-value metadata and the compression of each column as they came in.

use std::io::{self, Write};

use parquet::arrow::{ARROW_SCHEMA_META_KEY, ArrowWriter};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::properties::WriterProperties;

use super::Rows;

/// Writes rows into a Parquet file.
pub(crate) struct RowWriter<W: Write + Send>(ArrowWriter<W>);

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
        let properties = properties(&rows.metadata);
        let writer = ArrowWriter::try_new(out, rows.batch.schema(), Some(properties));
        Ok(Self(writer.map_err(io::Error::other)?))
    }

    /// Writes rows. Memory: those of one row group, encoded.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn write(&mut self, rows: &Rows) -> io::Result<()> {
        self.0.write(&rows.batch).map_err(io::Error::other)
    }

    /// Ends the file and gives the output back.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn finish(self) -> io::Result<W> {
        self.0.into_inner().map_err(io::Error::other)
    }
}

fn properties(metadata: &ParquetMetaData) -> WriterProperties {
    let mut builder = WriterProperties::builder();
    let groups = metadata.row_groups();
    // The length of the groups as it was, within reason: a group is held in memory. A number
    // below zero, which only a damaged file holds, counts as none.
    let rows = groups.iter().map(|group| usize::try_from(group.num_rows()).unwrap_or(0)).max();
    let bytes = groups.iter().map(|group| usize::try_from(group.total_byte_size()).unwrap_or(0)).max();
    builder = builder.set_max_row_group_row_count(rows.filter(|&rows| rows > 0).or(Some(DEFAULT_ROWS)));
    builder = builder.set_max_row_group_bytes(bytes.map(|bytes| bytes.clamp(MIN_GROUP, MAX_GROUP)));
    for column in groups.first().map_or(&[][..], |group| group.columns()) {
        builder = builder.set_column_compression(column.column_path().clone(), column.compression());
    }
    // The writer makes the schema's own entry.
    let pairs = metadata.file_metadata().key_value_metadata();
    let pairs =
        pairs.map(|pairs| pairs.iter().filter(|pair| pair.key != ARROW_SCHEMA_META_KEY).cloned().collect());
    builder.set_key_value_metadata(pairs).build()
}

/// The crate's own default.
const DEFAULT_ROWS: usize = 1024 * 1024;
const MIN_GROUP: usize = 1024 * 1024;
const MAX_GROUP: usize = 64 * 1024 * 1024;
