//! Near-duplicates (`--near`): the rules one by one. What counts as the same text, numbers, short texts, parts of
//! longer ones, paragraphs, and how everything is accounted for.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tamis::Config;
use tamis::config::{Limit, NearPreset, NearUnits, Scope, Share, SplitMode};

use crate::support::cases::cases;
use crate::support::files::Files;
use crate::support::json::text_of;
use crate::support::memory::{self, clean, file};
use crate::support::near::{
    self, by_rule, containing, gone, lines, near, near_paragraphs, pairs, preset, texts,
};
use crate::support::packs::jsonl;
use crate::support::random::Noise;
use crate::support::run::Run;

/// Whether the second of two texts goes for the first, and nothing else goes.
#[track_caller]
fn second_goes(first: &str, second: &str, config: &Config) -> bool {
    let run = clean(&texts(&[first, second]), config);
    match pairs(&run).as_slice() {
        [] => false,
        [(removed, survivor)] if removed == "0001.txt" && survivor == "0000.txt" => true,
        other => panic!("{other:?}"),
    }
}

const REPORT: &str = "人民币对美元中间价今天报7.1234元，较前一交易日上调25个基点，成交量为3000亿元。\n\
    市场人士认为，短期内汇率将在合理均衡水平上保持基本稳定，双向波动成为常态，企业应当树立风险中性理念。\n";

/// Promise "numbers mean something": what differs by its numbers is another report; another by-line is not.
#[test]
fn numbers_are_guarded() {
    let next = REPORT.replace("7.1234", "6.9876").replace("25", "31").replace("3000", "2800");
    let signed = format!("{REPORT}（记者 王小明）\n");
    let mut config = near();
    config.decide.near.threshold = Share::hundredths(60);
    assert!(!second_goes(REPORT, &next, &config));
    assert!(second_goes(REPORT, &signed, &config));
    let mut off = config.clone();
    off.decide.near.number_guard = Limit::Off;
    assert!(second_goes(REPORT, &next, &off));
    // Two of three numbers agree.
    let one = REPORT.replace("25", "31");
    assert!(!second_goes(REPORT, &one, &config));
    config.decide.near.number_guard = Limit::AtLeast(Share::hundredths(66));
    assert!(second_goes(REPORT, &one, &config));
    // However alike they are: one number in a long text.
    let long = |number: &str| format!("{} {number} points.\n", lines(&Noise::new(3).words(500)));
    assert!(!second_goes(&long("12"), &long("13"), &near()));
    assert!(second_goes(&long("12"), &long("12"), &near()));
    // A by-line with a date, thousands separators, the width of digits.
    assert!(second_goes(&long("12"), &format!("3 May 2026 {}", long("12")), &near()));
    assert!(second_goes(&long("12,000"), &long("12000"), &near()));
    assert!(second_goes(&long("12"), &long("１２"), &near()));
    assert!(!second_goes(&long("1.25"), &long("12.5"), &near()));
    assert!(!second_goes(&long("125"), &long("12.5"), &near()));
}

/// The ledger tells the numbers of both.
#[test]
fn numbers_are_told() {
    let mut config = near();
    config.decide.near.threshold = Share::hundredths(60);
    config.decide.near.number_guard = Limit::AtLeast(Share::hundredths(66));
    let run = clean(&texts(&[REPORT.to_owned(), REPORT.replace("25", "31")]), &config);
    let line = by_rule(&run, &["near-document"])[0];
    let expected = serde_json::json!({"shared": ["3000", "7.1234"], "removed": ["31"], "survivor": ["25"]});
    assert_eq!(line["numbers"], expected);
}

