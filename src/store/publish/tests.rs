//! The order of the steps that publish, and what stands where after each of them has failed.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use super::*;
use crate::store::disk_output::Recovery;

/// The steps that happened, and the one that is to fail.
#[derive(Debug, Default)]
struct Watch {
    steps: Mutex<Vec<String>>,
    /// The number of the step that fails.
    fails: Option<usize>,
    /// Whether there is an exchange.
    has_exchange: bool,
    /// The directory that is looked at when the disk is waited for.
    root: PathBuf,
    seen: Mutex<Vec<Vec<String>>>,
}

#[derive(Debug)]
struct Watched(Arc<Watch>);

impl Watched {
    fn step(&self, what: &str, paths: &[&Path]) -> io::Result<()> {
        let Watch { steps, fails, root, seen, .. } = &*self.0;
        let names: Vec<String> =
            paths.iter().map(|path| path.strip_prefix(root).unwrap().display().to_string()).collect();
        let mut steps = steps.lock().unwrap();
        steps.push(format!("{what} {}", names.join(" ")).trim().to_owned());
        if what.starts_with("sync") {
            seen.lock().unwrap().push(tree(root).into_keys().collect());
        }
        if *fails == Some(steps.len() - 1) {
            return Err(io::Error::other("the disk failed"));
        }
        Ok(())
    }
}

impl Steps for Watched {
    fn sync_file_system(&self, directory: &Path) -> io::Result<()> {
        self.step("sync-all", &[directory])
    }

    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        self.step("sync", &[directory])
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step("rename", &[from, to])?;
        OnDisk.rename(from, to)
    }

    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()> {
        self.step("exchange", &[one, other])?;
        if !self.0.has_exchange {
            return Err(rustix::io::Errno::INVAL.into());
        }
        OnDisk.exchange(one, other)
    }
}

