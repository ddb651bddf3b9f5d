//! Findings on disk, for a run that may have to go on after it was cut short.

use super::{EvidencePlace, Finding, Findings, List, ListedUnits};
use crate::decide::rules::Rule;
use crate::document::SourceFigures;
use crate::error::Result;

/// Bytes of a piece, about.
const PIECE: usize = 64 * 1024;

/// The first byte of a saved piece, which says what the piece holds.
const TEXTS: u8 = 0;
const BEST: u8 = 1;
/// Behind it stand the rule and its units, a byte each.
const LIST: u8 = 2;

/// Behind it stand three numbers.
const SOURCES: u8 = 3;

/// Bytes of a finding behind the number of its unit.
const FINDING: usize = 28;

impl ListedUnits {
    const ALL: [Self; 4] = [Self::Texts, Self::Documents, Self::Paragraphs, Self::Places];
}

impl Findings {
    /// Gives out everything, in pieces, for a program of the same version to resume from.
    ///
    /// # Errors
    /// The first of `sink`.
    pub(crate) fn save(&self, mut sink: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        if let Some(texts) = &self.texts {
            pieces(&[TEXTS], texts.of.iter().map(|text| text.to_le_bytes()), &mut sink)?;
            pieces(&[BEST], texts.best.iter().map(|best| best.to_le_bytes()), &mut sink)?;
        }
        if let Some(SourceFigures { found, named, unnamed }) = self.sources {
            let numbers = [found, named, unnamed].map(u64::to_le_bytes);
            sink(&[&[SOURCES][..], numbers.as_flattened()].concat())?;
        }
        for list in &self.lists {
            let head = [LIST, list.rule as u8, list.units as u8];
            pieces(&head, list.removed.iter().map(|(unit, found)| pack(*unit, *found)), &mut sink)?;
        }
        Ok(())
    }

    /// Resumes from a piece; `None` if it is not one that [`Self::save`] gave out.
    pub(crate) fn resume(&mut self, piece: &[u8]) -> Option<()> {
        let (kind, rest) = piece.split_first()?;
        match *kind {
            TEXTS => {
                let (texts, []) = rest.as_chunks() else { return None };
                let of = &mut self.texts.get_or_insert_default().of;
                of.extend(texts.iter().map(|text| u32::from_le_bytes(*text)));
            }
            BEST => {
                let (best, []) = rest.as_chunks() else { return None };
                let known = &mut self.texts.get_or_insert_default().best;
                known.extend(best.iter().map(|best| u64::from_le_bytes(*best)));
            }
            LIST => {
                let ([rule, units], rest) = rest.split_first_chunk()?;
                let (records, []) = rest.as_chunks() else { return None };
                let rule = *Rule::ALL.get(usize::from(*rule))?;
                let units = *ListedUnits::ALL.get(usize::from(*units))?;
                self.list(rule, units).removed.extend(records.iter().map(unpack));
            }
            SOURCES => {
                let ([found, named, unnamed], []) = rest.as_chunks() else { return None };
                let [found, named, unnamed] =
                    [found, named, unnamed].map(|number| u64::from_le_bytes(*number));
                self.sources = Some(SourceFigures { found, named, unnamed });
            }
            _ => return None,
        }
        Some(())
    }

    /// The list that was begun last, or a new one.
    fn list(&mut self, rule: Rule, units: ListedUnits) -> &mut List {
        let is_new = self.lists.last().is_none_or(|last| (last.rule, last.units) != (rule, units));
        if is_new {
            self.lists.push(List { rule, units, removed: Vec::new() });
        }
        let last = self.lists.len() - 1;
        &mut self.lists[last]
    }
}

/// Gives out records behind the same head, many in a piece. Of no records the head alone is given out.
fn pieces<const N: usize>(
    head: &[u8],
    records: impl Iterator<Item = [u8; N]>,
    sink: &mut impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut piece = head.to_vec();
    let mut num_pieces = 0;
    for record in records {
        piece.extend_from_slice(&record);
        if piece.len() >= PIECE {
            sink(&piece)?;
            piece.truncate(head.len());
            num_pieces += 1;
        }
    }
    if piece.len() > head.len() || num_pieces == 0 { sink(&piece) } else { Ok(()) }
}

