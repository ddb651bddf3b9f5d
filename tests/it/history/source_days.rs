//! Boilerplate over several days (contract C4): a run with an index counts the documents of earlier runs with its own, so
//! that the last day goes as it would go all at once.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did, and change it")]

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tamis::config::{NearPreset, NearUnits};
use tamis::{Config, Rule};

use super::days::{Days, against, clean, ledger, resumed_is_uninterrupted, with_index, write_days};
use crate::support::files::Files;
use crate::support::lines::lines;
use crate::support::near::preset;
use crate::support::random::Noise;
use crate::support::sandbox::Sandbox;
use crate::support::texts::paragraph;

/// Boilerplate goes; the field `site` says what the source is.
fn config() -> Config {
    let mut config = Config { threads: 2, ..Config::default() };
    config.decide.boilerplate = true;
    config.decide.source = "site".parse().expect("a source");
    config
}

/// A record of a site: its own headline and text, and these lines behind it.
fn record(site: &str, number: usize, behind: &[&str]) -> String {
    let headline = format!("Bridge {} opens", "abcdefghij".repeat(number % 3 + 1));
    let text =
        format!("{headline} {number}\n{}{}", lines(4, |n| paragraph(number * 10 + n)), behind.join("\n"));
    format!("{}\n", json!({"site": site, "text": text}))
}

fn day(records: &[String]) -> Files {
    [("a.jsonl".to_owned(), records.concat().into_bytes())].into()
}

/// What goes as boilerplate: record, first and last paragraph, evidence.
fn gone(out: &Path) -> Vec<(Option<u64>, u64, u64, Value)> {
    let of_rule = ledger(out).into_iter().filter(|line| line.rule == Rule::Boilerplate);
    of_rule
        .map(|line| {
            let evidence = serde_json::to_value(&line.evidence).expect("JSON");
            (line.record, line.first, line.last, evidence)
        })
        .collect()
}

#[test]
fn furniture_that_is_rare_on_each_day_goes_on_the_second() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    let furniture = "Vote for the bridge of the year";
    let of_day = |first: usize| {
        day(&[
            record("a", first, &[furniture]),
            record("a", first + 1, &[furniture]),
            record("a", first + 2, &[]),
        ])
    };
    write_days(directory.path(), &[of_day(0), of_day(10)]);
    for run in ["1", "2"] {
        clean(&path(&format!("in/{run}")), &path(run), &with_index(&config(), &path("index"), run));
    }
    assert_eq!(gone(&path("1")), [], "two documents are no furniture");
    let evidence = json!({"source": "a", "documents": 4, "of": 6, "where": "end", "signal": "strong"});
    assert_eq!(gone(&path("2")), [(Some(0), 5, 5, evidence.clone()), (Some(1), 5, 5, evidence)]);
    // Where days are only compared with, they count as well, and nothing is added.
    clean(&path("in/2"), &path("3"), &against(&config(), &[&path("index")]));
    assert!(gone(&path("3")).len() == 2 && gone(&path("3"))[0].3["of"] == 6, "copies count once");
}

/// Days of articles of some sites, some of them copies, with furniture of all frequencies.
fn days(seed: usize, num_documents: usize) -> Days {
    let mut noise = Noise::new(seed);
    let furniture: Vec<String> =
        (0..30).map(|n| format!("Furniture of kind {}", "x".repeat(n + 1))).collect();
    let mut one = |_| {
        let records: Vec<String> = (0..num_documents)
            .map(|_| {
                let site = ["a", "b", "c"][noise.below(3)];
                let number = noise.below(num_documents * 4);
                let mut behind: Vec<&str> = Vec::new();
                for _ in 0..noise.below(5) {
                    let most = noise.below(30) + 1;
                    behind.push(&furniture[noise.below(most)]);
                }
                let credit = format!("责任编辑：王{}", noise.pick(&["一", "二", "三", "四", "五", "六"]));
                if noise.below(4) == 0 {
                    behind.push(&credit);
                }
                record(site, number, &behind)
            })
            .collect();
        day(&records)
    };
    (0..3).map(&mut one).collect()
}

/// The law: what goes as boilerplate on the last day, and why, is what goes of it all at once.
fn last_day_goes_as_all_at_once(days: &Days, config: &Config, idle: fn(&mut Config, usize)) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    write_days(directory.path(), days);
    let whole = if config.decide.near.units.is_some() {
        with_index(config, &path("index-of-all"), "all")
    } else {
        config.clone()
    };
    clean(&path("in"), &path("all"), &whole);
    let mut last = Vec::new();
    for number in 1..=days.len() {
        let mut config = with_index(config, &path("index"), &number.to_string());
        idle(&mut config, number);
        let out = path(&number.to_string());
        clean(&path(&format!("in/{number}")), &out, &config);
        last = gone(&out);
    }
    let prefix = format!("{}/", days.len());
    let of_last = ledger(&path("all")).into_iter().filter(|line| line.path.starts_with(&prefix));
    let expected: Vec<_> = of_last
        .filter(|line| line.rule == Rule::Boilerplate)
        .map(|line| {
            let evidence = serde_json::to_value(&line.evidence).expect("JSON");
            (line.record, line.first, line.last, evidence)
        })
        .collect();
    assert!(expected.len() > 5, "{expected:?}");
    assert_eq!(last, expected);
}

