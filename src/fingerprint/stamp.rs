//! Time stamps of a text: lines at its edges that say when a copy of it was put up (contract N2).

use std::ops::Range;
use std::sync::OnceLock;

use super::numbers::NumberRow;
use super::token::Token;

/// Lines at each end of a text that may be stamps: headline, source and time, or time, author and editor.
const NUM_EDGES: usize = 3;
/// Longer lines are text.
const MAX_TOKENS: usize = 32;

/// A line of a text: its tokens and its rows of numbers.
#[derive(Debug, Clone, Default)]
struct Line {
    tokens: Range<usize>,
    rows: Range<usize>,
    has_stop: bool,
}

/// The first and the last lines of a text, as it is read.
#[derive(Debug, Default)]
pub(super) struct LineEdges {
    /// Twice [`NUM_EDGES`] at most.
    edges: Vec<Line>,
    open: Line,
}

impl LineEdges {
    /// A sentence ends in this line.
    pub(super) fn stop(&mut self) {
        self.open.has_stop = true;
    }

    /// Whether no token of this line was read, where so many were in all.
    pub(super) fn is_at_start(&self, num_tokens: usize) -> bool {
        self.open.tokens.start == num_tokens
    }

    /// The tokens of this line so far.
    pub(super) fn current<'t>(&self, tokens: &'t [Token]) -> &'t [Token] {
        &tokens[self.open.tokens.start..]
    }

    /// Ends a line where so many tokens and rows were read in all. A line without tokens is none.
    pub(super) fn end(&mut self, num_tokens: usize, num_rows: usize) {
        let next = Line { tokens: num_tokens..num_tokens, rows: num_rows..num_rows, has_stop: false };
        let mut line = std::mem::replace(&mut self.open, next);
        if line.tokens.start == num_tokens {
            return;
        }
        (line.tokens.end, line.rows.end) = (num_tokens, num_rows);
        if self.edges.len() == 2 * NUM_EDGES {
            self.edges.remove(NUM_EDGES);
        }
        self.edges.push(line);
    }

    /// The numbers of stamps. A text of one line has no edges.
    pub(super) fn stamps(&self, tokens: &[Token], rows: &[NumberRow]) -> Stamps {
        let mut stamps = Stamps::default();
        let edges = if self.edges.len() > 1 { &self.edges[..] } else { &[] };
        for line in edges {
            if line.has_stop || line.tokens.len() > MAX_TOKENS {
                continue;
            }
            let read = rows[line.rows.clone()].iter().map(|row| (row, Time::of(row, tokens, &line.tokens)));
            let times: Vec<_> = read.filter_map(|(row, time)| Some((row, time?))).collect();
            let has = |wanted| times.iter().any(|(_, time)| *time == wanted);
            if has(Time::Clock) || has(Time::Date) || has(Time::Year) && has(Time::Other) {
                stamps.rows.extend(times.iter().map(|(row, _)| row.start..row.start + row.len));
            }
        }
        stamps
    }
}

/// What a row of numbers says of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Time {
    /// Hours and minutes, or a date and these.
    Clock,
    /// A year, a month and a day, or a year and a day behind the name of a month.
    Date,
    Year,
    /// A day, a month, an hour, by what stands beside it.
    Other,
}

/// What one number may be in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    /// One or two digits.
    Short,
    /// Such as 2026.11.01.
    Date,
}

impl Part {
    fn of(text: &str) -> Option<Self> {
        let is_short = |part: &str| matches!(part.len(), 1 | 2) && part.bytes().all(|b| b.is_ascii_digit());
        let is_year = |part: &str| {
            let century = part.get(..2).filter(|_| part.len() == 4);
            century.is_some_and(|century| matches!(century, "19" | "20"))
                && part.get(2..).is_some_and(is_short)
        };
        let mut parts = text.split('.');
        let whole = parts.next()?;
        match (parts.next(), parts.next(), parts.next()) {
            (None, ..) if is_year(whole) => Some(Self::Year),
            (None, ..) if is_short(whole) => Some(Self::Short),
            (Some(month), Some(day), None) if is_year(whole) && is_short(month) && is_short(day) => {
                Some(Self::Date)
            }
            _ => None,
        }
    }
}

impl Time {
    /// What this row of a line says; `None` of a row with any other number in it.
    fn of(row: &NumberRow, tokens: &[Token], line: &Range<usize>) -> Option<Self> {
        let parts: Option<Vec<Part>> = row.parts().map(Part::of).collect();
        let parts = parts?;
        let num_years = parts.iter().filter(|part| **part == Part::Year).count();
        let before = row.start.checked_sub(1).filter(|at| line.contains(at)).map(|at| tokens[at]);
        let next = Some(row.start + row.len).filter(|at| line.contains(at)).map(|at| tokens[at]);
        let is_month = |token: Option<Token>| token.is_some_and(|token| months().contains(&token));
        let has_month = is_month(before) || is_month(next);
        match (num_years, row.len) {
            _ if row.has_clock => Some(Self::Clock),
            _ if parts.contains(&Part::Date) => Some(Self::Date),
            (1, 1) => Some(Self::Year),
            (1, 2) if has_month => Some(Self::Date),
            (1, 3..) => Some(Self::Date),
            (0, 1) if has_month || next.is_some_and(is_time_unit) => Some(Self::Other),
            _ => None,
        }
    }
}

/// Whether a character is a unit of time behind a number: 年月日号时点分秒, Simplified as all tokens are.
fn is_time_unit(token: Token) -> bool {
    "年月日号时点分秒".chars().any(|unit| Token::character(u32::from(unit)) == token)
}

/// The English names of months.
fn months() -> &'static [Token] {
    static MONTHS: OnceLock<Vec<Token>> = OnceLock::new();
    MONTHS.get_or_init(|| {
        let names = "january february march april may june july august september october november december \
                     jan feb mar apr jun jul aug sep sept oct nov dec";
        names.split(' ').map(Token::of).collect()
    })
}

/// Numbers that are not held against a copy: where they stand among the tokens of a text, in order.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    rows: Vec<Range<usize>>,
}

impl Stamps {
    /// Whether this row is one of them.
    pub(super) fn has_row(&self, row: &NumberRow) -> bool {
        self.rows.iter().any(|stamp| stamp.start == row.start)
    }

    /// Takes them out of the tokens.
    pub(super) fn remove_from(&self, tokens: &mut Vec<Token>) {
        for stamp in self.rows.iter().rev() {
            tokens.drain(stamp.clone());
        }
    }
}
