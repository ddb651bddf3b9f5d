//! Documents larger than one piece (256 KiB) and one batch (8 MiB): what is cut for reading is one document
//! in the output, in the ledger and in the counts, and a document that turns out to be bad half-way was never
//! there.

use std::io::{self, Read, Seek, SeekFrom};

use tamis::config::{MatchMode, Repair, Scope, SplitMode};
use tamis::store::{Input, InputFile, InputPlace, MemoryInput, MemoryOutput};
use tamis::{Config, NoObserver, Outcome};

use crate::support::disk;
use crate::support::files::Files;
use crate::support::ledger::{self, Line};
use crate::support::memory;
use crate::support::oracle::{self, agree};
use crate::support::random::Noise;
use crate::support::run::Run;
use crate::support::texts::{article, paragraph};

/// The size of the pieces of a large file. A file of up to this size is read whole.
const PIECE: usize = 256 * 1024;

fn files<const N: usize>(files: [(&str, &[u8]); N]) -> Files {
    files.map(|(path, content)| (path.to_owned(), content.to_vec())).into()
}

/// Exact keys: what is cut does not depend on how keys are made, and the oracle is twice as fast.
fn config(split: SplitMode, repair: Repair, scope: Scope) -> Config {
    let mut config = Config { threads: 2, ..Config::default() };
    (config.split.split, config.split.repair) = (split, repair);
    config.matching.mode = MatchMode::Exact;
    config.decide.scope = scope;
    config
}

/// Cleans by the crate and by the oracle, and what comes of it once more (promise "cleaning twice").
#[track_caller]
fn check(files: &Files, config: &Config) -> Run {
    let run = agree::check(files, config).unwrap_or_else(|why| panic!("{:?}: {why}", config.split));
    let twice = disk::clean(&run.out, config);
    assert!(twice.out == run.out, "{:?}: cleaning twice changes something", config.split);
    run
}

/// First and last removed paragraph, and the survivor of the first.
fn runs(ledger: &[Line]) -> Vec<(u64, u64, u64)> {
    ledger.iter().map(|line| (line.first.index, line.last, line.survivor.index)).collect()
}

/// Contract O5: a whole repeated article is one line, however many pieces it is read in.
#[test]
fn an_article_that_repeats_itself_is_one_line() {
    let article = article(0..12_600);
    assert!(article.len() > 2_600_000);
    let twice = files([("a.txt", article.repeat(2).as_bytes())]);
    for (split, repair, scope, mode, num) in [
        (SplitMode::Line, Repair::Basic, Scope::Corpus, MatchMode::Canonical, 12_600),
        (SplitMode::Line, Repair::None, Scope::Document, MatchMode::Exact, 12_600),
        (SplitMode::Block, Repair::Basic, Scope::Document, MatchMode::Exact, 3150),
        (SplitMode::Block, Repair::None, Scope::Corpus, MatchMode::Exact, 3150),
    ] {
        let mut config = config(split, repair, scope);
        config.matching.mode = mode;
        let run = check(&twice, &config);
        assert_eq!(runs(&run.lines()), [(num, 2 * num - 1, 0)], "{split:?}");
        assert_eq!(run.lines()[0].span, (article.len(), 2 * article.len() - 2), "{split:?}");
    }
}

/// Contract I3, O5: a document longer than a batch is still one document, and so is a run.
#[test]
fn a_document_of_two_batches_is_one_document() {
    let article = article(0..22_000);
    assert!(2 * article.len() > 8 * 1024 * 1024 + PIECE);
    let tail = article.repeat(2) + &paragraph(7) + "\n" + &paragraph(30_000);
    let files = files([("a.txt", article.as_bytes()), ("b/c.txt", tail.as_bytes()), ("d.txt", b"\xff")]);
    let run = check(&files, &config(SplitMode::Line, Repair::Basic, Scope::Document));
    assert_eq!(runs(&run.lines()), [(22_000, 43_999, 0), (44_000, 44_000, 7)]);
    let run = check(&files, &config(SplitMode::Line, Repair::Basic, Scope::Corpus));
    assert_eq!(runs(&run.lines()), [(0, 21_999, 0), (22_000, 43_999, 0), (44_000, 44_000, 7)]);
}

