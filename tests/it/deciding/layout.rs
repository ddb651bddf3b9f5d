//! Layout is no text: it is no duplicate (contract I4), and goes with the last text of its document (contract P5).

use std::fs;

use serde_json::json;
use tamis::config::{FilterConfig, SplitMode, TargetFormat};
use tamis::decide::Rule;
use tamis::report::Limits;
use tamis::store::Root;
use tamis::{Config, Gate, NoObserver};

use crate::support::disk;
use crate::support::files::{Files, write_files};
use crate::support::oracle::agree;
use crate::support::run::Run;

fn files<const N: usize>(files: [(&str, &str); N]) -> Files {
    files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).into()
}

/// Cleans, and has the run audited.
#[track_caller]
fn clean(files: &Files, config: &Config) -> Run {
    let directory = tempfile::tempdir().expect("a directory");
    let (input, out) = (directory.path().join("in"), directory.path().join("out"));
    write_files(&input, files);
    let outcome = tamis::clean(std::slice::from_ref(&input), Some(&out), config, &NoObserver).expect("a run");
    let roots = vec![Root::look(&input).expect("an input")];
    let record = directory.path().join("out.tamis");
    let audit = tamis::verify(roots, &out, &record, config, &NoObserver).expect("an audit");
    assert!(audit.is_clean(), "{:?}", audit.differences);
    Run::of(disk::read_files(&out), disk::read_files(&record), outcome.summary)
}

/// First and last paragraph, and text, of each line of the ledger about layout of a document.
fn layouts(run: &Run, path: &str) -> Vec<(u64, u64, String)> {
    let lines = run.layouts().into_iter().filter(|line| line.first.path == path);
    lines.map(|line| (line.first.index, line.last, line.text)).collect()
}

/// Contract P5: a document that lost text, and of which only layout is left, is emptied.
#[test]
fn layout_goes_with_the_last_text_of_its_document() {
    let config = Config::default();
    let files = files([
        ("a.txt", "今天下雨。\n* * *\n明天晴。\n"),
        ("b.txt", "* * *\n\n今天下雨。\n-----\n――――\n\n明天晴。\n"),
        ("c.txt", "* * *\n今天下雨。\n后天多云。\n"),
        ("d.txt", "-----\n-----\n"),
        (
            "e.jsonl",
            "{\"id\":7,\"text\":\"***\\n明天晴。\\n***\"}\n{\"text\":\"***\\n***\"}\n{\"text\":\"！\\n新\"}\n",
        ),
    ]);
    let run = clean(&files, &config);
    agree::check(&files, &config).expect("the crate does what the contract says");
    assert_eq!(run.names(), ["a.txt", "c.txt", "d.txt", "e.jsonl"]);
    assert_eq!(run.text("c.txt"), "* * *\n后天多云。\n", "text of it stays");
    assert_eq!(run.text("d.txt"), "-----\n-----\n", "nothing of it is removed");
    let rules: Vec<_> =
        run.ledger.iter().map(|line| (&line["path"], &line["rule"], &line["first"])).collect();
    let expected = [
        ("b.txt", "layout", 0),
        ("b.txt", "exact", 1),
        ("b.txt", "layout", 2),
        ("b.txt", "exact", 4),
        ("c.txt", "exact", 1),
        ("e.jsonl", "layout", 0),
        ("e.jsonl", "exact", 1),
        ("e.jsonl", "layout", 2),
    ];
    let expected = expected.map(|(path, rule, first)| (json!(path), json!(rule), json!(first)));
    assert_eq!(rules, expected.iter().map(|(path, rule, first)| (path, rule, first)).collect::<Vec<_>>());
    assert_eq!(layouts(&run, "b.txt"), [(0, 0, "* * *\n".to_owned()), (2, 3, "-----\n――――\n".to_owned())]);
    assert_eq!(run.summary.paragraphs.removed["layout"], 5);
    assert_eq!((run.summary.documents.kept, run.summary.documents.emptied), (5, 2));
    assert!(run.summary.documents.removed.is_empty(), "no rule about documents removed any");
}

