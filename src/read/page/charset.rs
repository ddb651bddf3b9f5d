//! The encoding of a page (contract H2): a byte order mark, then what its bytes are, and of the labels that came with
//! it, those that its bytes agree with.
//!
//! Labels lie in both directions: servers send the same one with every page, archives write a bar with a label of its own
//! into the page, and what is called GB2312 is GB18030. A page is not rejected for a few bytes that are damaged: in a
//! page they stand in a cut-off headline at its edge most often. They are replaced and counted.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::{DecodedPage, WrittenAs};
use crate::error::RejectReason;
use crate::read::coding::Detection;
use crate::read::encoding::{self, Decision, Why};
use crate::read::fault::Fault;

/// Labels are looked for in so many bytes of a page. The standard says 1024; archives write their scripts before.
const HEAD_BYTES: usize = 64 * 1024;

/// The most labels that are looked at.
const MAX_LABELS: usize = 16;

/// A page is text in an encoding if no more than one of so many characters that are not ASCII is malformed.
const MALFORMED_IN: u64 = 10;

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
        let written = WrittenAs { encoding, is_guess, num_replaced: 0 };
        return Ok(DecodedPage { html: text.to_owned(), written, disagrees });
    }
    let (malformed, others) = num_malformed(bytes, encoding);
    let mut html = String::new();
    let decoded = encoding::decode(encoding, bytes, true, &mut html);
    let is_text = detection.replace || malformed.saturating_mul(MALFORMED_IN) <= others;
    match decoded {
        Ok(num_replaced) if is_text => {
            let written = WrittenAs { encoding, is_guess, num_replaced };
            Ok(DecodedPage { html, written, disagrees })
        }
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

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, EUC_KR, GB18030, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};

    use super::*;

    const CHINESE: &str = "<p>渡轮公司昨天表示，由于风力过大，上午的三个班次全部取消，预计下午恢复正常航行。</p>\
        <p>码头的工作人员说，已经买票的旅客可以改签，也可以全额退票，请大家注意广播通知。</p>";
    const RUSSIAN: &str = "<p>Паром вчера не вышел из порта из-за сильного ветра, сообщили в компании. \
        Рейсы возобновятся сегодня после обеда, билеты можно вернуть в кассе.</p>";

    const TAIWANESE: &str =
        "<p>渡輪公司昨天表示，由於風力過大，上午的三個班次全部取消，預計下午恢復正常。</p>";
    const JAPANESE: &str = "<p>強風のため、フェリーの午前の便はすべて欠航となりました。</p>";

    const KOREAN: &str = "<p>강한 바람 때문에 오전 배편이 모두 취소되었습니다.</p>";
    const FRENCH: &str = "<p>Le café de l’île est fermé cet été</p>";

    fn detection(replace: bool) -> Detection {
        Detection { given: None, fallback: None, replace }
    }

    fn page(head: &str, body: &str, encoding: &'static Encoding) -> Vec<u8> {
        let page = format!("<html><head>{head}</head><body>{body}</body></html>");
        let (bytes, _, has_unmappable) = encoding.encode(&page);
        assert!(!has_unmappable);
        bytes.into_owned()
    }

    #[test]
    fn labels_and_bytes() {
        let meta =
            |label: &str| format!("<meta http-equiv='Content-Type' content='text/html; charset={label}'>");
        for (told, head, body, encoding, is_guess, disagrees) in [
            (None, meta("gb2312"), CHINESE, GB18030, false, false),
            (None, "<META CHARSET=GBK>".to_owned(), CHINESE, GB18030, false, false),
            (Some("utf-8"), meta("gb2312"), CHINESE, GB18030, false, true),
            (Some("iso-8859-1"), meta("gb2312"), CHINESE, GB18030, false, true),
            // The bar of an archive, and the page's own head behind it.
            (
                None,
                format!("<meta charset=\"utf-8\"><!-- {} -->{}", "x".repeat(9000), meta("gb2312")),
                CHINESE,
                GB18030,
                false,
                true,
            ),
            (None, String::new(), CHINESE, GB18030, true, false),
            (None, meta("utf-8"), CHINESE, GB18030, true, true),
            (None, meta("big5"), TAIWANESE, BIG5, false, false),
            (None, meta("gb2312"), CHINESE, UTF_8, false, true),
            (None, meta("x-unknown"), CHINESE, UTF_8, false, false),
            (None, String::new(), CHINESE, UTF_8, false, false),
            (Some("windows-1251"), String::new(), RUSSIAN, WINDOWS_1251, false, false),
            (None, meta("shift_jis"), JAPANESE, SHIFT_JIS, false, false),
            (None, meta("euc-kr"), KOREAN, EUC_KR, false, false),
            (None, meta("iso-8859-1"), FRENCH, WINDOWS_1252, false, false),
        ] {
            let bytes = page(&head, body, encoding);
            let decoded =
                decode(&bytes, told, detection(false)).unwrap_or_else(|fault| panic!("{head} {fault}"));
            let found = (decoded.written.encoding, decoded.written.is_guess, decoded.disagrees);
            assert_eq!(found, (encoding, is_guess, disagrees), "{told:?} {head}");
            assert!(decoded.html.contains(body) && decoded.written.num_replaced == 0, "{}", decoded.html);
        }
    }

    #[test]
    fn marks_and_wide_characters() {
        let page = format!("<html><body>{CHINESE}</body></html>");
        let wide: Vec<u8> =
            "\u{feff}".encode_utf16().chain(page.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        for bytes in [wide, format!("\u{feff}{page}").into_bytes()] {
            let decoded = decode(&bytes, Some("gbk"), detection(false)).unwrap();
            assert_eq!(decoded.html, page);
        }
    }

    #[test]
    fn damage() {
        let page = |damaged: &str| {
            let body = format!("<img alt='{damaged}'>{CHINESE}{CHINESE}");
            page("<meta charset=utf-8>", &body, UTF_8)
        };
        let mut bytes = page("#");
        let at = bytes.iter().position(|byte| *byte == b'#').unwrap();
        bytes[at] = 0xfc;
        let decoded = decode(&bytes, None, detection(false)).unwrap();
        assert_eq!((decoded.written.encoding, decoded.written.num_replaced), (UTF_8, 1));
        assert!(decoded.html.contains("<img alt='\u{fffd}'>"));
        // Most of it is no text.
        let mut bytes = page("x");
        for byte in bytes.iter_mut().filter(|byte| **byte >= 0xc0) {
            *byte = 0xff;
        }
        let fault = decode(&bytes, None, detection(false)).unwrap_err();
        assert!(
            [RejectReason::NotUtf8, RejectReason::EncodingUnknown, RejectReason::Undecodable]
                .contains(&fault.reason)
        );
    }

    #[test]
    fn values_of_tags() {
        for (tag, word, expected) in [
            ("meta charset=utf-8", "charset", Some("utf-8")),
            ("META CharSet = 'GBK' ", "charset", Some("GBK")),
            ("meta content=\"text/html;charset=big5\"", "charset", Some("big5")),
            ("?xml version='1.0' encoding='Shift_JIS'?", "encoding", Some("Shift_JIS")),
            ("meta charset", "charset", None),
            ("meta charset=", "charset", None),
            ("meta charset=\"\"", "charset", None),
            ("meta name=description", "charset", None),
        ] {
            assert_eq!(value_of(tag.as_bytes(), word.as_bytes()), expected, "{tag}");
        }
    }
}
