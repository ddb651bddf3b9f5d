//! What lines look like: links, entries of tables, prose.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::classes::{Look, Properties, Tally};
use super::phrases::expression;

/// Columns from which on a line is no link, and may be prose: 30 Chinese characters. From twice as many on it is no entry
/// of a table either.
const LONG: u64 = 60;

/// Marks that end a sentence.
pub(super) const STOPS: &[char] = &['。', '！', '？', '!', '?', '.', '…', '؟', '।'];
/// Marks after which a line goes on, or ends a sentence.
const PAUSES: &[char] = &['；', ';', '：', ':', '，', ',', '、'];
/// What may stand behind the mark that ends a sentence.
pub(super) const CLOSING: &[char] = &['"', '”', '」', '’', '\'', ')', '）', '】', '》', ']', ' '];

/// Numbers that measure something.
static MEASURE: LazyLock<Regex> =
    LazyLock::new(|| expression(r"\d+[.,]\d+|\d+ ?[%％‰℃°度元点万亿]|[$€£¥￥]\d|\d+ ?[-:：–比] ?\d+"));
/// Days and times.
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    expression(r"\d{4}[-/.年]\d{1,2}(?:[-/.月]\d{1,2}日?)?|\d{1,2}[-/]\d{2}|\d{1,2}:\d{2}(?::\d{2})?")
});
/// A number that stands by itself.
static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| expression(r"(?:^|[\s,;:，；：(（|+-])\d+(?:[\s,;:，；：)）|%-]|$)"));
/// The number of an entry or of a section, before its title; the number of a list of the best.
static NUMBERED: LazyLock<Regex> =
    LazyLock::new(|| expression(r"^\W*\d{1,2}(?:\.\d{1,2})*[.、)）]?\s*(?:\d{1,2}\.\s)?(\D)|(?i:top) \d+"));
/// A section's number, which looks like a measure.
static SECTION: LazyLock<Regex> = LazyLock::new(|| expression(r"^\d{1,2}\.\d{1,2}\s"));
/// An entry of a programme, or an event of a day.
static SCHEDULED: LazyLock<Regex> =
    LazyLock::new(|| expression(r"^(?:\d{1,2}[:：]\d{2}\s*\S|\d{1,2}月\d{1,2}[日号])"));
/// What stands behind the name of a link, as do numbers and white space: arrows and bars.
const BEHIND: &str = ">»›:：|·()（）[]+▾×/";
/// What stands around it.
const AROUND: &str = "[]【】「」<>《》·|•» ";

/// Names of links that most sites have.
const NAVIGATION: &str = "\
首页|登录|注册|登录/注册|登陆|关于我们|联系我们|联系方式|网站地图|收藏|分享|分享到|评论|举报|更多|搜索|返回|返回顶部|返回首页|上一页|\
下一页|上一篇|下一篇|相关阅读|相关新闻|相关文章|相关推荐|相关内容|热门推荐|热门文章|推荐阅读|猜你喜欢|帮助|帮助中心|意见反馈|反馈|设置|\
退出|个人中心|我的收藏|新闻|国内|国际|军事|体育|娱乐|财经|科技|汽车|房产|教育|健康|旅游|视频|图片|专题|论坛|博客|问答|下载|商城|招聘|\
广告服务|版权声明|隐私政策|友情链接|微博|微信|客户端|手机版|点赞|转发|关注|私信|排行榜|加入收藏|设为首页|社会|文化|历史|时尚|游戏|数码|\
股票|基金|打印|复制链接|首頁|登入|註冊|關於我們|聯絡我們|搜尋|會員|\
home|about|about us|contact|contact us|menu|search|login|log in|sign in|sign up|register|subscribe|newsletter|share|facebook|\
twitter|instagram|pinterest|youtube|linkedin|email|print|reply|previous|next|back|categories|tags|archives|comments|shop|blog|news|\
products|services|faq|help|careers|privacy policy|terms of use|terms of service|cookie policy|sitemap|advertise|learn more|\
read more|view all|see all|show more|load more|skip to content|skip to main content|related articles|related posts|\
you may also like|recent posts|popular posts|account|my account|cart|checkout|wishlist|store|brands|deals|\
ホーム|ログイン|会員登録|お問い合わせ|サイトマップ|ランキング|検索|もっと見る|トップ|ニュース|\
홈|로그인|회원가입|검색|더보기|뉴스|공유|고객센터|이전|다음";

static NAVIGATION_NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| NAVIGATION.split('|').collect());

/// What the lines of a text are, counted.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines {
    /// Their characters.
    pub chars: Tally,
    /// Sentences that end in them.
    pub num_stops: u64,
    pub num: u64,
    /// Columns of all lines.
    pub width: u64,
    /// Short lines that end no sentence, go on in no other line and hold no data.
    pub links: u64,
    pub links_width: u64,
    /// Lines that hold data: rates, scores, programmes.
    pub data: u64,
    /// Lines that are the name of a link which most sites have.
    pub navigation: u64,
    /// Columns of long lines that end as sentences do, or hold several.
    pub prose_width: u64,
    /// Lines of digits without any letter.
    pub numbers: u64,
    pub numbers_width: u64,
}

