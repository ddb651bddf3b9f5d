//! Earlier runs: indexes that are read, and the index to which this run is added.

mod earlier;
mod grams;
mod options;
mod prints;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::fresh_texts::{FreshTexts, GRAMS, PRINTS, TEXTS};
use crate::account::LedgerContext;
use crate::config::Config;
use crate::decide::near::{Rank, SignatureId, Signatures, Signed, Synopsis, TextDetails};
use crate::decide::{Finding, Places, earlier_document};
use crate::discover::SourceList;
use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::index::{
    IndexEntry, IndexPassage, IndexReader, IndexSettings, IndexText, IndexedDocument, NewRun, add_run,
};
use crate::rules::Editor;
use crate::store::index_file::{self, Replacement};
use crate::store::{Mark, Output, Scratch};
use crate::units::{self, DocumentId, Ordinal};

pub(crate) use options::check_place;

/// The indexes of earlier runs, and the index to which this run is added.
pub(crate) struct History {
    /// Indexes in the order in which they count as earlier, each with the place of its first paragraph among all.
    readers: Vec<(IndexReader, u64)>,
    update: Option<Update>,
}

/// The index that this run is added to.
struct Update {
    replacement: Mutex<Option<Replacement>>,
    path: PathBuf,
    /// Number of its reader, if it exists already.
    reader: Option<usize>,
    run: String,
    /// The survivors of this run, in ascending order of fingerprints: 24 bytes each.
    fresh: Mutex<Option<FreshSurvivors>>,
    /// The texts of this run that stay, if near-duplicates are searched for.
    texts: FreshTexts,
    /// The grams of its texts, and how many tokens they have, if they are kept.
    grams: FreshTexts,
    gram_len: Option<usize>,
    /// The prints of its documents, if boilerplate is counted.
    prints: FreshTexts,
}

struct FreshSurvivors {
    store: Box<dyn Scratch>,
    num: u64,
}

/// The marks of what was taken in for an index by a search.
#[derive(Debug, Clone, Copy, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct FreshMarks {
    texts: Option<Mark>,
    grams: Option<Mark>,
    prints: Option<Mark>,
}

/// The store of this run's survivors.
const FRESH: &str = "fresh";
/// Bytes of a survivor in it.
const RECORD: usize = 24;
/// Survivors that are read at once.
const AHEAD: u64 = 8192;

impl History {
    /// Opens the indexes of a configuration; `None` if there are none. `default_name` is what this run is called if
    /// it is not named.
    ///
    /// # Errors
    /// [`Error::Config`] if the options do not go together, [`Error::IndexBusy`], [`Error::Index`].
    pub(crate) fn open(config: &Config, default_name: Option<&str>) -> Result<Option<Self>> {
        let history = &config.history;
        if history.index.is_none() && history.against.is_empty() {
            return Ok(None);
        }
        options::check_scope(config)?;
        options::check_near(config)?;
        if history.index.is_some() {
            options::check_exact(config, false)?;
        }
        let mut opened = Self { readers: Vec::new(), update: None };
        for path in &history.against {
            opened.push(path, config)?;
            opened.check_texts(path, config)?;
        }
        if let Some(path) = &history.index {
            // The lock comes first: nobody replaces the index while this run goes on.
            let replacement = Replacement::begin(path)?;
            let has_old = replacement.has_old();
            if has_old {
                opened.push(path, config)?;
                opened.check_grams(config)?;
            }
            let name = history.run_name.as_deref().or(default_name);
            let Some(name) = name.filter(|name| !name.is_empty()) else {
                return Err(Error::Config(
                    "index: a run takes its name from OUT, and this one has none; add --run-name".to_owned(),
                ));
            };
            opened.check_name(path, name)?;
            opened.update = Some(Update {
                replacement: Mutex::new(Some(replacement)),
                path: path.clone(),
                reader: has_old.then(|| opened.readers.len() - 1),
                run: name.to_owned(),
                fresh: Mutex::new(None),
                texts: FreshTexts::new(TEXTS),
                grams: FreshTexts::new(GRAMS),
                gram_len: history.grams,
                prints: FreshTexts::new(PRINTS),
            });
        }
        Ok(Some(opened))
    }

    fn push(&mut self, path: &Path, config: &Config) -> Result<()> {
        let reader = IndexReader::open(index_file::open_for_reading(path)?, path)?;
        options::check_exact(config, reader.settings().grams.is_some())?;
        reader.check_use(config)?;
        let base = self.readers.last().map_or(0, |(last, base)| base + last.num_places());
        self.readers.push((reader, base));
        Ok(())
    }

