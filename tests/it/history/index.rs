//! The index of earlier runs: the file through the library, and `tamis index` over it.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test: it fails by panicking")]

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::ops::RangeInclusive;
use std::path::Path;
use std::process::Stdio;

use proptest::prelude::*;
use serde_json::{Value, json};
use tamis::config::{Config, Limit, MatchMode, NearUnits, Repair, Share, SplitMode};
use tamis::decide::near::Synopsis;
use tamis::fingerprint::{Fingerprint, Number, NumberSample, Sample, SampleKey};
use tamis::index::{
    BLOCK_ENTRIES, GramSettings, IndexEntry, IndexPassage, IndexPlace, IndexReader, IndexRun, IndexSettings,
    IndexText, IndexWriter, IndexedDocument, MAX_PLACES, NearSettings, NewRun, SourceSettings, add_run,
    merge,
};
use tamis::normalize::KEY_VERSION;
use tamis::store::index_file::Replacement;
use tamis::units::Ordinal;

use crate::support::cases::cases;
use crate::support::sandbox::Sandbox;

/// A document: path, record, and the keys of its paragraphs.
type Doc = (String, Option<u64>, Vec<u32>);

/// A run: name, and its corpus.
#[derive(Debug, Clone)]
struct Run {
    name: String,
    documents: Vec<Doc>,
}

/// The answers that an index should give: of each fingerprint, the run's name, path, record, and paragraph.
type Answers = BTreeMap<Fingerprint, (String, String, Option<u64>, u64)>;

fn print(key: u32) -> Fingerprint {
    Fingerprint::of(&key.to_le_bytes())
}

/// Of each paragraph of some runs its key, in order.
fn answers(runs: &[Run]) -> Answers {
    let mut answers = Answers::new();
    for run in runs {
        for (path, record, keys) in &run.documents {
            for (paragraph, key) in (0..).zip(keys) {
                let place = (run.name.clone(), path.clone(), *record, paragraph);
                answers.entry(print(*key)).or_insert(place);
            }
        }
    }
    answers
}

fn settings() -> IndexSettings {
    IndexSettings::of(&Config::default())
}

/// The index of some runs, written in one go.
fn built(settings: &IndexSettings, runs: &[Run]) -> Vec<u8> {
    let num = |run: &Run| run.documents.iter().map(|(_, _, keys)| keys.len() as u64).sum();
    let num_texts = settings.near.as_ref().map(|_| 0);
    let num_counted = settings.sources.as_ref().map(|_| 0);
    let table =
        runs.iter().map(|run| IndexRun { num_texts, num_counted, ..IndexRun::new(&*run.name, num(run)) });
    let table: Vec<_> = table.collect();
    let (mut entries, mut documents, mut place) = (BTreeMap::new(), Vec::new(), 0);
    for (path, record, keys) in runs.iter().flat_map(|run| &run.documents) {
        let num_paragraphs = keys.len() as u64;
        documents.push(IndexedDocument {
            path: path.as_bytes(),
            record: *record,
            start: Ordinal(place),
            num_paragraphs,
        });
        for (place, key) in (place..).zip(keys) {
            entries.entry(print(*key)).or_insert(place);
        }
        place += num_paragraphs;
    }
    written(settings, &table, &entries, &documents)
}

