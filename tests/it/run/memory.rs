//! The library without a disk: documents in memory, outputs that fail at every write, runs that are cancelled
//! at every question, and what an observer is told.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use tamis::config::{Repair, Scope, SplitMode};
use tamis::error::SkipReason;
use tamis::store::{Area, Input, MemoryOutput, Output, OutputFile, Scratch};
use tamis::{Cleaned, Config, Document, Error, NoObserver, Observer, Outcome, Rejection};

use crate::support::disk;
use crate::support::fault::Fault;
use crate::support::faulty::Watched;
use crate::support::files::{self, Files};
use crate::support::ledger;
use crate::support::memory;
use crate::support::oracle;
use crate::support::texts::{article, paragraph};

fn documents(documents: &[(&str, &str)]) -> Vec<Document> {
    documents.iter().map(|(path, text)| Document::new(*path, *text)).collect()
}

fn clean_documents(documents: Vec<Document>) -> Cleaned {
    tamis::clean_documents(documents, &Config::default(), &NoObserver).expect("a run")
}

/// Contract D3: the order of documents is that of their paths, component by component, whatever the order
/// they are given in; what is emptied is not given back (P5).
#[test]
fn documents_count_in_the_order_of_their_paths() {
    let order = ["", "A", "a/b", "a/b/c", "a/b-c", "a-b", "a.txt", "a.txt/b", "b", "\u{e9}", "中"];
    let mut given: Vec<_> = order.iter().map(|path| Document::new(*path, format!("x\n{path}！\n"))).collect();
    given.rotate_left(4);
    given.swap(0, 5);
    given.push(Document::new("a/b/emptied", " \n\u{feff}x"));
    let cleaned = clean_documents(given);
    let mut expected: Vec<_> = order.iter().map(|path| Document::new(*path, format!("{path}！\n"))).collect();
    expected[0].text = "x\n！\n".to_owned();
    assert_eq!(cleaned.documents, expected);
    assert_eq!(cleaned.outcome.summary.documents.emptied, 1);
    let ledger = ledger::lines(&cleaned.ledger);
    let removed: Vec<&str> = ledger.iter().map(|line| line.first.path.as_str()).collect();
    assert_eq!(
        removed,
        ["A", "a/b", "a/b/c", "a/b/emptied", "a/b-c", "a-b", "a.txt", "a.txt/b", "b", "\u{e9}", "中"]
    );
    assert!(ledger.iter().all(|line| line.survivor.path.is_empty()));
}

