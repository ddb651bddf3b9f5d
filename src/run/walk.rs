//! Walk: what chunks hold, shown in corpus order as sources and members of archives (*units*) that begin, hold records
//! or pieces of a text, and end. It is the one reading of a [`Part`]'s role, fate, first and last; those who go through
//! chunks are its visitors.
//!
//! A part is shown in this order: the unit begins, the records that are rejected, what else the part holds, the part
//! ends, the unit ends. A text is good as a whole or not at all: when one turns out to be skipped, rejected or to be
//! read again, it is dropped instead of ended, and the part that says so shows nothing else. A container keeps what
//! came before its fault.
//!
//! Memory: two numbers. A walk knows nothing of verdicts.

use crate::error::{RecordPlace, Result};
use crate::read::{Chunk, Fault, Part, PartFate, Role, Slot};

/// Where the open unit stands between two parts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk {
    /// Lines before the part.
    lines: u64,
    /// Number of the next record, if it is known.
    record: Option<u64>,
}

impl Default for Walk {
    /// A walk that begins.
    fn default() -> Self {
        Self { lines: 0, record: Some(0) }
    }
}

/// A record, read well or rejected, where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordSlot<'c> {
    pub(crate) part: &'c Part,
    pub(crate) slot: &'c Slot,
    /// Number of the slot in its chunk.
    pub(crate) number: usize,
    /// Number of the record in its container, from 0; `None` if the walk was resumed within the container.
    pub(crate) record: Option<u64>,
    /// The line on which it begins, from 1, where records are lines.
    pub(crate) line: Option<u64>,
}

impl RecordSlot<'_> {
    /// Its place in its container, if that is known.
    pub(crate) fn place(&self) -> Option<RecordPlace> {
        self.record.map(|record| RecordPlace { record, line: self.line })
    }
}

/// A text, or a piece of one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PieceSlot<'c> {
    pub(crate) part: &'c Part,
    pub(crate) slot: &'c Slot,
    /// Number of the slot in its chunk.
    pub(crate) number: usize,
    /// Whether the text ends with it.
    pub(crate) is_end: bool,
}

/// Is shown what chunks hold. A visitor that fails ends the walk.
pub(crate) trait UnitVisitor {
    /// An archive begins; its members follow.
    fn begin_archive(&mut self, _part: &Part) -> Result<()> {
        Ok(())
    }

    /// An archive ends; the part's fate says how reading it went.
    fn end_archive(&mut self, _part: &Part) -> Result<()> {
        Ok(())
    }

    /// A text or a container begins.
    fn begin_unit(&mut self, _part: &Part) -> Result<()> {
        Ok(())
    }

    /// A record is rejected.
    fn rejected_record(&mut self, _record: &RecordSlot<'_>, _fault: &Fault) -> Result<()> {
        Ok(())
    }

