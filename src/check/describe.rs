//! Describes problems in words that lead a reader to their place.

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
use crate::rules::Editor;
use crate::store::{Root, path};
use crate::units::{DocumentId, Ordinal, SourceId};
use crate::write::RecordIds;

use super::lines::LineNumbers;
use super::log::{Log, LogEntry, LoggedStretch};
use super::measure::UnknownPart;

/// Turns entries of the log into problems that name their place in words.
pub(super) struct Describer<'a> {
    pub(super) sources: &'a SourceList,
    pub(super) places: &'a Places,
    pub(super) findings: Option<&'a Findings>,
    pub(super) earlier: Option<&'a dyn Earlier>,
    pub(super) editor: &'a Editor,
    pub(super) lines: &'a LineNumbers,
    pub(super) ids: RecordIds,
    pub(super) evidence: EvidenceStore,
    /// How each input is named, as a prefix of its files' paths, and whether it is one file.
    pub(super) roots: Vec<InputName>,
    /// Which files have changed since what the check is compared with.
    pub(super) has_changed: &'a dyn Fn(SourceId) -> bool,
    pub(super) reported: ReportedCounts,
    /// The file that was named last.
    pub(super) last_file: Option<(SourceId, String)>,
}

/// The number of problems reported so far, by 64 bits of kind and fingerprint. At 10^7 problems the chance that two
/// share a number is below 10^-5, and then a number is left out.
#[derive(Debug, Default)]
pub(super) struct ReportedCounts(HashMap<u64, u32, BuildHasherDefault<FingerprintHasher>>);

impl ReportedCounts {
    /// Counts a problem, and returns the number of earlier problems of its kind and fingerprint.
    fn count(&mut self, kind: ProblemKind, fingerprint: &Fingerprint) -> u64 {
        let kind = crate::units::count(kind.number());
        let count = self.0.entry(fingerprint.table_hash().wrapping_add(kind)).or_default();
        *count = count.saturating_add(1);
        u64::from(*count - 1)
    }
}

/// Hashes a fingerprint by taking it as it is: it is spread evenly already.
#[derive(Debug, Default)]
struct FingerprintHasher(u64);

impl Hasher for FingerprintHasher {
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
pub(super) enum InputName {
    /// A directory; empty is the current one.
    Directory(Vec<u8>),
    /// A file.
    File(Vec<u8>),
}

impl InputName {
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

impl<'a> Describer<'a> {
    /// Describes a problem and numbers it among those of its fingerprint. Call it once for each problem, in corpus
    /// order.
    pub(super) fn problem(&mut self, log: &mut Log, part: &UnknownPart) -> Result<Problem> {
        let occurrence = self.reported.count(part.kind, &part.fingerprint);
        Ok(Problem { occurrence, ..self.unnumbered(log, part)? })
    }

    /// Describes a problem without a number, in any order.
    pub(super) fn unnumbered(&mut self, log: &mut Log, part: &UnknownPart) -> Result<Problem> {
        Ok(match part.entry {
            LogEntry::Stretch(stretch) => self.removed(log, part, &stretch)?,
            LogEntry::Emptied { document, line, .. } => {
                let mut location = self.whole(document)?;
                let (start, end) = self.places.span(document);
                let lines = if start < end { self.lines.of(start, Ordinal(end.0 - 1)) } else { None };
                location.lines = lines.or((line > 0).then_some((line, line)));
                let mut problem = blank(part, location);
                if let Some(mut taker) = self.taker(log, part.number, document)? {
                    std::mem::swap(&mut problem.location, &mut taker);
                    problem.survivor = Some(taker);
                }
                problem
            }
            LogEntry::Rejected { source, rejected, .. } => {
                self.rejected(part, source, log.rejection(&rejected)?)
            }
        })
    }

