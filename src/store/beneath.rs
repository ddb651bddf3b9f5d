//! Files below a directory, reached without following a link on the way. Whoever may write there can plant one, or put
//! one in the place of what was listed before; what stands behind it is not ours to read, to write or to remove.
//!
//! Linux resolves such a path in one call (`openat2`, since 5.6). Where it does not, the directories on the way are
//! opened one by one.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path};
#[cfg(target_os = "linux")]
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, openat, unlinkat};
#[cfg(target_os = "linux")]
use rustix::fs::{ResolveFlags, openat2};
use rustix::io::Errno;

/// Whether an error says that a link was met.
pub(super) fn is_of_a_link(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::LOOP.raw_os_error())
}

/// Permissions of new files, less the umask.
const MODE: Mode = Mode::from_raw_mode(0o666);

/// A directory to look into. On Linux opening it needs no permission to list it.
pub(super) const PLACE: OFlags = LOOKED_INTO.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(target_os = "linux")]
const LOOKED_INTO: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const LOOKED_INTO: OFlags = OFlags::RDONLY;

/// Opens a directory that was named: a link there is followed.
pub(super) fn open_place(path: &Path) -> io::Result<OwnedFd> {
    Ok(rustix::fs::open(path, PLACE, Mode::empty())?)
}

/// Opens what stands at `relative` below `root`. If a link is there or on the way, the error says so
/// ([`is_of_a_link`]).
pub(super) fn open(root: impl AsFd, relative: &Path, flags: OFlags) -> io::Result<File> {
    let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let mode = if flags.contains(OFlags::CREATE) { MODE } else { Mode::empty() };
    match open_at_once(root.as_fd(), relative, flags, mode) {
        Some(opened) => opened,
        None => open_step_by_step(root.as_fd(), relative, flags, mode),
    }
}

/// Opens it in one call; `None` if the system has none for that.
#[cfg(target_os = "linux")]
fn open_at_once(
    root: BorrowedFd<'_>,
    relative: &Path,
    flags: OFlags,
    mode: Mode,
) -> Option<io::Result<File>> {
    static IS_WITHOUT: AtomicBool = AtomicBool::new(false);
    if IS_WITHOUT.load(Ordering::Relaxed) {
        return None;
    }
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    match openat2(root, relative, flags, mode, resolve) {
        // A sandbox that does not know the call may say so in either way.
        Err(Errno::NOSYS | Errno::PERM) => {
            IS_WITHOUT.store(true, Ordering::Relaxed);
            None
        }
        opened => Some(opened.map(File::from).map_err(io::Error::from)),
    }
}

#[cfg(not(target_os = "linux"))]
fn open_at_once(_: BorrowedFd<'_>, _: &Path, _: OFlags, _: Mode) -> Option<io::Result<File>> {
    None
}

fn open_step_by_step(root: BorrowedFd<'_>, relative: &Path, flags: OFlags, mode: Mode) -> io::Result<File> {
    let mut directory: Option<OwnedFd> = None;
    let mut components = relative.components().peekable();
    while let Some(component) = components.next() {
        let Component::Normal(name) = component else { return Err(Errno::XDEV.into()) };
        let at = directory.as_ref().map_or(root, AsFd::as_fd);
        if components.peek().is_none() {
            return Ok(openat(at, name, flags, mode)?.into());
        }
        directory = Some(open_directory(at, name)?);
    }
    Err(Errno::NOENT.into())
}

/// Opens a directory on the way. A link is no directory to `openat`, and is told apart from what else is none.
fn open_directory(at: BorrowedFd<'_>, name: impl rustix::path::Arg + Copy) -> io::Result<OwnedFd> {
    openat(at, name, PLACE | OFlags::NOFOLLOW, Mode::empty()).map_err(|error| {
        let found = rustix::fs::statat(at, name, AtFlags::SYMLINK_NOFOLLOW);
        let is_link = found.is_ok_and(|found| FileType::from_raw_mode(found.st_mode) == FileType::Symlink);
        if is_link { Errno::LOOP.into() } else { error.into() }
    })
}

/// Creates a file that was not there. What else has its name goes if `is_replaced`: it is never written into, as it may
/// be a link of either kind.
pub(super) fn create_new(root: impl AsFd, relative: &Path, is_replaced: bool) -> io::Result<File> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL;
    match open(root.as_fd(), relative, flags) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_replaced => {
            remove(root.as_fd(), relative)?;
            open(root, relative, flags)
        }
        opened => opened,
    }
}