fn pack(unit: u64, found: Finding) -> [u8; FINDING] {
    let Finding { survivor, evidence: EvidencePlace { offset, len } } = found;
    let mut record = [0; FINDING];
    record[..8].copy_from_slice(&unit.to_le_bytes());
    record[8..16].copy_from_slice(&survivor.to_le_bytes());
    record[16..24].copy_from_slice(&offset.to_le_bytes());
    record[24..].copy_from_slice(&len.to_le_bytes());
    record
}

fn unpack(record: &[u8; FINDING]) -> (u64, Finding) {
    let word = |at: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&record[at..at + 8]);
        u64::from_le_bytes(word)
    };
    let mut len = [0; 4];
    len.copy_from_slice(&record[24..]);
    let evidence = EvidencePlace { offset: word(16), len: u32::from_le_bytes(len) };
    (word(0), Finding { survivor: word(8), evidence })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::{DocumentTexts, Verdict};
    use crate::units::{DocumentId, Ordinal};

    #[test]
    fn findings_come_back() {
        let finding = |n: u64| {
            let survivor = (!n.is_multiple_of(3)).then_some(n);
            Finding::new(survivor, EvidencePlace { offset: n * 3, len: 7 })
        };
        let mut findings = Findings::default();
        let texts_of: Vec<u32> = (0..50_000).map(|n| n / 2).collect();
        let texts = DocumentTexts::new(texts_of, (0..25_000).map(|n| n * 2).collect());
        let removed = (0..5000).map(|n| (n * 3, finding(u64::from(n)))).collect();
        findings.add_texts(texts, Rule::NearDocument, removed);
        let documents = (0..50).map(|n| (DocumentId(n * 1000 + 7), finding(n))).collect();
        findings.add_documents(Rule::ExactDocument, documents);
        findings.add_paragraphs(Rule::Exact, Vec::new());
        let paragraphs = (0..9000).map(|n| (Ordinal(n * 5), finding(n))).collect();
        findings.add_paragraphs(Rule::NearParagraph, paragraphs);
        let places = (0..9000).map(|n| (Ordinal(n * 7 + 1), finding(n))).collect();
        findings.add_places(Rule::Boilerplate, places);
        findings.set_sources(SourceFigures { found: 3, named: 1 << 40, unnamed: 7 });
        let (mut back, mut num_pieces) = (Findings::default(), 0);
        let saved = findings.save(|piece| {
            num_pieces += 1;
            back.resume(piece).unwrap();
            Ok(())
        });
        saved.unwrap();
        assert!(num_pieces > 8);
        for n in 0..50_000 {
            assert_eq!(back.judge_document(DocumentId(n)), findings.judge_document(DocumentId(n)));
            let judge = |findings: &Findings| findings.judge_paragraph(Ordinal(n), Verdict::KEEP);
            assert_eq!(judge(&back), judge(&findings));
            let places = |findings: &Findings| findings.places(Ordinal(n), 9).collect::<Vec<_>>();
            assert_eq!(places(&back), places(&findings));
        }
        for (rule, number) in [
            (Rule::NearDocument, 77),
            (Rule::NearParagraph, 8999),
            (Rule::ExactDocument, 49),
            (Rule::ExactDocument, 48),
        ] {
            assert_eq!(back.finding(rule, number), finding(number));
        }
        assert_eq!(back.lists.len(), findings.lists.len());
        for piece in [&[9][..], &[], &[BEST, 1], &[LIST, 0], &[LIST, 200, 0], &[LIST, 0, 4], &[LIST, 0, 0, 1]]
        {
            assert!(back.resume(piece).is_none(), "{piece:?}");
        }
    }
}
