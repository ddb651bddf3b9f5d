//! The groups that are shown: what stays, and where the first of the copies stand.

use std::collections::HashMap;

use super::copies::Repeated;
use super::groups::{Group, Groups, index};
use super::{MAX_COPIES, MAX_GROUPS, TextPlace, texts};
use crate::account::LedgerLineRef;
use crate::store::path::printable_bytes;
use crate::units::count;

/// Paths, each once.
#[derive(Debug, Default)]
pub(super) struct Paths {
    /// Paths as the ledger spells them.
    pub(super) spelled: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Paths {
    /// The number of a path, which is a new one if it is not there yet.
    pub(super) fn number(&mut self, path: &str) -> u32 {
        if let Some(&number) = self.numbers.get(path) {
            return number;
        }
        let number = u32::try_from(self.spelled.len()).expect("a page shows a bounded number of places");
        self.spelled.push(path.to_owned());
        self.numbers.insert(path.to_owned(), number);
        number
    }

    fn spelled(&self, number: u32) -> String {
        self.spelled.get(index(number)).cloned().unwrap_or_default()
    }
}

/// Paragraphs of a document.
#[derive(Debug, Clone)]
pub(super) struct ParagraphsPlace {
    /// The earlier run it stands in: then its text cannot be read.
    pub(super) run: Option<String>,
    pub(super) path: u32,
    pub(super) record: Option<u64>,
    /// The JSON of its id.
    pub(super) id: Option<String>,
    pub(super) first: u64,
    pub(super) last: u64,
}

/// The text that stands for the path of a survivor where there is none.
const NOWHERE: &str = "(nothing is kept)";

impl ParagraphsPlace {
    /// The place of what stays where nothing does.
    pub(super) fn nowhere(paths: &mut Paths) -> Self {
        Self { run: None, path: paths.number(NOWHERE), record: None, id: None, first: 0, last: 0 }
    }
}

/// A copy that went.
#[derive(Debug)]
pub(super) struct Copy {
    pub(super) place: ParagraphsPlace,
    /// Byte at which it begins.
    pub(super) start: u64,
    pub(super) similarity: Option<f64>,
    pub(super) containment: Option<f64>,
    /// From the ledger.
    pub(super) text: Option<String>,
}

/// A paragraph that stands more than once.
#[derive(Debug, Clone)]
pub(super) struct RepeatedParagraph {
    /// The one that stays.
    pub(super) place: ParagraphsPlace,
    /// A copy that went, where the text can be read of that only.
    pub(super) copy: Option<ParagraphsPlace>,
}

/// A group that is shown.
#[derive(Debug)]
pub(super) struct ShownGroup {
    pub(super) group: Group,
    /// Texts of it that are shown: none, or that of what stays and of some copies.
    pub(super) num_texts: usize,
    pub(super) survivor: Option<ParagraphsPlace>,
    pub(super) copies: Vec<Copy>,
}

/// The groups and paragraphs to show, with their places, which are found in the ledger a line at a time.
#[derive(Debug)]
pub(super) struct Chosen {
    /// By number of the group, its place among those shown.
    ranks: HashMap<u32, usize>,
    /// By number of the group, repeated paragraphs in it and their places in the list.
    wanted: HashMap<u32, Vec<(usize, u64)>>,
    pub(super) num_groups: usize,
    pub(super) groups: Vec<ShownGroup>,
    pub(super) repeated: Vec<Option<RepeatedParagraph>>,
    pub(super) paths: Paths,
}

impl Chosen {
    /// Chooses the largest groups, and gives back all of them and the group of each line.
    pub(super) fn of(groups: Groups) -> (Vec<Group>, Vec<u32>, Self) {
        let numbers = groups.largest(MAX_GROUPS);
        let Groups { all: groups, of_line, .. } = groups;
        let chosen: Vec<Group> = numbers.iter().map(|&number| groups[index(number)]).collect();
        let planned = texts::plan(&chosen);
        let shown = |(group, num_texts)| ShownGroup { group, num_texts, survivor: None, copies: Vec::new() };
        let chosen = Self {
            ranks: numbers.into_iter().zip(0..).collect(),
            wanted: HashMap::new(),
            num_groups: groups.len(),
            groups: chosen.into_iter().zip(planned).map(shown).collect(),
            repeated: Vec::new(),
            paths: Paths::default(),
        };
        (groups, of_line, chosen)
    }

