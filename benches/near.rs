//! Near-duplicates: how many pairs are found, how fast, and what grows with what.
//!
//! `cargo bench --bench near -- [--recall] [--containment] [--speed] [--copies] [--docs 10000,100000] [--runs 3] [--dir DIR]`
//! (all four parts if none is named)
//!
//! - *recall*: a few thousand documents, half Chinese and half English, with copies edited more or less; the exact
//!   Jaccard coefficient of every pair by brute force, and how many of the pairs at the threshold meet.
//! - *containment*: parts of documents, edited more or less, among whole ones; by brute force, what ought to go for a
//!   text that stays, and how much of it went, by the length of what goes.
//! - *speed*: `tamis clean --near` on JSON Lines of news with few and with many copies of articles under other sites'
//!   lines, beside `tamis clean`.
//! - *copies*: many edited copies of one document, which must not cost more than other documents.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench talks to its user")]
#![expect(clippy::disallowed_methods, reason = "a bench is not the library")]
#![expect(clippy::cast_precision_loss, reason = "rates and shares, to be read")]

#[expect(dead_code, reason = "the end-to-end bench uses the rest")]
mod common;
#[expect(dead_code, reason = "the end-to-end bench uses the rest")]
mod compare;

use std::error::Error;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use common::Documents;
use common::random::Random;
use compare::measure::{Sample, Stopwatch};
use compare::tools::Call;
use tamis::config::{Limit, NearConfig, NearPreset, NearUnits, Repair, Share, Shingle, ShingleUnit};
use tamis::decide::near::{Banding, Features, Signatures, Signed};
use tamis::fingerprint::{NoNumbers, Shingler, Sketch, Wording};
use tamis::normalize::Tokenizer;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The command of the bench.
struct Options {
    parts: Vec<String>,
    docs: Vec<u64>,
    runs: usize,
    dir: PathBuf,
}

fn main() -> ExitCode {
    match options().and_then(|options| bench(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("near: {error}");
            ExitCode::from(2)
        }
    }
}

fn options() -> Outcome<Options> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_bench = arguments.iter().any(|argument| argument == "--bench");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut options = Options {
        parts: Vec::new(),
        docs: if is_bench { vec![10_000, 100_000] } else { vec![500] },
        runs: if is_bench { 3 } else { 1 },
        dir: target.parent().unwrap_or(target).join("bench-corpus"),
    };
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--recall" | "--containment" | "--speed" | "--copies" => options.parts.push(name[2..].to_owned()),
            "--docs" => options.docs = value()?.split(',').map(str::parse).collect::<Result<_, _>>()?,
            "--runs" => options.runs = value()?.parse()?,
            "--dir" => options.dir = PathBuf::from(value()?),
            _ if name == "--bench" || !is_bench => {}
            _ => return Err(format!("unknown argument {name}").into()),
        }
    }
    Ok(options)
}

fn bench(options: &Options) -> Outcome<()> {
    fs::create_dir_all(&options.dir)?;
    let wants = |part: &str| options.parts.is_empty() || options.parts.iter().any(|wanted| wanted == part);
    if wants("recall") {
        recall(if options.docs[0] < 1000 { 200 } else { 4000 })?;
    }
    if wants("containment") {
        containment(options, if options.docs[0] < 1000 { 200 } else { 6000 })?;
    }
    if wants("speed") {
        for &docs in &options.docs {
            speed(options, docs)?;
        }
    }
    if wants("copies") {
        for &docs in &options.docs {
            copies(options, docs.min(50_000))?;
        }
    }
    Ok(())
}

/// Documents of one language of the corpus.
fn documents(is_chinese: bool, num: usize) -> Vec<String> {
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let in_language = |text: &String| {
        let sample: Vec<char> = text.chars().take(400).collect();
        (sample.iter().filter(|c| is_han(**c)).count() * 4 > sample.len()) == is_chinese
    };
    Documents::new(7, u64::MAX / 2).filter(in_language).take(num).collect()
}

