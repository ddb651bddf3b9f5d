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
/// Version of the format of an index with prints of the documents of sources: two sections more than without.
pub const PRINT_VERSION: u32 = 5;
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
/// Numbers in the footer of an index without grams and prints, and those more of each of the two.
const NUM_FIELDS: usize = 9;
const NUM_MORE: usize = 2;

/// The sections that not every index has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Extras {
    pub(super) grams: bool,
    pub(super) prints: bool,
}

impl Extras {
    pub(super) fn of(settings: &IndexSettings) -> Self {
        Self { grams: settings.grams.is_some(), prints: settings.sources.is_some() }
    }
}

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
    // Those of later versions come behind, as checksums hold the number of a section.
    Grams,
    GramFences,
    Prints,
    PrintFences,
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
            Self::Prints => "its prints",
            Self::PrintFences => "the table of its prints",
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
    /// Where the prints begin if there are no grams.
    pub(super) grams: u64,
    /// Where the entry fences begin if there are no prints.
    pub(super) prints: u64,
    pub(super) entry_fences: u64,
    pub(super) directory_fences: u64,
    pub(super) text_fences: u64,
    /// Where the print fences begin if there are no grams.
    pub(super) gram_fences: u64,
    /// Where the runs begin if there are no prints.
    pub(super) print_fences: u64,
    pub(super) runs: u64,
    /// Where the footer itself begins.
    pub(super) end: u64,
    pub(super) num_entries: u64,
}

impl Footer {
    /// Bytes of the footer.
    pub(super) fn num_bytes(extras: Extras) -> usize {
        let num_extras = usize::from(extras.grams) + usize::from(extras.prints);
        (NUM_FIELDS + num_extras * NUM_MORE) * 8 + CRC + MAGIC.len()
    }

    pub(super) fn to_bytes(self, extras: Extras) -> Vec<u8> {
        let Self { entries, directory, texts, entry_fences, directory_fences, .. } = self;
        let Self { text_fences, runs, end, num_entries, grams, gram_fences, .. } = self;
        let tables = [entry_fences, directory_fences, text_fences];
        let mut fields = [&[entries, directory, texts][..], &tables, &[runs, end, num_entries]].concat();
        if extras.grams {
            fields.extend([grams, gram_fences]);
        }
        if extras.prints {
            fields.extend([self.prints, self.print_fences]);
        }
        let mut bytes: Vec<u8> = fields.iter().flat_map(|field| field.to_le_bytes()).collect();
        let crc = checksum(Section::Footer, 0, &bytes);
        bytes.extend_from_slice(&crc);
        bytes.extend_from_slice(MAGIC);
        bytes
    }

    pub(super) fn parse(bytes: &[u8], extras: Extras) -> Option<Self> {
        let fields = checked(Section::Footer, 0, bytes.strip_suffix(MAGIC)?)?;
        let (fields, []) = fields.as_chunks() else { return None };
        let fields: Vec<u64> = fields.iter().map(|field| u64::from_le_bytes(*field)).collect();
        let (fields, mut rest): (&[u64; NUM_FIELDS], &[u64]) = fields.split_first_chunk()?;
        let [entries, directory, texts, entry_fences, directory_fences, ..] = *fields;
        let [.., text_fences, runs, end, num_entries] = *fields;
        // What is not there is empty: it begins where the next section does.
        let mut take = |is_there: bool, next: [u64; NUM_MORE]| {
            if !is_there {
                return Some(next);
            }
            let (own, behind) = rest.split_first_chunk()?;
            rest = behind;
            Some(*own)
        };
        let first = take(extras.grams, [0; NUM_MORE])?;
        let [prints, print_fences] = take(extras.prints, [entry_fences, runs])?;
        let [grams, gram_fences] = if extras.grams { first } else { [prints, print_fences] };
        rest.is_empty().then_some(Self {
            entries,
            directory,
            texts,
            grams,
            prints,
            entry_fences,
            directory_fences,
            text_fences,
            gram_fences,
            print_fences,
            runs,
            end,
            num_entries,
        })
    }

