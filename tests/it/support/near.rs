//! Texts that are nearly alike, and what a run says of them.

use serde_json::Value;
use tamis::Config;
use tamis::config::{Keep, Limit, NearConfig, NearPreset, NearUnits, Share, SplitMode};

use super::files::Files;
use super::json::text_of;
use super::random::Noise;
use super::run::Run;

/// Words that mean nothing.
impl Noise {
    /// A word of English letters that is not a word.
    pub(crate) fn word(&mut self) -> String {
        let len = 3 + self.below(5);
        (0..len).map(|_| char::from(b'a' + u8::try_from(self.below(26)).expect("a letter"))).collect()
    }

    /// So many words, as a line.
    pub(crate) fn words(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.word()).collect()
    }

    /// Han characters that mean nothing; each is the same in both scripts.
    pub(crate) fn han(&mut self, count: usize) -> String {
        const HAN: &str = "天地人日月山水火木土上下中大小公司市委文化教育科技安全工作力量生活世界和平安定社区公共交通旅游美食";
        let han: Vec<char> = HAN.chars().collect();
        (0..count).map(|_| han[self.below(han.len())]).collect()
    }
}

/// An article of this number of words in lines of ten.
pub(crate) fn lines(words: &[String]) -> String {
    words.chunks(10).map(|line| line.join(" ") + ".\n").collect::<Vec<_>>().concat()
}

/// The configuration of a preset.
pub(crate) fn preset(preset: NearPreset, units: NearUnits) -> Config {
    let mut config = Config { threads: 1, ..Config::default() };
    // The texts of these tests have lines of ten words, which look hard-wrapped.
    config.split.split = SplitMode::Line;
    config.decide.near = NearConfig { units: Some(units), ..NearConfig::preset(preset) };
    config
}

/// `--near`.
pub(crate) fn near() -> Config {
    preset(NearPreset::Strict, NearUnits::Documents)
}

/// `--near=paragraphs`.
pub(crate) fn near_paragraphs() -> Config {
    preset(NearPreset::Strict, NearUnits::Paragraphs)
}

/// `--near` with another choice of survivors.
pub(crate) fn keeping(keep: &str) -> Config {
    let mut config = near();
    config.decide.near.keep = keep.parse::<Keep>().expect("a choice");
    config
}

/// `--near` with containment at this share.
pub(crate) fn containing(share: u16) -> Config {
    let mut config = near();
    config.decide.near.containment = Limit::AtLeast(Share::hundredths(share));
    config
}

/// A document that went as a whole: its place, the rule, the survivor's place, the similarity.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gone {
    pub(crate) place: (String, Option<u64>),
    pub(crate) rule: String,
    pub(crate) survivor: (String, Option<u64>),
    pub(crate) similarity: Option<f64>,
    pub(crate) containment: Option<f64>,
}

fn place(line: &Value) -> (String, Option<u64>) {
    (text_of(line, "path").to_owned(), line["record"].as_u64())
}

/// The lines of a ledger by these rules, one a document that went or a run.
pub(crate) fn by_rule<'a>(run: &'a Run, rules: &[&str]) -> Vec<&'a Value> {
    run.ledger.iter().filter(|line| rules.contains(&text_of(line, "rule"))).collect()
}

/// The documents that went as a whole.
pub(crate) fn gone(run: &Run) -> Vec<Gone> {
    let lines = by_rule(run, &["near-document", "exact-document"]);
    let gone = lines.into_iter().map(|line| Gone {
        place: place(line),
        rule: text_of(line, "rule").to_owned(),
        survivor: place(&line["survivor"]),
        similarity: line["similarity"].as_f64(),
        containment: line["containment"].as_f64(),
    });
    gone.collect()
}

/// Path of each document that went, and of its survivor.
pub(crate) fn pairs(run: &Run) -> Vec<(String, String)> {
    gone(run).into_iter().map(|gone| (gone.place.0, gone.survivor.0)).collect()
}

/// Texts as files of their own, in this order.
pub(crate) fn texts<T: AsRef<str>>(texts: &[T]) -> Files {
    let named = texts.iter().enumerate();
    named.map(|(n, text)| (format!("{n:04}.txt"), text.as_ref().as_bytes().to_vec())).collect()
}

/// Number of a file that [`texts`] named.
pub(crate) fn number(path: &str) -> usize {
    let digits = path.rsplit('/').next().and_then(|name| name.strip_suffix(".txt"));
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("{path}"))
}
