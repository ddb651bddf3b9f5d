//! Text that is kept by hand (contract O7), as the audit sees it: what is named may stay though a copy of it does, and
//! no copy has to stay before what goes for it.

use std::collections::HashMap;

use super::kept_paragraphs::{KeptParagraphs, KeptPlace};
use crate::config::Config;
use crate::decide::{ByHand, Named, looks_ahead};
use crate::fingerprint::Fingerprint;

/// Places that are kept by hand, and the paragraphs at them that stay beside others.
#[derive(Debug)]
pub(super) struct SparedPlaces {
    places: Option<ByHand>,
    /// Whether a rule may remove something else than copies of what stands before.
    looks_ahead: bool,
    stay: HashMap<Fingerprint, Vec<KeptPlace>>,
}

impl SparedPlaces {
    pub(super) fn of(config: &Config) -> Self {
        let places = ByHand::of(&config.decide);
        // An index may hold passages (contract N5): documents with one go as a whole.
        let has_index = config.history.index.is_some() || !config.history.against.is_empty();
        Self { places, looks_ahead: has_index || looks_ahead(&config.decide), stay: HashMap::new() }
    }

    /// The places that name a document, or paragraphs of it.
    pub(super) fn named(&self, path: &str, record: Option<u64>) -> Named {
        self.places.as_ref().map_or_else(Named::default, |places| places.named(path, record))
    }

    /// Whether a paragraph may stay by hand: a document that a rule removes as a whole stays as a whole if any of its
    /// paragraphs is named.
    pub(super) fn spares(&self, named: Option<&Named>, paragraph: u64) -> bool {
        named.is_some_and(|named| named.has(paragraph) || self.looks_ahead && !named.is_empty())
    }

    /// Takes in a paragraph that stays and is named, unless it is the first of its kind and certainly stays in the place
    /// of others.
    pub(super) fn takes(
        &mut self,
        fingerprint: Fingerprint,
        place: KeptPlace,
        kept: &KeptParagraphs,
    ) -> bool {
        let is_taken = self.looks_ahead || kept.get(fingerprint).is_some();
        if is_taken {
            self.stay.entry(fingerprint).or_default().push(place);
        }
        is_taken
    }

    /// Whether a paragraph stays that is named, at this place.
    pub(super) fn has(&self, fingerprint: Fingerprint, document: u64, paragraph: u64) -> bool {
        self.stay
            .get(&fingerprint)
            .is_some_and(|places| places.iter().any(|place| place.is(document, paragraph)))
    }

    /// Forgets the paragraphs of a document: it turned out to be bad.
    pub(super) fn forget(&mut self, document: u64) {
        self.stay.values_mut().for_each(|places| places.retain(|place| !place.is_of(document)));
    }

    /// Forgets the paragraphs: another document begins, and each is for itself.
    pub(super) fn clear(&mut self) {
        self.stay.clear();
    }
}
