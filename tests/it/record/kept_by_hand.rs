//! `--keep-places` (contract O7): what is named is kept, nothing else is decided in another way, and everything that a
//! run says of it agrees. The real binary.

#![cfg(feature = "cli")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use crate::support::lines::lines;
use crate::support::packs::{jsonl, tar, zip};
use crate::support::process::Ran;
use crate::support::random::Noise;
use crate::support::sandbox::Sandbox;

/// A line of its own kind.
fn line(number: usize) -> String {
    format!("第{number}条：澜湾港今日记录 item{number} of the harbour register")
}

/// An article that is a near-duplicate of any other `who`'s.
fn article(who: &str) -> String {
    let body = lines(12, |n| format!("{}，{}", line(100 + n), line(200 + n)));
    format!("博物馆重新开放，{who}主持仪式。\n{body}")
}

/// Copies of lines in texts, records and members of archives; near-duplicate documents; layout.
fn corpus() -> Sandbox {
    let sandbox = Sandbox::new();
    let some = |from: usize, to: usize| lines(to - from, |n| line(from + n));
    sandbox.file("in/a.txt", some(0, 12));
    sandbox.file("in/b:1.txt", format!("{}----\n{}", some(3, 7), line(500)));
    sandbox.file("in/c.txt", format!("{}\n-----\n{}", line(1), line(2)));
    sandbox.file("in/d/museum.txt", article("馆长"));
    sandbox.file("in/e/museum.txt", article("市长"));
    sandbox.file("in/e/copy.txt", article("馆长"));
    sandbox.file("in/f.zip", zip(&[("m.txt", some(0, 3).into_bytes()), ("n.txt", line(501).into_bytes())]));
    let records = [some(2, 4), some(600, 602) + &line(5), article("县长")];
    sandbox.file("in/g.jsonl", jsonl(&records));
    sandbox.file("in/h.tar", tar(&[("r.jsonl", jsonl(&[some(7, 9), line(601)]).into_bytes())]));
    sandbox
}

const CLEAN: [&str; 5] = ["clean", "in", "--no-config", "--split", "line"];

/// Cleans `in` into `out` with these options.
fn clean(sandbox: &Sandbox, out: &str, options: &[&str]) -> Ran {
    let ran = sandbox.tamis(&[&CLEAN[..], &["--quiet", "--force", "--out", out], options].concat());
    ran.exits(0);
    ran
}

/// One paragraph that a ledger tells of.
type Place = (String, Option<u64>, u64);

/// Of each removed paragraph the rule, and what stays in its place: a paragraph, or a document.
fn removed(sandbox: &Sandbox, out: &str) -> BTreeMap<Place, (String, Option<Place>)> {
    let mut removed = BTreeMap::new();
    for line in sandbox.ledger(&format!("{out}.tamis")) {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let number = |value: &Value| value.as_u64().expect("a number");
        let (rule, first) = (text(&line["rule"]), number(&line["first"]));
        for at in first..=number(&line["last"]) {
            let survivor = line.get("survivor").map(|survivor| {
                let step = if rule.ends_with("document") { 0 } else { at - first };
                (text(&survivor["path"]), survivor["record"].as_u64(), number(&survivor["first"]) + step)
            });
            removed.insert((text(&line["path"]), line["record"].as_u64(), at), (rule.clone(), survivor));
        }
    }
    removed
}

fn spelled((path, record, paragraph): &Place) -> String {
    let record = record.map_or_else(String::new, |record| format!("#{record}"));
    format!("{path}{record}:{paragraph}")
}

fn kept_by_hand(sandbox: &Sandbox, out: &str) -> [Value; 2] {
    let summary = sandbox.summary(&format!("{out}.tamis"));
    let paragraphs = &summary["paragraphs"];
    let gone: u64 =
        paragraphs["removed"].as_object().expect("rules").values().filter_map(Value::as_u64).sum();
    assert_eq!(paragraphs["read"], paragraphs["kept"].as_u64().expect("a number") + gone, "counts add up");
    assert_eq!(
        usize::try_from(gone).ok(),
        Some(removed(sandbox, out).len()),
        "the ledger has each removed paragraph"
    );
    [&paragraphs["kept_by_hand"], &summary["documents"]["kept_by_hand"]].map(Clone::clone)
}

