//! Inspect: what is there, before any cleaning. The same reading as a run's, and no decisions.

use crate::account::Unit;
use crate::config::Config;
use crate::discover::SourceList;
use crate::document::Paragraph;
use crate::error::{RecordPlace, Rejection, Result, SkipReason};
use crate::observe::Observer;
use crate::read::{Chunk, Compression, Fault, Part, PartFate, Role, Visitor};
use crate::report::{Inspection, LongestParagraph, Scripts};
use crate::run::corpus::{Corpus, path_of};
use crate::run::feed::Feed;
use crate::run::reading::{Pass, read_work};
use crate::run::session::Session;
use crate::split;
use crate::store::{DiskInput, Root};
use crate::units::count;

/// Looks at inputs.
///
/// # Errors
/// [`Error::Config`], [`Error::NoInput`], [`Error::Threads`], [`Error::Interrupted`], and [`Error::Output`] if there
/// is no space to unpack to.
///
/// ```no_run
/// use tamis::{Config, NoObserver, store::Root};
/// let inspection = tamis::inspect(vec![Root::look("dump".as_ref())?], &Config::default(), &NoObserver)?;
/// println!("{:?}", inspection.encodings);
/// # Ok::<(), tamis::Error>(())
/// ```
pub fn inspect(roots: Vec<Root>, config: &Config, observer: &dyn Observer) -> Result<Inspection> {
    let session = Session::over(&roots, config, observer)?;
    session.read(&DiskInput::new(roots), look)
}

fn look(corpus: &Corpus<'_>) -> Result<Inspection> {
    let mut looker = Looker {
        sources: corpus.sources,
        observer: corpus.observer,
        inspection: Inspection::new(),
        open: Seen::default(),
        record: 0,
        lines: 0,
    };
    let scan = |work| {
        let mut eye = Eye { config: corpus.config, seen: Vec::new(), paragraphs: Vec::new() };
        let chunk = read_work(work, corpus.listing(), corpus.read, &mut eye);
        (chunk, eye.seen)
    };
    let mut pass = Pass::new(Feed::final_at_once(corpus), corpus.observer, scan);
    while let Some(scanned) = pass.next()? {
        for (chunk, seen) in scanned {
            looker.take(&chunk, seen);
            corpus.buffers.give_back(chunk.bytes);
        }
    }
    Ok(looker.inspection)
}

/// What was seen of one document, or of a piece of one.
#[derive(Debug, Clone, Default)]
struct Seen {
    bytes: u64,
    paragraphs: u64,
    scripts: Scripts,
    /// Length, number and beginning of the longest paragraph.
    longest: (u64, u64, String),
}

impl Seen {
    /// Adds the piece that follows.
    fn add(&mut self, next: Self) {
        if next.longest.0 > self.longest.0 {
            let (len, number, text) = next.longest;
            self.longest = (len, self.paragraphs + number, text);
        }
        self.bytes += next.bytes;
        self.paragraphs += next.paragraphs;
        self.scripts.add(&next.scripts);
    }
}

/// Looks at documents as they are read.
struct Eye<'a> {
    config: &'a Config,
    seen: Vec<Seen>,
    paragraphs: Vec<Paragraph>,
}

/// Characters of the longest paragraph that are shown.
const SHOWN: usize = 40;

impl Visitor for Eye<'_> {
    fn document(&mut self, text: &str) {
        self.paragraphs.clear();
        split::split(text, self.config.split, &mut self.paragraphs);
        let longest =
            self.paragraphs.iter().enumerate().rev().max_by_key(|(_, paragraph)| paragraph.span.len());
        let longest = longest.map_or_else(Default::default, |(number, paragraph)| {
            let text = &text[paragraph.span.range()];
            (count(text.len()), count(number), text.chars().take(SHOWN).collect())
        });
        self.seen.push(Seen {
            bytes: count(text.len()),
            paragraphs: count(self.paragraphs.len()),
            scripts: Scripts::of(text),
            longest,
        });
    }
}

/// Adds up what was seen, in corpus order.
struct Looker<'a> {
    sources: &'a SourceList,
    observer: &'a dyn Observer,
    inspection: Inspection,
    /// A large text of which some pieces were seen.
    open: Seen,
    /// Number of the next record of the container that is being read, and lines before the part.
    record: u64,
    lines: u64,
}

