//! The fast path against the definition, written out once more without pieces, pages or states.

use html_escape::{NAMED_ENTITIES, decode_html_entities};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

use super::kind::{CharKind, kind};
use super::table::{TableEntry, WordTable};
use super::{FastPass, Spaced, TokenSink, Tokenizer, library};
use crate::config::Repair;
use crate::document::Edges;
use crate::normalize::library::{is_invisible, is_word};
use crate::normalize::repaired_chars;

/// The calls a sink got: a token a line, digits marked by `#`, joiners by `-`; separators by `=`, a line each.
#[derive(Default, Debug, Clone, PartialEq, Eq)]
struct Calls(String);

impl Calls {
    fn push(&mut self, mark: &str, code: u32) {
        self.0.push_str(mark);
        self.0.push(char::from_u32(code).unwrap());
    }

    /// A space, but for the beginning of a text.
    fn space(&mut self, is_there: bool) {
        if is_there && !self.0.is_empty() {
            self.separator(u32::from(' '));
        }
    }
}

impl TokenSink for Calls {
    fn letter(&mut self, code: u32) {
        self.push("", code);
    }

    fn digit(&mut self, code: u32) {
        self.push("#", code);
    }

    fn joiner(&mut self, code: u32) {
        self.push("-", code);
    }

    fn separator(&mut self, code: u32) {
        self.push("=", code);
        self.0.push('\n');
    }

    fn end(&mut self) {
        self.0.push('\n');
    }
}

fn fast(text: &str, repair: Repair) -> String {
    let mut calls = Calls::default();
    Tokenizer::new(repair).tokens(text, &mut calls);
    calls.0
}

fn by_library(text: &str, repair: Repair) -> String {
    let mut calls = Calls::default();
    library::tokens(text, repair, &mut Spaced::new(&mut calls));
    calls.0
}

fn is_digit(c: char) -> bool {
    c.general_category() == GeneralCategory::DecimalNumber
}

/// The definition.
fn defined(text: &str, repair: Repair) -> String {
    let repaired: String = repaired_chars(text, repair, Edges::Trimmed).collect();
    let folded: String = library::fold(decode_html_entities(&repaired).chars()).collect();
    let mut calls = Calls::default();
    let mut is_spaced = false;
    for segment in folded.split_word_bounds() {
        let token = segment.trim_start_matches(|c| !is_word(c));
        for c in segment[..segment.len() - token.len()].chars() {
            if c == ' ' {
                is_spaced = true;
                continue;
            }
            calls.space(std::mem::take(&mut is_spaced));
            calls.separator(u32::from(c));
        }
        if token.is_empty() {
            continue;
        }
        calls.space(std::mem::take(&mut is_spaced));
        for c in token.trim_end_matches(|c| !is_word(c)).chars() {
            let mark = match c {
                c if is_digit(c) => "#",
                c if is_word(c) => "",
                _ => "-",
            };
            calls.push(mark, u32::from(c));
        }
        calls.end();
    }
    calls.0
}

/// Tokens of repaired text, separated by `|`.
fn tokens(text: &str) -> String {
    let calls = fast(text, Repair::Basic);
    let tokens: Vec<&str> =
        calls.split('\n').filter(|call| !call.starts_with('=') && !call.is_empty()).collect();
    tokens.join("|").replace(['#', '-'], "")
}

fn is_fast(text: &str) -> bool {
    let mut calls = Calls::default();
    FastPass::new(WordTable::get(), 0, &mut calls).run(text.as_bytes()).is_none()
}

