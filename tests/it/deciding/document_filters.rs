//! Filters drop a document by what is left of it, and what it kept others from is given back (contract C1, C2).

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test: it writes inputs, and fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use tamis::account::{LedgerLine, LedgerReader, RawJson};
use tamis::config::{
    DecideConfig, FilterConfig, Limit, NearConfig, NearUnits, RecoveryConfig, Scope, Share, SplitMode,
};
use tamis::decide::Rule;
use tamis::report::Limits;
use tamis::store::Root;
use tamis::{Config, Error, Gate, NoObserver, Observer, Summary};

use crate::support::lines::lines;

/// A configuration under which documents of fewer characters go.
fn config(min_document_chars: u64) -> Config {
    let filters = FilterConfig { min_document_chars: Some(min_document_chars), ..FilterConfig::default() };
    Config { decide: DecideConfig { filters, ..DecideConfig::default() }, ..Config::default() }
}

/// A configuration under which documents go of which fewer hundredths of their text are left.
fn stubs(hundredths: u16) -> Config {
    let min_kept_share = Limit::AtLeast(Share::hundredths(hundredths));
    let filters = FilterConfig { min_kept_share, ..FilterConfig::default() };
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
    for (config, rule, num_dropped) in [
        // Two of three records have a line of their own that is short, and another that stands in the first of them.
        (config(20), Rule::ShortDocument, 2000 + 1),
        (stubs(60), Rule::Stub, 1999 + 1),
    ] {
        let base = Config { threads: 1, ..config };
        let left = clean(&files, &base);
        assert!(!left.out.contains_key("1-long-copy.txt"), "two characters are left of it");
        assert!(left.out["2-longer.txt"].starts_with("第9000条"));
        assert_eq!(removed(&left.summary, rule).1, num_dropped, "{rule:?}");
        for (name, other) in [
            ("threads", Config { threads: 4, ..base.clone() }),
            ("memory", Config { memory: Some(2 * 1024 * 1024), ..base.clone() }),
            ("less memory", Config { memory: Some(0), threads: 2, ..base.clone() }),
        ] {
            let again = clean(&files, &other);
            assert_eq!(
                (again.out, again.summary),
                (left.out.clone(), left.summary.clone()),
                "{rule:?} {name}"
            );
            assert!(again.ledger == left.ledger, "{rule:?} {name}: the ledger");
        }
    }
}

/// Cuts a run short when it is asked for the nth time.
struct Cut(AtomicU64);

impl Observer for Cut {
    fn is_cancelled(&self) -> bool {
        self.0.fetch_sub(1, Ordering::Relaxed) == 0
    }
}

#[test]
fn a_resumed_run_drops_the_same() {
    let sandbox = tempfile::tempdir().unwrap();
    let (dump, out) = (sandbox.path().join("dump"), sandbox.path().join("out"));
    fs::create_dir(&dump).unwrap();
    let article = |n: usize| lines(40, |line| format!("{n}-{line}：{LONG}"));
    for n in 0..120 {
        fs::write(dump.join(format!("{n:03}.txt")), format!("{}记者第{n}号\n", article(n / 2))).unwrap();
    }
    let recovery = RecoveryConfig { resume: true, spill_dir: None, seal_every: Some(60_000) };
    let mut config = Config { threads: 2, memory: Some(300_000), recovery, ..stubs(20) };
    config.write.force = true;
    let run = |observer: &Cut| tamis::clean(std::slice::from_ref(&dump), Some(&out), &config, observer);
    let record = || fs::read(sandbox.path().join("out.tamis/removed.jsonl.zst")).unwrap();
    let counter = Cut(AtomicU64::new(u64::MAX));
    let summary = run(&counter).unwrap().summary;
    let num_asked = u64::MAX - counter.0.into_inner();
    assert_eq!(removed(&summary, Rule::Stub), (41 * 60, 60), "of every second file the by-line alone is new");
    let expected = (read(&out), record());
    let mut num_resumed = 0;
    for back in [10, 5, 3, 2] {
        fs::remove_dir_all(&out).unwrap();
        let cut = run(&Cut(AtomicU64::new(num_asked - back)));
        assert!(matches!(cut, Err(Error::Interrupted)), "{back}: {cut:?}");
        num_resumed += u64::from(sandbox.path().join("out.tamis-partial/journal").exists());
        assert_eq!(run(&Cut(AtomicU64::new(u64::MAX))).unwrap().summary, summary, "{back}");
        assert!((read(&out), record()) == expected, "{back}");
    }
    assert!(num_resumed > 0, "nothing was left to go on from");
}

