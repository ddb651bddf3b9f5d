//! Measures the log: which entries the baseline holds, and how the rest compares with the limits.

use std::collections::HashSet;
use std::ops::ControlFlow;

use crate::account::Summary;
use crate::decide::{Places, Rule, Stays};
use crate::discover::{SourceList, SourcePlan};
use crate::error::Result;
use crate::fingerprint::{DocumentHasher, Fingerprint};
use crate::report::{Baseline, BaselineSettings, FileMark, Limits, MAX_WORST, Measured, ProblemKind};
use crate::units::{self, SourceId};

use super::describe::Describer;
use super::log::{Log, LogEntry, LoggedStretch};
use super::texts::FileTexts;

/// The part of a log entry that the baseline does not hold: the whole entry, or some consecutive paragraphs of a
/// stretch.
#[derive(Debug, Clone, Copy)]
pub(super) struct UnknownPart {
    pub(super) entry: LogEntry,
    /// The entry's number in the log.
    pub(super) number: u64,
    pub(super) kind: ProblemKind,
    /// First and last paragraph.
    pub(super) paragraphs: (u64, u64),
    pub(super) num_bytes: u64,
    pub(super) fingerprint: Fingerprint,
}

impl UnknownPart {
    pub(super) fn num_paragraphs(&self) -> u64 {
        match self.entry {
            LogEntry::Stretch(_) => self.paragraphs.1 - self.paragraphs.0 + 1,
            _ => 0,
        }
    }
}

/// One bit for each unit: whether the baseline holds it. A unit is a paragraph, or a document or input as a whole.
#[derive(Debug, Default)]
pub(super) struct KnownUnits {
    bits: Vec<u64>,
    num_set: u64,
    /// Paragraphs that an allow-list lets pass.
    pub(super) num_allowed: u64,
    /// Units that were there before.
    pub(super) num_known: u64,
}

impl KnownUnits {
    fn set(&mut self, unit: u64) {
        let word = units::index(unit / 64);
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        self.bits[word] |= 1 << (unit % 64);
        self.num_set += 1;
    }

    fn has(&self, unit: u64) -> bool {
        let word = usize::try_from(unit / 64).ok().and_then(|word| self.bits.get(word));
        word.is_some_and(|word| word >> (unit % 64) & 1 == 1)
    }
}

/// The kind of problem that a stretch is.
fn kind(stretch: &LoggedStretch) -> ProblemKind {
    ProblemKind::Removed(stretch.verdict.rule().unwrap_or(Rule::Exact))
}

/// Whether each paragraph of a stretch is a unit of its own.
fn has_details(stretch: &LoggedStretch) -> bool {
    stretch.verdict.rule().is_some_and(|rule| !rule.is_of_documents())
}

/// Calls `visit` with every unit: the entry it is of, its kind and fingerprint.
fn for_each_unit(log: &mut Log, mut visit: impl FnMut(&LogEntry, ProblemKind, Fingerprint)) -> Result<()> {
    for number in 0..log.len() {
        let Some(entry) = log.entry(number)? else { continue };
        match entry {
            LogEntry::Stretch(stretch) if has_details(&stretch) => {
                for detail in stretch.details..=stretch.details + (stretch.last - stretch.first) {
                    visit(&entry, kind(&stretch), log.detail(detail)?.fingerprint);
                }
            }
            LogEntry::Stretch(stretch) => visit(&entry, kind(&stretch), stretch.fingerprint),
            LogEntry::Emptied { fingerprint, .. } => visit(&entry, ProblemKind::Emptied, fingerprint),
            LogEntry::Rejected { fingerprint, .. } => visit(&entry, ProblemKind::Rejected, fingerprint),
        }
    }
    Ok(())
}

