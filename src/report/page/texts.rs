//! The texts of the groups that are shown: which are read, and what of them the page has room for.

use super::chosen::{Chosen, Copy, ParagraphsPlace, Paths, RepeatedParagraph, ShownGroup, num_paragraphs};
use super::data::{Data, GroupData, PlaceData};
use super::groups::Group;
use super::lost::{self, Lost};
use super::{MAX_COPIES, MAX_TEXT, MAX_TEXT_BYTES, Text, TextPlace, Texts};
use crate::error::Result;
use crate::fingerprint::Fingerprint;
use crate::normalize::KeyMaker;
use crate::report::diff::{self, Compared, Runs};
use crate::units::{self, count};

/// How many texts of each group are shown, so that they fit: first one copy of each group, then more.
pub(super) fn plan(groups: &[Group]) -> Vec<usize> {
    let mut planned = vec![0; groups.len()];
    let mut left = MAX_TEXT_BYTES;
    for (from, to) in [(0, 2), (2, 4), (4, MAX_COPIES + 1)] {
        for (group, num_texts) in groups.iter().zip(&mut planned) {
            let to = to.min(super::groups::index(group.copies).saturating_add(1));
            let bytes = to.saturating_sub(from) * bytes_of(group);
            if *num_texts == from && to > from && bytes <= left {
                left -= bytes;
                *num_texts = to;
            }
        }
    }
    planned
}

/// The size of one text of a group, about.
fn bytes_of(group: &Group) -> usize {
    let each = group.bytes / u64::from(group.copies.max(1));
    units::index(each).clamp(1, MAX_TEXT)
}

/// Paragraphs that are as much as is shown, about.
fn paragraphs_of(group: &Group) -> u64 {
    let each = group.bytes / group.paragraphs.max(1);
    count(MAX_TEXT) / each.max(1) + 1
}

/// Requests for texts of the inputs, and the answers.
struct TextAnswers {
    wanted: Vec<TextPlace>,
    answers: std::vec::IntoIter<std::result::Result<Text, String>>,
}

/// A text, and whether it is not all of it.
struct Cut {
    text: Text,
    is_cut: bool,
}

/// Why a text is not shown.
const CHANGED: &str = "it changed since the run";
const NOTHING: &str = "this rule leaves nothing in the place of what it removes";
const EARLIER: &str = "it stands in an earlier run, of which an index holds no texts";

/// Reads the texts and puts what is shown into the page's data.
pub(super) fn fill(data: &mut Data, mut chosen: Chosen, lost: Lost, texts: &mut dyn Texts) -> Result<()> {
    let lost = lost.finish();
    let mut wanted = Vec::new();
    for shown in &chosen.groups {
        // Copies are cut where what stays is. What is alike may have other paragraphs: as much text is read of each.
        let (most, most_bytes) = if shown.group.rule.is_exact() {
            (paragraphs_of(&shown.group), usize::MAX)
        } else {
            (u64::MAX, MAX_COMPARED)
        };
        for place in places(shown) {
            wanted.push(chosen.text_place(place, most, most_bytes));
        }
    }
    for often in chosen.repeated.iter().flatten() {
        wanted.push(chosen.text_place(often.copy.as_ref().unwrap_or(&often.place), 1, usize::MAX));
    }
    wanted.extend(lost::wanted(&lost));
    let answers = texts.read(&wanted)?.into_iter();
    let mut answers = TextAnswers { wanted, answers };
    answers.wanted.reverse();
    let mut room = TextRoom { left: MAX_TEXT_BYTES };
    let keys = data.key_maker();
    data.num_groups = count(chosen.num_groups);
    for shown in std::mem::take(&mut chosen.groups) {
        let mut group =
            group_data(data, shown, &mut Shower { answers: &mut answers, room: &mut room, keys: &keys });
        group.survivor.get_or_insert_with(|| nowhere(data, &mut chosen.paths));
        data.groups.push(group);
    }
    for (repeated, place) in std::mem::take(&mut chosen.repeated).into_iter().enumerate() {
        let Some(RepeatedParagraph { place, copy }) = place else { continue };
        let answer = answers.next(&place);
        let mut place = PlaceData::of(&place);
        show(data, &mut place, answer, &mut room);
        if copy.is_some() {
            place.line = None; // it is the copy's
        }
        data.repeated[repeated].place = Some(place);
    }
    for document in lost {
        let [whole, rest] = [answers.next_text(), answers.next_text()];
        let shown = document.show(&mut chosen.paths, [whole, rest], |why| data.reason(why));
        data.lost.push(shown);
    }
    data.set_paths(&chosen.paths);
    Ok(())
}

/// The place that is shown where nothing stays.
fn nowhere(data: &mut Data, paths: &mut Paths) -> PlaceData {
    let mut place = PlaceData::of(&ParagraphsPlace::nowhere(paths));
    place.missing = Some(data.reason(NOTHING));
    place
}

