//! An index, read: opened by its tables, blocks when they are asked for.

use std::fmt;
use std::io;
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::store::ReadAt;
use crate::units::{self, Ordinal, count};

use super::directory::BlockWalk;
use super::layout::{
    BLOCK, CRC, FOOTER, Footer, MAGIC, MAX_PLACES, MAX_SETTINGS, PREAMBLE, Section, VERSION, checked,
};
use super::texts::MAX_BLOCK;
use super::{IndexEntries, IndexRun, IndexSettings, IndexTexts};

/// Advice for a damaged file.
const REBUILD: &str = "use the tamis version that wrote it, or make a new one from the same inputs with `tamis index build INPUT... --index FILE`";
/// What to do about damage.
const RESTORE: &str = "restore a copy of this file, or build it again with `tamis index build`";

/// Where a paragraph stood in an earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexPlace {
    /// Index of its run in [`IndexReader::runs`].
    pub run: usize,
    /// Path of its file, and behind it `/` and that of the archive's member.
    pub path: Vec<u8>,
    /// Number of its record, if it stood in one.
    pub record: Option<u64>,
    /// Index of the paragraph in its document.
    pub paragraph: u64,
    /// Place after the last paragraph of its document.
    pub document_end: Ordinal,
}

/// An index that is open. Memory: 8 bytes for 2,048 entries, 16 for 512 documents.
///
/// It is used from several threads at once. Everything that is read is checked; what was not read may be damaged.
pub struct IndexReader {
    file: Box<dyn ReadAt>,
    path: PathBuf,
    settings: IndexSettings,
    runs: Vec<IndexRun>,
    /// Place after the last of each run.
    ends: Vec<u64>,
    footer: Footer,
    fences: Vec<u64>,
    /// The first place and the offset of each block of the directory.
    directory: Vec<(u64, u64)>,
    /// The first place and the offset of each block of texts.
    texts: Vec<(u64, u64)>,
    /// The block that was looked into last, as places are mostly looked up in order.
    walk: Mutex<Option<(usize, BlockWalk)>>,
}

impl fmt::Debug for IndexReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IndexReader").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A file of which no more is known than its name.
struct IndexFile<'a> {
    file: &'a dyn ReadAt,
    path: &'a Path,
}

impl IndexFile<'_> {
    fn error(&self, what: String, remedy: &'static str) -> Error {
        Error::Index { path: self.path.to_owned(), what, remedy }
    }

    fn damaged(&self, section: Section, block: Option<u64>, what: &str) -> Error {
        let block = block.map_or(String::new(), |number| format!("block {number} of "));
        self.error(format!("it is damaged in {block}{}: {what}", section.name()), RESTORE)
    }

    /// Fills `bytes` from `offset`.
    fn fill(&self, section: Section, offset: u64, bytes: &mut [u8]) -> Result<()> {
        self.file.read_at(offset, bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => self.damaged(section, None, "it ends too early"),
            _ => self.error(
                format!("cannot read {} at byte {offset}: {error}", section.name()),
                "check the disk it is on, and run again",
            ),
        })
    }

    /// Reads a range of bytes, which must lie in the file: a buffer of its length is allocated.
    fn read(&self, section: Section, range: Range<u64>) -> Result<Vec<u8>> {
        let len = range.end.checked_sub(range.start).filter(|_| range.end <= self.file.len());
        let len = len.and_then(|len| usize::try_from(len).ok());
        let len = len.ok_or_else(|| self.damaged(section, None, "it ends too early"))?;
        let mut bytes = vec![0; len];
        self.fill(section, range.start, &mut bytes)?;
        Ok(bytes)
    }

    /// The content of a section, or a block, that ends with its checksum.
    fn checked(&self, section: Section, block: Option<u64>, range: Range<u64>) -> Result<Vec<u8>> {
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
    fn header(&self) -> Result<(IndexSettings, u64)> {
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
        if version != VERSION {
            return Err(self.error(
                format!("its version is {version}, and this tamis reads version {VERSION}"),
                REBUILD,
            ));
        }
        if len as usize > MAX_SETTINGS {
            return Err(self.damaged(Section::Header, None, "it is longer than possible"));
        }
        let end = count(PREAMBLE + CRC) + u64::from(len);
        let header = self.checked(Section::Header, None, 0..end)?;
        let settings = serde_json::from_slice(&header[PREAMBLE..]);
        let settings = settings.map_err(|error| self.damaged(Section::Header, None, &error.to_string()))?;
        Ok((settings, end))
    }

    fn footer(&self, header: u64) -> Result<Footer> {
        let len = self.file.len();
        let bytes = self.read(Section::Footer, len.saturating_sub(count(FOOTER))..len)?;
        match Footer::parse(&bytes) {
            Some(footer) if footer.fits(header, len) => Ok(footer),
            Some(_) => Err(self.damaged(Section::Footer, None, "it states another length")),
            None if !bytes.ends_with(MAGIC) => {
                Err(self.damaged(Section::Footer, None, "the file breaks off"))
            }
            None => Err(self.damaged(Section::Footer, None, "the checksum is wrong")),
        }
    }

    fn entry_fences(&self, footer: &Footer) -> Result<Vec<u64>> {
        let bytes = self.checked(Section::EntryFences, None, footer.entry_fences..footer.directory_fences)?;
        let fences: Vec<u64> = bytes.as_chunks().0.iter().map(|fence| u64::from_le_bytes(*fence)).collect();
        if fences.is_sorted() {
            return Ok(fences);
        }
        Err(self.damaged(Section::EntryFences, None, "it is out of order"))
    }

    /// The first place and the offset of each block of the directory, or of texts, which fill a range of the file.
    fn place_fences(&self, table: PlaceTable, num_places: u64) -> Result<Vec<(u64, u64)>> {
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
    fn runs(&self, footer: &Footer) -> Result<(Vec<IndexRun>, Vec<u64>)> {
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
            let num_texts = run.num_texts.unwrap_or(0);
            run.num_entries.max(run.num_documents).max(num_texts) <= run.num_paragraphs
        });
        if !fit || end > MAX_PLACES || num_entries != footer.num_entries {
            return Err(self.damaged(Section::Runs, None, "its numbers do not add up"));
        }
        Ok((runs, ends))
    }
}

