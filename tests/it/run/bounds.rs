//! Small inputs cannot cost much memory or time: what expands, overlaps or claims without end is rejected by name, and
//! what fits is cleaned all the same. Nor do signals, FIFOs and limits on files end a run without a word.

#![cfg(feature = "cli")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::json::text_of;
use crate::support::lines::lines;
use crate::support::packs::{compress, tar, unzip, zip};
use crate::support::process::{Ran, Running, TAMIS, has, run, skip};
use crate::support::sandbox::Sandbox;
use crate::support::texts::{article, paragraph};
use crate::support::tree::Node;

const CLEAN: [&str; 4] = ["clean", "in", "--out", "out"];

/// Path and reason of each rejection.
fn reasons(sandbox: &Sandbox) -> Vec<(String, String)> {
    let text = |line: &serde_json::Value, key| text_of(line, key).to_owned();
    sandbox.rejected("out.tamis").iter().map(|line| (text(line, "path"), text(line, "reason"))).collect()
}

fn pair(path: &str, reason: &str) -> (String, String) {
    (path.to_owned(), reason.to_owned())
}

// Memory.

/// Runs the command line; its peak of memory in MiB too.
fn peak(sandbox: &Sandbox, args: &[&str]) -> (Ran, u64) {
    let mut command = Command::new("/usr/bin/time");
    command.args(["-f", "%M", "-o", "peak", TAMIS]).args(args).current_dir(sandbox.root());
    let ran = run(command.stdin(Stdio::null()));
    let peak = sandbox.read_text("peak");
    (ran, peak.lines().last().and_then(|kib| kib.parse::<u64>().ok()).expect("a number of KiB") / 1024)
}

/// This number of lines of one letter.
fn letters(count: usize) -> String {
    ('a'..='z').cycle().take(count).flat_map(|letter| [letter, '\n']).collect()
}

/// The memory that is kept for each line is bounded too: the text of a batch may be 8 MiB, which is four million
/// lines of a letter, in one file or in many.
#[test]
fn a_batch_of_short_lines_is_no_batch_of_8_mib() {
    const LINES: usize = 2_000_000;
    const FILES: usize = 20;
    let sandbox = Sandbox::new();
    sandbox.file("one/a.txt", letters(LINES));
    for number in 0..FILES {
        sandbox.file(format!("many/{number:02}.txt"), letters(LINES / FILES));
    }
    if !Path::new("/usr/bin/time").exists() || peak(&sandbox, &["--version"]).0.code() != 0 {
        return skip("a_batch_of_short_lines_is_no_batch_of_8_mib", "there is no GNU time here");
    }
    for name in ["one", "many"] {
        let (ran, mib) = peak(
            &sandbox,
            &["clean", name, "--out", "out", "--force", "--memory", "256MiB", "--threads", "2"],
        );
        ran.exits(0);
        println!("{LINES} lines of one letter: peak {mib} MiB");
        assert!(mib < 120, "{name}: {mib} MiB"); // 142 MiB when a batch was cut by its text only
        let summary = sandbox.summary("out.tamis");
        assert_eq!(summary["paragraphs"]["read"].as_u64(), Some(LINES as u64), "{summary}");
        let kept = sandbox.tree("out").into_values().map(|node| match node {
            Node::File(bytes) => String::from_utf8(bytes).expect("UTF-8"),
            _ => String::new(),
        });
        assert_eq!(kept.collect::<String>(), letters(26));
    }
}

