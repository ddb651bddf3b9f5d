//! Texts for the page of a report: paragraphs looked up in the inputs, joined and fingerprinted.

use super::lookup::{Excerpt, ExcerptAnswers, ExcerptRequest, Missing};
use crate::fingerprint::DocumentHasher;
use crate::report::page::{Text, TextPlace};

/// The questions about these places.
pub(crate) fn requests(wanted: &[TextPlace]) -> Vec<ExcerptRequest> {
    let one = |place: &TextPlace| ExcerptRequest {
        path: place.path.clone(),
        record: place.record,
        paragraphs: Some((place.first, place.last)),
        most_bytes: place.most_bytes,
    };
    wanted.iter().map(one).collect()
}

/// The answers, as a page takes them.
pub(crate) fn texts(answers: ExcerptAnswers) -> Vec<Result<Text, String>> {
    answers.into_iter().map(text).collect()
}

fn text(answer: Result<Excerpt, Missing>) -> Result<Text, String> {
    let excerpt = answer.map_err(|missing| missing.to_string())?;
    let first = excerpt.paragraphs.first().ok_or("it has no such paragraph")?;
    let (line, start) = (excerpt.line.or(first.line), first.span.0);
    let mut key = DocumentHasher::default();
    let (mut text, mut ends) = (String::new(), Vec::with_capacity(excerpt.paragraphs.len()));
    for (number, paragraph) in excerpt.paragraphs.iter().enumerate() {
        key.update(&paragraph.fingerprint);
        if number > 0 {
            text.push('\n');
        }
        text.push_str(&paragraph.text);
        ends.push(text.len());
    }
    let num_bytes = excerpt.span.1.saturating_sub(excerpt.span.0);
    let is_cut = excerpt.num_left_out > 0;
    Ok(Text { text, ends, line, start, num_bytes, key: key.finish(), is_cut })
}
