//! A gate does not mislead: it neither passes what it has not looked at, nor blames what nobody touched.

#![cfg(feature = "cli")]

use std::process::Stdio;

use serde_json::{Value, json};

use super::check::{git, problems, report};
use crate::support::process::{Running, has, run, skip};
use crate::support::sandbox::Sandbox;

#[test]
fn nothing_found_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "x\n");
    sandbox.file("in/b.pdf", "%PDF");
    sandbox.file("in/.c.txt", "y\n");
    std::fs::create_dir(sandbox.path("none")).expect("a directory");
    sandbox.tamis(&["check", "in"]).exits(0);
    for (args, says) in [
        (&["check", "none"][..], "no document was found: nothing was checked"),
        (&["check", "in", "--exclude", "*.txt"], "(skipped: 1 excluded, 1 hidden, 1 unsupported)"),
        (&["check", "in", "--include", "*.md"], "--allow-empty"),
        (&["check", "none", "--max-duplicate-ratio", "1", "--quiet"], "no document was found"),
        (&["check", "none", "--write-baseline", "base"], "no document was found"),
    ] {
        let ran = sandbox.tamis(args);
        ran.exits(2).says(&[says]);
        assert!(ran.out().is_empty(), "it says neither passed nor failed: {}", ran.out());
        let allowed = sandbox.tamis(&[args, &["--allow-empty"]].concat());
        allowed.exits(0);
    }
    sandbox.file("tamis.toml", "input = ['none']\n[check]\nallow-empty = true\n");
    sandbox.tamis(&["check"]).exits(0);
    sandbox.tamis(&["check", "--allow-empty=false"]).exits(2);
    // What is there and cannot be read is told as before, if that is not let pass.
    sandbox.file("bad/a.txt", b"\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97\xff\n");
    sandbox.tamis(&["check", "bad"]).exits(1);
    sandbox
        .tamis(&["check", "bad", "--max-rejected", "1", "--allow-empty=false"])
        .exits(2)
        .says(&["no document was found"]);
}

/// A list of changed files can be empty.
#[test]
fn an_empty_list_of_files_passes_where_that_is_allowed() {
    let sandbox = Sandbox::new();
    let check = |args: &[&str]| {
        let args = [&["check", "--files-from", "-", "--format", "json"], args].concat();
        let mut running = Running::start(sandbox.command(&args).stdin(Stdio::piped()));
        running.type_in(b"");
        running.finish()
    };
    check(&[]).exits(2).says(&["files-from -: it names no file"]);
    let ran = check(&["--allow-empty"]);
    let report: Value = serde_json::from_slice(&ran.exits(0).stdout).expect("JSON");
    assert_eq!(report["passed"], true);
}

#[test]
fn a_document_without_text_was_not_emptied() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "x\n");
    sandbox.file("in/empty.txt", "");
    sandbox.file("in/blank.txt", "\n\u{3000}\n\n");
    sandbox.file("in/c.jsonl", "{\"text\":\"\"}\n{\"text\":\"x\"}\n{\"text\":\"y\"}\n");
    let report = report(&sandbox, &["--max-duplicates", "1"]);
    let emptied: Vec<_> = problems(&report).iter().filter(|p| p["kind"] == "emptied").collect();
    assert_eq!(emptied.len(), 1, "the record of which a repeated paragraph went: {report:#}");
    assert_eq!(emptied[0]["location"]["record"], 1);
    assert_eq!(report["summary"]["documents"]["emptied"], 4, "none of them is written");
}

