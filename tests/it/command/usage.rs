//! The command as a user drives it: what is typed, what is configured, what is printed and where, and the exit
//! code. The real binary, each run in a directory of its own.

#![cfg(feature = "cli")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::support::lines::lines;
use crate::support::process::{Ran, Running, TAMIS, has, run, skip};
use crate::support::sandbox::Sandbox;
use crate::support::terminal::shown;
use crate::support::tree::Node;

/// The words every account has.
const ACCOUNT: [&str; 6] = ["documents", "paragraphs", "removed", "time", "output", "record"];

/// A sandbox with a small corpus in `in`: 4 documents, 9 paragraphs, 3 of them repeats.
fn small_corpus() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "第一段。\nSecond paragraph.\n第一段。\n");
    sandbox.file(
        "in/c.jsonl",
        "{\"id\":\"r1\",\"text\":\"Third one.\\nFourth.\"}\n{\"id\":\"r2\",\"text\":\"Fifth.\"}\n",
    );
    sandbox.file("in/sub/b.txt", "Second paragraph.\nThird one.\nSixth.\n");
    sandbox
}

/// Runs the command line with something on standard input.
fn tamis_reading(sandbox: &Sandbox, args: &[&str], input: &[u8]) -> Ran {
    let mut running = Running::start(sandbox.command(args).stdin(Stdio::piped()));
    running.type_in(input);
    running.finish()
}

// What is printed, and where (contract X2).

#[test]
fn the_account_is_on_standard_output_and_standard_error_is_silent() {
    let sandbox = small_corpus();
    let ran = sandbox.tamis(&["clean", "in", "--out", "out"]);
    ran.exits(0).is_plain();
    let account = ran.out();
    for word in ACCOUNT {
        assert!(account.contains(word), "{account}");
    }
    for row in ["4   4 kept (100.0 %), 0 emptied", "9   6 kept (66.", "out.tamis"] {
        assert!(account.contains(row), "{row:?} in {account}");
    }
    assert_eq!(ran.err(), "");
    assert_eq!(sandbox.read_text("out/a.txt"), "第一段。\nSecond paragraph.\n");
    assert_eq!(sandbox.read_text("out/sub/b.txt"), "Sixth.\n");
    // Each paragraph of a file is ended by LF, that of a record only if it was before (contract P4).
    let records = "{\"id\":\"r1\",\"text\":\"Third one.\\nFourth.\"}\n{\"id\":\"r2\",\"text\":\"Fifth.\"}\n";
    assert_eq!(sandbox.read_text("out/c.jsonl"), records);
}

#[test]
fn json_prints_the_summary_itself() {
    let sandbox = small_corpus();
    let ran = sandbox.tamis(&["clean", "in", "--out", "out", "--json"]);
    ran.exits(0);
    assert_eq!(ran.stdout, sandbox.read("out.tamis/summary.json"));
    assert_eq!(ran.err(), "");
    let summary = sandbox.summary("out.tamis");
    assert_eq!(summary["schema"], "tamis.summary/1");
    assert_eq!(summary["paragraphs"]["kept"], 6);
    assert_eq!(summary["paragraphs"]["removed"]["exact"], 3);
}

#[test]
fn quiet_prints_no_account_but_still_the_errors() {
    let sandbox = small_corpus();
    let ran = sandbox.tamis(&["clean", "in", "--out", "out", "--quiet"]);
    ran.exits(0);
    assert_eq!((ran.out(), ran.err()), (String::new(), String::new()));
    sandbox.tamis(&["clean", "in", "--out", "out", "-q"]).exits(2).says(&["out: exists and is not empty"]);
    sandbox.file("in/bad.txt", b"\xff");
    let ran = sandbox.tamis(&["clean", "in", "--out", "out", "-q", "--force"]);
    ran.exits(3).says(&["bad.txt"]);
    assert_eq!(ran.out(), "");
}

#[test]
fn verbose_logs_to_standard_error() {
    let sandbox = small_corpus();
    sandbox.file("in/image", b"\x89PNG\0\0");
    let silent = sandbox.tamis(&["clean", "in", "--out", "out0"]);
    assert_eq!(silent.exits(0).err(), "");
    let once = sandbox.tamis(&["clean", "in", "--out", "out1", "-v"]);
    once.exits(0).says(&["INFO", "files=4"]).is_plain();
    assert!(!once.err().contains("image"), "{}", once.err());
    let twice = sandbox.tamis(&["clean", "in", "--out", "out2", "-vv"]);
    twice.exits(0).says(&["INFO", "image", "binary"]).is_plain();
    for ran in [once, twice] {
        assert!(ran.out().starts_with("documents"), "{}", ran.out());
    }
}

