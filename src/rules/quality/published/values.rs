//! The values of the published filters, in thousandths, by language. Those of FineWeb-2 are its `configs/*.yml`, as of
//! commit d0defb2 of its repository.

/// The values of one set of filters; shares are thousandths.
#[derive(Debug)]
pub(super) struct Values {
    /// Lines that stood before.
    pub duplicate_lines: u64,
    /// Characters of such lines, where Gopher's own measure of them is asked for.
    pub duplicate_line_characters: Option<u64>,
    /// Characters that are the most frequent phrase of 2, 3, 4 words.
    pub top: [u64; 3],
    /// Characters of phrases of 5 to 10 words that were said before.
    pub duplicate: [u64; 6],
    /// Lines that end as sentences do, at least.
    pub line_punctuation: u64,
    /// Lines of at most 30 characters.
    pub short_lines: Option<u64>,
    /// Characters of lines that stood before, as `FineWeb` bounds them.
    pub duplicate_characters: u64,
    /// Line breaks to words.
    pub line_breaks: u64,
    /// Words with a letter, at least.
    pub words_with_letters: u64,
    /// Whether marks are words without a letter.
    pub counts_marks: bool,
    /// Words of which a text holds two, between spaces.
    pub stop_words: &'static str,
}

/// Gopher's (table A1; section A.1.1). What it does not bound is not asked for.
pub(super) const GOPHER: Values = Values {
    duplicate_lines: 300,
    duplicate_line_characters: Some(200),
    top: [200, 180, 160],
    duplicate: [150, 140, 130, 120, 110, 100],
    line_punctuation: 0,
    short_lines: None,
    duplicate_characters: 1000,
    line_breaks: 1000,
    words_with_letters: 800,
    counts_marks: false,
    stop_words: GOPHER_STOP_WORDS,
};

/// Gopher's eight words.
const GOPHER_STOP_WORDS: &str = "the be to of and that have with";

/// English: Gopher's, with the bounds of `FineWeb`.
pub(super) const ENGLISH: Values = Values {
    line_punctuation: 120,
    short_lines: Some(670),
    duplicate_characters: 10,
    line_breaks: 300,
    counts_marks: true,
    ..GOPHER
};

/// Characters of lines that stood before, in all languages of FineWeb-2.
const DUPLICATE_CHARACTERS: u64 = 100;

/// Chinese: `cmn_Hani` of FineWeb-2.
pub(super) const CHINESE: Values = Values {
    duplicate_lines: 287,
    duplicate_line_characters: None,
    top: [256, 201, 171],
    duplicate: [198, 182, 167, 154, 140, 127],
    line_punctuation: 106,
    short_lines: None,
    duplicate_characters: DUPLICATE_CHARACTERS,
    line_breaks: 178,
    words_with_letters: 735,
    counts_marks: true,
    stop_words: "的 年 在 月 是 和 日 了 於 · 為 有 被 人 中 为 他 與 後 也 而 由",
};

/// Japanese: `jpn_Jpan` of FineWeb-2.
pub(super) const JAPANESE: Values = Values {
    duplicate_lines: 328,
    top: [239, 196, 172],
    duplicate: [243, 225, 207, 190, 175, 159],
    line_punctuation: 96,
    line_breaks: 130,
    words_with_letters: 759,
    stop_words: "の に を は た て が と で 年 し ・ 月 れ さ",
    ..CHINESE
};

/// Korean: `kor_Hang` of FineWeb-2.
pub(super) const KOREAN: Values = Values {
    duplicate_lines: 374,
    top: [282, 228, 185],
    duplicate: [201, 184, 168, 154, 140, 127],
    line_punctuation: 62,
    line_breaks: 196,
    words_with_letters: 791,
    stop_words: "의 다 이 는 에 을 한 년 하 은 를 했 고 에서 가 있 으로 인 월 로 되",
    ..CHINESE
};

/// Thai: `tha_Thai` of FineWeb-2.
pub(super) const THAI: Values = Values {
    duplicate_lines: 349,
    top: [221, 197, 162],
    duplicate: [185, 168, 152, 137, 124, 111],
    line_punctuation: 0,
    line_breaks: 153,
    words_with_letters: 900,
    stop_words: "ใน ที่ และ ของ เป็น มี การ ได้",
    ..CHINESE
};
