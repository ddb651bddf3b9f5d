//! Dumps of `<doc>` elements (contract D5): a record an element, its tags byte for byte, whatever the file is called,
//! compressed with or written in.

use tamis::Config;

use crate::support::memory::{clean, clean_twice, file, files};
use crate::support::packs::{COMPRESSIONS, compress, container, decompress, tar, texts, untar};
#[cfg(feature = "cli")]
use crate::support::{json::json_lines, sandbox::Sandbox};

/// A dump as Sogou Labs have it.
fn news(texts: &[&str]) -> String {
    let one = |(number, text): (usize, &&str)| {
        format!(
            "<doc>\n<url>http://news.example/{number}.html</url>\n<docno>{number:x}-{number}</docno>\n\
             <contenttitle>标题：{number}</contenttitle>\n<content>{text}</content>\n</doc>\n"
        )
    };
    texts.iter().enumerate().map(one).collect()
}

#[test]
fn borders_stay_and_copies_go() {
    let dump = news(&["甲　第一段，很长的一段话。", "乙　别的内容。", "甲　第一段，很长的一段话。"]);
    let wiki = "<doc id=\"1\" url=\"https://a?curid=1\" title=\"数学\">\n数学\n\n甲\n</doc>\n\n\
        <doc id=\"2\" url=\"https://a?curid=2\" title=\"\"引号\"\">\n引号\n\n甲\n乙\n</doc>\n";
    let run = clean_twice(&files([("news.dat", dump.into()), ("wiki_00", wiki.into())]), &Config::default());
    assert_eq!(run.rejected, [serde_json::Value::Null; 0]);
    assert_eq!(run.summary.records.read, 5);
    let news_out = run.text("news.dat");
    assert_eq!(news_out.matches("<doc>\n").count(), 2);
    assert_eq!(news_out.matches("\n</doc>\n").count(), 2);
    assert!(news_out.contains("<contenttitle>标题：1</contenttitle>\n<content>乙　别的内容。"), "{news_out}");
    let expected = "<doc id=\"1\" url=\"https://a?curid=1\" title=\"数学\">\n数学\n\n甲\n</doc>\n\n\
        <doc id=\"2\" url=\"https://a?curid=2\" title=\"\"引号\"\">\n引号\n\n乙\n</doc>\n";
    assert_eq!(run.text("wiki_00"), expected);
    assert_eq!(run.ledger.len(), 2);
    assert_eq!((&run.ledger[0]["record"], &run.ledger[0]["id"]), (&2.into(), &"2-2".into()));
    assert_eq!((&run.ledger[1]["record"], &run.ledger[1]["id"]), (&1.into(), &"2".into()));
}

#[test]
fn under_compression_and_in_archives() {
    let dump = container("docs", &["one\ntwo\n", "two\nthree\n"]);
    let config = Config::default();
    let expected = ["one\ntwo\n", "three\n"];
    for compression in COMPRESSIONS {
        let name = format!("wiki_00.{compression}");
        let run = clean_twice(&file(&name, compress(compression, &dump)), &config);
        assert_eq!(texts("docs", &decompress(compression, &run.out[&name])), expected, "{name}");
    }
    for name in ["AA/wiki_00", "news.dat", "a.txt"] {
        let run = clean_twice(&file("x.tar", tar(&[(name, dump.clone())])), &config);
        assert_eq!(texts("docs", &untar(&run.out["x.tar"])[name]), expected, "{name}");
    }
}

