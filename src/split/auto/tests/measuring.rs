//! Which texts are known before all their lines are measured.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

#[test]
fn no_character_is_narrower_than_its_least_width() {
    for c in '\0'..=char::MAX {
        let mut utf8 = [0; 4];
        let line = Line { indent: "", text: c.encode_utf8(&mut utf8) };
        let width = Width::of(line);
        assert!(MEASURES.iter().all(|measure| line.least_width() <= width[*measure]), "{c:?}");
    }
}

/// Paragraphs of pieces of this text, wrapped at any width, with a short line between them or none. The first line of a
/// paragraph begins with the first mark and the others with the second, and one may be a few letters longer than the width.
fn broken_lines(text: &str, marks: [&'static str; 2]) -> BoxedStrategy<String> {
    let chars: Vec<char> = text.chars().collect();
    let piece = (0..chars.len(), 1..chars.len());
    let paragraph =
        (piece, 30..170_u32, 0..6_usize, 0..4_usize).prop_map(move |((start, len), columns, at, more)| {
            let piece: String = chars.iter().cycle().skip(start).take(len).collect();
            let text = wrapped(piece.trim(), columns, marks);
            let line =
                |(number, line)| format!("{line}{}\n", if number == at { &"xxxx"[..more] } else { "" });
            text.lines().enumerate().map(line).collect::<String>()
        });
    let between = prop::sample::select(
        &["", "", "\n", "* new ropes\n", "北岸码头\n", "NORTH PIER\n", "    x = 1\n"][..],
    );
    prop::collection::vec((paragraph, between), 1..5)
        .prop_map(|parts| parts.into_iter().map(|(paragraph, line)| paragraph + line).collect())
        .boxed()
}

/// Lines of whatever the rules ask for.
fn any_lines() -> BoxedStrategy<String> {
    let piece = prop::sample::select(
        &[
            "港务局星期二表示防波堤将在冬季风暴到来之前完工",
            "不过三家承包商中有两家",
            "，",
            "。",
            "“",
            "”",
            "\u{3000}",
            "港",
            "the harbour board said on Tuesday that ",
            "breakwater ",
            "The ",
            "OF ",
            ". ",
            ", ",
            " ",
            "    ",
            "\t",
            "2",
            "THE HARBOUR BOARD SAYS THAT IT WANTS ANOTHER ",
            "港务局要求,延长工期",
            "完成すれば、フェリーが",
            "Ferries",
            "e\u{301}",
            "\u{301}\u{200b}\u{301}",
            "항만청은 화요일에 ",
            "พายุฤดูหนาว",
            "> ",
            "\n",
            "\n",
            "\n",
            "\n",
            "\n* ",
            "\n  ",
            "\n  - ",
            "\n    ",
            "\r\n",
            "\n\n",
        ][..],
    );
    prop::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat()).boxed()
}

/// A text that is not wrapped is known before all its lines are measured, and no other is taken for one: whatever the
/// margins are, no break is full of which it was told that it cannot be.
#[test]
fn what_is_told_without_measuring_all_is_so() {
    let ascii_commas = CHINESE.replace('，', ",");
    let capitals = ENGLISH.to_uppercase();
    let names =
        ENGLISH.split(' ').map(|word| word[..1].to_uppercase() + &word[1..]).collect::<Vec<_>>().join(" ");
    let mixed = CHINESE.replace("渡船", "Harbour Ferries");
    for (name, texts) in [
        ("anything", any_lines()),
        ("small letters", broken_lines(ENGLISH, ["", ""])),
        ("a comment", broken_lines(GERMAN, ["# ", "# "])),
        ("capitals", broken_lines(&capitals, ["", ""])),
        ("items", broken_lines(ENGLISH, ["* ", "  "])),
        ("items that go on with names", broken_lines(&names, ["  -  ", "     "])),
        ("Chinese", broken_lines(CHINESE, ["", ""])),
        ("Chinese with Latin names", broken_lines(&mixed, ["　　", ""])),
        ("Chinese with commas of ASCII", broken_lines(&ascii_commas, ["", ""])),
        ("items in Chinese", broken_lines(&ascii_commas, ["• ", "  "])),
        ("Japanese", broken_lines(JAPANESE, ["", ""])),
    ] {
        let (num_full, num_told, num_wrapped) = (Cell::new(0), Cell::new(0), Cell::new(0));
        let mut runner = TestRunner::new(Config::with_source_file(file!()));
        let outcome = runner.run(&texts, |text| {
            let evidence = Evidence::of(&text);
            let expected = evidence.is_wrapped_as_measured(&text);
            prop_assert_eq!(evidence.is_wrapped(&text), expected, "{:?}", text);
            for one in &evidence.breaks {
                let measured = one.measured();
                let is_full = |measure: Measure, margin: u32| {
                    measured.with_word[measure] > margin && measured.after[measure] <= margin + 2
                };
                let can_be_full = MEASURES
                    .iter()
                    .any(|measure| (LEAST_MARGIN..=MOST_MARGIN).any(|margin| is_full(*measure, margin)));
                prop_assert!(one.may_be_full() || !can_be_full, "{:?} in {:?}", one, text);
                num_full.set(num_full.get() + u32::from(can_be_full));
                num_told.set(num_told.get() + u32::from(!one.may_be_full()));
            }
            num_wrapped.set(num_wrapped.get() + u32::from(expected));
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
        let cases = runner.config().cases;
        assert!(num_full.get() * 2 > cases && num_told.get() * 8 > cases && num_wrapped.get() > 0, "{name}");
    }
}
