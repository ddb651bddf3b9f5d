//! The body of an HTTP message, decoded: its chunks joined (RFC 9112, section 7.1), then its codings undone in the
//! opposite order in which the headers name them (RFC 9110, section 8.4).
//!
//! Archives disagree about what they store: some keep the headers and store the body decoded. A body that has nothing of
//! a coding about it is taken as it is. One that breaks off, or is damaged, is a fault; but where the archive says that it
//! cut the record itself, it is read as far as it goes.

use std::borrow::Cow;
use std::io::{self, Read};

use memchr::memmem;

use super::chunked::join_chunks;
use super::head::head_fields;
use super::inflate::{Gzip, Inflate};
use crate::error::RejectReason;
use crate::read::fault::Fault;
use crate::units::count;

/// More codings than this, one upon the other, are an attack: servers apply one.
const MAX_CODINGS: usize = 4;

/// So many bytes are decoded between two looks at how long the body has become.
const STEP_BYTES: u64 = 64 * 1024;

/// The beginning of a decoded body that is looked at for a page.
const PAGE_BEGIN_BYTES: u64 = 2 * 1024;

/// The beginning of a body that is looked at for whether it is text.
const TEXT_BYTES: usize = 512;

/// The body of an HTTP message, as it was sent or stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct HttpBody<'a> {
    /// The header of the message; empty if there is none.
    pub(super) head: &'a [u8],
    pub(super) bytes: &'a [u8],
    /// Whether the archive does not have all of it.
    pub(super) is_cut: bool,
}

impl<'a> HttpBody<'a> {
    /// Decodes the body, to at most `limit` bytes.
    ///
    /// # Errors
    /// If it is damaged or breaks off, if it becomes too long, or if it has a coding that is not read.
    pub(super) fn decode(self, limit: u64) -> Result<Cow<'a, [u8]>, Fault> {
        self.decode_to(Bounds { limit, begin: None, is_cut: self.is_cut })
    }

    /// Whether the decoded body begins like a page of HTML.
    pub(super) fn begins_like_page(self) -> bool {
        let bounds = Bounds { limit: u64::MAX, begin: Some(PAGE_BEGIN_BYTES), is_cut: true };
        self.decode_to(bounds).is_ok_and(|body| is_page(&body))
    }

    fn decode_to(self, bounds: Bounds) -> Result<Cow<'a, [u8]>, Fault> {
        let mut codings = codings(self.head, "Content-Encoding");
        codings.extend(codings_of_transfer(self.head));
        if codings.len() > MAX_CODINGS {
            let detail = format!("its body has {} codings, and the limit is {MAX_CODINGS}", codings.len());
            return Err(Fault::new(RejectReason::Corrupt, detail));
        }
        let mut body = Cow::Borrowed(self.bytes);
        for coding in codings.iter().rev() {
            if let Some(decoded) = decode_one(coding, &body, bounds)? {
                body = Cow::Owned(decoded);
            }
        }
        Ok(body)
    }
}

/// How far a body is decoded.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// Most bytes that it may become.
    limit: u64,
    /// Bytes that are enough.
    begin: Option<u64>,
    /// Whether it may break off.
    is_cut: bool,
}

/// The codings that the fields of this name list, in the order in which they were applied.
fn codings(head: &[u8], name: &str) -> Vec<String> {
    let is_named = |span: &[u8]| span.eq_ignore_ascii_case(name.as_bytes());
    let fields = head_fields(head).filter(|field| is_named(&head[field.name.range()]));
    let listed = fields.flat_map(|field| head[field.value.range()].split(|byte| *byte == b','));
    let names = listed.map(|coding| String::from_utf8_lossy(coding.trim_ascii()).to_ascii_lowercase());
    names.filter(|coding| !coding.is_empty() && coding != "identity").collect()
}

/// The codings for the way. A field that stands twice says the same twice.
fn codings_of_transfer(head: &[u8]) -> Vec<String> {
    let mut codings = codings(head, "Transfer-Encoding");
    codings.dedup_by(|one, other| one == other && one == "chunked");
    codings
}

