//! The layout of the file: sizes, checksums, integers, header and footer.

use crate::fingerprint::Fingerprint;
use crate::units::{Ordinal, count};

use super::{IndexEntry, IndexSettings};

/// The first 8 bytes of every index, and the last.
pub const MAGIC: &[u8; 8] = b"tamisidx";
/// Version of the format.
pub const VERSION: u32 = 3;
/// Entries of a block: 45,060 bytes with its checksum, which the second-level cache holds a few times.
pub const BLOCK_ENTRIES: usize = 2048;
/// Most documents of a block of the directory: a place is found in it in a few microseconds.
pub(crate) const BLOCK_DOCUMENTS: usize = 512;
/// Most places of an index: they take six bytes.
pub const MAX_PLACES: u64 = 1 << 48;

/// Bytes of an entry.
pub(super) const ENTRY: usize = 22;
/// Bytes of a block of entries, its checksum included.
pub(super) const BLOCK: usize = BLOCK_ENTRIES * ENTRY + CRC;
/// Bytes of a checksum.
pub(super) const CRC: usize = 4;
/// Bytes before the settings.
pub(super) const PREAMBLE: usize = 16;
/// Settings take a few hundred bytes; more than this are damage.
pub(super) const MAX_SETTINGS: usize = 1 << 16;
/// Bytes of the footer.
pub(super) const FOOTER: usize = NUM_FIELDS * 8 + CRC + MAGIC.len();
/// Numbers in the footer.
const NUM_FIELDS: usize = 9;

/// The parts of the file, as errors name them and checksums distinguish them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Header,
    Entries,
    Directory,
    Texts,
    EntryFences,
    DirectoryFences,
    TextFences,
    Runs,
    Footer,
}

impl Section {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Header => "its header",
            Self::Entries => "its entries",
            Self::Directory => "its directory",
            Self::Texts => "its texts",
            Self::TextFences => "the table of its texts",
            Self::EntryFences => "the table of its entries",
            Self::DirectoryFences => "the table of its directory",
            Self::Runs => "the table of its runs",
            Self::Footer => "its footer",
        }
    }
}

/// The checksum of a block, or of a section, whose number is 0.
pub(super) fn checksum(section: Section, number: u64, content: &[u8]) -> [u8; CRC] {
    let mut place = [0; 9];
    place[0] = section as u8;
    place[1..].copy_from_slice(&number.to_le_bytes());
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&place);
    hasher.update(content);
    hasher.finalize().to_le_bytes()
}

/// The content before a checksum, if that is right.
pub(super) fn checked(section: Section, number: u64, bytes: &[u8]) -> Option<&[u8]> {
    let (content, crc) = bytes.split_last_chunk::<CRC>()?;
    (checksum(section, number, content) == *crc).then_some(content)
}

/// Bytes of this many entries, in blocks.
pub(super) fn entries_len(num_entries: u64) -> Option<u64> {
    let crcs = num_entries.div_ceil(count(BLOCK_ENTRIES)).checked_mul(count(CRC))?;
    num_entries.checked_mul(count(ENTRY))?.checked_add(crcs)
}

/// The header.
pub(super) fn header(settings: &IndexSettings) -> Vec<u8> {
    let json = serde_json::to_vec(settings).unwrap_or_default(); // strings and numbers
    let len = u32::try_from(json.len()).expect("settings and the names of runs are a few kilobytes");
    let mut header = MAGIC.to_vec();
    header.extend_from_slice(&VERSION.to_le_bytes());
    header.extend_from_slice(&len.to_le_bytes());
    header.extend_from_slice(&json);
    let crc = checksum(Section::Header, 0, &header);
    header.extend_from_slice(&crc);
    header
}

/// Where everything stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Footer {
    pub(super) entries: u64,
    pub(super) directory: u64,
    pub(super) texts: u64,
    pub(super) entry_fences: u64,
    pub(super) directory_fences: u64,
    pub(super) text_fences: u64,
    pub(super) runs: u64,
    /// Where the footer itself begins.
    pub(super) end: u64,
    pub(super) num_entries: u64,
}