#[test]
fn table() {
    for (name, text, expected) in [
        ("number", "3,000.5", "3,000.5"),
        ("apostrophe", "don't", "don't"),
        ("right quotation mark", "it’s", "it’s"),
        ("abbreviation", "U.S.A.", "u.s.a"),
        ("quoted", "'so' ‘so’ “so”", "so|so|so"),
        ("Han and Latin", "苹果 AI！", "苹|果|ai"),
        ("full-width digits", "１２３", "123"),
        ("Han and digits", "第3季度", "第|3|季|度"),
        ("unit", "30℃", "30|c"),
        ("fraction", "3½", "31⁄2"),
        ("ellipsis", "好…a…", "好|a"),
        ("Traditional", "繁體中文，後來", "繁|体|中|文|后|来"),
        ("compatibility ideograph", "\u{f900}\u{2f00}", "岂|一"),
        ("no-break space entity", "a&nbsp;b", "a|b"),
        ("quotation mark entities", "&ldquo;x&rdquo;", "x"),
        ("numeric entities", "&#20013;&#x56FD;", "中|国"),
        ("entity of a mark", "e&#769;", "é"),
        ("entities are decoded once", "&amp;lt;", "lt"),
        ("no entity", "AT&T; S&P 500&", "at|t|s|p|500"),
        ("malformed entities", "&#x110000; &#; &; &#99999999999; &nosuch;", "x110000|99999999999|nosuch"),
        ("no entity before Han", "A&B公司，R&D，a&#中;", "a|b|公|司|r|d|a|中"),
        ("entity with a gap that repair closes", "x&am\u{200b}p;y", "x|y"),
        ("entity put together by repair", "&\u{200b}lt\u{7};", ""),
        ("repair", "a\u{200b}b\u{7}c", "abc"),
        ("escape sequences", "\x1b[31mred\x1b[0m \x1b]0;中 文\x07x", "red|x"),
        ("soft hyphen", "co\u{ad}operate", "cooperate"),
        ("Thai", "ไทย", "ไ|ท|ย"),
        ("Hiragana and Katakana", "ひらがなカタカナ", "ひ|ら|が|な|カタカナ"),
        ("voiced by a mark", "か\u{3099}ｶﾞ", "が|ガ"),
        ("Korean", "대한민국 \u{1112}\u{1161}\u{11ab}", "대한민국|한"),
        ("composition", "cafe\u{301}s", "cafés"),
        ("ligature and sharp s", "ﬁn Straße ΣΑΣ", "fin|strasse|σασ"),
        ("emoji", "👩\u{200d}💻x👍🏽", "x"),
        ("flags", "🇨🇳🇺🇸a", "a"),
        ("Hebrew", "צה\"ל ג'ירפה", "צה\"ל|ג'ירפה"),
        ("controls", "a\tb\u{c}c\u{85}d\r\ne", "a|b|c|d|e"),
        ("underscores", "_a__b_ c___", "a__b|c"),
        ("a mark alone", " \u{301}", "\u{301}"),
        ("empty", "", ""),
        ("punctuation", "……——，。!?", ""),
    ] {
        assert_eq!(tokens(text), expected, "{name}");
        assert_eq!(fast(text, Repair::Basic), defined(text, Repair::Basic), "{name}");
    }
}

#[test]
fn kinds_are_general_categories() {
    for c in (0..=0x10_ffff_u32).filter_map(char::from_u32) {
        let found = kind(c);
        assert_eq!(found == CharKind::Digit, is_digit(c));
        assert_eq!(matches!(found, CharKind::Letter | CharKind::Digit), is_word(c));
        assert_eq!(found == CharKind::Invisible, is_invisible(c));
    }
}

#[test]
fn kinds_of_characters() {
    assert_eq!(fast("It's 3.5 Ⅳ½", Repair::None), "it-'s\n= \n#3-.#5\n= \niv#1-⁄#2\n");
}

#[test]
fn news_takes_the_fast_path() {
    for text in [
        "今天，“苹果”和AT&T公司、R&D，公布了（2024年）第3季度业绩……營業額達 1,234.5 億元，同比增長12%！",
        "It's 5 p.m. — said “Lee” of AT&T, the U.S. carrier; it’s $3,000.50 & up (S&P 500).",
        "价格：￥12.50；最高气温升至30℃，①②㎡™ ＡＸ－１２，https://example.com/a?b=c&d=1 \t\r\n",
    ] {
        assert!(is_fast(text), "{text}");
    }
    assert!(!is_fast("e\u{301}") && !is_fast("&lt;"));
}

