//! Numbers, their slots and tokens, and stamps, of short texts.

use super::*;
use crate::config::{Repair, Shingle, ShingleUnit};
use crate::fingerprint::Shingler;
use crate::normalize::Tokenizer;

/// The wording of a text of these lines.
fn wording(text: &str) -> Wording {
    let mut shingler = Shingler::new(Shingle::new(ShingleUnit::Word, 5), Numbers::default());
    for line in text.lines() {
        Tokenizer::new(Repair::Basic).tokens(line, &mut shingler);
        shingler.numbers.end_line();
    }
    shingler.numbers.finish()
}

fn numbers(text: &str) -> Vec<String> {
    wording(text).numbers.into_iter().map(|number| number.text).collect()
}

#[test]
fn numbers_table() {
    for (text, expected) in [
        ("人民币中间价报7.1234元", vec!["7.1234"]),
        ("3,000.50 and 12", vec!["3000.50", "12"]),
        ("um 1,5 Prozent", vec!["1.5"]),
        ("2024年3月5日", vec!["2024", "3", "5"]),
        ("2024-03-05 18:33", vec!["2024 03 05 18 33"]),
        ("2024-03-05.", vec!["2024 03 05"]),
        ("Q3 and 5th are words", vec![]),
        ("", vec![]),
        ("12", vec!["12"]),
        // Signs.
        ("气温-3℃", vec!["-3°"]),
        ("气温−3℃", vec!["-3°"]),
        ("气温－３℃", vec!["-3°"]),
        ("气温零下3℃", vec!["-3°"]),
        ("增速为负3.5%", vec!["-3.5%"]),
        ("-3 to -5", vec!["-3", "-5"]),
        ("(-3)", vec!["-3"]),
        ("-$5", vec!["-5$"]),
        ("at - 3", vec!["3"]),
        // No signs.
        ("1-3, F-16, 3月-5月, 3%-5%, $5-$8, 2胜1负3平", vec!["1 3", "16 3", "5", "3% 5% 5$ 8$ 2", "1", "3"]),
        // Units.
        ("5% 5‰ 5°", vec!["5% 5‰ 5°"]),
        ("５％", vec!["5%"]),
        ("5 %, 5  %", vec!["5% 5%"]),
        ("$5, 5 $, 5€ and ￥5", vec!["5$ 5$ 5€", "5¥"]),
        ("$ 5", vec!["5$"]),
        ("5$.", vec!["5$"]),
        ("5 $6", vec!["5 6$"]),
        ("pay 5, $ or not", vec!["5"]),
        // A row ends with its line.
        ("1 2\n3", vec!["1 2", "3"]),
    ] {
        assert_eq!(numbers(text), expected, "{text}");
    }
}

#[test]
fn a_slot_is_what_stands_around_a_number() {
    let slot = |text| wording(text).numbers[0].slot;
    assert_eq!(slot("报7.1234元"), slot("今天报6.5元了"));
    assert_ne!(slot("报7.1234元"), slot("报7.1234美元"));
    assert_ne!(slot("报7.1234元"), slot("7.1234元"));
    assert_eq!(slot("气温3℃"), slot("气温零下3℃"));
    assert_eq!(slot("3\n5\n"), slot("3\n7\n"), "beside a number it is of no account which");
}

#[test]
fn tokens_are_in_order_and_have_their_signs() {
    let words = |text| wording(text).tokens;
    assert_eq!(words("气温-3℃。"), words("气温零下3 ° c"));
    assert_ne!(words("5%"), words("5‰"));
    assert_ne!(words("$5"), words("€5"));
    assert_eq!(words("up 5 now"), [Token::of("up"), Token::number("5"), Token::of("now")]);
    assert_eq!(words("中国"), [Token::of("中"), Token::of("国")]);
}

#[test]
fn long_numbers_are_cut_and_stay_different() {
    let (a, b) = ("1".repeat(100_000), format!("{}2", "1".repeat(99_999)));
    let (a, b) = (wording(&a), wording(&b));
    assert!(a.numbers[0].text.len() <= MAX_TEXT + 1 && a.numbers != b.numbers);
}

/// Lines at the edges of a text that only say when it was put up; in the others every number counts.
#[test]
fn stamps_are_left_out() {
    let body = "正文第1段。\n正文第2段。\n正文第3段。\n正文第4段。\n正文第5段。\n正文第6段。\n";
    let of = |line: &str| numbers(&format!("标题\n{line}\n{body}"));
    let plain = of("来源");
    for line in [
        "来源：甲报 2026年11月1日 08:30",
        "2026-11-01 08:30:15",
        "2026.11.01",
        "2026/11/1",
        "发布时间：11月1日08:30",
        "Updated: Nov 1, 2026 08:30",
        "1 November 2026",
    ] {
        assert_eq!(of(line), plain, "{line}");
        assert_eq!(numbers(&format!("{body}{line}")), plain, "{line}, at the end");
        let inside = format!("{}{line}\n{body}", &body[..body.len() / 2]);
        assert!(numbers(&inside).len() > plain.len() + 3, "{line}, in the middle");
    }
    for (line, expected) in [
        ("2026年11月1日中间价报7.1234元", vec!["7.1234"]),
        ("2026年11月1日，本市举行会议。", vec!["2026", "11", "1"]),
        ("11月1日新闻", vec!["11", "1"]),
        ("2026 年", vec!["2026"]),
        ("气温 3", vec!["3"]),
        ("On November 1, 2026 it rose.", vec!["1 2026"]),
    ] {
        assert_eq!(
            of(line),
            [expected.iter().map(|n| (*n).to_owned()).collect(), plain.clone()].concat(),
            "{line}"
        );
    }
}

#[test]
fn a_piece_has_no_edges() {
    let mut shingler = Shingler::new(Shingle::new(ShingleUnit::Word, 5), Numbers::default());
    Tokenizer::new(Repair::Basic).tokens("2026-11-01 08:30", &mut shingler);
    assert_eq!(shingler.numbers.finish_part().numbers.len(), 1);
    assert_eq!(shingler.numbers.finish(), Wording::default(), "it is empty again");
}