/// Marks the units that an allow-list lets pass: paragraphs, and documents of which one would stay if those did, with
/// their layout.
pub(super) fn allow(log: &mut Log, allowed: &HashSet<Fingerprint>) -> Result<KnownUnits> {
    let mut known = KnownUnits::default();
    let (mut unit, mut last) = (0, None);
    // Layout that goes with the document that is looked at, which ends with the entry that says that nothing stays.
    let mut layout = Vec::new();
    for_each_unit(log, |entry, kind, fingerprint| {
        match entry {
            LogEntry::Stretch(_) if kind == ProblemKind::Removed(Rule::Layout) => layout.push(unit),
            LogEntry::Stretch(stretch) if has_details(stretch) && allowed.contains(&fingerprint) => {
                known.set(unit);
                known.num_allowed += 1;
                last = Some(stretch.document);
            }
            LogEntry::Emptied { document, .. } => {
                let layout = std::mem::take(&mut layout);
                if last == Some(*document) {
                    layout.into_iter().chain([unit]).for_each(|unit| known.set(unit));
                }
            }
            LogEntry::Stretch(_) | LogEntry::Rejected { .. } => {}
        }
        unit += 1;
    })?;
    Ok(known)
}

/// Marks the units that a baseline holds. Of several of one fingerprint those count as known first that stand in a
/// file where it was then, then those in files that did not change, then the first in corpus order.
pub(super) fn remember(
    known: &mut KnownUnits,
    log: &mut Log,
    baseline: &Baseline,
    &Describer { sources, places, has_changed, .. }: &Describer<'_>,
) -> Result<()> {
    let mut allowance = baseline.allowance();
    let mut marks = FileMarks::new(sources, places);
    let mut unit = 0;
    for pass in [BaselineRound::Then, BaselineRound::Unchanged, BaselineRound::All] {
        if unit > 0 && unit == known.num_set {
            break; // nothing is left to ask for
        }
        unit = 0;
        for_each_unit(log, |entry, kind, fingerprint| {
            let (source, mark) = marks.of(entry);
            let is_taken = !known.has(unit)
                && match pass {
                    BaselineRound::Then => allowance.take_in(kind, &fingerprint, mark),
                    BaselineRound::Unchanged => !has_changed(source) && allowance.take(kind, &fingerprint),
                    BaselineRound::All => allowance.take(kind, &fingerprint),
                };
            if is_taken {
                known.set(unit);
                known.num_known += 1;
            }
            unit += 1;
        })?;
    }
    Ok(())
}

/// A baseline of what is not let pass.
pub(super) fn baseline(
    log: &mut Log,
    known: Option<&KnownUnits>,
    settings: BaselineSettings,
    (&Describer { sources, places, .. }, texts): (&Describer<'_>, &FileTexts),
) -> Result<Baseline> {
    let mut problems = Vec::new();
    let mut marks = FileMarks::new(sources, places);
    let mut unit = 0;
    for_each_unit(log, |entry, kind, fingerprint| {
        if !known.is_some_and(|known| known.has(unit)) {
            problems.push((kind, fingerprint, marks.of(entry).1));
        }
        unit += 1;
    })?;
    let read = sources.iter().filter(|source| matches!(source.plan, SourcePlan::Read(_)));
    let corpus = read.map(|source| texts.file(source)).collect();
    Ok(Baseline::of(settings, problems, corpus))
}

/// A round of matching units with the baseline.
#[derive(Debug, Clone, Copy)]
enum BaselineRound {
    /// Units in a file in which the baseline has them.
    Then,
    /// Units in files that did not change.
    Unchanged,
    /// All units.
    All,
}

/// Marks of files, by which a baseline remembers them.
struct FileMarks<'a> {
    sources: &'a SourceList,
    places: &'a Places,
    last: Option<(SourceId, FileMark)>,
}

impl<'a> FileMarks<'a> {
    fn new(sources: &'a SourceList, places: &'a Places) -> Self {
        Self { sources, places, last: None }
    }