/// Whatever is named, the ledger is that of a run without the list but for what is named; `verify` agrees.
#[test]
fn no_other_verdict_changes() {
    let sandbox = corpus();
    let mut noise = Noise::new(18);
    let sets: [&[&str]; 5] = [
        &[],
        &["--near"],
        &["--near=both", "--keep", "longest"],
        &["--exact", "both"],
        &["--scope", "document"],
    ];
    for options in sets {
        clean(&sandbox, "plain", options);
        let plain = removed(&sandbox, "plain");
        let is_whole = |place: &Place| plain[place].0.ends_with("document");
        for _ in 0..4 {
            let named: Vec<&Place> = plain.keys().filter(|_| noise.below(4) == 0).collect();
            if named.is_empty() {
                continue;
            }
            sandbox.file("keep", lines(named.len(), |n| spelled(named[n])));
            let with = [options, &["--keep-places", "keep"]].concat();
            let ran = clean(&sandbox, "out", &with);
            assert_eq!(ran.err(), "", "every place keeps something");
            // A document that goes as a whole is kept as a whole.
            let is_kept = |place: &Place| {
                let of_it = |other: &&&Place| (&other.0, other.1) == (&place.0, place.1);
                named.contains(&place) || is_whole(place) && named.iter().any(|other| of_it(&other))
            };
            let (kept, rest): (BTreeMap<_, _>, BTreeMap<_, _>) =
                plain.clone().into_iter().partition(|(place, _)| is_kept(place));
            let mut found = removed(&sandbox, "out");
            // Layout goes with the rest of its document, and stays with what is kept of it.
            let is_layout = |place: &Place| plain.get(place).is_some_and(|(rule, _)| rule == "layout");
            found.retain(|place, _| !is_layout(place));
            let rest: BTreeMap<_, _> = rest.into_iter().filter(|(place, _)| !is_layout(place)).collect();
            assert_eq!(found, rest, "{options:?} {named:?}");
            let [paragraphs, documents] = kept_by_hand(&sandbox, "out");
            assert_eq!(paragraphs, kept.len(), "{options:?} {named:?}");
            let wholes: BTreeSet<_> =
                kept.keys().filter(|place| is_whole(place)).map(|(path, record, _)| (path, record)).collect();
            assert_eq!(documents, wholes.len());
            let verify = [&["verify", "in", "--no-config", "--split", "line", "--out", "out"], &with[..]];
            sandbox.tamis(&verify.concat()).exits(0);
        }
    }
}

/// With every removed place named, nothing is removed.
#[test]
fn everything_comes_back() {
    let sandbox = corpus();
    for options in [&[][..], &["--near"], &["--near=both"], &["--exact", "documents"]] {
        clean(&sandbox, "plain", options);
        let places: Vec<_> = removed(&sandbox, "plain").keys().map(spelled).collect();
        assert!(!places.is_empty());
        sandbox.file("keep", places.join("\r\n") + "\n\n");
        clean(&sandbox, "out", &[options, &["--keep-places", "keep"]].concat());
        assert!(removed(&sandbox, "out").is_empty(), "{options:?}");
        let summary = sandbox.summary("out.tamis");
        assert_eq!(summary["documents"]["kept"], summary["documents"]["read"]);
        clean(&sandbox, "off", &["--exact", "off"]);
        if !options.contains(&"documents") {
            clean(&sandbox, "off", &["--exact", "off", "--repair", "basic"]);
        }
        assert_eq!(sandbox.tree("out"), sandbox.tree("off"), "{options:?}");
    }
}