/// A copy of an old text in a file that was there before, and that comes first: the file is told by its paragraphs.
#[test]
fn a_baseline_knows_the_copy_that_was_added_to_an_old_file() {
    let alone = "so it ends\n";
    let record = |text: &str| format!("{}\n", json!({ "id": 1, "text": text }));
    for (first, then, now) in [
        ("a.txt", "x\n\nlonger\n".to_owned(), "x\n\nso it ends\n\nlonger\n".to_owned()),
        // As many bytes as before.
        ("a.txt", "x\nas it was.\n".to_owned(), format!("x\n{alone}")),
        ("a.jsonl", record("x"), record("x") + &record(alone)),
    ] {
        let sandbox = Sandbox::new();
        sandbox.file(format!("in/{first}"), &then);
        sandbox.file("in/b.txt", alone);
        sandbox.file("in/c.txt", "y\n\nz\n\nz\n");
        sandbox.tamis(&["check", "in", "--write-baseline", "base"]).exits(0);
        sandbox.tamis(&["check", "in", "--baseline", "base"]).exits(0);
        sandbox.file(format!("in/{first}"), &now);
        let report = report(&sandbox, &["--baseline", "base"]);
        let named: Vec<_> = problems(&report)
            .iter()
            .map(|p| (&p["kind"], &p["location"]["file"], &p["survivor"]["file"]))
            .collect();
        let (first, old) = (json!(format!("in/{first}")), json!("in/b.txt"));
        let expected = [(&json!("exact"), &first, &old), (&json!("emptied"), &first, &old)];
        assert_eq!(named, expected, "{now:?}: {report:#}");
        sandbox.tamis(&["check", "in", "--baseline", "base"]).exits(1);
    }
}

/// Text that only moves about, or is wrapped up otherwise, makes no other file of it.
#[test]
fn a_file_with_its_old_paragraphs_is_not_blamed() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "so it ends\n\nx\n\ny\n");
    sandbox.file("in/b.txt", "z\n");
    sandbox.tamis(&["check", "in", "--write-baseline", "base"]).exits(0);
    sandbox.file("in/a.txt", "\u{feff}y\r\n  x\r\nso it ends");
    sandbox.file("in/b.txt", "z\n\nso it ends\n");
    // Its `x` is removed, as a new file comes before it: were it taken for another file, it would be named for that.
    sandbox.file("in/0.txt", "x\n");
    let report = report(&sandbox, &["--baseline", "base"]);
    let named: Vec<_> =
        problems(&report).iter().map(|p| (&p["location"]["file"], &p["survivor"]["file"])).collect();
    let expected = [(&json!("in/0.txt"), &json!("in/a.txt")), (&json!("in/b.txt"), &json!("in/a.txt"))];
    assert_eq!(named, expected, "{report:#}");
}

/// CI systems send a name of zeros for what was before a new branch.
#[test]
fn zeros_stand_for_no_base() {
    if !has("git") {
        return skip("zeros_stand_for_no_base", "there is no git");
    }
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "x\nx\n");
    git(&sandbox, ".", &["init", "-q"]);
    git(&sandbox, ".", &["add", "in"]);
    git(&sandbox, ".", &["commit", "-q", "-m", "a"]);
    sandbox.tamis(&["check", "in", "--since-ref", "HEAD"]).exits(0);
    for zeros in ["0".repeat(40), "0".repeat(64)] {
        let ran = sandbox.tamis(&["check", "in", "--since-ref", &zeros]);
        ran.exits(1).says(&["all zeros mean that there is no base", "everything counts"]);
        let quiet = sandbox.tamis(&["check", "in", "--quiet", "--since-ref", &zeros]);
        assert!(quiet.exits(1).err().is_empty(), "{}", quiet.err());
    }
    sandbox.tamis(&["check", "in", "--since-ref", "0000"]).exits(2).says(&["does not have this commit"]);
    assert_eq!(report(&sandbox, &["--since-ref", &"0".repeat(40)])["compared"], json!(null));
}

