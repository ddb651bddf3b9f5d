//! The layout of the file: sizes, checksums, integers, header and footer.

use crate::fingerprint::Fingerprint;
use crate::units::{Ordinal, count};

use super::{IndexEntry, IndexSettings};

/// The first 8 bytes of every index, and the last.
pub const MAGIC: &[u8; 8] = b"tamisidx";
/// Version of the format of an index without grams.
pub const VERSION: u32 = 3;
/// Version of the format of an index with grams: two sections more.
pub const GRAM_VERSION: u32 = 4;
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
/// Numbers in the footer of an index without grams, and of one with them.
const NUM_FIELDS: usize = 9;
const NUM_GRAM_FIELDS: usize = NUM_FIELDS + 2;

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
    // Those of version 4 come behind, as checksums hold the number of a section.
    Grams,
    GramFences,
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
            Self::Grams => "its grams",
            Self::GramFences => "the table of its grams",
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
    header.extend_from_slice(&settings.version().to_le_bytes());
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
    /// Where the entry fences begin if there are no grams.
    pub(super) grams: u64,
    pub(super) entry_fences: u64,
    pub(super) directory_fences: u64,
    pub(super) text_fences: u64,
    /// Where the runs begin if there are no grams.
    pub(super) gram_fences: u64,
    pub(super) runs: u64,
    /// Where the footer itself begins.
    pub(super) end: u64,
    pub(super) num_entries: u64,
}

impl Footer {
    /// Bytes of the footer.
    pub(super) fn num_bytes(has_grams: bool) -> usize {
        let num_fields = if has_grams { NUM_GRAM_FIELDS } else { NUM_FIELDS };
        num_fields * 8 + CRC + MAGIC.len()
    }

    pub(super) fn to_bytes(self, has_grams: bool) -> Vec<u8> {
        let Self { entries, directory, texts, entry_fences, directory_fences, .. } = self;
        let Self { text_fences, runs, end, num_entries, grams, gram_fences, .. } = self;
        let tables = [entry_fences, directory_fences, text_fences];
        let mut fields = [&[entries, directory, texts][..], &tables, &[runs, end, num_entries]].concat();
        if has_grams {
            fields.extend([grams, gram_fences]);
        }
        let mut bytes: Vec<u8> = fields.iter().flat_map(|field| field.to_le_bytes()).collect();
        let crc = checksum(Section::Footer, 0, &bytes);
        bytes.extend_from_slice(&crc);
        bytes.extend_from_slice(MAGIC);
        bytes
    }

    pub(super) fn parse(bytes: &[u8], has_grams: bool) -> Option<Self> {
        let fields = checked(Section::Footer, 0, bytes.strip_suffix(MAGIC)?)?;
        let (fields, []) = fields.as_chunks() else { return None };
        let fields: Vec<u64> = fields.iter().map(|field| u64::from_le_bytes(*field)).collect();
        let (fields, rest): (&[u64; NUM_FIELDS], &[u64]) = fields.split_first_chunk()?;
        let [entries, directory, texts, entry_fences, directory_fences, ..] = *fields;
        let [.., text_fences, runs, end, num_entries] = *fields;
        let (grams, gram_fences) = match (rest, has_grams) {
            ([], false) => (entry_fences, runs),
            ([grams, gram_fences], true) => (*grams, *gram_fences),
            _ => return None,
        };
        Some(Self {
            entries,
            directory,
            texts,
            grams,
            entry_fences,
            directory_fences,
            text_fences,
            gram_fences,
            runs,
            end,
            num_entries,
        })
    }

    /// Whether the sections follow one another, have the lengths that their contents need, and fill a file of `len`
    /// bytes that begins with a header of `header` bytes.
    pub(super) fn fits(&self, header: u64, len: u64, has_grams: bool) -> bool {
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
            && self.texts <= self.grams
            && self.grams <= self.entry_fences
            && fences.and_then(|len| self.entry_fences.checked_add(len)) == Some(self.directory_fences)
            && table(self.directory_fences, self.text_fences, 16)
            && table(self.text_fences, self.gram_fences, 16)
            && if has_grams {
                table(self.gram_fences, self.runs, 16)
            } else {
                (self.grams, self.gram_fences) == (self.entry_fences, self.runs)
            }
            && table(self.runs, self.end, 1)
            && self.end.checked_add(count(Self::num_bytes(has_grams))) == Some(len)
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
            grams: 150,
            entry_fences: 150,
            directory_fences: 162,
            text_fences: 182,
            gram_fences: 202,
            runs: 202,
            end: 230,
            num_entries: 1,
        };
        let len = 230 + count(Footer::num_bytes(false));
        assert_eq!(Footer::parse(&footer.to_bytes(false), false), Some(footer));
        assert_eq!(Footer::parse(&footer.to_bytes(false), true), None);
        assert!(footer.fits(100, len, false));
        assert!(!footer.fits(101, len, false) && !footer.fits(100, len + 1, false));
        let with_grams = Footer { grams: 145, runs: 222, ..footer };
        let grams_len = 230 + count(Footer::num_bytes(true));
        assert_eq!(Footer::parse(&with_grams.to_bytes(true), true), Some(with_grams));
        assert_eq!(Footer::parse(&with_grams.to_bytes(true), false), None);
        assert!(with_grams.fits(100, grams_len, true) && !with_grams.fits(100, grams_len, false));
        assert!(!Footer { grams: 139, ..with_grams }.fits(100, grams_len, true));
        assert!(!Footer { grams: 151, ..with_grams }.fits(100, grams_len, true));
        assert!(!Footer { gram_fences: 203, ..with_grams }.fits(100, grams_len, true));
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
            assert!(!wrong.fits(100, len, false), "{wrong:?}");
        }
    }
}