/// Removes what stands at `relative` below `root`, with everything below it; a link goes, and not what it leads to.
pub(super) fn remove(root: impl AsFd, relative: &Path) -> io::Result<()> {
    let name = relative.file_name().ok_or(Errno::INVAL)?;
    let parent = relative.parent().filter(|parent| !parent.as_os_str().is_empty());
    match parent {
        None => remove_entry(root.as_fd(), name),
        Some(parent) => remove_entry(open(root, parent, PLACE)?.as_fd(), name),
    }
}

fn remove_entry(at: BorrowedFd<'_>, name: impl rustix::path::Arg + Copy) -> io::Result<()> {
    match unlinkat(at, name, AtFlags::empty()) {
        // Linux says the one, POSIX the other.
        Err(Errno::ISDIR | Errno::PERM) => {}
        removed => return Ok(removed?),
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = openat(at, name, flags, Mode::empty())?;
    clear(&directory, |_| true)?;
    Ok(unlinkat(at, name, AtFlags::REMOVEDIR)?)
}

/// Removes what is in a directory, as far as `is_to_go` says so of its name.
pub(super) fn clear(directory: impl AsFd, is_to_go: impl Fn(&[u8]) -> bool) -> io::Result<()> {
    for entry in Dir::read_from(directory.as_fd())? {
        let entry = entry?;
        let name = entry.file_name();
        if is_dots(name.to_bytes()) || !is_to_go(name.to_bytes()) {
            continue;
        }
        match remove_entry(directory.as_fd(), name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed?,
        }
    }
    Ok(())
}

/// The names of what is in a directory.
pub(super) fn names(directory: impl AsFd) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory)? {
        let name = entry?.file_name().to_bytes().to_vec();
        if !is_dots(&name) {
            names.push(OsString::from_vec(name));
        }
    }
    Ok(names)
}

/// Whether a name is that of the directory itself or of the one above.
fn is_dots(name: &[u8]) -> bool {
    matches!(name, b"." | b"..")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read;
    use std::os::unix::fs::symlink;

    use super::*;

    /// A directory with a file in it, and links to both, above and on the way.
    fn sandbox() -> tempfile::TempDir {
        let sandbox = tempfile::tempdir().unwrap();
        let at = |name: &str| sandbox.path().join(name);
        fs::create_dir_all(at("root/a/b")).unwrap();
        fs::write(at("root/a/b/file"), "text").unwrap();
        fs::write(at("secret"), "secret").unwrap();
        symlink("a", at("root/link")).unwrap();
        symlink("../secret", at("root/out")).unwrap();
        symlink("../..", at("root/a/up")).unwrap();
        sandbox
    }

    #[test]
    fn no_link_is_followed_whatever_the_system_can_do() {
        let sandbox = sandbox();
        let root = open_place(&sandbox.path().join("root")).unwrap();
        let by_steps = |relative: &Path| {
            open_step_by_step(root.as_fd(), relative, OFlags::RDONLY | OFlags::NOFOLLOW, Mode::empty())
        };
        let at_once = |relative: &Path| open(&root, relative, OFlags::RDONLY);
        for way in [&by_steps as &dyn Fn(&Path) -> io::Result<File>, &at_once] {
            let mut text = String::new();
            way(Path::new("a/b/file")).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "text");
            for relative in ["link/b/file", "out", "a/up/secret"] {
                let error = way(Path::new(relative)).unwrap_err();
                assert!(is_of_a_link(&error), "{relative}: {error}");
            }
            for relative in ["../secret", "/etc/passwd", "none/file", "none", "a/b/file/x"] {
                assert!(way(Path::new(relative)).is_err(), "{relative}");
            }
        }
    }

    #[test]
    fn what_is_created_and_removed_is_never_behind_a_link() {
        let sandbox = sandbox();
        let at = |name: &str| sandbox.path().join(name);
        let root = open_place(&at("root")).unwrap();
        fs::hard_link(at("secret"), at("root/hard")).unwrap();
        for name in ["out", "hard"] {
            assert!(create_new(&root, Path::new(name), false).is_err());
            create_new(&root, Path::new(name), true).unwrap();
            assert!(fs::symlink_metadata(at("root").join(name)).unwrap().is_file());
        }
        assert!(create_new(&root, Path::new("link/new"), true).is_err());
        assert!(remove(&root, Path::new("link/b")).is_err());
        symlink("../../../secret", at("root/a/b/secret")).unwrap();
        symlink("../../..", at("root/a/b/parent")).unwrap();
        remove(&root, Path::new("a")).unwrap();
        remove(&root, Path::new("link")).unwrap();
        assert!(!at("root/a").exists());
        assert_eq!(fs::read_to_string(at("secret")).unwrap(), "secret");
        assert_eq!(remove(&root, Path::new("none/x")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
