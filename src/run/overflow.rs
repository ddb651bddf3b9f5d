//! Records that do not fit in memory: the rest of the corpus is read ahead, its records are dealt to disk and settled
//! there, and what came of it is carried out in a second reading of that rest.
//!
//! What was settled in memory before stays as it was decided and written: first-in-corpus-order needs no look-ahead.

use std::marker::PhantomData;

use serde::Serialize;

use super::ceiling::room;
use super::checkpoint::Sealer;
use super::corpus::Corpus;
use super::course::Begun;
use super::decider::{Decider, MARKS, RECORDS, Start, VERDICTS};
use super::feed::{Feed, Position, Work};
use super::pass::{Commit, Visitor, run};
use super::scan::{Purpose, ScanContext};
use super::settled::Settled;
use crate::decide::{FreshVisitor, Means, Places};
use crate::error::{Error, Result};
use crate::observe::Stage;
use crate::read::Role;

/// From here on records are put aside; `fed` is what is fed and not taken.
pub(crate) fn begin(
    corpus: &Corpus<'_>,
    (feed, fed): (&Feed<'_>, Option<&[Work]>),
    decider: &mut Decider<'_>,
) -> Result<(Begun, Start)> {
    let position = feed.position(fed.unwrap_or_default());
    let begun = Begun { position, way: feed.ways().get(&position.source()).copied() };
    check_space(corpus, position, decider)?;
    let marks = decider.needs_marks().then(|| corpus.output.store(MARKS)).transpose()?;
    let start = decider.deal(corpus.output.store(RECORDS)?, marks)?;
    Ok((begun, start))
}

/// Reads the rest of the corpus, which begins with `fed`, and decides on it; `decider` goes back to where that began.
/// Gives back the feed for the second reading.
pub(crate) fn decide_ahead<'a, S: Clone + Send + Serialize>(
    corpus: &Corpus<'a>,
    (mut feed, mut fed, context): (Feed<'_>, Option<Vec<Work>>, &ScanContext<'_>),
    decider: &mut Decider<'_>,
    (begun, start): (Begun, Start),
    sealer: Option<&Sealer<'_, S>>,
) -> Result<Feed<'a>> {
    corpus.observer.begun(Stage::Deciding);
    let purpose = match context.purpose() {
        Purpose::Prints => Purpose::Records,
        purpose => purpose,
    };
    let dealing = ScanContext::new(corpus, purpose).checked();
    let mut commit = Watch { corpus, saved: PhantomData };
    let mut visitor = Visitor { visit: &|settled, _: &Places| Ok(settled), commit: &mut commit, sealer };
    run(corpus, (&mut feed, &mut fed), &dealing, decider, &mut visitor)?;
    let budget =
        room(corpus, decider)?.map_or(u64::MAX, |room| room.saturating_sub(decider.copies.num_bytes()));
    let scratch = corpus.output.store(VERDICTS)?;
    let mut keep =
        |fingerprint, place| corpus.history.map_or(Ok(()), |history| history.keep(fingerprint, place));
    let fresh: Option<&mut FreshVisitor<'_>> = match corpus.history {
        Some(history) if history.is_updated() => {
            history.begin(corpus.output)?;
            Some(&mut keep)
        }
        _ => None,
    };
    decider.plan(start, Means { budget, scratch, earlier: corpus.earlier(), fresh })?;
    corpus.observer.begun(Stage::Cleaning);
    if let Some(sealer) = sealer {
        sealer.begin_writing(corpus)?;
    }
    // How a source is read that was begun before is not to change now: pieces of it are settled.
    let mut ways = feed.ways().clone();
    match begun.way {
        Some(way) => ways.insert(begun.position.source(), way),
        None => ways.remove(&begun.position.source()),
    };
    Ok(Feed::new(corpus).starting(begun.position, ways))
}

/// Reports a chunk that is read ahead; there is nothing to save of it.
struct Watch<'a, 'c, S> {
    corpus: &'a Corpus<'c>,
    saved: PhantomData<S>,
}

impl<S: Clone + Send + Serialize> Commit<Settled> for Watch<'_, '_, S> {
    type Saved = S;

    fn commit(&mut self, settled: Settled, _: &Places) -> Result<Vec<u8>> {
        tell(self.corpus, &settled);
        Ok(settled.scanned.chunk.bytes)
    }
}

/// How the second reading scans: what records were for is decided.
pub(crate) fn context<'a>(corpus: &Corpus<'a>, context: &ScanContext<'a>) -> ScanContext<'a> {
    let purpose = match context.purpose() {
        Purpose::Records => Purpose::Places,
        purpose => purpose,
    };
    ScanContext::new(corpus, purpose).checked()
}

/// Bytes a record takes on disk, and its verdict if it goes, with what is around them.
const DISK_BYTES: u64 = 32;
/// Bytes of text a paragraph, if nothing is known.
const USUAL_PARAGRAPH: u64 = 100;

/// Checks that what is put aside will find room on disk, as far as can be told.
fn check_space(corpus: &Corpus<'_>, position: Position, decider: &Decider<'_>) -> Result<()> {
    let Some((path, free)) = corpus.output.space() else { return Ok(()) };
    let (mut before, mut after) = (0, 0);
    for source in corpus.sources.iter().filter(|source| source.size != u64::MAX) {
        *(if source.id < position.source() { &mut before } else { &mut after }) += source.size;
    }
    let num_before = decider.next().0;
    let paragraphs = if before == 0 || num_before == 0 {
        after / USUAL_PARAGRAPH
    } else {
        u64::try_from(u128::from(after) * u128::from(num_before) / u128::from(before)).unwrap_or(u64::MAX)
    };
    let needed = (num_before + paragraphs).saturating_mul(DISK_BYTES);
    if needed <= free {
        return Ok(());
    }
    Err(Error::Space { path, needed, free })
}

/// Tells the observer of a chunk that is looked at before it is cleaned.
pub(crate) fn tell(corpus: &Corpus<'_>, settled: &Settled) {
    for part in &settled.scanned.chunk.parts {
        let is_end = part.is_last && matches!(part.role, Role::Whole | Role::ArchiveEnd);
        corpus.observer.searched(u64::from(is_end), part.num_bytes);
    }
}
