//! The picture of the page in the README: `docs/report.png`, and beside it the data that it shows.
//!
//! `TAMIS_BLESS=1 cargo test --test page -- picture` takes it anew. Look at it before you commit it.
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did")]

use std::path::{Path, PathBuf};
use std::{env, fs};

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::browser;
use crate::support::sandbox::Sandbox;

const WIDTH: u64 = 1280;
const HEIGHT: u64 = 1000;
/// The picture is no larger than this.
const MAX_BYTES: usize = 200_000;

/// Sections that the picture leaves out, to show a group below the totals.
const LEFT_OUT: &str =
    "#controls, #encodings, #directories, #lengths, #copies, #lost, #repeated, .keys, #rejected";

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

/// The page of the sample corpus, cleaned as the README does it.
fn sample() -> (Sandbox, PathBuf) {
    let sandbox = Sandbox::new();
    for name in ["site", "wire"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
        for entry in walkdir::WalkDir::new(&from).into_iter().map(|entry| entry.expect("an entry")) {
            if entry.file_type().is_file() {
                let to =
                    Path::new("corpus").join(name).join(entry.path().strip_prefix(&from).expect("below"));
                sandbox.file(to, fs::read(entry.path()).expect("a file"));
            }
        }
    }
    sandbox.tamis(&["clean", "corpus/site", "corpus/wire", "--near", "--out", "clean"]).exits(0);
    sandbox.tamis(&["report", "clean"]).exits(0);
    let page = sandbox.path("clean.tamis/report.html");
    (sandbox, page)
}

/// A block of JSON in the page.
fn block(page: &str, id: &str) -> Value {
    let start = format!("<script type=\"application/json\" id=\"{id}\">");
    let json = page.split_once(&start).and_then(|(_, rest)| rest.split_once("</script>"));
    serde_json::from_str(json.expect("a block").0).expect("JSON")
}

/// What the picture shows, without the date and the version.
fn shown(page: &Path) -> Value {
    let page = fs::read_to_string(page).expect("a page");
    let (data, run) = (block(&page, "data"), block(&page, "run"));
    let path = |place: &Value| {
        let number =
            place["path"].as_u64().and_then(|number| usize::try_from(number).ok()).expect("a number");
        data["paths"][number].clone()
    };
    let groups = data["groups"].as_array().expect("groups");
    let rows = groups.iter().map(|group| {
        let columns = ["rule", "similarity", "copies", "paragraphs", "bytes"].map(|name| group[name].clone());
        json!([path(&group["survivor"]), columns])
    });
    let summary = &data["summary"];
    let of_summary = ["files", "documents", "paragraphs", "bytes"].map(|name| summary[name].clone());
    let pair =
        [&groups[1]["survivor"], &groups[1]["places"][0]].map(|place| json!([path(place), place["text"]]));
    json!({
        "inputs": run["inputs"],
        "command": run["command"].as_array().expect("words")[1..],
        "summary": of_summary,
        "groups": rows.take(8).collect::<Vec<_>>(),
        "pair": pair,
    })
}

/// The picture in the README shows what the page of today shows.
#[test]
fn the_picture_is_of_the_page_of_today() {
    let (_sandbox, page) = sample();
    let (shown, told) = (shown(&page), docs("report.png.json"));
    if is_blessed() {
        let text = serde_json::to_string_pretty(&shown).expect("JSON") + "\n";
        fs::write(&told, text).expect("a file");
    }
    let told: Value = serde_json::from_slice(&fs::read(told).expect("a file")).expect("JSON");
    assert_eq!(told, shown, "take the picture anew: TAMIS_BLESS=1 cargo test --test page -- picture");
    let png = fs::read(docs("report.png")).expect("a picture");
    assert!(png.len() <= MAX_BYTES, "{} bytes", png.len());
    assert_eq!(size(&png), (WIDTH, HEIGHT));
}

/// The picture can be taken. It is put in its place under `TAMIS_BLESS=1` only.
#[test]
fn the_picture() {
    let Some(mut browser) = browser("the_picture") else { return };
    let (_sandbox, page) = sample();
    browser.prefer("light");
    browser.resize(1280, 640);
    browser.open(&page, "#g2");
    browser.wait_for("document.querySelectorAll('.side .prose').length === 2");
    browser.value(&format!(
        "document.querySelectorAll('{LEFT_OUT}').forEach((part) => {{ part.hidden = true; }}); \
         document.activeElement.blur(); scrollTo(0, 0)"
    ));
    let clip = json!({"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT, "scale": 1});
    let params = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
    let taken = browser.call("Page.captureScreenshot", &params);
    let png = BASE64.decode(taken["data"].as_str().expect("data").as_bytes()).expect("Base64");
    assert_eq!(size(&png), (WIDTH, HEIGHT));
    assert!(png.len() <= MAX_BYTES, "{} bytes", png.len());
    browser.is_content();
    if is_blessed() {
        fs::write(docs("report.png"), png).expect("a picture");
    }
}

fn is_blessed() -> bool {
    env::var_os("TAMIS_BLESS").is_some_and(|value| value == "1")
}

/// Width and height of a PNG.
#[track_caller]
fn size(png: &[u8]) -> (u64, u64) {
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"), "no PNG");
    let number = |at: usize| u64::from(u32::from_be_bytes(png[at..at + 4].try_into().expect("4 bytes")));
    (number(16), number(20))
}