/// A record is held whole, with what is kept of each of its paragraphs: it may have 2^20 of them, whatever the ceiling
/// is. A text file is read in pieces, and may have any number.
#[test]
fn a_record_has_so_many_paragraphs() {
    const LIMIT: usize = 1 << 20;
    let sandbox = Sandbox::new();
    let record = |text: &str| format!("{{\"text\":{}}}\n", serde_json::json!(text));
    let (most, more) = (letters(LIMIT), letters(LIMIT + 1));
    let records = [record("before\n"), record(&more), record("after\n")].concat();
    sandbox.file("in/a.jsonl", records);
    sandbox.file("in/b.txt", &more);
    sandbox.file("in/c.jsonl", record(&most));
    let mut trees = Vec::new();
    for memory in ["256MiB", "4GiB"] {
        let ran = sandbox.tamis(&[&CLEAN[..], &["--force", "--memory", memory]].concat());
        ran.exits(3).says(&[
            "a.jsonl:2: it has 1048577 paragraphs, and the limit is 1048576",
            "split it into several records",
            "--max-document-size",
        ]);
        assert_eq!(reasons(&sandbox), [pair("a.jsonl", "too_many_paragraphs")]);
        let kept = [record("before\n"), record("after\n")].concat();
        assert_eq!(sandbox.read_text("out/a.jsonl"), kept);
        assert_eq!(sandbox.read_text("out/b.txt"), letters(26));
        assert!(!sandbox.exists("out/c.jsonl"), "all of it stands in b.txt");
        trees.push((sandbox.tree("out"), sandbox.read("out.tamis/removed.jsonl.zst")));
    }
    assert!(trees[0] == trees[1], "the ceiling changes nothing");
    sandbox.tamis(&[&CLEAN[..], &["--force", "--max-document-size", "300MiB"]].concat()).exits(0);
    sandbox.tamis(&["verify", "in", "--out", "out", "--max-document-size", "300MiB"]).exits(0);
}

// Archives.

/// A zip archive of one member, listed under these names: all of them claim the same bytes.
fn overlapping(names: &[&str], content: &[u8]) -> Vec<u8> {
    let one = zip(&[("x", content.to_vec())]);
    let find = |magic: &[u8]| one.windows(4).rposition(|window| window == magic).expect("a header");
    let (directory, end) = (find(b"PK\x01\x02"), find(b"PK\x05\x06"));
    let header = &one[directory..end];
    let mut archive = one[..directory].to_vec();
    for name in names {
        archive.extend_from_slice(&header[..28]);
        archive.extend_from_slice(&u16::try_from(name.len()).expect("a short name").to_le_bytes());
        archive.extend_from_slice(&header[30..46]);
        archive.extend_from_slice(name.as_bytes());
        archive.extend_from_slice(&header[47..]);
    }
    let len = u32::try_from(archive.len() - directory).expect("a small archive");
    let num = u16::try_from(names.len()).expect("few names").to_le_bytes();
    archive.extend_from_slice(&one[end..end + 8]);
    archive.extend_from_slice(&[num, num].concat());
    archive.extend_from_slice(&len.to_le_bytes());
    archive.extend_from_slice(&one[end + 16..]);
    archive
}

/// Members that share their bytes: the first has them.
#[test]
fn overlapping_members_of_a_zip() {
    let sandbox = Sandbox::new();
    let long = format!("{}\n", "the same words again ".repeat(500)).repeat(200);
    let names = ["a.txt", "b.txt", "c.txt"];
    sandbox.file("in/k.zip", overlapping(&names, long.as_bytes()));
    sandbox.file("in/z.txt", "last\n");
    let ran = sandbox.tamis(&CLEAN);
    ran.exits(3).says(&["k.zip/b.txt: it shares its bytes with another member, a.txt", "by hand"]);
    assert_eq!(reasons(&sandbox), [pair("k.zip/b.txt", "bomb"), pair("k.zip/c.txt", "bomb")]);
    assert_eq!(unzip(&sandbox.read("out/k.zip")).into_keys().collect::<Vec<_>>(), ["a.txt"]);
    assert_eq!(sandbox.read_text("out/z.txt"), "last\n");
}

