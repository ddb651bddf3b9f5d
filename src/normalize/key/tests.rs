//! Key text: tables of what it is, and the fast path against the libraries.

use proptest::prelude::*;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::*;
use crate::normalize::joint::{Spacing, spacing};

/// The line as `split` would cut it.
fn trimmed(line: &str) -> &str {
    &line[crate::split::line::trim(line).range()]
}

/// Key text by the fast path, if it gives any, and by the libraries.
fn both(mode: MatchMode, line: &str, key: &mut KeyText) -> (Option<Vec<u8>>, Vec<u8>) {
    let maker = KeyMaker::new(mode, Repair::Basic);
    let take = |key: &mut KeyText| {
        let bytes = [key.flushed.as_slice(), key.buffer.as_bytes()].concat();
        key.reset();
        bytes
    };
    let is_fast = maker.fold(line, crate::split::line::trim(line), key);
    let fast = Some(take(key)).filter(|_| is_fast);
    maker.by_library(trimmed(line), Edges::Trimmed, key);
    (fast, take(key))
}

fn agree(mode: MatchMode, line: &str, key: &mut KeyText) -> bool {
    let (fast, slow) = both(mode, line, key);
    fast.is_none_or(|fast| fast == slow)
}

fn canonical(text: &str) -> String {
    KeyMaker::new(MatchMode::Canonical, Repair::Basic).key_text(text)
}

fn loose(text: &str) -> String {
    KeyMaker::new(MatchMode::Loose, Repair::Basic).key_text(text)
}

/// Contract I1.
#[test]
fn canonical_table() {
    for (name, text, expected) in [
        ("full width is half width", "ＡＩ１２３，。", "AI123,。"),
        ("white space is one space", "a \t\u{a0}\u{3000}b", "a b"),
        ("white space at both ends", " \u{3000}a\u{2003} ", "a"),
        ("Cf is removed", "a\u{ad}b\u{200d}c\u{200e}", "abc"),
        ("Cf first, then white space", "a \u{200e} b", "a b"),
        ("Cf at both ends", "\u{200e} AI 人才\u{200f} \u{200e}", "AI 人才"),
        ("word breaks", "ขาย\u{200b}ดี", "ขายดี"),
        ("variation selectors go", "☎\u{fe0f} 葛\u{e0100}\u{180b}", "☎ 葛"),
        ("flags of countries", "🇨🇳", "🇨🇳"),
        ("tags after an emoji", "🏴\u{e0067}\u{e0062}\u{e007f}a", "🏴\u{e0067}\u{e0062}\u{e007f}a"),
        ("tags after its variation selector", "🏴\u{fe0f}\u{e0067}\u{e007f}", "🏴\u{e0067}\u{e007f}"),
        ("other tags", "a\u{e0067} \u{e0062}🏴 \u{e0067}1\u{e0067}", "a 🏴 1"),
        ("ligature", "ﬁn", "fin"),
        ("composition", "e\u{301}", "é"),
        ("ellipsis", "好…", "好..."),
        ("case stays", "Ab", "Ab"),
        ("nothing left", "\u{200e}", ""),
        ("exponents", "10⁶ 10⁻⁶ 5²", "10⁶ 10−⁶ 5²"),
        ("subscripts", "H₂O xₙ", "H₂O xn"),
        ("fractions", "5½ ⅔ ⅟8 ↉", "5½ ⅔ ⅟8 ↉"),
        ("circled numbers", "第①款 ㉑㊿⓪", "第①款 ㉑㊿⓪"),
        ("other circles", "Ⓐ㊀❶", "A一❶"),
        ("in brackets, with a point, of a date", "⑴⒈㏠㋀", "(1)1.1日1月"),
        ("squares", "5㎡ ㎏", "5m2 kg"),
        ("mathematical digits", "𝟏𝟐", "12"),
        ("marks behind a number", "²\u{301}\u{323}e\u{301}", "²\u{323}\u{301}é"),
    ] {
        assert_eq!(canonical(text), expected, "{name}");
    }
}