/// Numbers that are written in Han characters are numbers too (`一百二十三`). They are weighed with the words that were
/// replaced, so that they count in short reports only, which the documentation says.
#[test]
fn numbers_in_han_characters() {
    let report = |number: &str| {
        format!(
            "本市今天举行了{number}场招聘会，市民反响热烈，现场秩序井然，多家企业表示满意，组织方计划在年底之前再次举办同类活动。\n"
        )
    };
    let mut config = near();
    config.decide.near.threshold = Share::hundredths(60);
    assert!(second_goes(&report("三"), &report("三"), &config));
    assert!(!second_goes(&report("3"), &report("5"), &config));
    // A number where the other text has a word.
    assert!(!second_goes(&report("3"), &report("五"), &config));
    assert!(!second_goes(&report("三"), &report("五"), &config));
    // Known limit: both in Han characters, in a longer text.
    let more = "活动现场还设立了政策咨询台，工作人员耐心解答提问，不少求职者当场递交了简历。";
    let [third, fifth] = ["三", "五"].map(|number| format!("{}{more}\n", report(number).trim_end()));
    assert!(second_goes(&third, &fifth, &config));
}

/// Script, width, case, punctuation, spaces, HTML entities and composition make no difference; what is written is the
/// first as it stands.
#[test]
fn spelling_does_not_count() {
    let text = "國務院發展研究中心表示，《人工智能》產業規模今年增長13.9%，AI & café culture isn't over.";
    for same in [
        "国务院发展研究中心表示，《人工智能》产业规模今年增长13.9%，AI & café culture isn't over.",
        "國務院發展研究中心表示,人工智能產業規模今年增長１３.９％!ＡＩ ＆ cafe\u{301} CULTURE isn't over",
        "國務院發展研究中心表示，&laquo;人工智能&raquo;產業規模今年增長13.9&#37;，AI &amp; caf&eacute;&nbsp;culture isn't over.",
        "國務院\u{200b}發展\u{ad}研究中心表示：“人工智能”產業規模\n\n今年增長13.9%\nAI—café\u{3000}culture isn't over...",
    ] {
        for units in [NearUnits::Documents, NearUnits::Both] {
            let config = preset(NearPreset::Strict, units);
            let run = clean(&texts(&[text, same]), &config);
            assert_eq!(gone(&run).len(), 1, "{same}");
            assert_eq!(gone(&run)[0].similarity, None, "{same}");
            assert_eq!(run.text("0000.txt"), format!("{text}\n"));
        }
    }
    assert!(!second_goes(text, "國務院發展研究中心表示，《人工智慧》產業規模去年下降13.9%。", &near()));
}

/// Texts without a token are not compared; those of fewer tokens than a shingle match texts of the same tokens only.
#[test]
fn short_texts_match_only_the_same() {
    let texts_of = [
        "",
        "\n\n",
        "！！！\n",
        "！！！\n",
        "——\n——\n",
        "😀\n",
        "😀😀\n",
        "🇨🇳\n",
        "one\n",
        "two\n",
        "One!\n",
        "one two\n",
        "two one\n",
        "one two three four\n",
        "one, two, three, four.\n",
        "one two three four five\n",
        "one two three four six\n",
        "中\n",
        "中国\n",
        "中。\n",
        "\u{200b}\u{feff}\n",
        "-\n",
        "7\n",
        "8\n",
        "٧\n",
    ];
    for name in [NearPreset::Strict, NearPreset::News, NearPreset::Syndication] {
        let mut config = preset(name, NearUnits::Documents);
        config.decide.near.keep = "first".parse().expect("a choice");
        config.decide.near.containment = Limit::Off;
        let run = clean(&texts(&texts_of), &config);
        let mut expected = vec![(10, 8), (14, 13), (19, 17)];
        if name != NearPreset::Strict {
            // Runs of five characters: 10 of 14, and 12 of 16 (onetwothreefourfive and onetwothreefoursix).
            expected.insert(2, (16, 15));
        }
        let told: Vec<_> = pairs(&run).iter().map(|(a, b)| (near::number(a), near::number(b))).collect();
        let has = |pair: &(usize, usize)| told.contains(pair);
        assert!([(10, 8), (14, 13), (19, 17)].iter().all(has), "{name:?} {told:?}");
        let is_short = |&(a, b): &(usize, usize)| {
            [8, 9, 10, 11, 12, 17, 18, 19, 22, 23, 24].contains(&a) && slow(texts_of[a]) != slow(texts_of[b])
        };
        assert!(!told.iter().any(is_short), "{name:?} {told:?}");
        assert!(told.iter().all(|(a, b)| *a > 7 && *b > 7), "{name:?} {told:?}");
    }
}

