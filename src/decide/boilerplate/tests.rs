//! The decisions, on lines that are made by hand.

use super::*;
use crate::error::Result;
use crate::store::{MemoryOutput, Output};

/// A line by its key. Keys of one letter are short lines; `A` to `Z` and numbers above are sentences.
fn short(key: u64) -> Line {
    Line {
        key,
        width: 12,
        shows: Shows::default().and(Shows::LETTER, true).and(Shows::LETTERS, true),
        ..Line::default()
    }
}

fn sentence(key: u64) -> Line {
    let line = short(key);
    Line { width: 80, shows: line.shows.and(Shows::SENTENCE, true).and(Shows::STOP, true), ..line }
}

/// A document of its own text, with a headline before it, between these lines.
fn document(number: u64, before: &[Line], after: &[Line]) -> Vec<Line> {
    let own = 1000 * (number + 1);
    let text = [short(own), sentence(own + 1), sentence(own + 2), sentence(own + 3)];
    [before, &text, after].concat()
}

/// Documents of some sources, each with the number of its source.
struct Documents<'a>(Vec<(u32, &'a [Line])>);

impl PrintedDocuments for Documents<'_> {
    fn for_each(&self, visit: &mut DocumentVisitor<'_>) -> Result<()> {
        self.0.iter().try_for_each(|(source, lines)| visit(Printed { source: *source, lines }))
    }
}

/// Judges documents of some sources, of which some count.
fn judge_sources(
    documents: &[(u32, Vec<Line>)],
    counts: impl Fn(usize) -> bool,
) -> Vec<Vec<(usize, Recurrence)>> {
    let scratch = || MemoryOutput::new().scratch();
    let mut twins = Twins::new(scratch().unwrap());
    for (source, lines) in documents {
        twins.push(&source.to_string(), lines).unwrap();
    }
    let firsts = twins.firsts().unwrap();
    let all = documents.iter().enumerate().filter(|(n, _)| firsts.has(*n as u64) && counts(*n));
    let counted = Documents(all.map(|(_, (source, lines))| (*source, lines.as_slice())).collect());
    let counts = tally(&counted, (9, 1_000_000), &scratch).unwrap();
    documents.iter().map(|(source, lines)| counts.judge(Printed { source: *source, lines })).collect()
}

fn judge_all(documents: &[Vec<Line>]) -> Vec<Vec<(usize, Recurrence)>> {
    let documents: Vec<_> = documents.iter().map(|lines| (3, lines.clone())).collect();
    judge_sources(&documents, |_| true)
}

/// The numbers of the lines that go from each document, with their signals.
fn signals(documents: &[Vec<Line>]) -> Vec<Vec<(usize, Signal)>> {
    let of =
        |found: Vec<(usize, Recurrence)>| found.iter().map(|(number, why)| (*number, why.signal)).collect();
    judge_all(documents).into_iter().map(of).collect()
}

#[test]
fn lines_of_a_template_go_from_all_documents() {
    let documents: Vec<_> = (0..4).map(|n| document(n, &[short(1), short(2)], &[short(3)])).collect();
    let strong = |number| (number, Signal::Strong);
    assert_eq!(signals(&documents), vec![vec![strong(0), strong(1), strong(6)]; 4]);
    let (_, why) = judge_all(&documents)[1][2];
    let expected = Recurrence { signal: Signal::Strong, num_documents: 4, of: 4, standing: Standing::End };
    assert_eq!(why, expected);
    assert_eq!(signals(&documents[..2]), vec![vec![]; 2], "two documents are no source");
}

#[test]
fn copies_count_once_and_go_as_the_others_do() {
    let mut documents: Vec<_> = (0..2).map(|n| document(n, &[], &[short(3)])).collect();
    documents.extend(vec![documents[0].clone(); 5]);
    assert_eq!(signals(&documents), vec![vec![]; 7]);
    documents.push(document(7, &[], &[short(3)]));
    assert_eq!(signals(&documents), vec![vec![(4, Signal::Strong)]; 8]);
    // What goes as a whole does not count, and is judged all the same.
    let documents: Vec<_> = documents.into_iter().map(|lines| (3, lines)).collect();
    assert_eq!(judge_sources(&documents, |n| n < 2), vec![vec![]; 8]);
}

#[test]
fn sources_are_counted_apart() {
    let of = |source: u32, numbers: std::ops::Range<u64>, furniture: u64| {
        numbers.map(move |n| (source, document(n, &[], &[short(furniture)])))
    };
    let all: Vec<_> =
        of(0, 0..2, 3).chain(of(1, 2..4, 3)).chain(of(2, 4..7, 3)).chain(of(1, 7..9, 5)).collect();
    let judged = judge_sources(&all, |_| true);
    let gone: Vec<usize> = judged.iter().map(Vec::len).collect();
    assert_eq!(gone, [0, 0, 0, 0, 1, 1, 1, 0, 0], "three of one source, not seven of three");
    assert_eq!(judged[4][0].1.num_documents, 3);
}

#[test]
fn a_document_without_much_of_its_own_does_not_vote() {
    // Forms: one sentence of each is its own, three recur.
    let form = |n: u64| vec![short(9), sentence(5), sentence(6), sentence(7), sentence(1000 + n)];
    assert_eq!(signals(&(0..6).map(form).collect::<Vec<_>>()), vec![vec![]; 6]);
}

