//! Markdown that is cleaned is Markdown still: what belongs together stays together (contract P2).

#![cfg(feature = "cli")]

use proptest::prelude::*;
use proptest::sample::select;
use pulldown_cmark::{Event, Options, Parser, Tag};
use tamis::Config;
use tamis::config::{Repair, SplitMode};

use crate::support::cases::cases;
use crate::support::disk;
use crate::support::files::Files;
use crate::support::packs::{compress, tar};
use crate::support::run::Run;
use crate::support::sandbox::Sandbox;

fn files<const N: usize>(files: [(&str, &str); N]) -> Files {
    files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).into()
}

fn markdown() -> Config {
    let mut config = Config::default();
    config.split.split = SplitMode::Markdown;
    config
}

/// The blocks of a text that hold lines of their own: code and its fences, tables, HTML.
fn blocks(text: &str) -> Vec<String> {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter();
    let blocks = events.filter_map(|(event, span)| match event {
        Event::Start(Tag::CodeBlock(_) | Tag::Table(_) | Tag::HtmlBlock) => {
            Some(text[span].trim_end().to_owned())
        }
        _ => None,
    });
    blocks.collect()
}

const GUIDE: &str = "\
---
title: Guide
tags: [a, b]
---

# Install

Run this:

```sh
make

make install
```

- first
  - second
    ```sh
    make
    ```
  - third

| option | meaning |
|--------|---------|
| `-v`   | verbose |

Done.
---

    indented code
      stays as it is
";

const OTHER: &str = "\
---
title: Other
tags: [a, b]
---

# Install

Run this:

```sh
make

make uninstall
```

- first
  - fourth

| option | meaning |
|--------|---------|
| `-q`   | quiet   |

Done.
---

    indented code
      stays as it is
";

/// Contract P2: files that are named so are Markdown; what is a copy goes as a whole, and what stays parses as before.
#[test]
fn a_file_that_is_named_so_parses_as_before() {
    let corpus = files([("a.md", GUIDE), ("b.markdown", OTHER)]);
    let run = disk::clean(&corpus, &Config::default());
    assert_eq!(run.text("a.md"), GUIDE, "byte for byte where nothing goes");
    let expected = "\
---
title: Other
tags: [a, b]
---

```sh
make

make uninstall
```

  - fourth

| option | meaning |
|--------|---------|
| `-q`   | quiet   |
";
    assert_eq!(run.text("b.markdown"), expected);
    let twice = disk::clean(&run.out, &Config::default());
    assert_eq!(twice.out, run.out);
}

/// Contract P2, D1: compression, archives and standard input make no difference, and other names are other text.
#[test]
fn a_name_counts_under_compression_and_in_archives() {
    let text = "```\na\n```\n\na\n\n```\nb\n```\n\na\n";
    let kept = "```\na\n```\n\na\n\n```\nb\n```\n";
    let sandbox = Sandbox::new();
    sandbox.file("in/a.MD.gz", compress("gz", text.as_bytes()));
    sandbox.file("b/a.tar", tar(&[("x/b.mkd", text.as_bytes().to_vec())]));
    sandbox.file("c/c.txt", text);
    for input in ["in", "b", "c"] {
        sandbox.tamis(&["clean", input, "--out", &format!("out-{input}"), "--to", "txt"]).exits(0);
    }
    let only = |directory: &str| {
        let files = disk::read_files(&sandbox.path(directory));
        assert_eq!(files.len(), 1, "{files:?}");
        files.into_values().map(|bytes| String::from_utf8(bytes).expect("UTF-8")).next().expect("a file")
    };
    assert_eq!(only("out-in"), kept);
    assert_eq!(only("out-b"), kept);
    assert_eq!(only("out-c"), "```\na\n```\n\n```\nb\n```\n", "lines of a text that is no Markdown");
    sandbox.tamis(&["clean", "c", "--out", "out-d", "--split", "markdown"]).exits(0);
    assert_eq!(only("out-d"), kept);
    sandbox.tamis(&["clean", "in", "--out", "out-e", "--split", "line", "--to", "txt"]).exits(0);
    assert_eq!(only("out-e"), "```\na\n```\n\n```\nb\n```\n");
}

