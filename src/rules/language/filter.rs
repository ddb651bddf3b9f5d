//! Documents in other languages than those that were asked for.

use serde::Serialize;

use super::{Sample, Told};
use crate::config::{FilterConfig, Languages, Share};
use crate::decide::Rule;
use crate::rules::Dropped;

/// Drops documents by their language.
#[derive(Debug, Clone, Copy)]
pub(in crate::rules) struct LanguageFilter {
    /// Documents in other languages go.
    languages: Languages,
}

/// The evidence for dropping a document: its language, and how many of its letters stand in paragraphs of that language,
/// of those that were looked at.
#[derive(Debug, Serialize)]
struct LanguageEvidence {
    language: &'static str,
    letters: u32,
    of: u32,
    share: Share,
    languages: Languages,
}

impl LanguageFilter {
    /// The filter, if it is on.
    pub(in crate::rules) fn of(config: FilterConfig) -> Option<Self> {
        Some(Self { languages: config.languages? })
    }

    pub(in crate::rules) fn judge(self, sample: &Sample) -> Option<Dropped> {
        let languages = self.languages;
        let Told { language, letters: of, letters_of: letters } = sample.told();
        let evidence = || {
            let share = Share::of(u64::from(letters), u64::from(of));
            LanguageEvidence { language: language.code(), letters, of, share, languages }
        };
        (!languages.keeps(language)).then(|| Dropped::new(Rule::Language, &evidence()))
    }
}