fn written(
    settings: &IndexSettings,
    runs: &[IndexRun],
    entries: &BTreeMap<Fingerprint, u64>,
    documents: &[IndexedDocument<'_>],
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = IndexWriter::new(&mut bytes, settings, runs).unwrap();
    for (fingerprint, place) in entries {
        writer.push(IndexEntry { fingerprint: *fingerprint, place: Ordinal(*place) }).unwrap();
    }
    for document in documents {
        writer.push_document(document).unwrap();
    }
    if let Some(near) = &settings.near {
        let with_text = documents.iter().filter(|document| document.num_paragraphs > 0);
        for document in with_text {
            writer.push_text(&text(document.start, near.bins)).unwrap();
        }
    }
    if settings.grams.is_some() {
        for document in documents.iter().filter(|document| document.num_paragraphs > 0) {
            writer.push_passage(&passage(document.start)).unwrap();
        }
    }
    if settings.sources.is_some() {
        for document in documents.iter().filter(|document| document.num_paragraphs > 0) {
            writer.push_prints(document.start, 1, PRINTS).unwrap();
        }
    }
    let len = writer.finish().unwrap();
    assert_eq!(len, bytes.len() as u64);
    bytes
}

/// A block of one document of the source `a`, which has one paragraph.
const PRINTS: &[u8] = &[0, 0, 1, b'a', 3, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 80];

/// The grams of a text that begins at this place.
fn passage(place: Ordinal) -> IndexPassage {
    let short = place.0.is_multiple_of(3).then_some(9);
    let num_grams = if short.is_some() { 1 } else { place.0 + 2 };
    IndexPassage { place, short, grams: (0..num_grams).map(|n| (n + 1) << 50 | place.0).collect() }
}

/// A text that begins at this place.
fn text(place: Ordinal, bins: usize) -> IndexText {
    let number = Number { slot: 7, text: "7.1234".to_owned() };
    let keys = SampleKey::decode(&[0, 0, 0, 0, 1, 0, 0, 0, 0, 2]);
    let synopsis = Synopsis {
        len: place.0 * 100,
        bins: (0..bins).map(|bin| u16::try_from(bin * 20).unwrap()).collect(),
        sample: Sample::from_parts(keys, 5),
        numbers: NumberSample::of(vec![number]),
    };
    IndexText { place, digest: place.0 << 40, synopsis }
}

fn open(bytes: &[u8]) -> IndexReader {
    opened(bytes, "day.index").unwrap()
}

fn opened(bytes: &[u8], name: &str) -> tamis::Result<IndexReader> {
    IndexReader::open(Box::new(bytes.to_vec()), Path::new(name))
}

/// Everything an index answers.
fn read(bytes: &[u8]) -> tamis::Result<Answers> {
    let index = opened(bytes, "day.index")?;
    let mut answers = Answers::new();
    for entry in index.entries(0..=u64::MAX) {
        let entry = entry?;
        let IndexPlace { run, path, record, paragraph, document_end } = index.locate(entry.place)?;
        assert!(document_end > entry.place);
        let place = (index.runs()[run].name.clone(), String::from_utf8(path).unwrap(), record, paragraph);
        assert!(answers.insert(entry.fingerprint, place).is_none());
    }
    for text in index.texts() {
        let text = text?;
        assert_eq!(text, self::text(text.place, text.synopsis.bins.len()));
        assert_eq!(index.locate(text.place)?.paragraph, 0);
    }
    for passage in index.passages() {
        let passage = passage?;
        assert_eq!(passage, self::passage(passage.place));
        assert_eq!(index.locate(passage.place)?.paragraph, 0);
    }
    Ok(answers)
}

fn merged(indexes: &[Vec<u8>]) -> Vec<u8> {
    let readers: Vec<_> = indexes.iter().map(|bytes| open(bytes)).collect();
    let mut bytes = Vec::new();
    let len = merge(&readers.iter().collect::<Vec<_>>(), &mut bytes).unwrap();
    assert_eq!(len, bytes.len() as u64);
    bytes
}

/// A few runs over few keys, so that they repeat one another.
fn runs() -> impl Strategy<Value = Vec<Run>> {
    let keys = prop::collection::vec(0_u32..40, 0..6);
    let document = prop_oneof![
        ("[a-c]{1,3}", keys.clone()).prop_map(|(path, keys)| vec![(path, None, keys)]),
        ("[a-c]{1,3}/[a-c]", prop::collection::vec((0_u64..3, keys), 1..5)).prop_map(|(path, records)| {
            let mut next = 0;
            let numbered = records.into_iter().map(|(skipped, keys)| {
                let record = next + skipped;
                next = record + 1;
                (path.clone(), Some(record), keys)
            });
            numbered.collect()
        }),
    ];
    let documents = prop::collection::vec(document, 0..8).prop_map(|documents| documents.concat());
    prop::collection::vec(documents, 1..5).prop_map(|runs| {
        let named =
            (0..).zip(runs).map(|(n, documents): (u32, _)| Run { name: format!("day {n}"), documents });
        named.collect()
    })
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn answers_what_was_written(runs in runs()) {
        let bytes = built(&settings(), &runs);
        prop_assert_eq!(read(&bytes).unwrap(), answers(&runs));
        let index = open(&bytes);
        prop_assert_eq!(index.settings(), &settings());
        let names: Vec<_> = index.runs().iter().map(|run| run.name.clone()).collect();
        prop_assert_eq!(names, runs.iter().map(|run| run.name.clone()).collect::<Vec<_>>());
    }

    #[test]
    fn merging_is_adding_one_run_after_the_other(runs in runs(), cut in 0_usize..5) {
        let together = built(&settings(), &runs);
        let each: Vec<_> = runs.iter().map(|run| built(&settings(), std::slice::from_ref(run))).collect();
        let (first, second) = each.split_at(cut.min(each.len()));
        let halves: Vec<_> = [first, second].into_iter().filter(|half| !half.is_empty()).map(merged).collect();
        for bytes in [merged(&each), merged(&halves), added(&runs)] {
            prop_assert_eq!(read(&bytes).unwrap(), answers(&runs));
            let (index, expected) = (open(&bytes), open(&together));
            prop_assert_eq!(index.runs(), expected.runs());
            prop_assert_eq!(
                index.entries(0..=u64::MAX).map(Result::unwrap).collect::<Vec<_>>(),
                expected.entries(0..=u64::MAX).map(Result::unwrap).collect::<Vec<_>>()
            );
        }
    }
}

/// One run after the other, each added to the index of those before.
fn added(runs: &[Run]) -> Vec<u8> {
    let settings = settings();
    let mut bytes: Option<Vec<u8>> = None;
    for run in runs {
        let index = bytes.as_deref().map(open);
        let base = index.as_ref().map_or(0, IndexReader::num_places);
        let alone = open(&built(&settings, std::slice::from_ref(run)));
        let entries = alone
            .entries(0..=u64::MAX)
            .map(|entry| entry.map(|entry| IndexEntry { place: Ordinal(entry.place.0 + base), ..entry }));
        let new = NewRun { name: &run.name, num_paragraphs: alone.num_places(), settings: &settings };
        let mut out = Vec::new();
        let mut writer = add_run(index.as_ref(), new, entries, &mut out).unwrap();
        let mut start = base;
        for (path, record, keys) in &run.documents {
            let num_paragraphs = keys.len() as u64;
            let (path, record) = (path.as_bytes(), *record);
            writer
                .push_document(&IndexedDocument { path, record, start: Ordinal(start), num_paragraphs })
                .unwrap();
            start += num_paragraphs;
        }
        writer.finish().unwrap();
        bytes = Some(out);
    }
    bytes.unwrap()
}

/// A large index: `count` entries, a third of all paragraphs, in documents of 7 paragraphs.
fn large(count: u32, print: impl Fn(u32) -> Fingerprint) -> (Vec<u8>, BTreeMap<Fingerprint, u64>) {
    let entries: BTreeMap<_, _> = (0..count).map(|n| (print(n), u64::from(n) * 3)).collect();
    let paths: Vec<String> = (0..count).map(|n| format!("wire/{:03}/{n}.txt", n / 500)).collect();
    let starts = (0..).map(|n| n * 7).take_while(|start| *start < u64::from(count) * 3);
    let documents: Vec<_> = starts
        .zip(&paths)
        .map(|(start, path)| IndexedDocument {
            path: path.as_bytes(),
            record: None,
            start: Ordinal(start),
            num_paragraphs: 7,
        })
        .collect();
    let runs = [IndexRun::new("day", u64::from(count) * 3 + 7)];
    (written(&settings(), &runs, &entries, &documents), entries)
}

fn prefix(fingerprint: &Fingerprint) -> u64 {
    u64::from_be_bytes(fingerprint.as_bytes()[..8].try_into().unwrap())
}

#[test]
fn ranges_of_many_blocks() {
    let count = u32::try_from(BLOCK_ENTRIES).unwrap() * 15 + 700; // several reads
    let (bytes, entries) = large(count, print);
    let index = open(&bytes);
    assert_eq!(index.num_entries(), u64::from(count));
    let all: Vec<_> = entries
        .iter()
        .map(|(print, place)| IndexEntry { fingerprint: *print, place: Ordinal(*place) })
        .collect();
    let fences = all.iter().step_by(BLOCK_ENTRIES).map(|entry| prefix(&entry.fingerprint));
    let bounds = fences.flat_map(|fence| [fence - 1, fence, fence + 1]).chain([0, 1 << 40, u64::MAX]);
    let bounds: Vec<u64> = bounds.step_by(3).chain([0, u64::MAX]).collect();
    std::thread::scope(|scope| {
        for first in &bounds {
            let (index, all, bounds) = (&index, &all, &bounds);
            scope.spawn(move || {
                for last in bounds {
                    let found: Vec<_> = index.entries(*first..=*last).map(Result::unwrap).collect();
                    let expected = all.iter().copied();
                    let expected = expected.filter(|e| (*first..=*last).contains(&prefix(&e.fingerprint)));
                    assert!(found.into_iter().eq(expected), "{first:x}..={last:x}");
                }
            });
        }
    });
    for (number, (_, place)) in entries.iter().enumerate().step_by(97) {
        let found = index.locate(Ordinal(*place)).unwrap();
        let document = place / 7;
        assert_eq!(found.path, format!("wire/{:03}/{document}.txt", document / 500).into_bytes(), "{number}");
        assert_eq!((found.paragraph, found.document_end.0), (place % 7, document * 7 + 7));
    }
    let each = bytes.len() / usize::try_from(count).unwrap();
    assert!((22..26).contains(&each), "{each} bytes an entry");
}

#[test]
fn fingerprints_that_begin_alike_across_blocks() {
    let alike = |n: u32| {
        let mut bytes = [7; 16];
        bytes[8..12].copy_from_slice(&n.to_be_bytes());
        bytes[0] = if n == 0 { 6 } else { 7 };
        Fingerprint::from_bytes(bytes)
    };
    let (bytes, _) = large(5000, alike);
    let index = open(&bytes);
    let own = u64::from_be_bytes([7; 8]);
    for (range, expected) in [
        (own..=own, 4999),
        (0..=own - 1, 1),
        (own + 1..=u64::MAX, 0),
        (0..=u64::MAX, 5000),
        (RangeInclusive::new(u64::MAX, 0), 0),
    ] {
        assert_eq!(index.entries(range.clone()).map(Result::unwrap).count(), expected, "{range:x?}");
    }
}

#[test]
fn large_indexes_merge() {
    let (first, a) = large(9000, print);
    let runs = [IndexRun::new("next", 30_000)];
    let b: BTreeMap<_, _> = (4000..13_000).map(|n| (print(n), u64::from(n))).collect();
    let documents =
        [IndexedDocument { path: b"one.txt", record: None, start: Ordinal(0), num_paragraphs: 30_000 }];
    let second = written(&settings(), &runs, &b, &documents);
    let bytes = merged(&[first, second]);
    let index = open(&bytes);
    assert_eq!(index.num_entries(), 13_000);
    let base = 9000 * 3 + 7;
    for entry in index.entries(0..=u64::MAX) {
        let IndexEntry { fingerprint, place } = entry.unwrap();
        let expected = a.get(&fingerprint).copied().unwrap_or_else(|| b[&fingerprint] + base);
        assert_eq!(place.0, expected);
        if place.0 % 16 > 0 {
            continue; // in random order that takes a while without optimization
        }
        let found = index.locate(place).unwrap();
        assert_eq!((found.run == 1, found.path == b"one.txt"), (place.0 >= base, place.0 >= base));
    }
    assert_eq!((index.runs()[0].num_entries, index.runs()[1].num_entries), (9000, 4000));
}

/// Two runs: files, records, a member of an archive, Chinese, a paragraph twice.
fn sample() -> Vec<Run> {
    let document = |path: &str, record, keys: &[u32]| (path.to_owned(), record, keys.to_vec());
    vec![
        Run {
            name: "2026-01-01".to_owned(),
            documents: vec![
                document("wire/1.txt", None, &[1, 2, 3]),
                document("wire/2.txt", None, &[2]),
                document("wire/r.jsonl", Some(0), &[4, 5]),
                document("wire/r.jsonl", Some(2), &[6, 1]),
                document("wire/新闻.zip/a/1.txt", None, &[7]),
            ],
        },
        Run { name: "2026-01-02".to_owned(), documents: vec![document("wire/1.txt", None, &[1, 8, 9])] },
    ]
}

fn fixed_settings() -> IndexSettings {
    IndexSettings {
        key_version: KEY_VERSION,
        match_mode: MatchMode::Canonical,
        split: SplitMode::Line,
        repair: Repair::Basic,
        min_chars: 3,
        unicode: [("normalization".to_owned(), "17.0.0".to_owned())].into(),
        near: Some(NearSettings {
            units: NearUnits::Documents,
            shingle: "word:5".parse().unwrap(),
            threshold: Share::hundredths(80),
            containment: Limit::AtLeast(Share::hundredths(90)),
            number_guard: Limit::Off,
            bins: 12,
            sketch_version: 1,
            sample_version: 1,
        }),
        grams: None,
        sources: None,
    }
}

fn with_sources() -> IndexSettings {
    let source = "site".parse().unwrap();
    IndexSettings { sources: Some(SourceSettings { source, version: 1 }), ..fixed_settings() }
}

fn with_grams() -> IndexSettings {
    IndexSettings { grams: Some(GramSettings { tokens: 13, version: 1 }), ..fixed_settings() }
}

#[test]
fn version_3_is_read_for_ever() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/index-v3.tamis-index");
    if std::env::var_os("TAMIS_BLESS").is_some() {
        std::fs::write(&golden, built(&fixed_settings(), &sample())).unwrap();
    }
    let bytes = std::fs::read(&golden).unwrap();
    assert_eq!(read(&bytes).unwrap(), answers(&sample()));
    let index = open(&bytes);
    assert_eq!(index.settings(), &fixed_settings());
    let numbers: Vec<_> =
        index.runs().iter().map(|run| (run.num_paragraphs, run.num_entries, run.num_documents)).collect();
    assert_eq!(numbers, [(9, 7, 5), (3, 2, 1)]);
    assert_eq!((index.num_texts(), index.texts().count()), (Some(6), 6));
    assert_eq!(built(&fixed_settings(), &sample()), bytes, "what this version writes is version 3");
}

