//! The damage is made here from sentences, by the tables that it is undone with, so that no test holds any.

use super::entity::Markup;
use super::{Charset, EncodingRepair, Kind, may_be_damaged, repaired};

use Charset::{
    Big5, Cp437, Cp850, Cp866, Cp1250, Cp1251, Cp1252, EucJp, EucKr, Gbk, Koi8R, Latin1, MacRoman, ShiftJis,
    Utf8,
};

const CHINESE: &str = "昨天下午，我们在图书馆门口等了两个小时，他却没有来。";
const TRADITIONAL: &str = "昨天下午，我們在圖書館門口等了兩個小時，他卻沒有來。";
const JAPANESE: &str = "昨日の午後、図書館の前で二時間も待ちましたが、彼は来ませんでした。";
const KOREAN: &str = "어제 오후에 도서관 앞에서 두 시간이나 기다렸지만 그는 오지 않았다.";
const RUSSIAN: &str = "Вчера мы два часа ждали его у входа в библиотеку, но он не пришёл.";
const FRENCH: &str = "Hier, nous avons attendu deux heures à l’entrée du musée, où il n’est jamais arrivé.";
const GERMAN: &str = "Gestern warteten wir zwei Stunden vor der Bücherei, aber er kam natürlich nicht.";
const POLISH: &str = "Wczoraj czekaliśmy dwie godziny przed bibliotekąłką, ale on nie przyszedł.";
const ENGLISH: &str = "We waited for two hours, but he didn’t come — “too much traffic”, he said.";

/// A text as it looks when its bytes are decoded with another charset; bytes without a meaning are controls.
fn misread(text: &str, written: Charset, read: Charset) -> String {
    let bytes = if written == Utf8 {
        text.as_bytes().to_vec()
    } else {
        let pairs =
            text.chars().map(|c| written.table().bytes(c).unwrap_or_else(|| panic!("{c} in {written:?}")));
        pairs.flat_map(u16::to_be_bytes).filter(|byte| *byte != 0).collect()
    };
    let (mut misread, mut at) = (String::new(), 0);
    while at < bytes.len() {
        let is_control = read == Latin1 && (0x80..0xa0).contains(&bytes[at]);
        let (c, len) = match read.table().char_at(&bytes[at..]) {
            Some(found) if !is_control => found,
            _ => (char::from(bytes[at]), 1),
        };
        misread.push(c);
        at += len;
    }
    misread
}

/// The longest beginning of a text that loses no byte when it is misread, which text of two bytes a character does at some
/// place before long.
fn unlost(text: &str, written: Charset, read: Charset) -> &str {
    let mut ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let is_whole =
        |end: &usize| !misread(&text[..*end], written, read).contains(|c| ('\u{80}'..='\u{ff}').contains(&c));
    &text[..ends.rfind(is_whole).unwrap_or_default()]
}

fn repair(text: &str) -> String {
    repaired(text, &EncodingRepair::default().damage(text))
}

#[test]
fn what_was_misread_is_repaired() {
    for (text, written, read) in [
        (CHINESE, Utf8, Cp1252),
        (CHINESE, Utf8, Latin1),
        (JAPANESE, Utf8, Cp1252),
        (KOREAN, Utf8, Latin1),
        (RUSSIAN, Utf8, Cp1252),
        (RUSSIAN, Utf8, Cp1251),
        (RUSSIAN, Utf8, Koi8R),
        (RUSSIAN, Utf8, Cp866),
        (FRENCH, Utf8, Cp1252),
        (FRENCH, Utf8, Cp1251),
        (FRENCH, Utf8, MacRoman),
        (GERMAN, Utf8, Cp850),
        (GERMAN, Utf8, Cp1250),
        (POLISH, Utf8, Cp1250),
        (ENGLISH, Utf8, Cp1252),
        (ENGLISH, Utf8, Latin1),
        (ENGLISH, Utf8, MacRoman),
        (ENGLISH, Utf8, Cp437),
        (CHINESE, Gbk, Cp1252),
        (CHINESE, Gbk, Latin1),
        (CHINESE, Gbk, Cp1251),
        (TRADITIONAL, Big5, Cp1252),
        (JAPANESE, ShiftJis, Cp1252),
        (JAPANESE, ShiftJis, Latin1),
        (JAPANESE, EucJp, Latin1),
        (KOREAN, EucKr, Cp1252),
        (RUSSIAN, Cp1251, Cp1252),
        (RUSSIAN, Koi8R, Cp1252),
        (RUSSIAN, Cp1251, Koi8R),
        (RUSSIAN, Koi8R, Cp1251),
    ] {
        let damaged = misread(text, written, read);
        assert_ne!(damaged, text);
        assert!(may_be_damaged(damaged.as_bytes()), "{damaged}");
        assert_eq!(repair(&damaged), text, "{written:?} as {read:?}: {damaged}");
    }
}

