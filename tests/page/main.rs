//! The page of a run (`tamis report`) in a real browser: it opens from disk, sorts, filters, shows a pair, and nothing
//! is wrong with it. Skipped where there is no Chromium.

#![cfg(feature = "cli")]

mod browser;
mod features;
mod picture;
mod support;

use browser::Browser;
use serde_json::{Value, json};

use crate::support::lines::lines;
use crate::support::process;
use crate::support::sandbox::Sandbox;

/// A browser; none where there is none, which is said.
fn browser(test: &str) -> Option<Browser> {
    let browser = Browser::start();
    if browser.is_none() {
        process::skip(test, "chromium is not there");
    }
    browser
}

/// The page of `in`, cleaned with these options.
fn report(sandbox: &Sandbox, options: &[&str]) -> std::path::PathBuf {
    sandbox.tamis(
        &[&["clean", "in", "--no-config", "--split", "line", "--out", "out", "--quiet"], options].concat(),
    );
    sandbox.tamis(&["report", "out"]).exits(0);
    sandbox.path("out.tamis/report.html")
}

/// A line of its own kind.
fn line(number: usize) -> String {
    format!("第{number}条：澜湾港今日记录 item{number} of the harbour register")
}

/// Groups of four rules, and a text in Chinese that differs in one character and one number.
fn varied() -> Sandbox {
    let sandbox = Sandbox::new();
    let article = |who: &str, count: u32| {
        let body = lines(6, |n| format!("{}，{}", line(100 + n), line(200 + n)));
        format!("博物馆重新开放，{who}主持仪式，观众{count}人次。\n{body}")
    };
    sandbox.file("in/a/museum.txt", article("馆长", 3800));
    sandbox.file("in/b/museum.txt", article("市长", 3900));
    sandbox.file("in/b/copy.txt", article("馆长", 3800));
    sandbox.file("in/c/lines.txt", lines(70, line));
    let between =
        |n: usize| format!("各说各话{n}：nothing{n} of these{n} words{n} stands{n} anywhere{n} else{n}");
    sandbox.file("in/d/lines.txt", lines(70, |n| format!("{}\n{}", line(69 - n), between(n))));
    sandbox.file("in/e/lines.txt", lines(3, |n| line(2 - n)));
    sandbox.file("in/broken.jsonl", "{\"text\":\n");
    sandbox
}

const ROWS: &str = "document.querySelectorAll('#group-table tr.row').length";
const CELLS: &str = "[...document.querySelectorAll('#group-table tr.row')]";

fn column(browser: &mut Browser, name: &str) -> Vec<String> {
    let cells = browser
        .value(&format!("{CELLS}.map((row) => row.querySelector('.c-{name}').innerText.split('\\n')[0])"));
    cells.as_array().expect("cells").iter().map(|cell| cell.as_str().expect("text").to_owned()).collect()
}

fn numbers(browser: &mut Browser, name: &str) -> Vec<u64> {
    column(browser, name).iter().map(|cell| cell.replace(',', "").parse().expect("a number")).collect()
}

fn sort_by(browser: &mut Browser, name: &str) -> Value {
    browser.value(&format!(
        "(() => {{ const head = document.querySelector('th.c-{name}'); head.firstChild.click(); return head.ariaSort; }})()"
    ))
}

