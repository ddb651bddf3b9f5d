//! Nothing of others' is destroyed, nothing old is given up before the new stands on the disk, and nothing is read or
//! written behind a link that somebody planted (contract O3, D2).

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did")]

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tamis::config::ReadConfig;
use tamis::store::{Area, DiskInput, MemoryOutput, Root};
use tamis::{Config, NoObserver, clean_between, discover};

use crate::support::lines::lines;
use crate::support::process::{Ran, Running, TAMIS, TIMEOUT, has, run, skip};
use crate::support::sandbox::Sandbox;
use crate::support::tree::{Node, Tree};

const FORCE: [&str; 6] = ["clean", "in", "--out", "out", "--force", "-q"];

/// Two texts that repeat a line, and what a run made of others before: a file, one in a directory, one that is empty
/// but for a line.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("old/a.txt", "old\nline\n");
    sandbox.file("old/sub/deep/b.txt", "other\nline\n");
    sandbox.tamis(&["clean", "old", "--out", "out", "-q"]).exits(0);
    sandbox.file("in/a.txt", "new\nline\n");
    sandbox.file("in/c.txt", "more\nline\n");
    sandbox
}

#[track_caller]
fn is_untouched(sandbox: &Sandbox, before: &Tree) {
    let found = sandbox.tree("");
    let names = |tree: &Tree| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(before));
    assert!(found == *before, "a file is another");
}

#[track_caller]
fn is_new(sandbox: &Sandbox, out: &str) {
    let names: Vec<PathBuf> = sandbox.tree(out).into_keys().collect();
    assert_eq!(names, ["a.txt", "c.txt"].map(PathBuf::from));
    assert!(!sandbox.exists(format!("{out}.tamis-partial")), "staging is left");
}

// `--force` (contract O3).

/// A change that somebody made to OUT, and the message that it must cause.
type Change<'a> = (&'a dyn Fn(&Sandbox), &'a [&'a str]);

#[test]
fn force_replaces_nothing_that_a_run_did_not_write() {
    let rename = |sandbox: &Sandbox, from: &str, to: &str| {
        fs::rename(sandbox.path(from), sandbox.path(to)).expect("a name");
    };
    let changes: &[Change<'_>] = &[
        (&|s| drop(s.file("out/.git/HEAD", "mine\n")), &["out", ".git/HEAD"]),
        (&|s| drop(s.file("out/sub/mine.txt", "mine\n")), &["out", "sub/mine.txt"]),
        (&|s| drop(s.file("out/a.txt", "mine, edited\n")), &["out", "a.txt", "13 bytes"]),
        (&|s| symlink("/etc", s.path("out/link")).expect("a link"), &["out", "link"]),
        (
            &|s| {
                fs::remove_file(s.path("out/a.txt")).expect("a file");
                symlink("../in/a.txt", s.path("out/a.txt")).expect("a link");
            },
            &["out", "a.txt"],
        ),
        (&|s| fs::remove_dir_all(s.path("out.tamis")).expect("a record"), &["out", "no record"]),
        (&|s| rename(s, "out.tamis", "other.tamis"), &["out", "no record"]),
        (&|s| fs::remove_file(s.path("out.tamis/files.jsonl")).expect("a list"), &["out", "files.jsonl"]),
        (&|s| drop(s.file("out.tamis/files.jsonl", "{\"path\":3}\n")), &["out", "files.jsonl", "line 1"]),
        (&|s| drop(s.file("out.tamis/files.jsonl", "")), &["out", "a.txt"]),
        (&|s| drop(s.file("out.tamis/notes.txt", "mine\n")), &["out.tamis", "notes.txt"]),
        (&|s| drop(s.file("out.tamis/report.html/x", "mine\n")), &["out.tamis", "report.html"]),
    ];
    for (change, expected) in changes {
        let sandbox = sandbox();
        change(&sandbox);
        let before = sandbox.tree("");
        let ran = sandbox.tamis(&FORCE);
        ran.exits(2).says(expected).says(&["move it away or choose another OUT"]);
        is_untouched(&sandbox, &before);
    }
}

/// A record that nobody looks after is not replaced with what somebody put there, even where OUT is gone.
#[test]
fn a_record_is_replaced_only_if_nothing_else_is_in_it() {
    let sandbox = sandbox();
    fs::remove_dir_all(sandbox.path("out")).expect("a directory");
    sandbox.file("out.tamis/notes.txt", "mine\n");
    let before = sandbox.tree("");
    sandbox.tamis(&["clean", "in", "--out", "out"]).exits(2).says(&["out.tamis", "holds notes.txt"]);
    is_untouched(&sandbox, &before);
    fs::remove_file(sandbox.path("out.tamis/notes.txt")).expect("a file");
    sandbox.tamis(&["clean", "in", "--out", "out"]).exits(0);
    is_new(&sandbox, "out");
}

