//! Function words: what any running text is full of, and lists of links, names and key words are not.

use std::borrow::Cow;
use std::sync::LazyLock;

use hashbrown::HashTable;

use super::classes::{Properties, Tally};
use super::script::{Language, Scripts, is_han, is_hangul, is_thai, num_chars};
use super::vocabulary::{ADDRESS, NOTICE, OFFER, Vocabulary, is_exclaimed};
use crate::units::count;

/// Characters that Chinese sentences are held together by, simplified and traditional. Those that are common inside of
/// nouns, such as 中, 人 and 说, are left out.
const CHINESE: &str = "\
的了在是和有我不这他也就与而及为被将对从于着到之其以所已还个们要会能但并更让都很又没把向则這個們為與於對從將還會沒讓後";

/// Whether a character is one of [`CHINESE`].
pub(super) fn is_chinese_function(c: char) -> bool {
    CHINESE_CHARS.binary_search(&c).is_ok()
}

/// Syllables that Korean words end in where a particle or an ending holds a sentence together.
const KOREAN: &str = "은는이가을를에의로와과도다고서며면";

/// The characters of [`CHINESE`], in order.
static CHINESE_CHARS: LazyLock<Vec<char>> = LazyLock::new(|| {
    let mut chars: Vec<char> = CHINESE.chars().collect();
    chars.sort_unstable();
    chars
});

/// Function words of Thai, which has no spaces between words; none is a part of another of them.
const THAI: [&str; 16] =
    ["ที่", "และ", "ของ", "ใน", "เป็น", "มี", "การ", "ได้", "ว่า", "ให้", "จะ", "ไม่", "ไป", "กับ", "แต่", "นี้"];

/// Function words of English.
const ENGLISH: &str = "\
the of and a an to in is are was were be been for on with as at by from that this it its he she they we you i his her their our \
my not but or if so have has had will would can could said which who when than then there what how all";

/// Function words of other languages in Latin letters, so that a text in one of them is not held for a list of English
/// words: French, German, Spanish, Portuguese, Italian, Dutch, Indonesian, Vietnamese, Turkish, Polish, Swedish, Finnish,
/// Swahili, Tagalog. Words of one letter are left out, as rows of letters have them.
const OTHERS: [&str; 14] = [
    "de la le et les des du en un une est dans que qui pour par sur pas au il elle ne se ce plus avec son sont aux ou cette",
    "der die und das in den von zu mit ist des im für auf ein eine dem nicht sich es als auch an werden aus er hat dass sie nach bei einer um",
    "de la el en que los del las un una por con se para es no al lo su como más pero sus este fue ha",
    "de que do da em um para com não uma os no se na por mais as dos como mas foi ao ele das",
    "di il la che in un per del le della con si una da non al sono gli dei alla nel come più anche ha lo",
    "de van het een en in is dat op te zijn voor met die niet aan er om ook als bij door naar uit maar wordt heeft",
    "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga ke adalah oleh karena ada mereka bisa telah sebagai saya",
    "và của là có trong cho không được với các một đã người những này đó về khi để từ tại vào cũng",
    "ve bir bu da de için ile çok olarak olan daha gibi kadar ne en ama var sonra her",
    "na do się nie to że jest jak po za od przez są dla tym ale był jego co oraz",
    "och att det som en på är av för med till den har de inte om ett men var jag från så",
    "ja on ei se että oli hän mutta ovat kun myös joka tai sen ole mukaan kuin niin",
    "ya na wa kwa ni katika la za cha kuwa hiyo huo yake pia alisema hilo watu",
    "ang ng sa na at mga ay si ni para hindi ito nang kung may siya ako",
];

/// The words of the text that printers set where there is none yet: "Lorem ipsum", of Cicero's, mangled.
const LOREM: &str = "\
lorem ipsum dolor amet consectetur adipiscing elit eiusmod tempor incididunt labore dolore magna aliqua enim minim veniam quis nostrud \
ullamco laboris nisi aliquip commodo consequat duis aute irure reprehenderit voluptate velit esse cillum fugiat nulla pariatur excepteur \
sint occaecat cupidatat proident culpa officia deserunt mollit laborum vivamus mauris pretium tincidunt turpis arcu facilisis luctus \
donec felis sapien gravida pellentesque habitant morbi tristique senectus netus malesuada fames egestas curabitur praesent vestibulum \
phasellus fusce suspendisse aenean nunc orci ligula lacus odio viverra ultrices";