/// A platform shows a problem at its file, which it looks for from the root of the repository.
#[test]
fn platforms_are_told_paths_from_the_root_of_the_repository() {
    let sandbox = Sandbox::new();
    sandbox.file("docs/news/in/a.txt", "x\nx\n");
    sandbox.file("docs/other/b.txt", "x\n");
    let told = |format: &str, inputs: &[&str]| {
        let args = [&["check", "--format", format], inputs].concat();
        let mut command = sandbox.command(&args);
        run(command.current_dir(sandbox.path("docs/news"))).exits(1).out()
    };
    // Without a repository there is no other root than where the command runs.
    assert!(told("github", &["in"]).contains("::error file=in/a.txt,line=2"));
    std::fs::create_dir(sandbox.path(".git")).expect("a directory");
    let absolute = sandbox.path("docs/news/../other");
    for (format, parts) in [
        (
            "github",
            &["file=docs/news/in/a.txt,line=2", "file=docs/other/b.txt,line=1", "docs/news/in/a.txt%3A1"][..],
        ),
        (
            "sarif",
            &["\"uri\":\"docs/news/in/a.txt\",\"uriBaseId\":\"%SRCROOT%\"", "\"uri\":\"docs/other/b.txt\""],
        ),
        ("gitlab", &["\"path\":\"docs/news/in/a.txt\"", "\"path\":\"docs/other/b.txt\""]),
        ("junit", &["file=\"docs/news/in/a.txt\"", "file=\"docs/other/b.txt\""]),
    ] {
        let out = told(format, &["in", "../other"]);
        for part in parts {
            assert!(out.replace("a.txt:1", "a.txt%3A1").contains(part), "{format}: {part}\n{out}");
        }
        assert!(!out.contains("../other"), "{format}: {out}");
    }
    // What people and programs of our own read stays as it is typed, to be opened from where it was typed.
    for format in ["text", "json", "markdown"] {
        assert!(told(format, &["in", "../other"]).contains("../other/b.txt"), "{format}");
    }
    let given = absolute.canonicalize().expect("a path");
    assert!(told("github", &["in", given.to_str().expect("UTF-8")]).contains("file=docs/other/b.txt,"));
}

#[test]
fn what_is_on_the_list_may_repeat() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "one\nAll rights reserved.\n第 1 页，共 3 页\n");
    sandbox.file("in/b.txt", "two\nAll  rights reserved.\n第 1 页，共 3 页\n");
    sandbox.file("in/c.txt", "All rights reserved.\n");
    sandbox.file("allow.txt", "// What stands at the foot.\nAll rights reserved.\n\npattern: 第*页，共*页\n");
    sandbox.tamis(&["check", "in"]).exits(1);
    let ran = sandbox.tamis(&["check", "in", "--allow", "allow.txt"]);
    ran.exits(0).says(&[]);
    assert!(
        ran.out().contains("\nallowed                  3   not counted: allowed by allow.txt\n"),
        "{}",
        ran.out()
    );
    assert!(ran.err().is_empty(), "{}", ran.err());
    // A document that would lose nothing else is not emptied. What else repeats counts, in the middle of it too.
    sandbox.file("in/d.txt", "All rights reserved.\none\n第 1 页，共 3 页\n");
    let report = report(&sandbox, &["--allow", "allow.txt"]);
    let told: Vec<_> = problems(&report).iter().map(|p| (&p["kind"], &p["location"]["lines"])).collect();
    assert_eq!(told, [(&json!("exact"), &json!([2, 2]))], "{report:#}");
    assert_eq!(report["allowed"], json!({ "list": "allow.txt", "paragraphs": 5, "unused": [] }));
    // So it is for a ratio and what is accepted.
    let ratio = ["check", "in", "--allow", "allow.txt", "--max-duplicate-ratio"];
    sandbox.tamis(&[&ratio[..], &["0.05"]].concat()).exits(0);
    sandbox.tamis(&["check", "in", "--max-duplicate-ratio", "0.05"]).exits(1);
    let wrote = sandbox.tamis(&["check", "in", "--allow", "allow.txt", "--write-baseline", "base"]);
    assert!(wrote.exits(0).out().starts_with("base: wrote 1 problem;"), "{}", wrote.out());
    sandbox.tamis(&["check", "in", "--allow", "allow.txt", "--baseline", "base"]).exits(0);
    sandbox.tamis(&["check", "in", "--baseline", "base"]).exits(1);
}

