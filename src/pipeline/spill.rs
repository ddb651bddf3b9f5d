//! Records that do not fit in memory: the rest of the corpus is read ahead, its records are dealt to disk and settled
//! there, and what came of it is carried out in a second reading of that rest.
//!
//! What was settled in memory before stays as it was decided and written: first-in-corpus-order needs no look-ahead.

use serde::{Deserialize, Serialize};

use super::commit::SavedRecorder;
use super::drive::{Corpus, Visitor, run};
use super::feed::{Feed, Position, Work};
use super::render::Settled;
use super::scan::{Purpose, ScanContext};
use super::settle::{Decider, MARKS, RECORDS, Start, VERDICTS};
use crate::config::TargetFormat;
use crate::decide::{Copies, FreshVisitor, Means, Places};
use crate::error::{Error, Result};
use crate::observe::Stage;
use crate::read::{Reread, Role};

/// Bytes of memory that do not grow with the corpus: the program, batches of text and what is made of them.
pub(super) const FIXED: u64 = 112 * 1024 * 1024;

/// The same of Parquet files, beside that: rows as they are read and as they are written, and row groups.
const PARQUET: u64 = 128 * 1024 * 1024;

/// The same for a ceiling below what the command allows: then half of it is for records.
fn fixed(memory: u64) -> u64 {
    FIXED.min(memory / 2)
}

/// Bytes of a ceiling above what does not grow with the corpus.
pub(super) fn above_fixed(memory: u64) -> u64 {
    memory.saturating_sub(fixed(memory))
}

/// Bytes of memory that records may take, if there is a ceiling.
///
/// # Errors
/// [`Error::Config`] if what is known of each file takes more than there is.
fn room(corpus: &Corpus<'_>, decider: &Decider<'_>) -> Result<Option<u64>> {
    let Some(memory) = corpus.config.memory else { return Ok(None) };
    let has_parquet = corpus.sources.has_binary() || corpus.config.write.to == Some(TargetFormat::Parquet);
    let tables = if has_parquet { PARQUET } else { 0 };
    let listed = corpus.sources.num_bytes() + decider.places().num_bytes();
    let (listed, tables) = if memory / 2 < FIXED { (0, 0) } else { (listed, tables) };
    match above_fixed(memory).checked_sub(listed + tables) {
        // The rest is for sketches of texts and for what groups them.
        Some(room) if corpus.config.decide.near.units.is_some() => Ok(Some(room / 4)),
        Some(room) => Ok(Some(room)),
        None => Err(Error::Config(format!(
            "memory {memory}: {} files and {} documents take {} MiB beside the {} MiB of such a run; give more, or clean \
             them in several runs with --index",
            corpus.sources.len(),
            decider.places().num_documents(),
            listed.div_ceil(1024 * 1024),
            (FIXED + tables) / 1024 / 1024,
        ))),
    }
}

/// Whether no more records are to be kept in memory.
pub(super) fn is_full(corpus: &Corpus<'_>, decider: &Decider<'_>) -> Result<bool> {
    let room = room(corpus, decider)?;
    if !matches!(decider.copies, Copies::Live(_)) {
        return Ok(false);
    }
    // What earlier runs left is on disk, and met there.
    Ok(corpus.history.is_some() || room.is_some_and(|room| decider.copies.num_bytes() > room))
}

/// Where the second reading begins.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Begun {
    position: Position,
    /// How the source is read that was begun before, if not as its size and beginning suggest.
    way: Option<Reread>,
}

impl Begun {
    /// What is written stands before this.
    pub(super) fn position(&self) -> Position {
        self.position
    }
}

/// From here on records are put aside; `fed` is what is fed and not taken.
pub(super) fn begin(
    corpus: &Corpus<'_>,
    (feed, fed): (&Feed<'_>, Option<&[Work]>),
    decider: &mut Decider<'_>,
    recorder: Option<SavedRecorder>,
) -> Result<(Begun, Start)> {
    let position = feed.position(fed.unwrap_or_default());
    let begun = Begun { position, way: feed.ways().get(&position.source()).copied() };
    check_space(corpus, position, decider)?;
    let marks = decider.needs_marks().then(|| corpus.output.store(MARKS)).transpose()?;
    let start = decider.deal(corpus.output.store(RECORDS)?, marks)?;
    if let Some(sealer) = corpus.sealer {
        sealer.begin_dealing(&begun, &start, recorder);
    }
    Ok((begun, start))
}

/// Reads the rest of the corpus, which begins with `fed`, and decides on it; `decider` goes back to where that began.
/// Gives back the feed for the second reading.
pub(super) fn decide_ahead<'a>(
    corpus: &Corpus<'a>,
    (mut feed, mut fed, context): (Feed<'_>, Option<Vec<Work>>, &ScanContext<'_>),
    decider: &mut Decider<'_>,
    (begun, start): (Begun, Start),
) -> Result<Feed<'a>> {
    corpus.observer.begun(Stage::Deciding);
    let purpose = match context.purpose() {
        Purpose::Prints => Purpose::Records,
        purpose => purpose,
    };
    let dealing =
        ScanContext::new((corpus.sources, corpus.input), corpus.read, corpus.config, purpose).checked();
    let mut commit = |settled: Settled, _: &Places| {
        tell(corpus, &settled);
        Ok(settled.scanned.chunk.bytes)
    };
    let mut visitor = Visitor { visit: &|settled, _: &Places| Ok(settled), commit: &mut commit };
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
    if let Some(sealer) = corpus.sealer {
        sealer.begin_writing(corpus)?;
    }
    // How a source is read that was begun before is not to change now: pieces of it are settled.
    let mut ways = feed.ways().clone();
    match begun.way {
        Some(way) => ways.insert(begun.position.source(), way),
        None => ways.remove(&begun.position.source()),
    };
    Ok(corpus.feed().starting(begun.position, ways))
}

/// How the second reading scans: what records were for is decided.
pub(super) fn context<'a>(corpus: &Corpus<'a>, context: &ScanContext<'a>) -> ScanContext<'a> {
    let purpose = match context.purpose() {
        Purpose::Records => Purpose::Places,
        purpose => purpose,
    };
    ScanContext::new((corpus.sources, corpus.input), corpus.read, corpus.config, purpose).checked()
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
pub(super) fn tell(corpus: &Corpus<'_>, settled: &Settled) {
    for part in &settled.scanned.chunk.parts {
        let is_end = part.is_last && matches!(part.role, Role::Whole | Role::ArchiveEnd);
        corpus.observer.searched(u64::from(is_end), part.num_bytes);
    }
}
