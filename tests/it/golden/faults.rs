//! Inputs that are broken, and what cannot be done.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::book::Book;
use super::containers::sandbox;
use super::inputs;

use crate::support::files::Files;
use crate::support::sandbox::Sandbox;
use crate::support::texts::article;

const OUT: [&str; 2] = ["out", "out.tamis"];

#[test]
fn broken() {
    let (sandbox, mut book) = (sandbox(&inputs::broken()), Book::new("faults"));
    book.run_threads(&sandbox, "clean in --out out", &OUT, &[1, 4]);
    book.run(&sandbox, "clean in --out out --near", &OUT);
    book.run(&sandbox, "clean in --out out --encoding-errors replace", &OUT);
    book.run(&sandbox, "clean in --out out --to jsonl", &OUT);
    book.run(&sandbox, "clean in --out out --index index", &["out", "out.tamis", "index"]);
    for args in [
        "check in --format json",
        "check in --near",
        "inspect in",
        "inspect in --json",
        "verify in --out out",
        "verify in --out out --json",
    ] {
        book.run(&sandbox, args, &[]);
    }
    for name in inputs::broken().keys() {
        book.run(&sandbox, &format!("clean in/{name} --out alone -q"), &["alone", "alone.tamis"]);
    }
    book.close();
}

#[test]
fn refused() {
    let (sandbox, mut book) = (sandbox(&inputs::broken()), Book::new("refused"));
    sandbox.file("kept/a.txt", "a\n");
    sandbox.file("empty/a.txt", "");
    std::fs::create_dir_all(sandbox.path("none")).expect("a directory");
    for args in [
        "clean in --out kept",
        "clean in --out in/out",
        "clean in",
        "clean in --out out --memory 1MiB",
        "clean in --out out --threshold 0.5",
        "clean in --out out --near --threshold 1.5",
        "clean in --out out --near=both --index index",
        "clean in --out out --index in/a.txt",
        "clean in --out out --against nowhere",
        "clean in --out out --no-such-option",
        "clean in --out out --text-field a..b",
        "clean in --out out --include [",
        "clean nowhere --out out",
        "clean in --out - --record kept",
        "check nowhere",
        "check in --baseline nowhere",
        "check in --format html",
        "verify in --out kept",
        "explain kept a.txt",
        "report kept",
        "clusters kept",
        "inspect none",
        "index info in/a.txt",
        "index info nowhere",
    ] {
        book.run(&sandbox, args, &["out", "out.tamis"]);
    }
    for args in ["clean none --out out", "clean empty --out out", "clean empty --out out --near --to jsonl"] {
        book.run(&sandbox, args, &OUT);
    }
    assert_eq!(sandbox.read("kept/a.txt"), b"a\n");
    book.close();
}

/// Names that mean something to some reader.
#[test]
fn names() {
    let (sandbox, mut book) = (Sandbox::new(), Book::new("names"));
    let names: [&[u8]; 8] = [
        b"\xff\xfe.txt",
        b"back\\slash.txt",
        b"esc\x1b[2J.txt",
        b"line\nbreak.txt",
        b"rtl\xe2\x80\xaegnp.txt",
        b"::error::x.txt",
        b"<script>&'.txt",
        "澜湾市.txt".as_bytes(),
    ];
    for (n, name) in names.into_iter().enumerate() {
        sandbox.file(Path::new("in").join(OsStr::from_bytes(name)), article(n..n + 3));
    }
    sandbox.file(Path::new("in").join(OsStr::from_bytes(b"bad\xff.jsonl")), "{\n");
    for options in ["", " --near", " --to jsonl", " --index index"] {
        book.run(&sandbox, &format!("clean in --out out{options}"), &["out", "out.tamis", "index"]);
    }
    for args in ["index export index", "verify in --out out", "report out --html page.html", "inspect in"] {
        book.run_anew(&sandbox, args, &["page.html"], &[]);
    }
    for format in ["text", "json", "github", "sarif", "junit", "gitlab", "markdown"] {
        book.run(&sandbox, &format!("check in --format {format}"), &[]);
    }
    book.close();
}

/// A file named twice, files that collide in OUT, and records whose texts would.
#[test]
fn collisions() {
    let files = Files::from(
        [
            ("a/x.txt", "one\n"),
            ("b/x.txt", "two\n"),
            ("c.jsonl", "{\"id\":1,\"text\":\"x\"}\n{\"id\":1,\"text\":\"y\"}\n"),
        ]
        .map(|(name, content)| (name.to_owned(), content.as_bytes().to_vec())),
    );
    let (sandbox, mut book) = (sandbox(&files), Book::new("collisions"));
    for args in [
        "clean in/a in/b --out out",
        "clean in/a in/a --out out",
        "clean in --out out --to txt",
        "clean in in/a --out out --to jsonl",
    ] {
        book.run(&sandbox, args, &OUT);
    }
    book.close();
}
