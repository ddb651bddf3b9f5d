//! The reports of `check`: each is what its readers take it for (SARIF by the standard's schema, JUnit by an XML
//! parser, commands as GitHub's runner reads them), and whatever an input is called or holds comes back out of it as
//! it was and is nothing but text.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test: it reads its data, and fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::time::Instant;

use proptest::prelude::*;
use proptest::sample::select;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde_json::Value;
use tamis::decide::Rule;
use tamis::report::{CheckReport, Location, Measured, Problem, ProblemKind, ReportFormat};
use tamis::store::path;

use crate::support::cases::cases;
use crate::support::problems::{location, rejected, rendered, repeated, report};

/// Names and texts that mean something to some reader.
const HOSTILE: [&str; 18] = [
    "::error file=x::y",
    "##[add-mask]z",
    "##vso[task.complete]",
    "%0A::error::x",
    "\u{1b}[2J",
    "a\u{202e}txt.exe",
    "]]><x/>&amp;\"'",
    "| a | b |\\|",
    "`code``",
    "</code></details><script>",
    "[x](https://example.org) ![y](z)",
    "{0} {{1}}",
    "line\nbreak\r\ttab",
    "\u{fffe}\u{ffff}\0",
    "## heading\n- item\n# x",
    "@someone #12 *bold* _it_ ~~s~~",
    "澜湾市 第三版，全文。",
    "a:b,c=d;e%",
];

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A name or text as people see it. What breaks up a runner's command is undone.
fn shown(bytes: &[u8]) -> String {
    calm(&path::printable_bytes(bytes))
}

fn calm(text: &str) -> String {
    text.replace("\\u{23}", "#")
}

/// Neither control characters nor those that reorder a line.
fn is_plain(text: &str) -> bool {
    !text.contains(|c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c))
}

fn text(format: ReportFormat, problems: &[Problem]) -> String {
    rendered(format, &report(problems), problems)
}

/// Path, message and level of every problem of a report, as its reader finds them.
type Found = Vec<(String, String, String)>;
type Reader = fn(&str) -> Found;

fn in_json(text: &str) -> Found {
    let document = json(text);
    assert_eq!(document["schema"], "tamis.check/1");
    let problems = document["problems"].as_array().unwrap();
    assert_eq!(
        problems.len(),
        text.lines().filter(|line| line.starts_with("{\"kind\":")).count(),
        "a line each"
    );
    let told = |problem: &Value| {
        let path = path::from_lossless(problem["location"]["file"].as_str().unwrap());
        let message = problem["rejection"]["detail"].as_str().or(problem["excerpt"].as_str()).unwrap();
        (shown(&path), shown(message.as_bytes()), problem["kind"].as_str().unwrap().to_owned())
    };
    problems.iter().map(told).collect()
}

fn valid_sarif(text: &str) -> Value {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/sarif-2.1.0.schema.json");
    let schema = json(&std::fs::read_to_string(schema).unwrap());
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let report = json(text);
    let errors: Vec<_> =
        validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    report
}

fn in_sarif(text: &str) -> Found {
    let run = &valid_sarif(text)["runs"][0];
    let told = |result: &Value| {
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(run["tool"]["driver"]["rules"][index(&result["ruleIndex"])]["id"], result["ruleId"]);
        let message = result["message"]["text"].as_str().unwrap();
        assert!(!message.replace("](1)", "").contains("]("), "a link: {message}");
        let message = message.replace("{{", "{").replace("}}", "}").replace("] (", "](");
        let path = percent_decoded(place["uri"].as_str().unwrap());
        (shown(&path), calm(&message), result["level"].as_str().unwrap().to_owned())
    };
    run["results"].as_array().unwrap().iter().map(told).collect()
}

fn index(number: &Value) -> usize {
    usize::try_from(number.as_u64().unwrap()).unwrap()
}