/// Each member expands by less than a thousand times what it takes up, but it is compressed twice, and together they
/// are a million times the archive.
#[test]
fn members_that_expand_together() {
    let sandbox = Sandbox::new();
    let text = |letter: &str| format!("{}\n", letter.repeat(64 * 1024)).repeat(500);
    let packed = |letter| compress("gz", text(letter).as_bytes());
    let members = ["a", "b", "c"].map(|letter| (letter, format!("{letter}.txt.gz")));
    let members: Vec<(&str, Vec<u8>)> =
        members.iter().map(|(letter, name)| (name.as_str(), packed(letter))).collect();
    for (name, archive) in [("k.zip", zip(&members)), ("k.tar.gz", compress("gz", &tar(&members)))] {
        let sandbox_in = sandbox.path("in");
        assert!(archive.len() < 40_000, "{name}: {}", archive.len());
        let _ = std::fs::remove_dir_all(&sandbox_in);
        sandbox.file(format!("in/{name}"), &archive);
        let ran = sandbox.tamis(&[&CLEAN[..], &["--force"]].concat());
        ran.exits(3).says(&["c.txt.gz: all that its file holds expands to more than 1000 times its size"]);
        // What is left of a tar archive is expanded too, and so is not read any more.
        let rest = name.starts_with("k.tar").then(|| pair(name, "bomb"));
        let expected: Vec<_> = [pair(&format!("{name}/c.txt.gz"), "bomb")].into_iter().chain(rest).collect();
        assert_eq!(reasons(&sandbox), expected);
    }
}

// Parquet.

#[cfg(feature = "parquet")]
mod parquet_files {
    use super::*;
    use arrow_array::{ArrayRef, RecordBatch, StringArray};
    use parquet::basic::Compression;
    use parquet::file::properties::WriterProperties;
    use std::sync::Arc;

