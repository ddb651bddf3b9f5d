//! Passages of a benchmark inside longer documents (contract N5): what is found and what is not, and that everything
//! that a run says of it agrees.

#![cfg(feature = "cli")]
use std::fmt::Write;

use serde_json::{Value, json};
use tamis::config::{FilterConfig, HistoryConfig, NearPreset, NearUnits};
use tamis::index::{IndexPassage, IndexRun, IndexSettings, IndexWriter, IndexedDocument};
use tamis::store::Root;
use tamis::units::Ordinal;
use tamis::{Config, Destination, NoObserver, Rule};

use super::days::{against, clean, ledger, resumed_is_uninterrupted, with_index, written};
use super::near_days::days;
use crate::support::disk::read_files;
use crate::support::near::{lines, preset};
use crate::support::random::Noise;
use crate::support::sandbox::Sandbox;

/// An instruction that every question of the benchmark begins with.
const INSTRUCTION: &str = "Read the following passage with great care and then answer the question that comes after it in one sentence.";
/// Questions with their passages.
const ENGLISH: &str = "The lighthouse on the northern spit was built in 1871 of granite that had been brought by \
    barge from the quarry at Lowmere, and for ninety years its keeper rowed across the sound twice a week to fetch oil, \
    bread and letters. Who brought the granite, and how far did the barge have to travel before the winter storms?";
const CHINESE: &str = "芥舟港的老灯塔建于清末，塔身用的花岗石全部由驳船从南山采石场运来，守塔人每周两次划船渡过海峡，取回灯油、面包和信件，\
    直到上世纪六十年代电灯接上以后，这条航线才慢慢冷清下来。请问守塔人每周渡过海峡几次，取回的是什么东西？";
/// A question shorter than a gram, with words enough, and two that are too short to be looked for.
const SHORT: &str = "Which river flows through the twelve provinces of Ardonia?";
const TOO_SHORT: [&str; 2] = ["下列关于灯塔的说法正确的", "Who built the northern lighthouse?"];

/// The benchmark as records: the questions from record 1 on, and twelve others that begin with the instruction too.
fn benchmark() -> String {
    let mut noise = Noise::new(505);
    let mut records = String::new();
    let others = (0..12).map(|_| format!("{INSTRUCTION} {}", noise.words(30).join(" ")));
    let texts = [INSTRUCTION.to_owned() + " " + ENGLISH, CHINESE.to_owned(), SHORT.to_owned()];
    let texts = texts.into_iter().chain(TOO_SHORT.map(str::to_owned)).chain(others);
    for (n, text) in texts.enumerate() {
        writeln!(records, "{}", json!({ "id": format!("q{n}"), "text": text })).expect("a string");
    }
    records
}

/// A document of more than 5,000 tokens, in lines, with a passage in its middle.
fn around(seed: usize, passage: &str) -> String {
    let mut noise = Noise::new(seed);
    let mut filler = || lines(&noise.words(3000)) + &noise.han(600) + "。\n";
    filler() + passage + "\n" + &filler()
}

/// English text as another writer sets it: case, quotes, marks, width and lines.
fn reset(text: &str) -> String {
    let text = text.to_uppercase().replace(", ", " — ").replace(". ", "!\n“").replace("1871", "１８７１");
    text.split(' ')
        .enumerate()
        .map(|(n, word)| if n % 9 == 8 { format!("{word}\n") } else { format!("{word} ") })
        .collect()
}

/// A text with each tenth word, or character, replaced by another.
fn with_tenth_changed(text: &str) -> String {
    if text.is_ascii() {
        let words = text.split(' ').enumerate();
        words
            .map(|(n, word)| if n % 10 == 9 { "otherwise".to_owned() } else { word.to_owned() } + " ")
            .collect()
    } else {
        text.chars().enumerate().map(|(n, c)| if n % 10 == 9 { '换' } else { c }).collect()
    }
}

