//! The settings of a command: its options, and the library's configuration that follows from them.

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use tamis::Config;
use tamis::config::{NearConfig, Repair};
use toml::{Table, Value};

use super::all::Options;
use super::file::{BOUNDS, CHECK, ConfigFile, RULE};
use super::gate::GateOptions;
use super::history::History;
use super::keys::{arguments, key};
use super::layers::Layers;
use super::near::Near;
use super::output::Output;
use super::recipe::Recipes;
use super::reporting::{Json, Messages};
use super::sources::Sources;
use super::table::{lay_over, table};

/// The options of a command.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Every option that is set or has a default.
    pub(crate) options: Options,
    /// The library's configuration.
    pub(crate) config: Config,
    layers: Layers,
    defaults: Table,
}

impl Settings {
    /// Joins what was typed as `flags` with the configuration file and the defaults.
    pub(crate) fn load(flags: &impl Serialize, file: &ConfigFile) -> anyhow::Result<Self> {
        Self::of(Layers::read(flags, file)?)
    }

    /// Joins the layers with the defaults.
    pub(crate) fn of(layers: Layers) -> anyhow::Result<Self> {
        let set = layers.set();
        let only: Recipes = set.clone().try_into()?;
        let (recipe, recipe_name) = only.table()?;
        let mut chosen = recipe.clone();
        lay_over(&mut chosen, set);
        let asked: Options = chosen.clone().try_into()?;
        Near::check_inputs(&layers.flags, asked.sources.inputs())?;
        if let Some(option) = asked.near.idle(&layers.flags) {
            bail!("{option}: it has no effect without a search for near-duplicates; add --near");
        }
        if let Some(option) = asked.boilerplate.idle(&layers.flags) {
            bail!("{option}: it has no effect where boilerplate stays; add --boilerplate");
        }
        if let Some(option) = asked.masking.idle(&layers.flags) {
            bail!("{option}: it has no effect where nothing is masked; add --mask");
        }
        let defaults = defaults(&asked)?;
        let mut all = defaults.clone();
        lay_over(&mut all, chosen);
        let options: Options = all.clone().try_into()?;
        let config = config(all, &options)?;
        let layers = Layers { recipe, recipe_name, ..layers };
        Ok(Self { options, config, layers, defaults })
    }

    /// Refuses a file that nobody named if it says to write elsewhere than below its directory, or to replace
    /// something ([`Layers::confine`]).
    pub(crate) fn confine(&self) -> anyhow::Result<()> {
        self.layers.confine(&["force", "out", "record", "index", "spill-dir"])
    }

    /// Nothing is written: the index is only read.
    pub(crate) fn leave_index(&mut self) {
        let history = &mut self.config.history;
        history.against.extend(history.index.take().filter(|index| index.exists()));
    }

    /// The options as a `tamis.toml`, with the origin of each value behind it.
    pub(crate) fn to_toml(&self) -> String {
        let mut lines = self.layers.shown::<Options>(&self.defaults);
        if let Some(Value::Array(rules)) = self.layers.file.get(RULE) {
            for rule in rules.iter().filter_map(Value::as_table) {
                lines.push(format!("\n[[{RULE}]] # {}", self.layers.name));
                lines.extend(rule.iter().map(|(key, value)| format!("{key} = {value}")));
            }
        }
        if let Some(Value::Table(bounds)) = self.layers.file.get(BOUNDS) {
            for (language, bounds) in bounds.iter().filter_map(|(name, of)| Some((name, of.as_table()?))) {
                lines.push(format!("\n[{BOUNDS}.{language}] # {}", self.layers.name));
                lines.extend(bounds.iter().map(|(key, value)| format!("{key} = {value}")));
            }
        }
        if let Some(Value::Table(check)) = self.layers.file.get(CHECK) {
            let file = Layers { file: check.clone(), name: self.layers.name.clone(), ..Layers::default() };
            lines.push(format!("\n[{CHECK}]"));
            lines.extend(file.shown::<GateOptions>(&Table::new()));
        }
        lines.into_iter().map(|line| line + "\n").collect()
    }
}

/// The defaults: the library's defaults under the preset and the units that are asked for, and those of the command.
fn defaults(asked: &Options) -> anyhow::Result<Table> {
    let mut config = Config::default();
    config.decide.near = NearConfig::preset(asked.near.preset());
    if asked.matching.spares_paragraphs() && !asked.boilerplate.is_on() {
        // Nothing is done to paragraphs then, unless someone asks for it (contract P4).
        config.split.repair = Repair::None;
    }
    let library = serde_json::to_value(&config)?;
    let mut defaults = table(&Options {
        sources: Sources::defaults(),
        output: Output::defaults(),
        history: History::defaults(),
        near: Near::defaults(&asked.near),
        json: Json::defaults(),
        messages: Messages::defaults(),
        ..Options::default()
    })?;
    for option in arguments::<Options>() {
        let key = key(&option);
        let value = library.get(named(key)).filter(|value| !value.is_null() && key != KEEP_PLACES);
        if let Some(value) = value {
            defaults.insert(key.to_owned(), Value::try_from(value)?);
        }
    }
    Ok(defaults)
}

/// The key of the option that names a file of places.
const KEEP_PLACES: &str = "keep-places";

/// The library's name of an option.
fn named(key: &str) -> String {
    key.replace('-', "_")
}

/// The library's configuration: its own options by their names, and what it takes apart from them.
fn config(all: Table, options: &Options) -> anyhow::Result<Config> {
    // Of the file that is named the library takes the places in it.
    let all = all.into_iter().filter(|(key, _)| key != KEEP_PLACES).map(|(key, value)| (named(&key), value));
    let mut config = Config::deserialize(Value::Table(all.collect())).context("these options")?;
    options.matching.apply(&mut config.decide)?;
    options.history.apply(&mut config.history);
    Near::apply(&mut config.decide.near)?;
    options.recovery.apply(&mut config.recovery);
    config.memory = options.memory.ceiling(&options.sources)?;
    config.given = options.sources.given();
    config.command = std::env::args_os().map(|arg| arg.to_string_lossy().into_owned()).collect();
    config.validate()?;
    Ok(config)
}
