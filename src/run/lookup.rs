//! Looks up paragraphs of documents by their place in the ledger: reads the sources that hold them once more, as the
//! run read them.
//!
//! Memory: the paragraphs that are asked for, and a batch of text. Nothing is decided, nothing written.

use std::borrow::Cow;
use std::collections::HashMap;

use super::corpus::{Corpus, path_of};
use super::feed::Feed;
use super::reader::{ReadOnlyPass, count_lines, read_work};
use super::walk::{PieceSlot, RecordSlot, UnitVisitor, Walk};
use crate::config::Config;
use crate::discover::{Source, SourcePlan};
use crate::document::Paragraph;
use crate::error::Result;
use crate::fingerprint::{Fingerprint, KeyHasher};
use crate::normalize::{KeyMaker, repaired_chars};
use crate::read::{Fault, IgnoreTexts, PageFacts, Part, PartFate, Slot};
use crate::rules::Editor;
use crate::split;
use crate::store::{Root, path};
use crate::units::{self, count};

/// The last paragraph of a request for all that there are.
pub(crate) const TO_THE_END: u64 = u64::MAX;

/// A request for consecutive paragraphs of a document, by its place in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExcerptRequest {
    /// Path as the ledger spells it.
    pub path: String,
    /// Number of the record; `None` for a text, or for a container as a whole.
    pub record: Option<u64>,
    /// First and last paragraph, `u64::MAX` for the last there is; `None` asks only whether the document is there.
    pub paragraphs: Option<(u64, u64)>,
    /// Bytes of text after which paragraphs are left out.
    pub most_bytes: usize,
}

/// Paragraphs of a document that was read again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Excerpt {
    /// The line of the file on which the record begins, from 1, where records are lines.
    pub line: Option<u64>,
    /// The paragraphs that were wanted.
    pub paragraphs: Vec<OriginalParagraph>,
    /// Number of those after them that were left out, as there would be too much text.
    pub num_left_out: u64,
    /// Bytes of the document's decoded text from the first of the paragraphs that were wanted to the last, those that
    /// were left out among them.
    pub span: (u64, u64),
}

/// A paragraph that was read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginalParagraph {
    /// The line of a text file on which it begins, from 1.
    pub line: Option<u64>,
    /// Bytes of the document's decoded text.
    pub span: (u64, u64),
    /// The repaired paragraph, without an LF at its end.
    pub text: String,
    /// Its identity under the run's match mode.
    pub fingerprint: Fingerprint,
}

/// The reason why there is no excerpt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Missing {
    /// The document came from standard input.
    #[error("it came from standard input, which cannot be read again")]
    Stream,
    /// There is no such file or member of an archive.
    #[error("it is missing from the inputs now")]
    NoDocument,
    /// The container has fewer records.
    #[error("it has {0} records")]
    NoRecord(u64),
    /// The document has fewer paragraphs.
    #[error("it has {0} paragraphs")]
    NoParagraph(u64),
    /// The document is skipped or rejected, for this reason.
    #[error("it is not read: {0}")]
    NotRead(String),
}

/// The answers to questions, in the order of the questions.
pub(crate) type ExcerptAnswers = Vec<std::result::Result<Excerpt, Missing>>;

/// Reads what is wanted of a corpus, on the caller's pool. `roots` are those of its input: a stream is not read again.
pub(crate) fn look_up(
    wanted: &[ExcerptRequest],
    corpus: &Corpus<'_>,
    roots: &[Root],
) -> Result<ExcerptAnswers> {
    let Corpus { sources, .. } = *corpus;
    let mut collector = Collector::new(wanted, corpus);
    let mut is_wanted = vec![false; sources.len()];
    let holders = holders(wanted);
    for (flag, source) in is_wanted.iter_mut().zip(sources.iter()) {
        let Some(paths) = holders.get(&*spelled(source)) else { continue };
        let is_stream = roots.get(source.place.root).is_some_and(Root::is_stream);
        for path in paths.iter().filter(|_| is_stream) {
            collector.miss(path, &Missing::Stream);
        }
        *flag = !is_stream;
    }
    let feed = Feed::final_at_once(corpus).only(&is_wanted);
    let scan = |work| (read_work(work, corpus.listing(), corpus.read, &mut IgnoreTexts), ());
    let mut look = ReadOnlyPass::new(feed, corpus.observer, scan);
    let mut walk = Walk::default();
    while collector.num_open > 0
        && let Some(chunks) = look.next()?
    {
        for (chunk, ()) in chunks {
            for part in &chunk.parts {
                let path = path_of(sources, part);
                let path = path::lossless(&path);
                let is_wanted = collector.by_path.contains_key(&*path);
                let (collector, source) = (&mut collector, sources.get(part.source));
                let mut visitor =
                    PartLookUp { collector, source, path: &path, is_wanted, bytes: &chunk.bytes };
                walk.part(&chunk, part, &mut visitor)?;
            }
            corpus.buffers.give_back(chunk.bytes);
        }
    }
    Ok(collector.answers)
}