fn percent_decoded(uri: &str) -> Vec<u8> {
    let mut bytes = uri.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        assert!(byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte), "{uri}");
        let hex = |bytes: &mut std::str::Bytes| char::from(bytes.next().unwrap()).to_digit(16).unwrap();
        let byte = if byte == b'%' { hex(&mut bytes) * 16 + hex(&mut bytes) } else { u32::from(byte) };
        decoded.push(u8::try_from(byte).unwrap());
    }
    decoded
}

fn in_junit(text: &str) -> Found {
    let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let count =
        |name: &str| document.root().descendants().filter(|node| node.has_tag_name(name)).count().to_string();
    let root = document.root_element();
    assert_eq!(root.attribute("tests"), Some(count("testcase").as_str()));
    assert_eq!(root.attribute("failures"), Some(count("failure").as_str()));
    assert_eq!(root.attribute("skipped"), Some(count("skipped").as_str()));
    let cases = document.root().descendants().filter(|node| node.attribute("file").is_some());
    let told = |case: roxmltree::Node| {
        let verdict = case.first_element_child().unwrap();
        assert!(verdict.attribute("message").unwrap().starts_with(case.attribute("name").unwrap()));
        let attribute = |node: roxmltree::Node, name| calm(node.attribute(name).unwrap());
        (attribute(case, "file"), attribute(verdict, "message"), verdict.tag_name().name().to_owned())
    };
    cases.map(told).collect()
}

fn in_gitlab(text: &str) -> Found {
    let report = json(text);
    let mut fingerprints = BTreeSet::new();
    let mut told = |issue: &Value| {
        assert!(fingerprints.insert(issue["fingerprint"].to_string()), "twice: {issue}");
        assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
        assert!(["major", "minor"].map(Value::from).contains(&issue["severity"]));
        let string = |value: &Value| calm(value.as_str().unwrap());
        (string(&issue["location"]["path"]), string(&issue["description"]), string(&issue["check_name"]))
    };
    report.as_array().unwrap().iter().map(&mut told).collect()
}

/// A line as GitHub's runner reads it: the command, its properties and its message.
fn command(line: &str) -> Option<(String, BTreeMap<String, String>, String)> {
    let undone = |text: &str, more: &[(&str, &str)]| {
        let all = [("%0D", "\r"), ("%0A", "\n")].iter().chain(more).chain(&[("%25", "%")]);
        all.fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    let (head, message) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let properties = properties.split(',').map(|property| property.split_once('=').unwrap());
    let properties = properties
        .map(|(key, value)| (key.to_owned(), undone(value, &[("%3A", ":"), ("%2C", ",")])))
        .collect();
    Some((name.to_owned(), properties, undone(message, &[])))
}

fn in_github(text: &str) -> Found {
    let commands = text.lines().filter_map(command);
    let told = commands.filter_map(|(name, properties, message)| {
        assert!(["error", "warning", "notice"].contains(&name.as_str()), "{name}");
        assert!(properties.keys().all(|key| ["file", "line", "endLine", "title"].contains(&key.as_str())));
        Some((calm(properties.get("file")?), calm(&message), name))
    });
    told.collect()
}

/// The items of the list of all problems: their text, and nothing in them is markup of an input's.
fn in_markdown(text: &str) -> Vec<String> {
    let mut items = Vec::new();
    let mut item = None::<String>;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Item) => item = Some(String::new()),
            Event::End(TagEnd::Item) => items.extend(item.take().map(|text| calm(&text))),
            Event::Text(text) | Event::Code(text) => {
                if let Some(item) = &mut item {
                    item.push_str(&text);
                }
            }
            Event::InlineHtml(html) => assert!(["<code>", "</code>"].contains(&&*html), "{html}"),
            Event::Html(html) => {
                let known = [
                    "<details>",
                    "</details>",
                    "<summary>All problems</summary>",
                    "<summary>The first problems</summary>",
                ];
                assert!(known.contains(&html.trim()), "{html}");
            }
            Event::Start(
                Tag::Link { .. } | Tag::Image { .. } | Tag::Emphasis | Tag::Strong | Tag::CodeBlock(_),
            ) => {
                panic!("markup: {text}")
            }
            _ => {}
        }
    }
    items
}

