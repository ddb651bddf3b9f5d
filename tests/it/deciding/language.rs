//! `--language` drops documents in other languages (contract C1, C3).

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test: it writes inputs, and fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;

use tamis::account::{LedgerReader, RawJson};
use tamis::config::{DecideConfig, FilterConfig};
use tamis::decide::Rule;
use tamis::store::Root;
use tamis::{Config, NoObserver};

const ZH_HANS: &str = "渔港今天早上恢复通航，三艘渡轮按时离开码头，岛上的学生都赶上了第一节课。";
const ZH_HANT: &str = "漁港今天早上恢復通航，三艘渡輪按時離開碼頭，島上的學生都趕上了第一節課。";
const YUE: &str = "今朝啲船終於開返，島上嘅學生仔冇一個遲到，佢哋個個都好開心。";
const JA: &str = "港は今朝から再開し、三隻のフェリーが定刻に出航した。島の生徒も授業に間に合った。";
const EN: &str = "The port opened again this morning, and three ferries left on time, so that all pupils of the island were in class at eight.";
const FR: &str = "Le port a rouvert ce matin et trois bacs sont partis à l'heure, si bien que tous les élèves de l'île étaient en classe à huit heures.";
const CODES: &str = "0x7f3a 12:45 --all";

/// A configuration under which documents in these languages stay.
fn config(languages: &str) -> Config {
    let filters = FilterConfig { languages: Some(languages.parse().unwrap()), ..FilterConfig::default() };
    Config { decide: DecideConfig { filters, ..DecideConfig::default() }, ..Config::default() }
}

/// The outcome of a run: names in OUT, the ledger's bytes, and the evidence of each file that went.
#[derive(Debug, PartialEq)]
struct Left {
    out: Vec<String>,
    ledger: Vec<u8>,
    dropped: BTreeMap<String, String>,
}

/// Cleans files on disk, and audits the run.
fn clean(files: &[(&str, String)], config: &Config) -> Left {
    let sandbox = tempfile::tempdir().unwrap();
    let (dump, out) = (sandbox.path().join("dump"), sandbox.path().join("out"));
    let record = sandbox.path().join("out.tamis");
    fs::create_dir(&dump).unwrap();
    for (name, content) in files {
        fs::write(dump.join(name), content).unwrap();
    }
    tamis::clean(std::slice::from_ref(&dump), Some(&out), config, &NoObserver).unwrap();
    let audit = tamis::verify(vec![Root::look(&dump).unwrap()], &out, &record, config, &NoObserver).unwrap();
    assert!(audit.is_clean(), "{:?}", audit.differences);
    let ledger = fs::read(record.join("removed.jsonl.zst")).unwrap();
    let lines = LedgerReader::new("removed.jsonl.zst", &*ledger).unwrap().map(Result::unwrap);
    let dropped = lines
        .filter(|line| line.rule == Rule::Language)
        .map(|line| {
            let evidence = line.evidence.as_ref().map(RawJson::json).unwrap_or_default();
            (line.path.to_string(), evidence.to_owned())
        })
        .collect();
    let entries = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut out: Vec<String> = entries.collect();
    out.sort();
    Left { out, ledger, dropped }
}

/// A file in each language, one in two, and one in none.
fn files() -> Vec<(&'static str, String)> {
    let texts = [
        ("codes", CODES.to_owned()),
        ("en", EN.to_owned()),
        ("fr", FR.to_owned()),
        ("hans", ZH_HANS.to_owned()),
        ("hant", ZH_HANT.to_owned()),
        ("ja", JA.to_owned()),
        ("mixed", format!("Port: {EN}\nLe port: {FR}")),
        ("yue", YUE.to_owned()),
    ];
    texts.into_iter().map(|(name, text)| (name, format!("{text}\n"))).collect()
}

#[test]
fn documents_in_other_languages_go() {
    for (languages, left) in [
        ("zh,en", &["codes", "en", "hans", "hant", "mixed", "yue"][..]),
        ("zh-Hans", &["codes", "hans", "mixed"]),
        ("zh-Hant,yue", &["codes", "hant", "mixed", "yue"]),
        ("fr,ja,-und", &["fr", "ja", "mixed"]),
        ("fr,ja,-und,-mixed", &["fr", "ja"]),
    ] {
        assert_eq!(clean(&files(), &config(languages)).out, left, "{languages}");
    }
    let left = clean(&files(), &config("zh,en"));
    assert_eq!(left.dropped.keys().collect::<Vec<_>>(), ["fr", "ja"]);
    assert_eq!(
        left.dropped["fr"],
        r#"{"language":"fr","letters":103,"of":103,"share":1.0,"languages":"en,zh"}"#
    );
    assert_eq!(clean(&files(), &Config::default()).dropped, BTreeMap::new());
}

#[test]
fn copies_do_not_come_back() {
    // `b.txt` and `c.txt` lose all or some of their text to documents before them.
    let files = [
        ("a.txt", format!("{FR}\n")),
        ("b.txt", format!("{FR}\n")),
        ("c.txt", format!("{FR}\n{EN}\n{EN} Again.\n")),
        ("d.txt", format!("{EN}\n")),
    ];
    let left = clean(&files, &config("en"));
    assert_eq!(left.out, ["c.txt"]);
    assert_eq!(left.dropped.keys().collect::<Vec<_>>(), ["a.txt", "b.txt"]);
    // What has no language goes as a copy too, if the list says so.
    let codes = [("a.txt", format!("{CODES}\n")), ("b.txt", format!("{CODES}\n"))];
    assert_eq!(clean(&codes, &config("zh,-und")).out, [""; 0]);
    assert_eq!(clean(&codes, &config("zh")).out, ["a.txt"]);
    // A long one with layout in it.
    let long = format!("-----\n{}", (0..4000).map(|n| format!("{n}: {FR}\n")).collect::<Vec<_>>().concat());
    let files = [("a.txt", long.clone()), ("b.txt", long), ("c.txt", format!("{EN}\n"))];
    assert_eq!(clean(&files, &config("en")).out, ["c.txt"]);
}

#[test]
fn long_texts_come_in_pieces() {
    // More than a piece; what decides stands at the beginning.
    let numbered = |text: &str| (0..4000).map(|n| format!("{n}: {text}\n")).collect::<Vec<_>>().concat();
    let files = [("a.txt", numbered(ZH_HANS)), ("b.txt", format!("{}{}", numbered(FR), numbered(ZH_HANS)))];
    let left = clean(&files, &config("zh"));
    assert_eq!(left.out, ["a.txt"]);
    for threads in [1, 3] {
        assert_eq!(clean(&files, &Config { threads, ..config("zh") }), left, "{threads} threads");
    }
}
