//! Masks and rules of one's own: what they remove, what they write in its place, and what a run leaves behind of that
//! (contract C1, C2, C6).

#![expect(
    clippy::disallowed_methods,
    clippy::format_collect,
    reason = "tests look at what the store did; short texts"
)]

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use tamis::config::{
    CustomAction, CustomPlace, CustomRule, ExactUnits, MaskConfig, MaskKind, NearUnits, RecoveryConfig,
    Repair, TargetFormat,
};
use tamis::{Config, Error, Observer};

use crate::support::disk;
use crate::support::files::{Files, write_files};
use crate::support::json::{json_lines, text_of};
use crate::support::memory;
use crate::support::run::Run;
use crate::support::sandbox::Sandbox;

/// Personal data of all kinds goes.
fn masking() -> Config {
    let mut config = Config::default();
    config.decide.mask = MaskConfig { kinds: MaskKind::ALL.to_vec(), ..MaskConfig::default() };
    config
}

fn rule(name: &str, pattern: &str, place: CustomPlace, action: CustomAction) -> CustomRule {
    let with = (action == CustomAction::Replace).then(|| "$1-$2".to_owned());
    CustomRule { name: name.to_owned(), pattern: pattern.to_owned(), place, action, with }
}

/// Rules of every kind.
fn rules() -> Config {
    let mut config = Config::default();
    config.decide.custom = vec![
        rule("credit", "责任编辑：.{2,4}", CustomPlace::Edge, CustomAction::Remove),
        rule("advert", "(?i)buy now!*", CustomPlace::Paragraph, CustomAction::Remove),
        rule("tail", "（编辑：[^）]+）", CustomPlace::Document, CustomAction::Remove),
        rule("month", r"(\d{4})年(\d+)月", CustomPlace::Document, CustomAction::Replace),
        rule("shop", "加微信", CustomPlace::Document, CustomAction::DropDocument),
    ];
    config
}

/// The lines of a ledger in short: rule, name, text, and what is written in its place.
fn told(run: &Run) -> Vec<(String, String, Value, Value)> {
    let short = |line: &Value| {
        let named = ["kind", "name"].iter().find_map(|key| line["evidence"].get(key)?.as_str());
        let rule = line["rule"].as_str().expect("a rule").to_owned();
        (rule, named.unwrap_or_default().to_owned(), line["text"].clone(), line["replacement"].clone())
    };
    run.ledger.iter().map(short).collect()
}

const SECRETS: [&str; 5] =
    ["li.na@example.cn", "45.127.3.122", "13812345678", "11010119900307803X", "4111 1111 1111 1111"];

#[test]
fn personal_data_gives_way_to_masks() {
    let text = format!(
        "找李娜：{}，\n地址 {}，\n电话{}。\n证 {}\n卡 {}\n",
        SECRETS[0], SECRETS[1], SECRETS[2], SECRETS[3], SECRETS[4]
    );
    let run = memory::clean_twice(&memory::file("a.txt", &text), &masking());
    let masked = "找李娜：[EMAIL]，\n地址 [IP]，\n电话[CN-MOBILE]。\n证 [CN-ID]\n卡 [CARD]\n";
    assert_eq!(run.text("a.txt"), masked);
    let expected = ["email", "ip", "cn-mobile", "cn-id", "card"];
    assert_eq!(told(&run).iter().map(|line| &*line.1).collect::<Vec<_>>(), expected);
    for (line, secret) in run.ledger.iter().zip(SECRETS) {
        let span =
            line["span"].as_array().expect("a span").iter().filter_map(Value::as_u64).collect::<Vec<_>>();
        let [start, end] = [0, 1].map(|at| usize::try_from(span[at]).expect("a place"));
        assert_eq!(&text[start..end], secret, "the span names the bytes of the document");
        assert_eq!((line["first"].clone(), line.get("text")), (line["last"].clone(), None), "{line}");
    }
    assert_eq!(run.summary.by_name["mask"].values().sum::<u64>(), 5);
    assert_eq!((run.summary.paragraphs.kept, run.summary.num_removed()), (5, 0), "no paragraph goes");
    assert!(memory::clean(&memory::file("a.txt", &text), &Config::default()).summary.by_name.is_empty());
}