/// What is told of a dropped document.
type Told<'a> = (&'a str, Option<u64>, Rule, Option<&'a str>);

/// The lines of a ledger in short, with the evidence of filters.
fn told(left: &Left) -> Vec<Told<'_>> {
    left.lines
        .iter()
        .map(|line| (&*line.path, line.record, line.rule, line.evidence.as_ref().map(RawJson::json)))
        .collect()
}

#[test]
fn a_document_of_which_only_a_by_line_is_new_goes_as_a_whole() {
    let english = "The museum opens its new wing on Friday morning.\nTickets are sold at the door.\n";
    let record = |id: u64, text: &str| format!("{}\n", serde_json::json!({ "id": id, "text": text }));
    let files = [
        ("a.txt", format!("{LONG}\n{SHARED}\n记者陈海\n")),
        // Layout counts on neither side: four characters are left, not forty-four.
        ("b.txt", format!("晚报李文\n{}\n{LONG}\n{SHARED}\n", "-".repeat(40))),
        ("c.jsonl", record(1, &format!("{english}By Ann Lee")) + &record(2, &format!("{english}By Joe Roe"))),
        // As short, but all of it is new.
        ("d.txt", "晚报静静\n".to_owned()),
        // More than a fifth is its own.
        ("e.txt", format!("{LONG}\n{SHARED}\n渔港今早恢复通航，三艘渡轮按时离开码头。\n")),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let left = clean(&files, &stubs(20));
    assert_eq!(left.out.keys().collect::<Vec<_>>(), ["a.txt", "c.jsonl", "d.txt", "e.txt"]);
    assert_eq!(left.out["c.jsonl"].lines().count(), 1);
    assert_eq!(left.out["e.txt"], "渔港今早恢复通航，三艘渡轮按时离开码头。\n");
    let chinese = "{\"chars\":4,\"of\":40,\"min_share\":0.2}";
    let in_english = "{\"chars\":8,\"of\":72,\"min_share\":0.2}";
    assert_eq!(
        told(&left),
        [
            ("b.txt", None, Rule::Stub, Some(chinese)),
            ("c.jsonl", Some(1), Rule::Stub, Some(in_english)),
            ("e.txt", None, Rule::Exact, None),
        ]
    );
    let text = |number: usize| left.lines[number].text.as_deref();
    assert_eq!(text(0), Some(files[1].1), "the ledger has all of it");
    assert_eq!(text(1), Some(format!("{english}By Joe Roe\n").as_str()));
    assert!(left.lines[..2].iter().all(|line| line.survivor.is_none()));
    assert_eq!(removed(&left.summary, Rule::Stub), (4 + 3, 2));
    assert_eq!((left.summary.documents.kept, left.summary.documents.emptied), (4, 2));
    assert_eq!(clean(&files, &Config::default()).out.len(), 5, "nothing of the kind unless it is asked for");
}

#[test]
fn what_a_stub_held_first_is_kept_at_its_next_copy() {
    let files = [
        ("a.txt", format!("{LONG}\n{SHARED}\n")),
        ("b.txt", format!("{LONG}\n渡轮停航\n")),
        ("c.txt", format!("渡轮停航\n{LONG}尾声\n")),
        ("d.txt", "渡轮停航\n渔港今早恢复通航，三艘渡轮按时离开码头。\n".to_owned()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let left = clean(&files, &stubs(20));
    assert_eq!(left.out["c.txt"], files[2].1, "its first line stood in the stub alone");
    let survivors: Vec<_> =
        left.lines.iter().map(|line| line.survivor.as_ref().map(|place| &*place.path)).collect();
    assert_eq!(survivors, [None, Some("c.txt")]);
}

/// A copy of a stub has nothing left when it is judged; what the stub held alone is given back to it then.
#[test]
fn a_copy_of_a_stub_gets_its_own_text() {
    let stub = format!("{LONG}\n记者陈海\n");
    let files = [("a.txt", format!("{LONG}\n{SHARED}\n")), ("b.txt", stub.clone()), ("c.txt", stub)];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let left = clean(&files, &stubs(20));
    assert_eq!(left.out.keys().collect::<Vec<_>>(), ["a.txt", "c.txt"]);
    assert_eq!(left.out["c.txt"], "记者陈海\n");
    assert_eq!((removed(&left.summary, Rule::Stub).1, left.summary.documents.stubs), (1, 1));
}

/// What went for a stub as its near-duplicate is given back, and is not judged again.
#[test]
fn near_duplicates_of_a_stub_are_given_back() {
    let line =
        |n: usize| format!("第{n}条：{}{LONG}\n", ["渔港", "机场", "车站", "码头", "桥梁"][n % 5].repeat(3));
    let lines = |from: usize, to: usize| (from..to).map(line).collect::<Vec<_>>().concat();
    let tail = |n: usize| format!("{}：{}\n", "另一版的编辑按语".repeat(4), n);
    // Each line of `d` stands in one of three articles that are not alike.
    let articles = [0, 4, 8].map(|from| lines(from, from + 4) + &tail(from).repeat(3).replace('版', "家"));
    let stub = lines(0, 12) + "记者陈海\n";
    let edited = stub.replace("第5条", "第五条").replace("陈海", "陈海文");
    let files = [
        ("a.txt", &*articles[0]),
        ("b.txt", &*articles[1]),
        ("c.txt", &*articles[2]),
        ("d.txt", &*stub),
        ("e.txt", &*edited),
    ];
    let with = |mut config: Config| {
        config.decide.near = NearConfig { units: Some(NearUnits::Documents), ..NearConfig::default() };
        config.split.split = SplitMode::Line;
        let left = clean(&files, &config);
        let lines = left.lines.iter().filter(|line| line.rule.is_of_documents());
        let gone: Vec<_> = lines.map(|line| (line.path.to_string(), line.rule)).collect();
        (gone, left.out.get("e.txt").cloned())
    };
    assert_eq!(with(Config::default()), (vec![("e.txt".to_owned(), Rule::NearDocument)], None));
    let (gone, given_back) = with(stubs(20));
    assert_eq!(gone, [("d.txt".to_owned(), Rule::Stub)]);
    assert_eq!(given_back, Some(line(5).replace("第5条", "第五条") + "记者陈海文\n"));
}

/// A text that only repeats itself has all its text, also where copies stand in other pieces than the first.
#[test]
fn what_a_document_repeats_of_itself_is_no_loss() {
    let chant = lines(40, |n| format!("第{n}节：{LONG}"));
    let (long, short) = (chant.repeat(200), "一二三四。\n".repeat(20));
    let others = "别处。\n".repeat(20) + &chant;
    let left = clean(&[("a.txt", &long), ("b.txt", &short), ("c.txt", &others)], &stubs(90));
    assert_eq!(left.out.keys().collect::<Vec<_>>(), ["a.txt", "b.txt"]);
    assert_eq!(left.out["b.txt"], "一二三四。\n");
    let evidence = left.lines.iter().find(|line| line.rule == Rule::Stub).unwrap().evidence.as_ref().unwrap();
    let num_chars = chant.chars().filter(|c| !c.is_whitespace()).count() + 3;
    assert_eq!(evidence.json(), format!("{{\"chars\":3,\"of\":{num_chars},\"min_share\":0.9}}"));
    let mut in_documents = stubs(90);
    in_documents.decide.scope = Scope::Document;
    assert_eq!(clean(&[("a.txt", &short), ("b.txt", &short)], &in_documents).out.len(), 2);
}

#[test]
fn a_stub_is_kept_by_hand() {
    let text = format!("{LONG}\n{SHARED}\n记者陈海\n");
    let files =
        [("a.txt", &*text), ("b.txt", &*text.replace('海', "文")), ("c.txt", &*text.replace('海', "静"))];
    let mut config = stubs(20);
    config.decide.keep_places = vec!["b.txt:2".to_owned()];
    let left = clean(&files, &config);
    assert_eq!(left.out.keys().collect::<Vec<_>>(), ["a.txt", "b.txt"]);
    assert_eq!(left.out["b.txt"], files[1].1, "a document that a rule removes as a whole is kept as a whole");
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
    fs::write(sandbox.path().join("c.txt"), format!("{LONG}\n新闻\n")).unwrap();
    let summary = check(&stubs(20));
    assert_eq!((removed(&summary, Rule::Stub), removed(&summary, Rule::Exact).0), ((2, 1), 1));
}

#[test]
fn a_summary_says_which_filters_were_on() {
    let left = clean(&[("a.txt", LONG)], &config(3));
    assert!(left.summary.to_json().contains("\"min_doc_chars\": 3"), "{}", left.summary.to_json());
    let without = clean(&[("a.txt", LONG)], &Config::default());
    assert!(!without.summary.to_json().contains("filters"));
}
