//! Thrift's compact protocol, in which the metadata of a Parquet file is written, walked through before it is decoded.
//!
//! Decoding takes no more steps than there are bytes, but for one thing: the crate that decodes passes over lists of
//! truth values without taking a byte for each, so that five bytes can claim 2^31 steps. Metadata of Parquet holds no
//! such list; where one stands, the file is damaged. So that a walk sees what the decoder sees, fields of which the
//! decoder knows the shape must have it, and all others are passed over as the decoder passes over them.
//!
//! Source: the Thrift compact protocol, and `parquet.thrift` of the Parquet format.

/// The type of a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Flag,
    Byte,
    Whole,
    Double,
    Bytes,
    List(&'static Self),
    Record(Fields),
    /// A node of the schema's tree, before its children.
    Node(Fields),
    /// A whole number that is noted.
    Noted(Note),
}

/// The reason why a number is noted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Note {
    Children,
    Unpacked,
    Packed,
}

use Shape::{Byte, Bytes, Double, Flag, List, Node, Noted, Record, Whole};

/// The fields of a record by number; of a union, all of which one is given.
type Fields = &'static [(i16, Shape)];

const EMPTY: Shape = Record(&[]);
const WHOLES: Shape = List(&Whole);

const TIME: Shape = Record(&[(1, Flag), (2, Record(&[(1, EMPTY), (2, EMPTY), (3, EMPTY)]))]);
const LOGICAL_TYPE: Shape = Record(&[
    (1, EMPTY),
    (2, EMPTY),
    (3, EMPTY),
    (4, EMPTY),
    (5, Record(&[(1, Whole), (2, Whole)])),
    (6, EMPTY),
    (7, TIME),
    (8, TIME),
    (10, Record(&[(1, Byte), (2, Flag)])),
    (11, EMPTY),
    (12, EMPTY),
    (13, EMPTY),
    (14, EMPTY),
    (15, EMPTY),
    (16, Record(&[(1, Byte)])),
    (17, Record(&[(1, Bytes)])),
    (18, Record(&[(1, Bytes), (2, Whole)])),
    (19, EMPTY),
]);

const SCHEMA_ELEMENT: Shape = Node(&[
    (1, Whole),
    (2, Whole),
    (3, Whole),
    (4, Bytes),
    (5, Noted(Note::Children)),
    (6, Whole),
    (7, Whole),
    (8, Whole),
    (9, Whole),
    (10, LOGICAL_TYPE),
]);

const KEY_VALUE: Shape = Record(&[(1, Bytes), (2, Bytes)]);

const STATISTICS: Shape = Record(&[
    (1, Bytes),
    (2, Bytes),
    (3, Whole),
    (4, Whole),
    (5, Bytes),
    (6, Bytes),
    (7, Flag),
    (8, Flag),
    (9, Whole),
]);

const BOUNDING_BOX: Shape = Record(&[
    (1, Double),
    (2, Double),
    (3, Double),
    (4, Double),
    (5, Double),
    (6, Double),
    (7, Double),
    (8, Double),
]);

const COLUMN_METADATA: Shape = Record(&[
    (1, Whole),
    (2, WHOLES),
    (3, List(&Bytes)),
    (4, Whole),
    (5, Whole),
    (6, Whole),
    (7, Whole),
    (8, List(&KEY_VALUE)),
    (9, Whole),
    (10, Whole),
    (11, Whole),
    (12, STATISTICS),
    (13, List(&Record(&[(1, Whole), (2, Whole), (3, Whole)]))),
    (14, Whole),
    (15, Whole),
    (16, Record(&[(1, Whole), (2, WHOLES), (3, WHOLES)])),
    (17, Record(&[(1, BOUNDING_BOX), (2, WHOLES)])),
]);

const COLUMN_CHUNK: Shape =
    Record(&[(1, Bytes), (2, Whole), (3, COLUMN_METADATA), (4, Whole), (5, Whole), (6, Whole), (7, Whole)]);

const ROW_GROUP: Shape = Record(&[
    (1, List(&COLUMN_CHUNK)),
    (2, Whole),
    (3, Whole),
    (4, List(&Record(&[(1, Whole), (2, Flag), (3, Flag)]))),
    (5, Whole),
    (6, Whole),
    (7, Whole),
]);

/// The metadata at the end of a file.
pub(super) const FOOTER: Fields = &[
    (1, Whole),
    (2, List(&SCHEMA_ELEMENT)),
    (3, Whole),
    (4, List(&ROW_GROUP)),
    (5, List(&KEY_VALUE)),
    (6, Bytes),
    (7, List(&Record(&[(1, EMPTY), (2, EMPTY), (3, EMPTY)]))),
];

