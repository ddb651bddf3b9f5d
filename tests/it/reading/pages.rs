//! Pages of HTML: their main text is a document, written as text (contract H1, H2, H3).
#![expect(clippy::format_collect, reason = "texts of a few lines, made for a test")]

use encoding_rs::{GB18030, SHIFT_JIS};
use tamis::Config;
use tamis::config::{ExactUnits, Pages};

use crate::support::files::Files;
use crate::support::memory::{clean, clean_twice, file, files};
use crate::support::packs::{compress, decompress, tar, untar, unzip, zip};
use crate::support::pages::{FERRY, FERRY_ZH, page, text};

const TITLE: &str = "No boat to the outer islands";
const TITLE_ZH: &str = "北风八级，外岛渡轮停航";

/// Nothing is removed: what a page is read as is what comes out.
fn reading() -> Config {
    let mut config = Config { threads: 2, ..Config::default() };
    config.decide.exact = ExactUnits::Off;
    config
}

#[test]
fn a_page_becomes_its_main_text() {
    let page = page("", TITLE, &FERRY);
    let run = clean_twice(&file("a/p.html", &page), &Config::default());
    assert_eq!(run.out.keys().collect::<Vec<_>>(), ["a/p.html.txt"]);
    assert_eq!(run.text("a/p.html.txt"), text(TITLE, &FERRY));
    let pages = run.summary.pages.expect("pages are counted");
    assert_eq!((pages.read, pages.other_charset, pages.without_text().len()), (1, 0, 0));
    assert!(pages.chars_text > 400 && pages.chars_visible > pages.chars_text, "{pages:?}");
    assert_eq!(run.summary.documents.kept, 1);
}

/// A file that begins as a page is one, whatever it is called; its text goes to its name with `.txt` behind it.
#[test]
fn names_of_pages_and_of_their_texts() {
    let page = page("", TITLE, &FERRY).into_bytes();
    for (name, expected) in [
        ("a.html", "a.html.txt"),
        ("A.HTM", "A.HTM.txt"),
        ("a.xhtml", "a.xhtml.txt"),
        ("a.shtml.gz", "a.shtml.txt.gz"),
        ("wiki/Ferry", "wiki/Ferry.txt"),
        ("show.php", "show.php.txt"),
        ("show.aspx.zst", "show.aspx.txt.zst"),
        ("story.123", "story.123.txt"),
        ("a.txt", "a.txt"),
        ("a.md", "a.md.txt"),
    ] {
        let compression = ["gz", "zst"].into_iter().find(|ending| name.ends_with(ending)).unwrap_or_default();
        let run = clean_twice(&file(name, compress(compression, &page)), &reading());
        let [(path, content)] = run.out.iter().collect::<Vec<_>>()[..] else { panic!("{name}") };
        assert_eq!(path, expected);
        assert_eq!(decompress(compression, content), text(TITLE, &FERRY).as_bytes(), "{name}");
    }
}

#[test]
fn what_is_no_page() {
    let config = Config::default();
    let template = "<!DOCTYPE html>\n<html><body><?php echo $title ?></body></html>";
    let none = files([
        ("a.php", template.into()),
        ("b.asp", b"<% Response.Write(1) %>".to_vec()),
        ("c.mhtml", b"From: <Saved by Blink>".to_vec()),
        ("d.html", b"<?xml version=\"1.0\"?>\n<rss></rss>".to_vec()),
    ]);
    let run = clean(&none, &config);
    assert_eq!((run.out.len(), run.summary.files.skipped.values().sum::<u64>()), (0, 4));
    assert_eq!((run.summary.files.skipped["html"], run.summary.pages), (1, None));
    // Text about pages is text.
    let prose = "<html> is the first tag of a page.\n".replace("<html> is", "The tag <html> is");
    assert_eq!(clean_twice(&file("a.txt", &prose), &config).text("a.txt"), prose);
    // What is left of a page without its tags keeps its lines.
    let rest = "<!doctype html>\nNews\nSport\n";
    assert_eq!(clean_twice(&file("a.txt", rest), &config).text("a.txt"), rest);
    // What should be records is not read as a page.
    let page = page("", TITLE, &FERRY);
    assert_eq!(clean(&file("a.csv", &page), &config).reasons(), [("a.csv", "misnamed")]);
}

