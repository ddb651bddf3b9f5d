//! A baseline: the problems that are let pass because they were there before, as a file that is small and compares
//! well under version control.
//!
//! ```text
//! tamis-baseline 3
//! key 2
//! match canonical
//! split line
//! repair basic
//! file 1c6a3f52 8d01c77e
//! file 9e10b2c4 0040b1f3
//! exact 0b1f6d0a2c44b0a7d9f7c9f0a4a0f5d1 3 1c6a3f52 9e10b2c4 9e10b2c4
//! emptied 66687aadf862bd776c8fc18b8e9f8e20 1 77c02d31
//! end 2 5f70bf18a086007016e948b04aed3b82
//! ```
//!
//! A line a fingerprint: what kind of problem, of which text (of a rejected input: of its path and the reason), and how
//! many times; and, of at most [`MAX_FILES`], a mark of the path of each file, so that of one copy more the new one is
//! named. They are sorted by kind and fingerprint, so that the same problems make the same file wherever they
//! stand. Before them stands each file of the corpus, sorted, as a mark of its path and one of its paragraphs, so that of
//! two copies the one in a file that is new or has changed since is known; more than [`MAX_CORPUS`] files have none. The
//! line `key` is the version of the key text ([`KEY_VERSION`]); versions 1 and 2 of the format had another, and are
//! refused. The last line holds the number of problems, and the first 16 bytes of the SHA-256 of everything before it: a
//! file that is cut off or edited is not taken for one with fewer problems.

mod marks;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use crate::config::{Config, MatchMode, Repair, SplitMode};
use crate::fingerprint::Fingerprint;
use crate::normalize::KEY_VERSION;
use crate::units::{self, count};

pub(crate) use marks::{CorpusFile, FileMark, TextMark};

use super::ProblemKind;

/// The settings that fingerprints depend on. A baseline made under other settings cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaselineSettings {
    /// `--match`
    pub match_mode: MatchMode,
    /// `--split`
    pub split: SplitMode,
    /// `--repair`
    pub repair: Repair,
}

/// Problems by kind and fingerprint, with their number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    settings: BaselineSettings,
    /// Sorted, each kind and fingerprint once.
    entries: Vec<KnownProblem>,
    /// The files of all entries, each entry's sorted.
    files: Vec<FileMark>,
    /// All files, sorted; none if they are not known.
    corpus: Option<Vec<CorpusFile>>,
}

/// Files of a corpus that a baseline remembers: they take 23 bytes each.
pub const MAX_CORPUS: usize = 100_000;

/// Files that an entry remembers. What stands in more is boilerplate, and its places are no news.
pub const MAX_FILES: usize = 16;

/// A problem and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct KnownProblem {
    /// Index in [`ProblemKind::ALL`].
    kind: u8,
    fingerprint: Fingerprint,
    count: u64,
    /// The end of its files in the list of files.
    files_end: usize,
    num_files: usize,
}

/// Why a file is no baseline for a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselineFault {
    /// The line, from 1.
    pub line: usize,
    /// The fault, without a remedy.
    pub what: String,
}

const MAGIC: &str = "tamis-baseline";
const VERSION: &str = "3";
/// The line of the version of the key text.
const KEY: &str = "key";

fn number(kind: ProblemKind) -> u8 {
    u8::try_from(kind.number()).expect("there are a few kinds")
}

impl BaselineSettings {
    /// The settings of a configuration.
    pub fn of(config: &Config) -> Self {
        Self { match_mode: config.matching.mode, split: config.split.split, repair: config.split.repair }
    }

    /// The settings as lines of the file.
    fn lines(self) -> [(&'static str, String); 4] {
        let name = |value: serde_json::Result<serde_json::Value>| {
            value.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
        };
        [
            (KEY, KEY_VERSION.to_string()),
            ("match", name(serde_json::to_value(self.match_mode))),
            ("split", name(serde_json::to_value(self.split))),
            ("repair", name(serde_json::to_value(self.repair))),
        ]
    }
}

impl Baseline {
    /// A baseline without problems.
    pub fn empty(settings: BaselineSettings) -> Self {
        Self::of(settings, [], Vec::new())
    }

    /// A baseline of these problems, in any order.
    pub(crate) fn of(
        settings: BaselineSettings,
        problems: impl IntoIterator<Item = (ProblemKind, Fingerprint, FileMark)>,
        mut corpus: Vec<CorpusFile>,
    ) -> Self {
        corpus.sort_unstable();
        corpus.dedup();
        let corpus = Some(corpus).filter(|corpus| (1..=MAX_CORPUS).contains(&corpus.len()));
        let problems = problems.into_iter();
        let mut keys: Vec<_> =
            problems.map(|(kind, fingerprint, file)| (number(kind), fingerprint, file)).collect();
        keys.sort_unstable();
        let mut baseline = Self { settings, entries: Vec::new(), files: Vec::new(), corpus };
        for run in keys.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let Some((kind, fingerprint, _)) = run.first() else { continue };
            let files: Vec<FileMark> = run.iter().map(|(_, _, file)| *file).collect();
            let files = if files.len() > MAX_FILES { &[] } else { files.as_slice() };
            baseline.push(*kind, *fingerprint, count(run.len()), files);
        }
        baseline
    }

