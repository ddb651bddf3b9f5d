//! The language of a page, as a BCP 47 tag: by its script where that says enough, else as the page says, if its script
//! agrees.

use std::collections::HashMap;

use unicode_script::{Script, UnicodeScript};

use super::lines::Line;

/// Letters that are looked at: the script of a page shows in its first pages.
const MOST_LETTERS: usize = 20_000;

/// The language of these lines. `tags` are what the page says, the likeliest first.
pub(super) fn of<'a>(lines: &[Line], tags: impl Iterator<Item = &'a str>) -> String {
    let mut tags = tags.filter_map(canonical);
    let Some(script) = Writing::of(lines) else { return tags.next().unwrap_or_default() };
    let known = script.language();
    let agrees = |tag: &String| match known {
        Some(language) => is_of(primary(tag), language),
        None => script.is_used_by(primary(tag)),
    };
    tags.find(agrees).unwrap_or_else(|| known.unwrap_or_default().to_owned())
}

/// The scripts of a text that matter to its language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writing {
    Han,
    /// With kana among it.
    Japanese,
    Other(Script),
}

impl Writing {
    /// The script of most letters of these lines, paragraphs first; `None` if there are no letters.
    fn of(lines: &[Line]) -> Option<Self> {
        let (prose, rest): (Vec<&Line>, Vec<&Line>) = lines.iter().partition(|line| line.prose() > 0);
        let letters =
            prose.iter().chain(&rest).flat_map(|line| line.text.chars()).filter(|c| c.is_alphabetic());
        let mut counts: HashMap<&'static str, (usize, Script)> = HashMap::new();
        for c in letters.take(MOST_LETTERS) {
            let script = c.script();
            counts.entry(script.full_name()).or_insert((0, script)).0 += 1;
        }
        let count = |script: Script| counts.get(script.full_name()).map_or(0, |(number, _)| *number);
        let kana = count(Script::Hiragana) + count(Script::Katakana);
        let (han, hangul) = (count(Script::Han), count(Script::Hangul));
        // A letter of an alphabet says less than one of these.
        let wide = (han + kana + hangul) * 3;
        let most = counts.values().max_by_key(|(number, script)| (*number, script.full_name()))?;
        Some(if wide < most.0 {
            Self::Other(most.1)
        } else if hangul * 4 > han + kana {
            Self::Other(Script::Hangul)
        } else if kana * 20 > han + kana {
            Self::Japanese
        } else {
            Self::Han
        })
    }

    /// The only language in wide use that is written so.
    fn language(self) -> Option<&'static str> {
        let script = match self {
            Self::Han => return Some("zh"),
            Self::Japanese => return Some("ja"),
            Self::Other(script) => script,
        };
        Some(match script {
            Script::Hangul => "ko",
            Script::Thai => "th",
            Script::Lao => "lo",
            Script::Khmer => "km",
            Script::Myanmar => "my",
            Script::Greek => "el",
            Script::Hebrew => "he",
            Script::Armenian => "hy",
            Script::Georgian => "ka",
            Script::Tamil => "ta",
            Script::Telugu => "te",
            Script::Kannada => "kn",
            Script::Malayalam => "ml",
            Script::Gujarati => "gu",
            Script::Gurmukhi => "pa",
            Script::Sinhala => "si",
            Script::Tibetan => "bo",
            _ => return None,
        })
    }

    /// Whether a language of more than one script may be written so.
    fn is_used_by(self, language: &str) -> bool {
        const CYRILLIC: [&str; 16] =
            ["be", "bg", "ce", "cv", "kk", "ky", "mk", "mn", "os", "ru", "sah", "sr", "tg", "tt", "uk", "uz"];
        const ARABIC: [&str; 11] = ["ar", "arz", "azb", "ckb", "fa", "ks", "ku", "ps", "sd", "ug", "ur"];
        const DEVANAGARI: [&str; 8] = ["bho", "hi", "kok", "mai", "mr", "ne", "new", "sa"];
        /// Languages with a script of their own.
        const OTHERS: [&str; 22] = [
            "am", "as", "bn", "bo", "el", "gu", "he", "hy", "iw", "ja", "ka", "km", "kn", "ko", "lo", "ml",
            "my", "or", "si", "ta", "te", "th",
        ];
        const BOTH: [&str; 3] = ["ku", "sr", "uz"];
        match self {
            Self::Other(Script::Cyrillic) => CYRILLIC.contains(&language),
            Self::Other(Script::Arabic) => ARABIC.contains(&language),
            Self::Other(Script::Devanagari) => DEVANAGARI.contains(&language),
            Self::Other(Script::Bengali) => matches!(language, "bn" | "as"),
            Self::Other(Script::Latin) => {
                let others = [&CYRILLIC[..], &ARABIC, &DEVANAGARI, &OTHERS, &["zh", "yue", "pa"]];
                BOTH.contains(&language) || !others.iter().any(|others| others.contains(&language))
            }
            _ => true,
        }
    }
}

