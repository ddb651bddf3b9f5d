//! Options that do not go with an index.

use std::path::Path;

use crate::config::{Config, ExactUnits, Keep, NearUnits, Scope};
use crate::error::{Error, Result};
use crate::store::{DiskOutput, Root, path};

/// Refuses an index inside OUT or its record: it would go with them when they are replaced.
pub(crate) fn check_place(config: &Config, out: &Path) -> Result<()> {
    let history = &config.history;
    for index in history.index.iter().chain(&history.against) {
        if DiskOutput::check_overlap(out, &[Root::File(index.clone())]).is_err() {
            let (index, out) = (path::printable(index), path::printable(out));
            return Err(Error::Config(format!(
                "index {index}: it is inside {out}, which this run replaces; keep the index outside of OUT"
            )));
        }
    }
    Ok(())
}

/// Refuses a scope that has no earlier runs.
pub(super) fn check_scope(config: &Config) -> Result<()> {
    if config.decide.scope == Scope::Document {
        return Err(Error::Config(
            "scope document: paragraphs of earlier runs count for the whole corpus; leave --index and --against out, or \
             --scope"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Refuses an index to find copies of paragraphs by if none are to be found, unless it has grams and is only compared with.
pub(super) fn check_exact(config: &Config, has_grams: bool) -> Result<()> {
    let is_grams_only = config.history.index.is_none() && has_grams;
    let exact = config.decide.exact;
    if exact == ExactUnits::Both || !exact.has_paragraphs() && !is_grams_only {
        return Err(Error::Config(
            "exact: only paragraphs can be compared with earlier runs; leave --exact out, or --index \
             and --against"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Refuses ways to search for near-duplicates that an index does not know.
pub(super) fn check_near(config: &Config) -> Result<()> {
    let near = &config.decide.near;
    let Some(units) = near.units else { return Ok(()) };
    if units != NearUnits::Documents {
        return Err(Error::Config(
            "near: an index can find near-duplicate documents of earlier runs, but no near-duplicate paragraphs; search for documents only \
             (--near=documents), or leave --index and --against out"
                .to_owned(),
        ));
    }
    if near.keep != Keep::First {
        return Err(Error::Config(format!(
            "keep {}: the text of an earlier run is already published and is always kept; add --keep first, \
             or leave --index and --against out",
            near.keep
        )));
    }
    Ok(())
}