    /// Asks for the places of repeated paragraphs.
    pub(super) fn want(&mut self, repeated: &[Repeated]) {
        self.repeated = vec![None; repeated.len()];
        for (at, repeated) in repeated.iter().enumerate() {
            self.wanted.entry(repeated.group).or_default().push((at, repeated.paragraph));
        }
    }

    /// The numbers of groups whose lines hold something that is shown.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> {
        self.ranks.keys().chain(self.wanted.keys()).copied()
    }

    /// Takes what is shown of the next line of a group.
    pub(super) fn add(&mut self, number: u32, line: &LedgerLineRef<'_>) {
        if let Some(wanted) = self.wanted.remove(&number) {
            for (at, paragraph) in wanted {
                let Some(place) = survivor(line, &mut self.paths) else { continue };
                let twin = line.first.saturating_add(paragraph.saturating_sub(place.first));
                let copy = place.run.is_some().then(|| removed(line, &mut self.paths));
                let copy = copy.map(|copy| ParagraphsPlace { first: twin, last: twin, ..copy });
                let place = ParagraphsPlace { first: paragraph, last: paragraph, ..place };
                self.repeated[at] = Some(RepeatedParagraph { place, copy });
            }
        }
        let Some(&rank) = self.ranks.get(&number) else { return };
        let shown = &mut self.groups[rank];
        if shown.survivor.is_none() {
            shown.survivor = survivor(line, &mut self.paths);
        }
        let is_last = |copy: &Copy| {
            line.rule.is_of_documents()
                && copy.place.last.saturating_add(1) == line.first
                && copy.place.record == line.record
                && self.paths.spelled.get(index(copy.place.path)).is_some_and(|path| *path == line.path)
        };
        let has_text = shown.copies.len() + 1 < shown.num_texts;
        if let Some(copy) = shown.copies.last_mut().filter(|copy| is_last(copy)) {
            copy.place.last = line.last;
            if let (Some(text), Some(more)) = (&mut copy.text, told(line))
                && text.len() <= super::MAX_TEXT
            {
                text.push('\n');
                text.push_str(&more);
            }
        } else if shown.copies.len() < MAX_COPIES {
            shown.copies.push(Copy {
                place: removed(line, &mut self.paths),
                start: line.span.0,
                similarity: line.similarity,
                containment: line.containment,
                text: has_text.then(|| told(line)).flatten(),
            });
        }
    }

    /// The request for the text of a place, cut to `most` paragraphs, or to those that hold about as many bytes.
    pub(super) fn text_place(&self, place: &ParagraphsPlace, most: u64, most_bytes: usize) -> TextPlace {
        let last = place.last.min(place.first.saturating_add(most.saturating_sub(1)));
        let path = self.paths.spelled(place.path);
        TextPlace { path, record: place.record, first: place.first, last, most_bytes }
    }
}

fn removed(line: &LedgerLineRef<'_>, paths: &mut Paths) -> ParagraphsPlace {
    ParagraphsPlace {
        run: None,
        path: paths.number(&line.path),
        record: line.record,
        id: line.id.as_ref().map(|id| id.json().to_owned()),
        first: line.first,
        last: line.last,
    }
}

fn survivor(line: &LedgerLineRef<'_>, paths: &mut Paths) -> Option<ParagraphsPlace> {
    let survivor = line.survivor.as_ref()?;
    Some(ParagraphsPlace {
        run: survivor.run.as_deref().map(str::to_owned),
        path: paths.number(&survivor.path),
        record: survivor.record,
        id: survivor.id.as_ref().map(|id| id.json().to_owned()),
        first: survivor.first,
        last: survivor.last,
    })
}

/// The text of a line, without the LF at its end.
fn told(line: &LedgerLineRef<'_>) -> Option<String> {
    let mut text: String = serde_json::from_str(line.text?.get()).ok()?;
    if text.ends_with('\n') {
        text.pop();
    }
    Some(text)
}

/// An id as it is shown: the text of a JSON string, anything else as it is spelled.
pub(super) fn shown_id(json: &str) -> String {
    let text = serde_json::from_str::<String>(json);
    printable_bytes(text.as_deref().unwrap_or(json).as_bytes())
}

/// Paragraphs of a place.
pub(super) fn num_paragraphs(first: u64, last: u64) -> u64 {
    last.saturating_sub(first).saturating_add(count(1))
}
