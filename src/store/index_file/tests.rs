//! Every point at which a run that replaces an index can be killed.

use std::path::PathBuf;

use super::*;
use crate::store::path::from_bytes;

struct Sandbox(tempfile::TempDir);

impl Sandbox {
    /// An index, an OUT, and a staged directory.
    fn new() -> Self {
        let sandbox = Self(tempfile::tempdir().unwrap());
        fs::write(sandbox.index(), "old").unwrap();
        fs::create_dir(sandbox.staged()).unwrap();
        sandbox
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn index(&self) -> PathBuf {
        self.path("day.index")
    }

    fn staged(&self) -> PathBuf {
        self.path("staged")
    }

    fn out(&self) -> PathBuf {
        self.path("out")
    }

    fn begin(&self) -> Replacement {
        let mut new = Replacement::begin(&self.index()).unwrap();
        new.append(b"new").unwrap();
        new
    }

    /// Leaves the files behind as a killed process would, but releases the lock.
    fn kill(&self, mut new: Replacement) {
        let new_file = fs::read(&new.names.new).ok();
        new.file = None; // nothing is settled
        drop(new);
        assert_eq!(fs::read(self.path("day.index.tamis-new")).ok(), new_file);
    }

    /// Reads the index as any reader would, and checks that no other file is left.
    fn read(&self) -> String {
        let file = open_for_reading(&self.index()).unwrap();
        let mut content = vec![0; usize::try_from(file.len()).unwrap()];
        file.read_at(0, &mut content).unwrap();
        assert_eq!(content, fs::read(self.index()).unwrap());
        String::from_utf8(content).unwrap()
    }

    fn beside(&self) -> Vec<String> {
        let names = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name.contains(".tamis-"));
        names.sort();
        names
    }
}

#[test]
fn replaced_or_not() {
    let sandbox = Sandbox::new();
    drop(sandbox.begin());
    assert_eq!((sandbox.read().as_str(), sandbox.beside().len()), ("old", 0));
    let new = sandbox.begin();
    assert_eq!((new.has_old(), new.old_start(2).unwrap(), new.len()), (true, b"ol".to_vec(), 3));
    assert_eq!(sandbox.read(), "old");
    new.commit().unwrap();
    assert_eq!((sandbox.read().as_str(), sandbox.beside().len()), ("new", 0));
    fs::remove_file(sandbox.index()).unwrap();
    let new = sandbox.begin();
    assert!(!new.has_old());
    new.commit().unwrap();
    assert_eq!(sandbox.read(), "new");
}

#[test]
fn one_run_at_a_time() {
    let sandbox = Sandbox::new();
    let new = sandbox.begin();
    let error = Replacement::begin(&sandbox.index()).unwrap_err();
    assert!(error.to_string().contains("day.index: another run is updating this index"), "{error}");
    new.prepare(&sandbox.out(), &sandbox.staged()).unwrap();
    fs::rename(sandbox.staged(), sandbox.out()).unwrap();
    assert_eq!(sandbox.read(), "old", "a reader leaves a run at work alone");
    new.commit().unwrap();
    assert_eq!((sandbox.read().as_str(), sandbox.beside().len()), ("new", 0));
    assert!(Replacement::begin(sandbox.0.path()).is_err(), "a directory");
}

#[test]
fn killed_while_it_wrote() {
    let sandbox = Sandbox::new();
    sandbox.kill(sandbox.begin());
    assert_eq!(sandbox.beside(), ["day.index.tamis-new"]);
    assert_eq!(sandbox.read(), "old");
    sandbox.begin().commit().unwrap();
    assert_eq!((sandbox.read().as_str(), sandbox.beside().len()), ("new", 0));
}

#[test]
fn killed_while_it_prepared() {
    let sandbox = Sandbox::new();
    let new = sandbox.begin();
    new.prepare(&sandbox.out(), &sandbox.staged()).unwrap();
    sandbox.kill(new);
    let marker = fs::read(sandbox.path("day.index.tamis-pending")).unwrap();
    fs::rename(sandbox.staged(), sandbox.out()).unwrap();
    for len in 0..marker.len() {
        fs::write(sandbox.path("day.index.tamis-new"), "new").unwrap();
        fs::write(sandbox.path("day.index.tamis-pending"), &marker[..len]).unwrap();
        assert_eq!((sandbox.read().as_str(), sandbox.beside().len()), ("old", 0), "{len}");
    }
    for place in 0..marker.len() {
        let mut marker = marker.clone();
        marker[place] ^= 1;
        assert_eq!(Marker::parse(&marker), None, "{place}");
    }
}

#[test]
fn killed_before_out_was_published() {
    for settled_by_run in [false, true] {
        let sandbox = Sandbox::new();
        fs::create_dir(sandbox.out()).unwrap();
        let new = sandbox.begin();
        new.prepare(&sandbox.out(), &sandbox.staged()).unwrap();
        sandbox.kill(new);
        assert_eq!(sandbox.beside(), ["day.index.tamis-new", "day.index.tamis-pending"]);
        if settled_by_run {
            drop(Replacement::begin(&sandbox.index()).unwrap());
        }
        assert_eq!((sandbox.read().as_str(), sandbox.beside().len()), ("old", 0));
    }
}

#[test]
fn killed_after_out_was_published() {
    for settled_by_run in [false, true] {
        let sandbox = Sandbox::new();
        let new = sandbox.begin();
        new.prepare(&sandbox.out(), &sandbox.staged()).unwrap();
        fs::rename(sandbox.staged(), sandbox.out()).unwrap();
        sandbox.kill(new);
        if settled_by_run {
            drop(Replacement::begin(&sandbox.index()).unwrap());
        }
        assert_eq!((sandbox.read().as_str(), sandbox.beside().len()), ("new", 0));
    }
}

#[test]
fn killed_before_the_marker_was_cleared() {
    let sandbox = Sandbox::new();
    let new = sandbox.begin();
    new.prepare(&sandbox.out(), &sandbox.staged()).unwrap();
    fs::rename(sandbox.staged(), sandbox.out()).unwrap();
    new.names.take_name().unwrap();
    sandbox.kill(new);
    assert_eq!(sandbox.beside(), ["day.index.tamis-pending"]);
    assert_eq!((sandbox.read().as_str(), sandbox.beside().len()), ("new", 0));
}

#[test]
fn dropped_after_out_was_published() {
    let sandbox = Sandbox::new();
    let new = sandbox.begin();
    new.prepare(&sandbox.out(), &sandbox.staged()).unwrap();
    fs::rename(sandbox.staged(), sandbox.out()).unwrap();
    drop(new); // an error, or a panic, between
    assert_eq!((sandbox.read().as_str(), sandbox.beside().len()), ("new", 0));
}

#[test]
fn a_number_used_again_is_not_the_same_directory() {
    let sandbox = Sandbox::new();
    let new = sandbox.begin();
    new.prepare(&sandbox.out(), &sandbox.staged()).unwrap();
    let born = DirectoryIdentity::of(&sandbox.staged()).unwrap().born;
    sandbox.kill(new);
    fs::remove_dir(sandbox.staged()).unwrap();
    fs::create_dir(sandbox.out()).unwrap();
    if born != 0 {
        assert_eq!(sandbox.read(), "old");
    }
    let odd = Marker {
        out: from_bytes(b"/a\nb\xff").to_owned(),
        identity: DirectoryIdentity { inode: 1, born: 0 },
    };
    assert_eq!(Marker::parse(&odd.content()), Some(odd));
}
