//! `tamis explain`: what went, beside what stays, from inputs of every kind, and what is said where they are not
//! what they were. The real binary.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did")]

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use crate::support::packs;
use crate::support::process::{Ran, Running, run};
use crate::support::sandbox::Sandbox;

/// A report long enough to have near-duplicates; what differs from the others is what is given.
fn report(day: &str, mood: &str) -> String {
    format!(
        "Harbour report\nThe harbour board of Port Calder met on {day} April to hear what the winter storms had done \
         to the old quay, and found that of 48 piles 12 were to be replaced before the first ferry of June.\n\
         Engineers spoke of {mood} weather, of a budget of 6.20 million and of 900 islanders who wait for the boat \
         each morning with their bicycles, their bread and their children.\nThe timetable will be printed in the local \
         paper and pinned up at both landings in the last week of May, and passengers with comments on the draft can \
         send them to the office on Customs Quay, where a clerk answers every letter by hand before the month is out.\n\
         Read more\n"
    )
}

fn chinese(rate: &str) -> String {
    format!(
        "澜湾航海博物馆修缮三年后重新开放，四月十六日上午在望潮区旧船坞举行仪式，首日接待观众3800余人次，展厅面积由原来的2600平方米扩大到4100平方米，其中新增展品610件，参观人数比去年同期增长{rate}%。\n"
    )
}

/// Runs `explain` with this number of columns, or none.
fn explain(sandbox: &Sandbox, args: &[&str], columns: Option<&str>) -> Ran {
    let mut command = sandbox.command(&[&["explain"], args].concat());
    command.env_remove("COLUMNS");
    if let Some(columns) = columns {
        command.env("COLUMNS", columns);
    }
    run(&mut command)
}

/// The output of `explain`; it ends well, and nothing in it moves a cursor.
#[track_caller]
fn told(sandbox: &Sandbox, args: &[&str]) -> String {
    let ran = explain(sandbox, args, None);
    ran.exits(0).is_plain();
    assert_eq!(ran.err(), "");
    ran.out()
}

#[track_caller]
fn holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

fn json(ran: &Ran) -> Vec<Value> {
    ran.out().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Texts of which paragraphs and documents go, by every rule.
fn cleaned() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", report("15", "mild"));
    sandbox.file("in/b.txt", report("16", "rough"));
    sandbox.file("in/c.txt", "Something else\r\n\r\n  ＡＩ产业规模今年增长13.9%。\r\nlast\r\n");
    sandbox.file("in/d.txt", "AI产业规模今年增长13.9%。\nlast\nalone\n");
    sandbox.file("in/e.txt", report("15", "mild"));
    sandbox.file("in/f.txt", "Unlike all the other pages of this town, this one is about the museum and its long years of waiting.\n\n".to_owned() + &chinese("7.1234"));
    sandbox.file(
        "in/g.txt",
        "Quite another beginning, with the weather of the week and what the ferry brought from the island.\n"
            .to_owned()
            + &chinese("6.9876")
            + "and another end of it\n",
    );
    sandbox.tamis(&["clean", "in", "--near=both", "--out", "out"]).exits(0);
    sandbox
}

#[test]
fn an_exact_run_with_its_lines_in_both_places() {
    let sandbox = cleaned();
    let expected = "\
d.txt, lines 1-2, paragraphs 0-1
  why         exact: these paragraphs appear earlier in the corpus
  survivor    c.txt, lines 3-4, paragraphs 1-2

  - 1   │ [-AI-]产业规模今年增长13.9%。
  +   3 │ {+ＡＩ+}产业规模今年增长13.9%。
    2 4 │ last
";
    assert_eq!(told(&sandbox, &["out", "d.txt"]), expected);
    // Of a paragraph, only that; the record can be named itself, and the path as a shell completes it.
    let one = told(&sandbox, &["out.tamis", "in/d.txt:1"]);
    holds(&one, &["    2 4 │ last\n"]);
    assert!(!one.contains("产业"), "{one}");
}