/// A benchmark, its index, and documents.
fn bench() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("bench/q.jsonl", benchmark());
    let half = |text: &str| text.chars().take(text.chars().count() / 2).collect::<String>();
    for (name, text) in [
        ("chinese.txt", around(1, CHINESE)),
        (
            "chinese-reset.txt",
            around(2, &CHINESE.replace('，', "、").replace('。', "！\n").replace("六", "六 ")),
        ),
        ("english.txt", around(3, ENGLISH)),
        ("english-reset.txt", around(4, &reset(ENGLISH))),
        ("half.txt", around(5, &(half(CHINESE) + "\n" + &half(ENGLISH)))),
        ("instruction.txt", around(6, INSTRUCTION)),
        ("nothing.txt", around(7, "")),
        ("short.txt", around(8, &format!("Quiz: {} Nobody knows.", SHORT.to_lowercase()))),
        ("too-short.txt", around(9, &TOO_SHORT.join("\n,"))),
    ] {
        sandbox.file(format!("train/{name}"), text);
    }
    let records = [around(10, ENGLISH), around(11, ""), around(12, CHINESE)];
    let records = records.map(|text| json!({"id": text.len(), "text": text}).to_string());
    sandbox.file("train/r.jsonl", records.join("\n") + "\n");
    let build =
        ["index", "build", "bench", "--index", "b.tamis", "--run-name", "quiz", "--grams", "13", "-q"];
    sandbox.tamis(&build).exits(0);
    sandbox
}

/// Path and record of each contaminated document, the record of the benchmark, and the share.
fn contaminated(sandbox: &Sandbox, record: &str) -> Vec<(String, Option<u64>, u64, f64)> {
    let lines = sandbox.ledger(record).into_iter().filter(|line| line["rule"] == "contaminated");
    let told = lines.map(|line| {
        let path = line["path"].as_str().expect("a path").to_owned();
        assert_eq!(
            (&line["survivor"]["run"], &line["survivor"]["path"]),
            (&json!("quiz"), &json!("q.jsonl"))
        );
        assert!(line["text"].as_str().is_some_and(|text| text.len() > 20_000), "the removed text is kept");
        let held = line["survivor"]["record"].as_u64().expect("a record");
        (path, line["record"].as_u64(), held, line["containment"].as_f64().expect("a share"))
    });
    told.collect()
}

/// Contract N5: a passage in a document a hundred times as long is found, however it is set; half of one, an
/// instruction that many texts share, and texts that are too short are not.
#[test]
fn passages_are_found_in_long_documents() {
    let sandbox = bench();
    let account = sandbox.tamis(&["clean", "train", "--out", "o", "--against", "b.tamis"]).exits(0).out();
    assert!(
        account.contains("in 7 contaminated documents") && !account.contains("contaminated documents, "),
        "{account}"
    );
    let expected = [
        ("chinese.txt", None, 1, 1.0),
        ("chinese-reset.txt", None, 1, 1.0),
        ("english.txt", None, 0, 0.0),
        ("english-reset.txt", None, 0, 0.0),
        ("r.jsonl", Some(0), 0, 0.0),
        ("r.jsonl", Some(2), 1, 1.0),
        ("short.txt", None, 2, 1.0),
    ];
    let mut expected =
        expected.map(|(path, record, held, share)| (path.to_owned(), record, held, share)).to_vec();
    expected.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let found = contaminated(&sandbox, "o.tamis");
    let without_share = |of: &[(String, Option<u64>, u64, f64)]| {
        of.iter().map(|(a, b, c, _)| (a.clone(), *b, *c)).collect::<Vec<_>>()
    };
    assert_eq!(without_share(&found), without_share(&expected));
    for ((path, .., share), (.., least)) in found.iter().zip(&expected) {
        // The passage stands there without the instruction: those of its grams that go over into it are missing.
        assert!(*share >= least.max(0.75), "{path}: {share}");
    }
    let kept: Vec<String> = read_files(&sandbox.path("o")).into_keys().collect();
    assert_eq!(kept, ["half.txt", "instruction.txt", "nothing.txt", "r.jsonl", "too-short.txt"]);
    let summary = sandbox.summary("o.tamis");
    assert_eq!(summary["documents"]["removed"]["contaminated"], 7);
    assert_eq!(summary["documents"]["earlier"], json!({"contaminated": 7}));
    for verify in [
        &["verify", "train", "--out", "o", "--earlier", "b.tamis", "-q"][..],
        &["verify", "train", "--out", "o", "-q"],
    ] {
        sandbox.tamis(verify).exits(0);
    }
    let told = sandbox.tamis(&["verify", "train", "--out", "o", "--contamination", "0.9"]);
    told.exits(2).says(&["--contamination (now 0.9, in the run 0.5)"]);
}

