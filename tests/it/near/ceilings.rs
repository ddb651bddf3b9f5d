//! Near-duplicates (`--near`) under a memory ceiling: every byte is what it is without one, and a store that fails
//! ends the run.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use tamis::config::{Keep, NearPreset, NearUnits};
use tamis::store::{MemoryOutput, Output};
use tamis::{Config, Document, Error, NoObserver};

use crate::support::disk;
use crate::support::fault::no_room;
use crate::support::faulty::{Watched, Watcher};
use crate::support::files::{self, Files};
use crate::support::memory;
use crate::support::near::preset;
use crate::support::packs::jsonl;
use crate::support::random::Noise;

/// More texts than fit under the smallest ceiling (two or three segments of sketches of 1024), with edited and
/// exact copies, groups of hundreds that are alike, numbers, Chinese text, and long texts that are read in pieces.
fn corpus() -> Files {
    let mut dice = Noise::new(101);
    let mut made: Vec<String> = Vec::new();
    for n in 0..4900 {
        let text = match n % 10 {
            // Edited copies, one after the other and far away.
            1 => format!("{} more", made[n - 1]),
            2 if n > 400 => format!("{} {}", made[dice.below(n - 1)], dice.word()),
            // An exact copy.
            3 if n > 400 => made[dice.below(n - 1)].clone(),
            // Many that are alike, but for a number or a word.
            4 => format!("{} {}", Noise::new(7).words(14).join(" "), n / 4),
            5 => format!("{} {}", dice.word(), Noise::new(9).words(32).join(" ")),
            6 => dice.han(45),
            _ => dice.words(9).join(" "),
        };
        made.push(text);
    }
    let (records, others) = made.split_at(4700);
    let mut files = Files::from([("a.jsonl".to_owned(), jsonl(records).into_bytes())]);
    for (n, text) in others.iter().enumerate() {
        files.insert(format!("b/{n:04}.txt"), format!("{text}\n{}\n", made[n]).into_bytes());
    }
    let long: Vec<String> = (0..6000).map(|_| dice.words(10).join(" ")).collect();
    let long = long.join("\n");
    files.insert("x.txt".to_owned(), long.clone().into_bytes());
    files.insert("y.txt".to_owned(), format!("{long}\nmore\n").into_bytes());
    files.insert("z.txt".to_owned(), long.into_bytes());
    files
}

fn run(files: &Files, output: &dyn Output, config: &Config) -> tamis::Result<()> {
    memory::run(files.keys(), (&memory::input(files), output), config, &NoObserver).map(drop)
}

/// A run with these settings: what it published, and what it kept in stores.
fn published(files: &Files, config: &Config) -> ((Files, Files), Arc<Stores>) {
    let (output, stores) = (MemoryOutput::new(), Arc::new(Stores::default()));
    run(files, &Watched::new(output.clone(), &stores), config).expect("a run");
    (memory::published(&output), stores)
}

/// Promise "same bytes, always": whatever memory there is, on one thread and on two.
#[track_caller]
fn the_same_bytes(name: NearPreset, units: &[NearUnits], change: impl Fn(&mut Config)) {
    let files = corpus();
    for &units in units {
        let mut config = preset(name, units);
        change(&mut config);
        let (expected, plain) = published(&files, &config);
        for (memory, threads) in [(0, 1), (1 << 20, 2)] {
            let config = Config { memory: Some(memory), threads, ..config.clone() };
            let (found, stores) = published(&files, &config);
            assert!(found == expected, "{units:?} {memory} {threads}");
            let searches = if units == NearUnits::Both { 2 } else { 1 };
            assert!(stores.made() >= plain.made() + searches, "{units:?}: one more for each kind of texts");
            assert!(stores.appended() >= plain.appended() + searches, "{units:?}: sketches are in it");
        }
    }
}

const ALL: [NearUnits; 3] = [NearUnits::Documents, NearUnits::Paragraphs, NearUnits::Both];

#[test]
fn strict() {
    the_same_bytes(NearPreset::Strict, &ALL, |_| ());
}

#[test]
fn news() {
    the_same_bytes(NearPreset::News, &ALL, |_| ());
}

#[test]
fn syndication() {
    the_same_bytes(NearPreset::Syndication, &ALL, |_| ());
}

#[test]
fn newest() {
    the_same_bytes(NearPreset::Strict, &[NearUnits::Both], |config| {
        config.decide.near.keep = "newest:id".parse::<Keep>().expect("a choice");
    });
}

/// Where everything fits, nothing is kept in a store that is not without a ceiling.
#[test]
fn enough_memory() {
    let files = corpus();
    let config = preset(NearPreset::Strict, NearUnits::Both);
    let (expected, plain) = published(&files, &config);
    let (found, stores) = published(&files, &Config { memory: Some(1 << 30), ..config });
    assert!(found == expected);
    assert_eq!(stores.met(), plain.met());
}

