//! The differences between two texts: which paragraphs stand beside one another, and which words of theirs differ.
//! Words are those of UAX #29, so that Chinese is compared by character. `tamis explain` and the page of a report show them.

use std::collections::HashMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};
use unicode_segmentation::UnicodeSegmentation;

use crate::fingerprint::Fingerprint;

/// A paragraph that is compared.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// Its text.
    pub text: &'a str,
    /// Its identity: of those with one key every other difference is one of spelling.
    pub key: Fingerprint,
}

/// Paragraphs that stand beside one another, by index; one side may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// What went.
    pub removed: Option<usize>,
    /// What stays.
    pub survivor: Option<usize>,
}

impl Row {
    /// Two that stand beside one another.
    pub fn pair(removed: usize, survivor: usize) -> Self {
        Self { removed: Some(removed), survivor: Some(survivor) }
    }
}

/// More pairs of paragraphs are not compared with each other: they stand side by side in order.
const MAX_PAIRS: usize = 64 * 64;
/// Paragraphs that share fewer of their words are no pair, in hundredths.
const MIN_SHARED: usize = 30;

/// Aligns two documents: paragraphs with the same key first, then those between them that share the most words.
pub fn align(removed: &[Compared<'_>], survivor: &[Compared<'_>]) -> Vec<Row> {
    let keys = |paragraphs: &[Compared<'_>]| paragraphs.iter().map(|p| p.key).collect::<Vec<_>>();
    let ops = capture_diff_slices(Algorithm::Myers, &keys(removed), &keys(survivor));
    let mut rows = Vec::new();
    for op in ops {
        let (old, new) = (op.old_range(), op.new_range());
        if let DiffOp::Equal { .. } = op {
            rows.extend(old.zip(new).map(|(old, new)| Row::pair(old, new)));
            continue;
        }
        for row in pair_up(&removed[old.clone()], &survivor[new.clone()]) {
            let shifted = |index: Option<usize>, start: usize| index.map(|index| index + start);
            rows.push(Row {
                removed: shifted(row.removed, old.start),
                survivor: shifted(row.survivor, new.start),
            });
        }
    }
    rows
}

/// Pairs paragraphs in order so that what the pairs share is the most.
fn pair_up(removed: &[Compared<'_>], survivor: &[Compared<'_>]) -> Vec<Row> {
    let (rows, columns) = (removed.len(), survivor.len());
    if rows * columns > MAX_PAIRS {
        let longest = 0..rows.max(columns);
        let within = |index: usize, len: usize| (index < len).then_some(index);
        return longest
            .map(|index| Row { removed: within(index, rows), survivor: within(index, columns) })
            .collect();
    }
    let (old, new) = (bags(removed), bags(survivor));
    let shared: Vec<Vec<usize>> = old.iter().map(|a| new.iter().map(|b| shared(a, b)).collect()).collect();
    // best[i][j]: the most that the pairs of removed[i..] and survivor[j..] can share.
    let mut best = vec![vec![0; columns + 1]; rows + 1];
    for i in (0..rows).rev() {
        for j in (0..columns).rev() {
            let paired = if shared[i][j] >= MIN_SHARED { shared[i][j] + best[i + 1][j + 1] } else { 0 };
            best[i][j] = paired.max(best[i + 1][j]).max(best[i][j + 1]);
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < rows || j < columns {
        let is_pair = i < rows
            && j < columns
            && shared[i][j] >= MIN_SHARED
            && best[i][j] == shared[i][j] + best[i + 1][j + 1];
        if is_pair {
            pairs.push(Row::pair(i, j));
            (i, j) = (i + 1, j + 1);
        } else if i < rows && (j == columns || best[i][j] == best[i + 1][j]) {
            pairs.push(Row { removed: Some(i), survivor: None });
            i += 1;
        } else {
            pairs.push(Row { removed: None, survivor: Some(j) });
            j += 1;
        }
    }
    pairs
}

/// The words of each paragraph, sorted.
fn bags<'a>(paragraphs: &[Compared<'a>]) -> Vec<Vec<&'a str>> {
    let words = paragraphs.iter().map(|paragraph| paragraph.text.split_word_bounds());
    words
        .map(|words| {
            let mut bag: Vec<&str> = words.filter(|word| is_wordlike(word)).collect();
            bag.sort_unstable();
            bag
        })
        .collect()
}