#[test]
fn a_near_document_with_the_numbers_that_differ() {
    let sandbox = cleaned();
    let text = told(&sandbox, &["out", "b.txt"]);
    holds(
        &text,
        &[
            "b.txt, lines 1-5, paragraphs 0-4\n",
            "  why         near-document: the whole document is a near-duplicate of one that is kept\n",
            "  survivor    a.txt, lines 1-5, paragraphs 0-4\n",
            "  similarity  0.",
            "in both: ",
            "here only: 16; in the survivor only: 15\n",
            "met on [-16-] April",
            "met on {+15+} April",
            "[-rough-] weather",
        ],
    );
    holds(
        &told(&sandbox, &["out", "e.txt"]),
        &["exact-document: the whole document is a copy of one that is kept"],
    );
    holds(&told(&sandbox, &["out", "b.txt:2"]), &["[-rough-]"]);
    assert!(!told(&sandbox, &["out", "b.txt:2"]).contains("[-16-]"));
}

#[test]
fn a_near_paragraph() {
    let sandbox = cleaned();
    let text = told(&sandbox, &["out", "g.txt:1"]);
    holds(
        &text,
        &[
            "near-paragraph: this paragraph is a near-duplicate of one that is kept",
            "  survivor    f.txt, line 3, paragraph 1\n",
            "  - 2   │ ",
            "  +   3 │ ",
            "增长[-6.9876-]%",
            "增长{+7.1234+}%",
        ],
    );
}

#[test]
fn two_columns_where_there_is_room() {
    let sandbox = cleaned();
    let ran = explain(&sandbox, &["out", "g.txt"], Some("100"));
    holds(&ran.exits(0).out(), &["removed, by line", "│ survivor, by line", "[-6.9876-]", "{+7.1234+}"]);
    let narrow = explain(&sandbox, &["out", "g.txt"], Some("60"));
    let text = narrow.exits(0).out();
    assert!(!text.contains("survivor, by line"), "{text}");
    // 60 columns hold fewer than 30 Chinese characters.
    assert!(text.lines().all(|line| line.chars().filter(|c| *c > '\u{2e80}').count() < 30), "{text}");
    let wide = explain(&sandbox, &["out", "g.txt"], Some("160")).out();
    assert!(wide.lines().count() < ran.out().lines().count(), "{wide}");
}

#[test]
fn records_with_and_without_ids() {
    let sandbox = Sandbox::new();
    let record =
        |id: &str, text: &str| format!("{{{id}\"text\":{}}}\n", serde_json::to_string(text).expect("JSON"));
    let lines = [
        record("\"id\":\"x-1\",", "one\ntwo\nthree"),
        "not JSON\n".to_owned(),
        record("", "four\ntwo"),
        record("\"id\":90071992547409931,", "three\nfive"),
    ];
    sandbox.file("in/r.jsonl", lines.concat());
    sandbox.file("in/s.csv", "id,text\r\n7,\"six\nfive\"\r\n8,\"two\"\r\n");
    sandbox.tamis(&["clean", "in", "--out", "out"]).exits(3);
    holds(
        &told(&sandbox, &["out", "r.jsonl#2"]),
        &[
            "r.jsonl, line 3, record 2, paragraph 1\n",
            "r.jsonl, line 1, record 0, id \"x-1\", paragraph 1\n",
            "  1 1 │ two\n",
        ],
    );
    holds(
        &told(&sandbox, &["out", "r.jsonl#3:0"]),
        &["line 4, record 3, id 90071992547409931, paragraph 0", "three"],
    );
    holds(
        &told(&sandbox, &["out", "s.csv"]),
        &["line 2, record 0, id \"7\", paragraph 1", "line 4, record 1", "two"],
    );
    assert_eq!(told(&sandbox, &["out", "r.jsonl#2"]).matches("why").count(), 1);
    assert_eq!(told(&sandbox, &["out", "r.jsonl"]).matches("why").count(), 2);
    let ran = explain(&sandbox, &["out", "r.jsonl#3", "--json"], None);
    let lines = json(ran.exits(0));
    assert_eq!((&lines[0]["text"], &lines[0]["survivor"]["text"]), (&"three\n".into(), &"three\n".into()));
    assert_eq!(
        (&lines[0]["lines"], &lines[0]["survivor"]["lines"]),
        (&serde_json::json!([4, 4]), &serde_json::json!([1, 1]))
    );
    assert!(ran.out().contains("\"id\":90071992547409931,"), "{}", ran.out());
    // What stayed, and what is not there.
    assert_eq!(told(&sandbox, &["out", "r.jsonl#0"]), "r.jsonl#0: nothing of it is removed\n");
    assert_eq!(told(&sandbox, &["out", "r.jsonl#0:2"]), "r.jsonl#0:2: it is kept\n");
    holds(
        &told(&sandbox, &["out", "r.jsonl#1"]),
        &["r.jsonl#1: no rule removed it; it is not read: not JSON"],
    );
    explain(&sandbox, &["out", "r.jsonl#9"], None)
        .exits(2)
        .says(&["r.jsonl#9: it has 4 records; numbers count from 0"]);
    explain(&sandbox, &["out", "r.jsonl#0:3"], None).exits(2).says(&["it has 3 paragraphs"]);
    explain(&sandbox, &["out", "r.jsonl:0"], None)
        .exits(2)
        .says(&["this file has records; write r.jsonl#RECORD:PARAGRAPH"]);
}

