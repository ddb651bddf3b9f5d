//! What the page gives to take away: commands, a list as CSV, a list of places to keep; and what it says of the run, of
//! what is left, and of what was rejected.
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did")]

use serde_json::{Value, json};

use super::browser::Browser;
use super::{CELLS, browser, line, report, varied};
use crate::support::lines::lines;
use crate::support::process::{Ran, TAMIS, run};
use crate::support::sandbox::Sandbox;

/// Keeps what the page gives: the next file that is downloaded, and what is copied.
const WATCH: &str = "(() => { window.given = []; window.copied = []; \
    URL.createObjectURL = (blob) => { window.given.push(blob.text()); return 'about:blank#'; }; \
    HTMLAnchorElement.prototype.click = function () { window.name = this.download; }; \
    navigator.clipboard.writeText = async (text) => { window.copied.push(text); }; })()";

fn text(browser: &mut Browser, expression: &str) -> String {
    let value = browser.value(expression);
    value.as_str().unwrap_or_else(|| panic!("{expression}: {value}")).to_owned()
}

/// Runs a command line as a reader pastes it.
fn paste(sandbox: &Sandbox, line: &str) -> Ran {
    let line = line.replacen("tamis ", &format!("'{TAMIS}' "), 1);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &line]).current_dir(sandbox.root()).stdin(std::process::Stdio::null());
    run(&mut shell)
}

#[test]
fn the_title_says_which_run_it_is_of() {
    let Some(mut browser) = browser("the_title_says_which_run_it_is_of") else { return };
    let sandbox = varied();
    browser.open(&report(&sandbox, &["--near"]), "");
    assert_eq!(text(&mut browser, "document.title"), "in – tamis report");
    assert_eq!(text(&mut browser, "document.querySelector('h1').innerText"), "tamis report · in");
    let made = text(&mut browser, "document.getElementById('made').innerText");
    let (date, version) = made.split_once(" UTC · tamis ").expect("a date and a version");
    assert_eq!((date.len(), version), ("2026-01-01 00:00".len(), env!("CARGO_PKG_VERSION")));
    let command = text(&mut browser, "document.querySelector('header .command code').innerText");
    assert_eq!(command, "tamis clean in --no-config --split line --out out --quiet --near");
    // It is the command of the run: pasted, it makes the same OUT.
    let ran = paste(&sandbox, &(command + " --force"));
    ran.exits(3);
    assert!(ran.err().contains("rejected broken.jsonl:1"), "{}", ran.err());
    browser.is_content();
}

/// Paths that a shell would take apart, a path that looks like an option, and records.
#[test]
fn commands_work_as_they_are_copied() {
    let Some(mut browser) = browser("commands_work_as_they_are_copied") else { return };
    let sandbox = Sandbox::new();
    let text_of = |n: usize| lines(3, |at| line(10 * n + at));
    let names = ["-v.txt", "it's $HOME & `ls`.txt", "a#1.txt", "b:2.txt", "e\u{301}\u{202e}.txt"];
    for (n, name) in names.iter().enumerate() {
        sandbox.file(format!("in/+{n}.txt"), text_of(n) + &format!("alone {n}\n"));
        sandbox.file(format!("in/{name}"), text_of(n) + name + "\n");
    }
    let records = (0..3).map(|n| json!({"id": "x", "text": text_of(n % 2) + "and more"}).to_string() + "\n");
    sandbox.file("in/r.jsonl", records.collect::<String>());
    let page = report(&sandbox, &[]);
    browser.open(&page, "");
    let groups = browser.value(&format!("{CELLS}.length")).as_u64().expect("a number");
    assert!(groups >= 5, "{groups}");
    let mut commands = Vec::new();
    for number in 1..=groups {
        browser.open(&page, &format!("#g{number}"));
        browser.value(WATCH);
        browser.value("document.querySelector('.detail .copy').click()");
        commands.push(text(&mut browser, "window.copied[0]"));
        // Shown is the same, but for what would move a line.
        let shown = text(&mut browser, "document.querySelector('.detail .command code').innerText");
        assert_eq!(commands.last(), Some(&shown.replace("U+202E", "\u{202e}")));
    }
    let lost =
        browser.value("[...document.querySelectorAll('#lost .command code')].map((code) => code.innerText)");
    let lost = lost.as_array().expect("commands").iter().filter_map(Value::as_str);
    commands.extend(lost.map(|command| command.replace("U+202E", "\u{202e}")));
    for command in &commands {
        let ran = paste(&sandbox, command);
        assert!(ran.exits(0).out().contains("earlier in the corpus"), "{command}: {}", ran.out());
    }
    for part in [
        "'r.jsonl#1'",
        "'r.jsonl#1:3'",
        " -- out -v.txt:0",
        "'it'\\''s $HOME & `ls`.txt:0'",
        "b:2.txt:0",
        "\u{202e}",
    ] {
        assert!(commands.iter().any(|command| command.contains(part)), "{part}: {commands:?}");
    }
    browser.is_content();
}

