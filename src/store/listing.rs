//! Lists the files below an input, in corpus order (contract D2, D3). `walkdir` does the walking.

use std::io;
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use super::path;

/// Something below an input directory.
#[derive(Debug)]
pub(crate) struct ListedFile {
    /// Path relative to the directory, as raw bytes.
    pub relative: Vec<u8>,
    /// Its type.
    pub kind: ListedKind,
}

/// The type of a listed file.
#[derive(Debug)]
pub(crate) enum ListedKind {
    /// A regular file.
    File,
    /// A symbolic link that is not followed.
    Symlink,
    /// A FIFO, socket or device.
    Special,
    /// The path could not be listed: a directory without permission, a loop of links, a link to nothing.
    Unreadable(io::Error),
}

/// Lists everything but directories below `directory`, depth first, the entries of each directory sorted by
/// name as raw bytes. Calls `visit` in that order; stops when it returns `false`.
pub(crate) fn list(directory: &Path, follow: bool, mut visit: impl FnMut(ListedFile) -> bool) {
    let walk = WalkDir::new(directory).follow_links(follow).sort_by_file_name();
    for entry in walk {
        let found = match entry {
            Ok(entry) if entry.file_type().is_dir() => continue,
            Ok(entry) => ListedFile { relative: relative(directory, entry.path()), kind: kind(&entry) },
            Err(error) => {
                let at = error.path().map_or_else(Vec::new, |path| relative(directory, path));
                let is_loop = error.loop_ancestor().is_some();
                let source = error.into_io_error().unwrap_or_else(|| {
                    io::Error::other(if is_loop { "a loop of symbolic links" } else { "cannot be listed" })
                });
                ListedFile { relative: at, kind: ListedKind::Unreadable(source) }
            }
        };
        if !visit(found) {
            return;
        }
    }
}

fn kind(entry: &DirEntry) -> ListedKind {
    let file_type = entry.file_type();
    if file_type.is_file() {
        ListedKind::File
    } else if file_type.is_symlink() {
        ListedKind::Symlink
    } else {
        ListedKind::Special
    }
}

fn relative(directory: &Path, path: &Path) -> Vec<u8> {
    path::bytes(path.strip_prefix(directory).unwrap_or(path)).to_vec()
}
