//! Comparison tokens of a paragraph: the words by which near-duplicates are found.
//!
//! In: the text of a paragraph. Out: its words, folded, character by character, to a [`TokenSink`]. By definition:
//! the text is repaired (contract P3); HTML entities are decoded, once; NFKC; white space becomes spaces, then Cc
//! and Cf are removed; full case folding; Traditional Chinese characters become Simplified, one by one; the text is
//! cut at the word boundaries of UAX #29; a segment with a letter, mark or number in it is a token. [`library`]
//! does just that.
//!
//! The fast path is one pass over the bytes with the word rules as a state machine over a [`table`]. It stops at
//! a *hard* character: one that may change what stands before it (it combines, extends, may begin an entity), or
//! that repair removes. Nothing is taken back: the character before a hard one is not yet dealt with, and what the
//! sink has of the segment it stands in is what the libraries, starting with that segment, deliver first. So they
//! start there, their first calls are skipped, and they go on to the next *fence*, a character before which
//! a segment ends and NFKC starts afresh whatever stands before it: Han, or a space. There the pass takes up again.
//!
//! Sources: UAX #29, section 4.1 (rules WB1-WB999); UAX #15, section 9.1 (normalization boundaries).

mod kind;
mod library;
mod table;
#[cfg(test)]
mod tests;

use self::table::{FoldedChar, NUM_CLASSES, TableEntry, WordTable};
use crate::config::Repair;
use crate::split::repaired::escape_len;

/// Takes the comparison tokens of a text, character by character.
pub trait TokenSink {
    /// A letter or mark of the token (anything of L, M, N that is not a decimal digit), folded.
    fn letter(&mut self, code: u32);

    /// A decimal digit (`General_Category` Nd) of the token, folded.
    fn digit(&mut self, code: u32);

    /// A character between two of the token that is no letter, mark or number: the point of 3.14, the apostrophe
    /// of don't. Not what the segment begins or ends with: `_private` and `private` are the same token.
    fn joiner(&mut self, code: u32);

    /// A character that is in no token: punctuation, a symbol, or a space for all white space between two other calls.
    /// Not a connector (`_`) that a token ends with.
    #[inline]
    fn separator(&mut self, _code: u32) {}

    /// The token is complete: at least one letter or digit was delivered.
    fn end(&mut self);
}

/// Finds comparison tokens under one configuration.
///
/// ```
/// use tamis::config::Repair;
/// use tamis::normalize::{TokenSink, Tokenizer};
///
/// #[derive(Default)]
/// struct Spaced(String);
/// impl TokenSink for Spaced {
///     fn letter(&mut self, code: u32) {
///         self.0.extend(char::from_u32(code));
///     }
///     fn digit(&mut self, code: u32) {
///         self.letter(code);
///     }
///     fn joiner(&mut self, code: u32) {
///         self.letter(code);
///     }
///     fn end(&mut self) {
///         self.0.push(' ');
///     }
/// }
///
/// let mut tokens = Spaced::default();
/// Tokenizer::new(Repair::Basic).tokens("蘋果 AI&nbsp;didn't pay ３,０００．５!", &mut tokens);
/// assert_eq!(tokens.0, "苹 果 ai didn't pay 3,000.5 ");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Tokenizer {
    repair: Repair,
    table: &'static WordTable,
}

/// The fewest bytes that are given to the libraries at a time: starting them takes as long as some fifty bytes do.
const STRETCH: usize = 64;

impl Tokenizer {
    /// A tokenizer of text repaired in this way.
    pub fn new(repair: Repair) -> Self {
        Self { repair, table: WordTable::get() }
    }

    /// Delivers the tokens of a paragraph, in order.
    ///
    /// Cost: about 1.5 ns a byte of Chinese news, 3.5 ns of English, 20 to 40 ns in the libraries; linear, whatever
    /// the text. Memory: none on the fast path; in the libraries a few times the stretch from one fence to the next.
    #[inline]
    pub fn tokens(&self, text: &str, sink: &mut impl TokenSink) {
        let mut start = 0;
        let sink = &mut Spaced::new(sink);
        while start < text.len() {
            let mut pass = FastPass::new(self.table, start, sink);
            let Some(hard) = pass.run(text.as_bytes()) else { return };
            let (from, num_delivered) = (pass.segment, pass.num_delivered);
            start = self.fence_after(text, hard);
            self.by_library(&text[from..start], num_delivered, sink);
        }
    }

    /// The first fence a stretch or more after the character at `hard`; the end of the text if there is none. There is
    /// none inside an escape sequence, which repair removes as a whole; nor behind white space, perhaps with what
    /// repair removes in between: what is given to the libraries is trimmed.
    fn fence_after(&self, text: &str, hard: usize) -> usize {
        let bytes = text.as_bytes();
        let (mut at, mut is_after_plain) = (hard, false);
        while at < text.len() {
            let (entry, width) = self.table.entry(bytes, at);
            if at >= hard + STRETCH && entry.is_fence() && is_after_plain {
                break;
            }
            is_after_plain = !entry.is_hard() && entry.unit().is_none_or(|unit| unit.code() != SPACE);
            at += escape_len(&bytes[at..]).max(width);
        }
        at
    }