#[test]
fn in_the_encodings_of_their_time() {
    let text = "新华社北京电，今年第一季度国民经济开局良好，居民消费价格涨幅保持平稳，就业形势总体稳定。";
    let dump = news(&[text, "另外一篇，说的是体育比赛的结果。", text]);
    let wide: Vec<u8> = format!("\u{feff}{dump}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (encoding, bytes) in [("gb18030", encoding_rs::GBK.encode(&dump).0.into_owned()), ("UTF-16LE", wide)]
    {
        let run = clean_twice(&file("news_tensite_xml.dat", bytes), &Config::default());
        assert_eq!(run.summary.documents.encodings.keys().collect::<Vec<_>>(), [encoding], "{encoding}");
        assert_eq!((run.summary.records.read, run.summary.documents.kept), (3, 2), "{encoding}");
        let out = run.text("news_tensite_xml.dat");
        assert!(
            out.contains(&format!("<content>{text}")) && out.contains("<contenttitle>标题：1</contenttitle>")
        );
    }
}

/// What is wrong with one element is told by its line, and the others are read.
#[test]
fn broken_elements_are_rejected_one_by_one() {
    let dump = "junk before\n\
        <doc id=\"1\" url=\"u\" title=\"a\">\nfirst\n</doc>\n\
        <doc id=\"2\" url=\"u\" title=\"b\">\nwithout an end\n\
        <doc id=\"3\" url=\"u\" title=\"c\">\nthird\n</doc>\n\
        </doc>\n\
        <doc id=\"4\" url=\"u\" title=\"d\">\nit says <doc id=\"5\"> and goes on\n</doc>\n\
        <doc id=\"6\" url=\"u\" title=\"e\">\nlast\n</doc>\n\
        <doc id=\"7\" url=\"u\" title=\"f\">\nbreaks off";
    // What does not begin with a tag is told by `--input-format` or by its name.
    let run = clean_twice_but_for_faults("a.docs", dump);
    let lines: Vec<_> = run.rejected.iter().map(|line| line["line"].as_u64()).collect();
    assert_eq!(lines, [1, 5, 10, 11, 17].map(Some));
    assert!(run.reasons().iter().all(|(_, reason)| *reason == "not_doc"), "{:?}", run.rejected);
    assert_eq!(texts("docs", &run.out["a.docs"]), ["first\n", "third\n", "last\n"]);
}

#[track_caller]
fn clean_twice_but_for_faults(name: &str, content: &str) -> crate::support::run::Run {
    let run = clean(&file(name, content), &Config::default());
    let again = clean_twice(&run.out, &Config::default());
    assert!(again.out == run.out);
    run
}

/// A dump of many pieces is read as a small one, at any number of threads.
#[test]
fn large_dumps_are_read_in_pieces() {
    let texts_in: Vec<String> =
        (0..30_000).map(|n| format!("paragraph {n} of the dump\nparagraph {} again\n", n / 2)).collect();
    let dump = container("docs", &texts_in);
    assert!(dump.len() > 2_000_000);
    let expected = clean_twice(&file("wiki", &dump), &Config { threads: 1, ..Config::default() });
    let run = clean(&file("wiki", &dump), &Config { threads: 4, ..Config::default() });
    assert!(run == expected);
    assert_eq!((run.summary.records.read, run.summary.paragraphs.kept), (30_000, 45_000));
    assert_eq!(run.ledger[0]["id"], "1");
    let packed = clean(&file("wiki.gz", compress("gz", &dump)), &Config::default());
    assert!(decompress("gz", &packed.out["wiki.gz"]) == run.out["wiki"]);
}

#[cfg(feature = "cli")]
#[test]
fn fields_and_options() {
    let sandbox = Sandbox::new();
    sandbox.file("in/news.dat", news(&["one", "two"]));
    sandbox.file("in/wiki_00", "<doc id=\"7\" url=\"https://a\" title=\"He said \"no\"\">\nthree\n</doc>\n");
    sandbox.tamis(&["clean", "in", "--out", "out", "--to", "jsonl", "--quiet"]).exits(0);
    let lines = json_lines(&sandbox.read("out/part-00000.jsonl"));
    assert_eq!(lines[1]["id"], "1-1");
    assert_eq!(
        (&lines[1]["url"], &lines[1]["docno"], &lines[1]["contenttitle"]),
        (&"http://news.example/1.html".into(), &"1-1".into(), &"标题：1".into())
    );
    assert_eq!(
        (&lines[2]["id"], &lines[2]["url"], &lines[2]["title"]),
        (&"7".into(), &"https://a".into(), &"He said \"no\"".into())
    );
    sandbox.tamis(&["verify", "in", "--out", "out", "--to", "jsonl"]).exits(0);
    sandbox.tamis(&["clean", "in", "--out", "plain", "--quiet"]).exits(0);
    sandbox.tamis(&["verify", "in", "--out", "plain"]).exits(0);
    assert!(sandbox.tamis(&["inspect", "in"]).exits(0).out().contains("2 doc"));
}
