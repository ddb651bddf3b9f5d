//! Measure: which of what was found is known already, and how the rest holds against the limits.

use std::ops::ControlFlow;

use crate::account::Summary;
use crate::decide::{Places, Rule, Stays};
use crate::discover::SourceList;
use crate::error::Result;
use crate::fingerprint::{DocumentHasher, Fingerprint};
use crate::report::{Baseline, FileMark, Limits, MAX_WORST, Measured, ProblemKind};
use crate::store::Place;
use crate::units::{self, SourceId};

use super::log::{Entry, Log, Run};

/// What counts of an entry: all of it, or of a run some paragraphs one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub(super) entry: Entry,
    pub(super) kind: ProblemKind,
    /// First and last paragraph.
    pub(super) paragraphs: (u64, u64),
    pub(super) num_bytes: u64,
    pub(super) fingerprint: Fingerprint,
}

impl Piece {
    pub(super) fn num_paragraphs(&self) -> u64 {
        match self.entry {
            Entry::Run(_) => self.paragraphs.1 - self.paragraphs.0 + 1,
            _ => 0,
        }
    }
}

/// Which units are known: a bit each. A unit is what a baseline counts: a paragraph, or a document or input as a whole.
#[derive(Debug, Default)]
pub(super) struct Known {
    bits: Vec<u64>,
    pub(super) num_known: u64,
}

impl Known {
    fn set(&mut self, unit: u64) {
        let word = units::index(unit / 64);
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        self.bits[word] |= 1 << (unit % 64);
        self.num_known += 1;
    }

    fn has(&self, unit: u64) -> bool {
        let word = usize::try_from(unit / 64).ok().and_then(|word| self.bits.get(word));
        word.is_some_and(|word| word >> (unit % 64) & 1 == 1)
    }
}

/// The kind of a run's problem.
fn kind(run: &Run) -> ProblemKind {
    ProblemKind::Removed(run.verdict.rule().unwrap_or(Rule::Exact))
}

/// Whether each paragraph of a run is a unit of its own.
fn has_details(run: &Run) -> bool {
    run.verdict.rule().is_some_and(|rule| !rule.is_of_documents())
}

/// Calls `visit` with every unit: the entry it is of, its kind and fingerprint.
pub(super) fn for_each_unit(
    log: &mut Log,
    mut visit: impl FnMut(&Entry, ProblemKind, Fingerprint),
) -> Result<()> {
    for number in 0..log.len() {
        let Some(entry) = log.entry(number)? else { continue };
        match entry {
            Entry::Run(run) if has_details(&run) => {
                for detail in run.details..=run.details + (run.last - run.first) {
                    visit(&entry, kind(&run), log.detail(detail)?.fingerprint);
                }
            }
            Entry::Run(run) => visit(&entry, kind(&run), run.fingerprint),
            Entry::Emptied { fingerprint, .. } => visit(&entry, ProblemKind::Emptied, fingerprint),
            Entry::Rejected { fingerprint, .. } => visit(&entry, ProblemKind::Rejected, fingerprint),
        }
    }
    Ok(())
}

/// Finds the units that a baseline holds. Of several of one fingerprint those count as known first that stand in a
/// file where it was then, then those in files that did not change, then the first in corpus order.
pub(super) fn known(
    log: &mut Log,
    baseline: &Baseline,
    sources: &SourceList,
    places: &Places,
    has_changed: &dyn Fn(Place<'_>) -> bool,
) -> Result<Known> {
    let mut allowance = baseline.allowance();
    let mut known = Known::default();
    let mut marks = FileMarks::new(sources, places);
    let mut unit = 0;
    for pass in [Pass::Then, Pass::Unchanged, Pass::Rest] {
        if unit > 0 && unit == known.num_known {
            break; // nothing is left to ask for
        }
        unit = 0;
        for_each_unit(log, |entry, kind, fingerprint| {
            let (source, mark) = marks.of(entry);
            let is_taken = !known.has(unit)
                && match pass {
                    Pass::Then => allowance.take_in(kind, &fingerprint, mark),
                    Pass::Unchanged => {
                        !has_changed(sources.get(source).place) && allowance.take(kind, &fingerprint)
                    }
                    Pass::Rest => allowance.take(kind, &fingerprint),
                };
            if is_taken {
                known.set(unit);
            }
            unit += 1;
        })?;
    }
    Ok(known)
}

/// Which units are looked at.
#[derive(Debug, Clone, Copy)]
enum Pass {
    /// Those in a file where they were then.
    Then,
    /// Those in files that did not change.
    Unchanged,
    /// All.
    Rest,
}

/// Marks of files, by which a baseline remembers them.
pub(super) struct FileMarks<'a> {
    sources: &'a SourceList,
    places: &'a Places,
    last: Option<(SourceId, FileMark)>,
}

impl<'a> FileMarks<'a> {
    pub(super) fn new(sources: &'a SourceList, places: &'a Places) -> Self {
        Self { sources, places, last: None }
    }

