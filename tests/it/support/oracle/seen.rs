//! What a run has seen: paragraphs and documents by their key texts (contract I3, I5).

use std::collections::HashMap;

use tamis::config::{Config, Scope};

use super::{Cleaned, Paragraph, Place, is_text, key_text};

/// Where a document stands: path, and record if the file holds records.
type Document = (String, Option<u64>);

/// A run's memory.
#[derive(Default)]
pub(super) struct Seen {
    /// The first paragraph of each key text and, in document scope, document (contract I3).
    paragraphs: HashMap<(String, Option<Document>), Place>,
    /// The first document of each sequence of key texts (contract I5).
    documents: HashMap<Vec<String>, Document>,
}

impl Seen {
    /// The survivor of a paragraph with this key text.
    pub(super) fn survivor(&self, key: &str, place: &Place, config: &Config) -> Option<&Place> {
        if !config.decide.exact.has_paragraphs() {
            return None;
        }
        self.paragraphs.get(&(key.to_owned(), scope(place, config)))
    }

    /// A paragraph with this key text stays.
    pub(super) fn keep(&mut self, key: String, place: Place, config: &Config) {
        self.paragraphs.insert((key, scope(&place, config)), place);
    }

    /// Removes a document if it is a copy of an earlier one.
    pub(super) fn removes(
        &mut self,
        document: (&str, Option<u64>),
        paragraphs: &[Paragraph],
        config: &Config,
        cleaned: &mut Cleaned,
    ) -> bool {
        if !config.decide.exact.has_documents() {
            return false;
        }
        let keys: Vec<String> = paragraphs.iter().map(|p| key_text(&p.text, config.matching.mode)).collect();
        // Without any text there is nothing to be a copy of (contract I4).
        let has_text = |key: &String| config.matching.min_chars == 0 || key.chars().any(is_text);
        if !keys.iter().any(has_text) {
            return false;
        }
        let own = (document.0.to_owned(), document.1);
        let first = self.documents.entry(keys).or_insert_with(|| own.clone()).clone();
        if first == own {
            return false;
        }
        for (index, paragraph) in (0..).zip(paragraphs) {
            let at = |(path, record): &Document| Place { path: path.clone(), record: *record, index };
            cleaned.removed.push((at(&own), paragraph.span, at(&first)));
            cleaned.bytes_removed += (paragraph.span.1 - paragraph.span.0) as u64;
        }
        cleaned.documents_emptied += 1;
        true
    }
}

/// The document of a paragraph, where copies are sought in it only.
fn scope(place: &Place, config: &Config) -> Option<Document> {
    (config.decide.scope == Scope::Document).then(|| (place.path.clone(), place.record))
}
