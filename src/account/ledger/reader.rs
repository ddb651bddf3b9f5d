//! The ledger, read back: `removed.jsonl.zst`, a line at a time.
//!
//! Zstandard frames (RFC 8878) of JSON lines come in, [`LedgerLine`]s go out, in corpus order. Memory: one line,
//! which holds the text of one document or of one paragraph, and a window of the decompressor. What is damaged or
//! breaks off is an error with its line.

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::line::{LedgerLine, LedgerLineRef};
use crate::error::{Error, Result};
use crate::store::{InputFile, open_file};

/// Reads the lines of a ledger, in order.
///
/// ```
/// use tamis::account::LedgerReader;
/// use tamis::{Config, Document, NoObserver};
/// let documents = [Document::new("a", "今天下雨。\n"), Document::new("b", "今天下雨。\n")];
/// let cleaned = tamis::clean_documents(documents, &Config::default(), &NoObserver)?;
/// let lines = LedgerReader::new("ledger", cleaned.ledger.as_slice())?;
/// let lines = lines.collect::<tamis::Result<Vec<_>>>()?;
/// let survivor = lines[0].survivor.as_ref().expect("a copy has one");
/// assert_eq!((&*lines[0].path, &*survivor.path), ("b", "a"));
/// # Ok::<(), tamis::Error>(())
/// ```
pub struct LedgerReader<R: Read> {
    path: PathBuf,
    reader: BufReader<zstd::stream::read::Decoder<'static, BufReader<R>>>,
    line: Vec<u8>,
    number: u64,
    /// Whether the file is damaged, so that nothing behind the fault can be trusted.
    is_broken: bool,
}

impl<R: Read> fmt::Debug for LedgerReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedgerReader")
            .field("path", &self.path)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl LedgerReader<Box<dyn InputFile>> {
    /// Reads the ledger that stands at `path`.
    ///
    /// # Errors
    /// [`Error::Account`] if it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file = open_file(path).map_err(|error| Error::Account {
            path: path.to_owned(),
            line: None,
            what: format!("cannot read this ledger: {error}"),
        })?;
        Self::new(path, file)
    }
}

impl<R: Read> LedgerReader<R> {
    /// Reads `file`, which messages call `path`.
    ///
    /// # Errors
    /// [`Error::Account`] if there is no memory for the decompressor.
    pub fn new(path: impl AsRef<Path>, file: R) -> Result<Self> {
        let path = path.as_ref().to_owned();
        match zstd::stream::read::Decoder::new(file) {
            Ok(decoder) => Ok(Self {
                path,
                reader: BufReader::new(decoder),
                line: Vec::new(),
                number: 0,
                is_broken: false,
            }),
            Err(error) => Err(Error::Account { path, line: None, what: error.to_string() }),
        }
    }

    fn error(&self, what: impl fmt::Display) -> Error {
        Error::Account { path: self.path.clone(), line: Some(self.number), what: what.to_string() }
    }

    /// Goes on to the next line; `false` at the end, and after an error.
    ///
    /// # Errors
    /// [`Error::Account`] if the file cannot be read, is damaged or breaks off.
    pub fn advance(&mut self) -> Result<bool> {
        self.line.clear();
        if self.is_broken {
            return Ok(false);
        }
        self.number += 1;
        let read = self.read_line();
        self.is_broken = read.is_err();
        read
    }

    fn read_line(&mut self) -> Result<bool> {
        match self.reader.read_until(b'\n', &mut self.line) {
            Err(error) => Err(self.error(format_args!("this ledger is damaged: {error}"))),
            Ok(0) => Ok(false),
            Ok(_) if self.line.last() != Some(&b'\n') => {
                Err(self.error("this ledger ends in the middle of a line"))
            }
            Ok(_) => Ok(true),
        }
    }

    /// The line that [`Self::advance`] went to.
    ///
    /// # Errors
    /// [`Error::Account`] if it is no line of a ledger.
    pub fn line(&self) -> Result<LedgerLine<'static>> {
        Ok(self.parse::<LedgerLine<'_>>()?.into_owned())
    }

    /// The current line, borrowed from the reader. Only its numbers of near-duplicates are copied; its text stays JSON
    /// that is not parsed.
    ///
    /// # Errors
    /// [`Error::Account`] if it is no line of a ledger.
    pub fn line_ref(&self) -> Result<LedgerLineRef<'_>> {
        self.parse()
    }

    fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        let parsed = serde_json::from_slice(&self.line);
        parsed.map_err(|error| self.error(format_args!("not a line of a ledger: {error}")))
    }
}