#[test]
fn force_does_not_empty_the_working_directory() {
    let sandbox = Sandbox::new();
    sandbox.file("texts/a.txt", "new\n");
    sandbox.file("home/.git/HEAD", "mine\n");
    sandbox.file("home/letter.txt", "mine\n");
    let before = sandbox.tree("");
    let mut command = Command::new(TAMIS);
    command.args(["clean", "../texts", "--out", ".", "--force"]).current_dir(sandbox.path("home"));
    run(&mut command).exits(2).says(&[".", "no record", "move it away or choose another OUT"]);
    is_untouched(&sandbox, &before);
    sandbox.tamis(&["clean", "texts", "--out", "home", "--force"]).exits(2).says(&["home", "no record"]);
    is_untouched(&sandbox, &before);
}

/// An output that the run wrote may be replaced: where it is, under another name, without files that somebody took
/// away, with a report, and if it is nothing.
#[test]
fn force_replaces_what_a_run_wrote() {
    let sandbox = sandbox();
    sandbox.tamis(&["report", "out"]).exits(0);
    sandbox.tamis(&FORCE).exits(0);
    is_new(&sandbox, "out");
    for (old, new) in [("out", "moved/out"), ("out.tamis", "moved/out.tamis")] {
        fs::create_dir_all(sandbox.path("moved")).expect("a directory");
        fs::rename(sandbox.path(old), sandbox.path(new)).expect("a name");
    }
    fs::remove_file(sandbox.path("moved/out/a.txt")).expect("a file");
    sandbox.tamis(&["clean", "in", "--out", "moved/out", "--force"]).exits(0);
    is_new(&sandbox, "moved/out");
    fs::remove_dir_all(sandbox.path("moved/out")).expect("a directory");
    fs::create_dir(sandbox.path("moved/out")).expect("a directory");
    sandbox.tamis(&["clean", "in", "--out", "moved/out", "--force"]).exits(0);
    is_new(&sandbox, "moved/out");
    fs::create_dir(sandbox.path("empty")).expect("a directory");
    sandbox.tamis(&["clean", "in", "--out", "empty", "--force"]).exits(0);
    is_new(&sandbox, "empty");
}

/// A tar archive of members of every kind.
fn archive(sandbox: &Sandbox) {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in
        [("m/a.txt", "one\nline\n"), ("m/b.jsonl", "{\"text\":\"two\"}\n{\"text\":\"3\"}\n")]
    {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, content.as_bytes()).expect("memory");
    }
    sandbox.file("in/x.tar", builder.into_inner().expect("memory"));
}

/// The list of what was written is all of it, whatever form it has: a second run replaces what the first one wrote.
#[test]
fn the_list_of_what_was_written_is_whole() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "one\nline\n");
    sandbox.file("in/same.txt", "one\nline\n");
    sandbox.file("in/long.txt", lines(90_000, |n| format!("line {n} of a long text")));
    sandbox.file("in/bad.txt", [&b"x\n".repeat(400_000)[..], b"\xff"].concat());
    sandbox.file("in/sub/r.jsonl", "{\"text\":\"two\",\"id\":1}\n{\"text\":\"one\"}\n{}\n");
    sandbox.file("in/t.csv", "id,text\n1,three\n2,one\n");
    sandbox.file(std::ffi::OsString::from_vec_of(b"in/odd \xff\\n.txt"), "odd\n");
    sandbox.file("in/z.txt.zst", zstd::stream::encode_all(&b"packed\n"[..], 1).expect("memory"));
    archive(&sandbox);
    for more in [
        &[][..],
        &["--to", "txt"],
        &["--to", "jsonl", "--shard-size", "40kB"],
        &["--to", "parquet"],
        &["--near"],
        &["--memory", "256MiB"],
        &["--threads", "1"],
    ] {
        let args = [&["clean", "in", "--out", "out", "--force", "-q"], more].concat();
        for _ in 0..2 {
            sandbox.tamis(&args).exits(3);
        }
        let listed = sandbox.read_text("out.tamis/files.jsonl");
        let mut listed: Vec<(PathBuf, u64)> = listed
            .lines()
            .map(|line| {
                let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
                let path = tamis::store::path::from_lossless(line["path"].as_str().expect("a path"));
                let path = tamis::store::path::from_bytes(&path).to_owned();
                (path, line["bytes"].as_u64().expect("a size"))
            })
            .collect();
        listed.sort();
        let tree = sandbox.tree("out").into_iter();
        let found: Vec<(PathBuf, u64)> = tree
            .filter_map(|(path, node)| match node {
                Node::File(content) => Some((path, content.len() as u64)),
                _ => None,
            })
            .collect();
        assert!(!found.is_empty());
        assert_eq!(listed, found, "{more:?}");
    }
}