fn is_wordlike(word: &str) -> bool {
    word.chars().any(char::is_alphanumeric)
}

/// How much of two bags is in both, in hundredths (Dice).
fn shared(old: &[&str], new: &[&str]) -> usize {
    let (mut i, mut j, mut both) = (0, 0, 0);
    while i < old.len() && j < new.len() {
        match old[i].cmp(new[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => (i, j, both) = (i + 1, j + 1, both + 1),
        }
    }
    both * 200 / (old.len() + new.len()).max(1)
}

/// How the differences in a text lie: how many units of UTF-16, in which a page counts, are in the other text too, then
/// how many are not, and so on in turns.
pub type Runs = Vec<usize>;

/// The differences between two texts of these lines, in each of them.
///
/// Lines are paired first, which reads best. Where the two are broken into lines in other ways, that marks far more than
/// differs: then the words of both are compared as they stand.
pub fn runs(removed: &[Compared<'_>], survivor: &[Compared<'_>]) -> (Runs, Runs) {
    let by_lines = runs_of_lines(removed, survivor);
    let by_words = runs_of_words(removed, survivor);
    let num_marked = |(old, new): &(Runs, Runs)| -> usize {
        [old, new].into_iter().flat_map(|runs| runs.iter().skip(1).step_by(2)).sum()
    };
    let is_far_more = num_marked(&by_lines) * 3 > num_marked(&by_words) * 4;
    if is_far_more { by_words } else { by_lines }
}

/// The words of both texts, whatever their lines.
fn runs_of_words(removed: &[Compared<'_>], survivor: &[Compared<'_>]) -> (Runs, Runs) {
    let [old, new] =
        [removed, survivor].map(|lines| lines.iter().map(|line| line.text).collect::<Vec<_>>().join("\n"));
    // What both have may stand in another order: rare words hold it together where the shortest edit is far too long.
    let (old, new) = words_by(Algorithm::Histogram, &old, &new);
    [old, new]
        .map(|words| {
            let mut marks = Marks::default();
            marks.line(&words);
            marks.runs
        })
        .into()
}

/// The words of lines that stand beside one another.
fn runs_of_lines(removed: &[Compared<'_>], survivor: &[Compared<'_>]) -> (Runs, Runs) {
    let (mut old, mut new) = (Marks::default(), Marks::default());
    for Row { removed: before, survivor: after } in align(removed, survivor) {
        let before = before.and_then(|index| removed.get(index));
        let after = after.and_then(|index| survivor.get(index));
        if let (Some(before), Some(after)) = (before, after) {
            let (before, after) = words(before.text, after.text);
            old.line(&before);
            new.line(&after);
            continue;
        }
        for (side, alone) in [(&mut old, before), (&mut new, after)] {
            if let Some(alone) = alone {
                side.line(&[Word { text: alone.text, differs: true }]);
            }
        }
    }
    (old.runs, new.runs)
}

/// Marks that grow line by line.
#[derive(Default)]
struct Marks {
    runs: Runs,
    has_line: bool,
}

impl Marks {
    /// Adds a line, with the LF before it if it is not the first: which differs where the line does as a whole.
    fn line(&mut self, words: &[Word<'_>]) {
        if std::mem::replace(&mut self.has_line, true) {
            self.add(1, words.iter().all(|word| word.differs) && !words.is_empty());
        }
        for word in words {
            self.add(word.text.encode_utf16().count(), word.differs);
        }
    }

    fn add(&mut self, len: usize, differs: bool) {
        if self.runs.is_empty() {
            self.runs.push(0);
        }
        // Of an even number of runs the last is of what differs.
        let last_differs = self.runs.len().is_multiple_of(2);
        match self.runs.last_mut() {
            Some(last) if last_differs == differs => *last += len,
            _ => self.runs.push(len),
        }
    }
}

/// A word of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'a> {
    /// The word.
    pub text: &'a str,
    /// It is not in the other side.
    pub differs: bool,
}

impl Word<'_> {
    /// Whether it is a number, which is what tells reports made from one template apart.
    pub fn is_number(&self) -> bool {
        self.text.chars().any(char::is_numeric)
    }
}

