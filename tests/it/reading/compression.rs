//! Compression is told by content, undone on the fly and done again on the way out; what breaks off or is damaged is
//! said at which byte, and what is good before it is kept where that means something.

use std::io::Read;

use tamis::Config;

use crate::support::files;
use crate::support::json;
use crate::support::memory::{self, clean, clean_twice, file, files};
use crate::support::packs::{COMPRESSIONS, compress, container, decompress, texts};
use crate::support::run::Run;

fn config() -> Config {
    Config { threads: 2, ..Config::default() }
}

const FORMATS: [&str; 4] = ["txt", "jsonl", "csv", "warc"];

fn line(n: usize) -> String {
    format!("第{n}行，每行都不同，with some English in it, {n}\n")
}

/// Documents of which every third repeats an earlier one.
fn documents(count: usize) -> Vec<String> {
    (0..count).map(|n| if n % 3 == 2 { line(n / 2) } else { line(n) }).collect()
}

/// The texts that are left of them.
fn distinct(count: usize) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    documents(count).into_iter().filter(|text| seen.insert(text.clone())).collect()
}

/// Small and large files of every kind, under a name that says so, one that does not and one that lies; the output
/// is of the same kind, and what every library reads.
#[test]
fn every_kind() {
    for count in [7, 5000] {
        for format in FORMATS {
            let plain = container(format, &documents(count));
            let expected = clean(&file(&format!("a.{format}"), &plain), &config());
            for compression in COMPRESSIONS {
                let bytes = compress(compression, &plain);
                let other = if compression == "gz" { "xz" } else { "gz" };
                for name in [
                    format!("a.{format}.{compression}"),
                    format!("a.{format}"),
                    format!("a.{format}.{other}"),
                ] {
                    if count > 100 && name.ends_with(other) {
                        continue;
                    }
                    let run = clean_twice(&file(&name, &bytes), &config());
                    assert_eq!(run.reasons(), [("", ""); 0], "{name}");
                    let out = decompress(compression, &run.out[&name]);
                    assert!(out == expected.out[&format!("a.{format}")], "{name} of {count}");
                    assert_eq!(run.summary.bytes.input, bytes.len() as u64);
                    assert_eq!(run.summary.paragraphs, expected.summary.paragraphs);
                    check_single(compression, format, &run.out[&name], &out);
                }
            }
        }
    }
}

/// A reader that stops after the first member or frame loses nothing (but of a web archive, whose records are
/// members).
fn check_single(compression: &str, format: &str, bytes: &[u8], expected: &[u8]) {
    let mut out = Vec::new();
    match compression {
        "gz" => flate2::read::GzDecoder::new(bytes).read_to_end(&mut out).expect("gzip"),
        "zst" => zstd::stream::read::Decoder::new(bytes)
            .expect("Zstandard")
            .single_frame()
            .read_to_end(&mut out)
            .expect("Zstandard"),
        _ => return,
    };
    if (compression, format) == ("gz", "warc") {
        assert!(expected.starts_with(&out) && out.len() < 1000, "a record is a member");
    } else {
        assert!(out == expected, "{compression}");
    }
}

/// Several members, frames or streams are one file, and padding is none of it.
#[test]
fn several_members() {
    for compression in COMPRESSIONS {
        for count in [4, 4000] {
            let parts =
                [container("jsonl", &documents(count)), Vec::new(), container("jsonl", &[line(1_000_000)])];
            let mut bytes: Vec<u8> = parts.iter().flat_map(|part| compress(compression, part)).collect();
            if compression == "gz" {
                bytes.extend_from_slice(&[0; 700]);
            }
            if compression == "zst" {
                bytes.splice(0..0, *b"\x50\x2a\x4d\x18\x03\0\0\0abc"); // a skippable frame
            }
            let run = clean_twice(&file("a.jsonl", &bytes), &config());
            assert_eq!(run.reasons(), [("", ""); 0], "{compression}");
            let found = texts("jsonl", &decompress(compression, &run.out["a.jsonl"]));
            assert_eq!(found, [distinct(count), vec![line(1_000_000)]].concat(), "{compression}");
        }
    }
}

/// The break of a file that was cut: a text is rejected whole, of a container the records before it are kept.
#[test]
fn files_that_break_off() {
    for (count, steps) in [(20, 20), (6000, 5)] {
        for format in FORMATS {
            // The texts of half of a container, each unlike the others, so that compression cannot hide them.
            let all: Vec<String> = (0..count).map(line).collect();
            let plain = container(format, &all);
            for compression in COMPRESSIONS {
                let bytes = compress(compression, &plain);
                for step in 1..steps {
                    let len = (bytes.len() * step / steps).max(12);
                    let name = format!("a.{format}");
                    let run = clean_twice(
                        &files([(&*name, bytes[..len].to_vec()), ("z.txt", line(0).into())]),
                        &config(),
                    );
                    broke_off(&run, &name, len);
                    assert!(run.out.contains_key("z.txt") || run.out.contains_key(&name));
                    let Some(out) = run.out.get(&name) else { continue };
                    assert_ne!(format, "txt", "half a text is none");
                    let found = texts(format, &decompress(compression, out));
                    assert!(all.starts_with(&found), "{name}.{compression} at {len}");
                    if count > 1000 && ["gz", "zst"].contains(&compression) && step > 2 {
                        assert!(
                            found.len() > count / 5,
                            "{name}.{compression} at {len}: {} of {count}",
                            found.len()
                        );
                    }
                }
            }
        }
    }
}

