//! Prints that do not fit in memory: the rest of the corpus is read ahead, its prints are put aside on disk and settled
//! there, and what came of it is carried out in a second reading of that rest.
//!
//! Documents settled in memory before stay as they were decided and written: first-in-corpus-order needs no look-ahead.

use super::ceiling::room;
use super::corpus::Corpus;
use super::decider::{Decider, VERDICTS};
use super::feed::Feed;
use super::pass::Pass;
use super::progress::{PassProgress, RestOfCorpus};
use super::settled::Settled;
use crate::decide::{SettleOptions, SurvivorVisitor};
use crate::error::{Error, Result};
use crate::observe::Stage;
use crate::read::Role;

/// Leads from [`Pass::Decide`] to [`Pass::Partition`]: from here on prints are put aside.
///
/// # Errors
/// [`Error::Space`] if they will not find room, [`Error::Output`].
pub(crate) fn begin<'a>(
    corpus: &Corpus<'_>,
    progress: PassProgress<'a>,
    decider: &mut Decider<'_>,
) -> Result<PassProgress<'a>> {
    let feed = progress.feed;
    let position = feed.position();
    let way = feed.ways().get(&position.source()).copied();
    check_space(corpus, &feed, decider)?;
    let start = decider.begin_partition(corpus.output)?;
    Ok(PassProgress { pass: Pass::Partition, feed, rest: Some(RestOfCorpus { position, way, start }) })
}

/// Reports that the rest is read ahead.
pub(crate) fn begin_reading(corpus: &Corpus<'_>) {
    corpus.observer.begun(Stage::Deciding);
}

/// Leads from [`Pass::Partition`] to [`Pass::Write`]: settles what was put aside, and goes back to where that began.
///
/// # Errors
/// Those of the stores on disk and of the indexes of earlier runs.
pub(crate) fn settle<'a>(
    corpus: &Corpus<'a>,
    progress: PassProgress<'a>,
    decider: &mut Decider<'_>,
) -> Result<PassProgress<'a>> {
    let Some(RestOfCorpus { position, way, start }) = progress.rest else { return Ok(progress) };
    let budget =
        room(corpus, decider)?.map_or(u64::MAX, |room| room.saturating_sub(decider.copies.num_bytes()));
    let scratch = corpus.output.store(VERDICTS)?;
    let mut keep =
        |fingerprint, place| corpus.history.map_or(Ok(()), |history| history.keep(fingerprint, place));
    let fresh: Option<&mut SurvivorVisitor<'_>> = match corpus.history {
        Some(history) if history.is_updated() => {
            history.begin(corpus.output)?;
            Some(&mut keep)
        }
        _ => None,
    };
    decider.begin_write(start, SettleOptions { budget, scratch, earlier: corpus.earlier(), fresh })?;
    corpus.observer.begun(Stage::Cleaning);
    // How a source is read that was begun before is not to change now: pieces of it are settled.
    let mut ways = progress.feed.ways().clone();
    match way {
        Some(way) => ways.insert(position.source(), way),
        None => ways.remove(&position.source()),
    };
    Ok(PassProgress::new(Pass::Write, Feed::new(corpus).starting(position, ways)))
}

/// Bytes a record takes on disk, and its verdict if it goes, with what is around them.
const DISK_BYTES: u64 = 32;
/// Bytes of text a paragraph, if nothing is known.
const USUAL_PARAGRAPH: u64 = 100;

/// Checks that what is put aside will find room on disk, as far as can be told: the rest holds as many paragraphs a
/// byte as what was read before it.
fn check_space(corpus: &Corpus<'_>, feed: &Feed<'_>, decider: &Decider<'_>) -> Result<()> {
    let Some((path, free)) = corpus.output.space() else { return Ok(()) };
    let after = feed.num_left();
    let before = corpus.sources.total_size().saturating_sub(after);
    let num_before = decider.next().0;
    let paragraphs = if before == 0 || num_before == 0 {
        after / USUAL_PARAGRAPH
    } else {
        // An estimate that does not fit is more than any disk has free.
        u64::try_from(u128::from(after) * u128::from(num_before) / u128::from(before)).unwrap_or(u64::MAX)
    };
    let needed = num_before.saturating_add(paragraphs).saturating_mul(DISK_BYTES);
    if needed <= free {
        return Ok(());
    }
    Err(Error::Space { path, needed, free })
}

/// Reports a chunk that is read before it is cleaned.
pub(crate) fn report(corpus: &Corpus<'_>, settled: &Settled) {
    for part in &settled.scanned.chunk.parts {
        let is_end = part.is_last && matches!(part.role, Role::Whole | Role::ArchiveEnd);
        corpus.observer.searched(u64::from(is_end), part.num_bytes);
    }
}
