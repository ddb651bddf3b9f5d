//! Encoding damage of a line (contract C2): text whose bytes were decoded with the wrong encoding, once or more often, and
//! references of HTML that were not decoded. What inverts exactly has a replacement; where bytes were lost it is only told.
//!
//! A look at the bytes ([`may_be_damaged`]) says that most lines have none. A line that may have some is taken for the
//! bytes of each charset that it can be written in: [`utf8_misread`] and [`utf8_in_pairs`] look for UTF-8 in them, [`legacy_misread`] for text
//! of another encoding that is more plausible than the line, [`control`] for the controls that Latin-1 makes of
//! Windows-1252. What explains most of the line is undone, and the result is looked at again for what was damaged twice.
//! A line is judged by itself, so that it does not matter how a document comes in pieces.

mod charset;
mod common;
mod control;
mod entity;
mod glance;
mod layers;
mod legacy_misread;
mod line;
mod lost;
mod plausible;
mod right;
#[cfg(test)]
mod tests;
mod utf8_in_pairs;
mod utf8_misread;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::ops::Range;

pub(crate) use charset::Charset;
use entity::Markup;
use glance::may_be_damaged;

use layers::{Layers, Repair};
use line::Line;
use right::RightLines;

/// Kinds that are no misreading.
const OTHERS: u64 = 6;
/// Charsets, as a number.
const CHARSETS: u64 = Charset::ALL.len() as u64;

/// Layers of damage that are looked for, one on the other.
const MAX_LAYERS: usize = 4;

/// How text was misread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Misread {
    /// The encoding of the bytes.
    pub(crate) written: Charset,
    /// The one that they were decoded with.
    pub(crate) read: Charset,
}

/// What is wrong with a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Bytes of one encoding were decoded with another.
    Misread(Misread),
    /// The same, more than once.
    Twice,
    /// A reference of HTML was not decoded.
    Entity,
    /// U+FFFD: a decoder found no character.
    Replacement,
    /// U+FFFD in UTF-8 was decoded as GBK: 锟斤拷.
    ReplacementAsGbk,
    /// Memory that was never written was decoded as GBK: 烫烫烫, 屯屯屯.
    Unwritten,
    /// UTF-8 was decoded as GBK, and bytes were lost.
    LostBytes,
}

impl Kind {
    /// Its name in records.
    pub(crate) fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Misread(Misread { written, read }) => {
                return format!("{}-as-{}", written.name(), read.name()).into();
            }
            Self::Twice => "twice",
            Self::Entity => "entity",
            Self::Replacement => "replacement-character",
            Self::ReplacementAsGbk => "replacement-character-as-gbk",
            Self::Unwritten => "unwritten-memory",
            Self::LostBytes => "lost-bytes",
        })
    }

    /// A number for it, by which [`Self::of_number`] finds it again.
    pub(crate) fn number(self) -> u64 {
        match self {
            Self::Misread(Misread { written, read }) => OTHERS + written as u64 * CHARSETS + read as u64,
            Self::Twice => 0,
            Self::Entity => 1,
            Self::Replacement => 2,
            Self::ReplacementAsGbk => 3,
            Self::Unwritten => 4,
            Self::LostBytes => 5,
        }
    }

    /// The kind of this number.
    pub(crate) fn of_number(number: u64) -> Option<Self> {
        let charset = |number: u64| Charset::ALL.get(usize::try_from(number).ok()?).copied();
        Some(match number {
            0 => Self::Twice,
            1 => Self::Entity,
            2 => Self::Replacement,
            3 => Self::ReplacementAsGbk,
            4 => Self::Unwritten,
            5 => Self::LostBytes,
            _ => {
                let pair = number.checked_sub(OTHERS)?;
                let (written, read) = (charset(pair / CHARSETS)?, charset(pair % CHARSETS)?);
                Self::Misread(Misread { written, read })
            }
        })
    }

    /// The kind of a span that is repaired over a repair of another kind.
    fn over(self, below: Self) -> Self {
        match (self, below) {
            (Self::Misread(_), Self::Misread(_) | Self::Twice) => Self::Twice,
            _ => self,
        }
    }
}

/// A damaged span of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Damage {
    /// In bytes.
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind,
    /// What was written; `None` if bytes were lost.
    pub(crate) replacement: Option<String>,
}

/// A text with all damage repaired that can be.
pub(crate) fn repaired<'a>(text: &str, damage: impl IntoIterator<Item = &'a Damage>) -> String {
    let mut now = String::with_capacity(text.len());
    let mut at = 0;
    for Damage { span, replacement, .. } in damage {
        now.push_str(&text[at..span.start]);
        now.push_str(replacement.as_deref().unwrap_or(&text[span.clone()]));
        at = span.end;
    }
    now.push_str(&text[at..]);
    now
}

/// A text as it is read, and what was damaged in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mended {
    /// The text with everything repaired that can be; `None` if that is nothing.
    pub(crate) text: Option<String>,
    /// What was damaged, with the spans of the text as it is read, in order.
    pub(crate) damage: Box<[MendedSpan]>,
}

/// A damaged span of a text, as that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MendedSpan {
    /// In bytes, of the text with everything repaired that can be.
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind,
    /// What stands there.
    pub(crate) now: String,
    /// What stood there, if it was repaired.
    pub(crate) was: Option<String>,
}

/// Repairs the documents of a corpus.
#[derive(Debug, Default)]
pub(crate) struct Mender {
    right: RightLines,
}

