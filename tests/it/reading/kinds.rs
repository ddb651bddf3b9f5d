//! Contract D2: what is not prose is never cut by lines. Names decide, under compression too, and contents where they
//! say otherwise; and a file reads the same in a directory, compressed, in an archive and on standard input.

#![cfg(feature = "cli")]

use serde_json::json;

use crate::support::json::{json_lines, text_of};
use crate::support::memory::{clean, clean_twice, file};
use crate::support::packs::{COMPRESSIONS, compress, decompress, jsonl, tar, untar, zip};
use crate::support::sandbox::Sandbox;
use tamis::Config;
use tamis::config::Pages;

/// Files whose lines are syntax: each would lose a line if it were read as prose.
const SYNTAX: [(&str, &str, &str); 14] = [
    ("a.py", "def f():\n    return 1\n\ndef g():\n    return 1\n", "unsupported"),
    ("A.JS", "if (a) {\n}\nif (b) {\n}\n", "unsupported"),
    ("a.h", "#endif\n#endif\n", "unsupported"),
    ("a.yaml", "a:\n  x: 1\nb:\n  x: 1\n", "unsupported"),
    ("a.ipynb", "{\n\"a\": [\n{},\n{}\n]\n}\n", "unsupported"),
    ("a.geojson", "{\n}\n}\n", "unsupported"),
    (
        "a.srt",
        "1\n00:00:01,000 --> 00:00:02,000\n好\n\n2\n00:00:03,000 --> 00:00:04,000\n好\n",
        "unsupported",
    ),
    ("a.css", "a {\n}\nb {\n}\n", "unsupported"),
    ("a.xml", "<a>\n<b/>\n<b/>\n</a>\n", "unsupported"),
    ("a.html", "<p>\n</p>\n<p>\n</p>\n", "html"),
    ("Makefile", "a:\n\ttouch x\nb:\n\ttouch x\n", "unsupported"),
    ("requirements.txt", "a==1\na==1\n", "unsupported"),
    ("a.docm", "PK\x03\x04", "unsupported"),
    ("a.tex", "\\end{a}\n\\end{a}\n", "unsupported"),
];

/// Files whose names promise prose, or nothing, and which are none.
const CONTENTS: [(&str, &str, &str); 9] = [
    ("a.txt", "<!DOCTYPE html>\n<div>\n<div>\n", "html"),
    ("a", "\n<html lang=\"zh\">\n<div>\n<div>\n", "html"),
    ("b.md", "<?xml version=\"1.0\"?>\n<b/>\n<b/>\n", "unsupported"),
    ("c.log", "[\n{\"text\": \"x\"},\n{\"text\": \"x\"}\n]\n", "json_array"),
    ("d.json", "[\n{\"text\": \"x\"},\n{\"text\": \"x\"}\n]\n", "json_array"),
    ("e.json", "{\n  \"text\": \"x\",\n  \"more\": [\n 1,\n 1\n]}\n", "unsupported"),
    ("f.json", "{\"name\": \"x\"}\n", "unsupported"),
    ("g.txt", "{\n \"cells\": [\n],\n \"nbformat\": 4\n}\n", "unsupported"),
    ("h", "#!/bin/sh\nfi\nfi\n", "unsupported"),
];

#[test]
fn what_is_not_prose_is_counted_and_left_out() {
    let mut config = Config::default();
    config.read.pages = Pages::Skip;
    for (name, content, reason) in SYNTAX.into_iter().chain(CONTENTS) {
        let plain = clean(&file(name, content), &config);
        assert!(plain.out.is_empty() && plain.rejected.is_empty(), "{name}: {:?}", plain.rejected);
        let skipped = |number: u64| std::collections::BTreeMap::from([(reason.to_owned(), number)]);
        assert_eq!(plain.summary.files.skipped, skipped(1), "{name}");
        for compression in COMPRESSIONS {
            let packed = file(&format!("{name}.{compression}"), compress(compression, content.as_bytes()));
            let packed = clean(&packed, &config);
            assert!(packed.out.is_empty() && packed.rejected.is_empty(), "{name}.{compression}");
            assert_eq!(packed.summary.files.skipped, skipped(1), "{name}.{compression}");
        }
        let members = [(name, content.as_bytes().to_vec()), ("z.txt", b"prose\n".to_vec())];
        for (archive, bytes) in [("x.tar", tar(&members)), ("x.zip", zip(&members))] {
            let run = clean_twice(&file(archive, bytes), &config);
            assert_eq!(run.summary.members.skipped, skipped(1), "{archive}/{name}");
            assert_eq!((run.summary.members.read, run.summary.documents.kept), (1, 1), "{archive}/{name}");
        }
    }
}

