//! The marker of a run that publishes an OUT and replaces an index: which OUT, and which directory takes its name.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::store::path::{bytes, from_bytes};

const MAGIC: &str = "tamis-index-pending 1";

/// Which directory is about to be which OUT.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Marker {
    pub(super) out: PathBuf,
    pub(super) identity: DirectoryIdentity,
}

/// The properties of a directory that a rename keeps. File numbers are used again, hence the time of birth, where the
/// file system knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DirectoryIdentity {
    pub(super) inode: u64,
    pub(super) born: u128,
}

impl DirectoryIdentity {
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::symlink_metadata(path)?;
        let born = metadata.created().ok().and_then(|born| born.duration_since(UNIX_EPOCH).ok());
        Ok(Self { inode: metadata.ino(), born: born.map_or(0, |born| born.as_nanos()) })
    }
}

impl Marker {
    pub(super) fn content(&self) -> Vec<u8> {
        let DirectoryIdentity { inode, born } = self.identity;
        let mut told = format!("inode {inode} born {born}\n").into_bytes();
        told.extend_from_slice(bytes(&self.out));
        told.push(b'\n');
        let mut content = format!("{MAGIC} {:08x}\n", crc32fast::hash(&told)).into_bytes();
        content.extend_from_slice(&told);
        content
    }

    /// `None` if it is not whole: then nothing was published behind it.
    pub(super) fn parse(content: &[u8]) -> Option<Self> {
        let (first, told) = content.split_at(content.iter().position(|&byte| byte == b'\n')? + 1);
        if first != format!("{MAGIC} {:08x}\n", crc32fast::hash(told)).as_bytes() {
            return None;
        }
        let (numbers, out) = told.split_at(told.iter().position(|&byte| byte == b'\n')?);
        let mut words = std::str::from_utf8(numbers).ok()?.split(' ');
        let inode = words.nth(1)?.parse().ok()?;
        let born = words.nth(1)?.parse().ok()?;
        let out = out.strip_prefix(b"\n")?.strip_suffix(b"\n")?;
        Some(Self { out: from_bytes(out).to_owned(), identity: DirectoryIdentity { inode, born } })
    }

    /// Whether the directory has its name.
    pub(super) fn is_published(&self) -> bool {
        DirectoryIdentity::of(&self.out).is_ok_and(|there| there == self.identity)
    }
}
