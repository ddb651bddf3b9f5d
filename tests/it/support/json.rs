//! JSON, read back.

use serde_json::Value;

/// A string in a line of JSON.
pub(crate) fn text_of<'a>(line: &'a Value, key: &str) -> &'a str {
    line[key].as_str().unwrap_or_default()
}

/// The values of JSON Lines.
pub(crate) fn json_lines(lines: &[u8]) -> Vec<Value> {
    let lines = lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).expect("a line of JSON")).collect()
}

/// Lines of a shard without the uids and hashes of documents, which have tests of their own.
pub(crate) fn without_uids(lines: &str) -> String {
    let without = |line: &str| {
        let (_, rest) = line.strip_prefix("{\"uid\":\"")?.split_once("\",")?;
        let (before, after) = rest.split_once(",\"sha256\":\"")?;
        Some(format!("{{{before}{}\n", after.split_once('"')?.1))
    };
    lines.lines().map(|line| without(line).expect("a document of a shard")).collect()
}
