//! Files that are written together: all of them, or none.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tempfile::NamedTempFile;

use super::name;

/// A file that is to be written.
#[derive(Debug)]
pub(super) struct NewFile {
    pub(super) path: PathBuf,
    pub(super) content: String,
}

/// Refuses to go on if one of these is there, unless it may be replaced. Names all of them.
pub(super) fn refuse_existing(paths: &[&Path], may_replace: bool) -> anyhow::Result<()> {
    let named = |paths: Vec<&Path>| paths.into_iter().map(name).collect::<Vec<_>>().join(", ");
    let is_file = |path: &Path| path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
    let there: Vec<&Path> = paths.iter().copied().filter(|path| path.symlink_metadata().is_ok()).collect();
    let others: Vec<&Path> = there.iter().copied().filter(|path| !is_file(path)).collect();
    if !others.is_empty() {
        bail!(
            "{}: it is not a file and cannot be replaced; nothing was written; move it away",
            named(others)
        );
    }
    if !there.is_empty() && !may_replace {
        bail!(
            "{}: already there; nothing was written; replace these files with --force, or leave some out with \
             --no-workflow or --no-baseline",
            named(there)
        );
    }
    Ok(())
}

/// Writes all of these files, or leaves everything as it was.
pub(super) fn write_all(files: &[NewFile]) -> anyhow::Result<()> {
    let mut made = Vec::new();
    let written = stage(files, &mut made).and_then(publish);
    if written.is_err() {
        // Only directories that are empty go; if one does not, the error that is reported is the other.
        for directory in made.iter().rev() {
            let _ = fs::remove_dir(directory);
        }
    }
    written
}

/// A file whose content is on the disk, but not under its name.
struct Staged {
    path: PathBuf,
    new: NamedTempFile,
    /// What stands there now.
    old: Option<NamedTempFile>,
}

fn stage(files: &[NewFile], made: &mut Vec<PathBuf>) -> anyhow::Result<Vec<Staged>> {
    let stage = |file: &NewFile| {
        let failed = || format!("{}: cannot write this file; nothing was written", name(&file.path));
        let parent =
            file.path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        make_directory(parent, made).with_context(failed)?;
        let mut new = beside(parent).with_context(failed)?;
        new.write_all(file.content.as_bytes()).and_then(|()| new.flush()).with_context(failed)?;
        let old = copy(&file.path, parent).with_context(failed)?;
        Ok(Staged { path: file.path.clone(), new, old })
    };
    files.iter().map(stage).collect()
}

/// Makes a directory and those above it, and notes which were made.
fn make_directory(directory: &Path, made: &mut Vec<PathBuf>) -> io::Result<()> {
    let missing = directory.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
    let missing: Vec<&Path> = missing.collect();
    for path in missing.into_iter().rev() {
        fs::create_dir(path)?;
        made.push(path.to_owned());
    }
    Ok(())
}

fn beside(directory: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // Less the umask.
    builder.prefix(".tamis-init-").permissions(PermissionsExt::from_mode(0o666)).tempfile_in(directory)
}

/// A copy of what a file holds now, if it is there.
fn copy(path: &Path, directory: &Path) -> io::Result<Option<NamedTempFile>> {
    let mut old = match OpenOptions::new().read(true).open(path) {
        Ok(old) => old,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut kept = beside(directory)?;
    kept.as_file().set_permissions(old.metadata()?.permissions())?;
    io::copy(&mut old, &mut kept)?;
    Ok(Some(kept))
}

/// Gives all files their names. If one cannot have it, those before it are taken back.
fn publish(staged: Vec<Staged>) -> anyhow::Result<()> {
    let mut done: Vec<(PathBuf, Option<NamedTempFile>)> = Vec::new();
    for Staged { path, new, old } in staged {
        // What came there meanwhile is not replaced.
        let persisted = if old.is_some() { new.persist(&path) } else { new.persist_noclobber(&path) };
        let Err(error) = persisted else {
            done.push((path, old));
            continue;
        };
        let error = anyhow::Error::from(error.error);
        let mut lost = Vec::new();
        for (path, old) in done.into_iter().rev() {
            let restored = match old {
                Some(old) => old.persist(&path).map(drop).map_err(|error| error.error),
                None => fs::remove_file(&path),
            };
            if restored.is_err() {
                lost.push(name(&path));
            }
        }
        let rest = if lost.is_empty() {
            "nothing was written".to_owned()
        } else {
            format!("what was written before stays: {}", lost.join(", "))
        };
        return Err(error.context(format!("{}: cannot write this file; {rest}", name(&path))));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: PathBuf, content: &str) -> NewFile {
        NewFile { path, content: content.to_owned() }
    }

    fn content(path: &Path) -> String {
        io::read_to_string(OpenOptions::new().read(true).open(path).unwrap()).unwrap()
    }

    #[test]
    fn all_or_none() {
        let directory = tempfile::tempdir().unwrap();
        let [old, new, blocked] = ["old", "new", "blocked"].map(|name| directory.path().join(name));
        write_all(&[file(old.clone(), "1")]).unwrap();
        assert_eq!(content(&old), "1");
        // A file cannot have the name of a directory, which shows only when it is given its name.
        let staged = stage(
            &[file(old.clone(), "2"), file(new.clone(), "2"), file(blocked.clone(), "2")],
            &mut Vec::new(),
        );
        fs::create_dir(&blocked).unwrap();
        let error = format!("{:#}", publish(staged.unwrap()).unwrap_err());
        assert!(error.contains("blocked") && error.contains("nothing was written"), "{error}");
        assert_eq!(content(&old), "1");
        assert!(!new.exists());
        fs::remove_dir(&blocked).unwrap();
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing else is left");
        write_all(&[file(old.clone(), "2"), file(new.clone(), "2")]).unwrap();
        assert_eq!((content(&old), content(&new)), ("2".to_owned(), "2".to_owned()));
    }

    #[test]
    fn directories_that_were_made_go_again() {
        let directory = tempfile::tempdir().unwrap();
        let blocked = directory.path().join("file");
        write_all(&[file(blocked.clone(), "")]).unwrap();
        let files = [file(directory.path().join("a/b/c"), "1"), file(blocked.join("d"), "1")];
        let error = format!("{:#}", write_all(&files).unwrap_err());
        assert!(error.contains("file/d: cannot write this file; nothing was written"), "{error}");
        assert!(!directory.path().join("a").exists());
        write_all(&files[..1]).unwrap();
        assert_eq!(content(&files[0].path), "1");
    }
}
