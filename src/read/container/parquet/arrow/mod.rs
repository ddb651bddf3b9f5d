//! Rows with the crates `arrow` and `parquet`.

mod reader;
mod shard;
mod writer;

use std::io;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, LargeStringArray, RecordBatch, StringArray, StringViewArray};
use arrow_schema::DataType;
use parquet::file::metadata::ParquetMetaData;

pub(crate) use shard::{ShardRows, ShardWriter};
pub(crate) use writer::RowWriter;

use crate::read::container::OpenContainer;

/// Opens a Parquet file.
pub(super) const OPEN: Option<OpenContainer> = Some(reader::open);

/// The rows behind the slots of a part.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    /// All columns; row `n` is slot `n` of the part.
    batch: RecordBatch,
    /// Index of the text column.
    text: usize,
    /// The file they come from: schema, key-value metadata, compression of each column.
    metadata: Arc<ParquetMetaData>,
}

impl Rows {
    /// Rows with other texts: those of `texts` that are `None` go.
    ///
    /// # Errors
    /// If the texts are longer than a batch can hold (2 GiB).
    pub(crate) fn with_texts(&self, texts: &[Option<String>]) -> io::Result<Self> {
        let keep: BooleanArray = texts.iter().map(|text| Some(text.is_some())).collect();
        let kept = arrow_select::filter::filter_record_batch(&self.batch, &keep).map_err(io::Error::other)?;
        let texts = texts.iter().flatten().map(String::as_str);
        let column: ArrayRef = match kept.column(self.text).data_type() {
            DataType::LargeUtf8 => Arc::new(LargeStringArray::from_iter_values(texts)),
            DataType::Utf8View => Arc::new(StringViewArray::from_iter_values(texts)),
            _ => Arc::new(StringArray::from_iter_values(texts)),
        };
        let mut columns = kept.columns().to_vec();
        columns[self.text] = column;
        let batch = RecordBatch::try_new(kept.schema(), columns).map_err(io::Error::other)?;
        Ok(Self { batch, ..self.clone() })
    }

    /// The rows without their texts, each as a line of JSON. Nulls are left out.
    pub(super) fn json_lines(&self) -> io::Result<Vec<String>> {
        let others: Vec<_> = (0..self.batch.num_columns()).filter(|&column| column != self.text).collect();
        if others.is_empty() {
            return Ok(Vec::new());
        }
        let mut writer = arrow_json::LineDelimitedWriter::new(Vec::new());
        let others = self.batch.project(&others).map_err(io::Error::other)?;
        writer.write(&others).and_then(|()| writer.finish()).map_err(io::Error::other)?;
        let lines = String::from_utf8_lossy(&writer.into_inner()).into_owned();
        Ok(lines.lines().map(str::to_owned).collect())
    }
}
