//! Tables of options by key, one laid over the other: defaults, a file, flags.

use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;
use toml::{Table, Value};

use super::file::{self, ConfigFile};
use super::{arguments, key};

/// The options that are set, by key. A path that is not UTF-8 is the list of its bytes.
pub(super) fn table(options: &impl Serialize) -> anyhow::Result<Table> {
    Table::try_from(options).with_context(|| match too_large(options) {
        Some((key, number)) => format!("{key} {number}: too large; the most is {}", i64::MAX),
        None => "an option that cannot stand in TOML".to_owned(),
    })
}

/// An option with a number that TOML has no room for.
fn too_large(options: &impl Serialize) -> Option<(String, u64)> {
    let options = serde_json::to_value(options).ok()?;
    let numbers = options.as_object()?.iter().filter_map(|(key, value)| Some((key, value.as_u64()?)));
    let mut too_large = numbers.filter(|(_, number)| i64::try_from(*number).is_err());
    too_large.next().map(|(key, number)| (key.clone(), number))
}

/// Lays a table over another, key by key; tables within them too.
pub(super) fn lay_over(lower: &mut Table, upper: Table) {
    for (key, value) in upper {
        match (lower.get_mut(&key), value) {
            (Some(Value::Table(lower)), Value::Table(upper)) => lay_over(lower, upper),
            (_, value) => {
                lower.insert(key, value);
            }
        }
    }
}

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
