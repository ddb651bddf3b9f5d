//! Texts for the page of a report: originals, read again.

use super::originals::{Excerpt, Missing, Originals, Wanted};
use crate::error::Result;
use crate::fingerprint::DocumentHasher;
use crate::observe::Observer;
use crate::report::page::{Text, TextPlace, Texts};

/// The texts of a run's inputs.
#[derive(Debug)]
pub struct OriginalTexts<'a, O> {
    /// The inputs.
    pub originals: Originals,
    /// Who is told of the reading.
    pub observer: &'a O,
}

impl<O: Observer> Texts for OriginalTexts<'_, O> {
    fn read(&mut self, wanted: &[TextPlace]) -> Result<Vec<std::result::Result<Text, String>>> {
        Ok(texts(self.originals.read(&asked(wanted), self.observer)?))
    }
}

/// The questions, as originals take them.
pub(super) fn asked(wanted: &[TextPlace]) -> Vec<Wanted> {
    let one = |place: &TextPlace| Wanted {
        path: place.path.clone(),
        record: place.record,
        paragraphs: Some((place.first, place.last)),
    };
    wanted.iter().map(one).collect()
}

/// The answers, as a page takes them.
pub(super) fn texts(
    answers: Vec<std::result::Result<Excerpt, Missing>>,
) -> Vec<std::result::Result<Text, String>> {
    answers.into_iter().map(text).collect()
}

fn text(answer: std::result::Result<Excerpt, Missing>) -> std::result::Result<Text, String> {
    let excerpt = answer.map_err(|missing| missing.to_string())?;
    let first = excerpt.paragraphs.first().ok_or("it has no such paragraph")?;
    let (line, start) = (excerpt.line.or(first.line), first.span.0);
    let mut key = DocumentHasher::default();
    let mut text = String::new();
    for (number, paragraph) in excerpt.paragraphs.iter().enumerate() {
        key.update(&paragraph.fingerprint);
        if number > 0 {
            text.push('\n');
        }
        text.push_str(&paragraph.text);
    }
    Ok(Text { text, line, start, key: key.finish() })
}
