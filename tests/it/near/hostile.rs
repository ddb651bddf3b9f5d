//! Near-duplicates (`--near`) when things go wrong: inputs that change between the readings of a run, outputs that
//! fail, runs that are cancelled, documents that turn out to be bad, and texts made to cost much.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use serde_json::Value;
use tamis::config::{Limit, NearPreset, NearUnits};
use tamis::observe::Stage;
use tamis::store::{Input, InputFile, InputPlace, MemoryInput, MemoryOutput};
use tamis::{Config, Error, NoObserver, Observer};

use crate::support::fault::Fault;
use crate::support::faulty::Watched;
use crate::support::files::Files;
use crate::support::json::{json_lines, text_of};
use crate::support::memory::{self, clean, file, run};
use crate::support::near::{gone, lines, near, near_paragraphs, pairs, preset, texts};
use crate::support::packs::{self, jsonl, tar};
use crate::support::random::Noise;
use crate::support::run::LEDGER;

/// The output of a run: OUT, and the lines of its ledger.
fn published(output: &MemoryOutput) -> (Files, Vec<Value>) {
    let (out, record) = memory::published(output);
    (out, json_lines(&zstd::stream::decode_all(record[LEDGER].as_slice()).expect("Zstandard")))
}

/// An input that is another at each of the three readings: when texts are sketched, when they are compared (or, of
/// several kinds of texts, whenever that is not first), and when they are cleaned.
struct Shifting {
    readings: [MemoryInput; 3],
    at: AtomicUsize,
}

impl Shifting {
    fn new(readings: [&Files; 3]) -> Self {
        Self { readings: readings.map(memory::input), at: AtomicUsize::new(3) }
    }

    fn now(&self) -> &MemoryInput {
        &self.readings[self.at.load(Ordering::SeqCst) % 3]
    }
}

impl Input for Shifting {
    fn open(&self, place: InputPlace<'_>) -> io::Result<Box<dyn InputFile>> {
        self.now().open(place)
    }

    fn size(&self, place: InputPlace<'_>) -> io::Result<u64> {
        self.now().size(place)
    }
}

impl Observer for Shifting {
    fn begun(&self, stage: Stage) {
        let at = match stage {
            Stage::Sketching if self.at.load(Ordering::SeqCst) == 3 => 0,
            Stage::Fingerprinting
            | Stage::Sketching
            | Stage::Comparing
            | Stage::Settling
            | Stage::Counting
            | Stage::Filtering
            | Stage::Matching => 1,
            Stage::Cleaning | Stage::Deciding => 2,
        };
        self.at.store(at, Ordering::SeqCst);
    }
}

/// A document as it stands in the corpus: in a file of its own, or with another before it among records.
fn wrap(is_records: bool, text: &str) -> Vec<u8> {
    if is_records {
        jsonl(&["something else altogether", text]).into_bytes()
    } else {
        text.as_bytes().to_vec()
    }
}

/// The fates that a file may have.
fn changes(is_records: bool, text: &str) -> Vec<(&'static str, Option<Vec<u8>>)> {
    let mut dice = Noise::new(99);
    let other: String = lines(&dice.words(text.len() / 6));
    let twice = format!("{text}{text}");
    let mut changes = vec![
        ("gone", None),
        ("empty", Some(Vec::new())),
        ("blank", Some(b"\n\n".to_vec())),
        ("other", Some(wrap(is_records, &other))),
        ("one line less", Some(wrap(is_records, text.split_once('\n').expect("lines").1))),
        ("one line more", Some(wrap(is_records, &format!("one more line\n{text}")))),
        ("twice", Some(wrap(is_records, &twice))),
        ("half", Some(wrap(is_records, &text[..text.len() / 2]))),
        ("bad", Some([&wrap(is_records, text)[..], b"\xff\n"].concat())),
        ("bad at once", Some([b"\xff\n", &wrap(is_records, text)[..]].concat())),
    ];
    if is_records {
        changes.extend([
            ("fewer records", Some(jsonl(&["something else altogether"]).into_bytes())),
            ("more records", Some(jsonl(&["first", "something else altogether", text, &other]).into_bytes())),
            ("other order", Some(jsonl(&[text, "something else altogether"]).into_bytes())),
        ]);
    }
    changes
}

/// The text of the document that a ledger's line names, as it was read last.
fn document(files: &Files, place: &Value) -> Option<String> {
    let path = text_of(place, "path");
    let content = packs::decompress(path.rsplit('.').next()?, files.get(path)?);
    match place["record"].as_u64() {
        None => String::from_utf8(content).ok(),
        Some(record) => {
            let line = content.split(|&byte| byte == b'\n').nth(usize::try_from(record).ok()?)?;
            Some(text_of(&serde_json::from_slice(line).ok()?, "text").to_owned())
        }
    }
}

