//! Contract O1 for tar and zip: members become documents under the archive's path, go back into an archive of the
//! same form, and nothing is ever written under a member's own name.
#![expect(clippy::format_collect, reason = "texts of a few lines, made for a test")]

use std::io::{Cursor, Write};

use tamis::Config;

use crate::support::files::Files;
use crate::support::json;
use crate::support::memory::{clean, clean_twice, file, files};
use crate::support::packs::{self, compress, csv, decompress, jsonl, tar, untar, unzip, wet, zip};
use crate::support::run::Run;

fn config() -> Config {
    let mut config = Config { threads: 2, ..Config::default() };
    // The lines of these tests have one width, and look hard-wrapped.
    config.split.split = tamis::config::SplitMode::Line;
    config
}

/// Both kinds, by the ending of their names.
fn pack(kind: &str, members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    match kind {
        "zip" => zip(members),
        kind => compress(kind.strip_prefix("tar.").unwrap_or("none"), &tar(members)),
    }
}

fn unpack(kind: &str, bytes: &[u8]) -> Files {
    match kind {
        "zip" => unzip(bytes),
        kind => untar(&decompress(kind.strip_prefix("tar.").unwrap_or("none"), bytes)),
    }
}

const KINDS: [&str; 6] = ["tar", "tar.gz", "tar.zst", "tar.bz2", "tar.xz", "zip"];

fn line(n: usize) -> String {
    format!("第{n}行，每行都不同，with some English in it, {n}\n")
}

fn lines(numbers: std::ops::Range<usize>) -> String {
    numbers.map(line).collect()
}

/// Members of every kind that an archive can hold, with a text that a file before the archive and its own members
/// share.
fn members() -> Vec<(&'static str, Vec<u8>)> {
    let shared = |n: usize| [line(n), "shared\n".to_owned()].concat();
    vec![
        ("a.txt", shared(1).into()),
        ("dir/b.jsonl.gz", compress("gz", jsonl(&[shared(2), "shared\n".into(), shared(3)]).as_bytes())),
        ("dir/c.csv", csv(&[shared(4), line(5)]).into()),
        ("dir/d.wet", wet(&[shared(6), line(7)]).into()),
        ("e.txt.xz", compress("xz", shared(8).as_bytes())),
        ("emptied.txt", "shared\n".into()),
        ("empty.txt", Vec::new()),
        ("f", shared(9).into()),
        ("nested.zip", zip(&[("x.txt", "x\n".into())])),
        ("picture.png", b"\x89PNG\0\0".to_vec()),
        ("paper.pdf", b"%PDF".to_vec()),
        ("bad.txt", b"\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97\xff\n".to_vec()),
        ("z.txt", lines(10..20).into()),
    ]
}

fn check_members(run: &Run, kind: &str, name: &str) {
    let out = unpack(kind, &run.out[name]);
    let names: Vec<&str> = out.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["a.txt", "dir/b.jsonl.gz", "dir/c.csv", "dir/d.wet", "e.txt.xz", "f", "z.txt"],
        "{kind}"
    );
    assert_eq!(out["a.txt"], line(1).as_bytes());
    assert_eq!(
        decompress("gz", &out["dir/b.jsonl.gz"]),
        ["{\"id\":0,\"text\":", "{\"id\":2,\"text\":"]
            .iter()
            .zip([2, 3])
            .map(|(start, n)| format!("{start}{}}}\n", serde_json::json!(line(n))))
            .collect::<String>()
            .as_bytes()
    );
    assert_eq!(packs::texts("csv", &out["dir/c.csv"]), [line(4), line(5)]);
    assert_eq!(packs::texts("warc", &out["dir/d.wet"]), [line(6), line(7)]);
    assert_eq!(decompress("xz", &out["e.txt.xz"]), line(8).as_bytes());
    assert_eq!(out["z.txt"], lines(10..20).as_bytes());
    let members = &run.summary.members;
    assert_eq!((members.found, members.read), (13, 9), "{members:?}");
    let skipped =
        [("binary", 1), ("nested", 1), ("unsupported", 1)].map(|(reason, count)| (reason.to_owned(), count));
    assert_eq!(members.skipped, skipped.into());
    assert_eq!(run.reasons(), [(&*format!("{name}/bad.txt"), "not_utf8")]);
    let places: Vec<_> = run.ledger.iter().map(|line| json::text_of(line, "path")).collect();
    let expected = [
        "a.txt",
        "dir/b.jsonl.gz",
        "dir/b.jsonl.gz",
        "dir/b.jsonl.gz",
        "dir/c.csv",
        "dir/d.wet",
        "e.txt.xz",
        "emptied.txt",
        "f",
    ];
    assert_eq!(places, expected.map(|member| format!("{name}/{member}")));
    assert!(run.ledger.iter().all(|line| line["survivor"]["path"] == "0.txt"));
}

