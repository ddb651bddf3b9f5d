//! Tell: what counts, in words that lead a reader to the place.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::account::{
    Evidence, EvidenceStore, LedgerContext, RecordId, SurvivorDocument, SurvivorPlace, Survivors, survivors,
};
use crate::decide::{Earlier, EarlierPlace, Findings, Places};
use crate::discover::SourceList;
use crate::error::{Rejection, Result};
use crate::fingerprint::Fingerprint;
use crate::report::{Location, Problem, ProblemKind};
use crate::store::{Place, Root, path};
use crate::units::{DocumentId, Ordinal, SourceId};
use crate::write::RecordIds;

use super::lines::Lines;
use super::log::{Entry, Log, Run};
use super::measure::Piece;

/// What places are told by.
pub(super) struct Teller<'a> {
    pub(super) sources: &'a SourceList,
    pub(super) places: &'a Places,
    pub(super) findings: Option<&'a Findings>,
    pub(super) earlier: Option<&'a dyn Earlier>,
    pub(super) lines: &'a Lines,
    pub(super) ids: RecordIds,
    pub(super) evidence: EvidenceStore,
    /// How each input is named, as a prefix of its files' paths, and whether it is one file.
    pub(super) roots: Vec<Named>,
    /// Which files have changed since what the check is compared with.
    pub(super) has_changed: &'a dyn Fn(Place<'_>) -> bool,
    pub(super) told: Told,
    /// The file that was named last.
    pub(super) last_file: Option<(SourceId, String)>,
}

/// How many problems were told of, by 64 bits of kind and fingerprint. At 10^7 problems the chance that one counts for
/// another is below 10^-5, and then a number is left out.
#[derive(Debug, Default)]
pub(super) struct Told(HashMap<u64, u32, BuildHasherDefault<Identity>>);

impl Told {
    /// Counts a problem, and returns how many of it were told before.
    fn count(&mut self, kind: ProblemKind, fingerprint: &Fingerprint) -> u64 {
        let kind = crate::units::count(kind.number());
        let count = self.0.entry(fingerprint.table_hash().wrapping_add(kind)).or_default();
        *count = count.saturating_add(1);
        u64::from(*count - 1)
    }
}

/// Fingerprints are as good as hashes.
#[derive(Debug, Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// An input as reports name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// A directory; empty is the current one.
    Directory(Vec<u8>),
    /// A file.
    File(Vec<u8>),
}

impl Named {
    /// Inputs below the current directory are named from there, as is what stands in a repository in CI.
    pub(super) fn of(root: &Root, current: Option<&str>) -> Self {
        let given = path::bytes(root.path());
        let current = current.map(path::from_lossless).unwrap_or_default();
        let below = given.strip_prefix(current.as_slice()).filter(|_| !current.is_empty());
        let below = match below {
            Some([b'/', below @ ..]) => below,
            Some([]) => b"",
            _ => given,
        };
        let mut name = below;
        while let Some(rest) = name.strip_prefix(b"./") {
            name = rest;
        }
        let name = name.strip_suffix(b"/").filter(|name| !name.is_empty()).unwrap_or(name);
        match root {
            Root::Directory(_) => Self::Directory(if name == b"." { Vec::new() } else { name.to_vec() }),
            Root::File(_) | Root::Listed { .. } | Root::Fifo(_) | Root::Stdin => Self::File(name.to_vec()),
        }
    }

    fn file(&self, relative: &[u8]) -> String {
        let bytes = match self {
            Self::File(path) => path.clone(),
            Self::Directory(base) if base.is_empty() => relative.to_vec(),
            Self::Directory(base) if base == b"/" => [b"/", relative].concat(),
            Self::Directory(base) => [base.as_slice(), b"/", relative].concat(),
        };
        path::lossless(&bytes).into_owned()
    }
}

impl<'a> Teller<'a> {
    /// A problem, numbered among those of its fingerprint. Problems are told in corpus order, each once.
    pub(super) fn problem(&mut self, log: &mut Log, piece: &Piece) -> Result<Problem> {
        let occurrence = self.told.count(piece.kind, &piece.fingerprint);
        Ok(Problem { occurrence, ..self.unnumbered(log, piece)? })
    }

    /// A problem that is told out of order.
    pub(super) fn unnumbered(&mut self, log: &mut Log, piece: &Piece) -> Result<Problem> {
        Ok(match piece.entry {
            Entry::Run(run) => self.removed(log, piece, &run)?,
            Entry::Emptied { document, line, .. } => {
                let mut location = self.whole(document)?;
                let (start, end) = self.places.span(document);
                let lines = if start < end { self.lines.of(start, Ordinal(end.0 - 1)) } else { None };
                location.lines = lines.or((line > 0).then_some((line, line)));
                blank(piece, location)
            }
            Entry::Rejected { source, rejected, .. } => {
                self.rejected(piece, source, log.rejection(&rejected)?)
            }
        })
    }

    fn removed(&mut self, log: &mut Log, piece: &Piece, run: &Run) -> Result<Problem> {
        let (first, last) = piece.paragraphs;
        let location = self.location(run.document, first, last)?;
        let mut problem = blank(piece, location);
        // The text that is kept is that of the run's beginning.
        if first == run.first {
            problem.excerpt = log.text(run.excerpt)?;
        }
        if let Some(Survivors { rule, place, finding }) = self.what_stays(run)? {
            let Evidence { likeness, own } = self.evidence.read(finding)?;
            (problem.similarity, problem.evidence) = (likeness.similarity, own);
            if let Some(mut place) = place {
                if rule.is_one_for_one() {
                    place.last = place.first + (last - run.first);
                    place.first += first - run.first;
                }
                problem.survivor = Some(self.survivor(run.document, place, &mut problem.location)?);
            }
        }
        Ok(problem)
    }

