//! What a paragraph is reduced to before boilerplate is counted. Its text is not needed after that.

/// The version of prints: another one if a paragraph may have another print, as when an entry of the word lists comes or goes.
pub(crate) const PRINT_VERSION: u32 = 1;

/// The print of a paragraph: 40 bytes at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Line {
    /// The first 64 bits of the fingerprint of its key text.
    pub(crate) key: u64,
    /// The fingerprint of the short line with every run of digits made one; 0 if it is in no such class.
    pub(crate) digits: u64,
    /// The fingerprint of `head` in a short line `head: tail`; 0 if it is not of that form.
    pub(crate) slot: u64,
    /// Columns of its key text: a wide character counts 2, any other 1.
    pub(crate) width: u32,
    /// The entry of the word lists that it is.
    pub(crate) word: Option<Word>,
    /// What else it shows.
    pub(crate) shows: Shows,
}

/// An entry of the word lists: all lines that it fits are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Word(u16);

/// The bit of an entry that is a whole line.
const WHOLE: u16 = 1 << 15;

impl Word {
    /// `By Xxx Yyy`, the name of an author.
    pub(crate) const BY: Self = Self(0);
    /// A list of pages, or a link to the next one.
    pub(crate) const PAGES: Self = Self(1);
    /// A claim of copyright.
    pub(crate) const RIGHTS: Self = Self(2);

    /// A whole line of the list, by its number there.
    pub(crate) fn whole_line(number: u16) -> Self {
        Self(number | WHOLE)
    }

    /// The head of a credit, by its number in the list.
    pub(crate) fn head(number: u16) -> Self {
        Self(number + 3)
    }

    /// Its number, and the entry of a number.
    pub(super) fn number(self) -> u16 {
        self.0
    }

    pub(super) fn of_number(number: u16) -> Self {
        Self(number)
    }

    /// Whether it is a whole line, which is furniture wherever it stands.
    pub(super) fn is_whole_line(self) -> bool {
        self.0 & WHOLE != 0
    }

    /// Its class, as a fingerprint.
    pub(super) fn class(self) -> u64 {
        // Any bits do that are spread as those of a fingerprint are (the fractional part of the golden ratio).
        (u64::from(self.0) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// What a paragraph shows beside its classes, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Shows(u8);

impl Shows {
    /// It has a letter.
    pub(crate) const LETTER: Self = Self(1);
    /// It has two letters at least.
    pub(crate) const LETTERS: Self = Self(1 << 1);
    /// It is long, or ends as a sentence does and is not short.
    pub(crate) const SENTENCE: Self = Self(1 << 2);
    /// It ends in a full stop.
    pub(crate) const STOP: Self = Self(1 << 3);
    /// It has an address of the web, of mail, or a telephone number.
    pub(crate) const ADDRESS: Self = Self(1 << 4);
    /// It has words of a legal notice, an advertisement or a disclaimer, or an address.
    pub(crate) const NOTICE: Self = Self(1 << 5);

    /// All of these, as bits.
    pub(super) const ALL: u8 = (1 << 6) - 1;

    pub(super) fn bits(self) -> u8 {
        self.0
    }

    /// What these bits of [`Self::ALL`] show.
    pub(super) fn of_bits(bits: u8) -> Self {
        Self(bits & Self::ALL)
    }

    /// Adds what is shown if it `is` shown.
    #[must_use]
    pub(crate) fn and(self, shown: Self, is: bool) -> Self {
        if is { Self(self.0 | shown.0) } else { self }
    }

    /// Whether this is shown.
    pub(crate) fn has(self, shown: Self) -> bool {
        self.0 & shown.0 != 0
    }
}

impl Line {
    /// Whether it is a sentence.
    pub(super) fn is_sentence(&self) -> bool {
        self.shows.has(Shows::SENTENCE)
    }

    /// Whether it has words of a notice or an address.
    pub(super) fn is_notice(&self) -> bool {
        self.shows.has(Shows::NOTICE)
    }

    /// Whether it has an address.
    pub(super) fn has_address(&self) -> bool {
        self.shows.has(Shows::ADDRESS)
    }

    /// Whether it has two letters.
    pub(super) fn has_letters(&self) -> bool {
        self.shows.has(Shows::LETTERS)
    }

    /// The classes in which it is counted.
    pub(super) fn classes(&self) -> impl Iterator<Item = u64> {
        let word = self.word.map_or(0, Word::class);
        [self.key, self.digits, self.slot, word].into_iter().filter(|class| *class != 0)
    }
}

const _: () = assert!(size_of::<Line>() <= 40, "it is kept of every paragraph");