/// Lists of words in Latin letters: of English, of others, and four that are not of one language.
const NUM_LISTS: usize = 5 + OTHERS.len();

/// Words of lists, each with one bit for every list that has it: English has the lowest, [`ADDRESS`] the highest.
struct WordLists(HashTable<(&'static str, u32)>);

static LATIN: LazyLock<WordLists> = LazyLock::new(|| {
    let mut lists: HashTable<(&'static str, u32)> = HashTable::new();
    for (number, words) in
        std::iter::once(ENGLISH).chain(OTHERS).chain([LOREM, NOTICE, OFFER, ADDRESS]).enumerate()
    {
        for word in words.split(' ') {
            let hash = hash(word);
            let entry = lists.entry(hash, |(known, _)| *known == word, |(known, _)| self::hash(known));
            entry.or_insert((word, 0)).into_mut().1 |= 1 << number;
        }
    }
    WordLists(lists)
});

/// A hash of a word, the same for capitals of ASCII (FNV-1a: Fowler, Noll, Vo).
fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte | 0x20)).wrapping_mul(0x0100_0000_01b3)
    })
}

impl WordLists {
    /// The lists that have a word, in capitals or not: none for most words.
    fn of(&self, word: &str) -> u32 {
        let lower: Cow<'_, str> =
            if word.is_ascii() { Cow::Borrowed(word) } else { Cow::Owned(word.to_lowercase()) };
        let found = self.0.find(hash(&lower), |(known, _)| known.eq_ignore_ascii_case(&lower));
        found.map_or(0, |(_, lists)| *lists)
    }
}

/// The words of a text that stand between spaces, counted.
#[derive(Debug, Default)]
pub(super) struct SpacedWords {
    num: u64,
    /// Function words among them: of English, and of the other language that has most.
    english: u64,
    other: u64,
    lorem: u64,
    notice: u64,
    offer: u64,
    address: u64,
    /// Words of letters of ASCII alone.
    ascii: u64,
}

impl SpacedWords {
    /// The words of a text between spaces.
    ///
    /// Cost: one look at each of its characters, and a search for each word.
    pub(super) fn of(text: &str) -> Self {
        let known = &*LATIN;
        let (mut num, mut ascii, mut found) = (0, 0, [0; NUM_LISTS]);
        for word in words(text) {
            num += 1;
            ascii += u64::from(word.is_ascii());
            let mut lists = known.of(word);
            while lists != 0 {
                found[lists.trailing_zeros() as usize] += 1;
                lists &= lists - 1;
            }
        }
        let [english, others @ .., lorem, notice, offer, address] = found;
        let other = others.into_iter().max().unwrap_or(0);
        Self { num, english, other, lorem, notice, offer, address, ascii }
    }

    pub(super) fn num(&self) -> u64 {
        self.num
    }

    /// Words that notices and offers are made of.
    pub(super) fn vocabulary(&self, text: &str) -> Vocabulary {
        Vocabulary {
            notice: (self.notice, self.num),
            offer: (self.offer, self.num),
            is_addressed: self.address > 0 || is_exclaimed(text),
        }
    }

    /// Words of [`LOREM`].
    pub(super) fn num_lorem(&self) -> u64 {
        self.lorem
    }

    /// Function words of the language that has most of them.
    pub(super) fn num_function(&self) -> u64 {
        self.english.max(self.other)
    }

    /// Whether the text is written in English letters, and no other language has more function words in it.
    pub(super) fn may_be_english(&self) -> bool {
        self.english >= self.other && self.is_ascii()
    }

    /// Whether it is in another language than English beyond doubt.
    pub(super) fn is_foreign(&self) -> bool {
        self.other > self.english && self.other * 12 >= self.num
    }

    /// Whether nearly all words are of letters of ASCII.
    pub(super) fn is_ascii(&self) -> bool {
        self.ascii * 100 >= self.num * 97
    }
}

