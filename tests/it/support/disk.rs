//! Runs of the library on disk, and what they leave there, read back.
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did")]

use std::fs;
use std::path::{Path, PathBuf};

use tamis::{Config, NoObserver};

use super::files::{Files, names, write_files};
use super::run::Run;

/// Reads all files below `directory`.
///
/// # Panics
/// If there is an empty directory below it, or anything else that is neither a file nor a directory.
pub(crate) fn read_files(directory: &Path) -> Files {
    let mut files = Files::new();
    let mut directories = vec![(directory.to_owned(), String::new())];
    while let Some((directory, prefix)) = directories.pop() {
        let entries: Vec<_> = fs::read_dir(&directory).expect("a directory").flatten().collect();
        assert!(prefix.is_empty() || !entries.is_empty(), "{} is empty", directory.display());
        for entry in entries {
            let name = format!("{prefix}{}", entry.file_name().to_str().expect("a name in UTF-8"));
            if entry.file_type().expect("a type").is_dir() {
                directories.push((entry.path(), format!("{name}/")));
            } else {
                files.insert(name, fs::read(entry.path()).expect("a file"));
            }
        }
    }
    files
}

/// Cleans files on disk, in a directory of their own.
#[track_caller]
pub(crate) fn clean(files: &Files, config: &Config) -> Run {
    let directory = tempfile::tempdir().expect("a directory");
    let (input, out) = (directory.path().join("in"), directory.path().join("out"));
    write_files(&input, files);
    let outcome = tamis::clean(&[input], Some(&out), config, &NoObserver).expect("a run");
    assert_eq!(names(directory.path()), ["in", "out", "out.tamis"].map(PathBuf::from).into());
    Run::of(read_files(&out), read_files(&directory.path().join("out.tamis")), outcome.summary)
}
