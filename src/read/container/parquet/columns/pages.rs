//! Content-defined pages: where a page of a shard ends depends on the values in and just before it, and not on how many
//! stand before. A row that is added or removed changes the page it is in, and seldom the next; all other pages keep
//! their bytes, and a hub that stores what it holds already once stores them once.
//!
//! The limits are those that hubs and other writers use: 256 KiB to 1 MiB of values. The `parquet` crate has such
//! chunking only for values in Arrow's memory, which would bring six crates into the build; this decides by whole
//! values, as a page ends between rows in any case.

use parquet::data_type::ByteArray;
use parquet::errors::Result;
use parquet::file::properties::WriterPropertiesBuilder;

use super::column::{Column, Values};

/// Bytes of values that a page has at least, but for the last of a row group.
const MIN_PAGE: usize = 256 * 1024;
/// Bytes of values at which a page ends in any case.
const MAX_PAGE: usize = 1024 * 1024;
/// Bytes of values after which, on average, a page ends that has its least: so that pages have 640 KiB on average.
const MEAN_REST: u64 = 384 * 1024;

/// Properties under which each batch of values that is written becomes a page.
pub(super) fn a_page_a_batch(builder: WriterPropertiesBuilder) -> WriterPropertiesBuilder {
    builder
        .set_data_page_row_count_limit(1) // asked between batches only
        .set_data_page_size_limit(usize::MAX)
        .set_write_batch_size(1 << 24) // more than a page has rows: a gap counts a byte
}

/// The rows of the page that is open, of a column of texts.
#[derive(Debug)]
pub(super) struct OpenPage {
    rows: Column,
    /// Bytes of the page so far.
    num_bytes: usize,
    /// Bytes since a page ended by its content: a row group that ends in between changes nothing.
    since_cut: usize,
}

impl Default for OpenPage {
    fn default() -> Self {
        Self { rows: Column::empty(), num_bytes: 0, since_cut: 0 }
    }
}

impl OpenPage {
    /// Bytes of the page so far.
    pub(super) fn num_bytes(&self) -> usize {
        self.num_bytes
    }

    /// Adds rows; `write` is given each page that ends with one of them.
    pub(super) fn add(
        &mut self,
        column: &Column,
        mut write: impl FnMut(&Column) -> Result<()>,
    ) -> Result<()> {
        let Values::Bytes(values) = &column.values else { return write(column) };
        let max_definition = i16::from(!column.definitions.is_empty());
        for (level, place) in column.places(max_definition).enumerate() {
            let value = place.map(|place| &values[place]);
            self.rows.push(value, column.definitions.get(level).copied());
            let len = value.map_or(1, |value| 4 + value.len());
            self.num_bytes += len;
            self.since_cut += len;
            let is_full = self.since_cut >= MAX_PAGE;
            if is_full || (self.since_cut >= MIN_PAGE && is_cut(value, len)) {
                self.end(&mut write)?;
                self.since_cut = 0;
            }
        }
        Ok(())
    }

    /// Ends the page, if it has a row.
    pub(super) fn end(&mut self, mut write: impl FnMut(&Column) -> Result<()>) -> Result<()> {
        self.num_bytes = 0;
        let rows = std::mem::replace(&mut self.rows, Column::empty());
        if rows.num_levels() > 0 { write(&rows) } else { Ok(()) }
    }
}

/// Whether a page ends behind a value that takes so many bytes; long ones more often than short ones.
fn is_cut(value: Option<&ByteArray>, len: usize) -> bool {
    let hash = value.map_or(u32::MAX, |value| crc32fast::hash(value.data()));
    u64::from(hash) * MEAN_REST < crate::units::count(len) << 32
}
