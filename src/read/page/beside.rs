//! What stands beside the text of a page: its navigation and its footer, comments, lists of links before and behind.
//!
//! The extractor has rules of its own for this. These are for what is found without it, and for what it leaves.

use std::collections::HashSet;

use dom_query::{Document, NodeId, NodeRef};

use super::lines::Line;

/// Elements that are never part of the text, as a selector.
const BESIDE: &str = "nav, footer, dialog, [role=alertdialog], [role=banner], [role=complementary], \
                      [role=contentinfo], [role=dialog], [role=menu], [role=navigation], [role=search]";

/// Takes what is never part of the text out of a page.
pub(super) fn remove(document: &Document) {
    let kept = Kept::of(document);
    for node in document.select(BESIDE).nodes() {
        if !kept.nodes.contains(&node.id) || is_never_text(node) {
            node.remove_from_parent();
        }
    }
}

/// Makes all of a page be seen: scripts show what a page hides until it is loaded.
pub(super) fn show_hidden(document: &Document) {
    for node in document.select("[hidden], [style], [aria-hidden]").nodes() {
        node.remove_attrs(&["hidden", "style", "aria-hidden"]);
    }
}

/// The elements that hold the main heading of a page, or its main part by its own account: they do not stand beside it,
/// whatever their looks are called.
#[derive(Debug, Default)]
pub(super) struct Kept {
    nodes: HashSet<NodeId>,
}

impl Kept {
    pub(super) fn of(document: &Document) -> Self {
        let mut nodes = HashSet::new();
        for node in document.select("h1, main, [itemprop=articleBody]").nodes() {
            let new = std::iter::once(*node)
                .chain(node.ancestors_it(None))
                .take_while(|node| nodes.insert(node.id));
            new.for_each(drop);
        }
        Self { nodes }
    }

    /// Whether an element stands beside the text, as far as the page says.
    pub(super) fn is_beside(&self, node: &NodeRef<'_>) -> bool {
        is_never_text(node)
            || is_hidden(node)
            || !self.nodes.contains(&node.id) && !is_frame(node) && (has_role(node) || is_labelled(node))
    }
}

fn is_named(node: &NodeRef<'_>, names: &[&str]) -> bool {
    node.qual_name_ref().is_some_and(|name| names.contains(&name.local.as_ref()))
}

fn is_never_text(node: &NodeRef<'_>) -> bool {
    is_named(node, &["aside", "dialog", "footer", "nav"])
}

/// Whether an element frames a page or an article.
fn is_frame(node: &NodeRef<'_>) -> bool {
    is_named(node, &["article", "body", "html", "main"])
}

fn has_role(node: &NodeRef<'_>) -> bool {
    const ROLES: [&str; 9] = [
        "alertdialog",
        "banner",
        "complementary",
        "contentinfo",
        "dialog",
        "menu",
        "menubar",
        "navigation",
        "search",
    ];
    node.attr("role").is_some_and(|role| ROLES.iter().any(|other| other.eq_ignore_ascii_case(role.trim())))
}

/// Whether an element is hidden by its own account.
fn is_hidden(node: &NodeRef<'_>) -> bool {
    let is_none = |style: &str| {
        let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
        style.to_ascii_lowercase().contains("display:none")
    };
    node.has_attr("hidden") || node.attr("style").is_some_and(|style| is_none(&style))
}

/// Whether the name that an element has for its looks says that it holds something else than the text.
fn is_labelled(node: &NodeRef<'_>) -> bool {
    const LABELS: [&str; 8] =
        ["comment", "cookie", "disqus", "footer", "pinglun", "related", "replies", "sidebar"];
    ["class", "id"].iter().filter_map(|name| node.attr(name)).any(|value| {
        let value = value.to_ascii_lowercase();
        LABELS.iter().any(|label| value.contains(label))
    })
}

/// Takes the links off the end of a text, and off its beginning if it is links for the most part: it is the part in
/// which the prose outweighs the links the most.
pub(super) fn trim(lines: &mut Vec<Line>) {
    /// Fewer characters of links may be a source or an author.
    const LEAST: i64 = 60;
    let signed = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let worth = |line: &Line| match line.prose() {
        0 if line.is_linked() => -signed(line.num_linked),
        prose => signed(prose),
    };
    // The part that is worth the most, among all that begin anywhere and end anywhere.
    let (mut sum, mut begin) = (0, 0);
    let (mut most, mut best) = (0, 0..0);
    for (at, line) in lines.iter().enumerate() {
        if sum < 0 {
            (sum, begin) = (0, at);
        }
        sum += worth(line);
        // What is worth nothing is kept: it is a caption, or a name.
        if sum >= most && sum > 0 {
            (most, best) = (sum, begin..at + 1);
        }
    }
    // A text without prose is a list, which is judged elsewhere.
    if best.is_empty() {
        return;
    }
    if lines[best.end..].iter().map(worth).sum::<i64>() <= -LEAST {
        lines.truncate(best.end);
    }
    if linked_share(lines) >= MOSTLY {
        lines.drain(..best.start);
    }
}

/// The share of links of a text that is a list of links.
pub(super) const MOSTLY: f64 = 0.5;

/// The share of the characters of these lines that stands in links.
#[expect(clippy::cast_precision_loss, reason = "a share needs no more digits")]
pub(super) fn linked_share(lines: &[Line]) -> f64 {
    let all: usize = lines.iter().map(|line| line.text.chars().count()).sum();
    let linked: usize = lines.iter().map(|line| line.num_linked).sum();
    linked as f64 / all.max(1) as f64
}