#[test]
fn what_was_read_in_two_bytes_is_repaired_where_no_byte_was_lost() {
    for (text, written, read) in [
        (CHINESE, Utf8, Gbk),
        (FRENCH, Utf8, Gbk),
        ("she didn’t come, and he wasn’t there", Utf8, Gbk),
        ("私たちはここにいます", Utf8, ShiftJis),
        ("他们明天才会来到这里", Utf8, ShiftJis),
        (CHINESE, Gbk, Big5),
        (JAPANESE, ShiftJis, Gbk),
    ] {
        let text = unlost(text, written, read);
        let damaged = misread(text, written, read);
        assert!(text.chars().count() >= 4, "{text}");
        assert_eq!(repair(&damaged), text, "{written:?} as {read:?}: {damaged}");
    }
}

#[test]
fn damage_that_was_done_twice_is_undone_twice_and_told_so() {
    for (text, first, second) in [
        (FRENCH, Cp1252, Cp1252),
        (CHINESE, Cp1252, Cp1252),
        (CHINESE, Latin1, Latin1),
        (ENGLISH, Latin1, Latin1),
        (RUSSIAN, Cp1251, Cp1251),
        (FRENCH, Cp1252, Cp1251),
    ] {
        let damaged = misread(&misread(text, Utf8, first), Utf8, second);
        let damage = EncodingRepair::default().damage(&damaged);
        assert_eq!(repaired(&damaged, &damage), text, "{damaged}");
        assert!(damage.iter().any(|damage| damage.kind == Kind::Twice), "{damage:?}");
    }
}

#[test]
fn right_text_stays() {
    for text in [
        CHINESE,
        TRADITIONAL,
        JAPANESE,
        KOREAN,
        RUSSIAN,
        FRENCH,
        GERMAN,
        POLISH,
        ENGLISH,
        "O CORAÇÃO DA NAÇÃO; A IRMÃ… e «a mãe»",
        "CAFÉ® et THÉ™, « à » ou « Ã »",
        "Le café près de la gare est fermé jusqu’à l’été.",
        "Hôm qua chúng tôi đã chờ trước thư viện hai tiếng đồng hồ.",
        "ÄÖÜ äöü ß ÄÄÄÄÄÄ",
        "┌────┬────┐ │ ├┤ └────┴────┘ ║╔═╗",
        "5×£20 = £100, 20 °C ± ½ °C, √2 ≈ 1,41, ∆x → 0, ƒ(x)",
        "👩‍🔬🇨🇳 ☕ ♫ ★★★☆☆",
        "RÓŻA, ŁĄKA, ŻÓŁW, ŹDŹBŁO",
        "Різдво, Сімʼя, Ґанок, ЇЖАК",
        "ВЧЕРА МЫ ЖДАЛИ ДВА ЧАСА. СССР, РСФСР",
        "李喆、王珺、犇犇、龘、㙍",
        "我买了一只猫wifi，A股和T恤，K歌没bug",
        "ｶﾀｶﾅ ﾃｨｰ ＡＢＣ（１２３）",
        "ㄅㄆㄇㄈ ﹝一﹞ ①②③",
    ] {
        assert_eq!(EncodingRepair::default().damage(text), [], "{text}");
    }
}

/// A mark before a letter with an accent is a letter of another script in one of the old encodings.
#[test]
fn marks_before_letters_with_accents_stay() {
    let letters = "àâäçèéêëîïôöùûüñáíóúãõåæøœßÀÂÇÉÈÊÎÔÖÜÄÅÆØ";
    for mark in "‘’“”«»‹›–—…•¡¿".chars() {
        for first in letters.chars() {
            for second in letters.chars() {
                let text = format!("mot l{mark}{first}bc et {mark}{second}de, puis d{mark}{first}.");
                assert_eq!(EncodingRepair::default().damage(&text), [], "{text}");
            }
        }
    }
}

