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
mod vocabulary;
mod words;

use serde::Serialize;

use super::Dropped;
use crate::config::{DecideConfig, QualityBounds, QualityLanguage, QualityProfile};
use crate::decide::Rule;

pub(crate) use opening::Opening;
pub(crate) use score::{Amount, Score};

/// Measures documents by a profile.
#[derive(Debug, Clone)]
pub(crate) struct Judge {
    profile: QualityProfile,
    bounds: QualityBounds,
}

/// What was measured of a text.
#[derive(Debug, Clone)]
pub(crate) struct Scores {
    /// The language by whose measures it was judged.
    pub language: QualityLanguage,
    /// All scores, in the order in which they are named. One that the profile cannot judge may have none.
    pub scores: Vec<Score>,
}

/// The evidence for dropping a document: the signal, what it measured, and the bound.
#[derive(Debug, Serialize)]
struct QualityEvidence {
    profile: QualityProfile,
    signal: &'static str,
    value: Amount,
    bound: Amount,
}

impl Judge {
    /// The judge of a configuration, whether documents go for it or not.
    pub(crate) fn of(config: &DecideConfig) -> Self {
        Self { profile: config.quality_profile(), bounds: config.quality_bounds.clone() }
    }

    /// The filter, if it is on.
    pub(super) fn removing(config: &DecideConfig) -> Option<Self> {
        config.removing_filters().quality.is_on().then(|| Self::of(config))
    }

    pub(crate) fn profile(&self) -> QualityProfile {
        self.profile
    }

    /// What is measured of a text.
    ///
    /// Cost: that of the profile; `news` looks at each character once or twice, the others some ten times.
    pub(crate) fn scores(&self, text: &str) -> Scores {
        let mut scores = match self.profile {
            QualityProfile::News => news::scores(text),
            QualityProfile::Fineweb2 => published::fineweb2(text),
            QualityProfile::Gopher => published::gopher(text),
            QualityProfile::C4 => published::c4(text),
            QualityProfile::Off => Scores { language: QualityLanguage::Other, scores: Vec::new() },
        };
        for score in &mut scores.scores {
            let bound = self.bounds.of(scores.language, score.signal);
            *score = bound.map_or(*score, |bound| score.held_against(bound));
        }
        scores
    }

    /// Cost: that of [`Self::scores`].
    pub(super) fn judge(&self, opening: &Opening) -> Option<Dropped> {
        let out = self.scores(opening.text()).scores.into_iter().find(Score::is_out)?;
        let Self { profile, .. } = *self;
        let (signal, value, bound) = (out.signal, out.value(), out.bound());
        Some(Dropped::new(Rule::Quality, &QualityEvidence { profile, signal, value, bound }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts that between them are measured by everything.
    const TEXTS: [&str; 2] = ["天上下雨，地上有水。", "It rains, and the ground is wet."];

    #[test]
    fn signals_are_what_their_profile_says() {
        use QualityProfile::{C4, Fineweb2, Gopher, News};
        for profile in [News, Fineweb2, Gopher, C4] {
            let judge = Judge { profile, bounds: QualityBounds::default() };
            let mut signals = profile.signals();
            for text in TEXTS {
                for Score { signal, .. } in judge.scores(text).scores {
                    assert!(profile.signals().contains(&signal), "{signal} is not listed");
                    signals.retain(|listed| *listed != signal);
                }
            }
            // `FineWeb`'s own is of English and Gopher's of other languages.
            assert_eq!(signals, [""; 0], "{profile:?} does not measure what is listed");
        }
    }

    #[test]
    fn bounds_of_one_s_own() {
        let text = "首页\n国内\n国际\n社会\n评论\n财经\n科技\n体育\n娱乐\n图片\n";
        let out = |bounds: &str| {
            let bounds = serde_json::from_str(bounds).unwrap();
            let judge = Judge { profile: QualityProfile::News, bounds };
            judge.scores(text).scores.iter().any(Score::is_out)
        };
        assert!(out("{}") && out(r#"{"zh":{"link-list":0.9}}"#) && out(r#"{"ja":{"link-list":"off"}}"#));
        assert!(!out(r#"{"zh":{"link-list":1}}"#) && !out(r#"{"all":{"link-list":"off"}}"#));
        assert!(out(r#"{"all":{"link-list":"off"},"zh":{"link-list":0.9}}"#));
    }
}
