//! Credits in brackets at the end of a paragraph: `……。（责任编辑：李娜）`, `… . (Reporting by A; Editing by B)`. The paragraph
//! stays without them. They are known by the word that they begin with, and only where a document ends.

use std::ops::Range;

/// Words that a credit begins with. What follows them is a name.
const HEADS: [&str; 31] = [
    "责任编辑",
    "责编",
    "编辑",
    "本文编辑",
    "实习编辑",
    "值班编辑",
    "网络编辑",
    "新媒体编辑",
    "执行编辑",
    "栏目编辑",
    "文字编辑",
    "图片编辑",
    "视频编辑",
    "美术编辑",
    "本版编辑",
    "编审",
    "审核",
    "校对",
    "美编",
    "編輯",
    "責任編輯",
    "責編",
    "校對",
    "Reporting by",
    "Additional reporting by",
    "Writing by",
    "Editing by",
    "Edited by",
    "Compiled by",
    "Editor",
    "Editors",
];

/// Characters of the longest credit: several names with their places.
const MAX_CHARS: usize = 200;
/// Characters of the longest one in Chinese.
const MAX_CHARS_ZH: usize = 40;

/// A credit at the end of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Credit {
    /// Bytes of the paragraph, white space before it among them.
    pub span: Range<usize>,
    /// The number of its head in the list.
    pub head: u64,
}

/// The word that a credit of this number begins with.
pub(super) fn head(number: u64) -> Option<&'static str> {
    HEADS.get(usize::try_from(number).ok()?).copied()
}

/// The credit at the end of a paragraph, if one stands there behind other text.
///
/// Cost: a look at the last character, and at those of the credit where it closes a bracket.
pub(super) fn credit(paragraph: &str) -> Option<Credit> {
    let text = paragraph.trim_end();
    let (open, close) = match text.chars().next_back()? {
        '）' => (['（', '('], '）'),
        ')' => (['(', '（'], ')'),
        '】' => (['【', '['], '】'),
        ']' => (['[', '【'], ']'),
        _ => return None,
    };
    let inner = &text[..text.len() - close.len_utf8()];
    let (start, bracket) = inner.char_indices().rev().take(MAX_CHARS).find(|(_, c)| open.contains(c))?;
    let credit = inner[start + bracket.len_utf8()..].trim_start();
    let head = HEADS.iter().position(|head| begins(credit, head))?;
    let has_end = credit.contains(['。', '！', '？', '；']) || credit.contains(close);
    let most = if HEADS[head].is_ascii() { MAX_CHARS } else { MAX_CHARS_ZH };
    let before = text[..start].trim_end();
    let is_credit = !has_end && credit.chars().count() <= most && !before.is_empty();
    is_credit.then(|| Credit { span: before.len()..text.len(), head: crate::units::count(head) })
}

/// Whether a credit begins with this word and a name behind it.
fn begins(credit: &str, head: &str) -> bool {
    let Some(rest) = credit.strip_prefix(head) else { return false };
    let name = rest.trim_start_matches([':', '：', ' ', '\u{3000}', '/', '丨', '|']);
    name.len() < rest.len() && !name.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_end_paragraphs() {
        for (text, left, named) in [
            ("雨停了。（责任编辑：李娜）", "雨停了。", "责任编辑"),
            ("雨停了。 (编辑 李娜 王五) ", "雨停了。 ", "编辑"),
            ("雨停了。【责编：李娜】", "雨停了。", "责编"),
            (
                "The rain stopped. (Reporting by Ann Lee in Oslo; Editing by Joe Roe)",
                "The rain stopped.",
                "Reporting by",
            ),
        ] {
            let credit = credit(text).unwrap();
            let rest = text[..credit.span.start].to_owned() + &text[credit.span.end..];
            assert_eq!((rest.trim_end(), head(credit.head)), (left.trim_end(), Some(named)), "{text}");
        }
        for text in [
            "",
            "雨停了。",
            "（责任编辑：李娜）",
            "雨停了（编辑部供图）",
            "雨停了（编辑：）",
            "他是报社的（编辑）",
            "雨停了。（责任编辑：李娜。她今天值班）",
            "责任编辑：李娜）",
            "The rain stopped (editors say so)",
            "雨停了。（记者李娜）",
        ] {
            assert_eq!(credit(text), None, "{text}");
        }
    }
}
