//! Layers of options: defaults, a file, flags.

use anyhow::bail;
use clap::Args;
use serde::Serialize;
use toml::{Table, Value};

use super::file::{self, ConfigFile};
use super::keys::{arguments, key};
use super::table::{lay_over, table};

/// What was typed, and what a file says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layers {
    pub(super) flags: Table,
    pub(super) file: Table,
    /// What the file is called.
    pub(super) name: String,
}

impl Layers {
    /// What was typed as `flags`, over the file that they name, or that is found, if there is one.
    pub(crate) fn read(flags: &impl Serialize, file: &ConfigFile) -> anyhow::Result<Self> {
        Ok(Self { flags: table(flags)?, file: file::load(file)?, name: file.name() })
    }

    /// Refuses a flag of a group that means nothing to the command that took the group.
    pub(crate) fn refuse(&self, key: &str, why: &str) -> anyhow::Result<()> {
        if self.flags.contains_key(key) {
            bail!("{key}: {why}");
        }
        Ok(())
    }

    /// Forgets what the file says about these keys of one of its tables.
    pub(crate) fn forget(&mut self, table: &str, keys: &[&str]) {
        if let Some(Value::Table(table)) = self.file.get_mut(table) {
            table.retain(|key, _| !keys.contains(&key));
        }
    }

    /// What is set, the flags over the file.
    pub(super) fn set(&self) -> Table {
        let mut set = self.file.clone();
        lay_over(&mut set, self.flags.clone());
        set
    }

    /// The options of a group that are set, or have one of these defaults, as lines of a `tamis.toml`, each with its
    /// origin behind it.
    pub(super) fn shown<Group: Args>(&self, defaults: &Table) -> Vec<String> {
        // The first that has a key is where its value comes from.
        let layers = [("flag", &self.flags), (&*self.name, &self.file), ("default", defaults)];
        let line = |key: &str| {
            let (origin, value) = layers.iter().find_map(|(name, layer)| Some((name, layer.get(key)?)))?;
            Some(format!("{key} = {value} # {origin}"))
        };
        arguments::<Group>().iter().filter_map(|option| line(key(option))).collect()
    }
}
