//! Makes the tables of `src/rules/language`, which tell languages of one alphabet apart.
//!
//! `cargo run --release --example train_language -- CRATES WORDS OUT`, where `CRATES` holds the unpacked crates
//! `lingua-*-language-model` (their test sentences) and `WORDS` the folder `data` of the Python package
//! `langidentify-full-model` (frequencies of words). `src/rules/language/README.md` tells where they come from.
//!
//! The model is that of fastText (Joulin et al., 2017): rows for hashed pieces of words are added up and multiplied by a
//! matrix; both are learned by stochastic gradient descent on short texts, and rows are rounded to four bits a number.
//! One thread and a fixed seed: the same sources give the same tables.

#![expect(
    clippy::print_stderr,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "learning is done in floating point, and its numbers are small; it says how far it is"
)]

use std::error::Error;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use unicode_normalization::UnicodeNormalization;

/// Numbers of a row, as in `model.rs`.
const DIMENSIONS: usize = 16;
const ROWS: usize = 1 << 16;
const MOST_GRAM: usize = 5;

/// Texts that rows and matrix are learned from.
const STEPS: usize = 6_000_000;

/// Texts that the matrix is learned from again when rows have been rounded.
const STEPS_AFTER: usize = 1_000_000;

/// How far the first step goes; the last goes nowhere.
const RATE: f32 = 0.2;
const RATE_AFTER: f32 = 0.02;

/// Texts of words drawn by their frequency, of a hundred; the others are parts of sentences.
const OF_WORDS: u64 = 60;

/// One in a weight, and one in a score.
const WEIGHT_ONE: f32 = 16_384.0;
const SCORE_ONE: f32 = 1_024.0;

type Row = [f32; DIMENSIONS];

/// A language: its code, its crates of sentences, its lists of words, and how often it is drawn.
type Known = (&'static str, &'static str, &'static str, u32);

/// In the order of `known.rs`. Nynorsk is told as Norwegian, Bosnian as Croatian.
const LANGUAGES: [Known; 53] = [
    ("af", "afrikaans", "af", 5),
    ("ar", "arabic", "ar", 30),
    ("az", "azerbaijani", "az", 5),
    ("be", "belarusian", "be", 5),
    ("bg", "bulgarian", "bg", 12),
    ("ca", "catalan", "ca", 12),
    ("cs", "czech", "cs", 12),
    ("cy", "welsh", "cy", 5),
    ("da", "danish", "da", 12),
    ("de", "german", "de", 30),
    ("en", "english", "en", 40),
    ("eo", "esperanto", "eo", 5),
    ("es", "spanish", "es", 30),
    ("et", "estonian", "et", 8),
    ("eu", "basque", "eu", 5),
    ("fa", "persian", "fa", 30),
    ("fi", "finnish", "fi", 12),
    ("fr", "french", "fr", 30),
    ("ga", "irish", "ga", 5),
    ("hi", "hindi", "", 30),
    ("hr", "croatian bosnian", "hr bs", 12),
    ("hu", "hungarian", "hu", 12),
    ("id", "indonesian", "id", 30),
    ("is", "icelandic", "is", 5),
    ("it", "italian", "it", 30),
    ("kk", "kazakh", "", 5),
    ("la", "latin", "la", 5),
    ("lt", "lithuanian", "lt", 8),
    ("lv", "latvian", "lv", 8),
    ("mk", "macedonian", "mk", 5),
    ("mn", "mongolian", "mn", 5),
    ("mr", "marathi", "", 8),
    ("ms", "malay", "ms", 12),
    ("nl", "dutch", "nl", 30),
    ("no", "bokmal nynorsk", "no nn", 16),
    ("pl", "polish", "pl", 30),
    ("pt", "portuguese", "pt", 30),
    ("ro", "romanian", "ro", 12),
    ("ru", "russian", "ru", 40),
    ("sk", "slovak", "sk", 10),
    ("sl", "slovene", "sl", 10),
    ("so", "somali", "so", 5),
    ("sq", "albanian", "sq", 5),
    ("sr", "serbian", "sr", 12),
    ("sv", "swedish", "sv", 12),
    ("sw", "swahili", "sw", 5),
    ("tl", "tagalog", "tl", 5),
    ("tr", "turkish", "tr", 30),
    ("uk", "ukrainian", "uk", 30),
    ("ur", "urdu", "ur", 10),
    ("vi", "vietnamese", "vi", 30),
    ("yo", "yoruba", "yo", 5),
    ("zu", "zulu", "zu", 5),
];

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut places = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(crates), Some(words), Some(out)) = (places.next(), places.next(), places.next()) else {
        return Err("train_language CRATES WORDS OUT".into());
    };
    let sources: Vec<Source> =
        LANGUAGES.iter().map(|known| Source::read(known, &crates, &words)).collect::<Outcome<_>>()?;
    let mut model = Model::new();
    model.learn(&sources, STEPS, RATE);
    model.round();
    model.learn(&sources, STEPS_AFTER, RATE_AFTER);
    model.save(&out)
}

