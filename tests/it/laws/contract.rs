//! The contract: small corpora full of traps, cleaned by the crate and by the oracle; and the laws that
//! hold whatever the input.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use tamis::Config;
use tamis::config::{ExactUnits, MatchMode, Repair, Scope, SplitConfig, SplitMode};
use tamis::document::Kind;
use tamis::split::Splitting;

use crate::support::cases::cases;
use crate::support::disk;
use crate::support::files::Files;
use crate::support::ledger::Line;
use crate::support::oracle::{self, Paragraph, Place};
use crate::support::prose::wrapped;

/// Lines that differ in ways that some of the options can see and others cannot.
const LINES: &[&str] = &[
    // Width, indents, white space.
    "ＡＩ 产业，增长13.9%。",
    "AI 产业,增长13.9%。",
    "\u{3000}\u{3000}AI 产业,增长13.9%。\u{3000}",
    "AI\u{3000}产业,增长13.9%。",
    "AI  产业,增长13.9%。",
    "AI\t产业,增长13.9%。",
    "ai产业增长139",
    "\u{a0}AI\u{2003}产业,增长13.9%。\u{1680}",
    // Repair.
    "\u{feff}AI 产业,增长13.9%。",
    "A\u{200b}I 产\u{2060}业,增长13.9%。",
    "A\u{7}I 产业,\u{0}增长13.9%。\u{1b}",
    "AI\u{b}产业,增长13.9%。\u{c}",
    "AI\u{c}产业,增长13.9%。",
    "\u{85}AI\u{85}产业,增长13.9%。",
    "\u{200b} \u{7}x \u{2060} \u{9f}",
    "x",
    "\u{7f}x\u{180e}",
    // Nothing, or nothing under one of the options.
    "",
    " ",
    "\u{3000}\t",
    "\u{feff}",
    "\u{feff}\u{feff} ",
    "\u{feff}\u{feff}x",
    " \u{feff} ",
    "\u{200b}\u{2060}",
    "\u{0}",
    "\u{85}",
    "\u{2028}",
    "\u{ad}",
    "\u{200e}",
    "——",
    "……",
    "***",
    // Format characters.
    "co\u{ad}operate",
    "cooperate",
    "co\u{200d}operate",
    "a \u{200e} b",
    "a  b",
    "a b",
    // Combining sequences, jamo, kana, compatibility.
    "caf\u{e9}",
    "cafe\u{301}",
    "CAFE\u{301}",
    "\u{301}x",
    "각하",
    "\u{1100}\u{1161}\u{11a8}하",
    "가\u{11a8}하",
    "ｶﾞｲﾄﾞ",
    "ガイド",
    "カ\u{3099}イト\u{3099}",
    "\u{fa19}社",
    "神社",
    "\u{f900}",
    "\u{8c48}",
    "ﬁne ﷺ ㌔",
    "fine",
    "½ ⑴ ①",
    "1⁄2 (1) 1",
    "\u{a8}x",
    " \u{308}x",
    // Case.
    "Straße",
    "STRASSE",
    "strasse",
    "İi",
    "i\u{307}i",
    "ΟΔΟΣ",
    "οδος",
    // Emoji, Thai, Arabic.
    "👩\u{200d}💻 ok",
    "👩💻 ok",
    "🇨🇳🏴",
    "น้ำใส",
    "น\u{e4d}\u{e49}\u{e32}ใส",
    "น\u{e49}\u{e33}ใส",
    "สวัสดี ครับ",
    // Sentences.
    "今天下雨。明天呢？今天下雨。",
    "今天下雨。",
    "“好。”他说。今天下雨。",
    "One. Two.\u{c}One.",
    "One.\u{2028}Two.\u{2029}\u{2028}",
    "\u{feff}One.\u{2028}\u{feff}Two.\u{2029}\u{feff}",
    "One.",
    "Mr. Smith paid 3.50 at 5 p.m. today. He left.",
    "He left.",
    "wait... what?! 行。\u{200b} \u{7} 好",
    "こんにちは。さようなら。",
    // JSON.
    "\"quoted\" \\ back / slash \u{1f}",
    "中间价报7.1234元",
    "中间价报6.9876元",
    // Invisible characters beside a space.
    "AI 产业,增长13.9%。\u{200e}",
    "\u{200e} AI 产业,增长13.9%。",
    "AI \u{200e} 产业,增长13.9%。\u{200f} \u{ad}",
    "AI\u{2060} \u{feff}产业,增长13.9%。",
    "\u{200e}",
    "\u{200e} \u{ad}",
    // Selectors and tags.
    "☎\u{fe0f} ok",
    "☎ ok",
    "👩\u{200d}💻\u{fe0f} ok",
    "🏴\u{e0067}\u{e0062}\u{e0065}\u{e007f}",
    "🏴\u{e0067}\u{e0062}\u{e0073}\u{e007f}",
    "🏴",
    "x\u{e0067}",
    // Word breaks.
    "สวัสดี\u{200b}ครับ",
    "สวัสดีครับ",
    "ខ្ញុំ\u{200b}\u{200b}សរសេរ\u{200b}",
    "က\u{200b}\u{7}\u{feff}ခ \u{200b}a",
    // Escape sequences.
    "\u{1b}[31mx\u{1b}[0m",
    "\u{1b}]0;title\u{7}x\u{1b}]8;;https://a.example/\u{1b}\\",
    "\u{1b}(Bx \u{1b}[38;5;1",
    "\u{1b}[1mOne. \u{1b}]0;Two. Three.\u{7}He left.\u{1b}[m",
    "x\u{1b}",
    "\u{1b}[2K",
    // Numbers of their own, and what stands beside numbers.
    "产值10⁶吨 5½ 第①款 5㎡",
    "产值106吨 51⁄2 第1款 5m2",
    "利率为1.5%，-5℃，$5",
    "利率为15%，5℃，€5",
    "1, 2 (-3) +-4 % 5 ‰ – $ 6 °",
    "👍",
    "😡",
];