/// Bytes as a name.
trait FromVecOf {
    fn from_vec_of(bytes: &[u8]) -> Self;
}

impl FromVecOf for std::ffi::OsString {
    fn from_vec_of(bytes: &[u8]) -> Self {
        std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec())
    }
}

#[test]
fn the_record_of_a_stream_is_replaced_only_if_it_is_one() {
    let sandbox = Sandbox::new();
    let args = ["clean", "-", "--out", "-", "-q", "--record", "account", "--force"];
    let on = |input: &[u8]| {
        let mut running = Running::start(sandbox.command(&args).stdin(Stdio::piped()));
        running.type_in(input);
        running.finish()
    };
    sandbox.file("account/letter.txt", "mine\n");
    let before = sandbox.tree("");
    on(b"a\n").exits(2).says(&["account", "is not the record of a run", "move it away"]);
    is_untouched(&sandbox, &before);
    fs::remove_file(sandbox.path("account/letter.txt")).expect("a file");
    for _ in 0..2 {
        on(b"a\n").exits(0);
    }
    sandbox.file("account/letter.txt", "mine\n");
    let before = sandbox.tree("");
    on(b"a\n").exits(2).says(&["account", "holds letter.txt", "move it away"]);
    is_untouched(&sandbox, &before);
}

/// An index that this run does not use, and that somebody keeps in OUT.
#[test]
fn an_index_in_out_is_not_given_up() {
    let sandbox = sandbox();
    sandbox.tamis(&["clean", "old", "--out", "other", "--index", "out/day.index", "-q"]).exits(0);
    let before = sandbox.tree("");
    sandbox.tamis(&FORCE).exits(2).says(&["out: exists", "day.index", "move it away"]);
    is_untouched(&sandbox, &before);
}

/// Waits for something to happen.
#[track_caller]
fn wait_for(happened: impl Fn() -> bool) {
    let started = Instant::now();
    while !happened() {
        assert!(started.elapsed() < TIMEOUT, "it does not happen");
        thread::sleep(Duration::from_millis(2));
    }
}

/// OUT is looked at again before it is replaced: a run takes long.
#[test]
fn what_came_into_out_while_the_run_was_at_work_stays() {
    for (args, has_old) in [(&["--force"][..], true), (&[], false)] {
        let sandbox = sandbox();
        if !has_old {
            fs::remove_dir_all(sandbox.path("out")).expect("a directory");
        }
        let args = [&["clean", "-", "in", "--out", "out", "-q"], args].concat();
        let mut running = Running::start(sandbox.command(&args).stdin(Stdio::piped()));
        running.type_in(b"typed\n");
        wait_for(|| sandbox.exists("out.tamis-partial/record"));
        sandbox.file("out/letter.txt", "mine\n");
        let before = (sandbox.tree("out"), sandbox.tree("out.tamis"));
        running.finish().exits(2).says(&["out: exists"]);
        assert!((sandbox.tree("out"), sandbox.tree("out.tamis")) == before, "{args:?}");
    }
}

// Staging (contract O3).

#[test]
fn staging_is_not_sought_behind_a_link() {
    let sandbox = sandbox();
    sandbox.file("precious/letter.txt", "mine\n");
    sandbox.file("precious/lock", "");
    symlink("precious", sandbox.path("out.tamis-partial")).expect("a link");
    let before = sandbox.tree("");
    for more in [&[][..], &["--resume"]] {
        let ran = sandbox.tamis(&[&FORCE[..], more].concat());
        ran.exits(2).says(&["out.tamis-partial", "link", "move it away"]);
        is_untouched(&sandbox, &before);
    }
}

#[test]
fn a_lock_that_is_a_link_or_anything_else_is_not_opened() {
    type Plant = dyn Fn(&Sandbox, &Path);
    let plants: [&Plant; 5] = [
        &|_, lock| symlink("../precious.txt", lock).expect("a link"),
        &|_, lock| symlink("../not-there.txt", lock).expect("a link"),
        &|sandbox, lock| fs::hard_link(sandbox.path("precious.txt"), lock).expect("a link"),
        &|_, lock| fs::create_dir(lock).expect("a directory"),
        &|_, lock| {
            run(Command::new("mkfifo").arg(lock)).exits(0);
        },
    ];
    for plant in plants {
        let sandbox = sandbox();
        sandbox.file("precious.txt", "mine\n");
        sandbox.file("out.tamis-partial/corpus/letter.txt", "mine\n");
        plant(&sandbox, &sandbox.path("out.tamis-partial/lock"));
        let before = sandbox.tree("");
        sandbox.tamis(&FORCE).exits(2).says(&["out.tamis-partial", "move it away"]);
        is_untouched(&sandbox, &before);
    }
}