/// Whether a language is `known` or one that is written in the same way.
fn is_of(language: &str, known: &str) -> bool {
    language == known
        || match known {
            "zh" => matches!(language, "yue" | "wuu" | "lzh" | "hak" | "nan" | "cmn"),
            "he" => matches!(language, "iw" | "yi"),
            _ => false,
        }
}

/// The language without script and region.
fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

/// A language tag as BCP 47 spells it: `zh-Hant-TW`, `en-US`; `None` if it is none.
fn canonical(tag: &str) -> Option<String> {
    let tag = tag.split([',', ';']).next().unwrap_or_default().trim();
    let is_part =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let mut spelled = String::new();
    for (number, part) in tag.split(['-', '_']).enumerate() {
        if !is_part(part) || number > 3 {
            return None;
        }
        let lower = part.to_ascii_lowercase();
        let is_letters = lower.bytes().all(|byte| byte.is_ascii_alphabetic());
        if number == 0 {
            if !is_letters || !(2..=3).contains(&lower.len()) {
                return None;
            }
            spelled.push_str(&lower);
            continue;
        }
        spelled.push('-');
        match lower.len() {
            2 => spelled.push_str(&part.to_ascii_uppercase()),
            4 if is_letters => {
                spelled.push_str(&part[..1].to_ascii_uppercase());
                spelled.push_str(&lower[1..]);
            }
            _ => spelled.push_str(&lower),
        }
    }
    (!matches!(spelled.as_str(), "und" | "mul" | "zxx" | "xx")).then_some(spelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_decides_where_it_can() {
        const ZH: &str = "今天下雨，路上人少。A little English.";
        const JA: &str = "今日は雨が降っています。";
        const KO: &str = "오늘은 비가 옵니다. 大雨";
        const RU: &str = "Сегодня идёт дождь.";
        const EN: &str = "It rains today, and few people are about. 雨";
        for (text, tags, language) in [
            (ZH, &[][..], "zh"),
            (ZH, &["en"], "zh"),
            (ZH, &["zh-cn"], "zh-CN"),
            (ZH, &["en-US", "zh_Hant_TW"], "zh-Hant-TW"),
            (JA, &["zh-CN"], "ja"),
            (JA, &["ja-JP"], "ja-JP"),
            (KO, &[], "ko"),
            ("วันนี้ฝนตก", &["en"], "th"),
            (RU, &[], ""),
            (RU, &["en"], ""),
            (RU, &["uk"], "uk"),
            (EN, &[], ""),
            (EN, &["zh-CN"], ""),
            (EN, &["zh-CN", "en_GB"], "en-GB"),
            (EN, &["no language", "x-default", "en, de"], "en"),
            ("2020", &["de"], "de"),
            ("", &["und"], ""),
        ] {
            let line = Line { text: text.to_owned(), ..Line::default() };
            assert_eq!(of(&[line], tags.iter().copied()), language, "{text} {tags:?}");
        }
    }
}