/// What texts of a language are drawn from.
struct Source {
    sentences: Vec<Vec<String>>,
    /// Words, each with the sum of the frequencies up to it.
    words: Vec<(f64, String)>,
}

impl Source {
    fn read((_, crates_of, words_of, _): &Known, crates: &Path, words: &Path) -> Outcome<Self> {
        let mut source = Self { sentences: Vec::new(), words: Vec::new() };
        for name in crates_of.split_whitespace() {
            let text = std::fs::read_dir(crates)?
                .filter_map(Result::ok)
                .map(|entry| entry.path())
                .find(|path| {
                    let stem = format!("lingua-{name}-language-model-");
                    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&stem))
                })
                .ok_or_else(|| format!("no crate of {name}"))?
                .join("testdata/sentences.txt");
            let text = String::from_utf8(read(&text)?)?;
            source.sentences.extend(text.lines().map(words_of_line).filter(|words| !words.is_empty()));
        }
        for code in words_of.split_whitespace() {
            let packed = read(&words.join(format!("topwords-{code}.txt.gz")))?;
            let mut text = String::new();
            GzDecoder::new(&packed[..]).read_to_string(&mut text)?;
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                let Some((word, logarithm)) = line.rsplit_once(' ') else { continue };
                let sum = source.words.last().map_or(0.0, |last| last.0) + logarithm.parse::<f64>()?.exp();
                source.words.push((sum, word.to_owned()));
            }
        }
        Ok(source)
    }

    /// A short text of this language: some words, or a part of a sentence.
    fn draw<'a>(&'a self, random: &mut Random, text: &mut Vec<&'a str>) {
        const LENGTHS: [usize; 16] = [1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 8, 12, 20, 30];
        let length = LENGTHS[random.below(LENGTHS.len())];
        text.clear();
        if random.next() % 100 < OF_WORDS && !self.words.is_empty() {
            text.extend((0..length).map(|_| self.word(random)));
        } else {
            let sentence = &self.sentences[random.below(self.sentences.len())];
            let start = random.below(sentence.len().saturating_sub(length) + 1);
            text.extend(sentence[start..].iter().take(length).map(String::as_str));
        }
    }

    fn word(&self, random: &mut Random) -> &str {
        let all = self.words.last().map_or(0.0, |last| last.0);
        let place = random.unit() * all;
        let number = self.words.partition_point(|(sum, _)| *sum < place);
        &self.words[number.min(self.words.len() - 1)].1
    }
}