    fn removed(&mut self, log: &mut Log, part: &UnknownPart, stretch: &LoggedStretch) -> Result<Problem> {
        let (first, last) = part.paragraphs;
        let location = self.location(stretch.document, first, last)?;
        let mut problem = blank(part, location);
        // The log keeps the beginning of a stretch only.
        if first == stretch.first {
            problem.excerpt = log.text(stretch.excerpt)?;
        }
        if let Some(Survivors { rule, place, finding }) = self.what_stays(stretch)? {
            let Evidence { likeness, own } = self.evidence.read(finding)?;
            let by_itself = || self.context().evidence(stretch.verdict.reason()?);
            (problem.similarity, problem.evidence) = (likeness.similarity, own.or_else(by_itself));
            if let Some((first, last)) = likeness.passage {
                // The reader looks for the passage, and not for the beginning of the document.
                problem.location = self.location(stretch.document, first, last)?;
                (problem.containment, problem.excerpt) = (likeness.containment, String::new());
            }
            if let Some(mut place) = place {
                if rule.is_one_for_one() {
                    place.last = place.first + (last - stretch.first);
                    place.first += first - stretch.first;
                }
                problem.survivor = Some(self.survivor(stretch.document, place, &mut problem.location)?);
            }
        }
        Ok(problem)
    }

    /// Where the text stands that a document lost which nobody touched, if that place is new: it is where to look. The
    /// document's entries stand in the log before `number`, where it says that nothing stays.
    fn taker(&mut self, log: &mut Log, number: u64, document: DocumentId) -> Result<Option<Location>> {
        if self.is_changed(document) {
            return Ok(None);
        }
        for before in (0..number).rev() {
            let Some(LogEntry::Stretch(stretch)) = log.entry(before)? else { break };
            if stretch.document != document {
                break;
            }
            let stays = self.what_stays(&stretch)?.and_then(|stays| stays.place);
            if let Some(SurvivorPlace { document: SurvivorDocument::Here(taker), first, last }) = stays
                && self.is_changed(taker)
            {
                return self.location(taker, first, last).map(Some);
            }
        }
        Ok(None)
    }

    /// Gives the ledger what it needs to name a place.
    pub(super) fn context(&self) -> LedgerContext<'a> {
        let Self { sources, places, findings, earlier, editor, .. } = *self;
        LedgerContext { sources, places, findings, earlier, editor }
    }

    /// The survivors of a stretch, and the rule that removed it.
    pub(super) fn what_stays(&self, stretch: &LoggedStretch) -> Result<Option<Survivors>> {
        let reason = stretch.verdict.reason();
        reason.map(|reason| survivors(reason, stretch.last - stretch.first + 1, self.context())).transpose()
    }

    /// Finds the location of survivors. A repetition goes both ways: if only the survivor's file is new, the two
    /// locations change places, so that the reader looks at what is new.
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
        (self.has_changed)(self.places.owner(document).source)
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

    fn rejected(&mut self, part: &UnknownPart, source: SourceId, rejection: Rejection) -> Problem {
        let mut problem = blank(part, self.file(source));
        let file = self.sources.get(source).place.relative;
        let member = rejection.path.strip_prefix(file).and_then(|rest| rest.strip_prefix(b"/"));
        problem.location.member = member.map(|member| path::lossless(member).into_owned());
        problem.location.record = rejection.record.map(|place| place.record);
        problem.location.lines = rejection.record.and_then(|place| place.line).map(|line| (line, line));
        let place = rejection.byte.map_or(String::new(), |byte| format!(" (at byte {byte})"));
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

/// A problem with its kind, size and place only.
fn blank(part: &UnknownPart, location: Location) -> Problem {
    Problem {
        kind: part.kind,
        location,
        survivor: None,
        num_paragraphs: part.num_paragraphs(),
        num_bytes: part.num_bytes,
        similarity: None,
        containment: None,
        evidence: None,
        fingerprint: part.fingerprint,
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
            assert_eq!(InputName::of(&root, Some("/work")).file(b"a.txt"), expected, "{root:?}");
        }
    }
}
