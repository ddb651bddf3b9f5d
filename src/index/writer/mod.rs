//! An index, written from its beginning to its end: entries in order of their fingerprints, then documents in order
//! of their places, then texts, then their grams, then prints of documents. Memory: the tables, and half a megabyte.

mod extras;

use std::fmt;

use crate::error::{Error, Result};
use crate::store::Append;
use crate::units::{Ordinal, count};

use super::directory::OpenBlock;
use super::entries::{key, prefix};
use super::layout::{BLOCK_ENTRIES, CRC, ENTRY, Extras, Footer, MAX_PLACES, Section, checksum, header, pack};
use super::texts::{IndexText, OpenTexts};
use super::{IndexEntry, IndexReader, IndexRun, IndexSettings, IndexedDocument};

/// Bytes of a write: as much as a disk takes at full speed.
const WRITE: usize = 256 * 1024;

/// Advice for a mistake of the calling code, which no file can bring about.
const BUG: &str = "this is a bug of tamis: please report it";

/// Writes an index.
pub struct IndexWriter<'a> {
    out: &'a mut dyn Append,
    /// Bytes that are not written yet, and the number of those that are.
    buffer: Vec<u8>,
    written: u64,
    runs: Vec<IndexRun>,
    /// Place after the last of each run.
    ends: Vec<u64>,
    /// Where the block of entries begins in `buffer`.
    block: usize,
    last: Option<u128>,
    num_entries: u64,
    entries: u64,
    /// Where the directory begins, once it has begun: no entry may follow.
    directory: Option<u64>,
    documents: OpenBlock,
    /// Where the texts begin, once they have begun: no document may follow.
    texts: Option<u64>,
    open_texts: OpenTexts,
    text_fences: Vec<(u64, u64)>,
    num_bins: usize,
    /// Where the grams begin, once they have begun: no text may follow.
    grams: Option<u64>,
    open_grams: OpenTexts,
    gram_fences: Vec<(u64, u64)>,
    /// Where the prints begin, once they have begun: no gram may follow.
    prints: Option<u64>,
    print_fences: Vec<(u64, u64)>,
    extras: Extras,
    fences: Vec<u64>,
    directory_fences: Vec<(u64, u64)>,
}

impl fmt::Debug for IndexWriter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IndexWriter").field("num_entries", &self.num_entries).finish_non_exhaustive()
    }
}

fn error(what: impl Into<String>, remedy: &'static str) -> Error {
    Error::Index { path: "the new index".into(), what: what.into(), remedy }
}

impl<'a> IndexWriter<'a> {
    /// Begins an index of these runs. Of each, the name and the number of paragraphs count, and whether it has texts; the others
    /// are counted.
    ///
    /// # Errors
    /// [`Error::Index`] if two runs have one name or there are more than 2^48 places, and those of `out`.
    pub fn new(out: &'a mut dyn Append, settings: &IndexSettings, runs: &[IndexRun]) -> Result<Self> {
        let mut end = 0_u64;
        let mut ends = Vec::with_capacity(runs.len());
        for run in runs {
            end = end.saturating_add(run.num_paragraphs);
            ends.push(end);
        }
        if end > MAX_PLACES {
            return Err(error("it would have more than 2^48 paragraphs", "keep several smaller indexes"));
        }
        let mut names: Vec<&str> = runs.iter().map(|run| run.name.as_str()).collect();
        names.sort_unstable();
        if let Some(name) = names.array_windows().find(|[one, next]| one == next).map(|[one, _]| one) {
            return Err(error(format!("two runs are called {name:?}"), "give each run a name of its own"));
        }
        let counted = |run: &IndexRun| IndexRun {
            num_texts: run.num_texts.map(|_| 0),
            num_passages: settings.grams.map(|_| 0),
            num_counted: run.num_counted.map(|_| 0),
            ..IndexRun::new(run.name.clone(), run.num_paragraphs)
        };
        let runs = runs.iter().map(counted).collect();
        let buffer = header(settings);
        let (entries, block) = (count(buffer.len()), buffer.len());
        Ok(Self {
            out,
            buffer,
            written: 0,
            runs,
            ends,
            block,
            last: None,
            num_entries: 0,
            entries,
            directory: None,
            documents: OpenBlock::default(),
            texts: None,
            open_texts: OpenTexts::default(),
            text_fences: Vec::new(),
            num_bins: settings.num_bins(),
            grams: None,
            open_grams: OpenTexts::default(),
            gram_fences: Vec::new(),
            prints: None,
            print_fences: Vec::new(),
            extras: Extras::of(settings),
            fences: Vec::new(),
            directory_fences: Vec::new(),
        })
    }

