//! The character sets that text is written in and misread as, each with a table in both directions.

use std::sync::LazyLock;

use encoding_rs::Encoding;

/// A character set of the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    /// UTF-8, which has no table here.
    Utf8,
    /// Windows-1252 and Latin-1 in one: what 1252 leaves out or puts in place of C1 controls is taken in both forms.
    Cp1252,
    /// Latin-1, where its C1 controls tell it from Windows-1252; the table is one.
    Latin1,
    /// Windows-1250, Central European.
    Cp1250,
    /// ISO 8859-2, Central European.
    Latin2,
    /// Windows-1251, Cyrillic.
    Cp1251,
    /// Windows-1254, Turkish.
    Cp1254,
    /// Windows-1257, Baltic.
    Cp1257,
    /// Mac OS Roman.
    MacRoman,
    /// The first code page of DOS.
    Cp437,
    /// DOS, Western European.
    Cp850,
    /// DOS, Cyrillic.
    Cp866,
    /// KOI8-R, Cyrillic.
    Koi8R,
    /// GBK, simplified Chinese.
    Gbk,
    /// Big5, traditional Chinese.
    Big5,
    /// Big5 with kana and other alphabets where programs without the tables of the web have them, from C6A1 on.
    Big5Kana,
    /// `Shift_JIS`, Japanese.
    ShiftJis,
    /// EUC-JP, Japanese.
    EucJp,
    /// EUC-KR with the additions of Windows-949, Korean.
    EucKr,
}

/// The upper half of code page 437 (Unicode's mapping table `VENDORS/MICSFT/PC/CP437.TXT`).
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
                     └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// The upper half of code page 850 (`VENDORS/MICSFT/PC/CP850.TXT`).
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
                     └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

/// What other decoders make of bytes that the tables of the web read otherwise: the same bytes.
const ALIASES: [(Charset, char, u16); 7] = [
    (Charset::ShiftJis, '\u{301c}', 0x8160),
    (Charset::ShiftJis, '\u{2016}', 0x8161),
    (Charset::ShiftJis, '\u{2212}', 0x817c),
    (Charset::ShiftJis, '\u{80}', 0x80),
    (Charset::ShiftJis, '\u{a0}', 0xa0),
    (Charset::Gbk, '€', 0x80),
    (Charset::Big5, '\u{2027}', 0xa145),
];

/// A table from bytes to characters and back. Only characters of the basic plane have one.
pub(super) struct Table {
    /// The character of each byte from 0x80 that stands alone, or 0.
    single: [u16; 128],
    /// The character of each pair, by lead byte from 0x80 and trail byte, or 0.
    double: Vec<u16>,
    /// The bytes of each character: a byte, or a pair in the order of reading, or 0.
    back: Vec<u16>,
}

impl Table {
    fn new(charset: Charset) -> Self {
        let mut table = Self { single: [0; 128], double: Vec::new(), back: vec![0; 1 << 16] };
        match charset {
            Charset::Cp437 => table.fill_from(CP437),
            Charset::Cp850 => table.fill_from(CP850),
            _ => {
                if let Some(encoding) = charset.encoding() {
                    table.fill(encoding, charset.is_double_byte());
                }
            }
        }
        table.add_aliases(charset);
        table
    }

    fn fill_from(&mut self, upper_half: &str) {
        for (byte, c) in (0x80..=0xff).zip(upper_half.chars()) {
            self.add(byte, c);
        }
    }

    fn fill(&mut self, encoding: &'static Encoding, is_double_byte: bool) {
        for byte in 0x80..=0xff_u8 {
            if let Some(c) = only_char(encoding, &[byte]) {
                self.add(u16::from(byte), c);
            }
        }
        if !is_double_byte {
            return;
        }
        self.double = vec![0; 128 << 8];
        for lead in 0x80..=0xff_u8 {
            for trail in 0x30..=0xff_u8 {
                if self.single[usize::from(lead - 0x80)] == 0
                    && let Some(c) = only_char(encoding, &[lead, trail])
                {
                    self.add(u16::from_be_bytes([lead, trail]), c);
                }
            }
        }
    }

    fn add_aliases(&mut self, charset: Charset) {
        for (_, c, bytes) in ALIASES.into_iter().filter(|(of, ..)| *of == charset) {
            self.back[c as usize] = bytes;
        }
        if charset == Charset::Big5Kana {
            let signs = "ヾゝゞ々".chars();
            let letters = ('ぁ'..='ん').chain('ァ'..='ヶ');
            let cyrillic = "ДЕЁЖЗИЙКЛМУФХЦЧШЩЪЫЬЭЮЯ".chars().chain('а'..='е').chain(['ё']).chain('ж'..='я');
            let trails = (0x40..=0x7e).chain(0xa1..=0xfe);
            let pairs = (0xc6a1..=0xc6fe).chain(trails.map(|trail| 0xc700 + trail));
            for (pair, c) in pairs.zip(signs.chain(letters).chain(cyrillic).chain('①'..='⑩').chain('⑴'..='⑽'))
            {
                self.back[c as usize] = pair;
            }
        }
        if matches!(charset, Charset::Cp1252 | Charset::Latin1) {
            for byte in 0x80..=0x9f {
                self.back[usize::from(byte)] = byte;
            }
        }
    }

    fn add(&mut self, bytes: u16, c: char) {
        let Ok(unit) = u16::try_from(u32::from(c)) else { return };
        if bytes < 0x100 {
            self.single[usize::from(bytes - 0x80)] = unit;
        } else {
            self.double[usize::from(bytes - 0x8000)] = unit;
        }
        let back = &mut self.back[usize::from(unit)];
        if *back == 0 {
            *back = bytes;
        }
    }