#[test]
fn version_5_is_read_for_ever() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/index-v5.tamis-index");
    if std::env::var_os("TAMIS_BLESS").is_some() {
        std::fs::write(&golden, built(&with_sources(), &sample())).unwrap();
    }
    let bytes = std::fs::read(&golden).unwrap();
    assert_eq!(read(&bytes).unwrap(), answers(&sample()));
    let index = open(&bytes);
    assert_eq!(index.settings(), &with_sources());
    assert_eq!((index.num_texts(), index.num_passages(), index.num_counted()), (Some(6), None, Some(6)));
    assert_eq!(built(&with_sources(), &sample()), bytes, "what this version writes with prints is version 5");
    let halves: Vec<_> =
        sample().iter().map(|run| built(&with_sources(), std::slice::from_ref(run))).collect();
    let both = open(&merged(&halves));
    assert_eq!((both.num_print_bytes(), both.runs()), (index.num_print_bytes(), index.runs()));
    // One that counts and one that does not go together; other sources do not.
    let plain = built(&fixed_settings(), &sample()[..1]);
    assert_eq!(open(&merged(&[plain, halves[1].clone()])).num_counted(), Some(1));
    let source = "url".parse().unwrap();
    let other = IndexSettings { sources: Some(SourceSettings { source, version: 1 }), ..fixed_settings() };
    let other = open(&built(&other, &sample()[..1]));
    let error = merge(&[&other, &open(&halves[1])], &mut Vec::new()).unwrap_err().to_string();
    assert!(error.contains("(source: url and site)"), "{error}");
}