    /// An index that is only compared with and has nothing to find near-duplicates by would let all of them pass.
    fn check_texts(&self, path: &Path, config: &Config) -> Result<()> {
        let has_texts = self.readers.last().is_none_or(|(reader, _)| reader.num_texts().is_some());
        if has_texts || config.decide.near.units.is_none() {
            return Ok(());
        }
        Err(Error::Index {
            path: path.to_owned(),
            what: "it holds no data to find near-duplicates with, as no run in it used --near".to_owned(),
            remedy: "make another of the same inputs with `tamis index build INPUT... --near --index FILE`, or leave \
                     --near out",
        })
    }

    /// Gives the texts of earlier runs in order, each as what stays (see [`earlier_document`]).
    pub(crate) fn for_each_text(
        &self,
        mut give: impl FnMut(u64, &Signed, &TextDetails) -> Result<()>,
    ) -> Result<()> {
        for (reader, base) in &self.readers {
            for text in reader.texts() {
                let IndexText { place, digest, synopsis } = text?;
                let Synopsis { len, bins, sample, numbers } = synopsis;
                let signed = Signed { digest, bins, rank: Rank::default(), sample };
                give(earlier_document(base + place.0), &signed, &TextDetails { len, numbers })?;
            }
        }
        Ok(())
    }

    /// Takes in the texts of this run that stay: all but those of earlier runs and those that are `removed`, sorted.
    pub(crate) fn keep_texts(
        &self,
        texts: &Signatures,
        removed: &[(SignatureId, Finding)],
        places: &Places,
        output: &dyn Output,
    ) -> Result<()> {
        let Some(update) = &self.update else { return Ok(()) };
        update.texts.begin(output)?;
        let stays = |id: &SignatureId| {
            !texts.is_earlier(*id) && removed.binary_search_by_key(id, |(text, _)| *text).is_err()
        };
        for id in texts.ids().filter(stays) {
            if let Some(synopsis) = texts.synopsis(id)? {
                let (place, _) = places.span(DocumentId(texts.best(id)));
                let text = IndexText { place, digest: texts.digest(id), synopsis };
                update.texts.keep(|bytes| text.encode(0, bytes))?;
            }
        }
        Ok(())
    }

    /// Says which texts are taken in.
    pub(crate) fn mark_texts(&self) -> Result<FreshMarks> {
        let Some(update) = &self.update else { return Ok(FreshMarks::default()) };
        Ok(FreshMarks {
            texts: update.texts.mark()?,
            grams: update.grams.mark()?,
            prints: update.prints.mark()?,
        })
    }

    /// Resumes the texts that an interrupted run took in.
    pub(crate) fn resume_texts(&self, marks: FreshMarks, output: &dyn Output) -> Result<()> {
        let Some(update) = &self.update else { return Ok(()) };
        let all =
            [(&update.texts, marks.texts), (&update.grams, marks.grams), (&update.prints, marks.prints)];
        for (texts, mark) in all {
            mark.map_or(Ok(()), |mark| texts.resume(mark, output))?;
        }
        Ok(())
    }

    /// The texts of a run that is in the index already would all count as seen.
    fn check_name(&self, path: &Path, name: &str) -> Result<()> {
        let Some((reader, _)) = self.readers.last() else { return Ok(()) };
        if reader.path() == path && reader.runs().iter().any(|run| run.name == name) {
            return Err(Error::Index {
                path: path.to_owned(),
                what: format!(
                    "it already holds a run called {name:?}; cleaned again, all its texts would be removed as duplicates"
                ),
                remedy: "if this is another run, give it another name with --run-name",
            });
        }
        Ok(())
    }

    /// A text that distinguishes these indexes from others and from later versions of themselves.
    pub(crate) fn identity(&self) -> String {
        let known =
            self.readers.iter().map(|(reader, _)| (reader.path(), reader.num_bytes(), reader.num_places()));
        let run = self.update.as_ref().map(|update| (&update.path, &update.run, update.gram_len));
        format!("{:?} {run:?}", known.collect::<Vec<_>>())
    }

    /// Whether this run is added to an index.
    pub(crate) fn is_updated(&self) -> bool {
        self.update.is_some()
    }

    /// Begins to take in survivors.
    pub(crate) fn begin(&self, output: &dyn Output) -> Result<()> {
        if let Some(update) = &self.update {
            *lock(&update.fresh) = Some(FreshSurvivors { store: output.store(FRESH)?, num: 0 });
        }
        Ok(())
    }

    /// Takes in a survivor; they come in ascending order of fingerprints.
    pub(crate) fn keep(&self, fingerprint: Fingerprint, place: Ordinal) -> Result<()> {
        let Some(update) = &self.update else { return Ok(()) };
        if let Some(fresh) = &mut *lock(&update.fresh) {
            let mut record = [0; RECORD];
            record[..16].copy_from_slice(fingerprint.as_bytes());
            record[16..].copy_from_slice(&place.0.to_le_bytes());
            fresh.store.append(&record)?;
            fresh.num += 1;
        }
        Ok(())
    }

