//! The lines a news site puts on every page: a pool of 200, shared by many documents.

use super::documents::Tongue;
use super::random::Random;

/// Sites with Chinese pages; each has every line of [`CHINESE_TOP`] and [`CHINESE_END`].
const CHINESE_SITES: &[&str] = &[
    "新潮新闻",
    "东方观察网",
    "每日财讯",
    "科技前沿",
    "江南晚报",
    "南方时评",
    "第一商业",
    "环宇视点",
    "晨光网",
    "北国在线",
    "西部之声",
    "海峡快报",
];

/// Sites with English pages; each has every line of [`ENGLISH_TOP`] and [`ENGLISH_END`].
const ENGLISH_SITES: &[&str] = &[
    "The Daily Ledger",
    "Harbour News",
    "Global Wire",
    "Northern Post",
    "Tech Courier",
    "Market Mirror",
    "City Herald",
    "Asia Digest",
];

const CHINESE_TOP: &[&str] = &["{}讯", "来源：{}　责任编辑：小禾", "您现在的位置：{} > 首页 > 新闻 > 正文"];

const CHINESE_END: &[&str] = &[
    "本文来源：{}，未经授权不得转载，违者将依法追究责任。",
    "扫描二维码，关注“{}”官方微信，第一时间获取更多资讯。",
    "（以上内容不代表{}立场，仅供参考，不构成投资建议。）",
    "更多精彩内容，请下载{}客户端。",
    "版权声明：凡注明“来源：{}”的所有作品，版权均属本网所有。",
    "{}违法和不良信息举报电话：010-88886666",
    "相关阅读：点击进入{}专题报道……",
];

const ENGLISH_TOP: &[&str] = &["By {} Staff", "Home > News > {}", "{} | Last updated today"];

const ENGLISH_END: &[&str] = &[
    "Copyright © {}. All rights reserved. This material may not be published, broadcast, rewritten or redistributed.",
    "Sign up for the {} newsletter and get the day’s top stories delivered to your inbox every morning.",
    "Follow {} on social media for the latest updates.",
    "This article was first published by {} and is reproduced here with permission.",
    "Read more on {}: what we know so far, and what happens next.",
    "{} is not responsible for the content of external sites.",
    "Have a story for {}? Write to the newsroom.",
];

/// The lines one page puts around an article: one above, one or two below.
#[derive(Debug)]
pub(crate) struct Furniture {
    /// The line above the article.
    pub(crate) top: String,
    /// The lines below it.
    pub(crate) end: Vec<String>,
}

/// Draws a site of the language and which of its lines the page shows.
pub(crate) fn furniture(tongue: Tongue, random: &mut Random) -> Furniture {
    let (sites, tops, ends) = match tongue {
        Tongue::Chinese => (CHINESE_SITES, CHINESE_TOP, CHINESE_END),
        Tongue::English => (ENGLISH_SITES, ENGLISH_TOP, ENGLISH_END),
    };
    let site = random.pick(sites);
    let top = random.pick(tops).replace("{}", site);
    let (first, second) = (random.pick(ends), random.pick(ends));
    let mut end = vec![first.replace("{}", site)];
    if second != first {
        end.push(second.replace("{}", site));
    }
    if random.permille(400) {
        end.truncate(1);
    }
    Furniture { top, end }
}
