//! A run of the library that ends at a named step: killed there, or told that the disk fails. What `tests/crash.rs`
//! drives; an embedder sees in it how an [`Output`] is wrapped.
//!
//! Arguments: `OUT INPUT [KEY=VALUE]...`. `memory`, `seal-every` (bytes), `threads`, `spill-dir`, `to` (`txt`, `jsonl`)
//! and `resume` are those of the command. `kill=STEP` ends the process at a step as a kill would, `fail=STEP` makes the
//! step fail once, and `room=BYTES` makes every write fail from so many bytes on. A step is `PHASE:KIND:NUMBER`, with
//! one of the phases `stream`, `deal`, `settle` and `write`. With `tell=` the steps there were are printed: phase, kind,
//! and how many.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tamis::config::TargetFormat;
use tamis::observe::Stage;
use tamis::store::{
    Area, DiskInput, DiskOutput, Journal, Mark, Output, OutputFile, Recovery, Root, Scratch, StagedFile, path,
};
use tamis::{Config, Error, Observer, discover};

/// What is to happen, and what happened.
#[derive(Debug, Default)]
struct Steps {
    kill: Option<String>,
    fail: Option<String>,
    room: Option<u64>,
    written: AtomicU64,
    phase: Mutex<&'static str>,
    seen: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
}

impl Steps {
    fn enter(&self, phase: &'static str) {
        *self.phase.lock().unwrap_or_else(PoisonError::into_inner) = phase;
    }

    /// A step is about to be taken at `path`.
    fn meet(&self, kind: &'static str, path: &Path) -> tamis::Result<()> {
        let phase = *self.phase.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let number = seen.entry((phase, kind)).or_default();
        let step = Some(format!("{phase}:{kind}:{number}"));
        *number += 1;
        if step == self.kill {
            std::process::abort(); // no destructor runs, as none does after SIGKILL
        }
        if step == self.fail {
            let source = io::Error::other("the disk failed");
            return Err(Error::Output { path: path.to_owned(), operation: "use", source });
        }
        Ok(())
    }

    /// So many bytes are about to be written.
    fn fill(&self, bytes: &[u8], path: &Path) -> tamis::Result<()> {
        let written = self.written.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        match self.room {
            Some(room) if written + bytes.len() as u64 > room => Err(Error::Output {
                path: path.to_owned(),
                operation: "write",
                source: io::ErrorKind::StorageFull.into(),
            }),
            _ => Ok(()),
        }
    }
}

impl Observer for Steps {
    fn begun(&self, stage: Stage) {
        self.enter(if stage == Stage::Deciding { "deal" } else { "write" });
    }
}

/// An output whose steps are counted.
struct Cut {
    inner: DiskOutput,
    steps: Arc<Steps>,
}

/// A file or a store of it, and where it stands.
struct Part<T>(T, PathBuf, Arc<Steps>);

impl Cut {
    fn part<T>(&self, part: T, path: &Path) -> Part<T> {
        Part(part, path.to_owned(), Arc::clone(&self.steps))
    }

    fn store_path(&self, name: &str) -> PathBuf {
        self.inner.space().map_or_else(|| name.into(), |(directory, _)| directory.join(name))
    }
}

impl Output for Cut {
    fn write(&self, relative: &[u8], content: &[u8]) -> tamis::Result<()> {
        self.steps.meet("write", path::from_bytes(relative))?;
        self.steps.fill(content, path::from_bytes(relative))?;
        self.inner.write(relative, content)
    }

    fn create(&self, area: Area, relative: &[u8]) -> tamis::Result<Box<dyn OutputFile>> {
        self.steps.meet("create", path::from_bytes(relative))?;
        Ok(Box::new(self.part(self.inner.create(area, relative)?, path::from_bytes(relative))))
    }

    fn reopen(&self, area: Area, relative: &[u8], mark: Mark) -> tamis::Result<Box<dyn OutputFile>> {
        self.steps.meet("reopen", path::from_bytes(relative))?;
        Ok(Box::new(self.part(self.inner.reopen(area, relative, mark)?, path::from_bytes(relative))))
    }

    fn keep_digests(&self) -> tamis::Result<()> {
        self.steps.meet("keep-digests", Path::new("OUT"))?;
        self.inner.keep_digests()
    }

    fn mark_written(&self) -> tamis::Result<Option<Mark>> {
        self.steps.meet("mark-written", Path::new("OUT"))?;
        self.inner.mark_written()
    }

    fn check_written(
        &self,
        list: Option<Mark>,
        open: &[StagedFile],
        is_cancelled: &(dyn Fn() -> bool + Sync),
    ) -> tamis::Result<()> {
        self.steps.meet("check-written", Path::new("OUT"))?;
        self.inner.check_written(list, open, is_cancelled)
    }

    fn scratch(&self) -> tamis::Result<Box<dyn Scratch>> {
        let path = self.store_path("scratch");
        self.steps.meet("scratch", &path)?;
        Ok(Box::new(self.part(self.inner.scratch()?, &path)))
    }

