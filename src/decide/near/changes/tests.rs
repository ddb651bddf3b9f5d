//! Changes between short texts, and the rules of places against strings.

use proptest::prelude::*;

use super::*;

/// Tokens of a text of words parted by spaces.
fn tokens(text: &str) -> Vec<Token> {
    let token = |word: &str| {
        if word.starts_with(|c: char| c.is_ascii_digit()) { Token::number(word) } else { Token::of(word) }
    };
    text.split_whitespace().map(token).collect()
}

/// The weight of words, a hundredfold of those at the ends, and slips.
fn changes(a: &str, b: &str) -> (u64, u64) {
    let (a, b) = (tokens(a), tokens(b));
    let changes = Changes::between(&a, &b);
    assert_eq!(changes, Changes::between(&b, &a), "it is symmetric");
    (changes.replaced + 100 * changes.replaced_at_ends, changes.slips)
}

const HEAD: &str = "the ministry of trade said on monday that";
const TAIL: &str = "in a statement after the meeting of both sides";

#[test]
fn table() {
    for (name, a, b, expected) in [
        ("the same", "it agrees", "it agrees", (0, 0)),
        ("a word", "it agrees", "it objects", (1, 0)),
        ("a name", "john smith agrees", "mary ann jones agrees", (3, 0)),
        ("a long name counts as four", "one a b c d e two", "one f g h i j two", (4, 0)),
        ("a misspelled word", "the economy grows", "the eonomy grows", (0, 1)),
        ("a number", "it sold 5 planes", "it sold 7 planes", (2, 0)),
        ("a number in words", "it sold five planes", "it sold seven planes", (2, 0)),
        ("a negation", "it did agree", "it did not agree", (8, 0)),
        ("a negation in a word", "it will agree", "it won't agree", (8, 0)),
        ("a word more", "it agrees", "it fully agrees", (0, 1)),
        ("a clause more", "it agrees", "it agrees as was said before by all", (0, 0)),
        (
            "a clause for one elsewhere",
            "it fully agrees now as was said",
            "before by all it fully agrees now",
            (3, 0),
        ),
    ] {
        assert_eq!(changes(&format!("{HEAD} {a} {TAIL}"), &format!("{HEAD} {b} {TAIL}")), expected, "{name}");
    }
}

#[test]
fn characters_are_slips_and_names_are_not() {
    let head = "据 新 华 社 报 道 著 名 演 员";
    let tail = "因 病 医 治 无 效 在 北 京 逝 世";
    for (a, b, expected) in [
        ("李 明", "李 朋", (0, 1)),
        ("李 晓 霞", "王 楠", (3, 0)),
        ("同 意", "不 同 意", (8, 0)),
        ("三", "四", (2, 0)),
    ] {
        assert_eq!(
            changes(&format!("{head} {a} {tail}"), &format!("{head} {b} {tail}")),
            expected,
            "{a} {b}"
        );
    }
}

#[test]
fn edges_are_cut_and_moved_text_is_the_same() {
    let [one, two, three] = [HEAD, TAIL, "shares rose and fell again before noon"];
    let all = format!("{one} {two} {three}");
    for (name, other, expected) in [
        ("moved", format!("{three} {one} {two}"), (0, 0)),
        ("cut at the end", format!("{one} {two}"), (0, 0)),
        ("cut at the beginning", format!("{two} {three}"), (0, 0)),
        ("cut inside", format!("{one} {three}"), (0, 0)),
        ("another by-line", format!("{all} by john smith"), (0, 0)),
        ("one word more at the edge", format!("not {all}"), (0, 0)),
        ("characters more at the edge", format!("不 能 {all}"), (0, 1)),
    ] {
        assert_eq!(changes(&all, &other), expected, "{name}");
    }
    assert_eq!(changes(&format!("{all} by john smith"), &format!("{all} via daily mail news")), (400, 0));
}