    /// The bytes of a character: one below 0x100, or a pair in the order of reading. An ASCII character is its byte.
    pub(super) fn bytes(&self, c: char) -> Option<u16> {
        let unit = u16::try_from(u32::from(c)).ok()?;
        if unit < 0x80 {
            return Some(unit);
        }
        Some(self.back[usize::from(unit)]).filter(|bytes| *bytes != 0)
    }

    /// The character at the start of `bytes`, and how many bytes it takes.
    pub(super) fn char_at(&self, bytes: &[u8]) -> Option<(char, usize)> {
        let lead = *bytes.first()?;
        if lead < 0x80 {
            return Some((char::from(lead), 1));
        }
        let single = self.single[usize::from(lead - 0x80)];
        if single != 0 {
            return Some((char::from_u32(u32::from(single))?, 1));
        }
        let pair = usize::from(u16::from_be_bytes([lead, *bytes.get(1)?]) - 0x8000);
        let unit = *self.double.get(pair)?;
        if unit == 0 { None } else { Some((char::from_u32(u32::from(unit))?, 2)) }
    }
}

/// The one character that bytes stand for.
fn only_char(encoding: &'static Encoding, bytes: &[u8]) -> Option<char> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    let mut chars = text.chars();
    let c = chars.next()?;
    (chars.next().is_none() && !c.is_ascii()).then_some(c)
}

impl Charset {
    /// All of them.
    pub(super) const ALL: [Self; 19] = [
        Self::Utf8,
        Self::Cp1252,
        Self::Latin1,
        Self::Cp1250,
        Self::Latin2,
        Self::Cp1251,
        Self::Cp1254,
        Self::Cp1257,
        Self::MacRoman,
        Self::Cp437,
        Self::Cp850,
        Self::Cp866,
        Self::Koi8R,
        Self::Gbk,
        Self::Big5,
        Self::Big5Kana,
        Self::ShiftJis,
        Self::EucJp,
        Self::EucKr,
    ];

    /// Its name in the names of damage.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf8",
            Self::Cp1252 => "cp1252",
            Self::Latin1 => "latin1",
            Self::Cp1250 => "cp1250",
            Self::Latin2 => "latin2",
            Self::Cp1251 => "cp1251",
            Self::Cp1254 => "cp1254",
            Self::Cp1257 => "cp1257",
            Self::MacRoman => "macroman",
            Self::Cp437 => "cp437",
            Self::Cp850 => "cp850",
            Self::Cp866 => "cp866",
            Self::Koi8R => "koi8-r",
            Self::Gbk => "gbk",
            Self::Big5 | Self::Big5Kana => "big5",
            Self::ShiftJis => "shift-jis",
            Self::EucJp => "euc-jp",
            Self::EucKr => "euc-kr",
        }
    }

    /// Whether most of its characters take two bytes.
    pub(super) fn is_double_byte(self) -> bool {
        matches!(self, Self::Gbk | Self::Big5 | Self::Big5Kana | Self::ShiftJis | Self::EucJp | Self::EucKr)
    }

    fn encoding(self) -> Option<&'static Encoding> {
        Some(match self {
            Self::Utf8 | Self::Cp437 | Self::Cp850 => return None,
            Self::Cp1252 | Self::Latin1 => encoding_rs::WINDOWS_1252,
            Self::Cp1250 => encoding_rs::WINDOWS_1250,
            Self::Latin2 => encoding_rs::ISO_8859_2,
            Self::Cp1251 => encoding_rs::WINDOWS_1251,
            Self::Cp1254 => encoding_rs::WINDOWS_1254,
            Self::Cp1257 => encoding_rs::WINDOWS_1257,
            Self::MacRoman => encoding_rs::MACINTOSH,
            Self::Cp866 => encoding_rs::IBM866,
            Self::Koi8R => encoding_rs::KOI8_R,
            Self::Gbk => encoding_rs::GBK,
            Self::Big5 | Self::Big5Kana => encoding_rs::BIG5,
            Self::ShiftJis => encoding_rs::SHIFT_JIS,
            Self::EucJp => encoding_rs::EUC_JP,
            Self::EucKr => encoding_rs::EUC_KR,
        })
    }

    /// Its table, made when it is first asked for: a millisecond and 200 KB for one of two bytes.
    pub(super) fn table(self) -> &'static Table {
        static TABLES: [LazyLock<Table>; 19] = [
            LazyLock::new(|| Table::new(Charset::Utf8)),
            LazyLock::new(|| Table::new(Charset::Cp1252)),
            LazyLock::new(|| Table::new(Charset::Latin1)),
            LazyLock::new(|| Table::new(Charset::Cp1250)),
            LazyLock::new(|| Table::new(Charset::Latin2)),
            LazyLock::new(|| Table::new(Charset::Cp1251)),
            LazyLock::new(|| Table::new(Charset::Cp1254)),
            LazyLock::new(|| Table::new(Charset::Cp1257)),
            LazyLock::new(|| Table::new(Charset::MacRoman)),
            LazyLock::new(|| Table::new(Charset::Cp437)),
            LazyLock::new(|| Table::new(Charset::Cp850)),
            LazyLock::new(|| Table::new(Charset::Cp866)),
            LazyLock::new(|| Table::new(Charset::Koi8R)),
            LazyLock::new(|| Table::new(Charset::Gbk)),
            LazyLock::new(|| Table::new(Charset::Big5)),
            LazyLock::new(|| Table::new(Charset::Big5Kana)),
            LazyLock::new(|| Table::new(Charset::ShiftJis)),
            LazyLock::new(|| Table::new(Charset::EucJp)),
            LazyLock::new(|| Table::new(Charset::EucKr)),
        ];
        &TABLES[self as usize]
    }
}