#[test]
fn the_filtered_list_is_a_file() {
    let Some(mut browser) = browser("the_filtered_list_is_a_file") else { return };
    let sandbox = varied();
    let page = report(&sandbox, &["--near"]);
    browser.open(&page, "");
    browser.value(WATCH);
    let csv = |browser: &mut Browser| {
        browser.value("document.getElementById('export').click()");
        let csv = text(browser, "window.given.pop()");
        assert_eq!(text(browser, "window.name"), "groups.csv");
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
        (reader.headers().expect("a head").clone(), rows)
    };
    let (head, all) = csv(&mut browser);
    assert_eq!(head.iter().skip(1).collect::<Vec<_>>()[..2], ["rule", "similarity"]);
    let groups = browser.value("JSON.parse(document.getElementById('data').textContent).groups.length");
    assert_eq!(groups, all.len(), "all pages of the list");
    browser.value("document.getElementById('filter').focus()");
    browser.type_text("博物馆");
    browser.wait_for(&format!("{CELLS}.length === 2"));
    let (_, some) = csv(&mut browser);
    let mut rules: Vec<_> = some.iter().map(|row| row[1].to_owned()).collect();
    rules.sort();
    assert_eq!(rules, ["exact-document", "near-document"]);
    let row = some.iter().find(|row| &row[1] == "near-document").expect("a row");
    assert_eq!((&row[6], &row[7]), ("a/museum.txt:0", "b/museum.txt:0"));
    assert!(row[8].starts_with("博物馆重新开放，馆长主持仪式"), "{row:?}");
    browser.is_content();
}

/// The list of places to keep is what `clean --keep-places` takes.
#[test]
fn what_is_ticked_is_kept() {
    let Some(mut browser) = browser("what_is_ticked_is_kept") else { return };
    let sandbox = varied();
    sandbox.file("in/f \"1\".txt", lines(3, |n| line(2 - n)) + "the end\n");
    sandbox.file("in/\"quoted\".txt", lines(2, line));
    let page = report(&sandbox, &["--near"]);
    assert!(!sandbox.path("out/b/museum.txt").exists() && !sandbox.path("out/e/lines.txt").exists());
    browser.open(&page, "");
    assert_eq!(browser.value("document.getElementById('keep').hidden"), json!(true));
    let total = browser.value("JSON.parse(document.getElementById('data').textContent).groups.length");
    for number in 1..=total.as_u64().expect("a number") {
        browser.value(&format!("location.hash = '#g{number}'"));
        browser.wait_for(&format!("document.querySelector('tr.open')?.dataset.number === '{number}'"));
        browser.value("[...document.querySelectorAll('.tick input')].pop().click()");
    }
    browser.value(WATCH);
    browser.value("[...document.querySelectorAll('#keep button')].find((b) => b.innerText.includes('keep.txt')).click()");
    let list = text(&mut browser, "window.given.pop()");
    assert_eq!(text(&mut browser, "window.name"), "keep.txt");
    let head = text(&mut browser, "document.querySelector('#keep h2').innerText");
    assert_eq!(head, format!("Places to keep: {}", list.lines().count()));
    assert!(list.lines().any(|place| place == "b/museum.txt"), "{list}");
    sandbox.file("keep.txt", &list);
    let clean = [
        "clean",
        "in",
        "--no-config",
        "--split",
        "line",
        "--near",
        "--out",
        "kept",
        "--keep-places",
        "keep.txt",
    ];
    let ran = sandbox.tamis(&clean);
    assert!(
        ran.code() == 3 && !ran.err().contains("keep-places"),
        "every place keeps something: {}",
        ran.err()
    );
    for path in ["b/museum.txt", "b/copy.txt", "e/lines.txt", "d/lines.txt", "f \"1\".txt", "\"quoted\".txt"]
    {
        assert!(read(&sandbox, "kept", path) == read(&sandbox, "in", path), "{path}");
    }
    browser
        .value("[...document.querySelectorAll('#keep button')].find((b) => b.innerText === 'Clear').click()");
    assert_eq!(browser.value("document.getElementById('keep').hidden"), json!(true));
    assert_eq!(browser.value("document.querySelectorAll('.tick input:checked').length"), json!(0));
    // The page of a run that kept something by hand says so.
    sandbox.tamis(&["report", "kept"]).exits(0);
    browser.open(&sandbox.path("kept.tamis/report.html"), "");
    let totals = text(&mut browser, "document.getElementById('totals').innerText");
    assert!(totals.contains("paragraphs are kept by hand"), "{totals}");
    browser.is_content();
}

