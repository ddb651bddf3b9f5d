//! The uids and hashes that the documents of a shard should have (contract O6), worked out again.
//!
//! Memory: 9 to 32 bytes for each record of one file that has an id.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use crate::units::count;

/// 75175154-86f4-403e-a567-82fce7ed234d, with which all names begin.
const NAMESPACE: u128 = 0x7517_5154_86f4_403e_a567_82fc_e7ed_234d;

/// The ids of the records of a file so far.
#[derive(Debug, Default)]
pub(super) struct UidsOfFile(HashSet<u64>);

impl UidsOfFile {
    /// The uid of the record of this id, which is empty if it has none, and number.
    pub(super) fn record(&mut self, path: &str, id: &[u8], record: u64) -> String {
        if !id.is_empty() {
            let id = serde_json::from_slice(id).unwrap_or_else(|_| String::from_utf8_lossy(id).into_owned());
            let digest = digest(path, &format!("id{id}"));
            if self.0.insert(rest(&digest)) {
                return spelled(&digest);
            }
        }
        spelled(&digest(path, &format!("record{record}")))
    }
}

/// The uid of a text.
pub(super) fn of_text(path: &str) -> String {
    spelled(&digest(path, ""))
}

/// The SHA-256 of a text as JSON.
pub(super) fn sha256_json(text: &[u8]) -> String {
    let digest = Sha256::digest(text);
    let half = |half: &[u8]| half.iter().fold(0, |bits, &byte| bits << 8 | u128::from(byte));
    format!("\"{:032x}{:032x}\"", half(&digest[..16]), half(&digest[16..]))
}

fn digest(path: &str, name: &str) -> [u8; 32] {
    let mut bytes = NAMESPACE.to_be_bytes().to_vec();
    bytes.extend_from_slice(&count(path.len()).to_le_bytes());
    bytes.extend_from_slice(path.as_bytes());
    bytes.extend_from_slice(name.as_bytes());
    Sha256::digest(&bytes).into()
}

/// The third eighth of a digest, by which ids are told from one another.
fn rest(digest: &[u8; 32]) -> u64 {
    digest[16..24].iter().rev().fold(0, |rest, &byte| rest << 8 | u64::from(byte))
}

/// The first half of a digest as a UUID of version 8.
fn spelled(digest: &[u8; 32]) -> String {
    let bits = digest[..16].iter().fold(0, |bits, &byte| bits << 8 | u128::from(byte));
    let bits = bits & !(0xf << 76) & !(0b11 << 62) | 8 << 76 | 0b10 << 62;
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::{Uid, UidName};

    #[test]
    fn two_ways_lead_to_one_uid() {
        for path in ["a.txt", "第/b.jsonl", ""] {
            assert_eq!(of_text(path), Uid::new(path, UidName::File).to_string());
            let mut uids = UidsOfFile::default();
            let by_id = Uid::new(path, UidName::Id("7")).to_string();
            assert_eq!(uids.record(path, b"7", 0), by_id);
            assert_eq!(uids.record(path, b"\"7\"", 1), Uid::new(path, UidName::Record(1)).to_string());
            assert_eq!(uids.record(path, b"", 2), Uid::new(path, UidName::Record(2)).to_string());
        }
        // `printf abc | sha256sum`
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_json(b"abc"), format!("\"{abc}\""));
    }
}
