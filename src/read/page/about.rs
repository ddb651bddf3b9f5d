//! What a page says about itself: title, address, date, language and name of its site (contract H3).

use super::dates;
use super::headline;
use super::language;
use super::lines::Line;
use super::linked::Linked;
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

/// The longest address that is taken from a page, in bytes.
const MAX_ADDRESS: usize = 2048;

/// The longest name of a site, in characters.
const MAX_SITE: usize = 80;

/// Names of `<meta>` elements that hold the date of publication, the surest first.
const DATES: [&str; 20] = [
    "article:published_time",
    "og:published_time",
    "og:article:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "weibo:article:create_at",
    "bytedance:published_time",
    "cxenseparse:recs:publishtime",
    "pubdate",
    "publishdate",
    "publish_date",
    "publish-date",
    "publication_date",
    "published_time",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date",
    "date",
];

impl About {
    /// What the head and the lines of a page say. `title` is the extractor's; `url` is known from outside, or empty.
    pub(super) fn of(head: &Head<'_>, visible: &[Line], title: &str, url: &str) -> Self {
        let linked = Linked::of(&head.linked_data);
        let url = if url.is_empty() { address(head) } else { url.to_owned() };
        let site = meta(head, &["og:site_name", "application-name", "sitename"])
            .filter(|site| site.chars().count() <= MAX_SITE)
            .unwrap_or_else(|| host(&url).to_owned());
        let names = [
            meta(head, &["og:title", "articletitle", "twitter:title"]),
            Some(decoded(&linked.headline)),
            head.title.map(decoded),
            Some(decoded(title)),
        ];
        let names: Vec<String> = names.into_iter().flatten().filter(|name| !name.is_empty()).collect();
        let headline = headline::of(&names, &site, visible);
        let date = date(head, &linked, visible, &headline, &url);
        let tags = [head.lang.unwrap_or_default(), &meta(head, &["og:locale"]).unwrap_or_default()]
            .map(str::to_owned)
            .into_iter()
            .chain(meta(head, &["content-language", "language", "dc.language", "inlanguage"]));
        let tags: Vec<String> = tags.collect();
        let language = language::of(visible, tags.iter().map(String::as_str));
        Self { title: headline, url, date, language, site }
    }
}

