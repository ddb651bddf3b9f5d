//! The texts of a page: all that can be seen, and the main text as the extractor finds it.
//!
//! The extractor is a crate. Where it finds little of the prose of a page, the smallest element that holds most of it is
//! taken in its place; what it loses within an article is put back ([`gaps`]), and links behind it go ([`beside`]).

use std::collections::HashMap;

use dom_query::{Document, NodeId, NodeRef};
use dom_smoothie::{Config, Readability, TextMode};

use super::beside::{self, Kept};
use super::gaps;
use super::lines::{self, Line, lines, marked_lines};
use super::linked::Linked;
use super::reduce::{Reduced, reduce};

/// An article of fewer characters is looked for again with fewer things left out. The extractor's own limit of 500 is
/// about English; 200 characters of Chinese say as much.
const LEAST_CHARS: usize = 200;

/// A page that has less prose is short.
const LEAST_PROSE: usize = 600;

/// Where the extractor puts the article.
const ARTICLE: &str = "#readability-page-1";

/// The texts of a reduced page.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// All lines that can be seen.
    pub(super) visible: Vec<Line>,
    /// The lines of the article, and its title as the extractor has it; `None` if it finds none.
    pub(super) article: Option<(Vec<Line>, String)>,
}

impl Texts {
    /// Reads a page, and looks for its article if that is wanted.
    pub(super) fn of(page: &Reduced<'_>, wants_article: bool) -> Self {
        let document = Document::from(page.html.as_str());
        let body = document.body();
        if !wants_article {
            let visible = body.map_or_else(Vec::new, |body| lines(&body));
            return Self { visible, article: None };
        }
        let kept = Kept::of(&document);
        let visible = body.map_or_else(Vec::new, |body| marked_lines(&body, |node| kept.is_beside(node)));
        let plain: Vec<&Line> = visible.iter().filter(|line| !line.is_beside).collect();
        let enough = Enough { plain: lines::prose(plain.iter().copied()), visible: lines::prose(&visible) };
        beside::remove(&document);
        let (mut article, title) = article(document).unwrap_or_default();
        if !enough.is(&article) {
            try_again(&page.html, &mut article, enough);
        }
        if enough.visible < LEAST_PROSE
            && let Some(linked) = linked_body(&page.head.linked_data)
            && lines::prose(&linked) > enough.visible * 2
        {
            article = linked;
        }
        gaps::fill(&mut article, &plain, &title);
        beside::trim(&mut article);
        Self { visible, article: Some((article, title)) }
    }
}

/// The prose of a page: what stands in its text at most, and all that there is.
#[derive(Debug, Clone, Copy)]
struct Enough {
    plain: usize,
    visible: usize,
}

impl Enough {
    /// Whether these lines are as much of a page as its main text would be. Most of what can be seen may be comments.
    fn is(self, found: &[Line]) -> bool {
        let found = lines::prose(found);
        found * 2 >= self.plain && (self.visible < LEAST_PROSE || found * 4 >= self.visible)
    }
}

/// Looks for the text of a page of which the extractor found little: a notice, or one of many parts of a kind.
fn try_again(html: &str, article: &mut Vec<Line>, enough: Enough) {
    let mut take = |found: Vec<Line>| {
        if lines::prose(&found) > lines::prose(article.iter()) * 2 {
            *article = found;
        }
        enough.is(article)
    };
    let document = Document::from(html);
    if take(densest(&document)) {
        return;
    }
    beside::show_hidden(&document);
    let shown = densest(&document);
    beside::remove(&document);
    if !take(self::article(document).unwrap_or_default().0) {
        take(shown);
    }
}

/// The text of the article as the page's linked data have it: scripts write it into some pages.
fn linked_body(pieces: &[&str]) -> Option<Vec<Line>> {
    let body = Linked::of(pieces).body;
    if body.is_empty() {
        return None;
    }
    if body.contains('<') {
        let reduced = reduce(&body);
        return Document::from(reduced.html).body().map(|body| lines(&body));
    }
    let body = html_escape::decode_html_entities(&body);
    let texts = body.lines().map(str::trim).filter(|text| !text.is_empty());
    Some(texts.map(|text| Line { text: text.to_owned(), ..Line::default() }).collect())
}

/// The lines of the smallest element that holds most of the prose of a page.
fn densest(document: &Document) -> Vec<Line> {
    let kept = Kept::of(document);
    let Some(mut node) = document.body() else { return Vec::new() };
    let mut weights: HashMap<NodeId, usize> = HashMap::new();
    for line in marked_lines(&node, |node| kept.is_beside(node)) {
        let prose = line.prose();
        let Some(begin) = line.node.filter(|_| prose > 0 && !line.is_beside) else { continue };
        for above in NodeRef::new(begin, &document.tree).ancestors_it(None) {
            *weights.entry(above.id).or_default() += prose;
        }
    }
    let weight = |node: &NodeRef<'_>| weights.get(&node.id).copied().unwrap_or(0);
    let is_most =
        |child: &NodeRef<'_>, node: &NodeRef<'_>| weight(child) > 0 && weight(child) * 5 >= weight(node) * 4;
    while let Some(next) = node.children_it(false).find(|child| child.is_element() && is_most(child, &node)) {
        node = next;
    }
    let mut lines = marked_lines(&node, |node| kept.is_beside(node));
    lines.retain(|line| !line.is_beside && !line.is_linked());
    let is_prose = |line: &Line| line.prose() > 0;
    if let (Some(first), Some(last)) = (lines.iter().position(is_prose), lines.iter().rposition(is_prose)) {
        lines.truncate(last + 1);
        lines.drain(..first);
    }
    lines
}

fn article(document: Document) -> Option<(Vec<Line>, String)> {
    let config = Config {
        char_threshold: LEAST_CHARS,
        text_mode: TextMode::Raw,
        disable_json_ld: true,
        ..Config::default()
    };
    let mut readability = Readability::with_document(document, None, Some(config)).ok()?;
    let article = readability.parse().ok()?;
    let root = readability.doc.select_single(ARTICLE);
    let lines = root.nodes().first().map_or_else(Vec::new, |root| lines(root));
    Some((lines, article.title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linked_data_hold_the_text_where_the_markup_has_none() {
        let body = "It rained all day, and the river rose by a metre. ".repeat(15);
        let page = format!(
            r#"<title>Rain</title><script type="application/ld+json">
               {{"@type": "NewsArticle", "articleBody": "{body}\n\nIt went on &amp; on, all through the night, and nobody slept."}}
               </script><div id="app"></div>"#
        );
        let article = Texts::of(&reduce(&page), true).article.unwrap_or_default().0;
        let texts: Vec<&str> = article.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, [body.trim(), "It went on & on, all through the night, and nobody slept."]);
        let seen = format!("{page}<p>{body}</p>");
        let article = Texts::of(&reduce(&seen), true).article.unwrap_or_default().0;
        assert_eq!(article.len(), 1);
    }
}
