//! Contract P2, `--split auto`: how a document is split is decided by its beginning, however it is read.

use tamis::Config;
use tamis::config::SplitMode;

use crate::support::disk;
use crate::support::files::Files;
use crate::support::oracle;
use crate::support::packs;
use crate::support::prose::wrapped;
#[cfg(feature = "cli")]
use crate::support::sandbox::Sandbox;

const ENGLISH: &str = "The council said on Tuesday that the bridge over the Vell will be closed to heavy traffic until the end \
    of the year, because two of its four piers have to be built anew. Buses are to go over the old road. Nobody could say \
    what that will cost.";
const CHINESE: &str = "市政厅星期二宣布，维尔河大桥将对重型车辆封闭至年底，因为四座桥墩中有两座需要重建。公共汽车将改走旧路，\
    沿线居民可以在三个临时车站上下车。至于工程费用由谁承担，目前还没有人能够说清楚，有关部门将在下个月作出答复。";

fn text(name: &str, text: impl Into<Vec<u8>>) -> (String, Vec<u8>) {
    (name.to_owned(), text.into())
}

fn config(split: SplitMode) -> Config {
    let mut config = Config::default();
    config.split.split = split;
    config
}

/// A line that two wrapped texts have in common is a part of two sentences, and stays in both.
#[test]
fn no_line_of_a_wrapped_sentence_goes_alone() {
    let one =
        "The council met on Monday and on Tuesday, and in the end it could only\nsay what that will cost.\n";
    let two =
        "After nine hours behind closed doors none of the five members wanted to\nsay what that will cost.\n";
    let files: Files =
        [text("one.txt", one), text("two.txt", two), text("list.txt", "say what that will cost.\n")].into();
    let run = disk::clean(&files, &Config::default());
    assert_eq!(run.out, files);
    assert_eq!(run.summary.documents.blocks, 2);
    let lines = disk::clean(&files, &config(SplitMode::Line));
    assert_eq!(
        (lines.summary.num_removed(), lines.summary.documents.blocks),
        (2, 0),
        "the old way: --split line"
    );
}

/// A paragraph is a duplicate of the one that is wrapped at another margin, and of the one that is not wrapped: its
/// white space is that of canonical keys (contract I1).
#[test]
fn a_wrapped_paragraph_is_one() {
    let files: Files = [
        text("a.txt", format!("Closed\n\n{}", wrapped(ENGLISH, 72))),
        text("b.txt", format!("Bridge\n\n{}", wrapped(ENGLISH, 60))),
        text("c.txt", format!("Piers\n\n{ENGLISH}\n")),
    ]
    .into();
    let run = disk::clean(&files, &Config::default());
    assert_eq!(run.summary.num_removed(), 2);
    assert_eq!(run.out["b.txt"], b"Bridge\n");
    assert_eq!(run.out["c.txt"], b"Piers\n");
}

/// Each record of a container decides for itself.
#[test]
fn records_decide_for_themselves() {
    let record = |text: &str| serde_json::json!({ "text": text }).to_string() + "\n";
    let wrapped = wrapped(ENGLISH, 72);
    let last = wrapped.lines().last().expect("lines");
    let list = format!("Closed\n{last}\nOpen\n");
    let files: Files =
        [text("a.jsonl", record(&wrapped) + &record(&list) + &record(&wrapped) + &record(last))].into();
    let run = disk::clean(&files, &Config::default());
    assert_eq!((run.summary.documents.read, run.summary.documents.blocks), (4, 2));
    // The third is the first again, and the fourth is a line of the second; the block's last line is no copy of it.
    assert_eq!(run.summary.num_removed(), 2);
    oracle::agree::check(&files, &Config::default()).map(drop).unwrap();
}