#[test]
fn archives_compression_and_encodings() {
    let sandbox = Sandbox::new();
    let (gbk, _, _) = encoding_rs::GBK.encode("新华社北京电\r\n今天下雨，气温十三度。\r\n明天晴。\r\n");
    sandbox.file("in/a.txt", gbk);
    sandbox.file(
        "in/b.zip",
        packs::zip(&[("m/x.txt", "other\n".into()), ("m/y.txt", "unlike\n今天下雨，气温十三度。\n".into())]),
    );
    let records = packs::jsonl(&["first", "明天晴。"]).into_bytes();
    sandbox.file("in/c.tar", packs::tar(&[("r.jsonl", records)]));
    sandbox.file("in/d.txt.gz", packs::compress("gz", "deep\n\nother\n".as_bytes()));
    sandbox.tamis(&["clean", "in", "--out", "out"]).exits(0);
    holds(
        &told(&sandbox, &["out", "b.zip/m/y.txt"]),
        &[
            "b.zip/m/y.txt, line 2, paragraph 1",
            "a.txt, line 2, paragraph 1",
            "    2 2 │ 今天下雨，气温十三度。\n",
        ],
    );
    holds(
        &told(&sandbox, &["out", "c.tar/r.jsonl#1"]),
        &["c.tar/r.jsonl, line 2, record 1, id 1", "a.txt, line 3"],
    );
    holds(&told(&sandbox, &["out", "d.txt.gz"]), &["d.txt.gz, line 3, paragraph 1", "b.zip/m/x.txt, line 1"]);
    assert_eq!(told(&sandbox, &["out", "b.zip/m/x.txt"]), "b.zip/m/x.txt: nothing of it is removed\n");
    explain(&sandbox, &["out", "b.zip/m/z.txt"], None).exits(2).says(&[
        "b.zip/m/z.txt: no input of this run has this path; the nearest known path is b.zip/m/y.txt",
    ]);
}