/// A directory that only looks like staging is not cleared.
#[test]
fn only_what_carries_the_mark_is_cleared() {
    for lock in ["", "mine\n", "tamis-staging 9\n"] {
        let sandbox = sandbox();
        sandbox.file("out.tamis-partial/lock", lock);
        sandbox.file("out.tamis-partial/letter.txt", "mine\n");
        let before = sandbox.tree("");
        sandbox.tamis(&FORCE).exits(2).says(&["out.tamis-partial", "was not made by a run", "move it away"]);
        is_untouched(&sandbox, &before);
    }
    // An empty directory, and one in which a run had only begun to make its mark, hold nothing to lose.
    for lock in [None, Some("")] {
        let sandbox = sandbox();
        fs::create_dir(sandbox.path("out.tamis-partial")).expect("a directory");
        if let Some(lock) = lock {
            sandbox.file("out.tamis-partial/lock", lock);
        }
        sandbox.tamis(&FORCE).exits(0);
        is_new(&sandbox, "out");
    }
}

/// A run that is killed, so that its staging stays.
fn killed(sandbox: &Sandbox, more: &[&str]) {
    let args = [&["clean", "-", "in", "--out", "out", "--force", "-q"], more].concat();
    let mut running = Running::start(sandbox.command(&args).stdin(Stdio::piped()));
    running.type_in(b"typed\n");
    wait_for(|| sandbox.exists("out.tamis-partial/record"));
    running.child.kill().expect("a process to kill");
    running.finish();
    assert!(sandbox.exists("out.tamis-partial/lock"));
}

/// `spill` names a directory, which goes only if it says itself that it belongs here.
#[test]
fn a_planted_spill_names_nothing_to_remove() {
    let sandbox = sandbox();
    for name in ["home.tamis-spill", "other.tamis-spill"] {
        sandbox.file(format!("{name}/letter.txt"), "mine\n");
    }
    sandbox.file("spill/marked", "");
    killed(&sandbox, &["--spill-dir", "spill"]);
    let spill = fs::read_dir(sandbox.path("spill")).expect("a directory").flatten();
    let spill: Vec<PathBuf> = spill.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    let [spill] = spill.as_slice() else { panic!("{spill:?}") };
    // One that a run made for another OUT, with a mark that says so.
    run(Command::new("cp").arg("-a").arg(spill).arg(sandbox.path("third.tamis-spill"))).exits(0);
    let mark = sandbox.tree("third.tamis-spill").into_iter().find_map(|(path, node)| match node {
        Node::File(content) if content.starts_with(b"tamis-spill") => Some(path),
        _ => None,
    });
    let mark = Path::new("third.tamis-spill").join(mark.expect("a mark"));
    let elsewhere = sandbox.read_text(&mark).replace("out.tamis-partial", "elsewhere.tamis-partial");
    sandbox.file(&mark, elsewhere);
    symlink(spill, sandbox.path("link.tamis-spill")).expect("a link");
    for planted in ["home.tamis-spill", "other.tamis-spill/", "third.tamis-spill", "link.tamis-spill"] {
        let planted = sandbox.path(planted);
        sandbox.file("out.tamis-partial/spill", planted.as_os_str().as_encoded_bytes());
        let before = sandbox.tree(&planted);
        sandbox.tamis(&FORCE).exits(0);
        assert!(sandbox.tree(&planted) == before, "{}", planted.display());
        is_new(&sandbox, "out");
        killed(&sandbox, &["--spill-dir", "spill"]);
    }
    assert!(spill.exists());
    sandbox.tamis(&FORCE).exits(0);
    assert!(!spill.exists(), "its own goes");
}

