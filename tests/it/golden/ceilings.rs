//! Runs that put to disk what does not fit below a low ceiling, by the library: the command takes none so low. Each
//! must leave what the command leaves without one.

use std::path::Path;

use tamis::config::{NearConfig, NearPreset, NearUnits, Scope, TargetFormat};
use tamis::{Config, Document, NoObserver};

use super::book::{Book, Left, files, finished, quiet};
use super::containers::sandbox;
use super::inputs;

use crate::support::sandbox::Sandbox;

const OUT: [&str; 2] = ["out", "out.tamis"];

/// The files that a run leaves, but for its circumstances.
pub(crate) fn left(sandbox: &Sandbox, watched: &[&str]) -> Left {
    let mut left = files(sandbox, watched);
    left.retain(|name, _| !name.ends_with("run.json"));
    left
}

/// Cleans `in` of a sandbox into `out`, in the place of what is there.
pub(crate) fn clean(sandbox: &Sandbox, config: &Config) {
    let mut config = config.clone();
    config.write.force = true;
    let (input, out) = (sandbox.path("in"), sandbox.path("out"));
    tamis::clean(&[input], Some(Path::new(&out)), &config, &NoObserver).expect("a run");
}

/// The command with these options, and the library with this configuration and low ceilings.
fn below_ceilings(book: &mut Book, sandbox: &Sandbox, options: &str, config: &Config) {
    let args = format!("clean in --out out --force -q {options}");
    finished(&mut quiet(sandbox, args.trim()));
    let title = format!("{} below ceilings", args.trim());
    book.enter(&title, left(sandbox, &OUT));
    for (memory, threads) in [(0, 1), (1_000_000, 4)] {
        clean(sandbox, &Config { memory: Some(memory), threads, ..config.clone() });
        book.enter(&title, left(sandbox, &OUT));
    }
}

fn near(preset: NearPreset, units: NearUnits) -> Config {
    let mut config = Config::default();
    config.decide.near = NearConfig { units: Some(units), ..NearConfig::preset(preset) };
    config
}

#[test]
fn overflow() {
    let (sandbox, mut book) = (sandbox(&inputs::everything()), Book::new("ceilings"));
    below_ceilings(&mut book, &sandbox, "", &Config::default());
    let mut config = Config::default();
    config.decide.scope = Scope::Document;
    config.write.to = Some(TargetFormat::Jsonl);
    below_ceilings(&mut book, &sandbox, "--scope document --to jsonl", &config);
    book.close();
}

#[test]
fn overflow_of_a_search() {
    let (sandbox, mut book) = (sandbox(&inputs::below_a_ceiling()), Book::new("ceilings-near"));
    below_ceilings(&mut book, &sandbox, "--near=both", &near(NearPreset::Strict, NearUnits::Both));
    let news = near(NearPreset::News, NearUnits::Documents);
    below_ceilings(&mut book, &sandbox, "--near --near-preset news", &news);
    book.close();
}

#[test]
fn overflow_of_late_texts() {
    let (sandbox, mut book) = (sandbox(&inputs::late()), Book::new("ceilings-late"));
    below_ceilings(&mut book, &sandbox, "", &Config::default());
    book.close();
}

/// Documents that are cleaned in memory.
#[test]
fn documents() {
    let mut book = Book::new("documents");
    let text =
        |(path, content): (String, Vec<u8>)| Some(Document::new(path, String::from_utf8(content).ok()?));
    let given: Vec<Document> = inputs::below_a_ceiling().into_iter().filter_map(text).collect();
    for (title, config) in [("exact", Config::default()), ("near", near(NearPreset::Strict, NearUnits::Both))]
    {
        for (memory, threads) in [(None, 1), (Some(0), 4)] {
            let config = Config { memory, threads, ..config.clone() };
            let cleaned = tamis::clean_documents(given.clone(), &config, &NoObserver).expect("a run");
            let texts =
                cleaned.documents.into_iter().map(|document| (document.path, document.text.into_bytes()));
            let mut left: Left = texts.collect();
            left.insert("ledger".to_owned(), cleaned.ledger);
            left.insert("summary".to_owned(), cleaned.outcome.summary.to_json().into_bytes());
            book.enter(title, left);
        }
    }
    book.close();
}