/// Contract P2, D2: a parser needs the whole document, so that one that is too long is rejected by name, however it comes.
#[test]
fn markdown_that_is_too_long_is_rejected_by_name() {
    let long = |n: usize| {
        let items: Vec<String> = (0..n).map(|n| format!("- line {n}\n  ```\n  code\n  ```\n")).collect();
        items.concat()
    };
    let sandbox = Sandbox::new();
    sandbox.file("in/a.md", long(40_000));
    sandbox.file("in/b.md", long(100));
    sandbox.file("in/c.txt", long(40_000));
    sandbox.file("in/d.md.gz", compress("gz", long(40_000).as_bytes()));
    let ran =
        sandbox.tamis(&["clean", "in", "--out", "out", "--max-document-size", "1MB", "--split", "auto"]);
    ran.exits(3).says(&["rejected a.md: longer than 1000000 bytes", "c.txt", "d.md.gz"]);
    let ran = sandbox.tamis(&["clean", "in", "--out", "all"]);
    ran.exits(0);
    assert!(disk::read_files(&sandbox.path("all")).contains_key("a.md"), "it is read whole");
}

/// Contract O4: `--split markdown` is about the text of records too.
#[test]
fn records_can_hold_markdown() {
    let record = |text: &str| serde_json::json!({ "text": text }).to_string() + "\n";
    let corpus = files([("a.jsonl", &(record("```\na\n```\nb") + &record("```\na\n\nc\n```\nb\nd")))]);
    let run = disk::clean(&corpus, &markdown());
    let texts: Vec<String> = run
        .text("a.jsonl")
        .lines()
        .map(|line| {
            let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
            record["text"].as_str().expect("a string").trim_end().to_owned()
        })
        .collect();
    assert_eq!(texts, ["```\na\n```\nb", "```\na\n\nc\n```\nd"]);
}

/// Contract I4: an ordinary tree of documents passes a gate.
#[test]
fn a_gate_over_documents_passes() {
    let sandbox = Sandbox::new();
    for (name, text) in [("a", "one"), ("b", "two"), ("c", "three")] {
        let text = format!(
            "---\ntitle: {text}\n---\n\n# Page {text}\n\n```\nrun {text}\n```\n\n---\n\n| {text} |\n|---|\n| {text} 1 |\n\n* * *\n"
        );
        sandbox.file(format!("docs/{name}.md"), text);
    }
    sandbox.tamis(&["check", "docs", "--max-duplicates", "0"]).exits(0);
    sandbox.file("docs/d.md", "# Page one\n");
    sandbox.tamis(&["check", "docs", "--max-duplicates", "0"]).exits(1);
}

/// Pieces of which documents are made that hold every kind of block, and some that belong to none.
const PIECES: [&str; 30] = [
    "---\na: b\n---\n",
    "# a\n",
    "a\n",
    "a  \n",
    "b\n===\n",
    "- a\n",
    "  - b\n",
    "\t- c\n",
    "1. a\n   b\n",
    "> a\n",
    "> ```\n> a\n> ```\n",
    "```\na\n\nb\n```\n",
    "~~~ x\n a\n~~~\n",
    "    a\n\n      b\n",
    "| a | b |\n|---|---|\n| c | d |\n",
    "<div>\na\n</div>\n",
    "<!-- a\n\nb -->\n",
    "***\n",
    "---\n",
    "\n",
    "\n",
    "\n",
    "```\n",
    "今天\n",
    "\u{3000}今天\n",
    "a\u{7}\n",
    "```\r\na\r\n```\r\n",
    "  ```\n  a\n  ```\n",
    "[a]: b\n",
    "`a` **b** [c](d)\n",
];