/// The directory for what does not fit in memory is one of ours, or is left alone.
#[test]
fn a_planted_spill_directory_is_not_used() {
    let probe = sandbox();
    killed(&probe, &["--spill-dir", "spill"]);
    let name = fs::read_dir(probe.path("spill"))
        .expect("a directory")
        .flatten()
        .next()
        .expect("an entry")
        .file_name();
    assert!(name.to_str().is_some_and(|name| name.starts_with("out-") && name.ends_with(".tamis-spill")));
    // Its name depends on the path of OUT: plant it in the same sandbox.
    probe.tamis(&FORCE).exits(0);
    let args = [&FORCE[..], &["--spill-dir", "spill", "--near"]].concat();
    let place = Path::new("spill").join(&name);
    probe.file("precious/letter.txt", "mine\n");
    symlink("../precious", probe.path(&place)).expect("a link");
    let before = probe.tree("");
    probe.tamis(&args).exits(2).says(&["spill/out-", "move it away"]);
    is_untouched(&probe, &before);
    fs::remove_file(probe.path(&place)).expect("a link");
    probe.file(place.join("letter.txt"), "mine\n");
    let before = probe.tree("");
    probe.tamis(&args).exits(2).says(&["spill/out-", "move it away"]);
    is_untouched(&probe, &before);
    fs::remove_file(probe.path(place.join("letter.txt"))).expect("a file");
    probe.tamis(&args).exits(0);
    is_new(&probe, "out");
}

/// In what a run left and another one goes on with, links are not followed either.
#[test]
fn links_in_a_staging_that_is_resumed_are_not_followed() {
    for planted in
        ["corpus", "record", "corpus/sub", "store-places", "journal.new", "publishing", "corpus/59.txt"]
    {
        let sandbox = Sandbox::new();
        for file in 10..60 {
            let text = lines(9_000, |n| format!("line {n} of the long text {file}"));
            sandbox.file(format!("in/{file}.txt"), text);
        }
        sandbox.file("in/sub/z.txt", "last\n");
        let args = ["clean", "in", "--out", "out", "--seal-every", "1MB", "--threads", "1", "-q"];
        let mut running = Running::start(&mut sandbox.command(&args));
        wait_for(|| sandbox.exists("out.tamis-partial/journal"));
        running.child.kill().expect("a process to kill");
        running.finish();
        let place = sandbox.path("out.tamis-partial").join(planted);
        let _ = if place.is_dir() { fs::remove_dir_all(&place) } else { fs::remove_file(&place) };
        sandbox.file("precious/letter.txt", "mine\n");
        sandbox.file("precious/z.txt", "mine\n");
        sandbox.file("precious.txt", "mine\n");
        let is_directory = ["corpus", "record", "corpus/sub"].contains(&planted);
        let target = sandbox.path(if is_directory { "precious" } else { "precious.txt" });
        symlink(target, &place).expect("a link");
        let resumed = sandbox.tamis(&[&args[..], &["--resume"]].concat());
        assert!([0, 2].contains(&resumed.code()), "{planted}: {}", resumed.err());
        for name in ["precious/letter.txt", "precious/z.txt", "precious.txt"] {
            assert_eq!(sandbox.read_text(name), "mine\n", "{planted}: {name}");
        }
        assert_eq!(sandbox.tree("precious").len(), 2, "{planted}: something was written there");
    }
}

/// The files beside an index are not opened behind links either.
#[test]
fn the_files_beside_an_index_are_not_opened_behind_links() {
    for name in ["day.index.tamis-lock", "day.index.tamis-pending", "day.index.tamis-new"] {
        for target in ["precious.txt", "not-there.txt"] {
            let sandbox = sandbox();
            sandbox.file("precious.txt", "mine\n");
            symlink(target, sandbox.path(name)).expect("a link");
            let ran = sandbox.tamis(&[&FORCE[..], &["--index", "day.index"]].concat());
            assert!([0, 2].contains(&ran.code()), "{name}: {}", ran.err());
            assert_eq!(sandbox.read_text("precious.txt"), "mine\n", "{name}");
            assert!(!sandbox.exists("not-there.txt"), "{name}: made behind the link");
        }
    }
}

// A power cut.

/// A file system in an image, whose file is what is on the disk.
struct Image {
    file: PathBuf,
    place: PathBuf,
}

impl Image {
    /// Makes one, or says why not.
    fn make(sandbox: &Sandbox, test: &str) -> Option<Self> {
        if ["mkfs.ext4", "mount", "umount", "losetup"].iter().any(|program| !has(program)) {
            skip(test, "mkfs.ext4, losetup or mount is not installed");
            return None;
        }
        let (file, place) = (sandbox.path("image"), sandbox.path("disk"));
        fs::File::create(&file).and_then(|file| file.set_len(64 << 20)).expect("a file");
        run(Command::new("mkfs.ext4").arg("-q").arg(&file)).exits(0);
        fs::create_dir(&place).expect("a directory");
        Self::mount(file, place, test)
    }

    fn mount(file: PathBuf, place: PathBuf, test: &str) -> Option<Self> {
        let mut command = Command::new("mount");
        if run(command.args(["-o", "loop"]).arg(&file).arg(&place)).status.success() {
            return Some(Self { file, place });
        }
        skip(test, "no loop device can be mounted here, which takes root");
        None
    }

