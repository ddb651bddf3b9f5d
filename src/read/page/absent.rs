//! Pages without a main text: lists, errors, and pages that scripts fill (contract H1).
//!
//! An article is never judged absent: a page with [`ARTICLE`] of prose in its main text has one, whatever else it is.

use super::about::About;
use super::beside::{MOSTLY, linked_share};
use super::lines::{self, Line, weight_of};
use super::reduce::Head;

/// Why a page has no main text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    /// It is a list of links: a front page, a section, the results of a search.
    List,
    /// It says that something is wrong: not found, not allowed, wait a moment.
    ErrorPage,
    /// Its text comes by scripts.
    ScriptOnly,
    /// It has no text at all.
    Empty,
}

/// The prose of an article, in letters: 200 Chinese characters.
const ARTICLE: usize = 600;

/// The prose of a notice, in letters. A short piece of news has more.
const NOTICE: usize = 200;

impl Absent {
    /// The reason as it stands in the summary.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::ErrorPage => "error_page",
            Self::ScriptOnly => "script_only",
            Self::Empty => "empty",
        }
    }

    /// Why a page has no main text, if it has none: `main` is what the extractor found, `visible` all of its lines.
    pub(super) fn of(head: &Head<'_>, about: &About, main: &[Line], visible: &[Line]) -> Option<Self> {
        let prose = lines::prose(main);
        if prose >= ARTICLE {
            return None;
        }
        if visible.is_empty() {
            return Some(if head.has_scripts { Self::ScriptOnly } else { Self::Empty });
        }
        if is_error(head, about, main, visible) {
            return Some(Self::ErrorPage);
        }
        if head.has_scripts && is_for_scripts(main, visible) {
            return Some(Self::ScriptOnly);
        }
        if main.is_empty() {
            return Some(Self::List);
        }
        // A page that is dated has something that was published that day.
        let is_few = prose < NOTICE && about.date.is_empty();
        let is_list = linked_share(main) >= MOSTLY || is_few && linked_share(visible) >= 0.6;
        is_list.then_some(Self::List)
    }
}

/// Whether these lines weigh no more than this.
fn is_less(lines: &[Line], most: usize) -> bool {
    lines.iter().flat_map(|line| line.text.chars()).map(weight_of).take(most + 1).sum::<usize>() <= most
}

/// Whether a page says that it is not what was asked for: its title or a heading does, or one of its few lines.
fn is_error(head: &Head<'_>, about: &About, main: &[Line], visible: &[Line]) -> bool {
    /// A page that says no more than this is all notice.
    const ALL_NOTICE: usize = 400;
    let is_short = is_less(visible, ALL_NOTICE);
    let headings = visible.iter().filter(|line| (is_short || line.level > 0) && line.num_linked == 0);
    let titles = [head.title.unwrap_or_default(), &about.title];
    let mut said = titles.into_iter().chain(headings.map(|line| line.text.as_str()));
    lines::prose(main) < NOTICE && said.any(says_error)
}

/// Whether a short text says that something is wrong.
fn says_error(text: &str) -> bool {
    /// What is longer tells of something, in characters.
    const MOST: usize = 60;
    const NUMBERS: [&str; 9] = ["400", "401", "403", "404", "410", "429", "500", "502", "503"];
    const PHRASES: [&str; 36] = [
        "404 not found",
        "404 error",
        "error 404",
        "page not found",
        "not found on this server",
        "403 forbidden",
        "access denied",
        "access to this page has been denied",
        "just a moment",
        "attention required",
        "page doesn't exist",
        "page does not exist",
        "page you requested",
        "page can't be found",
        "page cannot be found",
        "page isn't available",
        "are you a robot",
        "verify you are human",
        "security check",
        "internal server error",
        "bad gateway",
        "service unavailable",
        "too many requests",
        "页面不存在",
        "页面未找到",
        "页面没有找到",
        "找不到页面",
        "找不到该页",
        "您访问的页面",
        "网页不存在",
        "文章不存在",
        "内容不存在",
        "文章已删除",
        "内容已删除",
        "安全验证",
        "访问被拒绝",
    ];
    let text = text.trim();
    if text.is_empty() || text.chars().take(MOST + 1).count() > MOST {
        return false;
    }
    let lower = text.to_lowercase().replace('’', "'");
    NUMBERS.contains(&lower.as_str()) || PHRASES.iter().any(|phrase| lower.contains(phrase))
}

