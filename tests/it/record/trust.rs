//! Files on disk are not trusted. `--resume` refuses staging that was damaged since its checkpoint, and `verify`
//! recounts the account: every value of `summary.json` and `rejected.jsonl`, and every id in the ledger, is changed
//! once, and each change is found.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "tests damage what the store did")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use tamis::account::{LedgerLine, RejectedLine, Summary};
use tamis::config::{RecoveryConfig, TargetFormat};
use tamis::{Config, Error, NoObserver, Observer};

use crate::support::lines;
use crate::support::process::Ran;
use crate::support::sandbox::Sandbox;
use crate::support::tree::{Node, Tree};

// Staging, damaged between two runs.

/// Cuts a run short when it is asked for the `n`th time whether it should stop.
struct CutAt(AtomicU64);

impl Observer for CutAt {
    fn is_cancelled(&self) -> bool {
        self.0.fetch_sub(1, Ordering::Relaxed) == 0
    }
}

/// More texts than fit into a batch, and containers: files of every kind are finished when a run is cut short, and one
/// is open.
fn corpus(sandbox: &Sandbox) {
    for n in 0..160_usize {
        let text = lines::lines(20, |line| {
            format!("Report {}: the ferry left pier {line} with {n} cars.", n * 20 + line)
        });
        sandbox.file(format!("in/news/{}/{n:03}.txt", n % 3), text);
    }
    for seed in 0..4 {
        let records = lines::lines(1200, |n| {
            json!({"id": seed * 10_000 + n, "text": format!("Record {n} of shard {seed}.\nSame.")})
                .to_string()
        });
        sandbox.file(format!("in/shards/{seed}.jsonl"), records);
    }
    sandbox.file("in/shards/bad.jsonl", "{\n[]\n{\"text\":1}\n");
    sandbox.file("in/aaa.jsonl", "{\n[]\n{\"text\":1}\n{\"text\":\"fine\"}\n");
}

/// A run that was cut short behind a checkpoint, and what it would have come to.
struct Interrupted {
    sandbox: Sandbox,
    config: Config,
    left: Tree,
    out: Tree,
    account: Tree,
}

const STAGING: &str = "out.tamis-partial";

impl Interrupted {
    /// Cuts a run short as soon as a checkpoint and so many files are there.
    fn new(to: Option<TargetFormat>, num: usize) -> Self {
        let sandbox = Sandbox::new();
        corpus(&sandbox);
        let recovery = RecoveryConfig { resume: true, spill_dir: None, seal_every: Some(60_000) };
        // Batches are small under a low ceiling.
        let mut config = Config { threads: 2, memory: Some(2_000_000), recovery, ..Config::default() };
        config.write.to = to;
        config.write.shard_size = to.is_some_and(|to| to != TargetFormat::Txt).then_some(50_000);
        let mut interrupted =
            Self { sandbox, config, left: Tree::new(), out: Tree::new(), account: Tree::new() };
        interrupted.resume(&NoObserver).expect("a run");
        (interrupted.out, interrupted.account) = interrupted.published();
        for cut in 0.. {
            interrupted.clear();
            match interrupted.resume(&CutAt(AtomicU64::new(cut))) {
                Err(Error::Interrupted) => {}
                other => panic!("no checkpoint with {num} files: {other:?}"),
            }
            if !interrupted.sandbox.exists(Path::new(STAGING).join("journal")) {
                continue;
            }
            interrupted.left = interrupted.sandbox.tree(STAGING);
            let files = interrupted.left.keys().filter(|path| path.starts_with("corpus"));
            if files.filter(|path| matches!(interrupted.left[*path], Node::File(_))).count() >= num {
                return interrupted;
            }
        }
        unreachable!("a run that is not cut short ends the loop")
    }

    fn resume(&self, observer: &dyn Observer) -> tamis::Result<tamis::Outcome> {
        tamis::clean(&[self.sandbox.path("in")], Some(&self.sandbox.path("out")), &self.config, observer)
    }

    /// OUT, and its account but for what varies.
    fn published(&self) -> (Tree, Tree) {
        let mut account = self.sandbox.tree("out.tamis");
        account.remove(Path::new("run.json"));
        (self.sandbox.tree("out"), account)
    }

    fn clear(&self) {
        for name in ["out", "out.tamis", STAGING] {
            let _ = fs::remove_dir_all(self.sandbox.path(name)); // it may not be there
        }
    }