/// A list that keeps nothing changes nothing, and is told of.
#[test]
fn a_list_without_effect() {
    let sandbox = corpus();
    for options in [&[][..], &["--near=both"]] {
        clean(&sandbox, "plain", options);
        sandbox
            .file("keep", "a.txt:0\ng.jsonl#1:1\nnowhere.txt\ng.jsonl#77\na.txt:900-901\n\"d/museum.txt\"\n");
        let ran = clean(&sandbox, "out", &[options, &["--keep-places", "keep"]].concat());
        ran.says(&[
            "keep-places: 3 places name nothing in the inputs: nowhere.txt, g.jsonl#77, a.txt:900-901;",
            "keep-places: 3 places name text that no rule removes: a.txt:0, g.jsonl#1:1, \"d/museum.txt\";",
        ]);
        assert_eq!(sandbox.tree("out"), sandbox.tree("plain"));
        assert_eq!(sandbox.ledger("out.tamis"), sandbox.ledger("plain.tamis"));
        assert_eq!(kept_by_hand(&sandbox, "out"), [json!(0), json!(0)]);
        let mut summary = sandbox.summary("out.tamis");
        for (of, key) in
            [("config", "keep_places"), ("paragraphs", "kept_by_hand"), ("documents", "kept_by_hand")]
        {
            assert!(summary[of].as_object_mut().expect("an object").remove(key).is_some(), "{key}");
        }
        assert_eq!(summary, sandbox.summary("plain.tamis"));
    }
}

/// Records, members, paths that hold `:`, ranges, and a path alone; in texts of one piece and in shards.
#[test]
fn places_of_every_kind() {
    let sandbox = corpus();
    let keep = "b:1.txt:0-1\nf.zip/m.txt\ng.jsonl#0\nh.tar/r.jsonl#0:1\n";
    sandbox.file("lists/keep", keep);
    for form in [&[][..], &["--to", "jsonl"], &["--to", "txt"]] {
        let options = [&["--near", "--keep-places", "lists/keep"], form].concat();
        let ran = clean(&sandbox, "out", &options);
        assert_eq!(ran.err(), "");
        let gone = removed(&sandbox, "out");
        let gone_of = |path: &str, record: Option<u64>| -> Vec<u64> {
            let of_it = gone.keys().filter(|place| place.0 == path && place.1 == record);
            of_it.map(|place| place.2).collect()
        };
        assert_eq!(gone_of("b:1.txt", None), [2, 3]);
        assert!(gone_of("f.zip/m.txt", None).is_empty() && gone_of("g.jsonl", Some(0)).is_empty());
        assert_eq!(gone_of("h.tar/r.jsonl", Some(0)), [0]);
        assert_eq!(gone_of("c.txt", None), [0, 1, 2], "layout goes with the rest");
        let [paragraphs, documents] = kept_by_hand(&sandbox, "out");
        assert_eq!((paragraphs, documents), (json!(2 + 3 + 2 + 1), json!(0)));
        let verify = [&["verify", "in", "--no-config", "--split", "line", "--out", "out"], &options[..]];
        sandbox.tamis(&verify.concat()).exits(0);
    }
    let text = sandbox.read_text("out/b:1.txt");
    assert!(text.starts_with(&line(3)) && text.contains(&line(4)) && !text.contains(&line(5)), "{text}");
    let account =
        sandbox.tamis(&[&CLEAN[..], &["--near", "--keep-places", "lists/keep", "--dry-run"]].concat());
    assert!(
        account.exits(0).out().contains("by hand                  8   paragraphs are kept"),
        "{}",
        account.out()
    );
    // Explained: kept, and not what is not.
    for (place, said) in [("b:1.txt:0", "by hand"), ("a.txt:0", "it is kept\n"), ("b:1.txt:2", "b:1.txt")] {
        let ran = sandbox.tamis(&["explain", "out", place]);
        assert!(ran.exits(0).out().contains(said), "{place}: {}", ran.out());
        assert_eq!(ran.out().contains("by hand"), said == "by hand", "{place}: {}", ran.out());
    }
    // A file of options names the list, below its own directory or not.
    sandbox.file("tamis.toml", "keep-places = 'lists/keep'\nnear = true\nsplit = 'line'\n");
    sandbox.tamis(&["clean", "in", "--quiet", "--out", "told"]).exits(0);
    clean(&sandbox, "out", &["--near", "--keep-places", "lists/keep"]);
    assert_eq!(sandbox.tree("told"), sandbox.tree("out"));
    assert_eq!(sandbox.ledger("told.tamis"), sandbox.ledger("out.tamis"));
}