#[test]
fn no_bar_and_no_color_where_there_is_no_terminal() {
    let sandbox = small_corpus();
    // Long enough for a bar: standard input is open for longer than it takes to show one.
    let mut running =
        Running::start(sandbox.command(&["clean", "-", "in", "--out", "out"]).stdin(Stdio::piped()));
    running.type_in("标准输入。\n".as_bytes());
    thread::sleep(Duration::from_millis(600));
    let ran = running.finish();
    ran.exits(0).is_plain();
    assert_eq!(ran.err(), "");
    sandbox.tamis(&["clean", "--no-such-flag"]).exits(2).is_plain();
    sandbox.tamis(&["--help"]).exits(0).is_plain();
}

/// Runs a shell command on a pseudo-terminal and gives back what it printed there.
fn on_a_terminal(sandbox: &Sandbox, command: &str) -> String {
    let mut script = Command::new("script");
    script.args(["-qec", command, "/dev/null"]).current_dir(sandbox.root()).stdin(Stdio::null());
    script.env_remove("CI");
    run(&mut script).exits(0).out()
}

#[test]
fn the_account_and_a_bar_on_a_terminal() {
    if !has("script") {
        return skip("the_account_and_a_bar_on_a_terminal", "`script` is not installed");
    }
    let sandbox = small_corpus();
    let short = on_a_terminal(&sandbox, &format!("'{TAMIS}' clean in --out short"));
    for word in ACCOUNT {
        assert!(short.contains(word), "{short:?}");
    }
    assert!(!short.contains('%') || !short.contains("left"), "a bar on short work: {short:?}");
    // Work is long if standard input is: the files after it are then counted up.
    for number in 0..40 {
        sandbox.file(format!("many/{number:02}.txt"), format!("Paragraph {number}.\n"));
    }
    let long = format!("(sleep 0.8; echo last) | '{TAMIS}' clean - many --out long");
    let with_bar = on_a_terminal(&sandbox, &long);
    assert!(with_bar.contains("/s"), "no line: {with_bar:?}");
    assert!(with_bar.contains("output"), "{with_bar:?}");
    let quiet = on_a_terminal(&sandbox, &format!("{long}-q --quiet"));
    assert_eq!(quiet, "", "--quiet draws nothing");
}

/// Standard output, or error, whose other end is closed.
fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    writer.into()
}

// Contract X2: a closed pipe is not an error.
#[test]
fn a_closed_standard_output_is_no_error() {
    let sandbox = small_corpus();
    for args in [
        &["clean", "in", "--out", "out"][..],
        &["clean", "in", "--dry-run", "--json"],
        &["config"],
        &["completions", "bash"],
        &["man"],
        &["--help"],
        &["--version"],
    ] {
        let child =
            sandbox.command(args).stdout(closed_pipe()).stderr(Stdio::piped()).spawn().expect("a process");
        let done = child.wait_with_output().expect("an end");
        let err = String::from_utf8_lossy(&done.stderr);
        assert_eq!((done.status.code(), &*err), (Some(0), ""), "{args:?}");
    }
    assert!(sandbox.exists("out/a.txt") && sandbox.exists("out.tamis/summary.json"));
}

// Contract X2: a closed pipe is not an error, whichever it is.
#[test]
fn a_closed_standard_error_is_no_error() {
    let sandbox = small_corpus();
    sandbox.file("in/bad.txt", b"\xff");
    sandbox.file("in/image", b"\0");
    for (out, verbosity, code) in [("out0", "--verbose", 3), ("out1", "-vv", 3), ("out0", "-v", 2)] {
        let mut command = sandbox.command(&["clean", "in", "--out", out, verbosity]);
        let status = command.stdout(Stdio::null()).stderr(closed_pipe()).status().expect("a process");
        assert_eq!(status.code(), Some(code), "{out} {verbosity}");
        assert!(sandbox.exists(Path::new(out).join("a.txt")));
    }
}

// Contract X1: 2 says that nothing was published.
#[test]
fn a_full_standard_output_does_not_pass_for_nothing_published() {
    if !Path::new("/dev/full").exists() {
        return skip("a_full_standard_output_does_not_pass_for_nothing_published", "there is no /dev/full");
    }
    let sandbox = small_corpus();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let child = sandbox.command(&["clean", "in", "--out", "out"]).stdout(full).stderr(Stdio::piped()).spawn();
    let done = child.expect("a process").wait_with_output().expect("an end");
    assert!(String::from_utf8_lossy(&done.stderr).contains("standard output"));
    assert!(done.status.code() != Some(2) || !sandbox.exists("out"), "exit 2 but OUT is there");
}

// Exit codes (contract X1).

