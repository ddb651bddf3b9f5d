//! Parquet: every row is a record; its other columns are carried along untouched.
//!
//! Without the cargo feature `parquet` such files are skipped, and the types that hold or write rows have no value:
//! whoever uses them is compiled all the same.

#[cfg(not(feature = "parquet"))]
mod absent;
#[cfg(feature = "parquet")]
mod arrow;

use std::io;

#[cfg(not(feature = "parquet"))]
use absent as rows;
#[cfg(feature = "parquet")]
use arrow as rows;

pub(crate) use rows::Rows;
pub(crate) use rows::{RowWriter, ShardRows, ShardWriter};

use super::json::members;
use super::{Access, Beside, Container, FieldsOf, Rewrite};
use crate::read::content::{Head, is_clean_text};
use crate::read::context::ReadContext;
use crate::read::fault::Fault;
use crate::read::slot::Slot;

/// Parquet.
pub(super) struct Parquet;

impl Container for Parquet {
    fn is_shown_by(&self, Head { bytes: head, .. }: Head<'_>, _: &ReadContext) -> bool {
        head.starts_with(b"PAR1") && !is_clean_text(head)
    }

    fn access(&self) -> Access {
        rows::OPEN.map_or(Access::Absent, Access::Seek)
    }

    /// Rows hold text that is decoded already.
    fn decode(&self, _: &mut Vec<u8>, _: &mut Slot, _: &ReadContext) -> Result<u64, Fault> {
        Ok(0)
    }

    fn fields<'a>(&self, beside: Beside<'a>) -> io::Result<FieldsOf<'a>> {
        let lines = beside.rows.map_or_else(|| Ok(Vec::new()), Rows::json_lines)?;
        Ok(Box::new(move |number| lines.get(number).map_or_else(Vec::new, |line| members(line))))
    }

    fn rewrite(&self) -> Rewrite {
        Rewrite::Rows
    }
}

/// A document as a row of a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShardRow<'a> {
    /// Its name: the document's own id, or its place.
    pub id: &'a str,
    /// Where it came from.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
    /// The fields that came with it, as a JSON object.
    pub fields: Option<String>,
}