/// A near-duplicate document stays as a whole, by its path or by one of its paragraphs.
#[test]
fn near_duplicate_documents() {
    let sandbox = corpus();
    clean(&sandbox, "plain", &["--near"]);
    assert!(!sandbox.exists("plain/e/museum.txt") && !sandbox.exists("plain/e/copy.txt"));
    for (place, path) in [("e/museum.txt", "e/museum.txt"), ("e/copy.txt:3", "e/copy.txt")] {
        sandbox.file("keep", place);
        let ran = clean(&sandbox, "out", &["--near", "--keep-places", "keep"]);
        assert_eq!(ran.err(), "");
        assert_eq!(sandbox.read(format!("out/{path}")), sandbox.read(format!("in/{path}")));
        assert_eq!(kept_by_hand(&sandbox, "out"), [json!(13), json!(1)]);
        let mut files = sandbox.tree("out");
        files.remove(Path::new(path));
        files.remove(Path::new("e"));
        assert_eq!(files, sandbox.tree("plain"), "nothing else is decided in another way");
        let shown = sandbox.tamis(&["explain", "out", place]);
        assert!(shown.exits(0).out().contains("by hand"), "{}", shown.out());
    }
}

/// A document with a passage of a benchmark stays if it is named.
#[test]
fn contaminated_documents() {
    let sandbox = Sandbox::new();
    let question = "The lighthouse on the northern spit was built in 1871 of granite that had been brought by barge from \
        the quarry at Lowmere, and for ninety years its keeper rowed across the sound twice a week to fetch oil.";
    sandbox.file("bench/q.jsonl", jsonl(&[question]));
    let mut noise = Noise::new(4);
    for name in ["a", "b"] {
        let filler = noise.words(400).join(" ");
        sandbox.file(format!("in/{name}.txt"), format!("{filler}\n{question}\nthe end of {name}\n"));
    }
    let build = [
        "index",
        "build",
        "bench",
        "--index",
        "i",
        "--run-name",
        "quiz",
        "--grams",
        "13",
        "--split",
        "line",
        "-q",
    ];
    sandbox.tamis(&build).exits(0);
    clean(&sandbox, "plain", &["--against", "i"]);
    assert_eq!(sandbox.summary("plain.tamis")["documents"]["removed"], json!({"contaminated": 2}));
    sandbox.file("keep", "b.txt:0\n");
    let options = ["--against", "i", "--keep-places", "keep"];
    let ran = clean(&sandbox, "out", &options);
    assert_eq!(ran.err(), "");
    assert_eq!(sandbox.summary("out.tamis")["documents"]["removed"], json!({"contaminated": 1}));
    assert_eq!(kept_by_hand(&sandbox, "out"), [json!(3), json!(1)]);
    assert_eq!(sandbox.read("out/b.txt"), sandbox.read("in/b.txt"));
    let verify = [
        "verify",
        "in",
        "--no-config",
        "--split",
        "line",
        "--out",
        "out",
        "--earlier",
        "i",
        "--keep-places",
        "keep",
    ];
    sandbox.tamis(&verify).exits(0);
}