/// Undoes one coding; `None` if the body does not have it.
fn decode_one(coding: &str, body: &[u8], bounds: Bounds) -> Result<Option<Vec<u8>>, Fault> {
    let unpack = |what: &str, reader: &mut dyn Read| unpack(what, reader, count(body.len()), bounds);
    let decoded = match coding {
        _ if body.is_empty() => return Ok(None),
        "chunked" => return join_chunks(body, bounds.is_cut),
        "gzip" | "x-gzip" if body.starts_with(&[0x1f, 0x8b]) => unpack("gzip", &mut Gzip::new(body)),
        "deflate" if is_zlib(body) => unpack("zlib", &mut Inflate::new(body, true)),
        "deflate" => unpack("deflate", &mut Inflate::new(body, false)),
        "br" => unpack("brotli", &mut brotli_decompressor::Decompressor::new(body, 4096)),
        "zstd" if is_zstd(body) => match zstd::stream::read::Decoder::with_buffer(body) {
            Ok(mut decoder) => unpack("zstd", &mut decoder),
            Err(error) => Err(Fault::of(&error)),
        },
        _ if is_text(body) => return Ok(None),
        "gzip" | "x-gzip" | "zstd" => {
            let detail = format!("its body does not begin like {coding}, which its Content-Encoding says");
            Err(Fault::new(RejectReason::Corrupt, detail))
        }
        _ => {
            let detail = format!("its body has the coding {coding}, which tamis does not read");
            Err(Fault::new(RejectReason::Corrupt, detail))
        }
    };
    match decoded {
        // These two have no sign at their beginning.
        Err(fault) if matches!(coding, "br" | "deflate") && fault.reason == RejectReason::Corrupt => {
            if is_text(body) {
                Ok(None)
            } else {
                Err(fault)
            }
        }
        decoded => decoded.map(Some),
    }
}

/// Whether the bytes begin with the header of a zlib stream (RFC 1950, section 2.2).
fn is_zlib(bytes: &[u8]) -> bool {
    let [first, second, ..] = bytes else { return false };
    first & 0x0f == 8 && first >> 4 <= 7 && (u16::from(*first) << 8 | u16::from(*second)).is_multiple_of(31)
}

/// Whether the bytes begin with a Zstandard frame, or one that is skipped (RFC 8878, section 3.1).
fn is_zstd(bytes: &[u8]) -> bool {
    match bytes {
        [0x28, 0xb5, 0x2f, 0xfd, ..] => true,
        [first, 0x2a, 0x4d, 0x18, ..] => first & 0xf0 == 0x50,
        _ => false,
    }
}

/// Whether the bytes begin like a text, and not like something that is compressed.
fn is_text(bytes: &[u8]) -> bool {
    let begin = &bytes[..bytes.len().min(TEXT_BYTES)];
    let is_wide = begin.starts_with(&[0xff, 0xfe]) || begin.starts_with(&[0xfe, 0xff]);
    is_wide || begin.iter().all(|byte| *byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b))
}

/// Whether a page begins with the bytes, behind comments and what XML says first.
fn is_page(bytes: &[u8]) -> bool {
    let mut rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    loop {
        rest = rest.trim_ascii_start();
        let end: &[u8] = if rest.starts_with(b"<!--") {
            b"-->"
        } else if rest.starts_with(b"<?") {
            b"?>"
        } else {
            break;
        };
        let Some(at) = memmem::find(rest, end) else { return false };
        rest = &rest[at + end.len()..];
    }
    let begins = |sign: &[u8]| rest.get(..sign.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(sign));
    begins(b"<!doctype html") || begins(b"<html")
}

