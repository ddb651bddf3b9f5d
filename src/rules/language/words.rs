//! The words of a text that say which language it is in: names of files, options, numbers with units and acronyms are
//! written alike in all languages.

use super::script::Script;

/// Words longer than this are looked at up to here: there are none in alphabets, and a file without spaces must not
/// be one.
const MOST_CHARS: usize = 40;

/// Bytes of so many characters, in lower case.
const MOST_BYTES: usize = MOST_CHARS * 12;

/// A word in capitals of at least as many letters is no acronym.
const LEAST_CAPITALS: usize = 5;

/// What is told of the words of a text.
pub(super) trait WordSink {
    /// A letter that is no part of a word of an alphabet ([`Script::is_alphabet`]).
    fn letter(&mut self, script: Script, c: char);

    /// A word of an alphabet, in lower case.
    fn word(&mut self, script: Script, word: &[u8], chars: usize);
}

/// Delivers the words of `text`, which is in composed form (NFC).
///
/// Cost: one look at each character.
pub(super) fn words(text: &str, sink: &mut impl WordSink) {
    let mut token = Token::default();
    let mut capitals = Capitals::default();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let script = Script::of(c);
        if script.is_some_and(|script| !script.is_alphabet()) || c.is_whitespace() || is_wide_punctuation(c) {
            token.deliver(&text[start..at], &mut capitals, sink);
            token = Token::default();
            start = at + c.len_utf8();
            if let Some(script) = script {
                sink.letter(script, c);
            }
        } else {
            token.add(c, script);
        }
    }
    token.deliver(&text[start..], &mut capitals, sink);
    capitals.deliver(sink);
}

/// Punctuation that parts words without a space beside it.
fn is_wide_punctuation(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303f}' | '\u{30fb}' | '\u{ff00}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}')
}

/// What stands between two spaces, as far as it has been read.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "four things that each are seen or not")]
struct Token {
    has_letters: bool,
    /// Whether it is no prose: `--option`, `a.b`, `x_1`, `user@host`, `A4`, `&nbsp;`.
    is_code: bool,
    /// Whether a full stop was the last character.
    is_after_stop: bool,
    is_begun: bool,
}

impl Token {
    fn add(&mut self, c: char, script: Option<Script>) {
        let is_letter = script.is_some();
        self.is_code |=
            matches!(c, '0'..='9' | '_' | '@' | '\\' | '/' | '=' | '<' | '>' | '|' | '&' | '²' | '³')
                || (!self.is_begun && matches!(c, '-' | '$' | '.' | '°'))
                || (is_letter && self.is_after_stop);
        self.is_after_stop = c == '.';
        self.has_letters |= is_letter;
        self.is_begun = true;
    }

    /// Delivers the words of a token whose text is `text`.
    fn deliver(&self, text: &str, capitals: &mut Capitals, sink: &mut impl WordSink) {
        if self.is_code || !self.has_letters {
            return;
        }
        for word in text.split(|c| Script::of(c).is_none()).filter(|word| !word.is_empty()) {
            capitals.sort(word, sink);
        }
    }
}

/// Words in capitals, which count only where a text has hardly any others.
#[derive(Debug, Default)]
struct Capitals {
    text: String,
    chars: usize,
    /// Characters of words that are not in capitals.
    chars_of_others: usize,
    has_long: bool,
}

impl Capitals {
    /// Keeps a word in capitals for later and delivers any other.
    fn sort(&mut self, word: &str, sink: &mut impl WordSink) {
        let mut case = Case::default();
        for c in word.chars() {
            case.add(c);
        }
        if case.is_capitals() {
            self.chars += case.chars;
            self.has_long |= case.chars >= LEAST_CAPITALS || (case.chars > 1 && !word.is_ascii());
            self.text.push_str(word);
            self.text.push(' ');
        } else if !case.is_name() {
            self.chars_of_others += case.chars;
            deliver(word, sink);
        }
    }

    fn deliver(&self, sink: &mut impl WordSink) {
        if self.has_long && self.chars > self.chars_of_others {
            self.text.split_ascii_whitespace().for_each(|word| deliver(word, sink));
        }
    }
}

/// How a word is written.
#[derive(Debug, Default)]
struct Case {
    chars: usize,
    begins_upper: bool,
    has_lower: bool,
    ends_upper: bool,
}

impl Case {
    fn add(&mut self, c: char) {
        let (is_upper, is_lower) = if c.is_ascii() {
            (c.is_ascii_uppercase(), c.is_ascii_lowercase())
        } else {
            (c.is_uppercase(), c.is_lowercase())
        };
        self.begins_upper |= self.chars == 0 && is_upper;
        self.has_lower |= is_lower;
        self.ends_upper = is_upper;
        self.chars += 1;
    }

    fn is_capitals(&self) -> bool {
        self.begins_upper && !self.has_lower
    }

    /// Whether it is written as names such as `NaN` are.
    fn is_name(&self) -> bool {
        self.chars > 1 && self.has_lower && self.ends_upper
    }
}

/// Delivers one word. Its script is that of its first letter.
fn deliver(word: &str, sink: &mut impl WordSink) {
    let Some(script) = word.chars().next().and_then(Script::of) else { return };
    let mut lower = [0; MOST_BYTES];
    if word.is_ascii() {
        let chars = word.len().min(MOST_CHARS);
        lower[..chars].copy_from_slice(&word.as_bytes()[..chars]);
        lower[..chars].make_ascii_lowercase();
        sink.word(script, &lower[..chars], chars);
        return;
    }
    let (mut chars, mut end) = (0, 0);
    for c in word.chars().take(MOST_CHARS) {
        // One character may become up to three.
        for lower_case in narrow(c).to_lowercase() {
            end += lower_case.encode_utf8(&mut lower[end..]).len();
        }
        chars += 1;
    }
    sink.word(script, &lower[..end], chars);
}

/// A full-width letter as the letter that it is a form of.
fn narrow(c: char) -> char {
    match c {
        '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => {
            char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c)
        }
        _ => c,
    }
}
