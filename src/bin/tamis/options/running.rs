//! How a run uses the machine. None of these options changes a byte of the output.

use anyhow::bail;
use clap::{Args, ValueHint};
use serde::{Deserialize, Serialize};
use tamis::config::{ByteSize, RecoveryConfig};

use super::path::AnyPath;
use super::sources::Sources;

/// Threads.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Threads {
    /// Threads [default: one per core].
    ///
    /// The number of worker threads never changes the output.
    #[arg(
        long,
        visible_alias = "jobs",
        visible_short_alias = 'j',
        value_name = "N",
        help_heading = "Configuration"
    )]
    threads: Option<usize>,
}

/// Memory.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Memory {
    /// Memory limit, 256MiB or more; never changes the output [default: half of the memory].
    ///
    /// What does not fit goes to disk. The default is half of the memory of the machine or container.
    #[arg(hide_short_help = true, long, visible_aliases = ["mem", "max-memory"], value_name = "SIZE", help_heading = "Configuration")]
    memory: Option<ByteSize>,
}

/// Options about runs that are cut short.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Recovery {
    /// Continue a run into the same OUT that was interrupted.
    ///
    /// If there is nothing to continue, the run starts from the beginning.
    #[arg(hide_short_help = true, long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Configuration")]
    resume: Option<bool>,

    /// Save the progress for --resume after each SIZE of input [default: 1GiB].
    #[arg(
        hide_short_help = true,
        long,
        visible_alias = "checkpoint-every",
        value_name = "SIZE",
        help_heading = "Configuration"
    )]
    seal_every: Option<ByteSize>,

    /// Directory for what does not fit in memory during the run [default: beside OUT].
    #[arg(hide_short_help = true, long, visible_alias = "temp-dir", value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Configuration")]
    spill_dir: Option<AnyPath>,
}

/// The least ceiling that can be kept.
const MIN_MEMORY: u64 = 256 * 1024 * 1024;

impl Memory {
    /// Most bytes of memory: what was asked for, or half of what there is. Standard input is a stream, of which nothing
    /// is kept on disk unless a ceiling was asked for.
    pub(super) fn ceiling(&self, sources: &Sources) -> anyhow::Result<Option<u64>> {
        match self.memory {
            Some(ByteSize(bytes)) if bytes < MIN_MEMORY => {
                bail!("memory {bytes}: this is too little for a run; give 256MiB or more")
            }
            Some(ByteSize(bytes)) => Ok(Some(bytes)),
            None if sources.has_stream() => Ok(None),
            None => Ok(tamis::store::machine_memory().map(|bytes| (bytes / 2).max(MIN_MEMORY))),
        }
    }
}

impl Recovery {
    /// The path, which the library takes apart from the other options.
    pub(super) fn apply(&self, config: &mut RecoveryConfig) {
        config.spill_dir = self.spill_dir.clone().map(|AnyPath(directory)| directory);
    }
}
