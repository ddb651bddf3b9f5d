//! Parquet: every row is a record; its other columns are carried along untouched.
//!
//! Without the cargo feature `parquet` such files are skipped, and the types that hold or write rows have no value:
//! whoever uses them is compiled all the same.

#[cfg(not(feature = "parquet"))]
mod absent;
#[cfg(feature = "parquet")]
mod columns;

use std::io;

use encoding_rs::UTF_8;

#[cfg(not(feature = "parquet"))]
use absent as rows;
#[cfg(feature = "parquet")]
use columns as rows;

pub(crate) use rows::Rows;
pub(crate) use rows::{RowWriter, ShardRows, ShardWriter};

use super::{Access, Beside, Columns, Container, FieldsOf, Rewrite};
use crate::error::RejectReason;
use crate::read::coding::Detection;
use crate::read::content::{Head, is_clean_text};
use crate::read::context::ReadContext;
use crate::read::encoding;
use crate::read::fault::Fault;
use crate::read::slot::Slot;
use crate::units::{ByteSpan, count};

/// Parquet.
pub(super) struct Parquet;

impl Container for Parquet {
    fn is_shown_by(&self, Head { bytes: head, .. }: Head<'_>, _: &ReadContext) -> bool {
        head.starts_with(b"PAR1") && !is_clean_text(head)
    }

    fn access(&self) -> Access {
        rows::OPEN.map_or(Access::Absent, Access::Seek)
    }

    /// Text is UTF-8, or in the encoding that was given: a value is too short to tell another.
    fn decode(
        &self,
        bytes: &mut Vec<u8>,
        slot: &mut Slot,
        _: Option<&Columns>,
        context: &ReadContext,
    ) -> Result<u64, Fault> {
        let raw = &bytes[slot.text.range()];
        let Err(error) = simdutf8::compat::from_utf8(raw) else { return Ok(0) };
        let Detection { given, replace, .. } = context.detection;
        let (mut text, encoding) = (String::new(), given.unwrap_or(UTF_8));
        let decoded = if encoding == UTF_8 {
            let fault = Fault::at(RejectReason::NotUtf8, error.valid_up_to(), "not valid UTF-8");
            let lossy = String::from_utf8_lossy(raw);
            text.push_str(&lossy);
            let num_replaced = raw.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
            if replace { Ok(count(num_replaced)) } else { Err(fault) }
        } else {
            let not_valid = |at| {
                let detail = format!("not valid {}", encoding::name(encoding));
                Fault::at(RejectReason::Undecodable, at, detail)
            };
            encoding::decode(encoding, raw, replace, &mut text).map_err(not_valid)
        };
        let num_replaced = decoded?;
        slot.text = ByteSpan::new(bytes.len(), bytes.len() + text.len());
        bytes.extend_from_slice(text.as_bytes());
        Ok(num_replaced)
    }

    fn fields<'a>(&self, beside: Beside<'a>) -> io::Result<FieldsOf<'a>> {
        match beside.rows {
            Some(rows) => Ok(Box::new(rows.fields())),
            None => Ok(Box::new(|_| Vec::new())),
        }
    }

    fn rewrite(&self, _: Option<&Columns>) -> Rewrite {
        Rewrite::Rows
    }
}

/// A document as a row of a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShardRow<'a> {
    /// Its uid.
    pub uid: String,
    /// Its name: the document's own id, or its place.
    pub id: &'a str,
    /// Where it came from.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
    /// The SHA-256 of its text, in hexadecimal.
    pub sha256: String,
    /// The fields that came with it, as a JSON object.
    pub fields: Option<String>,
}
