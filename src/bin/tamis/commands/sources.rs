//! Where the inputs of a run are: where run.json says that they were, or where they are said to be now.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tamis::account::RunInfo;
use tamis::account::names::RUN_INFO;
use tamis::store::Root;
use tamis::store::path::{from_bytes, from_lossless, printable};
use tamis::{Config, Run};

use crate::options::list;

/// How the inputs of a run are read again.
pub(crate) fn reading(run: &Run, info: &RunInfo) -> Config {
    let mut config = run.summary().config.reading();
    config.read.input_format = info.input_format;
    // What a stranger's record says does not lead out of what is named.
    config.read.follow &= run.is_own(info);
    config
}

/// The inputs, looked at: those that are named, or else those that the record says, if it is one's own.
pub(crate) fn roots(
    run: &Run,
    info: &RunInfo,
    given: &[PathBuf],
    files_from: Option<&Path>,
) -> anyhow::Result<Vec<Root>> {
    if given.is_empty() && files_from.is_none() {
        if !run.is_own(info) {
            bail!(
                "{}: somebody else made this record, or others can write to it, so tamis does not read the files that it \
                 names; name the inputs of the run with --input",
                printable(&run.directory().join(RUN_INFO))
            );
        }
        return of_run(info);
    }
    let mut roots = given.iter().map(|input| Root::look(input)).collect::<tamis::Result<Vec<_>>>()?;
    if let Some(stream) = roots.iter().find(|root| root.is_stream()) {
        bail!(
            "input {}: explain and report read inputs again, so inputs must be files",
            printable(stream.path())
        );
    }
    if let Some(list) = files_from {
        for path in list::read(list)? {
            roots.push(Root::listed(&path)?);
        }
    }
    Ok(roots)
}

fn of_run(run: &RunInfo) -> anyhow::Result<Vec<Root>> {
    let Some(directory) = &run.directory else {
        bail!("run.json does not say where the inputs of this run are; name them with --input");
    };
    let path = |spelled: &str| from_bytes(&from_lossless(spelled)).to_owned();
    let directory = path(directory);
    let moved = |error: tamis::Error| {
        anyhow::anyhow!(
            "{error}; this command reads the inputs of the run again: if they have moved, name them with --input"
        )
    };
    let mut roots = Vec::new();
    for input in run.inputs.iter().map(|input| path(input)) {
        let is_stdin = input.as_os_str() == "-";
        roots.push(if is_stdin { Root::Stdin } else { Root::look(&directory.join(input)).map_err(moved)? });
    }
    match run.files_from.as_deref() {
        None => {}
        Some("-") => bail!(
            "the run took its list of files from standard input, which cannot be read again; give the list in a file \
             with --files-from"
        ),
        Some(list) => {
            let list = directory.join(path(list));
            let listed = list::read(&list)
                .with_context(|| format!("{}: give the list with --files-from", printable(&list)))?;
            for path in listed {
                roots.push(Root::listed_in(&directory, &path).map_err(moved)?);
            }
        }
    }
    Ok(roots)
}