/// Lines that are as long as one another with their ends, so that the end of the first piece meets every
/// place in and around a line ending when the first line is made a little longer.
fn even_lines(end: &str, longer: usize, numbers: std::ops::Range<usize>) -> Vec<u8> {
    let line = |n: usize| {
        // Every fifth line repeats one that another file holds.
        let n = if n.is_multiple_of(5) { n % 2000 } else { n };
        format!("{n:0width$}{end}", width = 64 - end.len())
    };
    let lines: String = numbers.map(line).collect();
    ["x".repeat(longer), lines].concat().into_bytes()
}

/// Contract P1: CR LF and lone CR read as LF wherever a piece ends, P4 with them.
#[test]
fn line_endings_at_the_end_of_a_piece() {
    let ends = ["\r\n", "\r", "\r\r\n", "\r\n\r\n", "\n\r", "\r \r\n", "\r\r\r\n", "\r\u{2028}"];
    let mut all = Files::new();
    for (number, end) in ends.into_iter().enumerate() {
        for longer in 0..=end.len() {
            let first = (number * 8 + longer) * 10_000;
            let content = even_lines(end, longer, first..first + PIECE / 64 + 200);
            assert!(content.len() > PIECE);
            all.insert(format!("{number}-{longer}.txt"), content);
        }
    }
    for (split, repair, scope) in [
        (SplitMode::Line, Repair::None, Scope::Corpus),
        (SplitMode::Block, Repair::Basic, Scope::Document),
        (SplitMode::Block, Repair::None, Scope::Corpus),
    ] {
        check(&all, &config(split, repair, scope));
    }
}

/// A text of this number of bytes in which everything happens that happens to lines.
fn rough_text(seed: usize, len: usize) -> String {
    let edges = [
        "", "", "", "", " ", "\u{3000}", "\t", "\u{feff}", "\u{200b}", "\u{c}", "\u{7}", "\u{200e}",
        "\x1b[1m",
    ];
    let ends = [
        "\n",
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        "\r\r\n",
        "\r\n\r\n",
        "\n\u{3000}\n",
        "\n\u{feff}\n",
        "\n\n\n\n",
        "\u{2028}",
    ];
    let mut noise = Noise::new(seed);
    let mut text = String::new();
    while text.len() < len {
        let number = noise.below(3000);
        text += noise.pick(&edges);
        text += &paragraph(number);
        text += noise.pick(&edges);
        text += "One. 今天下雨。";
        text += noise.pick(&edges);
        text += noise.pick(&ends);
    }
    text
}

/// Contract P1-P4, O5 on files of a few pieces, one of them with a byte order mark.
#[test]
fn rough_files_of_a_few_pieces() {
    let marked = format!("\u{feff}{}", rough_text(2, 300_000));
    let files = files([
        ("a.txt", rough_text(1, 600_000).as_bytes()),
        ("b.txt", marked.as_bytes()),
        ("c.txt", rough_text(3, 20_000).as_bytes()),
    ]);
    for split in [SplitMode::Line, SplitMode::Block] {
        for repair in [Repair::Basic, Repair::None] {
            for scope in [Scope::Corpus, Scope::Document] {
                check(&files, &config(split, repair, scope));
            }
        }
    }
}

/// Contract P2: sentences of a file of two pieces.
#[test]
fn sentences_of_two_pieces() {
    let files = files([("a.txt", rough_text(4, 300_000).as_bytes())]);
    check(&files, &config(SplitMode::Sentence, Repair::Basic, Scope::Corpus));
    check(&files, &config(SplitMode::Sentence, Repair::None, Scope::Document));
}