#[test]
fn a_list_is_told_what_is_wrong_with_it_and_what_it_does_not_need() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "foot\nonce\n");
    sandbox.file("in/b.txt", "foot\n");
    sandbox.file("in/allow", "foot\nonce\npattern: on*\nFoot\n");
    let lift = ["--max-emptied", "1"];
    let check = |args: &[&str]| sandbox.tamis(&[&["check", "in"], &lift[..], args].concat());
    check(&["--allow", "in/allow"]).exits(0).says(&["in/allow:2: ", "in/allow:3: ", "in/allow:4: "]);
    assert!(check(&["--allow", "in/allow", "--quiet"]).exits(0).err().is_empty());
    check(&["--allow", "in/allow", "--match", "loose"]).exits(0).says(&["in/allow:2: ", "in/allow:4: "]);
    sandbox.file("tamis.toml", "input = ['in']\n[check]\nallow = 'in/allow'\n");
    sandbox.tamis(&["check"]).exits(0);
    sandbox.file("in/allow", "foot\npattern: *\n");
    sandbox.tamis(&["check"]).exits(2).says(&["in/allow:2: this pattern lets everything pass"]);
    check(&["--allow", "none"]).exits(2).says(&["none: cannot read this list"]);
}

/// Near-duplicates that are on the list pass too; a document that goes as a whole is no paragraph.
#[test]
fn near_duplicates_on_the_list_pass() {
    let sandbox = Sandbox::new();
    let foot = |n: u32| {
        format!("To reach the editors write to the office in Low Street, room {n}, at any time of the day")
    };
    sandbox.file("in/a.txt", format!("one\n{}\n", foot(1)));
    sandbox.file("in/b.txt", format!("two\n{}\n", foot(2)));
    let near = ["--near=paragraphs", "--near-min-chars", "0", "--threshold", "0.5", "--number-guard", "off"];
    sandbox.tamis(&[&["check", "in"], &near[..]].concat()).exits(1);
    sandbox.file("allow", "pattern: To reach the editors write to * at any time of the day\n");
    sandbox.tamis(&[&["check", "in", "--allow", "allow"], &near[..]].concat()).exits(0);
}

#[test]
fn the_page_begins_with_the_outcome_and_the_limits() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "x\nx\n");
    let page = |args: &[&str], code: i32| {
        sandbox.tamis(&[&["check", "in", "--format", "html=r.html", "--quiet"], args].concat()).exits(code);
        let page = sandbox.read_text("r.html");
        let (_, rest) = page.split_once("<section id=\"outcome\"").expect("an outcome");
        rest.split_once("</section>").expect("an end").0.to_owned()
    };
    let failed = page(&[], 1);
    for part in [
        "<h2>check failed: 1 of 4 limits is exceeded</h2>",
        "<td>FAIL</td><td class=\"text\">1 duplicate paragraph (limit 0)</td><td class=\"where\">--max-duplicates</td>",
        "<td>pass</td><td class=\"text\">0 near-duplicates (limit 0)</td>",
        "run `tamis clean`",
    ] {
        assert!(failed.contains(part), "{part}\n{failed}");
    }
    assert!(page(&["--max-duplicates", "1"], 0).contains("check passed: 1 problem within the limits"));
    sandbox.tamis(&["check", "in", "--write-baseline", "<b>"]).exits(0);
    let passed = page(&["--baseline", "<b>"], 0);
    assert!(passed.contains("1 problem, not counted: baseline &lt;b&gt;"), "{passed}");
    // The page of a run has no limits to show.
    sandbox.tamis(&["clean", "in", "--out", "out", "--quiet"]).exits(0);
    sandbox.tamis(&["report", "out", "--html", "run.html"]).exits(0);
    assert!(!sandbox.read_text("run.html").contains("id=\"outcome\""));
}