/// More words than this are compared only as far as they are the same from either end.
const MAX_WORDS: usize = 200_000;

/// The words of both sides, those marked that differ.
pub fn words<'a>(removed: &'a str, survivor: &'a str) -> (Vec<Word<'a>>, Vec<Word<'a>>) {
    words_by(Algorithm::Myers, removed, survivor)
}

/// The words of both sides, as this algorithm finds those that differ.
fn words_by<'a>(algorithm: Algorithm, removed: &'a str, survivor: &'a str) -> (Vec<Word<'a>>, Vec<Word<'a>>) {
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let mut number = |word: &'a str| {
        let next = u32::try_from(numbers.len()).expect("2^32 distinct words: hundreds of GB of memory");
        *numbers.entry(word).or_insert(next)
    };
    let plain = |text: &'a str| {
        text.split_word_bounds().map(|text| Word { text, differs: false }).collect::<Vec<_>>()
    };
    let (mut old, mut new) = (plain(removed), plain(survivor));
    let old_numbers: Vec<u32> = old.iter().map(|word| number(word.text)).collect();
    let new_numbers: Vec<u32> = new.iter().map(|word| number(word.text)).collect();
    let ops = if old.len() + new.len() > MAX_WORDS {
        trimmed(&old_numbers, &new_numbers)
    } else {
        capture_diff_slices(algorithm, &old_numbers, &new_numbers)
    };
    for (index, op) in ops.iter().enumerate() {
        let is_between = index > 0 && index + 1 < ops.len();
        let is_equal = matches!(op, DiffOp::Equal { .. });
        // White space, or one character by chance, between two changes makes them no easier to read.
        if is_equal && !(is_between && is_chance(&old[op.old_range()], &ops[index - 1], &ops[index + 1])) {
            continue;
        }
        old[op.old_range()].iter_mut().for_each(|word| word.differs = true);
        new[op.new_range()].iter_mut().for_each(|word| word.differs = true);
    }
    (old, new)
}