#[test]
fn a_run_leaves_nothing_of_what_is_masked_unless_it_is_asked_to() {
    let line = |n: usize| format!("第{n}条：请致电13812345678或写信给li.na@example.cn。\n");
    let stub = format!("{}记者甲\n", line(0));
    // A stub is in the ledger with all its text, a copy too if that is asked for.
    let files = memory::files([
        ("a.txt", line(0).into_bytes()),
        ("b.txt", stub.into_bytes()),
        ("c.txt", (line(0) + &line(1)).into_bytes()),
    ]);
    let mut config = masking();
    config.decide.filters.min_kept_share = "0.5".parse().expect("a share");
    config.write.ledger_text = true;
    let left = |config: &Config| {
        let run = disk::clean(&files, config);
        run.ledger
            .iter()
            .chain(&run.rejected)
            .map(Value::to_string)
            .chain(run.out.values().map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
            .collect::<String>()
    };
    let all = left(&config);
    assert!(all.contains("[CN-MOBILE]") && all.contains("\"stub\""), "{all}");
    assert!(!all.contains("13812345678") && !all.contains("li.na@"), "{all}");
    config.decide.mask.ledger_unmasked = true;
    let all = left(&config);
    assert!(
        all.contains("\"text\":\"13812345678\"") && all.contains("请致电13812345678或写信给li.na@example.cn"),
        "{all}"
    );
    assert!(all.contains("请致电[CN-MOBILE]"), "OUT is masked all the same: {all}");
}

/// The numbers by which near-duplicates are told are in the ledger too.
#[test]
fn numbers_of_near_duplicates_are_masked() {
    let body = (0..30)
        .map(|n| format!("第{n}段：今天下雨，明天晴，后天多云，市民出行请带好雨具。\n"))
        .collect::<String>();
    let text = |end: &str| (body.clone() + "请致电 13812345678 咨询。" + end + "\n").into_bytes();
    let mut config = masking();
    config.decide.near.units = Some(NearUnits::Documents);
    let run = disk::clean(&memory::files([("a.txt", text("")), ("b.txt", text("谢谢！"))]), &config);
    let line = run.ledger.iter().find(|line| line["rule"] == "near-document").expect("a near-duplicate");
    assert!(line["numbers"]["shared"].to_string().contains("[CN-MOBILE]"), "{line}");
    assert!(!run.ledger.iter().any(|line| line.to_string().contains("13812345678")), "{:?}", run.ledger);
}

#[test]
fn rules_of_ones_own_remove_replace_and_drop() {
    let files = memory::files([
        (
            "a.txt",
            "今天下雨。\n责任编辑：李娜\nBuy now!!\n正文（编辑：李娜）在此\n2026年5月，雨。\n末段。\n".into(),
        ),
        (
            "b.txt",
            "昨天下雨。\n甲。\n乙。\n责任编辑：王五\n丙。\n丁。\n戊。\n（编辑：李娜）\nBUY NOW\n".into(),
        ),
        ("c.txt", "末段。\n请加微信购买。\n".into()),
        ("d.txt", "末段。\n戊。\n己。\n".into()),
    ]);
    let run = memory::clean_twice(&files, &rules());
    assert_eq!(run.text("a.txt"), "今天下雨。\n正文在此\n2026-5，雨。\n末段。\n");
    assert_eq!(
        run.text("b.txt"),
        "昨天下雨。\n甲。\n乙。\n责任编辑：王五\n丙。\n丁。\n戊。\n",
        "not at an edge"
    );
    assert_eq!(run.text("d.txt"), "己。\n");
    assert!(!run.out.contains_key("c.txt"));
    let (none, text) = (Value::Null, |text: &str| json!(text));
    let line =
        |rule: &str, name: &str, text: Value, with: Value| (rule.to_owned(), name.to_owned(), text, with);
    assert_eq!(
        told(&run),
        [
            line("custom", "credit", text("责任编辑：李娜\n"), none.clone()),
            line("custom", "advert", text("Buy now!!\n"), none.clone()),
            line("replacement", "tail", text("（编辑：李娜）"), text("")),
            line("replacement", "month", text("2026年5月"), text("2026-5")),
            line("custom", "tail", text("（编辑：李娜）\n"), none.clone()),
            line("custom", "advert", text("BUY NOW\n"), none.clone()),
            line("custom-document", "shop", text("末段。\n请加微信购买。\n"), none.clone()),
            line("exact", "", none.clone(), none.clone()),
            line("exact", "", none.clone(), none),
        ]
    );
    assert_eq!(
        json!(run.summary.by_name),
        json!({
            "custom": {"credit": 1, "advert": 2, "tail": 1},
            "replacement": {"tail": 1, "month": 1},
        })
    );
}

/// A rule of one's own that removes a paragraph comes before copies are sought: it is nobody's survivor.
#[test]
fn what_a_rule_removes_is_no_survivor() {
    let files = memory::files([
        ("a.txt", "Ｂuy now\n甲。\n".into()),
        ("b.txt", "Buy now\n乙。\n".into()),
        ("c.txt", "Ｂuy now\n丙。\n".into()),
    ]);
    let run = memory::clean(&files, &rules());
    // Only one of the two spellings is removed by the rule; the other one stays, once.
    assert_eq!(run.text("a.txt"), "Ｂuy now\n甲。\n");
    assert_eq!(run.text("b.txt"), "乙。\n");
    assert_eq!(run.text("c.txt"), "丙。\n");
    assert_eq!(told(&run).iter().map(|line| &*line.0).collect::<Vec<_>>(), ["custom", "exact"]);
}

/// Texts of several pieces, records of several forms, and a little of everything.
fn many() -> Files {
    let line = |n: usize| match n % 7 {
        0 => format!("第{n}条：联系13812345678，谢谢。\n"),
        1 => format!("第{n}条：写信给li{n}@example.cn。（编辑：李娜）\n"),
        2 => format!("{}年{}月，第{n}场雨\u{200b}。\n", 2000 + n % 30, n % 12 + 1),
        3 => "Buy now!\n".to_owned(),
        4 => "责任编辑：李娜\n".to_owned(),
        _ => format!("第{n}条：今天下雨，明天晴，后天多云，市民出行请带好雨具。\n\n"),
    };
    let lines = |from: usize, to: usize| (from..to).map(line).collect::<String>();
    let record = |n: usize| json!({"id": n, "text": line(n) + &line(n + 1)}).to_string() + "\n";
    let mut files = Files::new();
    files.insert("0-long.txt".to_owned(), lines(0, 9000).into_bytes());
    files.insert("1-longer.txt".to_owned(), (lines(4000, 20_000) + "请加微信。\n").into_bytes());
    files.insert("2-long.txt".to_owned(), lines(6000, 15_000).into_bytes());
    files.insert("3-records.jsonl".to_owned(), (0..900).map(record).collect::<String>().into_bytes());
    let row = |n: usize| format!("{n},\"{}\"\n", (line(n) + &line(n + 5)).replace('"', "\"\""));
    files.insert(
        "4-rows.csv".to_owned(),
        ("id,text\n".to_owned() + &(0..700).map(row).collect::<String>()).into_bytes(),
    );
    for n in 0..60 {
        files.insert(format!("5-small/{n:02}.txt"), lines(n * 9, n * 9 + 9).into_bytes());
    }
    files
}

/// All of it at once.
fn everything() -> Config {
    let mut config = rules();
    config.decide.mask = masking().decide.mask;
    config
}

#[test]
fn the_same_bytes_however_a_run_goes() {
    let files = many();
    let base = Config { threads: 1, ..everything() };
    let run = disk::clean(&files, &base);
    assert!(
        !run.out.contains_key("1-longer.txt") && run.summary.by_name.len() == 3,
        "{:?}",
        run.summary.by_name
    );
    for (name, other) in [
        ("threads", Config { threads: 4, ..base.clone() }),
        ("memory", Config { memory: Some(2 * 1024 * 1024), ..base.clone() }),
        ("less memory", Config { memory: Some(0), threads: 2, ..base.clone() }),
    ] {
        let again = disk::clean(&files, &other);
        assert_eq!(memory::differing(&again.out, &run.out), [""; 0], "{name}");
        assert!(again == run, "{name}");
    }
    for to in [TargetFormat::Jsonl, TargetFormat::Txt, TargetFormat::Parquet] {
        let mut config = base.clone();
        config.write.to = Some(to);
        assert_eq!(disk::clean(&files, &config).summary.by_name, run.summary.by_name, "{to:?}");
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
fn a_resumed_run_edits_the_same() {
    let sandbox = Sandbox::new();
    let article = |n: usize| {
        (0..40).map(|at| format!("{n}-{at}：致电13812345678（编辑：李娜）。\n")).collect::<String>()
    };
    let name = |n: usize| format!("{n:03}.txt");
    let dropped = |n: usize| if n.is_multiple_of(7) { "请加微信\n" } else { "Buy now!\n" };
    let files: Files = (0..120).map(|n| (name(n), (article(n / 2) + dropped(n)).into_bytes())).collect();
    write_files(&sandbox.path("dump"), &files);
    let (dump, out) = (sandbox.path("dump"), sandbox.path("out"));
    let recovery = RecoveryConfig { resume: true, spill_dir: None, seal_every: Some(60_000) };
    let mut config = Config { threads: 2, memory: Some(300_000), recovery, ..everything() };
    config.write.force = true;
    let run = |observer: &Cut| tamis::clean(std::slice::from_ref(&dump), Some(&out), &config, observer);
    let record = || std::fs::read(sandbox.path("out.tamis/removed.jsonl.zst")).expect("a ledger");
    let counter = Cut(AtomicU64::new(u64::MAX));
    let summary = run(&counter).expect("a run").summary;
    let num_asked = u64::MAX - counter.0.into_inner();
    let expected = (disk::read_files(&out), record());
    let mut num_resumed = 0;
    for back in [10, 5, 3, 2] {
        std::fs::remove_dir_all(&out).expect("OUT");
        let cut = run(&Cut(AtomicU64::new(num_asked - back)));
        assert!(matches!(cut, Err(Error::Interrupted)), "{back}: {cut:?}");
        num_resumed += u64::from(sandbox.path("out.tamis-partial/journal").exists());
        assert_eq!(run(&Cut(AtomicU64::new(u64::MAX))).expect("a run").summary, summary, "{back}");
        assert!((disk::read_files(&out), record()) == expected, "{back}");
    }
    assert!(num_resumed > 0, "nothing was left to go on from");
}

#[test]
fn texts_that_are_left_as_they_came_are_masked_and_nothing_else() {
    let text = "  找 李娜：\r\n\r\n\tli.na@example.cn \r\n末\u{200b}段";
    let mut config = masking();
    config.decide.exact = ExactUnits::Documents;
    config.split.repair = Repair::None;
    let files = memory::files([
        ("a.txt", text.into()),
        ("b.jsonl", (json!({"id": 1, "text": text}).to_string() + "\n").into()),
    ]);
    let run = disk::clean(&files, &config);
    let masked = text.replace("li.na@example.cn", "[EMAIL]");
    assert_eq!(run.text("a.txt"), masked);
    assert!(!run.out.contains_key("b.jsonl"), "a copy of a document is one whatever is masked in it");
    let alone = disk::clean(&memory::files([("b.jsonl", files["b.jsonl"].clone())]), &config);
    assert_eq!(text_of(&json_lines(&alone.out["b.jsonl"])[0], "text"), masked);
}

#[test]
fn an_audit_sees_a_mask_that_is_missing() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "写信给 li.na@example.cn。\n末段。\n");
    sandbox.tamis(&["clean", "in", "--out", "out", "--mask", "email"]).exits(0);
    let verify = ["verify", "in", "--out", "out", "--mask", "email"];
    sandbox.tamis(&verify).exits(0);
    sandbox.file("out/a.txt", "写信给 li.na@example.cn。\n末段。\n");
    let told = sandbox.tamis(&verify);
    told.exits(1);
    assert!(told.out().contains("[EMAIL]"), "{}", told.out());
}

#[test]
fn a_check_finds_personal_data() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "写信给 li.na@example.cn，\n或 13812345678。\n");
    sandbox.tamis(&["check", "in"]).exits(0);
    let told = sandbox.tamis(&["check", "in", "--mask", "email,cn-mobile"]);
    told.exits(1);
    assert!(told.out().contains("FAIL 2 pieces of personal data (limit 0, --max-masked)"), "{}", told.out());
    assert!(told.out().contains("in/a.txt:1: is personal data: email"), "{}", told.out());
    for format in ["text", "json", "github", "sarif", "junit", "gitlab", "markdown"] {
        let told = sandbox.tamis(&["check", "in", "--mask", "email,cn-mobile", "--format", format]);
        told.exits(1);
        assert!(
            !told.out().contains("li.na@example.cn") && !told.out().contains("13812345678"),
            "{format}: {}",
            told.out()
        );
    }
    sandbox.tamis(&["check", "in", "--mask", "email,cn-mobile", "--format", "html=page.html"]).exits(1);
    let page = std::fs::read_to_string(sandbox.path("page.html")).expect("a page");
    assert!(!page.contains("li.na@example.cn") && !page.contains("13812345678"));
    sandbox.tamis(&["check", "in", "--mask", "email,cn-mobile", "--max-masked", "2"]).exits(0);
}

