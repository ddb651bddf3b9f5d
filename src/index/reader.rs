//! An index, read: opened by its tables, blocks when they are asked for.

use std::fmt;
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::config::Config;
use crate::decide::boilerplate::PrintBlock;
use crate::error::{Error, Result};
use crate::store::ReadAt;
use crate::units::{self, Ordinal, count};

use super::directory::BlockWalk;
use super::layout::{BLOCK, Extras, Footer, Section};
use super::raw::{IndexFile, PlaceTable};
use super::{IndexEntries, IndexPassages, IndexRun, IndexSettings, IndexTexts};
use super::{passages, prints, texts};

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
    /// The first place and the offset of each block of grams.
    grams: Vec<(u64, u64)>,
    /// The first place and the offset of each block of prints.
    prints: Vec<(u64, u64)>,
    /// The block that was looked into last, as places are mostly looked up in order.
    walk: Mutex<Option<(usize, BlockWalk)>>,
}

impl fmt::Debug for IndexReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IndexReader").field("path", &self.path).finish_non_exhaustive()
    }
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
        let extras = Extras::of(&settings);
        let footer = raw.footer(header, extras)?;
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
            range: footer.text_fences..footer.gram_fences,
            blocks: footer.texts..footer.grams,
        };
        let grams = PlaceTable {
            section: Section::GramFences,
            range: footer.gram_fences..footer.print_fences,
            blocks: footer.grams..footer.prints,
        };
        let prints = PlaceTable {
            section: Section::PrintFences,
            range: footer.print_fences..footer.runs,
            blocks: footer.prints..footer.entry_fences,
        };
        let directory = raw.place_fences(directory, num_places)?;
        let texts = raw.place_fences(texts, num_places)?;
        let table =
            |is_there, table| if is_there { raw.place_fences(table, num_places) } else { Ok(Vec::new()) };
        let (grams, prints) = (table(extras.grams, grams)?, table(extras.prints, prints)?);
        let (path, walk) = (path.to_owned(), Mutex::new(None));
        Ok(Self { file, path, settings, runs, ends, footer, fences, directory, texts, grams, prints, walk })
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

    /// Refuses an index that a run cannot use: one that was made under other settings. Where neither paragraphs nor
    /// near-duplicates are compared with it, only what grams depend on counts.
    ///
    /// # Errors
    /// [`Error::Index`] that names the setting.
    pub fn check_use(&self, config: &Config) -> Result<()> {
        let now = IndexSettings::of(config);
        let decide = &config.decide;
        let is_plain = self.settings.grams.is_none() && self.settings.sources.is_none();
        if decide.exact.has_paragraphs() || decide.near.units.is_some() || decide.boilerplate || is_plain {
            return self.check_settings(&now);
        }
        self.check_settings(&IndexSettings {
            unicode: now.unicode,
            grams: now.grams,
            ..self.settings.clone()
        })
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
        self.footer.grams - self.footer.texts
    }

    /// The texts that are found inside longer ones, by place, with their grams. Cost: a block of 64 kB, or a text, at a
    /// time.
    pub fn passages(&self) -> IndexPassages<'_> {
        IndexPassages::new(self)
    }

    /// Number of the texts that are found inside longer ones; `None` if it holds no grams.
    pub fn num_passages(&self) -> Option<u64> {
        self.settings.grams?;
        Some(self.runs.iter().filter_map(|run| run.num_passages).fold(0, u64::saturating_add))
    }

    /// Bytes that grams take.
    pub fn num_gram_bytes(&self) -> u64 {
        self.footer.prints - self.footer.grams
    }

    /// The documents by which the boilerplate of their sources is counted, in blocks, by place. Cost: a block of 64 kB, or a
    /// document, at a time.
    pub(crate) fn prints(&self) -> impl Iterator<Item = Result<PrintBlock>> {
        (0..self.prints.len()).map(|number| {
            let bytes = self.print_block(number)?;
            prints::decode(&bytes, self.print_fence(number), self.print_fence(number + 1))
                .ok_or_else(|| self.damaged(Section::Prints, Some(count(number)), "it cannot be understood"))
        })
    }

    /// Number of the documents by which the boilerplate of their sources is counted; `None` if no run in it counted any.
    pub fn num_counted(&self) -> Option<u64> {
        self.settings.sources.as_ref()?;
        Some(self.runs.iter().filter_map(|run| run.num_counted).fold(0, u64::saturating_add))
    }

    /// Bytes that the prints of those documents take.
    pub fn num_print_bytes(&self) -> u64 {
        self.footer.entry_fences - self.footer.prints
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
        let end = self.texts.get(number + 1).map_or(self.footer.grams, |next| next.1);
        self.block(Section::Texts, number, self.texts[number].1..end, texts::MAX_BLOCK)
    }

    /// The content of a block, unless it is longer than any.
    fn block(&self, section: Section, number: usize, range: Range<u64>, longest: u64) -> Result<Vec<u8>> {
        let block = Some(count(number));
        if range.end - range.start > longest {
            return Err(self.damaged(section, block, "it is longer than possible"));
        }
        self.raw().checked(section, block, range)
    }

    /// Number of blocks of grams.
    pub(super) fn num_gram_blocks(&self) -> usize {
        self.grams.len()
    }

    /// The first place of a block of grams; behind the last, the number of places.
    pub(super) fn gram_fence(&self, number: usize) -> u64 {
        self.grams.get(number).map_or(self.num_places(), |(place, _)| *place)
    }

    /// The content of a block of grams.
    pub(super) fn gram_block(&self, number: usize) -> Result<Vec<u8>> {
        let end = self.grams.get(number + 1).map_or(self.footer.prints, |next| next.1);
        self.block(Section::Grams, number, self.grams[number].1..end, passages::MAX_BLOCK)
    }

    /// Number of blocks of prints.
    pub(super) fn num_print_blocks(&self) -> usize {
        self.prints.len()
    }

    /// The first place of a block of prints; behind the last, the number of places.
    pub(super) fn print_fence(&self, number: usize) -> u64 {
        self.prints.get(number).map_or(self.num_places(), |(place, _)| *place)
    }

    /// The content of a block of prints.
    pub(super) fn print_block(&self, number: usize) -> Result<Vec<u8>> {
        let end = self.prints.get(number + 1).map_or(self.footer.entry_fences, |next| next.1);
        self.block(Section::Prints, number, self.prints[number].1..end, prints::MAX_BLOCK)
    }

    /// Bins of the sketches of its texts.
    pub(super) fn num_bins(&self) -> usize {
        self.settings.num_bins()
    }
}
