//! Paragraphs by number, and articles of them.

use std::ops::Range;

use super::random::Noise;

/// The `n`-th paragraph: about 210 bytes of Chinese and English, unlike every other.
pub(crate) fn paragraph(n: usize) -> String {
    let words = ["产业规模", "今年", "增长", "13.9%", "，", "the market", " ", "said", "ＡＩ", "。"];
    let mut noise = Noise::new(n);
    let mut paragraph = format!("{n}：");
    while paragraph.len() < 200 {
        paragraph.push_str(noise.pick(&words));
    }
    paragraph + "！"
}

/// These paragraphs, a blank line after every fourth: about 210 bytes each.
pub(crate) fn article(numbers: Range<usize>) -> String {
    let end = |n: usize| if n % 4 == 3 { "\n\n" } else { "\n" };
    numbers.flat_map(|n| [paragraph(n), end(n).to_owned()]).collect()
}