#[track_caller]
fn broke_off(run: &Run, name: &str, len: usize) {
    assert_eq!(run.reasons(), [(name, "corrupt")]);
    let byte = run.rejected[0]["byte"].as_u64().expect("a byte");
    assert!(byte <= len as u64, "{byte} of {len}");
    assert_eq!(run.summary.files.read, 1);
}

/// Damage in the middle is found, and what follows it is not taken for text.
#[test]
fn files_that_are_damaged() {
    let all: Vec<String> = (0..5000).map(line).collect();
    for format in ["txt", "jsonl", "csv", "warc", "docs"] {
        let plain = container(format, &all);
        for compression in COMPRESSIONS {
            let bytes = compress(compression, &plain);
            for part in [1, 3, 5] {
                let mut bytes = bytes.clone();
                let at = bytes.len() * part / 6;
                bytes[at..at + 8].iter_mut().for_each(|byte| *byte = !*byte);
                let name = format!("a.{format}");
                let run = clean_twice(&file(&name, &bytes), &config());
                assert_eq!(
                    run.summary.files.rejected.values().sum::<u64>(),
                    1,
                    "{name}.{compression} at {at}: {:?}",
                    run.rejected.last()
                );
                assert!(format != "txt" || run.out.is_empty());
            }
        }
    }
}

/// A stream that expands without end is cut off, and a document above the limit is not held.
#[test]
fn bombs() {
    let long = "x".repeat(2_000_000);
    for compression in COMPRESSIONS {
        let mut config = config();
        config.read.max_document_size = Some(1_000_000);
        let name = format!("a.txt.{compression}");
        let run = clean(&file(&name, compress(compression, long.as_bytes())), &config);
        assert_eq!(run.reasons(), [(&*name, "too_large")]);
        assert!(json::text_of(&run.rejected[0], "remedy").contains("--max-document-size"));
    }
    let zeros = vec![b'\n'; 100 * 1024 * 1024];
    for compression in ["gz", "zst"] {
        let bomb = compress(compression, &zeros);
        for format in ["txt", "jsonl"] {
            let name = format!("a.{format}.{compression}");
            let run = clean(&files([(&*name, bomb.clone()), ("z.txt", line(1).into())]), &config());
            assert_eq!(run.reasons(), [(&*name, "bomb")]);
            assert_eq!(run.text("z.txt"), line(1));
        }
    }
}

/// A file or record longer than `--max-document-size` is rejected, to the byte, whatever it stands in and however
/// long the file is; those beside it are not.
#[test]
fn documents_that_are_too_long() {
    for limit in [1000_usize, 400_000] {
        let mut config = config();
        config.read.max_document_size = Some(limit as u64);
        for size in [limit / 2, limit + 1, limit * 2, 1_500_000] {
            let long = format!("{}\n", "长x".repeat(size / 4));
            let is_long = long.len() > limit;
            let run =
                clean_twice(&files([("a.txt", long.clone().into()), ("b.txt", line(2).into())]), &config);
            assert_eq!(
                run.reasons(),
                if is_long { vec![("a.txt", "too_large")] } else { vec![] },
                "{limit} {size}"
            );
            for format in ["jsonl", "csv", "warc", "docs"] {
                for compression in ["none", "gz"] {
                    let name = format!("a.{format}");
                    let plain = container(format, &[line(0), long.clone(), line(1)]);
                    let run = clean_twice(&file(&name, compress(compression, &plain)), &config);
                    let found = texts(format, &decompress(compression, &run.out[&name]));
                    let is_kept = found.len() == 3;
                    assert_eq!(is_kept, long.len() < limit, "{name} {compression} {limit} {size}");
                    if !is_kept {
                        assert_eq!(run.reasons(), [(&*name, "too_large")], "{name}");
                        // Where a row ends that is not held cannot be known: the rest of a table goes with it.
                        let goes_on = run.rejected[0]["record"] == 1;
                        assert!(goes_on || (format == "csv" && long.len() > 256 * 1024), "{name}");
                        assert_eq!(found, if goes_on { vec![line(0), line(1)] } else { vec![line(0)] });
                    }
                }
            }
        }
    }
}

/// Files that are compressed in blocks give the same bytes at any number of threads.
#[test]
fn same_bytes_whatever_the_threads() {
    let all: Vec<String> = (0..24_000).map(|n| if n % 3 == 2 { line(n / 2) } else { line(n) }).collect();
    let mut input = files::Files::new();
    for (number, compression) in COMPRESSIONS.into_iter().enumerate() {
        let format = FORMATS[number];
        let part = container(format, &all[number * 3000..number * 3000 + 12_000]);
        input.insert(format!("{number}.{format}.{compression}"), compress(compression, &part));
    }
    let expected = clean_twice(&input, &Config { threads: 1, ..Config::default() });
    for threads in [2, 8] {
        let run = clean(&input, &Config { threads, ..Config::default() });
        assert!(run == expected, "{threads} threads: {:?}", memory::differing(&run.out, &expected.out));
    }
}