/// The output of documents in memory: their texts, the ledger and the summary.
#[test]
fn documents_in_memory() {
    let of = |(path, content): (&String, &Vec<u8>)| {
        Document::new(path, String::from_utf8(content.clone()).expect("UTF-8"))
    };
    let mut dice = Noise::new(5);
    let mut files = corpus();
    let mut last = String::new();
    for n in 0..3500 {
        last = match n % 5 {
            1 => last + " more",
            2 => format!("{} {n}", Noise::new(3).words(20).join(" ")),
            _ => dice.words(20).join(" "),
        };
        files.insert(format!("c/{n:04}"), format!("{last}\n").into_bytes());
    }
    let config = preset(NearPreset::Strict, NearUnits::Both);
    let clean = |memory: Option<u64>| {
        let config = Config { memory, threads: 2, ..config.clone() };
        tamis::clean_documents(files.iter().map(of), &config, &NoObserver).expect("a run")
    };
    let (expected, found) = (clean(None), clean(Some(0)));
    assert!(expected.outcome.summary.documents.removed["near-document"] > 100);
    assert!(expected.outcome.summary.paragraphs.removed["near-paragraph"] > 100);
    assert!(found.documents == expected.documents && found.ledger == expected.ledger);
    assert_eq!(found.outcome.summary, expected.outcome.summary);
}

/// The output on disk, through the public way in.
#[test]
fn on_disk() {
    let directory = tempfile::tempdir().expect("a directory");
    let input = directory.path().join("in");
    files::write_files(&input, &corpus());
    let clean = |name: &str, memory: Option<u64>| {
        let config = Config { memory, threads: 2, ..preset(NearPreset::Strict, NearUnits::Both) };
        let out = directory.path().join(name);
        tamis::clean(std::slice::from_ref(&input), Some(&out), &config, &NoObserver).expect("a run").summary
    };
    assert_eq!(clean("small", Some(0)), clean("large", None));
    let read = |name: &str| {
        let mut record = disk::read_files(&directory.path().join(format!("{name}.tamis")));
        record.retain(|path, _| !path.ends_with("run.json"));
        (disk::read_files(&directory.path().join(name)), record)
    };
    assert!(read("small") == read("large"));
    assert!(!directory.path().join("small.tamis-partial").exists());
}

/// Operations on stores, by their number and name: how often, and which time it fails.
#[derive(Default)]
struct Stores {
    met: Mutex<BTreeMap<Done, u64>>,
    fails: Option<(Done, u64)>,
}

type Done = (u64, &'static str);

impl Stores {
    fn made(&self) -> u64 {
        self.times("make")
    }

    fn appended(&self) -> u64 {
        self.times("append")
    }

    fn times(&self, done: &str) -> u64 {
        self.met().iter().filter(|((_, operation), _)| *operation == done).map(|(_, times)| times).sum()
    }

    fn met(&self) -> BTreeMap<Done, u64> {
        self.met.lock().expect("no panic").clone()
    }
}

impl Watcher for Stores {
    fn meet(&self, kind: &'static str, _path: &Path, store: Option<u64>, _bytes: u64) -> tamis::Result<()> {
        let Some(store) = store else { return Ok(()) };
        let done = match kind {
            "note" => "append",
            "read" => "read",
            "scratch" | "store" => "make",
            "mark" => return Ok(()), // what it holds does not change
            other => panic!("{other} of a store in memory"),
        };
        let mut met = self.met.lock().expect("no panic");
        let times = met.entry((store, done)).or_default();
        *times += 1;
        if self.fails == Some(((store, done), *times)) { Err(no_room(done)) } else { Ok(()) }
    }
}

/// Promise "all or nothing": whichever store cannot be made, written or read, the run fails with that and publishes
/// nothing.
#[test]
fn every_store_can_fail() {
    let mut files = corpus();
    files.retain(|path, _| path == "a.jsonl" || path == "x.txt");
    let config = Config { memory: Some(0), ..preset(NearPreset::Strict, NearUnits::Both) };
    let whole = published(&files, &config).1.met();
    // The ids of records in one store of two, evidence, what documents were, sketches and features of documents; records
    // and verdicts of paragraphs, their sketches, those of a long text until it is read to its end, features; records and
    // verdicts once more.
    let used = |name: &str| {
        let stores = whole.keys().filter(|(_, operation)| *operation == name).map(|(store, _)| *store);
        stores.collect::<Vec<_>>()
    };
    assert_eq!(used("make"), (0..13).collect::<Vec<_>>());
    // So few records stay in memory until their bucket's turn.
    let written = vec![0, 2, 3, 4, 5, 8, 9, 10];
    assert_eq!((used("append"), used("read")), (written.clone(), written));
    for (&operation, &times) in &whole {
        let is_of_sketches = [4, 8].contains(&operation.0) && operation.1 == "read";
        // The first, and of sketches the last: they are read for groups after they were read for bands.
        for time in [1, times].into_iter().take(if is_of_sketches { 2 } else { 1 }) {
            let stores = Arc::new(Stores { fails: Some((operation, time)), ..Stores::default() });
            let output = MemoryOutput::new();
            match run(&files, &Watched::new(output.clone(), &stores), &config) {
                Err(Error::Output { path, .. }) => assert_eq!(path.to_str(), Some(operation.1)),
                other => panic!("{operation:?} {time}: {other:?}"),
            }
            assert_eq!(output.take_published(), BTreeMap::new(), "{operation:?} {time}");
        }
    }
}