/// Ends of lines of a text (contract P1), blank lines among them.
const ENDS: &[&str] = &[
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    "\r\r",
    "\r\n\r\n",
    "\n\u{3000}\n",
    "\n \t\r\n\n",
    "\n\r",
    "\r\r\n",
    "\r\r\r\n",
    "\u{2028}",
    "\u{2029}\n",
];

/// Paths whose order as strings is not corpus order (contract D3). A `-` and a `.` sort before `/`.
const PATHS: &[&str] = &[
    "a/b.txt",
    "a/b/c.txt",
    "a/b-/c.txt",
    "a/b/c.jsonl",
    "a-b.txt",
    "a-b/c.jsonl",
    "a.txt",
    "a.jsonl",
    "a/d.py",
    "c.json",
    "a b/x.txt",
    "A/x.txt",
    "中/文.txt",
    "b.jsonl/x.txt",
    "\u{e9}.jsonl",
];

fn line() -> impl Strategy<Value = String> {
    let edge = || {
        select(
            &[
                "",
                "",
                "",
                " ",
                "\u{3000}",
                "\t",
                "\u{feff}",
                "\u{200b}",
                "\u{c}",
                "\u{7}",
                "\u{200e}",
                " \u{ad} ",
                "\u{1b}[1m",
            ][..],
        )
    };
    let pooled = || select(LINES).prop_map(str::to_owned);
    prop_oneof![
        12 => pooled(),
        3 => (edge(), pooled(), edge()).prop_map(|(left, line, right)| format!("{left}{line}{right}")),
        3 => (pooled(), edge(), pooled()).prop_map(|(left, edge, right)| format!("{left}{edge}{right}")),
        1 => "\\PC{0,8}",
        1 => any::<String>().prop_map(|line| line.replace(['\n', '\r'], "")),
    ]
}

/// Prose that may be hard-wrapped: at a margin that is wide enough for `auto` or not, with lines that are too short or
/// without.
fn prose() -> impl Strategy<Value = String> {
    let columns = select(&[20, 36, 44, 55, 60, 72, 80][..]);
    let paragraphs =
        prop::collection::vec((select(PROSE), columns, select(&["", "\n", "  ", "> "][..])), 1..5);
    paragraphs.prop_map(|paragraphs| {
        let wrapped =
            paragraphs.iter().map(|(text, columns, before)| format!("{before}{}", wrapped(text, *columns)));
        wrapped.collect()
    })
}

/// Sentences that are longer than a line.
const PROSE: &[&str] = &[
    "The council said on Tuesday that the bridge over the Vell will be closed until the end of the year, because two of \
     its four piers have to be built anew.",
    "nobody could say what that will cost, and whether the buses are to go over the old road or not at all",
    "市政厅星期二宣布，维尔河大桥将对重型车辆封闭至年底，因为四座桥墩中有两座需要重建。公共汽车将改走旧路，沿线居民可以在三个临时车站上下车。",
    "A line.",
    "North Pier, South Pier, Island Pier",
];

/// A text of a few lines, or prose.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![5 => few_lines(), 2 => prose(), 1 => (few_lines(), prose()).prop_map(|(lines, prose)| lines + &prose)]
}

/// A text of a few lines, ended in every way; now and then a part of it stands there twice.
fn few_lines() -> impl Strategy<Value = String> {
    let lines = prop::collection::vec((line(), select(ENDS)), 0..10);
    (lines, any::<bool>(), prop::option::weighted(0.3, 0..10_usize)).prop_map(|(lines, is_ended, again)| {
        let again = again.map_or(0, |from| from.min(lines.len())).min(lines.len());
        let mut text: String =
            lines.iter().chain(&lines[again..]).flat_map(|(line, end)| [line, *end]).collect();
        if !is_ended {
            text.truncate(text.trim_end_matches(['\n', '\r']).len());
        }
        text
    })
}

