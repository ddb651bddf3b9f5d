//! Laws of all commands, from their declarations.

use clap::{Arg, CommandFactory, Parser};

use super::*;

#[test]
fn the_definition_is_sound() {
    Tamis::command().debug_assert();
}

/// The options of a command, those of a command of commands by both names.
fn options(path: &str) -> Vec<Arg> {
    let tamis = Tamis::command();
    let command = path.split(' ').fold(&tamis, |command, name| command.find_subcommand(name).unwrap());
    command.get_arguments().cloned().collect()
}

#[test]
fn an_alias_is_shown_and_means_its_option() {
    let aliases = [
        ("clean", "out", &["output"][..], None),
        ("clean", "threads", &["jobs"], Some('j')),
        ("clean", "memory", &["mem", "max-memory"], None),
        ("clean", "seal-every", &["checkpoint-every"], None),
        ("clean", "spill-dir", &["temp-dir"], None),
        ("clean", "force", &["overwrite"], None),
        ("clean", "follow", &["follow-links"], None),
        ("check", "threads", &["jobs"], Some('j')),
        ("inspect", "threads", &["jobs"], Some('j')),
        ("verify", "out", &["output"], None),
        ("index build", "memory", &["mem", "max-memory"], None),
        ("index merge", "out", &["output"], None),
    ];
    for (command, name, long, short) in aliases {
        let options = options(command);
        let option = options.iter().find(|option| option.get_long() == Some(name)).unwrap();
        assert_eq!(option.get_visible_aliases().unwrap_or_default(), long, "{command} --{name}");
        assert_eq!(option.get_visible_short_aliases(), short.map(|short| vec![short]), "{command} --{name}");
    }
    let parsed = |line: &str| {
        let tamis = Tamis::try_parse_from(line.split(' ')).unwrap();
        format!("{tamis:?}")
    };
    for (alias, name) in [
        ("--output o", "--out o"),
        ("--jobs 3", "--threads 3"),
        ("-j 3", "--threads 3"),
        ("-j3", "--threads 3"),
        ("--mem 1GiB", "--memory 1GiB"),
        ("--max-memory 1GiB", "--memory 1GiB"),
        ("--checkpoint-every 1GB", "--seal-every 1GB"),
        ("--temp-dir t", "--spill-dir t"),
        ("--overwrite", "--force"),
        ("--follow-links=false", "--follow=false"),
        ("-n", "--dry-run"),
    ] {
        assert_eq!(parsed(&format!("tamis clean in {alias}")), parsed(&format!("tamis clean in {name}")));
    }
}

/// All options of all commands, and the command of each.
fn all() -> Vec<(String, Arg)> {
    let mut tamis = Tamis::command();
    tamis.build();
    let below =
        tamis.get_subcommands().flat_map(|command| std::iter::once(command).chain(command.get_subcommands()));
    below
        .flat_map(|command| command.get_arguments().map(|arg| (command.get_name().to_owned(), arg.clone())))
        .collect()
}

#[test]
fn no_alias_is_an_option_of_its_own() {
    let all = all();
    let names: Vec<&str> = all.iter().filter_map(|(_, option)| option.get_long()).collect();
    for (command, option) in &all {
        for alias in option.get_all_aliases().unwrap_or_default() {
            assert!(!names.contains(&alias), "{command}: --{alias} means two things");
        }
    }
}

#[test]
fn options_of_one_name_take_the_same() {
    let all = all();
    let shared = all.iter().filter(|(command, _)| command == "clean");
    for (_, option) in shared.filter(|(_, option)| option.get_id() != "help") {
        for (command, other) in all.iter().filter(|(_, other)| other.get_id() == option.get_id()) {
            // Commands about a run that is done name its OUT as what they read, and inputs to read once more.
            if ["explain", "clusters", "report", "merge", "info"].contains(&command.as_str()) {
                continue;
            }
            let shape = |option: &Arg| {
                let values =
                    option.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
                let values: Vec<String> = values;
                (option.get_long().map(str::to_owned), option.get_short(), values)
            };
            assert_eq!(shape(other), shape(option), "{command}");
        }
    }
}
