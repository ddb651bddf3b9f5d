//! Near-duplicates (`--near`): what goes is like what stays, nothing else goes, and the ledger says so.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use tamis::Config;
use tamis::config::{Limit, NearPreset, NearUnits, Share};

use crate::support::cases::cases;
use crate::support::files::Files;
use crate::support::json::text_of;
use crate::support::memory::{clean, file};
use crate::support::near::{gone, keeping, lines, near, number, pairs, preset, texts};
use crate::support::packs::{compress, container, csv, jsonl, tar, zip};
use crate::support::random::Noise;
use crate::support::run::Run;

/// Near-duplicates, slowly: strings, sets and fractions, of ASCII words only.
mod slow {
    use std::collections::BTreeSet;

    /// A text's runs of five words; one that is shorter is a run of its own.
    pub(crate) fn shingles(text: &str) -> BTreeSet<String> {
        let words: Vec<&str> =
            text.split(|c: char| !c.is_ascii_lowercase()).filter(|word| !word.is_empty()).collect();
        match words.len() {
            0 => BTreeSet::new(),
            1..5 => BTreeSet::from([format!("all of it: {}", words.join(" "))]),
            _ => words.windows(5).map(|run| run.join(" ")).collect(),
        }
    }

    /// Shared shingles, and those of either.
    pub(crate) fn overlap(a: &BTreeSet<String>, b: &BTreeSet<String>) -> (u64, u64) {
        (a.intersection(b).count() as u64, a.union(b).count() as u64)
    }

    /// Whether that is a match at a threshold in hundredths.
    pub(crate) fn is_match((shared, union): (u64, u64), threshold: u16) -> bool {
        union > 0 && shared * 100 >= union * u64::from(threshold)
    }
}

/// `--near` by the similarity alone: what two texts tell is for the tests of judging.
fn by_shingles() -> Config {
    let mut config = near();
    config.decide.near.number_guard = Limit::Off;
    config
}

/// How an edited copy comes about.
#[derive(Debug, Clone)]
enum Edit {
    Replace(Vec<u8>),
    Cut(u8, u8),
    Append(u8),
    Move(u8),
}

fn edit(words: &[String], edit: &Edit, dice: &mut Noise) -> Vec<String> {
    let mut words = words.to_vec();
    match edit {
        Edit::Replace(places) => {
            for place in places {
                let place = usize::from(*place) % words.len();
                words[place] = dice.word();
            }
        }
        Edit::Cut(start, len) => {
            let start = usize::from(*start) % words.len();
            let end = (start + usize::from(*len)).min(words.len());
            words.drain(start..end);
        }
        Edit::Append(count) => words.extend(dice.words(usize::from(*count))),
        Edit::Move(place) => {
            let place = usize::from(*place) % words.len();
            words.rotate_left(place);
        }
    }
    words
}

/// Documents, each a new text or an edited copy of one before it.
fn corpora() -> impl Strategy<Value = Vec<String>> {
    let edits = prop_oneof![
        3 => proptest::collection::vec(any::<u8>(), 0..6).prop_map(Edit::Replace),
        1 => (any::<u8>(), 0..40_u8).prop_map(|(start, len)| Edit::Cut(start, len)),
        1 => (0..30_u8).prop_map(Edit::Append),
        1 => any::<u8>().prop_map(Edit::Move),
    ];
    let document = prop_oneof![
        1 => (0..120_usize).prop_map(|len| (None, len)),
        4 => (any::<u8>(), edits).prop_map(|copy| (Some(copy), 0)),
    ];
    (any::<u32>(), proptest::collection::vec(document, 1..40)).prop_map(|(seed, documents)| {
        let mut dice = Noise::new(seed as usize);
        let mut made: Vec<Vec<String>> = Vec::new();
        for (copy, len) in documents {
            let words = match copy {
                Some((from, how)) if !made.is_empty() && !made[usize::from(from) % made.len()].is_empty() => {
                    edit(&made[usize::from(from) % made.len()], &how, &mut dice)
                }
                _ => dice.words(len),
            };
            made.push(words);
        }
        made.iter().map(|words| lines(words)).collect()
    })
}

