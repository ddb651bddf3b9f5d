//! Baselines as they are written, read and damaged.

use super::*;
use crate::decide::Rule;

const SETTINGS: BaselineSettings =
    BaselineSettings { match_mode: MatchMode::Canonical, split: SplitMode::Line, repair: Repair::Basic };

/// A file with one paragraph.
fn corpus_file(path: &str, paragraph: &str) -> CorpusFile {
    let mut text = TextMark::default();
    text.add(&Fingerprint::of(paragraph.as_bytes()));
    CorpusFile { path: FileMark::of(path.as_bytes()), text }
}

fn sample() -> Baseline {
    let print = |text: &str| Fingerprint::of(text.as_bytes());
    let exact = ProblemKind::Removed(Rule::Exact);
    let file = |name: &str| FileMark::of(name.as_bytes());
    let many = (0..20).map(|n| (exact, print("many"), file(&n.to_string())));
    let problems = [
        (ProblemKind::Rejected, print("a"), file("x")),
        (exact, print("b"), file("x")),
        (exact, print("一"), file("y")),
        (ProblemKind::Emptied, print("b"), file("y")),
        (exact, print("b"), file("z")),
    ];
    let corpus = ["x", "y", "z", "w"].map(|name| corpus_file(name, name)).to_vec();
    Baseline::of(SETTINGS, problems.into_iter().chain(many), corpus)
}

#[test]
fn comes_back_as_it_was_written() {
    let baseline = sample();
    let text = baseline.to_text();
    assert_eq!(Baseline::parse(text.as_bytes(), SETTINGS), Ok(baseline.clone()));
    assert_eq!((baseline.len(), baseline.num_problems()), (5, 25));
    let empty = Baseline::of(SETTINGS, Vec::new(), Vec::new());
    assert_eq!(Baseline::parse(empty.to_text().as_bytes(), SETTINGS), Ok(empty));
}

#[test]
fn knows_which_files_are_new_or_changed() {
    let text = sample().to_text();
    let baseline = Baseline::parse(text.as_bytes(), SETTINGS).unwrap();
    for (path, paragraph, is_other) in
        [("w", "w", false), ("x", "x", false), ("v", "v", true), ("x", "w", true), ("v", "x", true)]
    {
        assert_eq!(baseline.is_other(corpus_file(path, paragraph)), is_other, "{path} {paragraph}");
    }
    // One of a very large corpus knows nothing of files.
    let old: String = text.split_inclusive('\n').filter(|line| !line.starts_with("file ")).collect();
    let (body, _) = old.split_once("end ").unwrap();
    let old = format!("{body}end 5 {}\n", Fingerprint::of(body.as_bytes()));
    let baseline = Baseline::parse(old.as_bytes(), SETTINGS).unwrap();
    assert_eq!((baseline.num_problems(), baseline.is_other(corpus_file("v", "v"))), (25, false));
}

#[test]
fn lets_pass_what_it_holds_and_no_more() {
    let baseline = sample();
    let mut allowance = baseline.allowance();
    let exact = ProblemKind::Removed(Rule::Exact);
    let mut take = |kind, text: &str| allowance.take(kind, &Fingerprint::of(text.as_bytes()));
    assert_eq!([take(exact, "b"), take(exact, "b"), take(exact, "b")], [true, true, false]);
    assert_eq!([take(ProblemKind::Emptied, "b"), take(ProblemKind::Rejected, "b")], [true, false]);
    assert!(!take(exact, "c"));
}

#[test]
fn what_stands_where_it_stood_is_let_pass_first() {
    let baseline = sample();
    let mut allowance = baseline.allowance();
    let exact = ProblemKind::Removed(Rule::Exact);
    let print = Fingerprint::of(b"b");
    let mut take = |file: &str| allowance.take_in(exact, &print, FileMark::of(file.as_bytes()));
    assert_eq!([take("new"), take("x"), take("x"), take("z"), take("z")], [false, true, false, true, false]);
    assert!(!allowance.take(exact, &print));
    assert!(!allowance.take_in(exact, &Fingerprint::of(b"many"), FileMark::of(b"1")), "too many to remember");
    assert!(allowance.take(exact, &Fingerprint::of(b"many")));
}

#[test]
fn any_damage_is_an_error() {
    let text = sample().to_text();
    for at in 0..text.len() {
        assert!(Baseline::parse(&text.as_bytes()[..at], SETTINGS).is_err(), "cut at {at}");
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            assert!(Baseline::parse(&bytes, SETTINGS).is_err(), "byte {at}, bit {bit}");
        }
    }
    let mut lines: Vec<&str> = text.lines().collect();
    lines.remove(5);
    assert!(Baseline::parse((lines.join("\n") + "\n").as_bytes(), SETTINGS).is_err(), "a line is missing");
    assert!(Baseline::parse((text + "\n").as_bytes(), SETTINGS).is_err(), "a line more");
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let text = sample().to_text();
    let loose = BaselineSettings { match_mode: MatchMode::Loose, ..SETTINGS };
    let told = |text: &str, settings| Baseline::parse(text.as_bytes(), settings).unwrap_err();
    let cases = [
        (told("", SETTINGS), 1, "not a tamis baseline"),
        (told(&text.replace("baseline 3", "baseline 4"), SETTINGS), 1, "version is \"4\""),
        (told(&text.replace("baseline 3", "baseline 2"), SETTINGS), 1, "version is \"2\""),
        (told(&text.replace("key 2", "key 1"), SETTINGS), 2, "key text has version 1"),
        (told(&text.replacen("file ", "file x", 1), SETTINGS), 6, "does not belong in a baseline"),
        (told(&text, loose), 3, "made under --match canonical, and this is --match loose"),
        (told(&text.replace("emptied", "emptyed"), SETTINGS), 13, "does not belong in a baseline"),
    ];
    for (fault, line, what) in cases {
        assert_eq!(fault.line, line, "{fault:?}");
        assert!(fault.what.contains(what), "{fault:?}");
    }
}