#[test]
fn exit_codes() {
    let sandbox = small_corpus();
    sandbox.tamis(&["clean", "in", "--out", "done"]).exits(0);
    sandbox.tamis(&["clean", "in", "--out", "done"]).exits(2);
    sandbox.file("in/d.jsonl", "{\"text\":\"Seventh.\"}\nnot JSON\n");
    let ran = sandbox.tamis(&["clean", "in", "--out", "some"]);
    ran.exits(3).says(&["d.jsonl:2", "JSON", "repair the line"]);
    assert!(ran.out().contains("rejected"), "{}", ran.out());
    assert_eq!(sandbox.read_text("some/d.jsonl"), "{\"text\":\"Seventh.\"}\n");
    sandbox.tamis(&["clean", "in", "--dry-run"]).exits(3);
    for args in [&["--help"][..], &["clean", "--help"], &["--version"]] {
        assert!(!sandbox.tamis(args).exits(0).stdout.is_empty());
    }
}

#[test]
fn a_usage_error_names_what_is_wrong_and_what_to_do() {
    let sandbox = small_corpus();
    let before = sandbox.tree("");
    for (args, expected) in [
        (&[][..], &["Usage"][..]),
        (&["clean"], &["no input", "name at least one file or directory"]),
        (&["clean", "--out", "out"], &["no input", "name at least one file or directory"]),
        (&["clean", "in"], &["no --out", "--dry-run"]),
        (&["clean", "in", "--out", "-"], &["out -", "--to jsonl"]),
        (&["clean", "in", "--out", "out", "--record", "r"], &["record", "--out -"]),
        (&["clean", "in", "--out", "out", "--shard-size", "1MB"], &["shard-size", "--to jsonl"]),
        (&["clean", "in", "--out", "out", "--max-document-size", "big"], &["big", "KiB"]),
        (&["clean", "in", "--out", "out", "--encoding", "klingon"], &["klingon", "gb18030"]),
        (&["clean", "in", "--out", "out", "--include", "a["], &["a[", "*.txt"]),
        (&["clean", "--files-from", "no.lst", "--out", "out"], &["no.lst", "No such file"]),
        (&["inspect"], &["no input"]),
        (&["clean", "in/nowhere.txt", "--out", "out"], &["in/nowhere.txt", "No such file", "check the path"]),
        (&["clean", "in", "--out", "out", "--splt", "line"], &["--splt", "--split"]),
        (&["clean", "in", "--out", "out", "--split", "word"], &["word", "auto, line, block, sentence"]),
        (&["clean", "in", "--out", "out", "--match", "fuzzy"], &["fuzzy", "exact, canonical, loose"]),
        (&["clean", "in", "--out", "out", "--scope", "file"], &["file", "corpus, document"]),
        (&["clean", "in", "--out", "out", "--repair", "all"], &["all", "basic, none"]),
        (&["clean", "in", "--out", "out", "--min-chars=-1"], &["-1", "--min-chars"]),
        (&["clean", "in", "--out", "out", "--threads", "many"], &["many", "--threads"]),
        (&["clean", "in", "--out", "out", "--threads", "5000"], &["threads 5000", "the limit is 1024"]),
        (&["clean", "in", "--out", "out", "--text-field", "a..b"], &["a..b", "text or article.body"]),
        (&["clean", "in", "--out", "out", "--force=maybe"], &["maybe", "--force"]),
        (&["clean", "in", "--out", "out", "--config", "no.toml"], &["no.toml", "No such file"]),
        (&["clean", "in", "--config", "a.toml", "--no-config"], &["--config", "--no-config"]),
        (&["scrub"], &["scrub"]),
        (&["man", "scrub"], &["scrub", "tamis --help"]),
        (&["completions", "tcsh"], &["tcsh", "bash"]),
    ] {
        let ran = sandbox.tamis(args);
        ran.exits(2).says(expected).is_plain();
        assert_eq!(ran.out(), "", "{args:?}");
    }
    assert_eq!(sandbox.tree(""), before, "nothing was made");
}

// Contract X2. What is wrong is said once.
#[test]
fn an_error_is_not_repeated_in_its_own_line() {
    let sandbox = Sandbox::new();
    let ran = sandbox.tamis(&["clean", "nowhere", "--out", "out"]);
    ran.exits(2);
    assert_eq!(ran.err().matches("No such file or directory").count(), 1, "{}", ran.err());
}

// Dry run.

#[test]
fn a_dry_run_gives_the_same_summary_and_writes_nothing() {
    let sandbox = small_corpus();
    sandbox.file("in/d.jsonl", "{\"text\":\"Seventh.\",\"id\":1}\n{}\n{\"id\":2,\"text\":\"Seventh.\"}\n");
    sandbox.file("in/large.txt", "A long line that is like all the others.\nA shorter one.\n".repeat(20_000));
    let before = sandbox.tree("");
    let dry = sandbox.tamis(&["clean", "in", "--out", "out", "--dry-run", "--json"]);
    dry.exits(3).says(&["d.jsonl:2"]);
    assert_eq!(sandbox.tree(""), before);
    let nowhere = sandbox.tamis(&["clean", "in", "--dry-run", "--json"]);
    assert_eq!(nowhere.exits(3).out(), dry.out(), "without --out");
    let real = sandbox.tamis(&["clean", "in", "--out", "out", "--json"]);
    assert_eq!(real.exits(3).out(), dry.out());
    assert_eq!(real.err(), dry.err());
    let account = sandbox.tamis(&["clean", "in", "--dry-run"]);
    assert!(account.out().contains("dry run: nothing was written"), "{}", account.out());
}