/// Whether two texts share more than half of their words.
fn are_alike(a: &str, b: &str) -> bool {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>();
    let (a, b) = (words(a), words(b));
    a.intersection(&b).count() * 2 > a.union(&b).count()
}

/// Whatever changes in between: the run is given up (`None`), or what it removed stands nearly alike in what it read
/// last; if not, in which way.
fn wrong(name: &str, readings: [&Files; 3], config: &Config) -> Option<Vec<String>> {
    let shifting = Shifting::new(readings);
    let output = MemoryOutput::new();
    let [first, _, last] = readings;
    match run(first.keys(), (&shifting, &output), config, &shifting) {
        Err(Error::Changed { path }) => {
            assert!(first.contains_key(std::str::from_utf8(&path).expect("UTF-8")), "{name}: {path:?}");
            assert_eq!(output.take_published(), BTreeMap::new(), "{name}");
            None
        }
        Err(other) => panic!("{name}: {other}"),
        Ok(_) => {
            let (out, ledger) = published(&output);
            let mut wrong = Vec::new();
            for line in &ledger {
                let survivor = &line["survivor"];
                if !out.contains_key(text_of(survivor, "path")) {
                    wrong.push(format!("{name}: the survivor is not there: {line:.300}"));
                }
                let text = document(last, survivor).unwrap_or_default();
                let index =
                    |key: &str| usize::try_from(survivor[key].as_u64().expect("an index")).expect("small");
                let paragraphs: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
                let survivors = paragraphs.get(index("first")..=index("last")).unwrap_or_default().join("\n");
                let removed = text_of(line, "text");
                if !are_alike(removed, &survivors) {
                    wrong.push(format!("{name}: {removed:.60} goes for {survivors:.60}"));
                }
            }
            Some(wrong)
        }
    }
}

/// Documents in small files, which are read together, in ones that are read by themselves, among records.
#[test]
fn inputs_that_change() {
    let mut dice = Noise::new(30);
    let (mut num_given_up, mut all_wrong) = (0, Vec::new());
    for (layout, is_records, compression) in
        [("small", false, ""), ("records", true, ""), ("alone", false, ".gz"), ("records alone", true, ".gz")]
    {
        let len = 60;
        let words = dice.words(len);
        let more = lines(&words).replacen(".\n", " more.\n", 2) + "and more\n";
        let corpus = [lines(&words), more, lines(&dice.words(len))];
        let name = |n: usize| format!("{n:04}.{}{compression}", if is_records { "jsonl" } else { "txt" });
        let pack =
            |bytes: Vec<u8>| if compression.is_empty() { bytes } else { packs::compress("gz", &bytes) };
        let files: Files =
            corpus.iter().enumerate().map(|(n, text)| (name(n), pack(wrap(is_records, text)))).collect();
        for units in [NearUnits::Documents, NearUnits::Paragraphs, NearUnits::Both] {
            let mut config = preset(NearPreset::Strict, units);
            config.write.ledger_text = true;
            for (n, text) in corpus.iter().enumerate() {
                for (change, content) in changes(is_records, text) {
                    let mut changed = files.clone();
                    match content {
                        Some(content) => changed.insert(name(n), pack(content)),
                        None => changed.remove(&name(n)),
                    };
                    let label = |when: &str| format!("{layout} {units:?} {change} {n} {when}");
                    let (a, b) = (&files, &changed);
                    let readings: &[(&str, [&Files; 3])] = &[
                        ("at the second", [a, b, b]),
                        ("at the third", [a, a, b]),
                        ("at the second only", [a, b, a]),
                    ];
                    for (when, readings) in readings {
                        match wrong(&label(when), *readings, &config) {
                            None => num_given_up += 1,
                            Some(wrong) => all_wrong.extend(wrong),
                        }
                    }
                }
            }
        }
    }
    assert!(all_wrong.is_empty(), "{} are wrong:\n{}", all_wrong.len(), all_wrong.join("\n"));
    assert!(num_given_up > 20, "{num_given_up}");
}

/// A corpus with everything that a run keeps aside.
fn corpus() -> Files {
    let mut dice = Noise::new(31);
    let mut documents: Vec<String> = Vec::new();
    for n in 0..6 {
        let words = dice.words(50);
        documents.extend([lines(&words), lines(&words) + "more\n", lines(&words) + &format!("{n} more\n")]);
    }
    let mut files = texts(&documents);
    files.insert("r.jsonl".to_owned(), jsonl(&documents[..9]).into_bytes());
    let long = lines(&dice.words(60_000));
    files.insert("x.txt".to_owned(), long.clone().into_bytes());
    files.insert("y.txt".to_owned(), [long.as_bytes(), b"more\n"].concat());
    files.insert("z.txt".to_owned(), [long.as_bytes(), b"\xff\n"].concat());
    files
}