/// Checks that each text that goes matches one that stays, to the fourth decimal; returns how many went, and how
/// many of those that stay match one before them that stays, which banding missed.
fn check_against_slow(corpus: &[String], run: &Run, threshold: u16) -> (usize, usize) {
    let sets: Vec<_> = corpus.iter().map(|text| slow::shingles(text)).collect();
    let gone = gone(run);
    let away: BTreeSet<usize> = gone.iter().map(|gone| number(&gone.place.0)).collect();
    assert_eq!(away.len(), gone.len(), "one line a document");
    for gone in &gone {
        let (removed, survivor) = (number(&gone.place.0), number(&gone.survivor.0));
        assert!(!away.contains(&survivor), "{gone:?}: the survivor stays");
        let (shared, union) = slow::overlap(&sets[removed], &sets[survivor]);
        assert!(slow::is_match((shared, union), threshold), "{gone:?}: {shared}/{union}");
        let told = f64::from(u32::try_from(shared * 10_000 / union).expect("small")) / 10_000.0;
        let expected = (shared != union).then_some(told);
        assert_eq!(gone.similarity, expected, "{gone:?}: {shared}/{union}");
        assert_eq!(gone.containment, None);
    }
    let stay: Vec<usize> = (0..corpus.len()).filter(|n| !away.contains(n)).collect();
    let is_missed = |&&n: &&usize| {
        stay.iter()
            .take_while(|&&m| m < n)
            .any(|&m| slow::is_match(slow::overlap(&sets[n], &sets[m]), threshold))
    };
    (gone.len(), stay.iter().filter(is_missed).count())
}