impl Footer {
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let Self { entries, directory, texts, entry_fences, directory_fences, .. } = self;
        let Self { text_fences, runs, end, num_entries, .. } = self;
        let tables = [entry_fences, directory_fences, text_fences];
        let fields = [&[entries, directory, texts][..], &tables, &[runs, end, num_entries]].concat();
        let mut bytes: Vec<u8> = fields.iter().flat_map(|field| field.to_le_bytes()).collect();
        let crc = checksum(Section::Footer, 0, &bytes);
        bytes.extend_from_slice(&crc);
        bytes.extend_from_slice(MAGIC);
        bytes
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let fields = checked(Section::Footer, 0, bytes.strip_suffix(MAGIC)?)?;
        let (fields, []) = fields.as_chunks() else { return None };
        let fields: &[[u8; 8]; NUM_FIELDS] = fields.try_into().ok()?;
        let fields = fields.map(u64::from_le_bytes);
        let [entries, directory, texts, entry_fences, directory_fences, ..] = fields;
        let [.., text_fences, runs, end, num_entries] = fields;
        Some(Self {
            entries,
            directory,
            texts,
            entry_fences,
            directory_fences,
            text_fences,
            runs,
            end,
            num_entries,
        })
    }

    /// Whether the sections follow one another, have the lengths that their contents need, and fill a file of `len`
    /// bytes that begins with a header of `header` bytes.
    pub(super) fn fits(&self, header: u64, len: u64) -> bool {
        let table = |start: u64, end: u64, size: u64| {
            let content = end.checked_sub(start).and_then(|len| len.checked_sub(count(CRC)));
            content.is_some_and(|content| content.is_multiple_of(size))
        };
        let blocks = self.num_entries.div_ceil(count(BLOCK_ENTRIES));
        let directory = entries_len(self.num_entries).and_then(|len| self.entries.checked_add(len));
        let fences = blocks.checked_mul(8).and_then(|len| len.checked_add(count(CRC)));
        self.entries == header
            && directory == Some(self.directory)
            && self.directory <= self.texts
            && self.texts <= self.entry_fences
            && fences.and_then(|len| self.entry_fences.checked_add(len)) == Some(self.directory_fences)
            && table(self.directory_fences, self.text_fences, 16)
            && table(self.text_fences, self.runs, 16)
            && table(self.runs, self.end, 1)
            && self.end.checked_add(count(FOOTER)) == Some(len)
    }
}

/// Writes an entry.
#[inline]
pub(super) fn pack(entry: IndexEntry) -> [u8; ENTRY] {
    let mut bytes = [0; ENTRY];
    bytes[..16].copy_from_slice(entry.fingerprint.as_bytes());
    bytes[16..].copy_from_slice(&entry.place.0.to_le_bytes()[..6]);
    bytes
}

/// Reads an entry.
#[inline]
pub(super) fn unpack(bytes: &[u8; ENTRY]) -> IndexEntry {
    let (mut fingerprint, mut place) = ([0; 16], [0; 8]);
    fingerprint.copy_from_slice(&bytes[..16]);
    place[..6].copy_from_slice(&bytes[16..]);
    let place = Ordinal(u64::from_le_bytes(place));
    IndexEntry { fingerprint: Fingerprint::from_bytes(fingerprint), place }
}

/// Appends an integer, 7 bits a byte.
pub(super) fn push_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push((number & 0x7f) as u8);
}

/// Takes an integer from the front; `None` if it is cut off or has more than 64 bits.
pub(super) fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        if shift == 63 && bits > 1 {
            return None;
        }
        number |= bits << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_come_back() {
        let mut bytes = Vec::new();
        let numbers = [0, 1, 127, 128, 300, 1 << 35, (1 << 48) - 1, u64::MAX];
        for number in numbers {
            push_varint(&mut bytes, number);
        }
        let mut rest = bytes.as_slice();
        for number in numbers {
            assert_eq!(take_varint(&mut rest), Some(number));
        }
        assert_eq!(take_varint(&mut rest), None);
        assert_eq!(take_varint(&mut &[0xff; 9][..]), None, "it is cut off");
        assert_eq!(take_varint(&mut [[0xff; 9].as_slice(), &[2]].concat().as_slice()), None, "65 bits");
    }

    #[test]
    fn entries_come_back() {
        let entry = IndexEntry { fingerprint: Fingerprint::of(b"abc"), place: Ordinal(MAX_PLACES - 1) };
        assert_eq!(unpack(&pack(entry)), entry);
    }

    #[test]
    fn sections_must_fill_the_file() {
        let footer = Footer {
            entries: 100,
            directory: 126,
            texts: 140,
            entry_fences: 150,
            directory_fences: 162,
            text_fences: 182,
            runs: 202,
            end: 230,
            num_entries: 1,
        };
        let len = 230 + count(FOOTER);
        assert_eq!(Footer::parse(&footer.to_bytes()), Some(footer));
        assert!(footer.fits(100, len));
        assert!(!footer.fits(101, len) && !footer.fits(100, len + 1));
        for wrong in [
            Footer { num_entries: 2, ..footer },
            Footer { num_entries: u64::MAX, ..footer },
            Footer { directory: u64::MAX, ..footer },
            Footer { texts: 125, ..footer },
            Footer { texts: 151, ..footer },
            Footer { entry_fences: 125, ..footer },
            Footer { directory_fences: 160, ..footer },
            Footer { text_fences: 183, ..footer },
            Footer { runs: 203, ..footer },
            Footer { runs: 229, ..footer },
            Footer { end: u64::MAX, ..footer },
        ] {
            assert!(!wrong.fits(100, len), "{wrong:?}");
        }
    }
}