/// Promise "all or nothing": whichever operation fails, the run fails with it and publishes nothing.
#[test]
fn every_operation_can_fail() {
    let mut files = corpus();
    files.retain(|path, _| !path.starts_with(['x', 'y', 'z']));
    let input = memory::input(&files);
    let config = preset(NearPreset::Strict, NearUnits::Both);
    for (kind, expected) in
        [("scratch", 4), ("note", 20), ("read", 20), ("write", 5), ("create", 3), ("publish", 1)]
    {
        let mut failed = 0;
        for at in 0.. {
            let (output, fault) = (MemoryOutput::new(), Fault::new(kind, at));
            let faulty = Watched::new(output.clone(), &fault);
            let outcome = run(files.keys(), (&input, &faulty), &config, &NoObserver);
            if !fault.was_met() {
                outcome.expect("a run without a fault");
                break;
            }
            match outcome {
                Err(Error::Output { path, .. }) => assert_eq!(path.to_str(), Some(kind), "{kind} {at}"),
                other => panic!("{kind} {at}: {other:?}"),
            }
            assert_eq!(output.take_published(), BTreeMap::new(), "{kind} {at}");
            failed += 1;
        }
        assert!(failed >= expected, "{kind}: {failed}");
    }
}

/// Wants to stop when it is asked for the `at`-th time.
struct Cancelling {
    at: u64,
    asked: AtomicU64,
}

impl Observer for Cancelling {
    fn is_cancelled(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) >= self.at
    }
}

/// Promise "all or nothing": a run that is cancelled at whatever point publishes nothing.
#[test]
fn cancelled_at_every_question() {
    let files = corpus();
    let input = memory::input(&files);
    for at in 0..1000 {
        let output = MemoryOutput::new();
        let observer = Cancelling { at, asked: AtomicU64::new(0) };
        let config = preset(NearPreset::Strict, NearUnits::Both);
        match run(files.keys(), (&input, &output), &config, &observer) {
            Err(Error::Interrupted) => assert_eq!(output.take_published(), BTreeMap::new(), "question {at}"),
            Err(other) => panic!("question {at}: {other}"),
            Ok(_) => {
                assert!(at >= 10, "it was asked {at} times only");
                return;
            }
        }
    }
    panic!("it never ends");
}

/// Hears how far a run is.
#[derive(Default)]
struct Counting {
    searched: [AtomicU64; 2],
    advanced: [AtomicU64; 2],
}

impl Observer for Counting {
    fn searched(&self, files: u64, bytes: u64) {
        self.searched[0].fetch_add(files, Ordering::Relaxed);
        self.searched[1].fetch_add(bytes, Ordering::Relaxed);
    }