#[test]
fn one_line_before_the_text_stays_if_no_other_can_be_the_headline() {
    let with = |number: u64, before: &[Line]| {
        let own = 1000 * (number + 1);
        [before, &[sentence(own), sentence(own + 1)], &[short(3)]].concat()
    };
    let near: Vec<_> = (0..4).map(|n| with(n, &[short(1), short(2)])).collect();
    assert_eq!(signals(&near)[0], [(1, Signal::Strong), (4, Signal::Strong)], "the first of two");
    let far: Vec<_> = (0..4).map(|n| with(n, &[short(1), short(2), short(4), short(5), short(6)])).collect();
    let gone: Vec<usize> = signals(&far)[0].iter().map(|(number, _)| *number).collect();
    assert_eq!(gone, [0, 1, 2, 3, 7], "the last of a long head");
}

#[test]
fn a_medium_line_inside_needs_a_neighbour() {
    // 30 documents, five of which have the same sub-heading inside of their text, and five two lines that recur.
    let inside = |n: u64| {
        let own = 1000 * (n + 1);
        let lines: &[Line] = match n {
            0..5 => &[short(1)],
            5..10 => &[short(2), short(3)],
            _ => &[],
        };
        [&[short(own), sentence(own + 1)], lines, &[sentence(own + 2)]].concat()
    };
    let signals = signals(&(0..30).map(inside).collect::<Vec<_>>());
    assert_eq!(signals[0], []);
    assert_eq!(signals[5], [(2, Signal::Medium), (3, Signal::Medium)]);
    assert_eq!(signals[20], []);
}

#[test]
fn a_sentence_without_a_notice_needs_ten_documents() {
    let with = |num: u64, line: Line| {
        let documents: Vec<_> = (0..num).map(|n| document(n, &[], &[line])).collect();
        signals(&documents)[0].len()
    };
    let notice = Line { shows: sentence(7).shows.and(Shows::NOTICE, true), ..sentence(7) };
    assert_eq!((with(9, sentence(7)), with(10, sentence(7)), with(4, notice)), (0, 1, 1));
}

#[test]
fn words_go_where_furniture_stands() {
    let whole = Line { word: Some(Word::whole_line(3)), ..short(1) };
    let head = |key| Line { word: Some(Word::head(3)), ..short(key) };
    // In 3 of 40 documents: far below a tenth.
    let with = |lines: [&dyn Fn(u64) -> Line; 2]| {
        let one = |n: u64| {
            let own = 1000 * (n + 1);
            let [inside, after] = lines;
            let text = [short(own), sentence(own + 1), inside(n), sentence(own + 2), after(n)];
            if n < 3 { text.to_vec() } else { document(n, &[], &[]) }
        };
        signals(&(0..40).map(one).collect::<Vec<_>>())[0].clone()
    };
    let own = |n: u64| short(50_000 + n);
    assert_eq!(with([&|_| whole, &own]), [(2, Signal::Word)], "a whole line goes anywhere");
    assert_eq!(with([&own, &|n| head(500 + n)]), [(4, Signal::Word)], "whatever stands behind the head");
    assert_eq!(with([&|n| head(500 + n), &own]), [], "a head inside of the text stays");
}

#[test]
fn what_ends_the_text_of_many_goes() {
    let ends = |num: u64, line: &dyn Fn(u64) -> Line| {
        let one = |n: u64| {
            let closing = if n < num { line(n) } else { short(70_000 + n) };
            document(n, &[], &[short(80_000 + n), closing, short(90_000 + n)])
        };
        let found = signals(&(0..300).map(one).collect::<Vec<_>>())[0].clone();
        found.first().map(|(_, signal)| *signal)
    };
    let stop = Line { shows: short(5).shows.and(Shows::STOP, true), ..short(5) };
    assert_eq!((ends(7, &|_| short(5)), ends(8, &|_| short(5))), (None, Some(Signal::End)));
    assert_eq!((ends(9, &|_| stop), ends(10, &|_| stop)), (None, Some(Signal::End)), "1 of 50 is 6");
    let slot = |n: u64| Line { slot: 77, ..short(60_000 + n) };
    assert_eq!((ends(7, &slot), ends(8, &slot)), (None, Some(Signal::Pattern)));
    let mark = Line { shows: short(5).shows.and(Shows::ADDRESS, true), ..short(5) };
    assert_eq!((ends(2, &|_| mark), ends(3, &|_| mark)), (None, Some(Signal::Mark)));
}

#[test]
fn the_order_of_documents_does_not_matter() {
    let documents: Vec<_> = (0..40)
        .map(|n| {
            let before = if n % 3 == 0 { vec![short(1)] } else { vec![short(2), short(3 + n % 2)] };
            document(n % 30, &before, &[Line { digits: 8, ..short(200 + n % 4) }])
        })
        .collect();
    let forward = judge_all(&documents);
    let reversed: Vec<_> = documents.iter().rev().cloned().collect();
    let mut backward = judge_all(&reversed);
    backward.reverse();
    assert_eq!(forward, backward);
    assert!(forward.iter().any(|found| found.len() > 1));
}