    fn push(&mut self, kind: u8, fingerprint: Fingerprint, count: u64, files: &[FileMark]) {
        self.files.extend_from_slice(files);
        let (files_end, num_files) = (self.files.len(), files.len());
        self.entries.push(KnownProblem { kind, fingerprint, count, files_end, num_files });
    }

    fn files(&self, known: &KnownProblem) -> &[FileMark] {
        &self.files[known.files_end - known.num_files..known.files_end]
    }

    /// Whether a file is new or has other paragraphs than it had then, as far as that is known.
    pub(crate) fn is_other(&self, file: CorpusFile) -> bool {
        self.corpus.as_ref().is_some_and(|corpus| corpus.binary_search(&file).is_err())
    }

    /// Entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Problems of all entries.
    pub fn num_problems(&self) -> u64 {
        self.entries.iter().map(|known| known.count).sum()
    }

    /// How many more problems of each entry are let pass.
    pub(crate) fn allowance(&self) -> Allowance<'_> {
        let left = self.entries.iter().map(|known| known.count).collect();
        let files = vec![true; self.files.len()];
        Allowance { baseline: self, left, files, index: FingerprintIndex::of(&self.entries) }
    }

    /// The content of the file.
    pub fn to_text(&self) -> String {
        let mut text = format!("{MAGIC} {VERSION}\n");
        for (name, value) in self.settings.lines() {
            let _ = writeln!(text, "{name} {value}"); // writing to a String cannot fail
        }
        for file in self.corpus.iter().flatten() {
            let _ = writeln!(text, "file {file}");
        }
        for known in &self.entries {
            let KnownProblem { kind, fingerprint, count, .. } = known;
            let kind = ProblemKind::ALL.get(usize::from(*kind)).map_or("", |kind| kind.name());
            let _ = write!(text, "{kind} {fingerprint} {count}");
            for file in self.files(known) {
                let _ = write!(text, " {file}");
            }
            text.push('\n');
        }
        let digest = Fingerprint::of(text.as_bytes());
        let _ = writeln!(text, "end {} {digest}", self.entries.len());
        text
    }

    /// Reads a file that is to be used under these settings.
    ///
    /// # Errors
    /// [`BaselineFault`] if it is no baseline, is damaged, or was made by another version or under other settings.
    pub fn parse(text: &[u8], settings: BaselineSettings) -> Result<Self, BaselineFault> {
        let fault = |line: usize, what: String| Err(BaselineFault { line, what });
        let Ok(text) = std::str::from_utf8(text) else { return fault(1, "it is not text".to_owned()) };
        let mut lines = text.split_inclusive('\n');
        let mut at = 0;
        let mut next = || {
            let line = lines.next()?;
            at += line.len();
            Some((line.strip_suffix('\n').unwrap_or(line), at - line.len()))
        };
        match next().and_then(|(line, _)| line.split_once(' ')) {
            Some((MAGIC, VERSION)) => {}
            Some((MAGIC, other)) => {
                return fault(1, format!("its version is {other:?}, and this tamis reads version {VERSION}"));
            }
            _ => return fault(1, "not a tamis baseline".to_owned()),
        }
        let mut number = 1;
        for (name, value) in settings.lines() {
            number += 1;
            match next().and_then(|(line, _)| line.split_once(' ')) {
                Some((known, found)) if known == name && found == value => {}
                Some((known, found)) if known == name => {
                    let what = if name == KEY {
                        format!("its key text has version {found}, and this tamis makes version {value}")
                    } else {
                        format!("it was made under --{name} {found}, and this is --{name} {value}")
                    };
                    return fault(number, what);
                }
                _ => return fault(number, format!("damaged: a line `{name} …` is missing here")),
            }
        }
        let mut baseline = Self { settings, entries: Vec::new(), files: Vec::new(), corpus: None };
        while let Some((line, start)) = next() {
            number += 1;
            if line.starts_with("end ") {
                return baseline.checked(text, number, start);
            }
            if let Some(file) = line.strip_prefix("file ") {
                match CorpusFile::parse(file) {
                    Some(file) => baseline.corpus.get_or_insert_default().push(file),
                    None => {
                        return fault(number, "damaged: this line does not belong in a baseline".to_owned());
                    }
                }
                continue;
            }
            let last = baseline.entries.last().map(|last| (last.kind, last.fingerprint));
            match parse_line(line) {
                Some((key, count, files)) if last.is_none_or(|last| last < key) => {
                    baseline.push(key.0, key.1, count, &files);
                }
                Some(_) => return fault(number, "damaged: its lines are out of order".to_owned()),
                None => return fault(number, "damaged: this line does not belong in a baseline".to_owned()),
            }
        }
        fault(number, "it ends too early: the last line is missing".to_owned())
    }

    /// This, if the text that it was read from, whose last line starts at `end`, is what was written.
    fn checked(self, text: &str, line: usize, end: usize) -> Result<Self, BaselineFault> {
        let digest = Fingerprint::of(&text.as_bytes()[..end]);
        if text[end..] == format!("end {} {digest}\n", self.entries.len()) {
            return Ok(self);
        }
        Err(BaselineFault {
            line,
            what: "its lines are not those that tamis wrote: it is damaged or was edited".to_owned(),
        })
    }
}