#[test]
fn the_last_day_goes_as_all_at_once() {
    for seed in 0..4 {
        last_day_goes_as_all_at_once(&days(seed, 30 + seed * 20), &config(), |config, day| {
            config.threads = day;
            config.memory = [None, Some(0), Some(100_000)][day - 1];
        });
    }
    let mut near = preset(NearPreset::News, NearUnits::Documents);
    near.decide.boilerplate = true;
    near.decide.source = config().decide.source;
    near.decide.near.keep = tamis::config::Keep::First;
    last_day_goes_as_all_at_once(&days(9, 60), &near, |_, _| ());
}

#[test]
fn merged_days_count_as_days_one_after_the_other() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    write_days(directory.path(), &days(7, 50));
    for run in ["1", "2"] {
        let input = path(&format!("in/{run}"));
        clean(&input, &path(run), &with_index(&config(), &path("index"), run));
        clean(
            &input,
            &path(&format!("alone-{run}")),
            &with_index(&config(), &path(&format!("index-{run}")), run),
        );
    }
    let sandbox = Sandbox::new();
    for name in ["index", "index-1", "index-2"] {
        sandbox.file(name, fs::read(path(name)).expect("an index"));
    }
    sandbox.tamis(&["index", "merge", "index-1", "index-2", "--out", "merged"]).exits(0);
    sandbox.tamis(&["index", "info", "merged"]).exits(0);
    for (name, index) in [("one", "index"), ("merged", "merged")] {
        clean(&path("in/3"), &path(name), &against(&config(), &[&sandbox.path(index)]));
    }
    clean(&path("in/3"), &path("two"), &against(&config(), &[&path("index-1"), &path("index-2")]));
    let expected = gone(&path("one"));
    assert!(expected.len() > 5);
    assert!(gone(&path("merged")) == expected && gone(&path("two")) == expected);
}

#[test]
fn a_run_that_is_resumed_leaves_the_same_counts() {
    let days: Days = days(5, 120).into_iter().take(2).collect();
    resumed_is_uninterrupted(&days, &config());
}

#[test]
fn commands_know_counts_of_sources() {
    let sandbox = Sandbox::new();
    for (number, files) in (1..).zip(days(3, 20)) {
        for (name, content) in files {
            sandbox.file(format!("in/{number}/{name}"), content);
        }
    }
    let clean = |day: &str, out: &str, more: &[&str]| {
        let input = format!("in/{day}");
        sandbox
            .tamis(&[&["clean", &input, "--out", out, "--index", "index", "--run-name", out], more].concat())
    };
    clean("1", "plain", &[]).exits(0);
    let version = |sandbox: &Sandbox| {
        let info = sandbox.tamis(&["index", "info", "index", "--json"]);
        let info: Value = serde_json::from_str(&info.out()).expect("JSON");
        (info["version"].as_u64(), info["counted"].as_u64().map(|num| num > 0))
    };
    assert_eq!(version(&sandbox), (Some(3), None), "without counts the old version stays");
    clean("1", "one", &["--boilerplate", "--source", "site"]).exits(0);
    assert_eq!(version(&sandbox), (Some(5), Some(true)));
    clean("2", "without", &[]).exits(0);
    assert_eq!(version(&sandbox), (Some(5), Some(true)), "counts stay");
    clean("2", "other", &["--boilerplate", "--source", "url"])
        .exits(2)
        .says(&["source: site in the index, url now"]);
    clean("3", "three", &["--boilerplate", "--source", "site"]).exits(0);
    sandbox
        .tamis(&["verify", "in/3", "--out", "three", "--index", "index", "--boilerplate", "--source", "site"])
        .exits(0);
    let info = sandbox.tamis(&["index", "info", "index"]);
    let rows: Vec<String> = info.out().lines().map(str::to_owned).collect();
    assert!(rows.iter().any(|row| row.starts_with("source     site: ")), "{}", info.out());
    assert!(rows.iter().any(|row| row.starts_with("without") && row.ends_with(" -")), "{}", info.out());
    sandbox.tamis(&["index", "export", "index"]).exits(0);
    sandbox.tamis(&["check", "in/3", "--against", "index", "--boilerplate", "--source", "site"]);
    // Texts are added without counts, as `index build` knows no sources.
    sandbox.tamis(&["index", "build", "in/3", "--index", "index", "--run-name", "built"]).exits(0);
}
