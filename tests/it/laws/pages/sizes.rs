//! Pages of hostile sizes and depths: their text is kept, or they are rejected by name.

use tamis::config::Pages;

use super::config;
use crate::support::memory::{clean_twice, file};
use crate::support::pages::FERRY;
use crate::support::run::Run;

/// The article, to be put anywhere.
fn article() -> String {
    FERRY.iter().map(|text| format!("<p>{text}</p>\n")).collect::<Vec<_>>().concat()
}

/// Cleans a page of this body, with its main text or all of its text.
fn read(body: &str, pages: Pages) -> Run {
    let page = format!("<!DOCTYPE html>\n<html><body>{body}</body></html>\n");
    let run = clean_twice(&file("a.html", page), &config(pages));
    assert!(
        run.reasons().iter().all(|(path, reason)| (*path, *reason) == ("a.html", "page_unread")),
        "{:?}",
        run.rejected
    );
    run
}

/// The paragraphs of the article stand in the text, each on a line of its own.
#[track_caller]
fn keeps_article(body: &str) {
    for pages in [Pages::Main, Pages::Text] {
        let run = read(body, pages);
        assert_eq!(run.reasons(), [("", ""); 0], "{pages:?}");
        let text = run.text("a.html.txt");
        for paragraph in FERRY {
            assert!(text.lines().any(|line| line == paragraph), "{pages:?}: {text:.300}");
        }
        assert!(text.len() < 2 * FERRY.concat().len() + 100, "{pages:?}: nothing else: {}", text.len());
    }
}

#[test]
fn an_article_deep_in_elements() {
    const DEPTH: usize = 100_000;
    let within = |open: &str| format!("{}{}{}", open.repeat(DEPTH), article(), "</div>".repeat(DEPTH));
    keeps_article(&within("<div class=\"column\">"));
    // The same in hardly any bytes: too many tags.
    let run = read(&within("<div>"), Pages::Main);
    assert_eq!((run.reasons(), run.out.len()), (vec![("a.html", "page_unread")], 0));
}

#[test]
fn scripts_and_images_of_many_megabytes() {
    let script = format!("<script>{}</script>", "var a=\"<p>never</p>\";if(a<b){c()}\n".repeat(25_000));
    let image = format!("<img src=\"data:image/png;base64,{}\">", "iVBORw0KGgo+/9".repeat(120_000));
    let body = format!("{}{}{}", [&*script, &*image].concat().repeat(8), article(), script.repeat(4));
    assert!(body.len() > 20_000_000, "{}", body.len());
    keeps_article(&body);
}

#[test]
fn stray_end_tags() {
    // Each of them is an empty paragraph in the tree.
    let body = format!("{}{}", article(), "</p>".repeat(100_000));
    for pages in [Pages::Main, Pages::Text] {
        let run = read(&body, pages);
        assert_eq!((run.reasons(), run.out.len()), (vec![("a.html", "page_unread")], 0), "{pages:?}");
    }
    // As many in a page that has text for each of them.
    keeps_article(&format!("{}{}", article(), "</p><!-- a comment that is somewhat long -->".repeat(20_000)));
}

#[test]
fn a_long_attribute() {
    let long = "x".repeat(5_000_000);
    for attribute in [
        format!("class=\"{long}\""),
        format!("data-x='{long}'"),
        format!("href={long}"),
        "a=1 ".repeat(1_250_000),
    ] {
        keeps_article(&format!("<div {attribute}>{}</div>", article()));
    }
}

#[test]
fn what_is_never_closed() {
    // Browsers do not show what stands behind it either.
    for open in ["<!-- ", "<!--", "<script>", "<style>", "<a title=\""] {
        let hidden =
            "<p>Not seen: all of this stands in what is never closed.</p>\n".repeat(20_000).replace('"', "");
        keeps_article(&format!("{}{open}{hidden}", article()));
        let run = read(&format!("{open}{hidden}{}", article()), Pages::Main);
        assert_eq!((run.out.len(), run.summary.documents.emptied), (0, 1), "{open}: {:?}", run.out);
    }
    // Nor do they lose what stands behind these.
    for open in ["<template>", "<noscript>", "<b>", "<table>", "<li>"] {
        keeps_article(&format!("{}{}", open.repeat(2000), article()));
    }
}

/// Characters that an extractor escapes, and dashes in a comment, by the million.
#[test]
fn the_same_character_again_and_again() {
    const NUMBER: usize = 1_000_000;
    for c in ["&", "\u{a9}", "&nbsp;x"] {
        let run = read(&format!("{}<p>{}</p>", article(), c.repeat(NUMBER)), Pages::Main);
        let text = run.text("a.html.txt");
        let found = FERRY.iter().filter(|paragraph| text.lines().any(|line| line == **paragraph)).count();
        assert_eq!((run.reasons().len(), found), (0, FERRY.len()), "{c}");
        assert!(text.chars().count() > NUMBER, "{c}");
    }
    keeps_article(&format!("{}<!-- {}", article(), "-".repeat(NUMBER)));
    keeps_article(&format!("{}<!-- {}>", article(), "-".repeat(NUMBER)));
}