/// Contract I4: `--min-chars` counts letters, marks, numbers and emoji; under 0 nothing is layout.
#[test]
fn only_text_is_compared() {
    let with = |min_chars| {
        let mut config = Config::default();
        config.matching.min_chars = min_chars;
        config
    };
    let text = "|---|\n|---|\n```\n```\n……\n……\n👍\n👍\n1\n1\na!!!\na!!!\nab\nab\n";
    for (min_chars, expected) in [
        (0, "|---|\n```\n……\n👍\n1\na!!!\nab\n"),
        (1, "|---|\n|---|\n```\n```\n……\n……\n👍\n1\na!!!\nab\n"),
        (2, "|---|\n|---|\n```\n```\n……\n……\n👍\n👍\n1\n1\na!!!\na!!!\nab\n"),
        (3, text),
    ] {
        let run = clean(&files([("x.txt", text)]), &with(min_chars));
        assert_eq!(run.text("x.txt"), expected, "{min_chars}");
    }
    let run = clean(&files([("a.txt", "a\n---\n"), ("b.txt", "a\n---\n+++\n")]), &with(0));
    assert_eq!(run.text("b.txt"), "+++\n", "what is compared is text");
    assert!(run.layouts().is_empty());
}

/// Long texts: `begin` before what `middle` makes of 40,000 lines, and `end` behind.
fn long(begin: &str, middle: impl Fn(usize) -> String, end: &str) -> String {
    begin.to_owned() + &(0..40_000).map(middle).collect::<String>() + end
}

/// A corpus of texts that are read in pieces, in which it shows at the end only whether layout stays.
fn long_texts() -> Files {
    let line = |n: usize| format!("第{n}条：今天下雨。\n");
    let with_rules = |n: usize| if n.is_multiple_of(1000) { format!("---\n\n{}", line(n)) } else { line(n) };
    let text = [
        ("0-first.txt", long("", line, "")),
        ("1-emptied.txt", long("***\n", with_rules, "\n===\n")),
        ("2-kept-at-the-end.txt", long("***\n", with_rules, "\n===\n新的一行。\n")),
        ("3-no-layout.txt", long("", line, "")),
        ("4-layout-only.txt", long("", |_| "- - - - - - - - - -\n".to_owned(), "")),
        ("5-one-long-line.txt", format!("第1条：今天下雨。\n{}\n", "-".repeat(3_000_000))),
        ("6-kept-at-the-start.txt", long("又一行。\n***\n", with_rules, "===\n")),
    ];
    text.into_iter().map(|(path, text)| (path.to_owned(), text.into_bytes())).collect()
}

/// Contract P5, promise "same bytes": what becomes of layout shows with the last piece of a long text, and a run of any
/// kind leaves the same.
#[test]
fn layout_of_a_long_text_waits_for_its_end() {
    let files = long_texts();
    let base = Config { threads: 1, ..Config::default() };
    let run = clean(&files, &base);
    agree::check(&files, &base).expect("the crate does what the contract says");
    assert_eq!(
        run.names(),
        ["0-first.txt", "2-kept-at-the-end.txt", "4-layout-only.txt", "6-kept-at-the-start.txt"]
    );
    let kept = run.text("2-kept-at-the-end.txt");
    assert!(kept.starts_with("***\n---\n\n---\n\n") && kept.ends_with("---\n\n===\n新的一行。\n"), "{kept}");
    assert_eq!(kept.lines().filter(|line| *line == "---").count(), 40);
    assert_eq!(layouts(&run, "1-emptied.txt").len(), 41 + 1 - 1, "the first two stand side by side");
    assert_eq!(run.summary.paragraphs.removed["layout"], 42 + 1);
    for (name, other) in [
        ("threads", Config { threads: 3, ..base.clone() }),
        ("memory", Config { memory: Some(0), ..base.clone() }),
    ] {
        assert!(clean(&files, &other) == run, "{name}");
    }
}

/// The forms that `--to` asks for hold what is mirrored otherwise.
#[test]
fn layout_goes_in_other_forms_too() {
    let files = long_texts();
    let mut config = Config::default();
    config.write.to = Some(TargetFormat::Jsonl);
    let run = clean(&files, &config);
    let mirrored = clean(&files, &Config::default());
    let lines = run.out.values().flat_map(|shard| shard.split(|&byte| byte == b'\n'));
    let documents = lines.filter(|line| !line.is_empty());
    let texts: Files = documents
        .map(|line| {
            let document: serde_json::Value = serde_json::from_slice(line).expect("JSON");
            let field = |name: &str| document[name].as_str().expect("a string").to_owned();
            (field("path"), field("text").into_bytes())
        })
        .collect();
    assert_eq!(texts, mirrored.out);
    assert_eq!(run.record["removed.jsonl.zst"], mirrored.record["removed.jsonl.zst"]);
}