/// Replaces about `permille` of the characters (of an English text: of the words) by others.
fn edited(text: &str, permille: u64, random: &mut Random) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let is_target = c.is_alphabetic() && !c.is_ascii() || c == ' ';
        if is_target && random.permille(permille) {
            let other = u32::try_from(0x4e00 + random.below(0x5000)).unwrap_or(0x4e00);
            if c == ' ' {
                let _ = write!(out, " w{other} ");
            } else {
                out.extend(char::from_u32(other));
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Half of the documents, and edited copies of them.
fn with_copies(is_chinese: bool, num: usize) -> Vec<String> {
    let mut all = documents(is_chinese, num / 2);
    let mut random = Random::new(1, 90, u64::from(is_chinese));
    for index in 0..num - all.len() {
        // From hardly any change to one token in eight: Jaccard coefficients from 1 to about 0.35.
        let permille = random.below(130);
        let copy = edited(&all[index], permille, &mut random);
        all.push(copy);
    }
    all
}

/// A text's features and sketch.
fn features(text: &str, shingle: Shingle, num_bins: usize) -> (Features, Option<Sketch>) {
    let mut shingler = Shingler::new(shingle, NoNumbers);
    for line in text.lines() {
        Tokenizer::new(Repair::Basic).tokens(line, &mut shingler);
    }
    let shingles = shingler.finish();
    let len = shingles.num_elements();
    let hashes = shingles.into_hashes();
    let sketch = Sketch::of(&hashes, num_bins);
    (Features::new(len, &hashes, Wording::default()), sketch)
}

/// Prints how many of the pairs at the threshold meet.
fn recall(num: usize) -> Outcome<()> {
    println!(
        "recall: pairs of {num} documents with an exact Jaccard coefficient of at least the threshold\n"
    );
    println!(
        "| language | shingle | threshold | bands x rows | pairs | found | recall | looked at | by the formula at the threshold |"
    );
    println!("|---|---|---:|---|---:|---:|---:|---:|---:|");
    for (language, is_chinese) in [("Chinese", true), ("English", false)] {
        let texts = with_copies(is_chinese, num);
        for shingle in [Shingle::new(ShingleUnit::Word, 5), Shingle::new(ShingleUnit::Char, 5)] {
            for hundredths in [50, 70, 80] {
                let threshold = Share::hundredths(hundredths);
                let row = recall_row(&texts, shingle, threshold)?;
                println!("| {language} | {shingle} | {threshold} | {row} |");
            }
        }
    }
    println!();
    Ok(())
}

fn recall_row(texts: &[String], shingle: Shingle, threshold: Share) -> Outcome<String> {
    let banding = Banding::new(threshold);
    let made: Vec<_> = texts.iter().map(|text| features(text, shingle, banding.num_bins())).collect();
    let mut signatures = Signatures::new(banding.num_bins(), false);
    for ((_, sketch), number) in made.iter().zip(0..) {
        let bins = sketch.as_ref().ok_or("a document without a shingle")?.bits().collect();
        signatures.push(
            number,
            &Signed { digest: number, bins, rank: [0; 3], sample: tamis::fingerprint::Sample::default() },
        )?;
    }
    let (mut pairs, mut found, mut looked_at) = (0_u64, 0_u64, 0_u64);
    for a in 0..made.len() {
        for b in 0..a {
            let is_met =
                banding.meets(signatures.bins(u32::try_from(a)?), signatures.bins(u32::try_from(b)?));
            looked_at += u64::from(is_met);
            let is_pair = made[a].0.overlap_if(&made[b].0, |own, others| threshold.least_shared(own, others));
            if is_pair.is_some() {
                pairs += 1;
                found += u64::from(is_met);
            }
        }
    }
    let share = found as f64 / pairs.max(1) as f64;
    assert!(share >= 0.99 || pairs < 500, "recall {share} at {threshold}");
    let formula = banding.recall(threshold.as_f64());
    let Banding { bands, rows, .. } = banding;
    Ok(format!("{bands} x {rows} | {pairs} | {found} | {share:.4} | {looked_at} | {formula:.4}"))
}

/// A run of a text's characters, cut at both ends where a word or a character ends.
fn part(text: &str, num_chars: usize, random: &mut Random) -> String {
    let chars: Vec<char> = text.chars().collect();
    let last = chars.len().saturating_sub(num_chars) as u64;
    let start = usize::try_from(random.below(last + 1)).unwrap_or(0);
    chars[start..chars.len().min(start + num_chars)].iter().collect()
}

/// Whole documents, then parts of them of very different lengths, hardly to strongly edited.
fn with_parts(is_chinese: bool, num: usize) -> Vec<String> {
    let mut all = documents(is_chinese, num / 3);
    let wholes = all.len();
    let mut random = Random::new(2, 92, u64::from(is_chinese));
    // A Chinese character says as much as some three letters.
    let chars = if is_chinese { 1 } else { 3 };
    for index in 0..num - wholes {
        let len = [60, 100, 150, 250, 400, 700, 1200][index % 7] * chars;
        let cut = part(&all[index % wholes], len, &mut random);
        let permille = random.below(60);
        all.push(edited(&cut, permille, &mut random));
    }
    all
}

/// Lengths in shingles that recall is told for, each up to the next.
const LENGTHS: [u64; 6] = [0, 50, 100, 200, 500, u64::MAX];

/// Prints how many of the texts went that ought to go for one that stays.
fn containment(options: &Options, num: usize) -> Outcome<()> {
    println!(
        "containment: {num} documents and parts or copies of them; what ought to go for a text that stays\n"
    );
    println!(
        "| language | others | shingle | shingles of the text | ought to go | went | recall |\n|---|---|---|---|---:|---:|---:|"
    );
    for (language, is_chinese) in [("Chinese", true), ("English", false)] {
        for (kind, texts) in
            [("parts", with_parts(is_chinese, num)), ("copies", with_copies(is_chinese, num))]
        {
            for shingle in [Shingle::new(ShingleUnit::Word, 5), Shingle::new(ShingleUnit::Char, 5)] {
                let path = options.dir.join(format!("near-{kind}-{language}-{num}.jsonl"));
                write_corpus(&path, texts.iter().cloned())?;
                let gone = gone(options, &path, shingle)?;
                containment_rows(&format!("{language} | {kind} | {shingle}"), &texts, shingle, &gone);
            }
        }
    }
    println!();
    Ok(())
}

/// Prints what ought to have gone of a corpus, by length.
fn containment_rows(name: &str, texts: &[String], shingle: Shingle, gone: &[bool]) {
    let (threshold, limit) = (Share::hundredths(50), Share::hundredths(80));
    let made: Vec<Features> = texts.iter().map(|text| features(text, shingle, 1).0).collect();
    let needed = |own, others| {
        let alike = threshold.least_shared(own, others);
        if own <= others { alike.min(limit.least_of(own)) } else { alike }
    };
    let mut rows = [(0_u64, 0_u64); LENGTHS.len() - 1];
    for (number, own) in made.iter().enumerate() {
        let mut stays = made[..number].iter().zip(gone).filter(|(_, gone)| !**gone);
        let ought = gone[number] || stays.any(|(other, _)| own.overlap_if(other, needed).is_some());
        let row = LENGTHS.iter().rposition(|len| *len <= own.num_shingles()).unwrap_or(0);
        rows[row].0 += u64::from(ought);
        rows[row].1 += u64::from(gone[number]);
    }
    for (row, (ought, went)) in rows.into_iter().enumerate().filter(|(_, (ought, _))| *ought > 0) {
        let share = went as f64 / ought as f64;
        println!("| {name} | {} or more | {ought} | {went} | {share:.4} |", LENGTHS[row]);
    }
    let (ought, went) = rows.iter().fold((0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
    assert!(ought < 500 || went as f64 >= 0.99 * ought as f64, "recall {went} of {ought}");
}

/// Which documents of a corpus go, if numbers do not count.
fn gone(options: &Options, input: &Path, shingle: Shingle) -> Outcome<Vec<bool>> {
    let out = options.dir.join(format!("near-parts-out-{}", std::process::id()));
    let mut config = tamis::Config::default();
    config.decide.near = NearConfig {
        units: Some(NearUnits::Documents),
        shingle,
        number_guard: Limit::Off,
        ..NearConfig::preset(NearPreset::News)
    };
    tamis::clean(&[input.to_owned()], Some(&out), &config, &tamis::NoObserver)?;
    let name = input.file_name().ok_or("an input without a name")?;
    let kept = fs::read_to_string(out.join(name))?;
    let num_read = fs::read_to_string(input)?.lines().count();
    let mut gone = vec![true; num_read];
    for line in kept.lines() {
        let record: serde_json::Value = serde_json::from_str(line)?;
        let number: usize = record["id"].as_str().ok_or("a record without an id")?[1..].parse()?;
        gone[number] = false;
    }
    fs::remove_dir_all(&out)?;
    fs::remove_dir_all(out.with_extension("tamis"))?;
    Ok(gone)
}

/// Writes documents as JSON Lines, once.
fn write_corpus(path: &Path, texts: impl Iterator<Item = String>) -> Outcome<()> {
    if path.exists() {
        return Ok(());
    }
    let partial = path.with_extension("partial");
    let mut file = BufWriter::new(File::create(&partial)?);
    for (number, text) in texts.enumerate() {
        serde_json::to_writer(&mut file, &serde_json::json!({ "id": format!("d{number}"), "text": text }))?;
        file.write_all(b"\n")?;
    }
    file.flush()?;
    fs::rename(partial, path)?;
    Ok(())
}

/// Runs tamis on a corpus and returns the best of the runs.
fn clean(options: &Options, input: &Path, flags: &[&str]) -> Outcome<(Sample, serde_json::Value)> {
    let mut best: Option<Sample> = None;
    let mut summary = serde_json::Value::Null;
    for _ in 0..options.runs {
        let dir = options.dir.join(format!("near-run-{}", std::process::id()));
        fs::create_dir_all(&dir)?;
        let out = dir.join("out");
        let mut arguments: Vec<std::ffi::OsString> = vec![env!("CARGO_BIN_EXE_tamis").into(), "clean".into()];
        arguments.extend([input.into(), "--out".into(), out.clone().into(), "--quiet".into()]);
        arguments.extend(flags.iter().map(Into::into));
        let sample = Stopwatch::new().run(&Call { arguments, stdin: None, stdout: None }, &dir)?;
        summary = serde_json::from_slice(&fs::read(dir.join("out.tamis/summary.json"))?)?;
        fs::remove_dir_all(&dir)?;
        if best.is_none_or(|best| sample.wall < best.wall) {
            best = Some(sample);
        }
    }
    Ok((best.ok_or("no run")?, summary))
}

fn print_row(name: &str, bytes: u64, (sample, summary): &(Sample, serde_json::Value)) {
    let (cpu, peak) = sample.usage.map_or((0.0, 0), |usage| (usage.cpu, usage.peak_bytes));
    let rate = bytes as f64 / 1e6 / sample.wall;
    let documents = &summary["documents"];
    let near = documents["removed"]["near-document"].as_u64().unwrap_or(0);
    let exact = documents["removed"]["exact-document"].as_u64().unwrap_or(0);
    println!(
        "| {name} | {} | {:.0} | {:.2} | {rate:.0} | {cpu:.2} | {:.0} | {exact} | {near} |",
        documents["read"],
        bytes as f64 / 1e6,
        sample.wall,
        peak as f64 / 1e6
    );
}

const HEAD: &str = "| run | documents | MB | s | MB/s | CPU s | peak MB | exact copies | near-duplicates |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|";

/// Documents of which nearly all repeats of an article are left out: about one in twelve repeats one.
fn mostly_new() -> impl Iterator<Item = String> {
    let mut seen = std::collections::HashMap::new();
    Documents::new(3, u64::MAX / 2).filter(move |text| {
        // An article has eight paragraphs at least; a site's own line stands before them.
        let article: Vec<&str> = text.lines().skip(1).take(5).collect();
        let times = seen.entry(tamis::fingerprint::Fingerprint::of(article.concat().as_bytes())).or_insert(0);
        *times += 1;
        *times == 1 || *times % 5 == 0
    })
}

fn speed(options: &Options, docs: u64) -> Outcome<()> {
    let num = usize::try_from(docs)?;
    let all = || Documents::new(3, u64::MAX / 2).take(num);
    for (name, is_thinned) in [("few", true), ("many", false)] {
        let path = options.dir.join(format!("near-{name}-{docs}.jsonl"));
        if is_thinned {
            write_corpus(&path, mostly_new().take(num))?;
        } else {
            write_corpus(&path, all())?;
        }
        let bytes = fs::metadata(&path)?.len();
        println!("speed: news, {name} repeats of an article under another site's lines\n\n{HEAD}");
        print_row("clean", bytes, &clean(options, &path, &[])?);
        for flags in SPEED {
            if flags.len() > 1 && docs > 150_000 {
                continue; // the default is measured on the largest
            }
            let found = clean(options, &path, flags)?;
            assert_eq!(found.1["documents"]["read"], docs, "every document is read");
            print_row(&flags.join(" "), bytes, &found);
        }
        println!();
    }
    Ok(())
}

/// The case that is measured.
const SPEED: [&[&str]; 3] = [&["--near"], &["--near=both"], &["--near", "--near-preset", "news"]];

fn copies(options: &Options, docs: u64) -> Outcome<()> {
    let path = options.dir.join(format!("near-copies-{docs}.jsonl"));
    let original = documents(true, 1).remove(0);
    let mut random = Random::new(5, 91, 0);
    let texts =
        (0..docs).map(|number| format!("来源：第{number}号站\n{}", edited(&original, 5, &mut random)));
    write_corpus(&path, texts)?;
    let bytes = fs::metadata(&path)?.len();
    println!("copies: {docs} edited copies of one document\n\n{HEAD}");
    let found = clean(options, &path, &["--near"])?;
    print_row("--near", bytes, &found);
    println!();
    Ok(())
}