fn read(sandbox: &Sandbox, directory: &str, path: &str) -> String {
    let path = sandbox.path(directory).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What lost most comes first, with what is left of it; what was rejected stands under its reason.
#[test]
fn losses_and_rejections() {
    let Some(mut browser) = browser("losses_and_rejections") else { return };
    let sandbox = varied();
    sandbox.file("in/e/lines.txt", lines(5, line) + "this is left\n");
    sandbox.file("in/r.jsonl", "{\"n\":1}\n".repeat(20) + "[]\n{\n{\n");
    browser.open(&report(&sandbox, &["--near"]), "");
    let rows = "[...document.querySelectorAll('#lost tbody tr')]";
    let names = browser.value(&format!("{rows}.map((row) => row.querySelector('.place b').innerText)"));
    assert_eq!(names[0], "d/lines.txt", "{names}");
    let left = browser.value(&format!(
        "{rows}.find((row) => row.innerText.includes('e/lines.txt')).querySelector('.clamp').innerText"
    ));
    assert_eq!(left, "this is left");
    let reasons = browser.value(
        "[...document.querySelectorAll('#rejected details')].map((reason) => [reason.querySelector('summary b').innerText, \
         reason.open, reason.querySelectorAll('tbody tr').length])",
    );
    assert_eq!(
        reasons,
        json!([["no text", false, 12], ["not json", false, 3], ["not object", false, 1]]),
        "most first, twelve of them"
    );
    browser.value("document.querySelector('#rejected summary').click()");
    browser.value("document.querySelector('#rejected .more').click()");
    assert_eq!(
        browser.value("document.querySelectorAll('#rejected details:first-of-type tbody tr').length"),
        json!(20)
    );
    let first = text(&mut browser, "document.querySelector('#rejected details').innerText");
    assert!(first.contains("--text-field") && first.contains("line 1"), "{first}");
    browser.is_content();
}

/// Every pair shows its differences, or says that it has none.
#[test]
fn every_pair_is_compared() {
    let Some(mut browser) = browser("every_pair_is_compared") else { return };
    let sandbox = varied();
    let page = report(&sandbox, &["--near"]);
    browser.open(&page, "");
    let pairs =
        "JSON.parse(document.getElementById('data').textContent).groups.flatMap((group) => group.places)";
    let plain = browser.value(&format!("{pairs}.filter((place) => !place.same && !place.runs).length"));
    assert_eq!(plain, json!(0));
    let told =
        browser.value(&format!("[{pairs}.some((place) => place.same), {pairs}.some((place) => place.runs)]"));
    assert_eq!(told, json!([true, true]));
    let same = "1 + JSON.parse(document.getElementById('data').textContent).groups.findIndex((group) => group.places[0].same)";
    let same = browser.value(same);
    browser.open(&page, &format!("#g{same}"));
    let note = text(&mut browser, "document.querySelector('.pair-note').innerText");
    assert!(note.contains("the same text"), "{note}");
    browser.is_content();
}