    /// Puts staging back as the run left it.
    fn restore(&self) {
        self.clear();
        fs::create_dir(self.sandbox.path(STAGING)).expect("a directory");
        for (path, node) in &self.left {
            let path = self.sandbox.path(STAGING).join(path);
            match node {
                Node::Directory => fs::create_dir_all(path).expect("a directory"),
                Node::File(content) => {
                    fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
                    fs::write(path, content).expect("a file");
                }
                other => panic!("{}: {other:?}", path.display()),
            }
        }
    }

    /// Damages staging and resumes. Either that is refused by name, nothing is published, and the run resumes once the
    /// damage is undone; or what was damaged is no part of the checkpoint, and the run comes to the same. Returns
    /// whether it was refused.
    fn damage(&self, what: &str, damage: &dyn Fn(&Path)) -> bool {
        self.restore();
        let staging = self.sandbox.path(STAGING);
        damage(&staging);
        let damaged = self.sandbox.tree(STAGING);
        let is_refused = match self.resume(&NoObserver) {
            Ok(_) => false,
            Err(error) => {
                let text = error.to_string();
                assert!(matches!(error, Error::Resume { .. }), "{what}: {text}");
                assert!(
                    text.contains("cannot resume") && text.contains("without --resume"),
                    "{what}: {text}"
                );
                assert!(text.contains(STAGING), "{what}: no path in {text}");
                assert!(!self.sandbox.exists("out") && !self.sandbox.exists("out.tamis"), "{what}");
                let files = |tree: &Tree| {
                    let mut tree = tree.clone();
                    tree.retain(|path, _| path.starts_with("corpus") || path.starts_with("record"));
                    tree
                };
                if !text.contains("store-") {
                    assert!(
                        files(&self.sandbox.tree(STAGING)) == files(&damaged),
                        "{what}: staging was changed"
                    );
                }
                self.restore();
                self.resume(&NoObserver).unwrap_or_else(|error| panic!("{what}, undone: {error}"));
                true
            }
        };
        assert!(self.published() == (self.out.clone(), self.account.clone()), "{what}: damage was published");
        is_refused
    }

    /// Some of the files of staging: every eighth of OUT, those of the account, and the list of what is finished.
    fn files(&self) -> Vec<PathBuf> {
        let is_file = |path: &&PathBuf| matches!(self.left[*path], Node::File(_));
        let of = |prefix: &'static str| {
            self.left.keys().filter(is_file).filter(move |path| path.starts_with(prefix)).cloned()
        };
        of("corpus").step_by(8).chain(of("record")).chain(of("store-written")).collect()
    }
}

fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut content = fs::read(path).expect("a file");
    change(&mut content);
    fs::write(path, content).expect("a file");
}

/// A way to damage staging, and its name.
type Damage<'a> = (&'a str, &'a dyn Fn(&Path));

/// Damages each file in each way; returns how many files were refused in every way in which a finished file can be
/// damaged.
fn damage_all(interrupted: &Interrupted) -> usize {
    let mut num_refused = 0;
    for file in interrupted.files() {
        let name = file.display();
        let at = |staging: &Path| staging.join(&file);
        let flipped = |staging: &Path| {
            edit(&at(staging), |content| content.iter_mut().take(1).for_each(|byte| *byte ^= 1));
        };
        let cut = |staging: &Path| edit(&at(staging), |content| content.truncate(content.len() / 2));
        let grown = |staging: &Path| edit(&at(staging), |content| content.extend_from_slice(b"more\n"));
        let missing = |staging: &Path| fs::remove_file(at(staging)).expect("a file");
        let link = |staging: &Path| {
            let elsewhere = interrupted.sandbox.path("elsewhere");
            fs::rename(at(staging), &elsewhere).expect("a file");
            symlink(elsewhere, at(staging)).expect("a link");
        };
        let ways: [Damage<'_>; 5] = [
            ("flipped", &flipped),
            ("cut", &cut),
            ("grown", &grown),
            ("missing", &missing),
            ("a link", &link),
        ];
        let refused = ways.map(|(way, damage)| interrupted.damage(&format!("{name} {way}"), damage));
        num_refused += usize::from(refused.iter().all(|&refused| refused));
    }
    num_refused
}

#[test]
fn damaged_files_are_refused() {
    let interrupted = Interrupted::new(None, 100);
    let num = damage_all(&interrupted);
    assert!(num > 8, "{num} of {:?}", interrupted.files());
}

