//! Files by relative path, and directories of them.
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Files by relative path.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Writes files below `directory`.
pub(crate) fn write_files(directory: &Path, files: &Files) {
    fs::create_dir_all(directory).expect("a directory");
    for (name, content) in files {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, content).expect("a file");
    }
}

/// The names of what stands in `directory`.
pub(crate) fn names(directory: &Path) -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory").flatten();
    entries.map(|entry| entry.file_name().into()).collect()
}