    /// The file that an entry is about, and its mark.
    pub(super) fn of(&mut self, entry: &Entry) -> (SourceId, FileMark) {
        let source = match entry {
            Entry::Rejected { source, .. } => *source,
            Entry::Run(Run { document, .. }) | Entry::Emptied { document, .. } => {
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

/// Calls `visit` with everything that is not known, in corpus order, until it has enough.
pub(super) fn for_each_piece(
    log: &mut Log,
    known: Option<&Known>,
    mut visit: impl FnMut(&mut Log, Piece) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let mut unit = 0;
    for number in 0..log.len() {
        let Some(entry) = log.entry(number)? else { continue };
        let whole = |kind, num_bytes, fingerprint, paragraphs| Piece {
            entry,
            kind,
            paragraphs,
            num_bytes,
            fingerprint,
        };
        let piece = match (entry, known) {
            (Entry::Run(run), Some(known)) if has_details(&run) => {
                if cut(log, &run, known, unit, &mut visit)?.is_break() {
                    return Ok(());
                }
                unit += run.last - run.first + 1;
                continue;
            }
            (Entry::Run(run), _) => whole(kind(&run), run.num_bytes, run.fingerprint, (run.first, run.last)),
            (Entry::Emptied { fingerprint, .. }, _) => whole(ProblemKind::Emptied, 0, fingerprint, (0, 0)),
            (Entry::Rejected { fingerprint, .. }, _) => whole(ProblemKind::Rejected, 0, fingerprint, (0, 0)),
        };
        unit += 1;
        if !known.is_some_and(|known| known.has(unit - 1)) && visit(log, piece)?.is_break() {
            return Ok(());
        }
    }
    Ok(())
}

/// Cuts out of a run what is not known.
fn cut(
    log: &mut Log,
    run: &Run,
    known: &Known,
    first_unit: u64,
    visit: &mut impl FnMut(&mut Log, Piece) -> Result<ControlFlow<()>>,
) -> Result<ControlFlow<()>> {
    let mut open: Option<(Piece, DocumentHasher)> = None;
    for index in run.first..=run.last {
        let offset = index - run.first;
        if known.has(first_unit + offset) {
            if let Some((piece, hasher)) = open.take()
                && visit(log, named(piece, hasher))?.is_break()
            {
                return Ok(ControlFlow::Break(()));
            }
            continue;
        }
        let detail = log.detail(run.details + offset)?;
        let (piece, hasher) = open.get_or_insert_with(|| {
            let piece = Piece {
                entry: Entry::Run(*run),
                kind: kind(run),
                paragraphs: (index, index),
                num_bytes: 0,
                fingerprint: detail.fingerprint,
            };
            (piece, DocumentHasher::default())
        });
        piece.paragraphs.1 = index;
        piece.num_bytes += detail.num_bytes;
        hasher.update(&detail.fingerprint);
    }
    open.map_or(Ok(ControlFlow::Continue(())), |(piece, hasher)| visit(log, named(piece, hasher)))
}

/// A single paragraph has its own fingerprint, several have that of a document made of them.
fn named(piece: Piece, hasher: DocumentHasher) -> Piece {
    if piece.num_paragraphs() == 1 { piece } else { Piece { fingerprint: hasher.finish(), ..piece } }
}

/// The pieces that go furthest beyond a limit, the largest first, then in corpus order.
#[derive(Debug, Default)]
pub(super) struct Worst(Vec<Piece>);

impl Worst {
    fn offer(&mut self, piece: &Piece) {
        let after = self.0.partition_point(|known| known.num_bytes >= piece.num_bytes);
        if after < MAX_WORST {
            self.0.insert(after, *piece);
            self.0.truncate(MAX_WORST);
        }
    }

    pub(super) fn pieces(&self) -> &[Piece] {
        &self.0
    }
}

/// What counts, added up.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) num_problems: [u64; ProblemKind::ALL.len()],
    bytes: u64,
    duplicates: u64,
    near_duplicates: u64,
    emptied: u64,
    rejected: u64,
    /// The worst of each kind, and of all that goes.
    worst: [Worst; ProblemKind::ALL.len()],
    worst_removed: Worst,
}

impl Figures {
    pub(super) fn add(&mut self, piece: &Piece) {
        self.num_problems[piece.kind.number()] += 1;
        self.worst[piece.kind.number()].offer(piece);
        match piece.kind {
            ProblemKind::Removed(rule) => {
                self.bytes += piece.num_bytes;
                self.worst_removed.offer(piece);
                match rule.stays() {
                    Stays::Same => self.duplicates += piece.num_paragraphs(),
                    Stays::Alike => self.near_duplicates += 1,
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
            of_kind.0.iter().for_each(|piece| worst.offer(piece));
        }
        worst
    }

    /// The figures held against the limits, each with its worst pieces if it is broken.
    pub(super) fn measure(&self, limits: &Limits, summary: &Summary) -> Vec<(Measured, Worst)> {
        let mut measured = Vec::new();
        if let Some(limit) = limits.duplicate_ratio {
            let of = summary.bytes.paragraphs;
            let is_broken = limit.is_exceeded(self.bytes, of);
            let row = row(Measured::RATIO, "bytes that go", self.bytes, limit.to_string());
            let row = Measured { of: Some(of), is_broken, ..row };
            measured.push((row, Worst(self.worst_removed.0.clone())));
        }
        let counts = [
            (Measured::DUPLICATES, "duplicate paragraphs", self.duplicates, limits.duplicates),
            (Measured::NEAR_DUPLICATES, "near-duplicates", self.near_duplicates, limits.near_duplicates),
            (Measured::EMPTIED, "documents of which nothing stays", self.emptied, limits.emptied),
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
