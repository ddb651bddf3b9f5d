//! The steps by which an output takes its name, and those that wait for the disk. A test's twin notes their order and
//! makes them fail.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use walkdir::WalkDir;

/// The steps of publishing: changes of names, and waiting for disks.
pub(super) trait Steps: fmt::Debug + Send + Sync {
    /// Waits until everything on the file system of a directory is on its disk.
    fn sync_file_system(&self, directory: &Path) -> io::Result<()>;

    /// Waits until the names in a directory are on the disk.
    fn sync_directory(&self, directory: &Path) -> io::Result<()>;

    /// Gives something another name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Two things take each other's name, in one step.
    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()>;
}

/// The steps themselves.
#[derive(Debug)]
pub(super) struct OnDisk;

impl Steps for OnDisk {
    /// Linux does it in one call; elsewhere what is written is waited for file by file.
    fn sync_file_system(&self, directory: &Path) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        match rustix::fs::syncfs(File::open(directory)?) {
            Err(Errno::NOSYS) => {} // a sandbox may not know the call
            synced => return Ok(synced?),
        }
        sync_tree(directory)
    }

    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        File::open(directory)?.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()> {
        Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
    }
}

/// Waits for each file and directory below one, and for itself.
fn sync_tree(directory: &Path) -> io::Result<()> {
    for entry in WalkDir::new(directory).contents_first(true) {
        let entry = entry?;
        if entry.file_type().is_file() || entry.file_type().is_dir() {
            File::open(entry.path())?.sync_all()?;
        }
    }
    Ok(())
}

/// Whether a file system has no exchange, so that names are given one after the other.
pub(super) fn has_no_exchange(error: &io::Error) -> bool {
    [Errno::INVAL, Errno::NOSYS, Errno::NOTSUP]
        .iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_waiting_for_the_disk_work() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("a")).unwrap();
        fs::write(directory.path().join("a/b"), "text").unwrap();
        std::os::unix::fs::symlink("nowhere", directory.path().join("link")).unwrap();
        sync_tree(directory.path()).unwrap();
        OnDisk.sync_file_system(directory.path()).unwrap();
        OnDisk.sync_directory(directory.path()).unwrap();
        assert!(sync_tree(&directory.path().join("none")).is_err());
        assert!(OnDisk.sync_file_system(&directory.path().join("none")).is_err());
    }
}
