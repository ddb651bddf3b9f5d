//! The progress of a run: the pass that it is in, and the place of its feed.

use serde::{Deserialize, Serialize};

use super::decider::OverflowStart;
use super::feed::{Feed, FeedPosition};
use super::pass::Pass;
use crate::read::Reread;

/// A pass through the corpus, and its place there.
pub(crate) struct PassProgress<'a> {
    pub(crate) pass: Pass,
    pub(crate) feed: Feed<'a>,
    /// The rest of the corpus whose prints are put aside, in [`Pass::Partition`].
    pub(crate) rest: Option<RestOfCorpus>,
}

impl<'a> PassProgress<'a> {
    /// Begins a pass.
    pub(crate) fn new(pass: Pass, feed: Feed<'a>) -> Self {
        Self { pass, feed, rest: None }
    }
}

/// The rest of the corpus, which is read twice: its prints are put aside first, then it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RestOfCorpus {
    /// Where it begins.
    pub(crate) position: FeedPosition,
    /// How the source is read that was begun before, if not as its size and beginning suggest.
    pub(crate) way: Option<Reread>,
    /// Where the decider stood.
    pub(crate) start: OverflowStart,
}