#[test]
fn version_4_is_read_for_ever() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/index-v4.tamis-index");
    if std::env::var_os("TAMIS_BLESS").is_some() {
        std::fs::write(&golden, built(&with_grams(), &sample())).unwrap();
    }
    let bytes = std::fs::read(&golden).unwrap();
    assert_eq!(read(&bytes).unwrap(), answers(&sample()));
    let index = open(&bytes);
    assert_eq!(index.settings(), &with_grams());
    assert_eq!((index.num_texts(), index.num_passages()), (Some(6), Some(6)));
    assert_eq!((index.texts().count(), index.passages().count()), (6, 6));
    assert_eq!(built(&with_grams(), &sample()), bytes, "what this version writes with grams is version 4");
    let halves: Vec<_> = sample().iter().map(|run| built(&with_grams(), std::slice::from_ref(run))).collect();
    // In an index of its own a text stands at another place, of which these tests make its grams.
    let merged = open(&merged(&halves));
    let places = |index: &IndexReader| index.passages().map(|p| p.unwrap().place).collect::<Vec<_>>();
    assert_eq!((places(&merged), merged.runs()), (places(&index), index.runs()));
    let plain = open(&built(&fixed_settings(), &sample()[..1]));
    let error = merge(&[&plain, &open(&halves[1])], &mut Vec::new()).unwrap_err().to_string();
    assert!(error.contains("(grams: none and 13)"), "{error}");
}