/// Members of every form, in every kind of archive; small enough to be read among other files, and not.
#[test]
fn members_of_every_form() {
    for kind in KINDS {
        let name = format!("k.{kind}");
        let run =
            clean_twice(&files([("0.txt", "shared\n".into()), (&name, pack(kind, &members()))]), &config());
        check_members(&run, kind, &name);
    }
    let mut padded = members();
    let noise: String =
        (0..9000_u64).map(|n| format!("{:x}\n", (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    padded.insert(12, ("noise.txt", noise.clone().into()));
    for kind in ["tar", "tar.gz", "zip"] {
        let name = format!("k.{kind}");
        let archive = pack(kind, &padded);
        assert!(archive.len() > 64 * 1024);
        let mut run = clean_twice(
            &files([("0.txt", "shared\n".into()), (&name, archive), ("l.txt", line(1).into())]),
            &config(),
        );
        assert_eq!(unpack(kind, &run.out[&name])["noise.txt"], noise.as_bytes());
        let last = run.ledger.pop().expect("a line");
        assert_eq!(
            (json::text_of(&last, "path"), json::text_of(&last["survivor"], "path")),
            ("l.txt", &*format!("{name}/a.txt"))
        );
    }
}

/// A member that is bad in its first piece, or later, is left out whole, and the archive is written all the same.
#[test]
fn a_large_member_that_is_bad() {
    let text = lines(0..12_000);
    assert!(text.len() > 600_000);
    for at in [5, 300_000, text.len() - 5] {
        let mut bytes = encoding_rs::GB18030.encode(&text).0.into_owned();
        let at = at.min(bytes.len() - 2);
        let at = at + bytes[at..].iter().position(|&byte| byte == b'\n').expect("a line");
        bytes.insert(at, 0xff);
        for kind in ["tar", "tar.gz", "zip"] {
            for (first, second) in [("a.txt", "b.txt"), ("b.txt", "a.txt")] {
                let mut members = vec![(first, bytes.clone()), (second, lines(0..9000).into())];
                members.sort();
                let name = format!("k.{kind}");
                let run = clean_twice(
                    &files([(&*name, pack(kind, &members)), ("z.txt", line(3).into())]),
                    &config(),
                );
                assert_eq!(run.reasons(), [(&*format!("{name}/{first}"), "undecodable")], "{kind}");
                let out = unpack(kind, &run.out[&name]);
                assert_eq!(out.keys().collect::<Vec<_>>(), [second]);
                assert!(out[second] == lines(0..9000).as_bytes());
                assert_eq!((run.summary.files.read, run.summary.members.read), (2, 1));
                assert_eq!(json::text_of(&run.ledger[0]["survivor"], "path"), format!("{name}/{second}"));
            }
        }
    }
}

/// Members of more than what is held in memory.
#[test]
fn a_member_in_the_scratch_store() {
    let text = lines(0..85_000);
    assert!(text.len() > 5_000_000);
    for kind in ["tar", "zip", "tar.zst"] {
        let inner = [
            ("a.txt", text.clone().into_bytes()),
            ("b.txt.gz", compress("gz", text.as_bytes())),
            ("c.txt", line(0).into()),
        ];
        let run = clean(&file("k", pack(kind, &inner)), &config());
        assert_eq!(run.reasons(), [("", ""); 0]);
        let out = unpack(kind, &run.out["k"]);
        assert!(out["a.txt"] == text.as_bytes() && out.len() == 1, "{kind}");
        assert_eq!((run.summary.members.read, run.summary.documents.emptied), (3, 2));
    }
}

/// A name that would lead out is rejected, and not a byte stands outside of OUT.
#[test]
fn names_that_lead_out() {
    let names = ["../up.txt", "/etc/abs.txt", "a/../../up.txt", "ok/./fine.txt", "./dot.txt"];
    let mut builder = tar::Builder::new(Vec::new());
    for (number, name) in names.iter().enumerate() {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        let text = line(number);
        header.set_size(text.len() as u64);
        header.set_cksum();
        builder.append(&header, text.as_bytes()).expect("memory");
    }
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path().join("deep/er");
    std::fs::create_dir_all(root.join("in")).expect("a directory");
    let members: Vec<_> =
        names.iter().enumerate().map(|(number, name)| (*name, line(number).into_bytes())).collect();
    for (name, bytes) in [("k.tar", builder.into_inner().expect("memory")), ("l.zip", zip(&members))] {
        #[expect(clippy::disallowed_methods, reason = "a test writes its input")]
        std::fs::write(root.join("in").join(name), bytes).expect("a file");
    }
    let out = root.join("out");
    let outcome = tamis::clean(&[root.join("in")], Some(&out), &config(), &tamis::NoObserver).expect("a run");
    assert_eq!(outcome.summary.members.rejected, [("unsafe_name".to_owned(), 6)].into());
    assert_eq!((outcome.summary.members.found, outcome.summary.members.read), (10, 4));
    let mut found: Vec<_> = walkdir::WalkDir::new(directory.path())
        .into_iter()
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(&root).expect("below the root").to_owned())
        .collect();
    found.sort();
    let expected = [
        "in/k.tar",
        "in/l.zip",
        "out/k.tar",
        "out.tamis/files.jsonl",
        "out.tamis/rejected.jsonl",
        "out.tamis/removed.jsonl.zst",
        "out.tamis/run.json",
        "out.tamis/summary.json",
    ];
    assert_eq!(found, expected.map(std::path::PathBuf::from));
}

/// Links and directories are no documents; long names, times and modes come back.
#[test]
fn headers_of_tar() {
    let long = format!("{}/{}.txt", "长".repeat(40), "名".repeat(50));
    let mut builder = tar::Builder::new(Vec::new());
    for (kind, name, target) in [
        (tar::EntryType::Directory, "d", ""),
        (tar::EntryType::Symlink, "l", "a"),
        (tar::EntryType::Link, "h", "a"),
        (tar::EntryType::Fifo, "p", ""),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        if target.is_empty() {
            builder.append_data(&mut header, name, std::io::empty()).expect("memory");
        } else {
            builder.append_link(&mut header, name, target).expect("memory");
        }
    }
    for (number, name) in ["a.txt", &long].into_iter().enumerate() {
        for mut header in [tar::Header::new_gnu(), tar::Header::new_ustar()]
            .into_iter()
            .take(if name == "a.txt" { 2 } else { 1 })
        {
            let text = format!("{}{number}\n\n{name}{}\n\n", line(number), header.as_gnu().is_some());
            header.set_size(text.len() as u64);
            header.set_mode(0o4751);
            header.set_mtime(1_234_567_890);
            header.set_uid(501);
            header.set_gid(20);
            header.set_username("某").expect("a name");
            builder.append_data(&mut header, name, text.as_bytes()).expect("memory");
        }
    }
    let archive = builder.into_inner().expect("memory");
    let run = clean_twice(&file("k.tar", &archive), &config());
    let skipped = [("special", 1), ("symlink", 2)].map(|(reason, count)| (reason.to_owned(), count));
    assert_eq!(run.summary.members.skipped, skipped.into());
    let mut out = tar::Archive::new(&*run.out["k.tar"]);
    let mut names = Vec::new();
    for entry in out.entries().expect("a tar archive") {
        let entry = entry.expect("an entry");
        let header = entry.header();
        assert_eq!(
            (header.mode().expect("a mode"), header.mtime().expect("a time")),
            (0o4751, 1_234_567_890)
        );
        assert_eq!((header.uid().expect("a number"), header.username_bytes()), (501, Some("某".as_bytes())));
        names.push(String::from_utf8(entry.path_bytes().into_owned()).expect("UTF-8"));
    }
    assert_eq!(names, ["a.txt", "a.txt", &*long], "two members of one name are two in tar");
}

/// Methods, times, modes and names of zip, names in GBK among them; what is encrypted is rejected.
#[test]
fn headers_of_zip() {
    use zip::CompressionMethod::{Bzip2, Deflated, Stored, Zstd};
    let time = zip::DateTime::from_date_and_time(2011, 12, 13, 14, 15, 16).expect("a time");
    let gbk = encoding_rs::GB18030.encode("新闻/一.txt").0.into_owned();
    let gbk_other = encoding_rs::GB18030.encode("新闻/二.txt").0.into_owned();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_directory("d/", zip::write::SimpleFileOptions::default()).expect("memory");
    let names: [(&[u8], _); 5] = [
        (b"a.txt", Stored),
        (b"d/b.txt", Deflated),
        (&gbk, Bzip2),
        (&gbk_other, Zstd),
        ("中.txt".as_bytes(), Deflated),
    ];
    for (number, (name, method)) in names.into_iter().enumerate() {
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(time)
            .unix_permissions(0o640);
        writer.start_file_with_options(options.name(name)).expect("memory");
        writer.write_all(lines(number * 10..number * 10 + 10).as_bytes()).expect("memory");
    }
    let options = zip::unstable::write::FileOptionsExt::with_deprecated_encryption(
        zip::write::SimpleFileOptions::default(),
        b"pass",
    )
    .expect("a password");
    writer.start_file("secret.txt", options).expect("memory");
    writer.write_all(b"secret\n").expect("memory");
    let archive = writer.finish().expect("memory").into_inner();
    let run = clean_twice(&file("k.zip", &archive), &config());
    assert_eq!(run.reasons(), [("k.zip/secret.txt", "encrypted")]);
    let mut out = zip::ZipArchive::new(Cursor::new(&run.out["k.zip"])).expect("a zip archive");
    assert_eq!(out.len(), names.len());
    for (number, (name, method)) in names.into_iter().enumerate() {
        let entry = out.by_index(number).expect("an entry");
        assert_eq!((entry.name_raw(), entry.compression()), (name, method));
        assert_eq!(
            (entry.last_modified(), entry.unix_mode().map(|mode| mode & 0o777)),
            (Some(time), Some(0o640))
        );
    }
}

/// Two members of one name in a zip are both kept, the second one under a name of its own; a name is the same with
/// `./`.
#[test]
fn two_members_of_one_name_in_a_zip() {
    let mut twice = zip(&[("aa.txt", "one\n".into()), ("ab.txt", "two\n".into())]);
    for at in 0..twice.len() - 6 {
        if &twice[at..at + 6] == b"ab.txt" {
            twice[at + 1] = b'a';
        }
    }
    let dotted = zip(&[("aa.txt", "one\n".into()), ("./aa.txt", "two\n".into())]);
    for archive in [twice, dotted] {
        let files = files([("a.txt", "one\n".into()), ("k.zip", archive), ("z.txt", "two\n".into())]);
        let run = clean_twice(&files, &config());
        assert_eq!(run.reasons(), [("", ""); 0]);
        assert_eq!(run.names(), ["a.txt", "k.zip"]);
        let out = unzip(&run.out["k.zip"]);
        assert_eq!(out, Files::from([("aa~2.txt".to_owned(), b"two\n".to_vec())]));
        let places: Vec<_> = run.ledger.iter().map(|line| json::text_of(line, "path")).collect();
        assert_eq!(places, ["k.zip/aa.txt", "z.txt"]);
        assert_eq!(run.ledger[1]["survivor"]["path"], "k.zip/aa~2.txt");
    }
}

/// A sparse file takes less room in a tar archive than its length says.
#[test]
fn a_sparse_member() {
    // Header of GNU's type S: one block of 512 bytes at the end of 1,000,000.
    let mut header = tar::Header::new_gnu();
    header.set_path("sparse.txt").expect("a path");
    header.set_entry_type(tar::EntryType::GNUSparse);
    header.set_size(512);
    let gnu = header.as_gnu_mut().expect("GNU");
    gnu.sparse[0].offset.copy_from_slice(b"00003640750\0");
    gnu.sparse[0].numbytes.copy_from_slice(b"00000001000\0");
    gnu.realsize.copy_from_slice(b"00003641750\0");
    header.set_cksum();
    let mut archive = header.as_bytes().to_vec();
    archive.extend_from_slice(&[b'x'; 512]);
    archive.extend_from_slice(&tar(&[("after.txt", "after\n".into())]));
    let run = clean(&file("k.tar", archive), &config());
    assert_eq!(run.reasons(), [("", ""); 0]);
    assert_eq!(untar(&run.out["k.tar"]).keys().collect::<Vec<_>>(), ["after.txt"]);
    assert_eq!(run.summary.members.found, 2);
}

/// An archive that breaks off: what stands before the break is kept, and the break is listed.
#[test]
fn archives_that_break_off() {
    let first = lines(0..9000);
    let members = [
        ("a.txt", first.clone().into_bytes()),
        ("b.jsonl", jsonl(&[line(1), line(9001)]).into()),
        ("c.txt", lines(9002..15_000).into()),
    ];
    for kind in ["tar", "tar.gz", "tar.zst", "zip"] {
        let whole = pack(kind, &members);
        for part in 1..12 {
            let len = whole.len() * part / 12;
            let run =
                clean_twice(&files([("k", whole[..len].to_vec()), ("z.txt", "last\n".into())]), &config());
            assert!(!run.rejected.is_empty(), "{kind} at {len} of {}", whole.len());
            assert_eq!(run.text("z.txt"), "last\n");
            assert_eq!(
                run.summary.files.rejected.values().sum::<u64>(),
                1,
                "{kind} {part}: {:?}",
                run.rejected
            );
            if kind.starts_with("tar") && part > 10 {
                assert!(
                    untar(&decompress(&kind[3..].replace('.', ""), &run.out["k"]))["a.txt"]
                        == first.as_bytes(),
                    "{kind}"
                );
            }
        }
    }
}

/// A member whose bytes are damaged is rejected alone.
#[test]
fn a_damaged_member_of_a_zip() {
    let mut archive = zip(&[("a.txt", lines(0..100).into()), ("b.txt", lines(100..200).into())]);
    archive[200] ^= 0xff;
    let run = clean_twice(&file("k.zip", archive), &config());
    assert_eq!(run.reasons(), [("k.zip/a.txt", "corrupt")]);
    assert_eq!(unzip(&run.out["k.zip"]).into_keys().collect::<Vec<_>>(), ["b.txt"]);
}