#[test]
fn what_a_run_shows_afterwards_is_masked() {
    let sandbox = Sandbox::new();
    let lines = "写信给 li.na@example.cn，谢谢。\n第二段。\n";
    for name in ["a", "b", "c"] {
        sandbox.file(format!("in/{name}.txt"), lines);
    }
    let ran = sandbox.tamis(&["clean", "in", "--out", "out", "--mask", "email"]);
    ran.exits(0);
    assert!(ran.out().contains("1 email") && !ran.out().contains("li.na@"), "{}", ran.out());
    let told = sandbox.tamis(&["explain", "out", "a.txt:0"]);
    told.exits(0);
    assert!(told.out().contains("masked text by “[EMAIL]”"), "{}", told.out());
    sandbox.tamis(&["report", "out"]).exits(0);
    for file in ["out.tamis/report.html", "out.tamis/summary.json", "out.tamis/run.json"] {
        let Ok(left) = std::fs::read_to_string(sandbox.path(file)) else { continue };
        assert!(!left.contains("li.na@example.cn"), "{file}");
    }
    let told = sandbox.tamis(&["explain", "out", "b.txt"]);
    assert!(!told.out().contains("li.na@"), "{}", told.out());
}

#[test]
fn rules_stand_in_the_file_and_are_refused_by_name() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "甲。\n广告\n");
    let rule = "[[rule]]\nname = \"ads\"\npattern = \"广告\"\naction = \"remove\"\n";
    sandbox.file("tamis.toml", rule);
    sandbox.tamis(&["clean", "in", "--out", "out", "--force"]).exits(0);
    assert_eq!(std::fs::read_to_string(sandbox.path("out/a.txt")).expect("a text"), "甲。\n");
    sandbox.tamis(&["verify", "in", "--out", "out"]).exits(0);
    let shown = sandbox.tamis(&["config"]);
    assert!(shown.out().contains("[[rule]] # tamis.toml\n"), "{}", shown.out());
    for (toml, said) in [
        (rule.replace("广告", "(广告"), "[[rule]] \"ads\": its pattern is no regular expression"),
        (rule.replace("remove", "delete"), "unknown variant `delete`"),
        (rule.replace("pattern", "patern"), "unknown field `patern`"),
        (rule.replace("remove", "replace"), "add `with = "),
        (format!("{rule}{rule}"), "another rule has this name"),
        ("rule = 3\n".to_owned(), "line 1: rule"),
    ] {
        sandbox.file("tamis.toml", &toml);
        let refused = sandbox.tamis(&["clean", "in", "--out", "out", "--force"]);
        refused.exits(2);
        assert!(refused.err().contains(said), "{toml}: {}", refused.err());
    }
    for (arguments, said) in [
        (&["clean", "in", "--out", "x", "--no-config", "--mask-text", "X"][..], "add --mask"),
        (&["clean", "in", "--out", "x", "--no-config", "--mask", "phone"], "cn-mobile"),
        (&["clean", "in", "--out", "x", "--no-config", "--mask", "ip", "--mask-text", "a\nb"], "one line"),
    ] {
        let refused = sandbox.tamis(arguments);
        refused.exits(2);
        assert!(refused.err().contains(said), "{arguments:?}: {}", refused.err());
    }
}

/// What is kept by hand is masked all the same: a mask removes no text.
#[test]
fn a_place_that_is_kept_by_hand_is_masked() {
    let mut config = everything();
    config.decide.keep_places = vec!["a.txt".to_owned()];
    let run = disk::clean(&memory::file("a.txt", "Buy now!\n请加微信 13812345678。\n"), &config);
    assert_eq!(run.text("a.txt"), "Buy now!\n请加微信 [CN-MOBILE]。\n");
}
