//! What is known of each language that is told.

use super::script::Script;
use crate::config::Language;

/// Languages that the model tells apart, in the order of its matrix: the code, the script that it is told in, and how
/// rare its texts are.
const MODELLED: [(&str, Script, Rarity); 53] = {
    use Rarity::{Common, Commonest, Rare, Uncommon};
    use Script::{Arabic, Cyrillic, Devanagari, Latin};
    [
        ("af", Latin, Rare),
        ("ar", Arabic, Common),
        ("az", Latin, Rare),
        ("be", Cyrillic, Rare),
        ("bg", Cyrillic, Uncommon),
        ("ca", Latin, Uncommon),
        ("cs", Latin, Uncommon),
        ("cy", Latin, Rare),
        ("da", Latin, Uncommon),
        ("de", Latin, Common),
        ("en", Latin, Commonest),
        ("eo", Latin, Rare),
        ("es", Latin, Common),
        ("et", Latin, Uncommon),
        ("eu", Latin, Rare),
        ("fa", Arabic, Common),
        ("fi", Latin, Uncommon),
        ("fr", Latin, Common),
        ("ga", Latin, Rare),
        ("hi", Devanagari, Common),
        ("hr", Latin, Uncommon),
        ("hu", Latin, Uncommon),
        ("id", Latin, Common),
        ("is", Latin, Rare),
        ("it", Latin, Common),
        ("kk", Cyrillic, Rare),
        ("la", Latin, Rare),
        ("lt", Latin, Uncommon),
        ("lv", Latin, Uncommon),
        ("mk", Cyrillic, Rare),
        ("mn", Cyrillic, Rare),
        ("mr", Devanagari, Uncommon),
        ("ms", Latin, Uncommon),
        ("nl", Latin, Common),
        ("no", Latin, Uncommon),
        ("pl", Latin, Common),
        ("pt", Latin, Common),
        ("ro", Latin, Uncommon),
        ("ru", Cyrillic, Commonest),
        ("sk", Latin, Uncommon),
        ("sl", Latin, Uncommon),
        ("so", Latin, Rare),
        ("sq", Latin, Rare),
        ("sr", Cyrillic, Uncommon),
        ("sv", Latin, Uncommon),
        ("sw", Latin, Rare),
        ("tl", Latin, Rare),
        ("tr", Latin, Common),
        ("uk", Cyrillic, Common),
        ("ur", Arabic, Uncommon),
        ("vi", Latin, Common),
        ("yo", Latin, Rare),
        ("zu", Latin, Rare),
    ]
};

/// About how rare texts in a language are on the web: English is half of them, and a dozen languages have some hundredths each.
/// Estimated by hand.
#[derive(Debug, Clone, Copy)]
enum Rarity {
    Commonest,
    Common,
    Uncommon,
    Rare,
}

/// Languages that the model tells apart.
pub(super) const NUM_MODELLED: usize = MODELLED.len();

/// The languages that the model tells apart and that are written in `script`, each with its place in the matrix.
pub(super) fn modelled_in(script: Script) -> impl Iterator<Item = (usize, Language)> {
    let in_script = move |(_, row): &(Language, &(&str, Script, Rarity))| row.1 == script;
    Language::all().zip(&MODELLED).filter(in_script).map(|(language, _)| (language.number(), language))
}

/// What the score of a language is lowered by in a short text: the logarithm of how much rarer it is, in
/// [`super::model::ONE`], as far as the model does not know it already.
pub(super) fn rarity(language: Language) -> i64 {
    match MODELLED.get(language.number()).map_or(Rarity::Common, |row| row.2) {
        Rarity::Commonest => -200,
        Rarity::Common => 0,
        Rarity::Uncommon => 600,
        Rarity::Rare => 1_200,
    }
}

/// The language of a script that only one language in wide use is written in; undecided if there are several.
pub(super) fn only_language_in(script: Script) -> Language {
    let code = match script {
        Script::Han => "zh",
        Script::Kana => "ja",
        Script::Hangul => "ko",
        Script::Thai => "th",
        Script::Greek => "el",
        Script::Hebrew => "he",
        Script::Armenian => "hy",
        Script::Georgian => "ka",
        Script::Bengali => "bn",
        Script::Gurmukhi => "pa",
        Script::Gujarati => "gu",
        Script::Tamil => "ta",
        Script::Telugu => "te",
        Script::Kannada => "kn",
        Script::Malayalam => "ml",
        Script::Sinhala => "si",
        Script::Lao => "lo",
        Script::Tibetan => "bo",
        Script::Myanmar => "my",
        Script::Khmer => "km",
        Script::Ethiopic => "am",
        Script::Latin | Script::Cyrillic | Script::Arabic | Script::Devanagari | Script::Other => "und",
    };
    Language::all().find(|language| language.code() == code).unwrap_or(Language::UNDECIDED)
}

/// Whether a paragraph of one is easily taken for the other: forms of Chinese, and languages whose readers understand
/// one another.
pub(super) fn are_near(one: Language, other: Language) -> bool {
    const NEAR: [&[&str]; 6] = [
        &["id", "ms"],
        &["da", "no", "sv"],
        &["cs", "sk"],
        &["hr", "sl"],
        &["bg", "mk", "sr"],
        &["af", "nl"],
    ];
    let has_both = |group: &&[&str]| group.contains(&one.code()) && group.contains(&other.code());
    one == other || (one.is_chinese() && other.is_chinese()) || NEAR.iter().any(has_both)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_all_languages() {
        for (language, row) in Language::all().zip(&MODELLED) {
            assert_eq!(language.code(), row.0);
        }
    }

    #[test]
    fn scripts_name_languages_that_there_are() {
        for script in Script::ALL {
            let is_shared = script.is_alphabet() || script == Script::Other;
            assert_eq!(only_language_in(script) == Language::UNDECIDED, is_shared, "{script:?}");
        }
    }
}
