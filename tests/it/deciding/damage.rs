//! Encoding damage is repaired before anything else, and told (contract C2).

use serde_json::{Value, json};
use tamis::Config;
use tamis::config::{ExactUnits, TargetFormat};

use crate::support::disk;
use crate::support::json::{json_lines, text_of};
use crate::support::memory;
use crate::support::run::Run;
use crate::support::sandbox::Sandbox;

fn config() -> Config {
    let mut config = Config::default();
    config.decide.fix_encoding = true;
    config
}

/// UTF-8 that was read as Latin-1.
fn misread(text: &str) -> String {
    text.bytes().map(char::from).collect()
}

fn told(run: &Run) -> Vec<(String, Value, Value)> {
    let lines = run.ledger.iter().filter(|line| text_of(line, "rule") == "encoding");
    lines
        .map(|line| (line["evidence"]["kind"].to_string(), line["text"].clone(), line["replacement"].clone()))
        .collect()
}

const RIGHT: &str = "Le café près de la gare est fermé jusqu’à l’été.";

#[test]
fn copies_are_sought_in_what_is_repaired() {
    let files = memory::files([
        ("a.txt", format!("{RIGHT}\n今天下雨。\n").into()),
        ("b.txt", format!("{}\n明天&nbsp;多云 &amp; 晴。\n", misread(RIGHT)).into()),
    ]);
    let run = memory::clean_twice(&files, &config());
    assert_eq!(run.text("a.txt"), format!("{RIGHT}\n今天下雨。\n"));
    assert_eq!(run.text("b.txt"), "明天\u{a0}多云 & 晴。\n");
    assert_eq!(told(&run).len(), 2, "the repaired copy went, and needs no line: {:?}", run.ledger);
    assert_eq!(run.summary.by_name["encoding"]["entity"], 2);
    assert_eq!(text_of(&run.ledger[0], "rule"), "exact");
    let plain = memory::clean(&files, &Config::default());
    assert!(plain.text("b.txt").contains("cafÃ©"), "nothing of it is repaired unless it is asked for");
}

#[test]
fn what_lost_bytes_is_told_and_stays() {
    let text = "标题锟斤拷锟斤拷结束\n今天下\u{fffd}。\n";
    let run = memory::clean(&memory::file("a.txt", text), &config());
    assert_eq!(run.text("a.txt"), text);
    assert!(told(&run).iter().all(|(_, text, with)| text.is_string() && with.is_null()), "{:?}", run.ledger);
    assert!(told(&run).len() >= 2);
}

#[test]
fn records_of_all_forms_are_written_repaired() {
    let damaged = misread(RIGHT);
    let json = json!({"id": 1, "text": damaged, "more": damaged}).to_string() + "\n";
    let files = memory::files([
        ("a.jsonl", json.into()),
        ("b.csv", format!("id,text\n1,\"{damaged}\"\n").into()),
        ("c.tsv", format!("id\ttext\n1\t{damaged}\n").into()),
        ("d.txt", format!("  \n{damaged}").into()),
    ]);
    let mut config = config();
    config.decide.exact = ExactUnits::Off;
    let run = disk::clean(&files, &config);
    let record = &json_lines(&run.out["a.jsonl"])[0];
    assert_eq!(
        (text_of(record, "text"), text_of(record, "more")),
        (RIGHT, &*damaged),
        "only the text is repaired"
    );
    assert_eq!(run.text("b.csv"), format!("id,text\n1,\"{RIGHT}\"\n"));
    assert_eq!(run.text("c.tsv"), format!("id\ttext\n1\t{RIGHT}\n"));
    assert_eq!(run.text("d.txt").trim_end(), RIGHT);
    for to in [TargetFormat::Jsonl, TargetFormat::Parquet, TargetFormat::Txt] {
        config.write.to = Some(to);
        assert_eq!(disk::clean(&files, &config).summary.by_name, run.summary.by_name);
    }
}

#[test]
fn the_same_bytes_however_a_run_goes_and_an_audit_agrees() {
    // A damaged line costs a thousand right ones in a build for tests.
    let line = |n: usize| match n % 40 {
        0 => misread(&format!("{RIGHT} N° {n}")) + "\n",
        1 => format!("第{n}条&nbsp;：今天下雨。\n\n"),
        2 => format!("第{}条：雨\u{fffd}。\n", n / 80),
        3 => format!("{RIGHT} N° {}\n", n / 20),
        _ => format!("第{n}条：今天下雨，明天晴，后天多云，市民出行请带好雨具。\n"),
    };
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", (0..6000).map(line).collect::<Vec<_>>().concat());
    for n in 0..12 {
        sandbox.file(format!("in/{n:02}.txt"), (n * 40..n * 40 + 60).map(line).collect::<Vec<_>>().concat());
    }
    let record = |n: usize| json!({"id": n, "text": line(n) + &line(n + 1)}).to_string() + "\n";
    sandbox.file("in/b.jsonl", (0..300).map(record).collect::<Vec<_>>().concat());
    let clean = |out: &str, more: &[&str]| {
        let arguments = [&["clean", "in", "--out", out, "--fix-encoding", "--quiet"], more].concat();
        sandbox.tamis(&arguments).exits(0);
        sandbox.tamis(&["verify", "in", "--out", out, "--fix-encoding"]).exits(0);
        let mut record = disk::read_files(&sandbox.path(format!("{out}.tamis")));
        record.remove("run.json");
        (disk::read_files(&sandbox.path(out)), record)
    };
    let first = clean("one", &["--threads", "1"]);
    for (out, more) in [("two", &["--threads", "3"][..]), ("three", &["--memory", "256MiB"])] {
        assert!(clean(out, more) == first, "{more:?}");
    }
    let told = sandbox.tamis(&["explain", "one", "a.txt:0"]);
    told.exits(0);
    assert!(told.out().contains("utf8-as-"), "{}", told.out());
    let check = sandbox.tamis(&["check", "in", "--fix-encoding", "--format", "json"]);
    assert!(check.out().contains("\"encoding\""), "{}", check.out());
}
