//! Markup that is reduced, and hostile markup.

use std::time::{Duration, Instant};

use super::{MAX_DEPTH, Reduced, reduce};

/// The markup that is left of a page, without the numbers of its lines.
fn left(html: &str) -> String {
    let mut left = reduce(html).html;
    for line in 1..10 {
        left = left.replace(&format!(" data-l={line}"), "");
    }
    left
}

#[test]
fn what_no_reader_sees_goes() {
    for (html, kept) in [
        ("<!DOCTYPE html><p>a</p>", "<p>a</p>"),
        ("a<!-- b -->c", "ac"),
        ("a<!-- b -- > <p> -->c", "ac"),
        ("a<!-->c", "ac"),
        ("a<!--->c", "ac"),
        ("a<!----->c", "ac"),
        ("a<!-- b --!>c", "ac"),
        ("a<!-- b", "a"),
        ("a<?php b ?>c", "ac"),
        ("a</ b>c", "ac"),
        ("a<script>if (a < b) {'</p>'}</script>c", "ac"),
        ("a<SCRIPT>b</Script >c", "ac"),
        ("a<script>b</scripts>c", "a"),
        ("a<style>b</style><svg><p>b</p></svg>c", "ac"),
        ("a<noscript><img src=b></noscript>c", "ac"),
        ("a<label>b</label><button>b</button>c", "ac"),
        ("a\0b", "ab"),
        ("a < b <3 c<", "a &lt; b &lt;3 c&lt;"),
        ("a & b &amp; &#38; &c", "a &amp; b &amp; &#38; &c"),
        ("<b>a</b> <code>b</code>", "a b"),
        ("<x-article>a</x-article>", "a"),
        ("<p", ""),
        ("<p class=\"a", ""),
    ] {
        assert_eq!(left(html), kept, "{html}");
    }
}

#[test]
fn attributes_that_say_something_stay() {
    for (html, kept) in [
        ("<div class=a ID='b' onclick=\"c\">", "<div class=\"a\" id=\"b\">"),
        ("<div class='a\"b'>", "<div class=\"a&quot;b\">"),
        ("<div style='color: red'>", "<div>"),
        ("<div style='DISPLAY:none'>", "<div style=\"DISPLAY:none\">"),
        ("<a href=https://rain.example/a/b/c>", "<a href=\"https://rain\">"),
        ("<div hidden>", "<div hidden=\"\">"),
        ("<div/class=a/>", "<div class=\"a/\">"),
    ] {
        assert_eq!(left(html), kept, "{html}");
    }
    let long = format!("<div class='{}雨'>", "a".repeat(255));
    assert_eq!(left(&long), format!("<div class=\"{}\">", "a".repeat(255)));
}

#[test]
fn a_page_for_readers_without_scripts_is_kept() {
    let post = "<p>It rained all day, and the river rose by a metre.</p>".repeat(30);
    let kept = left(&format!("<noscript>{post}<noscript>b</noscript>"));
    assert_eq!(kept, format!("{post}b"));
    assert_eq!(left("<noscript><p>Please enable scripts.</p></noscript>"), "");
}

#[test]
fn what_a_page_says_of_itself_is_noted() {
    let html = "<html lang=zh><head><title>Rain &amp; snow</title><link rel=canonical href=/a>\
        <meta property='og:title' content=Rain><meta charset=gbk><meta name=date content=2020>\
        <script type='application/ld+json'>{}</script><script>a</script></head>\
        <time datetime=2020-01-31>Friday</time>";
    let Reduced { head, num_tags, .. } = reduce(html);
    assert_eq!(head.title, Some("Rain &amp; snow"));
    assert_eq!((head.lang, head.canonical), (Some("zh"), Some("/a")));
    assert_eq!(head.metas, [("og:title", "Rain"), ("date", "2020")]);
    assert_eq!((head.linked_data, head.times), (vec!["{}"], vec!["2020-01-31"]));
    assert!(head.has_scripts);
    assert_eq!(num_tags, 3);
}

#[test]
fn nothing_is_nested_deeper_than_the_limit() {
    let deep = MAX_DEPTH + 50;
    let html = format!("{}a{}b", "<div>".repeat(deep), "</div>".repeat(deep));
    let kept = left(&html);
    assert_eq!(kept.matches("<div>").count(), MAX_DEPTH);
    assert_eq!(kept.matches("</div>").count(), MAX_DEPTH);
    assert_eq!(kept.matches("<br>").count(), 100);
    // End tags of what is not open end nothing.
    assert_eq!(left("<div>a</span></section>b</div>"), "<div>ab</div>");
}

/// Markup that takes a careless reader a time that grows with its square takes this one as long as any other of its size.
#[test]
fn hostile_markup_takes_linear_time() {
    const BYTES: usize = 1 << 20;
    let start = Instant::now();
    for unit in [
        "<",
        "<a",
        "<!--",
        "<!-- -",
        "-",
        "</",
        "<a href=\"",
        "<a b='",
        "<script>",
        "<script><!--",
        "<noscript>",
        "<title>",
        "<svg>",
        "<textarea>",
        "<div>",
        "</div>",
        "<div a>",
        "a=b ",
        "&",
        "&#",
        "\0",
        "<p><b>",
        "<span><div></span>",
        "<table><tr><td>",
        "<!-- BEGIN WAYBACK TOOLBAR INSERT -->",
    ] {
        for before in ["", "<!--", "<a ", "<pre>"] {
            let html = before.to_owned() + &unit.repeat(BYTES / unit.len());
            let reduced = reduce(&html);
            assert!(reduced.html.len() <= 8 * BYTES, "{before}{unit}");
        }
    }
    // 100 MB of it. What is not linear takes hours.
    assert!(start.elapsed() < Duration::from_mins(1), "{:?}", start.elapsed());
}