impl Mender {
    /// Repairs a document, or a piece of one, if anything is damaged in it.
    ///
    /// Cost: a look at each byte; that of [`EncodingRepair::damage`] for lines that may be damaged.
    pub(crate) fn mend(&self, text: &str) -> Option<Mended> {
        mend(text, &self.right)
    }
}

fn mend(text: &str, right: &RightLines) -> Option<Mended> {
    let has_references = memchr::memchr(b'&', text.as_bytes()).is_some();
    if !has_references && !may_be_damaged(text.as_bytes()) {
        return None;
    }
    let markup = has_references.then(|| {
        let mut markup = Markup::default();
        text.lines().for_each(|line| markup.add(line));
        markup
    });
    let damage = EncodingRepair { right: Some(right), ..EncodingRepair::new(markup) }.damage(text);
    if damage.is_empty() {
        return None;
    }
    let is_repaired = damage.iter().any(|damage| damage.replacement.is_some());
    let mended = is_repaired.then(|| repaired(text, &damage));
    let (mut removed, mut added) = (0, 0);
    let spans = damage.into_iter().map(|Damage { span, kind, replacement }| {
        let start = span.start - removed + added;
        let was = replacement.as_ref().map(|_| text[span.clone()].to_owned());
        let now = replacement.unwrap_or_else(|| text[span.clone()].to_owned());
        let len = now.len();
        (removed, added) = (removed + span.len(), added + len);
        MendedSpan { span: start..start + len, kind, now, was }
    });
    Some(Mended { damage: spans.collect(), text: mended })
}

/// The repair of encoding damage in the lines of a document.
#[derive(Debug, Clone, Copy, Default)]
struct EncodingRepair<'r> {
    decodes_references: bool,
    /// Lines that are known to be right.
    right: Option<&'r RightLines>,
}

impl EncodingRepair<'_> {
    /// For a document that shows this markup: references of HTML are decoded where there is none. Without it they stay.
    fn new(markup: Option<Markup>) -> Self {
        Self { decodes_references: markup.is_some_and(|markup| !markup.is_shown()), right: None }
    }

    /// The damage of a text, line by line, in order.
    fn damage(self, text: &str) -> Vec<Damage> {
        let mut damage = Vec::new();
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            damage.extend(self.of_line(line).into_iter().map(|mut damage| {
                damage.span = damage.span.start + offset..damage.span.end + offset;
                damage
            }));
            offset += line.len();
        }
        damage
    }

    fn of_line(self, text: &str) -> Vec<Damage> {
        let mut layers = Layers::new(text);
        let references = if self.decodes_references { entity::references(text) } else { Vec::new() };
        let may_be_damaged_itself = may_be_damaged(text.as_bytes());
        // With references it is another text that is looked at.
        let right = self.right.filter(|_| references.is_empty());
        if references.is_empty() && !may_be_damaged_itself || right.is_some_and(|right| right.has(text)) {
            return Vec::new();
        }
        layers.lay(references);
        undo(&mut layers);
        let mut damage = layers.into_damage();
        if may_be_damaged_itself {
            lost::add(text, &mut damage);
        }
        if let Some(right) = right.filter(|_| damage.is_empty()) {
            right.add(text);
        }
        damage
    }
}

/// Undoes misreadings, the last first.
fn undo(layers: &mut Layers<'_>) {
    for layer in 0..MAX_LAYERS {
        let now = layers.text();
        if !may_be_damaged(now.as_bytes()) {
            return;
        }
        let line = Line::new(&now);
        let mut repairs = repairs(&line, best(&line));
        if layer > 0 {
            // What was right below is right above.
            repairs.retain(|repair| layers.touches(&repair.span));
        }
        if repairs.is_empty() {
            break;
        }
        layers.lay(repairs);
    }
    let now = layers.text();
    if control::may_be_in(&now) {
        let line = Line::new(&now);
        layers.lay(repairs(&line, control::edits(&line)));
    }
}

/// Characters of a line that were misread.
#[derive(Debug, Clone)]
struct Edit {
    chars: Range<usize>,
    text: String,
    misread: Misread,
    /// What plausibility it gains, where that is what tells it.
    gain: i32,
}

fn repairs(line: &Line, edits: Vec<Edit>) -> Vec<Repair> {
    let repair = |Edit { chars, text, misread, .. }: Edit| Repair {
        span: line.span(&chars),
        text,
        kind: Kind::Misread(misread),
    };
    edits.into_iter().map(repair).collect()
}

/// The edits of the misreading that explains most of a line; of those that explain as much, UTF-8 that was misread.
fn best(line: &Line) -> Vec<Edit> {
    let covered = |edits: &[Edit]| -> usize {
        edits.iter().map(|edit| line.chars[edit.chars.clone()].iter().filter(|c| !c.is_ascii()).count()).sum()
    };
    let gained = |edits: &[Edit]| -> i32 { edits.iter().map(|edit| edit.gain + bias(edit.misread)).sum() };
    let mut utf8 = utf8_misread::edits(line);
    utf8.extend(utf8_in_pairs::edits(line));
    let utf8 = utf8.into_iter().min_by_key(|edits| Reverse(covered(edits))).unwrap_or_default();
    let legacy = legacy_misread::edits(line)
        .into_iter()
        .min_by_key(|edits| Reverse(gained(edits)))
        .unwrap_or_default();
    if covered(&utf8) >= covered(&legacy) { utf8 } else { legacy }
}

/// What speaks for a misreading of those that gain as much: the programs that convert files (Python's codecs, not
/// browsers) have kana in Big5 at the older place.
fn bias(misread: Misread) -> i32 {
    if misread.read == Charset::Big5Kana { 16 } else { 0 }
}