/// The header of a page.
pub(super) const PAGE_HEADER: Fields = &[
    (1, Whole),
    (2, Noted(Note::Unpacked)),
    (3, Noted(Note::Packed)),
    (4, Whole),
    (5, Record(&[(1, Whole), (2, Whole), (3, Whole), (4, Whole), (5, STATISTICS)])),
    (6, EMPTY),
    (7, Record(&[(1, Whole), (2, Whole), (3, Flag)])),
    (
        8,
        Record(&[
            (1, Whole),
            (2, Whole),
            (3, Whole),
            (4, Whole),
            (5, Whole),
            (6, Whole),
            (7, Flag),
            (8, STATISTICS),
        ]),
    ),
];

/// Why metadata is not decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It goes on behind the bytes.
    Short,
    /// It is not what it should be.
    Damaged(&'static str),
}

/// The numbers that a walk noted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Notes {
    /// Bytes of a page, unpacked.
    pub(super) unpacked: u64,
    /// Bytes of a page as it stands in the file.
    pub(super) packed: u64,
    /// Children of the node of the schema that was walked through last.
    children: u64,
    /// How many children are still to come of each open node of the schema.
    open: Vec<u64>,
}

/// Walks through the record that `bytes` begin with.
pub(super) fn walk(bytes: &[u8], fields: Fields) -> Result<Notes, Wrong> {
    let mut walk = Walk { bytes, notes: Notes::default() };
    walk.record(fields, MAX_DEPTH)?;
    Ok(walk.notes)
}

/// Records in records, and lists: those of Parquet take nine.
const MAX_DEPTH: u32 = 64;
/// Columns in columns. Those who decode a schema go down into it by recursion.
const MAX_NESTING: usize = 100;

struct Walk<'a> {
    bytes: &'a [u8],
    notes: Notes,
}

impl Shape {
    /// Whether a value of this type on the wire has this shape.
    fn is(self, wire: u8) -> bool {
        match self {
            Flag => matches!(wire, 1 | 2),
            Byte => wire == 3,
            Whole | Noted(_) => matches!(wire, 4..=6),
            Double => wire == 7,
            Bytes => wire == 8,
            List(_) => matches!(wire, 9 | 10),
            Record(_) | Node(_) => wire == 12,
        }
    }
}

impl Walk<'_> {
    fn byte(&mut self) -> Result<u8, Wrong> {
        let (first, rest) = self.bytes.split_first().ok_or(Wrong::Short)?;
        self.bytes = rest;
        Ok(*first)
    }

    fn pass(&mut self, len: u64) -> Result<(), Wrong> {
        let len = usize::try_from(len).map_err(|_| Wrong::Short)?;
        self.bytes = self.bytes.get(len..).ok_or(Wrong::Short)?;
        Ok(())
    }

    /// A number of any length, of which the lowest 64 bits count.
    fn number(&mut self) -> Result<u64, Wrong> {
        let (mut number, mut shift) = (0_u64, 0_u32);
        loop {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
            shift = shift.saturating_add(7);
        }
    }

    fn signed(&mut self) -> Result<i64, Wrong> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn record(&mut self, fields: Fields, depth: u32) -> Result<(), Wrong> {
        let depth = deeper(depth)?;
        let mut id = 0_i16;
        loop {
            let head = self.byte()?;
            let wire = head & 0xf;
            if wire == 0 {
                return Ok(());
            }
            let next = match head >> 4 {
                0 => i16::try_from(self.signed()?).ok(),
                step => id.checked_add(i16::from(step)),
            };
            id = next.ok_or(Wrong::Damaged("a field of its metadata has no number"))?;
            let shape = fields.iter().find(|(known, _)| *known == id).map(|(_, shape)| *shape);
            if shape.is_some_and(|shape| !shape.is(wire)) {
                return Err(Wrong::Damaged("a field of its metadata has another type"));
            }
            // A flag is its type.
            if !matches!(wire, FLAG_TRUE | FLAG_FALSE) {
                self.value(wire, shape, depth)?;
            }
        }
    }

    /// Walks through a value that stands by itself: a field that is no flag, or an element of a list.
    fn value(&mut self, wire: u8, shape: Option<Shape>, depth: u32) -> Result<(), Wrong> {
        match (wire, shape) {
            (3, _) => self.pass(1),
            (4..=6, Some(Noted(note))) => self.note(note),
            (4..=6, _) => self.number().map(drop),
            (7, _) => self.pass(8),
            (8, _) => {
                let len = self.number()?;
                self.pass(len)
            }
            (9 | 10, _) => self.list(shape, depth),
            (12, Some(Record(fields))) => self.record(fields, depth),
            (12, Some(Node(fields))) => {
                self.notes.children = 0;
                self.record(fields, depth)?;
                self.nest()
            }
            (12, _) => self.record(&[], depth),
            (13, _) => self.pass(16),
            (11, _) => Err(Wrong::Damaged("its metadata holds a map")),
            _ => Err(Wrong::Damaged("a field of its metadata has no type")),
        }
    }

    fn note(&mut self, note: Note) -> Result<(), Wrong> {
        let number = u64::try_from(self.signed()?).unwrap_or(0);
        match note {
            Note::Children => self.notes.children = number,
            Note::Unpacked => self.notes.unpacked = number,
            Note::Packed => self.notes.packed = number,
        }
        Ok(())
    }

    /// Goes from a node of the schema to the next.
    fn nest(&mut self) -> Result<(), Wrong> {
        let Notes { children, open, .. } = &mut self.notes;
        if let Some(left) = open.last_mut() {
            *left = left.saturating_sub(1);
        }
        if *children > 0 {
            open.push(*children);
        }
        // One with its last child open is still there: below it, recursion goes on.
        if open.len() > MAX_NESTING {
            return Err(Wrong::Damaged("its columns are nested too deeply"));
        }
        while *children == 0 && open.last() == Some(&0) {
            open.pop();
        }
        Ok(())
    }

    fn list(&mut self, shape: Option<Shape>, depth: u32) -> Result<(), Wrong> {
        let depth = deeper(depth)?;
        let head = self.byte()?;
        if head == 0 {
            return Ok(()); // an empty list, as some programs write it
        }
        let (wire, few) = (head & 0xf, head >> 4);
        let len = if few == 15 { self.number()? } else { u64::from(few) };
        let shape = if let Some(List(shape)) = shape { Some(*shape) } else { None };
        let is_free = matches!(wire, FLAG_TRUE | FLAG_FALSE);
        if len > 0 && (is_free || shape.is_some_and(|shape| !shape.is(wire))) {
            return Err(Wrong::Damaged("a list of its metadata has another type"));
        }
        (0..len).try_for_each(|_| self.value(wire, shape, depth))
    }
}

