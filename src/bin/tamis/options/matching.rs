//! Which paragraphs are the same.

use std::path::Path;

use anyhow::{Context, bail};
use clap::builder::TypedValueParser;
use clap::{Args, ValueHint};
use serde::{Deserialize, Serialize};
use tamis::config::{DecideConfig, ExactUnits, MatchMode, Scope, read_place};
use tamis::store::path::printable;

use super::choices::one_of;
use super::path::AnyPath;

/// Which paragraphs are the same, and which of them go.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Matching {
    /// Which paragraphs count as the same [default: canonical].
    #[arg(hide_short_help = true, long = "match", value_name = "MODE", value_parser = modes(), help_heading = "Paragraphs")]
    #[serde(rename = "match")]
    mode: Option<MatchMode>,

    /// Which exact duplicates are removed [default: paragraphs].
    #[arg(long, value_name = "UNITS", value_parser = units(), help_heading = "Paragraphs")]
    exact: Option<ExactUnits>,

    /// Where a paragraph is compared with earlier ones [default: corpus].
    #[arg(hide_short_help = true, long, value_name = "SCOPE", value_parser = scopes(), help_heading = "Paragraphs")]
    scope: Option<Scope>,

    /// Keep every paragraph with fewer than N letters, marks, numbers and emoji [default: 1].
    ///
    /// Short paragraphs, such as names and dates, often repeat for a good reason.
    #[arg(hide_short_help = true, long, value_name = "N", help_heading = "Paragraphs")]
    min_chars: Option<u64>,

    /// Keep the text at the places in FILE, whatever the rules say.
    ///
    /// One place a line: PATH, PATH:PARAGRAPH, PATH:FIRST-LAST, PATH#RECORD or PATH#RECORD:PARAGRAPH, as the ledger
    /// spells them. `tamis report` writes such a list. Nothing else is decided in another way.
    #[arg(hide_short_help = true, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Paragraphs")]
    keep_places: Option<AnyPath>,
}

fn modes() -> impl TypedValueParser<Value = MatchMode> {
    one_of(&[
        ("exact", "compare the repaired text as it is"),
        (
            "canonical",
            "ignore width, ligatures, invisible characters and runs of white space (NFKC, but 10⁶ is not 106)",
        ),
        ("loose", "also ignore case and punctuation, but not the signs and units of numbers"),
    ])
}

fn units() -> impl TypedValueParser<Value = ExactUnits> {
    one_of(&[
        ("paragraphs", "paragraphs, wherever they appear"),
        ("documents", "whole documents; the kept ones are not changed"),
        ("both", "whole documents, then paragraphs of the kept ones"),
        ("off", "nothing"),
    ])
}

impl Matching {
    /// Whether copies of paragraphs stay, so that documents do as they are.
    pub(super) fn spares_paragraphs(&self) -> bool {
        self.exact.is_some_and(|exact| !exact.has_paragraphs())
    }

    /// The places of the file that is named, which the library takes apart from the other options.
    pub(super) fn apply(&self, config: &mut DecideConfig) -> anyhow::Result<()> {
        config.keep_places = match &self.keep_places {
            None => Vec::new(),
            Some(AnyPath(file)) => read_places(file)?,
        };
        Ok(())
    }
}

/// The places of a file, one a line; blank lines are no places.
fn read_places(file: &Path) -> anyhow::Result<Vec<String>> {
    let shown = printable(file);
    #[expect(
        clippy::disallowed_methods,
        reason = "a list of places is no document; the store is for corpora"
    )]
    let bytes = std::fs::read(file)
        .with_context(|| format!("keep-places {shown}: cannot read this list of places"))?;
    let mut places = Vec::new();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1_u64..) {
        let Ok(line) = std::str::from_utf8(line) else {
            bail!(
                "keep-places {shown}:{number}: it is not UTF-8; write a byte that is not as \\xNN, as the ledger does"
            );
        };
        let place = line.strip_suffix('\r').unwrap_or(line);
        if place.trim().is_empty() {
            continue;
        }
        read_place(place).map_err(|fault| anyhow::anyhow!("keep-places {shown}:{number}: {fault}"))?;
        places.push(place.to_owned());
    }
    if places.is_empty() {
        bail!("keep-places {shown}: it holds no place; write one a line, or leave the option out");
    }
    Ok(places)
}

fn scopes() -> impl TypedValueParser<Value = Scope> {
    one_of(&[("corpus", "in the whole corpus"), ("document", "in its own document")])
}
