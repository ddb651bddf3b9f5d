//! `rejected.jsonl`: one line a rejected file or record, in corpus order.

use std::borrow::Cow;

use serde::Serialize;

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
