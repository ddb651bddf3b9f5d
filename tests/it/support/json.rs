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