// tamis.toml.

#[test]
fn tamis_toml_in_the_current_directory_is_used_and_a_flag_beats_it() {
    let sandbox = small_corpus();
    sandbox
        .file("tamis.toml", "input = ['in']\nout = 'out'\nmatch = 'exact'\njson = true\nmin-chars = 1000\n");
    let by_file = sandbox.tamis(&["clean"]);
    by_file.exits(0);
    let summary = sandbox.summary("out.tamis");
    assert_eq!(by_file.stdout, sandbox.read("out.tamis/summary.json"));
    assert_eq!(
        (&summary["config"]["match"], &summary["paragraphs"]["removed"]["exact"]),
        (&"exact".into(), &0.into())
    );
    let by_flag =
        sandbox.tamis(&["clean", "--out", "other", "--min-chars", "0", "--match=loose", "--json=false"]);
    assert!(by_flag.exits(0).out().starts_with("documents"));
    let summary = sandbox.summary("other.tamis");
    assert_eq!(
        (&summary["config"]["match"], &summary["paragraphs"]["removed"]["exact"]),
        (&"loose".into(), &3.into())
    );
    let ran = sandbox.tamis(&["clean", "--no-config", "in", "--out", "third"]);
    assert!(ran.exits(0).out().starts_with("documents"));
    assert_eq!(sandbox.summary("third.tamis")["config"]["match"], "canonical");
}

#[test]
fn a_flag_can_say_no() {
    let sandbox = small_corpus();
    sandbox.file("tamis.toml", "force = true\nquiet = true\ndry-run = true\n");
    sandbox.file("out/old.txt", "old\n");
    sandbox.file("out.tamis/summary.json", "{}\n");
    sandbox.file("out.tamis/files.jsonl", "{\"path\":\"old.txt\",\"bytes\":4}\n");
    let ran =
        sandbox.tamis(&["clean", "in", "--out", "out", "--dry-run=false", "--force=false", "--quiet=false"]);
    ran.exits(2).says(&["--force"]);
    assert_eq!(sandbox.read_text("out/old.txt"), "old\n");
    let ran = sandbox.tamis(&["clean", "in", "--out", "out", "--dry-run=false", "--config", "tamis.toml"]);
    assert_eq!(ran.exits(0).out(), "");
    assert!(!sandbox.exists("out/old.txt") && sandbox.exists("out/a.txt"));
}

/// A `tamis.toml` that lies there may come from a stranger, with the inputs.
#[test]
fn a_file_that_is_found_replaces_nothing_and_writes_below_its_directory() {
    let sandbox = Sandbox::new();
    sandbox.file("work/in/a.txt", "a\na\n");
    sandbox.file("home/letter.txt", "dear\n");
    std::os::unix::fs::symlink(sandbox.path("home"), sandbox.path("work/link")).expect("a link");
    let at_work = |args: &[&str]| run(sandbox.command(args).current_dir(sandbox.path("work")));
    for (file, said) in [
        ("out = '../home'", "out: ../home is not below"),
        ("out = 'link'", "out: link is not below"),
        ("out = 'link/new'", "out: link/new is not below"),
        ("out = '.'", "out: . is not below"),
        ("out = '-'\nrecord = '../home/record'", "record: ../home/record is not below"),
        ("out = 'new'\nindex = '../home/letter.txt'", "index: ../home/letter.txt is not below"),
        ("out = 'new'\nspill-dir = '../home'", "spill-dir: ../home is not below"),
        (
            "out = 'new'\nforce = true",
            "force: a configuration file that nobody named may not replace anything",
        ),
    ] {
        sandbox.file("work/tamis.toml", file);
        at_work(&["clean", "in"]).exits(2).says(&["tamis.toml", said, "name the file with --config"]);
        assert!(!sandbox.exists("work/new"), "{file}");
    }
    sandbox.file("work/tamis.toml", "[check]\nformat = ['html=../home/letter.txt']\n");
    at_work(&["check", "in"]).exits(2).says(&["[check] format: ../home/letter.txt is not below"]);
    assert_eq!(fs::read_dir(sandbox.path("home")).expect("a directory").count(), 1);
    assert_eq!(sandbox.read_text("home/letter.txt"), "dear\n");
    // What a flag says, or a file that is named, was meant.
    sandbox.file("work/tamis.toml", "out = '../other'\n");
    at_work(&["clean", "in", "--out", "new"]).exits(0);
    at_work(&["clean", "in", "--config", "tamis.toml"]).exits(0);
    assert!(sandbox.exists("work/new/a.txt") && sandbox.exists("other/a.txt"));
    sandbox.file("work/tamis.toml", "out = 'made/new'\n[check]\nformat = ['html=reports/page.html']\n");
    at_work(&["clean", "in"]).exits(0);
    at_work(&["config"]).exits(0);
}