/// Enough UTF-8 that a bad byte after it is damage, and no other encoding.
const PLAINLY_UTF8: &str =
    "海岬气象台四月十七日六时发布受冷暖气流共同影响今天白天到夜间澜湾市多云转阴傍晚前后有小雨\n";

/// A text file: with or without a byte order mark, now and then damaged.
fn text_file() -> impl Strategy<Value = Vec<u8>> {
    let fault =
        prop::option::weighted(0.06, (any::<prop::sample::Index>(), select(&[0xff, 0xc3, 0x80, 0xed][..])));
    (prop::bool::weighted(0.15), text(), fault).prop_map(|(has_bom, text, fault)| {
        let mut bytes = if has_bom { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
        if let Some((place, byte)) = fault {
            bytes.extend(PLAINLY_UTF8.as_bytes());
            let start = bytes.len();
            bytes.extend(text.as_bytes());
            bytes.insert(start + place.index(text.len() + 1), byte);
        } else {
            bytes.extend(text.as_bytes());
        }
        bytes
    })
}

/// JSON of a string in one of many spellings.
fn spelled(text: &str, spelling: u8) -> String {
    let json = serde_json::to_string(text).expect("a string");
    match spelling {
        0 => json,
        1 => json.replace('/', "\\/").replace('A', "\\u0041").replace('\u{3000}', "\\u3000"),
        _ => {
            let unit = |unit: &u16| format!("\\u{unit:04X}");
            let escaped = |c: char| match c {
                ' '..='~' => c.to_string(),
                _ => c.encode_utf16(&mut [0; 2]).iter().map(unit).collect::<Vec<_>>().concat(),
            };
            json.chars().map(escaped).collect()
        }
    }
}

/// The bytes before and after the text field's value in a record.
const FRAMES: &[(&str, &str)] = &[
    (r#"{"text":"#, "}"),
    (r#"{"id":"q\u0031","text": "#, r#","n":1e400,"m":0.10}"#),
    (r#" { "id" : 7 , "a":{"text":"no","x":[1,"}\""]} ,"text" :	"#, " } "),
    (r#"{"t\u0065xt":"#, r#","id":-1.50e2,"lone":"\ud83d","text ":1}"#),
    (r#"{"id":null,"Text":"no","text":"#, ",\"é\":\"\u{3000}\"}"),
    (r#"{"id":{"x":1},"x":1,"x":2,"text":"#, "}"),
    (r#"{"id":NaN,"a":[-Infinity,{"b":Infinity}],"text":"#, r#","NaN":"-Infinity"}"#),
    (r#"{"\ud83d":NaN,"id":-Infinity,"text":"#, r#","\ude00\ud83d\ude00":0}"#),
];

/// Lines that are no records, or bad ones.
const BROKEN: &[&[u8]] = &[
    b"",
    b" \t\r",
    b"\x0c",
    b"{",
    b"{}",
    b"[1]",
    b"null",
    b"\"text\"",
    b"\xe3\x80\x80",
    b"{\"text\":1}",
    b"{\"text\":null}",
    b"{\"text\":{\"text\":\"x\"}}",
    b"{\"text\":\"x\",}",
    b"{\"text\":\"x\"} {\"text\":\"x\"}",
    b"{\"text\":\"x\",\"text\":\"x\"}",
    b"{\"text\":\"x\",\"te\\u0078t\":\"x\"}",
    b"{\"text\":\"x\\ud83d\"}",
    b"{\"text\":\"\\ude00x\"}",
    b"{\"text\":\"x\ty\"}",
    b"{\"text\":\"x\xff\"}",
    b"{\"text\":\"x\",\"y\":\"\xc3\"}",
    b"{\"other\":\"x\"}",
    b"{\"text\":NaN}",
    b"{\"text\":\"x\",\"y\":NaN1}",
    b"{\"text\":\"x\",\"y\":-NaN}",
    b"{\"text\":\"x\",\"y\":nan}",
    b"\xef\xbb\xbf{\"text\":\"x\"}",
];

fn record() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => (select(FRAMES), text(), 0..3_u8).prop_map(|((before, after), text, spelling)| {
            [before, &spelled(&text, spelling), after].concat().into_bytes()
        }),
        1 => select(BROKEN).prop_map(<[u8]>::to_vec),
    ]
}

fn jsonl_file() -> impl Strategy<Value = Vec<u8>> {
    let ends = select(&["\n", "\n", "\r\n", "\n\n", "\n \t\r\n"][..]);
    (prop::bool::weighted(0.15), prop::collection::vec((record(), ends), 0..6), any::<bool>()).prop_map(
        |(has_bom, records, is_ended)| {
            let mut bytes = if has_bom { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
            for (record, end) in records {
                bytes.extend(record);
                bytes.extend(end.as_bytes());
            }
            if !is_ended && bytes.ends_with(b"\n") {
                bytes.pop();
            }
            bytes
        },
    )
}

/// Files that print as text when a test fails.
#[derive(Clone)]
struct Corpus(Files);

impl std::fmt::Debug for Corpus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (path, bytes) in &self.0 {
            write!(f, "\n{path:?}: b\"")?;
            for chunk in bytes.utf8_chunks() {
                write!(f, "{}{}", chunk.valid().escape_debug(), chunk.invalid().escape_ascii())?;
            }
            write!(f, "\"")?;
        }
        writeln!(f)
    }
}

fn files() -> impl Strategy<Value = Corpus> {
    subsequence(PATHS, 1..=6).prop_flat_map(|paths| {
        let contents: Vec<BoxedStrategy<Vec<u8>>> = paths
            .iter()
            .map(|path| if oracle::is_container(path) { jsonl_file().boxed() } else { text_file().boxed() })
            .collect();
        contents.prop_map(move |contents| {
            Corpus(paths.iter().map(|&path| path.to_owned()).zip(contents).collect())
        })
    })
}

fn split_config() -> impl Strategy<Value = SplitConfig> {
    let splits = select(&[SplitMode::Auto, SplitMode::Line, SplitMode::Block, SplitMode::Sentence][..]);
    let repairs = select(&[Repair::Basic, Repair::Basic, Repair::None][..]);
    (splits, repairs).prop_map(|(split, repair)| SplitConfig { split, repair })
}

fn config() -> impl Strategy<Value = Config> {
    let modes = select(&[MatchMode::Exact, MatchMode::Canonical, MatchMode::Loose][..]);
    let scopes = select(&[Scope::Corpus, Scope::Corpus, Scope::Document][..]);
    let min_chars = prop_oneof![Just(0), Just(1), 0..12_u64];
    let exact = prop_oneof![
        4 => Just(ExactUnits::Paragraphs),
        1 => Just(ExactUnits::Documents),
        1 => Just(ExactUnits::Both),
        1 => Just(ExactUnits::Off),
    ];
    (split_config(), modes, (scopes, exact), min_chars, 1..4_usize).prop_map(
        |(split, mode, (scope, exact), min_chars, threads)| {
            let mut config = Config { split, threads, ..Config::default() };
            config.matching.mode = mode;
            config.matching.min_chars = min_chars;
            config.decide.exact = exact;
            // Scope is about paragraphs, and refused where they are no matter.
            config.decide.scope = if exact.has_paragraphs() { scope } else { Scope::Corpus };
            config
        },
    )
}

/// The decoded text of a document.
fn decoded(files: &Files, place: &Place) -> String {
    let bytes = files[&place.path].strip_prefix(b"\xef\xbb\xbf").unwrap_or(&files[&place.path]);
    let Some(record) = place.record else {
        return String::from_utf8(bytes.to_vec()).expect("a text file that was read");
    };
    let mut lines = bytes.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let number = usize::try_from(record).expect("a small number");
    lines.nth(number).and_then(oracle::record_text).expect("a record that was read")
}

fn texts(paragraphs: &[Paragraph]) -> Vec<&str> {
    paragraphs.iter().map(|paragraph| paragraph.text.as_str()).collect()
}

fn index(n: u64) -> usize {
    usize::try_from(n).expect("a small number")
}

/// Corpora are told by what they hold, so that a seed would say nothing; they shrink far.
fn law(usual: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, max_shrink_iters: 4000, ..cases(usual) }
}

proptest! {
    #![proptest_config(law(600))]

    /// All of the contract's D, P, I and O rules at once: bytes, ledger, rejections, counts.
    #[test]
    fn the_crate_does_what_the_oracle_does((Corpus(files), config) in (files(), config())) {
        oracle::agree::check(&files, &config).map_err(TestCaseError::fail)?;
    }
}

proptest! {
    #![proptest_config(law(250))]

    /// Promise: cleaning twice changes nothing.
    #[test]
    fn cleaning_twice_changes_nothing((Corpus(files), config) in (files(), config())) {
        // Under `auto` the output may be split otherwise than the input was.
        let split = if config.split.split == SplitMode::Auto { SplitMode::Line } else { config.split.split };
        let config = Config { split: SplitConfig { split, ..config.split }, ..config };
        let once = disk::clean(&files, &config);
        let twice = disk::clean(&once.out, &config);
        prop_assert_eq!(&twice.out, &once.out);
        prop_assert_eq!(twice.summary.num_removed(), 0);
        prop_assert_eq!(twice.summary.paragraphs.kept, once.summary.paragraphs.kept);
    }

    /// Promise "nothing lost", contract O5: read from what the run left, without the oracle's verdicts.
    #[test]
    fn the_ledger_accounts_for_everything((Corpus(files), config) in (files(), config())) {
        let run = disk::clean(&files, &config);
        let summary = &run.summary;
        prop_assert_eq!(summary.documents.kept + summary.documents.emptied, summary.documents.read);
        prop_assert_eq!(summary.paragraphs.kept + summary.num_removed(), summary.paragraphs.read);
        prop_assert_eq!(summary.bytes.kept + summary.bytes.removed.values().sum::<u64>(), summary.bytes.paragraphs);
        let rejected: u64 = summary.files.rejected.values().sum();
        prop_assert_eq!(summary.files.read + summary.num_skipped() + rejected, summary.files.found);
        prop_assert_eq!(summary.files.found, files.len() as u64);

        let lines = run.lines();
        let removed: Vec<Place> = lines.iter().flat_map(places).collect();
        let layout = run.layouts().into_iter().map(|line| line.last - line.first.index + 1).sum::<u64>();
        prop_assert_eq!(removed.len() as u64 + layout, summary.num_removed());
        for line in &lines {
            check_line(line, &files, &run.out, &config)?;
            for survivor in survivors(line) {
                prop_assert!(!removed.contains(&survivor), "{survivor:?} is removed itself");
            }
        }
        for pair in lines.windows(2) {
            prop_assert!(is_before(&pair[0].first, &pair[1].first), "{:?} is out of order", pair[1]);
            prop_assert!(!goes_on(&pair[0], &pair[1]), "{pair:?} are one run");
        }
    }
}

fn places(line: &Line) -> Vec<Place> {
    (line.first.index..=line.last).map(|index| Place { index, ..line.first.clone() }).collect()
}

fn survivors(line: &Line) -> Vec<Place> {
    (line.survivor.index..=line.survivor_last).map(|index| Place { index, ..line.survivor.clone() }).collect()
}

/// Contract D3.
fn is_before(a: &Place, b: &Place) -> bool {
    let key = |place: &Place| {
        let components: Vec<String> = place.path.split('/').map(str::to_owned).collect();
        (components, place.record, place.index)
    };
    key(a) < key(b)
}

fn goes_on(a: &Line, b: &Line) -> bool {
    let follows =
        |last: u64, a: &Place, b: &Place| (&a.path, a.record, last + 1) == (&b.path, b.record, b.index);
    follows(a.last, &a.first, &b.first) && follows(a.survivor_last, &a.survivor, &b.survivor)
}

/// The span cuts exactly the removed paragraphs out of the text, each has the key of its survivor, and the
/// survivor stands in the output.
fn check_line(line: &Line, input: &Files, out: &Files, config: &Config) -> Result<(), TestCaseError> {
    let text = decoded(input, &line.first);
    let settled = oracle::wrapping::settled(&text, config.split);
    let paragraphs = |text: &str| oracle::paragraphs_as(text, settled);
    let all = paragraphs(&text);
    let (first, last) = (index(line.first.index), index(line.last));
    let cut = paragraphs(&text[line.span.0..line.span.1]);
    prop_assert_eq!(texts(&cut), texts(&all[first..=last]));
    prop_assert_eq!(cut.first().map(|cut| cut.span.0), Some(0));
    prop_assert_eq!(cut.last().map(|cut| cut.span.1), Some(line.span.1 - line.span.0));
    let before = paragraphs(&text[..line.span.0]);
    prop_assert_eq!(texts(&before), texts(&all[..first]));

    prop_assert!(is_before(&line.survivor, &line.first), "the first in corpus order stays");
    let survivor_text = decoded(input, &line.survivor);
    let survivors = oracle::paragraphs(&survivor_text, config.split);
    let survivors = &survivors[index(line.survivor.index)..=index(line.survivor_last)];
    let key = |paragraph: &Paragraph| oracle::key_text(&paragraph.text, config.matching.mode);
    prop_assert_eq!(cut.iter().map(key).collect::<Vec<_>>(), survivors.iter().map(key).collect::<Vec<_>>());
    let written = &out[&line.survivor.path];
    let records = written.split(|&byte| byte == b'\n').filter_map(oracle::record_text);
    let kept: Vec<String> = match line.survivor.record {
        Some(_) => {
            // As the survivor's document is split, which need not be how the one that lost the copy is.
            let settled = oracle::wrapping::settled(&survivor_text, config.split);
            records
                .flat_map(|text| oracle::paragraphs_as(&text, settled))
                .map(|paragraph| paragraph.text)
                .collect()
        }
        None => vec![String::from_utf8_lossy(written).into_owned()],
    };
    for survivor in survivors {
        let is_there = match line.survivor.record {
            Some(_) => kept.contains(&survivor.text),
            None if config.leaves_texts() => kept[0].contains(&survivor.text),
            None => kept[0].contains(&(survivor.text.clone() + "\n")),
        };
        prop_assert!(is_there, "{:?} is not in the output", survivor.text);
    }
    Ok(())
}

proptest! {
    #![proptest_config(law(2000))]

    /// Contract P1-P3: spans lie on character boundaries and do not overlap, and nothing but white space and
    /// what repair removes stands between them.
    #[test]
    fn spans_and_gaps_make_the_text((text, config) in (text(), split_config())) {
        let mut found = Vec::new();
        tamis::split::split(&text, Splitting::of(config, Kind::Text, &text), &mut found);
        let mut end = 0;
        for paragraph in &found {
            prop_assert!(paragraph.span.start >= end && paragraph.span.end > paragraph.span.start);
            let gap = text.get(end..paragraph.span.start);
            let gap = gap.ok_or_else(|| TestCaseError::fail("inside a character"))?;
            prop_assert!(is_nothing(gap, config), "{gap:?} is lost");
            prop_assert!(text.get(paragraph.span.range()).is_some_and(|body| !is_nothing(body, config)));
            end = paragraph.span.end;
        }
        prop_assert!(is_nothing(&text[end..], config), "{:?} is lost", &text[end..]);
    }

    /// A text cut where `cut_point` says has the same paragraphs in its two halves, with the same blank lines.
    #[test]
    fn cutting_changes_no_paragraph((text, config) in (text(), split_config()), at in any::<prop::sample::Index>()) {
        let head = &text.as_bytes()[..at.index(text.len() + 1)];
        let splitting = Splitting::of(config, Kind::Text, &text);
        let Some(cut) = tamis::split::cut_point(head, splitting) else { return Ok(()) };
        let split = |text: &str| {
            let mut found = Vec::new();
            let blank_after = tamis::split::split(text, splitting, &mut found);
            (found, blank_after)
        };
        let (whole, whole_after) = split(&text);
        let (mut left, left_after) = split(&text[..cut]);
        let (mut right, mut after) = split(&text[cut..]);
        for paragraph in &mut right {
            paragraph.span = paragraph.span.shifted(cut);
        }
        match right.first_mut() {
            Some(first) => first.blank_before |= left_after,
            None => after |= left_after,
        }
        left.extend(right);
        prop_assert_eq!((left, after), (whole, whole_after), "cut at {}", cut);
    }
}

/// Whether a stretch of text holds nothing that is written: white space, and what repair removes; without
/// repair, byte order marks that begin a line or sentence (contract D4).
fn is_nothing(text: &str, config: SplitConfig) -> bool {
    oracle::paragraphs(text, config).is_empty()
}

fn text_files(files: &[(&str, &str)]) -> Files {
    files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

/// The cleaned form of one text under a configuration.
fn cleaned(text: &str, config: &Config) -> String {
    let run = disk::clean(&text_files(&[("x.txt", text)]), config);
    String::from_utf8(run.out.get("x.txt").cloned().unwrap_or_default()).expect("UTF-8")
}

/// One line a rule: what a reader of the contract would try first.
#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn rules_in_small() {
    let with = |change: fn(&mut Config)| {
        let mut config = Config::default();
        change(&mut config);
        config
    };
    let block = with(|c| c.split.split = SplitMode::Block);
    let sentence = with(|c| c.split.split = SplitMode::Sentence);
    let plain = with(|c| c.split.repair = Repair::None);
    let plain_block = with(|c| c.split = SplitConfig { split: SplitMode::Block, repair: Repair::None });
    let exact = with(|c| c.matching.mode = MatchMode::Exact);
    let loose = with(|c| c.matching.mode = MatchMode::Loose);
    let short = with(|c| c.matching.min_chars = 3);
    let all = with(|c| c.matching.min_chars = 0);
    let markdown = with(|c| c.split.split = SplitMode::Markdown);
    let basic = Config::default();
    for (rule, config, text, expected) in [
        ("P1", &basic, "a\r\nb\rc\n", "a\nb\nc\n"),
        ("P1 CR CR LF, separators", &basic, "a\r\r\nb\u{2028}c\u{2029}d", "a\nb\nc\nd\n"),
        ("P2 line", &basic, "a\nb\n\na\n", "a\nb\n"),
        ("P2 auto, not wrapped", &basic, "a\nb\n\na\n", "a\nb\n"),
        (
            "P2 auto, wrapped",
            &basic,
            "It was said that the bridge would not be open before the end of\nthe year.\n\nthe year.\n",
            "It was said that the bridge would not be open before the end of\nthe year.\n\nthe year.\n",
        ),
        ("P2 block", &block, "a\nb\n\na\n\n\na\rb\n", "a\nb\n\na\n"),
        ("P2 sentence", &sentence, "甲。乙。甲。\n", "甲。\n乙。\n"),
        ("P3", &basic, "\u{feff}\u{feff}a\u{b}b\u{7}\tc\u{3000}\n", "a b\tc\n"),
        ("P3 word breaks", &basic, "ขาย\u{200b}ดี a\u{200b}b\u{200b}\n", "ขาย\u{200b}ดี ab\n"),
        ("P3 escapes", &basic, "\u{1b}[1mred\u{1b}[0m\n\u{1b}]0;t\u{7}\nred\n", "red\n"),
        ("P3 none", &plain, "a\u{b}b\u{7} \n \n\u{200b}\n", "a\u{b}b\u{7} \n\n\u{200b}\n"),
        (
            "D4 none",
            &plain,
            "\u{feff}a\n\u{feff}b\u{feff}\n\u{feff} \n\u{feff}\u{feff}c\n",
            "a\nb\u{feff}\n\nc\n",
        ),
        ("D4 none block", &plain_block, "\u{feff}\u{feff}a\n\u{feff}b\n\u{feff}\nc\n", "a\n\u{feff}b\n\nc\n"),
        ("P4", &basic, "\n\na\n\n\na\n\nb\nc\n\n", "a\n\nb\nc\n"),
        ("P5", &basic, " \n\u{3000}", ""),
        ("P5 layout stays with text", &basic, "a\n---\na\n---\n", "a\n---\n---\n"),
        ("P5 layout stays by itself", &basic, "---\n---\n", "---\n---\n"),
        ("I1 canonical", &basic, "ＡＩ\u{3000}x\n AI x\nai x\nA\u{ad}I x\n", "ＡＩ\u{3000}x\nai x\n"),
        ("I1 invisible characters first", &basic, "a  b\na \u{200e} b\n\u{200e} a b\u{200e}\n", "a  b\n"),
        ("I1 numbers", &basic, "10⁶ 5½ ①\n106 51⁄2 1\n５㎡\n5m2\n", "10⁶ 5½ ①\n106 51⁄2 1\n５㎡\n"),
        (
            "I1 flags",
            &basic,
            "🏴\u{e0067}\u{e007f}\n🏴\u{e0068}\u{e007f}\n🏴\n",
            "🏴\u{e0067}\u{e007f}\n🏴\u{e0068}\u{e007f}\n🏴\n",
        ),
        (
            "I1 wrapping",
            &block,
            "今天下雨。\n\n今天\n下雨。\n\n今天下\r\n雨\n。\n\nto\nday\n\ntoday\n",
            "今天下雨。\n\nto\nday\n\ntoday\n",
        ),
        ("I1 exact", &exact, "ＡＩ\nAI\n AI\u{7}\n", "ＡＩ\nAI\n"),
        ("I1 loose", &loose, "苹果 AI！\n苹果AI\nai苹果\n", "苹果 AI！\nai苹果\n"),
        (
            "I1 loose numbers",
            &loose,
            "1.5% -5 $5\n15 5 5\n1.5 % −5 $5\n",
            "1.5% -5 $5\n15 5 5\n1.5 % −5 $5\n",
        ),
        ("I1 loose symbols", &loose, "👍\n😡\n👍！\n——\n**\n**\n", "👍\n😡\n👍！\n——\n**\n**\n"),
        ("I4", &short, "ab\nab\nabc\nabc\n", "ab\nab\nabc\n"),
        ("I4 counts text", &short, "a-b!\na-b!\n一二三\n一二三\n", "a-b!\na-b!\n一二三\n"),
        ("I4 by default", &basic, "***\n***\n👍\n👍\n1\n1\n", "***\n***\n👍\n1\n"),
        ("I4 of none", &all, "***\n***\n", "***\n"),
        ("P2 markdown", &markdown, "- a\n  - b\n- a\n```\na\n\n```\n  - b\n", "- a\n  - b\n```\na\n\n```\n"),
        ("numbers mean something", &loose, "报7.1234元\n报6.9876元\n", "报7.1234元\n报6.9876元\n"),
    ] {
        assert_eq!(cleaned(text, config), expected, "contract {rule}");
    }
}

/// Contract P4 and O4, one line a case: what a record comes to beside one that holds `甲`.
#[test]
fn records_in_small() {
    let with = |change: fn(&mut Config)| {
        let mut config = Config::default();
        change(&mut config);
        config
    };
    let basic = Config::default();
    let block = with(|c| c.split.split = SplitMode::Block);
    let sentence = with(|c| c.split.split = SplitMode::Sentence);
    let plain = with(|c| c.split.repair = Repair::None);
    for (config, record, expected) in [
        // Nothing goes and nothing is repaired: the line as it came.
        (&basic, r#"{"text":"a"}"#, r#"{"text":"a"}"#),
        (&basic, r#"{"text":"\n\na\r\n\r\r\nb\n\n"}"#, r#"{"text":"\n\na\r\n\r\r\nb\n\n"}"#),
        (
            &basic,
            r#" {"text" : "\u4e2d\/\u0061\ud83d\ude00" } "#,
            r#" {"text" : "\u4e2d\/\u0061\ud83d\ude00" } "#,
        ),
        (&block, r#"{"text":"a\r\nb\rc\n"}"#, r#"{"text":"a\r\nb\rc\n"}"#),
        (&sentence, r#"{"text":"One. Two.\u3000Three.\n"}"#, r#"{"text":"One. Two.\u3000Three.\n"}"#),
        (&plain, r#"{"text":" a\u0007 \n \nb"}"#, r#"{"text":" a\u0007 \n \nb"}"#),
        // A paragraph goes: the text ends with LF only if it did.
        (&basic, r#"{"text":"甲\na\/b"}"#, r#"{"text":"a/b"}"#),
        (&basic, r#"{"text":"a\n甲\n"}"#, r#"{"text":"a\n"}"#),
        (&basic, r#"{"text":"a\n甲"}"#, r#"{"text":"a"}"#),
        (&basic, r#"{"text":"a\r\n\r\n甲\rb\r"}"#, r#"{"text":"a\n\nb\n"}"#),
        (&sentence, r#"{"text":"One. 甲"}"#, r#"{"text":"One."}"#),
        (&sentence, r#"{"text":"One. Two. One."}"#, r#"{"text":"One.\nTwo."}"#),
        // A character is repaired, be it at the end of a line.
        (&basic, r#"{"text":"a\u0007\u2060"}"#, r#"{"text":"a"}"#),
        (&basic, r#"{"text":"a \n\n\nb"}"#, r#"{"text":"a\n\nb"}"#),
        (&basic, r#"{"text":"a\n \n"}"#, r#"{"text":"a\n"}"#),
        (&block, r#"{"text":"a \r\nb"}"#, r#"{"text":"a\nb"}"#),
        (&plain, r#"{"text":"\ufeffa\n"}"#, r#"{"text":"a\n"}"#),
        // What JSON has not stands where nobody has to read it.
        (
            &basic,
            r#"{"n":NaN,"text":"甲\na","m":[-Infinity,1E+2,"\ud83d"]}"#,
            r#"{"n":NaN,"text":"a","m":[-Infinity,1E+2,"\ud83d"]}"#,
        ),
    ] {
        let before = "{\"text\":\"甲\"}\n";
        for end in ["\n", "\r\n", ""] {
            let files = text_files(&[("x.jsonl", &format!("{before}{record}{end}"))]);
            let run = oracle::agree::check(&files, config).unwrap();
            let expected = format!("{before}{expected}{end}");
            assert_eq!(String::from_utf8_lossy(&run.out["x.jsonl"]), expected, "{record}{end:?}");
            assert_eq!(disk::clean(&run.out, config).out, run.out, "cleaning twice");
        }
    }
}

/// A record that is empty is a Zstandard file too: `zstdcat removed.jsonl.zst` works after every run.
#[test]
fn a_ledger_of_nothing_is_zstandard() {
    let run = disk::clean(&text_files(&[("x.txt", "x\n")]), &Config::default());
    let lines = zstd::stream::decode_all(&run.record["removed.jsonl.zst"][..]);
    assert_eq!(lines.expect("Zstandard"), b"");
}

/// Contract D4: the output has no byte order mark, not even where a U+FEFF that nothing repairs comes first
/// because the paragraph before it went. Reading it again would take the character off (promise "cleaning
/// twice").
#[test]
fn no_byte_order_mark_is_written() {
    let mut config = Config::default();
    config.split.repair = Repair::None;
    let files = text_files(&[("a.txt", "x\n"), ("b.txt", "x\n\u{feff}y\n")]);
    let out = disk::clean(&files, &config).out;
    assert!(!out["b.txt"].starts_with(b"\xef\xbb\xbf"), "{:?}", out["b.txt"].escape_ascii().to_string());
    assert_eq!(disk::clean(&out, &config).out, out);
}

/// Contract O4: every line of the output is a record. The file is read in pieces (two records and one), and
/// the texts end with blank lines.
#[test]
fn records_of_a_large_file_stand_line_by_line() {
    let record = |n: usize| format!("{{\"text\":\"{n}{}\\n\\n\"}}\n", "x".repeat(120_000));
    let files = text_files(&[("a.jsonl", &(0..3).map(record).collect::<String>())]);
    oracle::agree::check(&files, &Config::default()).map(drop).unwrap();
}

/// Contract D3: component by component as raw bytes, so that `a/…` comes before `a-b.txt`.
#[test]
fn corpus_order() {
    let order = ["A/x.txt", "a/b.txt", "a/z.txt", "a-b.txt", "a.txt", "\u{e9}.txt", "中/文.txt"];
    for pair in order.windows(2) {
        let run = disk::clean(&text_files(&[(pair[1], "x"), (pair[0], "x")]), &Config::default());
        assert_eq!(run.out, text_files(&[(pair[0], "x\n")]));
    }
}

/// Contract I3: `--scope document` looks at one document only, and a record is a document.
#[test]
fn document_scope() {
    let mut config = Config::default();
    config.decide.scope = Scope::Document;
    let record = "{\"text\":\"x\\nx\"}\n";
    let files = text_files(&[("a.txt", "x\nx\n"), ("b.txt", "x\n"), ("c.jsonl", &record.repeat(2))]);
    let once = "{\"text\":\"x\"}\n".repeat(2);
    let expected = text_files(&[("a.txt", "x\n"), ("b.txt", "x\n"), ("c.jsonl", &once)]);
    assert_eq!(disk::clean(&files, &config).out, expected);
}