/// Contract D4, O5: a span counts from the first byte after the byte order mark, in every piece.
#[test]
fn spans_in_a_large_file_with_a_byte_order_mark() {
    let article = article(0..1500);
    let marked = ["\u{feff}", &article, &article, "new\n", &article].concat();
    let record = |n: usize| format!("{{\"id\":{n},\"text\":\"{}\"}}\n", paragraph(n % 1500));
    let records = ["\u{feff}".to_owned(), (0..3000).map(record).collect()].concat();
    let files = files([("a.txt", marked.as_bytes()), ("b.jsonl", records.as_bytes())]);
    for repair in [Repair::Basic, Repair::None] {
        let run = check(&files, &config(SplitMode::Line, repair, Scope::Document));
        assert_eq!(runs(&run.lines()), [(1500, 2999, 0), (3001, 4500, 0)]);
        for line in &run.lines() {
            assert_eq!(&marked[3 + line.span.0..3 + line.span.1], &article[..article.len() - 2]);
        }
        check(&files, &config(SplitMode::Block, repair, Scope::Corpus));
    }
}

/// Contract P4, P5: pieces in which there is nothing to keep; the blank lines in them are owed once.
#[test]
fn pieces_without_a_paragraph() {
    let (blank, white) = ("\n".repeat(PIECE + 9), "\u{3000}\t\r\n".repeat(PIECE / 5));
    let marks = "\u{feff}\r".repeat(PIECE / 3);
    let repeated = format!("{}\n", "x".repeat(99)).repeat(PIECE / 80);
    let files = files([
        ("a.txt", ["x\n", &blank, "y\ny\n", &white, "x\n", &blank, "z\n", &blank].concat().as_bytes()),
        ("b.txt", ["x\n", &repeated, "u\n\n", &repeated, "v\n", &repeated].concat().as_bytes()),
        ("c.txt", ["x\nw\n", &repeated, "\n", &repeated, &repeated, "p\nw\nq\n"].concat().as_bytes()),
        ("blank.txt", blank.as_bytes()),
        ("marks.txt", marks.as_bytes()),
        ("marks-between.txt", ["t\n", &marks, "s\n"].concat().as_bytes()),
        ("repeated.txt", repeated.as_bytes()),
        ("white.txt", white.as_bytes()),
    ]);
    for split in [SplitMode::Line, SplitMode::Block] {
        for repair in [Repair::Basic, Repair::None] {
            let run = check(&files, &config(split, repair, Scope::Corpus));
            assert_eq!(run.out["marks-between.txt"], b"t\n\ns\n");
            assert!(!run.out.contains_key("blank.txt"));
            if split == SplitMode::Line {
                assert_eq!(run.out["a.txt"], b"x\n\ny\n\nz\n");
                assert_eq!(run.out["c.txt"], b"w\n\np\nq\n");
                assert!(!run.out.contains_key("repeated.txt"));
            }
        }
    }
}