pub(crate) fn spelled(source: Source<'_>) -> Cow<'_, str> {
    path::lossless(source.place.relative)
}

/// Whether `path` is that of the source, or of a member if it is an archive.
fn is_of(source: Source<'_>, path: &str) -> bool {
    let rest = path.strip_prefix(&*spelled(source));
    rest.is_some_and(|rest| {
        rest.is_empty() || (rest.starts_with('/') && matches!(source.plan, SourcePlan::Read(_)))
    })
}

/// The paths that are wanted, by the path of each file that may hold them: their own, and those of archives.
fn holders(wanted: &[ExcerptRequest]) -> HashMap<&str, Vec<&str>> {
    let mut holders: HashMap<&str, Vec<&str>> = HashMap::new();
    for ExcerptRequest { path, .. } in wanted {
        let archives = memchr::memchr_iter(b'/', path.as_bytes()).map(|end| &path[..end]);
        for holder in archives.chain([path.as_str()]) {
            let paths = holders.entry(holder).or_default();
            if paths.last() != Some(&path.as_str()) {
                paths.push(path);
            }
        }
    }
    holders
}

/// The questions about one path: by record, the numbers of those that are open.
type Questions = HashMap<Option<u64>, Vec<usize>>;

/// Collects what is wanted, in corpus order.
struct Collector<'a> {
    wanted: &'a [ExcerptRequest],
    by_path: HashMap<&'a str, Questions>,
    answers: ExcerptAnswers,
    /// Questions without an answer.
    num_open: usize,
    config: &'a Config,
    editor: &'a Editor,
    keys: KeyMaker,
    text: OpenExcerpt,
}

/// A document that was read again, or a piece of one.
#[derive(Debug, Clone, Copy)]
struct ReadText<'a> {
    text: &'a str,
    paragraphs: &'a [Paragraph],
    /// The page whose text it is.
    page: Option<&'a PageFacts>,
}

/// The paragraphs of a text that were read so far.
#[derive(Debug, Clone, Copy, Default)]
struct OpenExcerpt {
    paragraphs: u64,
    bytes: u64,
    lines: u64,
}

impl<'a> Collector<'a> {
    fn new(wanted: &'a [ExcerptRequest], corpus: &Corpus<'a>) -> Self {
        let (config, editor) = (corpus.config, corpus.editor);
        let mut by_path: HashMap<&str, Questions> = HashMap::new();
        for (number, wanted) in wanted.iter().enumerate() {
            let questions = by_path.entry(&wanted.path).or_default();
            questions.entry(wanted.record).or_default().push(number);
        }
        Self {
            wanted,
            by_path,
            answers: vec![Err(Missing::NoDocument); wanted.len()],
            num_open: wanted.len(),
            config,
            editor,
            keys: KeyMaker::new(config.matching.mode, config.split.repair),
            text: OpenExcerpt::default(),
        }
    }

    /// Gives all questions about a path that are open this answer.
    fn miss(&mut self, path: &str, why: &Missing) {
        for number in self.by_path.remove(path).unwrap_or_default().into_values().flatten() {
            self.answers[number] = Err(why.clone());
            self.num_open -= 1;
        }
    }

