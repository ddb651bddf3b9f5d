//! Key text by the book: the Unicode libraries applied in the contract's order (contract I1). Slow, and
//! the definition that the fast path in [`super::fold`] is tested against.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeEmoji, UnicodeGeneralCategory};

use super::joint::Joined;
use super::loose::LooseFilter;

/// `--match canonical`: line breaks that part nothing go; NFKC, but for [`is_own_number`]; Cc and Cf that are no white
/// space and variation selectors go, but for the tags of an emoji; then runs of `White_Space` become one space,
/// trimmed at both ends.
pub(super) fn canonical(text: impl Iterator<Item = char> + Clone, mut emit: impl FnMut(char)) {
    let mut has_text = false;
    let mut owes_space = false;
    let mut is_after_emoji = false;
    compose(Joined::new(text), |c| {
        if c.is_whitespace() {
            (owes_space, is_after_emoji) = (has_text, false);
            return;
        }
        let is_tag = is_tag(c) && is_after_emoji;
        if !is_tag && is_unseen(c) {
            return;
        }
        if owes_space {
            emit(' ');
        }
        (has_text, owes_space, is_after_emoji) = (true, false, is_tag || is_emoji(c));
        emit(c);
    });
}

/// `--match loose`: canonical, case-folded (full folding), only letters, marks and numbers, and what
/// [`LooseFilter`] keeps beside numbers. Returns whether anything is left; if nothing is, a paragraph has its canonical key
/// text.
pub(super) fn loose(text: impl Iterator<Item = char> + Clone, mut emit: impl FnMut(char)) -> bool {
    let mut filter = LooseFilter::default();
    let mut is_any = false;
    let mut keep = |c| {
        is_any = true;
        emit(c);
    };
    canonical(text, |c| std::iter::once(c).default_case_fold().for_each(|c| filter.push(c, &mut keep)));
    filter.finish(&mut keep);
    is_any
}

/// NFKC, but for characters that are numbers of their own.
///
/// Those are starters that compose with nothing, so that what stands before one and behind it is normalized by itself.
fn compose(mut text: impl Iterator<Item = char>, mut emit: impl FnMut(char)) {
    loop {
        let mut own = None;
        let others = text.by_ref().map_while(|c| {
            own = Some(c).filter(|c| is_own_number(*c));
            own.is_none().then_some(c)
        });
        others.fuse().nfkc().for_each(&mut emit);
        match own {
            Some(c) => emit(c),
            None => return,
        }
    }
}

/// Whether a character stands for another number than the digits to which NFKC takes it apart would: superscripts,
/// subscripts, fractions and circled numbers.
///
/// Source: Unicode 18, `UnicodeData.txt`: compatibility mappings tagged `<super>`, `<sub>`, `<fraction>` or `<circle>`
/// that contain a digit.
pub(super) fn is_own_number(c: char) -> bool {
    matches!(c,
        '²' | '³' | '¹' | '¼'..='¾'
        | '\u{2070}' | '\u{2074}'..='\u{2079}' | '\u{2080}'..='\u{2089}'
        | '\u{2150}'..='\u{215f}' | '\u{2189}'
        | '\u{2460}'..='\u{2473}' | '\u{24ea}' | '\u{3251}'..='\u{325f}' | '\u{32b1}'..='\u{32bf}')
}

/// `General_Category` Cc or Cf.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c.general_category(), GeneralCategory::Control | GeneralCategory::Format)
}

/// Whether key text leaves a character out that shows nothing by itself: Cc or Cf but no white space, or a variation
/// selector.
pub(super) fn is_unseen(c: char) -> bool {
    !c.is_whitespace() && (is_invisible(c) || is_variation_selector(c))
}

/// `Variation_Selector`.
fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// A tag: behind an emoji, tags make another of it, such as the flag of Scotland.
pub(super) fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0020}'..='\u{e007f}')
}

/// An emoji by itself: `Emoji`, but for digits and the like.
fn is_emoji(c: char) -> bool {
    !c.is_ascii() && c.is_emoji_char()
}

/// `General_Category` L, M or N.
pub(super) fn is_word(c: char) -> bool {
    use GeneralCategoryGroup as Group;
    matches!(c.general_category_group(), Group::Letter | Group::Mark | Group::Number)
}

/// `General_Category` N.
pub(super) fn is_number(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Number
}