#[test]
fn long_documents_are_folded_and_large_ones_read_in_pieces() {
    let sandbox = Sandbox::new();
    let text = |odd: &str| -> String {
        (0..6000)
            .map(|n| {
                if n == 4000 {
                    format!("{odd}\n")
                } else {
                    format!("Line {n} of a text of {} lines.\n", n * 7)
                }
            })
            .collect()
    };
    sandbox.file("in/a.txt", text("was green"));
    sandbox.file("in/b.txt", text("was blue"));
    sandbox.tamis(&["clean", "in", "--near", "--out", "out"]).exits(0);
    let folded = told(&sandbox, &["out", "b.txt"]);
    holds(
        &folded,
        &[
            "lines 1-6000",
            "… 3999 equal paragraphs …",
            "  - 4001      │ was [-blue-]",
            "{+green+}",
            "… 1998 equal paragraphs …",
        ],
    );
    assert!(folded.lines().count() < 20, "{folded}");
    let full = told(&sandbox, &["out", "b.txt", "--full"]);
    assert!(full.lines().count() > 6000, "{}", full.lines().count());
    // An exact run: its first paragraphs, and the last.
    sandbox.tamis(&["clean", "in", "--out", "exact"]).exits(0);
    holds(
        &told(&sandbox, &["exact", "b.txt"]),
        &["lines 1-4000, paragraphs 0-3999", "… 3996 equal paragraphs …", "Line 3999 "],
    );
}

#[test]
fn paths_that_are_not_there() {
    let sandbox = cleaned();
    explain(&sandbox, &["out", "sub/d.text"], None)
        .exits(2)
        .says(&["sub/d.text: no input of this run has this path; the nearest known path is"]);
    explain(&sandbox, &["out", "bb.txt"], None).exits(2).says(&["the nearest known path is b.txt"]);
    explain(&sandbox, &["nowhere", "d.txt"], None)
        .exits(2)
        .says(&["nowhere: no record of a run found (nowhere.tamis/removed.jsonl.zst is missing)"]);
    explain(&sandbox, &["out", "a.txt:99"], None).exits(2).says(&["a.txt:99: it has 5 paragraphs"]);
    assert_eq!(told(&sandbox, &["out", "a.txt"]), "a.txt: nothing of it is removed\n");
    let ran = explain(&sandbox, &["out", "a.txt", "--json"], None);
    assert_eq!(
        (ran.exits(0).out().as_str(), ran.err().as_str()),
        ("", "tamis: a.txt: nothing of it is removed\n")
    );
}

#[test]
fn paths_may_hold_colons_and_number_signs() {
    let sandbox = Sandbox::new();
    for name in ["a.txt", "b.txt", "b.txt:0", "b.txt#0", "b.txt#0:0"] {
        sandbox.file(format!("in/{name}"), format!("same\n{name}\n"));
    }
    sandbox.tamis(&["clean", "in", "--out", "out"]).exits(0);
    for (place, heading) in [
        ("b.txt", "b.txt, line 1"),
        ("b.txt:0", "b.txt:0, line 1"),
        ("b.txt#0", "b.txt#0, line 1"),
        ("b.txt#0:0", "b.txt#0:0, line 1"),
        ("b.txt#0:0:0", "b.txt#0:0, line 1"),
    ] {
        assert!(told(&sandbox, &["out", place]).starts_with(heading), "{place}");
    }
}

#[test]
fn what_changed_since_the_run_is_told() {
    let sandbox = cleaned();
    let changed = |name: &str, content: &str| {
        let before = sandbox.read(name);
        sandbox.file(name, content);
        let ran = explain(&sandbox, &["out", "d.txt"], None);
        sandbox.file(name, before);
        ran
    };
    changed("in/d.txt", "AI产业\nlast\n").exits(2).says(&[
        "d.txt: its paragraphs 0-1 are bytes 0-",
        "the inputs have changed since the run",
        "--input",
    ]);
    changed("in/d.txt", "short")
        .exits(2)
        .says(&["d.txt: it has 1 paragraphs; the inputs have changed since the run"]);
    let ran = changed("in/c.txt", "Something else\nＡＩ产业规模今年增长13.8%。\nlast\n");
    ran.exits(2).says(&["c.txt: its paragraphs have changed"]);
    holds(
        &ran.out(),
        &["d.txt, lines 1-2", "  no text     of the survivor: its paragraphs have changed", "AI产业"],
    );
    changed("in/c.txt", "\0").exits(2).says(&["c.txt: it "]);
    fs::rename(sandbox.path("in"), sandbox.path("moved")).expect("a directory");
    let ran = explain(&sandbox, &["out", "d.txt"], None);
    ran.exits(2).says(&["in: cannot read this input", "if they have moved, name them with --input"]);
    holds(&told(&sandbox, &["out", "d.txt", "--input", "moved"]), &["c.txt, lines 3-4"]);
    fs::remove_file(sandbox.path("moved/c.txt")).expect("a file");
    explain(&sandbox, &["out", "d.txt", "--input", "moved"], None)
        .exits(2)
        .says(&["c.txt: it is missing from the inputs now"]);
}

