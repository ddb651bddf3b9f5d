//! The page of generated ledgers, held against counts made the simple way.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::*;
use crate::account::PartCounts;
use crate::config::{Config, NearUnits};
use crate::document::Document;
use crate::observe::NoObserver;

/// Texts that are `TEXT OF path#record first-last`.
struct Told;

impl Texts for Told {
    fn read(&mut self, wanted: &[TextPlace]) -> Result<Vec<std::result::Result<Text, String>>> {
        let text = |place: &TextPlace| Text {
            text: format!("TEXT OF {} {}-{}", place.path, place.first, place.last),
            ends: Vec::new(),
            line: Some(place.first.saturating_add(1)),
            start: 0,
            num_bytes: 100,
            key: Fingerprint::of(b""),
            is_cut: false,
        };
        Ok(wanted.iter().map(|place| Ok(text(place))).collect())
    }
}

fn html(summary: &Summary, ledger: &[u8], texts: &mut dyn Texts) -> String {
    let mut lines = || LedgerReader::new("removed.jsonl.zst", ledger);
    let page = Page::gather(summary, &[], &mut lines, texts).unwrap();
    let mut html = Vec::new();
    page.write(&mut html).unwrap();
    String::from_utf8(html).unwrap()
}

/// The data of a page.
fn data(html: &str) -> Value {
    let (_, rest) = html.split_once(r#"<script type="application/json" id="data">"#).unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

fn ledger(lines: &str) -> Vec<u8> {
    zstd::bulk::compress(lines.as_bytes(), 1).unwrap()
}

fn summary() -> Summary {
    Summary::new(&Config::default())
}

/// Numbers that look random and are the same each time.
fn random(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % below
}

/// Documents of a few paragraphs out of many, some of them copies as a whole. Paragraphs share no words, so that
/// only copies are alike.
fn documents(seed: u64) -> Vec<Document> {
    let mut state = seed;
    let paragraph =
        |number: u64| (0..9).map(|word| format!("p{number}w{word}")).collect::<Vec<_>>().join(" ");
    let mut texts: Vec<String> = Vec::new();
    for number in 0..120 {
        let copied = random(&mut state, 3) == 0 && number > 0;
        let text = if copied {
            texts[usize::try_from(random(&mut state, number)).unwrap()].clone()
        } else {
            let start = random(&mut state, 300);
            let run = 1 + random(&mut state, 12);
            (start..start + run).map(|n| paragraph(n) + "\n").collect::<String>() + &paragraph(1000 + number)
        };
        texts.push(text);
    }
    texts.into_iter().enumerate().map(|(number, text)| Document::new(format!("d{number:03}"), text)).collect()
}

#[test]
fn paragraphs_stand_as_often_as_they_are_counted_one_by_one() {
    for (seed, units) in
        [(1, None), (2, None), (3, Some(NearUnits::Documents)), (4, Some(NearUnits::Documents))]
    {
        let documents = documents(seed);
        let mut config = Config::default();
        config.decide.near.units = units;
        config.decide.near.threshold = "1".parse().unwrap();
        let mut times: BTreeMap<String, u64> = BTreeMap::new();
        for document in &documents {
            for paragraph in document.text.lines() {
                *times.entry(paragraph.trim().to_owned()).or_default() += 1;
            }
        }
        let cleaned = crate::clean_documents(documents, &config, &NoObserver).unwrap();
        let removed = &cleaned.outcome.summary.paragraphs.removed;
        assert_eq!(removed.get("near-document"), None);
        assert_eq!(removed.contains_key("exact-document"), units.is_some());
        let data = data(&html(&cleaned.outcome.summary, &cleaned.ledger, &mut Told));
        let mut classes = copies::CLASSES.map(|_| 0_u64);
        for times in times.values().filter(|times| **times > 1) {
            classes[copies::CLASSES.partition_point(|from| from <= times) - 1] += 1;
        }
        let told: Vec<u64> =
            data["copies"].as_array().unwrap().iter().map(|class| class[1].as_u64().unwrap()).collect();
        assert_eq!(told, classes[..told.len()], "seed {seed}");
        assert_eq!(told.iter().sum::<u64>(), classes.iter().sum::<u64>());
        let mut most: Vec<u64> = times.into_values().filter(|times| *times > 1).collect();
        most.sort_unstable_by(|a, b| b.cmp(a));
        most.truncate(MAX_REPEATED);
        let repeated = data["repeated"].as_array().unwrap();
        let told: Vec<u64> = repeated.iter().map(|repeated| repeated["times"].as_u64().unwrap()).collect();
        assert_eq!(told, most, "seed {seed}");
        assert!(repeated.iter().all(|repeated| repeated["place"]["text"].is_string()));
    }
}

#[test]
fn groups_are_counted_as_one_by_one() {
    let mut state = 7;
    let mut lines = String::new();
    let mut expected: BTreeMap<(u64, u64, u64, &str), [u64; 3]> = BTreeMap::new();
    for number in 0..3000 {
        let document = random(&mut state, 40);
        let first = random(&mut state, 5);
        let last = first + random(&mut state, 4);
        let rule = ["exact", "near-paragraph"][usize::try_from(random(&mut state, 2)).unwrap()];
        let bytes = 10 + random(&mut state, 50);
        let counts = expected.entry((document, first, last, rule)).or_default();
        for (count, more) in counts.iter_mut().zip([1, last - first + 1, bytes]) {
            *count += more;
        }
        let _ = writeln!(
            lines,
            r#"{{"path":"c{number}","record":{number},"first":1,"last":{},"span":[0,{bytes}],"rule":"{rule}","survivor":{{"path":"d{document}","first":{first},"last":{last}}},"text":"t"}}"#,
            1 + last - first
        );
    }
    let data = data(&html(&summary(), &ledger(&lines), &mut Told));
    let groups = data["groups"].as_array().unwrap();
    assert_eq!(data["num_groups"], expected.len());
    assert_eq!(groups.len(), expected.len());
    let mut last = u64::MAX;
    for group in groups {
        let number = |name: &str| group[name].as_u64().unwrap();
        let survivor = &group["survivor"];
        let path =
            data["paths"][usize::try_from(survivor["path"].as_u64().unwrap()).unwrap()].as_str().unwrap();
        let key = (
            path[1..].parse().unwrap(),
            survivor["first"].as_u64().unwrap(),
            survivor["last"].as_u64().unwrap(),
            group["rule"].as_str().unwrap(),
        );
        assert_eq!([number("copies"), number("paragraphs"), number("bytes")], expected[&key], "{key:?}");
        assert!(number("bytes") <= last);
        last = number("bytes");
        let places = group["places"].as_array().unwrap();
        assert_eq!(places.len(), usize::try_from(number("copies")).unwrap().min(MAX_COPIES));
        assert_eq!(places[0]["text"], "t");
    }
}

#[test]
fn a_long_document_is_one_copy() {
    let mut lines = String::new();
    for (path, first, last) in [("b", 0, 9), ("b", 10, 12), ("c", 0, 9), ("c", 10, 12), ("c#", 0, 12)] {
        let _ = writeln!(
            lines,
            r#"{{"path":"{path}","first":{first},"last":{last},"span":[{},{}],"rule":"near-document","survivor":{{"path":"a","first":0,"last":12}},"similarity":0.9,"text":"{first}\n"}}"#,
            first * 10,
            last * 10 + 9
        );
    }
    let data = data(&html(&summary(), &ledger(&lines), &mut Told));
    let group = &data["groups"][0];
    assert_eq!((group["copies"].as_u64(), group["paragraphs"].as_u64()), (Some(3), Some(39)));
    assert_eq!(group["similarity"], 0.9);
    assert_eq!(group["places"].as_array().unwrap().len(), 3);
    assert_eq!((&group["places"][0]["last"], &group["places"][0]["text"]), (&12.into(), &"0\n10".into()));
    assert_eq!(group["survivor"]["text"], "TEXT OF a 0-12");
}

#[test]
fn what_nothing_stays_for_is_a_group_a_text() {
    let mut lines = String::new();
    for (path, text, of) in [("a", "header", 8), ("b", "header", 8), ("b", "footer", 8), ("c", "header", 9)] {
        let _ = writeln!(
            lines,
            r#"{{"path":"{path}","first":3,"last":3,"span":[20,29],"rule":"near-paragraph","evidence":{{"of":{of}}},"text":"{text}\n"}}"#,
        );
    }
    let data = data(&html(&summary(), &ledger(&lines), &mut Told));
    let groups = data["groups"].as_array().unwrap();
    let copies: Vec<_> = groups.iter().map(|group| (&group["copies"], &group["places"][0]["text"])).collect();
    assert_eq!(
        copies,
        [(&2.into(), &"header".into()), (&1.into(), &"footer".into()), (&1.into(), &"header".into())]
    );
    for group in groups {
        let stays = &group["survivor"];
        assert_eq!(
            data["paths"][usize::try_from(stays["path"].as_u64().unwrap()).unwrap()],
            "(nothing is kept)"
        );
        let why = &data["reasons"][usize::try_from(stays["missing"].as_u64().unwrap()).unwrap()];
        assert!(why.as_str().unwrap().contains("leaves nothing") && stays.get("text").is_none());
    }
    assert_eq!(data["repeated"].as_array().unwrap().len(), 0);
}

#[test]
fn whatever_a_ledger_says_ends() {
    let most = u64::MAX;
    let mut lines = String::new();
    for (first, last) in [(0, most), (most, most), (9, 3), (most - 1, 0), (0, 0)] {
        for rule in ["exact", "exact-document"] {
            let _ = writeln!(
                lines,
                r#"{{"path":"a","first":{first},"last":{last},"span":[{last},{first}],"rule":"{rule}","survivor":{{"path":"a","first":{first},"last":{last}}}}}"#
            );
        }
    }
    html(&summary(), &ledger(&lines), &mut Told);
}

#[test]
fn nothing_from_an_input_is_markup() {
    let hostile = "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>\u{202e}\u{2028}";
    let quoted = serde_json::to_string(hostile).unwrap();
    let lines = format!(
        r#"{{"path":{quoted},"record":1,"id":{quoted},"first":0,"last":0,"span":[0,9],"rule":"near-paragraph","survivor":{{"path":{quoted},"first":0,"last":0}},"text":{quoted}}}"#
    ) + "\n";
    let mut summary = summary();
    summary.directories.insert(hostile.to_owned(), PartCounts::default());
    summary.encodings.insert("UTF-8".to_owned(), PartCounts::default());
    let page = html(&summary, &ledger(&lines), &mut NoTexts(hostile));
    assert_eq!(page.matches("<script").count(), 3);
    assert_eq!(page.matches("</script").count(), 3);
    assert!(!page.contains("<!--") && !page.contains("<img") && !page.contains('\u{202e}'));
    let data = data(&page);
    assert_eq!(data["groups"][0]["places"][0]["text"], hostile);
    assert!(data["paths"][0].as_str().unwrap().ends_with("\\u{202e}\\u{2028}"));
    assert!(data["reasons"][0].as_str().unwrap().starts_with("</script>"));
}

#[test]
fn the_same_ledger_gives_the_same_bytes() {
    let cleaned = crate::clean_documents(documents(9), &Config::default(), &NoObserver).unwrap();
    let page = || html(&cleaned.outcome.summary, &cleaned.ledger, &mut Told);
    assert_eq!(page(), page());
}

#[test]
fn texts_fit() {
    let group = |bytes, copies| groups::Group {
        document: groups::DocumentKey::of("a", None),
        first: 0,
        last: 0,
        paragraphs: 1,
        bytes,
        copies,
        similarity: 1.0,
        rule: crate::decide::Rule::Exact,
    };
    assert_eq!(texts::plan(&[group(50, 1), group(50, 2), group(50, 9)]), [2, 3, 10]);
    let most = MAX_TEXT_BYTES / MAX_TEXT / 2;
    let planned = texts::plan(&vec![group(1 << 40, 9); MAX_GROUPS]);
    assert_eq!(planned.iter().filter(|num| **num == 2).count(), most);
    assert_eq!(planned.iter().filter(|num| **num == 0).count(), MAX_GROUPS - most);
}

#[test]
fn what_stands_in_an_earlier_run_is_not_read() {
    let lines = [
        r#"{"path":"b","first":0,"last":1,"span":[0,9],"rule":"exact","survivor":{"run":"1","path":"a","first":3,"last":4}}"#,
        r#"{"path":"b","first":2,"last":3,"span":[0,9],"rule":"exact","survivor":{"run":"2","path":"a","first":3,"last":4}}"#,
        r#"{"path":"b","first":4,"last":5,"span":[0,9],"rule":"exact","survivor":{"path":"a","first":3,"last":4}}"#,
        r#"{"path":"c","first":6,"last":7,"span":[0,9],"rule":"exact","survivor":{"run":"1","path":"a","first":3,"last":4}}"#,
    ];
    let page = html(&summary(), &ledger(&(lines.join("\n") + "\n")), &mut Told);
    let data = data(&page);
    let groups = data["groups"].as_array().unwrap();
    let told = |of: &Value| (of["run"].clone(), of["text"].clone());
    let survivors: Vec<_> = groups.iter().map(|group| told(&group["survivor"])).collect();
    // The first has two copies; those of another run, and of this one, are others.
    let here = (Value::Null, Value::from("TEXT OF a 3-4"));
    assert_eq!(survivors, [("1".into(), Value::Null), ("2".into(), Value::Null), here]);
    let copies: Vec<_> = groups[0]["places"].as_array().unwrap().iter().map(|place| &place["text"]).collect();
    assert_eq!(copies, ["TEXT OF b 0-1", "TEXT OF c 6-7"]);
    let often: Vec<_> = data["repeated"].as_array().unwrap().iter().map(|of| told(&of["place"])).collect();
    let text = |text: &str| Value::from(format!("TEXT OF {text}"));
    let expected = [("1", "b 0-0"), ("1", "b 1-1"), ("2", "b 2-2"), ("2", "b 3-3")];
    for (run, copy) in expected {
        assert!(often.contains(&(run.into(), text(copy))), "{often:?}");
    }
    assert!(often.contains(&(Value::Null, text("a 3-3"))), "{often:?}");
}

/// Documents of ten paragraphs `p0` to `p9`.
struct Ten;

impl Texts for Ten {
    fn read(&mut self, wanted: &[TextPlace]) -> Result<Vec<std::result::Result<Text, String>>> {
        let text = |place: &TextPlace| {
            let mut text = Text {
                text: String::new(),
                ends: Vec::new(),
                line: None,
                start: 0,
                num_bytes: 1000,
                key: Fingerprint::of(b""),
                is_cut: false,
            };
            for number in place.first..=place.last.min(9) {
                text.text += if text.ends.is_empty() { "" } else { "\n" };
                let _ = write!(text.text, "p{number}");
                text.ends.push(text.text.len());
            }
            if text.ends.is_empty() { Err("no such paragraph".to_owned()) } else { Ok(text) }
        };
        Ok(wanted.iter().map(text).collect())
    }
}

#[test]
fn documents_that_lost_most_and_what_is_left() {
    let mut lines = String::new();
    let mut add = |path: &str, first: u64, last: u64, bytes: u64, rule: &str| {
        let _ = writeln!(
            lines,
            r#"{{"path":"{path}","first":{first},"last":{last},"span":[0,{bytes}],"rule":"{rule}","survivor":{{"path":"s","first":0,"last":0}}}}"#
        );
    };
    add("a", 0, 1, 100, "exact");
    add("a", 4, 4, 50, "exact");
    add("b", 0, 9, 900, "exact");
    add("c", 0, 9, 990, "near-document");
    add("d", 3, 9, 150, "exact");
    for number in 0..30 {
        add(&format!("e{number}"), 0, 0, number + 1, "exact");
    }
    let data = data(&html(&summary(), &ledger(&lines), &mut Ten));
    let lost = data["lost"].as_array().unwrap();
    let path = |lost: &Value| {
        let number = usize::try_from(lost["path"].as_u64().unwrap()).unwrap();
        data["paths"][number].as_str().unwrap().to_owned()
    };
    let told: Vec<_> = lost.iter().map(|lost| (path(lost), lost["bytes"].as_u64().unwrap())).collect();
    let named = |path: &str, bytes| (path.to_owned(), bytes);
    // What a rule removed as a whole is none of them; of equals the first in corpus order comes first.
    assert_eq!(told[..3], [named("b", 900), named("a", 150), named("d", 150)]);
    assert_eq!((told.len(), &told[3], &told[19]), (MAX_LOST, &named("e29", 30), &named("e13", 14)));
    let left: Vec<_> = lost[..3].iter().map(|lost| lost["left"].as_str().unwrap()).collect();
    assert_eq!(left, ["", "p2\np3\np5\np6\np7\np8\np9", "p0\np1\np2"]);
    assert_eq!((&lost[1]["paragraphs"], &lost[1]["total"]), (&3.into(), &1000.into()));
    // Without texts the reason is told.
    let data = self::data(&html(&summary(), &ledger(&lines), &mut NoTexts("not here")));
    let lost = &data["lost"][0];
    let reason = usize::try_from(lost["missing"].as_u64().unwrap()).unwrap();
    assert_eq!((&data["reasons"][reason], lost.get("left")), (&"not here".into(), None));
}