/// Contract O4: one bad record in the middle of a large file goes, the rest of the file goes on, and numbers
/// of records and lines are those of the file.
#[test]
fn one_bad_record_in_the_middle() {
    let record =
        |n: usize| format!("{{\"id\":\"{n}\",\"text\":\"{}\\n\\n\",\"n\":0.10}}\r\n", paragraph(n % 7000));
    let good = |numbers: std::ops::Range<usize>| numbers.map(record).collect::<String>();
    let blank = "\n".repeat(PIECE + 5);
    let all = [&good(0..6000), &blank, "{\"text\":\"x\\ud800\"}\n", &good(6000..12_000), "{"].concat();
    assert!(all.len() > 2_700_000);
    let files = files([("a.jsonl", all.as_bytes()), ("b.jsonl", record(5).as_bytes())]);
    for scope in [Scope::Corpus, Scope::Document] {
        let run = check(&files, &config(SplitMode::Line, Repair::Basic, scope));
        let rejected = String::from_utf8_lossy(&run.record["rejected.jsonl"]).into_owned();
        let lines: Vec<&str> = rejected.lines().collect();
        assert_eq!(lines.len(), 2, "{rejected}");
        let line = 6000 + blank.len() + 1;
        assert!(
            lines[0].starts_with(&format!(r#"{{"path":"a.jsonl","record":6000,"line":{line},"#)),
            "{rejected}"
        );
        assert!(
            lines[1].starts_with(&format!(r#"{{"path":"a.jsonl","record":12001,"line":{},"#, line + 6001))
        );
    }
}

/// Contract O4: every line of the output is a record, also where pieces meet and texts end in blank lines.
#[test]
fn no_stray_lines_between_pieces_of_records() {
    let record = |n: usize| format!("{{\"text\":\"\\n\\n{}\\n\\n\"}}\n\n", paragraph(n).repeat(n % 9 + 1));
    let all: String = (0..3000).map(record).collect();
    assert!(all.len() > 2_600_000);
    let run =
        check(&files([("a.jsonl", all.as_bytes())]), &config(SplitMode::Line, Repair::Basic, Scope::Corpus));
    let out = String::from_utf8_lossy(&run.out["a.jsonl"]).into_owned();
    assert_eq!(out.lines().count(), 3000);
    assert!(out.lines().all(|line| line.starts_with(r#"{"text":""#) && line.ends_with(r#"\n"}"#)));
}

/// Byte at which each file of a run went wrong.
fn bad_bytes(run: &Run) -> Vec<(String, u64)> {
    let lines = run.record["rejected.jsonl"].split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    let place = |line| {
        let json: serde_json::Value = serde_json::from_slice(line).expect("JSON");
        (json["path"].as_str().expect("a path").to_owned(), json["byte"].as_u64().expect("a byte"))
    };
    lines.map(place).collect()
}

/// Contract D4 and promise "all or nothing": a file that is no UTF-8 near its end is rejected as a whole. By
/// then two batches of it are settled and written: its paragraphs survive nothing, its ledger lines go, and
/// no file or directory is left of it.
#[test]
fn a_large_file_that_turns_out_to_be_bad_was_never_there() {
    let shared = article(0..100);
    let long = article(50..100_000);
    assert!(long.len() > 20_000_000);
    let again = article(50..1500);
    let bad = ["\u{feff}".as_bytes(), long.as_bytes(), again.as_bytes(), b"x\xe4\xb8\n", b"tail\n"].concat();
    let at = (3 + long.len() + again.len() + 1) as u64;
    let copy = article(40..5000);
    let files = files([
        ("a.txt", shared.as_bytes()),
        ("b/c/bad.txt", &bad),
        ("b/d.txt", b"stays\n"),
        ("e/bad.txt", &bad),
        ("f.txt", copy.as_bytes()),
        ("g.txt", copy.as_bytes()),
        ("h/bad.txt", &bad[..bad.len() - 7]), // the file ends inside a character
    ]);
    for (split, scope) in [
        (SplitMode::Line, Scope::Corpus),
        (SplitMode::Line, Scope::Document),
        (SplitMode::Block, Scope::Corpus),
    ] {
        let run = check(&files, &config(split, Repair::Basic, scope));
        assert_eq!(run.out.keys().map(|path| &path[..1]).collect::<String>().replace('g', ""), "abf");
        let bad = ["b/c/bad.txt", "e/bad.txt", "h/bad.txt"].map(|path| (path.to_owned(), at));
        assert_eq!(bad_bytes(&run), bad);
        assert!(run.lines().iter().all(|line| !line.first.path.contains("bad")));
        let read = (shared.len() + 6 + 2 * copy.len()) as u64;
        assert_eq!(run.summary.bytes.input, read);
    }
}

/// Any split gives one result with a bad byte in every kind of piece: the first, the last, the only one, in files
/// that follow one another in one batch.
#[test]
fn bad_bytes_in_every_piece() {
    let text = article(0..4500);
    let spoiled = |mark: &str, text: &str, at: usize| {
        let mut bytes = [mark, text].concat().into_bytes();
        bytes[mark.len() + at] = 0xff;
        bytes
    };
    let mut all = Files::new();
    let ats = [0, 5, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, text.len() - 2, text.len() - 1];
    for (number, at) in ats.into_iter().enumerate() {
        for (mark, name) in [("", "plain"), ("\u{feff}", "marked")] {
            all.insert(format!("{number}/{name}.txt"), spoiled(mark, &text, at));
        }
        all.insert(format!("{number}/copy.txt"), text.as_bytes()[..PIECE + number * 1000].to_vec());
    }
    let one_line = "中".repeat(PIECE); // one piece, longer than what is formatted in memory with the others
    all.insert("9/line.txt".to_owned(), spoiled("", &one_line, 3 * PIECE - 3));
    // Every second copy ends inside a character or not, as it happens.
    let first_bad = |(path, bytes): (&String, &Vec<u8>)| {
        let error = std::str::from_utf8(bytes).err()?;
        Some((path.clone(), error.valid_up_to() as u64))
    };
    let expected: Vec<_> = all.iter().filter_map(first_bad).collect();
    assert!(expected.len() > 2 * ats.len() && expected.len() < all.len());
    for scope in [Scope::Corpus, Scope::Document] {
        let run = check(&all, &config(SplitMode::Line, Repair::Basic, scope));
        assert_eq!(bad_bytes(&run), expected);
    }
}

/// Files in memory of which one cannot be read to its end.
struct Failing {
    files: MemoryInput,
    path: &'static str,
    after: u64,
}

impl Input for Failing {
    fn open(&self, place: InputPlace<'_>) -> io::Result<Box<dyn InputFile>> {
        let file = self.files.open(place)?;
        if place.relative == self.path.as_bytes() {
            return Ok(Box::new(Broken { file, after: self.after }));
        }
        Ok(file)
    }

    fn size(&self, place: InputPlace<'_>) -> io::Result<u64> {
        self.files.size(place)
    }
}

/// A file that can be read up to a byte.
struct Broken {
    file: Box<dyn InputFile>,
    after: u64,
}

impl Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.after - self.file.stream_position()?.min(self.after);
        if left == 0 {
            return Err(io::Error::other("bad sector"));
        }
        (&mut self.file).take(left).read(buffer)
    }
}

impl Seek for Broken {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// The output of a run in which `path` fails after this number of bytes.
fn clean_failing(files: &Files, path: &'static str, after: usize) -> (Files, Files, Outcome) {
    let input = Failing { files: memory::input(files), path, after: after as u64 };
    let output = MemoryOutput::new();
    let config = config(SplitMode::Line, Repair::Basic, Scope::Corpus);
    let outcome = memory::run(files.keys(), (&input, &output), &config, &NoObserver).expect("a run");
    let (out, record) = memory::published(&output);
    (out, record, outcome)
}

/// Contract D4: half a text document is none. It is rejected, and what follows is cleaned as if it had not
/// been.
#[test]
fn a_text_that_cannot_be_read_to_its_end() {
    let bad = article(0..60_000);
    let mut all = files([
        ("a.txt", article(0..10).as_bytes()),
        ("b/bad.txt", bad.as_bytes()),
        ("c.txt", article(5..3000).as_bytes()),
    ]);
    let without: Files = all.clone().into_iter().filter(|(path, _)| path != "b/bad.txt").collect();
    let expected = oracle::clean(&without, &config(SplitMode::Line, Repair::Basic, Scope::Corpus));
    for after in [0, 1, PIECE / 2, PIECE, PIECE + 1, 2 * PIECE - 1, 3_000_000, 10_000_000, bad.len()] {
        let (out, record, outcome) = clean_failing(&all, "b/bad.txt", after);
        assert!(out == expected.files, "after {after}");
        let rejected = String::from_utf8_lossy(&record["rejected.jsonl"]).into_owned();
        let start = format!(r#"{{"path":"b/bad.txt","byte":{after},"reason":"unreadable","#);
        assert!(rejected.starts_with(&start) && rejected.lines().count() == 1, "{rejected}");
        assert!(rejected.contains("bad sector"), "{rejected}");
        let summary = &outcome.summary;
        assert_eq!((summary.files.found, summary.files.read, summary.documents.read), (3, 2, 2));
        assert_eq!(summary.files.rejected["unreadable"], 1);
        assert_eq!(summary.paragraphs.kept, expected.paragraphs_kept);
        assert_eq!(summary.num_removed(), (expected.removed.len() + expected.layout.len()) as u64);
        assert_eq!((summary.bytes.input, summary.bytes.kept), (expected.bytes_input, expected.bytes_kept));
        let ledger = ledger::lines(&record["removed.jsonl.zst"]);
        assert_eq!(ledger.len(), 1);
        assert_eq!((ledger[0].first.path.as_str(), ledger[0].survivor.path.as_str()), ("c.txt", "a.txt"));
    }
    // A file that is read whole: the same.
    all.insert("b/bad.txt".to_owned(), bad.as_bytes()[..PIECE - 100].to_vec());
    let (out, record, _) = clean_failing(&all, "b/bad.txt", 1000);
    assert!(out == expected.files);
    assert!(record["rejected.jsonl"].starts_with(br#"{"path":"b/bad.txt","reason":"unreadable","#));
}

/// Contract O4: the records before the fault stay, and the file counts as rejected.
#[test]
fn records_of_a_file_that_cannot_be_read_to_its_end() {
    let record = |n: usize| format!("{{\"id\":{n},\"text\":\"{}\\n\"}}\n", paragraph(n % 9000));
    let lines: Vec<String> = (0..50_000).map(record).collect();
    let all = files([
        ("a.txt", article(0..10).as_bytes()),
        ("b.jsonl", lines.concat().as_bytes()),
        ("c.txt", article(5..3000).as_bytes()),
    ]);
    for num_read in [2000, 5000, 45_000] {
        let whole: usize = lines[..num_read].iter().map(String::len).sum();
        let mut without = all.clone();
        without.insert("b.jsonl".to_owned(), lines[..num_read].concat().into_bytes());
        let expected = oracle::clean(&without, &config(SplitMode::Line, Repair::Basic, Scope::Corpus));
        for half in [0, 100] {
            let (out, record, outcome) = clean_failing(&all, "b.jsonl", whole + half);
            assert!(out == expected.files, "{num_read} records");
            let summary = &outcome.summary;
            assert_eq!((summary.files.found, summary.files.read), (3, 2));
            assert_eq!(summary.files.rejected["unreadable"], 1);
            assert_eq!(summary.records.read, num_read as u64);
            assert_eq!(summary.documents.read, 2 + num_read as u64);
            assert_eq!(summary.paragraphs.kept, expected.paragraphs_kept);
            assert_eq!(summary.num_removed(), (expected.removed.len() + expected.layout.len()) as u64);
            let rejected = String::from_utf8_lossy(&record["rejected.jsonl"]).into_owned();
            let at = whole + half; // the half record is not listed: it may be good on disk
            assert_eq!(rejected.lines().count(), 1, "{rejected}");
            let last = format!(r#"{{"path":"b.jsonl","byte":{at},"reason":"unreadable","#);
            assert!(rejected.lines().last().is_some_and(|line| line.starts_with(&last)), "{rejected}");
        }
    }
}

/// A file that is small enough to be read whole is treated alike: what becomes of a record does not depend on the
/// size of its file.
#[test]
fn records_of_a_small_file_that_cannot_be_read_to_its_end() {
    let record = "{\"text\":\"x\"}\n";
    let all = files([("a.jsonl", record.repeat(9).as_bytes()), ("b.txt", b"x\ny\n")]);
    let (out, record, outcome) = clean_failing(&all, "a.jsonl", 3 * record.len());
    let summary = &outcome.summary;
    assert_eq!(summary.files.rejected["unreadable"], 1);
    let rejected = String::from_utf8_lossy(&record["rejected.jsonl"]).into_owned();
    assert!(rejected.starts_with(r#"{"path":"a.jsonl","#) && rejected.lines().count() == 1, "{rejected}");
    assert_eq!((summary.records.read, summary.num_removed()), (3, 3));
    assert_eq!(out, files([("a.jsonl", b"{\"text\":\"x\"}\n"), ("b.txt", b"y\n")]));
}

/// Contract P2: a block longer than a piece is one paragraph.
#[test]
fn a_block_of_a_megabyte() {
    let block: String = (0..5000).flat_map(|n| [" ", &paragraph(n), "\t\r\n"].map(str::to_owned)).collect();
    assert!(block.len() > 1_000_000);
    let again = block.replace("\t\r\n", "\n").replace("\n ", "\r ");
    let all = ["\u{feff}a\n\n", &block, "\n\nb\r\n \r\n", &again, "\nc\n\n", &block, "d\n"].concat();
    let files = files([("a.txt", all.as_bytes()), ("b.txt", block.as_bytes())]);
    let run = check(&files, &config(SplitMode::Block, Repair::Basic, Scope::Corpus));
    assert_eq!(runs(&run.lines()), [(3, 3, 1), (0, 0, 1)]);
    let run = check(&files, &config(SplitMode::Block, Repair::None, Scope::Corpus));
    assert_eq!(runs(&run.lines()), [(0, 0, 1)]);
}

/// JSON of a string in which every third character is escaped, pairs of surrogates among them.
fn escaped(text: &str) -> String {
    let unit = |unit: &u16| format!("\\u{unit:04x}");
    let spelled = |(number, c): (usize, char)| match number % 3 {
        0 => c.encode_utf16(&mut [0; 2]).iter().map(unit).collect(),
        _ => c.to_string(),
    };
    text.chars().enumerate().map(spelled).collect()
}

/// Contract P3, O4: a line of 5 MB in a text and in a record is a paragraph like any other.
#[test]
fn a_line_of_five_megabytes() {
    let long: String = (0..26_000).map(|n| paragraph(n) + "😀\u{c}\u{200b}Ａ").collect();
    assert!(long.len() > 5_000_000);
    let text = ["a\n\n", &long, " \r\n\r\nb\n", &long, "\u{3000}\nc"].concat();
    let value = escaped(&long) + "\\n\\nb\\n";
    let record = |text: &str| format!("{{\"x\":1e400,\"text\":\"{text}\",\"id\":\"q\"}}\n");
    let records = ["a\\nb", &value, "b"].map(record).concat();
    let files = files([("a.jsonl", records.as_bytes()), ("b.txt", text.as_bytes())]);
    for (repair, mode, scope) in [
        (Repair::Basic, MatchMode::Canonical, Scope::Document),
        (Repair::None, MatchMode::Exact, Scope::Corpus),
    ] {
        let mut config = config(SplitMode::Line, repair, scope);
        config.matching.mode = mode;
        check(&files, &config);
    }
}

/// Contract O5, `--ledger-text`: a run's text is cut at 16 MiB, so that memory does not depend on the length
/// of a document; together the lines hold what was removed, as it would have been written.
#[test]
fn the_text_of_a_run_is_cut() {
    const LIMIT: usize = 16 * 1024 * 1024;
    let mut config = config(SplitMode::Line, Repair::Basic, Scope::Corpus);
    config.write.ledger_text = true;
    let text: String = (0..120_000).map(|n| paragraph(n) + "\n").collect();
    assert!(text.len() > 24_000_000);
    let copy = text.replace("7：", "7：\u{7}").replace("！\n", "！\u{3000}\r\n\n");
    let run = disk::clean(&files([("a.txt", text.as_bytes()), ("b.txt", copy.as_bytes())]), &config);
    assert!(run.out == files([("a.txt", text.as_bytes())]));
    assert_eq!(run.ledger.len(), 2);
    let mut removed = String::new();
    let mut next = 0;
    for line in &run.lines() {
        assert_eq!((line.first.index, line.survivor.index, line.survivor_last), (next, next, line.last));
        let own = line.text.as_deref().expect("the text of the run");
        assert_eq!(own.lines().count() as u64, line.last + 1 - next);
        assert!(own.len() <= LIMIT);
        removed += own;
        next = line.last + 1;
    }
    assert!(removed == text && next == 120_000);
    let first = run.lines()[0].text.as_ref().map_or(0, String::len);
    assert!(first > LIMIT - PIECE, "it is cut where it must be, not before");
}
