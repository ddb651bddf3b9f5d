//! The ten sites: which parts a page of each has, how large they are, and how its article is marked up.

use std::fmt::Write as _;

use super::filler::{self, Filler, escape};
use crate::common::random::Random;

/// How a site writes its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    /// UTF-8, and says so.
    Utf8,
    /// UTF-8, and says nothing.
    Utf8Unlabelled,
    /// GBK, and calls it GB2312.
    Gbk,
    /// GBK, and says nothing.
    GbkUnlabelled,
}

/// How paragraphs are marked up.
#[derive(Debug, Clone, Copy)]
enum Paragraphs {
    /// `<p>`.
    P,
    /// `<p>` with what editors leave in it: spans, styles, bold beginnings.
    Styled,
    /// Text with two `<br>` between paragraphs.
    Br,
    /// `<div>`.
    Div,
    /// Each in elements of its own, as applications write them.
    Nested,
}

/// An article and where it belongs.
#[derive(Debug)]
pub(crate) struct Article<'a> {
    pub(crate) number: usize,
    pub(crate) byline: &'a str,
    pub(crate) paragraphs: &'a [&'a str],
    pub(crate) foot: &'a [&'a str],
    pub(crate) is_chinese: bool,
}

/// A site.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) charset: Charset,
    paragraphs: Paragraphs,
    /// What the article stands in, as an opening and its end.
    around: (&'static str, &'static str),
    /// Entries of the navigation, lists of links beside the article with their entries, and comments below it.
    num_nav: usize,
    lists: (usize, usize),
    num_comments: usize,
    /// Kilobytes of scripts, of styles, of data and of images in the page.
    scripts: usize,
    styles: usize,
    data: usize,
    images: usize,
    /// A table of figures stands in the article.
    has_table: bool,
}

/// What the sites have in common.
const PLAIN: Site = Site {
    charset: Charset::Utf8,
    paragraphs: Paragraphs::P,
    around: ("<article class=\"article-content\">", "</article>"),
    num_nav: 40,
    lists: (4, 15),
    num_comments: 0,
    scripts: 40,
    styles: 15,
    data: 0,
    images: 0,
    has_table: false,
};

/// The sites.
pub(crate) const SITES: [Site; 10] = [
    // A portal.
    Site { num_nav: 120, lists: (8, 20), scripts: 60, ..PLAIN },
    // An old portal, laid out by tables.
    Site {
        charset: Charset::Gbk,
        paragraphs: Paragraphs::Styled,
        around: (
            "<table width=\"950\" cellpadding=\"0\"><tr><td width=\"650\" valign=\"top\"><div id=\"artibody\" class=\"content\">",
            "</div></td><td width=\"300\"><img src=\"ad.gif\" alt=\"\"></td></tr></table>",
        ),
        num_nav: 80,
        lists: (10, 20),
        scripts: 20,
        styles: 5,
        ..PLAIN
    },
    // A blog whose paragraphs are parted by line breaks.
    Site {
        paragraphs: Paragraphs::Br,
        around: ("<div class=\"post-body entry-content\">", "</div>"),
        num_comments: 20,
        scripts: 30,
        ..PLAIN
    },
    // An application that carries its data.
    Site {
        paragraphs: Paragraphs::Nested,
        around: (
            "<div id=\"__next\"><main><div class=\"css-1x2y3z\"><div class=\"story-body\">",
            "</div></div></main></div>",
        ),
        data: 60,
        styles: 30,
        ..PLAIN
    },
    // A blog with many comments.
    Site {
        around: ("<div class=\"entry-content\">", "</div>"),
        num_comments: 60,
        scripts: 25,
        styles: 25,
        ..PLAIN
    },
    // An old site without a label.
    Site {
        charset: Charset::GbkUnlabelled,
        paragraphs: Paragraphs::Br,
        around: ("<div id=\"content\"><div class=\"text\">", "</div></div>"),
        scripts: 10,
        styles: 8,
        lists: (8, 12),
        ..PLAIN
    },
    // A paper with tables of figures.
    Site { has_table: true, around: ("<section id=\"article-body\">", "</section>"), scripts: 50, ..PLAIN },
    // A page for telephones: its style in it, and paragraphs in `<div>`.
    Site {
        paragraphs: Paragraphs::Div,
        around: ("<section class=\"article\"><div class=\"rich-text\">", "</div></section>"),
        num_nav: 15,
        lists: (2, 10),
        scripts: 10,
        styles: 50,
        ..PLAIN
    },
    // A site full of advertisement, with images in the page.
    Site { images: 50, scripts: 90, lists: (6, 20), ..PLAIN },
    // A small site that says little about itself.
    Site {
        charset: Charset::Utf8Unlabelled,
        around: ("<div class=\"main\"><div class=\"article\">", "</div></div>"),
        num_nav: 20,
        lists: (3, 10),
        scripts: 15,
        styles: 5,
        ..PLAIN
    },
];