    /// What the ledger needs to name a place.
    pub(super) fn context(&self) -> LedgerContext<'a> {
        let Self { sources, places, findings, earlier, .. } = *self;
        LedgerContext { sources, places, findings, earlier }
    }

    /// What stays in the place of a run, and by which rule it goes.
    pub(super) fn what_stays(&self, run: &Run) -> Result<Option<Survivors>> {
        let reason = run.verdict.reason();
        reason.map(|reason| survivors(reason, run.last - run.first + 1, self.context())).transpose()
    }

    /// Where survivors stand. What repeats what goes both ways: the side that is new is where to look.
    fn survivor(
        &mut self,
        removed: DocumentId,
        place: SurvivorPlace,
        location: &mut Location,
    ) -> Result<Location> {
        let SurvivorPlace { document, first, last } = place;
        match document {
            SurvivorDocument::Earlier(place) => Ok(earlier_location(place, (first, last))),
            SurvivorDocument::Here(document) => {
                let mut survivor = self.location(document, first, last)?;
                if !self.is_changed(removed) && self.is_changed(document) {
                    std::mem::swap(location, &mut survivor);
                }
                Ok(survivor)
            }
        }
    }

    fn is_changed(&self, document: DocumentId) -> bool {
        (self.has_changed)(self.sources.get(self.places.owner(document).source).place)
    }

    /// Where paragraphs of a document stand.
    fn location(&mut self, document: DocumentId, first: u64, last: u64) -> Result<Location> {
        let (start, end) = self.places.span(document);
        let place = |index: u64| Ordinal((start.0 + index).min(end.0.saturating_sub(1)));
        let lines = self.lines.of(place(first), place(last));
        Ok(Location { paragraphs: Some((first, last)), lines, ..self.whole(document)? })
    }

    fn whole(&mut self, document: DocumentId) -> Result<Location> {
        let owner = self.places.owner(document);
        let mut location = self.file(owner.source);
        location.member = owner.member.map(|member| path::lossless(member).into_owned());
        location.record = owner.record;
        if owner.record.is_some() {
            location.id = serde_json::from_slice::<RecordId>(&self.ids.get(document)?).ok();
        }
        Ok(location)
    }

    fn file(&mut self, source: SourceId) -> Location {
        let file = match &self.last_file {
            Some((last, file)) if *last == source => file.clone(),
            _ => {
                let place = self.sources.get(source).place;
                let relative = || path::lossless(place.relative).into_owned();
                let file = self.roots.get(place.root).map_or_else(relative, |root| root.file(place.relative));
                self.last_file = Some((source, file.clone()));
                file
            }
        };
        Location { run: None, file, member: None, record: None, id: None, paragraphs: None, lines: None }
    }

    fn rejected(&mut self, piece: &Piece, source: SourceId, rejection: Rejection) -> Problem {
        let mut problem = blank(piece, self.file(source));
        let file = self.sources.get(source).place.relative;
        let member = rejection.path.strip_prefix(file).and_then(|rest| rest.strip_prefix(b"/"));
        problem.location.member = member.map(|member| path::lossless(member).into_owned());
        problem.location.record = rejection.record.map(|place| place.record);
        problem.location.lines = rejection.record.and_then(|place| place.line).map(|line| (line, line));
        let place = rejection.byte.map_or(String::new(), |byte| format!(" at byte {byte}"));
        problem.rejection = Some((rejection.reason, rejection.detail + &place));
        problem
    }
}

/// Where something of an earlier run stands.
fn earlier_location(place: EarlierPlace, paragraphs: (u64, u64)) -> Location {
    Location {
        run: Some(place.run),
        file: place.path,
        member: None,
        record: place.record,
        id: None,
        paragraphs: Some(paragraphs),
        lines: None,
    }
}

/// A problem of which nothing more is told.
fn blank(piece: &Piece, location: Location) -> Problem {
    Problem {
        kind: piece.kind,
        location,
        survivor: None,
        num_paragraphs: piece.num_paragraphs(),
        num_bytes: piece.num_bytes,
        similarity: None,
        evidence: None,
        fingerprint: piece.fingerprint,
        occurrence: 0,
        excerpt: String::new(),
        rejection: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_named_from_the_current_directory() {
        let directory = |path: &str| Root::Directory(path.into());
        for (root, expected) in [
            (directory("corpus"), "corpus/a.txt"),
            (directory("./corpus/"), "corpus/a.txt"),
            (directory("."), "a.txt"),
            (directory("./"), "a.txt"),
            (directory("/work"), "a.txt"),
            (directory("/work/corpus"), "corpus/a.txt"),
            (directory("/workshop"), "/workshop/a.txt"),
            (directory("/"), "/a.txt"),
            (directory("../x"), "../x/a.txt"),
            (Root::File("./x/a.txt".into()), "x/a.txt"),
            (Root::Listed { path: "/work/b.txt".into(), relative: b"work/b.txt".to_vec() }, "b.txt"),
            (Root::Stdin, "-"),
        ] {
            assert_eq!(Named::of(&root, Some("/work")).file(b"a.txt"), expected, "{root:?}");
        }
    }
}