    /// Delivers the tokens of `text` but for the first calls, `num_delivered` of them.
    #[cold]
    fn by_library<S: TokenSink>(&self, text: &str, num_delivered: usize, sink: &mut Spaced<'_, S>) {
        sink.is_pending |= text.starts_with(char::is_whitespace);
        library::tokens(text, self.repair, &mut Skip { sink, left: num_delivered });
    }
}

/// The end of the current segment, as far as the word rules ask about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum State {
    /// Something that nothing joins.
    Other,
    Letter,
    Numeric,
    Katakana,
    Connector,
    /// A letter and a character that joins it to the next letter; to anything else it does not belong.
    LetterMiddle,
    /// A number and a character that joins it to the next number; to anything else it does not belong.
    NumericMiddle,
}

/// The state after a character that goes on the segment, or `None` if it begins the next (rules WB5-WB13b).
const fn joined(state: State, class: usize) -> Option<State> {
    use State::{Connector, Katakana, Letter, LetterMiddle, Numeric, NumericMiddle};
    // Other, Letter, Numeric, Katakana, Connector, MidLetter, MidNum, MidNumLet.
    const NONE: [Option<State>; NUM_CLASSES] = [None; NUM_CLASSES];
    const RULES: [[Option<State>; NUM_CLASSES]; 7] = {
        let (l, n, k, c) = (Some(Letter), Some(Numeric), Some(Katakana), Some(Connector));
        let (lm, nm) = (Some(LetterMiddle), Some(NumericMiddle));
        [
            NONE,
            [None, l, n, None, c, lm, None, lm],
            [None, l, n, None, c, None, nm, nm],
            [None, None, None, k, c, None, None, None],
            [None, l, n, k, c, None, None, None],
            [None, l, None, None, None, None, None, None],
            [None, None, n, None, None, None, None, None],
        ]
    };
    RULES[state as usize][class]
}

/// The state after a character that begins a segment.
const fn begun(class: usize) -> State {
    use State::{Connector, Katakana, Letter, Numeric, Other};
    [Other, Letter, Numeric, Katakana, Connector, Other, Other, Other][class]
}

/// One pass of the fast path, up to a hard character.
struct FastPass<'a, S> {
    table: &'static WordTable,
    ascii: &'static [TableEntry; 128],
    sink: &'a mut S,
    /// The place of the next character.
    at: usize,
    /// Where the segment at hand begins; if that is inside a folded character, a segment before it.
    segment: usize,
    /// Calls to the sink since `segment`.
    num_delivered: usize,
    state: State,
    /// The sink has a part of the token.
    is_open: bool,
    /// A joiner that is delivered if the token goes on.
    joiner: Option<u32>,
}

impl<'a, S: TokenSink> FastPass<'a, S> {
    fn new(table: &'static WordTable, start: usize, sink: &'a mut S) -> Self {
        let (state, is_open, joiner) = (State::Other, false, None);
        let ascii = table.ascii();
        Self { table, ascii, sink, at: start, segment: start, num_delivered: 0, state, is_open, joiner }
    }

    /// Delivers tokens up to the end, or to a hard character, whose place is returned.
    ///
    /// A character is processed only once the next one is known not to be hard.
    #[inline]
    fn run(&mut self, text: &[u8]) -> Option<usize> {
        let (mut entry, mut width) = self.table.entry(text, self.at);
        if entry.is_hard() {
            return Some(self.at);
        }
        while width > 0 {
            if entry.is_lone() {
                (entry, width) = self.take_lone(text, entry, width);
                if entry.is_hard() {
                    return Some(self.at + width);
                }
            }
            let mut next = self.at + width;
            let (mut next_entry, next_width) = self.table.entry(text, next);
            if next_entry.is_hard() {
                return Some(next);
            }
            let is_done = match entry.unit() {
                Some(unit) => self.take(unit, true),
                None => self.take_several(text),
            };
            if !is_done {
                return Some(next);
            }
            if entry.is_plain_letter() {
                (next, next_entry) = self.take_ascii(text, next, next_entry);
            }
            (self.at, entry, width) = (next, next_entry, next_width);
        }
        self.close();
        None
    }

    /// Deals with the letters that are tokens by themselves, from `entry` at `self.at` on; returns the first
    /// character that is not one, or that is followed by a hard one: it is hard then itself.
    #[inline]
    fn take_lone(&mut self, text: &[u8], mut entry: TableEntry, mut width: usize) -> (TableEntry, usize) {
        self.close();
        let mut at = self.at;
        while entry.is_lone() {
            let (next, next_width) = self.table.entry(text, at + width);
            if next.is_hard() {
                entry = next;
                break;
            }
            self.sink.letter(entry.code());
            self.sink.end();
            (at, entry, width) = (at + width, next, next_width);
        }
        (self.at, self.segment, self.num_delivered, self.state) = (at, at, 0, State::Other);
        (entry, width)
    }