#[expect(clippy::disallowed_methods, reason = "it reads what it learns from")]
fn read(path: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// The words of a sentence, in lower case.
fn words_of_line(line: &str) -> Vec<String> {
    let is_mark = |c| matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{93c}' | '\u{94d}');
    let composed = line.nfc().collect::<String>().to_lowercase();
    let words = composed.split(|c: char| !c.is_alphabetic() && !is_mark(c));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Rows for pieces of words, and the matrix.
struct Model {
    rows: Vec<Row>,
    /// How often a row was used.
    uses: Vec<u32>,
    weights: Vec<Row>,
    biases: Vec<f32>,
    /// The steps that rows have been rounded to, by dimension; they stay as they are then.
    steps: Option<Row>,
}

impl Model {
    fn new() -> Self {
        let mut random = Random(88_172_645_463_325_252);
        let start = 1.0 / DIMENSIONS as f32;
        let mut row = || std::array::from_fn(|_| (random.unit() as f32 * 2.0 - 1.0) * start);
        Self {
            rows: (0..ROWS).map(|_| row()).collect(),
            uses: vec![0; ROWS],
            weights: vec![[0.0; DIMENSIONS]; LANGUAGES.len()],
            biases: vec![0.0; LANGUAGES.len()],
            steps: None,
        }
    }

    fn learn(&mut self, sources: &[Source], num_steps: usize, first_rate: f32) {
        let draws: Vec<usize> =
            LANGUAGES.iter().enumerate().flat_map(|(number, known)| vec![number; known.3 as usize]).collect();
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let (mut text, mut grams) = (Vec::new(), Vec::new());
        let (mut hits, mut seen) = (0, 0);
        for step in 0..num_steps {
            let language = draws[random.below(draws.len())];
            sources[language].draw(&mut random, &mut text);
            // What is shorter is of every language.
            if text.iter().map(|word| word.chars().count()).sum::<usize>() < 4 {
                continue;
            }
            grams.clear();
            for word in &text {
                add_grams(word, &mut grams);
            }
            let rate = first_rate * (1.0 - step as f32 / num_steps as f32);
            seen += 1;
            hits += usize::from(self.step(&grams, language, rate));
            if step % 500_000 == 499_999 {
                eprintln!("{} texts, {hits} of the last {seen} right", step + 1);
                (hits, seen) = (0, 0);
            }
        }
    }

    /// Learns one text, and returns whether it was right about it before.
    fn step(&mut self, grams: &[usize], language: usize, rate: f32) -> bool {
        let scale = (grams.len() as f32).sqrt().recip();
        let mut sum = [0.0; DIMENSIONS];
        for gram in grams {
            add(&mut sum, &self.rows[*gram], 1.0);
            self.uses[*gram] += 1;
        }
        for number in &mut sum {
            *number *= scale;
        }
        let scores: Vec<f32> =
            self.weights.iter().zip(&self.biases).map(|(row, bias)| product(row, &sum) + bias).collect();
        let most = scores.iter().copied().fold(f32::MIN, f32::max);
        let mut chances: Vec<f32> = scores.iter().map(|score| (score - most).exp()).collect();
        let all: f32 = chances.iter().sum();
        for chance in &mut chances {
            *chance /= all;
        }
        chances[language] -= 1.0;
        let mut back = [0.0; DIMENSIONS];
        for (number, error) in chances.iter().enumerate().filter(|(_, error)| error.abs() > 1e-5) {
            add(&mut back, &self.weights[number], *error);
            add(&mut self.weights[number], &sum, -rate * error);
            self.biases[number] -= rate * 0.02 * error;
        }
        if self.steps.is_none() {
            for gram in grams {
                add(&mut self.rows[*gram], &back, -rate * scale);
            }
        }
        scores[language] >= most
    }

    /// Rounds rows to what four bits can say.
    fn round(&mut self) {
        let steps = std::array::from_fn(|dimension| self.best_step(dimension));
        for row in &mut self.rows {
            for (number, step) in row.iter_mut().zip(steps) {
                *number = rounded(*number, step) * step;
            }
        }
        self.steps = Some(steps);
    }

    /// Writes the tables that `model.rs` reads.
    #[expect(clippy::disallowed_methods, reason = "it writes what it learned")]
    fn save(&self, out: &Path) -> Outcome<()> {
        let steps = self.steps.ok_or("rows are not rounded")?;
        let mut table = vec![0_u8; ROWS * DIMENSIONS / 2];
        for (number, row) in self.rows.iter().enumerate() {
            for (dimension, step) in steps.into_iter().enumerate() {
                let rounded = (rounded(row[dimension], step) + 8.0) as u8;
                table[number * DIMENSIONS / 2 + dimension / 2] |= rounded << (4 * (dimension % 2));
            }
        }
        let weights =
            self.weights.iter().flat_map(|row| row.iter().zip(&steps).map(|(weight, step)| weight * step));
        let numbers =
            weights.map(|weight| weight * WEIGHT_ONE).chain(self.biases.iter().map(|bias| bias * SCORE_ONE));
        let matrix: Vec<u8> = numbers.flat_map(|number| (number.round() as i16).to_le_bytes()).collect();
        std::fs::write(out.join("table.bin"), table)?;
        std::fs::write(out.join("matrix.bin"), matrix)?;
        Ok(())
    }

    /// The step of a dimension at which rounding to sixteen steps loses least, of rows that are used most.
    fn best_step(&self, dimension: usize) -> f32 {
        let loss = |step: f32| -> f32 {
            let one = |(row, uses): (&Row, &u32)| {
                let number = row[dimension];
                (rounded(number, step) * step - number).powi(2) * (*uses as f32).sqrt()
            };
            self.rows.iter().zip(&self.uses).map(one).sum()
        };
        let steps = (1..=60).map(|number| number as f32 * 0.02);
        steps.min_by(|one, other| loss(*one).total_cmp(&loss(*other))).unwrap_or(1.0)
    }
}

/// A number in steps, of which there are sixteen.
fn rounded(number: f32, step: f32) -> f32 {
    (number / step).round().clamp(-8.0, 7.0)
}

fn add(sum: &mut Row, row: &Row, times: f32) {
    for (sum, number) in sum.iter_mut().zip(row) {
        *sum += number * times;
    }
}

fn product(one: &Row, other: &Row) -> f32 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// The rows of a word's pieces, as `model.rs` finds them.
fn add_grams(word: &str, grams: &mut Vec<usize>) {
    const BASIS: u32 = 2_166_136_261;
    let hashed = |hash: u32, c: char| {
        let mut bytes = [0; 4];
        c.encode_utf8(&mut bytes).bytes().fold(hash, |hash, byte| {
            let signed = if byte < 0x80 { u32::from(byte) } else { u32::from(byte) | 0xffff_ff00 };
            (hash ^ signed).wrapping_mul(16_777_619)
        })
    };
    let chars: Vec<char> = "<".chars().chain(word.chars().take(40)).chain(">".chars()).collect();
    let end = chars.len() - 1;
    for start in 0..chars.len() {
        let mut hash = BASIS;
        for (length, c) in chars[start..].iter().take(MOST_GRAM).enumerate() {
            hash = hashed(hash, *c);
            if length > 0 || (start > 0 && start < end) {
                grams.push(hash as usize % ROWS);
            }
        }
    }
    if chars.len() > MOST_GRAM {
        grams.push(chars.iter().copied().fold(BASIS, hashed) as usize % ROWS);
    }
}

/// Marsaglia's xorshift, 64 bits (2003).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 11) as usize % bound
    }

    /// From 0 up to 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
