//! Inspect: what is there, before any cleaning. The same reading as a run's, and no decisions.

use crate::account::CountedUnit;
use crate::config::Config;
use crate::discover::{SourceList, not_prose};
use crate::document::Paragraph;
use crate::error::{RecordPlace, Rejection, Result, SkipReason};
use crate::observe::Observer;
use crate::read::{Compression, Fault, Part, PartFate, Slot, TextVisitor};
use crate::report::{InspectedQuality, Inspection, LongestParagraph, PageWithoutText, Scripts, Skipped};
use crate::rules::{Judge, Opening, Scores};
use crate::run::corpus::{Corpus, path_of};
use crate::run::reader::{ReadOnlyPass, read_work};
use crate::run::session::Session;
use crate::run::walk::{PieceSlot, RecordSlot, UnitVisitor, Walk};
use crate::split::{Method, SplitBy, Splitting};
use crate::store::{DiskInput, Root};
use crate::units::count;

/// Looks at inputs.
///
/// # Errors
/// [`crate::Error::Config`], [`crate::Error::NoInput`], [`crate::Error::Threads`], [`crate::Error::Interrupted`], and
/// [`crate::Error::Output`] if there is no space to unpack to.
///
/// ```no_run
/// use tamis::{Config, NoObserver, store::Root};
/// let inspection = tamis::inspect(vec![Root::look("dump".as_ref())?], &Config::default(), &NoObserver)?;
/// println!("{:?}", inspection.encodings);
/// # Ok::<(), tamis::Error>(())
/// ```
pub fn inspect(roots: Vec<Root>, config: &Config, observer: &dyn Observer) -> Result<Inspection> {
    let session = Session::over(&roots, config, observer)?;
    session.read(&DiskInput::new(roots).following(config.read.follow), look)
}

fn look(corpus: &Corpus<'_>) -> Result<Inspection> {
    let decide = &corpus.config.decide;
    let judge = decide.quality_profile().is_on().then(|| Judge::of(decide));
    let mut looker = Inspector {
        sources: corpus.sources,
        observer: corpus.observer,
        inspection: Inspection::new(corpus.config.split.split),
        judge: judge.as_ref(),
        open: InspectedSlot::default(),
    };
    let mut walk = Walk::default();
    let scan = |work| {
        let mut inspector =
            TextInspector { seen: Vec::new(), paragraphs: Vec::new(), measures: judge.is_some() };
        let chunk = read_work(work, corpus.listing(), corpus.read, &mut inspector);
        let mut seen = inspector.seen;
        if let Some(judge) = &judge {
            // Documents that are whole are judged here, side by side with others.
            let whole = seen.iter_mut().zip(chunk.whole_slots()).filter(|(_, is_whole)| *is_whole);
            whole.for_each(|(seen, _)| seen.scores = Some(judge.scores(seen.opening.text())));
        }
        (chunk, seen)
    };
    let mut look = ReadOnlyPass::at(corpus, scan);
    while let Some(scanned) = look.next()? {
        for (chunk, mut seen) in scanned {
            for part in &chunk.parts {
                looker.inspection.bytes.input += part.num_bytes;
                looker.observer.advanced(u64::from(part.ends_source()), part.num_bytes);
                walk.part(&chunk, part, &mut ChunkInspector { looker: &mut looker, seen: &mut seen })?;
            }
            corpus.buffers.give_back(chunk.bytes);
        }
    }
    if let Some(quality) = &mut looker.inspection.quality {
        quality.sort();
    }
    Ok(looker.inspection)
}

/// The counts of one slot: a document, or a piece of one.
#[derive(Debug, Clone, Default)]
struct InspectedSlot {
    bytes: u64,
    paragraphs: u64,
    /// How the document is split; the pieces of one are split alike.
    method: Method,
    scripts: Scripts,
    /// Length, number and beginning of the longest paragraph.
    longest: (u64, u64, String),
    /// The beginning, if quality is measured, and what was measured of it.
    opening: Opening,
    scores: Option<Scores>,
}

impl InspectedSlot {
    /// Adds the piece that follows.
    fn add(&mut self, next: Self) {
        if next.longest.0 > self.longest.0 {
            let (len, number, text) = next.longest;
            self.longest = (len, self.paragraphs + number, text);
        }
        self.opening.join(&next.opening);
        // A document that is whole is its only piece.
        self.scores = next.scores;
        self.bytes += next.bytes;
        self.method = next.method;
        self.paragraphs += next.paragraphs;
        self.scripts.add(&next.scripts);
    }
}