    /// After a letter: deals with the ASCII letters from `at` on, each followed by an ASCII character that is not
    /// hard. Returns the first character that is not one of those, of the width of the first if that is not ASCII.
    #[inline]
    fn take_ascii(&mut self, text: &[u8], mut at: usize, mut entry: TableEntry) -> (usize, TableEntry) {
        if text.get(at).is_some_and(u8::is_ascii) {
            let start = at;
            while entry.is_plain_letter()
                && let Some(next) = text.get(at + 1).and_then(|byte| self.ascii.get(usize::from(*byte)))
                && !next.is_hard()
            {
                self.sink.letter(entry.code());
                at += 1;
                entry = *next;
            }
            self.num_delivered += at - start;
        }
        (at, entry)
    }

    /// Deals with a character that folds to several.
    fn take_several(&mut self, text: &[u8]) -> bool {
        let units = self.table.several(text, self.at);
        units.iter().enumerate().all(|(index, unit)| self.take(*unit, index == 0))
    }

    /// Deals with a folded character; `false` if that is for the libraries to do.
    #[inline]
    fn take(&mut self, unit: FoldedChar, is_first: bool) -> bool {
        if let Some(state) = joined(self.state, unit.class()) {
            self.state = state;
        } else {
            self.close();
            self.state = begun(unit.class());
            if is_first {
                (self.segment, self.num_delivered) = (self.at, 0);
            }
        }
        if unit.is_joiner() {
            if self.is_open {
                // Two in a row are rare (a__b); there is room for one.
                return self.joiner.replace(unit.code()).is_none();
            }
            self.sink.separator(unit.code());
            // White space is not counted: the libraries trim it.
            self.num_delivered += usize::from(unit.code() != SPACE);
            return true;
        }
        if let Some(joiner) = self.joiner.take() {
            self.sink.joiner(joiner);
            self.num_delivered += 1;
        }
        if unit.is_digit() {
            self.sink.digit(unit.code());
        } else {
            self.sink.letter(unit.code());
        }
        self.num_delivered += 1;
        self.is_open = true;
        true
    }

    /// Ends the token at hand, if there is one.
    #[inline]
    fn close(&mut self) {
        if self.is_open {
            self.sink.end();
            self.num_delivered += 1;
            self.is_open = false;
            let joiner = self.joiner.take();
            // A character that would have joined what follows is a segment by itself if it did not; any other belongs
            // to the segment that it ends.
            if let Some(code) =
                joiner.filter(|_| matches!(self.state, State::LetterMiddle | State::NumericMiddle))
            {
                self.sink.separator(code);
                self.num_delivered += 1;
            }
        }
    }
}

/// What all white space becomes.
const SPACE: u32 = 0x20;

/// Delivers one space for all white space between two other calls.
struct Spaced<'a, S> {
    sink: &'a mut S,
    is_begun: bool,
    is_pending: bool,
}

impl<'a, S: TokenSink> Spaced<'a, S> {
    fn new(sink: &'a mut S) -> Self {
        Self { sink, is_begun: false, is_pending: false }
    }

    #[inline]
    fn sink(&mut self) -> &mut S {
        if std::mem::take(&mut self.is_pending) && self.is_begun {
            self.sink.separator(SPACE);
        }
        self.is_begun = true;
        self.sink
    }
}

impl<S: TokenSink> TokenSink for Spaced<'_, S> {
    #[inline]
    fn letter(&mut self, code: u32) {
        self.sink().letter(code);
    }

    #[inline]
    fn digit(&mut self, code: u32) {
        self.sink().digit(code);
    }

    #[inline]
    fn joiner(&mut self, code: u32) {
        self.sink.joiner(code);
    }

    #[inline]
    fn separator(&mut self, code: u32) {
        if code == SPACE {
            self.is_pending = true;
        } else {
            self.sink().separator(code);
        }
    }

    #[inline]
    fn end(&mut self) {
        self.sink.end();
    }
}

/// Leaves out the first calls, white space not counted.
struct Skip<'a, S> {
    sink: &'a mut S,
    left: usize,
}

impl<S: TokenSink> Skip<'_, S> {
    fn pass(&mut self, call: impl FnOnce(&mut S)) {
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => call(self.sink),
        }
    }
}

impl<S: TokenSink> TokenSink for Skip<'_, S> {
    fn letter(&mut self, code: u32) {
        self.pass(|sink| sink.letter(code));
    }

    fn digit(&mut self, code: u32) {
        self.pass(|sink| sink.digit(code));
    }

    fn joiner(&mut self, code: u32) {
        self.pass(|sink| sink.joiner(code));
    }

    fn separator(&mut self, code: u32) {
        if code != SPACE {
            self.pass(|sink| sink.separator(code));
        } else if self.left == 0 {
            self.sink.separator(code);
        }
    }

    fn end(&mut self) {
        self.pass(TokenSink::end);
    }
}