    /// Says what is taken in.
    pub(crate) fn mark(&self) -> Result<Option<Mark>> {
        let Some(update) = &self.update else { return Ok(None) };
        lock(&update.fresh).as_mut().map(|fresh| fresh.store.mark()).transpose()
    }

    /// Resumes the survivors that an interrupted run collected.
    pub(crate) fn resume(&self, mark: Mark, output: &dyn Output) -> Result<()> {
        if let Some(update) = &self.update {
            let store = output.reopen_store(FRESH, mark)?;
            *lock(&update.fresh) = Some(FreshSurvivors { store, num: mark.len / RECORD as u64 });
        }
        Ok(())
    }

    /// Writes the index with this run in it, beside the one that it will replace.
    pub(crate) fn write(&self, sources: &SourceList, places: &Places, config: &Config) -> Result<()> {
        let Some(update) = &self.update else { return Ok(()) };
        let (mut replacement, mut fresh) = (lock(&update.replacement), lock(&update.fresh));
        let (Some(replacement), Some(fresh)) = (&mut *replacement, &mut *fresh) else { return Ok(()) };
        let old = update.reader.and_then(|number| self.readers.get(number)).map(|(reader, _)| reader);
        let base = old.map_or(0, IndexReader::num_places);
        let settings = IndexSettings::of(config);
        let run = NewRun { name: &update.run, num_paragraphs: places.end().0, settings: &settings };
        let mut writer = add_run(old, run, fresh.entries(base), replacement)?;
        let editor = &Editor::default(); // no line is written
        let context = LedgerContext { sources, places, findings: None, earlier: None, editor };
        for document in (0..places.num_documents()).map(DocumentId) {
            let (start, end) = places.span(document);
            if start == end {
                continue;
            }
            let owner = places.owner(document);
            writer.push_document(&IndexedDocument {
                path: &context.path_bytes(owner),
                record: owner.record,
                start: Ordinal(base + start.0),
                num_paragraphs: end.0 - start.0,
            })?;
        }
        if let Some(old) = old {
            writer.push_texts_of(old, Ordinal(0))?;
        }
        let num_bins = settings.num_bins();
        update.texts.for_each(
            |bytes| IndexText::decode(0, num_bins, bytes),
            |text| {
                let place = Ordinal(base + text.place.0);
                writer.push_text(&IndexText { place, ..text })
            },
        )?;
        if let Some(old) = old.filter(|_| update.gram_len.is_some()) {
            writer.push_passages_of(old, Ordinal(0))?;
        }
        update.grams.for_each(
            |bytes| IndexPassage::decode(0, bytes),
            |passage| {
                let place = Ordinal(base + passage.place.0);
                writer.push_passage(&IndexPassage { place, ..passage })
            },
        )?;
        update.write_prints(old, base, &mut writer)?;
        writer.finish().map(drop)
    }

    /// The new index is about to take its name together with this OUT.
    pub(crate) fn prepare(&self, output: &dyn Output) -> Result<()> {
        let Some(update) = &self.update else { return Ok(()) };
        match (&*lock(&update.replacement), output.directories()) {
            (Some(replacement), Some((out, staged))) => replacement.prepare(out, staged),
            _ => Ok(()),
        }
    }

    /// The new index takes its name.
    pub(crate) fn commit(&self) -> Result<()> {
        let Some(update) = &self.update else { return Ok(()) };
        lock(&update.replacement).take().map_or(Ok(()), Replacement::commit)
    }
}

/// Poisoned only if a thread panicked, and then the run is over.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FreshSurvivors {
    /// The survivors, with places behind those of earlier runs.
    fn entries(&mut self, base: u64) -> impl Iterator<Item = Result<IndexEntry>> {
        let (num, store) = (self.num, &mut self.store);
        let mut ahead = Vec::new();
        (0..num).map(move |number| {
            let within = units::index(number % AHEAD) * RECORD;
            if within == 0 {
                let len = units::index(AHEAD.min(num - number)) * RECORD;
                ahead.resize(len, 0);
                store.read_at(number * RECORD as u64, &mut ahead)?;
            }
            let (mut print, mut place) = ([0; 16], [0; 8]);
            print.copy_from_slice(&ahead[within..within + 16]);
            place.copy_from_slice(&ahead[within + 16..within + RECORD]);
            let place = Ordinal(base + u64::from_le_bytes(place));
            Ok(IndexEntry { fingerprint: Fingerprint::from_bytes(print), place })
        })
    }
}
