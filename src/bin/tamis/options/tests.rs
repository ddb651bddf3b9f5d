//! Laws of every option, from their declarations: nothing here names an option but where it is special.

use std::path::Path;

use clap::{Arg, ArgAction, Args, Command, FromArgMatches};
use serde::Serialize;
use tamis::config::NearUnits;
use toml::{Table, Value};

use super::file::parse;
use super::keys::{arguments, key};
use super::table::{lay_over, table};
use super::*;

/// Values of which every option takes two, as they are typed. Of those that it takes, the first two are tried.
const VALUES: [&str; 20] = [
    "true", "false", "300MiB", "400MiB", "7", "9", "0.5", "0.7", "word:3", "char:4", "first", "longest",
    "sarif", "json", "a", "b", "big5", "gbk", "en", "zh,-und",
];

/// Values of an option whose file is read when options are put together.
const LISTS: [&str; 2] = ["tests/data/places-1.txt", "tests/data/places-2.txt"];

/// The table that these arguments give.
fn typed<Group: Args + Serialize>(typed: &[String]) -> Option<Table> {
    let command = Group::augment_args(Command::new("options"));
    let matches = command.try_get_matches_from(["options".to_owned()].iter().chain(typed)).ok()?;
    Some(table(&Group::from_arg_matches(&matches).unwrap()).unwrap())
}

/// Two tables in which nothing but this option is set, to different values.
fn samples<Group: Args + Serialize>(option: &Arg) -> [Table; 2] {
    let long = option.get_long().map(|long| format!("--{long}"));
    if matches!(option.get_action(), ArgAction::Count) {
        let long = long.unwrap();
        return [vec![long.clone()], vec![long.clone(), long]].map(|args| typed::<Group>(&args).unwrap());
    }
    let named: Vec<String> =
        option.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let values: &[&str] = if key(option) == "keep-places" { &LISTS } else { &VALUES };
    let values = named.into_iter().chain(values.iter().map(|value| (*value).to_owned()));
    let mut found: Vec<Table> = Vec::new();
    for value in values {
        let argument = long.as_ref().map_or(value.clone(), |long| format!("{long}={value}"));
        found.extend(typed::<Group>(&[argument]).filter(|table| !found.contains(table)));
    }
    found.truncate(2);
    found.try_into().unwrap_or_else(|_| panic!("{}: VALUES has no two values for it", key(option)))
}

/// The value of an option that is the only one that is set.
fn only(option: &Arg, table: &Table) -> Value {
    let key = key(option);
    assert_eq!(table.keys().collect::<Vec<_>>(), [key], "the flag, the field and the key have one name");
    table[key].clone()
}

/// Layers of two tables of options.
fn layers(flags: Table, file: Table) -> Layers {
    Layers { flags, file, name: "tamis.toml".to_owned(), ..Layers::default() }
}

/// A table with the options beside it without which others are refused.
fn with_needed(mut table: Table) -> Table {
    for (key, value) in [("near", "documents"), ("to", "jsonl")] {
        table.entry(key).or_insert(value.into());
    }
    table.entry("boilerplate").or_insert(true.into());
    table.entry("mask").or_insert(vec!["email"].into());
    table
}

#[test]
fn every_flag_is_a_key_and_every_key_a_flag() {
    let options = arguments::<Options>();
    let mut all = Table::new();
    for option in &options {
        let [one, _] = samples::<Options>(option);
        let value = only(option, &one);
        let text = format!("{} = {value}\n", key(option));
        // A file may say all that can be typed.
        assert_eq!(only(option, &parse(&text, Path::new("")).unwrap()), value, "{text}");
        all.extend(one);
    }
    // The other way round: a value of which every option is set has no key that is not a flag.
    let full: Options = all.try_into().unwrap();
    let keys: Vec<String> = table(&full).unwrap().keys().cloned().collect();
    let mut flags: Vec<&str> = options.iter().map(key).collect();
    flags.sort_unstable();
    assert_eq!(keys, flags);
    let json = serde_json::to_value(&full).unwrap();
    let unset: Vec<_> = json.as_object().unwrap().iter().filter(|(_, value)| value.is_null()).collect();
    assert!(unset.is_empty(), "an option in the file only: {unset:?}");
}