    /// Adds a paragraph. Fingerprints ascend, and no document was added yet.
    ///
    /// # Errors
    /// [`Error::Index`] if they do not or the place is in no run, and those of the file.
    #[inline]
    pub fn push(&mut self, entry: IndexEntry) -> Result<()> {
        let run = self.ends.partition_point(|end| *end <= entry.place.0);
        let key = key(&entry.fingerprint);
        let is_sound = self.last < Some(key) && self.directory.is_none();
        let Some(run) = self.runs.get_mut(run).filter(|_| is_sound) else {
            return Err(error(format!("{entry:?} is out of place"), BUG));
        };
        run.num_entries += 1;
        self.last = Some(key);
        if self.buffer.len() == self.block {
            self.fences.push(prefix(&entry.fingerprint));
        }
        self.buffer.extend_from_slice(&pack(entry));
        self.num_entries += 1;
        if self.buffer.len() - self.block == BLOCK_ENTRIES * ENTRY { self.end_block() } else { Ok(()) }
    }

    /// Ends a block of entries.
    fn end_block(&mut self) -> Result<()> {
        let number = count(self.fences.len()).saturating_sub(1);
        let crc = checksum(Section::Entries, number, &self.buffer[self.block..]);
        self.buffer.extend_from_slice(&crc);
        if self.buffer.len() >= WRITE {
            self.flush()?;
        }
        self.block = self.buffer.len();
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.out.append(&self.buffer)?;
        self.written += count(self.buffer.len());
        self.buffer.clear();
        Ok(())
    }

    /// Where the next byte will stand.
    fn at(&self) -> u64 {
        self.written + count(self.buffer.len())
    }

    /// Adds a document, behind all entries. Places ascend. One without paragraphs is left out.
    ///
    /// # Errors
    /// [`Error::Index`] if they do not ascend or are in no run, and those of the file.
    pub fn push_document(&mut self, document: &IndexedDocument<'_>) -> Result<()> {
        self.begin_directory()?;
        let (start, num_paragraphs) = (document.start.0, document.num_paragraphs);
        if num_paragraphs == 0 {
            return Ok(());
        }
        let run = self.ends.partition_point(|end| *end <= start);
        let is_in_run = self.ends.get(run).is_some_and(|end| num_paragraphs <= end - start);
        let is_sound = is_in_run
            && self.texts.is_none()
            && start >= self.documents.end()
            && document.record < Some(MAX_PLACES);
        let Some(run) = self.runs.get_mut(run).filter(|_| is_sound) else {
            return Err(error(format!("{document:?} is out of place"), BUG));
        };
        run.num_documents += 1;
        self.documents.push(document);
        if self.documents.is_full() { self.end_documents() } else { Ok(()) }
    }

    /// Adds all documents of another index, whose first place is `base` in this one. Blocks are copied as they are.
    ///
    /// # Errors
    /// [`Error::Index`] if they are out of place or the other is damaged, and those of the file.
    pub fn push_documents_of(&mut self, index: &IndexReader, base: Ordinal) -> Result<()> {
        self.begin_directory()?;
        self.end_documents()?;
        let first = self.ends.partition_point(|end| *end <= base.0);
        let total = self.ends.last().copied().unwrap_or(0);
        if self.texts.is_some()
            || base.0 < self.documents.end()
            || index.num_places() > total.saturating_sub(base.0)
        {
            return Err(error(format!("{index:?} is out of place"), BUG));
        }
        let mut end = base.0;
        for run in index.runs() {
            // Runs without a paragraph have no documents.
            let place = end;
            end += run.num_paragraphs;
            let number = first + self.ends[first..].partition_point(|end| *end <= place);
            if let Some(own) = self.runs.get_mut(number) {
                own.num_documents += run.num_documents;
            }
        }
        for number in 0..index.num_directory_blocks() {
            let block = index.directory_block(number)?;
            self.write_documents(base.0 + index.directory_fence(number), &block)?;
        }
        self.documents.skip_to(end);
        Ok(())
    }

    /// Ends the entries, the first time.
    fn begin_directory(&mut self) -> Result<()> {
        if self.directory.is_none() {
            if self.buffer.len() > self.block {
                self.end_block()?;
            }
            self.directory = Some(self.at());
        }
        Ok(())
    }

    /// Ends a block of documents.
    fn end_documents(&mut self) -> Result<()> {
        match self.documents.take() {
            Some((place, block)) => self.write_documents(place, &block),
            None => Ok(()),
        }
    }

    fn write_documents(&mut self, place: u64, block: &[u8]) -> Result<()> {
        let crc = checksum(Section::Directory, count(self.directory_fences.len()), block);
        self.directory_fences.push((place, self.at()));
        self.write_block(block, crc)
    }

