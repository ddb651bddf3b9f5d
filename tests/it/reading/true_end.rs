//! Contract D5: a container is read to its true end. Archives and streams that stand one after the other are one, what
//! lies after the end of a good one is named and the good one kept, and after a record whose length lies the next one is
//! found again.

use std::process::Stdio;

use tamis::Config;

use crate::support::files::Files;
use crate::support::json;
use crate::support::memory::{clean_twice, file, files};
use crate::support::packs::{
    COMPRESSIONS, compress, container, decompress, jsonl, tar, texts, untar, unzip, wet, zip,
};
use crate::support::process;
use crate::support::sandbox::Sandbox;

fn config() -> Config {
    Config { threads: 2, ..Config::default() }
}

fn line(n: usize) -> String {
    format!("第{n}行，每行都不同，with some English in it, {n}\n")
}

fn lines(numbers: std::ops::Range<usize>) -> String {
    numbers.map(line).collect()
}

/// Small files are read among others, large ones as streams: both ways end in one place.
const COUNTS: [usize; 2] = [3, 6000];

#[test]
fn what_lies_after_a_stream_is_named_and_the_stream_is_kept() {
    for count in COUNTS {
        for format in ["txt", "jsonl", "csv", "warc"] {
            let all: Vec<String> = (0..count).map(line).collect();
            let plain = container(format, &all);
            for compression in COMPRESSIONS {
                let whole = compress(compression, &plain);
                for (zeros, junk) in [(0, &b"<html>\n<h1>504</h1>\n"[..]), (513, b"\x01")] {
                    let name = format!("a.{format}.{compression}");
                    let bytes = [&*whole, &vec![0; zeros], junk].concat();
                    let run = clean_twice(&files([(&*name, bytes), ("z.txt", "last\n".into())]), &config());
                    assert_eq!(run.reasons(), [(&*name, "trailing")]);
                    assert_eq!(run.rejected[0]["byte"], whole.len() + zeros, "{name}");
                    assert!(decompress(compression, &run.out[&name]) == plain, "{name} of {count}");
                    assert_eq!((run.summary.files.read, run.summary.documents.emptied), (1, 0));
                }
            }
        }
    }
}

#[test]
fn streams_go_on_after_padding() {
    for count in COUNTS {
        for compression in COMPRESSIONS {
            let (one, two) = (lines(0..count), lines(count..count + 2));
            let bytes = [
                compress(compression, one.as_bytes()),
                vec![0; 1000],
                compress(compression, two.as_bytes()),
                vec![0; 24],
            ];
            let run = clean_twice(&file("a.txt", bytes.concat()), &config());
            assert_eq!(run.reasons(), [("", ""); 0], "{compression}");
            assert!(decompress(compression, &run.out["a.txt"]) == [one, two].concat().as_bytes());
        }
    }
}

/// Two archives, of which the second is not seen by a reader that stops at two blocks of zeros.
fn two_archives(count: usize) -> (Vec<u8>, Vec<u8>, Files) {
    let members = [
        ("a.txt", lines(0..count)),
        ("b.txt", line(10_000)),
        ("a.txt", line(10_001)),
        ("c/d.jsonl", jsonl(&[line(10_002)])),
    ];
    let pack = |members: &[(&str, String)]| {
        tar(&members.iter().map(|(name, text)| (*name, text.clone().into_bytes())).collect::<Vec<_>>())
    };
    let expected = members[1..].iter().map(|(name, text)| ((*name).to_owned(), text.clone().into_bytes()));
    (pack(&members[..2]), pack(&members[2..]), expected.collect())
}

#[test]
fn archives_one_after_the_other_are_one() {
    for count in COUNTS {
        let (one, two, expected) = two_archives(count);
        let zeros = vec![0; 3 * 512 + 7 * 512];
        for (kind, bytes) in [
            ("tar", [&*one, &two].concat()),
            ("tar", [&*one, &zeros, &two, &zeros].concat()),
            ("tar.gz", compress("gz", &[&*one, &two].concat())),
            ("tar.gz", [compress("gz", &one), compress("gz", &two)].concat()),
            ("tar.zst", [compress("zst", &one), vec![0; 512], compress("zst", &two)].concat()),
            ("tar.xz", [compress("xz", &one), compress("xz", &two)].concat()),
            ("tar.bz2", [compress("bz2", &one), compress("bz2", &two)].concat()),
        ] {
            let name = format!("k.{kind}");
            let run = clean_twice(&files([(&*name, bytes), ("z.txt", line(10_002).into())]), &config());
            assert_eq!(run.reasons(), [("", ""); 0], "{kind}");
            assert_eq!((run.summary.members.found, run.summary.members.read), (4, 4));
            let out = untar(&decompress(kind.strip_prefix("tar.").unwrap_or("none"), &run.out[&name]));
            assert_eq!(out, expected, "{kind}: a map has the last of two members of one name");
            assert_eq!(json::text_of(&run.ledger[0]["survivor"], "path"), format!("{name}/c/d.jsonl"));
        }
    }
}

