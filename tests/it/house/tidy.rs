//! House rules that no lint holds: imports point one way, every file says what it is, files stay readable.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test: it reads files, and fails by panicking"
)]

use std::path::{Path, PathBuf};

/// The rooms, each of which may import from those before it.
const ROOMS: [&str; 18] = [
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
    "rules",
    "index",
    "write",
    "account",
    "report",
    "run",
];

/// The programs over `run`; none imports another.
const PROGRAMS: [&str; 5] = ["clean", "check", "verify", "inspect", "originals"];

/// The insides of the engine. `run/mod.rs` is the page that calls them all.
const RUN: [&str; 30] = [
    "fresh_texts",
    "history",
    "corpus",
    "session",
    "feed",
    "pass",
    "walk",
    "reader",
    "lookup",
    "texts",
    "scan",
    "settled",
    "render",
    "convert",
    "recheck",
    "decider",
    "found",
    "ceiling",
    "progress",
    "checkpoint",
    "overflow",
    "drive",
    "recorder",
    "passages",
    "copies",
    "near",
    "boilerplate",
    "filter",
    "search",
    "mod",
];

/// The insides of reading: what a container needs stands before it, what takes it apart behind.
const READ: [&str; 25] = [
    "fault",
    "position",
    "encoding",
    "coding",
    "given",
    "content",
    "page",
    "text_fields",
    "damage",
    "context",
    "slot",
    "container",
    "decompress",
    "spool",
    "archive",
    "chunk",
    "piece",
    "decode",
    "fields",
    "ahead",
    "recognize",
    "open",
    "stream",
    "whole",
    "mod",
];

/// The insides of the command.
const BIN: [&str; 7] = ["exit", "show", "terminal", "options", "progress", "commands", "main"];

/// The options of the command: what groups need stands before them, what is made of all of them behind.
const OPTIONS: [&str; 28] = [
    "keys",
    "choices",
    "path",
    "list",
    "sources",
    "output",
    "splitting",
    "matching",
    "history",
    "near",
    "damage",
    "boilerplate",
    "filters",
    "quality",
    "masking",
    "recipe",
    "reading",
    "reporting",
    "running",
    "gate",
    "all",
    "table",
    "found",
    "file",
    "layers",
    "settings",
    "mod",
    "tests",
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

/// The code of a file, its unit tests and comments aside.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The names that `text` imports by a path that begins with `prefix`: `prefix::name`, and those in `prefix::{…}`.
fn imports(text: &str, prefix: &str) -> Vec<String> {
    let code = code(text);
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => {
                let group = group.split('}').next().unwrap();
                names.extend(group.split(',').map(|name| word(name.trim())));
            }
            None => names.push(word(rest)),
        }
    }
    names
}

#[test]
fn imports_point_one_way() {
    let rank = |room: &str| match ROOMS.iter().position(|name| *name == room) {
        None if PROGRAMS.contains(&room) => Some(ROOMS.len()),
        rank => rank,
    };
    let mut checked = 0;
    for (file, text) in sources() {
        let room = room(&file);
        let Some(own) = rank(&room) else { continue }; // lib and bin know everything
        for import in imports(&text, "crate::") {
            let Some(other) = rank(&import) else { continue }; // what lib.rs re-exports
            let is_program = PROGRAMS.contains(&import.as_str());
            let is_allowed = if is_program { import == room } else { other <= own }
                || EXCEPTIONS.contains(&(room.as_str(), import.as_str()));
            assert!(is_allowed, "{}: `{room}` must not import `crate::{import}`", file.display());
            checked += 1;
        }
    }
    assert!(checked > 200, "the imports were not found");
}

/// Holds the insides of one room to an order, by which each module may import from those before it.
fn check_insides(room: &str, order: &[&str]) -> usize {
    let rank = |module: &str| order.iter().position(|name| *name == module);
    let mut checked = 0;
    for (file, text) in sources() {
        let Ok(inside) = file.strip_prefix(room) else { continue };
        let module = self::room(inside);
        let own = rank(&module);
        let own = own.unwrap_or_else(|| panic!("{}: `{module}` has no place in the order", file.display()));
        let mut names = imports(&text, &format!("crate::{room}::"));
        // `super` is the room itself in its own files and in the `mod.rs` of its folders.
        let depth = inside.components().count();
        if depth == 1 || depth == 2 && inside.ends_with("mod.rs") {
            names.extend(imports(&text, "super::"));
        }
        if module == "mod" {
            continue;
        }
        for name in names {
            let Some(other) = rank(&name) else { continue };
            assert!(other <= own, "{}: `{module}` must not import `{room}::{name}`", file.display());
            checked += 1;
        }
    }
    checked
}

#[test]
fn the_engine_has_no_circle() {
    assert!(check_insides("run", &RUN) > 60, "the imports were not found");
}