#[test]
fn a_flag_beats_the_file_and_the_file_the_default() {
    let defaults = Settings::of(Layers::default()).unwrap();
    for option in arguments::<Options>() {
        let [one, other] = samples::<Options>(&option);
        let key = key(&option).to_owned();
        let default = table(&defaults.options).unwrap().get(&key).cloned();
        let shown = |settings: &Settings| {
            let line = settings
                .to_toml()
                .lines()
                .find(|line| line.starts_with(&format!("{key} = ")))
                .map(str::to_owned);
            (table(&settings.options).unwrap().get(&key).cloned(), line)
        };
        for (upper, lower) in [(&one, &other), (&other, &one)] {
            let value = &upper[&key];
            let by_flag =
                Settings::of(layers(with_needed(upper.clone()), with_needed(lower.clone()))).unwrap();
            assert_eq!(shown(&by_flag), (Some(value.clone()), Some(format!("{key} = {value} # flag"))));
            let by_file = Settings::of(layers(Table::new(), with_needed(upper.clone()))).unwrap();
            assert_eq!(shown(&by_file), (Some(value.clone()), Some(format!("{key} = {value} # tamis.toml"))));
        }
        let line = default.as_ref().map(|value| format!("{key} = {value} # default"));
        assert_eq!(shown(&defaults), (default, line));
    }
}

/// The options that the command itself obeys, and those that the library takes apart, as they hold paths.
const OWN: [&str; 11] = [
    "input",
    "files-from",
    "out",
    "record",
    "dry-run",
    "index",
    "against",
    "json",
    "quiet",
    "verbose",
    "spill-dir",
];

#[test]
fn every_option_reaches_the_library() {
    let config = |table: &Table| {
        let mut config = Settings::of(layers(Table::new(), with_needed(table.clone()))).unwrap().config;
        (config.given, config.command) = Default::default();
        config
    };
    for option in arguments::<Options>() {
        let [one, other] = samples::<Options>(&option).map(|table| config(&table));
        let is_own = OWN.contains(&key(&option));
        let paths = ["index", "against", "spill-dir"].contains(&key(&option));
        assert_eq!(one != other, !is_own || paths, "{}", key(&option));
    }
}

#[test]
fn options_of_check_are_keys_of_its_table() {
    for option in arguments::<GateOptions>() {
        let [one, other] = samples::<GateOptions>(&option);
        let (key, value) = (key(&option), only(&option, &one));
        let text = format!("[check]\n{key} = {value}\n");
        let file = parse(&text, Path::new("")).unwrap();
        assert_eq!(only(&option, file["check"].as_table().unwrap()), value, "{text}");
        let flags = Table::from_iter([("check".to_owned(), other.clone().into())]);
        let by_flag = Settings::of(layers(flags, file.clone())).unwrap();
        assert_eq!(table(&by_flag.options).unwrap()["check"][key], other[key], "{key}");
        let by_file = Settings::of(layers(Table::new(), file)).unwrap();
        assert!(by_file.to_toml().ends_with(&format!("\n[check]\n{key} = {value} # tamis.toml\n")), "{key}");
    }
}

#[test]
fn tables_are_laid_over_key_by_key() {
    let table = |text: &str| toml::from_str::<Table>(text).unwrap();
    let mut lower = table("a = 1\nb = 2\n[t]\nc = 3\nd = 4\n");
    lay_over(&mut lower, table("b = 'x'\n[t]\nd = 5\n[u]\ne = 6\n"));
    assert_eq!(lower, table("a = 1\nb = 'x'\n[t]\nc = 3\nd = 5\n[u]\ne = 6\n"));
}

#[test]
fn paths_of_a_file_are_relative_to_it() {
    let text = "input = ['in', '-', '/abs', [97, 255]]\nout = 'out'\nagainst = ['x']\ntext-field = 'a'\n\
        [check]\nbaseline = 'base'\nformat = ['sarif=s', 'json']\n";
    let layer = parse(text, Path::new("jobs")).unwrap();
    let expected = "input = ['jobs/in', '-', '/abs', [106, 111, 98, 115, 47, 97, 255]]\nout = 'jobs/out'\n\
        against = ['jobs/x']\ntext-field = ['a']\n[check]\nbaseline = 'jobs/base'\nformat = ['sarif=jobs/s', 'json']\n";
    assert_eq!(layer, toml::from_str::<Table>(expected).unwrap());
}