/// The words of letters, with apostrophes in them; a word of Han is none.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_apostrophe = |c: char| matches!(c, '\'' | '’');
    let parts = text.split(move |c: char| !(c.is_alphabetic() || is_apostrophe(c)) || is_han(c));
    parts.map(move |word| word.trim_matches(is_apostrophe)).filter(|word| !word.is_empty())
}

/// Whether the word is a function word of English.
pub(super) fn is_english_function(word: &str) -> bool {
    LATIN.of(word) & 1 == 1
}

/// The part of a text that is function words, and of what: characters, or words where they stand between spaces. `None`
/// for scripts of which no function words are known.
pub(super) fn function_words(
    text: &str,
    chars: &Tally,
    scripts: &Scripts,
    latin: &SpacedWords,
    language: Language,
) -> Option<(u64, u64)> {
    match language {
        Language::Chinese => Some((chars.num(Properties::FUNCTION), scripts.han)),
        // Particles and endings are written in hiragana, nouns seldom are.
        Language::Japanese => Some((scripts.hiragana, scripts.han + scripts.kana)),
        Language::Korean => {
            let words = || text.split_whitespace().filter(|word| word.contains(is_hangul));
            let is_ended =
                |word: &&str| word.trim_end_matches(|c| !is_hangul(c)).ends_with(|c| KOREAN.contains(c));
            Some((count(words().filter(is_ended).count()), count(words().count())))
        }
        Language::Thai => {
            let chars = |word: &str| count(text.matches(word).count()) * num_chars(word, is_thai);
            Some((THAI.into_iter().map(chars).sum(), scripts.thai))
        }
        Language::Latin => Some((latin.num_function(), latin.num())),
        Language::Other => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The thousandths of a text that are function words.
    fn share(text: &str) -> Option<u64> {
        let chars = Tally::of(text);
        let scripts = Scripts::of(&chars);
        let latin = SpacedWords::of(text);
        let (part, whole) = function_words(text, &chars, &scripts, &latin, scripts.language())?;
        Some(part * 1000 / whole)
    }

    #[test]
    fn prose_has_function_words_and_lists_have_few() {
        for (text, least, most) in [
            ("他从学校回来的时候，天已经黑了，街上没有人。", 300, 500),
            ("颱風逐漸逼近，民眾應避免到海邊活動。", 50, 100),
            ("首页 新闻 体育 财经 房产 教育", 0, 0),
            ("彼は学校から帰ってきたとき、空はもう暗かった。", 600, 900),
            ("ホーム ニュース 天気予報 経済 会員登録", 0, 0),
            ("그는 학교에서 돌아왔을 때 하늘이 어두웠다", 600, 900),
            ("홈 뉴스 날씨 경제 회원", 0, 0),
            ("กรมอุตุนิยมวิทยาเตือนว่าจะมีฝนตกหนักในภาคใต้", 150, 400),
            ("The mayor said that the bridge would be closed.", 600, 800),
            ("Le maire a dit que le pont est fermé", 300, 600),
            ("Home News Weather Sports Business Classifieds", 0, 0),
        ] {
            let share = share(text).unwrap();
            assert!((least..=most).contains(&share), "{text}: {share}");
        }
        assert_eq!(share("Мэр сказал, что мост закрыт."), None);
    }

    #[test]
    fn languages_in_latin_letters() {
        for (text, may_be_english, is_foreign) in [
            ("the mayor closed the bridge", true, false),
            ("cheap shoes and bags", true, false),
            ("le maire a dit que le pont est fermé", false, true),
            ("jembatan itu ditutup untuk umum dan tidak akan dibuka", false, true),
            ("café éclair crème brûlée", false, false),
            ("", true, false),
        ] {
            let words = SpacedWords::of(text);
            assert_eq!((words.may_be_english(), words.is_foreign()), (may_be_english, is_foreign), "{text}");
        }
        assert!(words("it’s 北京 o'clock 'now' b2b").eq(["it’s", "o'clock", "now", "b", "b"]));
        let words = SpacedWords::of("Lorem IPSUM The ÖYLE Öyle It’s");
        assert_eq!((words.num(), words.num_lorem(), words.num_function()), (6, 2, 1));
    }
}