    fn written(texts: ArrayRef, properties: WriterProperties) -> Vec<u8> {
        let batch = RecordBatch::try_from_iter([("text", texts)]).expect("a batch");
        let mut writer = parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties));
        let writer = writer.as_mut().expect("a writer");
        writer.write(&batch).expect("memory");
        writer.finish().expect("memory");
        std::mem::take(writer.inner_mut())
    }

    fn plain(texts: &[&str]) -> Vec<u8> {
        written(Arc::new(StringArray::from(texts.to_vec())), WriterProperties::default())
    }

    /// The file with another footer.
    fn with_footer(file: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let tail = file.len() - 8;
        let (pages, footer) = file[..tail].split_at(tail - len_of(file));
        let mut footer = footer.to_vec();
        change(&mut footer);
        let len = u32::try_from(footer.len()).expect("a small footer");
        [pages, &footer, &len.to_le_bytes(), b"PAR1"].concat()
    }

    /// Bytes of a file's footer.
    fn len_of(file: &[u8]) -> usize {
        let tail = file.len() - 8;
        u32::from_le_bytes(file[tail..tail + 4].try_into().expect("4 bytes")) as usize
    }

    /// A field that no version knows: a list of 2^31 - 1 truth values, of which none is there.
    const ENDLESS: [u8; 9] = [0x09, 0xc8, 0x01, 0xf1, 0xff, 0xff, 0xff, 0xff, 0x07];

    /// A few bytes claim billions of values that take no byte each.
    #[test]
    fn a_footer_that_claims_without_end() {
        let sandbox = Sandbox::new();
        let file = with_footer(&plain(&["one\n"]), |footer| {
            footer.pop();
            footer.extend(ENDLESS.repeat(100));
            footer.push(0);
        });
        assert!(file.len() < 4096);
        sandbox.file("in/a.parquet", file);
        sandbox.file("in/z.txt", "last\n");
        sandbox.tamis(&CLEAN).exits(3).says(&["a.parquet", "a list of its metadata has another type"]);
        assert_eq!(reasons(&sandbox), [pair("a.parquet", "not_parquet")]);
        assert_eq!(sandbox.read_text("out/z.txt"), "last\n");
    }

    /// Damage that the crate that reads answers with a panic is told as a rejection, and as nothing else.
    #[test]
    fn a_panic_is_a_rejection_and_nothing_else() {
        let sandbox = Sandbox::new();
        let file = plain(&["one\n", "two\n"]);
        let footer = file.len() - 8 - len_of(&file)..file.len() - 8;
        // 8 is how the place of the first page, the byte 4, is written; 7 is -4.
        for at in footer.filter(|&at| file[at] == 8) {
            let mut damaged = file.clone();
            damaged[at] = 7;
            sandbox.file(format!("in/{at}.parquet"), damaged);
        }
        sandbox.file("in/z.txt", "last\n");
        let ran = sandbox.tamis(&CLEAN);
        ran.exits(3).says(&["the Parquet file is damaged: its pages are not what its header says"]);
        assert!(!ran.err().contains("panicked"), "{}", ran.err());
        assert!(
            ran.err().lines().all(|line| line.starts_with("tamis: ") || line.is_empty()),
            "{}",
            ran.err()
        );
        assert_eq!(sandbox.read_text("out/z.txt"), "last\n");
    }

    /// One text in every row takes a few bytes for any number of rows.
    #[test]
    fn rows_that_expand_without_end() {
        let sandbox = Sandbox::new();
        let text = "x".repeat(20_000);
        let rows: ArrayRef = Arc::new(StringArray::from(vec![text.as_str(); 10_000]));
        let properties = WriterProperties::builder().set_compression(Compression::UNCOMPRESSED).build();
        let file = written(rows, properties);
        assert!(file.len() < 64 * 1024, "{}", file.len());
        sandbox.file("in/a.parquet", file);
        sandbox.tamis(&CLEAN).exits(3).says(&["it expands to more than 1000 times its size", "by hand"]);
        assert_eq!(reasons(&sandbox), [pair("a.parquet", "bomb")]);
    }

    /// Columns in columns, deep enough that recursion into them would overflow the stack.
    #[test]
    fn columns_in_columns_without_end() {
        const DEPTH: u32 = 200_000;
        let sandbox = Sandbox::new();
        let file = with_footer(&plain(&["one\n"]), |footer| {
            // Version 1, and a list of elements, each with the next as its only child.
            let node = |children: u8| [0x48, 1, b'a', 0x15, children * 2, 0];
            let mut len = Vec::new();
            let mut rest = DEPTH + 1;
            while rest > 0x7f {
                len.push(u8::try_from(rest & 0x7f).expect("7 bits") | 0x80);
                rest >>= 7;
            }
            len.push(u8::try_from(rest).expect("7 bits"));
            *footer = [&[0x15, 2, 0x19, 0xfc][..], &len].concat();
            footer.extend(node(1).repeat(DEPTH as usize));
            footer.extend(node(0));
            footer.extend([0x16, 0, 0x19, 0x0c, 0]);
        });
        sandbox.file("in/a.parquet", file);
        sandbox.tamis(&CLEAN).exits(3).says(&["a.parquet", "its columns are nested too deeply"]);
        assert_eq!(reasons(&sandbox), [pair("a.parquet", "not_parquet")]);
    }
}

// Streams, signals and limits.

/// A FIFO in the sandbox; `None` if there can be none here.
fn fifo(sandbox: &Sandbox, name: &str) -> Option<()> {
    let path = sandbox.path(name);
    (has("mkfifo") && run(Command::new("mkfifo").arg(path)).status.success()).then_some(())
}