fn is_chance(equal: &[Word<'_>], before: &DiffOp, after: &DiffOp) -> bool {
    let len = |op: &DiffOp| op.old_range().len().max(op.new_range().len());
    let is_blank = equal.iter().all(|word| word.text.trim().is_empty());
    let is_one = matches!(equal, [word] if word.text.chars().count() == 1 && !word.is_number());
    is_blank || (is_one && len(before) >= 3 && len(after) >= 3)
}

/// A diff of three parts: equal ends, and one change between.
fn trimmed(old: &[u32], new: &[u32]) -> Vec<DiffOp> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_len, new_len) = (old.len() - head - tail, new.len() - head - tail);
    vec![
        DiffOp::Equal { old_index: 0, new_index: 0, len: head },
        DiffOp::Replace { old_index: head, old_len, new_index: head, new_len },
        DiffOp::Equal { old_index: head + old_len, new_index: head + new_len, len: tail },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words that differ between bars.
    fn marked(words: &[Word<'_>]) -> String {
        words.iter().map(|w| if w.differs { format!("|{}|", w.text) } else { w.text.to_owned() }).collect()
    }

    #[test]
    fn words_that_differ() {
        for (name, old, new, expected) in [
            ("nothing", "a b", "a b", ("a b", "a b")),
            ("a number", "涨13.9%。", "涨14.2%。", ("涨|13.9|%。", "涨|14.2|%。")),
            ("a character", "今天下雨", "今日下雨", ("今|天|下雨", "今|日|下雨")),
            ("at an end", "a", "a b", ("a", "a| ||b|")),
            ("white space between changes", "x 1 2 y", "x 3 4 y", ("x |1|| ||2| y", "x |3|| ||4| y")),
            ("nothing to compare", "", "a", ("", "|a|")),
        ] {
            let (old, new) = words(old, new);
            assert_eq!((marked(&old).as_str(), marked(&new).as_str()), expected, "{name}");
        }
    }

    #[test]
    fn runs_of_lines() {
        let keyed = |text: &'static str| paragraphs(&text.split('\n').collect::<Vec<_>>());
        for (name, old, new, expected) in [
            ("same", "a\nb", "a\nb", (vec![3], vec![3])),
            ("a word", "今天下雨", "今日下雨", (vec![1, 1, 2], vec![1, 1, 2])),
            ("a line more", "x y z\nsource: w", "x y z", (vec![5, 10], vec![5])),
            ("a line more before", "source: w\nx y z", "x y z", (vec![0, 9, 6], vec![5])),
            (
                "broken into lines otherwise",
                "a b c d e\nf g h i j",
                "a b c d e f g h i j",
                (vec![9, 1, 9], vec![9, 1, 9]),
            ),
            ("nothing in common", "甲", "乙", (vec![0, 1], vec![0, 1])),
            ("beyond the first plane", "𠀀a b", "𠀀a c", (vec![4, 1], vec![4, 1])),
        ] {
            assert_eq!(runs(&keyed(old), &keyed(new)), expected, "{name}");
        }
    }

    #[test]
    fn very_long_texts_are_compared_from_their_ends() {
        let text = |middle: &str| "a ".repeat(MAX_WORDS) + middle + &" b".repeat(9);
        let (old, new) = (text("1 2"), text("1 3"));
        let (old, new) = words(&old, &new);
        let differing = |words: &[Word<'_>]| {
            words.iter().filter(|w| w.differs).map(|w| w.text.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!((differing(&old), differing(&new)), (vec!["2".to_owned()], vec!["3".to_owned()]));
    }

    fn paragraphs<'a>(texts: &[&'a str]) -> Vec<Compared<'a>> {
        texts.iter().map(|text| Compared { text, key: Fingerprint::of(text.as_bytes()) }).collect()
    }

    #[test]
    fn paragraphs_beside_one_another() {
        let row = |removed, survivor| Row { removed, survivor };
        for (name, old, new, expected) in [
            ("same", &["a", "b"][..], &["a", "b"][..], vec![Row::pair(0, 0), Row::pair(1, 1)]),
            ("added", &["a"], &["z", "a"], vec![row(None, Some(0)), Row::pair(0, 1)]),
            (
                "edited, and one more before it",
                &["one two three", "end"],
                &["something else", "one two four", "end"],
                vec![row(None, Some(0)), Row::pair(0, 1), Row::pair(1, 2)],
            ),
            ("nothing in common", &["一"], &["二"], vec![row(Some(0), None), row(None, Some(0))]),
        ] {
            assert_eq!(align(&paragraphs(old), &paragraphs(new)), expected, "{name}");
        }
    }

    #[test]
    fn many_paragraphs_stand_side_by_side_in_order() {
        let old: Vec<String> = (0..70).map(|n| format!("old {n}")).collect();
        let new: Vec<String> = (0..69).map(|n| format!("new {n}")).collect();
        let rows = align(
            &paragraphs(&old.iter().map(String::as_str).collect::<Vec<_>>()),
            &paragraphs(&new.iter().map(String::as_str).collect::<Vec<_>>()),
        );
        assert_eq!((rows.len(), rows[3], rows[69].survivor), (70, Row::pair(3, 3), None));
    }
}
