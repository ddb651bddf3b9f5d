//! The print of a paragraph for the rule on boilerplate (contract C4): everything that is asked of its text, once. What
//! prints lead to is decided where documents meet, in [`crate::decide::boilerplate`].
//!
//! Classes and words are told by canonical key text, whatever `--match` says.

mod shapes;
mod words;

use std::borrow::Cow;

use regex::Regex;

use crate::config::{MatchMode, Repair};
use crate::decide::boilerplate::{Line, Shows, Word};
use crate::fingerprint::Fingerprint;
use crate::normalize::{KeyMaker, KeyText};

use shapes::{bare, head, is_numbered, is_page_list, letters, level_digits, width};
use words::WordLists;

/// Columns from which on anything is a sentence, and those from which on a line is that ends as one.
const LONG: usize = 120;
const SENTENCE: usize = 40;
/// Most columns of a line that is in a class of short lines, and of one that is looked up in the lists.
const SHORT: usize = 80;
const LISTED: usize = 60;

/// Addresses of the web and of mail, and telephone numbers.
const ADDRESS: &str = r"(?i)www\.|https?:|\w@\w|[0-9]{3,4}[-*—][0-9]{7,8}|(?-u:\b)[48]00[-—][0-9]{3}";
/// Words of legal notices, advertisements and disclaimers.
const NOTICE: &str = concat!(
    r"(?i)\w\.(?:com|cn|net|org)(?-u:\b)|©|本文版权|版权(?:声明|所有|归)|转载(?:请|须|时)|不得转载",
    r"|未经.{0,8}(?:授权|许可|同意)|免责|作者声明|文责自负|风险自担|仅供参考|不代表本|有风险.{0,2}(?:投资|入市)[需须]谨慎",
    r"|扫码|扫一扫|二维码|公众号|咨询(?:热线|电话)|all rights reserved|copyright",
    r"|(?-u:\b)subscribe (?:to|now|today|here)|(?-u:\b)newsletters?(?-u:\b)|(?-u:\b)sign up (?:for|to|now|here)",
    r"|(?-u:\b)follow us(?-u:\b)|(?-u:\b)click here(?-u:\b)",
);
/// The name of an author behind `By`.
const BYLINE: &str = r"^[Bb][Yy] [A-Z][\w.’'-]*(?:(?:,| and| &)? [A-Z][\w.’'-]*){0,6}$";
/// A link to another page, with its digits levelled.
const TURN: &str = r"^(?:第0页|上一页.{0,80}|.{0,80}下一页)$";
/// A claim of copyright, as a whole line.
const RIGHTS: &str = concat!(
    r"(?i)^(?:(?:©|copyright(?-u:\b)|\(c\) ?[0-9]).*",
    r"|.*(?:all rights reserved|版权所有|未经授权.{0,12}转载|icp[备证]).*)$",
);

/// Makes the prints of paragraphs.
#[derive(Debug)]
pub(crate) struct LinePrinter {
    keys: KeyMaker,
    words: WordLists,
    address: Regex,
    /// Addresses and notices.
    notice: Regex,
    byline: Regex,
    turn: Regex,
    rights: Regex,
}

impl LinePrinter {
    /// A printer of paragraphs that are repaired in this way.
    ///
    /// # Panics
    /// Never: the expressions above are valid, as tests show.
    pub(crate) fn new(repair: Repair) -> Self {
        let regex = |pattern| Regex::new(pattern).expect("a valid expression");
        Self {
            keys: KeyMaker::new(MatchMode::Canonical, repair),
            words: WordLists::new(),
            address: regex(ADDRESS),
            notice: regex(&format!("{ADDRESS}|{NOTICE}")),
            byline: regex(BYLINE),
            turn: regex(TURN),
            rights: regex(RIGHTS),
        }
    }

    /// The print of a paragraph, as it stands in the document, whose fingerprint is `key`. Its key text is made in `room`.
    pub(crate) fn print(&self, room: &mut KeyText, paragraph: &str, key: &Fingerprint) -> Line {
        let text = self.keys.key_text_in(room, &without_entities(paragraph));
        let (width, num_letters) = (width(text), letters(text));
        let ends = |marks: &[char]| text.ends_with(marks);
        let is_sentence = width >= LONG || width >= SENTENCE && ends(&['。', '!', '?', '.', '…', '”', '"']);
        // Most paragraphs have neither, and are searched once.
        let has_notice = self.notice.is_match(text);
        let has_address = has_notice && self.address.is_match(text);
        let mut line = Line {
            key: key.table_hash(),
            width: u32::try_from(width).unwrap_or(u32::MAX),
            shows: Shows::default()
                .and(Shows::LETTER, num_letters > 0)
                .and(Shows::LETTERS, num_letters > 1)
                .and(Shows::STOP, is_sentence || ends(&['。', '!', '?', '.', '…']))
                .and(Shows::ADDRESS, has_address)
                .and(Shows::NOTICE, has_notice),
            ..Line::default()
        };
        let bare = bare(text);
        if num_letters > 0 && is_page_list(bare) {
            line.word = Some(Word::PAGES);
        } else if is_sentence {
            line.shows = line.shows.and(Shows::SENTENCE, true);
        } else if num_letters > 0 && width <= SHORT {
            self.add_classes(&mut line, bare);
        }
        line
    }

    /// Adds the classes of a short line.
    fn add_classes(&self, line: &mut Line, bare: &str) {
        let head = head(bare);
        let levelled = level_digits(bare);
        if line.shows.has(Shows::LETTERS) && !is_numbered(bare) {
            line.digits = class('0', &levelled);
        }
        line.slot = head.as_deref().map_or(0, |head| class(':', head));
        if line.width as usize <= LISTED {
            line.word = self.word(bare, &levelled, head.as_deref());
        }
    }

