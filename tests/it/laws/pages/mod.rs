//! Whatever the markup, a page is read or rejected by name: never a panic, the same bytes however many threads there are,
//! and a text that is clean.
//!
//! Pages with every structure are changed at random (`change`). A failure names the smallest page that fails. More pages:
//! `PROPTEST_CASES=256000`; others: `PROPTEST_RNG_SEED=$RANDOM`.

mod change;
mod seeds;
mod sizes;

use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::test_runner::RngSeed;
use tamis::Config;
use tamis::config::{Pages, SplitMode};

use self::change::{Page, draw};
use self::seeds::{SCRIPT, SEEDS, STYLE};
use crate::support::cases::cases;
use crate::support::files::Files;
use crate::support::json::text_of;
use crate::support::memory::{clean, differing};

/// Pages that are cleaned in one run.
const PAGES_A_RUN: usize = 64;

fn config(pages: Pages) -> Config {
    let mut config = Config { threads: 1, ..Config::default() };
    config.read.pages = pages;
    // Cleaning twice changes nothing at one split.
    config.split.split = SplitMode::Line;
    config
}

/// Cleans pages together, and checks what holds for any page.
fn holds(pages: &[&Page], config: &Config) {
    let files: Files =
        pages.iter().enumerate().map(|(number, page)| (format!("{number:03}.html"), page.bytes())).collect();
    let run = clean(&files, config);
    let mut out = run.out.clone();
    out.retain(|_, text| !begins_as_other(text));
    let again = clean(&out, config);
    if let Some(path) = differing(&again.out, &out).first() {
        let shown = |files: &Files| files.get(path).map(|text| String::from_utf8_lossy(text).into_owned());
        panic!("cleaned again, {path} changes from {:?} to {:?}", shown(&out), shown(&again.out));
    }
    let by_two = clean(&files, &Config { threads: 2, ..config.clone() });
    assert!(run == by_two, "2 threads: {:?}", differing(&run.out, &by_two.out));
    for line in &run.rejected {
        let (reason, detail) = (text_of(line, "reason"), text_of(line, "detail"));
        let is_known = ["page_unread", "not_utf8", "encoding_unknown", "undecodable", "encoding_unread"]
            .contains(&reason);
        assert!(is_known && !detail.contains("extractor"), "{line}");
    }
    for (path, content) in &run.out {
        let text = std::str::from_utf8(content).expect("UTF-8");
        assert!(!text.contains(['\r', '\0']), "{path}: {text:?}");
        let number: usize =
            path.strip_suffix(".html.txt").and_then(|name| name.parse().ok()).expect("a page's");
        let is_hidden = !pages[number].is_tame || !text.contains(SCRIPT) && !text.contains(STYLE);
        assert!(is_hidden, "{path}: a script or a style in {text:?}");
    }
}

/// Whether a text begins as pages, records or settings do: the next run takes a file that begins so for one, whatever its
/// name is.
fn begins_as_other(text: &[u8]) -> bool {
    let begin = text.trim_ascii_start();
    [&b"<"[..], b"{", b"["].iter().any(|other| begin.starts_with(other))
}

fn fails(pages: &[&Page], config: &Config) -> bool {
    catch_unwind(AssertUnwindSafe(|| holds(pages, config))).is_err()
}

/// The smallest page that fails as this one does: pieces are left out for as long as it does.
fn smallest(page: &Page, config: &Config) -> Page {
    let mut page = page.clone();
    let mut len = page.pieces.len() / 2;
    let mut tries = 4000;
    while len > 0 {
        let mut at = 0;
        while at < page.pieces.len() && tries > 0 {
            let mut less = page.clone();
            less.pieces.drain(at..(at + len).min(less.pieces.len()));
            tries -= 1;
            if fails(&[&less], config) {
                page = less;
            } else {
                at += len;
            }
        }
        len /= 2;
    }
    page
}

#[test]
fn changed_pages() {
    let cases = cases(512);
    let from = match cases.rng_seed {
        RngSeed::Fixed(seed) => usize::try_from(seed % 1_000_000).expect("a small number") * 1_000_000_000,
        RngSeed::Random => 0,
    };
    let number = usize::try_from(cases.cases).expect("a count");
    for start in (0..number).step_by(PAGES_A_RUN) {
        let config = config(if start % 256 < 192 { Pages::Main } else { Pages::Text });
        let drawn: Vec<Page> =
            (start..(start + PAGES_A_RUN).min(number)).map(|number| draw(from + number)).collect();
        let pages: Vec<&Page> = drawn.iter().collect();
        if !fails(&pages, &config) {
            continue;
        }
        let alone = pages.iter().position(|page| fails(&[page], &config));
        let Some(alone) = alone else { panic!("pages {start}.. of seed {from} fail together") };
        let page = smallest(pages[alone], &config);
        let shown = page.bytes().escape_ascii().to_string();
        let failure = catch_unwind(AssertUnwindSafe(|| holds(&[&page], &config)));
        panic!("page {} of seed {from} fails: {shown}\n{failure:?}", start + alone);
    }
}

/// Nothing is wrong with the pages that are changed, and each of them but those without a text has one.
#[test]
fn the_pages_themselves() {
    let pages: Vec<Page> =
        SEEDS.iter().map(|seed| Page { pieces: vec![seed.as_bytes().to_vec()], is_tame: true }).collect();
    for mode in [Pages::Main, Pages::Text] {
        holds(&pages.iter().collect::<Vec<_>>(), &config(mode));
    }
    let markers = |marker: &str| SEEDS.iter().filter(|seed| seed.contains(marker)).count();
    assert!(markers(SCRIPT) > 5 && markers(STYLE) > 3);
}
