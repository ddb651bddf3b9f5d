//! `--quality` drops a document for what a profile finds in what is left of it (contract C1, C5).

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test: it writes inputs, and fails by panicking"
)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use tamis::account::{LedgerReader, RawJson};
use tamis::config::{DecideConfig, FilterConfig, QualityProfile};
use tamis::decide::Rule;
use tamis::store::Root;
use tamis::{Config, NoObserver, Summary};

use crate::support::lines::lines;

/// A configuration under which this profile is asked.
fn config(quality: QualityProfile) -> Config {
    let filters = FilterConfig { quality, ..FilterConfig::default() };
    Config { decide: DecideConfig { filters, ..DecideConfig::default() }, ..Config::default() }
}

/// The outcome of a run: OUT by path, the ledger's bytes, who went with which evidence, and the counts.
#[derive(Debug, PartialEq)]
struct Left {
    out: BTreeMap<String, String>,
    ledger: Vec<u8>,
    dropped: Vec<(String, Option<u64>, String)>,
    summary: Summary,
}

/// Cleans files on disk, and audits the run.
fn clean(files: &[(String, String)], config: &Config) -> Left {
    let sandbox = tempfile::tempdir().unwrap();
    let (dump, out) = (sandbox.path().join("dump"), sandbox.path().join("out"));
    let record = sandbox.path().join("out.tamis");
    fs::create_dir(&dump).unwrap();
    for (name, content) in files {
        fs::write(dump.join(name), content).unwrap();
    }
    let summary = tamis::clean(std::slice::from_ref(&dump), Some(&out), config, &NoObserver).unwrap().summary;
    let audit = tamis::verify(vec![Root::look(&dump).unwrap()], &out, &record, config, &NoObserver).unwrap();
    assert!(audit.is_clean(), "{:?}", audit.differences);
    let ledger = fs::read(record.join("removed.jsonl.zst")).unwrap();
    let lines = LedgerReader::new("removed.jsonl.zst", &*ledger).unwrap().map(Result::unwrap);
    let dropped = lines
        .filter(|line| line.rule == Rule::Quality)
        .map(|line| {
            let evidence = line.evidence.as_ref().map(RawJson::json).unwrap_or_default();
            (line.path.to_string(), line.record, evidence.to_owned())
        })
        .collect();
    Left { out: read(&out), ledger, dropped, summary }
}

/// The files of a directory, by name.
fn read(out: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(out).unwrap().map(Result::unwrap);
    let text = |path: &Path| fs::read_to_string(path).unwrap();
    entries.map(|entry| (entry.file_name().into_string().unwrap(), text(&entry.path()))).collect()
}

const BULLETIN: &str = "本市明天多云转晴，北风三级，最高气温八度。";
const MISSING: &str = "很抱歉，您要访问的页面不存在！\n返回首页\n";

fn files<const N: usize>(files: [(&str, String); N]) -> Vec<(String, String)> {
    files.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}

#[test]
fn copies_do_not_come_back() {
    // A copy, one that says the same twice, one with a heading before it, and one of half of it beside an article.
    let mixed = format!("返回首页\n{BULLETIN}市民出门请带好衣物，过江的渡轮照常开行。\n");
    let files = files([
        ("a.txt", MISSING.to_owned()),
        ("b.txt", MISSING.to_owned()),
        ("c.txt", MISSING.repeat(2)),
        ("d.txt", mixed.clone()),
        ("e.txt", mixed.clone()),
    ]);
    let left = clean(&files, &config(QualityProfile::News));
    assert_eq!(left.out, BTreeMap::from([("d.txt".to_owned(), mixed)]));
    let dropped: Vec<&str> = left.dropped.iter().map(|(path, ..)| path.as_str()).collect();
    assert_eq!(dropped, ["a.txt", "b.txt", "c.txt"]);
}

/// What is left is judged, whatever stood before it; and a copy of what says things twice goes as its first one did.
#[test]
fn what_went_is_not_judged_with_what_is_left() {
    let links = "首页\n登录\n注册\n国内\n国际\n社会\n评论\n财经\n科技\n";
    let files_with_layout =
        files([("a.txt", links.to_owned()), ("b.txt", format!("{links}-----\n{BULLETIN}\n"))]);
    let left = clean(&files_with_layout, &config(QualityProfile::News));
    assert_eq!(left.out.keys().collect::<Vec<_>>(), ["b.txt"]);
    let again = "今天北京下了一场大雨。\n".repeat(5);
    let left = clean(&files([("a.txt", again.clone()), ("b.txt", again)]), &config(QualityProfile::C4));
    assert_eq!(left.out, BTreeMap::new());
}

#[test]
fn long_copies_come_in_pieces() {
    // More than a piece: all of it goes, its second half does, or its first.
    let lines = |from: usize, num: usize, line: &dyn Fn(usize) -> String| -> String {
        (from..from + num).map(line).collect()
    };
    let links = |from: usize| format!("-----\n{}", lines(from, 9000, &|n| format!("专题报道第{n}页\n")));
    let prose = |from: usize| lines(from, 3000, &|n| format!("第{n}天，{BULLETIN}\n"));
    let files = files([
        ("a.txt", links(0)),
        ("b.txt", links(0)),
        ("c.txt", format!("{}{}", links(0), prose(0))),
        ("d.txt", format!("{}{}", prose(0), links(20_000))),
    ]);
    let left = clean(&files, &config(QualityProfile::News));
    let dropped: Vec<&str> = left.dropped.iter().map(|(path, ..)| path.as_str()).collect();
    assert_eq!(dropped, ["a.txt", "b.txt", "d.txt"]);
    assert_eq!(left.out.keys().collect::<Vec<_>>(), ["c.txt"]);
    for threads in [1, 3] {
        let config = Config { threads, ..config(QualityProfile::News) };
        assert_eq!(clean(&files, &config), left, "{threads} threads");
    }
}

