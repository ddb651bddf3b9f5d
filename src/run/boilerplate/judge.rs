//! Counts and judges the documents of all sources, those of this run and, to count, those of earlier ones.

use rayon::prelude::*;

use super::prints::PrintStore;
use super::source::SourceNames;
use super::{Gone, KeptEvidence, Room};
use crate::decide::Finding;
use crate::decide::boilerplate::{
    Counts, DocumentVisitor, Firsts, OpenPrints, Printed, PrintedDocument, PrintedDocuments, tally,
};
use crate::error::Result;
use crate::index::MAX_PRINTS;
use crate::run::corpus::Corpus;
use crate::run::history::History;
use crate::units::{Ordinal, count};

/// The documents of a run and of those before it.
pub(super) struct AllDocuments<'a> {
    pub(super) history: Option<&'a History>,
    pub(super) own: &'a PrintStore,
    /// The sources of this run. Others are not counted.
    pub(super) sources: &'a SourceNames,
    /// Of the documents that count, those of earlier runs before this one's, the first of their kind.
    pub(super) firsts: &'a Firsts,
    /// Documents of earlier runs that count.
    pub(super) num_earlier: u64,
}

impl PrintedDocuments for AllDocuments<'_> {
    fn for_each(&self, visit: &mut DocumentVisitor<'_>) -> Result<()> {
        let mut number = 0;
        if let Some(history) = self.history {
            history.for_each_prints(|block| {
                for PrintedDocument { source, lines, .. } in &block.documents {
                    number += 1;
                    let source = self.sources.find(&block.sources[*source]);
                    if let Some(source) = source.filter(|_| self.firsts.has(number - 1)) {
                        visit(Printed { source, lines: &block.lines[lines.clone()] })?;
                    }
                }
                Ok(())
            })?;
        }
        self.for_each_own(|_, document| visit(document))
    }
}

impl AllDocuments<'_> {
    /// Gives the documents of this run that count.
    fn for_each_own(&self, mut visit: impl FnMut(Ordinal, Printed<'_>) -> Result<()>) -> Result<()> {
        let mut number = self.num_earlier;
        self.own.for_each(|block| {
            for PrintedDocument { place, source, lines, .. } in block.documents.iter().filter(|of| of.counts)
            {
                number += 1;
                let source = self.sources.find(&block.sources[*source]);
                if let Some(source) = source.filter(|_| self.firsts.has(number - 1)) {
                    visit(*place, Printed { source, lines: &block.lines[lines.clone()] })?;
                }
            }
            Ok(())
        })
    }

    /// Counts all documents.
    pub(super) fn count(&self, room: &Room<'_>) -> Result<Counts> {
        let num_earlier = self.history.map_or(0, History::num_printed_lines);
        let num_lines = self.own.num_lines() + num_earlier;
        let counts = tally(self, (self.sources.len(), num_lines), &|| room.scratch())?;
        room.check(counts.num_bytes(), "what recurs in sources")?;
        Ok(counts)
    }

    /// Judges the documents of this run: the paragraphs that go, in corpus order.
    pub(super) fn judge(
        &self,
        counts: &Counts,
        room: &Room<'_>,
        kept: &mut KeptEvidence<'_>,
    ) -> Result<Gone> {
        let mut gone = Gone::new();
        self.own.for_each(|block| {
            let judged = block.documents.par_iter().map(|document| {
                let source = self.sources.find(&block.sources[document.source])?;
                let printed = Printed { source, lines: &block.lines[document.lines.clone()] };
                Some((document.place, source, counts.judge(printed)))
            });
            for (place, source, found) in judged.collect::<Vec<_>>().into_iter().flatten() {
                for (number, why) in found {
                    gone.push((Ordinal(place.0 + count(number)), kept.keep(source, why)?));
                }
            }
            room.check(count(gone.len() * size_of::<(Ordinal, Finding)>()), "paragraphs that go")
        })?;
        Ok(gone)
    }

    /// Hands the documents of this run that count to the index that it is added to.
    pub(super) fn keep(&self, history: &History, corpus: &Corpus<'_>) -> Result<()> {
        history.begin_prints(corpus.output)?;
        let (mut open, mut num_documents) = (OpenPrints::default(), 0);
        let end = |open: &mut OpenPrints, num_documents: &mut u64| match open.take() {
            Some((start, bytes)) => {
                history.keep_prints(Ordinal(start), std::mem::take(num_documents), &bytes)
            }
            None => Ok(()),
        };
        self.for_each_own(|place, Printed { source, lines }| {
            // A print takes 34 bytes at most.
            if count(lines.len()) > MAX_PRINTS / 64 {
                return Ok(());
            }
            open.push((place, self.sources.name(source)), true, lines);
            num_documents += 1;
            if open.is_full() { end(&mut open, &mut num_documents) } else { Ok(()) }
        })?;
        end(&mut open, &mut num_documents)
    }
}