/// A large file is told by its first bytes, as a small one is.
#[test]
fn large_files_are_told_by_their_first_bytes() {
    let more = "<b/>\n".repeat(200_000);
    let rows = "{\"text\": \"x\"},\n".repeat(60_000);
    for (name, content, reason) in [
        ("a.txt", format!("<html>\n{more}"), "html"),
        ("a", format!("<?xml version=\"1.0\"?>\n{more}"), "unsupported"),
        ("a.json", format!("[\n{rows}{{}}]"), "json_array"),
        ("a.txt", format!("[\n{rows}{{}}]"), "json_array"),
        ("a.json", format!("{{\"rows\": [\n{rows}{{}}]}}"), "unsupported"),
        ("a", format!("{{\"rows\": [\n{rows}{{}}]}}"), "unsupported"),
    ] {
        assert!(content.len() > 300_000);
        for (name, content) in [
            (name.to_owned(), content.clone().into_bytes()),
            (format!("{name}.gz"), compress("gz", content.as_bytes())),
        ] {
            let mut config = Config::default();
            config.read.pages = Pages::Skip;
            let run = clean(&file(&name, content), &config);
            assert!(run.out.is_empty() && run.rejected.is_empty(), "{name} {:?}", run.rejected);
            assert_eq!(run.summary.files.skipped.keys().collect::<Vec<_>>(), [reason], "{name}");
        }
    }
    // One record longer than what is looked at.
    let long = format!("{{\"id\": 1, \"text\": \"{}\\nlast\"}}\n", "word ".repeat(80_000));
    let run = clean_twice(&file("a.json", &long), &Config::default());
    assert_eq!((run.summary.records.read, run.summary.paragraphs.kept), (1, 2));
}

#[test]
fn json_lines_under_any_name() {
    let records = jsonl(&["first\nsecond\n", "first\nthird\n"]);
    let bodies = "{\"raw\":\"x\"}\n{\"raw\":\"y\"}\n";
    for name in ["a.json", "a.txt", "wiki_00", "a.log"] {
        for compression in ["none"].into_iter().chain(COMPRESSIONS) {
            let name = if compression == "none" { name.to_owned() } else { format!("{name}.{compression}") };
            let run =
                clean_twice(&file(&name, compress(compression, records.as_bytes())), &Config::default());
            assert_eq!(run.summary.records.read, 2, "{name}");
            let out = decompress(compression, &run.out[&name]);
            let texts: Vec<_> =
                json_lines(&out).iter().map(|line| text_of(line, "text").trim_end().to_owned()).collect();
            assert_eq!(texts, ["first\nsecond", "third"], "{name}");
            // Two records without the field are records all the same, and it is said what they lack.
            let run = clean(&file(&name, compress(compression, bodies.as_bytes())), &Config::default());
            assert_eq!(run.summary.records.rejected["no_text"], 2, "{name}");
        }
    }
    let members = [("d/c4.json.gz", compress("gz", records.as_bytes()))];
    let run = clean_twice(&file("x.tar", tar(&members)), &Config::default());
    assert_eq!(json_lines(&decompress("gz", &untar(&run.out["x.tar"])["d/c4.json.gz"])).len(), 2);
    // One record is enough if it has the field that is asked for.
    let mut config = Config::default();
    let one = file("a.json", "{\"raw\":\"x\\nx\"}\n");
    assert_eq!(clean(&one, &config).summary.files.skipped["unsupported"], 1);
    config.read.text_field = vec!["raw".into()];
    assert_eq!(clean(&one, &config).summary.records.read, 1);
}