/// Every format is told these problems, and tells them.
fn come_back(problems: &[Problem], expected: &[(String, String)]) {
    let xml = |text: &str| text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
    let readers: [(ReportFormat, Reader); 5] = [
        (ReportFormat::Json, in_json),
        (ReportFormat::Sarif, in_sarif),
        (ReportFormat::Junit, in_junit),
        (ReportFormat::Gitlab, in_gitlab),
        (ReportFormat::Github, in_github),
    ];
    for (format, reader) in readers {
        let output = text(format, problems);
        assert!(format == ReportFormat::Json || is_plain(&output), "{output:?}");
        let mut found = reader(&output);
        let mut wanted: Vec<_> = expected.iter().map(|(path, message)| (xml(path), xml(message))).collect();
        if format == ReportFormat::Github {
            // The worst come first.
            found.sort();
            wanted.sort();
        }
        assert_eq!(found.len(), wanted.len(), "{format}: {output}");
        for ((path, message, _), (wanted_path, wanted_message)) in found.iter().zip(&wanted) {
            assert_eq!(&xml(path), wanted_path, "{format}");
            assert!(
                xml(message).contains(wanted_message.as_str()),
                "{format}: {message:?} {wanted_message:?}"
            );
        }
    }
    let markdown = text(ReportFormat::Markdown, problems);
    let items = in_markdown(&markdown);
    assert!(is_plain(&markdown));
    let all = &items[items.len() - problems.len()..];
    for (item, (path, message)) in all.iter().zip(expected) {
        assert!(
            item.contains(path.as_str()) && item.contains(message.as_str()),
            "{item:?} {path:?} {message:?}"
        );
    }
    let text = text(ReportFormat::Text, problems);
    assert!(is_plain(&text) && text.lines().all(|line| command(line).is_none()), "{text:?}");
    assert!(
        problems.len() > 5 || expected.iter().all(|(path, _)| calm(&text).contains(path.as_str())),
        "{text}"
    );
}

fn fragments() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        select(&HOSTILE[..]).prop_map(str::to_owned),
        any::<String>(),
        "[a-z]{1,8}".prop_map_into()
    ];
    prop::collection::vec(fragment, 1..4).prop_map(|parts| parts.concat())
}

fn paths() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        3 => fragments().prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 1..12),
    ];
    // Not absolute, and without `./` before it, which is left out.
    part.prop_map(|part| [b"corpus/", part.as_slice()].concat())
}

proptest! {
    #![proptest_config(cases(120))]

    #[test]
    fn whatever_inputs_are_called_and_hold_comes_back(told in prop::collection::vec((paths(), fragments()), 0..4)) {
        // What is wrong with an input is told in full.
        let problems: Vec<_> = told.iter().enumerate().map(|(number, (path, detail))| {
            Problem { occurrence: number as u64, ..rejected(path, detail) }
        }).collect();
        let expected: Vec<_> = told.iter().map(|(path, detail)| (shown(path), shown(detail.as_bytes()))).collect();
        come_back(&problems, &expected);
    }

    // Only the beginning of a text is shown.
    #[test]
    fn texts_are_nothing_but_text(excerpts in prop::collection::vec(fragments(), 0..4)) {
        let problems: Vec<_> = excerpts.iter().enumerate().map(|(number, excerpt)| {
            Problem { occurrence: number as u64, ..repeated(b"a", excerpt) }
        }).collect();
        come_back(&problems, &vec![("a".to_owned(), String::new()); problems.len()]);
    }
}