#[test]
fn verdicts() {
    for (replaced, slips, num_tokens, expected) in [
        (0, 0, 1, true),
        (6, 0, 200, true),
        (7, 0, 200, false),
        (0, 1, 28, false),
        (0, 1, 29, true),
        (0, 7, 29, true),
        (1, 0, 28, false),
        (1, 2, 29, true),
        (1, 1, 29, true),
        (2, 1, 57, false),
        (2, 1, 58, true),
        (10, 20, 100, true),
        (10, 19, 100, false),
    ] {
        let changes = Changes { replaced, slips, ..Changes::default() };
        assert_eq!(changes.are_few_in(num_tokens), expected, "{changes:?} {num_tokens}");
    }
    let at_ends = Changes { replaced_at_ends: 4, ..Changes::default() };
    assert!(at_ends.are_few_in(29) && !at_ends.are_few_in(28));
    for (slips, conflicts, expected) in [(7, 3, 3), (8, 3, 1), (9, 3, 0), (30, 3, 0)] {
        assert_eq!(Changes { slips, ..Changes::default() }.conflicts_but_slips(conflicts), expected);
    }
}

/// The rules once more, on strings, with sets and lists.
mod slow {
    use std::collections::{BTreeMap, BTreeSet};

    type Runs = BTreeMap<(Vec<String>, Vec<String>), Vec<Vec<String>>>;

    fn runs(text: &[String], other: &[String]) -> Vec<(usize, usize)> {
        let threes: BTreeSet<&[String]> = other.windows(3).collect();
        let is_same = |at: usize| {
            (at.saturating_sub(2)..=at).any(|s| text.get(s..s + 3).is_some_and(|t| threes.contains(t)))
        };
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for at in (0..text.len()).filter(|at| !is_same(*at)) {
            match runs.last_mut().filter(|run| run.1 == at) {
                // Rows of three may end where the next begin.
                Some(run) => run.1 = at + 1,
                None => runs.push((at, at + 1)),
            }
        }
        runs
    }

    /// The runs of both by what stands around them.
    pub(super) fn places(text: &[String], other: &[String]) -> Runs {
        let mut places = Runs::new();
        for (start, end) in runs(text, other) {
            let before = text[start.saturating_sub(2)..start].to_vec();
            let after = text[end..text.len().min(end + 2)].to_vec();
            places.entry((before, after)).or_default().push(text[start..end].to_vec());
        }
        places
    }
}

proptest! {
    /// Changed runs and how they are paired, against strings.
    #[test]
    fn places_are_those_of_strings(a in "([a-f] ){0,60}", edits in proptest::collection::vec((0..60_usize, "[g-k]?"), 0..8)) {
        let a: Vec<String> = a.split_whitespace().map(str::to_owned).collect();
        let mut b = a.clone();
        for (at, word) in edits {
            if at < b.len() && word.is_empty() {
                b.remove(at);
            } else if at < b.len() {
                b[at] = word;
            }
        }
        let texts = [&a, &b].map(|text| tokens(&text.join(" ")));
        let slow = [slow::places(&a, &b), slow::places(&b, &a)];
        for (side, other) in [(0, 1), (1, 0)] {
            let runs = changed_runs(&texts[side], &Grams::of(&texts[other]));
            prop_assert_eq!(runs.len(), slow[side].values().map(Vec::len).sum::<usize>());
            for run in &runs {
                let twins = runs.iter().filter(|twin| context(&texts[side], twin) == context(&texts[side], run));
                let words = |run: &Range<usize>| [&a, &b][side][run.clone()].to_vec();
                let twins: Vec<Vec<String>> = twins.map(words).collect();
                prop_assert!(slow[side].values().any(|runs| *runs == twins), "{:?} {:?}", twins, slow[side]);
            }
        }
    }

    /// What is shown of two runs, and what is not, are the runs; what is shown shares no word in the same order
    /// more than what is left out.
    #[test]
    fn pieces_rebuild_the_runs(a in "([a-d] ){0,30}", b in "([a-d] ){0,30}") {
        let (a, b) = (tokens(&a), tokens(&b));
        let (mut in_a, mut in_b) = (0, 0);
        differing_pieces(&a, &b, |a, b| {
            assert!(!a.is_empty() || !b.is_empty());
            in_a += a.len();
            in_b += b.len();
        });
        let shared = longest(&a, &b);
        prop_assert_eq!((a.len() - in_a, b.len() - in_b), (shared, shared));
    }
}

fn longest(a: &[Token], b: &[Token]) -> usize {
    let mut lens = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            lens[i + 1][j + 1] = if x == y { lens[i][j] + 1 } else { lens[i][j + 1].max(lens[i + 1][j]) };
        }
    }
    lens[a.len()][b.len()]
}
