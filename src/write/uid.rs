//! The uid of a document in a shard (contract O6): a UUID that follows from where the document comes from, and so is the
//! same tomorrow and on any machine.

use data_encoding::HEXLOWER;
use hashbrown::HashTable;
use sha2::{Digest, Sha256};

use crate::units::{DocumentId, count};

/// What all names begin with, so that no other program gives these uids: 75175154-86f4-403e-a567-82fce7ed234d.
const NAMESPACE: [u8; 16] =
    [0x75, 0x17, 0x51, 0x54, 0x86, 0xf4, 0x40, 0x3e, 0xa5, 0x67, 0x82, 0xfc, 0xe7, 0xed, 0x23, 0x4d];

/// The characters of a uid.
pub(crate) const UID_LEN: usize = 36;

/// What tells a document from the others of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UidName<'a> {
    /// Nothing: it is the file.
    File,
    /// The id that it has, as it is written in the shard.
    Id(&'a str),
    /// The number of its record.
    Record(u64),
}

/// A uid: a UUID of version 8 (RFC 9562), whose bits are those of a SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Uid {
    bytes: [u8; 16],
    /// 64 more bits of the SHA-256.
    rest: u64,
}

impl Uid {
    /// The uid of a document of the file of this path, as it is written in the shard.
    pub(crate) fn new(path: &str, name: UidName<'_>) -> Self {
        let hasher = Sha256::new().chain_update(NAMESPACE);
        let hasher = hasher.chain_update(count(path.len()).to_le_bytes()).chain_update(path);
        let digest: [u8; 32] = match name {
            UidName::File => hasher,
            UidName::Id(id) => hasher.chain_update(b"id").chain_update(id),
            UidName::Record(record) => hasher.chain_update(b"record").chain_update(record.to_string()),
        }
        .finalize()
        .into();
        let (mut bytes, mut rest) = ([0; 16], [0; 8]);
        bytes.copy_from_slice(&digest[..16]);
        rest.copy_from_slice(&digest[16..24]);
        bytes[6] = bytes[6] & 0x0f | 0x80; // version 8
        bytes[8] = bytes[8] & 0x3f | 0x80; // the variant of RFC 9562
        Self { bytes, rest: u64::from_le_bytes(rest) }
    }
}

impl std::fmt::Display for Uid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hex = HEXLOWER.encode(&self.bytes);
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        f.write_str(&parts.join("-"))
    }
}

/// The SHA-256 of a text, in hexadecimal.
pub(crate) fn sha256(text: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(text))
}

/// A record that has an id, and so a uid by it, unless an earlier record of its file has that id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UidClaim {
    /// Its uid by its id.
    pub(crate) uid: Uid,
    /// Its document.
    pub(crate) document: DocumentId,
    /// The number of the record in its file.
    pub(crate) record: u64,
    /// Its row among those that are written of its part; `None` if it is not written.
    pub(crate) row: Option<usize>,
}

/// The ids of the records of one file so far. Memory: 9 to 32 bytes an id.
#[derive(Debug, Default)]
pub(crate) struct UsedIds(HashTable<u64>);

impl UsedIds {
    /// Notes a uid by an id. Returns whether no record had it before.
    pub(crate) fn insert(&mut self, uid: Uid) -> bool {
        let entry = self.0.entry(uid.rest, |known| *known == uid.rest, |known| *known);
        match entry {
            hashbrown::hash_table::Entry::Occupied(_) => false,
            hashbrown::hash_table::Entry::Vacant(entry) => {
                entry.insert(uid.rest);
                true
            }
        }
    }

    /// Another file begins.
    pub(crate) fn clear(&mut self) {
        if self.0.capacity() > 0 {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_are_uuids_and_follow_from_the_name() {
        let uid = |path: &str, name| Uid::new(path, name).to_string();
        // Held against `hashlib.sha256` of Python.
        assert_eq!(uid("a.txt", UidName::File), "e22b5911-799f-8136-a688-63c12237ef2c");
        assert_eq!(uid("b.jsonl", UidName::Id("r1")), "03c5ede5-472a-8347-86a1-9efe322f10d0");
        assert_eq!(uid("b.jsonl", UidName::Record(1)), "db43f710-3f62-8dbf-b6fc-521f2532fda7");
        assert_ne!(uid("b.jsonl", UidName::Id("1")), uid("b.jsonl", UidName::Record(1)));
        assert_ne!(uid("b", UidName::Id("x")), uid("bid", UidName::Id("")), "a path ends where it ends");
    }

    #[test]
    fn an_id_is_used_once() {
        let mut used = UsedIds::default();
        let uid = |id: usize| Uid::new("a", UidName::Id(&id.to_string()));
        assert!((0..1000).all(|id| used.insert(uid(id))));
        assert!((0..1000).all(|id| !used.insert(uid(id))));
        used.clear();
        assert!(used.insert(uid(7)));
    }
}
