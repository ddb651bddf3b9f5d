//! Takes a pass through to its end, whatever fits in memory.

use super::corpus::Corpus;
use super::course::Course;
use super::decider::Decider;
use super::overflow;
use super::pass::{Commit, Reached, Visitor, run};
use super::scan::ScanContext;
use super::settled::Settled;
use crate::decide::Places;
use crate::error::Result;

/// Takes a pass through to its end.
///
/// If records do not fit in memory any more, those of the rest are put aside on disk, settled there, and the rest is
/// gone through once more with what came of it ([`super::overflow`]).
pub(crate) fn drive<T: Send, V, C>(
    corpus: &Corpus<'_>,
    (course, context): (Course<'_>, &ScanContext<'_>),
    decider: &mut Decider<'_>,
    mut visitor: Visitor<'_, V, C, C::Saved>,
) -> Result<()>
where
    V: Fn(Settled, &Places) -> Result<T> + Sync,
    C: Commit<T>,
{
    let course = match course {
        Course::Stream(mut feed) => {
            let mut fed = None;
            match run(corpus, (&mut feed, &mut fed), context, decider, &mut visitor)? {
                Reached::End => return decider.finish().map_err(|halt| halt.into_error(corpus.sources)),
                Reached::Brim => {
                    let recorder = visitor.commit.save()?;
                    let (begun, start) = overflow::begin(corpus, (&feed, fed.as_deref()), decider)?;
                    if let Some(sealer) = visitor.sealer {
                        sealer.begin_dealing(&begun, &start, recorder);
                    }
                    Course::Deal(feed, fed, begun, Box::new(start))
                }
            }
        }
        course => course,
    };
    let mut feed = match course {
        Course::Stream(feed) | Course::Write(feed) => feed,
        Course::Deal(feed, fed, begun, start) => {
            let (course, rest) = ((begun, *start), (feed, fed, context));
            overflow::decide_ahead(corpus, rest, decider, course, visitor.sealer)?
        }
    };
    let context = overflow::context(corpus, context);
    run(corpus, (&mut feed, &mut None), &context, decider, &mut visitor)?;
    decider.finish().map_err(|halt| halt.into_error(corpus.sources))
}