/// A table of blocks that begin with places.
struct PlaceTable {
    section: Section,
    range: Range<u64>,
    blocks: Range<u64>,
}

impl IndexReader {
    /// Opens an index; `path` is what errors call it. Cost: reads the tables, 8 bytes for 2,048 entries and 16 for 512
    /// documents.
    ///
    /// # Errors
    /// [`Error::Index`] if it is no index, is of another version, or is damaged.
    pub fn open(file: Box<dyn ReadAt>, path: &Path) -> Result<Self> {
        let raw = IndexFile { file: &*file, path };
        let (settings, header) = raw.header()?;
        let footer = raw.footer(header)?;
        let (runs, ends) = raw.runs(&footer)?;
        let fences = raw.entry_fences(&footer)?;
        let num_places = ends.last().copied().unwrap_or(0);
        let directory = PlaceTable {
            section: Section::DirectoryFences,
            range: footer.directory_fences..footer.text_fences,
            blocks: footer.directory..footer.texts,
        };
        let texts = PlaceTable {
            section: Section::TextFences,
            range: footer.text_fences..footer.runs,
            blocks: footer.texts..footer.entry_fences,
        };
        let directory = raw.place_fences(directory, num_places)?;
        let texts = raw.place_fences(texts, num_places)?;
        let (path, walk) = (path.to_owned(), Mutex::new(None));
        Ok(Self { file, path, settings, runs, ends, footer, fences, directory, texts, walk })
    }

    /// The path, as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The settings that the index depends on.
    pub fn settings(&self) -> &IndexSettings {
        &self.settings
    }

    /// The runs in it, in the order in which they were added.
    pub fn runs(&self) -> &[IndexRun] {
        &self.runs
    }

    /// Number of paragraphs in it.
    pub fn num_entries(&self) -> u64 {
        self.footer.num_entries
    }

    /// Number of places it takes: those of the run that uses it come behind.
    pub fn num_places(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Bytes of the file.
    pub fn num_bytes(&self) -> u64 {
        self.file.len()
    }

    /// Refuses an index that was made under other settings than a run's.
    ///
    /// # Errors
    /// [`Error::Index`] that names the setting.
    pub fn check_settings(&self, now: &IndexSettings) -> Result<()> {
        match self.settings.mismatch(now) {
            None => Ok(()),
            Some(what) => Err(self.raw().error(
                format!("its settings are not those of this run ({what})"),
                "use the settings of the index, or build another one with `tamis index build`",
            )),
        }
    }

    /// The entries whose fingerprints begin with 8 bytes that, as a big-endian number, are in `range`; ascending.
    /// `0..=u64::MAX` are all. Cost: at most two blocks of 45 kB more than what is given.
    pub fn entries(&self, range: RangeInclusive<u64>) -> IndexEntries<'_> {
        IndexEntries::new(self, range)
    }