#[test]
fn damaged_shards_and_texts_are_refused() {
    let shards = damage_all(&Interrupted::new(Some(TargetFormat::Jsonl), 4));
    assert!(shards >= 1, "{shards}");
    let interrupted = Interrupted::new(Some(TargetFormat::Txt), 100);
    let file = interrupted.files().into_iter().rfind(|path| path.starts_with("corpus/aaa.jsonl"));
    let file = file.expect("the text of a record");
    let flipped = |staging: &Path| edit(&staging.join(&file), |content| content[0] ^= 1);
    assert!(interrupted.damage("the text of a record", &flipped));
}

/// A directory that is swapped by a link to a copy of it, and files that no checkpoint names.
#[test]
fn what_was_planted_is_not_published() {
    let interrupted = Interrupted::new(None, 100);
    let elsewhere = interrupted.sandbox.path("elsewhere");
    let swapped = |staging: &Path| {
        let _ = fs::remove_dir_all(&elsewhere); // the first time it is not there
        fs::rename(staging.join("corpus/news/0"), &elsewhere).expect("a directory");
        symlink(&elsewhere, staging.join("corpus/news/0")).expect("a link");
    };
    assert!(interrupted.damage("a directory that is a link", &swapped));
    assert!(interrupted.sandbox.exists("elsewhere/000.txt"), "what a link leads to stays");
    let planted = |staging: &Path| {
        fs::write(staging.join("corpus/planted.txt"), "planted").expect("a file");
        fs::write(staging.join("record/planted.html"), "planted").expect("a file");
        fs::create_dir_all(staging.join("corpus/planted/deep")).expect("a directory");
        fs::write(staging.join("corpus/planted/deep/x"), "planted").expect("a file");
        symlink(&elsewhere, staging.join("corpus/news/link")).expect("a link");
    };
    assert!(!interrupted.damage("planted files", &planted));
    assert!(interrupted.sandbox.exists("elsewhere/000.txt"), "what a link leads to stays");
}

#[test]
fn the_command_names_what_was_damaged() {
    let interrupted = Interrupted::new(None, 100);
    interrupted.restore();
    edit(&interrupted.sandbox.path(STAGING).join("corpus/news/0/000.txt"), |content| content[7] ^= 4);
    let clean = |options: &[&str]| {
        let command = ["clean", "in", "--out", "out", "-q", "--seal-every", "60000B", "--threads", "2"];
        interrupted.sandbox.tamis(&[&command, options].concat())
    };
    clean(&["--resume"]).exits(2).says(&[
        "out.tamis-partial/corpus/news/0/000.txt",
        "cannot resume",
        "run again without --resume",
    ]);
    assert!(!interrupted.sandbox.exists("out"));
    clean(&[]).exits(3);
    assert!(interrupted.published() == (interrupted.out.clone(), interrupted.account.clone()));
}

// The account, changed after the run.

/// Inputs of which something is rejected in every way that fits into a file.
fn inputs() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "one\n\ntwo two\nthree\n");
    sandbox.file("in/b.txt", "two two\nthree\nfour\n");
    sandbox.file("in/deep/er/c.txt", "five\none\n");
    sandbox.file("in/bad.txt", b"good\n\xff\xfebad\xff\n\x00\x01");
    sandbox.file("in/broken.txt", b"a line\n\xc3(\n");
    sandbox.file("in/empty.txt", "one\n");
    sandbox.file("in/picture.png", b"\x89PNG\r\n\x1a\n\0\0");
    let gb18030 = "\u{4e2d}\u{56fd}\u{7ecf}\u{6d4e}\u{7684}\u{589e}\u{957f}\u{901f}\u{5ea6}\u{8d85}\u{8fc7}\u{4e86}\u{9884}\u{671f}\u{ff0c}\u{8fd9}\u{662f}\u{4e00}\u{4e2a}\u{597d}\u{6d88}\u{606f}\u{3002}\n".repeat(4);
    sandbox.file("in/gb.txt", encoding_rs::GB18030.encode(&gb18030).0);
    let records = [
        r#"{"id":"r0","text":"one\nr0"}"#,
        "[]",
        r#"{"id":"r2","text":"r0\nsame"}"#,
        r#"{"id":3,"text":7}"#,
        r#"{"id":4,"text":"r0\nsame\nmore"}"#,
        r#"{"id":5,"raw":"x"}"#,
        "{",
    ];
    sandbox.file("in/records.jsonl", records.join("\n"));
    sandbox.file("in/table.csv", "id,text\n1,one\n2,\"r0\nnew\"\n3\n");
    sandbox.file("in/cut.gz", &b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x01\x02"[..]);
    sandbox.tamis(&["clean", "in", "--out", "out", "-q"]).exits(3);
    sandbox
}