#[test]
fn it_opens_sorts_filters_and_shows_a_pair() {
    let Some(mut browser) = browser("it_opens_sorts_filters_and_shows_a_pair") else { return };
    let sandbox = varied();
    browser.open(&report(&sandbox, &["--near"]), "");
    browser.is_content();
    for section in
        ["totals", "rules", "encodings", "directories", "lengths", "copies", "groups", "repeated", "rejected"]
    {
        assert_eq!(
            browser.value(&format!("document.getElementById('{section}').hidden")),
            json!(false),
            "{section}"
        );
    }
    assert_eq!(browser.value(ROWS), json!(50));
    assert_eq!(numbers(&mut browser, "number"), (1..=50).collect::<Vec<_>>());

    assert_eq!(sort_by(&mut browser, "copies"), json!("descending"));
    let copies = numbers(&mut browser, "copies");
    assert!(copies.is_sorted_by(|a, b| a >= b) && copies[0] > copies[49], "{copies:?}");
    assert_eq!(sort_by(&mut browser, "copies"), json!("ascending"));
    assert!(numbers(&mut browser, "copies").is_sorted());
    assert_eq!(sort_by(&mut browser, "path"), json!("ascending"));
    assert!(column(&mut browser, "path").is_sorted());

    browser.press("/");
    assert_eq!(browser.value("document.activeElement.id"), json!("filter"));
    browser.type_text("博物馆 市长");
    browser.wait_for(&format!("{ROWS} === 1"));
    assert_eq!(column(&mut browser, "rule"), ["near-document"]);
    browser.press("ArrowDown");
    browser.press("Enter");
    let marks = "[...document.querySelectorAll('.prose mark')].map((mark) => mark.className + ' ' + mark.textContent)";
    assert_eq!(browser.value(marks), json!(["left 馆", "left 3800", "right 市", "right 3900"]));
    assert_eq!(browser.value("document.querySelector('.prose').lang"), json!("zh-Hans"));
    assert_eq!(browser.value("document.activeElement.ariaExpanded"), json!("true"));
    browser.press("Escape");
    assert_eq!(browser.value("document.querySelectorAll('.detail').length"), json!(0));
    assert_eq!(browser.value("document.activeElement.className"), json!("opener"));

    browser.value("document.getElementById('filter').value = ''");
    browser.value(
        "(() => { const rule = document.getElementById('rule'); rule.value = 'exact-document'; \
         rule.dispatchEvent(new Event('change')); })()",
    );
    assert_eq!(column(&mut browser, "rule"), [""; 0], "the words of the filter still hold");
    browser.value("document.getElementById('filter').dispatchEvent(new Event('input'))");
    browser.wait_for(&format!("{ROWS} === 1"));
    assert_eq!(column(&mut browser, "rule"), ["exact-document"]);
    browser.is_content();
}

#[test]
fn pages_and_addresses() {
    let Some(mut browser) = browser("pages_and_addresses") else { return };
    let sandbox = varied();
    let page = report(&sandbox, &["--near"]);
    browser.open(&page, "");
    let total = browser.value("JSON.parse(document.getElementById('data').textContent).groups.length");
    let total = total.as_u64().expect("a number");
    assert!((60..100).contains(&total), "{total}");
    browser.value("document.querySelector('[data-to=next]').click()");
    assert_eq!(numbers(&mut browser, "number"), (51..=total).collect::<Vec<_>>());
    assert_eq!(browser.value("document.querySelector('[data-to=next]').disabled"), json!(true));
    let count = browser.value("document.getElementById('count').textContent");
    assert_eq!(count, json!(format!("51–{total} of {total} groups")));

    browser.open(&page, "#g60");
    assert_eq!(browser.value("document.querySelector('tr.open').dataset.number"), json!("60"));
    browser.press("ArrowDown");
    browser.press("Enter");
    assert_eq!(browser.value("location.hash"), json!("#g61"));
    assert_eq!(browser.value("document.querySelectorAll('.side .prose').length"), json!(2));
    browser.is_content();
}

