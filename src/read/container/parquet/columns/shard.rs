//! Shards of Parquet: documents as rows of `uid`, `id`, `path`, `text`, `sha256`, and `fields`, JSON or null.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::{Type, TypePtr};

use super::column::Column;
use super::pages::a_page_a_batch;
use super::writer::ColumnsWriter;
use crate::read::container::parquet::ShardRow;
use crate::units::count;

/// Documents as the rows of a shard.
#[derive(Debug)]
pub(crate) struct ShardRows {
    columns: Vec<Arc<Column>>,
    num_rows: usize,
}

impl ShardRows {
    /// Whether this build writes shards of Parquet.
    pub(crate) const IS_BUILT: bool = true;

    /// Whether there is no row.
    pub(crate) fn is_empty(&self) -> bool {
        self.num_rows == 0
    }

    /// Documents as rows.
    ///
    /// # Errors
    /// Never; in a build without Parquet there are none.
    #[expect(clippy::unnecessary_wraps, reason = "a build without Parquet has no rows")]
    pub(crate) fn new(documents: &[ShardRow<'_>]) -> io::Result<Self> {
        let columns = [
            Column::of_texts(documents.iter().map(|row| row.uid.as_str()), 0),
            Column::of_texts(documents.iter().map(|row| row.id), 0),
            Column::of_texts(documents.iter().map(|row| row.path), 0),
            Column::of_texts(documents.iter().map(|row| row.text), 0),
            Column::of_texts(documents.iter().map(|row| row.sha256.as_str()), 0),
            Column::of_optional(documents.iter().map(|row| row.fields.as_deref())),
        ];
        Ok(Self { columns: columns.map(Arc::new).to_vec(), num_rows: documents.len() })
    }

    /// Gives a row another uid.
    pub(crate) fn set_uid(&mut self, row: usize, uid: &str) {
        if let Some(uids) = self.columns.first_mut() {
            Arc::make_mut(uids).set(row, uid);
        }
    }
}

fn schema() -> Result<TypePtr> {
    let column = |name: &str, repetition| {
        let column = Type::primitive_type_builder(name, Physical::BYTE_ARRAY).with_repetition(repetition);
        column.with_logical_type(Some(LogicalType::String)).build().map(Arc::new)
    };
    let columns = vec![
        column("uid", Repetition::REQUIRED)?,
        column("id", Repetition::REQUIRED)?,
        column("path", Repetition::REQUIRED)?,
        column("text", Repetition::REQUIRED)?,
        column("sha256", Repetition::REQUIRED)?,
        column("fields", Repetition::OPTIONAL)?,
    ];
    Type::group_type_builder("documents").with_fields(columns).build().map(Arc::new)
}

/// Writes the rows of a shard, compressed with Zstandard.
pub(crate) struct ShardWriter<W: Write + Send>(ColumnsWriter<W>);

impl<W: Write + Send> std::fmt::Debug for ShardWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShardWriter").finish_non_exhaustive()
    }
}

/// A row group is held in memory until it is full.
const GROUP_BYTES: usize = 32 * 1024 * 1024;

impl<W: Write + Send> ShardWriter<W> {
    /// A shard that is written to `out`.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn new(out: W) -> io::Result<Self> {
        let level = ZstdLevel::try_new(3).map_err(io::Error::other)?;
        // Without dictionaries, by which a page would depend on those before it.
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_dictionary_enabled(false);
        let properties = Arc::new(a_page_a_batch(properties).build());
        let writer = schema().and_then(|schema| ColumnsWriter::new(out, schema, properties, GROUP_BYTES));
        writer.map(|writer| Self(writer.with_own_pages())).map_err(io::Error::other)
    }

    /// Writes rows.
    ///
    /// # Errors
    /// Those of the output.
    pub(crate) fn write(&mut self, rows: &ShardRows) -> io::Result<()> {
        self.0.write(&rows.columns, rows.num_rows).map_err(io::Error::other)
    }

    /// Bytes of the shard so far, about: of those that are held back too.
    pub(crate) fn num_bytes(&self) -> u64 {
        count(self.0.num_bytes())
    }

    /// Ends the shard.
    ///
    /// # Errors
    /// Those of the output.
    pub(crate) fn close(self) -> io::Result<()> {
        self.0.finish().map(drop).map_err(io::Error::other)
    }
}
