//! The texts of a page: all that can be seen, and the main text as the extractor finds it.

use dom_query::Document;
use dom_smoothie::{Config, Readability, TextMode};

use super::lines::{Line, lines};

/// An article of fewer characters is looked for again with fewer things left out. The extractor's own limit of 500 is
/// about English; 200 characters of Chinese say as much.
const LEAST_CHARS: usize = 200;

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
    pub(super) fn of(html: &str, wants_article: bool) -> Self {
        let document = Document::from(html);
        let visible = document.body().map_or_else(Vec::new, |body| lines(&body));
        let article = if wants_article { article(document) } else { None };
        Self { visible, article }
    }
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
