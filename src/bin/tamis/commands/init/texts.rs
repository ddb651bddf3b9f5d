//! The texts of the files that `tamis init` writes: tamis.toml and the workflow.

use std::fmt::Write;

use anyhow::{Context, bail};
use serde::Serialize;
use tamis::config::DEFAULT_TEXT_FIELDS;
use tamis::report::Inspection;
use tamis::split::Method;
use toml::{Table, Value};

use crate::options::{DEFAULT_NAME, table};
use crate::show::account::{fields, grouped};

/// Stands for the owner of the action's repository, as long as nobody has said where that is.
pub(super) const OWNER: &str = "OWNER";

/// The number of documents that are hard-wrapped.
pub(super) fn num_wrapped(inspection: &Inspection) -> u64 {
    inspection.methods.values().filter_map(|methods| methods.get(Method::Block.name())).sum()
}

/// The options of a directory.
pub(super) struct Setup {
    /// Options by key, each with the comment above it.
    options: Vec<(String, Value, String)>,
    /// The name of the baseline, if there is to be one.
    baseline: Option<&'static str>,
}

impl Setup {
    /// What was typed, before anything was looked at.
    pub(super) fn new(typed: &impl Serialize, baseline: Option<&'static str>) -> anyhow::Result<Self> {
        let mut typed: Table = table(typed)?;
        if typed.contains_key("input-format") {
            bail!("input-format: it is about standard input, and a directory is set up; leave it out");
        }
        // The files that are written are not part of the corpus, and the names never need escaping.
        let own = [Some(DEFAULT_NAME), baseline].into_iter().flatten();
        let mut exclude: Vec<Value> = own.map(|name| Value::from(format!("/{name}"))).collect();
        if let Some(more) = typed.remove("exclude") {
            exclude.extend(more.as_array().context("exclude: it is not a list")?.iter().cloned());
        }
        let mut options = vec![
            ("input".to_owned(), Value::from(vec!["."]), String::new()),
            ("exclude".to_owned(), Value::from(exclude), "Not part of the corpus:".to_owned()),
        ];
        options.extend(typed.into_iter().map(|(key, value)| (key, value, String::new())));
        Ok(Self { options, baseline })
    }

    /// Adds what suits the documents that were found, unless it was typed.
    pub(super) fn suit(&mut self, inspection: &Inspection) {
        let found = &inspection.records.fields;
        let known = DEFAULT_TEXT_FIELDS.into_iter().filter(|field| found.contains_key(*field));
        let known: Vec<&str> = known.collect();
        if !known.is_empty() {
            let comment = format!(
                "The fields that may hold the text of a record, in this order. Found: {}. A record without any of them is \
                 rejected.",
                fields(found)
            );
            self.add("text-field", Value::from(known), comment);
        }
        let (wrapped, all) = (grouped(num_wrapped(inspection)), grouped(inspection.documents));
        let comment = format!(
            "What a paragraph is: in hard-wrapped documents ({wrapped} of {all}) a run of lines, in all others a line."
        );
        self.add("split", Value::from("auto"), comment);
    }

    fn add(&mut self, key: &str, value: Value, comment: String) {
        match self.options.iter_mut().find(|(known, ..)| known == key) {
            None => self.options.push((key.to_owned(), value, comment)),
            Some((_, _, of_typed)) if of_typed.is_empty() => "As given to `tamis init`.".clone_into(of_typed),
            Some(_) => {}
        }
    }

    /// The text of tamis.toml.
    pub(super) fn config(&self) -> String {
        let mut text = "\
# How tamis reads this directory. `tamis check` and `tamis clean --out ../clean` read this file when you run them here.
# `tamis config` prints all options and their values. Every option can be set here under its long name.
"
        .to_owned();
        text.push_str(&self.keys());
        text.push_str(
            "
# Near-duplicates do not count yet. To find edited copies of articles, remove the # and write a new baseline.
# near-preset = \"news\"

[check]
",
        );
        match self.baseline {
            Some(name) => {
                // Writing to a String cannot fail.
                let _ = write!(
                    text,
                    "# Problems that the corpus had when this was set up; they do not count. To write a new baseline:
#   tamis check --write-baseline {name}
baseline = \"{name}\"
"
                );
            }
            None => text.push_str(
                "# No paragraph may repeat. To accept today's problems: tamis check --write-baseline FILE\n",
            ),
        }
        text
    }

    /// The text without the table of `check`, whose baseline is still to be made.
    pub(super) fn config_without_baseline(&self) -> String {
        self.keys()
    }

    fn keys(&self) -> String {
        let mut text = String::new();
        for (key, value, comment) in &self.options {
            if !comment.is_empty() {
                let _ = write!(text, "\n# {comment}\n");
            }
            let _ = writeln!(text, "{key} = {value}");
        }
        text
    }
}

/// The action that the workflow uses: the owner and the name of its repository.
pub(super) fn action() -> String {
    let repository = env!("CARGO_PKG_REPOSITORY").trim_end_matches('/');
    match repository.strip_prefix("https://github.com/") {
        Some(action) => action.to_owned(),
        None => format!("{OWNER}/tamis"),
    }
}

/// The text of the workflow for a directory below the root of a repository.
pub(super) fn workflow(below: &str) -> String {
    // A string of JSON is one of YAML.
    let working_directory = match below {
        "" => String::new(),
        below => format!("\n          working-directory: {}", serde_json::Value::from(below)),
    };
    let (action, version) = (action(), env!("CARGO_PKG_VERSION"));
    format!(
        "\
# Checks the corpus: fails if a change adds text that the corpus already has. Written by `tamis init`; you can edit it.
name: tamis

on:
  push:
    branches: [main, master]
  pull_request:

permissions:
  contents: read

jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
        with:
          fetch-depth: 0 # the history, to compare with what was there before
      - uses: {action}@v{version}
        id: tamis
        with:
          since-ref: auto{working_directory}
      - uses: actions/upload-artifact@v4
        if: always() && steps.tamis.outputs.page != ''
        with:
          name: tamis
          path: |
            ${{{{ steps.tamis.outputs.page }}}}
            ${{{{ steps.tamis.outputs.sarif }}}}
"
    )
}