/// Contract I1: wrapping makes no other paragraph where nothing parts words.
#[test]
fn line_breaks_table() {
    for (name, text, expected) in [
        ("Han", "今天\n下雨", "今天下雨"),
        ("Kana", "カタ\nカナ\nひら\r\nがな", "カタカナひらがな"),
        ("marks of Kana", "スー\nハ\u{3099}ー\nｶﾞ\nｰ々\n〇", "スーバーガー々〇"),
        ("Thai, Lao, Khmer, Myanmar", "ไทย\nไทย ລາວ\nລາວ ខ្មែរ\nខ្មែរ မြန်\nမာ", "ไทยไทย ລາວລາວ ខ្មែរខ្មែរ မြန်မာ"),
        ("full-width punctuation", "好，\n“是”（\n他）\n。", "好,“是”(他)。"),
        ("half-width punctuation of Kana", "ｱ｡\n｢ｲ", "ア。「イ"),
        ("quotation marks", "说：\n“好。”\n他说", "说:“好。”他说"),
        ("dashes and dots", "走——\n他……\n“嗯”\n——好", "走——他......“嗯”——好"),
        ("quotation marks of English", "“a”\n“b” — \n“c”", "“a” “b” — “c”"),
        ("Latin", "one\ntwo", "one two"),
        ("Han and Latin", "中\nAI\n文", "中 AI 文"),
        ("digits", "增长\n13\n倍", "增长 13 倍"),
        ("ASCII punctuation", "好,\n是", "好, 是"),
        ("Hangul", "한국\n어", "한국 어"),
        ("emoji", "👍\n👍", "👍 👍"),
        ("hyphenated words", "co-\noperate", "co- operate"),
        ("white space beside the break", "今天 \n\u{3000}下雨", "今天下雨"),
        ("invisible characters beside the break", "今天\u{200d}\n\u{200e}下雨", "今天下雨"),
        ("CR CR LF and separators", "今\r\r\n天\u{2028}下\u{2029}雨\r风", "今天下雨风"),
        ("blank lines", "今天\n\n下雨", "今天 下雨"),
        ("composition stops at a break", "か\n\u{3099}", "か\u{3099}"),
    ] {
        assert_eq!(canonical(text), expected, "{name}");
    }
    let plain = KeyMaker::new(MatchMode::Canonical, Repair::None);
    assert_eq!(plain.key_text("今天\r\n下雨 \n风"), "今天下雨 风", "white space stays without repair");
}

/// Promise "numbers mean something", contract I1.
#[test]
fn numbers_are_not_folded_away() {
    for (one, other) in [
        ("中间价报7.1234元", "中间价报6.9876元"),
        ("利率为1.5%", "利率为15%"),
        ("气温-5℃", "气温5℃"),
        ("气温−5℃", "气温5℃"),
        ("增长5%", "增长5"),
        ("增长5‰", "增长5%"),
        ("售价$5", "售价€5"),
        ("售价 5 €", "售价 5 $"),
        ("转角30°", "转角30"),
        ("1,5", "15"),
        ("1 5", "15"),
        ("12:30", "1:230"),
        ("-$5", "$5"),
        ("10⁶", "106"),
        ("3½", "312"),
    ] {
        assert_ne!(loose(one), loose(other), "{one} {other}");
        assert_ne!(canonical(one), canonical(other), "{one} {other}");
    }
}

/// Contract I1.
#[test]
fn loose_table() {
    assert_eq!(loose("苹果 AI！"), loose("苹果AI"));
    for (name, text, expected) in [
        ("case", "Straße, ΣΑΣ", "strasseσασ"),
        ("between numbers", "⑴ ½ 3, 4", "1) ½ 3, 4"),
        ("decimal marks and separators", "1,234.5 元，2024-01-02 12:30", "1,234.5元2024-01-02 12:30"),
        ("units", "涨 5 %；a 5‰ b 30°C，c$5d 5 €、￥ 7", "涨5%a5‰b30°cc$5d5 €、¥ 7"),
        ("units alone", "% a $ b °", "ab"),
        ("signs", "(-5) 至 +3：−2 – ±4", "-5至+3:−2 – ±4"),
        ("signs apart", "- 5 a-b c- 6 a+", "5abc6a"),
        ("sign and unit", "-$5 $-5 a $ 5 b5°%-c", "-$5 $-5a$5b5°%c"),
        ("nothing but symbols", "👍 👍", "👍 👍"),
        ("rules", "——", "——"),
        ("stars", "＊＊＊", "***"),
        ("nothing at all", "\u{200e}", ""),
    ] {
        assert_eq!(loose(text), expected, "{name}");
    }
}

