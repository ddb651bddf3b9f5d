//! Rows as the columns that a Parquet file holds: physical values with their levels, which mean the same to whoever reads
//! them again. What a column is for (a time, a decimal, a map) is asked where a row is put into JSON, and nowhere
//! else, so that no type is lost on the way from file to file.

mod column;
mod file;
mod json;
mod pages;
mod reader;
mod schema;
mod shard;
mod thrift;
mod value;
mod writer;

use std::io;
use std::sync::Arc;

use parquet::file::metadata::ParquetMetaData;

pub(crate) use shard::{ShardRows, ShardWriter};
pub(crate) use writer::RowWriter;

use crate::read::container::{Field, OpenContainer};
use column::Column;

/// Opens a Parquet file.
pub(super) const OPEN: Option<OpenContainer> = Some(reader::open);

/// The rows behind the slots of a part.
#[expect(clippy::struct_field_names, reason = "a number of rows beside others")]
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    /// All columns; row `n` is slot `n` of the part.
    columns: Vec<Arc<Column>>,
    num_rows: usize,
    /// The row group that they belong to, or the piece of a long one.
    group: usize,
    /// Index of the text column.
    text: usize,
    /// The file they come from: schema, key-value metadata, compression of each column.
    metadata: Arc<ParquetMetaData>,
}

impl Rows {
    /// Rows with other texts: those of `texts` that are `None` go.
    ///
    /// # Errors
    /// If there is not one for each row.
    pub(crate) fn with_texts(&self, texts: &[Option<String>]) -> io::Result<Self> {
        if texts.len() != self.num_rows {
            return Err(io::Error::other("each row has a text, or none"));
        }
        let keep: Vec<bool> = texts.iter().map(Option::is_some).collect();
        let num_rows = keep.iter().filter(|is_kept| **is_kept).count();
        let schema = self.metadata.file_metadata().schema_descr();
        let mut columns = Vec::with_capacity(self.columns.len());
        for (index, (column, descriptor)) in self.columns.iter().zip(schema.columns()).enumerate() {
            columns.push(if index == self.text {
                // Those of the rows that go are not looked at.
                Arc::new(Column::of_texts(texts_of(texts), descriptor.max_def_level()))
            } else if num_rows == self.num_rows {
                Arc::clone(column)
            } else {
                Arc::new(column.filtered(&keep, descriptor.max_def_level()))
            });
        }
        Ok(Self { columns, num_rows, ..self.clone() })
    }

    /// The fields of each row but for its text, as JSON. Nulls are left out.
    pub(super) fn fields(&self) -> impl Fn(usize) -> Vec<Field> + '_ {
        let rows = json::JsonRows::new(self);
        move |number| rows.fields(number)
    }
}

fn texts_of(texts: &[Option<String>]) -> impl Iterator<Item = &str> {
    texts.iter().flatten().map(String::as_str)
}