/// Layout is kept by hand where it would go with the rest of its document, and nowhere else.
#[test]
fn layout() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", lines(3, line));
    sandbox.file("in/b.txt", lines(2, line) + "----\n");
    sandbox.file("in/c.txt", lines(2, line) + "----\nunlike the others\n");
    for (keep, counted, text, said) in [
        ("b.txt:2\n", 1, "----\n", ""),
        ("b.txt:0\n", 1, "FIRST\n----\n", ""),
        ("b.txt\n", 3, "FIRST\nSECOND\n----\n", ""),
        ("c.txt:2\nb.txt:1", 1, "SECOND\n----\n", "1 place names text that no rule removes: c.txt:2"),
        ("c.txt\nb.txt:1", 3, "SECOND\n----\n", ""),
    ] {
        sandbox.file("keep", keep);
        let ran = clean(&sandbox, "out", &["--keep-places", "keep"]);
        assert!(ran.err().contains(said) && ran.err().is_empty() == said.is_empty(), "{keep}: {}", ran.err());
        assert_eq!(kept_by_hand(&sandbox, "out")[0], counted, "{keep}");
        let text = text.replace("FIRST", &line(0)).replace("SECOND", &line(1));
        assert_eq!(sandbox.read_text("out/b.txt"), text, "{keep}");
        let verify =
            ["verify", "in", "--no-config", "--split", "line", "--out", "out", "--keep-places", "keep"];
        sandbox.tamis(&verify).exits(0);
    }
}

/// A gate counts what would be removed, without what is named.
#[test]
fn a_check_lets_named_places_pass() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", lines(4, line));
    sandbox.file("in/b.txt", lines(2, line));
    let check = |options: &[&str]| {
        sandbox.tamis(&[&["check", "in", "--no-config", "--split", "line"], options].concat())
    };
    check(&[]).exits(1);
    sandbox.file("keep", "b.txt:0\n");
    let ran = check(&["--keep-places", "keep"]);
    assert!(ran.exits(1).out().contains("FAIL 1 duplicate paragraph"), "{}", ran.out());
    sandbox.file("keep", "b.txt\nmissing.txt\na.txt:0\n");
    let ran = check(&["--keep-places", "keep", "--quiet"]);
    ran.exits(0).says(&["1 place names nothing in the inputs: missing.txt", "no rule removes: a.txt:0"]);
}

/// What is no list of places ends the program before any work, with the line and what to write.
#[test]
fn lists_that_are_none() {
    let sandbox = corpus();
    sandbox.file("keep", "a.txt\n\n/a.txt:1\n");
    let bytes: [(&[u8], [&str; 2]); 6] = [
        (b"a.txt\n\n/a.txt:1\n", ["keep:3: /a.txt:1: a path begins below its input", "write PATH"]),
        (b"a.txt:5-2", ["keep:1: a.txt:5-2: paragraph 5 comes after paragraph 2", "write 2-5"]),
        (b"a\n:4\n", ["keep:2: :4: it has no path", "write PATH"]),
        (b"\"a.txt", ["keep:1: \"a.txt", "write PATH"]),
        (b"a\n\xff\n", ["keep:2: it is not UTF-8", "write"]),
        (b"\n \n", ["keep: it holds no place", "leave the option out"]),
    ];
    for (content, parts) in bytes {
        sandbox.file("keep", content);
        for command in [&["clean", "in", "--out", "out"][..], &["check", "in"], &["clean", "in", "--dry-run"]]
        {
            let ran = sandbox.tamis(&[command, &["--no-config", "--keep-places", "keep"]].concat());
            ran.exits(2).says(&parts);
            assert!(!sandbox.exists("out"));
        }
    }
    let ran = sandbox.tamis(&["clean", "in", "--out", "out", "--keep-places", "not-there"]);
    ran.exits(2).says(&["not-there: cannot read this list of places"]);
    let build = ["index", "build", "in", "--index", "i", "--run-name", "one", "--keep-places", "keep"];
    sandbox.tamis(&build).exits(2).says(&["keep-places", "leave --keep-places out"]);
}
