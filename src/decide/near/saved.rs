//! Findings on disk, for a run that may have to go on after it was cut short: what a search came to.

use super::findings::{Documents, Finding, Findings};
use super::signatures::SignatureId;
use crate::error::Result;
use crate::units::Ordinal;

/// Bytes of a piece, about.
const PIECE: usize = 64 * 1024;

/// What a piece holds; its first byte.
const TEXTS_OF: u8 = 0;
const BEST: u8 = 1;
const REMOVED: u8 = 2;
const PARAGRAPHS: u8 = 3;

/// Bytes of a finding behind a number.
const FINDING: usize = 28;

impl Findings {
    /// Gives out everything, in pieces.
    ///
    /// # Errors
    /// The first of `sink`.
    pub fn save(&self, mut sink: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        if let Some(documents) = &self.documents {
            // Even one without texts says that documents were looked at.
            sink(&[TEXTS_OF])?;
            pieces(TEXTS_OF, documents.texts_of.iter().map(|text| text.to_le_bytes()), &mut sink)?;
            pieces(BEST, documents.best.iter().map(|best| best.to_le_bytes()), &mut sink)?;
            let removed = documents.removed.iter().map(|(text, found)| pack(u64::from(*text), *found));
            pieces(REMOVED, removed, &mut sink)?;
        }
        pieces(PARAGRAPHS, self.paragraphs.iter().map(|(place, found)| pack(place.0, *found)), &mut sink)
    }

    /// Takes up a piece; `None` if it is not one that [`Self::save`] gave out.
    pub fn take_up(&mut self, piece: &[u8]) -> Option<()> {
        let (kind, rest) = piece.split_first()?;
        if *kind == PARAGRAPHS {
            let (records, []) = rest.as_chunks() else { return None };
            self.paragraphs.extend(records.iter().map(|record| {
                let (place, found) = unpack(record);
                (Ordinal(place), found)
            }));
            return Some(());
        }
        let documents = self.documents.get_or_insert_with(Documents::default);
        match *kind {
            TEXTS_OF => {
                let (texts, []) = rest.as_chunks() else { return None };
                documents.texts_of.extend(texts.iter().map(|text| u32::from_le_bytes(*text)));
            }
            BEST => {
                let (best, []) = rest.as_chunks() else { return None };
                documents.best.extend(best.iter().map(|best| u64::from_le_bytes(*best)));
            }
            REMOVED => {
                let (records, []) = rest.as_chunks() else { return None };
                for record in records {
                    let (text, found) = unpack(record);
                    documents.removed.push((SignatureId::try_from(text).ok()?, found));
                }
            }
            _ => return None,
        }
        Some(())
    }
}

/// Gives out records of one kind, many in a piece.
fn pieces<const N: usize>(
    kind: u8,
    records: impl Iterator<Item = [u8; N]>,
    sink: &mut impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut piece = vec![kind];
    for record in records {
        piece.extend_from_slice(&record);
        if piece.len() >= PIECE {
            sink(&piece)?;
            piece.truncate(1);
        }
    }
    if piece.len() > 1 { sink(&piece) } else { Ok(()) }
}

fn pack(number: u64, found: Finding) -> [u8; FINDING] {
    let mut record = [0; FINDING];
    record[..8].copy_from_slice(&number.to_le_bytes());
    record[8..16].copy_from_slice(&found.survivor.to_le_bytes());
    record[16..24].copy_from_slice(&found.offset.to_le_bytes());
    record[24..].copy_from_slice(&found.len.to_le_bytes());
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
    (word(0), Finding { survivor: word(8), offset: word(16), len: u32::from_le_bytes(len) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::Verdict;
    use crate::units::DocumentId;

    #[test]
    fn findings_come_back() {
        let finding = |n: u64| Finding { survivor: n, offset: n * 3, len: 7 };
        let mut findings = Findings::default();
        let texts_of: Vec<SignatureId> = (0..50_000).map(|n| n / 2).collect();
        let documents = Documents {
            texts_of,
            best: (0..25_000).map(|n| n * 2).collect(),
            removed: (0..5000).map(|n| (n * 3, finding(u64::from(n)))).collect(),
        };
        findings.set_documents(documents);
        findings.set_paragraphs((0..9000).map(|n| (Ordinal(n * 5), finding(n))).collect());
        let (mut back, mut num_pieces) = (Findings::default(), 0);
        let saved = findings.save(|piece| {
            num_pieces += 1;
            back.take_up(piece).unwrap();
            Ok(())
        });
        saved.unwrap();
        assert!(num_pieces > 8);
        for n in 0..50_000 {
            assert_eq!(back.judge_document(DocumentId(n)), findings.judge_document(DocumentId(n)));
            let judge = |findings: &Findings| findings.judge_paragraph(Ordinal(n), Verdict::KEEP);
            assert_eq!(judge(&back), judge(&findings));
        }
        assert_eq!((back.document(77), back.paragraph(8999)), (finding(77), finding(8999)));
        assert!(back.take_up(&[9]).is_none() && back.take_up(&[BEST, 1]).is_none());
    }
}