#[test]
fn every_character_alone_and_between_others() {
    use GeneralCategory::{PrivateUse, Unassigned};
    let all = (0..=0x10_ffff_u32).filter_map(char::from_u32);
    for c in all {
        let alone = format!("{c}a{c}");
        // Of these 950,000 one in a few hundred is as good as all, and saves a minute.
        let is_plain = matches!(c.general_category(), Unassigned | PrivateUse) && u32::from(c) % 251 != 0;
        let text = format!(
            "{c} 1{c}2 1,{c}2 a.{c}b 国{c}国 e{c}\u{301} カ{c}カ _{c}_ {c}{c} א\"{c} \u{200d}{c} &{c}lt; &am{c}p;"
        );
        for text in std::iter::once(&alone).chain((!is_plain).then_some(&text)) {
            assert_eq!(fast(text, Repair::Basic), defined(text, Repair::Basic), "U+{:04X}", u32::from(c));
        }
    }
}

/// The pass decides where a segment ends by the character after it, before it knows what that composes to.
#[test]
fn composition_keeps_the_class() {
    let class = |c: char| {
        let (entry, _) = WordTable::get().entry(c.to_string().as_bytes(), 0);
        entry.unit().filter(|_| !entry.is_hard()).map(|unit| (unit.class(), unit.is_joiner()))
    };
    let mut checked = 0;
    for c in (0..=0x10_ffff_u32).filter_map(char::from_u32) {
        let Some(first) = std::iter::once(c).nfd().next().filter(|first| *first != c) else { continue };
        if let (Some(whole), Some(part)) = (class(c), class(first)) {
            assert_eq!(whole, part, "U+{:04X}", u32::from(c));
            checked += 1;
        }
    }
    assert!(checked > 10_000);
}

#[test]
fn entities_have_plain_names() {
    assert!(NAMED_ENTITIES.iter().all(|(name, _)| name.iter().all(u8::is_ascii_alphanumeric)));
    for (name, _) in NAMED_ENTITIES {
        let text = format!("x&{}; y", std::str::from_utf8(name).unwrap());
        assert_eq!(fast(&text, Repair::Basic), defined(&text, Repair::Basic), "{text}");
    }
}

#[test]
fn a_fence_is_where_anything_may_be_cut() {
    let is_fence = |text: &str| WordTable::get().entry(text.as_bytes(), 0).0.is_fence();
    assert!(is_fence("中") && is_fence("が") && is_fence(" ") && is_fence("\n") && is_fence("\u{3000}"));
    assert!(!["\"", "a", "&", ";", "#", "'", "，", "…", "\u{301}", "א"].into_iter().any(is_fence));
    assert_eq!(WordTable::get().entry(b"", 0), (TableEntry::SPACE, 0));
    assert_eq!(WordTable::get().entry(b" ", 0), (TableEntry::SPACE, 1));
}

#[test]
fn long_words_and_long_hard_text() {
    for (unit, last) in
        [("a", "e\u{301}"), ("a", "\u{301}"), ("_", "\u{301}"), ("a__", "b"), ("1,2", "&#51;")]
    {
        let text = unit.repeat(50_000) + last;
        assert!(fast(&text, Repair::Basic) == defined(&text, Repair::Basic), "{unit} {last}");
    }
    for hard in ["&", "&a", "&#", "a:", "e\u{301}", "🇨", "א'", "ﷺ", "\u{301}", "a. ", "\u{200d}", " \u{200b}"]
    {
        let text = hard.repeat(30_000);
        assert!(fast(&text, Repair::Basic) == defined(&text, Repair::Basic), "{hard}");
        assert!(by_library(&text, Repair::Basic) == defined(&text, Repair::Basic), "{hard}");
    }
}

