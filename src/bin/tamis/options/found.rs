//! Limits of a configuration file that nobody named. It lies where the inputs lie, so whoever sent them may have
//! written it: it replaces nothing, and what it has written stays below its own directory.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tamis::store::path::printable;

/// Refuses a path to write to that does not lie below `base`, the directory of the file, all links resolved. The
/// directory itself is refused too: what belongs to OUT stands beside it.
pub(super) fn confine(key: &str, path: &Path, base: &Path) -> anyhow::Result<()> {
    let unclear = || format!("{key}: {}: cannot resolve this path; {REMEDY}", printable(path));
    let home = base.canonicalize().with_context(unclear)?;
    let place = resolved(&home.join(path)).with_context(unclear)?;
    if place == home || !place.starts_with(&home) {
        bail!(
            "{key}: {} is not below {}, and a configuration file that nobody named may only write there; {REMEDY}",
            printable(path),
            printable(&home)
        );
    }
    Ok(())
}

/// The remedy in its messages.
pub(super) const REMEDY: &str = "give the option as a flag, or name the file with --config";

/// An absolute path with all links resolved. What does not exist yet cannot be a link.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    let mut names = Vec::new();
    for place in path.ancestors() {
        match place.symlink_metadata() {
            // A link to nowhere is an error here: it may lead anywhere when it is written to.
            Ok(_) => {
                let real = place.canonicalize()?;
                return Ok(names.iter().rev().fold(real, |real, name| real.join(name)));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // `..` has no name: where it leads depends on what will stand before it.
                names.push(place.file_name().ok_or(error)?);
            }
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_below_the_directory() {
        let home = tempfile::tempdir().unwrap();
        let (base, outside) = (home.path().join("base"), home.path().join("outside"));
        for directory in [&base.join("in"), &outside] {
            std::fs::create_dir_all(directory).unwrap();
        }
        for (link, to) in [("out", &*outside), ("nowhere", &base.join("gone")), ("inner", &base.join("in"))] {
            std::os::unix::fs::symlink(to, base.join(link)).unwrap();
        }
        let is_allowed = |path: &str| confine("out", Path::new(path), &base).is_ok();
        for path in ["clean", "in", "in/clean", "new/clean", "inner/clean", "in/../clean", "./clean"] {
            assert!(is_allowed(path), "{path}");
        }
        for path in
            ["", ".", "..", "../base", "../outside", "../new", "out", "out/clean", "nowhere", "nowhere/clean"]
        {
            assert!(!is_allowed(path), "{path}");
        }
        for path in ["new/../../outside", "in/../..", "/", "/etc/passwd", "/new"] {
            assert!(!is_allowed(path), "{path}");
        }
        assert!(is_allowed(base.canonicalize().unwrap().join("clean").to_str().unwrap()));
    }
}