/// The places of a group whose texts are read: not those that the ledger holds.
fn places(shown: &ShownGroup) -> impl Iterator<Item = &ParagraphsPlace> {
    let copies = shown.copies.iter().take(shown.num_texts.saturating_sub(1));
    let copies = copies.filter(|copy| copy.text.is_none()).map(|copy| &copy.place);
    shown.survivor.iter().filter(|place| shown.num_texts > 0 && place.run.is_none()).chain(copies)
}

fn group_data(
    data: &mut Data,
    shown: ShownGroup,
    Shower { answers, room, keys }: &mut Shower<'_>,
) -> GroupData {
    let ShownGroup { group, num_texts, survivor, copies } = shown;
    let mut told = GroupData::of(&group);
    let mut twin = None;
    if let Some(place) = survivor {
        let is_earlier = place.run.is_some();
        let answer = (num_texts > 0 && !is_earlier).then(|| answers.next(&place));
        let mut place = PlaceData::of(&place);
        place.missing = is_earlier.then(|| data.reason(EARLIER));
        if let Some(answer) = answer {
            twin = answer.as_ref().ok().map(|cut| (cut.text.key, cut.text.text.clone()));
            show(data, &mut place, answer, room);
        }
        told.survivor = Some(place);
    }
    for (number, copy) in copies.into_iter().enumerate() {
        let Copy { place, start, similarity, containment, text } = copy;
        let is_read = number + 1 < num_texts && text.is_none();
        let answer = is_read.then(|| answers.next(&place));
        let mut place = PlaceData::of(&place);
        (place.similarity, place.containment) = (similarity, containment);
        match (answer, text) {
            (Some(Ok(cut)), _) => {
                place.runs = twin.as_ref().map(|(_, stays)| compare(&cut.text.text, stays, keys));
                let has_key = |key| !group.rule.is_exact() || key == cut.text.key;
                let is_there = cut.text.start == start && twin.as_ref().is_none_or(|(key, _)| has_key(*key));
                if !is_there {
                    place.missing = Some(data.reason(CHANGED));
                } else if twin.as_ref().is_some_and(|(_, text)| *text == cut.text.text) {
                    (place.is_same, place.line) = (true, cut.text.line);
                } else {
                    show(data, &mut place, Ok(cut), room);
                }
            }
            (Some(missing), _) => show(data, &mut place, missing, room),
            (None, Some(text)) => {
                place.runs = twin.as_ref().map(|(_, stays)| compare(&text, stays, keys));
                room.put(&mut place, text, false);
            }
            (None, None) => {}
        }
        if place.text.is_none() || place.is_same {
            place.runs = None;
        }
        told.places.push(place);
    }
    told
}

/// What it takes to show texts.
struct Shower<'a> {
    answers: &'a mut TextAnswers,
    room: &'a mut TextRoom,
    keys: &'a KeyMaker,
}

/// Bytes of a text that are compared: more than are shown, so that what stands beside the end of one is not held to be
/// missing in the other.
const MAX_COMPARED: usize = 4 * MAX_TEXT;

/// The differences between a copy and what stays, in each of them.
fn compare(copy: &str, stays: &str, keys: &KeyMaker) -> (Runs, Runs) {
    diff::runs(&lines_of(copy, keys), &lines_of(stays, keys))
}

/// The lines of a text that are compared.
fn lines_of<'t>(text: &'t str, keys: &KeyMaker) -> Vec<Compared<'t>> {
    let text = &text[..text.floor_char_boundary(MAX_COMPARED)];
    let key = |line: &str| Fingerprint::of(keys.key_text(line).as_bytes());
    text.split('\n').map(|line| Compared { text: line, key: key(line) }).collect()
}

/// Puts a text, or the reason why it is missing, into a place.
fn show(
    data: &mut Data,
    place: &mut PlaceData,
    answer: std::result::Result<Cut, String>,
    room: &mut TextRoom,
) {
    match answer {
        Ok(Cut { text, is_cut }) => {
            place.line = text.line;
            room.put(place, text.text, is_cut);
        }
        Err(why) => place.missing = Some(data.reason(&why)),
    }
}

impl TextAnswers {
    /// The next answer.
    fn next_text(&mut self) -> std::result::Result<Text, String> {
        self.answers.next().unwrap_or_else(|| Err("it was not read".to_owned()))
    }

    /// The answer about the next place.
    fn next(&mut self, place: &ParagraphsPlace) -> std::result::Result<Cut, String> {
        let wanted = self.wanted.pop();
        let text = self.next_text()?;
        let num_read = wanted.map_or(0, |wanted| num_paragraphs(wanted.first, wanted.last));
        let is_cut = text.is_cut || num_read < num_paragraphs(place.first, place.last);
        Ok(Cut { text, is_cut })
    }
}

/// The number of texts and bytes that may still be shown.
struct TextRoom {
    left: usize,
}

impl TextRoom {
    /// Shows as much of a text as may be; nothing if there is no room.
    fn put(&mut self, place: &mut PlaceData, mut text: String, is_cut: bool) {
        let end = text.floor_char_boundary(MAX_TEXT);
        place.is_cut = is_cut || end < text.len();
        text.truncate(end);
        if text.len() <= self.left {
            self.left -= text.len();
            place.text = Some(text);
        }
    }
}