    /// The file that an entry is about, and its mark.
    fn of(&mut self, entry: &LogEntry) -> (SourceId, FileMark) {
        let source = match entry {
            LogEntry::Rejected { source, .. } => *source,
            LogEntry::Stretch(LoggedStretch { document, .. }) | LogEntry::Emptied { document, .. } => {
                self.places.owner(*document).source
            }
        };
        match self.last {
            Some((last, mark)) if last == source => (source, mark),
            _ => {
                let mark = FileMark::of(self.sources.get(source).place.relative);
                self.last = Some((source, mark));
                (source, mark)
            }
        }
    }
}

/// Calls `visit` with every part that the baseline does not hold, in corpus order, until it returns `Break`.
pub(super) fn for_each_unknown(
    log: &mut Log,
    known: Option<&KnownUnits>,
    mut visit: impl FnMut(&mut Log, UnknownPart) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let mut unit = 0;
    for number in 0..log.len() {
        let Some(entry) = log.entry(number)? else { continue };
        let whole = |kind, num_bytes, fingerprint, paragraphs| UnknownPart {
            entry,
            number,
            kind,
            paragraphs,
            num_bytes,
            fingerprint,
        };
        let part = match (entry, known) {
            (LogEntry::Stretch(stretch), Some(known)) if has_details(&stretch) => {
                let stretch = (number, &stretch);
                if cut(log, stretch, known, unit, &mut visit)?.is_break() {
                    return Ok(());
                }
                unit += stretch.1.last - stretch.1.first + 1;
                continue;
            }
            (LogEntry::Stretch(stretch), _) => {
                whole(kind(&stretch), stretch.num_bytes, stretch.fingerprint, (stretch.first, stretch.last))
            }
            (LogEntry::Emptied { fingerprint, .. }, _) => whole(ProblemKind::Emptied, 0, fingerprint, (0, 0)),
            (LogEntry::Rejected { fingerprint, .. }, _) => {
                whole(ProblemKind::Rejected, 0, fingerprint, (0, 0))
            }
        };
        unit += 1;
        if !known.is_some_and(|known| known.has(unit - 1)) && visit(log, part)?.is_break() {
            return Ok(());
        }
    }
    Ok(())
}

/// Cuts a stretch into the parts that the baseline does not hold.
fn cut(
    log: &mut Log,
    (number, stretch): (u64, &LoggedStretch),
    known: &KnownUnits,
    first_unit: u64,
    visit: &mut impl FnMut(&mut Log, UnknownPart) -> Result<ControlFlow<()>>,
) -> Result<ControlFlow<()>> {
    let mut open: Option<(UnknownPart, DocumentHasher)> = None;
    for index in stretch.first..=stretch.last {
        let offset = index - stretch.first;
        if known.has(first_unit + offset) {
            if let Some((part, hasher)) = open.take()
                && visit(log, named(part, hasher))?.is_break()
            {
                return Ok(ControlFlow::Break(()));
            }
            continue;
        }
        let detail = log.detail(stretch.details + offset)?;
        let (part, hasher) = open.get_or_insert_with(|| {
            let part = UnknownPart {
                entry: LogEntry::Stretch(*stretch),
                number,
                kind: kind(stretch),
                paragraphs: (index, index),
                num_bytes: 0,
                fingerprint: detail.fingerprint,
            };
            (part, DocumentHasher::default())
        });
        part.paragraphs.1 = index;
        part.num_bytes += detail.num_bytes;
        hasher.update(&detail.fingerprint);
    }
    open.map_or(Ok(ControlFlow::Continue(())), |(part, hasher)| visit(log, named(part, hasher)))
}

/// A single paragraph has its own fingerprint, several have that of a document made of them.
fn named(part: UnknownPart, hasher: DocumentHasher) -> UnknownPart {
    if part.num_paragraphs() == 1 { part } else { UnknownPart { fingerprint: hasher.finish(), ..part } }
}

/// The pieces that go furthest beyond a limit, the largest first, then in corpus order.
#[derive(Debug, Default)]
pub(super) struct Worst(Vec<UnknownPart>);