#[track_caller]
fn is_clear(error: &tamis::Error) {
    let message = error.to_string();
    let has_remedy =
        ["restore a copy of this file", "name a file that", "use the tamis version that wrote it"];
    assert!(
        ["it is ", "its version is ", "not a tamis index"]
            .iter()
            .any(|what| message.starts_with(&format!("day.index: {what}"))),
        "{message}"
    );
    assert!(has_remedy.iter().any(|remedy| message.contains(remedy)), "{message}");
}

#[test]
fn every_flipped_byte_is_found() {
    for bytes in [fixed_settings(), with_grams()].map(|settings| built(&settings, &sample())) {
        for place in 0..bytes.len() {
            for bit in [1, 0x20, 0x80] {
                let mut bytes = bytes.clone();
                bytes[place] ^= bit;
                is_clear(&read(&bytes).expect_err(&format!("byte {place}, bit {bit}")));
            }
        }
    }
}

#[test]
fn every_cut_is_found() {
    for bytes in [fixed_settings(), with_grams()].map(|settings| built(&settings, &sample())) {
        for len in 0..bytes.len() {
            is_clear(&read(&bytes[..len]).expect_err(&format!("{len} bytes")));
        }
        is_clear(&read(&[&bytes[..], b"\0"].concat()).expect_err("one byte more"));
        is_clear(&read(&[&bytes[..], &bytes[..]].concat()).expect_err("twice"));
    }
}

/// A copy of the file with a checksum made right again that ends at `end` and covers what begins at `start`.
fn signed(mut bytes: Vec<u8>, section: u8, start: usize, end: usize) -> Vec<u8> {
    let place = [&[section][..], &[0; 8]].concat();
    let crc = crc32fast::hash(&[&place[..], &bytes[start..end - 4]].concat());
    bytes[end - 4..end].copy_from_slice(&crc.to_le_bytes());
    bytes
}

#[test]
fn what_is_forged_is_an_error_or_an_answer() {
    forge(&built(&fixed_settings(), &sample()), 84, &[0, 1, 2, 3, 4, 5, 6, 7], &[0, 1, 2, 3, 4, 5, 6, 7, 8]);
    // Grams and their table, sections 9 and 10, stand behind the texts and behind the table of these.
    let fields = [0, 1, 2, 9, 3, 4, 5, 10, 6, 7];
    forge(&built(&with_grams(), &sample()), 100, &fields, &[0, 1, 2, 3, 9, 4, 5, 6, 10, 7, 8]);
}

/// Forges every byte of every section of a file. The footer has so many bytes and holds the sections' offsets in these
/// fields; checksums hold these numbers of the sections, the header and the footer.
fn forge(bytes: &[u8], footer: usize, fields: &[usize], sections: &[u8]) {
    let footer = bytes.len() - footer;
    let offset = |field: usize| {
        let at = footer + field * 8;
        usize::try_from(u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())).unwrap()
    };
    let mut bounds: Vec<usize> = [0].into_iter().chain(fields.iter().map(|field| offset(*field))).collect();
    assert_eq!(bounds.last(), Some(&footer));
    bounds.push(bytes.len() - 8); // the magic
    assert!(read(&signed(bytes.to_vec(), 2, bounds[2], bounds[3])).is_ok(), "nothing was forged");
    let mut num_answers = 0;
    assert_eq!(sections.len() + 1, bounds.len());
    for (&section, range) in sections.iter().zip(bounds.windows(2)) {
        for place in range[0]..range[1] - 4 {
            for value in [0, 1, 0x7f, 0x80, 0xff, bytes[place] ^ 1] {
                let mut forged = bytes.to_vec();
                forged[place] = value;
                let forged = signed(forged, section, range[0], range[1]);
                // Neither panics nor asks for more memory than the file has bytes.
                num_answers += usize::from(read_lossy(&forged).is_ok());
                if let Ok(index) = opened(&forged, "day.index") {
                    let _ = merge(&[&index], &mut Vec::new());
                }
            }
        }
    }
    assert!(num_answers > 100, "{num_answers}");
}

/// Reads everything, whatever it says.
fn read_lossy(bytes: &[u8]) -> tamis::Result<()> {
    let index = opened(bytes, "day.index")?;
    for entry in index.entries(0..=u64::MAX) {
        let _ = index.locate(entry?.place);
    }
    for text in index.texts() {
        let _ = index.locate(text?.place);
    }
    for passage in index.passages() {
        let _ = index.locate(passage?.place);
    }
    Ok(())
}

