//! Quality of near-duplicate removal on labelled sets of real news, if they are there (`../shared/eval` of a
//! developer's machine): the figures of the table in docs/near-duplicates.md may not get worse.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::print_stderr,
    reason = "a test: it reads files, fails by panicking, says what it skips, and computes shares"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tamis::config::{NearConfig, NearPreset, NearUnits, Share};
use tamis::{Config, NoObserver};

fn set(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/eval").join(name);
    if !path.is_dir() {
        eprintln!("SKIPPED: {} is not there", path.display());
        return None;
    }
    Some(path)
}

/// The cluster of every document that goes, and of those that stay for them: the id of the one that stays.
fn clusters(set: &Path, near: NearConfig) -> BTreeMap<String, String> {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("clean");
    let mut config = Config::default();
    config.decide.near = NearConfig { units: Some(NearUnits::Documents), ..near };
    tamis::clean(&[set.join("docs.jsonl")], Some(&out), &config, &NoObserver).unwrap();
    let ledger = std::fs::File::open(directory.path().join("clean.tamis/removed.jsonl.zst")).unwrap();
    let ledger = String::from_utf8(zstd::decode_all(ledger).unwrap()).unwrap();
    let mut clusters = BTreeMap::new();
    for line in ledger.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()) {
        if line["rule"] == "near-document" || line["rule"] == "exact-document" {
            let id = |place: &serde_json::Value| place["id"].as_str().unwrap().to_owned();
            clusters.insert(id(&line), id(&line["survivor"]));
            clusters.insert(id(&line["survivor"]), id(&line["survivor"]));
        }
    }
    clusters
}

/// The rows of a table of tab-separated values, without its head.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

fn pairs(n: u64) -> f64 {
    (n * n.saturating_sub(1) / 2) as f64
}

/// The adjusted Rand index (Hubert and Arabie, 1985) of a clustering against the truth of a set.
fn adjusted_rand(set: &Path, found: &BTreeMap<String, String>) -> f64 {
    let (mut both, mut truths, mut clusters) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let rows = rows(&set.join("truth.tsv"));
    for row in &rows {
        let cluster = found.get(&row[0]).map_or_else(|| format!("alone {}", row[0]), Clone::clone);
        *both.entry((row[1].clone(), cluster.clone())).or_insert(0) += 1;
        *truths.entry(row[1].clone()).or_insert(0) += 1;
        *clusters.entry(cluster).or_insert(0) += 1;
    }
    let sum = |counts: Vec<u64>| counts.into_iter().map(pairs).sum::<f64>();
    let both = sum(both.into_values().collect());
    let (truths, clusters) = (sum(truths.into_values().collect()), sum(clusters.into_values().collect()));
    let expected = truths * clusters / pairs(rows.len() as u64);
    (both - expected) / (f64::midpoint(truths, clusters) - expected)
}

/// F1 over labelled pairs, and how many pairs that must stay apart were merged.
fn labelled(set: &Path, found: &BTreeMap<String, String>) -> (f64, usize) {
    let positive = BTreeSet::from(["exact", "dup"]);
    let negative = BTreeSet::from(["template", "boiler", "related"]);
    let (mut right, mut all, mut wrong) = (0_usize, 0_usize, 0_usize);
    for row in rows(&set.join("truth.tsv")) {
        let is_merged = found.get(&row[0]).is_some_and(|cluster| found.get(&row[1]) == Some(cluster));
        all += usize::from(positive.contains(row[2].as_str()));
        right += usize::from(is_merged && positive.contains(row[2].as_str()));
        wrong += usize::from(is_merged && negative.contains(row[2].as_str()));
    }
    let (precision, recall) = (right as f64 / (right + wrong) as f64, right as f64 / all as f64);
    (2.0 * precision * recall / (precision + recall), wrong)
}

#[test]
fn strict_keeps_templates_apart() {
    if let Some(set) = set("natural-labelled-dev") {
        let (f1, wrong) = labelled(&set, &clusters(&set, NearConfig::preset(NearPreset::Strict)));
        assert!(f1 >= 0.985 && wrong == 0, "F1 {f1}, {wrong} false merges");
    }
    if let Some(set) = set("mccormick-1000") {
        let found = clusters(&set, NearConfig::preset(NearPreset::Strict));
        let rows = rows(&set.join("truth.tsv"));
        assert!(
            rows.iter().all(|row| found.contains_key(&row[0]) && found.get(&row[0]) == found.get(&row[1]))
        );
        assert_eq!(found.len(), 2 * rows.len(), "and nothing else");
    }
    if let Some(set) = set("licences") {
        let near = NearConfig { threshold: Share::hundredths(50), ..NearConfig::preset(NearPreset::Strict) };
        let found = adjusted_rand(&set, &clusters(&set, near));
        assert!(found >= 0.9974, "{found}");
    }
}

#[test]
fn news_serves_both() {
    if let Some(set) = set("natural-labelled-dev") {
        let (f1, wrong) = labelled(&set, &clusters(&set, NearConfig::preset(NearPreset::News)));
        assert!(f1 >= 0.99 && wrong <= 1, "F1 {f1}, {wrong} false merges");
    }
    for (name, floor) in [("syndication-zh-dev", 0.975), ("syndication-en-dev", 0.985)] {
        if let Some(set) = set(name) {
            let found = adjusted_rand(&set, &clusters(&set, NearConfig::preset(NearPreset::News)));
            assert!(found >= floor, "{name}: {found}");
        }
    }
}

#[test]
fn syndication_finds_every_copy() {
    for (name, floor) in [("syndication-zh-dev", 0.98), ("syndication-en-dev", 0.99)] {
        let Some(set) = set(name) else { continue };
        let found = clusters(&set, NearConfig::preset(NearPreset::Syndication));
        let ari = adjusted_rand(&set, &found);
        assert!(ari >= floor, "{name}: {ari}");
        let rows = rows(&set.join("truth.tsv"));
        let base = |cluster: &String| rows.iter().find(|row| row[1] == *cluster && row[2] == "base").unwrap();
        for edit in ["script", "entities"] {
            let edited: Vec<_> = rows.iter().filter(|row| row[2] == edit).collect();
            let is_found = |row: &&&Vec<String>| {
                found.get(&row[0]).is_some_and(|cluster| found.get(&base(&row[1])[0]) == Some(cluster))
            };
            let recall = edited.iter().filter(is_found).count() as f64 / edited.len() as f64;
            assert!(recall >= 0.95, "{name}, {edit}: {recall}");
        }
    }
}