    /// The files that are there after the power is cut now.
    fn after_a_power_cut(&self, sandbox: &Sandbox, test: &str) -> Option<Tree> {
        let (file, place) = (sandbox.path("image-after"), sandbox.path("disk-after"));
        fs::copy(&self.file, &file).expect("a copy");
        fs::create_dir_all(&place).expect("a directory");
        let after = Self::mount(file, place, test)?;
        Some(sandbox.tree(&after.place))
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        run(Command::new("umount").arg(&self.place));
    }
}

/// The files of OUT in a tree.
fn below(tree: &Tree, out: &str) -> Tree {
    tree.iter()
        .filter(|(path, _)| path.starts_with(out))
        .map(|(path, node)| (path.clone(), node.clone()))
        .collect()
}

/// Commits what the file system has noted of names, as any other program can at any time. Of contents it commits
/// nothing.
fn commit_names(image: &Image) {
    let other = fs::File::create(image.place.join("other")).expect("a file");
    other.sync_all().expect("a disk");
}

#[test]
fn a_power_cut_after_force_loses_neither() {
    let test = "a_power_cut_after_force_loses_neither";
    let sandbox = Sandbox::new();
    let Some(image) = Image::make(&sandbox, test) else { return };
    for n in 0..60 {
        sandbox.file(format!("old/{}/{n}.txt", n % 7), format!("old text {n}\n").repeat(9));
        sandbox.file(format!("in/{}/{n}.txt", n % 5), format!("new text {n}\n{}", "x".repeat(5000)));
    }
    sandbox.tamis(&["clean", "old", "--out", "disk/out", "-q"]).exits(0);
    run(&mut Command::new("sync"));
    for is_committed in [false, true] {
        sandbox.tamis(&["clean", "in", "--out", "disk/out", "--force", "-q"]).exits(0);
        if is_committed {
            commit_names(&image);
        }
        let Some(after) = image.after_a_power_cut(&sandbox, test) else { return };
        let published = sandbox.tree("disk");
        assert_eq!(below(&published, "out").len(), 66);
        for name in ["out", "out.tamis"] {
            let (there, after) = (below(&published, name), below(&after, name));
            assert_eq!(after.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>(), "{name}");
            for (path, node) in &there {
                assert!(after[path] == *node, "{} is not on the disk", path.display());
            }
        }
    }
}

/// The index lies on another file system, and reaches its disk first.
#[test]
fn an_index_speaks_only_of_an_out_that_is_on_the_disk() {
    let test = "an_index_speaks_only_of_an_out_that_is_on_the_disk";
    let sandbox = Sandbox::new();
    let Some(image) = Image::make(&sandbox, test) else { return };
    sandbox.file("in/a.txt", "new\n".repeat(3) + &"x".repeat(5000));
    run(&mut Command::new("sync"));
    sandbox.tamis(&["clean", "in", "--out", "disk/out", "--index", "day.index", "-q"]).exits(0);
    let Some(after) = image.after_a_power_cut(&sandbox, test) else { return };
    assert!(
        after.get(Path::new("out/a.txt")) == Some(&Node::File(sandbox.read("disk/out/a.txt"))),
        "it is lost"
    );
}

#[test]
fn sync_puts_a_new_out_on_the_disk() {
    let test = "sync_puts_a_new_out_on_the_disk";
    let sandbox = Sandbox::new();
    let Some(image) = Image::make(&sandbox, test) else { return };
    sandbox.file("in/a.txt", "new\n".repeat(3) + &"x".repeat(5000));
    sandbox.tamis(&["clean", "in", "--out", "disk/new/out", "--sync", "-q"]).exits(0);
    let Some(after) = image.after_a_power_cut(&sandbox, test) else { return };
    let published = Node::File(sandbox.read("disk/new/out/a.txt"));
    assert!(after.get(Path::new("new/out/a.txt")) == Some(&published), "it is lost");
}

// Inputs (contract D2).

/// A change to the inputs between listing and opening.
type Swap<'a> = &'a (dyn Fn(&Sandbox) + Sync);

