//! Throughput of each stage, in bytes of text, on generated news and on text that is hard for the stage. Every
//! bench asserts its result, so that one that goes wrong cannot look fast.
//!
//! `cargo bench --bench stages`

#[expect(dead_code, reason = "the end-to-end bench uses the rest")]
mod common;

use std::hint::black_box;
use std::io;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tamis::config::{MatchMode, Repair, Scope};
use tamis::decide::{ChunkPrints, Exact, PartitionedPrints, Verdict};
use tamis::document::Paragraph;
use tamis::fingerprint::{Fingerprint, KeyHasher};
use tamis::normalize::{KeyMaker, TokenSink, Tokenizer};
use tamis::split::{Method, Splitting, split};
use tamis::units::{Ordinal, count};
use tamis::write::{Edits, Judged, write_text};

/// Text of a bench: fits the second-level cache, as a chunk does.
const BYTES: u64 = 512 * 1024;

/// Generated news: Chinese and English, one paragraph a line.
fn news() -> String {
    common::Documents::new(1, BYTES).collect()
}

/// Text in which every paragraph needs the Unicode libraries: combining marks and a zero-width joiner.
fn hard() -> String {
    "Cafe\u{301} 中文，e\u{301}tude \u{200d}हिन्दी 가나다 \u{1112}\u{1161}\u{11ab}글，价格：￥12.50。\n"
        .repeat(5000)
}

fn paragraphs(text: &str, method: Method) -> Vec<Paragraph> {
    let mut out = Vec::new();
    split(text, Splitting { method, repair: Repair::Basic }, &mut out);
    out
}

fn bench_split(c: &mut Criterion) {
    let text = news();
    let mut group = c.benchmark_group("split");
    group.throughput(Throughput::Bytes(count(text.len())));
    for (name, method) in [("line", Method::Line), ("block", Method::Block), ("sentence", Method::Sentence)] {
        let expected = paragraphs(&text, method).len();
        assert!(expected > 0);
        group.bench_function(name, |b| {
            b.iter(|| assert_eq!(paragraphs(black_box(&text), method).len(), expected));
        });
    }
    group.finish();
}

fn bench_keys(c: &mut Criterion) {
    let mut group = c.benchmark_group("key and fingerprint");
    for (name, text, mode) in [
        ("canonical, news", news(), MatchMode::Canonical),
        ("exact, news", news(), MatchMode::Exact),
        ("loose, news", news(), MatchMode::Loose),
        ("canonical, hard", hard(), MatchMode::Canonical),
    ] {
        let mut found = paragraphs(&text, Method::Line);
        let keys = KeyMaker::new(mode, Repair::Basic);
        let mut hasher = KeyHasher::default();
        let mut last = || {
            for paragraph in &mut found {
                keys.make(&text, paragraph, &mut hasher);
                black_box(hasher.finish());
            }
            keys.make(&text, &mut found[0], &mut hasher);
            hasher.finish()
        };
        let expected = Fingerprint::of(keys.key_text(text.lines().next().unwrap_or_default()).as_bytes());
        group.throughput(Throughput::Bytes(count(text.len())));
        group.bench_function(name, |b| b.iter(|| assert_eq!(last(), expected)));
    }
    group.finish();
}

/// Hashes tokens as cheaply as can be: one multiplication a character.
#[derive(Debug, Default)]
struct TokenHasher {
    token: u64,
    /// Wrapping sum over the tokens.
    sum: u64,
    num_tokens: u64,
}

impl TokenSink for TokenHasher {
    #[inline]
    fn letter(&mut self, code: u32) {
        self.token = (self.token ^ u64::from(code)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    #[inline]
    fn digit(&mut self, code: u32) {
        self.letter(code);
    }

    #[inline]
    fn joiner(&mut self, code: u32) {
        self.letter(code);
    }

    #[inline]
    fn end(&mut self) {
        self.sum = self.sum.wrapping_add(self.token);
        self.num_tokens += 1;
        self.token = 0;
    }
}

fn bench_tokens(c: &mut Criterion) {
    let news: String = common::Documents::new(1, 3 * BYTES).collect();
    let has_han = |line: &str| line.chars().any(|c| ('\u{4e00}'..'\u{a000}').contains(&c));
    let lines = |is_chinese: bool| {
        let kept = news.split_inclusive('\n').filter(|line| has_han(line) == is_chinese);
        let mut text: String = kept.collect();
        text.truncate(text.floor_char_boundary(usize::try_from(BYTES).unwrap_or(usize::MAX)));
        text
    };
    let mut group = c.benchmark_group("tokens");
    for (name, text, num_tokens) in [
        ("Chinese news", lines(true), 153_347),
        ("English news", lines(false), 80_670),
        ("hard", hard(), 50_000),
    ] {
        let found = paragraphs(&text, Method::Line);
        let tokenizer = Tokenizer::new(Repair::Basic);
        group.throughput(Throughput::Bytes(count(text.len())));
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut hasher = TokenHasher::default();
                for paragraph in &found {
                    tokenizer.tokens(&text[paragraph.span.range()], &mut hasher);
                }
                assert_eq!(hasher.num_tokens, num_tokens);
                hasher.sum
            });
        });
    }
    group.finish();
}

fn bench_sha256(c: &mut Criterion) {
    let mut group = c.benchmark_group("SHA-256");
    for len in [64, 230, 1024, 16 * 1024] {
        let key = vec![b'a'; len];
        group.throughput(Throughput::Bytes(count(len)));
        group.bench_function(format!("{len} bytes"), |b| b.iter(|| Fingerprint::of(black_box(&key))));
    }
    group.finish();
}

fn bench_decide(c: &mut Criterion) {
    // A chunk of 100,000 records, a third of them repeats, 23 MB of text at 230 bytes a paragraph.
    let prints: Vec<_> =
        (0..100_000_u32).map(|n| (Fingerprint::of(&(n % 66_667).to_le_bytes()), n, 0)).collect();
    let mut group = c.benchmark_group("decide");
    group.throughput(Throughput::Elements(count(prints.len())));
    group.bench_function("deal and settle", |b| {
        b.iter(|| {
            let dealt = PartitionedPrints::partition(black_box(&prints));
            let (first, num_paragraphs) = (Ordinal(0), prints.len());
            let batch = ChunkPrints { prints: &dealt, num_paragraphs, first, open_document: None };
            let verdicts = Exact::new(Scope::default()).settle(&[batch]);
            assert_eq!(verdicts[0].iter().filter(|v| !v.is_kept()).count(), 33_333);
        });
    });
    group.finish();
}

fn bench_write(c: &mut Criterion) {
    let text = news();
    let found = paragraphs(&text, Method::Line);
    let verdicts = vec![Verdict::KEEP; found.len()];
    let judged = Judged {
        text: text.as_bytes(),
        paragraphs: &found,
        verdicts: &verdicts,
        blank_after: false,
        edits: Edits::default(),
    };
    let mut out = Vec::new();
    let mut group = c.benchmark_group("write");
    group.throughput(Throughput::Bytes(count(text.len())));
    group.bench_function("text, all kept", |b| {
        b.iter(|| -> io::Result<()> {
            out.clear();
            let written = write_text(black_box(judged), Repair::Basic, &mut out)?;
            assert_eq!(written.num_kept, count(found.len()));
            Ok(())
        });
    });
    group.finish();
}

criterion_group!(benches, bench_split, bench_keys, bench_tokens, bench_sha256, bench_decide, bench_write);
criterion_main!(benches);