#[test]
fn mistakes_in_a_file_are_named_with_their_line_and_remedy() {
    for (text, expected) in [
        ("split = 'line'\nmin_chars = 3\n", "line 2: unknown key `min_chars`; did you mean `min-chars`?"),
        ("thread = 3", "did you mean `threads`?"),
        ("\noutput = 'x'", "line 2: unknown key `output`; as a key this option is called `out`"),
        ("max-memory = '1GiB'", "as a key this option is called `memory`"),
        ("[clean]\nsplit = 'line'", "line 1: unknown key `clean`"),
        (
            "[check]\nmax-duplicate = 1",
            "[check]: line 2: unknown key `max-duplicate`; did you mean `max-duplicates`?",
        ),
        ("check = 3", "line 1: check: "),
        (
            "split = 'lines'",
            "line 1: split: unknown variant `lines`, expected one of `auto`, `line`, `block`, `sentence`",
        ),
        ("\n[check]\nmax-emptied = -1", "[check]: line 3: max-emptied: "),
        ("min-chars = -1", "line 1: min-chars: "),
        ("out = [1, 300]", "line 1: out: "),
        ("out = ", "line 1"),
    ] {
        let error = format!("{:#}", parse(text, Path::new("")).unwrap_err());
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn a_preset_gives_the_defaults_of_its_options() {
    let preset = |preset: &str| {
        let flags = typed::<Options>(&["--near".to_owned(), format!("--near-preset={preset}")]).unwrap();
        Settings::of(layers(flags, Table::new())).unwrap()
    };
    let flags = typed::<Options>(&["--near-preset=news".to_owned()]).unwrap();
    let settings = Settings::of(layers(flags, Table::new())).unwrap();
    assert!(settings.to_toml().contains("\nnear = \"documents\" # default\n"));
    assert_eq!(settings.config.decide.near.units, Some(NearUnits::Documents));
    for (name, threshold) in [("strict", "0.8"), ("news", "0.5"), ("syndication", "0.45")] {
        let settings = preset(name);
        assert!(settings.to_toml().contains(&format!("\nthreshold = {threshold} # default\n")), "{name}");
        assert_eq!(settings.config.decide.near.threshold.to_string(), threshold);
    }
}

#[test]
fn units_of_near_may_be_true_or_false() {
    for (value, expected) in [("true", "documents"), ("false", "off"), ("'off'", "off"), ("'both'", "both")] {
        let layer = parse(&format!("near = {value}"), Path::new("")).unwrap();
        assert_eq!(layer["near"].as_str(), Some(expected));
        let settings = Settings::of(layers(Table::new(), layer)).unwrap();
        assert_eq!(settings.config.decide.near.units.is_some(), expected != "off");
    }
}

#[test]
fn nothing_is_repaired_where_paragraphs_are_not_judged() {
    for (exact, repair) in
        [("paragraphs", "basic"), ("both", "basic"), ("documents", "none"), ("off", "none")]
    {
        let flags = typed::<Options>(&[format!("--exact={exact}")]).unwrap();
        let settings = Settings::of(layers(flags.clone(), Table::new())).unwrap();
        assert!(settings.to_toml().contains(&format!("\nrepair = \"{repair}\" # default\n")), "{exact}");
        assert_eq!(settings.config.leaves_texts(), repair == "none");
        let asked = Settings::of(layers(flags, parse("repair = 'basic'", Path::new("")).unwrap())).unwrap();
        assert!(!asked.config.leaves_texts(), "{exact}");
    }
}

#[test]
fn what_does_nothing_without_near_is_refused() {
    for option in arguments::<Near>().iter().filter(|option| !["near", "near-preset"].contains(&key(option)))
    {
        let [flags, _] = samples::<Options>(option);
        let error = Settings::of(layers(flags.clone(), Table::new())).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{}: ", key(option))) && error.ends_with("add --near"), "{error}");
        // A file may hold it for the runs that do search.
        assert!(Settings::of(layers(Table::new(), flags)).is_ok(), "{}", key(option));
    }
}

#[test]
fn a_number_that_toml_has_no_room_for_is_named() {
    let options = Options { threads: Threads::default(), ..Options::default() };
    assert!(table(&options).unwrap().is_empty());
    let command = Options::augment_args(Command::new("options"));
    let matches = command.try_get_matches_from(["options", "--min-chars", "18446744073709551615"]).unwrap();
    let error = table(&Options::from_arg_matches(&matches).unwrap()).unwrap_err().to_string();
    assert_eq!(error, "min-chars 18446744073709551615: too large; the limit is 9223372036854775807");
}
