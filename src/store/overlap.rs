//! Where OUT and the inputs really stand, and that they do not lie inside one another (contract O3).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::disk_input::Root;
use super::path::with_suffix;
use crate::error::{Error, Result};

/// Refuses an OUT that lies inside an input, or the other way round (contract O3); its record and staging
/// directories count as part of it.
pub(super) fn check_overlap(out: &Path, inputs: &[Root]) -> Result<()> {
    let out_path = canonical(out);
    let ours = [out_path.clone(), with_suffix(&out_path, ACCOUNT), with_suffix(&out_path, ".tamis-partial")];
    // Of a list of files, which may be long, only the directories: OUT cannot lie inside a file.
    let mut listed = BTreeSet::new();
    for input in inputs {
        let (path, is_inside) = match input {
            Root::Stdin => continue,
            Root::Listed { path, .. } => {
                let parent = path.parent().unwrap_or(Path::new(""));
                if !listed.insert(parent) {
                    continue;
                }
                let parent = canonical(parent);
                (path, ours.iter().any(|ours| parent.starts_with(ours)))
            }
            Root::Directory(path) | Root::File(path) | Root::Fifo(path) => {
                let input = canonical(path);
                (path, ours.iter().any(|ours| ours.starts_with(&input) || input.starts_with(ours)))
            }
        };
        if is_inside {
            return Err(Error::OutputOverlapsInput { output: out.to_owned(), input: path.clone() });
        }
    }
    Ok(())
}

/// How the name of an account ends, behind that of OUT.
pub(super) const ACCOUNT: &str = ".tamis";

/// The account beside what `out` names, behind a link and without a final slash.
pub fn account_of(out: &Path) -> PathBuf {
    let plain: PathBuf = out.components().collect();
    let is_indirect = plain.is_symlink() || plain.components().any(|part| part == Component::ParentDir);
    let real = if is_indirect || plain.file_name().is_none() { canonical(out) } else { plain };
    with_suffix(&real, ACCOUNT)
}

/// The path with every link and every `..` resolved, as far as it exists; the rest as it will be when it is made.
pub(super) fn canonical(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for component in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        if component == Component::ParentDir {
            resolved.pop(); // what is before it is resolved already
            continue;
        }
        resolved.push(component);
        if let Ok(real) = fs::canonicalize(&resolved) {
            resolved = real;
        }
    }
    resolved
}
