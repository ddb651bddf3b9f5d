//! The syntax of `<doc>` dumps: lines that are tags, where a record ends, and where in it its text and its fields stand.
//!
//! Such a dump is no XML: nothing in it is escaped, and what stands between two tags is text whatever it looks like. A
//! tag counts where it has a line to itself. Two forms are known:
//!
//! ```text
//! <doc>                                   <doc id="12" url="https://…" title="标题">
//! <url>http://…</url>                     标题
//! <docno>f4a1b2</docno>
//! <contenttitle>标题</contenttitle>        正文。
//! <content>正文。</content>
//! </doc>                                  </doc>
//! ```
//!
//! The first is that of the news corpora of Sogou Labs, the second that of wikiextractor.

use memchr::memchr;

use crate::units::ByteSpan;

/// A line that is a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TagLine {
    /// `<doc>`: fields follow, a line each.
    Bare,
    /// `<doc id="…" …>`: text follows.
    WithAttributes,
    /// `</doc>`.
    End,
}

impl TagLine {
    /// The tag that a line is, if it is one.
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        let line = line.trim_ascii();
        if line.eq_ignore_ascii_case(b"</doc>") {
            return Some(Self::End);
        }
        let rest = strip_tag(line, b"<doc")?;
        match rest {
            b">" => Some(Self::Bare),
            [blank, .., b'>']
                if blank.is_ascii_whitespace() && memchr::memmem::find(rest, b"=\"").is_some() =>
            {
                Some(Self::WithAttributes)
            }
            _ => None,
        }
    }

    fn is_start(self) -> bool {
        !matches!(self, Self::End)
    }
}

/// What follows a tag at the start of `bytes`, in any case.
fn strip_tag<'a>(bytes: &'a [u8], tag: &[u8]) -> Option<&'a [u8]> {
    let (begin, rest) = bytes.split_at_checked(tag.len())?;
    begin.eq_ignore_ascii_case(tag).then_some(rest)
}

/// Whether a file that begins so is a dump: its first line that is not blank is a tag with attributes, or a bare one
/// and the next such line begins with another tag.
pub(super) fn is_dump(head: &str) -> bool {
    let mut lines = head.lines().map(str::trim).filter(|line| !line.is_empty());
    match lines.next().and_then(|line| TagLine::of(line.as_bytes())) {
        Some(TagLine::WithAttributes) => true,
        Some(TagLine::Bare) => lines.next().is_some_and(|line| element(line.as_bytes()).is_some()),
        Some(TagLine::End) | None => false,
    }
}

/// The lines of some bytes, each with its end; where each begins.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let start = at;
        at += memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        Some((start, &bytes[start..at]))
    })
}

/// What stands next in a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// More bytes are needed to know.
    NeedMore,
    /// Nothing but blank lines.
    End,
    /// A record, blank lines before it included.
    Record { start: usize, end: usize },
    /// Bytes that are no record.
    Bad { start: usize, end: usize, what: &'static str },
}

/// Finds the next record in bytes that begin behind one, or where the file begins.
///
/// A record goes from its start tag to the line of the next end tag; blank lines before it belong to it, and those at
/// the end of the file to the last one. Lines outside of records, and records without an end tag, end before the next
/// start tag.
pub(super) fn next(bytes: &[u8], is_at_end: bool) -> Step {
    let is_line = |line: &[u8]| is_at_end || line.ends_with(b"\n");
    let mut lines = lines(bytes).skip_while(|(_, line)| line.trim_ascii().is_empty());
    let Some((start, first)) = lines.next() else {
        return if is_at_end { Step::End } else { Step::NeedMore };
    };
    if !is_line(first) {
        return Step::NeedMore;
    }
    let tag = TagLine::of(first);
    for (at, line) in lines.filter(|(_, line)| is_line(line)) {
        match TagLine::of(line) {
            Some(TagLine::End) if tag.is_some_and(TagLine::is_start) => {
                let end = at + line.len();
                let is_last = bytes[end..].trim_ascii().is_empty();
                return match (is_last, is_at_end) {
                    (false, _) => Step::Record { start, end },
                    (true, true) => Step::Record { start, end: bytes.len() },
                    (true, false) => Step::NeedMore,
                };
            }
            Some(TagLine::Bare | TagLine::WithAttributes) => {
                return Step::Bad { start, end: at, what: fault(tag, "the next <doc> begins before it") };
            }
            _ => {}
        }
    }
    if is_at_end {
        Step::Bad { start, end: bytes.len(), what: fault(tag, "the file ends before it") }
    } else {
        Step::NeedMore
    }
}

/// What is wrong with lines that begin so and end without an end tag.
fn fault(first: Option<TagLine>, end: &'static str) -> &'static str {
    match (first, end) {
        (Some(TagLine::End), _) => "an end tag </doc> without a <doc>",
        (None, _) => "text outside of every <doc>",
        (Some(_), "the file ends before it") => "a <doc> without an end tag: the file ends before it",
        (Some(_), _) => "a <doc> without an end tag: the next <doc> begins before it",
    }
}

/// Where the parts of a record stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts {
    /// Its start tag.
    tag: ByteSpan,
    /// Its text.
    pub(super) text: ByteSpan,
    /// The value of the field that names it; empty if there is none.
    pub(super) id: ByteSpan,
}

/// Elements that hold the text of a record whose start tag is bare.
const TEXT_TAGS: [(&[u8], &[u8]); 2] = [(b"<content>", b"</content>"), (b"<text>", b"</text>")];