/// Pieces of text from all over Unicode, the awkward ones more often.
#[expect(clippy::too_many_lines, reason = "a table")]
fn awkward() -> impl Strategy<Value = String> {
    use proptest::char::range;
    const SIGNS: &[char] =
        &['\'', '’', '.', ',', ':', '_', '&', '#', ';', '"', '\u{203f}', '·', '…', '\n', '\r'];
    const HARD: &[char] = &[
        '\u{200d}', '\u{200b}', '\u{ad}', '\u{fe0f}', '\u{301}', '\u{338}', '\u{3099}', '\u{7}', '\u{2060}',
    ];
    const PARTS: &[&str] = &[
        "&amp;",
        "&nbsp;",
        "&lt",
        "&#",
        "&#x",
        "&#769;",
        "&#20013;",
        "&#x5d0;",
        "&apos;",
        "&quot;",
        "amp;",
        "繁體",
        "後",
        "a.b",
        "1,2",
        "é",
        "℃",
        "½",
        "ß",
        "ﬁ",
        "㍿",
        "👩\u{200d}💻",
        "🇨🇳",
        "か",
        "ｶﾞ",
        "  ",
        "\r\n",
        "\r\r\n",
        "\u{2028}",
        "\x1b[31m",
        "\x1b]0;中 文 中文中文中文中文中文中文中文中文中文中文中文",
        "\x07",
        "\x1b",
        "ก\u{200b}ข",
    ];
    let c = prop_oneof![
        2 => any::<char>(),
        3 => range('a', 'e'),
        3 => range('0', '9'),
        4 => proptest::sample::select(SIGNS),
        3 => proptest::sample::select(HARD),
        1 => range('\u{20}', '\u{7e}'),
        1 => range('\u{0}', '\u{ad}'),
        3 => range('\u{4e00}', '\u{9fff}'),
        1 => range('\u{3000}', '\u{30ff}'),
        1 => range('\u{ff00}', '\u{ffef}'),
        1 => range('\u{300}', '\u{345}'),
        2 => range('\u{5d0}', '\u{5f4}'),
        1 => range('\u{600}', '\u{6ff}'),
        1 => range('\u{1100}', '\u{11ff}'),
        1 => range('\u{1f1e6}', '\u{1f1ff}'),
        1 => range('\u{2000}', '\u{206f}'),
        3 => Just(' '),
    ];
    let part = prop_oneof![6 => c.prop_map(String::from), 2 => proptest::sample::select(PARTS).prop_map(str::to_owned)];
    proptest::collection::vec(part, 0..28).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(crate::random::cases(if cfg!(debug_assertions) { 6000 } else { 300_000 }))]

    #[test]
    fn the_fast_path_agrees_with_the_definition(text in awkward()) {
        for repair in [Repair::Basic, Repair::None] {
            prop_assert_eq!(fast(&text, repair), defined(&text, repair));
        }
    }

    /// Long enough that the pass takes up again after the libraries.
    #[test]
    fn the_pass_takes_up_again(texts in proptest::collection::vec(awkward(), 2..6), gap in "[a中 ,é]{0,90}") {
        let text = texts.join(&gap);
        for repair in [Repair::Basic, Repair::None] {
            prop_assert_eq!(fast(&text, repair), defined(&text, repair));
        }
    }
}

proptest! {
    #![proptest_config(crate::random::cases(if cfg!(debug_assertions) { 150 } else { 2000 }))]

    #[test]
    fn repeats_and_pieces_make_no_difference(text in awkward(), times in 1..1500usize) {
        let long = text.repeat(times);
        let expected = defined(&long, Repair::Basic);
        prop_assert!(fast(&long, Repair::Basic) == expected);
        prop_assert!(by_library(&long, Repair::Basic) == expected);
    }
}
