//! The fields of a record beside its text, for conversion to another form (`--to`).

use std::{fmt, io};

use super::chunk::{Chunk, Part};
use super::container::{Beside, Field, FieldsOf};
use super::context::ReadContext;

/// The fields of the records of one part.
pub(crate) struct Fields<'a> {
    of: FieldsOf<'a>,
    /// Number of the part's first slot.
    first: usize,
    context: &'a ReadContext,
}

impl fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fields").finish_non_exhaustive()
    }
}

impl<'a> Fields<'a> {
    /// The fields of the records of `part`.
    ///
    /// # Errors
    /// If the rows of a table cannot be put into JSON.
    pub(crate) fn new(chunk: &'a Chunk, part: &'a Part, context: &'a ReadContext) -> io::Result<Self> {
        let beside = Beside {
            bytes: &chunk.bytes,
            slots: &chunk.slots[part.slots.clone()],
            columns: part.columns.as_deref(),
            rows: part.rows.as_ref(),
        };
        Ok(Self { of: part.kind.container().fields(beside)?, first: part.slots.start, context })
    }

    /// The fields of the record in the chunk's slot of this number but its text and its id, in the order in which
    /// they stand there.
    pub(crate) fn of(&self, number: usize) -> Vec<Field> {
        let mut fields = (self.of)(number - self.first);
        let text = self.context.text_field.to_string();
        fields.retain(|(name, _)| *name != text && *name != self.context.id_field);
        fields
    }
}