/// Contract N5: how the share falls with each changed word, as the guide says it.
#[test]
fn the_share_falls_with_each_changed_word() {
    let sandbox = bench();
    for (name, passage) in [("chinese.txt", CHINESE), ("english.txt", ENGLISH)] {
        sandbox.file(format!("edited/{name}"), around(20, &with_tenth_changed(passage)));
        let words = passage.replacen("granite", "basalt", 1).replacen("花岗", "玄武", 1);
        sandbox.file(format!("edited/one-{name}"), around(21, &words));
    }
    sandbox
        .tamis(&["clean", "edited", "--out", "all", "--against", "b.tamis", "--contamination", "0.01", "-q"])
        .exits(0);
    let shares: Vec<(String, f64)> =
        contaminated(&sandbox, "all.tamis").into_iter().map(|(path, .., share)| (path, share)).collect();
    let share = |name: &str| shares.iter().find(|(path, _)| path == name).map_or(0.0, |(_, share)| *share);
    // Each tenth of the tokens changed leaves no run of 13 of them, one changed token takes 13 runs.
    assert_eq!((share("chinese.txt"), share("english.txt")), (0.0, 0.0), "{shares:?}");
    for name in ["one-chinese.txt", "one-english.txt"] {
        assert!((0.5..0.95).contains(&share(name)), "{shares:?}");
    }
}