#[test]
fn exact_is_the_repaired_text() {
    let key = |text| KeyMaker::new(MatchMode::Exact, Repair::Basic).key_text(text);
    assert_eq!(key("ＡＩ  b\u{7}\u{c}c"), "ＡＩ  b c");
}

#[test]
fn news_takes_the_fast_path() {
    for text in ["今天，“苹果”公布了（2024年）第3季度业绩……", "It's 5 p.m. — said “Lee”.", "价格：￥12.50；"]
    {
        assert!(both(MatchMode::Canonical, text, &mut KeyText::default()).0.is_some(), "{text}");
    }
}

/// Ends a line, and stands inside no paragraph of one.
fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// All characters; of those that mean nothing yet, or nothing to all, one in 251.
fn characters() -> impl Iterator<Item = char> {
    use GeneralCategory::{PrivateUse, Unassigned};
    let is_plain = |c: char| matches!(c.general_category(), Unassigned | PrivateUse);
    (0..=0x10_ffff_u32).filter_map(char::from_u32).filter(move |c| !is_plain(*c) || u32::from(*c) % 251 == 0)
}

#[test]
fn every_character_alone_and_between_letters() {
    let mut key = KeyText::default();
    for mode in [MatchMode::Exact, MatchMode::Canonical, MatchMode::Loose] {
        for c in characters().filter(|c| !is_line_end(*c)) {
            for text in [c.to_string(), format!("a{c}b 가 {c} {c}1{c}2 {c} 3{c}a-{c}4")] {
                assert!(agree(mode, &text, &mut key), "{mode:?} U+{:04X}", u32::from(c));
            }
        }
    }
}

/// Contract I1: each character beside a line break.
#[test]
fn every_character_beside_a_line_break() {
    let mut key = KeyText::default();
    for c in characters() {
        let text = format!("{c}\n中{c} \n{c}中\n{c}\n“{c}");
        assert!(agree(MatchMode::Canonical, &text, &mut key), "U+{:04X}", u32::from(c));
    }
}

/// A new version of Unicode may bring numbers that NFKC takes apart.
#[test]
fn numbers_that_are_taken_apart() {
    use unicode_normalization::{UnicodeNormalization, char::decompose_canonical};
    let is_digit = |c: char| c.general_category() == GeneralCategory::DecimalNumber;
    for c in (0..=0x10_ffff_u32).filter_map(char::from_u32) {
        let taken: String = std::iter::once(c).nfkc().collect();
        let is_own = library::is_own_number(c);
        if is_own {
            assert!(taken.contains(is_digit), "U+{:04X}", u32::from(c));
            decompose_canonical(c, |part| assert_eq!(part, c));
            // It composes with nothing.
            for mark in (0x300..0x370_u32).filter_map(char::from_u32) {
                let pair = [c, mark];
                let composed: Vec<char> = pair.into_iter().nfc().collect();
                assert_eq!(composed.first(), Some(&c));
                assert!(composed.iter().skip(1).copied().eq(std::iter::once(mark).nfc()));
            }
        } else if taken.contains(is_digit) && !is_digit(c) {
            // In brackets, with a point or comma, of a date, a square, or of another compatibility.
            let is_known = matches!(c, '\u{2474}'..='\u{249b}' | '\u{32c0}'..='\u{32cb}' | '\u{3358}'..='\u{3370}'
                | '\u{3371}'..='\u{33df}' | '\u{33e0}'..='\u{33fe}' | '\u{1f100}'..='\u{1f10a}' | '\u{1f14e}');
            assert!(is_known, "U+{:04X} {taken}", u32::from(c));
        }
    }
}

