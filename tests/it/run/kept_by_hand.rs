//! Runs that keep places by hand (contract O7) leave the same bytes at any number of threads, below any ceiling and after
//! an interruption.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tamis::config::{NearUnits, RecoveryConfig, SplitMode};
use tamis::observe::KeptNothing;
use tamis::{Config, Error, Observer};

use crate::support::disk;
use crate::support::files::{Files, write_files};
use crate::support::lines::lines;
use crate::support::packs::jsonl;

/// A line of its own kind.
fn line(number: usize) -> String {
    format!("第{number}条：澜湾港今日记录 item{number} of the harbour register")
}

/// An article that is a near-duplicate of any other `who`'s.
fn article(who: &str) -> String {
    let body = lines(12, |n| format!("{}，{}", line(100 + n), line(200 + n)));
    format!("博物馆重新开放，{who}主持仪式。\n{body}")
}

/// The configuration of these tests that takes any ceiling.
fn config(threads: usize, memory: Option<u64>) -> Config {
    let mut config = Config { threads, memory, ..Config::default() };
    config.split.split = SplitMode::Line;
    config.decide.near.units = Some(NearUnits::Documents);
    let places = ["z.txt:11010-11020", "b.txt", "g.jsonl#0:1", "e/museum.txt", "z.txt:7", "z.txt:99999"];
    config.decide.keep_places = places.map(str::to_owned).into();
    config
}

/// Near-duplicates, records, and a text of several pieces with copies at its end.
fn files() -> Files {
    let some = |from: usize, to: usize| lines(to - from, |n| line(from + n));
    let mut files = Files::new();
    files.insert("a.txt".to_owned(), some(0, 1200).into_bytes());
    files.insert("b.txt".to_owned(), (some(3, 7) + "----\n" + &line(5000)).into_bytes());
    files.insert("d/museum.txt".to_owned(), article("馆长").into_bytes());
    files.insert("e/museum.txt".to_owned(), article("市长").into_bytes());
    files.insert("g.jsonl".to_owned(), jsonl(&[some(2, 4), some(6000, 6002)]).into_bytes());
    let long = lines(12_000, |n| if n < 11_000 { line(10_000 + n) } else { line(n - 10_999) });
    files.insert("z.txt".to_owned(), long.into_bytes());
    files
}

/// The bytes depend on the list, not on threads or memory.
#[test]
fn the_same_bytes_always() {
    let files = files();
    let expected = disk::clean(&files, &config(1, None));
    assert_eq!(expected.summary.paragraphs.kept_by_hand, Some(11 + 4 + 1 + 13));
    assert_eq!(expected.summary.documents.kept_by_hand, Some(1));
    for (threads, memory) in [(4, None), (4, Some(0)), (1, Some(2_000_000)), (2, Some(20_000_000))] {
        let run = disk::clean(&files, &config(threads, memory));
        assert!(run.out == expected.out && run.record == expected.record, "{threads} threads, {memory:?}");
    }
}

/// Notes what is told of places that kept nothing, and cuts the run short when it is asked for the nth time.
struct Cut {
    left: AtomicU64,
    useless: Mutex<Vec<KeptNothing>>,
}

impl Observer for Cut {
    fn kept_nothing(&self, places: &KeptNothing) {
        self.useless.lock().expect("a lock").push(places.clone());
    }

    fn is_cancelled(&self) -> bool {
        self.left.fetch_sub(1, Ordering::Relaxed) == 0
    }
}

/// A run that goes on from where it was cut leaves the same bytes, and knows what became of the places before.
#[test]
fn a_resumed_run() {
    let directory = tempfile::tempdir().expect("a directory");
    write_files(&directory.path().join("in"), &files());
    let (input, out) = (directory.path().join("in"), directory.path().join("out"));
    let mut config = config(2, Some(0));
    config.decide.near.units = None;
    config.recovery = RecoveryConfig { resume: true, spill_dir: None, seal_every: Some(20_000) };
    config.write.force = true;
    let clean = |cut: u64| {
        let observer = Cut { left: AtomicU64::new(cut), useless: Mutex::default() };
        let outcome = tamis::clean(std::slice::from_ref(&input), Some(&out), &config, &observer);
        let useless = observer.useless.into_inner().expect("a lock");
        (outcome.map(|outcome| outcome.summary), useless)
    };
    let (summary, useless) = clean(u64::MAX);
    let summary = summary.expect("a run");
    let expected = disk::read_files(&out);
    assert_eq!(useless.len(), 1);
    assert_eq!(useless[0].nowhere, ["z.txt:99999"]);
    assert_eq!(useless[0].idle, ["z.txt:7"]);
    let mut num_resumed = 0;
    for cut in (0..).step_by(3) {
        let (cut_short, said) = clean(cut);
        match cut_short {
            Err(Error::Interrupted) => assert!(said.is_empty() || said == useless),
            Ok(_) => break,
            Err(error) => panic!("{cut}: {error}"),
        }
        num_resumed += u64::from(directory.path().join("out.tamis-partial/journal").exists());
        let (resumed, said) = clean(u64::MAX);
        assert_eq!((resumed.expect("a run"), said), (summary.clone(), useless.clone()), "cut at {cut}");
        assert!(disk::read_files(&out) == expected, "cut at {cut}");
    }
    assert!(num_resumed > 2, "{num_resumed}");
}