/// Contract N5, X1: the gate names file, lines, the benchmark's record and the share, and has a limit of its own.
#[test]
fn the_gate_says_where_the_passage_is() {
    let sandbox = bench();
    let check = ["check", "train", "--against", "b.tamis"];
    let ran = sandbox.tamis(&check);
    let out = ran.exits(1).out();
    let line = around(1, "").lines().count() / 2 + 1;
    for part in [
        &*format!(
            "train/chinese.txt:{line}: contains a passage of quiz/q.jsonl#1, paragraph 0 (containment 1.0000, "
        ),
        "FAIL 7 contaminated documents (limit 0, --max-contaminated)",
        "7   documents with a passage of a benchmark",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    let json = sandbox.tamis(&[&check[..], &["--format", "json"]].concat()).exits(1).out();
    let report: Value = serde_json::from_str(&json).expect("JSON");
    let problems = report["problems"].as_array().expect("a list");
    let held: Vec<&Value> = problems.iter().filter(|problem| problem["kind"] == "contaminated").collect();
    assert!(
        held.len() == 7 && held.iter().all(|problem| problem["containment"].as_f64() >= Some(0.75)),
        "{json}"
    );
    let passing = ["--max-contaminated", "7", "--max-emptied", "100", "--max-duplicates", "1"];
    let passed = sandbox.tamis(&[&check[..], &passing].concat()).exits(0).out();
    assert!(passed.contains("pass 7 contaminated documents (limit 7, --max-contaminated)"), "{passed}");
    sandbox.tamis(&[&check[..], &["--contamination", "off", "--max-duplicates", "4"]].concat()).exits(0);
    // Whoever has no benchmark hears nothing of it.
    let plain = sandbox.tamis(&["check", "train", "--max-duplicates", "2"]).exits(0).out();
    assert!(!plain.contains("contaminat"), "{plain}");
    // Other formats, and what was there before.
    for format in ["github", "sarif", "junit", "gitlab", "markdown"] {
        let out = sandbox.tamis(&[&check[..], &["--format", format]].concat()).exits(1).out();
        assert!(out.contains("q.jsonl"), "{format}");
    }
    sandbox.tamis(&[&check[..], &["--format", "html=page.html"]].concat()).exits(1);
    assert!(sandbox.read_text("page.html").contains("contaminated"));
    sandbox.tamis(&[&check[..], &["--write-baseline", "before"]].concat()).exits(0);
    sandbox.tamis(&[&check[..], &["--baseline", "before"]].concat()).exits(0);
}

/// Contract O5: what people are shown of a document that went.
#[test]
fn explain_and_report_name_the_text_and_the_passage() {
    let sandbox = bench();
    sandbox.tamis(&["clean", "train", "--out", "o", "--against", "b.tamis", "-q"]).exits(0);
    let explained = sandbox.tamis(&["explain", "o", "english.txt"]).exits(0).out();
    for part in ["contaminated", "quiz/q.jsonl, record 0", "of the survivor appears in it, in paragraph"] {
        assert!(explained.contains(part), "{part}\n{explained}");
    }
    let json = sandbox.tamis(&["explain", "o", "english.txt", "--json"]).exits(0).out();
    let line =
        sandbox.ledger("o.tamis").into_iter().find(|line| line["path"] == "english.txt").expect("a line");
    assert!(json.contains("\"passage\"") && line["passage"][0] == line["passage"][1], "{json}");
    sandbox.tamis(&["report", "o", "--html", "page.html"]).exits(0);
    assert!(sandbox.read_text("page.html").contains("contaminated"));
}

/// Same bytes, always: whatever the threads and memory, and with long texts in pieces.
#[test]
fn the_same_bytes_however_a_run_goes() {
    let sandbox = bench();
    // A passage across the ends of pieces of 256 KiB, wherever they are.
    let mut noise = Noise::new(31);
    let filler = lines(&noise.words(2_000));
    let long =
        (0..40).map(|n| filler.clone() + if n % 7 == 3 { ENGLISH } else { "" } + "\n").collect::<String>();
    sandbox.file("train/long.txt", &long);
    let across =
        ENGLISH.split(' ').map(|word| word.to_owned() + &" ".repeat(4000)).collect::<Vec<_>>().join("\n");
    sandbox.file("train/wide.txt", filler.repeat(15) + &across + "\n" + &filler.repeat(15));
    let mut expected = None;
    for (number, (threads, memory)) in [(1, None), (2, Some(0)), (4, Some(300_000))].into_iter().enumerate() {
        let mut config = against(&Config::default(), &[&sandbox.path("b.tamis")]);
        (config.threads, config.memory) = (threads, memory);
        let out = sandbox.path(format!("{number}"));
        clean(&sandbox.path("train"), &out, &config);
        let left = written(&out);
        let gone = ledger(&out);
        for name in ["long.txt", "wide.txt"] {
            let line = gone.iter().find(|line| line.path == name).expect("it goes");
            assert_eq!(line.rule, Rule::Contaminated, "{name}");
            assert!(line.containment >= Some(0.75) && line.passage.is_some(), "{:?}", line.containment);
        }
        assert!(*expected.get_or_insert_with(|| left.clone()) == left, "{threads} threads, {memory:?}");
        let roots = vec![Root::look(&sandbox.path("train")).expect("an input")];
        let record = sandbox.path(format!("{number}.tamis"));
        let audit = tamis::verify(roots, &out, &record, &config, &NoObserver).expect("an audit");
        assert!(audit.is_clean(), "{:?}", audit.differences);
    }
}

/// What was taken in for the index is there after a run was cut short, and it is the same.
#[test]
fn a_run_that_is_resumed_keeps_the_same_grams() {
    let history = HistoryConfig { grams: Some(13), ..HistoryConfig::default() };
    let config = Config { history, ..preset(NearPreset::Strict, NearUnits::Documents) };
    resumed_is_uninterrupted(&days(11, 100), &config);
}

/// A document that goes is nobody's survivor, and a filter that drops others changes nothing of it.
#[test]
fn contaminated_documents_are_no_survivors() {
    let sandbox = bench();
    let text = around(50, ENGLISH);
    let alike = text.replace(ENGLISH, &with_tenth_changed(ENGLISH));
    sandbox.file("twins/a.txt", &text);
    sandbox.file("twins/b.txt", &alike);
    sandbox.file("twins/c.txt", &alike);
    sandbox.file("twins/d.txt", "Hardly a word.\n");
    for least in [None, Some(500)] {
        let mut config =
            against(&preset(NearPreset::Strict, NearUnits::Documents), &[&sandbox.path("b.tamis")]);
        config.decide.filters.min_document_chars = least;
        config.history.against.clear();
        // The same benchmark with what near-duplicates are found by.
        let index = sandbox.path(format!("near-{least:?}.tamis"));
        let mut build =
            with_index(&Config { decide: config.decide.clone(), ..config.clone() }, &index, "quiz");
        (build.history.grams, build.decide.filters) = (Some(13), FilterConfig::default());
        let roots = vec![Root::look(&sandbox.path("bench")).expect("an input")];
        tamis::clean_roots(roots, &Destination::Nowhere, &build, &NoObserver).expect("an index");
        config.history.against.push(index);
        let out = sandbox.path(format!("twins-{least:?}"));
        clean(&sandbox.path("twins"), &out, &config);
        let gone: Vec<(String, Rule, Option<String>)> = ledger(&out)
            .iter()
            .map(|line| {
                (line.path.to_string(), line.rule, line.survivor.as_ref().map(|place| place.path.to_string()))
            })
            .collect();
        let mut expected = vec![
            ("a.txt".to_owned(), Rule::Contaminated, Some("q.jsonl".to_owned())),
            ("c.txt".to_owned(), Rule::ExactDocument, Some("b.txt".to_owned())),
        ];
        expected.extend(least.map(|_| ("d.txt".to_owned(), Rule::ShortDocument, None)));
        assert_eq!(gone, expected);
    }
}

/// Contract N5: what does not go together is refused, and grams are never left out of account in silence.
#[test]
fn what_does_not_go_together_is_refused() {
    let sandbox = bench();
    let before = sandbox.read("b.tamis");
    let run = |args: &[&str]| sandbox.tamis(args);
    run(&["clean", "train", "--out", "x", "--index", "b.tamis", "-q"])
        .exits(2)
        .says(&["it holds all runs of 13 tokens of its texts", "use --against"]);
    let build = ["index", "build", "train", "--run-name", "more", "-q", "--index"];
    run(&[&build[..], &["b.tamis"]].concat()).exits(2).says(&["add --grams"]);
    run(&[&build[..], &["b.tamis", "--grams", "10"]].concat()).exits(2).says(&["13 tokens"]);
    run(&[&build[..], &["c.tamis", "--grams", "7"]].concat()).exits(2).says(&["8 to 32 tokens"]);
    run(&[&build[..], &["c.tamis", "--grams", "13", "--contamination", "0.7"]].concat())
        .exits(2)
        .says(&["leave --contamination out"]);
    assert_eq!(sandbox.read("b.tamis"), before);
    run(&[&build[..], &["plain.tamis"]].concat()).exits(0);
    let other = ["index", "build", "bench", "--run-name", "other", "-q", "--index"];
    run(&[&other[..], &["plain.tamis", "--grams", "13"]].concat()).exits(2).says(&["no run in it has grams"]);
    run(&[&other[..], &["ten.tamis", "--grams", "10"]].concat()).exits(0);
    run(&["check", "train", "--against", "b.tamis", "--against", "ten.tamis"])
        .exits(2)
        .says(&["have 10 tokens"]);
    run(&["index", "merge", "b.tamis", "plain.tamis", "--out", "m.tamis"])
        .exits(2)
        .says(&["grams: 13 and none"]);
    // Another run in the same index, and both merged from two.
    run(&[&build[..], &["b.tamis", "--grams", "13"]].concat()).exits(0);
    let info = run(&["index", "info", "b.tamis"]).exits(0).out();
    assert!(info.contains("grams      27 texts") && info.contains("passages"), "{info}");
    let info: Value =
        serde_json::from_str(&run(&["index", "info", "b.tamis", "--json"]).exits(0).out()).expect("JSON");
    assert_eq!((&info["version"], &info["passages"]), (&json!(4), &json!(27)));
    assert_eq!(info["runs"][0]["passages"], json!(15), "two texts are too short");
    run(&["index", "export", "b.tamis"]).exits(0);
}

/// Contract N5: several indexes are as good as one of all, and what is only compared with stays as it is.
#[test]
fn merged_benchmarks_find_the_same() {
    let sandbox = bench();
    sandbox.file("more/a.txt", lines(&Noise::new(7).words(200)));
    let build =
        ["index", "build", "more", "--index", "more.tamis", "--run-name", "more", "--grams", "13", "-q"];
    sandbox.tamis(&build).exits(0);
    sandbox.tamis(&["index", "merge", "b.tamis", "more.tamis", "--out", "m.tamis"]).exits(0);
    let path = |name: &str| sandbox.path(name);
    let before = sandbox.read("b.tamis");
    clean(
        &path("train"),
        &path("two"),
        &against(&Config::default(), &[&path("b.tamis"), &path("more.tamis")]),
    );
    clean(&path("train"), &path("one"), &against(&Config::default(), &[&path("m.tamis")]));
    assert!(read_files(&path("two")) == read_files(&path("one")));
    assert!(ledger(&path("two")) == ledger(&path("one")));
    assert!(ledger(&path("one")).iter().filter(|line| line.rule == Rule::Contaminated).count() == 8);
    assert_eq!(sandbox.read("b.tamis"), before);
}

/// Contract N5: what else is in the documents may stay as it is.
#[test]
fn nothing_else_need_go() {
    let sandbox = bench();
    let kept = "Line.\nLine.\n\n\nLine.  \n";
    sandbox.file("train/kept.txt", kept);
    for exact in ["off", "documents"] {
        let run = ["clean", "train", "--out", exact, "--against", "b.tamis", "--exact", exact, "-q"];
        sandbox.tamis(&run).exits(0);
        assert_eq!(contaminated(&sandbox, &format!("{exact}.tamis")).len(), 7);
        assert_eq!(sandbox.read_text(format!("{exact}/kept.txt")), kept);
        sandbox
            .tamis(&["verify", "train", "--out", exact, "--exact", exact, "--earlier", "b.tamis", "-q"])
            .exits(0);
    }
    sandbox.tamis(&["index", "build", "bench", "--index", "plain", "--run-name", "quiz", "-q"]).exits(0);
    let run = ["clean", "train", "--out", "x", "--against", "plain", "--exact", "off", "-q"];
    sandbox.tamis(&run).exits(2).says(&["exact: only paragraphs can be compared"]);
}

/// Grams have their place below the ceiling on memory, or the run says what they take.
#[test]
fn grams_have_their_place_in_memory() {
    let sandbox = Sandbox::new();
    sandbox.file("train/a.txt", "Line.\n");
    let mut config = Config { memory: Some(256 << 20), ..Config::default() };
    config.history.grams = Some(13);
    let settings = IndexSettings::of(&config);
    for (name, num_passages) in [("few", 1), ("many", 3)] {
        let mut bytes = Vec::new();
        let runs = [IndexRun::new("bench", num_passages)];
        let mut writer = IndexWriter::new(&mut bytes, &settings, &runs).expect("an index");
        for place in (0..num_passages).map(Ordinal) {
            let document =
                IndexedDocument { path: b"a", record: Some(place.0), start: place, num_paragraphs: 1 };
            writer.push_document(&document).expect("a document");
        }
        for place in (0..num_passages).map(Ordinal) {
            let grams = (0..1_000_000).map(|n| n << 40 | place.0).collect();
            writer.push_passage(&IndexPassage { place, short: None, grams }).expect("grams");
        }
        writer.finish().expect("an index");
        sandbox.file(name, bytes);
    }
    config.history.grams = None;
    let run = |name: &str| {
        let config = against(&config, &[&sandbox.path(name)]);
        tamis::clean(&[sandbox.path("train")], None, &config, &NoObserver)
    };
    run("few").expect("a run");
    let error = run("many").expect_err("no room").to_string();
    assert!(error.contains("the grams of") && error.contains("--memory"), "{error}");
}