#[test]
fn paths_in_a_configuration_file_are_relative_to_it() {
    let sandbox = Sandbox::new();
    sandbox.file("jobs/news/in/a.txt", "a\n");
    let job = sandbox.file("jobs/news/job.toml", "input = ['in', '-']\nout = 'out'\nquiet = true\n");
    sandbox.file("tamis.toml", "no-such-key = 1\n");
    tamis_reading(&sandbox, &["clean", "--config", "jobs/news/job.toml"], b"b\n").exits(0);
    assert_eq!(sandbox.read_text("jobs/news/out/a.txt"), "a\n");
    assert_eq!(sandbox.read_text("jobs/news/out/stdin.txt"), "b\n");
    tamis_reading(&sandbox, &["clean", "--force", "--config", shown(&job)], b"c\n").exits(0);
    assert_eq!(sandbox.read_text("jobs/news/out/stdin.txt"), "c\n");
    let absolute = format!("input = ['{}']\nout = '../by-absolute'\n", shown(&sandbox.path("jobs/news/in")));
    sandbox.file("jobs/news/job.toml", absolute);
    sandbox.tamis(&["clean", "--config", "jobs/news/job.toml"]).exits(0);
    assert_eq!(sandbox.read_text("jobs/by-absolute/a.txt"), "a\n");
}

#[test]
fn a_mistake_in_the_file_is_named_with_its_line() {
    let sandbox = small_corpus();
    for (toml, expected) in [
        ("split = 'line'\nmin_chars = 3\n", &["line 2", "unknown key `min_chars`", "`min-chars`"][..]),
        ("thread = 3\n", &["line 1", "`thread`", "did you mean `threads`?"]),
        ("output = 'x'\n", &["line 1", "`output`", "called `out`"]),
        ("[clean]\nsplit = 'line'\n", &["line 1", "`clean`"]),
        ("\nmatch = 'fuzzy'\n", &["line 2", "fuzzy", "exact", "canonical", "loose"]),
        ("min-chars = 'three'\n", &["line 1", "min-chars", "three"]),
        ("min-chars = -1\n", &["line 1"]),
        ("input = 'in'\n", &["line 1", "input"]),
        ("force = 'yes'\n", &["line 1", "force"]),
        ("out = \n", &["line 1"]),
        ("force = true\nforce = false\n", &["line 2", "duplicate"]),
        ("threads = 5000\n", &["threads 5000", "the limit is 1024"]),
    ] {
        sandbox.file("tamis.toml", toml);
        for command in ["clean", "config"] {
            let ran = sandbox.tamis(&[command, "in", "--out", "out"]);
            ran.exits(2).says(expected).is_plain();
            assert_eq!(ran.out(), "");
        }
        sandbox.tamis(&["config", "in", "--no-config"]).exits(0);
    }
    sandbox.file("tamis.toml", "thread = 3\n");
    sandbox.tamis(&["clean", "in", "--out", "out"]).says(&["tamis.toml"]);
    sandbox.file("tamis.toml", b"out = '\xff'\n");
    sandbox.tamis(&["clean", "in", "--out", "out"]).exits(2).says(&["tamis.toml"]);
    assert!(!sandbox.exists("out"));
}

// A dump may bring a tamis.toml of its own, and it is read where it lies.
#[test]
fn a_hostile_configuration_file_does_nothing_to_the_terminal() {
    let sandbox = small_corpus();
    for toml in [
        "\u{1b}[31m",
        "out = '\u{1b}[31m'",
        "match = \"\\u001b[31m\"",
        "\"\\u001b[31m\" = 1",
        "match = \"\u{202e}\"",
        "text-field = \"\\u001b[31m..\"",
    ] {
        sandbox.file("tamis.toml", toml);
        sandbox.tamis(&["clean", "in", "--out", "out"]).exits(2).is_plain();
    }
}

/// The output of `tamis config`, without the origins.
fn values(config: &str) -> String {
    ["flag", "tamis.toml", "again.toml", "default"]
        .iter()
        .fold(config.to_owned(), |text, origin| text.replace(&format!(" # {origin}\n"), "\n"))
}

