//! Layout that is held back (contract P5): a long text of which only layout stays so far is neither written nor gone when
//! the run is killed.

use std::path::Path;

use super::support::files::Files;
use super::support::texts::article;
use super::support::tree::Node;
use super::{Case, shard, steps};

/// A text that repeats another between rules of `num_rules` lines, which come to more than is held in memory from
/// about 7,000 on.
fn ruled(num_rules: usize) -> String {
    let rule = format!("{}\n", "─".repeat(200));
    let part = rule.repeat(num_rules / 8);
    (0..8).map(|n| article(n * 4..n * 4 + 4) + &part).collect()
}

fn corpus() -> Files {
    let stays = ruled(7600) + "And this is new, at the very end.\n";
    [
        ("0.txt", article(0..40)),
        ("1/goes.txt", ruled(2400)),
        ("1/stays.txt", stays),
        ("2/bad.txt", ruled(1600)),
        ("3.jsonl", String::from_utf8(shard(3, 500)).expect("a text")),
        ("4/stays.txt", ruled(1600) + "This is new too.\n"),
        ("5.jsonl", String::from_utf8(shard(5, 500)).expect("a text")),
    ]
    .map(|(path, text)| {
        let mut content = text.into_bytes();
        if path == "2/bad.txt" {
            content.extend(*b"\xff\n");
        }
        (path.to_owned(), content)
    })
    .into()
}

/// Kills runs in the middle of the steps of each kind, most of which belong to layout that is held back, and goes on.
/// The number of runs that were killed, and of those that left a state.
fn killed_while_holding(more: &[&str]) -> (usize, usize) {
    let case = Case::of_steps(&corpus(), more);
    if more.iter().all(|argument| !argument.starts_with("to=")) {
        let rule = "─".repeat(200);
        let Node::File(text) = &case.expected[Path::new("out/1/stays.txt")] else { panic!("a file") };
        assert!(text.starts_with(rule.as_bytes()), "the layout of a text of which something stays");
        assert!(!case.expected.contains_key(Path::new("out/1/goes.txt")), "nothing stays of this one");
    }
    let (mut num_killed, mut num_states) = (0, 0);
    for ((phase, kind), num) in steps(&case) {
        let step = format!("kill={phase}:{kind}:{}", num / 2);
        assert!(case.run(&[&step]).status.code().is_none(), "{step}");
        case.is_unpublished(&step);
        num_killed += 1;
        num_states += usize::from(case.has_state());
        case.goes_on("resume=1", &step);
    }
    (num_killed, num_states)
}

#[test]
fn killed_while_layout_is_held_back() {
    let (num_killed, num_states) = killed_while_holding(&[]);
    assert!(num_killed > 3 && num_states > 0, "{num_killed}, {num_states}");
}

#[test]
fn killed_while_layout_is_held_back_on_disk() {
    let (num_killed, num_states) = killed_while_holding(&["memory=300000"]);
    assert!(num_killed > 9 && num_states > 3, "{num_killed}, {num_states}");
}

#[test]
fn killed_while_layout_is_held_back_from_lines() {
    let (num_killed, num_states) = killed_while_holding(&["memory=300000", "to=jsonl", "shard-size=300000"]);
    assert!(num_killed > 9 && num_states > 3, "{num_killed}, {num_states}");
}
