//! `rejected.jsonl`: one line a rejected file or record, in corpus order.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::error::{RejectReason, Rejection};
use crate::store::path;

#[derive(Serialize)]
struct Line<'a> {
    path: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    #[serde(rename = "line", skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte: Option<u64>,
    reason: RejectReason,
    detail: &'a str,
    remedy: &'static str,
}

/// A line of `rejected.jsonl`, read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedLine {
    /// Path of the file, and behind it that of the archive's member.
    pub path: String,
    /// Number of the record, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// The line on which it begins, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The byte at which the fault is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub byte: Option<u64>,
    /// Name of the reason.
    pub reason: String,
    /// What is wrong.
    pub detail: String,
    /// What to do about it.
    pub remedy: String,
}

/// The line of a rejection, with its LF.
pub fn rejection_line(rejection: &Rejection) -> Vec<u8> {
    let line = Line {
        path: path::lossless(&rejection.path),
        record: rejection.record.map(|place| place.record),
        number: rejection.record.and_then(|place| place.line),
        byte: rejection.byte,
        reason: rejection.reason,
        detail: &rejection.detail,
        remedy: rejection.reason.remedy(),
    };
    let mut json = serde_json::to_vec(&line).unwrap_or_default(); // strings and integers only
    json.push(b'\n');
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back() {
        let rejection = Rejection {
            path: b"a\xff.txt".to_vec(),
            record: None,
            byte: Some(3),
            reason: RejectReason::NotUtf8,
            detail: "<b>".to_owned(),
        };
        let line: RejectedLine = serde_json::from_slice(&rejection_line(&rejection)).unwrap();
        assert_eq!((&*line.path, line.byte, &*line.reason), ("a\\xff.txt", Some(3), "not_utf8"));
    }
}
