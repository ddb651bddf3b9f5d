//! Masks: spans of personal data, in place of which something else is written (contract C6).
//!
//! Digits and letters may be full-width. Landlines, hotlines and service numbers stay: they are those of an office. So
//! do private network addresses, numbers with a wrong check digit, and what a reader takes for an amount, a version or
//! the number of a thing.

mod email;
mod ip;
mod numbers;
mod view;

use std::ops::Range;

use crate::config::{MaskConfig, MaskKind};
use numbers::Digits;
use view::View;

/// The kinds that are masked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Masks {
    /// A bit for each kind, in the order of [`MaskKind::ALL`].
    kinds: u8,
}

/// A span of personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Masked {
    /// Bytes of the text.
    pub span: Range<usize>,
    pub kind: MaskKind,
}

impl Masks {
    /// Those of a configuration; `None` if nothing is masked.
    pub(crate) fn of(config: &MaskConfig) -> Option<Self> {
        let kinds = config.kinds.iter().fold(0, |kinds, kind| kinds | 1 << *kind as u8);
        (kinds > 0).then_some(Self { kinds })
    }

    fn has(self, kind: MaskKind) -> bool {
        self.kinds >> kind as u8 & 1 == 1
    }

    /// Whether a text may hold a span: without one of these signs it has none.
    ///
    /// Cost: one look at each byte.
    fn may_hold(self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let (mut ats, mut digits, mut dots, mut colons) = (0_usize, 0_usize, 0_usize, 0_usize);
        for &byte in bytes {
            ats += usize::from(byte == b'@');
            digits += usize::from(byte.is_ascii_digit());
            dots += usize::from(byte == b'.');
            colons += usize::from(byte == b':');
        }
        let may_have_ip = self.has(MaskKind::Ip) && (colons >= 2 || dots >= 3 && digits >= 4);
        let may_have_number = (digits >= SHORTEST || may_have_ip) && Runs::of(bytes).may_be(self);
        // The full-width dot U+FF0E, the digits U+FF10-U+FF19 and the sign U+FF20.
        let is_wide = |at: usize| matches!(bytes[at..], [_, 0xbc, 0x8e | 0x90..=0x99 | 0xa0, ..]);
        self.has(MaskKind::Email) && ats > 0
            || may_have_number
            || memchr::memchr_iter(0xef, bytes).any(is_wide)
    }

    /// The spans of a text, in order; no two of them overlap.
    pub(crate) fn find(self, text: &str) -> Vec<Masked> {
        if !self.may_hold(text) {
            return Vec::new();
        }
        let view = View::of(text);
        let mut found = Vec::new();
        if self.has(MaskKind::Email) {
            let ats = memchr::memchr_iter(b'@', view.bytes());
            found.extend(ats.filter_map(|at| Some((email::email(&view, at)?, MaskKind::Email))));
        }
        let num_emails = found.len();
        let (mut at, mut next_email) = (0, 0);
        while at < view.bytes().len() {
            if let Some((email, _)) =
                found[next_email..num_emails].first().filter(|(email, _)| email.start <= at)
            {
                (at, next_email) = (email.end.max(at), next_email + 1);
            } else if let Some((span, kind)) = self.number_at(&view, text, at) {
                at = span.end;
                found.push((span, kind));
            } else {
                at = after(&view, at);
            }
        }
        found.sort_unstable_by_key(|(span, _)| span.start);
        apart(&view, found)
    }

    /// What begins at this place and is no address of e-mail.
    fn number_at(self, view: &View, text: &str, at: usize) -> Option<(Range<usize>, MaskKind)> {
        let byte = view.at(at);
        if self.has(MaskKind::Ip)
            && (byte.is_ascii_hexdigit())
            && let Some(span) = ip::ip(view, text, at)
        {
            return Some((span, MaskKind::Ip));
        }
        byte.is_ascii_digit().then(|| numbers::number(view, text, at, |kind| self.has(kind)))?
    }
}

/// What stands together in a text: a number without letters and Han in it, an address without a space.
#[derive(Debug, Default)]
struct Runs {
    /// Most digits of a run, most dots of one with four digits, most colons of one.
    digits: usize,
    dots: usize,
    colons: usize,
}

impl Runs {
    fn of(bytes: &[u8]) -> Self {
        let mut most = Self::default();
        let (mut digits, mut dots, mut colons) = (0, 0, 0);
        for byte in bytes {
            match byte {
                b'0'..=b'9' => {
                    digits += 1;
                    most.digits = most.digits.max(digits);
                }
                b'.' => dots += 1,
                b':' => colons += 1,
                // The first byte of most Han ends a number, as a letter does; what else is beyond ASCII may stand in one.
                b'a'..=b'z' | b'A'..=b'Z' | 0xe4..=0xe9 => (digits, dots) = (0, 0),
                b'\t'..=b' ' => colons = 0,
                _ => {}
            }
            if digits >= 4 {
                most.dots = most.dots.max(dots);
            }
            most.colons = most.colons.max(colons);
        }
        most
    }

    /// Whether one of them may be masked.
    fn may_be(&self, masks: Masks) -> bool {
        self.digits >= SHORTEST || masks.has(MaskKind::Ip) && (self.colons >= 2 || self.dots >= 3)
    }
}

/// Digits of the shortest number that is sought.
const SHORTEST: usize = 11;

/// The next place at which a number may begin: behind the digits that stand here.
fn after(view: &View, at: usize) -> usize {
    if view.at(at).is_ascii_digit() {
        return Digits::at(view, at).first_end();
    }
    // Letters of a word hide no number, but the address of a host may begin with one.
    at + 1
}

/// Spans of the text, without those that overlap the one before: a prefix of a number may be the end of another one.
fn apart(view: &View, found: Vec<(Range<usize>, MaskKind)>) -> Vec<Masked> {
    let mut end = 0;
    let mut masked = Vec::with_capacity(found.len());
    for (span, kind) in found {
        let start = span.start.max(end);
        if start < span.end {
            masked.push(Masked { span: view.span(start, span.end), kind });
            end = span.end;
        }
    }
    masked
}

#[cfg(test)]
mod tests;