    /// Adds a text, behind all documents. Places ascend, and are those of a run that has texts.
    ///
    /// # Errors
    /// [`Error::Index`] if they do not or are not, and those of the file.
    pub fn push_text(&mut self, text: &IndexText) -> Result<()> {
        self.begin_texts()?;
        let run = self.ends.partition_point(|end| *end <= text.place.0);
        let num_texts = self.runs.get_mut(run).and_then(|run| run.num_texts.as_mut());
        let is_sound = text.synopsis.bins.len() == self.num_bins && self.grams.is_none();
        let Some(num_texts) = num_texts.filter(|_| is_sound) else {
            return Err(error(format!("the text at {:?} is out of place", text.place), BUG));
        };
        if !self.open_texts.push(text.place, |start, out| text.encode(start, out)) {
            return Err(error(format!("the text at {:?} is out of order", text.place), BUG));
        }
        *num_texts += 1;
        if self.open_texts.is_full() { self.end_texts() } else { Ok(()) }
    }

    /// Adds all texts of another index, whose first place is `base` in this one. Blocks are copied as they are.
    ///
    /// # Errors
    /// [`Error::Index`] if they are out of place or the other is damaged, and those of the file.
    pub fn push_texts_of(&mut self, index: &IndexReader, base: Ordinal) -> Result<()> {
        self.begin_texts()?;
        self.end_texts()?;
        for run in index.runs() {
            let own = self.runs.iter_mut().find(|own| own.name == run.name);
            match (own.and_then(|own| own.num_texts.as_mut()), run.num_texts) {
                (Some(own), Some(num_texts)) => *own += num_texts,
                (None, Some(_)) => return Err(error(format!("{index:?} is out of place"), BUG)),
                (_, None) => {}
            }
        }
        for number in 0..index.num_text_blocks() {
            let block = index.text_block(number)?;
            self.write_texts(base.0 + index.text_fence(number), &block)?;
        }
        self.open_texts.skip_to(base.0 + index.num_places());
        Ok(())
    }

    /// Ends the directory, the first time.
    fn begin_texts(&mut self) -> Result<()> {
        if self.texts.is_none() {
            self.begin_directory()?;
            self.end_documents()?;
            self.texts = Some(self.at());
        }
        Ok(())
    }

    /// Ends a block of texts.
    fn end_texts(&mut self) -> Result<()> {
        match self.open_texts.take() {
            Some((place, block)) => self.write_texts(place, &block),
            None => Ok(()),
        }
    }

    fn write_texts(&mut self, place: u64, block: &[u8]) -> Result<()> {
        let crc = checksum(Section::Texts, count(self.text_fences.len()), block);
        self.text_fences.push((place, self.at()));
        self.write_block(block, crc)
    }

    fn write_block(&mut self, block: &[u8], crc: [u8; CRC]) -> Result<()> {
        self.buffer.extend_from_slice(block);
        self.buffer.extend_from_slice(&crc);
        if self.buffer.len() >= WRITE { self.flush() } else { Ok(()) }
    }

    /// Ends the index: number of its bytes.
    ///
    /// # Errors
    /// Those of the file.
    pub fn finish(mut self) -> Result<u64> {
        self.begin_prints()?;
        let [grams, prints] = [self.grams, self.prints].map(|at| at.unwrap_or(self.entries));
        let fences: Vec<u8> = self.fences.iter().flat_map(|fence| fence.to_le_bytes()).collect();
        let entry_fences = self.section(Section::EntryFences, &fences);
        let table = |fences: &[(u64, u64)]| -> Vec<u8> {
            fences
                .iter()
                .flat_map(|(place, at)| [place, at])
                .flat_map(|number| number.to_le_bytes())
                .collect()
        };
        let directory_fences = table(&self.directory_fences);
        let directory_fences = self.section(Section::DirectoryFences, &directory_fences);
        let text_fences = table(&self.text_fences);
        let text_fences = self.section(Section::TextFences, &text_fences);
        let mut gram_fences = self.at();
        if self.extras.grams {
            let fences = table(&self.gram_fences);
            gram_fences = self.section(Section::GramFences, &fences);
        }
        let mut print_fences = self.at();
        if self.extras.prints {
            let fences = table(&self.print_fences);
            print_fences = self.section(Section::PrintFences, &fences);
        }
        let runs = serde_json::to_vec(&self.runs).unwrap_or_default(); // strings and numbers
        let runs = self.section(Section::Runs, &runs);
        let footer = Footer {
            entries: self.entries,
            directory: self.directory.unwrap_or(self.entries),
            texts: self.texts.unwrap_or(self.entries),
            grams,
            prints,
            entry_fences,
            directory_fences,
            text_fences,
            gram_fences,
            print_fences,
            runs,
            end: self.at(),
            num_entries: self.num_entries,
        };
        self.buffer.extend_from_slice(&footer.to_bytes(self.extras));
        self.flush()?;
        Ok(self.written)
    }

    /// Adds a section of one block: where it begins.
    fn section(&mut self, section: Section, content: &[u8]) -> u64 {
        let at = self.at();
        let crc = checksum(section, 0, content);
        self.buffer.extend_from_slice(content);
        self.buffer.extend_from_slice(&crc);
        at
    }
}