fn verify(sandbox: &Sandbox, options: &[&str]) -> Ran {
    let ran = sandbox.tamis(&[&["verify", "in", "--out", "out"], options].concat());
    ran.is_plain();
    ran
}

/// An audit finds differences, and what it prints holds all of these.
#[track_caller]
fn shows(sandbox: &Sandbox, parts: &[&str]) {
    let ran = verify(sandbox, &[]);
    ran.exits(1);
    for part in parts {
        assert!(ran.out().contains(part), "{part:?} is not in\n{}", ran.out());
    }
}

/// Whether an audit ends with a difference, or with an error that names the summary.
fn finds(sandbox: &Sandbox, options: &[&str], what: &str) -> bool {
    let ran = verify(sandbox, options);
    match ran.code() {
        0 => false,
        1 => {
            assert!(ran.out().contains("not verified: "), "{what}: {}", ran.out());
            true
        }
        2 => {
            assert!(ran.err().contains("options"), "{what}: {}", ran.err());
            true
        }
        code => panic!("{what}: {code}"),
    }
}

/// Every value with nothing in it that could be changed by itself, by its place.
fn leaves(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                leaves(value, &format!("{pointer}/{name}"), found);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (number, value) in items.iter().enumerate() {
                leaves(value, &format!("{pointer}/{number}"), found);
            }
        }
        _ => found.push(pointer.to_owned()),
    }
}

/// Another value of the same kind.
fn changed(value: &Value) -> Value {
    match value {
        Value::Null => json!(7),
        Value::Bool(value) => json!(!value),
        Value::Number(number) => json!(number.as_u64().map_or(1, |number| number + 1)),
        Value::String(text) => match text.rsplit_once('.') {
            // A version that there may be.
            Some((head, last)) if last.parse::<u8>().is_ok() => json!(format!("{head}.{last}9")),
            _ => json!(format!("{text}x")),
        },
        Value::Array(_) => json!(["x"]),
        Value::Object(_) => json!({"x": 1}),
    }
}

/// Removes a member.
fn without(value: &Value, pointer: &str) -> Value {
    let (parent, name) = pointer.rsplit_once('/').expect("a place");
    let mut value = value.clone();
    match value.pointer_mut(parent).expect("a parent") {
        Value::Array(items) => _ = items.remove(name.parse().expect("an index")),
        members => {
            let members = members.as_object_mut().expect("an object");
            members.remove(&name.replace("~1", "/").replace("~0", "~")).expect("a member");
        }
    }
    value
}

const SUMMARY: &str = "out.tamis/summary.json";
const REJECTED: &str = "out.tamis/rejected.jsonl";
const FILES: &str = "out.tamis/files.jsonl";

/// A summary as a run would spell it, if it is one.
fn summary_of(value: &Value) -> String {
    match serde_json::from_value::<Summary>(value.clone()) {
        Ok(summary) => summary.to_json(),
        Err(_) => serde_json::to_string_pretty(value).expect("JSON"),
    }
}

/// Lines of the list of rejections as a run would spell them, if they are such lines.
fn rejections_of(lines: &[Value]) -> String {
    lines::lines(lines.len(), |number| {
        let line = serde_json::from_value::<RejectedLine>(lines[number].clone());
        line.map_or_else(|_| lines[number].to_string(), |line| serde_json::to_string(&line).expect("JSON"))
    })
}

/// A ledger of these lines, as a run would spell them.
fn ledger_of(lines: &[Value]) -> Vec<u8> {
    let text = lines::lines(lines.len(), |number| {
        let text = lines[number].to_string();
        let line = serde_json::from_str::<LedgerLine<'_>>(&text);
        line.map(|line| serde_json::to_string(&line).expect("JSON")).unwrap_or(text)
    });
    zstd::bulk::compress(text.as_bytes(), 1).expect("Zstandard")
}

/// A limit of the audit of a summary: a change to a value that could have stood there is not found.
fn is_unknown(pointer: &str) -> bool {
    // The versions of the tables in the program that ran.
    pointer.starts_with("/unicode/")
        // How large shards were to be, of which there are none here.
        || pointer == "/config/shard_size"
}

