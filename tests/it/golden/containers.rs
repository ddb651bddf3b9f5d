//! Every container and compression that is read, by `clean` and with its options.

use super::book::Book;
use super::inputs;

use crate::support::files::{Files, write_files};
use crate::support::sandbox::Sandbox;

const OUT: [&str; 2] = ["out", "out.tamis"];

/// A sandbox with these files in `in`.
pub(crate) fn sandbox(files: &Files) -> Sandbox {
    let sandbox = Sandbox::new();
    write_files(&sandbox.path("in"), files);
    sandbox
}

#[test]
fn exact() {
    let (sandbox, mut book) = (sandbox(&inputs::everything()), Book::new("containers"));
    book.run_threads(&sandbox, "clean in --out out", &OUT, &[1, 4]);
    for options in [
        "--memory 256MiB",
        "--scope document --ledger-text",
        "--split block --match loose",
        "--split sentence --repair none",
        "--encoding-errors replace --max-document-size 300kB",
    ] {
        book.run(&sandbox, &format!("clean in --out out {options}"), &OUT);
    }
    book.close();
}

#[test]
fn near() {
    let (sandbox, mut book) = (sandbox(&inputs::for_a_search()), Book::new("near"));
    book.run_threads(&sandbox, "clean in --out out --near=both", &OUT, &[1, 4]);
    for options in [
        "--near --memory 256MiB",
        "--near=both --near-preset news --keep newest:ts",
        "--near --containment 0.6 --keep longest",
    ] {
        book.run(&sandbox, &format!("clean in --out out {options}"), &OUT);
    }
    let encodings = self::sandbox(&inputs::encoded());
    book.run_titled(&encodings, ("encodings", "clean in --out out --near=both"), &OUT);
    book.close();
}

#[test]
fn converted() {
    let (sandbox, mut book) = (sandbox(&inputs::everything()), Book::new("converted"));
    for options in ["--to jsonl --shard-size 500kB", "--to parquet --near", "--to txt"] {
        book.run(&sandbox, &format!("clean in --out out {options}"), &OUT);
    }
    book.close();
}

#[test]
fn late() {
    let (sandbox, mut book) = (sandbox(&inputs::late()), Book::new("late"));
    book.run_threads(&sandbox, "clean in --out out", &OUT, &[1, 4]);
    book.close();
}