    /// Whether the sections follow one another, have the lengths that their contents need, and fill a file of `len`
    /// bytes that begins with a header of `header` bytes.
    pub(super) fn fits(&self, header: u64, len: u64, extras: Extras) -> bool {
        let table = |start: u64, end: u64, size: u64| {
            let content = end.checked_sub(start).and_then(|len| len.checked_sub(count(CRC)));
            content.is_some_and(|content| content.is_multiple_of(size))
        };
        let extra = |is_there: bool, [blocks, table_start]: [u64; 2], [next, table_end]: [u64; 2]| {
            if is_there {
                blocks <= next && table(table_start, table_end, 16)
            } else {
                (blocks, table_start) == (next, table_end)
            }
        };
        let blocks = self.num_entries.div_ceil(count(BLOCK_ENTRIES));
        let directory = entries_len(self.num_entries).and_then(|len| self.entries.checked_add(len));
        let fences = blocks.checked_mul(8).and_then(|len| len.checked_add(count(CRC)));
        self.entries == header
            && directory == Some(self.directory)
            && self.directory <= self.texts
            && self.texts <= self.grams
            && fences.and_then(|len| self.entry_fences.checked_add(len)) == Some(self.directory_fences)
            && table(self.directory_fences, self.text_fences, 16)
            && table(self.text_fences, self.gram_fences, 16)
            && extra(extras.grams, [self.grams, self.gram_fences], [self.prints, self.print_fences])
            && extra(extras.prints, [self.prints, self.print_fences], [self.entry_fences, self.runs])
            && table(self.runs, self.end, 1)
            && self.end.checked_add(count(Self::num_bytes(extras))) == Some(len)
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

#[cfg(test)]
mod tests {
    use super::*;

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
            prints: 150,
            entry_fences: 150,
            directory_fences: 162,
            text_fences: 182,
            gram_fences: 202,
            print_fences: 202,
            runs: 202,
            end: 230,
            num_entries: 1,
        };
        let (none, grams, prints) =
            (Extras::default(), Extras { grams: true, prints: false }, Extras { grams: false, prints: true });
        let both = Extras { grams: true, prints: true };
        let len = 230 + count(Footer::num_bytes(none));
        assert!(footer.fits(100, len, none));
        assert!(!footer.fits(101, len, none) && !footer.fits(100, len + 1, none));
        let with_grams = Footer { grams: 145, print_fences: 222, runs: 222, ..footer };
        let with_prints = Footer { grams: 145, prints: 145, runs: 222, ..footer };
        let with_both =
            Footer { grams: 142, prints: 146, gram_fences: 202, print_fences: 206, runs: 226, ..footer };
        for (footer, extras) in
            [(footer, none), (with_grams, grams), (with_prints, prints), (with_both, both)]
        {
            let len = 230 + count(Footer::num_bytes(extras));
            assert_eq!(Footer::parse(&footer.to_bytes(extras), extras), Some(footer));
            assert!(footer.fits(100, len, extras), "{extras:?}");
            // Which of the two are there, the settings say.
            let is_other = |other: &Extras| Footer::num_bytes(*other) != Footer::num_bytes(extras);
            for other in [none, grams, prints, both].into_iter().filter(is_other) {
                assert_eq!(Footer::parse(&footer.to_bytes(extras), other), None, "{extras:?} {other:?}");
            }
        }
        let grams_len = 230 + count(Footer::num_bytes(grams));
        assert!(!Footer { grams: 139, ..with_grams }.fits(100, grams_len, grams));
        assert!(!Footer { grams: 151, ..with_grams }.fits(100, grams_len, grams));
        assert!(!Footer { gram_fences: 203, ..with_grams }.fits(100, grams_len, grams));
        assert!(!Footer { print_fences: 221, ..with_grams }.fits(100, grams_len, grams));
        assert!(!Footer { prints: 151, grams: 151, ..with_prints }.fits(100, grams_len, prints));
        assert!(!Footer { print_fences: 203, gram_fences: 203, ..with_prints }.fits(100, grams_len, prints));
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
            assert!(!wrong.fits(100, len, none), "{wrong:?}");
        }
    }
}
