//! The fields of a record beside its text, for conversion to another form (`--to`).

use std::{fmt, io};

use super::chunk::{Chunk, Part};
use super::container::{Beside, Field, FieldsOf};
use super::context::ReadContext;
use super::slot::Slot;
use super::text_fields::FieldNames;

/// The fields of the records of one part.
pub(crate) struct Fields<'a> {
    of: FieldsOf<'a>,
    slots: &'a [Slot],
    /// Number of the part's first slot.
    first: usize,
    names: &'a FieldNames,
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
        let slots = &chunk.slots[part.slots.clone()];
        let beside =
            Beside { bytes: &chunk.bytes, slots, columns: part.columns.as_deref(), rows: part.rows.as_ref() };
        let of = part.kind.container().fields(beside)?;
        Ok(Self { of, slots, first: part.slots.start, names: &part.fields.names, context })
    }

    /// The fields of the record in the chunk's slot of this number but its text and its id, in the order in which
    /// they stand there.
    pub(crate) fn of(&self, number: usize) -> Vec<Field> {
        let number = number - self.first;
        let mut fields = (self.of)(number);
        let text = self.slots.get(number).and_then(|slot| slot.field).map(|field| self.names.get(field));
        fields.retain(|(name, _)| Some(name.as_str()) != text && *name != self.context.id_field);
        // What the page says, unless the record says it.
        let page = self.slots.get(number).and_then(|slot| slot.page.as_ref());
        for field in page.map_or_else(Vec::new, |page| page.fields()) {
            if !fields.iter().any(|(name, _)| *name == field.0) {
                fields.push(field);
            }
        }
        fields
    }
}
