//! Public addresses of the Internet Protocol: IPv4 (RFC 791) and IPv6 (RFC 4291). Addresses that are nobody's on the
//! Internet stay: private, loopback, link-local, shared, multicast and reserved ones (RFC 6890).

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::view::{View, is_word};

/// Words before four numbers that are a version or a section.
const VERSIONS: [&str; 22] = [
    "version", "ver", "ver.", "v", "v.", "build", "release", "firmware", "section", "sec.", "chapter",
    "clause", "step", "chrome", "chromium", "edge", "opera", "driver", "no.", "rev", "rev.", "update",
];

/// The same in Chinese.
const VERSIONS_ZH: [&str; 9] = ["版本", "版", "章节", "章", "节", "编号", "固件", "条款", "序号"];

/// The address that begins at this place, a digit or a letter, if one does.
pub(super) fn ip(view: &View, text: &str, start: usize) -> Option<Range<usize>> {
    let before = view.before(start);
    if is_word(before) || b"._:-".contains(&before) {
        return None;
    }
    let end = ipv6(view, start).or_else(|| ipv4(view, text, start))?;
    Some(start..end)
}

fn ipv4(view: &View, text: &str, start: usize) -> Option<usize> {
    let len = view.bytes()[start..]
        .iter()
        .take(16)
        .take_while(|byte| byte.is_ascii_digit() || **byte == b'.')
        .count();
    let spelled = std::str::from_utf8(&view.bytes()[start..start + len]).ok()?.trim_end_matches('.');
    let address: Ipv4Addr = spelled.parse().ok()?;
    let end = start + spelled.len();
    let after = view.at(end);
    let is_cut = is_word(after) || after == b'_' || after == b'.' && view.at(end + 1).is_ascii_digit();
    // 4.3.2.1 is a section more often than an address.
    let is_outline = address.octets().iter().all(|octet| *octet < 10);
    (!is_cut && !is_outline && is_public(address) && !is_version(&text[..view.span(start, start).start]))
        .then_some(end)
}

fn ipv6(view: &View, start: usize) -> Option<usize> {
    let is_part = |byte: &&u8| byte.is_ascii_hexdigit() || **byte == b':' || **byte == b'.';
    // The longest spelling of an address has 45 characters.
    let len = view.bytes()[start..].iter().take(47).take_while(is_part).count();
    let mut spelled = std::str::from_utf8(&view.bytes()[start..start + len]).ok()?.trim_end_matches('.');
    if spelled.ends_with(':') && !spelled.ends_with("::") {
        spelled = &spelled[..spelled.len() - 1];
    }
    let address: Ipv6Addr = spelled.parse().ok()?;
    let end = start + spelled.len();
    // Global unicast addresses: 2000::/3 (RFC 4291, section 2.4).
    (!is_word(view.at(end)) && address.segments()[0] >> 13 == 1).then_some(end)
}

/// Whether an address may be somebody's on the Internet. Those of documentation (RFC 5737) count: they stand for such.
fn is_public(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let is_shared = first == 100 && (64..128).contains(&second); // RFC 6598
    let is_test = first == 198 && (18..20).contains(&second); // RFC 2544
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || first == 0
        || first >= 240
        || is_shared
        || is_test)
}

/// Whether what stands before a number says that it is a version or a section.
fn is_version(before: &str) -> bool {
    let before = before.trim_end_matches([' ', ':', '：', '=', '（', '(', '“', '"']);
    if VERSIONS_ZH.iter().any(|word| before.ends_with(word)) || before.ends_with(['第', '§']) {
        return true;
    }
    let word = before.rsplit(|c: char| !c.is_ascii_alphabetic() && c != '.').next().unwrap_or_default();
    VERSIONS.iter().any(|version| word.eq_ignore_ascii_case(version))
}