impl<R: Read> Iterator for LedgerReader<R> {
    type Item = Result<LedgerLine<'static>>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.advance() {
            Ok(false) => None,
            Ok(true) => Some(self.line()),
            Err(error) => Some(Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::RawJson;
    use crate::decide::Rule;
    use serde_json::value::RawValue;

    const EXACT: &str = r#"{"path":"b","first":4,"last":5,"span":[67,82],"rule":"exact","survivor":{"path":"a","first":1,"last":2}}"#;
    const NEAR: &str = r#"{"path":"s.jsonl","record":2,"id":90071992547409931,"first":0,"last":0,"span":[0,9],"rule":"near-paragraph","survivor":{"path":"s.jsonl","record":0,"id":"x\u4e00","first":3,"last":3},"similarity":0.9071,"numbers":{"shared":["15"],"survivor":["2027"]},"text":"甲\n"}"#;

    fn read(parts: &[&[u8]]) -> Vec<Result<LedgerLine<'static>>> {
        let frames: Vec<u8> = parts.concat();
        LedgerReader::new("removed.jsonl.zst", frames.as_slice()).unwrap().collect()
    }

    fn frame(text: &str) -> Vec<u8> {
        zstd::bulk::compress(text.as_bytes(), 1).unwrap()
    }

    #[test]
    fn lines_come_back_as_they_were_written() {
        let lines = read(&[&frame(&format!("{EXACT}\n")), &frame(&format!("{NEAR}\n{EXACT}\n"))]);
        let written: Vec<_> =
            lines.iter().map(|line| serde_json::to_string(line.as_ref().unwrap()).unwrap()).collect();
        assert_eq!(written, [EXACT, NEAR, EXACT]);
        let near = lines[1].as_ref().unwrap();
        assert_eq!(near.rule, Rule::NearParagraph);
        let borrowed: LedgerLineRef<'_> = serde_json::from_str(NEAR).unwrap();
        let survivor = borrowed.survivor.as_ref().unwrap();
        assert_eq!((&*borrowed.path, survivor.last, borrowed.similarity), ("s.jsonl", 3, Some(0.9071)));
        assert_eq!(borrowed.text.map(RawValue::get), Some("\"甲\\n\""));
        let ids = [&near.id, &near.survivor.as_ref().unwrap().id]
            .map(|id| id.as_ref().unwrap().text().into_owned());
        assert_eq!(ids, ["90071992547409931", "x一"]);
        assert!(read(&[&frame("")]).is_empty());
    }

    #[test]
    fn a_line_without_a_survivor_comes_back() {
        let line = LedgerLine {
            path: "a".into(),
            record: Some(3),
            id: RawJson::spelled("7".to_owned()),
            first: 4,
            last: 5,
            span: (67, 82),
            page_line: None,
            rule: Rule::ShortDocument,
            survivor: None,
            evidence: RawJson::of(&[("documents", 812), ("of", 1000)]).ok(),
            similarity: None,
            containment: None,
            numbers: None,
            passage: None,
            text: Some("分享到微信\n".to_owned()),
            replacement: None,
        };
        let spelled = serde_json::to_string(&line).unwrap();
        assert_eq!(
            spelled,
            concat!(
                r#"{"path":"a","record":3,"id":7,"first":4,"last":5,"span":[67,82],"rule":"short-document","#,
                r#""evidence":[["documents",812],["of",1000]],"text":"分享到微信\n"}"#
            )
        );
        let silent = LedgerLine { evidence: None, ..line.clone() };
        let frames = [&line, &silent].map(|line| frame(&(serde_json::to_string(line).unwrap() + "\n")));
        let read: Vec<_> = read(&[&frames[0], &frames[1]]).into_iter().map(Result::unwrap).collect();
        assert_eq!(read, [line, silent]);
        let evidence: Vec<(&str, u64)> = read[0].evidence.as_ref().unwrap().parse().unwrap();
        assert_eq!((evidence, read[0].earlier_run()), (vec![("documents", 812), ("of", 1000)], None));
        let borrowed: LedgerLineRef<'_> = serde_json::from_str(&spelled).unwrap();
        assert_eq!(borrowed.num_paragraphs(), 2);
        assert_eq!(serde_json::to_string(&borrowed).unwrap(), spelled);
    }

    #[test]
    fn damage_is_told_with_its_line() {
        let good = frame(&format!("{EXACT}\n"));
        for (name, parts, line, what) in [
            ("cut", [&good[..], &good[..good.len() - 3]], 2, "damaged"),
            ("no ledger", [&good, &b"plain text, no frame"[..]], 2, "damaged"),
            ("half a line", [&good, &frame("{\"path\"")[..]], 2, "ends in the middle of a line"),
            ("no JSON", [&frame("nothing\n"), &good[..]], 1, "not a line of a ledger"),
            ("rule", [&good, &frame(&EXACT.replace("exact", "later"))[..]], 2, "ends in the middle"),
            (
                "rule",
                [&good, &frame(&(EXACT.replace("exact", "later") + "\n"))[..]],
                2,
                "unknown rule \"later\"",
            ),
        ] {
            let error = read(&parts).into_iter().find_map(Result::err).expect(name).to_string();
            assert!(error.starts_with(&format!("removed.jsonl.zst:{line}: ")), "{name}: {error}");
            assert!(error.contains(what), "{name}: {error}");
        }
    }
}