#[test]
fn a_run_is_not_added_twice_or_under_other_settings() {
    let index = open(&built(&settings(), &sample()));
    let adding = |name, settings: &IndexSettings| {
        let new = NewRun { name, num_paragraphs: 1, settings };
        add_run(Some(&index), new, [], &mut Vec::new()).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(adding("2026-01-03", &settings()), Ok(()));
    let error = adding("2026-01-02", &settings()).unwrap_err();
    assert_eq!(error, "day.index: it already holds a run \"2026-01-02\"; give this run another name");
    let error = adding("x", &IndexSettings { repair: Repair::None, ..settings() }).unwrap_err();
    assert!(
        error.starts_with("day.index: its settings are not those of this run (repair: basic and none); use")
    );
}

#[test]
fn blocks_that_change_places_are_found() {
    let (bytes, _) = large(u32::try_from(BLOCK_ENTRIES).unwrap() * 3, print);
    let header = 16 + u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize + 4;
    let block = BLOCK_ENTRIES * 22 + 4;
    let mut swapped = bytes.clone();
    swapped[header..header + block].copy_from_slice(&bytes[header + block..header + 2 * block]);
    is_clear(&read(&swapped).expect_err("the second block twice"));
}

#[test]
fn a_later_version_is_refused() {
    let mut bytes = built(&settings(), &sample());
    bytes[8] = 6;
    let error = read(&bytes).unwrap_err().to_string();
    assert!(error.contains("its version is 6, and this tamis reads versions 3, 4 and 5; "), "{error}");
}

/// Contract I1, I2, N5: fingerprints of another key text are not compared, and what holds no texts is not taken for an
/// index of texts without near-duplicates.
#[test]
fn earlier_versions_are_refused() {
    for (version, file) in [(1, "tests/data/index-v1.tamis-index"), (2, "tests/data/index-v2.tamis-index")] {
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let error = read(&std::fs::read(&golden).unwrap()).unwrap_err().to_string();
        let told = format!("its version is {version}, and this tamis reads versions 3, 4 and 5; ");
        let remedy = "`tamis index build INPUT... --index FILE`";
        assert!(error.contains(&told) && error.contains(remedy), "{error}");
    }
    let index = open(&built(&IndexSettings { key_version: 1, ..settings() }, &sample()));
    let error = index.check_settings(&settings()).unwrap_err().to_string();
    assert!(error.contains("(version of the key text: 1 in the index, 2 now)"), "{error}");
}

#[test]
fn other_settings_are_refused() {
    let index = open(&built(&settings(), &sample()));
    let mut config = Config::default();
    config.matching.min_chars = 10;
    assert!(index.check_settings(&IndexSettings::of(&config)).is_ok());
    config.matching.mode = MatchMode::Loose;
    let error = index.check_settings(&IndexSettings::of(&config)).unwrap_err().to_string();
    assert!(error.starts_with(
        "day.index: its settings are not those of this run (match: canonical in the index, loose now); "
    ));
}

#[test]
fn indexes_that_do_not_belong_together_are_not_merged() {
    let merging = |a: &[u8], b: &[u8]| {
        let (a, b) = (opened(a, "a.index").unwrap(), opened(b, "b.index").unwrap());
        merge(&[&a, &b], &mut Vec::new()).unwrap_err().to_string()
    };
    let runs = sample();
    let (a, b) = (built(&settings(), &runs), built(&settings(), &runs[1..]));
    let error = merging(&a, &b);
    assert!(error.starts_with("b.index: the run \"2026-01-02\" is also in a.index; merge"), "{error}");
    let b = built(&IndexSettings { split: SplitMode::Block, ..settings() }, &runs[1..]);
    let error = merging(&built(&settings(), &runs[..1]), &b);
    let told = "b.index: its settings are not those of a.index (split: auto and block); merge";
    assert!(error.starts_with(told), "{error}");
    assert!(merge(&[], &mut Vec::new()).is_err());
}

#[test]
fn the_larger_min_chars_is_the_merged_one() {
    let runs = sample();
    let longer = IndexSettings { min_chars: 9, ..settings() };
    let bytes = merged(&[built(&longer, &runs[..1]), built(&settings(), &runs[1..])]);
    assert_eq!(open(&bytes).settings(), &longer);
}

#[test]
fn what_cannot_be_is_not_written() {
    let mut bytes = Vec::new();
    let runs = [IndexRun::new("a", 10), IndexRun::new("b", 0), IndexRun::new("c", 10)];
    let entry = |key: u8, place| IndexEntry {
        fingerprint: Fingerprint::from_bytes([key; 16]),
        place: Ordinal(place),
    };
    let document = |start, num_paragraphs| IndexedDocument {
        path: b"a.txt",
        record: None,
        start: Ordinal(start),
        num_paragraphs,
    };
    let mut writer = IndexWriter::new(&mut bytes, &settings(), &runs).unwrap();
    writer.push(entry(1, 19)).unwrap();
    for bad in [entry(1, 3), entry(0, 3), entry(2, 20), entry(2, u64::MAX)] {
        assert!(writer.push(bad).is_err(), "{bad:?}");
    }
    writer.push_document(&document(2, 8)).unwrap();
    assert!(writer.push(entry(3, 3)).is_err(), "behind a document");
    for bad in [document(9, 2), document(0, 1), document(10, 11), document(20, 1), document(u64::MAX, 1)] {
        assert!(writer.push_document(&bad).is_err(), "{bad:?}");
    }
    writer.push_document(&document(12, 0)).unwrap();
    writer.push_document(&document(19, 1)).unwrap();
    writer.finish().unwrap();
    let index = open(&bytes);
    let found = index.locate(Ordinal(19)).unwrap();
    assert_eq!((found.run, found.paragraph, index.runs()[2].num_documents), (2, 0, 1));
    for nowhere in [0, 10, 18, 20, u64::MAX] {
        let error = index.locate(Ordinal(nowhere)).unwrap_err().to_string();
        assert!(error.contains(&format!("no document has place {nowhere}")), "{error}");
    }
    let refused =
        |runs: &[IndexRun]| IndexWriter::new(&mut Vec::new(), &settings(), runs).map(|_| ()).is_err();
    assert!(refused(&[IndexRun::new("a", 1), IndexRun::new("a", 1)]));
    assert!(refused(&[IndexRun::new("a", MAX_PLACES), IndexRun::new("b", 1)]));
    assert!(!refused(&[IndexRun::new("a", MAX_PLACES)]));
}

#[test]
fn an_index_of_nothing() {
    let bytes = built(&settings(), &[]);
    assert_eq!(read(&bytes).unwrap(), Answers::new());
    assert_eq!(open(&bytes).num_places(), 0);
    assert_eq!(merged(&[bytes.clone(), bytes.clone()]), bytes);
}

/// Two indexes of a day each, `a.index` and `b.index`.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("a.index", built(&settings(), &sample()[..1]));
    sandbox.file("b.index", built(&settings(), &sample()[1..]));
    sandbox
}

