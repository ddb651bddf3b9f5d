//! The sample corpus does what `corpus/README.md` says it does.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test: it reads files, and fails by panicking"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tamis::config::{Limit, NearConfig, NearUnits};
use tamis::{Config, NoObserver};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// The rows `| what | count |` of the README.
fn expected() -> BTreeMap<String, u64> {
    let readme = std::fs::read_to_string(corpus().join("README.md")).unwrap();
    let row = |line: &str| {
        let (what, count) = line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | ")?;
        Some((what.trim().to_owned(), count.trim().parse().ok()?))
    };
    readme.lines().filter_map(row).collect()
}

#[test]
fn counts_are_those_of_the_readme() {
    let summary = tamis::clean(&[corpus()], None, &Config::default(), &NoObserver).unwrap().summary;
    let mut config = Config::default();
    config.decide.near.units = Some(NearUnits::Documents);
    let near = tamis::clean(&[corpus()], None, &config, &NoObserver).unwrap().summary;
    let sum = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>();
    let counts = [
        ("files", summary.files.found),
        ("files skipped (binary)", summary.files.skipped["binary"]),
        ("files rejected", sum(&summary.files.rejected)),
        ("records rejected", sum(&summary.records.rejected)),
        ("documents", summary.documents.read),
        ("documents kept", summary.documents.kept),
        ("documents emptied", summary.documents.emptied),
        ("paragraphs", summary.paragraphs.read),
        ("paragraphs kept", summary.paragraphs.kept),
        ("paragraphs removed (exact)", summary.paragraphs.removed["exact"]),
        ("with `--near`: documents kept", near.documents.kept),
        ("with `--near`: documents emptied", near.documents.emptied),
        ("with `--near`: documents removed (near-document)", near.documents.removed["near-document"]),
        ("with `--near`: paragraphs kept", near.paragraphs.kept),
        ("with `--near`: paragraphs removed (exact)", near.paragraphs.removed["exact"]),
        ("with `--near`: paragraphs removed (near-document)", near.paragraphs.removed["near-document"]),
    ];
    assert_eq!(
        counts.map(|(what, count)| (what.to_owned(), count)).into_iter().collect::<BTreeMap<_, _>>(),
        expected()
    );
}

#[test]
fn traps_spring_where_the_readme_says() {
    let out = tempfile::tempdir().unwrap();
    let out = out.path().join("clean");
    tamis::clean(&[corpus()], Some(&out), &Config::default(), &NoObserver).unwrap();
    let lines = |name: &str| {
        std::fs::read_to_string(out.join(name)).unwrap().lines().filter(|l| !l.is_empty()).count()
    };
    for (name, kept) in [
        ("README.md", 92),
        ("site/chip-interview.txt", 18), // repeats itself whole
        ("site/marathon.txt", 12),       // repeats itself whole
        ("dump/a1f09c.txt", 14),         // syndicated: the first copy stays whole
        ("site/ferry.txt", 2),           // the second keeps its by-line and what it adds
        ("site/library.txt", 1),         // indents and punctuation of another width
        ("wire/weather.txt", 7),         // contract D3: `wire` sorts before `wire-archive`
        ("wire-archive/weather.txt", 1),
        ("wire/fx-fixing.txt", 8),             // numbers mean something
        ("wire/tides.txt", 5),                 // lone CR
        ("dump/page-0093.txt", 4),             // GBK (contract D4)
        ("pages/harbour-tram.html.txt", 9),    // a page (contract H1)
        ("pages/lantern-school.html.txt", 12), // a page in GBK (contract H2)
    ] {
        assert_eq!(lines(name), kept, "{name}");
    }
    for gone in ["dump/empty.txt", "dump/blank.txt", "pages/index.html.txt", "site/logo.png"] {
        assert!(!out.join(gone).exists(), "{gone}");
    }
    let records = std::fs::read_to_string(out.join("dump/records-20270417.jsonl")).unwrap();
    assert!(records.contains("1e400") && records.contains("0.10"), "contract O4: numbers as spelled");
}

/// Copies of an article go as a whole, whatever their script, entities and by-lines; reports that a template made of
/// other numbers stay (the number guard).
#[test]
fn near_duplicates_are_those_of_the_readme() {
    let removed = |guard: Limit| {
        let out = tempfile::tempdir().unwrap();
        let out = out.path().join("clean");
        let mut config = Config::default();
        config.decide.near.units = Some(NearUnits::Documents);
        config.decide.near.number_guard = guard;
        tamis::clean(&[corpus()], Some(&out), &config, &NoObserver).unwrap();
        let inputs = walkdir::WalkDir::new(corpus()).into_iter().map(Result::unwrap);
        let names = inputs.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
        let names = names.map(|path| path.strip_prefix(corpus()).unwrap().to_owned());
        let mut removed: Vec<String> =
            names.filter(|name| !out.join(name).exists()).map(|name| name.display().to_string()).collect();
        // The text of a page has a name of its own.
        removed.retain(|name| {
            !["dump/", "pages/"].iter().any(|directory| name.starts_with(directory)) && !name.contains("logo")
        });
        removed.sort();
        removed
    };
    let mut copies = vec![
        "site/ferry.txt",
        "site/library.txt",
        "site/museum-hant.txt",
        "site/museum.txt",
        "wire-archive/20270415-skerrin-lease.txt",
        "wire/0416-shipyard-museum.txt",
        "wire/library-feed.txt",
    ];
    assert_eq!(removed(NearConfig::default().number_guard), copies);
    copies.push("wire/port-0416.txt");
    assert_eq!(removed(Limit::Off), copies);
}

/// `../shared` is there on a developer's machine only.
#[test]
fn seeds_clean_to_39_of_66() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/seeds");
    if !seeds.is_dir() {
        eprintln!("SKIPPED: {} is not there", seeds.display());
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let out = out.path().join("clean");
    let summary = tamis::clean(&[seeds], Some(&out), &Config::default(), &NoObserver).unwrap().summary;
    assert_eq!((summary.paragraphs.read, summary.paragraphs.kept), (66, 39));
    let ledger =
        zstd::decode_all(std::fs::File::open(out.with_file_name("clean.tamis/removed.jsonl.zst")).unwrap());
    let ledger = String::from_utf8(ledger.unwrap()).unwrap();
    let runs: Vec<serde_json::Value> =
        ledger.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let repeated = &runs[1];
    assert_eq!((runs.len(), &repeated["first"], &repeated["last"]), (2, &26.into(), &51.into()));
    assert_eq!((&repeated["survivor"]["first"], &repeated["survivor"]["last"]), (&0.into(), &25.into()));
}