#[test]
fn a_damaged_stretch_in_right_text_is_repaired_alone() {
    let text = format!("他说：{}。她说：好。", misread("我们下个星期再来看一看吧", Gbk, Cp1252));
    assert_eq!(repair(&text), "他说：我们下个星期再来看一看吧。她说：好。");
    let lines = format!("{FRENCH}\n{}\n{CHINESE}", misread(GERMAN, Utf8, Cp1252));
    assert_eq!(repair(&lines), format!("{FRENCH}\n{GERMAN}\n{CHINESE}"));
    let damage = EncodingRepair::default().damage(&lines);
    assert_eq!(&lines[damage[0].span.clone()], misread("ü", Utf8, Cp1252));
    assert_eq!(damage[0].kind.name(), "utf8-as-cp1252");
}

#[test]
fn controls_of_latin1_are_punctuation_of_windows_1252() {
    assert_eq!(repair(&misread(ENGLISH, Cp1252, Latin1)), ENGLISH);
    let other = "un barco tur\u{92}stico";
    assert_eq!(repair(other), other);
}

#[test]
fn lost_bytes_are_told_and_stay() {
    for (text, kind, span) in [
        ("她的名字是\u{fffd}\u{fffd}明", Kind::Replacement, "\u{fffd}\u{fffd}"),
        ("地址：锟斤拷锟斤拷路", Kind::ReplacementAsGbk, "锟斤拷锟斤拷"),
        ("结果烫烫烫烫烫烫", Kind::Unwritten, "烫烫烫烫烫烫"),
        ("值为屯屯屯", Kind::Unwritten, "屯屯屯"),
    ] {
        let damage = EncodingRepair::default().damage(text);
        assert_eq!(damage.len(), 1, "{text}");
        assert_eq!((damage[0].kind, &text[damage[0].span.clone()]), (kind, span));
        assert_eq!(repaired(text, &damage), text);
    }
    // A byte was lost at the stop, and stands as a question mark.
    let lossy =
        misread("我们昨天等了很久", Utf8, Gbk) + "锛?" + &misread("可是他还是没有来", Utf8, Gbk) + "銆?";
    let kinds: Vec<Kind> =
        EncodingRepair::default().damage(&lossy).into_iter().map(|damage| damage.kind).collect();
    assert!(kinds.contains(&Kind::LostBytes), "{kinds:?}");
    for text in ["“锟斤拷”是怎么来的", "文件打开是乱码，全是锟斤拷", "这碗汤烫烫的，烫烫烫！"]
    {
        assert_eq!(EncodingRepair::default().damage(text), [], "{text}");
    }
}

#[test]
fn references_are_decoded_once_where_no_markup_is_shown() {
    let repair = EncodingRepair::new(Some(Markup::default()));
    for (text, expected) in [
        ("Tom &amp; Jerry&nbsp;&#8217;s &quot;day&quot;", "Tom & Jerry\u{a0}’s \"day\""),
        ("&amp;lt; &#x4e2d;&#25991; &#146;", "&lt; 中文 ’"),
        ("一&nbsp&nbsp二 ?a=1&nbsp=2&copy=3", "一\u{a0}\u{a0}二 ?a=1&nbsp=2&copy=3"),
        ("AT&T; R&D; a & b; &nosuch; &#0; &#xfffe00;", "AT&T; R&D; a & b; &nosuch; &#0; &#xfffe00;"),
    ] {
        assert_eq!(repaired(text, &repair.damage(text)), expected);
    }
    let damaged = misread("é", Utf8, Cp1252).replace('Ã', "&Atilde;").replace('©', "&copy;");
    assert_eq!(repaired(&format!("caf{damaged}s"), &repair.damage(&format!("caf{damaged}s"))), "cafés");
    assert_eq!(EncodingRepair::default().damage("a &amp; b"), []);
}

#[test]
fn markup_is_told_by_lines() {
    for line in ["write &lt;b&gt; for bold", "<p>text</p>", "a reference of HTML: &nbsp;", "实体 &nbsp;"] {
        let mut markup = Markup::default();
        markup.add("plain &amp; simple, 3 < 4");
        assert!(!markup.is_shown());
        markup.add(line);
        assert!(markup.is_shown(), "{line}");
        markup.add("plain");
        assert_eq!(EncodingRepair::new(Some(markup)).damage("a &amp; b"), []);
    }
}

#[test]
fn a_text_is_looked_at_closer_if_a_line_of_it_is() {
    let lines =
        [CHINESE, RUSSIAN, FRENCH, &misread(CHINESE, Gbk, Big5), &misread(FRENCH, Utf8, Gbk), JAPANESE];
    let is_one = lines.iter().any(|line| may_be_damaged(line.as_bytes()));
    assert!(is_one && may_be_damaged(lines.join("\n").as_bytes()));
    assert!(![CHINESE, ENGLISH, TRADITIONAL].iter().any(|line| may_be_damaged(line.as_bytes())));
}
