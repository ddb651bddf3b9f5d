//! The next step of the pipeline: uids and hashes of documents in shards, the card of a dataset, and the recipes of
//! `docs/pipeline.md`, each held against what its format demands (contract O6).

#![cfg(feature = "cli")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::lines::lines;
use crate::support::sandbox::Sandbox;

/// Documents with ids, without, with the id of another, and a text of many pieces.
fn corpus() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", "one\n\ntwo\n");
    sandbox.file(
        "in/b.jsonl",
        concat!(
            "{\"id\":\"r1\",\"text\":\"three\",\"uid\":7,\"sha256\":\"x\"}\n",
            "{\"id\":\"gone\",\"text\":\"one\"}\n",
            "{\"text\":\"four\"}\n",
            "{\"id\":\"r1\",\"text\":\"five\"}\n",
            "{\"id\":\"gone\",\"text\":\"六\"}\n",
            "{\"id\":3,\"text\":\"seven\"}\n",
            "{\"id\":\"3\",\"text\":\"eight\"}\n",
        ),
    );
    sandbox.file("in/long.txt", lines(60_000, |line| format!("a long text's line {line}")));
    sandbox
}

fn records(sandbox: &Sandbox, path: &str) -> Vec<Value> {
    let text = sandbox.read_text(path);
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// Whether a text is a UUID in its usual form: 8-4-4-4-12 lower-case hexadecimal digits, of version 8.
fn is_uuid(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let is_hex = |part: &&str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let lengths: Vec<_> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12] && parts.iter().all(is_hex) && parts[2].starts_with('8')
}

/// The value of `name` in each record.
fn values(records: &[Value], name: &str) -> Vec<String> {
    records.iter().map(|record| record[name].as_str().expect("a string").to_owned()).collect()
}

#[test]
fn uids_are_unique_and_those_of_ids_do_not_depend_on_the_place() {
    let sandbox = corpus();
    sandbox.tamis(&["clean", "in", "--out", "out", "--to", "jsonl"]).exits(0);
    let found = records(&sandbox, "out/part-00000.jsonl");
    assert_eq!(values(&found, "id"), ["a.txt", "r1", "b.jsonl#2", "r1", "gone", "3", "3", "long.txt"]);
    let uids = values(&found, "uid");
    assert!(uids.iter().all(|uid| is_uuid(uid)), "{uids:?}");
    assert_eq!(uids.iter().collect::<BTreeSet<_>>().len(), uids.len(), "no two are equal: {uids:?}");
    assert_eq!((&found[1]["source_uid"], &found[1]["source_sha256"]), (&json!(7), &json!("x")));
    // What goes into a uid, worked out by Python's hashlib: an upsert finds what an earlier version wrote.
    assert_eq!(uids[0], "e22b5911-799f-8136-a688-63c12237ef2c", "a file");
    assert_eq!(uids[1], "03c5ede5-472a-8347-86a1-9efe322f10d0", "the first record of an id");
    assert_eq!(uids[3], "e9296511-02be-8233-88f4-6117224f57fd", "a record whose id another has");
    assert_eq!(uids[4], "2212348d-6fb1-804b-809e-9b747804ca3b", "also if that one is not written");
    for record in &found {
        let text = record["text"].as_str().expect("text");
        let sha256 = sha256sum(text);
        assert_eq!(record["sha256"], sha256, "{}", record["id"]);
    }
    // A record that moves keeps its uid if it has an id; one that changes does too, and not its hash.
    sandbox.file(
        "in/b.jsonl",
        "{\"id\":\"new\",\"text\":\"zero\"}\n{\"id\":3,\"text\":\"changed\"}\n{\"id\":\"r1\",\"text\":\"three\"}\n",
    );
    sandbox.tamis(&["clean", "in", "--out", "later", "--to", "jsonl"]).exits(0);
    let later = records(&sandbox, "later/part-00000.jsonl");
    assert_eq!(values(&later, "id"), ["a.txt", "new", "3", "r1", "long.txt"]);
    let later_uids = values(&later, "uid");
    assert_eq!((&later_uids[2], &later_uids[3]), (&uids[5], &uids[1]));
    assert_eq!(later[3]["sha256"], found[1]["sha256"]);
    assert_ne!(later[2]["sha256"], found[5]["sha256"]);
}

