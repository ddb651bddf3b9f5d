//! The file of an index: its tables, read and checked. Sizes that stand in it are believed once they fit the file.

use std::io;
use std::ops::Range;
use std::path::Path;

use crate::error::{Error, Result};
use crate::fingerprint::GRAM_LENGTHS;
use crate::store::ReadAt;
use crate::units::count;

use super::layout::{
    CRC, Extras, Footer, GRAM_VERSION, MAGIC, MAX_PLACES, MAX_SETTINGS, PREAMBLE, PRINT_VERSION, Section,
    VERSION, checked,
};
use super::{IndexRun, IndexSettings};

/// Advice for a damaged file.
const REBUILD: &str = "use the tamis version that wrote it, or make a new one from the same inputs with `tamis index build INPUT... --index FILE`";
/// What to do about damage.
const RESTORE: &str = "restore a copy of this file, or build it again with `tamis index build`";

/// A file of which no more is known than its name.
pub(super) struct IndexFile<'a> {
    pub(super) file: &'a dyn ReadAt,
    pub(super) path: &'a Path,
}

impl IndexFile<'_> {
    pub(super) fn error(&self, what: String, remedy: &'static str) -> Error {
        Error::Index { path: self.path.to_owned(), what, remedy }
    }

    pub(super) fn damaged(&self, section: Section, block: Option<u64>, what: &str) -> Error {
        let block = block.map_or(String::new(), |number| format!("block {number} of "));
        self.error(format!("it is damaged in {block}{}: {what}", section.name()), RESTORE)
    }

    /// Fills `bytes` from `offset`.
    pub(super) fn fill(&self, section: Section, offset: u64, bytes: &mut [u8]) -> Result<()> {
        self.file.read_at(offset, bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => self.damaged(section, None, "it ends too early"),
            _ => self.error(
                format!("cannot read {} at byte {offset}: {error}", section.name()),
                "check the disk it is on, and run again",
            ),
        })
    }

    /// Reads a range of bytes, which must lie in the file: a buffer of its length is allocated.
    pub(super) fn read(&self, section: Section, range: Range<u64>) -> Result<Vec<u8>> {
        let len = range.end.checked_sub(range.start).filter(|_| range.end <= self.file.len());
        let len = len.and_then(|len| usize::try_from(len).ok());
        let len = len.ok_or_else(|| self.damaged(section, None, "it ends too early"))?;
        let mut bytes = vec![0; len];
        self.fill(section, range.start, &mut bytes)?;
        Ok(bytes)
    }

    /// The content of a section, or a block, that ends with its checksum.
    pub(super) fn checked(&self, section: Section, block: Option<u64>, range: Range<u64>) -> Result<Vec<u8>> {
        let mut bytes = self.read(section, range)?;
        match checked(section, block.unwrap_or(0), &bytes) {
            None => Err(self.damaged(section, block, "the checksum is wrong")),
            Some(content) => {
                let len = content.len();
                bytes.truncate(len);
                Ok(bytes)
            }
        }
    }

    /// The settings, and the number of bytes of the header.
    pub(super) fn header(&self) -> Result<(IndexSettings, u64)> {
        let foreign =
            || self.error("not a tamis index".to_owned(), "name a file that tamis wrote as an index");
        if self.file.len() < count(PREAMBLE) {
            return Err(foreign());
        }
        let preamble = self.read(Section::Header, 0..count(PREAMBLE))?;
        let (numbers, []) = preamble.strip_prefix(MAGIC).ok_or_else(foreign)?.as_chunks() else {
            return Err(foreign());
        };
        let numbers: Vec<u32> = numbers.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        let (version, len) = (numbers[0], numbers[1]);
        if ![VERSION, GRAM_VERSION, PRINT_VERSION].contains(&version) {
            return Err(self.error(
                format!(
                    "its version is {version}, and this tamis reads versions {VERSION}, {GRAM_VERSION} and {PRINT_VERSION}"
                ),
                REBUILD,
            ));
        }
        if len as usize > MAX_SETTINGS {
            return Err(self.damaged(Section::Header, None, "it is longer than possible"));
        }
        let end = count(PREAMBLE + CRC) + u64::from(len);
        let header = self.checked(Section::Header, None, 0..end)?;
        let settings = serde_json::from_slice(&header[PREAMBLE..]);
        let settings: IndexSettings =
            settings.map_err(|error| self.damaged(Section::Header, None, &error.to_string()))?;
        let has_lengths = settings.grams.is_none_or(|grams| GRAM_LENGTHS.contains(&grams.tokens));
        if settings.version() != version || !has_lengths {
            return Err(self.damaged(Section::Header, None, "its settings are not those of its version"));
        }
        Ok((settings, end))
    }

    pub(super) fn footer(&self, header: u64, extras: Extras) -> Result<Footer> {
        let len = self.file.len();
        let num_bytes = count(Footer::num_bytes(extras));
        let bytes = self.read(Section::Footer, len.saturating_sub(num_bytes)..len)?;
        match Footer::parse(&bytes, extras) {
            Some(footer) if footer.fits(header, len, extras) => Ok(footer),
            Some(_) => Err(self.damaged(Section::Footer, None, "it states another length")),
            None if !bytes.ends_with(MAGIC) => {
                Err(self.damaged(Section::Footer, None, "the file breaks off"))
            }
            None => Err(self.damaged(Section::Footer, None, "the checksum is wrong")),
        }
    }

    pub(super) fn entry_fences(&self, footer: &Footer) -> Result<Vec<u64>> {
        let bytes = self.checked(Section::EntryFences, None, footer.entry_fences..footer.directory_fences)?;
        let fences: Vec<u64> = bytes.as_chunks().0.iter().map(|fence| u64::from_le_bytes(*fence)).collect();
        if fences.is_sorted() {
            return Ok(fences);
        }
        Err(self.damaged(Section::EntryFences, None, "it is out of order"))
    }

    /// The first place and the offset of each block of the directory, or of texts, which fill a range of the file.
    pub(super) fn place_fences(&self, table: PlaceTable, num_places: u64) -> Result<Vec<(u64, u64)>> {
        let PlaceTable { section, range, blocks } = table;
        let bytes = self.checked(section, None, range)?;
        let numbers =
            bytes.as_chunks().0.iter().map(|number| u64::from_le_bytes(*number)).collect::<Vec<_>>();
        let fences: Vec<(u64, u64)> = numbers.as_chunks().0.iter().map(|[place, at]| (*place, *at)).collect();
        let starts = fences.first().map_or(blocks.end, |first| first.1) == blocks.start;
        let (place, at) = fences.last().copied().unwrap_or_default();
        let ends = fences.is_empty() || place < num_places && at < blocks.end;
        if starts && ends && fences.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1) {
            return Ok(fences);
        }
        Err(self.damaged(section, None, "it does not match its blocks"))
    }

    /// The runs, and the place after the last of each.
    pub(super) fn runs(&self, footer: &Footer) -> Result<(Vec<IndexRun>, Vec<u64>)> {
        let bytes = self.checked(Section::Runs, None, footer.runs..footer.end)?;
        let runs: Vec<IndexRun> = serde_json::from_slice(&bytes)
            .map_err(|error| self.damaged(Section::Runs, None, &error.to_string()))?;
        let (mut end, mut num_entries) = (0_u64, 0_u64);
        let mut ends = Vec::with_capacity(runs.len());
        for run in &runs {
            end = end.saturating_add(run.num_paragraphs);
            num_entries = num_entries.saturating_add(run.num_entries);
            ends.push(end);
        }
        let fit = runs.iter().all(|run| {
            let num_texts = run.num_texts.max(run.num_passages).max(run.num_counted).unwrap_or(0);
            run.num_entries.max(run.num_documents).max(num_texts) <= run.num_paragraphs
        });
        if !fit || end > MAX_PLACES || num_entries != footer.num_entries {
            return Err(self.damaged(Section::Runs, None, "its numbers do not add up"));
        }
        Ok((runs, ends))
    }
}

/// A table of blocks that begin with places.
pub(super) struct PlaceTable {
    pub(super) section: Section,
    pub(super) range: Range<u64>,
    pub(super) blocks: Range<u64>,
}