#[test]
fn info_tells_settings_and_runs() {
    let sandbox = sandbox();
    sandbox.file("c.index", built(&fixed_settings(), &sample()));
    let ran = sandbox.tamis(&["index", "info", "c.index"]);
    let bytes = sandbox.read("c.index");
    let (len, num_text_bytes) = (bytes.len(), open(&bytes).num_text_bytes());
    // Texts are told apart.
    let own = len - usize::try_from(num_text_bytes).unwrap();
    let each = format!("{}.{}", own / 9, (own % 9 * 10 + 4) / 9);
    let (text_each, [thousands, ones]) = (num_text_bytes / 6, [len / 1000, len % 1000]);
    let expected = format!(
        "c.index: 2 runs, 9 entries, {thousands},{ones:03} bytes ({each} an entry)\n\
         match      canonical\n\
         split      line\n\
         repair     basic\n\
         min-chars  3\n\
         Unicode    17.0.0 (normalization)\n\
         near       6 texts, {text_each} bytes each: threshold 0.8, shingle word:5, containment 0.9, number-guard off\n\
         \n\
         run         paragraphs  entries  documents  texts\n\
         2026-01-01           9        7          5      5\n\
         2026-01-02           3        2          1      1\n"
    );
    assert_eq!(ran.exits(0).is_plain().out(), expected);
    let ran = sandbox.tamis(&["index", "info", "c.index", "--json"]);
    let info: Value = serde_json::from_str(&ran.exits(0).out()).unwrap();
    assert_eq!((&info["version"], &info["entries"], &info["paragraphs"]), (&json!(3), &json!(9), &json!(12)));
    assert_eq!((&info["texts"], &info["text_bytes"]), (&json!(6), &json!(num_text_bytes)));
    assert_eq!(info["bytes"], json!(len));
    assert_eq!(info["bytes_per_entry"].to_string(), each);
    assert_eq!(
        info["settings"],
        json!({"key_version": 2, "match": "canonical", "split": "line", "repair": "basic", "min_chars": 3,
            "unicode": {"normalization": "17.0.0"},
            "near": {"units": "documents", "shingle": "word:5", "threshold": 0.8, "containment": 0.9,
                "number_guard": "off", "bins": 12, "sketch_version": 1, "sample_version": 1}})
    );
    let second = json!({"name": "2026-01-02", "paragraphs": 3, "entries": 2, "documents": 1, "texts": 1});
    assert_eq!(info["runs"][1], second);
}

#[test]
fn hostile_names_do_no_harm() {
    let sandbox = Sandbox::new();
    let documents = vec![("a\u{1b}[1m\n.txt".to_owned(), None, vec![1])];
    let runs = [Run { name: "\u{1b}[2J\u{202e}x".to_owned(), documents }];
    sandbox.file("a.index", built(&settings(), &runs));
    for command in [&["index", "info", "a.index"][..], &["index", "info", "a.index", "--json"]] {
        sandbox.tamis(command).exits(0);
    }
    sandbox.tamis(&["index", "info", "a.index"]).exits(0).is_plain();
    let ran = sandbox.tamis(&["index", "export", "a.index"]);
    let line: Value = serde_json::from_str(&ran.exits(0).out()).unwrap();
    assert_eq!(line["path"], json!("a\u{1b}[1m\n.txt"));
}

#[test]
fn merge_writes_one_index() {
    let sandbox = sandbox();
    let ran = sandbox.tamis(&["index", "merge", "a.index", "b.index", "--out", "all.index"]);
    ran.exits(0);
    assert!(ran.out().starts_with("all.index: 2 runs, 9 entries, "), "{}", ran.out());
    assert_eq!(read(&sandbox.read("all.index")).unwrap(), answers(&sample()));
    let names = sandbox.tree("");
    assert_eq!(names.len(), 3, "nothing else is left: {:?}", names.keys());

    let whole = sandbox.read("all.index");
    let again = ["index", "merge", "a.index", "b.index", "--out", "all.index"];
    sandbox
        .tamis(&again)
        .exits(2)
        .says(&["all.index: exists; choose another --out, or replace it with --force"]);
    sandbox.tamis(&[&again[..], &["--force"]].concat()).exits(0);
    assert_eq!(sandbox.read("all.index"), whole);
    sandbox.tamis(&["index", "merge", "a.index", "b.index", "--out", "a.index", "--force"]).exits(0);
    assert_eq!(sandbox.read("a.index"), whole, "one that is read may be replaced");
}