    /// The questions about a document are answered.
    fn close(&mut self, path: &str, record: Option<u64>) {
        if let Some(questions) = self.by_path.get_mut(path) {
            self.num_open -= questions.remove(&record).unwrap_or_default().len();
        }
    }

    /// The answer to a question with what it asks for of these paragraphs added: those of a document, or of a
    /// piece of one that starts at `start`.
    fn excerpt(
        &mut self,
        number: usize,
        read: ReadText<'_>,
        start: OpenExcerpt,
    ) -> std::result::Result<Excerpt, Missing> {
        let mut excerpt =
            std::mem::replace(&mut self.answers[number], Err(Missing::NoDocument)).unwrap_or_default();
        let Some((first, last)) = self.wanted[number].paragraphs else { return Ok(excerpt) };
        let ReadText { text, paragraphs, page } = read;
        let (mut lines, mut counted) = (start.lines, 0);
        let mut hasher = KeyHasher::default();
        let within = |index: u64| units::index(index.saturating_sub(start.paragraphs));
        let here = within(first)..within(last.saturating_add(1)).min(paragraphs.len());
        let mut num_bytes = excerpt.paragraphs.iter().map(|paragraph| paragraph.text.len()).sum::<usize>();
        let wanted = paragraphs.get(here).unwrap_or_default();
        if let [begin, ..] = wanted
            && let [.., end] = wanted
        {
            let is_begun = !excerpt.paragraphs.is_empty() || excerpt.num_left_out > 0;
            let begin = if is_begun { excerpt.span.0 } else { start.bytes + count(begin.span.start) };
            excerpt.span = (begin, start.bytes + count(end.span.end));
        }
        for &paragraph in wanted {
            if num_bytes >= self.wanted[number].most_bytes {
                excerpt.num_left_out += 1;
                continue;
            }
            lines += count_lines(&text[counted..paragraph.span.start]);
            counted = paragraph.span.start;
            let mut paragraph = paragraph;
            self.keys.make(text, &mut paragraph, &mut hasher);
            let span = paragraph.span;
            num_bytes += span.len();
            let repair = self.config.split.repair;
            let repaired: String = repaired_chars(&text[span.range()], repair, paragraph.edges).collect();
            excerpt.paragraphs.push(OriginalParagraph {
                line: match page {
                    // Of a record, the line would be one of the page in it.
                    _ if self.wanted[number].record.is_some() => None,
                    None => Some(lines + 1),
                    Some(page) => page.line_of(lines),
                },
                span: (start.bytes + count(span.start), start.bytes + count(span.end)),
                text: self.editor.for_record(&repaired).into_owned(),
                fingerprint: hasher.finish(),
            });
        }
        let num_paragraphs = start.paragraphs + count(paragraphs.len());
        if self.wanted[number].record.is_some() && num_paragraphs <= last && last != TO_THE_END {
            return Err(Missing::NoParagraph(num_paragraphs));
        }
        Ok(excerpt)
    }

    /// Answers the questions about a text, or about a container as a whole, that was read to its end.
    fn end(&mut self, path: &str, is_container: bool) {
        let texts = self.by_path.get_mut(path).and_then(|questions| questions.remove(&None));
        for number in texts.unwrap_or_default() {
            self.num_open -= 1;
            let wanted = self.wanted[number].paragraphs;
            let num_wanted = wanted.map_or(0, |(first, last)| (last - first).saturating_add(1));
            let is_open = wanted.is_some_and(|(_, last)| last == TO_THE_END);
            let answer = &mut self.answers[number];
            let found =
                answer.as_ref().map_or(0, |excerpt| count(excerpt.paragraphs.len()) + excerpt.num_left_out);
            if is_container && num_wanted > 0 {
                *answer = Err(Missing::NoDocument);
            } else if found < num_wanted && !is_open {
                *answer = Err(Missing::NoParagraph(self.text.paragraphs));
            } else if answer.is_err() {
                *answer = Ok(Excerpt::default());
            }
        }
    }
}

/// Looks up what is wanted of one part of a chunk.
struct PartLookUp<'l, 'a> {
    collector: &'l mut Collector<'a>,
    source: Source<'l>,
    /// Path of the source or member as the ledger spells it, and whether there are open questions about it.
    path: &'l str,
    is_wanted: bool,
    /// The bytes of the chunk.
    bytes: &'l [u8],
}