#[test]
fn from_another_directory_and_by_a_list() {
    let sandbox = cleaned();
    let mut command = sandbox.command(&["explain", "../out", "d.txt"]);
    run(command.current_dir(sandbox.path("in")).env_remove("COLUMNS")).exits(0);
    sandbox.file("list", "in/c.txt\nin/d.txt\n");
    sandbox.tamis(&["clean", "--files-from", "list", "--out", "listed"]).exits(0);
    let mut command = sandbox.command(&["explain", "../listed", "in/d.txt"]);
    let ran = run(command.current_dir(sandbox.path("in")).env_remove("COLUMNS"));
    holds(&ran.exits(0).out(), &["in/d.txt, lines 1-2", "in/c.txt, lines 3-4"]);
    let mut running = Running::start(
        sandbox.command(&["clean", "--files-from", "-", "--out", "piped"]).stdin(Stdio::piped()),
    );
    running.type_in(b"in/c.txt\nin/d.txt\n");
    running.finish().exits(0);
    explain(&sandbox, &["piped", "in/d.txt"], None).exits(2).says(&["--files-from"]);
    explain(&sandbox, &["piped", "in/d.txt", "--files-from", "list"], None).exits(0);
}

#[test]
fn standard_input_cannot_be_read_again() {
    let sandbox = Sandbox::new();
    for (out, more) in [("plain", None), ("kept", Some("--ledger-text"))] {
        let args: Vec<&str> = ["clean", "-", "--out", out].into_iter().chain(more).collect();
        let mut running = Running::start(sandbox.command(&args).stdin(Stdio::piped()));
        running.type_in("今天下雨\nother\n今天下雨\n".as_bytes());
        running.finish().exits(0);
    }
    let text = told(&sandbox, &["plain", "stdin.txt"]);
    holds(
        &text,
        &[
            "stdin.txt, paragraph 2\n",
            "no text     of the removed: it came from standard input, which cannot be read again",
        ],
    );
    let text = told(&sandbox, &["kept", "stdin.txt"]);
    holds(&text, &["of the survivor: it came from standard input", "今天下雨"]);
    assert_eq!(told(&sandbox, &["plain", "stdin.txt:0"]), "stdin.txt:0: it is kept\n");
}

#[test]
fn hostile_paths_and_texts_move_no_cursor() {
    let sandbox = Sandbox::new();
    let text = "\u{1b}[2J\u{202e}evil\ttext\u{7}";
    sandbox.file("in/a\u{1b}[31m.txt", format!("{text}\nb\n"));
    sandbox.file("in/b\u{1b}[31m.txt", format!("{text}\nc\n"));
    sandbox.file("in/c.jsonl", "{\"id\":\"\\u001b[1m\",\"text\":\"b\\nq\"}\n");
    sandbox.tamis(&["clean", "in", "--out", "out", "--repair", "none", "--match", "exact"]).exits(0);
    let text = told(&sandbox, &["out", "b\u{1b}[31m.txt"]);
    holds(&text, &["b\\u{1b}[31m.txt, line 1", "\\u{1b}[2J\\u{202e}evil\\u{9}text\\u{7}"]);
    let wide = explain(&sandbox, &["out", "b\u{1b}[31m.txt"], Some("120"));
    wide.exits(0).is_plain();
    told(&sandbox, &["out", "c.jsonl"]);
    explain(&sandbox, &["out", "\u{1b}[31m"], None).exits(2).is_plain();
    let bytes: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(&b"\xff"[..]);
    let ran = run(sandbox.command(&["explain".as_ref(), "out".as_ref(), bytes]).env_remove("COLUMNS"));
    ran.exits(2).is_plain();
}