/// A FIFO that is named is read as standard input is, by more than one pass too.
#[test]
fn a_named_fifo_is_read_like_standard_input() {
    let sandbox = Sandbox::new();
    if fifo(&sandbox, "p.jsonl").and_then(|()| fifo(&sandbox, "63")).is_none() {
        return skip("a_named_fifo_is_read_like_standard_input", "`mkfifo` does not work here");
    }
    let text = article(0..400) + &article(100..500);
    let record = |text: &str| format!("{{\"text\":{}}}\n", serde_json::json!(text));
    let mut records = String::new();
    for n in 0..400 {
        let _ = write!(records, "{}", record(&paragraph(n % 300)));
    }
    for near in [&["--near"][..], &[]] {
        let args = [&["clean", "p.jsonl", "63", "--out", "out", "--force"], near].concat();
        let running = Running::start(&mut sandbox.command(&args));
        let writers = [("p.jsonl", &records), ("63", &text)].map(|(name, content)| {
            let (path, content) = (sandbox.path(name), content.clone());
            std::thread::spawn(move || {
                let mut pipe = std::fs::OpenOptions::new().write(true).open(path).expect("a FIFO");
                pipe.write_all(content.as_bytes()).expect("a reader");
            })
        });
        running.finish().exits(0);
        for writer in writers {
            writer.join().expect("a writer");
        }
        sandbox.file("in/p.jsonl", &records);
        sandbox.file("in/63", &text);
        sandbox
            .tamis(&[&["clean", "in/p.jsonl", "in/63", "--out", "files", "--force"], near].concat())
            .exits(0);
        assert!(sandbox.tree("out") == sandbox.tree("files"));
        assert_eq!(
            sandbox.read("out.tamis/removed.jsonl.zst"),
            sandbox.read("files.tamis/removed.jsonl.zst")
        );
    }
    for (args, part) in [
        (&["verify", "p.jsonl", "--out", "out"][..], "input p.jsonl: what was cleaned from a FIFO"),
        (
            &["explain", "out", "63", "--input", "63"],
            "input 63: explain and report read inputs again, so inputs must be files",
        ),
    ] {
        sandbox.tamis(args).exits(2).says(&[part]);
    }
}

/// The second signal ends a run at once that hangs in a read, and says what stays.
#[test]
fn a_second_signal_says_what_stays() {
    // A signal that comes before the run waits for input ends it at once: then there is no second one to look at.
    assert!((0..20).any(|_| is_ended_by_a_second_signal()), "it never waits for input");
}

/// Whether the first signal found the run in a read, which it does not end, so that the second one did.
fn is_ended_by_a_second_signal() -> bool {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(&["clean", "-", "--out", "out"]);
    let mut running = Running::start(command.stdin(Stdio::piped()));
    running.type_in(b"one\n");
    let kill = |pid: u32| run(Command::new("kill").args(["-TERM", &pid.to_string()])).code();
    while !sandbox.exists("out.tamis-partial/corpus") {
        assert!(running.child.try_wait().expect("a status").is_none(), "it ended");
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(200));
    kill(running.child.id());
    std::thread::sleep(Duration::from_millis(300));
    if running.child.try_wait().expect("a status").is_some() {
        return false;
    }
    kill(running.child.id());
    let stdin = running.child.stdin.take();
    let ran = running.finish();
    drop(stdin);
    ran.exits(130).says(&[
        "unfinished output is left in",
        "out.tamis-partial",
        "the next run into the same OUT",
    ]);
    assert!(sandbox.exists("out.tamis-partial"));
    sandbox.file("in/a.txt", "one\n");
    sandbox.tamis(&CLEAN).exits(0);
    assert!(!sandbox.exists("out.tamis-partial"), "the next run cleared it");
    true
}

/// A limit on the size of files is an error like a full disk, not a death.
#[test]
fn a_limit_on_the_size_of_files_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.txt", lines(20_000, paragraph));
    let script = format!("ulimit -f 16 && exec {TAMIS} clean in --out out");
    let ran = run(Command::new("sh").args(["-c", &script]).current_dir(sandbox.root()).stdin(Stdio::null()));
    ran.exits(2).says(&["a.txt", "File too large"]);
    assert!(!sandbox.exists("out") && !sandbox.exists("out.tamis"));
}
