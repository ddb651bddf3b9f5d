//! What a person sees of the command: help that fits a screen, an account that says what to do next, and lines that are
//! whole where programs read them.

#![cfg(feature = "cli")]

use std::process::Command;

use crate::support::process::{Ran, TAMIS, has, run, skip};
use crate::support::sandbox::Sandbox;

/// The help of a command as a terminal of 80 columns shows it.
fn help(args: &[&str]) -> String {
    run(Command::new(TAMIS).args(args).env("COLUMNS", "80")).exits(0).out()
}

#[test]
fn short_help_fits_a_screen_and_says_where_the_rest_is() {
    for command in ["clean", "check", "inspect"] {
        let text = help(&[command, "-h"]);
        assert!(text.lines().count() <= 40, "{command}: {} lines\n{text}", text.lines().count());
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(
            text.lines().last().is_some_and(|line| line.contains("`--help` shows all options")),
            "{text}"
        );
    }
    let (short, long) = (help(&["clean", "-h"]), help(&["clean", "--help"]));
    let options = ["--out", "--near", "--near-preset", "--exact", "--split", "--text-field", "--encoding"];
    let more = ["--include", "--exclude", "--index", "--force", "--dry-run", "--threads"];
    for option in options.iter().chain(&more) {
        assert!(short.contains(&format!(" {option}")), "{option}: {short}");
    }
    for option in ["--seal-every", "--number-guard", "--memory"] {
        assert!(!short.contains(option) && long.contains(option), "{option}");
    }
    assert_eq!(long.matches("\n  tamis clean ").count(), 3, "three examples: {long}");
}

#[test]
fn the_commands_of_daily_use_come_first() {
    let text = help(&["-h"]);
    let commands = text.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names: Vec<&str> = commands
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .take(4)
        .collect();
    assert_eq!(names, ["inspect", "clean", "report", "check"], "{text}");
}

/// Paragraphs of which copies are removed, in three files.
fn repeating() -> Sandbox {
    let sandbox = Sandbox::new();
    let long = "今天下雨，明天天气晴朗。".repeat(20);
    for (name, more) in [("a.txt", ""), ("b.txt", "Subscribe now.\n"), ("c.txt", "Subscribe now.\nTwice.\n")]
    {
        sandbox.file(format!("in/{name}"), format!("{long}\n{more}Only {name}.\nSubscribe now.\nTwice.\n"));
    }
    sandbox
}

/// The lines of an account about repeated paragraphs.
fn repeated(ran: &Ran) -> Vec<String> {
    let out = ran.out();
    let lines = out.lines().skip_while(|line| !line.starts_with("repeated "));
    lines
        .take_while(|line| line.starts_with("repeated ") || line.starts_with(' '))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_account_names_what_repeats_and_what_comes_next() {
    let sandbox = repeating();
    let ran = sandbox.tamis(&["clean", "in", "--out", "my out", "--threads", "1"]);
    let row = |name: &str, copies: u64, text: &str| format!("{name:<11} {copies:>14}   copies of “{text}”");
    let long = "今天下雨，明天天气晴朗。今天下雨，明天…";
    let expected = [row("repeated", 4, "Subscribe now."), row("", 3, "Twice."), row("", 2, long)];
    assert_eq!(repeated(ran.exits(0)), expected, "{}", ran.out());
    assert_eq!(ran.out().lines().last(), Some("next        tamis report 'my out'"));
    let threads = sandbox.tamis(&["clean", "in", "--out", "o2", "--threads", "7", "--memory", "256MiB"]);
    assert_eq!(repeated(threads.exits(0)), expected);
    let records = Sandbox::new();
    records.file("in/a.jsonl", "{\"text\":\"same\\nsame\\nsame\"}\n");
    assert!(records.tamis(&["clean", "in", "--out", "o"]).exits(0).out().contains("copies of “same”"));
    // A large file is not read again for a text: the place is named, as `tamis explain` takes it.
    records.file("in/a.jsonl", "{\"text\":\"same\\nsame\\nsame\"}\n".to_owned() + &"\n".repeat(2 << 20));
    let large = records.tamis(&["clean", "in", "--out", "o2"]).exits(0).out();
    assert!(large.contains("2   copies, the first at a.jsonl#0:1\n"), "{large}");
    records.tamis(&["explain", "o2", "a.jsonl#0:1"]).exits(0);
    for quiet in ["--quiet", "--json"] {
        let out = sandbox.tamis(&["clean", "in", "--out", "o3", "--force", quiet]).exits(0).out();
        assert!(!out.contains("Subscribe") && !out.contains("next "), "{out}");
    }
}

#[test]
fn lines_are_whole_in_a_pipe_and_cut_on_a_narrow_terminal() {
    let sandbox = repeating();
    let piped = sandbox.tamis(&["check", "in"]).exits(1).out();
    assert!(piped.contains("\nFAIL 9 duplicate paragraphs (limit 0, --max-duplicates)\n"), "{piped}");
    assert!(piped.contains("\npass 0 near-duplicates (limit 0, --max-near-duplicates)\n"), "{piped}");
    if !has("script") {
        return skip("lines_are_whole_in_a_pipe_and_cut_on_a_narrow_terminal", "there is no `script`");
    }
    let on_terminal = |variables: &[(&str, &str)]| {
        let mut command = Command::new("script");
        let line = format!("stty rows 24 cols 40; '{TAMIS}' check in");
        command.args(["-qec", &line, "/dev/null"]).current_dir(sandbox.root());
        command.env_remove("CI").env_remove("NO_COLOR").env("TERM", "xterm").envs(variables.iter().copied());
        run(&mut command).out().replace('\r', "")
    };
    let narrow = on_terminal(&[]);
    assert!(
        narrow.contains("\u{1b}[31mFAIL\u{1b}[0m 9 duplicate paragraphs (limit 0,\n    --max-duplicates)\n"),
        "{narrow:?}"
    );
    let plain = on_terminal(&[("NO_COLOR", "1"), ("CI", "true")]);
    assert_eq!(plain, piped);
}