    /// The texts of which near-duplicates are found, by place. Cost: a block of 64 kB at a time.
    pub fn texts(&self) -> IndexTexts<'_> {
        IndexTexts::new(self)
    }

    /// Number of the texts of which near-duplicates are found; `None` if no run in it searched for any.
    pub fn num_texts(&self) -> Option<u64> {
        self.settings.near.as_ref()?;
        Some(self.runs.iter().filter_map(|run| run.num_texts).fold(0, u64::saturating_add))
    }

    /// Bytes that the texts take.
    pub fn num_text_bytes(&self) -> u64 {
        self.footer.entry_fences - self.footer.texts
    }

    /// Where a paragraph stood. Cost: a read of a block of a few kilobytes, unless the place before was in it.
    ///
    /// # Errors
    /// [`Error::Index`] if the directory is damaged, or if no document in it has the place.
    pub fn locate(&self, place: Ordinal) -> Result<IndexPlace> {
        let missing =
            || self.damaged(Section::Directory, None, &format!("no document has place {}", place.0));
        let after = self.directory.partition_point(|(first, _)| *first <= place.0);
        let number = after.checked_sub(1).filter(|_| place.0 < self.num_places()).ok_or_else(missing)?;
        let run = self.ends.partition_point(|end| *end <= place.0);
        let mut cached = self.walk.lock().unwrap_or_else(PoisonError::into_inner);
        let is_cached = cached.as_ref().is_some_and(|(cached, _)| *cached == number);
        if !is_cached {
            *cached = None;
            *cached = Some((number, BlockWalk::new(self.directory_block(number)?, self.directory[number].0)));
        }
        let Some((_, walk)) = &mut *cached else { return Err(missing()) };
        let malformed = |_| self.damaged(Section::Directory, Some(count(number)), "it cannot be decoded");
        if !walk.seek(place.0).map_err(malformed)? {
            return Err(missing());
        }
        let document = walk.document();
        Ok(IndexPlace {
            run,
            path: document.path.to_vec(),
            record: document.record,
            paragraph: place.0 - document.start.0,
            document_end: Ordinal(document.start.0 + document.num_paragraphs),
        })
    }

    fn raw(&self) -> IndexFile<'_> {
        IndexFile { file: &*self.file, path: &self.path }
    }

    pub(super) fn damaged(&self, section: Section, block: Option<u64>, what: &str) -> Error {
        self.raw().damaged(section, block, what)
    }

    /// The blocks that hold entries of a range, and none may.
    pub(super) fn blocks_of(&self, range: &RangeInclusive<u64>) -> Range<u64> {
        // What begins with the same bytes may stand in the block before, too.
        let start = self.fences.partition_point(|fence| fence < range.start()).saturating_sub(1);
        let end = self.fences.partition_point(|fence| fence <= range.end());
        count(start)..count(end.max(start))
    }

    pub(super) fn fence(&self, block: u64) -> Option<u64> {
        usize::try_from(block).ok().and_then(|block| self.fences.get(block)).copied()
    }

    /// Reads blocks of entries with their checksums, unchecked.
    pub(super) fn read_blocks(&self, blocks: Range<u64>, bytes: &mut Vec<u8>) -> Result<()> {
        let start = self.footer.entries + blocks.start * count(BLOCK);
        let end = self.footer.directory.min(self.footer.entries + blocks.end * count(BLOCK));
        bytes.resize(units::index(end - start), 0);
        self.raw().fill(Section::Entries, start, bytes)
    }

    /// Number of blocks of the directory.
    pub(super) fn num_directory_blocks(&self) -> usize {
        self.directory.len()
    }

    /// The first place of a block of the directory.
    pub(super) fn directory_fence(&self, number: usize) -> u64 {
        self.directory[number].0
    }

    /// The content of a block of the directory.
    pub(super) fn directory_block(&self, number: usize) -> Result<Vec<u8>> {
        let end = self.directory.get(number + 1).map_or(self.footer.texts, |next| next.1);
        self.raw().checked(Section::Directory, Some(count(number)), self.directory[number].1..end)
    }

    /// Number of blocks of texts.
    pub(super) fn num_text_blocks(&self) -> usize {
        self.texts.len()
    }

    /// The first place of a block of texts; behind the last, the number of places.
    pub(super) fn text_fence(&self, number: usize) -> u64 {
        self.texts.get(number).map_or(self.num_places(), |(place, _)| *place)
    }

    /// The content of a block of texts.
    pub(super) fn text_block(&self, number: usize) -> Result<Vec<u8>> {
        let end = self.texts.get(number + 1).map_or(self.footer.entry_fences, |next| next.1);
        let (start, block) = (self.texts[number].1, Some(count(number)));
        if end - start > MAX_BLOCK {
            return Err(self.damaged(Section::Texts, block, "it is longer than possible"));
        }
        self.raw().checked(Section::Texts, block, start..end)
    }

    /// Bins of the sketches of its texts.
    pub(super) fn num_bins(&self) -> usize {
        self.settings.num_bins()
    }
}