#[test]
fn survivors_of_earlier_runs_are_no_places_of_this_one() {
    for (run, name) in
        [("2026-11-20", "2026-11-20"), ("a{0}]\u{1b}(1)\n::error::x", "a{0}]\\u{1b}(1)\\u{a}::error::x")]
    {
        let survivor = Location {
            run: Some(run.to_owned()),
            paragraphs: Some((1, 7)),
            ..location(b"corpus/site/ferry.txt")
        };
        let problem = Problem { survivor: Some(survivor), ..repeated(b"corpus/a.txt", "x") };
        let said = format!("already in {name}/corpus/site/ferry.txt, paragraphs 1-7 (7 paragraphs");
        let readers: [(ReportFormat, Reader); 4] = [
            (ReportFormat::Sarif, in_sarif),
            (ReportFormat::Junit, in_junit),
            (ReportFormat::Gitlab, in_gitlab),
            (ReportFormat::Github, in_github),
        ];
        for (format, reader) in readers {
            let report = text(format, std::slice::from_ref(&problem));
            let found = reader(&report);
            assert!(is_plain(&report) && found.len() == 1, "{format}: {report}");
            assert!(found[0].1.contains(&said), "{format}: {}", found[0].1);
        }
        let report = text(ReportFormat::Markdown, std::slice::from_ref(&problem));
        let items = in_markdown(&report);
        assert!(items.iter().all(|item| item.contains(&said)) && !items.is_empty(), "{items:?}");
        assert!(text(ReportFormat::Text, std::slice::from_ref(&problem)).contains(&said));
        let report = text(ReportFormat::Sarif, std::slice::from_ref(&problem));
        let result = &valid_sarif(&report)["runs"][0]["results"][0];
        assert!(result.get("relatedLocations").is_none(), "{result}");
        let report = json(&text(ReportFormat::Json, &[problem]));
        assert_eq!(report["problems"][0]["survivor"]["run"], run);
    }
}

#[test]
fn what_nothing_stays_for_is_told_without_a_place() {
    for kind in ProblemKind::ALL.into_iter().filter(|kind| matches!(kind, ProblemKind::Removed(_))) {
        let problem = Problem { kind, survivor: None, ..repeated(b"corpus/a.txt", "a line of every page") };
        let ProblemKind::Removed(rule) = kind else { continue };
        let claim = rule.wording(false).claim;
        let said = format!("corpus/a.txt:3-9: {claim} (7 paragraphs, 1.2 kB): “a line of every page”");
        let readers: [(ReportFormat, Reader); 4] = [
            (ReportFormat::Sarif, in_sarif),
            (ReportFormat::Junit, in_junit),
            (ReportFormat::Gitlab, in_gitlab),
            (ReportFormat::Github, in_github),
        ];
        let output = |format| text(format, std::slice::from_ref(&problem));
        for (format, reader) in readers {
            let found = reader(&output(format));
            assert_eq!(
                (found[0].0.as_str(), found[0].1.as_str()),
                ("corpus/a.txt", said.as_str()),
                "{format}"
            );
        }
        // Text names the worst places of limits, and no limit counts what nothing stays for.
        assert_eq!(output(ReportFormat::Text).contains(&said), rule.has_survivor());
        let items = in_markdown(&output(ReportFormat::Markdown));
        let said = said.replace(['“', '”'], "");
        assert!(!items.is_empty() && items.iter().all(|item| *item == said), "{items:?} {said:?}");
        let result = &valid_sarif(&output(ReportFormat::Sarif))["runs"][0]["results"][0];
        assert!(result.get("relatedLocations").is_none() && result["ruleId"] == kind.name(), "{result}");
        let told = &json(&output(ReportFormat::Json))["problems"][0];
        assert!(told.get("survivor").is_none() && told["kind"] == kind.name(), "{told}");
    }
}

#[test]
fn hostile_names_and_texts() {
    let mut names: Vec<Vec<u8>> = HOSTILE.iter().map(|name| format!("corpus/{name}").into_bytes()).collect();
    names.extend(["::error::x", "-", "a b"].map(|name| name.as_bytes().to_vec()));
    names.push(b"corpus/\xff\xfe\\xff".to_vec());
    names.push(format!("corpus/{}.txt", "很长的目录/".repeat(30)).into_bytes());
    let problems: Vec<_> = names.iter().map(|name| rejected(name, "not JSON")).collect();
    let expected: Vec<_> = names.iter().map(|name| (shown(name), "not JSON".to_owned())).collect();
    for (problem, expected) in problems.into_iter().zip(expected) {
        come_back(&[problem], &[expected]);
    }
    for hostile in HOSTILE {
        let problem = repeated(b"corpus/site/ferry.txt", hostile);
        let excerpt = hostile.trim_end().replace(['\n', '\t'], " ");
        for format in [ReportFormat::Text, ReportFormat::Github, ReportFormat::Gitlab, ReportFormat::Junit] {
            let output = text(format, std::slice::from_ref(&problem));
            assert!(is_plain(&output), "{output:?}");
        }
        let found = in_github(&text(ReportFormat::Github, std::slice::from_ref(&problem)));
        assert!(found[0].1.contains(&format!("“{}”", shown(excerpt.as_bytes()))), "{found:?}");
    }
}

