//! Where a pass goes on from.

use serde::{Deserialize, Serialize};

use super::decider::Start;
use super::feed::{Feed, Position, Work};
use crate::read::Reread;

/// How a pass goes through the corpus, and where it is.
pub(crate) enum Course<'a> {
    /// It decides as it goes; if records do not fit in memory any more, it goes on to the next.
    Stream(Feed<'a>),
    /// Records are put aside on disk; the second is what was fed already.
    Deal(Feed<'a>, Option<Vec<Work>>, Begun, Box<Start>),
    /// Everything is decided.
    Write(Feed<'a>),
}

/// Where the second reading begins.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Begun {
    pub(crate) position: Position,
    /// How the source is read that was begun before, if not as its size and beginning suggest.
    pub(crate) way: Option<Reread>,
}
