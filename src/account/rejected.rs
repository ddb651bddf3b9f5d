//! `rejected.jsonl`: one line a rejected file or record, in corpus order.

use serde::{Deserialize, Serialize};

use crate::error::{RejectReason, Rejection};
use crate::store::path;

/// A line of `rejected.jsonl`.
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
    /// The kind of fault.
    pub reason: RejectReason,
    /// A sentence about the fault.
    pub detail: String,
    /// A sentence about the way to mend it.
    pub remedy: String,
}

impl RejectedLine {
    /// The line of a rejection.
    pub fn of(rejection: &Rejection) -> Self {
        let Rejection { path, record, byte, reason, detail } = rejection;
        Self {
            path: path::lossless(path).into_owned(),
            record: record.map(|place| place.record),
            line: record.and_then(|place| place.line),
            byte: *byte,
            reason: *reason,
            detail: detail.clone(),
            remedy: reason.remedy().to_owned(),
        }
    }

    /// The line as it is written, with its LF.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec(self).unwrap_or_default(); // strings and integers only
        json.push(b'\n');
        json
    }
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
        let line = RejectedLine::of(&rejection);
        assert_eq!((&*line.path, line.remedy.as_str()), ("a\\xff.txt", RejectReason::NotUtf8.remedy()));
        let json = line.to_json();
        assert!(
            json.starts_with(
                br#"{"path":"a\\xff.txt","byte":3,"reason":"not_utf8","detail":"<b>","remedy":"#
            )
        );
        assert_eq!(serde_json::from_slice::<RejectedLine>(&json).unwrap(), line);
    }
}
