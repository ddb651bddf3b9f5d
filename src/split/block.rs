//! Blocks: runs of non-blank lines (contract P2, `--split block`).

use memchr::memrchr2;

use super::line;
use crate::config::Repair;
use crate::document::Paragraph;
use crate::units::ByteSpan;

/// Appends the blocks of `text`; returns whether a blank line stands after the last one.
#[inline]
pub(super) fn for_each(text: &str, repair: Repair, mut visit: impl FnMut(Paragraph)) -> bool {
    let mut blank = false;
    let mut open: Option<Paragraph> = None;
    line::for_each(text, repair, |span| {
        if span.is_empty() {
            open.take().map(&mut visit);
            blank = true;
        } else if let Some(block) = &mut open {
            // Between two lines only a single LF is written as it stands.
            block.altered |= text.as_bytes()[block.span.end..span.start] != *b"\n";
            block.span = ByteSpan::new(block.span.start, span.end);
        } else {
            open = Some(Paragraph::new(span, blank));
            blank = false;
        }
    });
    open.map(visit);
    blank
}

/// The last place after a blank line, looking back line by line.
pub(super) fn cut_point(bytes: &[u8], repair: Repair) -> Option<usize> {
    let mut end = line::last_end(bytes)?;
    loop {
        // `end` is after a line ending; the line before it is blank or it is not.
        let without = strip_ending(&bytes[..end]);
        let start = memrchr2(b'\n', b'\r', without).map_or(0, |place| place + 1);
        let is_blank = std::str::from_utf8(&bytes[start..without.len()])
            .is_ok_and(|text| line::content(text, 0, text.len(), repair).is_empty());
        if is_blank {
            return Some(end);
        }
        if start == 0 {
            return None;
        }
        end = start;
    }
}

/// `bytes` without the one line ending they end with.
fn strip_ending(bytes: &[u8]) -> &[u8] {
    bytes
        .strip_suffix(b"\r\r\n")
        .or_else(|| bytes.strip_suffix(b"\r\n"))
        .or_else(|| bytes.strip_suffix(b"\n"))
        .or_else(|| bytes.strip_suffix(b"\r"))
        .unwrap_or(bytes)
}
