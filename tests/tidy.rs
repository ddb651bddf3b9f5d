//! House rules that no lint holds: imports point one way, every file says what it is, files stay readable.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test: it reads files, and fails by panicking"
)]

use std::path::{Path, PathBuf};

/// The rooms, each of which may import from those before it.
const ORDER: [&str; 15] = [
    "units",
    "error",
    "document",
    "config",
    "observe",
    "store",
    "discover",
    "split",
    "read",
    "normalize",
    "fingerprint",
    "decide",
    "write",
    "account",
    "report",
];

/// `error` prints paths with `store`'s escaping; that is the one import that points the other way.
const EXCEPTIONS: [(&str, &str); 1] = [("error", "store")];

fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let entries = walkdir::WalkDir::new(&root).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "rs"));
    files
        .map(|entry| {
            let name = entry.path().strip_prefix(&root).unwrap().to_owned();
            (name, std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

fn room(file: &Path) -> String {
    file.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

/// The rooms that `text` names as `crate::room`, its unit tests aside.
fn imports(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let named = |line: &str| {
        let names = line.split("crate::").skip(1);
        let word =
            |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        names.map(word).collect::<Vec<_>>()
    };
    lines.flat_map(named).filter(|name| ORDER.contains(&name.as_str()) || name == "pipeline").collect()
}

#[test]
fn imports_point_one_way() {
    let rank = |room: &str| ORDER.iter().position(|name| *name == room);
    let mut checked = 0;
    for (file, text) in sources() {
        let room = room(&file);
        let Some(own) = rank(&room) else { continue }; // lib, pipeline and bin know everything
        for import in imports(&text) {
            let is_allowed = rank(&import).is_some_and(|other| other <= own)
                || EXCEPTIONS.contains(&(room.as_str(), import.as_str()));
            assert!(is_allowed, "{}: `{room}` must not import `crate::{import}`", file.display());
            checked += 1;
        }
    }
    assert!(checked > 50, "the imports were not found");
}

#[test]
fn only_the_store_touches_files() {
    for (file, text) in sources() {
        let is_allowed = ["store", "bin"].contains(&room(&file).as_str());
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        assert!(is_allowed || !code.contains("std::fs"), "{}", file.display());
        assert!(is_allowed || !code.contains("walkdir::"), "{}", file.display());
        let is_bin = room(&file) == "bin";
        assert!(is_bin || !code.contains("clap"), "{}: clap belongs to the bin", file.display());
    }
}

#[test]
fn every_file_says_what_it_is() {
    for (file, text) in sources() {
        assert!(text.starts_with("//!"), "{}: no module docs", file.display());
        assert!(text.lines().count() <= 450, "{}: too long to read", file.display());
    }
}