/// The same text in every container, compression and encoding (contract H2).
#[test]
fn wherever_a_page_stands_and_in_whatever_encoding() {
    let label =
        |label: &str| format!("<meta http-equiv=\"Content-Type\" content=\"text/html; charset={label}\">");
    let gbk = |head: &str| GB18030.encode(&page(head, TITLE_ZH, &FERRY_ZH)).0.into_owned();
    let utf16 = |page: String| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(page.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let toolbar = format!("<!-- an archive's bar: {} --><meta charset=\"utf-8\">", "x".repeat(3000));
    let long = format!("<script>{}</script>", "/* padding */\n".repeat(40_000));
    let pages = [
        ("utf8.html", page(&label("utf-8"), TITLE_ZH, &FERRY_ZH).into_bytes()),
        ("gbk.html", gbk(&label("gb2312"))),
        ("none.html", gbk("")),
        ("lies.html", gbk(&label("utf-8"))),
        ("toolbar.html", gbk(&(toolbar + &label("gb2312")))),
        ("wide.html", utf16(page("", TITLE_ZH, &FERRY_ZH))),
        ("entities.html", {
            let title: String = TITLE_ZH.chars().map(|c| format!("&#{};", u32::from(c))).collect();
            page("", &title, &FERRY_ZH).into_bytes()
        }),
        ("large.html", gbk(&(label("gbk") + &long))),
    ];
    let expected = text(TITLE_ZH, &FERRY_ZH);
    let mut corpus: Files = pages.iter().map(|(name, page)| ((*name).to_owned(), page.clone())).collect();
    corpus.insert("p.tar".to_owned(), tar(&pages));
    corpus.insert("p.zip".to_owned(), zip(&pages));
    corpus.insert("p.tgz".to_owned(), compress("gz", &tar(&pages)));
    let run = clean(&corpus, &reading());
    for (name, _) in &pages {
        assert_eq!(run.text(&format!("{name}.txt")), expected, "{name}");
    }
    for members in
        [untar(&run.out["p.tar"]), unzip(&run.out["p.zip"]), untar(&decompress("gz", &run.out["p.tgz"]))]
    {
        let mut names: Vec<_> = pages.iter().map(|(name, _)| format!("{name}.txt")).collect();
        names.sort();
        assert_eq!(members.keys().cloned().collect::<Vec<_>>(), names);
        assert!(members.values().all(|member| member == expected.as_bytes()));
    }
    let counts = run.summary.pages.expect("pages");
    assert_eq!((counts.read, counts.other_charset), (32, 8), "two of eight say something else: {counts:?}");
    assert_eq!(run.summary.documents.guessed["gb18030"], 8, "of two of eight no label says what they are");
}

#[test]
fn japanese_in_shift_jis() {
    let paragraphs = [
        "強風のため、離島へ向かうフェリーの午前の便はすべて欠航となりました。運航会社は、午後には平常どおりの運航に戻る見込みだとしています。",
        "およそ二百人の乗客がターミナルで待ち、港の有志が温かいお茶とスープを配りました。一部の乗客は列車で南の港へ向かうことにしました。",
    ];
    let page = page("<meta charset=shift_jis>", "離島へのフェリーが欠航", &paragraphs);
    let run = clean(&file("a.html", SHIFT_JIS.encode(&page).0), &reading());
    assert_eq!(run.text("a.html.txt"), text("離島へのフェリーが欠航", &paragraphs));
}

/// Fields of HTML: `--html-field`.
#[test]
fn a_field_that_holds_pages() {
    let page = page("<meta property=\"og:url\" content=\"https://post.example/a\">", TITLE, &FERRY);
    let line = serde_json::json!({"id": 1, "html": page, "title": "own"});
    let mut config = reading();
    config.read.html_field = vec!["html".to_owned()];
    let run = clean(&file("a.jsonl", format!("{line}\n")), &config);
    let out: serde_json::Value = serde_json::from_str(run.text("a.jsonl")).expect("a line");
    assert_eq!(out, serde_json::json!({"id": 1, "html": text(TITLE, &FERRY), "title": "own"}));
    assert_eq!(run.summary.pages.expect("pages").read, 1);
    // Without the option a field is what it says.
    config.read.html_field.clear();
    config.read.text_field = vec!["html".to_owned()];
    let run = clean(&file("a.jsonl", format!("{line}\n")), &config);
    assert!(run.text("a.jsonl").contains("<nav>") && run.summary.pages.is_none());
}

#[test]
fn all_that_is_visible_or_nothing() {
    let page = page("", TITLE, &FERRY);
    let mut config = reading();
    config.read.pages = Pages::Text;
    let run = clean(&file("a.html", &page), &config);
    let all = run.text("a.html.txt");
    for (part, is_there) in
        [(FERRY[1], true), ("Section 3", true), ("© 2026", true), ("never shown", false), ("color", false)]
    {
        assert_eq!(all.contains(part), is_there, "{part}");
    }
    config.read.pages = Pages::Skip;
    let run = clean(&files([("a.txt", page.clone().into_bytes()), ("b", page.into_bytes())]), &config);
    assert_eq!((run.out.len(), run.summary.files.skipped["html"]), (0, 2));
}

/// A page without a main text is a document that is emptied, and counted by its reason.
#[test]
fn pages_without_a_main_text() {
    let script = "<html><body><div id=root></div><script src=app.js></script></body></html>";
    let pages = files([("app.html", script.into()), ("empty.html", Vec::new())]);
    let run = clean(&pages, &Config::default());
    let counts = run.summary.pages.expect("pages");
    assert_eq!((counts.read, counts.script_only, counts.empty), (2, 1, 1));
    assert_eq!((run.out.len(), run.summary.documents.emptied), (0, 2));
}

/// What is damaged beyond reading is rejected by name; nothing of it is lost in silence.
#[test]
fn pages_that_are_rejected() {
    let bombs = [
        ("tags.html", "<p>".repeat(200_000)),
        ("cells.html", format!("<table><tr>{}</table>", "<td>1".repeat(100_000))),
    ];
    for (name, page) in bombs {
        let run = clean(&file(name, format!("<html>{page}")), &Config::default());
        assert_eq!(run.reasons(), [(name, "page_unread")]);
    }
    let mut config = Config::default();
    config.read.max_document_size = Some(100);
    let run = clean(&file("a.html", page("", TITLE, &FERRY)), &config);
    assert_eq!(run.reasons(), [("a.html", "too_large")]);
}

/// Two files whose texts would have one place are an error before any work, or as soon as one shows to be a page.
#[test]
#[cfg(feature = "cli")]
fn texts_that_collide() {
    use crate::support::sandbox::Sandbox;
    for page_name in ["a.html", "a"] {
        let sandbox = Sandbox::new();
        sandbox.file(format!("in/{page_name}"), page("", TITLE, &FERRY));
        sandbox.file(format!("in/{page_name}.txt"), "another text\n");
        let ran = sandbox.tamis(&["clean", "in", "--out", "out"]);
        ran.exits(2);
        assert!(ran.err().contains(&format!("{page_name}.txt: the inputs")), "{}", ran.err());
        assert!(!sandbox.path("out").exists());
    }
}

/// The ledger speaks of places in the extracted text, and of the lines of the page; the audit holds both.
#[test]
#[cfg(feature = "cli")]
fn places_in_pages() {
    use crate::support::sandbox::Sandbox;
    let sandbox = Sandbox::new();
    sandbox.file("in/a.html", page("", TITLE, &FERRY));
    sandbox.file("in/b.html", page("<meta name=x>\n<meta name=y>", "Another title of the same", &FERRY[..2]));
    sandbox.tamis(&["clean", "in", "--out", "out"]).exits(0);
    let told = sandbox.tamis(&["explain", "out", "b.html:1", "--json"]);
    let line: serde_json::Value = serde_json::from_str(&told.exits(0).out()).expect("a line");
    let page = page("<meta name=x>\n<meta name=y>", "Another title of the same", &FERRY[..2]);
    let at = page.lines().position(|line| line.contains(FERRY[0])).expect("a line") + 1;
    assert_eq!((&line["first"], &line["last"], &line["page_line"]), (&1.into(), &2.into(), &at.into()));
    assert_eq!(line["lines"], serde_json::json!([at, at + 1]));
    sandbox.tamis(&["verify", "in", "--out", "out"]).exits(0);
    for to in ["jsonl", "txt"] {
        sandbox.tamis(&["clean", "in", "--out", to, "--to", to]).exits(0);
        sandbox.tamis(&["verify", "in", "--out", to, "--to", to]).exits(0);
    }
    let checked = sandbox.tamis(&["check", "in", "--format", "json", "--max-duplicates", "0"]);
    assert!(checked.exits(1).out().contains(&format!("\"lines\":[{at},{}]", at + 1)), "{}", checked.out());
}

/// Fields that a page says of itself (contract H3).
#[test]
#[cfg(feature = "cli")]
fn fields_of_pages() {
    use std::io::Write;
    use std::process::Stdio;

    use crate::support::process::Running;
    use crate::support::sandbox::Sandbox;
    let sandbox = Sandbox::new();
    let head = "<meta property=\"og:url\" content=\"https://post.example/a\">\
        <meta property=\"og:site_name\" content=\"The Harbour Post\">\
        <meta property=\"article:published_time\" content=\"2026-01-31T08:05:00+01:00\">";
    sandbox.file("in/a.html", page(head, TITLE, &FERRY));
    sandbox.tamis(&["clean", "in", "--out", "out", "--to", "jsonl"]).exits(0);
    let line: serde_json::Value =
        serde_json::from_str(&sandbox.read_text("out/part-00000.jsonl")).expect("a line");
    assert_eq!(line["text"], text(TITLE, &FERRY));
    for (field, value) in [
        ("path", "a.html"),
        ("title", TITLE),
        ("url", "https://post.example/a"),
        ("date", "2026-01-31T08:05:00+01:00"),
        ("language", "en"),
        ("site", "The Harbour Post"),
    ] {
        assert_eq!(line[field], value, "{field}");
    }
    // A stream is a page if that is said.
    let mut command = sandbox.command(&["clean", "-", "--input-format", "html", "--out", "-"]);
    let mut running = Running::start(command.stdin(Stdio::piped()));
    let mut stdin = running.child.stdin.take().expect("a pipe");
    stdin.write_all(page(head, TITLE, &FERRY).as_bytes()).expect("a pipe");
    drop(stdin);
    assert_eq!(running.finish().exits(0).out(), text(TITLE, &FERRY));
}