/// Every removal is right at every threshold; of what ought to go at most one document in 200 stays (banding is
/// made to miss at most one pair in 100 at the threshold, and fewer above it).
#[test]
fn what_goes_is_like_what_stays() {
    for threshold in [50, 70, 80] {
        let mut config = by_shingles();
        config.decide.near.threshold = Share::hundredths(threshold);
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(cases(60), rng);
        let (total, missed) = (Cell::new(0), Cell::new(0));
        let outcome = runner.run(&corpora(), |corpus| {
            let run = clean(&texts(&corpus), &config);
            let (went, stayed) = check_against_slow(&corpus, &run, threshold);
            total.set(total.get() + went);
            missed.set(missed.get() + stayed);
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{threshold}: {error}"));
        assert!(total.get() > 150, "{threshold}: {} went", total.get());
        assert!(missed.get() * 200 <= total.get(), "{threshold}: {} of {} missed", missed.get(), total.get());
    }
}

/// A is like B and B like C but A is not like C: B goes for A, and so C stays.
#[test]
fn no_chains() {
    let mut dice = Noise::new(1);
    let a = dice.words(100);
    let mut b = a.clone();
    b.truncate(90); // 86 of 96 shingles
    let mut c = b.clone();
    c.drain(..10); // 76 of 86, and of A's 96
    let corpus = [lines(&a), lines(&b), lines(&c)];
    let mut config = by_shingles();
    config.decide.near.threshold = Share::hundredths(85);
    let run = clean(&texts(&corpus), &config);
    assert_eq!(pairs(&run), [("0001.txt".to_owned(), "0000.txt".to_owned())]);
    // Without A, C goes for B.
    let run = clean(&texts(&corpus[1..]), &config);
    assert_eq!(pairs(&run), [("0001.txt".to_owned(), "0000.txt".to_owned())]);
    // A long chain: who stays is no more like anyone who stays than the threshold allows.
    let mut link = dice.words(100);
    let chain: Vec<String> = (0..200)
        .map(|n| {
            link[n % 100] = dice.word();
            lines(&link)
        })
        .collect();
    let run = clean(&texts(&chain), &by_shingles());
    let (went, missed) = check_against_slow(&chain, &run, 80);
    assert!(went > 100 && missed == 0, "{went} {missed}");
}

/// Some forty texts in both languages, copies of one another with edits, by-lines, other numbers; headlines and
/// boilerplate; as texts and records.
fn mixed() -> Files {
    let mut dice = Noise::new(77);
    let mut documents: Vec<String> = Vec::new();
    for n in 0..12 {
        let mut words = dice.words(80);
        let zh = format!("{}，{}。\n{}。\n", dice.han(30), dice.han(40), dice.han(90));
        documents.push(lines(&words));
        documents.push(zh.clone());
        words.splice(3..4, dice.words(2));
        documents.push(format!("By {} {}\n{}", dice.word(), n, lines(&words)));
        documents.push(format!("本报记者{}\n{zh}（完）\n", dice.han(2)));
        documents.push(lines(&words[..50]));
        documents
            .push(format!("The rate rose {n} points to {} today, the office said in a short note.\n", n * 7));
        documents.push("short\n".to_owned());
    }
    let (texts, records) = documents.split_at(40);
    let mut files: Files = texts
        .iter()
        .enumerate()
        .map(|(n, text)| (format!("{:04}.txt", n * 37 % 40), text.clone().into()))
        .collect();
    let line = |(n, text): (usize, &String)| {
        format!("{}\n", serde_json::json!({"id": format!("r{n}"), "at": n * 31 % 17, "text": text}))
    };
    files.insert("records.jsonl".to_owned(), records.iter().enumerate().map(line).collect::<String>().into());
    files
}

/// Promise "same bytes, always": not a byte depends on the number of threads.
#[test]
fn the_same_on_any_number_of_threads() {
    let mut files = mixed();
    let mut went = BTreeSet::new();
    for name in [NearPreset::Strict, NearPreset::News, NearPreset::Syndication] {
        for units in [NearUnits::Documents, NearUnits::Paragraphs, NearUnits::Both] {
            let mut config = preset(name, units);
            let expected = clean(&files, &config);
            went.insert(expected.summary.num_removed());
            for threads in [2, 8] {
                config.threads = threads;
                assert!(clean(&files, &config) == expected, "{name:?} {units:?} {threads}");
            }
        }
    }
    for keep in ["longest", "newest:at", "priority:list"] {
        let mut config = keeping(keep);
        config.decide.near.priority = vec!["00[23]*".to_owned(), "*.jsonl".to_owned(), "001?.txt".to_owned()];
        let expected = clean(&files, &config);
        for threads in [2, 8] {
            config.threads = threads;
            assert!(clean(&files, &config) == expected, "{keep} {threads}");
        }
    }
    assert!(went.len() >= 5, "the settings matter: {went:?}");
    // A pair of documents that are read in pieces.
    let long = Noise::new(78).words(46_000);
    files.insert("x/long.txt".to_owned(), lines(&long).into());
    files.insert("x/longer.txt".to_owned(), (lines(&long) + "more\n").into());
    let mut config = preset(NearPreset::News, NearUnits::Both);
    let expected = clean(&files, &config);
    config.threads = 8;
    assert!(clean(&files, &config) == expected);
}

/// Number of each document that went, of its survivor, and how alike they are.
type Verdicts = Vec<(u64, u64, Option<f64>)>;

/// The verdicts on documents that are records, or files or members named by [`texts`].
fn verdicts(run: &Run) -> Verdicts {
    let of = |(path, record): &(String, Option<u64>)| record.unwrap_or_else(|| number(path) as u64);
    gone(run).iter().map(|gone| (of(&gone.place), of(&gone.survivor), gone.similarity)).collect()
}

/// Documents are judged in the same way in every container.
#[test]
fn the_same_in_every_container() {
    let mut dice = Noise::new(5);
    let mut documents: Vec<String> = Vec::new();
    for n in 0..8 {
        let mut words = dice.words(60 + n);
        let zh = format!("{}，{}：\n\n{}。\n", dice.han(20), dice.han(20), dice.han(60));
        documents.extend([lines(&words), zh.clone(), format!("{zh}“{}”\n", dice.han(n + 1))]);
        words.truncate(57);
        documents.push(lines(&words).to_uppercase());
        documents.push(lines(&words));
    }
    documents.extend(documents[..4].to_vec());
    let config = near();
    let expected = verdicts(&clean(&texts(&documents), &config));
    assert!(
        expected.len() == 28 && expected[24..].iter().any(|(.., similarity)| similarity.is_none()),
        "{expected:?}"
    );
    let named: Vec<(String, Vec<u8>)> = texts(&documents).into_iter().collect();
    let members: Vec<(&str, Vec<u8>)> =
        named.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    let json = jsonl(&documents);
    for (name, content) in [
        ("a.jsonl", json.clone().into_bytes()),
        ("a.jsonl.gz", compress("gz", json.as_bytes())),
        ("a.jsonl.zst", compress("zst", json.as_bytes())),
        ("a.csv", csv(&documents).into_bytes()),
        ("a.warc", container("warc", &documents)),
        ("a.zip", zip(&members)),
        ("a.tar", tar(&members)),
        ("a.tar.gz", compress("gz", &tar(&members))),
    ] {
        let run = clean(&file(name, content), &config);
        assert_eq!(verdicts(&run), expected, "{name}");
    }
}

/// A document that is read in pieces of 256 KiB is judged as it is as one record.
#[test]
fn large_documents_are_judged_as_small_ones() {
    let mut dice = Noise::new(9);
    let mut words = dice.words(90_000);
    let first = lines(&words);
    for place in (0..words.len()).step_by(100) {
        words[place] = dice.word();
    }
    let edited = lines(&words);
    let other = lines(&dice.words(50_000));
    assert!(first.len() > 500_000);
    let documents = [&first, &other, &edited];
    let config = near();
    let files = texts(&documents);
    let run = clean(&files, &config);
    let as_records = clean(&file("a.jsonl", jsonl(&documents)), &config);
    assert_eq!(verdicts(&run), verdicts(&as_records));
    assert_eq!(run.summary.documents.removed, BTreeMap::from([("near-document".to_owned(), 1)]));
    let similarity = verdicts(&run)[0].2.expect("they differ");
    assert!((0.89..0.91).contains(&similarity), "{similarity}");
    // A single long line, and one that ends without a line end exactly where a piece does.
    let flat = |text: &String| text.replace('\n', " ");
    let cut = |text: &String| text[..512 * 1024].to_owned();
    for shape in [flat, cut] {
        let documents = [shape(&first), shape(&edited)];
        let run = clean(&texts(&documents), &near());
        let as_records = clean(&file("a.jsonl", jsonl(&documents)), &near());
        assert_eq!(verdicts(&run), verdicts(&as_records));
        assert_eq!(run.summary.documents.removed.len(), 1);
    }
}

/// A long text is judged whole if its last pieces, or its first, are blank.
#[test]
fn large_documents_may_be_blank_for_long() {
    let mut dice = Noise::new(19);
    let text = lines(&dice.words(1000));
    for blank in [100, 300_000, 600_000] {
        let blank = "\n".repeat(blank);
        let documents = [text.clone(), format!("{text}more\n{blank}"), format!("{blank}more\n{text}{blank}")];
        let run = clean(&texts(&documents), &near());
        let as_records = clean(&file("a.jsonl", jsonl(&documents)), &near());
        assert_eq!(verdicts(&run), verdicts(&as_records), "{}", blank.len());
        assert_eq!(run.names(), ["0000.txt"], "{}", blank.len());
        assert_eq!(run.summary.documents.removed["near-document"], 2);
    }
}

/// Texts that are like one another, for `--keep`.
fn alike(count: usize) -> Vec<String> {
    let mut dice = Noise::new(21);
    let words = dice.words(100);
    (0..count).map(|n| lines(&words) + &lines(&dice.words(n % 7))).collect()
}

fn records(fields: &[&str]) -> Files {
    let texts = alike(fields.len());
    let line = |(n, (field, text)): (usize, (&&str, &String))| {
        let text = serde_json::to_string(text).expect("a string");
        format!("{{\"id\":\"r{n}\",{field}\"text\":{text}}}\n")
    };
    file("a.jsonl", fields.iter().zip(&texts).enumerate().map(line).collect::<String>())
}

/// Records that went, and the one record that stayed.
fn survivor_of(run: &Run) -> u64 {
    let gone = gone(run);
    let survivors: BTreeSet<_> = gone.iter().map(|gone| gone.survivor.clone()).collect();
    assert_eq!(survivors.len(), 1, "{gone:?}");
    let (path, record) = survivors.into_iter().next().expect("one");
    assert_eq!(path, "a.jsonl");
    for line in &run.ledger {
        let survivor = &line["survivor"];
        assert_eq!(text_of(survivor, "id"), format!("r{}", record.expect("a record")));
        assert_eq!(text_of(line, "id"), format!("r{}", line["record"]));
    }
    record.expect("a record")
}

#[test]
fn keep_newest() {
    for (fields, newest) in [
        (&["\"at\":3,", "\"at\":20,", "\"at\":100,", "\"at\":-7,"][..], 2),
        (&["\"at\":1764000000,", "\"at\":1764000000.5,", "\"at\":1.0e9,"][..], 1),
        (
            &[
                "\"at\":\"2026-11-25\",",
                "\"at\":\"2026-11-25T08:00:00Z\",",
                "\"at\":\"2025-12-31T23:59:59Z\",",
            ][..],
            1,
        ),
        (&["\"at\":\"2026-11-25T08:00:00Z\",", "\"at\":\"2026-11-25T08:00:01Z\",", ""][..], 1),
        (&["", "\"at\":-5,", ""][..], 1),
        (&["\"at\":null,", "\"at\":\"\",", "\"at\":[9],"][..], 1),
        (&["\"at\":7,", "\"at\":7,", "\"at\":7.0,"][..], 0),
        (&["", "", ""][..], 0),
        (&["\"other\":1,", "\"at\":\"2026\",\"other\":0,", "\"other\":5,"][..], 1),
    ] {
        let run = clean(&records(fields), &keeping("newest:at"));
        assert_eq!(survivor_of(&run), newest, "{fields:?}");
        assert_eq!(run.summary.documents.kept, 1);
    }
}

/// The field may be the one that names records.
#[test]
fn keep_newest_by_id() {
    let run = clean(&records(&["", "", ""]), &keeping("newest:id"));
    assert_eq!(survivor_of(&run), 2);
}

/// The field may stand inside another, as the text field may (contract O4).
#[test]
fn keep_newest_of_a_nested_field() {
    let run = clean(
        &records(&["\"meta\":{\"at\":1},", "\"meta\":{\"at\":3},", "\"meta\":{\"at\":2},"]),
        &keeping("newest:meta.at"),
    );
    assert_eq!(survivor_of(&run), 1);
}

#[test]
fn keep_longest_and_by_priority() {
    let texts_of = alike(5);
    let run = clean(&texts(&texts_of), &keeping("longest"));
    assert_eq!(run.names(), ["0004.txt"]);
    assert!(gone(&run).iter().all(|gone| gone.survivor.0 == "0004.txt"));
    let mut config = keeping("priority:list");
    config.decide.near.priority = ["agency/**", "*.jsonl", "b/*"].map(str::to_owned).to_vec();
    let paths = ["a.txt", "agency/x/2.txt", "b/1.txt", "c.jsonl", "agency.txt"];
    let mut files = Files::new();
    for (path, text) in paths.iter().zip(&texts_of) {
        let content = if *path == "c.jsonl" { jsonl(&[text]) } else { text.clone() };
        files.insert((*path).to_owned(), content.into_bytes());
    }
    for stays in ["agency/x/2.txt", "c.jsonl", "b/1.txt", "a.txt", "agency.txt"] {
        let run = clean(&files, &config);
        assert_eq!(run.names(), [stays]);
        files.remove(stays);
    }
}

/// Copies of one text: the best of them stays, and the others go as copies of it.
#[test]
fn copies_go_for_the_best_of_them() {
    let texts = alike(2);
    let line = |n: usize, at: usize, text: &String| {
        format!("{}\n", serde_json::json!({"id": n, "at": at, "text": text}))
    };
    let lines = [
        line(0, 5, &texts[0]),
        line(1, 9, &texts[0]),
        line(2, 7, &texts[1]),
        line(3, 9, &texts[0]),
        line(4, 8, &texts[1]),
    ];
    let run = clean(&file("a.jsonl", lines.concat()), &keeping("newest:at"));
    let told: Vec<_> = gone(&run).into_iter().map(|g| (g.place.1, g.rule, g.survivor.1)).collect();
    let exact = |n| (Some(n), "exact-document".to_owned(), Some(1));
    let near = |n| (Some(n), "near-document".to_owned(), Some(1));
    assert_eq!(told, [exact(0), near(2), exact(3), near(4)]);
}