#[test]
fn reading_has_no_circle() {
    assert!(check_insides("read", &READ) > 60, "the imports were not found");
}

#[test]
fn options_have_no_circle() {
    assert!(check_insides("bin/tamis/options", &OPTIONS) > 30, "the imports were not found");
}

#[test]
fn the_command_has_no_circle() {
    let rank = |module: &str| BIN.iter().position(|name| *name == module);
    let mut checked = 0;
    for (file, text) in sources() {
        let Ok(inside) = file.strip_prefix("bin/tamis") else { continue };
        let module = room(inside);
        let own = rank(&module);
        let own = own.unwrap_or_else(|| panic!("{}: `{module}` has no place in the order", file.display()));
        for name in imports(&text, "crate::") {
            let other = rank(&name).unwrap_or_else(|| panic!("{}: `{name}` has no place", file.display()));
            assert!(other <= own, "{}: `{module}` must not import `{name}`", file.display());
            checked += 1;
        }
    }
    assert!(checked > 30, "the imports were not found");
}

/// The table of kinds, and the containers themselves.
fn is_of_containers(file: &Path) -> bool {
    file == Path::new("document/kind.rs") || file.starts_with("read/container")
}

#[test]
fn only_containers_tell_kinds_apart() {
    let kinds =
        ["Html", "JsonLines", "Csv", "Tsv", "Warc", "DocDump", "Parquet"].map(|kind| format!("Kind::{kind}"));
    let mut found = 0;
    for (file, text) in sources() {
        let code = code(&text);
        if is_of_containers(&file) {
            found += usize::from(code.contains("Self::JsonLines"));
            continue;
        }
        for kind in &kinds {
            let what = "what depends on the kind is asked of its container";
            assert!(!code.contains(kind.as_str()), "{}: {kind}: {what}", file.display());
        }
        assert!(!code.contains("Kind::Text =>"), "{}: a match on kinds", file.display());
    }
    assert_eq!(found, 2, "the two tables were not found");
}

#[test]
fn no_kind_and_no_rewrite_is_the_other_one() {
    for (file, text) in sources() {
        let is_table = ["document/kind.rs", "read/container/mod.rs", "read/container/rewrite.rs"];
        let is_asked = ["write/record.rs", "read/open.rs"];
        if is_table.iter().chain(&is_asked).any(|name| file == Path::new(name)) {
            assert!(!code(&text).contains("_ =>"), "{}: a container is forgotten in silence", file.display());
        }
    }
}

#[test]
fn parquet_is_switched_off_in_one_place() {
    let mut found = 0;
    for (file, text) in sources() {
        let num = text.matches("feature = \"parquet\"").count();
        assert!(num == 0 || file.starts_with("read/container"), "{}", file.display());
        found += num;
    }
    assert!((1..=6).contains(&found), "{found} places");
}