#[test]
fn an_ending_is_asked_for_by_name() {
    for (name, globs, is_read) in [
        ("d/a.py", &["*.py"][..], true),
        ("d/a.py", &["d/**", "*.{py,txt}"], true),
        ("d/a.py", &["d/**"], false),
        ("d/a.py", &["*.*"], false),
        ("d/a.py.gz", &["*.py.gz"], true),
        ("d/a.py.gz", &["*.gz"], false),
        ("d/a.html", &["*.html"], true),
        ("d/Makefile", &["Makefile"], true),
        ("d/a.docx", &["*.docx"], false),
        ("d/a.json", &["*.json"], false),
    ] {
        let sandbox = Sandbox::new();
        let content = if name.contains(".json") { "[\n{},\n{}\n]\n" } else { "<html>\none\none\n" };
        let compression = if name.contains(".gz") { "gz" } else { "none" };
        sandbox.file(format!("in/{name}"), compress(compression, content.as_bytes()));
        let globs: Vec<_> = globs.iter().flat_map(|glob| ["--include", glob]).collect();
        let args = [&["clean", "in", "--out", "out", "--quiet"], &globs[..]].concat();
        sandbox.tamis(&args).exits(0);
        let files = &sandbox.summary("out.tamis")["files"];
        assert_eq!(files["read"] == 1, is_read, "{name} {globs:?}: {files}");
        let args = [&["verify", "in", "--out", "out"], &globs[..]].concat();
        sandbox.tamis(&args).exits(0);
    }
    // Members of archives too, where the archive itself is asked for.
    let members = [("a.py", b"one\none\n".to_vec()), ("b.txt", b"two\n".to_vec())];
    let sandbox = Sandbox::new();
    sandbox.file("in/x.zip", zip(&members));
    for (globs, read) in [(&["--include", "*.zip"][..], 1), (&["--include", "*.zip", "--include", "*.py"], 2)]
    {
        sandbox.tamis(&[&["clean", "in", "--out", "out", "--force", "--quiet"], globs].concat()).exits(0);
        assert_eq!(sandbox.summary("out.tamis")["members"]["read"], read);
        sandbox.tamis(&[&["verify", "in", "--out", "out"], globs].concat()).exits(0);
    }
}

#[test]
fn a_file_that_is_named_is_no_exception() {
    let sandbox = Sandbox::new();
    sandbox.file("a.py", "one\none\n");
    sandbox.file("b.txt", "prose\n");
    let ran = sandbox.tamis(&["clean", "a.py", "b.txt", "--out", "out"]);
    let said = ran.exits(0).out();
    assert!(said.contains("1 unsupported") && said.contains("--include"), "{said}");
    assert!(!sandbox.path("out/a.py").exists());
    sandbox.tamis(&["clean", "a.py", "--include", "*.py", "--out", "asked", "--quiet"]).exits(0);
    assert_eq!(sandbox.read_text("asked/a.py"), "one\n");
}

#[test]
fn skips_are_told_with_what_can_be_done() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.json", "[\n{},\n{}\n]\n");
    sandbox.file("in/b.py", "pass\npass\n");
    sandbox.file("in/c.txt", "prose\n");
    let ran = sandbox.tamis(&["clean", "in", "--out", "out"]);
    assert!(
        ran.exits(0).err().contains("skipped a.json: json array; make JSON Lines of it with `jq -c '.[]'`")
    );
    assert!(ran.out().contains("files: 1 json array, 1 unsupported"), "{}", ran.out());
    let page = sandbox.tamis(&["inspect", "in"]).exits(0).out();
    for line in ["a.json: json array; make JSON Lines", "b.py: unsupported; source code"] {
        assert!(page.contains(line), "{page}");
    }
    let inspected: serde_json::Value =
        serde_json::from_str(&sandbox.tamis(&["inspect", "in", "--json"]).exits(0).out()).expect("JSON");
    assert_eq!(inspected["files"]["skipped"], json!({"json_array": 1, "unsupported": 1}));
    assert_eq!(inspected["skipped"][1]["detail"], "source code");
}