const FLAG_TRUE: u8 = 1;
const FLAG_FALSE: u8 = 2;

fn deeper(depth: u32) -> Result<u32, Wrong> {
    depth.checked_sub(1).ok_or(Wrong::Damaged("its metadata is too deep"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record of one field, the list of this header, with `rest` behind it.
    fn listing(field: u8, header: &[u8], rest: &[u8]) -> Vec<u8> {
        [&[field << 4 | 9], header, rest, &[0]].concat()
    }

    /// A schema in which each of `depth` nodes has one child.
    fn nested(depth: usize) -> Vec<u8> {
        let node = |children: u8| [0x48, 1, b'a', 0x15, children * 2, 0];
        let mut schema = node(1).repeat(depth);
        schema.extend(node(0));
        let len = u8::try_from(depth + 1).unwrap();
        listing(2, &[0xfc, len & 0x7f | 0x80, len >> 7], &schema)
    }

    #[test]
    fn what_is_not_walked_through() {
        let wrong = |bytes: &[u8]| walk(bytes, FOOTER).unwrap_err();
        let other_list = Wrong::Damaged("a list of its metadata has another type");
        let huge = [0xff, 0xff, 0xff, 0xff, 0x07];
        // Where the decoder knows a list of another type, and where it passes over what it does not know.
        for field in [4, 9] {
            assert_eq!(wrong(&listing(field, &[&[0xf1][..], &huge].concat(), &[])), other_list);
            assert_eq!(wrong(&listing(field, &[0x32], &[1, 1, 1])), other_list);
        }
        assert_eq!(wrong(&listing(9, &[&[0xf3][..], &huge].concat(), &[0; 100])), Wrong::Short);
        assert_eq!(wrong(&[0x18, 0]), Wrong::Damaged("a field of its metadata has another type"));
        assert_eq!(wrong(&[0x9b, 0]), Wrong::Damaged("its metadata holds a map"));
        assert_eq!(wrong(&[0x9c; 100]), Wrong::Damaged("its metadata is too deep"));
        assert_eq!(wrong(&[]), Wrong::Short);
    }

    #[test]
    fn empty_lists_are_of_any_type() {
        for header in [0x00, 0x01, 0x02, 0x03, 0x0c] {
            assert_eq!(walk(&listing(4, &[header], &[]), FOOTER), Ok(Notes::default()));
        }
    }

    #[test]
    fn columns_are_nested_so_deeply() {
        assert!(walk(&nested(MAX_NESTING), FOOTER).is_ok());
        assert_eq!(
            walk(&nested(MAX_NESTING + 1), FOOTER),
            Err(Wrong::Damaged("its columns are nested too deeply"))
        );
    }

    #[test]
    fn the_header_of_a_page_gives_its_sizes() {
        // Type 0, 300 bytes unpacked, 7 packed, a dictionary that is sorted, a field of a later version.
        let header = [0x15, 0, 0x15, 0xd8, 0x04, 0x15, 14, 0x4c, 0x15, 2, 0x15, 0, 0x11, 0, 0x28, 1, b'x', 0];
        let notes = walk(&header, PAGE_HEADER).unwrap();
        assert_eq!((notes.unpacked, notes.packed), (300, 7));
        for len in 0..header.len() {
            assert_eq!(walk(&header[..len], PAGE_HEADER), Err(Wrong::Short), "{len}");
        }
    }
}