#[test]
fn config_prints_a_configuration_file_and_where_each_value_comes_from() {
    let sandbox = small_corpus();
    sandbox.file("tamis.toml", "match = 'loose'\nmin-chars = 7\nid-field = 'a # \"b\"'\n");
    let args =
        ["config", "in", "-", "-o", "out dir", "--min-chars", "3", "--force", "-vv", "--text-field", "a.文"];
    let printed = sandbox.tamis(&args).exits(0).out();
    for line in [
        "input = [\"in\", \"-\"] # flag",
        "out = \"out dir\" # flag",
        "force = true # flag",
        "match = \"loose\" # tamis.toml",
        "min-chars = 3 # flag",
        "text-field = [\"a.文\"] # flag",
        "verbose = 2 # flag",
        "split = \"auto\" # default",
        "threads = 0 # default",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{line} in:\n{printed}");
    }
    sandbox.file("again.toml", &printed);
    let again = sandbox.tamis(&["config", "--config", "again.toml"]).exits(0).out();
    assert_eq!(values(&again), values(&printed));
    let default = sandbox.tamis(&["config", "--no-config"]).exits(0).out();
    assert!(default.lines().all(|line| line.ends_with(" # default")), "{default}");
    sandbox.file("tamis.toml", &default);
    let again = sandbox.tamis(&["config"]).exits(0).out();
    assert_eq!(values(&again), values(&default));
}

#[test]
fn config_prints_every_value_that_can_be_typed() {
    let sandbox = Sandbox::new();
    for number in ["9223372036854775807", "18446744073709551615"] {
        let ran = sandbox.tamis(&["config", "--min-chars", number]);
        let is_refused = ran.code() == 2 && ran.err().contains("min-chars");
        assert!(is_refused || ran.out().contains("min-chars = "), "{number}: {ran:?}");
    }
}

#[test]
fn config_prints_paths_of_any_characters() {
    let sandbox = Sandbox::new();
    let printed = sandbox.tamis(&["config", "a\nb\t\"c\"\\d'''", "--out", "\u{1b}[31m"]).exits(0).out();
    assert!(!printed.contains('\u{1b}'), "{printed:?}");
    sandbox.file("again.toml", &printed);
    assert_eq!(
        values(&sandbox.tamis(&["config", "--config", "again.toml"]).exits(0).out()),
        values(&printed)
    );
}

// Completions and manual pages.

#[test]
fn completions_for_every_shell() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = sandbox.tamis(&["completions", shell]).exits(0).out();
        assert!(script.contains("tamis") && script.contains("clean"), "{shell}");
        if !has(shell) {
            skip(
                "completions_for_every_shell",
                &format!("{shell} is not installed, its script is not parsed"),
            );
        } else if matches!(shell, "bash" | "zsh" | "fish") {
            sandbox.file("script", &script);
            run(Command::new(shell).arg("-n").arg(sandbox.path("script"))).exits(0);
        }
    }
}

#[test]
fn manual_pages() {
    let sandbox = Sandbox::new();
    for (args, title, content) in [
        (&["man"][..], ".TH tamis 1", "clean"),
        (&["man", "clean"], ".TH tamis-clean 1", "min\\-chars"),
        (&["man", "config"], ".TH tamis-config 1", "threads"),
    ] {
        let page = sandbox.tamis(args).exits(0).out();
        assert!(page.contains(title) && page.contains(content) && page.contains(".SH"), "{page}");
    }
}

// Standard input (contract D1).

#[test]
fn standard_input_is_a_document_or_json_lines() {
    let sandbox = small_corpus();
    tamis_reading(&sandbox, &["clean", "-", "--out", "text"], "\u{feff}b\r\na\r\nb\r\n".as_bytes()).exits(0);
    assert_eq!(sandbox.read_text("text/stdin.txt"), "b\na\n");
    let records = b"{\"text\":\"a\",\"n\":1}\n{\"text\":\"a\"}\n{\"text\":\"b\"}";
    let args = ["clean", "-", "--input-format", "jsonl", "--out", "records"];
    tamis_reading(&sandbox, &args, records).exits(0);
    assert_eq!(sandbox.read_text("records/stdin.jsonl"), "{\"text\":\"a\",\"n\":1}\n{\"text\":\"b\"}");
    // In the order given (contract D3).
    tamis_reading(&sandbox, &["clean", "in", "-", "--out", "after"], "Sixth.\nlast\n".as_bytes()).exits(0);
    assert_eq!(sandbox.read_text("after/stdin.txt"), "last\n");
    tamis_reading(&sandbox, &["clean", "-", "in", "--out", "before"], "Sixth.\nlast\n".as_bytes()).exits(0);
    assert_eq!(sandbox.read_text("before/stdin.txt"), "Sixth.\nlast\n");
    assert!(!sandbox.exists("before/sub"), "emptied (contract P5), and no directory is left of it");
    tamis_reading(&sandbox, &["clean", "-", "--out", "nothing"], b"").exits(0);
    assert!(sandbox.tree("nothing").is_empty());
    tamis_reading(&sandbox, &["clean", "-", "-", "--out", "twice"], b"x").exits(2).says(&["stdin.txt"]);
    let ran = tamis_reading(&sandbox, &["clean", "-", "--out", "bad"], b"a\n\xff\n");
    ran.exits(3).says(&["stdin.txt", "not valid UTF-8", "byte 2"]);
    assert!(sandbox.tree("bad").is_empty());
}

// The record (contract O2).

