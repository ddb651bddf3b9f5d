//! Key text by the book: the Unicode libraries applied in the contract's order (contract I1). Slow, and
//! the definition that the fast path in [`super::fold`] is tested against.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// `--match canonical`: NFKC; runs of `White_Space` become one space, trimmed at both ends; then Cc and Cf
/// are removed.
pub(super) fn canonical(text: impl Iterator<Item = char>, mut emit: impl FnMut(char)) {
    let mut has_text = false;
    let mut owes_space = false;
    for c in text.nfkc() {
        if c.is_whitespace() {
            owes_space = has_text;
            continue;
        }
        if owes_space {
            emit(' ');
        }
        (has_text, owes_space) = (true, false);
        if !is_invisible(c) {
            emit(c);
        }
    }
}

/// `--match loose`: canonical, case-folded (full folding), only letters, marks and numbers.
///
/// White space and the categories that canonical removes are no letters, marks or numbers, so that one
/// filter at the end does for all.
pub(super) fn loose(text: impl Iterator<Item = char>, mut emit: impl FnMut(char)) {
    text.nfkc().filter(|c| !is_invisible(*c)).default_case_fold().filter(|c| is_word(*c)).for_each(&mut emit);
}

/// `General_Category` Cc or Cf.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c.general_category(), GeneralCategory::Control | GeneralCategory::Format)
}

/// `General_Category` L, M or N.
pub(super) fn is_word(c: char) -> bool {
    use GeneralCategoryGroup as Group;
    matches!(c.general_category_group(), Group::Letter | Group::Mark | Group::Number)
}