impl Lines {
    /// The lines of a text, trimmed, without those that are blank.
    pub(super) fn of(text: &str) -> Self {
        let mut lines = Self::default();
        // A line that goes on in the next one, or comes from the one before, is hard-wrapped text.
        let begins_low = |line: Option<&&str>| line.is_some_and(|line| line.starts_with(char::is_lowercase));
        let mut rest = of(text).peekable();
        while let Some(line) = rest.next() {
            lines.add(line, begins_low(Some(&line)) || begins_low(rest.peek()));
        }
        lines
    }

    fn add(&mut self, line: &str, is_wrapped: bool) {
        let Look { seen, width, num_stops } = self.chars.add(line);
        self.num += 1;
        self.width += width;
        self.num_stops += num_stops;
        let has_numbers = seen.has(Properties::NUMERIC);
        if has_numbers && !seen.has(Properties::ALPHABETIC) {
            self.numbers += 1;
            self.numbers_width += width;
        }
        if width < 2 * LONG && has_numbers && is_data(line) {
            self.data += 1;
        } else if width < LONG && !is_wrapped && !is_finished(line) {
            self.links += 1;
            self.links_width += width;
        }
        if width < LONG && is_navigation(line) {
            self.navigation += 1;
        }
        if width >= LONG && (num_stops >= 2 || ends_sentence(line)) {
            self.prose_width += width;
        }
    }
}

/// The lines of a text, trimmed, without those that are blank.
pub(super) fn of(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// Whether a line ends as a sentence does, in any script.
pub(super) fn ends_sentence(line: &str) -> bool {
    line.trim_end_matches(CLOSING).ends_with(STOPS)
}

/// Whether a line ends a sentence or says that it goes on.
fn is_finished(line: &str) -> bool {
    let line = line.trim_end_matches(CLOSING);
    line.ends_with(STOPS) || line.ends_with(PAUSES)
}

/// Whether a line with a number is an entry of a table: a rate, a score, a place and its weather, a programme. The date of
/// a headline and its number in a list make none.
fn is_data(line: &str) -> bool {
    if line.chars().filter(|c| c.is_alphabetic()).take(2).count() < 2 {
        return true;
    }
    if SCHEDULED.is_match(line) {
        return true;
    }
    let mut rest = DATE.replace_all(line, " ");
    let begins_with_measure = MEASURE.find(&rest).is_some_and(|found| found.start() == 0);
    if !begins_with_measure || SECTION.is_match(&rest) {
        rest = NUMBERED.replace_all(&rest, "$1").into_owned().into();
    }
    MEASURE.is_match(&rest) || NUMBER.is_match(&rest)
}

/// Whether a short line is the name of a link which most sites have.
fn is_navigation(line: &str) -> bool {
    let is_behind = |c: char| BEHIND.contains(c) || c.is_whitespace() || c.is_numeric();
    let name = line.trim_end_matches(is_behind).trim_matches(|c| AROUND.contains(c));
    NAVIGATION_NAMES.contains(&*name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_are_no_links() {
        for (line, is_data) in [
            ("美元 7.1012", true),
            ("北京 晴 3℃~12℃", true),
            ("曼城 3-1 热刺", true),
            ("Boston 112, Miami 104", true),
            ("Mar/May 50 over May", true),
            ("19:00 新闻联播", true),
            ("5月13日 沈阳对青岛", true),
            ("1,204.50", true),
            ("老旧小区改造提速 2019-08-02", false),
            ("老旧小区改造提速2019-08-02 12:30", false),
            ("3. 老旧小区改造提速", false),
            ("1.2 Types of service", false),
            ("The Top 10 cities", false),
            ("iphone11 壳", false),
            ("三个项目获支持", false),
            ("2020", true),
            ("首页", false),
        ] {
            let lines = Lines::of(line);
            assert_eq!(lines.data == 1, is_data, "{line}");
        }
    }

    #[test]
    fn names_of_links() {
        for (line, is_name) in [
            ("首页", true),
            ("【首页】 >", true),
            ("评论(23)", true),
            ("Read more »", true),
            ("首页上的消息", false),
            ("Home is where the heart is", false),
        ] {
            assert_eq!(is_navigation(line), is_name, "{line}");
        }
    }

    #[test]
    fn sentences() {
        for (line, ends) in [
            ("他走了。", true),
            ("他说：“走吧！”", true),
            ("It was 3.5 metres. He left", false),
            ("(It was over.)", true),
            ("标题", false),
        ] {
            assert_eq!(ends_sentence(line), ends, "{line}");
        }
    }

    #[test]
    fn lines_are_counted_by_what_they_are() {
        let text = "首页\n\n  今日要闻 \n美元 7.1\n3 4 5\nThis line is\nwrapped by hand\n他走了。\n";
        let lines = Lines::of(text);
        assert_eq!((lines.num, lines.links, lines.links_width), (7, 2, 4 + 8));
        assert_eq!((lines.data, lines.navigation), (2, 1));
        assert_eq!((lines.numbers, lines.numbers_width, lines.prose_width), (1, 5, 0));
        let prose = format!("{}。", "雨".repeat(30));
        assert_eq!(Lines::of(&prose).prose_width, 62);
        assert_eq!(Lines::of(&format!("{prose}{prose}又")).prose_width, 126);
    }
}