#[test]
fn what_is_no_member_of_an_archive_is_named() {
    for count in COUNTS {
        let (one, two, expected) = two_archives(count);
        let run = clean_twice(&file("k.tar", [&*one, b"junk"].concat()), &config());
        assert_eq!(run.reasons(), [("k.tar", "trailing")]);
        assert_eq!(run.rejected[0]["byte"], one.len());
        assert_eq!(run.summary.members.read, 2);
        let between = [&*one, &[b'x'; 1024], &two].concat();
        let run = clean_twice(&file("k.tar.gz", compress("gz", &between)), &config());
        assert_eq!(run.reasons(), [("k.tar.gz", "trailing")]);
        assert_eq!(run.summary.members.read, 4, "what comes after it is read all the same");
        assert_eq!(untar(&decompress("gz", &run.out["k.tar.gz"])), expected);
        // The header of the second member.
        let at = (0..one.len()).step_by(512).rfind(|&at| one[at..].starts_with(b"b.txt")).expect("a header");
        let mut damaged = [&*one, &two].concat();
        damaged[at + 124..at + 136].fill(b'?');
        let run = clean_twice(&file("k.tar", &damaged), &config());
        assert_eq!(run.reasons(), [("k.tar", "not_archive")]);
        assert_eq!(run.rejected[0]["byte"], at);
        assert_eq!(run.summary.members.read, 3, "a member is lost, and those after it are not");
    }
}

#[test]
fn zip_archives_one_after_the_other_are_one() {
    for count in COUNTS {
        let one = zip(&[("a.txt", lines(0..count).into()), ("b.txt", line(10_000).into())]);
        let two = zip(&[("a.txt", line(10_001).into()), ("c.txt", line(10_002).into())]);
        let expected = ["a.txt", "a~2.txt", "b.txt", "c.txt"];
        let spanned = [b"PK00", &*one].concat();
        for (bytes, names, reasons) in [
            ([&*one, &two].concat(), &expected[..], vec![]),
            ([&*one, &two, &two].concat(), &["a.txt", "a~2.txt", "b.txt", "c.txt"], vec![]),
            (one.clone(), &["a.txt", "b.txt"], vec![]),
            (spanned, &["a.txt", "b.txt"], vec![]),
            ([&*one, &[0; 100]].concat(), &["a.txt", "b.txt"], vec![]),
            ([&*one, b"\0\0junk"].concat(), &["a.txt", "b.txt"], vec![("k.zip", "trailing")]),
            // The directory of the first is lost.
            ([&one[..one.len() - 60], &two].concat(), &["a.txt", "c.txt"], vec![("k.zip", "trailing")]),
        ] {
            let run = clean_twice(&file("k.zip", &bytes), &config());
            assert_eq!(run.reasons(), reasons);
            assert_eq!(unzip(&run.out["k.zip"]).keys().collect::<Vec<_>>(), names);
        }
    }
}

/// A web archive of many texts, of which the third has this header in place of its length; one that is no text, of the same form, stands
/// before the last.
fn lying(length: &str, page_length: &str) -> Vec<Vec<u8>> {
    let all: Vec<String> = (0..40).map(line).collect();
    let whole = wet(&all);
    let mut records: Vec<String> =
        whole.split("WARC/1.0\r\n").skip(1).map(|record| format!("WARC/1.0\r\n{record}")).collect();
    let true_length = format!("Content-Length: {}", line(2).len());
    assert!(records[3].contains(&true_length));
    records[3] = records[3].replace(&true_length, length);
    let page = "<p>text</p>\n".repeat(30_000);
    let page = format!(
        "WARC/1.0\r\nWARC-Type: resource\r\nContent-Type: text/css\r\n{page_length}\r\n\r\n{page}\r\n\r\n"
    );
    records.insert(40, page);
    records.into_iter().map(String::into_bytes).collect()
}

#[test]
fn after_a_record_whose_length_lies_the_next_one_is_found() {
    let page_length = "Content-Length: 360000";
    let honest = format!("Content-Length: {}", line(2).len());
    for (length, page, reason) in [
        ("Content-Length: 5", page_length, "wrong_length"),
        ("Content-Length: 0", page_length, "wrong_length"),
        ("Content-Length: 99", page_length, "wrong_length"),
        ("Content-Length: 300000", page_length, "wrong_length"),
        ("Content-Length: 99999999", page_length, "wrong_length"),
        ("Content-Length: 99999999999999", page_length, "wrong_length"),
        ("Content-Length: many", page_length, "not_warc"),
        ("X: y", page_length, "not_warc"),
        (&honest, "Content-Length: 350000", "wrong_length"),
        (&honest, "Content-Length: 360100", "wrong_length"),
        (&honest, "Content-Length: 99999999", "wrong_length"),
    ] {
        let records = lying(length, page);
        for (name, bytes) in [
            ("a.warc", records.concat()),
            ("a.warc.gz", compress("gz", &records.concat())),
            ("a.warc.gz", records.iter().flat_map(|record| compress("gz", record)).collect()),
            ("a.warc.zst", records.iter().flat_map(|record| compress("zst", record)).collect()),
        ] {
            let run = clean_twice(&file(name, bytes), &config());
            assert_eq!(run.reasons(), [(name, reason)], "{length} {page}");
            let is_page = length == honest;
            assert_eq!(run.rejected[0]["record"], if is_page { 39 } else { 2 });
            assert_eq!(run.summary.files.read, 1);
            let out = decompress(name.rsplit('.').next().expect("an ending"), &run.out[name]);
            let expected: Vec<_> = (0..40).filter(|&n| is_page || n != 2).map(line).collect();
            assert_eq!(texts("warc", &out), expected, "{name} {length} {page}");
        }
    }
}