#[test]
fn run_json_says_what_varies() {
    let sandbox = small_corpus();
    sandbox.tamis(&["clean", "in", "--out", "out", "--threads", "2", "-q"]).exits(0);
    let run: serde_json::Value = serde_json::from_slice(&sandbox.read("out.tamis/run.json")).expect("JSON");
    assert_eq!(run["schema"], "tamis.run/1");
    assert_eq!(run["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(
        run["command"],
        serde_json::json!([TAMIS, "clean", "in", "--out", "out", "--threads", "2", "-q"])
    );
    assert_eq!(run["threads"], 2);
    assert!(run["seconds"].as_f64().is_some_and(|seconds| (0.0..20.0).contains(&seconds)));
    assert!(run["started"].as_u64().is_some_and(|seconds| seconds > 1_700_000_000));
}

/// A corpus in which something of every kind goes wrong.
fn troubled() -> Sandbox {
    let sandbox = small_corpus();
    sandbox.file("in/bad.txt", b"\xff");
    sandbox.file(
        "in/bad.jsonl",
        "[1]\n{\"text\":1}\n{\"id\":5}\n{\"text\":\"\\ud800\"}\n{\"text\":\"x\",\"text\":\"\"}\n{\n",
    );
    std::os::unix::fs::symlink(sandbox.path("in"), sandbox.path("in/loop")).expect("a link");
    sandbox
}

// Same bytes, always: not a path, time or machine but in run.json.
#[test]
fn the_record_is_the_same_wherever_the_corpus_stands() {
    let sandboxes = [troubled(), troubled()];
    for (sandbox, input) in sandboxes.iter().zip(["in", "./in/../in/"]) {
        sandbox.tamis(&["clean", input, "--out", "out", "--follow"]).exits(3);
        sandbox
            .tamis(&["clean", shown(&sandbox.path("in")), "--out", shown(&sandbox.path("abs")), "--follow"])
            .exits(3);
    }
    let of = |sandbox: &Sandbox, record: &str| {
        let mut record = sandbox.tree(record);
        assert!(record.remove(Path::new("run.json")).is_some());
        record
    };
    let [first, second] = &sandboxes;
    let expected = of(first, "out.tamis");
    let names: Vec<_> = expected.keys().map(|name| shown(name)).collect();
    assert_eq!(names, ["files.jsonl", "rejected.jsonl", "removed.jsonl.zst", "summary.json"]);
    for (sandbox, record) in [(first, "abs.tamis"), (second, "out.tamis"), (second, "abs.tamis")] {
        assert_eq!(of(sandbox, record), expected);
        assert_eq!(sandbox.tree(record.trim_end_matches(".tamis")), first.tree("out"));
    }
    assert_eq!(first.rejected("out.tamis").len(), 8);
    let ledger =
        zstd::stream::decode_all(first.read("abs.tamis/removed.jsonl.zst").as_slice()).expect("Zstandard");
    for content in [ledger, first.read("abs.tamis/rejected.jsonl"), first.read("abs.tamis/summary.json")] {
        let content = String::from_utf8(content).expect("UTF-8");
        assert!(!content.is_empty() && !content.contains(shown(first.root())), "{content}");
    }
}

// Same bytes, always: whatever the number of threads.
#[test]
fn threads_change_nothing() {
    let sandbox = troubled();
    let text = lines(30_000, |n| format!("段落 {} of the large file.", n * n % 20_011));
    sandbox.file("in/large.txt", &text);
    let [mut of_all, mut of_one, mut of_three] = ["0", "1", "3"].map(|threads| {
        let out = format!("out{threads}");
        sandbox.tamis(&["clean", "in", "--out", &out, "--threads", threads]).exits(3);
        let run: serde_json::Value =
            serde_json::from_slice(&sandbox.read(format!("{out}.tamis/run.json"))).expect("JSON");
        assert!(
            run["threads"]
                .as_u64()
                .is_some_and(|used| used > 0 && (threads == "0" || threads == used.to_string()))
        );
        let mut record = sandbox.tree(format!("{out}.tamis"));
        record.remove(Path::new("run.json"));
        [sandbox.tree(out), record]
    });
    assert!(of_all[0].contains_key(Path::new("large.txt")));
    for (area, name) in ["OUT", "record"].iter().enumerate() {
        let all = std::mem::take(&mut of_all[area]);
        assert_eq!(std::mem::take(&mut of_one[area]), all, "{name}");
        assert_eq!(std::mem::take(&mut of_three[area]), all, "{name}");
    }
}

// Contract O5: `--ledger-text` adds the text of exact duplicates.
#[test]
fn ledger_text_adds_the_text() {
    let sandbox = small_corpus();
    sandbox.tamis(&["clean", "in", "--out", "without"]).exits(0);
    sandbox.tamis(&["clean", "in", "--out", "with", "--ledger-text"]).exits(0);
    let (without, mut with) = (sandbox.ledger("without.tamis"), sandbox.ledger("with.tamis"));
    let texts: Vec<_> =
        with.iter_mut().map(|line| line.as_object_mut().and_then(|line| line.remove("text"))).collect();
    assert_eq!(with, without);
    let texts: Vec<_> = texts.iter().flatten().filter_map(|text| text.as_str()).collect();
    assert_eq!(texts, ["第一段。\n", "Second paragraph.\n", "Third one.\n"]);
    assert_eq!(sandbox.tree("with"), sandbox.tree("without"));
}

// Records (contract O4).

#[test]
fn a_dotted_text_field() {
    let sandbox = Sandbox::new();
    let records = "{\"text\":\"not this\",\"article\":{\"id\":1,\"body\":\"a\\nb\\na\"}}\n{\"article\":{\"body\":\"b\\nc\"},\"text\":\"not this\"}\n{\"article\":\"body\"}\n";
    sandbox.file("in/x.jsonl", records);
    let ran = sandbox.tamis(&["clean", "in", "--out", "out", "--text-field", "article.body"]);
    ran.exits(3).says(&["x.jsonl:3", "article.body", "--text-field"]);
    let expected = "{\"text\":\"not this\",\"article\":{\"id\":1,\"body\":\"a\\nb\"}}\n{\"article\":{\"body\":\"c\"},\"text\":\"not this\"}\n";
    assert_eq!(sandbox.read_text("out/x.jsonl"), expected);
}

#[test]
fn every_other_field_stays_as_it_is_spelled() {
    let sandbox = Sandbox::new();
    let around = [
        ("{\"z\":1e400,\"text\":", ",\"a\":0.10}"),
        (" {  \"a\" : -0.0 ,\t\"text\"  :  ", "  , \"b\" : [ 1.0e+5 , { } ] }  "),
        ("{\"k\":1,\"k\":\"two\",\"text\":", ",\"k\":[3]}"),
        ("{\"u\":\"\\u4e2d\\u00e9\\/\\ud83d\\ude00\",\"text\":", ",\"v\":\"中é/😀\"}"),
        ("{\"big\":123456789012345678901234567890,\"te\\u0078t\":", ",\"nul\":\"\\u0000\"}"),
        ("{\"Text\":\"x\",\"text \":\"y\",\"text\":", ",\"\":{\"text\":\"inner\"},\"text2\":\"twin\"}\r"),
    ];
    let records = lines(around.len(), |number| {
        let (before, after) = around[number];
        format!("{before}\"twin\\r\\n\\u0041{number}\"{after}\n")
    });
    let expected = lines(around.len(), |number| {
        let (before, after) = around[number];
        // The first record keeps all of its text, and so the spelling of it too (contract P4).
        let text = if number == 0 { "twin\\r\\n\\u00410".to_owned() } else { format!("A{number}") };
        format!("{before}\"{text}\"{after}")
    });
    sandbox.file("in/x.jsonl", records);
    sandbox.tamis(&["clean", "in", "--out", "out"]).exits(0);
    assert_eq!(sandbox.read_text("out/x.jsonl"), expected);
    // Cleaning twice changes nothing.
    sandbox.tamis(&["clean", "out", "--out", "again"]).exits(0);
    assert_eq!(sandbox.tree("again"), sandbox.tree("out"));
}

// Where things are said to be, there they are.
#[test]
fn the_account_names_the_record_where_it_stands() {
    let sandbox = small_corpus();
    fs::create_dir(sandbox.path("target")).expect("a directory");
    std::os::unix::fs::symlink("target", sandbox.path("link")).expect("a link");
    for out in ["plain", "slash/", "new/parent/out", "./dot/../dotted", "link"] {
        let account = sandbox.tamis(&["clean", "in", "--out", out]).exits(0).out();
        let row = account.lines().find_map(|line| line.strip_prefix("record")).expect("a row");
        assert!(
            sandbox.exists(Path::new(row.trim()).join("summary.json")),
            "--out {out}: record is not at {row}"
        );
    }
    let Some(Node::Link(target)) = sandbox.tree("").remove(Path::new("link")) else {
        panic!("the link is gone")
    };
    assert_eq!(target, Path::new("target"));
}

#[test]
fn a_file_named_like_a_flag_can_be_given() {
    let sandbox = Sandbox::new();
    sandbox.file("--force", "a\n");
    sandbox.tamis(&["clean", "--out", "out", "--", "--force"]).exits(0);
    assert_eq!(sandbox.read_text("out/--force"), "a\n");
    let mut stdin =
        Running::start(sandbox.command(&["clean", "--out", "out2", "./--force", "-"]).stdin(Stdio::piped()));
    stdin.child.stdin.as_mut().expect("a pipe").write_all(b"a\nb\n").expect("a write");
    stdin.finish().exits(0);
    assert_eq!(sandbox.read_text("out2/stdin.txt"), "b\n");
}