#[test]
fn what_a_person_reads() {
    let problems =
        [repeated(b"corpus/site/ferry.txt", "渡轮每日三班。\n"), rejected(b"corpus/x.jsonl", "not JSON")];
    let mut report = report(&problems);
    report.limits.push(Measured {
        name: "max-duplicate-ratio",
        what: "duplicate text",
        found: 22_300,
        of: Some(61_200),
        limit: "0.05".into(),
        is_broken: true,
        worst: Vec::new(),
    });
    (report.num_known, report.compared) = (12, Some("baseline tamis-baseline.json".into()));
    assert_eq!(
        rendered(ReportFormat::Text, &report, &problems),
        "\
documents                0
paragraphs               0   0 B of text
problems                 1   repeated paragraphs
                         1   rejected input or record
known                   12   not counted: baseline tamis-baseline.json
FAIL 1 duplicate paragraph (limit 0, --max-duplicates)
  - corpus/site/ferry.txt:3-9: repeats corpus/dump/a1f09c.txt:1-7 (7 paragraphs, 1.2 kB): “渡轮每日三班。”
pass 0 near-duplicates (limit 0, --max-near-duplicates)
FAIL 1 rejected input or record (limit 0, --max-rejected)
  - corpus/x.jsonl: rejected: not JSON; repair the line; the other records of the file are read
pass 0 emptied documents (limit 0, --max-emptied)
FAIL 0.3644 of the text would be removed, 22.3 kB of 61.2 kB (limit 0.05, --max-duplicate-ratio)
check failed: 3 of 5 limits are exceeded; run `tamis clean`, repair the rejected inputs, or accept the present state \
         with --write-baseline FILE
"
    );
    let passed = CheckReport { limits: Vec::new(), num_problems: ProblemKind::ALL.map(|_| 0), ..report };
    let text = rendered(ReportFormat::Text, &passed, &[]);
    assert!(text.ends_with("\ncheck passed: no new problems\n"), "{text}");
}

#[test]
fn what_is_within_the_limits_fails_nothing() {
    let problems = [repeated(b"a", "x")];
    let mut report = report(&problems);
    report.limits[0].is_broken = false;
    report.limits[0].limit = "1".into();
    let output = |format| rendered(format, &report, &problems);
    let levels = [
        (in_github(&output(ReportFormat::Github)), "warning"),
        (in_sarif(&output(ReportFormat::Sarif)), "warning"),
        (in_junit(&output(ReportFormat::Junit)), "skipped"),
    ];
    for (found, level) in levels {
        assert_eq!(found[0].2, level);
    }
    assert!(
        output(ReportFormat::Github)
            .starts_with("::notice title=tamis check::check passed: 1 problem within")
    );
    assert_eq!(json(&output(ReportFormat::Gitlab))[0]["severity"], "minor");
    assert_eq!(json(&output(ReportFormat::Json))["passed"], true);
}