/// Cleans `in`, which is changed when it has been listed; gives back what was written, and the reasons of rejections.
fn clean_swapped(sandbox: &Sandbox, config: &Config, swap: Swap<'_>) -> (Vec<(String, String)>, String) {
    let roots = vec![Root::look(&sandbox.path("in")).expect("an input")];
    let input = DiskInput::new(roots).following(config.read.follow);
    let list = || {
        let sources = discover::discover(input.roots(), &input, &config.read, &NoObserver)?;
        swap(sandbox);
        Ok(sources)
    };
    let output = MemoryOutput::new();
    clean_between(&list, &input, &output, config, &NoObserver).expect("a run");
    let (mut written, mut rejected) = (Vec::new(), String::new());
    for ((area, name), content) in output.take_published() {
        let (name, content) =
            (String::from_utf8(name).expect("UTF-8"), String::from_utf8_lossy(&content).into_owned());
        match area {
            Area::Corpus => written.push((name, content)),
            Area::Account if name == "rejected.jsonl" => rejected = content,
            Area::Account => {}
        }
    }
    (written, rejected)
}

#[test]
fn what_became_a_link_since_it_was_listed_is_not_followed() {
    let swaps: [(Swap<'_>, &str); 4] = [
        (
            &|s| {
                fs::remove_file(s.path("in/sub/a.txt")).expect("a file");
                symlink(s.path("secret/a.txt"), s.path("in/sub/a.txt")).expect("a link");
            },
            "a symbolic link",
        ),
        (
            &|s| {
                fs::rename(s.path("in/sub"), s.path("in-sub")).expect("a name");
                symlink(s.path("secret"), s.path("in/sub")).expect("a link");
            },
            "a symbolic link",
        ),
        (
            &|s| {
                fs::remove_file(s.path("in/sub/a.txt")).expect("a file");
                run(Command::new("mkfifo").arg(s.path("in/sub/a.txt"))).exits(0);
            },
            "not a regular file",
        ),
        (
            &|s| {
                fs::remove_file(s.path("in/sub/a.txt")).expect("a file");
                fs::create_dir(s.path("in/sub/a.txt")).expect("a directory");
            },
            "not a regular file",
        ),
    ];
    for (number, (swap, why)) in swaps.into_iter().enumerate() {
        let sandbox = Sandbox::new();
        sandbox.file("in/sub/a.txt", "open\n");
        sandbox.file("in/z.txt", "last\n");
        sandbox.file("secret/a.txt", "secret\n");
        let (written, rejected) = clean_swapped(&sandbox, &Config::default(), swap);
        assert_eq!(written, [("z.txt".to_owned(), "last\n".to_owned())], "{number}");
        assert!(rejected.contains("sub/a.txt") && rejected.contains(why), "{number}: {rejected}");
    }
    // Who asks for links gets them.
    let sandbox = Sandbox::new();
    sandbox.file("in/sub/a.txt", "open\n");
    sandbox.file("secret/a.txt", "linked\n");
    let read = ReadConfig { follow: true, ..ReadConfig::default() };
    let config = Config { read, ..Config::default() };
    let (written, rejected) = clean_swapped(&sandbox, &config, swaps_first());
    assert_eq!((written, rejected), (vec![("sub/a.txt".to_owned(), "linked\n".to_owned())], String::new()));
}

fn swaps_first() -> Swap<'static> {
    &|s| {
        fs::remove_file(s.path("in/sub/a.txt")).expect("a file");
        symlink(s.path("secret/a.txt"), s.path("in/sub/a.txt")).expect("a link");
    }
}

// The record of a stranger (contract O2).

/// A run in `own` over a text there, and a file elsewhere that nobody named.
fn recorded() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("own/in/a.txt", "visible-text\n\nkept\n\nvisible-text\n");
    sandbox.file("secret/in/a.txt", "secret--text\n\nkept\n\nsecret--text\n");
    let ran =
        run(Command::new(TAMIS).args(["clean", "in", "--out", "out", "-q"]).current_dir(sandbox.path("own")));
    ran.exits(0);
    sandbox
}

/// `report` and `explain` of a record, from another directory; with what they read.
fn told(sandbox: &Sandbox, out: &str, more: &[&str]) -> (Ran, Ran, String) {
    let page = ["--html", "page.html"];
    let report = sandbox.tamis(&[&["report", out][..], &page, more].concat());
    let explain = sandbox.tamis(&[&["explain", out, "a.txt"][..], more].concat());
    let page = if sandbox.exists("page.html") { sandbox.read_text("page.html") } else { String::new() };
    (report, explain, page)
}

/// Aims a record at the directory of somebody else.
fn forge(sandbox: &Sandbox, out: &str) {
    let path = format!("{out}.tamis/run.json");
    let (own, secret) = (sandbox.path("own"), sandbox.path("secret"));
    let forged =
        sandbox.read_text(&path).replace(own.to_str().expect("UTF-8"), secret.to_str().expect("UTF-8"));
    assert!(forged.contains("/secret"));
    sandbox.file(&path, forged);
}