/// Reads a decoder to its end.
fn unpack(what: &str, mut reader: &mut dyn Read, packed: u64, bounds: Bounds) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    loop {
        let before = body.len();
        let read = (&mut reader).take(STEP_BYTES).read_to_end(&mut body);
        if count(body.len()) > bounds.limit {
            return Err(Fault::too_large(bounds.limit));
        }
        if let Some(bomb) = Fault::bomb("the body of the record", count(body.len()), packed) {
            return Err(bomb);
        }
        if bounds.begin.is_some_and(|begin| count(body.len()) >= begin) {
            return Ok(body);
        }
        match read {
            Ok(_) if body.len() == before => return Ok(body),
            Ok(_) => {}
            Err(_) if bounds.is_cut && !body.is_empty() => return Ok(body),
            Err(error) => {
                let is_cut = error.kind() == io::ErrorKind::UnexpectedEof;
                let how = match what {
                    "brotli" => "is damaged or breaks off", // its decoder does not tell
                    _ if is_cut => "breaks off",
                    _ => "is damaged",
                };
                return Err(Fault::new(
                    RejectReason::Corrupt,
                    format!("the {what} stream of its body {how}"),
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    /// `<p>` and 40 lines, as the reference encoder of brotli writes them (quality 11).
    const BROTLI: &[u8] = &[
        0x1b, 0x63, 0x05, 0xa0, 0x9c, 0x05, 0xee, 0xee, 0xa4, 0x9a, 0xca, 0x9e, 0x0e, 0xcf, 0x1a, 0x66, 0x23,
        0x54, 0x7a, 0xf2, 0x28, 0x98, 0x25, 0xdc, 0x1b, 0x9b, 0x59, 0x67, 0xa4, 0x07, 0xd4, 0xc9, 0x7e, 0x79,
        0x0c, 0x9b, 0x3e, 0x2f, 0x20, 0x18, 0xb1, 0x03, 0x89, 0x69, 0x67, 0xaf, 0x1a, 0x58, 0x82, 0x41, 0x04,
        0x55, 0xea, 0x95, 0x85, 0x8c, 0xe6, 0xc0, 0x06, 0xae, 0x7a, 0xdf, 0x1f, 0x86, 0xd8, 0x85, 0xe7, 0x33,
        0x7d, 0x03, 0x30, 0x41, 0x0b, 0xb2, 0x61, 0x07, 0x71, 0xa3, 0x3d, 0x18, 0x2f, 0xd6, 0x87, 0xfb, 0xa3,
        0xfc, 0x50, 0x02, 0x42, 0x50, 0x0c, 0x49, 0x61, 0x39, 0xa2, 0x44, 0xab, 0x63, 0x34, 0xb1, 0xda, 0x38,
        0xdc, 0xcc, 0x9a, 0x58, 0x01, 0x21, 0x28, 0x86, 0xa4, 0xb0, 0x1c, 0x51, 0xa2, 0xd5, 0x31, 0x9a, 0x58,
        0x6d, 0x1c, 0x6e, 0x56, 0x4d, 0xaa, 0x80, 0x10, 0x14, 0x43, 0x52, 0x58, 0x8e, 0x28, 0xd1, 0xea, 0x18,
        0x4d, 0xac, 0x36, 0x6e, 0x1d,
    ];

    fn text() -> Vec<u8> {
        let lines = (0..40).map(|n| format!("<p>Line {n} of a page, line {n}.</p>\n"));
        lines.collect::<Vec<_>>().concat().into_bytes()
    }

    /// A text as it is sent with this coding.
    fn coded(coding: &str, bytes: &[u8]) -> Vec<u8> {
        match coding {
            "gzip" | "x-gzip" => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            "zlib" => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            "deflate" => {
                let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            "zstd" => zstd::encode_all(bytes, 3).unwrap(),
            "br" => BROTLI.to_vec(),
            _ => bytes.to_vec(),
        }
    }

    fn decoded(fields: &str, bytes: &[u8], is_cut: bool) -> Result<Vec<u8>, (RejectReason, String)> {
        let head = format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n");
        let body = HttpBody { head: head.as_bytes(), bytes, is_cut }.decode(1 << 20);
        body.map(Cow::into_owned).map_err(|fault| (fault.reason, fault.detail))
    }

    #[test]
    fn codings_are_undone() {
        let text = text();
        for (field, stored) in [
            ("X: y", text.clone()),
            ("Content-Encoding: identity", text.clone()),
            ("Content-Encoding:", text.clone()),
            ("content-encoding: GZIP", coded("gzip", &text)),
            ("Content-Encoding: x-gzip", coded("gzip", &text)),
            ("Content-Encoding: deflate", coded("zlib", &text)),
            ("Content-Encoding: deflate", coded("deflate", &text)),
            ("Content-Encoding: br", coded("br", &text)),
            ("Content-Encoding: zstd", coded("zstd", &text)),
            ("Content-Encoding: gzip, zstd", coded("zstd", &coded("gzip", &text))),
            ("Content-Encoding: gzip\r\nContent-Encoding: deflate", coded("zlib", &coded("gzip", &text))),
            ("Transfer-Encoding: gzip, chunked", [b"9\r\n", &coded("gzip", &text)[..9], b"\r\n"].concat()),
        ] {
            let is_chunked = field.contains("chunked");
            let mut stored = stored;
            if is_chunked {
                let gzip = coded("gzip", &text);
                stored.extend(format!("{:x}\r\n", gzip.len() - 9).into_bytes());
                stored.extend([&gzip[9..], b"\r\n0\r\n\r\n"].concat());
            }
            assert_eq!(decoded(field, &stored, false), Ok(text.clone()), "{field}");
        }
        // Two members are one body, and what stands behind is not looked at.
        let two = [coded("gzip", b"one "), coded("gzip", b"two"), b"junk".to_vec()].concat();
        assert_eq!(decoded("Content-Encoding: gzip", &two, false), Ok(b"one two".to_vec()));
    }

    #[test]
    fn bodies_that_were_stored_decoded() {
        for field in ["gzip", "deflate", "br", "zstd", "gzip, br", "utf-8", "none", "compress"] {
            let field = format!("Content-Encoding: {field}");
            for text in ["<html>".as_bytes(), "新闻 news".as_bytes(), b"", b"\xff\xfe<\0p\0"] {
                assert_eq!(decoded(&field, text, false), Ok(text.to_vec()), "{field}");
            }
        }
    }

    #[test]
    fn bodies_that_break_off() {
        let text = text();
        for (field, coding, told) in [
            ("gzip", "gzip", "the gzip stream of its body breaks off"),
            ("deflate", "zlib", "the zlib stream of its body breaks off"),
            ("deflate", "deflate", "the deflate stream of its body breaks off"),
            ("zstd", "zstd", "the zstd stream of its body breaks off"),
            ("br", "br", "the brotli stream of its body is damaged or breaks off"),
        ] {
            let field = format!("Content-Encoding: {field}");
            let whole = coded(coding, &text);
            for len in [whole.len() - 1, whole.len() / 2, 12] {
                let cut = &whole[..len];
                assert_eq!(
                    decoded(&field, cut, false),
                    Err((RejectReason::Corrupt, told.to_owned())),
                    "{len}"
                );
                // Where the archive says so, it is read as far as it goes: a decoder may not give the first bytes, and
                // zstd gives nothing of a block that is not whole.
                match decoded(&field, cut, true) {
                    Ok(begin) => assert!(text.starts_with(&begin) && !begin.is_empty(), "{field} {len}"),
                    Err(fault) => {
                        assert!(len < whole.len() - 1 || coding == "zstd", "{field} {len} {fault:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn damaged_bodies_are_named() {
        let mut gzip = coded("gzip", &text());
        let last = gzip.len() - 6;
        gzip[last] ^= 1;
        for (field, bytes, told) in [
            ("gzip", gzip, "the gzip stream of its body is damaged"),
            ("gzip", vec![0; 20], "its body does not begin like gzip, which its Content-Encoding says"),
            ("zstd", vec![0; 20], "its body does not begin like zstd, which its Content-Encoding says"),
            ("deflate", vec![7, 0, 0], "the deflate stream of its body is damaged"),
            ("compress", vec![0x1f, 0x9d, 1], "its body has the coding compress, which tamis does not read"),
            ("gzip,gzip,gzip,gzip,gzip", vec![], "its body has 5 codings, and the limit is 4"),
        ] {
            let field = format!("Content-Encoding: {field}");
            assert_eq!(
                decoded(&field, &bytes, false),
                Err((RejectReason::Corrupt, told.to_owned())),
                "{field}"
            );
        }
    }

    #[test]
    fn bodies_that_expand() {
        let long = coded("gzip", &vec![b' '; 2 << 20]);
        let reason = |bytes: &[u8], limit| {
            let body = HttpBody { head: b"HTTP/1.1 200\nContent-Encoding: gzip\n\n", bytes, is_cut: true };
            body.decode(limit).map(|body| body.len()).map_err(|fault| fault.reason)
        };
        assert_eq!(reason(&long, 1 << 20), Err(RejectReason::TooLarge));
        assert_eq!(reason(&long, 2 << 20), Ok(2 << 20));
        let bomb = coded("gzip", &coded("gzip", &vec![b' '; 80 << 20]));
        let body =
            HttpBody { head: b"HTTP/1.1 200\nContent-Encoding: gzip, gzip\n\n", bytes: &bomb, is_cut: false };
        assert_eq!(body.decode(1 << 30).map_err(|fault| fault.reason), Err(RejectReason::Bomb));
    }

    #[test]
    fn pages_begin() {
        for (bytes, expected) in [
            (&b"<!DOCTYPE html>      "[..], true),
            (b"\xef\xbb\xbf \r\n<HTML lang=zh-Hans-CN>", true),
            (b"<?xml version='1.0'?>\n<!-- x --> <html>                         ", true),
            (b"<!-- <html>", false),
            (b"<?xml version='1.0'?><rss>", false),
            (b"text <html>", false),
            (b"", false),
        ] {
            let head = b"HTTP/1.1 200\nContent-Encoding: gzip\n\n";
            for stored in [bytes.to_vec(), coded("gzip", &[bytes, &text()].concat())] {
                // The beginning is enough.
                let bytes = &stored[..stored.len() - stored.len() / 3];
                let body = HttpBody { head, bytes, is_cut: true };
                assert_eq!(body.begins_like_page(), expected, "{stored:?}");
            }
        }
    }
}
