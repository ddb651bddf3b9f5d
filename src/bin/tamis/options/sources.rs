//! Options about the inputs.

use std::path::Path;

use anyhow::bail;
use clap::{Args, ValueHint};
use serde::{Deserialize, Serialize};
use tamis::config::Given;
use tamis::store::Root;
use tamis::store::path::{bytes, lossless, printable};

use super::list;
use super::path::AnyPath;

/// The inputs.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Sources {
    /// Files and directories to read; `-` is standard input.
    #[arg(value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    input: Option<Vec<AnyPath>>,

    /// Also read the files that FILE lists; `-` is standard input.
    ///
    /// FILE has one path per line, or paths that each end with NUL.
    #[arg(hide_short_help = true, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    files_from: Option<AnyPath>,
}

impl Sources {
    /// Without a word there is no input.
    pub(super) fn defaults() -> Self {
        Self { input: Some(Vec::new()), files_from: None }
    }

    /// The inputs that were named.
    pub(super) fn inputs(&self) -> &[AnyPath] {
        self.input.as_deref().unwrap_or_default()
    }

    /// Refuses to go on without an input.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        if self.inputs().is_empty() && self.files_from.is_none() {
            bail!("no input: name at least one file or directory, or `-` for standard input");
        }
        Ok(())
    }

    /// Whether standard input or a FIFO is named among the inputs.
    pub(super) fn has_stream(&self) -> bool {
        self.inputs().iter().any(|AnyPath(input)| Root::look(input).is_ok_and(|root| root.is_stream()))
    }

    /// The inputs, looked at: those that were named, and then those of the list. There is at least one.
    pub(crate) fn roots(&self) -> anyhow::Result<Vec<Root>> {
        let roots = self.roots_if_any()?;
        match &self.files_from {
            Some(AnyPath(list)) if roots.is_empty() => {
                bail!("files-from {}: it names no file", printable(list))
            }
            _ => Ok(roots),
        }
    }

    /// The inputs, looked at. A list may name none.
    pub(crate) fn roots_if_any(&self) -> anyhow::Result<Vec<Root>> {
        self.check()?;
        let named = self.inputs().iter().map(|AnyPath(input)| Root::look(input));
        let mut roots = named.collect::<tamis::Result<Vec<_>>>()?;
        if let Some(AnyPath(list)) = &self.files_from {
            if list.as_os_str() == "-" && roots.contains(&Root::Stdin) {
                bail!("files-from -: standard input is an input already; give the list in a file");
            }
            for path in list::read(list)? {
                roots.push(Root::listed(&path)?);
            }
        }
        Ok(roots)
    }

    /// The inputs that were named, as `run.json` holds them.
    pub(super) fn given(&self) -> Given {
        let spelled = |path: &Path| lossless(bytes(path)).into_owned();
        Given {
            directory: std::env::current_dir().ok().map(|directory| spelled(&directory)),
            inputs: self.inputs().iter().map(|AnyPath(input)| spelled(input)).collect(),
            files_from: self.files_from.as_ref().map(|AnyPath(list)| spelled(list)),
        }
    }
}
