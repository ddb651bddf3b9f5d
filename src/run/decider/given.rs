//! Verdicts that are given before copies of paragraphs are sought: on whole documents, and on paragraphs that go each by
//! itself (contract C2).

use super::Decider;
use crate::decide::{Reason, Rule, Verdict};
use crate::run::scan::Scanned;
use crate::run::settled::SettledDocument;
use crate::units::Ordinal;

impl Decider<'_> {
    /// The verdicts on the documents of a chunk as a whole, and on paragraphs that go each by itself, if any goes: what
    /// goes here was never seen by the rules that follow.
    pub(super) fn judge(
        &self,
        scanned: &Scanned,
        documents: &[SettledDocument],
        first: Ordinal,
    ) -> Option<Vec<Verdict>> {
        let num_paragraphs = scanned.paragraphs.len();
        let mut verdicts: Option<Vec<Verdict>> = None;
        let mut given = Vec::new();
        if let Some(findings) = self.findings {
            for (document, settled) in scanned.documents.iter().zip(documents) {
                let verdict = findings.judge_document(settled.id);
                if !verdict.is_kept() {
                    let verdicts = verdicts.get_or_insert_with(|| vec![Verdict::KEEP; num_paragraphs]);
                    verdicts[document.paragraphs.clone()].fill(verdict);
                }
            }
            given.extend(findings.places(first, num_paragraphs));
        }
        let custom = |number| Verdict::removed(Reason::Found { rule: Rule::Custom, number });
        given.extend(scanned.given.iter().map(|(paragraph, number)| (*paragraph, custom(*number))));
        for (number, verdict) in given {
            let verdicts = verdicts.get_or_insert_with(|| vec![Verdict::KEEP; num_paragraphs]);
            if verdicts[number].is_kept() {
                verdicts[number] = verdict;
            }
        }
        verdicts
    }
}