/// The files below a directory.
fn tree(root: &Path) -> BTreeMap<String, String> {
    let entries = walkdir::WalkDir::new(root).into_iter().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let name = entry.path().strip_prefix(root).unwrap().display().to_string();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

struct Sandbox(tempfile::TempDir);

impl Sandbox {
    /// With an OUT that a run wrote, if `has_old`.
    fn new(has_old: bool) -> Self {
        let sandbox = Self(tempfile::tempdir().unwrap());
        let at = |name: &str| sandbox.root().join(name);
        if has_old {
            for directory in ["out", "out.tamis"] {
                fs::create_dir(at(directory)).unwrap();
            }
            fs::write(at("out/a"), "old").unwrap();
            fs::write(at("out.tamis/summary.json"), "old").unwrap();
            fs::write(at("out.tamis/files.jsonl"), "{\"path\":\"a\",\"bytes\":3}\n").unwrap();
        }
        sandbox
    }

    fn root(&self) -> PathBuf {
        self.0.path().canonicalize().unwrap()
    }

    /// A run that has written everything.
    fn staged(&self, out: &str, watch: Watch) -> (Claim, Arc<Watch>) {
        let out = self.root().join(out);
        let mut claim = Staging::begin(&out, true, Shape::WithRecord, &Recovery::default()).unwrap();
        let watch = Arc::new(Watch { root: self.root(), ..watch });
        claim.staging.steps = Box::new(Watched(Arc::clone(&watch)));
        fs::write(claim.staging.corpus().join("b"), "new").unwrap();
        fs::write(claim.staging.record().join("summary.json"), "new").unwrap();
        fs::write(claim.staging.record().join("files.jsonl"), "{\"path\":\"b\",\"bytes\":3}\n").unwrap();
        (claim, watch)
    }
}

fn exchanging() -> Watch {
    Watch { has_exchange: true, ..Watch::default() }
}

fn steps(watch: &Watch) -> Vec<String> {
    watch.steps.lock().unwrap().clone()
}

#[test]
fn what_is_replaced_is_given_up_when_the_new_one_is_on_the_disk() {
    let sandbox = Sandbox::new(true);
    let (claim, watch) = sandbox.staged("out", exchanging());
    claim.staging.publish(false).unwrap();
    assert_eq!(
        steps(&watch),
        [
            "sync-all out.tamis-partial",
            "rename out.tamis out.tamis-partial/old-record",
            "rename out.tamis-partial/record out.tamis",
            "exchange out.tamis-partial/corpus out",
            "sync",
        ]
    );
    let seen = watch.seen.lock().unwrap();
    let holds = |number: usize, name: &str| seen[number].iter().any(|found| found == name);
    // Everything is written when the first wait begins, and the old output is there until the second one ends.
    for name in [
        "out.tamis-partial/corpus/b",
        "out.tamis-partial/record/summary.json",
        "out.tamis-partial/publishing",
        "out/a",
    ] {
        assert!(holds(0, name), "{name}: {seen:?}");
    }
    for name in [
        "out/b",
        "out.tamis/summary.json",
        "out.tamis-partial/corpus/a",
        "out.tamis-partial/old-record/summary.json",
    ] {
        assert!(holds(1, name), "{name}: {seen:?}");
    }
    assert_eq!(
        tree(&sandbox.root()).into_keys().collect::<Vec<_>>(),
        ["out.tamis/files.jsonl", "out.tamis/summary.json", "out/b"]
    );
}

#[test]
fn a_new_output_waits_for_no_disk_unless_it_is_asked_to() {
    for is_synced in [false, true] {
        let sandbox = Sandbox::new(false);
        let (claim, watch) = sandbox.staged("new/parent/out", exchanging());
        claim.staging.publish(is_synced).unwrap();
        let waits: Vec<String> = steps(&watch).into_iter().filter(|step| step.starts_with("sync")).collect();
        let expected: &[&str] = if is_synced {
            &["sync-all new/parent/out.tamis-partial", "sync new/parent", "sync new", "sync"]
        } else {
            &[]
        };
        assert_eq!(waits, expected);
    }
    // A record without its output is something old too.
    let sandbox = Sandbox::new(true);
    fs::remove_dir_all(sandbox.root().join("out")).unwrap();
    let (claim, watch) = sandbox.staged("out", exchanging());
    claim.staging.publish(false).unwrap();
    assert_eq!(steps(&watch).iter().filter(|step| step.starts_with("sync")).count(), 2);
}

/// Whichever step fails, the old output stands as it was, and nothing else is left.
#[test]
fn a_step_that_fails_leaves_the_old_output() {
    for has_exchange in [true, false] {
        for has_old in [true, false] {
            let num_steps = {
                let sandbox = Sandbox::new(has_old);
                let (claim, watch) = sandbox.staged("out", Watch { has_exchange, ..Watch::default() });
                claim.staging.publish(true).unwrap();
                steps(&watch).len()
            };
            for fails in 0..num_steps {
                let sandbox = Sandbox::new(has_old);
                let before = tree(&sandbox.root());
                let watch = Watch { has_exchange, fails: Some(fails), ..Watch::default() };
                let (claim, watch) = sandbox.staged("out", watch);
                let error = claim.staging.publish(true).unwrap_err();
                assert!(error.to_string().contains("the disk failed"), "{error}");
                claim.staging.abandon();
                assert_eq!(tree(&sandbox.root()), before, "{:?}", steps(&watch));
                assert_eq!(sandbox.root().join("out").exists(), has_old);
            }
        }
    }
}

/// A run that is killed between two steps is undone by the next one.
#[test]
fn a_run_that_is_killed_at_a_step_is_undone() {
    for has_exchange in [true, false] {
        for fails in 0..8 {
            let sandbox = Sandbox::new(true);
            let before = tree(&sandbox.root());
            let (claim, watch) = sandbox.staged("out", Watch { has_exchange, ..Watch::default() });
            let kill = Kill { inner: Watched(Arc::clone(&watch)), fails };
            let Claim { mut staging, rooms, left } = claim;
            staging.steps = Box::new(kill);
            let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| staging.publish(true)));
            let is_published = killed.is_ok();
            drop((staging, rooms, left)); // the lock goes with the process
            if is_published {
                assert!(fails >= steps(&watch).len(), "{:?}", steps(&watch));
                continue;
            }
            let next =
                Staging::begin(&sandbox.root().join("out"), true, Shape::WithRecord, &Recovery::default());
            let next = next.unwrap();
            next.staging.abandon();
            let after = tree(&sandbox.root());
            let is_new = after.contains_key("out/b") && after.len() == 3;
            let swap = if has_exchange { 3 } else { 5 };
            assert!(if fails > swap { is_new } else { after == before }, "{fails}: {after:?}");
        }
    }
}

/// Steps of which one kills the process.
#[derive(Debug)]
struct Kill {
    inner: Watched,
    fails: usize,
}

impl Kill {
    fn meet(&self) {
        assert_ne!(self.inner.0.steps.lock().unwrap().len(), self.fails, "killed");
    }
}

impl Steps for Kill {
    fn sync_file_system(&self, directory: &Path) -> io::Result<()> {
        self.meet();
        self.inner.sync_file_system(directory)
    }

    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        self.meet();
        self.inner.sync_directory(directory)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.meet();
        self.inner.rename(from, to)
    }

    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()> {
        self.meet();
        self.inner.exchange(one, other)
    }
}