/// Looks at documents as they are read.
struct TextInspector {
    seen: Vec<InspectedSlot>,
    paragraphs: Vec<Paragraph>,
    /// Whether quality is measured.
    measures: bool,
}

/// Characters of the longest paragraph that are shown.
const SHOWN: usize = 40;

impl TextVisitor for TextInspector {
    fn document(&mut self, text: &str, by: SplitBy) -> Splitting {
        self.paragraphs.clear();
        let (splitting, _) = by.split(text, &mut self.paragraphs);
        let longest =
            self.paragraphs.iter().enumerate().rev().max_by_key(|(_, paragraph)| paragraph.span.len());
        let longest = longest.map_or_else(Default::default, |(number, paragraph)| {
            let text = &text[paragraph.span.range()];
            (count(text.len()), count(number), text.chars().take(SHOWN).collect())
        });
        let mut opening = Opening::default();
        if self.measures {
            let paragraphs = self.paragraphs.iter().map(|paragraph| &text[paragraph.span.range()]);
            paragraphs.filter(|text| text.contains(char::is_alphanumeric)).for_each(|text| opening.add(text));
        }
        self.seen.push(InspectedSlot {
            bytes: count(text.len()),
            paragraphs: count(self.paragraphs.len()),
            method: splitting.method,
            scripts: Scripts::of(text),
            longest,
            opening,
            scores: None,
        });
        splitting
    }
}

/// Adds up what was seen, in corpus order.
struct Inspector<'a> {
    sources: &'a SourceList,
    observer: &'a dyn Observer,
    inspection: Inspection,
    judge: Option<&'a Judge>,
    /// A large text of which some pieces were seen.
    open: InspectedSlot,
}

fn unit(part: &Part) -> CountedUnit {
    if part.member().is_some() { CountedUnit::Member } else { CountedUnit::File }
}

/// Goes through an inspected chunk, with one [`InspectedSlot`] for each slot.
struct ChunkInspector<'l, 'a> {
    looker: &'l mut Inspector<'a>,
    seen: &'l mut [InspectedSlot],
}

impl ChunkInspector<'_, '_> {
    fn seen(&mut self, number: usize) -> InspectedSlot {
        self.seen.get_mut(number).map(std::mem::take).unwrap_or_default()
    }
}

impl UnitVisitor for ChunkInspector<'_, '_> {
    fn begin_archive(&mut self, part: &Part) -> Result<()> {
        if let Some(archive) = part.wrap.archive {
            *self.looker.inspection.archives.entry(archive.name().to_owned()).or_default() += 1;
        }
        self.looker.count_compression(part.wrap.outer);
        Ok(())
    }

    fn end_archive(&mut self, part: &Part) -> Result<()> {
        self.looker.end(part);
        Ok(())
    }

    fn begin_unit(&mut self, _part: &Part) -> Result<()> {
        self.looker.open = InspectedSlot::default();
        Ok(())
    }

    fn rejected_record(&mut self, record: &RecordSlot<'_>, fault: &Fault) -> Result<()> {
        self.looker.reject(record.part, record.place(), fault);
        Ok(())
    }

    fn record(&mut self, record: &RecordSlot<'_>) -> Result<()> {
        let seen = self.seen(record.number);
        self.looker.page(record.part, record.record, record.slot);
        self.looker.document(record.part, record.record, seen);
        Ok(())
    }

    fn piece(&mut self, piece: &PieceSlot<'_>) -> Result<()> {
        let seen = self.seen(piece.number);
        self.looker.page(piece.part, None, piece.slot);
        self.looker.open.add(seen);
        Ok(())
    }

    fn end_part(&mut self, part: &Part) -> Result<()> {
        for reason in &part.skipped {
            *self.looker.inspection.records.skipped.entry(reason.name().to_owned()).or_default() += 1;
        }
        for (field, records) in part.fields.iter() {
            *self.looker.inspection.records.fields.entry(field.to_owned()).or_default() += records;
        }
        Ok(())
    }

    fn drop_unit(&mut self, part: &Part, _is_begun: bool) -> Result<()> {
        self.looker.end(part);
        Ok(())
    }