    /// The entry of the lists that a short line is.
    fn word(&self, bare: &str, levelled: &str, head: Option<&str>) -> Option<Word> {
        let lower = bare.to_lowercase();
        let listed = self.words.line(lower.trim_end_matches([':', '.', ' ']));
        listed
            .or_else(|| self.words.head(head?))
            .or_else(|| self.byline.is_match(bare).then_some(Word::BY))
            .or_else(|| self.turn.is_match(levelled).then_some(Word::PAGES))
            .or_else(|| self.rights.is_match(bare).then_some(Word::RIGHTS))
    }
}

/// The fingerprint of a class; 0 means none.
fn class(kind: char, name: &str) -> u64 {
    Fingerprint::of(format!("{kind}{name}").as_bytes()).table_hash().max(1)
}

/// Entities that old pages left in texts instead of a space, and a colon that stands upright.
fn without_entities(text: &str) -> Cow<'_, str> {
    const ENTITIES: [&str; 4] = ["&nbsp", "&ensp", "&emsp", "&#160"];
    if !text.contains(['&', '\u{fe30}']) {
        return Cow::Borrowed(text);
    }
    let mut plain = text.replace('\u{fe30}', ":");
    for entity in ENTITIES {
        let with_end = format!("{entity};");
        plain = plain.replace(&with_end, " ").replace(entity, " ");
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::boilerplate::PRINT_VERSION;

    fn print(text: &str) -> Line {
        LinePrinter::new(Repair::Basic).print(
            &mut KeyText::default(),
            text,
            &Fingerprint::of(text.as_bytes()),
        )
    }

    /// Indexes hold prints: what was printed by other lists or expressions must not be counted with what is printed now.
    #[test]
    fn other_lists_and_expressions_are_another_version() {
        let expressions = [ADDRESS, NOTICE, BYLINE, TURN, RIGHTS];
        let told = [&expressions[..], words::HEADS, words::LINES].concat().join("\n");
        let now = (PRINT_VERSION, Fingerprint::of(told.as_bytes()).table_hash());
        assert_eq!(now, (1, 0x8795_a2b5_cdf0_d3ec), "count PRINT_VERSION up, and note the new numbers here");
    }

    #[test]
    fn sentences_are_long_or_end_as_such() {
        for (text, is_sentence) in [
            ("记者从有关部门获悉，今年前三季度全国粮食总产量。", true),
            ("记者从有关部门获悉，今年前三季度全国粮食总产", false),
            ("短句。", false),
            (&"字".repeat(60), true),
            (&"word ".repeat(24), false),
            (&"words ".repeat(21), true),
            ("He said “that the whole of it was true”", false),
            ("He said “that the whole of it was not true”", true),
        ] {
            assert_eq!(print(text).shows.has(Shows::SENTENCE), is_sentence, "{text}");
        }
        assert!(print("短句。").shows.has(Shows::STOP) && !print("标题").shows.has(Shows::STOP));
    }

    #[test]
    fn lines_of_one_class_share_a_print() {
        let same = |one: &str, other: &str, class: fn(&Line) -> u64| {
            let (one, other) = (class(&print(one)), class(&print(other)));
            one != 0 && one == other
        };
        assert!(same("第 1 页 共 12 页", "第 3 页 共 5 页", |line| line.digits));
        assert!(!same("12. 标题", "13. 标题", |line| line.digits));
        assert!(same("（责任编辑：王五）", "责任编辑: 李四", |line| line.slot));
        assert!(!same("责任编辑：王五", "来源：新华社", |line| line.slot));
        assert_eq!(print("2020-01-01").digits, 0, "it has no letters");
    }

    #[test]
    fn words_of_the_lists() {
        for (text, word) in [
            ("By John Smith and A. N. Other", Some(Word::BY)),
            ("by the river", None),
            ("上一页 1 2 3", Some(Word::PAGES)),
            ("第 2 页", None),
            ("第2页", Some(Word::PAGES)),
            ("第1页：概况第2页：结论", Some(Word::PAGES)),
            ("Copyright 2020 The Paper", Some(Word::RIGHTS)),
            ("京ICP备12345号", Some(Word::RIGHTS)),
            ("本报讯", None),
        ] {
            assert_eq!(print(text).word, word, "{text}");
        }
        let word = |text| print(text).word;
        assert!(
            word("【责任编辑：王五】").is_some() && word("责任编辑：王五") == word("责任编辑:&nbsp;李四")
        );
        assert!(word("» Read More").is_some() && word("READ MORE:") == word("read more"));
        assert_ne!(word("Read more: a story"), word("Read more"));
    }

    #[test]
    fn addresses_and_notices() {
        for (text, address, notice) in [
            ("http://a.example/x", true, true),
            ("投稿 a@b", true, true),
            ("电话：010-12345678", true, true),
            ("400-123 热线", true, true),
            ("1400-123", false, false),
            ("更多请看 example.com 网站", false, true),
            ("example.comes", false, false),
            ("版权声明", false, true),
            ("市场有风险，投资需谨慎", false, true),
            ("Sign up for our newsletter", false, true),
            ("粮食产量", false, false),
        ] {
            let shows = print(text).shows;
            assert_eq!((shows.has(Shows::ADDRESS), shows.has(Shows::NOTICE)), (address, notice), "{text}");
        }
    }
}
