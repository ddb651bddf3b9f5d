//! Layout of one document, held against what the ledger says of it (contract P5): it goes with the last text of a document
//! that lost some, and only then.

use crate::decide::Rule;

/// What was seen of a document so far.
#[expect(clippy::struct_excessive_bools, reason = "four things that are each seen or not")]
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LayoutAudit {
    keeps_text: bool,
    keeps_layout: bool,
    /// Layout goes as such.
    loses_layout: bool,
    /// A paragraph goes by another rule.
    loses_other: bool,
}

impl LayoutAudit {
    /// A paragraph goes by `rule`; the fault of that, if it has one.
    pub(super) fn removed(&mut self, rule: Rule, is_layout: bool) -> Option<&'static str> {
        let goes_as_layout = rule == Rule::Layout;
        self.loses_layout |= goes_as_layout;
        self.loses_other |= !goes_as_layout;
        (goes_as_layout && !is_layout).then_some("it is removed as layout, and is text")
    }

    /// A paragraph stays.
    pub(super) fn stays(&mut self, is_layout: bool) {
        self.keeps_text |= !is_layout;
        self.keeps_layout |= is_layout;
    }

    /// The fault of a document that is seen to its end.
    pub(super) fn fault(self) -> Option<&'static str> {
        let Self { keeps_text, keeps_layout, loses_layout, loses_other } = self;
        if loses_layout && !loses_other {
            return Some("its layout is removed, and nothing else of it");
        }
        if loses_layout && (keeps_text || keeps_layout) {
            return Some("its layout is removed, and something of it is kept");
        }
        (loses_other && keeps_layout && !keeps_text)
            .then_some("only layout of it is kept, which should be removed too")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_goes_with_the_last_text() {
        // `t` and `-` stay, `d` goes as a copy, `=` as layout.
        for (document, is_right) in [
            ("", true),
            ("t-", true),
            ("-", true),
            ("td-", true),
            ("d", true),
            ("d=", true),
            ("d-", false),
            ("=", false),
            ("d=-", false),
            ("d=t", false),
        ] {
            let mut audit = LayoutAudit::default();
            for c in document.chars() {
                match c {
                    'd' => assert_eq!(audit.removed(Rule::Exact, false), None),
                    '=' => assert_eq!(audit.removed(Rule::Layout, true), None),
                    c => audit.stays(c == '-'),
                }
            }
            assert_eq!(audit.fault().is_none(), is_right, "{document}");
        }
        assert!(LayoutAudit::default().removed(Rule::Layout, false).is_some());
    }
}