/// The form of ClueWeb09: a draft of WARC whose lines end in LF.
#[test]
fn drafts_of_warc_are_read() {
    for version in ["0.17", "0.18"] {
        let old = String::from_utf8(container("warc", &[line(1), line(2), line(1)])).expect("UTF-8");
        let old = old.replace("WARC/1.0", &format!("WARC/{version}")).replace("\r\n", "\n");
        let run = clean_twice(&file("00.warc", &old), &config());
        assert_eq!(run.reasons(), [("", ""); 0]);
        assert_eq!((run.summary.documents.kept, run.summary.documents.emptied), (2, 1));
        assert!(run.text("00.warc").starts_with(&format!("WARC/{version}\n")));
    }
    let run = clean_twice(&file("a.warc", "WARC/0.9 85 warcinfo a 2006 text/plain\r\n\r\n"), &config());
    assert_eq!(run.reasons(), [("a.warc", "not_warc")]);
    assert!(json::text_of(&run.rejected[0], "detail").contains("version"));
}

/// A file that is packed or bundled in a form that is not read is no text, whatever it is called.
#[test]
fn forms_that_are_not_read_are_skipped() {
    let arc = "filedesc://a.arc 0.0.0.0 20080430120000 text/plain 76\n1 0 Alexa Internet\n\
        URL IP-address Archive-date Content-type Archive-length\n\nhttp://a/ 1.2.3.4 20080430120001 text/html 4\ntext\n";
    let run = clean_twice(
        &files([
            ("a", b"MSCF\0\0\0\0packed".to_vec()),
            ("b.gz", compress("gz", b"LZIP\x01packed")),
            ("crawl.arc", arc.into()),
            ("crawl.arc.gz", arc.lines().flat_map(|line| compress("gz", line.as_bytes())).collect()),
            ("crawl2.arc.gz", compress("gz", arc.as_bytes())),
            ("d", b"\x04\x22\x4d\x18packed".to_vec()),
            ("k.tar", tar(&[("x.arc", arc.into()), ("y.txt", "text\n".into())])),
        ]),
        &config(),
    );
    assert_eq!(run.reasons(), [("", ""); 0]);
    assert_eq!(run.summary.files.skipped, [("unsupported".to_owned(), 6)].into(), "{:?}", run.summary.files);
    assert_eq!(run.summary.members.skipped, [("unsupported".to_owned(), 1)].into());
    assert_eq!(untar(&run.out["k.tar"]).keys().collect::<Vec<_>>(), ["y.txt"]);
}

/// The real program: it ends with 3, names what is left out and how to mend it, an audit agrees, and what came in on
/// standard input is read as far as what came from a file.
#[test]
fn the_command_tells_and_an_audit_agrees() {
    let sandbox = Sandbox::new();
    let (one, two, expected) = two_archives(3);
    sandbox.file("in/a.txt.gz", [compress("gz", line(1).as_bytes()), b"junk".to_vec()].concat());
    sandbox.file("in/k.tar", [&*one, &two, b"junk"].concat());
    sandbox.file("in/l.tar.gz", [compress("gz", &one), compress("gz", &two)].concat());
    sandbox.file("in/m.zip", [zip(&[("a.txt", line(7).into())]), zip(&[("b.txt", line(8).into())])].concat());
    sandbox.file("in/n.warc", lying("Content-Length: 5", "Content-Length: 360000").concat());
    let ran = sandbox.tamis(&["clean", "in", "--out", "out"]);
    ran.exits(3);
    for told in [
        "a.txt.gz: 4 bytes after the end of the gzip stream are left out",
        "k.tar: 4 bytes after the end of the tar archive are left out",
        "n.warc#2: the Content-Length of the record, 5, does not match its block",
    ] {
        assert!(ran.err().contains(told), "{told}: {}", ran.err());
    }
    sandbox.tamis(&["verify", "in", "--out", "out"]).exits(0);
    sandbox.tamis(&["inspect", "in"]);
    #[expect(clippy::disallowed_methods, reason = "a test is not the library")]
    let stdin = std::fs::File::open(sandbox.path("in/k.tar")).expect("a file");
    let mut command = sandbox.command(&["clean", "-", "--out", "piped"]);
    process::run(command.stdin(Stdio::from(stdin))).exits(3);
    #[expect(clippy::disallowed_methods, reason = "a test is not the library")]
    let piped = std::fs::read(sandbox.path("piped/stdin.txt")).expect("a file");
    assert_eq!(untar(&piped), expected);
}