#[test]
fn merge_leaves_everything_as_it_was_when_it_fails() {
    let sandbox = sandbox();
    sandbox.file("text", "precious");
    let mut damaged = sandbox.read("b.index");
    damaged[300] ^= 1;
    sandbox.file("damaged.index", damaged);
    let before = sandbox.tree("");
    for (args, told) in [
        (
            &["a.index", "a.index", "--out", "a.index", "--force"][..],
            "the run \"2026-01-01\" is also in a.index",
        ),
        (&["a.index", "damaged.index", "--out", "a.index", "--force"], "damaged.index: it is damaged in "),
        (&["a.index", "none.index", "--out", "a.index", "--force"], "none.index: cannot read this index"),
        (&["a.index", "text", "--out", "c.index"], "text: not a tamis index"),
        (&["a.index", "b.index", "--out", "text", "--force"], "text: exists and is not a tamis index"),
        (&["a.index", "b.index", "--out", "."], "it is not a regular file"),
        (&["a.index", "--out", "c.index"], "2 values required"),
        (&["a.index", "b.index"], "--out"),
    ] {
        sandbox.tamis(&[&["index", "merge"], args].concat()).exits(2).says(&[told]);
        assert_eq!(sandbox.tree(""), before, "{args:?}");
    }
}

#[test]
fn merge_waits_for_nobody() {
    let sandbox = sandbox();
    let held = Replacement::begin(&sandbox.path("a.index")).unwrap();
    let ran = sandbox.tamis(&["index", "merge", "a.index", "b.index", "--out", "a.index", "--force"]);
    ran.exits(2).says(&["a.index: another run is updating this index; wait for it"]);
    sandbox.tamis(&["index", "info", "a.index"]).exits(0);
    drop(held);
    sandbox.tamis(&["index", "merge", "a.index", "b.index", "--out", "a.index", "--force"]).exits(0);
}

#[test]
fn export_tells_every_paragraph() {
    let sandbox = sandbox();
    let ran = sandbox.tamis(&["index", "export", "a.index"]);
    let lines: Vec<Value> =
        ran.exits(0).out().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let prints: Vec<_> = lines.iter().map(|line| line["fingerprint"].as_str().unwrap().to_owned()).collect();
    assert!(prints.is_sorted());
    let by_print: HashMap<_, _> = prints.iter().zip(&lines).collect();
    assert_eq!(by_print.len(), 7);
    let told = |key: u32| {
        let mut line = (*by_print[&print(key).to_string()]).clone();
        line.as_object_mut().unwrap().remove("fingerprint");
        line
    };
    assert_eq!(told(2), json!({"run": "2026-01-01", "path": "wire/1.txt", "paragraph": 1}));
    assert_eq!(told(6), json!({"run": "2026-01-01", "path": "wire/r.jsonl", "record": 2, "paragraph": 0}));
    assert_eq!(told(7), json!({"run": "2026-01-01", "path": "wire/新闻.zip/a/1.txt", "paragraph": 0}));
    sandbox
        .tamis(&["index", "export", "none"])
        .exits(2)
        .says(&["none: cannot read this index", "check the path"]);
}

#[test]
fn export_into_a_closed_pipe() {
    let sandbox = Sandbox::new();
    let (bytes, _) = large(20_000, print);
    sandbox.file("a.index", bytes);
    let mut command = sandbox.command(&["index", "export", "a.index"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap(); // and closed
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), ended.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn a_crash_between_two_renames_is_finished_by_whoever_comes() {
    let sandbox = sandbox();
    let whole = merged(&[sandbox.read("a.index"), sandbox.read("b.index")]);
    std::fs::create_dir(sandbox.path("staged")).unwrap();
    let mut new = Replacement::begin(&sandbox.path("a.index")).unwrap();
    tamis::store::Append::append(&mut new, &whole).unwrap();
    new.prepare(&sandbox.path("out"), &sandbox.path("staged")).unwrap();
    std::mem::forget(new); // killed; its lock is ours as long as we live
    std::fs::remove_file(sandbox.path("a.index.tamis-lock")).unwrap();
    std::fs::rename(sandbox.path("staged"), sandbox.path("out")).unwrap();
    let ran = sandbox.tamis(&["index", "info", "a.index"]);
    assert!(ran.exits(0).out().starts_with("a.index: 2 runs, 9 entries, "), "{}", ran.out());
    assert_eq!(sandbox.tree("").len(), 3, "a.index, b.index, out");
}

#[test]
fn a_manual_page_and_help() {
    let sandbox = Sandbox::new();
    let ran = sandbox.tamis(&["man", "index"]);
    assert!(ran.exits(0).out().contains("tamis\\-index"));
    for name in ["info", "merge", "export"] {
        sandbox.tamis(&["index", name, "--help"]).exits(0);
    }
    sandbox.tamis(&["index"]).exits(2);
}