    /// A record was read well.
    fn record(&mut self, record: &RecordSlot<'_>) -> Result<()>;

    /// A text, or the next piece of one, was read well.
    fn piece(&mut self, piece: &PieceSlot<'_>) -> Result<()>;

    /// The part ends: everything in it was shown.
    fn end_part(&mut self, _part: &Part) -> Result<()> {
        Ok(())
    }

    /// A text is not good, as the part's fate says: what was shown of it is void, and nothing of it follows.
    /// `is_begun`: it was begun in a part before this one.
    fn drop_unit(&mut self, part: &Part, is_begun: bool) -> Result<()>;

    /// A good text ends, or a container, whose fate says how reading it went. `num_records`: how many records it has,
    /// those that are rejected among them; `None` if the walk was resumed within the container.
    fn end_unit(&mut self, _part: &Part, _num_records: Option<u64>) -> Result<()> {
        Ok(())
    }
}

/// The content of a slot.
enum ShownSlot<'c> {
    Rejected(RecordSlot<'c>, &'c Fault),
    Record(RecordSlot<'c>),
    Piece(PieceSlot<'c>),
}

impl Walk {
    /// A walk that resumes within a container, after `lines` of its lines.
    pub(crate) fn resumed(lines: u64) -> Self {
        Self { lines, record: None }
    }

    /// Lines of the open unit so far.
    pub(crate) fn lines(self) -> u64 {
        self.lines
    }

    /// Shows all parts of a chunk.
    ///
    /// # Errors
    /// Those of the visitor.
    pub(crate) fn chunk(&mut self, chunk: &Chunk, visitor: &mut impl UnitVisitor) -> Result<()> {
        chunk.parts.iter().try_for_each(|part| self.part(chunk, part, visitor))
    }

    /// Shows one part of a chunk.
    ///
    /// # Errors
    /// Those of the visitor.
    pub(crate) fn part(&mut self, chunk: &Chunk, part: &Part, visitor: &mut impl UnitVisitor) -> Result<()> {
        match part.role {
            Role::ArchiveStart => return visitor.begin_archive(part),
            Role::ArchiveEnd => return visitor.end_archive(part),
            Role::Whole | Role::Member(_) => {}
        }
        if part.fate != PartFate::Read && !part.kind.is_container() {
            return visitor.drop_unit(part, !part.is_first);
        }
        if part.is_first {
            *self = Self::default();
            visitor.begin_unit(part)?;
        }
        for shown in self.slots(chunk, part) {
            if let ShownSlot::Rejected(record, fault) = shown {
                visitor.rejected_record(&record, fault)?;
            }
        }
        let mut num_records = 0;
        for shown in self.slots(chunk, part) {
            match shown {
                ShownSlot::Piece(piece) => visitor.piece(&piece)?,
                ShownSlot::Record(record) => {
                    num_records += 1;
                    visitor.record(&record)?;
                }
                ShownSlot::Rejected(..) => num_records += 1,
            }
        }
        visitor.end_part(part)?;
        self.record = self.record.map(|record| record + num_records);
        self.lines += part.num_lines;
        if part.is_last { visitor.end_unit(part, self.record) } else { Ok(()) }
    }

    /// The slots of a part, but for those that hold no document.
    fn slots<'c>(self, chunk: &'c Chunk, part: &'c Part) -> impl Iterator<Item = ShownSlot<'c>> {
        let mut next = self.record;
        part.slots.clone().filter_map(move |number| {
            let slot = &chunk.slots[number];
            if slot.is_verbatim {
                return None;
            }
            let fault = slot.fault.as_deref();
            if fault.is_none() && !slot.is_record {
                return Some(ShownSlot::Piece(PieceSlot { part, slot, number, is_end: part.is_last }));
            }
            let line = part.kind.has_lines().then_some(self.lines + slot.lines_before + 1);
            let record = RecordSlot { part, slot, number, record: next, line };
            next = next.map(|record| record + 1);
            Some(fault.map_or(ShownSlot::Record(record), |fault| ShownSlot::Rejected(record, fault)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{RejectReason, SkipReason};
    use crate::read::{Kind, Reread, Wrap};
    use crate::split::Splitting;
    use crate::units::{ByteSpan, SourceId};

    /// Writes down what it is shown.
    #[derive(Default)]
    struct Notes(Vec<String>);

    impl UnitVisitor for Notes {
        fn begin_archive(&mut self, _part: &Part) -> Result<()> {
            self.0.push("archive".to_owned());
            Ok(())
        }

        fn end_archive(&mut self, _part: &Part) -> Result<()> {
            self.0.push("end of archive".to_owned());
            Ok(())
        }

        fn begin_unit(&mut self, part: &Part) -> Result<()> {
            self.0.push(part.kind.name().to_owned());
            Ok(())
        }

        fn rejected_record(&mut self, record: &RecordSlot<'_>, _fault: &Fault) -> Result<()> {
            self.0.push(format!("bad {:?} {:?}", record.record, record.line));
            Ok(())
        }

        fn record(&mut self, record: &RecordSlot<'_>) -> Result<()> {
            self.0.push(format!("record {:?} {:?}", record.record, record.line));
            Ok(())
        }

        fn piece(&mut self, piece: &PieceSlot<'_>) -> Result<()> {
            self.0.push(format!("piece {}", piece.is_end));
            Ok(())
        }

        fn end_part(&mut self, _part: &Part) -> Result<()> {
            self.0.push(".".to_owned());
            Ok(())
        }

        fn drop_unit(&mut self, _part: &Part, is_begun: bool) -> Result<()> {
            self.0.push(format!("dropped {is_begun}"));
            Ok(())
        }

        fn end_unit(&mut self, _part: &Part, num_records: Option<u64>) -> Result<()> {
            self.0.push(format!("end {num_records:?}"));
            Ok(())
        }
    }

    fn fault() -> Fault {
        Fault::new(RejectReason::NotJson, "no JSON")
    }

    fn record(lines_before: u64) -> Slot {
        Slot { is_record: true, lines_before, ..Slot::default() }
    }

    fn bad(lines_before: u64) -> Slot {
        Slot { lines_before, ..Slot::rejected(ByteSpan::new(0, 0), fault()) }
    }

    fn text() -> Slot {
        Slot::text(ByteSpan::new(0, 0), Splitting::default())
    }

    /// A chunk of one part: its kind, whether it is the first and the last of its unit, its fate, slots and lines.
    fn chunk(kind: Kind, (is_first, is_last): (bool, bool), fate: PartFate, slots: Vec<Slot>) -> Chunk {
        let part = Part::new(SourceId(0), Role::Whole, kind, Wrap::default());
        let part = Part { is_first, is_last, fate, slots: 0..slots.len(), num_lines: 10, ..part };
        Chunk { parts: vec![part], slots, ..Chunk::default() }
    }

    fn walk(mut walk: Walk, chunks: &[Chunk]) -> Vec<String> {
        let mut notes = Notes::default();
        for chunk in chunks {
            walk.chunk(chunk, &mut notes).unwrap();
        }
        notes.0
    }

    #[test]
    fn records_are_numbered_through_the_parts_of_a_container() {
        let header = Slot { is_verbatim: true, ..Slot::default() };
        let chunks = || {
            [
                chunk(
                    Kind::JsonLines,
                    (true, false),
                    PartFate::Read,
                    vec![header.clone(), record(1), bad(2), record(3)],
                ),
                chunk(Kind::JsonLines, (false, false), PartFate::Read, Vec::new()),
                chunk(Kind::JsonLines, (false, true), PartFate::Rejected(fault()), vec![bad(0), record(4)]),
                chunk(Kind::Warc, (true, true), PartFate::Read, vec![record(5)]),
            ]
        };
        let first = ["jsonl", "bad Some(1) Some(3)", "record Some(0) Some(2)", "record Some(2) Some(4)", "."];
        let rest = [".", "bad Some(3) Some(21)", "record Some(4) Some(25)", ".", "end Some(5)"];
        let next = ["warc", "record Some(0) None", ".", "end Some(1)"];
        let expected = [first.as_slice(), &rest, &next].concat();
        assert_eq!(walk(Walk::default(), &chunks()), expected);
        // From the middle: lines are known, numbers are not.
        let resumed = [".", "bad None Some(21)", "record None Some(25)", ".", "end None"];
        assert_eq!(walk(Walk::resumed(10), &chunks()[1..]), [resumed.as_slice(), &next].concat());
    }

    #[test]
    fn a_text_ends_well_or_is_dropped() {
        let piece = |places, fate| chunk(Kind::Text, places, fate, vec![text()]);
        let read = || PartFate::Read;
        let cases: [(&str, Vec<Chunk>, &[&str]); 4] = [
            ("whole", vec![piece((true, true), read())], &["text", "piece true", ".", "end Some(0)"]),
            (
                "two pieces",
                vec![piece((true, false), read()), piece((false, true), read())],
                &["text", "piece false", ".", "piece true", ".", "end Some(0)"],
            ),
            (
                "bad at once",
                vec![piece((true, true), PartFate::Skipped(SkipReason::Binary))],
                &["dropped false"],
            ),
            (
                "bad in the end",
                vec![piece((true, false), read()), piece((false, true), PartFate::Reread(Reread::Detected))],
                &["text", "piece false", ".", "dropped true"],
            ),
        ];
        for (name, chunks, expected) in cases {
            assert_eq!(walk(Walk::default(), &chunks), expected, "{name}");
        }
    }

    #[test]
    fn archives_begin_and_end_around_their_members() {
        let mark = |role| {
            let part = Part::new(SourceId(0), role, Kind::Text, Wrap::default());
            Chunk { parts: vec![part], ..Chunk::default() }
        };
        let chunks = [mark(Role::ArchiveStart), mark(Role::ArchiveEnd)];
        assert_eq!(walk(Walk::default(), &chunks), ["archive", "end of archive"]);
    }
}