/// A page that is being written.
struct Writer<'a> {
    out: String,
    filler: &'a Filler,
    random: Random,
    is_chinese: bool,
}

impl Site {
    /// The page of an article.
    pub(crate) fn page(&self, article: &Article<'_>, filler: &Filler) -> String {
        let mut writer = Writer {
            out: String::with_capacity(200_000),
            filler,
            random: filler.random(article.number),
            is_chinese: article.is_chinese,
        };
        let title =
            article.paragraphs.first().map_or_else(String::new, |text| escape(&filler::headline(text)));
        writer.head(self, article, &title);
        writer.nav(self.num_nav);
        let (open, close) = self.around;
        let _ = write!(
            writer.out,
            "<div class=\"wrapper\">\n<h1 class=\"title\">{title}</h1>\n<div class=\"info\"><span>{}</span></div>\n{open}\n",
            escape(article.byline)
        );
        writer.article(self, article);
        writer.out.push_str(close);
        writer.share();
        writer.out.push_str("</div>\n");
        writer.comments(self.num_comments);
        for _ in 0..self.lists.0 {
            writer.list(self.lists.1);
        }
        writer.end(self, article);
        writer.out
    }
}

impl Writer<'_> {
    /// Appends to the page: a string takes everything.
    fn put(&mut self, arguments: std::fmt::Arguments<'_>) {
        let _ = self.out.write_fmt(arguments);
    }

    fn head(&mut self, site: &Site, article: &Article<'_>, title: &str) {
        let label = match site.charset {
            Charset::Utf8 => "<meta charset=\"utf-8\">\n",
            Charset::Gbk if article.is_chinese => {
                "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=gb2312\">\n"
            }
            Charset::Gbk | Charset::Utf8Unlabelled | Charset::GbkUnlabelled => "",
        };
        let lang = if article.is_chinese { "zh-CN" } else { "en" };
        let number = article.number;
        self.put(format_args!(
            "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n{label}<title>{title}</title>\n\
             <meta property=\"og:title\" content=\"{title}\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
             <link rel=\"canonical\" href=\"https://news.example/a/{number}.html\">\n<style>\n"
        ));
        filler::style(&mut self.out, site.styles * 1000, &mut self.random);
        self.out.push_str("</style>\n");
        self.script(site.scripts * 500);
        self.out.push_str("</head>\n<body class=\"page\">\n");
    }

    fn script(&mut self, bytes: usize) {
        // A few of them, as sites have.
        for _ in 0..4 {
            self.out.push_str("<script type=\"text/javascript\">");
            filler::script(&mut self.out, bytes / 4, &mut self.random);
            self.out.push_str("</script>\n");
        }
    }

    fn headline(&mut self) -> String {
        self.filler.headline(self.is_chinese, &mut self.random).to_owned()
    }

    fn nav(&mut self, number: usize) {
        self.out.push_str("<header class=\"header\"><nav class=\"nav\"><ul>\n");
        for at in 0..number {
            let name: String = self.headline().chars().take(if self.is_chinese { 3 } else { 12 }).collect();
            let name = escape(&name.replace(['&', ';'], ""));
            self.put(format_args!(
                "<li class=\"nav-item nav-item-{at}\"><a href=\"https://news.example/channel/{at}/\" target=\"_blank\">{name}</a></li>\n"
            ));
        }
        self.out.push_str("</ul></nav></header>\n");
    }

    fn article(&mut self, site: &Site, article: &Article<'_>) {
        for (at, text) in article.paragraphs.iter().enumerate() {
            let text = escape(text);
            match site.paragraphs {
                Paragraphs::P => self.put(format_args!("<p>{text}</p>\n")),
                Paragraphs::Styled => self.put(format_args!(
                    "<p style=\"text-indent: 2em\"><span style=\"font-family: 宋体; font-size: 14px\">\u{3000}\u{3000}{text}</span></p>\n"
                )),
                Paragraphs::Br => self.put(format_args!("{text}<br />\n<br />\n")),
                Paragraphs::Div => self.put(format_args!("<div class=\"para\">{text}</div>\n")),
                Paragraphs::Nested => self.put(format_args!(
                    "<div data-component=\"text-block\" class=\"ssrcss-11r1m41\"><div class=\"ssrcss-7uxr49\"><p class=\"ssrcss-1q0x1qg\">{text}</p></div></div>"
                )),
            }
            if at % 6 == 5 {
                self.put(format_args!(
                    "<div class=\"img\"><img src=\"https://img.example/{at}.jpg\" width=\"600\" alt=\"\"></div>\n"
                ));
            }
            if at == 3 && site.has_table {
                self.table();
            }
        }
    }

    fn table(&mut self) {
        self.out.push_str("<table class=\"figures\"><tr><th>#</th><th>A</th><th>B</th></tr>\n");
        for row in 0..20 {
            let (first, second) = (self.random.below(10_000), self.random.below(100));
            self.put(format_args!("<tr><td>{row}</td><td>{first}</td><td>{second} %</td></tr>\n"));
        }
        self.out.push_str("</table>\n");
    }

    fn share(&mut self) {
        self.out.push_str("<div class=\"share-bar\"><ul>\n");
        for name in ["weibo", "wechat", "qzone", "twitter", "facebook", "mail"] {
            self.put(format_args!(
                "<li><a class=\"share share-{name}\" href=\"javascript:;\" title=\"{name}\"><svg width=\"16\" height=\"16\"><path d=\"M0 0h16v16H0z\"/></svg><i class=\"icon\"></i></a></li>\n"
            ));
        }
        self.out.push_str("</ul></div>\n");
    }

    fn comments(&mut self, number: usize) {
        self.out.push_str(
            "<div id=\"comments\" class=\"comments\"><h3>Comments</h3><ol class=\"comment-list\">\n",
        );
        for at in 0..number {
            let text = self.headline();
            self.put(format_args!(
                "<li class=\"comment depth-1\" id=\"comment-{at}\"><div class=\"comment-author\"><img class=\"avatar\" src=\"https://img.example/u/{at}.png\" alt=\"\"><cite>user{at}</cite></div><div class=\"comment-body\"><p>{text}</p></div><div class=\"reply\"><a href=\"#reply-{at}\">Reply</a></div></li>\n"
            ));
        }
        self.out.push_str("</ol></div>\n");
    }

    fn list(&mut self, number: usize) {
        self.out.push_str("<div class=\"sidebar\"><div class=\"widget related\"><h3 class=\"widget-title\">Top</h3><ul class=\"list\">\n");
        for _ in 0..number {
            let (text, id) = (self.headline(), self.random.below(1 << 30));
            self.put(format_args!(
                "<li class=\"item\"><a class=\"item-link\" href=\"https://news.example/a/{id}.html?from=related\" target=\"_blank\" data-id=\"{id}\" title=\"{text}\">{text}</a></li>\n"
            ));
        }
        self.out.push_str("</ul></div></div>\n");
    }

    fn end(&mut self, site: &Site, article: &Article<'_>) {
        self.out.push_str("<footer class=\"footer\">\n");
        for line in article.foot {
            let line = escape(line);
            self.put(format_args!("<p>{line}</p>\n"));
        }
        for _ in 0..site.images / 5 {
            filler::image(&mut self.out, 5000, &mut self.random);
        }
        self.out.push_str("</footer>\n");
        if site.data > 0 {
            self.out.push_str("<script id=\"__NEXT_DATA__\" type=\"application/json\">");
            filler::data(&mut self.out, site.data * 1000, (self.filler, self.is_chinese), &mut self.random);
            self.out.push_str("</script>\n");
        }
        self.script(site.scripts * 500);
        self.out.push_str("</body>\n</html>\n");
    }
}
