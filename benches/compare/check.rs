//! The output of a run, counted independently of the program that wrote it.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::common::cache::Corpus;
use crate::common::shape::Shape;

/// Counts the paragraphs in a result: the lines of all files under `output`, or of the texts in JSON Lines.
///
/// # Errors
/// A file cannot be read, or a line of JSON Lines is not a record.
pub(crate) fn count_paragraphs(output: &Path) -> io::Result<u64> {
    let mut num_paragraphs = 0;
    let mut todo = vec![output.to_owned()];
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(path)? {
                todo.push(entry?.path());
            }
        } else {
            num_paragraphs += count_in_file(&path)?;
        }
    }
    Ok(num_paragraphs)
}

fn count_in_file(path: &Path) -> io::Result<u64> {
    let name = path.to_string_lossy();
    let is_json = name.contains(".jsonl");
    #[expect(clippy::disallowed_methods, reason = "a bench is not the library")]
    let file = File::open(path)?;
    let content: Box<dyn Read> = if name.ends_with(".gz") {
        Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(file)))
    } else if name.ends_with(".zst") {
        Box::new(zstd::stream::read::Decoder::new(file)?)
    } else {
        Box::new(file)
    };
    let mut file = BufReader::with_capacity(1 << 20, content);
    let mut num_paragraphs = 0;
    let mut line = Vec::new();
    while file.read_until(b'\n', &mut line)? > 0 {
        num_paragraphs += if is_json { count_in_record(&line)? } else { 1 };
        line.clear();
    }
    Ok(num_paragraphs)
}

fn count_in_record(line: &[u8]) -> io::Result<u64> {
    let record: serde_json::Value = serde_json::from_slice(line)?;
    let text = record["text"].as_str().ok_or_else(|| io::Error::other("a record without a text"))?;
    Ok(text.lines().count() as u64)
}

/// Asserts that `tamis` kept every different paragraph once and counted right.
///
/// # Errors
/// The result cannot be read.
///
/// # Panics
/// The result is wrong: a bench of a program that goes wrong means nothing.
pub(crate) fn assert_cleaned(output: &Path, shape: Shape, corpus: &Corpus) -> io::Result<()> {
    let totals = corpus.totals;
    let num_documents = if matches!(shape, Shape::File | Shape::Gb18030) { 1 } else { totals.documents };
    let mut record = output.as_os_str().to_owned();
    record.push(".tamis");
    let summary = PathBuf::from(record).join("summary.json");
    #[expect(clippy::disallowed_methods, reason = "a bench is not the library")]
    let summary: serde_json::Value = serde_json::from_str(&fs::read_to_string(summary)?)?;
    let counted = |room: &str, what: &str| summary[room][what].as_u64();
    assert_eq!(counted("documents", "read"), Some(num_documents), "documents read");
    assert_eq!(counted("paragraphs", "read"), Some(totals.paragraphs), "paragraphs read");
    assert_eq!(counted("paragraphs", "kept"), Some(totals.distinct), "paragraphs kept");
    assert_eq!(count_paragraphs(output)?, totals.distinct, "paragraphs in {}", output.display());
    Ok(())
}
