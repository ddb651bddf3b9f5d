//! Layers of options: defaults, a recipe, a file, flags.

use std::path::Path;

use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;
use toml::{Table, Value};

use super::file::{self, CHECK, ConfigFile};
use super::found::{REMEDY, confine};
use super::gate::GateOptions;
use super::keys::{arguments, key};
use super::path::AnyPath;
use super::table::{lay_over, table};

/// The options that were typed, and those of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layers {
    pub(super) flags: Table,
    pub(super) file: Table,
    /// What the recipe says that is named, and its name for messages.
    pub(super) recipe: Table,
    pub(super) recipe_name: String,
    /// The name of the file, for messages.
    pub(super) name: String,
    /// Whether nobody named the file.
    pub(super) is_found: bool,
}

impl Layers {
    /// Reads the options typed as `flags`, over the file that they name, or that is found, if there is one.
    pub(crate) fn read(flags: &impl Serialize, file: &ConfigFile) -> anyhow::Result<Self> {
        let (flags, is_found) = (table(flags)?, file.is_found());
        Ok(Self { flags, file: file::load(file)?, name: file.name(), is_found, ..Self::default() })
    }

    /// The options typed as `flags`, over those of a `tamis.toml` of this text in the directory `base`.
    pub(crate) fn of_text(flags: &impl Serialize, text: &str, base: &Path) -> anyhow::Result<Self> {
        let file = file::parse(text, base)?;
        Ok(Self { flags: table(flags)?, file, name: file::DEFAULT_NAME.to_owned(), ..Self::default() })
    }

    /// Refuses what a file that nobody named says about what is written: what replaces something is no option of
    /// its, and the paths of these options must lie below its directory. What a flag says instead is not looked at.
    pub(crate) fn confine(&self, written: &[&str]) -> anyhow::Result<()> {
        if !self.is_found {
            return Ok(());
        }
        let said = |key: &str| self.file.get(key).filter(|_| !self.flags.contains_key(key));
        for key in written {
            match said(key) {
                None | Some(Value::Boolean(false)) => {}
                Some(Value::Boolean(true)) => {
                    bail!(
                        "{}: {key}: a configuration file that nobody named may not replace anything; {REMEDY}",
                        self.name
                    );
                }
                Some(path) => {
                    let AnyPath(path) = path.clone().try_into()?;
                    if path != Path::new("-") {
                        confine(key, &path, Path::new(".")).with_context(|| self.name.clone())?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Refuses reports of `check` that a file that nobody named puts elsewhere than below its directory.
    pub(crate) fn confine_reports(&self) -> anyhow::Result<()> {
        let of_check = |layer: &Table| layer.get(CHECK).and_then(|check| check.get("format")).cloned();
        let Some(format) = of_check(&self.file).filter(|_| self.is_found) else { return Ok(()) };
        if of_check(&self.flags).is_some() {
            return Ok(());
        }
        let only = Table::from_iter([("format".to_owned(), format)]);
        let GateOptions { format, .. } = only.try_into()?;
        let files = format.into_iter().flatten().filter_map(|target| target.file);
        for file in files {
            confine("[check] format", &file, Path::new(".")).with_context(|| self.name.clone())?;
        }
        Ok(())
    }

    /// Refuses a flag of a group that means nothing to the command that took the group.
    pub(crate) fn refuse(&self, key: &str, why: &str) -> anyhow::Result<()> {
        if self.flags.contains_key(key) {
            bail!("{key}: {why}");
        }
        Ok(())
    }

    /// Forgets what the file says about a key.
    pub(crate) fn forget_key(&mut self, key: &str) {
        self.file.remove(key);
    }

    /// Forgets what the file says about these keys of one of its tables.
    pub(crate) fn forget(&mut self, table: &str, keys: &[&str]) {
        if let Some(Value::Table(table)) = self.file.get_mut(table) {
            table.retain(|key, _| !keys.contains(&key));
        }
    }

    /// All options that are set, the flags over the file.
    pub(super) fn set(&self) -> Table {
        let mut set = self.file.clone();
        lay_over(&mut set, self.flags.clone());
        set
    }

    /// The options of a group that are set, or have one of these defaults, as lines of a `tamis.toml`, each with its
    /// origin behind it.
    pub(super) fn shown<Group: Args>(&self, defaults: &Table) -> Vec<String> {
        // The first that has a key is where its value comes from.
        let layers = [
            ("flag", &self.flags),
            (&*self.name, &self.file),
            (&*self.recipe_name, &self.recipe),
            ("default", defaults),
        ];
        let line = |key: &str| {
            let (origin, value) = layers.iter().find_map(|(name, layer)| Some((name, layer.get(key)?)))?;
            Some(format!("{key} = {value} # {origin}"))
        };
        arguments::<Group>().iter().filter_map(|option| line(key(option))).collect()
    }
}
