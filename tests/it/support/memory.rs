//! Runs of the library in memory, and what they leave.

use serde_json::Value;
use tamis::discover::{SourceList, SourcePlan, is_hidden};
use tamis::error::SkipReason;
use tamis::store::{Area, Input, MemoryInput, MemoryOutput, Output};
use tamis::{Config, NoObserver, Observer, Outcome};

use super::files::Files;
use super::run::Run;

/// One file.
pub(crate) fn file(path: &str, content: impl AsRef<[u8]>) -> Files {
    Files::from([(path.to_owned(), content.as_ref().to_vec())])
}

/// Several files.
pub(crate) fn files<const N: usize>(files: [(&str, Vec<u8>); N]) -> Files {
    files.into_iter().map(|(path, content)| (path.to_owned(), content)).collect()
}

/// An input that holds these files.
pub(crate) fn input(files: &Files) -> MemoryInput {
    let mut input = MemoryInput::new();
    for (path, content) in files {
        input.insert(path.as_bytes(), content.as_slice());
    }
    input
}

/// Cleans the files of these names, from any input to any output.
pub(crate) fn run<'a>(
    names: impl IntoIterator<Item = &'a String>,
    (input, output): (&dyn Input, &dyn Output),
    config: &Config,
    observer: &dyn Observer,
) -> tamis::Result<Outcome> {
    let mut order: Vec<&String> = names.into_iter().collect();
    order.sort_by_key(|path| path.split('/').map(str::as_bytes).collect::<Vec<_>>()); // contract D3
    let list = || {
        let mut sources = SourceList::default();
        for path in &order {
            let path = path.as_bytes();
            let plan = if !config.read.hidden && is_hidden(path) {
                SourcePlan::Skip(SkipReason::Hidden)
            } else {
                SourcePlan::of_name(path)
            };
            sources.push(0, path, plan)?;
        }
        sources.measure(input);
        Ok(sources)
    };
    tamis::clean_between(&list, input, output, config, observer)
}

/// The files published in OUT and beside it, but for `run.json`, which varies.
pub(crate) fn published(output: &MemoryOutput) -> (Files, Files) {
    let (mut out, mut record) = (Files::new(), Files::new());
    for ((area, path), content) in output.take_published() {
        let files = if area == Area::Corpus { &mut out } else { &mut record };
        files.insert(String::from_utf8(path).expect("UTF-8"), content);
    }
    record.remove("run.json").expect("a run is recorded");
    (out, record)
}

/// Cleans files in memory and checks that the counts add up.
#[track_caller]
pub(crate) fn clean(files: &Files, config: &Config) -> Run {
    let output = MemoryOutput::new();
    let outcome = run(files.keys(), (&input(files), &output), config, &NoObserver).expect("a run");
    let (out, record) = published(&output);
    let run = Run::of(out, record, outcome.summary);
    assert_eq!(run.summary.files.found, files.len() as u64, "{:?} {:?}", run.summary.files, run.rejected);
    run
}

/// Cleans files, and what comes out of it again: cleaning twice changes nothing.
#[track_caller]
pub(crate) fn clean_twice(files: &Files, config: &Config) -> Run {
    let run = clean(files, config);
    let again = clean(&run.out, config);
    assert!(again.out == run.out, "a second run changed {:?}", differing(&again.out, &run.out));
    assert_eq!(again.summary.num_removed(), 0, "{:?}", again.ledger);
    assert_eq!(again.rejected, [Value::Null; 0]);
    run
}

/// The paths at which two sets of files differ.
pub(crate) fn differing(found: &Files, expected: &Files) -> Vec<String> {
    let all = found.keys().chain(expected.keys());
    all.filter(|path| found.get(*path) != expected.get(*path)).cloned().collect()
}
