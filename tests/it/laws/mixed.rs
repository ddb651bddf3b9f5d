//! One directory that holds everything at once: the same bytes at 1, 2 and 8 threads, and clean the second time.

use tamis::Config;
use tamis::config::{EncodingErrors, SplitMode};

use crate::support::files::Files;
use crate::support::memory::{clean, clean_twice, differing};
use crate::support::packs::{COMPRESSIONS, compress, container, tar, zip};

/// Documents of which many stand elsewhere too.
fn documents(from: usize, count: usize) -> Vec<String> {
    let line = |n: usize| format!("第{}行，每行都不同，with some English in it\n", n * n % 4001);
    (from..from + count).map(|n| format!("{}\n{}{}", line(n), line(n + 1), line(n * 3))).collect()
}

fn corpus() -> Files {
    let mut files = Files::new();
    let text = |from: usize, count: usize| documents(from, count).concat();
    for (number, size) in [5, 60, 1600].into_iter().enumerate() {
        let from = number * 50;
        for format in ["txt", "jsonl", "csv", "warc", "docs"] {
            let plain = container(format, &documents(from, size));
            for (shift, compression) in COMPRESSIONS.into_iter().enumerate() {
                if size < 50 || (shift + number + format.len()) % 4 == 0 {
                    files.insert(
                        format!("{format}/{size}.{format}.{compression}"),
                        compress(compression, &plain),
                    );
                }
            }
            files.insert(format!("{format}/{size}.{format}"), plain);
        }
        let gbk = encoding_rs::GB18030.encode(&text(from + 7, size)).0.into_owned();
        let utf16: Vec<u8> = text(from + 9, size).encode_utf16().flat_map(u16::to_be_bytes).collect();
        let ascii = "plain ASCII for a long while\n".repeat(if size > 1000 { 12_000 } else { 3 });
        let late = [ascii.as_bytes(), &gbk].concat();
        let mut bad = gbk.clone();
        bad.insert(size * 9 / 10 * 20, 0xff);
        bad.insert(1, 0xff);
        let members = [
            ("a.txt", gbk.clone()),
            ("bad.txt", bad.clone()),
            ("b/c.jsonl.gz", compress("gz", &container("jsonl", &documents(from + 20, size)))),
            ("late.txt", late.clone()),
            ("nested.zip", zip(&[])),
            ("t.csv", container("csv", &documents(from + 30, size))),
        ];
        let archives =
            [("tar", tar(&members)), ("zip", zip(&members)), ("tgz", compress("gz", &tar(&members)))];
        for (name, archive) in archives {
            files.insert(format!("arc/cut-{size}.{name}"), archive[..archive.len() * 3 / 4].to_vec());
            files.insert(format!("arc/{size}.{name}"), archive);
        }
        let cut = compress("zst", &container("jsonl", &documents(from + 40, size)));
        files.insert(format!("cut/{size}.jsonl"), cut[..cut.len() / 2].to_vec());
        for (name, bytes) in [("gbk", gbk), ("utf16", utf16), ("late", late), ("bad", bad)] {
            files.insert(format!("enc/{name}-{size}.txt"), bytes);
        }
    }
    files.insert("x.pdf".to_owned(), b"%PDF".to_vec());
    files.insert("x.bin".to_owned(), vec![0; 400_000]);
    files
}

#[test]
fn everything_at_once() {
    let corpus = corpus();
    // Cleaning twice changes nothing at one split.
    let (mut lines, mut other) = (Config::default(), Config::default());
    lines.split.split = SplitMode::Line;
    (other.split.split, other.read.encoding_errors) = (SplitMode::Block, EncodingErrors::Replace);
    for (config, is_default) in [(lines, true), (other, false)] {
        let expected = clean_twice(&corpus, &Config { threads: 1, ..config.clone() });
        for threads in if is_default { [2, 8].as_slice() } else { &[2] } {
            let threads = *threads;
            let run = clean(&corpus, &Config { threads, ..config.clone() });
            assert!(run == expected, "{threads} threads: {:?}", differing(&run.out, &expected.out));
        }
        let summary = &expected.summary;
        assert!(
            summary.members.read > 20 && summary.num_removed() > 1000 && summary.records.read > 5_000,
            "{summary:?}"
        );
        assert!(summary.documents.encodings.len() >= 3);
        if is_default {
            assert_eq!(
                summary.files.rejected["corrupt"] + summary.files.rejected["not_archive"],
                12,
                "{:?}",
                expected.reasons()
            );
        }
        assert_eq!(summary.documents.replaced > 0, !is_default);
    }
}