/// A long text is read in pieces, and all of them are split as its first 64 KiB say, in every encoding and under every
/// compression.
#[test]
fn a_long_text_is_split_as_its_beginning_says() {
    for (sentence, encoding) in [
        (ENGLISH, encoding_rs::UTF_8),
        (CHINESE, encoding_rs::UTF_8),
        (CHINESE, encoding_rs::GB18030),
        (CHINESE, encoding_rs::UTF_16LE),
    ] {
        let paragraphs = (0..4000).map(|n| wrapped(&format!("{n}. {sentence}"), 70) + "\n");
        let whole: String = paragraphs.collect();
        let list = "Weather\nTraffic\n".repeat(3000);
        let bytes = |text: &str| -> Vec<u8> {
            if encoding == encoding_rs::UTF_16LE {
                let units = text.encode_utf16().flat_map(u16::to_le_bytes);
                return b"\xff\xfe".iter().copied().chain(units).collect();
            }
            encoding.encode(text).0.into_owned()
        };
        let (later, first) = (format!("{list}{list}{whole}"), format!("{whole}{list}"));
        let mut out = Vec::new();
        for (name, text) in [("later", &later), ("first", &first)] {
            let raw = bytes(text);
            let packed = packs::compress("gz", &raw);
            let files: Files = [(format!("{name}.txt"), raw)].into();
            let plain = disk::clean(&files, &Config::default());
            assert!(plain.rejected.is_empty(), "{:?}", plain.rejected);
            if encoding == encoding_rs::UTF_8 {
                oracle::agree::check(&files, &Config::default()).map(drop).unwrap();
            }
            let packed: Files = [(format!("{name}.txt.gz"), packed)].into();
            let packed = disk::clean(&packed, &Config { threads: 3, ..Config::default() });
            assert_eq!(packed.summary.paragraphs, plain.summary.paragraphs, "{name} {}", encoding.name());
            let asked = if name == "first" { SplitMode::Block } else { SplitMode::Line };
            let asked = disk::clean(&files, &config(asked));
            assert_eq!(asked.out, plain.out, "{name} {}", encoding.name());
            out.push(plain.summary.documents.blocks);
        }
        assert_eq!(out, [0, 1], "{}", encoding.name());
    }
}

/// What `auto` found is what every other program finds: `verify`, `check`, and cleaning by the mode that was found.
#[test]
fn cleaning_as_was_found_changes_nothing() {
    let files: Files = [
        text("a.txt", format!("{}\n{}", wrapped(ENGLISH, 76), wrapped(CHINESE, 76))),
        text(
            "b.txt",
            format!("{}\n{}", wrapped(ENGLISH, 72), wrapped(&ENGLISH.replace("Tuesday", "Friday"), 72)),
        ),
    ]
    .into();
    let run = disk::clean(&files, &Config::default());
    assert_eq!(run.summary.documents.blocks, 2);
    let twice = disk::clean(&run.out, &config(SplitMode::Block));
    assert_eq!(twice.out, run.out);
}

/// What one program found every other finds: places of paragraphs depend on it.
#[cfg(feature = "cli")]
#[test]
fn all_programs_split_alike() {
    let sandbox = Sandbox::new();
    let long: String = (0..2000).map(|n| wrapped(&format!("{n} times. {ENGLISH}"), 72) + "\n").collect();
    let again = wrapped(&format!("1999 times. {ENGLISH}"), 60);
    sandbox.file("in/a.txt", &long);
    sandbox.file("in/b.txt", format!("Heard before\n\n{again}\n{}", wrapped(CHINESE, 76)));
    sandbox.file("in/c.txt", "Heard before\nNot heard before\n");
    sandbox.file("in/d.jsonl", serde_json::json!({ "text": wrapped(CHINESE, 60) }).to_string() + "\n");
    let cleaned = sandbox.tamis(&["clean", "in", "--out", "out"]);
    let said = cleaned.exits(0).out();
    assert!(said.contains("hard-wrapped documents, split by blocks"), "{said}");
    sandbox.tamis(&["verify", "in", "--out", "out"]).exits(0);

    let found = String::from_utf8(sandbox.tamis(&["inspect", "in"]).exits(0).stdout.clone()).expect("text");
    assert!(found.contains("how documents are split (--split auto)\n"), "{found}");
    assert!(found.contains("  jsonl     1 hard-wrapped document, split by blocks\n"), "{found}");
    assert!(
        found.contains(
            "  text      2 of 3 documents are hard-wrapped and split by blocks, the others by lines\n"
        ),
        "{found}"
    );
    let found = sandbox.tamis(&["inspect", "in", "--json"]).exits(0).stdout.clone();
    let found: serde_json::Value = serde_json::from_slice(&found).expect("JSON");
    assert_eq!(found["methods"], serde_json::json!({"jsonl": {"block": 1}, "text": {"block": 2, "line": 1}}));

    // The paragraph of b.txt stands on lines 3 to 7 there, and is the last one of a.txt.
    let checked = sandbox.tamis(&["check", "in", "--format", "json"]);
    let checked: serde_json::Value = serde_json::from_slice(&checked.exits(1).stdout).expect("JSON");
    let last = 2 + again.lines().count();
    let json = checked.to_string();
    assert!(json.contains(&format!(r#""lines":[3,{last}]"#)), "{json}");
}