// Same bytes, always: ids that come again in other chunks get other uids, whoever formats them. Interrupted runs are held
// to this in `run::resume`.
#[test]
fn repeated_ids_have_uids_of_their_own_on_any_number_of_threads() {
    let sandbox = Sandbox::new();
    let record = |n: usize| {
        let id = n % 4000;
        format!("{{\"id\":\"{id}\",\"text\":\"{}\"}}\n", format!("record {n} ").repeat(30))
    };
    let shard: String = (0..10_000).map(record).collect();
    sandbox.file("in/a.jsonl", &shard);
    sandbox.file("in/b.jsonl", shard.replace("record", "other"));
    let mut trees = Vec::new();
    for (out, options) in [("one", "--threads=1"), ("four", "--threads=4"), ("small", "--memory=256MiB")] {
        sandbox.tamis(&["clean", "in", "--out", out, "--to", "jsonl", options]).exits(0);
        trees.push(sandbox.tree(out));
    }
    assert!(trees[0] == trees[1] && trees[0] == trees[2]);
    let uids = values(&records(&sandbox, "one/part-00000.jsonl"), "uid");
    assert_eq!(uids.len(), 20_000);
    assert_eq!(uids.iter().collect::<BTreeSet<_>>().len(), uids.len());
    sandbox.tamis(&["verify", "in", "--out", "one", "--to", "jsonl"]).exits(0);
}

/// The SHA-256 of a text, by `sha256sum`, which is not ours.
fn sha256sum(text: &str) -> String {
    let mut child = Command::new("sha256sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("sha256sum, of coreutils");
    std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), text.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("it ends");
    String::from_utf8_lossy(&output.stdout).chars().take(64).collect()
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_has_the_uids_and_hashes_of_json_lines() {
    use arrow_array::cast::AsArray;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let sandbox = corpus();
    for to in ["jsonl", "parquet"] {
        sandbox.tamis(&["clean", "in", "--out", to, "--to", to]).exits(0);
    }
    let bytes = bytes::Bytes::from(sandbox.read("parquet/part-00000.parquet"));
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).expect("Parquet").build().expect("rows");
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.expect("rows");
        for row in 0..batch.num_rows() {
            let value = |name: &str| {
                batch.column_by_name(name).expect("a column").as_string::<i32>().value(row).to_owned()
            };
            rows.push(["uid", "id", "path", "text", "sha256"].map(value));
        }
    }
    let record = |record: &Value| {
        ["uid", "id", "path", "text", "sha256"]
            .map(|name| record[name].as_str().expect("a string").to_owned())
    };
    let expected: Vec<_> = records(&sandbox, "jsonl/part-00000.jsonl").iter().map(record).collect();
    assert_eq!(rows, expected);
}

#[test]
fn verify_works_uids_and_hashes_out_again() {
    let sandbox = corpus();
    let args = ["--to", "jsonl", "--dataset-card"];
    sandbox.tamis(&[&["clean", "in", "--out", "out"], &args[..]].concat()).exits(0);
    let verify = [&["verify", "in", "--out", "out"], &args[..]].concat();
    sandbox.tamis(&verify).exits(0);
    let shard = sandbox.read_text("out/part-00000.jsonl");
    let card = sandbox.read_text("out/README.md");
    let found = records(&sandbox, "out/part-00000.jsonl");
    for (field, what) in [("uid", "its uid is"), ("sha256", "its sha256 is not that of its text")] {
        for record in &found {
            let value = record[field].as_str().expect("a string");
            let other = value.replace(|c: char| c != '-' && c != 'a', "a");
            sandbox.file("out/part-00000.jsonl", shard.replace(value, &other));
            let told = sandbox.tamis(&verify).exits(1).out();
            assert!(told.contains(what), "{told}");
        }
    }
    sandbox.file("out/part-00000.jsonl", &shard);
    sandbox.tamis(&verify).exits(0);
    sandbox.file("out/README.md", card.replacen('8', "9", 1));
    let told = sandbox.tamis(&verify).exits(1).out();
    assert!(told.contains("README.md: changed: it is not the card of this run"), "{told}");
}

