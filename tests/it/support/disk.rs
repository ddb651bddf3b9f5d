//! Texts to clean; runs on disk and what they leave there, read back.
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did")]

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use tamis::account::{LedgerLine, LedgerReader};
use tamis::decide::Rule;
use tamis::{Config, NoObserver, Outcome};

use crate::oracle::{Files, Place};

/// A run that is done.
pub(crate) struct Run {
    /// OUT.
    pub(crate) out: Files,
    /// `OUT.tamis`.
    pub(crate) record: Files,
    /// What `clean` returned.
    pub(crate) outcome: Outcome,
    /// The ledger's lines.
    pub(crate) ledger: Vec<Line>,
}

/// A line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The first removed paragraph.
    pub(crate) first: Place,
    /// Index of the last removed paragraph.
    pub(crate) last: u64,
    /// Byte span in the decoded text.
    pub(crate) span: (usize, usize),
    /// Survivor of the first.
    pub(crate) survivor: Place,
    /// Index of the last one's survivor.
    pub(crate) survivor_last: u64,
    /// The ids of the two records, as JSON.
    pub(crate) ids: [Option<String>; 2],
    /// The removed text, if the run was to put it there.
    pub(crate) text: Option<String>,
}

/// Writes files below `directory`.
pub(crate) fn write_files(directory: &Path, files: &Files) {
    fs::create_dir_all(directory).expect("a directory");
    for (name, content) in files {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, content).expect("a file");
    }
}

/// Reads all files below `directory`.
///
/// # Panics
/// If there is an empty directory below it, or anything else that is neither a file nor a directory.
pub(crate) fn read_files(directory: &Path) -> Files {
    let mut files = Files::new();
    let mut directories = vec![(directory.to_owned(), String::new())];
    while let Some((directory, prefix)) = directories.pop() {
        let entries: Vec<_> = fs::read_dir(&directory).expect("a directory").flatten().collect();
        assert!(prefix.is_empty() || !entries.is_empty(), "{} is empty", directory.display());
        for entry in entries {
            let name = format!("{prefix}{}", entry.file_name().to_str().expect("a name in UTF-8"));
            if entry.file_type().expect("a type").is_dir() {
                directories.push((entry.path(), format!("{name}/")));
            } else {
                files.insert(name, fs::read(entry.path()).expect("a file"));
            }
        }
    }
    files
}

/// The names of what stands in `directory`.
pub(crate) fn names(directory: &Path) -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory").flatten();
    entries.map(|entry| entry.file_name().into()).collect()
}

/// Cleans files on disk, in a directory of their own.
pub(crate) fn clean(files: &Files, config: &Config) -> Run {
    let directory = tempfile::tempdir().expect("a directory");
    let (input, out) = (directory.path().join("in"), directory.path().join("out"));
    write_files(&input, files);
    let outcome = tamis::clean(&[input], Some(&out), config, &NoObserver).expect("a run");
    assert_eq!(names(directory.path()), ["in", "out", "out.tamis"].map(PathBuf::from).into());
    let (out, record) = (read_files(&out), read_files(&directory.path().join("out.tamis")));
    let ledger = ledger(&record["removed.jsonl.zst"]);
    Run { out, record, outcome, ledger }
}

/// Decodes a ledger.
///
/// # Panics
/// If a line holds more than is known.
pub(crate) fn ledger(compressed: &[u8]) -> Vec<Line> {
    let mut reader = LedgerReader::new("removed.jsonl.zst", compressed).expect("memory");
    let spelled = zstd::stream::decode_all(compressed).expect("Zstandard");
    let mut spelled = std::str::from_utf8(&spelled).expect("UTF-8").lines();
    let mut lines = Vec::new();
    while reader.advance().expect("a line") {
        let line = reader.line().expect("a line of the ledger");
        assert_eq!(serde_json::to_string(&line).ok().as_deref(), spelled.next());
        lines.push(told(line));
    }
    assert_eq!(spelled.next(), None);
    lines
}

fn told(line: LedgerLine<'_>) -> Line {
    let LedgerLine { path, record, id, first, last, span, rule, survivor, text, .. } = line;
    assert_eq!(rule, Rule::Exact);
    let survivor = survivor.expect("a survivor");
    let offset = |offset: u64| usize::try_from(offset).expect("a span in memory");
    Line {
        first: Place { path: path.into_owned(), record, index: first },
        last,
        span: (offset(span.0), offset(span.1)),
        survivor: Place { path: survivor.path.into_owned(), record: survivor.record, index: survivor.first },
        survivor_last: survivor.last,
        ids: [id, survivor.id].map(|id| id.map(|id| id.json().to_owned())),
        text,
    }
}

/// Numbers that look random, the same in every run.
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: usize) -> Self {
        Self((seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// The `n`-th paragraph: about 210 bytes of Chinese and English, unlike every other.
pub(crate) fn paragraph(n: usize) -> String {
    let words = ["产业规模", "今年", "增长", "13.9%", "，", "the market", " ", "said", "ＡＩ", "。"];
    let mut noise = Noise::new(n);
    let mut paragraph = format!("{n}：");
    while paragraph.len() < 200 {
        paragraph.push_str(noise.pick(&words));
    }
    paragraph + "！"
}

/// These paragraphs, a blank line after every fourth: about 210 bytes each.
pub(crate) fn article(numbers: Range<usize>) -> String {
    let end = |n: usize| if n % 4 == 3 { "\n\n" } else { "\n" };
    numbers.flat_map(|n| [paragraph(n), end(n).to_owned()]).collect()
}
