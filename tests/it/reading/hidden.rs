//! Contract D2: what is hidden inside a directory or an archive is left out and counted; what is named is read.

#![cfg(feature = "cli")]

use serde_json::json;

use crate::support::packs::{tar, zip};
use crate::support::sandbox::Sandbox;
use crate::support::tree::Node;

/// The paths of OUT.
fn cleaned(sandbox: &Sandbox, args: &[&str]) -> Vec<String> {
    let args = [&["clean", "--out", "out", "--force", "--quiet"], args].concat();
    sandbox.tamis(&args).exits(0);
    let files = sandbox.tree("out").into_iter().filter(|(_, node)| matches!(node, Node::File(_)));
    files.map(|(path, _)| path.to_str().expect("UTF-8").to_owned()).collect()
}

#[test]
fn hidden_files_of_a_directory_are_counted_and_left_out() {
    let sandbox = Sandbox::new();
    for (number, path) in
        ["a.txt", ".git/config", ".git/refs/b", ".c.txt", "d/.e/f.txt", "__MACOSX/g.txt", "d/h..txt"]
            .into_iter()
            .enumerate()
    {
        sandbox.file(format!("in/{path}"), format!("paragraph {number}\n"));
    }
    std::os::unix::fs::symlink("nowhere", sandbox.path("in/.link")).expect("a link");
    assert_eq!(cleaned(&sandbox, &["in"]), ["a.txt", "d/h..txt"]);
    let files = &sandbox.summary("out.tamis")["files"];
    assert_eq!((&files["found"], &files["skipped"]), (&json!(8), &json!({ "hidden": 6 })));
    sandbox.tamis(&["verify", "in", "--out", "out"]).exits(0);
    // Asked for, they are read like any other.
    assert_eq!(cleaned(&sandbox, &["in", "--hidden"]).len(), 7);
    assert_eq!(sandbox.summary("out.tamis")["files"]["skipped"], json!({ "symlink": 1 }));
    assert_eq!(sandbox.summary("out.tamis")["config"]["hidden"], true);
    sandbox.tamis(&["verify", "in", "--out", "out", "--hidden"]).exits(0);
    sandbox.tamis(&["verify", "in", "--out", "out"]).exits(2).says(&["--hidden"]);
    sandbox.file("tamis.toml", "hidden = true\n");
    assert_eq!(cleaned(&sandbox, &["in"]).len(), 7);
    assert_eq!(cleaned(&sandbox, &["in", "--hidden=false"]).len(), 2);
}

#[test]
fn what_is_named_is_read_whatever_it_is_called() {
    let sandbox = Sandbox::new();
    sandbox.file(".hidden/a.txt", "one\n");
    sandbox.file(".b.txt", "two\n");
    sandbox.file("in/.c.txt", "three\n");
    sandbox.file("list", "in/.c.txt\n");
    assert_eq!(
        cleaned(&sandbox, &[".hidden", ".b.txt", "--files-from", "list"]),
        [".b.txt", "a.txt", "in/.c.txt"]
    );
    sandbox.tamis(&["verify", ".hidden", ".b.txt", "--files-from", "list", "--out", "out"]).exits(0);
}

#[test]
fn the_directory_of_a_repository_is_checked_without_its_own_files() {
    let sandbox = Sandbox::new();
    sandbox.file("a.txt", "one\n");
    sandbox.file(".git/description", "one\n");
    sandbox.tamis(&["check", "."]).exits(0);
    sandbox.tamis(&["check", ".", "--hidden"]).exits(1);
    let inspected = sandbox.tamis(&["inspect", ".", "--json"]).exits(0).out();
    assert!(inspected.contains("\"hidden\": 1"), "{inspected}");
}

#[test]
fn hidden_members_of_archives_are_left_out() {
    let text = |text: &str| text.as_bytes().to_vec();
    let members = [
        ("a.txt", text("one\n")),
        ("__MACOSX/._a.txt", text("two\n")),
        ("./.b.txt", text("three\n")),
        ("d/.e/f.txt", text("four\n")),
        (".bad.txt", b"\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97\xff\n".to_vec()),
        ("d/./g.txt", text("five\n")),
    ];
    for (name, archive) in [("x.tar", tar(&members)), ("x.zip", zip(&members))] {
        let sandbox = Sandbox::new();
        sandbox.file(format!("in/{name}"), archive);
        cleaned(&sandbox, &["in"]);
        let summary = sandbox.summary("out.tamis");
        let (members, documents) = (&summary["members"], &summary["documents"]);
        assert_eq!((&members["found"], &members["skipped"]), (&json!(6), &json!({ "hidden": 4 })), "{name}");
        assert_eq!(documents["read"], 2, "{name}");
        sandbox.tamis(&["verify", "in", "--out", "out"]).exits(0);
        sandbox.tamis(&["clean", "in", "--out", "all", "--hidden", "--quiet"]).exits(3);
        assert_eq!(sandbox.summary("all.tamis")["documents"]["read"], 5, "{name}");
        sandbox.tamis(&["verify", "in", "--out", "all", "--hidden"]).exits(0);
    }
}
