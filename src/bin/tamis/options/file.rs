//! `tamis.toml`: parsed with the line in every error, and the nearest known key for a misspelled one.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::{Arg, Args, ValueHint};
use serde::de::DeserializeOwned;
use tamis::store::path::printable;
use toml::de::DeTable;
use toml::{Table, Value};

use super::all::Options;
use super::gate::GateOptions;
use super::keys::{arguments, key};
use super::path::AnyPath;
use super::table::table;

/// The file that is read from the current directory if none is named.
pub(crate) const DEFAULT_NAME: &str = "tamis.toml";

/// The table of `check`.
pub(super) const CHECK: &str = "check";

/// The tables of rules of one's own.
pub(super) const RULE: &str = "rule";

/// The table of bounds of one's own for signals of quality.
pub(super) const BOUNDS: &str = "quality-bounds";

/// Which file is read.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ConfigFile {
    /// Read the configuration from FILE instead of ./tamis.toml.
    #[arg(hide_short_help = true, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Configuration")]
    config: Option<PathBuf>,

    /// Read no configuration file.
    #[arg(hide_short_help = true, long, conflicts_with = "config", help_heading = "Configuration")]
    no_config: bool,
}

impl ConfigFile {
    /// No file.
    pub(crate) fn none() -> Self {
        Self { config: None, no_config: true }
    }

    /// Whether the file is read because it lies there: nobody named it.
    pub(super) fn is_found(&self) -> bool {
        self.config.is_none()
    }

    /// Its name in messages.
    pub(super) fn name(&self) -> String {
        self.config.as_ref().map_or(DEFAULT_NAME.to_owned(), |path| printable(path))
    }
}

/// Reads the file named, or `./tamis.toml` if there is one; relative paths in it are relative to it.
pub(super) fn load(file: &ConfigFile) -> anyhow::Result<Table> {
    let path = match &file.config {
        Some(path) => path,
        None if !file.no_config && Path::new(DEFAULT_NAME).exists() => Path::new(DEFAULT_NAME),
        None => return Ok(Table::new()),
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "a configuration file is no document; the store is for corpora"
    )]
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{}: cannot read this configuration file", printable(path)))?;
    parse(&text, path.parent().unwrap_or(Path::new(""))).with_context(|| printable(path))
}

/// The options of a file in the directory `base`.
pub(super) fn parse(text: &str, base: &Path) -> anyhow::Result<Table> {
    let parsed = DeTable::parse(text)?;
    let values: Table = toml::from_str(text)?;
    let options = arguments::<Options>();
    let lines = Lines { text, parsed: parsed.get_ref(), values: &values };
    lines.check::<Options>(&options, &[CHECK, RULE, BOUNDS])?;
    let gate = arguments::<GateOptions>();
    if let (Some(parsed), Some(values)) = (
        parsed.get_ref().get(CHECK).and_then(|table| table.get_ref().as_table()),
        values.get(CHECK).and_then(Value::as_table),
    ) {
        let lines = Lines { text, parsed, values };
        lines.check::<GateOptions>(&gate, &[]).with_context(|| format!("[{CHECK}]"))?;
    }
    lines.each::<Options>(CHECK)?;
    lines.each::<Options>(RULE)?;
    lines.each::<Options>(BOUNDS)?;
    let mut typed: Options = values.try_into()?;
    if let Some(check) = &mut typed.check {
        check.resolve(base);
    }
    // Once more as a table: every value is spelled in one way, whatever the file's.
    let mut layer = table(&typed)?;
    resolve(&mut layer, &options, base)?;
    if let Some(Value::Table(check)) = layer.get_mut(CHECK) {
        resolve(check, &gate, base)?;
    }
    Ok(layer)
}

/// A table of the file, and where its keys stand.
struct Lines<'a> {
    text: &'a str,
    parsed: &'a DeTable<'a>,
    values: &'a Table,
}

impl Lines<'_> {
    /// Refuses a key that is none of these options or tables, and a value that its option cannot have.
    fn check<Group: DeserializeOwned>(&self, options: &[Arg], tables: &[&str]) -> anyhow::Result<()> {
        let mut known: Vec<&str> = options.iter().map(key).collect();
        known.extend(tables);
        for name in self.values.keys() {
            let line = self.line(name);
            if tables.contains(&name.as_str()) {
                continue;
            }
            if known.contains(&name.as_str()) {
                self.each::<Group>(name)?;
                continue;
            }
            let is_alias =
                |option: &&Arg| option.get_all_aliases().unwrap_or_default().contains(&name.as_str());
            if let Some(option) = options.iter().find(is_alias) {
                bail!("line {line}: unknown key `{name}`; as a key this option is called `{}`", key(option));
            }
            let nearest = known.iter().min_by_key(|key| strsim::damerau_levenshtein(name, key));
            bail!("line {line}: unknown key `{name}`; did you mean `{}`?", nearest.unwrap_or(&""));
        }
        Ok(())
    }

    /// Reads one key by itself, so that what is wrong with its value is told with its line.
    fn each<Group: DeserializeOwned>(&self, name: &str) -> anyhow::Result<()> {
        let Some(value) = self.values.get(name) else { return Ok(()) };
        let only = Table::from_iter([(name.to_owned(), value.clone())]);
        match only.try_into::<Group>() {
            Ok(_) => Ok(()),
            Err(error) => Err(anyhow!("line {}: {name}: {}", self.line(name), error.message())),
        }
    }

    /// The line of a key.
    fn line(&self, name: &str) -> usize {
        let key = self.parsed.keys().find(|key| key.get_ref().as_ref() == name);
        key.map_or(1, |key| self.text[..key.span().start].matches('\n').count() + 1)
    }
}

/// Makes the paths of a file relative to its directory; options that take paths say so by their hint for shells.
fn resolve(layer: &mut Table, options: &[Arg], base: &Path) -> anyhow::Result<()> {
    let is_path = |option: &&Arg| {
        matches!(option.get_value_hint(), ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath)
    };
    let below = |path: AnyPath| if path.0 == Path::new("-") { path } else { AnyPath(base.join(path.0)) };
    for option in options.iter().filter(is_path) {
        let Some(value) = layer.get_mut(key(option)) else { continue };
        *value = if let Ok(path) = value.clone().try_into::<AnyPath>() {
            Value::try_from(below(path))?
        } else {
            let paths: Vec<AnyPath> = value.clone().try_into()?;
            Value::try_from(paths.into_iter().map(below).collect::<Vec<_>>())?
        };
    }
    Ok(())
}