/// The letters of a short text.
fn slow(text: &str) -> String {
    text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A short text is no part of a longer one unless the longer one is short too.
#[test]
fn short_texts_are_not_contained() {
    for (part, whole) in [
        ("one", "one two three four five six"),
        ("今天", "今天天气很好今天天气很好"),
        ("7", "7 8 9 10 11 12 13"),
    ] {
        assert!(!second_goes(&format!("{whole}\n"), &format!("{part}\n"), &containing(50)), "{part}");
    }
}

/// A part goes for the whole, never the whole for a part; the ledger tells the share.
#[test]
fn containment() {
    let words = Noise::new(4).words(120);
    let (whole, part) = (lines(&words), lines(&words[30..90]));
    assert!(!second_goes(&whole, &part, &near()), "0.5 is no match");
    let run = clean(&texts(&[&whole, &part]), &containing(80));
    let [gone] = gone(&run).try_into().expect("one goes");
    assert_eq!((gone.similarity, gone.containment), (Some(0.4827), Some(1.0)), "56 of 116, all of 56");
    assert_eq!(gone.place.0, "0001.txt");
    let run = clean(&texts(&[&part, &whole]), &containing(80));
    assert_eq!(pairs(&run), [], "the whole stays, and the part was there first");
    let mut config = containing(80);
    config.decide.near.keep = "longest".parse().expect("a choice");
    let run = clean(&texts(&[&part, &whole]), &config);
    assert_eq!(pairs(&run), [("0000.txt".to_owned(), "0001.txt".to_owned())]);
}

/// The ledger's line of a document that went, in full.
#[test]
fn a_line_of_the_ledger() {
    let words = Noise::new(6).words(60);
    let text = lines(&words);
    let more = format!("\n{text}\nand more.\n");
    let json = [("x", "other text"), ("kept", text.as_str()), ("gone", more.as_str())]
        .map(|(id, text)| format!("{}\n", serde_json::json!({"id": id, "text": text})));
    let run = clean(&file("d/a.jsonl", json.concat()), &near());
    let [line] = by_rule(&run, &["near-document"]).try_into().expect("one line");
    let body = format!("{text}and more.\n");
    let end = more.trim_end().len();
    let expected = serde_json::json!({
        "path": "d/a.jsonl", "record": 2, "id": "gone", "first": 0, "last": 6, "span": [1, end],
        "rule": "near-document",
        "survivor": {"path": "d/a.jsonl", "record": 1, "id": "kept", "first": 0, "last": 5},
        "similarity": 0.9655, "text": body,
    });
    assert_eq!(*line, expected, "56 of 58");
}

/// Paragraphs of at least `--near-min-chars` characters of key text are compared, and copies of one that goes, go.
#[test]
fn paragraphs() {
    let mut dice = Noise::new(8);
    let base = dice.words(40);
    let mut edited = base.clone();
    edited.push("more".to_owned());
    let (base, edited, other) = (base.join(" "), edited.join(" "), dice.words(40).join(" "));
    let files =
        texts(&[format!("{other}\n{base}\n"), format!("x\n{edited}\n"), format!("{edited}\ny\n{edited}\n")]);
    let run = clean(&files, &near_paragraphs());
    let told: Vec<_> = run
        .ledger
        .iter()
        .map(|line| {
            let survivor = &line["survivor"];
            let (path, first) = (text_of(line, "path"), line["first"].as_u64());
            (
                path,
                first,
                text_of(line, "rule"),
                text_of(survivor, "path"),
                survivor["first"].as_u64(),
                line["similarity"].as_f64(),
            )
        })
        .collect();
    let near = |path, first| (path, Some(first), "near-paragraph", "0000.txt", Some(1), Some(0.9729));
    assert_eq!(told, [near("0001.txt", 1), near("0002.txt", 0), near("0002.txt", 2)]);
    assert!(run.ledger.iter().all(|line| text_of(line, "text") == format!("{edited}\n")));
    assert_eq!(run.text("0002.txt"), "y\n");
    assert_eq!(run.summary.paragraphs.removed["near-paragraph"], 3);
    // A shorter one is left to exact matching.
    let mut config = near_paragraphs();
    config.decide.near.min_chars = edited.chars().count() as u64;
    let run = clean(&files, &config);
    assert_eq!(by_rule(&run, &["near-paragraph"]).len(), 0, "the base is too short by five");
    assert_eq!(by_rule(&run, &["exact"]).len(), 2);
}

/// Documents come first, on their full text; then paragraphs of those that stay.
#[test]
fn documents_then_paragraphs() {
    let mut dice = Noise::new(10);
    let shared: Vec<String> = (0..4).map(|_| dice.words(30).join(" ")).collect();
    let (alone, twin) = (dice.words(30).join(" "), dice.words(30));
    let (twin, twins) = (twin.join(" "), format!("{} more", twin.join(" ")));
    let article = shared.join("\n");
    let corpus = [
        format!("{alone}\n{twin}\n"),
        format!("{article}\n"),
        format!("{article}\nby someone\n"),
        format!("{twins}\n{}\n", dice.words(30).join(" ")),
    ];
    let run = clean(&texts(&corpus), &preset(NearPreset::Strict, NearUnits::Both));
    assert_eq!(pairs(&run), [("0002.txt".to_owned(), "0001.txt".to_owned())]);
    assert_eq!(by_rule(&run, &["exact"]).len(), 0, "it went as a whole");
    let [line] = by_rule(&run, &["near-paragraph"]).try_into().expect("one");
    assert_eq!((text_of(line, "path"), text_of(&line["survivor"], "path")), ("0003.txt", "0000.txt"));
    assert_eq!(run.names(), ["0000.txt", "0001.txt", "0003.txt"]);
}

/// Contract I4: paragraphs below `--min-chars` are never removed as duplicates, near ones neither.
#[test]
fn short_paragraphs_are_never_removed() {
    let base = Noise::new(11).words(12).join(" ");
    let corpus = [format!("{base}\n"), format!("{base} x\n"), format!("{base}\n"), format!("{base} x\n")];
    let mut config = near_paragraphs();
    config.matching.min_chars = 1000;
    let run = clean(&texts(&corpus), &config);
    assert_eq!(run.ledger, [] as [serde_json::Value; 0]);
}

/// Near-duplicate paragraphs are searched for in the whole corpus: within documents only is refused, with a remedy.
#[test]
fn near_paragraphs_within_documents_are_refused() {
    for units in [NearUnits::Paragraphs, NearUnits::Both] {
        let mut config = preset(NearPreset::Strict, units);
        config.decide.scope = Scope::Document;
        let refused = config.validate().expect_err("it is refused").to_string();
        assert!(refused.contains("scope") && refused.contains("--near=documents"), "{refused}");
    }
}

/// Whole documents that are copies, under settings that leave copies of paragraphs alone.
#[test]
fn copies_of_documents() {
    let text = lines(&Noise::new(13).words(60));
    for change in [
        |config: &mut Config| config.decide.scope = Scope::Document,
        |config: &mut Config| config.split.split = SplitMode::Block,
        |config: &mut Config| config.split.split = SplitMode::Sentence,
        |_: &mut Config| (),
    ] {
        let mut config = near();
        change(&mut config);
        let run = clean(&texts(&[&text, &text, &text]), &config);
        assert_eq!(run.names(), ["0000.txt"]);
        assert_eq!(run.summary.documents.removed, BTreeMap::from([("exact-document".to_owned(), 2)]));
        assert!(run.ledger.iter().all(|line| line.get("text").is_none()), "the survivor has it");
        config.write.ledger_text = true;
        let run = clean(&texts(&[&text, &text]), &config);
        assert!(!text_of(&run.ledger[0], "text").is_empty());
    }
}

/// Lines of corpora with everything in them that rules are about.
fn corpora() -> impl Strategy<Value = Vec<String>> {
    let line = (0..40_usize, 0..4_u8, 0..3_u8).prop_map(|(seed, more, numbers)| {
        let mut dice = Noise::new(seed);
        let mut line = if seed % 3 == 0 { dice.han(30) } else { dice.words(14).join(" ") };
        line.push(' ');
        line += &(7 * seed + usize::from(numbers)).to_string();
        line + &" x".repeat(usize::from(more))
    });
    let line = prop_oneof![6 => line, 1 => Just(String::new()), 1 => Just("！".to_owned()), 1 => Just("short".to_owned())];
    proptest::collection::vec(proptest::collection::vec(line, 0..8).prop_map(|lines| lines.join("\n")), 1..14)
}

/// The paragraphs of a text.
fn paragraphs_of(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// Promise "nothing lost": each paragraph of the input is in the output, or in one line of the ledger, whose survivor
/// is in the output in the place that it names.
#[track_caller]
fn nothing_is_lost(corpus: &[String], run: &Run) {
    let mut removed: BTreeMap<(usize, u64), &serde_json::Value> = BTreeMap::new();
    for line in &run.ledger {
        for index in line["first"].as_u64().expect("an index")..=line["last"].as_u64().expect("an index") {
            let place = (near::number(text_of(line, "path")), index);
            assert!(removed.insert(place, line).is_none(), "{place:?} goes twice");
        }
    }
    for (number, text) in corpus.iter().enumerate() {
        let paragraphs = paragraphs_of(text);
        let name = format!("{number:04}.txt");
        let written =
            run.out.get(&name).map(|bytes| std::str::from_utf8(bytes).expect("UTF-8")).unwrap_or_default();
        let is_kept = |index: &usize| !removed.contains_key(&(number, *index as u64));
        let kept: Vec<&str> = (0..paragraphs.len()).filter(is_kept).map(|index| paragraphs[index]).collect();
        assert_eq!(paragraphs_of(written), kept, "{name}");
    }
    for ((number, index), line) in &removed {
        let survivor = &line["survivor"];
        let other = near::number(text_of(survivor, "path"));
        let rule = text_of(line, "rule");
        if rule.ends_with("document") {
            let all = paragraphs_of(&corpus[other]).len() as u64;
            assert_eq!((survivor["first"].as_u64(), survivor["last"].as_u64()), (Some(0), Some(all - 1)));
            let gone: Vec<u64> = removed
                .iter()
                .filter(|((n, _), line)| *n == other && text_of(line, "rule").ends_with("document"))
                .map(|((_, i), _)| *i)
                .collect();
            assert_eq!(gone, [0; 0], "document {number} goes for {other}, which goes itself");
            continue;
        }
        let first = survivor["first"].as_u64().expect("an index")
            + (index - line["first"].as_u64().expect("an index"));
        let at = usize::try_from(first).expect("small");
        if rule == "exact" {
            assert_eq!(
                paragraphs_of(&corpus[other])[at],
                paragraphs_of(&corpus[*number])[usize::try_from(*index).expect("small")]
            );
        }
        assert!(
            !removed.contains_key(&(other, first)),
            "{rule}: paragraph {number}:{index} goes for {other}:{first}, which goes itself"
        );
    }
}

proptest! {
    #![proptest_config(cases(40))]

    /// Promise "nothing lost", under every preset and for all units.
    #[test]
    fn everything_is_accounted_for(corpus in corpora(), name in 0..3_usize, units in 0..3_usize) {
        let names = [NearPreset::Strict, NearPreset::News, NearPreset::Syndication];
        let units_of = [NearUnits::Documents, NearUnits::Paragraphs, NearUnits::Both];
        let mut config = preset(names[name], units_of[units]);
        config.decide.near.min_chars = 20;
        config.matching.min_chars = 0; // nothing is layout, which would go without a survivor
        let run = clean(&texts(&corpus), &config);
        nothing_is_lost(&corpus, &run);
    }

    /// Cleaning twice changes nothing where no paragraph stands in two documents: nothing but whole documents go,
    /// and those that stay are what they were.
    #[test]
    fn cleaning_twice(seed in any::<u32>(), sizes in proptest::collection::vec((1..5_usize, 0..6_usize), 1..20)) {
        let mut dice = Noise::new(seed as usize);
        let mut corpus: Vec<String> = Vec::new();
        for (size, edits) in sizes {
            let mut words: Vec<String> = match corpus.len() {
                0 => dice.words(100),
                n => corpus[dice.below(n)].split_whitespace().map(str::to_owned).collect(),
            };
            for _ in 0..edits * size {
                let place = dice.below(words.len());
                words[place] = dice.word();
            }
            corpus.push(words.join(" "));
        }
        let run = clean(&texts(&corpus), &near());
        let again = clean(&run.out, &near());
        prop_assert!(again.out == run.out, "{:?}", memory::differing(&again.out, &run.out));
    }
}

/// Known limit: documents are judged on their full text, before the paragraphs they share go. What is left of two of
/// them may be alike where the documents were not, and then a second cleaning removes one.
#[test]
fn what_is_left_may_be_alike() {
    let mut dice = Noise::new(15);
    let core = dice.words(20);
    let (filler, others) = (dice.words(30).join(" "), dice.words(30).join(" "));
    let edited = format!("{} more", core.join(" "));
    let corpus = [
        format!("{filler}\n{others}\n"),
        format!("{}\n{filler}\n", core.join(" ")),
        format!("{edited}\n{others}\n"),
    ];
    let run = clean(&texts(&corpus), &near());
    assert_eq!(gone(&run), []);
    assert_eq!(by_rule(&run, &["exact"]).len(), 2);
    let again = clean(&run.out, &near());
    assert_eq!(pairs(&again), [("0002.txt".to_owned(), "0001.txt".to_owned())]);
    let third = clean(&again.out, &near());
    assert!(third.out == again.out);
}

/// Counts by rule, of documents and of paragraphs.
#[test]
fn counts() {
    let mut dice = Noise::new(16);
    let words = dice.words(60);
    let text = lines(&words);
    let corpus = [
        text.clone(),
        format!("{text}more\n"),
        text.clone(),
        format!("{}{}", lines(&words[..10]), lines(&dice.words(90))),
        "！\n".to_owned(),
        String::new(),
    ];
    let run = clean(&texts(&corpus), &near());
    let summary = &run.summary;
    let of = |pairs: &[(&str, u64)]| {
        pairs.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(summary.documents.removed, of(&[("near-document", 1), ("exact-document", 1)]));
    assert_eq!((summary.documents.read, summary.documents.kept, summary.documents.emptied), (6, 3, 3));
    assert_eq!(summary.paragraphs.removed, of(&[("exact", 1), ("near-document", 7), ("exact-document", 6)]));
    let json: serde_json::Value = serde_json::from_str(&summary.to_json()).expect("JSON");
    let near = serde_json::json!({
        "units": "documents", "threshold": 0.8, "shingle": "word:5", "number_guard": 0.8, "containment": "off",
        "keep": "first", "priority": [], "min_chars": 40,
    });
    assert_eq!(json["config"]["near"], near);
    let plain = clean(&texts(&corpus), &Config::default());
    let json: serde_json::Value = serde_json::from_str(&plain.summary.to_json()).expect("JSON");
    assert!(json["config"]["near"].is_null() && json["documents"].get("removed").is_none());
}

/// The scope of the exact rule is that of what stays: a copy of a paragraph in a document that went is no survivor.
#[test]
fn what_went_leaves_no_copies_behind() {
    let mut dice = Noise::new(17);
    let words = dice.words(60);
    let (text, extra) = (lines(&words), dice.words(20).join(" "));
    let corpus = [text.clone(), format!("{text}extra\n"), format!("extra\n{extra}\n")];
    let run = clean(&texts(&corpus), &near());
    assert_eq!(run.text("0002.txt"), format!("extra\n{extra}\n"));
    let files: Files = file("a.jsonl", jsonl(&corpus));
    assert_eq!(clean(&files, &near()).summary.paragraphs.kept, 8);
}