/// Contract C2: filters judge what is left, and of a document without text nothing is.
#[test]
fn layout_that_goes_is_not_measured() {
    let mut config = Config::default();
    config.decide.filters = FilterConfig { min_document_chars: Some(10), ..FilterConfig::default() };
    let mut files = long_texts();
    files.retain(|path, _| path.starts_with(['0', '1', '4']));
    files.insert("9.txt".to_owned(), "---\n第1条：今天下雨。\n".into());
    let run = clean(&files, &config);
    assert_eq!(run.names(), ["0-first.txt", "4-layout-only.txt"]);
    assert!(run.ledger.iter().all(|line| line["rule"] != Rule::ShortDocument.name()));
}

/// Contract I4, P5: a check finds what a run does, and layout breaks no limit.
#[test]
fn a_check_does_not_count_layout() {
    let directory = tempfile::tempdir().expect("a directory");
    let files = files([
        ("a.txt", "今天下雨。\n---\n---\n"),
        ("b.txt", "---\n今天下雨。\n----------------------------------------\n"),
        ("c.txt", "---\n***\n"),
    ]);
    write_files(directory.path(), &files);
    let check = |config: &Config, limits: Limits| {
        let roots = vec![Root::look(directory.path()).expect("an input")];
        tamis::check(roots, config, Gate { limits, ..Gate::default() }, &NoObserver).expect("a check").report
    };
    let all = Limits {
        duplicate_ratio: "0.2".parse().ok(),
        duplicates: Some(1),
        emptied: Some(1),
        rejected: Some(0),
        near_duplicates: Some(0),
        contaminated: Some(0),
        masked: Some(0),
    };
    let report = check(&Config::default(), all);
    assert!(report.has_passed(), "{:?}", report.limits);
    let found: Vec<_> = report.found().map(|(kind, number)| (kind.name(), number)).collect();
    assert_eq!(found, [("exact", 1), ("layout", 2), ("emptied", 1)], "it says what would go");
    assert_eq!(report.summary.paragraphs.removed["layout"], 2);
    let run = clean(&files, &Config::default());
    assert_eq!(run.summary.paragraphs, report.summary.paragraphs);
    assert!(!check(&Config::default(), Limits { duplicates: Some(0), ..Limits::default() }).has_passed());
    // A tree whose files share nothing but layout passes every limit.
    fs::remove_file(directory.path().join("b.txt")).expect("a file");
    let report = check(&Config::default(), Limits { duplicates: Some(0), emptied: Some(0), ..all });
    assert!(report.has_passed() && report.total() == 0, "{:?}", report.limits);
}

/// A check holds long texts back in its own way, and counts as a run does.
#[test]
fn a_check_of_long_texts_counts_as_a_run_does() {
    let directory = tempfile::tempdir().expect("a directory");
    let files = long_texts();
    write_files(directory.path(), &files);
    let roots = vec![Root::look(directory.path()).expect("an input")];
    let report =
        tamis::check(roots, &Config::default(), Gate::default(), &NoObserver).expect("a check").report;
    let run = clean(&files, &Config::default());
    assert_eq!(report.summary.paragraphs, run.summary.paragraphs);
    assert_eq!(report.summary.documents, run.summary.documents);
    assert_eq!(report.summary.lengths, run.summary.lengths);
    let layout = report.found().find(|(kind, _)| kind.name() == "layout").map(|(_, number)| number);
    assert_eq!(layout, Some(run.layouts().len() as u64), "a problem for each stretch");
}

/// Other ways of splitting have layout too.
#[test]
fn layout_is_what_a_paragraph_is() {
    for (split, text, expected) in [
        (SplitMode::Block, "a\n\n---\n***\n\na\n", "a\n\n---\n***\n"),
        (SplitMode::Sentence, "……！ 好。 ……！ 好。\n", "……！\n好。\n……！\n"),
    ] {
        let mut config = Config::default();
        config.split.split = split;
        let run = clean(&files([("x.txt", text)]), &config);
        assert_eq!(run.text("x.txt"), expected, "{split:?}");
    }
}