#[test]
fn every_value_of_the_summary_is_recounted() {
    let sandbox = inputs();
    verify(&sandbox, &[]).exits(0);
    let text = sandbox.read_text(SUMMARY);
    let summary: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(summary_of(&summary), text);
    let mut pointers = Vec::new();
    leaves(&summary, "", &mut pointers);
    assert!(pointers.len() > 75, "{pointers:?}");
    let mut overlooked = Vec::new();
    for pointer in &pointers {
        let mut other = summary.clone();
        let value = other.pointer_mut(pointer).expect("a value");
        let (name, before) = (pointer.rsplit('/').next().expect("a name"), value.to_string());
        *value = changed(value);
        let after = value.to_string();
        let mut spelled = summary_of(&other);
        if spelled == text {
            // The reader of summaries passes over it.
            spelled = text.replacen(&format!("\"{name}\": {before}"), &format!("\"{name}\": {after}"), 1);
        }
        assert_ne!(spelled, text, "{pointer}");
        sandbox.file(SUMMARY, spelled);
        if finds(&sandbox, &[], pointer) == is_unknown(pointer) {
            overlooked.push(format!("{pointer} changed"));
        }
        let removed = summary_of(&without(&summary, pointer));
        if removed != text {
            sandbox.file(SUMMARY, removed);
            if !finds(&sandbox, &[], pointer) {
                overlooked.push(format!("{pointer} removed"));
            }
        }
    }
    for (pointer, value) in [("/unicode/normalization", json!("x.y")), ("/config/shard_size", json!("large"))]
    {
        let mut other = summary.clone();
        *other.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} in {summary}")) = value;
        sandbox.file(SUMMARY, summary_of(&other));
        if !finds(&sandbox, &[], pointer) {
            overlooked.push(format!("{pointer} of another form"));
        }
    }
    assert_eq!(overlooked, [""; 0], "{} of {}", overlooked.len(), 2 * pointers.len());
    for (what, changed) in [
        ("a member more", text.replacen('{', "{\n  \"more\": 1,", 1)),
        ("other white space", text.replace("  ", " ")),
        ("no JSON", text.replace('}', "")),
        (
            "a count of files that there are none of",
            text.replacen("\"skipped\": {", "\"skipped\": {\n      \"more\": 1,", 1),
        ),
        ("empty", String::new()),
    ] {
        assert_ne!(changed, text, "{what}");
        sandbox.file(SUMMARY, changed);
        assert!(finds(&sandbox, &[], what), "{what}");
    }
    fs::remove_file(sandbox.path(SUMMARY)).expect("a file");
    shows(&sandbox, &["summary.json: summary: it cannot be read"]);
}

#[test]
fn every_line_of_the_rejections_is_recounted() {
    let sandbox = inputs();
    let text = sandbox.read_text(REJECTED);
    let lines: Vec<Value> = sandbox.rejected("out.tamis");
    assert!(lines.len() >= 7, "{text}");
    let spelled = rejections_of;
    assert_eq!(spelled(&lines), text);
    let mut overlooked = Vec::new();
    let mut num = 0;
    let mut try_lines = |what: String, lines: &[Value]| {
        let changed = spelled(lines);
        if changed == text {
            return;
        }
        num += 1;
        sandbox.file(REJECTED, changed);
        if !finds(&sandbox, &[], &what) {
            overlooked.push(what);
        }
    };
    for (number, line) in lines.iter().enumerate() {
        let mut pointers = Vec::new();
        leaves(line, "", &mut pointers);
        for pointer in &pointers {
            let mut other = lines.clone();
            let value = other[number].pointer_mut(pointer).expect("a value");
            *value = changed(value);
            try_lines(format!("{number}: {pointer} changed"), &other);
            other[number] = without(line, pointer);
            try_lines(format!("{number}: {pointer} removed"), &other);
        }
        let mut other = lines.clone();
        other.remove(number);
        try_lines(format!("{number}: dropped"), &other);
        let mut other = lines.clone();
        other.insert(number, line.clone());
        try_lines(format!("{number}: doubled"), &other);
        for target in 0..lines.len() {
            let mut other = lines.clone();
            let line = other.remove(number);
            other.insert(target, line);
            try_lines(format!("{number}: moved to {target}"), &other);
        }
    }
    assert!(num > 100, "{num}");
    assert_eq!(overlooked, [""; 0], "{} of {num}", overlooked.len());
    for (what, changed) in [
        ("no line", String::new()),
        ("the last cut", text[..text.len() - 9].to_owned()),
        ("a line that is none", format!("{text}x\n")),
        ("an empty line", format!("\n{text}")),
        ("other white space", text.replacen("\":", "\": ", 1)),
    ] {
        sandbox.file(REJECTED, changed);
        assert!(finds(&sandbox, &[], what), "{what}");
    }
    fs::remove_file(sandbox.path(REJECTED)).expect("a file");
    shows(&sandbox, &["rejected.jsonl: rejected: the list of rejections cannot be read"]);
}

