//! Retracts documents that turned out to be bad, and sources that have to be read again in another way: they are taken
//! out of a batch as if they had never been there.

use super::{Decider, owner, piece};
use crate::error::Result;
use crate::read::{Part, PartFate};
use crate::run::feed::{Feed, Rewind};
use crate::run::scan::Scanned;

impl Decider<'_> {
    /// Takes large texts that turned out to be bad out of the batch and, if they were begun in an earlier batch, out of
    /// what is settled. One piece of each stays, with the reason.
    pub(super) fn drop_bad_documents(
        &mut self,
        scanned: &mut Vec<Scanned>,
        feed: &mut Feed<'_>,
    ) -> Result<()> {
        // What is read again is not bad: its pieces come once more.
        let is_bad = |part: &Part| matches!(part.fate, PartFate::Rejected(_) | PartFate::Skipped(_));
        let bad: Vec<_> = scanned.iter().filter_map(piece).filter(|part| is_bad(part)).map(owner).collect();
        for bad in bad {
            feed.abandon(bad);
            self.cursor.abandoned = Some(bad);
            if let Some(open) = self.cursor.open.take_if(|open| open.owner == bad) {
                self.copies.retract(open.start)?;
                // Its number is given again: whether it was begun in another batch makes no difference.
                self.cursor.next_document = open.id.0;
                if let Some(places) = self.given() {
                    places.pop_document();
                }
            }
            let (mut is_first, mut has_reason) = (false, false);
            scanned.retain_mut(|scanned| match scanned.chunk.parts.as_mut_slice() {
                [part] if part.is_piece_of_text() && owner(part) == bad => {
                    is_first |= part.is_first;
                    // Once the reason is in the batch, everything behind it goes.
                    let stays = is_bad(part) && !has_reason;
                    has_reason |= stays;
                    if stays {
                        part.is_first = is_first;
                    }
                    stays
                }
                _ => true,
            });
        }
        Ok(())
    }

    /// Takes the first chunk with a source that is to be read again, and everything after it, out of the batch.
    pub(super) fn take_reread(&mut self, scanned: &mut Vec<Scanned>) -> Result<Option<Rewind>> {
        let reread = |scanned: &Scanned| {
            scanned.chunk.parts.iter().find_map(|part| match part.fate {
                PartFate::Reread(how) => Some((part.source, how)),
                _ => None,
            })
        };
        let found = scanned.iter().enumerate().find_map(|(at, s)| Some((at, reread(s)?)));
        let Some((at, (source, how))) = found else { return Ok(None) };
        scanned.truncate(at + 1);
        let Some(mut bad) = scanned.pop() else { return Ok(None) };
        let Some(mut first) = bad.chunk.parts.first().map(|part| part.source) else { return Ok(None) };
        let mut is_begun = bad.chunk.parts.first().is_some_and(|part| !part.is_first);
        while let Some(before) = scanned.pop_if(|s| piece(s).is_some_and(|part| part.source == source)) {
            is_begun = piece(&before).is_some_and(|part| !part.is_first);
            first = source;
        }
        if let Some(open) = self.cursor.open.take_if(|open| open.owner == (source, 0)) {
            self.copies.retract(open.start)?;
            // Its places are not given again: what was settled in them may be remembered.
            if let Some(places) = self.given() {
                places.pop_source();
            }
        }
        if is_begun {
            // What is written of it is to be taken back, in its turn.
            bad.chunk.slots.clear();
            if let Some(part) = bad.chunk.parts.first_mut() {
                (part.is_first, part.slots) = (false, 0..0);
            }
            let chunk = bad.chunk;
            scanned.push(Scanned { chunk, ..Scanned::default() });
        }
        Ok(Some(Rewind { first, source, how }))
    }
}
