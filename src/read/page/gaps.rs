//! What the extractor loses: paragraphs between those that it finds, and those between the headline and the first.
//!
//! It takes one element for the article, and cleans it: a lead that stands in an element of its own is lost, and so are
//! parts of it that have many links or few words.

use std::collections::HashSet;
use std::ops::Range;

use super::lines::{self, Line};

/// Puts the lost parts of an article back. `page` are the lines of the page without what stands beside its text.
pub(super) fn fill(article: &mut Vec<Line>, page: &[&Line], title: &str) {
    let found: HashSet<&str> = article.iter().map(|line| line.text.as_str()).collect();
    let is_found = |line: &&Line| line.prose() > 0 && found.contains(line.text.as_str());
    let (Some(first), Some(last)) = (page.iter().position(is_found), page.iter().rposition(is_found)) else {
        return;
    };
    let lost = |range: Range<usize>| -> usize {
        let mut seen = HashSet::new();
        let lost = page[range].iter().filter(|line| !is_found(line) && seen.insert(line.text.as_str()));
        lost.map(|line| line.prose()).sum()
    };
    let had = lines::prose(article.iter());
    let headline = page[..first].iter().rposition(|line| !title.is_empty() && line.text == title);
    // As much as a third of the text is a lead; more is something else.
    let is_lead = |from: &usize| (1..had / 3).contains(&lost(*from..first));
    let first = headline.map(|at| at + 1).filter(is_lead).unwrap_or(first);
    // Less than a twentieth is a caption or a notice.
    if lost(first..last + 1) * 20 <= had {
        return;
    }
    // What is said twice is a notice as well.
    let mut seen = HashSet::new();
    let whole = page[first..=last].iter().filter(|line| {
        found.contains(line.text.as_str())
            || !line.is_linked() && (line.prose() == 0 || seen.insert(line.text.as_str()))
    });
    *article = whole.map(|line| Line::clone(line)).collect();
}