#[test]
fn places_without_lines_are_told_in_words() {
    let row = Location {
        record: Some(12),
        id: Some(serde_json::from_str("\"b#1\"").unwrap()),
        paragraphs: Some((3, 4)),
        ..location(b"a.parquet")
    };
    let member = Location { member: Some("site/b.txt".into()), lines: Some((5, 6)), ..location(b"a.zip") };
    let near = ProblemKind::Removed(Rule::NearParagraph);
    let problems = [
        Problem { location: row, kind: near, similarity: Some(0.8726), ..repeated(b"", "x") },
        Problem { location: member, ..repeated(b"", "y") },
    ];
    for (format, reader) in [(ReportFormat::Gitlab, in_gitlab as Reader), (ReportFormat::Sarif, in_sarif)] {
        let found = reader(&text(format, &problems));
        let message = "a.parquet#12 (id b#1), paragraphs 3-4: is a near-duplicate of";
        assert!(
            found[0].1.starts_with(message) && found[0].1.contains("(similarity 0.8726, 7 paragraphs"),
            "{found:?}"
        );
        assert_eq!((found[1].0.as_str(), &found[1].1[..16]), ("a.zip", "a.zip/site/b.txt"));
    }
    let run = &valid_sarif(&text(ReportFormat::Sarif, &problems))["runs"][0];
    let place = |number: usize| &run["results"][number]["locations"][0];
    assert_eq!(place(0)["logicalLocations"][0]["fullyQualifiedName"], "a.parquet#12");
    assert_eq!(place(1)["logicalLocations"][0]["name"], "site/b.txt");
    assert!(place(1)["physicalLocation"]["region"].is_null(), "lines of a member are none of the archive's");
    let related = &run["results"][1]["relatedLocations"][0]["physicalLocation"];
    assert_eq!(related["region"]["endLine"], 7);
    assert!(text(ReportFormat::Github, &problems).contains("file=a.zip,title="));
}

/// A great many problems, none of which is kept.
fn many(number: u64) -> impl Iterator<Item = Problem> {
    let problem = repeated(
        "corpus/site/渡轮/ferry-timetable-2027.txt".as_bytes(),
        &"渡轮每日三班，周末加开。".repeat(8),
    );
    (0..number).map(move |occurrence| Problem { occurrence, ..problem.clone() })
}

#[test]
fn no_more_than_readers_take() {
    let problems: Vec<_> = many(25_010).collect();
    let report = report(&problems);
    let sarif = valid_sarif(&rendered(ReportFormat::Sarif, &report, &problems));
    let run = &sarif["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), 25_000);
    let notes = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notes.contains("10 problems left out"), "{notes}");
    let github = rendered(ReportFormat::Github, &report, &problems);
    assert_eq!(in_github(&github).len(), 50);
    assert!(github.ends_with(
        "and 24,960 problems more: add --format json=FILE or --format sarif=FILE for a list of all\n"
    ));
    let markdown = rendered(ReportFormat::Markdown, &report, &problems);
    assert!(in_markdown(&markdown).len() == 105 && markdown.contains("and 24,910 problems more"));
    let long: Vec<_> = (0..200).map(|_| repeated("|".repeat(4096).as_bytes(), &"`".repeat(4096))).collect();
    assert!(text(ReportFormat::Markdown, &long).len() < 1024 * 1024);
}

/// Counts what is written.
struct Counter(std::sync::Arc<std::sync::atomic::AtomicUsize>);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.fetch_add(bytes.len(), std::sync::atomic::Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
#[ignore = "a measurement: cargo test --release --test it gate::formats -- --ignored --nocapture"]
fn a_million_problems() {
    let mut report = report(&many(5).collect::<Vec<_>>());
    report.num_problems[0] = 1_000_000;
    for format in ReportFormat::ALL {
        let bytes = std::sync::Arc::default();
        let Some(mut writer) = format.writer(Box::new(Counter(std::sync::Arc::clone(&bytes)))) else {
            continue;
        };
        let mut problem = many(1).next().unwrap();
        let start = Instant::now();
        writer.begin(&report).unwrap();
        for occurrence in 0..1_000_000 {
            problem.occurrence = occurrence;
            writer.problem(&problem).unwrap();
        }
        writer.finish(&report).unwrap();
        let megabytes = bytes.load(std::sync::atomic::Ordering::Relaxed) / 1_000_000;
        println!("{format:>9}: {:.2} s, {megabytes} MB", start.elapsed().as_secs_f64());
    }
}