impl<'l> PartLookUp<'l, '_> {
    fn text(&self, slot: &Slot) -> &'l str {
        std::str::from_utf8(&self.bytes[slot.text.range()]).unwrap_or_default()
    }

    /// Numbers of the open questions about a document.
    fn questions(&self, record: Option<u64>) -> Vec<usize> {
        if !self.is_wanted {
            return Vec::new();
        }
        let questions = self.collector.by_path.get(self.path);
        questions.and_then(|questions| questions.get(&record)).cloned().unwrap_or_default()
    }
}

impl UnitVisitor for PartLookUp<'_, '_> {
    fn begin_archive(&mut self, part: &Part) -> Result<()> {
        self.end_archive(part)
    }

    /// An archive that breaks off has no more members.
    fn end_archive(&mut self, part: &Part) -> Result<()> {
        let Some(why) = not_read(part) else { return Ok(()) };
        let collector = &mut *self.collector;
        let paths = collector.by_path.keys().copied().filter(|path| is_of(self.source, path));
        for path in paths.collect::<Vec<_>>() {
            collector.miss(path, &why);
        }
        Ok(())
    }

    fn begin_unit(&mut self, _part: &Part) -> Result<()> {
        self.collector.text = OpenExcerpt::default();
        Ok(())
    }

    fn rejected_record(&mut self, record: &RecordSlot<'_>, fault: &Fault) -> Result<()> {
        for number in self.questions(record.record) {
            self.collector.answers[number] = Err(Missing::NotRead(fault.to_string()));
        }
        self.collector.close(self.path, record.record);
        Ok(())
    }

    fn record(&mut self, record: &RecordSlot<'_>) -> Result<()> {
        let numbers = self.questions(record.record);
        if numbers.is_empty() {
            return Ok(());
        }
        let (text, mut paragraphs) = (self.text(record.slot), Vec::new());
        split::split(text, record.slot.splitting, &mut paragraphs);
        for number in numbers {
            let read = ReadText { text, paragraphs: &paragraphs, page: None };
            let answer = self.collector.excerpt(number, read, OpenExcerpt::default());
            self.collector.answers[number] = answer.map(|excerpt| Excerpt { line: record.line, ..excerpt });
        }
        self.collector.close(self.path, record.record);
        Ok(())
    }

    fn piece(&mut self, piece: &PieceSlot<'_>) -> Result<()> {
        if !self.is_wanted {
            return Ok(());
        }
        let (text, mut paragraphs) = (self.text(piece.slot), Vec::new());
        split::split(text, piece.slot.splitting, &mut paragraphs);
        let start = self.collector.text;
        let page = piece.slot.page.as_deref();
        for number in self.questions(None) {
            let read = ReadText { text, paragraphs: &paragraphs, page };
            self.collector.answers[number] = self.collector.excerpt(number, read, start);
        }
        let open = &mut self.collector.text;
        open.paragraphs += count(paragraphs.len());
        open.bytes += count(text.len());
        open.lines += count_lines(text);
        Ok(())
    }

    fn drop_unit(&mut self, part: &Part, _is_begun: bool) -> Result<()> {
        if let Some(why) = not_read(part) {
            self.collector.miss(self.path, &why);
        }
        Ok(())
    }

    fn end_unit(&mut self, part: &Part, num_records: Option<u64>) -> Result<()> {
        let collector = &mut *self.collector;
        if let Some(why) = not_read(part) {
            collector.miss(self.path, &why);
        } else {
            collector.end(self.path, part.kind.is_container());
            collector.miss(self.path, &Missing::NoRecord(num_records.unwrap_or_default()));
        }
        Ok(())
    }
}

/// Why a file or member is not read, if it is not.
fn not_read(part: &Part) -> Option<Missing> {
    match &part.fate {
        PartFate::Skipped(reason) => Some(Missing::NotRead(format!("it is skipped as {}", reason.name()))),
        PartFate::Rejected(fault) => Some(Missing::NotRead(fault.to_string())),
        PartFate::Read | PartFate::Reread(_) => None,
    }
}
