//! The encoding of a page (contract H2): a byte order mark, then what its bytes are, and of the labels that came with
//! it, those that its bytes agree with.
//!
//! Labels lie in both directions: servers send the same one with every page, archives write a bar with a label of its own
//! into the page, and what is called GB2312 is GB18030. A page is not rejected for a few bytes that are damaged: in a
//! page they stand in a cut-off headline at its edge most often. They are replaced and counted.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::DecodedPage;
use crate::error::RejectReason;
use crate::read::coding::Detection;
use crate::read::encoding::{self, Decision, Why};
use crate::read::fault::Fault;

/// Labels are looked for in so many bytes of a page. The standard says 1024; archives write their scripts before.
const HEAD_BYTES: usize = 64 * 1024;

/// The most labels that are looked at.
const MAX_LABELS: usize = 16;

/// A page is text in an encoding if no more than one of so many characters that are not ASCII is malformed.
const MALFORMED_IN: u64 = 50;

/// Decodes a page that was sent with this label.
///
/// # Errors
/// If it is text in no encoding.
pub(super) fn decode(bytes: &[u8], told: Option<&str>, detection: Detection) -> Result<DecodedPage, Fault> {
    if let Some((encoding, mark)) = encoding::by_bom(bytes) {
        return decode_as(&bytes[mark..], Choice { encoding, is_guess: false, disagrees: false }, detection);
    }
    if let Some(encoding) = detection.given {
        let choice = Choice { encoding, is_guess: false, disagrees: false };
        return if simdutf8::basic::from_utf8(bytes).is_ok() {
            decode_as(bytes, Choice { encoding: UTF_8, ..choice }, detection)
        } else {
            decode_as(bytes, choice, detection)
        };
    }
    let labels = labels(bytes, told);
    let choice = choose(bytes, &labels, detection)?;
    decode_as(bytes, choice, detection)
}

/// An encoding that was chosen.
#[derive(Debug, Clone, Copy)]
struct Choice {
    encoding: &'static Encoding,
    /// Whether no label says so.
    is_guess: bool,
    /// Whether a label says something else.
    disagrees: bool,
}

/// Chooses the encoding of bytes without a mark.
fn choose(bytes: &[u8], labels: &[&'static Encoding], detection: Detection) -> Result<Choice, Fault> {
    let disagrees = |encoding: &'static Encoding| labels.iter().any(|label| *label != encoding);
    let of = |encoding: &'static Encoding| Choice {
        encoding,
        is_guess: encoding != UTF_8 && !labels.contains(&encoding),
        disagrees: disagrees(encoding),
    };
    let decision = encoding::detect(bytes, None);
    match decision {
        Decision::Utf8 => {
            return Ok(Choice { disagrees: !bytes.is_ascii() && disagrees(UTF_8), ..of(UTF_8) });
        }
        // What a label and the bytes agree on is no guess.
        Decision::Other { encoding, is_guess } if !is_guess || labels.contains(&encoding) => {
            return Ok(of(encoding));
        }
        Decision::Other { .. } | Decision::Broken { .. } => {}
    }
    // Damaged, or undecided: the label under which the least is malformed.
    let mut tried = labels.to_vec();
    if matches!(decision, Decision::Broken { why: Why::DamagedUtf8, .. }) {
        tried.insert(0, UTF_8);
    }
    let counted = tried.iter().map(|encoding| (*encoding, num_malformed(bytes, encoding)));
    let best = counted.min_by_key(|(encoding, (malformed, _))| (*malformed, encoding.is_single_byte()));
    if let Some((encoding, (malformed, others))) = best
        && malformed.saturating_mul(MALFORMED_IN) <= others
        && !matches!(decision, Decision::Other { encoding: guessed, .. } if is_bolder(guessed, encoding))
    {
        return Ok(of(encoding));
    }
    if let Decision::Other { encoding, .. } = decision {
        return Ok(of(encoding));
    }
    detection.settle(decision).map(|coding| of(coding.encoding))
}

/// Whether a guess says more than a label: in an encoding of one byte a character, all bytes are some text.
fn is_bolder(guessed: &'static Encoding, label: &'static Encoding) -> bool {
    label.is_single_byte() && !guessed.is_single_byte()
}

/// How many sequences of bytes are malformed in this encoding, and how many characters are not ASCII.
fn num_malformed(bytes: &[u8], encoding: &'static Encoding) -> (u64, u64) {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let others = text.chars().filter(|c| !c.is_ascii());
    others.fold((0, 0), |(malformed, others), c| {
        (malformed + u64::from(c == char::REPLACEMENT_CHARACTER), others + 1)
    })
}

fn decode_as(bytes: &[u8], choice: Choice, detection: Detection) -> Result<DecodedPage, Fault> {
    let Choice { encoding, is_guess, disagrees } = choice;
    if encoding == UTF_8
        && let Ok(text) = simdutf8::basic::from_utf8(bytes)
    {
        return Ok(DecodedPage { html: text.to_owned(), encoding, is_guess, disagrees, num_replaced: 0 });
    }
    let (malformed, others) = num_malformed(bytes, encoding);
    let mut html = String::new();
    let decoded = encoding::decode(encoding, bytes, true, &mut html);
    let is_text = detection.replace || malformed.saturating_mul(MALFORMED_IN) <= others;
    match decoded {
        Ok(num_replaced) if is_text => Ok(DecodedPage { html, encoding, is_guess, disagrees, num_replaced }),
        _ => {
            let name = encoding::name(encoding);
            let detail = format!(
                "not valid {name}: {malformed} of its {others} characters beside ASCII are malformed"
            );
            Err(Fault::new(RejectReason::Undecodable, detail))
        }
    }
}

/// The encodings that labels name: that of the sender, then those of the page.
fn labels(bytes: &[u8], told: Option<&str>) -> Vec<&'static Encoding> {
    let mut labels: Vec<&'static Encoding> = Vec::new();
    let mut add = |label: &str| {
        let Ok(encoding) = encoding::by_label(label.trim()) else { return };
        // A label that can be read as ASCII does not stand in UTF-16.
        let encoding = if [UTF_16LE, UTF_16BE].contains(&encoding) { UTF_8 } else { encoding };
        if !labels.contains(&encoding) && labels.len() < MAX_LABELS {
            labels.push(encoding);
        }
    };
    told.into_iter().for_each(&mut add);
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    for open in memchr::memchr_iter(b'<', head) {
        let tag = &head[open + 1..];
        let is = |name: &[u8]| tag.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name));
        let word: &[u8] = match () {
            () if is(b"meta") => b"charset",
            () if is(b"?xml") => b"encoding",
            () => continue,
        };
        let tag = &tag[..memchr::memchr(b'>', tag).unwrap_or(tag.len())];
        if let Some(label) = value_of(tag, word) {
            add(label);
        }
    }
    labels
}

/// The value behind a word and an equals sign in a tag.
fn value_of<'a>(tag: &'a [u8], word: &[u8]) -> Option<&'a str> {
    let at = tag.windows(word.len()).position(|part| part.eq_ignore_ascii_case(word))?;
    let rest = tag[at + word.len()..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").or(rest.strip_prefix(b"'")).unwrap_or(rest);
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"\"';>/".contains(byte);
    let label = &rest[..rest.iter().position(is_end).unwrap_or(rest.len())];
    str::from_utf8(label).ok().filter(|label| !label.is_empty())
}