/// Contract O1: two documents of one name are an error before any work.
#[test]
fn documents_of_one_name_collide() {
    let given = documents(&[("b", "x"), ("a/b", "y"), ("b", "z")]);
    match tamis::clean_documents(given, &Config::default(), &NoObserver) {
        Err(Error::Collision { relative, first, second }) => {
            assert_eq!((&relative[..], first, second), (&b"b"[..], "b".into(), "b".into()));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_documents_are_no_error() {
    let cleaned = clean_documents(Vec::new());
    assert_eq!(cleaned.documents, []);
    assert_eq!(ledger::lines(&cleaned.ledger), []);
    let summary = cleaned.outcome.summary;
    assert_eq!((summary.files.found, summary.documents.read, summary.bytes.output), (0, 0, 0));
}

/// A configuration that contradicts itself is refused here too.
#[test]
fn a_bad_configuration_is_refused() {
    let mut config = Config::default();
    config.read.text_field = "a..b".to_owned();
    let refused = tamis::clean_documents(documents(&[("a", "x")]), &config, &NoObserver);
    assert!(matches!(refused, Err(Error::Config(_))), "{refused:?}");
}

/// Names and texts come back as they are: a path in memory is text, of which nothing needs to be escaped.
#[test]
fn names_come_back_as_they_are() {
    let names = [" ", "..", "/absolute", "a//b", "a\\b", "line\nend", "x.jsonl", "x.zst", "\u{202e}"];
    let given: Vec<_> = names.iter().map(|name| Document::new(*name, format!("of {name:?}\n"))).collect();
    let mut found = clean_documents(given.clone()).documents;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert_eq!(found, given);
}

/// Documents in memory are text files on disk: what the oracle says of those holds for these, a large one
/// included.
#[test]
fn documents_are_text_files() {
    let large = article(0..3000) + &article(1000..4000);
    let given = documents(&[
        ("a.txt", &large),
        ("b.txt", "\u{feff}one\r\rtwo\u{7}\n \n\none\n"),
        ("c/d.txt", &paragraph(17)),
        ("c/empty.txt", ""),
        ("c-d.txt", "two\nthree"),
    ]);
    let files: Files =
        given.iter().map(|document| (document.path.clone(), document.text.clone().into())).collect();
    for scope in [Scope::Corpus, Scope::Document] {
        for (split, repair) in [
            (SplitMode::Line, Repair::Basic),
            (SplitMode::Block, Repair::None),
            (SplitMode::Sentence, Repair::None),
        ] {
            let mut config = Config::default();
            (config.split.split, config.split.repair, config.decide.scope) = (split, repair, scope);
            let expected = oracle::clean(&files, &config);
            let cleaned = tamis::clean_documents(given.clone(), &config, &NoObserver).expect("a run");
            let found: Files =
                cleaned.documents.into_iter().map(|document| (document.path, document.text.into())).collect();
            assert!(found == expected.files, "{config:?}");
            let summary = cleaned.outcome.summary;
            assert_eq!(summary.num_removed(), expected.removed.len() as u64);
            assert_eq!(summary.bytes.input, expected.bytes_input);
            let ledger = ledger::lines(&cleaned.ledger);
            let num_removed: u64 = ledger.iter().map(|line| line.last + 1 - line.first.index).sum();
            assert_eq!(num_removed, summary.num_removed());
        }
    }
}

/// A corpus with everything in it that is written in a way of its own: small files, one that is read in
/// pieces, one with a line too long to be formatted in memory, records, and a large file that is taken back.
fn corpus() -> Files {
    let record = |n: usize| format!("{{\"id\":{n},\"text\":\"{}\\n\\nx\\n\"}}\n", paragraph(n));
    let records = |numbers: Range<usize>| numbers.map(record).collect::<String>();
    let long: String = (0..10_500).map(paragraph).collect();
    let files: [(&str, String); 8] = [
        ("a.txt", article(0..30)),
        ("b/large.txt", article(10..2000)),
        ("c/long.txt", ["x\n\n", &long, "\ny\n"].concat()),
        ("d.jsonl", records(5000..5200) + "{\n"),
        ("e.jsonl", records(1500..3000)),
        ("f.txt", article(0..30)),
        ("g.pdf", String::new()),
        ("h", "\0".to_owned()),
    ];
    files.map(|(path, content)| (path.to_owned(), content.into_bytes())).into()
}

/// The corpus and a large file that is no UTF-8 at its end.
fn corpus_with_a_bad_file() -> Files {
    let mut files = corpus();
    files.insert("b/bad.txt".to_owned(), [article(0..3000).as_bytes(), b"\xff\n"].concat());
    files
}

/// Cleans files from memory, on one thread so that a failing write is always the same one.
fn run(files: &Files, output: &dyn Output, observer: &dyn Observer) -> tamis::Result<Outcome> {
    let config = Config { threads: 1, ..Config::default() };
    memory::run(files.keys(), (&memory::input(files), output), &config, observer)
}

/// Promise "all or nothing", contract X2: whichever write fails, the run ends with an error that names the
/// file, and nothing is published.
#[test]
fn every_write_can_fail() {
    let files = corpus_with_a_bad_file();
    let whole = MemoryOutput::new();
    run(&files, &whole, &NoObserver).expect("a run");
    let expected = memory::published(&whole);
    let mut named = BTreeSet::new();
    for n in 0..1000 {
        let output = MemoryOutput::failing_at(n);
        match run(&files, &output, &NoObserver) {
            Err(Error::Output { path, source, .. }) => {
                assert_eq!(source.kind(), io::ErrorKind::StorageFull);
                assert_eq!(output.take_published(), BTreeMap::new(), "write {n}");
                named.insert(path.to_str().expect("UTF-8").to_owned());
            }
            Err(other) => panic!("write {n}: {other}"),
            Ok(_) => {
                assert!(memory::published(&output) == expected, "all {n} writes succeed");
                break;
            }
        }
    }
    let record =
        ["removed.jsonl.zst", "rejected.jsonl", "files.jsonl", "summary.json", "run.json", "publish"];
    let corpus = ["a.txt", "b/large.txt", "c/long.txt", "d.jsonl", "e.jsonl"];
    assert_eq!(named, record.into_iter().chain(corpus).map(str::to_owned).collect());
}

/// Fails the operations of a kind one after the other, `step` apart, and returns how many failed.
fn fail_each(files: &Files, kind: &'static str, step: usize) -> u64 {
    let mut failed = 0;
    for at in (0..).step_by(step) {
        let (output, fault) = (MemoryOutput::new(), Fault::new(kind, at));
        let outcome = run(files, &Watched::new(output.clone(), &fault), &NoObserver);
        if !fault.was_met() {
            outcome.expect("a run without a fault");
            break;
        }
        match outcome {
            Err(Error::Output { path, .. }) => assert_eq!(path, PathBuf::from(kind), "{kind} {at}"),
            other => panic!("{kind} {at}: {other:?}"),
        }
        assert_eq!(output.take_published(), BTreeMap::new(), "{kind} {at}");
        failed += 1;
    }
    failed
}

/// Every single operation may fail, however well the others go: no error is passed over.
#[test]
fn every_operation_can_fail() {
    let files = corpus();
    for (kind, step, expected) in [
        ("write", 1, 2),
        ("create", 1, 7),
        ("scratch", 1, 2),
        ("publish", 1, 1),
        ("append", 1, 11),
        ("note", 397, 4),
        ("read", 1, 2),
    ] {
        let failed = fail_each(&files, kind, step);
        assert!(failed >= expected, "{kind}: {failed}");
    }
    // A file of which one batch is written before it turns out to be bad.
    let bad = [article(0..42_000).as_bytes(), b"\xff"].concat();
    let files = Files::from([("a.txt".to_owned(), article(0..9).into()), ("bad.txt".to_owned(), bad)]);
    assert_eq!(["truncate", "discard"].map(|kind| fail_each(&files, kind, 1)), [1, 1]);
}

/// Wants to stop when it is asked for the `at`-th time, counted from 0.
struct Cancelling {
    at: u64,
    asked: AtomicU64,
}

impl Cancelling {
    fn new(at: u64) -> Self {
        Self { at, asked: AtomicU64::new(0) }
    }
}

impl Observer for Cancelling {
    fn is_cancelled(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) >= self.at
    }
}

/// Promise "all or nothing": a run that is cancelled at whatever point publishes nothing.
#[test]
fn cancelled_in_memory() {
    let files = corpus_with_a_bad_file();
    for at in 0..1000 {
        let output = MemoryOutput::new();
        match run(&files, &output, &Cancelling::new(at)) {
            Err(Error::Interrupted) => assert_eq!(output.take_published(), BTreeMap::new(), "question {at}"),
            Err(other) => panic!("question {at}: {other}"),
            Ok(_) => {
                assert!(at >= 2, "it was asked {at} times only");
                assert!(!output.take_published().is_empty());
                return;
            }
        }
    }
    panic!("it never ends");
}

/// On disk: no OUT, no record and no staging directory is left; an OUT that was to be replaced stands as it
/// was.
#[test]
fn cancelled_on_disk() {
    let directory = tempfile::tempdir().expect("a directory");
    let (input, out, old) =
        (directory.path().join("in"), directory.path().join("new/out"), directory.path().join("old"));
    files::write_files(&input, &corpus_with_a_bad_file());
    let mut config = Config { threads: 2, ..Config::default() };
    tamis::clean(&[input.join("a.txt")], Some(&old), &config, &NoObserver).expect("a run");
    let record = directory.path().join("old.tamis");
    let before = (disk::read_files(&old), disk::read_files(&record));
    let expected = ["in", "old", "old.tamis"].map(PathBuf::from).into();
    let inputs = [input];
    for at in 0..1000 {
        config.write.force = false;
        let fresh = tamis::clean(&inputs, Some(&out), &config, &Cancelling::new(at));
        if fresh.is_ok() {
            assert!(at > inputs.len() as u64 + 9, "it is asked for every file and every batch");
            return;
        }
        assert!(matches!(fresh, Err(Error::Interrupted)), "question {at}: {fresh:?}");
        config.write.force = true;
        let replacing = tamis::clean(&inputs, Some(&old), &config, &Cancelling::new(at));
        assert!(matches!(replacing, Err(Error::Interrupted)), "question {at}: {replacing:?}");
        assert_eq!(files::names(directory.path()), expected, "question {at}");
        assert!((disk::read_files(&old), disk::read_files(&record)) == before, "question {at}");
    }
    panic!("it never ends");
}

/// Adds up what it is told.
#[derive(Default)]
struct Listening {
    discovered: Mutex<Vec<(u64, u64)>>,
    files: AtomicU64,
    bytes: AtomicU64,
    skipped: Mutex<Vec<(String, SkipReason)>>,
    rejected: Mutex<Vec<Rejection>>,
}

fn held<T: Clone>(mutex: &Mutex<T>) -> T {
    mutex.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

impl Listening {
    /// All that was discovered, and all that is done with: files and bytes.
    fn totals(&self) -> (Vec<(u64, u64)>, (u64, u64)) {
        (held(&self.discovered), (self.files.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed)))
    }
}

impl Observer for Listening {
    fn discovered(&self, files: u64, bytes: u64) {
        self.discovered.lock().expect("no panic").push((files, bytes));
    }

    fn advanced(&self, files: u64, bytes: u64) {
        self.files.fetch_add(files, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn skipped(&self, path: &[u8], reason: SkipReason) {
        let path = String::from_utf8_lossy(path).into_owned();
        self.skipped.lock().expect("no panic").push((path, reason));
    }

    fn rejected(&self, rejection: &Rejection) {
        self.rejected.lock().expect("no panic").push(rejection.clone());
    }
}

/// Cleans files on disk and returns what the observer was told.
fn listen(files: &Files) -> Listening {
    let directory = tempfile::tempdir().expect("a directory");
    let input = directory.path().join("in");
    files::write_files(&input, files);
    let listening = Listening::default();
    let outcome = tamis::clean(&[input], Some(&directory.path().join("out")), &Config::default(), &listening);
    let summary = outcome.expect("a run").summary;
    assert_eq!(held(&listening.skipped).len() as u64, summary.num_skipped());
    assert_eq!(held(&listening.rejected).len() as u64, summary.num_rejected());
    listening
}

/// Progress advances by as much as was discovered: a bar reaches its end and no more.
#[test]
fn an_observer_is_told_of_every_file_and_byte() {
    let files = corpus();
    let listening = listen(&files);
    let bytes = files.values().map(|content| content.len() as u64).sum();
    assert_eq!(listening.totals(), (vec![(8, bytes)], (8, bytes)));
    let skipped = [("g.pdf", SkipReason::Unsupported), ("h", SkipReason::Binary)];
    assert_eq!(held(&listening.skipped), skipped.map(|(path, reason)| (path.to_owned(), reason)));
    let rejected = held(&listening.rejected);
    let place = rejected[0].record.expect("a record");
    assert_eq!((&rejected[0].path[..], place.record, place.line), (&b"d.jsonl"[..], 200, Some(201)));
}

/// Progress reaches its end when a large file is left off half-way.
#[test]
fn an_observer_is_told_of_a_large_bad_file() {
    let files = corpus_with_a_bad_file();
    let listening = listen(&files);
    let bytes = files.values().map(|content| content.len() as u64).sum();
    assert_eq!(listening.totals(), (vec![(9, bytes)], (9, bytes)));
}

/// Progress reaches its end for documents in memory.
#[test]
fn an_observer_is_told_of_documents() {
    let listening = Listening::default();
    let given = documents(&[("a", "x\ny"), ("b", ""), ("c", &article(0..3000))]);
    let bytes = given.iter().map(|document| document.text.len() as u64).sum();
    tamis::clean_documents(given, &Config::default(), &listening).expect("a run");
    assert_eq!(listening.totals(), (vec![(3, bytes)], (3, bytes)));
}

/// An output on a disk with little room.
struct Narrow(MemoryOutput);

impl Output for Narrow {
    fn write(&self, relative: &[u8], content: &[u8]) -> tamis::Result<()> {
        self.0.write(relative, content)
    }

    fn create(&self, area: Area, relative: &[u8]) -> tamis::Result<Box<dyn OutputFile>> {
        self.0.create(area, relative)
    }

    fn scratch(&self) -> tamis::Result<Box<dyn Scratch>> {
        self.0.scratch()
    }

    fn space(&self) -> Option<(PathBuf, u64)> {
        Some(("narrow".into(), 8 * 1024 * 1024))
    }

    fn publish(&self) -> tamis::Result<()> {
        self.0.publish()
    }
}

/// The room that prints on disk need is estimated by what was read, of a file not read to its end too: 2 MiB in
/// paragraphs of 40 bytes need less than 2 MiB.
#[test]
fn a_long_file_after_a_short_one_needs_no_more_room_than_it_takes() {
    let lines = (0..50_000).map(|n| format!("{n:08} is the number of this paragraph.\n"));
    let long = lines.collect::<Vec<_>>().concat();
    for order in [["a.txt", "b.txt"], ["b.txt", "a.txt"]] {
        let files = [(order[0], "one\ntwo\n"), (order[1], &*long)];
        let files = Files::from(files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())));
        let config = Config { threads: 1, memory: Some(0), ..Config::default() };
        let ends = (&memory::input(&files) as &dyn Input, &Narrow(MemoryOutput::new()) as &dyn Output);
        let outcome = memory::run(files.keys(), ends, &config, &NoObserver);
        assert_eq!(outcome.expect("room enough").summary.paragraphs.kept, 50_002, "{order:?}");
    }
}