impl Worst {
    fn offer(&mut self, part: &UnknownPart) {
        let after = self.0.partition_point(|known| known.num_bytes >= part.num_bytes);
        if after < MAX_WORST {
            self.0.insert(after, *part);
            self.0.truncate(MAX_WORST);
        }
    }

    pub(super) fn parts(&self) -> &[UnknownPart] {
        &self.0
    }
}

/// Sums over all parts that count.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) num_problems: [u64; ProblemKind::ALL.len()],
    bytes: u64,
    duplicates: u64,
    near_duplicates: u64,
    contaminated: u64,
    masked: u64,
    emptied: u64,
    rejected: u64,
    /// The worst of each kind, and of all that goes.
    worst: [Worst; ProblemKind::ALL.len()],
    worst_removed: Worst,
}

impl Figures {
    pub(super) fn add(&mut self, part: &UnknownPart) {
        self.num_problems[part.kind.number()] += 1;
        self.worst[part.kind.number()].offer(part);
        match part.kind {
            ProblemKind::Removed(rule) if !rule.is_counted() => self.masked += u64::from(rule == Rule::Mask),
            ProblemKind::Removed(rule) => {
                self.bytes += part.num_bytes;
                self.worst_removed.offer(part);
                match rule.stays() {
                    Stays::Same => self.duplicates += part.num_paragraphs(),
                    Stays::Alike => self.near_duplicates += 1,
                    Stays::Held => self.contaminated += 1,
                    Stays::Nothing => {}
                }
            }
            ProblemKind::Emptied => self.emptied += 1,
            ProblemKind::Rejected => self.rejected += 1,
        }
    }

    /// The worst of the kinds that count for a limit together.
    fn worst_for(&self, limit: &str) -> Worst {
        let mut worst = Worst::default();
        let of_kinds = ProblemKind::ALL.iter().zip(&self.worst);
        for (_, of_kind) in of_kinds.filter(|(kind, _)| kind.counts_for(limit)) {
            of_kind.0.iter().for_each(|part| worst.offer(part));
        }
        worst
    }

    /// The figures held against the limits, each with its worst pieces if it is broken.
    pub(super) fn measure(&self, limits: &Limits, summary: &Summary) -> Vec<(Measured, Worst)> {
        let mut measured = Vec::new();
        if let Some(limit) = limits.duplicate_ratio {
            let of = summary.bytes.paragraphs;
            let is_broken = limit.is_exceeded(self.bytes, of);
            let row = row(Measured::RATIO, "bytes removed", self.bytes, limit.to_string());
            let row = Measured { of: Some(of), is_broken, ..row };
            measured.push((row, Worst(self.worst_removed.0.clone())));
        }
        // Whoever has no benchmark hears nothing of it.
        let contaminated = limits.contaminated.filter(|limit| self.contaminated.max(*limit) > 0);
        let masked = limits.masked.filter(|limit| self.masked.max(*limit) > 0);
        let counts = [
            (Measured::DUPLICATES, "duplicate paragraphs", self.duplicates, limits.duplicates),
            (Measured::NEAR_DUPLICATES, "near-duplicates", self.near_duplicates, limits.near_duplicates),
            (Measured::CONTAMINATED, "contaminated documents", self.contaminated, contaminated),
            (Measured::MASKED, "pieces of personal data", self.masked, masked),
            (Measured::EMPTIED, "emptied documents", self.emptied, limits.emptied),
            (Measured::REJECTED, "rejected inputs and records", self.rejected, limits.rejected),
        ];
        for (name, what, found, limit) in counts {
            let Some(limit) = limit else { continue };
            let row = row(name, what, found, limit.to_string());
            measured.push((Measured { is_broken: found > limit, ..row }, self.worst_for(name)));
        }
        for (row, worst) in &mut measured {
            if !row.is_broken {
                worst.0.clear();
            }
        }
        measured
    }
}

fn row(name: &'static str, what: &'static str, found: u64, limit: String) -> Measured {
    Measured { name, what, found, of: None, limit, is_broken: false, worst: Vec::new() }
}