#[test]
fn what_is_no_news_goes_and_the_ledger_says_why() {
    let links = "首页\n国内\n国际\n社会\n评论\n财经\n科技\n体育\n娱乐\n图片\n";
    let records = format!(
        "{}\n{}\n",
        serde_json::json!({ "id": 1, "text": "Access denied\nYou do not have permission to access this page." }),
        serde_json::json!({ "id": 2, "text": "Wheat closed at $5.42 a bushel. Corn was unchanged." }),
    );
    let files = files([
        ("a.txt", format!("{BULLETIN}\n")),
        ("b.txt", MISSING.to_owned()),
        ("c.txt", links.to_owned()),
        ("d.jsonl", records),
    ]);
    let left = clean(&files, &config(QualityProfile::News));
    assert_eq!(left.out.keys().collect::<Vec<_>>(), ["a.txt", "d.jsonl"]);
    assert_eq!(left.out["d.jsonl"].lines().count(), 1);
    let told: Vec<(&str, Option<u64>, &str)> =
        left.dropped.iter().map(|(path, record, evidence)| (&**path, *record, &**evidence)).collect();
    assert_eq!(
        told,
        [
            ("b.txt", None, r#"{"profile":"news","signal":"notice","value":0.7368,"bound":0.12}"#),
            ("c.txt", None, r#"{"profile":"news","signal":"link-list","value":1.0,"bound":0.3}"#),
            ("d.jsonl", Some(0), r#"{"profile":"news","signal":"notice","value":0.55,"bound":0.12}"#),
        ]
    );
    let off = clean(&files, &config(QualityProfile::Off));
    assert_eq!((off.out.len(), off.dropped.len()), (4, 0), "nothing of the kind unless it is asked for");
    assert!(left.summary.to_json().contains(r#""quality": "news""#), "{}", left.summary.to_json());
    assert!(!off.summary.to_json().contains("quality"));
}

#[test]
fn what_a_dropped_document_held_first_is_kept_at_its_next_copy() {
    let files = files([
        ("a.txt", format!("{MISSING}您还没有登录，请先登录\n忘记密码？\n短讯\n")),
        ("b.txt", format!("短讯\n{BULLETIN}\n")),
    ]);
    let left = clean(&files, &config(QualityProfile::News));
    assert_eq!(left.out.keys().collect::<Vec<_>>(), ["b.txt"]);
    assert_eq!(left.out["b.txt"], files[1].1);
}

#[test]
fn what_is_left_is_judged() {
    // The article stands in `a` already: of `b` only its links are left.
    let article = format!(
        "{BULLETIN}气象台说，周末还会有一次降温过程，请市民注意添衣保暖。\n农业部门提醒，露地蔬菜应当及时覆盖。"
    );
    let links = "首页\n国内\n国际\n社会\n评论\n财经\n科技\n体育\n";
    let files = files([("a.txt", format!("{article}\n")), ("b.txt", format!("{links}{article}\n"))]);
    let left = clean(&files, &config(QualityProfile::News));
    assert_eq!(left.out.keys().collect::<Vec<_>>(), ["a.txt"]);
    assert_eq!(left.dropped.len(), 1);
}

/// Texts of several pieces, records, and small files.
fn many() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let prose = |n: usize| format!("第{n}条：{BULLETIN}\n");
    // The opening is links, the rest is not looked at, and the other way round.
    let links = lines(9000, |n| format!("专题之{n}号"));
    let text = (0..12_000).map(prose).collect::<Vec<_>>().concat();
    files.push(("0-links.txt".to_owned(), format!("首页\n登录\n注册\n{links}{text}")));
    files.push(("1-prose.txt".to_owned(), format!("{text}首页\n登录\n注册\n{}", links.replace('号', "期"))));
    let mut records = String::new();
    for n in 0..2000 {
        let text = if n % 3 == 0 { prose(n + 50_000) } else { format!("{MISSING}请求编号：{n}") };
        let _ = writeln!(records, "{}", serde_json::json!({ "id": n, "text": text }));
    }
    files.push(("2-records.jsonl".to_owned(), records));
    for n in 0..40 {
        files.push((format!("3-{n:02}.txt"), format!("{n}：{MISSING}")));
    }
    files
}

#[test]
fn the_same_bytes_however_a_run_goes() {
    let files = many();
    for (profile, kept) in [(QualityProfile::News, true), (QualityProfile::Fineweb2, false)] {
        let base = Config { threads: 1, ..config(profile) };
        let left = clean(&files, &base);
        if kept {
            assert!(left.out.contains_key("1-prose.txt") && !left.out.contains_key("0-links.txt"));
            assert_eq!(left.out["2-records.jsonl"].lines().count(), 667);
            assert_eq!(left.out.keys().filter(|name| name.starts_with("3-")).count(), 0);
        }
        for (name, other) in [
            ("threads", Config { threads: 4, ..base.clone() }),
            ("memory", Config { memory: Some(2 * 1024 * 1024), ..base.clone() }),
            ("less memory", Config { memory: Some(0), threads: 2, ..base.clone() }),
        ] {
            assert!(clean(&files, &other) == left, "{profile:?} {name}");
        }
    }
}
