//! The content of a sandbox: files with their bytes, links, directories.
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::sandbox::Sandbox;

impl Sandbox {
    pub(crate) fn exists(&self, relative: impl AsRef<Path>) -> bool {
        self.path(relative).symlink_metadata().is_ok()
    }

    /// Everything below a directory of the sandbox: files with their bytes, links with their targets.
    pub(crate) fn tree(&self, relative: impl AsRef<Path>) -> Tree {
        let mut tree = Tree::new();
        collect(&self.path(relative), Path::new(""), &mut tree);
        tree
    }
}

/// The files below a directory, by relative path.
pub(crate) type Tree = BTreeMap<PathBuf, Node>;

/// The kind of thing at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Directory,
    File(Vec<u8>),
    Link(PathBuf),
    Special,
}

fn collect(directory: &Path, prefix: &Path, tree: &mut Tree) {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    for entry in entries {
        let entry = entry.expect("an entry");
        let (path, relative) = (entry.path(), prefix.join(entry.file_name()));
        let kind = entry.file_type().expect("a type");
        let node = if kind.is_dir() {
            collect(&path, &relative, tree);
            Node::Directory
        } else if kind.is_symlink() {
            Node::Link(fs::read_link(&path).expect("a link"))
        } else if kind.is_file() {
            Node::File(fs::read(&path).unwrap_or_default()) // a file without permissions is empty to us
        } else {
            Node::Special
        };
        tree.insert(relative, node);
    }
}
