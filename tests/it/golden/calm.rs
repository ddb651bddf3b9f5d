//! Values that differ from run to run by their nature are set to fixed ones.

use std::path::Path;

use crate::support::process::TAMIS;
use crate::support::terminal::shown;

/// Keys of `run.json` whose values tell of the machine and the hour.
const CIRCUMSTANCES: [&str; 5] = ["version", "directory", "started", "seconds", "threads"];

/// A file's content, calm.
pub(crate) fn file(path: &str, content: Vec<u8>, root: &Path) -> Vec<u8> {
    if path.ends_with("run.json") {
        let text = String::from_utf8(content).expect("UTF-8");
        return places(&without_file(&text), root)
            .lines()
            .map(|line| circumstance(line) + "\n")
            .collect::<String>()
            .into();
    }
    match String::from_utf8(content) {
        Ok(page) if page.contains("id=\"run\">{") => {
            page.split_inclusive('\n').map(|line| page_line(line, root)).collect::<String>().into()
        }
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    }
}

/// A line of a page: one holds what `run.json` says of the run.
fn page_line(line: &str, root: &Path) -> String {
    let Some((before, run)) = line.split_once("id=\"run\">{") else { return line.to_owned() };
    let run = places(run, root);
    let without = |text: &str, key: &str, ends: [char; 2]| {
        let Some((before, rest)) = text.split_once(key) else { return text.to_owned() };
        let end = rest.find(ends).unwrap_or(0);
        format!("{before}{key}…{}", &rest[end..])
    };
    let run = without(&run, "\"started\":", [',', '}']);
    let run = without(&run, "\"version\":", [',', '}']);
    format!("{before}id=\"run\">{{{run}")
}

/// `run.json` without the last of its values, which says which file it is.
fn without_file(text: &str) -> String {
    match text.split_once(",\n  \"file\": {") {
        Some((before, _)) => format!("{before}\n}}\n"),
        None => text.to_owned(),
    }
}

/// A line of `run.json`, without its value if that tells of circumstances.
fn circumstance(line: &str) -> String {
    let of_key = |key: &&&str| line.starts_with(&format!("  \"{key}\": "));
    match CIRCUMSTANCES.iter().find(of_key) {
        Some(key) => format!("  \"{key}\": …{}", if line.ends_with(',') { "," } else { "" }),
        None => line.to_owned(),
    }
}

/// The printed text, calm: the account's line about time goes.
pub(crate) fn printed(content: Vec<u8>, root: &Path) -> Vec<u8> {
    match String::from_utf8(content) {
        Ok(text) => places(&text, root).split_inclusive('\n').map(time).collect::<String>().into(),
        Err(error) => error.into_bytes(), // a container on standard output
    }
}

fn time(line: &str) -> &str {
    if line.starts_with("time  ") && line.contains(" threads") { "time        …\n" } else { line }
}

/// The program's path and the sandbox's become fixed words.
fn places(text: &str, root: &Path) -> String {
    text.replace(TAMIS, "tamis").replace(shown(root), "SANDBOX")
}