fn document() -> impl Strategy<Value = String> {
    proptest::collection::vec(select(&PIECES[..]), 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..cases(300) })]

    /// Contract P2, P3: nothing but white space and what repair removes stands between paragraphs, and a block of the
    /// parser is in one of them.
    #[test]
    fn paragraphs_hold_everything_and_cut_no_block(text in document()) {
        use tamis::document::Kind;
        use tamis::split::{Splitting, split};
        let mut found = Vec::new();
        split(&text, Splitting::of(markdown().split, Kind::Text, &text), &mut found);
        let mut end = 0;
        for paragraph in &found {
            let gap = &text[end..paragraph.span.start];
            prop_assert!(gap.chars().all(|c| c.is_whitespace() || c.is_control()), "{gap:?} is lost of {text:?}");
            end = paragraph.span.end;
        }
        prop_assert!(text[end..].chars().all(|c| c.is_whitespace() || c.is_control()), "{text:?}");
        if !text.starts_with("---") {
            for (event, span) in Parser::new_ext(&text, Options::ENABLE_TABLES).into_offset_iter() {
                if let Event::Start(Tag::CodeBlock(_) | Tag::Table(_) | Tag::HtmlBlock) = event {
                    let body = text[span.clone()].trim_end();
                    let holds = |p: &tamis::document::Paragraph| p.span.start <= span.start && p.span.end >= span.start + body.len();
                    prop_assert!(found.iter().any(holds), "{body:?} of {text:?}");
                }
            }
        }
    }

    /// A document that loses nothing has the blocks that it had. Cleaning twice changes nothing, unless what is left
    /// reads as other blocks than it did beside what was removed.
    #[test]
    fn what_loses_nothing_has_its_blocks(text in document()) {
        let corpus = files([("a.md", &text)]);
        let run: Run = disk::clean(&corpus, &Config::default());
        if reads_as_it_did(&text, &run) {
            let twice = disk::clean(&run.out, &Config::default());
            prop_assert_eq!(&twice.out, &run.out, "{:?}", text);
        }
        // The parser asked here knows no front matter.
        if run.summary.num_removed() == 0 && !run.out.is_empty() && !text.starts_with("---") {
            let ends = text.replace("\r\n", "\n").replace('\u{7}', "");
            let without_runs = |blocks: Vec<String>| blocks.into_iter().map(|block| block.replace("\n\n", "\n")).collect::<Vec<_>>();
            prop_assert_eq!(without_runs(blocks(run.text("a.md"))), without_runs(blocks(&ends)), "{:?}", text);
        }
    }
}

/// Whether what was kept of a text is read as the paragraphs that were kept.
fn reads_as_it_did(text: &str, run: &Run) -> bool {
    let mut is_removed = vec![false; paragraphs(text).len()];
    let exact = run.lines().into_iter().map(|line| (line.first.index, line.last));
    let layout = run.layouts().into_iter().map(|line| (line.first.index, line.last));
    for (first, last) in exact.chain(layout) {
        for index in first..=last {
            is_removed[usize::try_from(index).expect("a small number")] = true;
        }
    }
    let before = paragraphs(text).into_iter().zip(is_removed);
    let kept: Vec<String> = before.filter(|(_, is_removed)| !is_removed).map(|(text, _)| text).collect();
    kept == run.out.get("a.md").map_or_else(Vec::new, |_| paragraphs(run.text("a.md")))
}

/// The paragraphs of a Markdown text, as repair leaves their lines.
fn paragraphs(text: &str) -> Vec<String> {
    use tamis::document::Kind;
    use tamis::split::{Splitting, split};
    let mut found = Vec::new();
    split(text, Splitting::of(markdown().split, Kind::Text, text), &mut found);
    let repaired = |text: &str| text.replace("\r\n", "\n").replace('\u{7}', "");
    found.into_iter().map(|paragraph| repaired(&text[paragraph.span.range()])).collect()
}

/// Contract P3: without repair, lines of Markdown are written as they stand.
#[test]
fn without_repair_lines_stand_as_they_are() {
    let mut config = markdown();
    config.split.repair = Repair::None;
    let text = "  a\u{7} \n```\n b\u{200b}\t\n```\n";
    assert_eq!(disk::clean(&files([("a.md", text)]), &config).text("a.md"), text);
}
