//! Which file a file is: what stays when it is renamed, and is another in every copy.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::UNIX_EPOCH;

use rustix::fs::{Mode, OFlags};
use serde::{Deserialize, Serialize};

/// The number of a file on its file system, and when it was made there. Numbers are used again, and what unpacks,
/// copies or checks out a file makes another one: nobody can say beforehand which it will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileIdentity {
    /// The file's number.
    pub inode: u64,
    /// When it was made, in nanoseconds since 1970-01-01 UTC, by the file system.
    pub born: u64,
}

impl FileIdentity {
    /// `None` where the file system does not know when a file was made.
    pub(super) fn of(metadata: &Metadata) -> Option<Self> {
        let born = metadata.created().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let born = u64::try_from(born.as_nanos()).ok().filter(|&born| born > 0)?;
        Some(Self { inode: metadata.ino(), born })
    }
}

/// Which file stands at a path, if nobody else can have put or changed it there: a file that belongs to who runs this
/// program, has this name only, is not reached by a link, and cannot be written by others.
///
/// # Errors
/// Those of the operating system.
pub fn own_file(path: &Path) -> io::Result<Option<FileIdentity>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file: File = rustix::fs::open(path, flags, Mode::empty())?.into();
    let found = file.metadata()?;
    let is_own = found.is_file()
        && found.uid() == rustix::process::geteuid().as_raw()
        && found.nlink() == 1
        && found.mode() & 0o022 == 0;
    Ok(FileIdentity::of(&found).filter(|_| is_own))
}