/// Parses a line: kind and fingerprint, count, and files. Other spellings of them are found when all is read.
fn parse_line(line: &str) -> Option<((u8, Fingerprint), u64, Vec<FileMark>)> {
    let mut words = line.split(' ');
    let (kind, hex, count) = (words.next()?, words.next()?, words.next()?);
    let kind = ProblemKind::ALL.iter().position(|known| known.name() == kind)?;
    let mut bytes = [0; 16];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    let count = count.parse().ok().filter(|count| *count > 0)?;
    let files: Option<Vec<FileMark>> = words.map(FileMark::parse).collect();
    Some(((u8::try_from(kind).ok()?, Fingerprint::from_bytes(bytes)), count, files?))
}

/// The problems of a baseline that no problem of today has used up.
#[derive(Debug)]
pub(crate) struct Allowance<'a> {
    baseline: &'a Baseline,
    left: Vec<u64>,
    /// For each file, whether a problem in it is still expected.
    files: Vec<bool>,
    index: FingerprintIndex,
}

impl Allowance<'_> {
    /// Lets a problem pass, if there is one more of its kind and fingerprint. Cost: two reads of memory.
    pub(crate) fn take(&mut self, kind: ProblemKind, fingerprint: &Fingerprint) -> bool {
        let index = self.index(kind, fingerprint);
        let left = index.and_then(|index| self.left.get_mut(index)).filter(|left| **left > 0);
        left.map(|left| *left -= 1).is_some()
    }

    /// Lets a problem pass in a file of this mark, if the baseline expects one more of its kind and fingerprint there.
    pub(crate) fn take_in(&mut self, kind: ProblemKind, fingerprint: &Fingerprint, file: FileMark) -> bool {
        let Some(index) = self.index(kind, fingerprint) else { return false };
        let known = &self.baseline.entries[index];
        let mut places = known.files_end - known.num_files..known.files_end;
        match places.find(|place| self.files[*place] && self.baseline.files[*place] == file) {
            Some(place) => {
                self.files[place] = false;
                self.take(kind, fingerprint)
            }
            None => false,
        }
    }

    fn index(&self, kind: ProblemKind, fingerprint: &Fingerprint) -> Option<usize> {
        let (kind, entries) = (number(kind), &self.baseline.entries);
        let range = self.index.bucket(kind, fingerprint);
        let start = range.start;
        let found =
            entries[range].iter().position(|known| known.kind == kind && known.fingerprint == *fingerprint);
        found.map(|offset| start + offset)
    }
}

/// Where fingerprints that begin alike start, by kind: they are spread evenly, about one to a bucket.
#[derive(Debug)]
struct FingerprintIndex([(Vec<usize>, u32); ProblemKind::ALL.len()]);

impl FingerprintIndex {
    fn of(entries: &[KnownProblem]) -> Self {
        let mut start = 0;
        Self(std::array::from_fn(|kind| {
            let end = start + entries[start..].partition_point(|known| usize::from(known.kind) <= kind);
            let bits = (end - start).checked_ilog2().unwrap_or(0);
            let mut starts = Vec::with_capacity((1 << bits) + 1);
            for (place, known) in (start..end).zip(&entries[start..end]) {
                starts.resize(starts.len().max(prefix(&known.fingerprint, bits) + 1), place);
            }
            starts.resize((1 << bits) + 1, end);
            start = end;
            (starts, bits)
        }))
    }

    fn bucket(&self, kind: u8, fingerprint: &Fingerprint) -> std::ops::Range<usize> {
        let Some((starts, bits)) = self.0.get(usize::from(kind)) else { return 0..0 };
        let bucket = prefix(fingerprint, *bits);
        starts[bucket]..starts[bucket + 1]
    }
}

/// The first bits of a fingerprint.
fn prefix(fingerprint: &Fingerprint, bits: u32) -> usize {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&fingerprint.as_bytes()[..8]);
    let prefix = u64::from_be_bytes(bytes).checked_shr(64 - bits).unwrap_or(0);
    units::index(prefix)
}