impl Looker<'_> {
    fn take(&mut self, chunk: &Chunk, seen: Vec<Seen>) {
        let mut seen = seen.into_iter();
        for part in &chunk.parts {
            self.inspection.bytes.input += part.num_bytes;
            self.observer.advanced(u64::from(Self::is_source_end(part)), part.num_bytes);
            match part.role {
                Role::ArchiveStart => {
                    if let Some(archive) = part.wrap.archive {
                        *self.inspection.archives.entry(archive.name().to_owned()).or_default() += 1;
                    }
                    self.count_compression(part.wrap.outer);
                    continue;
                }
                Role::ArchiveEnd => {
                    self.end(part);
                    continue;
                }
                Role::Whole | Role::Member(_) => {}
            }
            if part.is_first {
                self.open = Seen::default();
                (self.record, self.lines) = (0, 0);
            }
            for number in part.slots.clone() {
                let Some(seen) = seen.next() else { continue };
                let slot = &chunk.slots[number];
                if let Some(fault) = &slot.fault {
                    let line = part.kind.has_lines().then_some(self.lines + slot.lines_before + 1);
                    self.reject(part, Some(RecordPlace { record: self.record, line }), fault);
                    self.record += 1;
                } else if slot.is_record {
                    self.document(part, Some(self.record), seen);
                    self.record += 1;
                } else if !slot.is_verbatim {
                    self.open.add(seen);
                }
            }
            self.lines += part.num_lines;
            for reason in &part.skipped {
                *self.inspection.records.skipped.entry(reason.name().to_owned()).or_default() += 1;
            }
            if part.is_last {
                self.end(part);
            }
        }
    }

    fn is_source_end(part: &Part) -> bool {
        part.is_last && matches!(part.role, Role::Whole | Role::ArchiveEnd)
    }

    fn count_compression(&mut self, compression: Compression) {
        if compression != Compression::None {
            *self.inspection.compressions.entry(compression.name().to_owned()).or_default() += 1;
        }
    }

    /// Counts a source or member that ends.
    fn end(&mut self, part: &Part) {
        let unit = if part.member().is_some() { Unit::Member } else { Unit::File };
        let is_archive = matches!(part.role, Role::ArchiveEnd);
        match &part.fate {
            PartFate::Skipped(reason) => self.skip(part, unit, *reason),
            PartFate::Rejected(fault) => {
                self.inspection.unit(unit).reject(fault.reason);
                self.reject(part, None, fault);
            }
            PartFate::Read | PartFate::Reread(_) => {
                self.inspection.unit(unit).read();
                if !is_archive {
                    *self.inspection.formats.entry(part.kind.name().to_owned()).or_default() += 1;
                    let compression = if unit == Unit::Member { part.wrap.inner } else { part.wrap.outer };
                    self.count_compression(compression);
                }
                if !is_archive && !part.kind.is_container() {
                    let seen = std::mem::take(&mut self.open);
                    self.document(part, None, seen);
                }
            }
        }
    }

    fn document(&mut self, part: &Part, record: Option<u64>, seen: Seen) {
        let path = self.path(part);
        let inspection = &mut self.inspection;
        inspection.records.read += u64::from(record.is_some());
        inspection.documents += 1;
        inspection.paragraphs += seen.paragraphs;
        inspection.bytes.text += seen.bytes;
        *inspection.encodings.entry(part.encoding.to_owned()).or_default() += 1;
        inspection.sizes.count(seen.bytes);
        inspection.scripts.add(&seen.scripts);
        let (bytes, paragraph, text) = seen.longest;
        if bytes > inspection.longest_paragraph.as_ref().map_or(0, |longest| longest.bytes) {
            inspection.longest_paragraph = Some(LongestParagraph { path, record, paragraph, bytes, text });
        }
    }

    fn skip(&mut self, part: &Part, unit: Unit, reason: SkipReason) {
        self.inspection.unit(unit).skip(reason);
        let path = self.path(part);
        self.inspection.note_skipped(path, reason);
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