/// Whether a page asks for scripts and says little else.
fn is_for_scripts(main: &[Line], visible: &[Line]) -> bool {
    /// A page that says more has text of its own.
    const MOST: usize = 600;
    let asks = |line: &Line| {
        let lower = line.text.to_lowercase();
        lower.contains("javascript")
            && ["enable", "turn", "requires", "启用", "开启"].iter().any(|word| lower.contains(word))
    };
    is_less(visible, MOST) && (visible.iter().any(asks) || main.is_empty() && is_less(visible, NOTICE))
}

#[cfg(test)]
mod tests {
    use super::super::main_text::Texts;
    use super::super::reduce::reduce;
    use super::*;

    fn absent(html: &str) -> Option<Absent> {
        let page = reduce(html);
        let Texts { visible, article } = Texts::of(&page, true);
        let (main, title) = article.unwrap_or_default();
        let about = About::of(&page.head, &visible, &title, "");
        Absent::of(&page.head, &about, &main, &visible)
    }

    /// Navigation of a site: 40 links.
    fn links() -> String {
        "<li><a href=/a>One of the stories of today</a></li>".repeat(40)
    }

    #[test]
    fn pages_without_a_text() {
        for (html, reason) in [
            ("", Absent::Empty),
            ("<p> &nbsp; </p>", Absent::Empty),
            ("<div id=app></div><script src=a.js></script>", Absent::ScriptOnly),
            ("<p>Please enable JavaScript to view this site.</p><script></script>", Absent::ScriptOnly),
            (
                "<title>404 Not Found</title><h1>Not Found</h1><p>It is not on this server.</p>",
                Absent::ErrorPage,
            ),
            (
                "<title>Just a moment...</title><p>We check your browser.</p><script></script>",
                Absent::ErrorPage,
            ),
            ("<title>晨报网</title><p>您访问的页面不存在或已删除！</p>", Absent::ErrorPage),
        ] {
            assert_eq!(absent(html), Some(reason), "{html}");
        }
        assert_eq!(absent(&format!("<title>Stories</title><ul>{}</ul>", links())), Some(Absent::List));
        let teaser = "<p>News from all over the world, every day of the year, for you.</p>";
        assert_eq!(
            absent(&format!("<title>Stories</title>{teaser}<ul>{}</ul>", links())),
            Some(Absent::List)
        );
        let lost = format!("<title>Page not found | Post</title><h1>Sorry</h1><ul>{}</ul>", links());
        assert_eq!(absent(&lost), Some(Absent::ErrorPage));
    }

    #[test]
    fn an_article_is_never_absent() {
        let english = "It rained all day, and the river rose by a metre before noon. ".repeat(12);
        let chinese = "大雨下了一整天，到中午河水已上涨一米。".repeat(12);
        for text in [english, chinese] {
            for title in ["404 Not Found", "Just a moment", "Rain", "页面不存在"] {
                let html = format!(
                    "<title>{title}</title><ul>{}</ul><p>{text}</p><p>{text}</p><script></script>",
                    links()
                );
                assert_eq!(absent(&html), None, "{title}");
            }
        }
    }

    #[test]
    fn short_news_are_no_list() {
        let text = "新华社消息：今天凌晨，北部发生五级地震，目前没有人员伤亡的报告。";
        let dated = format!(
            "<title>北部发生五级地震_晨报网</title><ul>{}</ul><h1>北部发生五级地震</h1>\
            <p>2020年1月31日 08:05</p><p>{text}</p>",
            links()
        );
        assert_eq!(absent(&dated), None);
        assert_eq!(absent(&format!("<h1>北部发生五级地震</h1><p>{text}</p>")), None);
    }
}
