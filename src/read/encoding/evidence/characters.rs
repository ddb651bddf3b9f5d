//! Chinese, Japanese and Korean, character by character.

use std::sync::LazyLock;

use super::Cost;

/// A language that is written with thousands of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::read::encoding) enum Wide {
    /// Simplified Chinese.
    Hans,
    /// Traditional Chinese.
    Hant,
    /// Japanese.
    Ja,
    /// Korean.
    Ko,
}

/// The cost of the frequent characters of each language, and of the letters of each script outside the alphabet of
/// the language. Each line holds a name, a cost, and the characters that have it.
const CHARACTERS: &str = include_str!("characters.txt");

/// Costs of characters by code point.
#[derive(Debug)]
pub(super) struct Costs {
    first: u32,
    /// 0 for those that have none.
    costs: Box<[u8]>,
}

impl Costs {
    /// Those of the lines with this name.
    pub(super) fn of(name: &str) -> Self {
        let lines = CHARACTERS.lines().filter_map(|line| {
            let mut fields = line.split(' ');
            let (of, cost, characters) = (fields.next()?, fields.next()?, fields.next()?);
            (of == name).then_some((cost.parse::<u8>().ok()?, characters))
        });
        let all: Vec<(u32, u8)> = lines
            .flat_map(|(cost, characters)| characters.chars().map(move |c| (u32::from(c), cost)))
            .collect();
        let first = all.iter().map(|(c, _)| *c).min().unwrap_or_default();
        let last = all.iter().map(|(c, _)| *c).max().unwrap_or_default();
        let mut costs = vec![0; (last - first) as usize + 1].into_boxed_slice();
        for (c, cost) in all {
            costs[(c - first) as usize] = cost;
        }
        Self { first, costs }
    }

    /// The cost of a character, if it has one.
    pub(super) fn get(&self, c: char) -> Option<Cost> {
        let place = u32::from(c).checked_sub(self.first)?;
        self.costs.get(place as usize).filter(|cost| **cost > 0).map(|cost| Cost::from(*cost))
    }
}

static HANS: LazyLock<Costs> = LazyLock::new(|| Costs::of("hans"));
static HANT: LazyLock<Costs> = LazyLock::new(|| Costs::of("hant"));
static JA: LazyLock<Costs> = LazyLock::new(|| Costs::of("ja"));
static KO: LazyLock<Costs> = LazyLock::new(|| Costs::of("ko"));

/// The most that a character costs that its encoding is made for.
const RARE: Cost = 35;

impl Wide {
    /// The cost of a character beyond ASCII after `before`.
    pub(super) fn cost(self, c: char, before: Option<char>) -> Cost {
        let frequent = match self {
            Self::Hans => &HANS,
            Self::Hant => &HANT,
            Self::Ja => &JA,
            Self::Ko => &KO,
        };
        if let Some(cost) = frequent.get(c) {
            return cost;
        }
        if let Some(cost) = sign(c, before) {
            let is_korean = matches!(c, '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' | '·' | '…');
            return if self == Self::Ko && !is_korean { cost.max(18) } else { cost };
        }
        match c {
            // Hanja are rare today, and those that Chinese has many of are less so.
            '\u{4e00}'..='\u{9fff}' if self == Self::Ko => {
                HANT.get(c).map_or(RARE, |cost| 24 + cost.saturating_sub(14) / 2)
            }
            '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => RARE,
            '\u{3041}'..='\u{30ff}' if matches!(self, Self::Hans | Self::Hant) => 26,
            '\u{ff61}'..='\u{ff9f}' if self != Self::Ja => 40,
            // Half-width kana come in rows, if at all.
            '\u{ff61}'..='\u{ff9f}' if matches!(before, Some('\u{ff61}'..='\u{ff9f}')) => 26,
            '\u{3041}'..='\u{3130}' | '\u{370}'..='\u{4ff}' | '\u{a0}'..='\u{24f}' => 30,
            '\u{80}'..='\u{9f}' => 50,
            _ => 44,
        }
    }
}

/// The cost of punctuation, a full-width form or a symbol.
fn sign(c: char, before: Option<char>) -> Option<Cost> {
    Some(match c {
        '，' | '。' | '、' | '：' | '（' | '）' | '\u{201c}' | '\u{201d}' => 12,
        '《' | '》' | '！' | '？' | '；' | '「' | '」' | '\u{2018}' | '\u{2019}' | '—' | '…' | '・'
        | 'ー' | '\u{3000}' | '『' | '』' | '·' | '【' | '】' => 14,
        '\u{ff01}'..='\u{ff5e}' => 20,
        '\u{2500}'..='\u{257f}' => {
            if before == Some(c) {
                3
            } else {
                26
            }
        }
        _ if "→←↑↓○●◎★☆■□▲△▼▽◆◇※℃°×÷±〇々〆〔〕〈〉−‐―§№仝〃".contains(c) => {
            22
        }
        '\u{2460}'..='\u{2473}' | '\u{2160}'..='\u{2169}' => 22,
        '\u{2000}'..='\u{26ff}' | '\u{3000}'..='\u{303f}' | '\u{3200}'..='\u{33ff}' => 28,
        _ => return None,
    })
}