#[test]
fn a_damaged_ledger_is_told() {
    let sandbox = cleaned();
    let ledger = sandbox.read("out.tamis/removed.jsonl.zst");
    sandbox.file("out.tamis/removed.jsonl.zst", &ledger[..ledger.len() - 9]);
    for args in [&["explain", "out", "d.txt"][..], &["clusters", "out"]] {
        sandbox.tamis(args).exits(2).says(&[
            "out.tamis/removed.jsonl.zst:",
            "damaged",
            "run `tamis clean` again",
        ]);
    }
    // Whole frames, but not all of them.
    sandbox.file("out.tamis/removed.jsonl.zst", zstd::bulk::compress(b"", 1).expect("memory"));
    for args in [&["explain", "out", "d.txt"][..], &["clusters", "out"]] {
        sandbox
            .tamis(args)
            .exits(2)
            .says(&["removed.jsonl.zst: it lists 0 removed paragraphs, and summary.json counts"]);
    }
    sandbox.file("out.tamis/summary.json", "{}");
    sandbox
        .tamis(&["clusters", "out"])
        .exits(2)
        .says(&["out.tamis/summary.json: this version of tamis cannot read it"]);
}

#[test]
fn a_closed_pipe_is_no_error() {
    let sandbox = cleaned();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let child = sandbox.command(&["explain", "out", "b.txt"]).stdout(writer).stderr(Stdio::piped()).spawn();
    let output = child.expect("a process").wait_with_output().expect("an end");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

/// A record is named by its number, or by the id that the ledger has for it.
#[test]
fn records_by_their_ids() {
    let sandbox = Sandbox::new();
    let record =
        |id: &Value| serde_json::json!({"id": id, "text": "the same line\nof two"}).to_string() + "\n";
    let ids: [Value; 7] =
        ["first".into(), "a17".into(), 1.into(), "twin".into(), "twin".into(), "a:1".into(), "#".into()];
    sandbox.file("in/r.jsonl", ids.iter().map(record).collect::<String>());
    sandbox.file("in/s#x/r.jsonl", record(&"a17".into()));
    sandbox.tamis(&["clean", "in", "--out", "out", "--split", "line", "-q"]).exits(0);
    for (place, record, paragraph) in [
        ("r.jsonl#a17", 1, None),
        ("in/r.jsonl#id=a17", 1, None),
        ("r.jsonl#a17:1", 1, Some(1)),
        ("r.jsonl#\"a17\"", 1, None),
        ("r.jsonl#1", 1, None),
        ("r.jsonl#id=1", 2, None),
        ("r.jsonl#a:1", 5, None),
        ("r.jsonl#a:1:0", 5, Some(0)),
        ("r.jsonl##", 6, None),
    ] {
        let ran = explain(&sandbox, &["out", place, "--json"], None);
        let lines = json(ran.exits(0));
        assert_eq!(lines.len(), 1, "{place}: {}", ran.out());
        assert_eq!(lines[0]["record"], record, "{place}");
        assert!(told(&sandbox, &["out", place]).contains("the same line") || paragraph == Some(1), "{place}");
    }
    assert_eq!(
        json(&explain(&sandbox, &["out", "s#x/r.jsonl#a17", "--json"], None))[0]["path"],
        "s#x/r.jsonl"
    );
    let several = explain(&sandbox, &["out", "r.jsonl#twin:0"], None);
    assert_eq!(several.exits(2).out(), "");
    holds(&several.err(), &["r.jsonl#twin:0: several records have this id", "r.jsonl#3:0, r.jsonl#4:0"]);
    // What lost nothing is not in the ledger, and an id that nothing has is none.
    for place in ["r.jsonl#first", "r.jsonl#nobody"] {
        explain(&sandbox, &["out", place], None).exits(2);
    }
}