#[test]
fn ones_own_record_says_where_the_inputs_are() {
    let sandbox = recorded();
    for out in ["own/out", "own/out.tamis"] {
        let (report, explain, page) = told(&sandbox, out, &[]);
        assert_eq!(report.exits(0).err(), "");
        explain.exits(0);
        assert!(explain.out().contains("visible-text") && page.contains("visible-text"));
    }
    // Under another name it is the same.
    for (old, new) in [("own/out", "else/where"), ("own/out.tamis", "else/where.tamis")] {
        fs::create_dir_all(sandbox.path("else")).expect("a directory");
        fs::rename(sandbox.path(old), sandbox.path(new)).expect("a name");
    }
    let (_, explain, page) = told(&sandbox, "else/where", &[]);
    assert!(explain.exits(0).out().contains("visible-text") && page.contains("visible-text"));
}

/// Copied, unpacked, checked out or given to others to write: what the record says of paths is not believed.
#[test]
fn the_record_of_a_stranger_does_not_say_what_is_read() {
    let plants: [&dyn Fn(&Sandbox); 4] = [
        &|s| {
            let words = ["-a", "own/out.tamis", "own/out", "got"];
            run(Command::new("cp").args(words).current_dir(s.root())).exits(0);
        },
        &|s| {
            let script = "tar c own | (cd got && tar x --strip-components=1)";
            run(Command::new("sh").args(["-c", script]).current_dir(s.root())).exits(0);
        },
        &|s| {
            run(Command::new("sh").args(["-c", "mv own/out own/out.tamis got"]).current_dir(s.root()))
                .exits(0);
            let run = s.path("got/out.tamis/run.json");
            fs::set_permissions(run, fs::Permissions::from_mode(0o666)).expect("permissions");
        },
        &|s| {
            run(Command::new("sh").args(["-c", "mv own/out own/out.tamis got"]).current_dir(s.root()))
                .exits(0);
            fs::rename(s.path("got/out.tamis/run.json"), s.path("got/real")).expect("a name");
            symlink("../real", s.path("got/out.tamis/run.json")).expect("a link");
        },
    ];
    for (number, plant) in plants.into_iter().enumerate() {
        let sandbox = recorded();
        fs::create_dir(sandbox.path("got")).expect("a directory");
        plant(&sandbox);
        forge(&sandbox, "got/out");
        let (report, explain, page) = told(&sandbox, "got/out", &[]);
        assert!(!page.contains("secret--text"), "{number}: the page shows what nobody named");
        assert!(!explain.out().contains("secret--text"), "{number}: {}", explain.out());
        explain.exits(2).says(&["run.json", "--input"]);
        report.exits(0).says(&["the page is without texts", "run.json", "--input"]);
        // What the user names is read.
        let (report, explain, page) = told(&sandbox, "got/out", &["--input", "secret/in"]);
        assert_eq!(report.exits(0).err(), "", "{number}");
        assert!(explain.exits(0).out().contains("secret--text") && page.contains("secret--text"), "{number}");
    }
}

/// Nor does its summary say that links are followed out of what the user names.
#[test]
fn the_record_of_a_stranger_follows_no_links() {
    let sandbox = recorded();
    run(Command::new("cp").args(["-a", "own", "got"]).current_dir(sandbox.root())).exits(0);
    let summary =
        sandbox.read_text("got/out.tamis/summary.json").replace("\"follow\": false", "\"follow\": true");
    assert!(summary.contains("\"follow\": true"));
    sandbox.file("got/out.tamis/summary.json", summary);
    fs::remove_file(sandbox.path("got/in/a.txt")).expect("a file");
    symlink("../../secret/in/a.txt", sandbox.path("got/in/a.txt")).expect("a link");
    let (report, explain, page) = told(&sandbox, "got/out", &["--input", "got/in"]);
    report.exits(0);
    assert!(!page.contains("secret--text") && !explain.out().contains("secret--text"), "{}", explain.out());
}

/// A record of another user of this machine is as strange as one from elsewhere.
#[test]
fn the_record_of_another_user_does_not_say_what_is_read() {
    let sandbox = recorded();
    let run_json = sandbox.path("own/out.tamis/run.json");
    if fs::metadata(&run_json).expect("a file").uid() != 0
        || std::os::unix::fs::chown(&run_json, Some(65534), None).is_err()
    {
        return skip("the_record_of_another_user_does_not_say_what_is_read", "only root can give files away");
    }
    assert!(!fs::symlink_metadata(&run_json).expect("a file").file_type().is_fifo());
    let (_, explain, page) = told(&sandbox, "own/out", &[]);
    assert!(!page.contains("visible-text") && !explain.out().contains("visible-text"));
    explain.exits(2).says(&["run.json", "--input"]);
}