    fn store(&self, name: &'static str) -> tamis::Result<Box<dyn Scratch>> {
        if name == "verdicts" {
            self.steps.enter("settle");
        }
        let path = self.store_path(name);
        self.steps.meet("store", &path)?;
        Ok(Box::new(self.part(self.inner.store(name)?, &path)))
    }

    fn reopen_store(&self, name: &'static str, mark: Mark) -> tamis::Result<Box<dyn Scratch>> {
        let path = self.store_path(name);
        self.steps.meet("reopen-store", &path)?;
        Ok(Box::new(self.part(self.inner.reopen_store(name, mark)?, &path)))
    }

    fn directories(&self) -> Option<(&Path, &Path)> {
        self.inner.directories()
    }

    fn journal(&self) -> Option<&Journal> {
        self.inner.journal()
    }

    fn space(&self) -> Option<(PathBuf, u64)> {
        self.inner.space()
    }

    fn publish(&self) -> tamis::Result<()> {
        self.steps.meet("publish", Path::new("OUT"))?;
        self.inner.publish()
    }
}

impl OutputFile for Part<Box<dyn OutputFile>> {
    fn append(&mut self, content: &[u8]) -> tamis::Result<()> {
        self.2.meet("append", &self.1)?;
        self.2.fill(content, &self.1)?;
        self.0.append(content)
    }

    fn len(&self) -> u64 {
        self.0.len()
    }

    fn mark(&self) -> Mark {
        self.0.mark()
    }

    fn truncate(&mut self, mark: Mark) -> tamis::Result<()> {
        self.2.meet("truncate", &self.1)?;
        self.0.truncate(mark)
    }

    fn finish(self: Box<Self>) -> tamis::Result<()> {
        self.2.meet("finish", &self.1)?;
        self.0.finish()
    }

    fn discard(self: Box<Self>) -> tamis::Result<()> {
        self.2.meet("discard", &self.1)?;
        self.0.discard()
    }
}

impl Scratch for Part<Box<dyn Scratch>> {
    fn append(&mut self, content: &[u8]) -> tamis::Result<u64> {
        self.2.meet("note", &self.1)?;
        self.2.fill(content, &self.1)?;
        self.0.append(content)
    }

    fn read_at(&mut self, offset: u64, content: &mut [u8]) -> tamis::Result<()> {
        self.2.meet("read", &self.1)?;
        self.0.read_at(offset, content)
    }

    fn mark(&mut self) -> tamis::Result<Mark> {
        self.2.meet("mark", &self.1)?;
        self.0.mark()
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Takes what the arguments say.
fn set(argument: &str, config: &mut Config, steps: &mut Steps) -> Result<(), String> {
    let (key, value) = argument.split_once('=').ok_or(format!("{argument}: no KEY=VALUE"))?;
    let number = || value.parse::<u64>().map_err(|error| format!("{argument}: {error}"));
    match key {
        "memory" => config.memory = Some(number()?),
        "seal-every" => config.recovery.seal_every = Some(number()?),
        "threads" => config.threads = usize::try_from(number()?).unwrap_or_default(),
        "resume" => config.recovery.resume = true,
        "spill-dir" => config.recovery.spill_dir = Some(value.into()),
        "to" => config.write.to = Some(if value == "txt" { TargetFormat::Txt } else { TargetFormat::Jsonl }),
        "shard-size" => config.write.shard_size = Some(number()?),
        "kill" => steps.kill = Some(value.to_owned()),
        "fail" => steps.fail = Some(value.to_owned()),
        "room" => steps.room = Some(number()?),
        "tell" => {}
        _ => return Err(format!("{argument}: no such key")),
    }
    Ok(())
}

fn clean(out: &Path, input: &Path, config: &Config, steps: &Arc<Steps>) -> tamis::Result<()> {
    let recovery = Recovery { resume: config.recovery.resume, spill_dir: config.recovery.spill_dir.clone() };
    let inner = DiskOutput::recover(out, false, &recovery)?;
    let input = DiskInput::new(vec![Root::look(input)?]).rereadable();
    let output = Cut { inner, steps: Arc::clone(steps) };
    let list = || discover::discover(input.roots(), &input, &config.read, &**steps);
    tamis::clean_between(&list, &input, &output, config, &**steps).map(drop)
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that is driven by a test")]
fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(out), Some(input)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: cut OUT INPUT [KEY=VALUE]...");
        return ExitCode::from(2);
    };
    let (mut config, mut steps, mut tells) =
        (Config { threads: 2, ..Config::default() }, Steps::default(), false);
    for argument in arguments {
        tells |= argument == "tell=";
        if let Err(error) = set(&argument, &mut config, &mut steps) {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    }
    steps.enter("stream");
    let steps = Arc::new(steps);
    let done = clean(out.as_ref(), input.as_ref(), &config, &steps);
    if tells {
        for ((phase, kind), number) in &*steps.seen.lock().unwrap_or_else(PoisonError::into_inner) {
            println!("{phase} {kind} {number}");
        }
    }
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