#[test]
fn the_list_of_what_was_written_is_held_against_out() {
    let sandbox = inputs();
    let text = sandbox.read_text(FILES);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    assert!(lines.len() >= 3, "{text}");
    let foreign = "{\"path\":\"precious.txt\",\"bytes\":7}\n";
    let mut changes = vec![
        ("a stranger's file".to_owned(), format!("{text}{foreign}")),
        ("no line".to_owned(), String::new()),
        ("a line that is none".to_owned(), format!("{text}x\n")),
    ];
    for (number, line) in lines.iter().enumerate() {
        let with = |other: &str| {
            let mut lines = lines.clone();
            lines[number] = other;
            lines.concat()
        };
        let path: Value = serde_json::from_str(line).expect("a line");
        let (size, name) = (path["bytes"].as_u64().expect("a size"), path["path"].as_str().expect("a path"));
        let longer = line.replace(&size.to_string(), &(size + 1).to_string());
        changes.push((format!("{number}: another size"), with(&longer)));
        changes.push((format!("{number}: another path"), with(&line.replace(name, "else.txt"))));
        changes.push((format!("{number}: dropped"), with("")));
    }
    for (what, changed) in changes {
        assert_ne!(changed, text, "{what}");
        sandbox.file(FILES, changed);
        assert!(finds(&sandbox, &[], &what), "{what}");
    }
    sandbox.file(FILES, format!("{text}{foreign}"));
    shows(&sandbox, &["precious.txt: files: files.jsonl lists it, and OUT does not have it"]);
    fs::remove_file(sandbox.path(FILES)).expect("a file");
    shows(&sandbox, &["files.jsonl: files: OUT has a list of what was written that cannot be read"]);
}

#[test]
fn a_difference_names_its_place() {
    let sandbox = inputs();
    let text = sandbox.read_text(REJECTED);
    let doctored = text.replacen(r#""line":2"#, r#""line":9"#, 1);
    assert_ne!(doctored, text);
    sandbox.file(REJECTED, doctored);
    shows(&sandbox, &["records.jsonl, record 1, line 2: rejected: line ", "rejected.jsonl: wrong line"]);
    sandbox.file(REJECTED, &text);
    let mut summary = sandbox.summary("out.tamis");
    let emptied = summary["documents"]["emptied"].as_u64().expect("a count");
    summary["documents"]["emptied"] = json!(emptied + 1);
    sandbox.file(SUMMARY, summary_of(&summary));
    let what = format!(
        "summary.json: summary: documents.emptied: it says {}, and should say {emptied}",
        emptied + 1
    );
    shows(&sandbox, &[&what, "not verified: 1 difference in"]);
}

/// Ids of what goes and of what stays: changed, removed, and given to what has none.
#[test]
fn every_id_of_the_ledger_is_checked() {
    let sandbox = inputs();
    let lines = sandbox.ledger("out.tamis");
    assert!(lines.iter().any(|line| line["survivor"]["id"] == "r0"), "{lines:?}");
    let mut num = 0;
    let mut overlooked = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        for place in ["", "/survivor"] {
            for id in [None, Some(json!("other")), Some(json!(77))] {
                let mut other = lines.clone();
                let members =
                    other[number].pointer_mut(place).and_then(Value::as_object_mut).expect("a place");
                match &id {
                    None => drop(members.remove("id")),
                    Some(id) => drop(members.insert("id".to_owned(), id.clone())),
                }
                if other == lines {
                    continue;
                }
                num += 1;
                sandbox.file("out.tamis/removed.jsonl.zst", ledger_of(&other));
                let what = format!("{number}{place}: {id:?} for {line}");
                if !finds(&sandbox, &[], &what) {
                    overlooked.push(what);
                }
            }
        }
    }
    assert!(num > 15, "{num}");
    assert_eq!(overlooked, [""; 0]);
}