    fn advanced(&self, files: u64, bytes: u64) {
        self.advanced[0].fetch_add(files, Ordering::Relaxed);
        self.advanced[1].fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A document that was written is told once, whatever was read to search.
#[test]
fn an_observer_is_told_of_every_file() {
    let files = corpus();
    let counting = Counting::default();
    let input = memory::input(&files);
    run(files.keys(), (&input, &MemoryOutput::new()), &near(), &counting).expect("a run");
    let bytes = files.values().map(|content| content.len() as u64).sum();
    let told = |counts: &[AtomicU64; 2]| counts.each_ref().map(|count| count.load(Ordering::Relaxed));
    assert_eq!(told(&counting.advanced), [files.len() as u64, bytes]);
    let [searched, searched_bytes] = told(&counting.searched);
    assert!(
        searched > files.len() as u64 && searched_bytes > bytes,
        "twice what is compared, but for what is bad"
    );
}

/// So many bytes of lines that are not like one another.
fn filler(seed: u64, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 100);
    let mut state = seed;
    while text.len() < bytes {
        for _ in 0..6 {
            state = (state ^ 0x5bd1_e995).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
            text += &format!("{state:x}").replace(|c: char| c.is_ascii_digit(), "z");
            text.push(' ');
        }
        text.push('\n');
    }
    text
}

/// A large document that turns out to be bad is no survivor, whether it is read in one batch or in several; neither is
/// a paragraph of it.
#[test]
fn bad_documents_are_no_survivors() {
    let mut dice = Noise::new(40);
    let (base, more) = (dice.words(40).join(" "), dice.words(40).join(" "));
    for size in [300_000, 8_600_000] {
        let start = format!("{base}\n{more}\n");
        let bad = [start.as_bytes(), filler(1, size).as_bytes(), b"\xff\n"].concat();
        let corpus = [
            ("a.txt".to_owned(), bad),
            ("b.txt".to_owned(), format!("{base} edited\n{more}\n").into_bytes()),
            ("c.txt".to_owned(), format!("{base} edited\nc\n").into_bytes()),
        ];
        let run = clean(&Files::from(corpus), &near_paragraphs());
        assert_eq!(text_of(&run.rejected[0], "path"), "a.txt");
        assert_eq!(run.text("b.txt"), format!("{base} edited\n{more}\n"), "{size}");
        assert_eq!(run.text("c.txt"), "c\n", "{size}");
    }
    let long = lines(&dice.words(50_000));
    let corpus = [
        ("a.txt".to_owned(), [long.as_bytes(), b"\xff\n"].concat()),
        ("b.txt".to_owned(), [long.as_bytes(), b"b\n"].concat()),
        ("c.txt".to_owned(), [long.as_bytes(), b"c\n"].concat()),
    ];
    let run = clean(&Files::from(corpus), &near());
    assert_eq!(text_of(&run.rejected[0], "path"), "a.txt");
    assert_eq!(pairs(&run), [("c.txt".to_owned(), "b.txt".to_owned())]);
}

/// A small bad file changes nothing for those that are read with it, before it or behind it.
#[test]
fn small_bad_documents_hide_no_paragraphs() {
    let base = Noise::new(43).words(40).join(" ");
    let mut config = near_paragraphs();
    config.read.encoding = vec!["utf-8".to_owned()];
    for bad in ["a.txt", "c.txt", "e.txt"] {
        let corpus = [
            ("b.txt".to_owned(), format!("{base}\n").into_bytes()),
            ("d.txt".to_owned(), format!("{base} edited\nd\n").into_bytes()),
            (bad.to_owned(), [base.as_bytes(), b" bad\n\xff\n"].concat()),
        ];
        let run = clean(&Files::from(corpus), &config);
        assert_eq!(run.reasons(), [(bad, "not_utf8")]);
        assert_eq!((run.text("b.txt"), run.text("d.txt")), (&*format!("{base}\n"), "d\n"), "{bad}");
    }
}

/// A bad member inside an archive is retracted too, where what follows the bad member is found again whatever came
/// before the archive.
#[test]
fn bad_members_of_archives() {
    let mut dice = Noise::new(41);
    let (words, others) = (dice.words(80), dice.words(80));
    let (first, second) = (lines(&words), lines(&words) + "more\n");
    for before in [10, 7_000_000] {
        let members = [
            ("bad.txt", [filler(2, 3_000_000).as_bytes(), b"\xff\n"].concat()),
            ("d/0.txt", lines(&others).into_bytes()),
            ("d/1.txt", first.clone().into_bytes()),
            ("d/2.txt", second.clone().into_bytes()),
            ("d/3.txt", lines(&dice.words(80)).into_bytes()),
            ("d/4.txt", (lines(&others) + "and more\n").into_bytes()),
        ];
        let files = Files::from([
            ("a.txt".to_owned(), filler(3, before).into_bytes()),
            ("b.tar".to_owned(), tar(&members)),
        ]);
        for units in
            if before < 1000 { &[NearUnits::Documents, NearUnits::Both][..] } else { &[NearUnits::Documents] }
        {
            let run = clean(&files, &preset(NearPreset::Strict, *units));
            assert_eq!(run.rejected.len(), 1);
            let expected = [("b.tar/d/2.txt", "b.tar/d/1.txt"), ("b.tar/d/4.txt", "b.tar/d/0.txt")];
            assert_eq!(pairs(&run), expected.map(|(a, b)| (a.to_owned(), b.to_owned())), "{before}");
        }
    }
}

/// Records, one a line.
fn records(count: usize, text: impl Fn(usize) -> String) -> Files {
    let line = |n| format!("{{\"text\":\"{}\"}}\n", text(n));
    file("a.jsonl", (0..count).map(line).collect::<Vec<_>>().concat())
}

/// A great many copies of one short text: one stays.
#[test]
fn a_great_many_copies() {
    let run = clean(&records(30_000, |_| "the same text".to_owned()), &near());
    assert_eq!(run.summary.documents.kept, 1);
    assert_eq!(run.summary.documents.removed["exact-document"], 29_999);
    // Near ones: each has a word of its own.
    let text = Noise::new(50).words(40).join(" ");
    let run = clean(&records(5000, |n| format!("{text} {}", Noise::new(n).word())), &near());
    assert_eq!(run.summary.documents.kept, 1);
}

/// Texts that share a passage but are no copies: all stay, in bounded time.
#[test]
fn a_shared_passage() {
    let shared = Noise::new(51).words(40).join(" ");
    let own = |n: usize, count| Noise::new(n + 100).words(count).join(" ");
    for (count, own_words) in [(5000, 14), (5000, 60)] {
        let run = clean(&records(count, |n| format!("{shared} {}", own(n, own_words))), &near());
        assert_eq!(run.summary.documents.kept, count as u64, "{own_words}");
    }
    let run = clean(
        &records(3000, |n| format!("{} {shared} {}", own(n, 30), own(n + 10_000, 30))),
        &near_paragraphs(),
    );
    assert_eq!(run.summary.documents.kept, 3000);
}

/// Bulletins of one template with other numbers: the guard keeps them all, and those that are sent twice go.
#[test]
fn bulletins() {
    let words = Noise::new(52).words(60);
    let (start, end) = (words[..30].join(" "), words[30..].join(" "));
    let run = clean(&records(3000, |n| format!("{start} rose {n} points {end}")), &near());
    assert_eq!(run.summary.documents.kept, 3000);
    // Each is sent again with a by-line: it is like all of them, but goes for its own only.
    let run = clean(
        &records(600, |n| format!("{start} rose {} points {end}{}", n % 300, " agency".repeat(n / 300))),
        &near(),
    );
    assert_eq!(run.summary.documents.kept, 300, "{:?}", run.summary.documents.removed);
    for gone in gone(&run) {
        assert_eq!(gone.place.1.map(|n| n - 300), gone.survivor.1);
    }
    let mut off = near();
    off.decide.near.number_guard = Limit::Off;
    let run = clean(&records(3000, |n| format!("{start} rose {n} points {end}")), &off);
    assert_eq!(run.summary.documents.kept, 1);
}

/// Long documents, and long everything.
#[test]
fn long_texts() {
    let long = filler(60, 2_000_000);
    let run = clean(&texts(&[long.clone(), long + "more\n"]), &near());
    assert_eq!(run.names(), ["0000.txt"]);
    let repeated = |words: &str, count: usize| words.repeat(count);
    let numbers =
        |seed: usize| (0..40_000).map(|n| format!("{} ", n * 7 + seed)).collect::<Vec<_>>().concat();
    for (name, a, b, goes) in [
        ("one token", repeated("word ", 100_000), repeated("word ", 100_001), true),
        ("one Han character", repeated("中", 100_000), repeated("中", 100_001), true),
        ("one word", repeated("w", 300_000), repeated("w", 300_001), false),
        ("one number", repeated("7", 300_000), repeated("7", 300_001), false),
        ("two digits by turns", repeated("7 8 ", 30_000), repeated("7 8 ", 30_001), false),
        ("many numbers", numbers(0), numbers(0) + "more", true),
        ("other numbers", numbers(0), numbers(1), false),
        ("joiners", repeated("a.", 200_000), repeated("a.", 200_001), false),
        (
            "marks",
            format!("a{}", repeated("\u{301}", 100_000)),
            format!("a{}", repeated("\u{301}", 100_001)),
            false,
        ),
        ("entities", repeated("&amp;", 100_000), repeated("&", 100_000), false),
        ("letters of entities", repeated("&eacute;", 50_000), repeated("é", 50_000), true),
    ] {
        for units in [NearUnits::Documents, NearUnits::Paragraphs] {
            let run = clean(&texts(&[&a, &b]), &preset(NearPreset::Strict, units));
            assert_eq!(run.out.contains_key("0001.txt"), !goes, "{name} {units:?}");
        }
    }
}

/// Long bulletins of one template, each sent again with its end cut off: it is about as like to all of them, and yet
/// finds its own among hundreds.
#[test]
fn bulletins_sent_twice() {
    const LEN: usize = 300;
    let words = Noise::new(52).words(LEN);
    for cut in [1, 30] {
        let count = 250;
        let text = |n: usize| {
            let (start, end) = words.split_at(LEN / 2);
            let end = &end[..end.len() - n / count * cut];
            format!("{} rose {} points {}", start.join(" "), n % count, end.join(" "))
        };
        let run = clean(&records(2 * count, text), &near());
        assert_eq!(run.summary.documents.kept, count as u64, "{cut}");
        for gone in gone(&run) {
            assert_eq!(gone.place.1.map(|n| n - count as u64), gone.survivor.1);
        }
    }
}