impl Parts {
    /// The parts of a record that [`next`] found, or what is wrong with it. `id_field` is the field that names it; failing
    /// that, `docno` does.
    pub(super) fn of(record: &[u8], id_field: &str) -> Result<Self, &'static str> {
        let mut tags = lines(record).filter_map(|(at, line)| Some((at, line, TagLine::of(line)?)));
        let Some((at, line, tag)) = tags.next() else { return Err("it has no <doc>") };
        let inner = at + line.len();
        let end = tags.last().map_or(record.len(), |(at, ..)| at);
        let inside = &record[inner..end];
        let text = if tag == TagLine::Bare { text_in(inside)? } else { None };
        let text = text.map_or(ByteSpan::new(inner, end), |text| text.shifted(inner));
        let parts = Self { tag: ByteSpan::new(at, inner), text, id: ByteSpan::default() };
        let mut id = ByteSpan::default();
        for (name, value) in parts.fields(record) {
            let name = &record[name.range()];
            if name == id_field.as_bytes() || (name.eq_ignore_ascii_case(b"docno") && id.is_empty()) {
                id = value;
            }
        }
        Ok(Self { id, ..parts })
    }

    /// The names and values of the fields: attributes of the start tag, or elements that have a line each.
    pub(super) fn fields(self, record: &[u8]) -> Vec<(ByteSpan, ByteSpan)> {
        let tag = &record[self.tag.range()];
        let mut fields: Vec<_> = attributes(tag)
            .into_iter()
            .map(|(name, value)| (name.shifted(self.tag.start), value.shifted(self.tag.start)))
            .collect();
        if TagLine::of(tag) == Some(TagLine::Bare) {
            for (start, end) in [(self.tag.end, self.text.start), (self.text.end, record.len())] {
                let elements = lines(&record[start..end]).filter_map(|(at, line)| {
                    let (name, value) = element(line)?;
                    Some((name.shifted(start + at), value?.shifted(start + at)))
                });
                fields.extend(elements);
            }
        }
        fields
    }
}

/// The text in the element that holds it; `None` if there is none and no other element either.
fn text_in(inside: &[u8]) -> Result<Option<ByteSpan>, &'static str> {
    let mut is_tagged = false;
    for (at, line) in lines(inside) {
        let blank = line.len() - line.trim_ascii_start().len();
        for (start_tag, end_tag) in TEXT_TAGS {
            if strip_tag(&line[blank..], start_tag).is_none() {
                continue;
            }
            let start = at + blank + start_tag.len();
            let mut ends = inside[start..].windows(end_tag.len());
            let end = ends.rposition(|window| window.eq_ignore_ascii_case(end_tag));
            let end = end.ok_or("its text has no end tag")?;
            return Ok(Some(ByteSpan::new(start, start + end)));
        }
        is_tagged |= element(line).is_some();
    }
    if is_tagged { Err("it has no <content>") } else { Ok(None) }
}

/// The name of an element that begins a line, and its value if it ends there too.
fn element(line: &[u8]) -> Option<(ByteSpan, Option<ByteSpan>)> {
    let start = line.len() - line.trim_ascii_start().len();
    let end = start + line[start..].trim_ascii_end().len();
    let rest = line[start..end].strip_prefix(b"<")?;
    let len = memchr(b'>', rest)?;
    let name = &rest[..len];
    let is_name = name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:".contains(byte));
    let span = is_name.then(|| ByteSpan::new(start + 1, start + 1 + len))?;
    let end_tag = [b"</", name, b">"].concat();
    let value = line[span.end + 1..end].strip_suffix(end_tag.as_slice());
    Some((span, value.map(|value| ByteSpan::new(span.end + 1, span.end + 1 + value.len()))))
}

/// The names and values of the attributes of a tag. A value may hold quotes: it ends where the next attribute begins,
/// or the tag ends.
fn attributes(tag: &[u8]) -> Vec<(ByteSpan, ByteSpan)> {
    let mut found: Vec<(ByteSpan, ByteSpan)> = Vec::new();
    let end = tag.trim_ascii_end().len().saturating_sub(1);
    for equals in memchr::memmem::find_iter(&tag[..end], b"=\"") {
        let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(byte);
        let start = tag[..equals].iter().rposition(|byte| !is_of_name(byte)).map_or(0, |before| before + 1);
        let is_apart = tag[..start].last().is_some_and(u8::is_ascii_whitespace);
        let before = tag[..start].trim_ascii_end();
        let is_behind = found.is_empty() || before.ends_with(b"\"");
        if start == equals || !is_apart || !is_behind {
            continue;
        }
        if let Some((_, value)) = found.last_mut() {
            value.end = (before.len() - 1).max(value.start);
        }
        found.push((ByteSpan::new(start, equals), ByteSpan::new(equals + 2, end)));
    }
    if let Some((_, value)) = found.last_mut() {
        let inside = tag[value.range()].trim_ascii_end();
        value.end = value.start + inside.strip_suffix(b"\"").unwrap_or(inside).len();
    }
    found
}

/// Whether a text holds a tag of a record, or would if characters were removed that repair removes: written again, it
/// would end there.
pub(super) fn holds_tag(text: &str) -> bool {
    if memchr(b'<', text.as_bytes()).is_none() {
        return false;
    }
    let is_seen = |c: &char| {
        !c.is_whitespace()
            && !c.is_control()
            && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let seen: String = text.chars().filter(is_seen).map(|c| c.to_ascii_lowercase()).collect();
    let is_start = |rest: &str| {
        let name =
            rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.:".contains(byte)).count();
        rest.starts_with('>') || (name > 0 && rest[name..].starts_with("=\""))
    };
    // A sequence for a terminal may stand in the middle of a tag.
    let is_hidden = text.contains(['\u{1b}', '\u{9b}']) && seen.contains("doc");
    is_hidden
        || seen.contains("</doc>")
        || seen.match_indices("<doc").any(|(at, tag)| is_start(&seen[at + tag.len()..]))
}