#[test]
fn only_the_store_touches_files() {
    for (file, text) in sources() {
        let is_allowed = ["store", "bin"].contains(&room(&file).as_str());
        let code = code(&text);
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

#[test]
fn every_test_is_in_the_house_and_says_what_it_holds() {
    let mut found = 0;
    for (file, text) in texts("tests").iter().filter(|(file, _)| file.extension().unwrap() == "rs") {
        assert!(text.starts_with("//!"), "{}: no word on the promise it holds", file.display());
        let words = ["dead", "code"].join("_");
        assert!(!text.contains(&words), "{}: what is unused goes", file.display());
        let Ok(inside) = file.strip_prefix("tests/it") else { continue };
        let (folder, name) = (file.parent().unwrap(), inside.file_stem().unwrap().to_str().unwrap());
        if !["main", "mod"].contains(&name) {
            let (_, list) = texts(&folder.join("mod.rs").display().to_string()).remove(0);
            assert!(list.contains(&format!("mod {name};")), "{}: it is not compiled", file.display());
            found += 1;
        }
    }
    assert!(found > 50, "{found} files of tests found");
}

/// The paths below `tests/` that a text names.
fn named_tests(text: &str) -> Vec<&str> {
    let is_of_path = |c: char| c.is_ascii_alphanumeric() || "_-/.".contains(c);
    let ends = text.match_indices("tests/").filter(|(at, _)| !text[..*at].ends_with(is_of_path));
    let paths = ends.map(|(at, _)| text[at..].split(|c| !is_of_path(c)).next().unwrap());
    paths.map(|path| path.trim_end_matches(['.', '-'])).collect()
}

#[test]
fn tests_that_are_named_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = 0;
    for place in ["src", "tests", "benches", "examples", "docs", "README.md", "CONTRIBUTING.md"] {
        for (file, text) in texts(place) {
            for path in named_tests(&text).into_iter().filter(|path| path.len() > "tests/".len()) {
                assert!(root.join(path).exists(), "{}: {path} is not there", file.display());
                found += 1;
            }
        }
    }
    assert!(found > 30, "{found} paths found");
}

/// The page that states the rules.
const CONTRACT: &str = "docs/contract.md";

/// The files of the project at or below `place` that hold Rust or Markdown, each with its text.
fn texts(place: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = walkdir::WalkDir::new(root.join(place)).sort_by_file_name().into_iter();
    let paths = entries.map(|entry| entry.unwrap().into_path());
    let paths = paths.filter(|path| path.extension().is_some_and(|ending| ending == "rs" || ending == "md"));
    paths
        .map(|path| (path.strip_prefix(root).unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect()
}

/// A rule's number at the start of `text`, such as `P3`, and what follows it.
fn rule(text: &str) -> Option<(&str, &str)> {
    let digits = text.strip_prefix(|c: char| c.is_ascii_uppercase())?;
    let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_rule = rest.len() < digits.len() && !rest.starts_with(|c: char| c.is_alphanumeric());
    is_rule.then(|| text.split_at(text.len() - rest.len()))
}

/// The rules that a list at the start of `text` names: `I3`, `P1, P3 and O5`, `D1-D3`.
fn rules(text: &str) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    let (mut rest, mut is_range) = (text, false);
    while let Some((name, after)) = rule(rest) {
        match named.last().filter(|_| is_range) {
            Some(first) if first[..1] == name[..1] => {
                let number = |rule: &str| rule[1..].parse::<u32>().unwrap();
                let between = number(first) + 1..=number(name);
                let letter = &name[..1];
                named.extend(between.map(|number| format!("{letter}{number}")));
            }
            _ => named.push(name.to_owned()),
        }
        let joint = ["-", ", ", " and "].iter().find_map(|joint| Some((*joint, after.strip_prefix(joint)?)));
        let Some((joint, next)) = joint else { break };
        (rest, is_range) = (next, joint == "-");
    }
    named
}

/// The rules that a text cites after the word "contract" or "contracts", over the ends of its lines.
fn citations(text: &str) -> Vec<String> {
    let line = |line: &str| line.trim_start().trim_start_matches(['/', '!']).trim().to_owned();
    let joined = text.lines().map(line).collect::<Vec<_>>().join(" ");
    let mut cited = Vec::new();
    for word in ["contract ", "Contract ", "contracts ", "Contracts "] {
        cited.extend(joined.split(word).skip(1).flat_map(rules));
    }
    cited
}

/// The anchors of the rules on the page of the contract, in the order in which they stand there.
fn anchors() -> Vec<String> {
    let (_, page) = texts(CONTRACT).remove(0);
    let headings = page.lines().filter_map(|line| line.strip_prefix("### <a id=\""));
    let anchors = headings.filter_map(|heading| heading.split_once("\"></a>"));
    let anchors = anchors.filter_map(|(id, title)| {
        let (id, _) = rule(id)?;
        assert!(title.starts_with(&format!("{id}. ")), "{CONTRACT}: the heading of {id} is {title:?}");
        Some(id.to_owned())
    });
    anchors.collect()
}

#[test]
fn every_rule_that_is_cited_is_in_the_contract() {
    let anchors = anchors();
    // So many are there at least; without them the search has failed.
    let places =
        [("src", 60), ("tests", 80), ("benches", 0), ("docs", 1), ("README.md", 0), ("CONTRIBUTING.md", 0)];
    for (place, least) in places {
        let mut found = 0;
        for (file, text) in texts(place) {
            for rule in citations(&text) {
                assert!(anchors.contains(&rule), "{}: {CONTRACT} has no rule {rule}", file.display());
                found += 1;
            }
        }
        assert!(found >= least, "{place}: {found} citations found, at least {least} expected");
    }
}

#[test]
fn the_contract_states_each_rule_once() {
    let anchors = anchors();
    let mut sorted = anchors.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), anchors.len(), "a rule stands twice: {anchors:?}");
    assert!(anchors.len() > 20, "the anchors were not found: {anchors:?}");
}

#[test]
fn citations_are_found() {
    for (text, expected) in [
        ("see (contract I3).", &["I3"][..]),
        ("/// Contract P1, P3 and O5: as is", &["P1", "P3", "O5"]),
        ("//! kept (contract D1-D3, O1)", &["D1", "D2", "D3", "O1"]),
        ("contracts P4, P5", &["P4", "P5"]),
        ("// as the contract\n    // X2 says", &["X2"]),
        ("of the contract: D, P and I rules", &[]),
        ("a contract I3x, a contract i3, a contract I", &[]),
    ] {
        assert_eq!(citations(text), expected, "{text}");
    }
}
