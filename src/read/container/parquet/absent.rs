//! Stands in for Parquet in a build without it. It has the names of the real types, and no value of any of them exists.

use std::convert::Infallible;
use std::io::{self, Write};
use std::marker::PhantomData;

use super::ShardRow;
use crate::read::container::{Field, OpenContainer};

/// Opens a Parquet file: nothing does.
pub(super) const OPEN: Option<OpenContainer> = None;

/// The rows behind the slots of a part: there are none.
#[derive(Debug, Clone)]
pub(crate) struct Rows(Infallible);

impl Rows {
    /// Rows with other texts.
    ///
    /// # Errors
    /// Never.
    pub(crate) fn with_texts(&self, _: &[Option<String>]) -> io::Result<Self> {
        match self.0 {}
    }

    /// The fields of each row but for its text.
    pub(super) fn fields(&self) -> impl Fn(usize) -> Vec<Field> + '_ {
        |_| match self.0 {}
    }
}

/// Writes rows into a Parquet file: there is none.
#[derive(Debug)]
pub(crate) struct RowWriter<W>(Infallible, PhantomData<W>);

impl<W: Write + Send> RowWriter<W> {
    /// A file like the one that `rows` come from.
    ///
    /// # Errors
    /// Never.
    pub(crate) fn new(_: W, rows: &Rows) -> io::Result<Self> {
        match rows.0 {}
    }

    /// Writes rows.
    ///
    /// # Errors
    /// Never.
    pub(crate) fn write(&mut self, _: &Rows) -> io::Result<()> {
        match self.0 {}
    }

    /// Ends the file and gives the output back.
    ///
    /// # Errors
    /// Never.
    pub(crate) fn finish(self) -> io::Result<W> {
        match self.0 {}
    }
}

/// Documents as the rows of a shard: there are none.
#[derive(Debug)]
pub(crate) struct ShardRows(Infallible);

impl ShardRows {
    /// Whether this build writes shards of Parquet.
    pub(crate) const IS_BUILT: bool = false;

    /// Whether there is no row.
    pub(crate) fn is_empty(&self) -> bool {
        match self.0 {}
    }

    /// Gives a row another uid.
    pub(crate) fn set_uid(&mut self, _: usize, _: &str) {
        match self.0 {}
    }

    /// Documents as rows.
    ///
    /// # Errors
    /// Always.
    pub(crate) fn new(_: &[ShardRow<'_>]) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Writes the rows of a shard: there is none.
#[derive(Debug)]
pub(crate) struct ShardWriter<W>(Infallible, PhantomData<W>);

impl<W: Write + Send> ShardWriter<W> {
    /// A shard that is written to `out`.
    ///
    /// # Errors
    /// Always.
    pub(crate) fn new(_: W) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Writes rows.
    ///
    /// # Errors
    /// Never.
    pub(crate) fn write(&mut self, _: &ShardRows) -> io::Result<()> {
        match self.0 {}
    }

    /// Bytes of the shard so far, about.
    pub(crate) fn num_bytes(&self) -> u64 {
        match self.0 {}
    }

    /// Ends the shard.
    ///
    /// # Errors
    /// Never.
    pub(crate) fn close(self) -> io::Result<()> {
        match self.0 {}
    }
}