/// A value of the head as text: without character references, and with single spaces.
fn decoded(value: &str) -> String {
    let decoded = html_escape::decode_html_entities(value);
    decoded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first of these `<meta>` elements that says something.
fn meta(head: &Head<'_>, names: &[&str]) -> Option<String> {
    let mut contents = names.iter().flat_map(|name| {
        head.metas
            .iter()
            .filter(|(other, _)| other.trim().eq_ignore_ascii_case(name))
            .map(|(_, content)| *content)
    });
    contents.by_ref().map(decoded).find(|content| !content.is_empty())
}

/// The address that a page gives for itself, if it is a whole one.
fn address(head: &Head<'_>) -> String {
    let canonical = head.canonical.map(decoded);
    let named = [canonical, meta(head, &["og:url"])];
    let is_whole = |url: &String| {
        let has_host = ["https://", "http://"]
            .iter()
            .any(|scheme| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
        has_host && !host(url).is_empty() && url.len() <= MAX_ADDRESS && !url.contains(char::is_whitespace)
    };
    named.into_iter().flatten().find(is_whole).unwrap_or_default()
}

/// The host of an address, without `www.`; empty if it has none.
fn host(url: &str) -> &str {
    let Some((_, rest)) = url.split_once("://") else { return "" };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest[..end].rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

/// When a page was published.
fn date(head: &Head<'_>, linked: &Linked, visible: &[Line], headline: &str, url: &str) -> String {
    let metas = || DATES.iter().find_map(|name| meta(head, &[name]).and_then(|date| dates::find(&date)));
    // The first is the page's own; others are of the pages that it leads to.
    let time = || head.times.first().and_then(|time| dates::find(time));
    metas()
        .or_else(|| dates::find(&linked.published))
        .or_else(|| near(visible, headline))
        .or_else(time)
        .or_else(|| dates::find_in_address(url))
        .unwrap_or_default()
}

/// The date in the lines about the headline.
fn near(visible: &[Line], headline: &str) -> Option<String> {
    /// Lines before and behind the headline.
    const NEAR: (usize, usize) = (3, 12);
    /// A line that dates a page says little more than that, in characters.
    const MOST: usize = 120;
    let at = visible.iter().rposition(|line| line.level > 0 && line.text == headline);
    let at = at.or_else(|| visible.iter().position(|line| line.text == headline))?;
    let is_short = |line: &&Line| line.text.chars().take(MOST + 1).count() <= MOST;
    let behind = visible.iter().skip(at + 1).take(NEAR.1);
    let before = visible[at.saturating_sub(NEAR.0)..at].iter().rev();
    behind.chain(before).filter(is_short).find_map(|line| dates::find(&line.text))
}

#[cfg(test)]
mod tests {
    use super::super::reduce::reduce;
    use super::*;

    fn about(html: &str, url: &str) -> About {
        let page = reduce(html);
        let texts = super::super::main_text::Texts::of(&page, false);
        About::of(&page.head, &texts.visible, "", url)
    }

    #[test]
    fn of_a_head() {
        let html = r#"<html lang="zh-cn"><head><title>大雨 &amp; 大风_要闻_晨报网</title>
            <link rel="canonical" href="https://www.chenbao.example/a?b=1&amp;c=2">
            <meta property="og:site_name" content="晨报网"><meta name="PubDate" content="2020-01-31 08:05">
            </head><body><h1>大雨 &amp; 大风</h1><p>今天下了一天的大雨，路上行人很少。</p></body></html>"#;
        let found = about(html, "");
        assert_eq!(found.title, "大雨 & 大风");
        assert_eq!(found.url, "https://www.chenbao.example/a?b=1&c=2");
        assert_eq!(found.date, "2020-01-31T08:05:00");
        assert_eq!(found.language, "zh-CN");
        assert_eq!(found.site, "晨报网");
        let outside = about(html, "http://archive.example/1");
        assert_eq!(outside.url, "http://archive.example/1");
    }

    #[test]
    fn an_address_is_a_whole_one() {
        for (href, url, site) in [
            ("https://www.rain.example/a", "https://www.rain.example/a", "rain.example"),
            ("HTTP://user@rain.example:8080?a", "HTTP://user@rain.example:8080?a", "rain.example"),
            ("/a/b.html", "", ""),
            ("//rain.example/a", "", ""),
            ("https://", "", ""),
            ("https:///a", "", ""),
            ("javascript:void(0)", "", ""),
            ("https://rain.example/a b", "", ""),
        ] {
            let found = about(&format!("<link rel=canonical href=\"{href}\"><p>Rain</p>"), "");
            assert_eq!((found.url.as_str(), found.site.as_str()), (url, site), "{href}");
        }
    }

    #[test]
    fn a_date_is_looked_for_where_it_is_surest() {
        for (html, url, date) in [
            (
                r#"<meta itemprop="datePublished" content="2020-01-31"><time datetime="2021-01-01">"#,
                "",
                "2020-01-31",
            ),
            (r#"<meta name="date" content="unknown"><time datetime="2021-01-01">"#, "", "2021-01-01"),
            (
                r#"<script type="application/ld+json">{"@type":"Article","datePublished":"2020-02-01"}</script>"#,
                "",
                "2020-02-01",
            ),
            (
                "<p>2001-01-01</p><h1>Rain</h1><p>By A</p><p>January 31, 2020 8:05 am</p>",
                "",
                "2020-01-31T08:05:00",
            ),
            ("<title>Rain</title><p>2001-01-01</p>", "https://a.example/2020/01/31/rain", "2020-01-31"),
            (r#"<meta name="date" content="2150-01-31">"#, "", ""),
        ] {
            let title = if html.contains("<title>") { "" } else { "<title>Rain</title>" };
            assert_eq!(about(&format!("{title}{html}"), url).date, date, "{html}");
        }
    }
}
