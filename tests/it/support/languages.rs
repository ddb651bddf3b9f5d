//! Texts in several languages, and encodings of them.

use encoding_rs::Encoding;

pub(crate) const SIMPLIFIED: &str = "　　新华社北京电，今年第一季度国民经济开局良好。\n\n专家表示，这是他们看到的最好的消息。\n\
    中间价报7.1234元。\n我们要把这个问题说清楚，不能再等了。\n";
pub(crate) const TRADITIONAL: &str =
    "這個問題我們已經說過很多次了。\n\n他們來的時候，學校裡還沒有人。\n台灣的經濟發展與國際貿易有關。\n";
pub(crate) const JAPANESE: &str =
    "これは日本語の文章です。\n\n今日は天気がいいので、散歩に行きましょう。\n人間は考える葦である。\n";
pub(crate) const KOREAN: &str =
    "안녕하세요, 여러분 반갑습니다.\n\n오늘은 날씨가 좋아서 산책을 갑니다.\n한국어로 쓴 문장입니다.\n";
pub(crate) const RUSSIAN: &str =
    "Привет, как дела сегодня?\n\nЭто простой текст на русском языке.\nОн нужен для проверки.\n";
pub(crate) const FRENCH: &str = "Voilà une phrase écrite en français, où les accents ne manquent guère.\n\nLe garçon a été \
    très étonné par l’œuvre.\nDéjà vu à la fenêtre.\n";

/// Encodes a text that the encoding can hold.
pub(crate) fn encode(encoding: &'static Encoding, text: &str) -> Vec<u8> {
    let (bytes, _, has_failed) = encoding.encode(text);
    assert!(!has_failed, "{}", encoding.name());
    bytes.into_owned()
}

/// A text in UTF-16, after this mark.
pub(crate) fn utf16(text: &str, is_big: bool, mark: &str) -> Vec<u8> {
    let order = if is_big { u16::to_be_bytes } else { u16::to_le_bytes };
    mark.encode_utf16().chain(text.encode_utf16()).flat_map(order).collect()
}

/// `text` until it is longer than `len` bytes, each paragraph another.
pub(crate) fn long(text: &str, len: usize) -> String {
    let mut out = String::new();
    for n in 0.. {
        if out.len() > len {
            break;
        }
        out.extend(
            text.lines().map(|line| if line.is_empty() { "\n".into() } else { format!("{line}{n}\n") }),
        );
    }
    out
}
