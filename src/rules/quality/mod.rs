//! Quality: documents that no reader of a corpus wants, told by signals of a profile (contract C1, C5).
//!
//! A document is judged by its opening ([`opening`]), in the language that its characters show ([`script`]). A profile is
//! a function from a text to scores, each a measure and its bound; the first that is out of bounds is the one that is
//! named. Measures are integers, and depend on nothing but the text.

mod classes;
mod lines;
mod news;
mod opening;
mod phrases;
mod published;
mod repetition;
mod score;
mod script;
mod words;

use serde::Serialize;

use super::Dropped;
use crate::config::{FilterConfig, QualityProfile};
use crate::decide::Rule;

pub(super) use opening::Opening;
pub(crate) use score::{Amount, Score};

/// Drops documents for what a profile finds in them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quality {
    profile: QualityProfile,
}

/// The evidence for dropping a document: the signal, what it measured, and the bound.
#[derive(Debug, Serialize)]
struct QualityEvidence {
    profile: QualityProfile,
    signal: &'static str,
    value: Amount,
    bound: Amount,
}

impl Quality {
    /// The filter, if it is on.
    pub(super) fn of(config: FilterConfig) -> Option<Self> {
        config.quality.is_on().then_some(Self { profile: config.quality })
    }

    /// Cost: that of [`scores`].
    pub(super) fn judge(self, opening: &Opening) -> Option<Dropped> {
        let Self { profile } = self;
        let out = scores(profile, opening.text()).into_iter().find(|score| score.is_out)?;
        let Score { signal, value, bound, .. } = out;
        Some(Dropped::new(Rule::Quality, &QualityEvidence { profile, signal, value, bound }))
    }
}

/// All scores of a profile for a text, in the order in which they are named. One that the profile cannot judge may have
/// none.
///
/// Cost: that of the profile; `news` looks at each character once or twice, the others some ten times.
pub(crate) fn scores(profile: QualityProfile, text: &str) -> Vec<Score> {
    match profile {
        QualityProfile::News => news::scores(text),
        QualityProfile::Fineweb2 => published::fineweb2(text),
        QualityProfile::Gopher => published::gopher(text),
        QualityProfile::C4 => published::c4(text),
        QualityProfile::Off => Vec::new(),
    }
}
