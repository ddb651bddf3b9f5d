//! Chinese, by its characters: Simplified, Traditional or Cantonese.

use std::sync::OnceLock;

use hanconv::RawDictionary;

use crate::config::Language;

/// Characters that Cantonese is written with and standard Chinese hardly ever: its pronouns, particles, negations and
/// commonest verbs (Hong Kong Supplementary Character Set; Cheung and Bauer, "The Representation of Cantonese with
/// Chinese Characters", 2002).
const CANTONESE: &str = "嘅咗喺嚟唔哋啲冇佢嘢咁嗰瞓噉㗎啩畀冚睇攞嘥嗌嘞咩啱諗谂搵揾啫喎嬲攰唞嚿噏";

/// Forms of Japan that neither Simplified nor Traditional Chinese has: a text without kana that has them is Japanese.
const JAPANESE: &str = "気駅図対円売読続県検変応価観権関労栄単厳巣戦弾挙渋焼獣畳繊聴臓訳転軽辺郷酔釈鉄鉱銭闘険雑霊頼顔駆騒験鶏黙込働畑峠枠桜竜辻榊塩帰徴悪拡歳毎渓営";

/// Of so many characters of a Cantonese text at least one is of [`CANTONESE`]; in written Cantonese every sixth is.
const CANTONESE_ONE_IN: u32 = 25;

/// What is known of a Chinese character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Form {
    /// Both write it, or it is rare.
    #[default]
    Both,
    Simplified,
    Traditional,
    Cantonese,
    Japanese,
}

/// The characters of a text by what they say about it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct HanForms {
    chars: u32,
    simplified: u32,
    traditional: u32,
    cantonese: u32,
    japanese: u32,
}

impl HanForms {
    pub(super) fn add(&mut self, c: char) {
        self.chars += 1;
        match form(c) {
            Form::Both => {}
            Form::Simplified => self.simplified += 1,
            Form::Traditional => self.traditional += 1,
            Form::Cantonese => self.cantonese += 1,
            Form::Japanese => self.japanese += 1,
        }
    }

    pub(super) fn join(&mut self, next: Self) {
        self.chars += next.chars;
        self.simplified += next.simplified;
        self.traditional += next.traditional;
        self.cantonese += next.cantonese;
        self.japanese += next.japanese;
    }

    /// The language of a text with these characters and few or no kana; `zh` if its characters are those that
    /// Simplified and Traditional Chinese share.
    pub(super) fn language(self) -> Language {
        // Some characters of Japan stand in Chinese texts too, in names.
        if self.japanese * 20 > self.chars && self.japanese > self.simplified {
            Language::JAPANESE
        } else if self.cantonese * CANTONESE_ONE_IN >= self.chars {
            Language::CANTONESE
        } else if self.simplified > self.traditional {
            Language::SIMPLIFIED
        } else if self.traditional > self.simplified {
            Language::TRADITIONAL
        } else {
            Language::CHINESE
        }
    }
}

/// What is known of `c`, by OpenCC's table of Simplified and Traditional characters.
fn form(c: char) -> Form {
    const FIRST: u32 = 0x3400;
    const LAST: u32 = 0x9fff;
    static TABLE: OnceLock<Box<[Form]>> = OnceLock::new();
    let place = |c: char| (FIRST..=LAST).contains(&u32::from(c)).then(|| (u32::from(c) - FIRST) as usize);
    let table = TABLE.get_or_init(|| {
        let mut table = vec![Form::Both; (LAST - FIRST + 1) as usize].into_boxed_slice();
        let mut set = |c: char, form: Form| {
            if let Some(place) = place(c) {
                table[place] = form;
            }
        };
        for (dictionary, form) in [
            (RawDictionary::STCharacters, Form::Simplified),
            (RawDictionary::TSCharacters, Form::Traditional),
        ] {
            // A character that is among its own counterparts is written in both.
            for (from, _) in dictionary.var_iter().filter(|(from, to)| !to.contains(from)) {
                from.chars().for_each(|c| set(c, form));
            }
        }
        JAPANESE.chars().for_each(|c| set(c, Form::Japanese));
        CANTONESE.chars().for_each(|c| set(c, Form::Cantonese));
        table
    });
    place(c).map_or(Form::Both, |place| table[place])
}