// The YAML of a card parses, its glob matches the shards and nothing else, and it is the same from run to run.
#[test]
fn a_card_is_what_hubs_read() {
    let sandbox = corpus();
    let clean = ["clean", "in", "--out", "out", "--to", "jsonl", "--shard-size", "1MB", "--dataset-card"];
    sandbox.tamis(&clean).exits(0);
    let card = sandbox.read_text("out/README.md");
    let (yaml, text) =
        card.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).expect("front matter");
    let yaml: Value = serde_saphyr::from_str(yaml).expect("YAML");
    assert_eq!(
        yaml,
        json!({
            "configs": [{
                "config_name": "default",
                "data_files": [{"split": "train", "path": "part-*.jsonl"}],
            }],
            "size_categories": ["n<1K"],
            "tags": ["deduplicated"],
        })
    );
    let names: Vec<_> = sandbox.tree("out").into_keys().collect();
    let is_shard = |name: &&PathBuf| {
        let is_json_lines = name.extension().is_some_and(|extension| extension == "jsonl");
        is_json_lines && name.to_str().is_some_and(|name| name.starts_with("part-"))
    };
    assert_eq!(names.iter().filter(is_shard).count(), names.len() - 1, "{names:?}");
    assert!(names.len() > 2, "{names:?}");
    let summary = sandbox.summary("out.tamis");
    assert!(text.contains("# 8 documents"), "{text}");
    assert!(text.contains("| documents | 9 | 8 | 1 |"), "{text}");
    let num_bytes: usize = names.iter().map(|name| sandbox.read(Path::new("out").join(name)).len()).sum();
    assert_eq!(summary["bytes"]["output"], num_bytes);
    // --force knows it.
    sandbox.tamis(&[&clean[..], &["--force", "--threads", "1"]].concat()).exits(0);
    assert_eq!(sandbox.read_text("out/README.md"), card);
    for (args, says) in [
        (&["clean", "in", "--out", "x", "--dataset-card"][..], "add --to jsonl or --to parquet"),
        (&["clean", "in", "--out", "-", "--to", "jsonl", "--dataset-card"], "name a directory"),
    ] {
        sandbox.tamis(args).exits(2).says(&["dataset-card", says]);
    }
}

/// The blocks of shell in `docs/pipeline.md` that run `jq`.
fn recipes() -> Vec<&'static str> {
    let page = include_str!("../../../docs/pipeline.md");
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("\n```"));
    blocks.map(|(block, _)| block).filter(|block| block.contains("jq ")).collect()
}