/// Characters from all over Unicode, the awkward blocks more often.
fn awkward() -> impl Strategy<Value = String> {
    let c = prop_oneof![
        4 => any::<char>(),
        3 => proptest::char::range('\u{20}', '\u{7e}'),
        3 => proptest::char::range('\u{4e00}', '\u{9fff}'),
        2 => proptest::char::range('\u{3000}', '\u{30ff}'),
        2 => proptest::char::range('\u{ff00}', '\u{ffef}'),
        2 => proptest::char::range('\u{300}', '\u{345}'),
        2 => proptest::char::range('\u{1100}', '\u{11ff}'),
        2 => proptest::char::range('\u{ac00}', '\u{ad00}'),
        2 => proptest::char::range('\u{2000}', '\u{206f}'),
        1 => proptest::char::range('\u{e00}', '\u{e7f}'),
        1 => proptest::char::range('\u{e0060}', '\u{e007f}'),
        1 => proptest::char::range('\u{2070}', '\u{20bf}'),
        2 => proptest::sample::select(&['\u{200b}', '\u{200e}', '\u{ad}', '\u{fe0f}', '🏴', '👍'][..]),
        3 => proptest::sample::select(&['1', '2', '.', ',', '-', '%', '$', '²', '½', '①'][..]),
        2 => proptest::sample::select(&['“', '”', '…', '—', '。', '，', 'か'][..]),
        1 => proptest::char::range('\u{0}', '\u{ad}'),
        2 => Just(' '),
    ];
    proptest::collection::vec(c, 0..24)
        .prop_map(move |chars| chars.into_iter().filter(|c| !is_line_end(*c)).collect())
}

proptest! {
    #![proptest_config(crate::random::cases(4000))]

    #[test]
    fn the_fast_path_agrees_with_the_libraries(text in awkward()) {
        for mode in [MatchMode::Exact, MatchMode::Canonical, MatchMode::Loose] {
            prop_assert!(agree(mode, &text, &mut KeyText::default()));
        }
    }

    /// Contract I1: the lines of a block.
    #[test]
    fn the_fast_path_agrees_on_lines(
        lines in proptest::collection::vec(
            (awkward(), proptest::sample::select(&["\n", "\n", "\r\n", "\r", " \n\u{3000}", "\r\r\n", "\n\n", "\u{2028}"][..])),
            0..6,
        ),
        times in 1..40usize,
    ) {
        let text: String = lines.iter().flat_map(|(line, end)| [line, *end]).collect();
        for mode in [MatchMode::Canonical, MatchMode::Loose] {
            prop_assert!(agree(mode, &text.repeat(times), &mut KeyText::default()));
        }
    }

    /// Contract I1: wherever a text of these is wrapped, it has one key.
    #[test]
    fn wrapping_makes_no_other_key(
        text in "[一-龥ぁ-んァ-ヴー々ก-ฮ，。！？、《》（）：；“”‘’…—·]{1,60}",
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..9),
        end in "\r?\n|\r\r\n| \n\u{3000}",
    ) {
        let chars: Vec<char> = text.chars().collect();
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(chars.len())).collect();
        places.extend([0, chars.len()]);
        places.sort_unstable();
        // A line of quotation marks and dashes alone has nothing in it that says how words are parted.
        let mut lines: Vec<String> = Vec::new();
        for cut in places.windows(2) {
            let line: String = chars[cut[0]..cut[1]].iter().collect();
            let says = |line: &str| line.contains(|c| spacing(c) == Spacing::Nothing);
            match lines.last_mut() {
                Some(last) if !says(last) || !says(&line) => last.push_str(&line),
                _ => lines.push(line),
            }
        }
        let wrapped = lines.join(&end);
        prop_assert_eq!(canonical(&wrapped), canonical(&text));
        prop_assert_eq!(loose(&wrapped), loose(&text));
    }

    #[test]
    fn pieces_make_no_difference(text in awkward(), times in 1..400usize) {
        let long = text.repeat(times);
        for mode in [MatchMode::Exact, MatchMode::Canonical, MatchMode::Loose] {
            prop_assert!(agree(mode, &long, &mut KeyText::default()));
        }
    }
}