/// A name that promises something packed, or records, and a file that holds an error page, a pointer or nothing.
#[test]
fn names_that_promise_something_else_are_rejected() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00ff\nsize 1234\n";
    let page = "<html>\n<h1>502</h1>\n<h1>502</h1>\n</html>\n";
    let prose = "one\none\n";
    let packs = ["gz", "zst", "bz2", "xz", "zip", "tar", "tgz", "tar.gz", "parquet", "txt.gz", "jsonl.zst"];
    for name in packs.map(|ending| format!("a.{ending}")) {
        for (content, reason) in
            [(pointer, "lfs_pointer"), (page, "misnamed"), (prose, "misnamed"), ("", "misnamed")]
        {
            let run = clean(&file(&name, content), &Config::default());
            assert_eq!(run.reasons(), [(&*name, reason)], "{content:?}");
            assert!(run.out.is_empty());
        }
    }
    for name in ["a.tar.gz", "a.tgz", "a.parquet.gz", "a.zip.gz"] {
        let run = clean(&file(name, compress("gz", page.as_bytes())), &Config::default());
        assert_eq!(run.reasons(), [(name, "misnamed")]);
    }
    for name in ["a.jsonl", "a.csv", "a.tsv", "a.json", "a.warc"] {
        for (content, reason) in [(pointer, "lfs_pointer"), (page, "misnamed")] {
            let run = clean(&file(name, content), &Config::default());
            assert_eq!(run.reasons(), [(name, reason)], "{content:?}");
        }
    }
    let run = clean(&file("a.txt", "%PDF-1.7\nendobj\nendobj\n"), &Config::default());
    assert_eq!(run.reasons(), [("a.txt", "misnamed")]);
    for name in ["a.txt", "a"] {
        assert_eq!(clean(&file(name, pointer), &Config::default()).reasons(), [(name, "lfs_pointer")]);
    }
    // In an archive too, and the other members are cleaned.
    let members = [("a.parquet", pointer.into()), ("b.gz", page.into()), ("c.txt", b"prose\n".to_vec())];
    let run = clean(&file("x.tar", tar(&members)), &Config::default());
    assert_eq!(run.reasons(), [("x.tar/a.parquet", "lfs_pointer"), ("x.tar/b.gz", "misnamed")]);
    assert_eq!(untar(&run.out["x.tar"]).len(), 1);
    let sandbox = Sandbox::new();
    sandbox.file("in/train.parquet", pointer);
    assert!(sandbox.tamis(&["clean", "in", "--out", "out"]).exits(3).err().contains("git lfs pull"));
}

/// What is packed twice is no prose.
#[test]
fn a_pack_in_a_pack_is_skipped() {
    let twice = compress("gz", &compress("gz", b"one\none\n"));
    for name in ["a.txt.gz", "a.gz.gz"] {
        let run = clean(&file(name, &twice), &Config::default());
        assert_eq!((run.out.len(), run.summary.files.skipped["nested"]), (0, 1), "{name}");
    }
}

#[test]
fn standard_input_is_looked_at_too() {
    let sandbox = Sandbox::new();
    let run = |content: &str, args: &[&str]| {
        let mut command = sandbox.command(&[&["clean", "-", "--out", "-", "--quiet"], args].concat());
        command.stdin(std::process::Stdio::piped());
        let mut running = crate::support::process::Running::start(&mut command);
        let mut input = running.child.stdin.take().expect("a pipe");
        std::io::Write::write_all(&mut input, content.as_bytes()).expect("a reader");
        drop(input);
        running.finish()
    };
    assert_eq!(run("<html>\n<p>\n<p>\n", &[]).exits(0).out(), "");
    assert_eq!(run("[{\"text\":\"a\"},\n{\"text\":\"a\"}]", &[]).exits(0).out(), "");
    let lines = run("{\"text\":\"a\\na\"}\n{\"text\":\"b\"}\n", &[]).exits(0).out();
    assert_eq!(json_lines(lines.as_bytes()).len(), 2, "{lines}");
    run("prose\n", &["--input-format", "parquet"]).exits(3);
    assert_eq!(run("prose\nprose\n", &[]).exits(0).out(), "prose\n");
}