// The recipes of the page, run as they stand there.
#[test]
fn recipes_make_what_their_formats_demand() {
    if Command::new("jq").arg("--version").output().is_err() {
        eprintln!("NOT RUN: jq is not here, and the recipes of docs/pipeline.md need it");
        return;
    }
    let sandbox = corpus();
    sandbox.tamis(&["clean", "in", "--out", "shards", "--to", "jsonl"]).exits(0);
    let recipes = recipes();
    assert_eq!(recipes.len(), 2, "{recipes:?}");
    for recipe in recipes {
        let output = Command::new("sh")
            .args(["-e", "-c", recipe])
            .current_dir(sandbox.root())
            .output()
            .expect("a shell");
        assert!(output.status.success(), "{recipe}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let documents = records(&sandbox, "shards/part-00000.jsonl");
    // OpenSearch's bulk API: an action and a source in turn, each on a line, the last line ended too.
    let bulk = sandbox.read_text("bulk.ndjson");
    assert!(bulk.ends_with("}\n"), "the last line is ended");
    let lines = records(&sandbox, "bulk.ndjson");
    assert_eq!(lines.len(), 2 * documents.len());
    for (pair, document) in lines.chunks(2).zip(&documents) {
        assert_eq!(pair[0], json!({"index": {"_index": "news", "_id": document["uid"]}}));
        assert_eq!((&pair[1]["text"], &pair[1]["sha256"]), (&document["text"], &document["sha256"]));
    }
    // Qdrant: `points` with an id that is a UUID, a vector and a payload each.
    let points: Vec<Value> = records(&sandbox, "points.ndjson")
        .iter()
        .flat_map(|request| request["points"].as_array().expect("an array of points").clone())
        .collect();
    assert_eq!(points.len(), documents.len());
    for (point, document) in points.iter().zip(&documents) {
        assert!(point["id"].as_str().is_some_and(is_uuid), "{point}");
        assert_eq!((&point["id"], &point["payload"]["text"]), (&document["uid"], &document["text"]));
        assert!(point["vector"].is_array(), "{point}");
    }
}

/// The bytes of the pages of each column, by the column's name.
#[cfg(feature = "parquet")]
fn pages(file: Vec<u8>) -> std::collections::BTreeMap<String, Vec<bytes::Bytes>> {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::file::serialized_reader::ReadOptionsBuilder;
    let file = bytes::Bytes::from(file);
    let options = ReadOptionsBuilder::new().with_page_index().build();
    let reader = SerializedFileReader::new_with_options(file.clone(), options).expect("Parquet");
    let metadata = reader.metadata();
    let mut pages = std::collections::BTreeMap::<_, Vec<_>>::new();
    for (number, group) in metadata.row_groups().iter().enumerate() {
        let indexes = metadata.page_index_for_row_group(number);
        for (number, column) in group.columns().iter().enumerate() {
            let index = indexes.offset_index(number).expect("an index of pages");
            assert!(column.dictionary_page_offset().is_none(), "a page depends on no other");
            let of_column = pages.entry(column.column_path().string()).or_default();
            for page in index.page_locations() {
                let start = usize::try_from(page.offset).expect("a place");
                let len = usize::try_from(page.compressed_page_size).expect("a size");
                of_column.push(file.slice(start..start + len));
            }
        }
    }
    pages
}

// Pages end where their content says: a document more changes the page that it is in, and seldom another.
#[cfg(feature = "parquet")]
#[test]
fn a_document_more_leaves_most_pages_as_they_were() {
    let sandbox = Sandbox::new();
    let record = |number: usize| {
        let line =
            |line: usize| format!("{:016x} ", (number * 1000 + line + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let text: String = (0..100).map(line).collect();
        format!("{{\"id\":\"r{number}\",\"text\":\"{text}\"}}\n")
    };
    let records = |skipped: Option<usize>| -> String {
        (0..4000).filter(|number| Some(*number) != skipped).map(record).collect()
    };
    sandbox.file("before/a.jsonl", records(Some(1500)));
    sandbox.file("after/a.jsonl", records(None));
    for name in ["before", "after"] {
        let out = format!("{name}-out");
        sandbox.tamis(&["clean", name, "--out", &out, "--to", "parquet"]).exits(0);
    }
    let [before, after] =
        ["before-out", "after-out"].map(|out| pages(sandbox.read(format!("{out}/part-00000.parquet"))));
    let texts = &after["text"];
    assert!(texts.len() >= 7, "{} pages of 7 MB", texts.len());
    for (name, pages) in &after {
        let known: BTreeSet<_> = before[name].iter().collect();
        let new = pages.iter().filter(|page| !known.contains(page)).count();
        assert!(new <= 2, "{name}: {new} of {} pages are new", pages.len());
    }
    let longest = 1024 * 1024 + 4096;
    assert!(texts.iter().all(|page| page.len() < longest), "a page ends at 1 MiB");
}
