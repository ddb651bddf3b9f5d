//! The library without the command: documents from a program's own store, progress into its own log, and a
//! typed outcome. Run it with `cargo run --example embed`.

use std::sync::atomic::{AtomicU64, Ordering};

use tamis::config::MatchMode;
use tamis::{Config, Document, Observer};

/// Counts the documents that are done.
#[derive(Debug, Default)]
struct Counter(AtomicU64);

impl Observer for Counter {
    fn advanced(&self, files: u64, _bytes: u64) {
        self.0.fetch_add(files, Ordering::Relaxed);
    }
}

#[expect(clippy::print_stdout, reason = "an example shows what it does")]
fn main() -> tamis::Result<()> {
    let documents = [
        Document::new("2026/11/23.txt", "苹果 AI！\n今天，港口的渡轮停航。\n"),
        Document::new("2026/11/24.txt", "苹果AI\n明天，渡轮复航。\n"),
    ];
    let mut config = Config::default();
    config.matching.mode = MatchMode::Loose;
    let counter = Counter::default();
    let cleaned = tamis::clean_documents(documents, &config, &counter)?;
    for document in &cleaned.documents {
        println!("{}: {:?}", document.path, document.text);
    }
    let paragraphs = &cleaned.outcome.summary.paragraphs;
    println!(
        "{} documents done, {} of {} paragraphs kept",
        counter.0.into_inner(),
        paragraphs.kept,
        paragraphs.read
    );
    Ok(())
}
