//! The source of a document: what its record or its page names, or its directory.

use std::collections::HashMap;

use crate::config::SourceBy;
use crate::read::Fields;
use crate::run::near::value_of;
use crate::store::path::lossless;

/// The field in which records of web archives have their address.
const WARC_ADDRESS: &str = "WARC-Target-URI";

/// The source that the fields of a record, or of a page, name.
pub(super) fn named(source: &SourceBy, fields: &Fields<'_>, number: usize) -> Option<String> {
    let fields = fields.of(number);
    let value = |name: &str| match serde_json::from_str(&value_of(name, &fields)?).ok()? {
        serde_json::Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match source {
        SourceBy::Directory(_) => None,
        SourceBy::Url => ["url", WARC_ADDRESS].into_iter().find_map(|name| host(&value(name)?)),
        SourceBy::Field(name) => value(name),
    }
}

/// The host of an address, in lower case.
fn host(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("//")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    };
    (!host.is_empty()).then(|| host.to_lowercase())
}

/// The directory of a path, or its first levels; `.` if it has none.
pub(crate) fn directory(path: &[u8], depth: Option<u32>) -> String {
    let Some(end) = path.iter().rposition(|byte| *byte == b'/') else { return ".".to_owned() };
    let mut separators = path[..end].iter().enumerate().filter(|(_, byte)| **byte == b'/');
    let nth = depth.and_then(|depth| separators.nth(depth as usize - 1));
    let end = nth.map_or(end, |(at, _)| at);
    lossless(&path[..end]).into_owned()
}

/// Sources by their names.
#[derive(Debug, Default)]
pub(super) struct SourceNames {
    names: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl SourceNames {
    /// The number of a name, a new one if it is new.
    pub(super) fn number(&mut self, name: String) -> u32 {
        if let Some(number) = self.numbers.get(&name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).expect("2^32 sources: more than 200 GB of their names");
        self.names.push(name.clone());
        self.numbers.insert(name, number);
        number
    }

    /// The number of a name that is known.
    pub(super) fn find(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// The name of a number.
    pub(super) fn name(&self, number: u32) -> &str {
        self.names.get(number as usize).map_or("", String::as_str)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_addresses() {
        for (address, expected) in [
            ("https://News.163.com/a/b", Some("news.163.com")),
            ("http://user:pw@a.example:8080?x", Some("a.example")),
            ("//a.example/x", Some("a.example")),
            ("https://[::1]:80/", Some("[::1]")),
            ("a.example/x", None),
            ("file:///x", None),
            ("", None),
        ] {
            assert_eq!(host(address).as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn directories_of_paths() {
        for (path, depth, expected) in [
            ("a.txt", None, "."),
            ("a/b.txt", None, "a"),
            ("a/b/c/d.txt", None, "a/b/c"),
            ("a/b/c/d.txt", Some(1), "a"),
            ("a/b/c/d.txt", Some(2), "a/b"),
            ("a/b/c/d.txt", Some(9), "a/b/c"),
            ("a.txt", Some(1), "."),
        ] {
            assert_eq!(directory(path.as_bytes(), depth), expected, "{path} {depth:?}");
        }
    }
}
