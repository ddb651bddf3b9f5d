//! Filters drop a document by what is left of it, and what it kept others from is given back (contract C1, C2).

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test: it writes inputs, and fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tamis::account::{LedgerLine, LedgerReader};
use tamis::config::{DecideConfig, FilterConfig, NearConfig, NearUnits};
use tamis::decide::Rule;
use tamis::report::Limits;
use tamis::store::Root;
use tamis::{Config, Gate, NoObserver, Summary};

/// A configuration under which documents of fewer characters go.
fn config(min_document_chars: u64) -> Config {
    let filters = FilterConfig { min_document_chars: Some(min_document_chars), ..FilterConfig::default() };
    Config { decide: DecideConfig { filters, ..DecideConfig::default() }, ..Config::default() }
}

/// The outcome of a run: OUT by path, the ledger's bytes and lines, and the counts.
struct Left {
    out: BTreeMap<String, String>,
    ledger: Vec<u8>,
    lines: Vec<LedgerLine<'static>>,
    summary: Summary,
}

/// Cleans files on disk.
fn clean(files: &[(&str, &str)], config: &Config) -> Left {
    let sandbox = tempfile::tempdir().unwrap();
    let (dump, out) = (sandbox.path().join("dump"), sandbox.path().join("out"));
    for (name, content) in files {
        let path = dump.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let outcome = tamis::clean(std::slice::from_ref(&dump), Some(&out), config, &NoObserver).unwrap();
    let audit = tamis::verify(
        vec![Root::look(&dump).unwrap()],
        &out,
        &sandbox.path().join("out.tamis"),
        config,
        &NoObserver,
    );
    let audit = audit.unwrap();
    assert!(audit.is_clean(), "{:?}", audit.differences);
    let ledger = fs::read(sandbox.path().join("out.tamis/removed.jsonl.zst")).unwrap();
    let lines = LedgerReader::new("removed.jsonl.zst", &*ledger).unwrap().map(Result::unwrap).collect();
    Left { out: read(&out), ledger, lines, summary: outcome.summary }
}

/// The paragraphs and the documents that a rule removed.
fn removed(summary: &Summary, rule: Rule) -> (u64, u64) {
    let of = |removed: &BTreeMap<String, u64>| removed.get(rule.name()).copied().unwrap_or_default();
    (of(&summary.paragraphs.removed), of(&summary.documents.removed))
}

fn read(directory: &Path) -> BTreeMap<String, String> {
    let entries = walkdir::WalkDir::new(directory).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    let name = |path: &Path| path.strip_prefix(directory).unwrap().to_str().unwrap().to_owned();
    files.map(|entry| (name(entry.path()), fs::read_to_string(entry.path()).unwrap())).collect()
}

const SHARED: &str = "今天下雨了。";
const LONG: &str = "气象台预计明天上午雨势减弱，下午转多云，市民出行请带好雨具。";

#[test]
fn what_a_dropped_document_held_is_kept_at_its_next_copy() {
    let files = [
        ("a.txt", format!("{SHARED}\n")),
        // Short as well while the first copy of the paragraph stands in `a.txt`; it is not judged again.
        ("b.txt", format!("{SHARED}\n明天多云。\n")),
        ("c.txt", format!("{SHARED}\n{LONG}\n")),
        ("d.txt", format!("{SHARED}\n{LONG}{LONG}\n")),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let left = clean(&files, &config(10));
    let kept = [("c.txt", format!("{SHARED}\n{LONG}\n")), ("d.txt", format!("{LONG}{LONG}\n"))];
    assert_eq!(left.out, kept.into_iter().map(|(name, text)| (name.to_owned(), text)).collect());
    let lines: Vec<_> = left
        .lines
        .iter()
        .map(|line| (&*line.path, line.rule, line.survivor.as_ref().map(|place| &*place.path)))
        .collect();
    assert_eq!(
        lines,
        [
            ("a.txt", Rule::ShortDocument, None),
            ("b.txt", Rule::ShortDocument, None),
            ("d.txt", Rule::Exact, Some("c.txt")),
        ]
    );
    let text = format!("{SHARED}\n");
    assert_eq!(left.lines[0].text.as_ref(), Some(&text), "the removed text stands nowhere else");
    let evidence = left.lines[1].evidence.as_ref().unwrap().json().to_owned();
    assert_eq!(evidence, r#"{"chars":5,"min_chars":10}"#, "what the copy in `a.txt` left of it");
    assert_eq!((left.summary.documents.kept, left.summary.documents.emptied), (2, 2));
    assert_eq!(removed(&left.summary, Rule::ShortDocument), (3, 2));
}

#[test]
fn what_went_for_a_dropped_document_is_given_back() {
    let text = |last: &str| format!("{LONG}\n渔港今早恢复通航，三艘渡轮按时离开码头。\n{last}\n");
    let (a, b, c) = (text("记者陈海"), text("记者陈海文"), text("记者陈海文静报道"));
    let files = [("a.txt", &*a), ("b.txt", &*b), ("c.txt", &*c)];
    let near = NearConfig { units: Some(NearUnits::Documents), ..NearConfig::default() };
    let with = |min_document_chars| {
        let filters = FilterConfig { min_document_chars, ..FilterConfig::default() };
        Config {
            decide: DecideConfig { near: near.clone(), filters, ..DecideConfig::default() },
            ..Config::default()
        }
    };
    let kept = |left: &Left| left.out.keys().cloned().collect::<Vec<_>>();
    let all = clean(&files, &with(None));
    assert_eq!(kept(&all), ["a.txt"], "they are near-duplicates");
    let num_chars = a.chars().filter(|c| !c.is_whitespace()).count() as u64;
    let filtered = clean(&files, &with(Some(num_chars + 1)));
    assert_eq!(kept(&filtered), ["b.txt"]);
    let rules: Vec<Rule> = filtered.lines.iter().map(|line| line.rule).collect();
    assert_eq!(rules, [Rule::ShortDocument, Rule::NearDocument]);
    assert_eq!(filtered.lines[1].survivor.as_ref().unwrap().path, "b.txt");
}

/// Texts of several pieces, records, and what stands in both.
fn many() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let line = |n| format!("第{n}条：{LONG}\n");
    let lines = |from: usize, to: usize| (from..to).map(line).collect::<Vec<_>>().concat();
    files.push(("0-long.txt".to_owned(), lines(0, 9000)));
    files.push(("1-long-copy.txt".to_owned(), lines(5, 9000) + "尾声\n"));
    files.push(("2-longer.txt".to_owned(), lines(4000, 20_000)));
    let record = |n: usize| {
        let text =
            if n.is_multiple_of(3) { format!("第{n}条：{LONG}") } else { format!("短讯{n}\\n{SHARED}") };
        format!("{{\"id\":{n},\"text\":\"{text}\"}}\n")
    };
    files.push(("3-records.jsonl".to_owned(), (0..3000).map(record).collect()));
    files
}

#[test]
fn the_same_bytes_however_a_run_goes() {
    let files = many();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let base = Config { threads: 1, ..config(20) };
    let left = clean(&files, &base);
    assert!(!left.out.contains_key("1-long-copy.txt"), "two characters are left of it");
    assert!(left.out["2-longer.txt"].starts_with("第9000条"));
    assert_eq!(removed(&left.summary, Rule::ShortDocument).1, 2000 + 1);
    for (name, other) in [
        ("threads", Config { threads: 4, ..base.clone() }),
        ("memory", Config { memory: Some(2 * 1024 * 1024), ..base.clone() }),
    ] {
        let again = clean(&files, &other);
        assert_eq!((again.out, again.summary), (left.out.clone(), left.summary.clone()), "{name}");
        assert!(again.ledger == left.ledger, "{name}: the ledger");
    }
}

#[test]
fn a_check_finds_what_a_run_drops() {
    let sandbox = tempfile::tempdir().unwrap();
    fs::write(sandbox.path().join("a.txt"), SHARED).unwrap();
    fs::write(sandbox.path().join("b.txt"), format!("{SHARED}\n{LONG}\n")).unwrap();
    let roots = || vec![Root::look(sandbox.path()).unwrap()];
    let check = |config: &Config| {
        let gate = Gate { limits: Limits { duplicates: Some(0), ..Limits::default() }, ..Gate::default() };
        tamis::check(roots(), config, gate, &NoObserver).unwrap().report.summary
    };
    let summary = check(&config(10));
    assert_eq!((removed(&summary, Rule::ShortDocument), removed(&summary, Rule::Exact).0), ((1, 1), 0));
    assert_eq!(removed(&check(&Config::default()), Rule::Exact).0, 1);
}

#[test]
fn a_summary_says_which_filters_were_on() {
    let left = clean(&[("a.txt", LONG)], &config(3));
    assert!(left.summary.to_json().contains("\"min_doc_chars\": 3"), "{}", left.summary.to_json());
    let without = clean(&[("a.txt", LONG)], &Config::default());
    assert!(!without.summary.to_json().contains("filters"));
}
