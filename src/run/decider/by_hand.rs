//! Text that is kept by hand (contract O7): what the rules remove stays where somebody named its place. It is taken out
//! of the verdicts when all rules have spoken, so that nothing else is decided in another way.

use super::Decider;
use crate::decide::{ByHand, Named, PlaceUse, Verdict};
use crate::discover::SourceList;
use crate::observe::Observer;
use crate::read::Part;
use crate::run::corpus::{Corpus, path_of};
use crate::run::scan::Scanned;
use crate::run::settled::SettledDocument;
use crate::store::path::lossless;
use crate::units::{DocumentId, count};

/// The places that are kept by hand, and the sources that they name.
pub(super) struct KeptPlaces<'a> {
    pub(super) places: ByHand,
    sources: &'a SourceList,
}

impl KeptPlaces<'_> {
    /// The path of a part, if a place names something in it.
    fn path(&self, part: &Part) -> Option<String> {
        let path = lossless(&path_of(self.sources, part)).into_owned();
        self.places.has_path(&path).then_some(path)
    }
}

/// A document, or a piece of one, and the places that name it.
struct NamedDocument<'v> {
    named: Named,
    /// Number of its first paragraph here.
    first: u64,
    verdicts: &'v mut [Verdict],
    /// Numbers of layout among the paragraphs of the chunk, and that of the first paragraph in it.
    layouts: (&'v [u32], usize),
    /// More of the text comes, or came before: what is left of it is not known here.
    is_piece: bool,
}

impl<'a> Decider<'a> {
    /// Keeps what is named by the configuration; so much is known of these places.
    pub(crate) fn keeping(self, corpus: &Corpus<'a>, uses: &[PlaceUse]) -> Self {
        let places = ByHand::of(&corpus.config.decide).map(|places| places.resume(uses));
        let by_hand = places.map(|places| KeptPlaces { places, sources: corpus.sources });
        Self { by_hand, ..self }
    }

    /// Reports places that kept nothing.
    pub(crate) fn report_by_hand(&self, observer: &dyn Observer) {
        if let Some(useless) = self.by_hand.as_ref().and_then(|kept| kept.places.kept_nothing()) {
            observer.kept_nothing(&useless);
        }
    }

    /// Takes what is kept by hand out of the verdicts on a batch.
    pub(super) fn keep_by_hand(
        &mut self,
        scanned: &[Scanned],
        verdicts: &mut [Vec<Verdict>],
        documents: &mut [Vec<SettledDocument>],
    ) {
        let Some(mut kept) = self.by_hand.take() else { return };
        for ((scanned, verdicts), documents) in scanned.iter().zip(verdicts).zip(documents) {
            for part in &scanned.chunk.parts {
                if part.is_first {
                    kept.places.begin_unit();
                }
                let Some(path) = kept.path(part) else { continue };
                for number in part.slots.clone().filter(|number| !scanned.chunk.slots[*number].is_verbatim) {
                    let document = &mut documents[number];
                    let record = self.record(part, document.id);
                    let named = kept.places.named(&path, record);
                    if named.is_empty() || scanned.chunk.slots[number].fault.is_some() {
                        continue;
                    }
                    let range = scanned.documents[number].paragraphs.clone();
                    let layouts = (scanned.layouts.as_slice(), range.start);
                    let (first, verdicts) = (document.first.0, &mut verdicts[range]);
                    let is_piece = part.is_piece_of_text();
                    let mut piece = NamedDocument { named, first, verdicts, layouts, is_piece };
                    document.is_kept_by_hand = self.goes_as_a_whole(document.id, &piece.named);
                    piece.keep(document.is_kept_by_hand, &mut kept.places);
                    if part.is_last || part.kind.is_container() {
                        kept.places.end_document();
                    }
                }
            }
        }
        self.by_hand = Some(kept);
    }

    /// The number of a document in its container.
    fn record(&self, part: &Part, document: DocumentId) -> Option<u64> {
        part.kind.is_container().then(|| self.places().owner(document).record)?
    }

    /// Whether a rule removes a document as a whole of which something is named.
    fn goes_as_a_whole(&self, document: DocumentId, named: &Named) -> bool {
        let goes = self.findings.is_some_and(|findings| !findings.judge_document(document).is_kept());
        goes && {
            let (start, end) = self.places().span(document);
            named.has_any_before(end.0.saturating_sub(start.0))
        }
    }
}

impl NamedDocument<'_> {
    /// Keeps what is named of the document, or all of it.
    fn keep(&mut self, is_whole: bool, places: &mut ByHand) {
        let goes_with_the_rest = self.layout_may_go();
        let (layouts, start) = self.layouts;
        let end = self.first + count(self.verdicts.len());
        let idle = if is_whole { PlaceUse::Keeps } else { PlaceUse::Idle };
        for number in self.named.within(self.first, end) {
            places.note(number, idle);
        }
        for (at, verdict) in self.verdicts.iter_mut().enumerate() {
            let paragraph = self.first + count(at);
            if !is_whole && !self.named.has(paragraph) {
                continue;
            }
            if is_whole || !verdict.is_kept() || goes_with_the_rest && has_number(layouts, start + at) {
                *verdict = Verdict::KEEP_BY_HAND;
                for number in self.named.within(paragraph, paragraph + 1) {
                    places.note(number, PlaceUse::Keeps);
                }
            }
        }
    }
    /// Whether layout may go with the rest of the document (contract P5), if nothing is kept by hand. Of a text in pieces
    /// that is known when it ends: its layout may go.
    fn layout_may_go(&self) -> bool {
        let (layouts, start) = self.layouts;
        let is_text = |at: usize| !has_number(layouts, start + at);
        let mut kept = self.verdicts.iter().enumerate().filter(|(_, verdict)| verdict.is_kept());
        self.is_piece
            || self.verdicts.iter().any(|verdict| !verdict.is_kept()) && !kept.any(|(at, _)| is_text(at))
    }
}

/// Whether sorted numbers have this one among them.
fn has_number(numbers: &[u32], number: usize) -> bool {
    u32::try_from(number).is_ok_and(|number| numbers.binary_search(&number).is_ok())
}