#[test]
fn hostile_text_is_text() {
    let Some(mut browser) = browser("hostile_text_is_text") else { return };
    let sandbox = Sandbox::new();
    let hostile =
        "<script>alert(1)</script><img src=x onerror=alert(2)></script><!--<b>\u{202e}txt.exe\u{2066}";
    let near = |end: &str| format!("{hostile} {} {end}\n", lines(30, |n| format!("w{n}")).replace('\n', " "));
    sandbox.file("in/<img src=x onerror=alert(3)>/\u{202e}<script>alert(4)<⁄script>.txt", near("one"));
    sandbox.file("in/b.txt", format!("{hostile}\n{hostile}\n\"&quot;&#39;'`${{1}}.\n"));
    // Ends of lines for JavaScript of old, which end a line of a text, too: only a name can hold them.
    sandbox.file("in/c\u{2028}\u{2029}.txt", "\"&quot;&#39;'`${1}.\n");
    sandbox.file("in/d.txt", near("one more"));
    let id = json!({"id": hostile, "text": hostile}).to_string();
    sandbox.file("in/r.jsonl", format!("{id}\n{id}\n{{<script>alert(5)</script>\n"));
    browser.open(&report(&sandbox, &["--near=paragraphs"]), "#g1");
    assert_eq!(
        browser.value("document.querySelectorAll('script, img, b:not(.place b, summary b)').length"),
        json!(3)
    );
    let shown = browser.value("document.getElementById('repeated').innerText");
    let shown = shown.as_str().expect("text");
    assert!(
        shown.contains("<script>alert(1)</script><img src=x onerror=alert(2)></script><!--<b>"),
        "{shown}"
    );
    assert!(shown.contains("U+202E") && !shown.contains('\u{202e}'), "{shown}");
    assert!(shown.contains("&quot;&#39;'`${1}."), "{shown}");
    let groups = browser.value("document.getElementById('groups').innerText");
    assert!(groups.as_str().expect("text").contains("\\u{202e}<script>alert(4)"), "{groups}");
    assert_eq!(browser.value("/[\\u2028\\u2029]/.test(document.documentElement.outerHTML)"), json!(false));
    let rejected = browser.value("document.getElementById('rejected').innerText");
    assert!(rejected.as_str().expect("text").contains("r.jsonl"), "{rejected}");
    browser.is_content();
}

#[test]
fn ten_thousand_groups() {
    let Some(mut browser) = browser("ten_thousand_groups") else { return };
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", lines(10_500, line));
    sandbox.file("in/b.txt", lines(10_500, |n| line(10_499 - n)));
    browser.open(&report(&sandbox, &[]), "");
    let groups = browser.value("JSON.parse(document.getElementById('data').textContent).groups.length");
    assert_eq!(groups, json!(10_000));
    let note = browser.value("document.getElementById('groups-note').textContent");
    assert!(note.as_str().expect("text").contains("10,000 that removed the most text, of 10,500"), "{note}");
    for name in ["number", "path", "rule", "similarity", "copies", "paragraphs", "bytes"] {
        sort_by(&mut browser, name);
        sort_by(&mut browser, name);
        assert_eq!(browser.value(ROWS), json!(50));
    }
    browser.value("document.getElementById('filter').focus()");
    browser.type_text("第7777条");
    browser.wait_for(&format!("{ROWS} === 1"));
    browser.is_content();
}

#[test]
fn a_phone_and_the_dark() {
    let Some(mut browser) = browser("a_phone_and_the_dark") else { return };
    let sandbox = varied();
    let long = "path/".repeat(40);
    sandbox.file(format!("in/{long}x.txt"), format!("{}\n", "unbroken".repeat(100)));
    sandbox.file(format!("in/{long}y.txt"), format!("{}\n", "unbroken".repeat(100)));
    let page = report(&sandbox, &["--near"]);
    browser.prefer("light");
    for width in [375, 390, 1280] {
        browser.resize(width, 800);
        for fragment in ["", "#g1", "#g2", "#g3", "#g30"] {
            browser.open(&page, fragment);
            // With what is ticked, and what was rejected, to be seen.
            browser.value("document.querySelectorAll('.tick input').forEach((box) => box.click())");
            browser.value("document.querySelectorAll('details').forEach((part) => { part.open = true; })");
            let wide = browser.value("document.documentElement.scrollWidth");
            assert!(wide.as_u64().expect("a width") <= u64::from(width), "{width} {fragment}: {wide}");
        }
    }
    let ground = "getComputedStyle(document.body).backgroundColor";
    let light = browser.value(ground);
    browser.prefer("dark");
    assert_ne!(browser.value(ground), light);
    browser.is_content();
}
