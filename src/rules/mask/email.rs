//! Addresses of e-mail (RFC 5321 and 5322, of which the forms in use): `name@host.tld`.

use std::ops::Range;

use super::view::{View, is_word};

/// Characters of a name beside letters and digits. RFC 5322 allows more, which in running text are punctuation.
const NAME_SIGNS: &[u8] = b"._%+-'";

/// Endings that are no top-level domain but that of a file: `logo@2x.png`.
const FILES: [&str; 14] =
    ["png", "jpg", "jpeg", "gif", "webp", "svg", "bmp", "ico", "css", "js", "json", "html", "htm", "php"];

/// The longest top-level domain in use has 24 characters.
const MAX_TOP: usize = 24;

/// The address whose `@` stands at this place, if it is one.
pub(super) fn email(view: &View, at: usize) -> Option<Range<usize>> {
    let start = name_start(view, at)?;
    let end = host_end(view, at + 1)?;
    if view.before(start) == b'@' || is_in_authority(view, start, end) {
        return None;
    }
    Some(start..end)
}

/// Where the name before the `@` begins.
fn name_start(view: &View, at: usize) -> Option<usize> {
    let is_name = |byte: u8| is_word(byte) || NAME_SIGNS.contains(&byte);
    let mut start = at;
    while start > 0 && is_name(view.before(start)) {
        start -= 1;
    }
    // Quotation marks, dashes and the end of the sentence before.
    while start < at && b".'-+%".contains(&view.at(start)) {
        start += 1;
    }
    (start < at && view.before(at) != b'.').then_some(start)
}

/// Where the host behind the `@` ends: labels with dots between them, the last of letters.
fn host_end(view: &View, start: usize) -> Option<usize> {
    let bytes = view.bytes();
    let len =
        bytes[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || b".-".contains(byte)).count();
    let mut host = &bytes[start..start + len];
    loop {
        host = host.trim_ascii_end();
        while let Some(rest) = host.strip_suffix(b".").or_else(|| host.strip_suffix(b"-")) {
            host = rest;
        }
        let dot = host.iter().rposition(|byte| *byte == b'.')?;
        let (labels, top) = (&host[..dot], &host[dot + 1..]);
        let is_top = (2..=MAX_TOP).contains(&top.len()) && top.iter().all(u8::is_ascii_alphabetic)
            || top.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"xn--"));
        let is_host = labels
            .split(|byte| *byte == b'.')
            .all(|label| !label.is_empty() && !label.starts_with(b"-") && !label.ends_with(b"-"));
        if is_top && is_host {
            let is_file = FILES.iter().any(|file| top.eq_ignore_ascii_case(file.as_bytes()));
            return (!is_file).then_some(start + host.len());
        }
        // `a@example.org.2` : what follows the host may look like one more label.
        host = labels;
    }
}

/// Whether an address stands in the authority of a URL (RFC 3986, section 3.2), as the name and password before a host,
/// or is that of a repository: `git@host:path`.
fn is_in_authority(view: &View, start: usize, end: usize) -> bool {
    let token = &view.bytes()[view.token_start(start)..start];
    let scheme = token.windows(3).rposition(|three| three == b"://");
    let is_user = scheme.is_some_and(|scheme| !token[scheme + 3..].iter().any(|byte| b"/?#".contains(byte)));
    let is_repository = view.bytes()[start..].starts_with(b"git@") && view.at(end) == b':';
    is_user || is_repository
}