    fn end_unit(&mut self, part: &Part, _num_records: Option<u64>) -> Result<()> {
        let looker = &mut *self.looker;
        if looker.end(part) {
            *looker.inspection.formats.entry(part.kind.name().to_owned()).or_default() += 1;
            let is_member = unit(part) == CountedUnit::Member;
            looker.count_compression(if is_member { part.wrap.inner } else { part.wrap.outer });
            if !part.kind.is_container() {
                let seen = std::mem::take(&mut looker.open);
                looker.document(part, None, seen);
            }
        }
        Ok(())
    }
}

impl Inspector<'_> {
    fn count_compression(&mut self, compression: Compression) {
        if compression != Compression::None {
            *self.inspection.compressions.entry(compression.name().to_owned()).or_default() += 1;
        }
    }

    /// Counts a source or member by how reading it went; whether it was read.
    fn end(&mut self, part: &Part) -> bool {
        let unit = unit(part);
        if let Some(fault) = part.rejected() {
            self.inspection.unit(unit).reject(fault.reason);
            self.reject(part, None, fault);
        }
        match &part.fate {
            PartFate::Skipped(reason) => self.skip(part, unit, *reason),
            PartFate::Read | PartFate::Reread(_) if part.trailing.is_none() => {
                self.inspection.unit(unit).read();
            }
            PartFate::Read | PartFate::Reread(_) | PartFate::Rejected(_) => {}
        }
        matches!(part.fate, PartFate::Read | PartFate::Reread(_))
    }

    fn document(&mut self, part: &Part, record: Option<u64>, seen: InspectedSlot) {
        let path = self.path(part);
        let inspection = &mut self.inspection;
        inspection.records.read += u64::from(record.is_some());
        inspection.documents += 1;
        inspection.paragraphs += seen.paragraphs;
        inspection.bytes.text += seen.bytes;
        *inspection.encodings.entry(part.encoding.to_owned()).or_default() += 1;
        let methods = inspection.methods.entry(part.kind.name().to_owned()).or_default();
        *methods.entry(seen.method.name().to_owned()).or_default() += 1;
        inspection.sizes.count(seen.bytes);
        inspection.scripts.add(&seen.scripts);
        if let Some(judge) = self.judge {
            let quality = inspection.quality.get_or_insert_with(|| InspectedQuality::new(judge.profile()));
            quality.count(&seen.scores.unwrap_or_else(|| judge.scores(seen.opening.text())));
        }
        let (bytes, paragraph, text) = seen.longest;
        if bytes > inspection.longest_paragraph.as_ref().map_or(0, |longest| longest.bytes) {
            inspection.longest_paragraph = Some(LongestParagraph { path, record, paragraph, bytes, text });
        }
    }

    /// Counts what is known of a page.
    fn page(&mut self, part: &Part, record: Option<u64>, slot: &Slot) {
        let Some(page) = &slot.page else { return };
        let path = self.path(part);
        let pages = self.inspection.pages.get_or_insert_default();
        pages.counts += page.counts();
        if !page.about.language.is_empty() {
            *pages.languages.entry(page.about.language.clone()).or_default() += 1;
        }
        if let Some(absent) = page.absent {
            pages.note_without_text(PageWithoutText { path, record, reason: absent.name() });
        }
    }

    fn skip(&mut self, part: &Part, unit: CountedUnit, reason: SkipReason) {
        self.inspection.unit(unit).skip(reason);
        let is_by_name = matches!(reason, SkipReason::Unsupported | SkipReason::Html);
        let by_name = || not_prose(&path_of(self.sources, part)).filter(|_| is_by_name);
        let detail = reason.remedy().or_else(by_name);
        let path = self.path(part);
        self.inspection.note_skipped(Skipped { path, reason, detail });
    }

    fn reject(&mut self, part: &Part, record: Option<RecordPlace>, fault: &Fault) {
        if record.is_some() {
            *self.inspection.records.rejected.entry(fault.reason.name().to_owned()).or_default() += 1;
        }
        let Fault { reason, byte, detail } = fault.clone();
        let path = path_of(self.sources, part);
        self.inspection.note_rejected(&Rejection { path, record, byte, reason, detail });
    }

    fn path(&self, part: &Part) -> String {
        crate::store::path::lossless(&path_of(self.sources, part)).into_owned()
    }
}
