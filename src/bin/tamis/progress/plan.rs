//! How far a run has come: the stages that it takes, and the time that is left, as one line of at most [`COLUMNS`] columns, or fewer on a narrow
//! terminal.
//!
//! What is left of the stage that goes on follows from what is done of it. A reading of the corpus that comes later takes
//! as long as those before it took, by how much work there is in each ([`weight`]). How long texts are compared depends
//! on how many are alike, which nobody knows before: until that stage begins, the time is said to be the least.

use std::time::{Duration, Instant};

use tamis::observe::Stage;

use crate::show::account::size;

/// The line fits into a terminal of this width, with room for the cursor.
pub(super) const COLUMNS: usize = 60;

/// Columns of the bar, but for its ends.
const BAR: u32 = 10;

/// A stage says nothing of the time that is left before it has gone on for this long,
const MEANINGFUL: Duration = Duration::from_millis(500);
/// and has come this far, or has gone on for [`LONG_ENOUGH`].
const MEANINGFUL_SHARE: f64 = 0.01;
const LONG_ENOUGH: Duration = Duration::from_secs(20);

/// The stages of a run, and how far it is.
#[derive(Debug)]
pub(super) struct Plan {
    stages: Vec<Stage>,
    /// The stage that goes on, by its place among them.
    at: Option<usize>,
    /// Bytes of the inputs; 0 if that is not known.
    num_bytes: u64,
    /// The progress of the stage, and what it will be in the end, in units of its own.
    done: u64,
    of: u64,
    began: Instant,
    /// Seconds for a unit of work of the reading before.
    pace: Option<f64>,
}

/// The work that a reading of the corpus is, beside that of sketching it: about, as the share of each in the time of a
/// run under the presets is no constant. None if it does not follow from the size of the corpus.
fn weight(stage: Stage) -> Option<f64> {
    match stage {
        Stage::Matching
        | Stage::Sketching
        | Stage::Counting
        | Stage::Filtering
        | Stage::Comparing
        | Stage::Fingerprinting
        | Stage::Deciding => Some(1.0),
        Stage::Cleaning => Some(0.5),
        Stage::Settling => None,
    }
}

/// The time that is left.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Left {
    seconds: f64,
    /// There is work to come of which nobody knows how long it takes.
    is_least: bool,
}

impl Plan {
    /// A run over inputs of this size, of one stage as far as is known.
    pub(super) fn new(num_bytes: u64) -> Self {
        Self {
            stages: Vec::new(),
            at: None,
            num_bytes,
            done: 0,
            of: num_bytes,
            began: Instant::now(),
            pace: None,
        }
    }

    /// The run will take these stages.
    pub(super) fn set_stages(&mut self, stages: &[Stage]) {
        self.stages = stages.to_vec();
        self.at = None;
    }

    /// A stage begins: the next of its kind, or one that nobody expected.
    pub(super) fn begin(&mut self, stage: Stage, now: Instant) {
        self.pace = self.current_pace(now).or(self.pace);
        let next = self.at.map_or(0, |at| at + 1);
        let found = self.stages.iter().skip(next).position(|planned| *planned == stage);
        let at = found.map_or(next, |found| next + found);
        if found.is_none() {
            self.stages.insert(next, stage);
        }
        self.at = Some(at);
        (self.done, self.of, self.began) = (0, self.num_bytes, now);
    }

    /// The stage that goes on will be done when it has done so much.
    pub(super) fn measure(&mut self, of: u64) {
        self.of = of;
    }

    /// So much more of the stage is done.
    pub(super) fn advance(&mut self, more: u64) {
        self.done = self.done.saturating_add(more);
    }

    fn stage(&self) -> Stage {
        self.at.and_then(|at| self.stages.get(at)).copied().unwrap_or(Stage::Cleaning)
    }

    /// The share of the stage that is done, if anything is known of it.
    #[expect(clippy::cast_precision_loss, reason = "a share, to be looked at")]
    fn share(&self) -> Option<f64> {
        (self.of > 0).then(|| (self.done as f64 / self.of as f64).min(1.0))
    }

    /// The seconds that the stage has gone on for, and the share of it that is done, if it has come far enough to tell.
    fn told(&self, now: Instant) -> Option<(f64, f64)> {
        let elapsed = now.saturating_duration_since(self.began);
        let least = if elapsed < LONG_ENOUGH { MEANINGFUL_SHARE } else { f64::MIN_POSITIVE };
        let share = self.share().filter(|share| *share >= least && elapsed >= MEANINGFUL)?;
        Some((elapsed.as_secs_f64(), share))
    }

    /// Seconds that a unit of work takes in the stage that goes on, if it is a reading.
    fn current_pace(&self, now: Instant) -> Option<f64> {
        let (elapsed, share) = self.told(now)?;
        Some(elapsed / share / weight(self.stage())?)
    }

    fn left(&self, now: Instant) -> Option<Left> {
        let (elapsed, share) = self.told(now)?;
        let own = elapsed * (1.0 - share) / share;
        let later = self.stages.iter().skip(self.at.map_or(usize::MAX, |at| at + 1));
        let pace = self.current_pace(now).or(self.pace);
        let mut left = Left { seconds: own, is_least: false };
        for stage in later {
            match weight(*stage).zip(pace) {
                Some((weight, pace)) => left.seconds += weight * pace,
                None => left.is_least = true,
            }
        }
        Some(left)
    }

    /// The line, of at most this many columns.
    pub(super) fn line(&self, now: Instant, width: usize) -> String {
        let mut line = String::new();
        let add = |line: &mut String, part: &str| add(line, part, width);
        let share = self.share();
        if let Some(share) = share {
            add(&mut line, &bar(share));
        }
        let number = self.at.map(|at| format!("{} of {} ", at + 1, self.stages.len()));
        if let Some(number) = number.filter(|_| self.stages.len() > 1) {
            add(&mut line, &format!("{number}{}", self.stage().name()));
        }
        match share {
            Some(share) => add(&mut line, &format!("{} %", percent(share))),
            None => add(&mut line, &size(self.done)),
        }
        if let Some(left) = self.left(now) {
            let least = if left.is_least { "over " } else { "" };
            add(&mut line, &format!("{least}{} left", duration(left.seconds)));
        }
        let elapsed = now.saturating_duration_since(self.began).as_secs_f64();
        if self.stage() != Stage::Settling && self.done > 0 && elapsed > 0.1 {
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a rate of three digits, which is not negative"
            )]
            add(&mut line, &format!("{}/s", size((self.done as f64 / elapsed) as u64)));
        }
        line
    }
}

/// Adds what there is room for.
fn add(line: &mut String, part: &str, width: usize) {
    let gap = if line.is_empty() { "" } else { "  " };
    if line.chars().count() + gap.len() + part.chars().count() <= width {
        line.push_str(gap);
        line.push_str(part);
    }
}

/// A bar, in ASCII: blocks are one column wide or two, as a terminal likes (UAX #11, ambiguous).
fn bar(share: f64) -> String {
    let is_full = |at: &u32| share * f64::from(BAR) >= f64::from(at + 1);
    let full = (0..BAR).filter(is_full).count();
    format!("[{:.<width$}]", "#".repeat(full), width = BAR as usize)
}

/// Whole percents, of which 100 are all of it.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 100")]
fn percent(share: f64) -> u64 {
    (share * 100.0) as u64
}

/// A duration in one or two units.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is not negative, and saturates"
)]
fn duration(seconds: f64) -> String {
    let seconds = seconds.ceil() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) if minutes < 10 => format!("{minutes} min {seconds:02} s"),
        (0, minutes, _) => format!("{minutes} min"),
        (hours @ ..100, minutes, _) => format!("{hours} h {minutes:02} min"),
        _ => "days".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGES: [Stage; 4] = [Stage::Sketching, Stage::Comparing, Stage::Settling, Stage::Cleaning];

    /// A plan whose stages began at these seconds, and the time from which they count.
    fn plan(num_bytes: u64, stages: &[Stage]) -> (Plan, impl Fn(u64) -> Instant) {
        let mut plan = Plan::new(num_bytes);
        plan.set_stages(stages);
        let began = Instant::now();
        plan.began = began;
        (plan, move |seconds| began + Duration::from_secs(seconds))
    }

    #[test]
    fn one_line_for_the_whole_run() {
        let (mut plan, at) = plan(1_000_000_000, &STAGES);
        plan.begin(Stage::Sketching, at(0));
        assert_eq!(plan.line(at(0), COLUMNS), "[..........]  1 of 4 sketching  0 %");
        plan.advance(500_000_000);
        // 5 s of sketching, 10 of reading again, 5 of cleaning; and comparing, of which nothing is known.
        assert_eq!(plan.line(at(5), COLUMNS), "[#####.....]  1 of 4 sketching  50 %  over 20 s left");
        plan.begin(Stage::Comparing, at(10));
        plan.advance(1_000_000_000);
        assert_eq!(plan.line(at(14), COLUMNS), "[##########]  2 of 4 comparing  100 %  over 2 s left");
        plan.begin(Stage::Settling, at(14));
        plan.measure(1000);
        plan.advance(250);
        // 30 s of comparing, and 2 s of cleaning.
        assert_eq!(plan.line(at(24), COLUMNS), "[##........]  3 of 4 settling  25 %  32 s left");
        // It goes on, and nothing is done: there is no less left.
        assert_eq!(plan.line(at(94), COLUMNS), "[##........]  3 of 4 settling  25 %  4 min 02 s left");
        plan.begin(Stage::Cleaning, at(100));
        plan.advance(990_000_000);
        assert_eq!(plan.line(at(110), COLUMNS), "[#########.]  4 of 4 cleaning  99 %  1 s left  99.0 MB/s");
    }

    #[test]
    fn a_run_of_one_stage_has_no_number() {
        let (mut plan, at) = plan(2_000_000_000, &[]);
        plan.advance(1_000_000_000);
        assert_eq!(plan.line(at(10), COLUMNS), "[#####.....]  50 %  10 s left  100.0 MB/s");
        let (mut plan, at) = self::plan(0, &[]);
        plan.advance(1_000_000_000);
        assert_eq!(plan.line(at(10), COLUMNS), "1.0 GB  100.0 MB/s");
    }

    #[test]
    fn stages_that_do_not_come_and_those_that_nobody_expected() {
        let (mut plan, at) = plan(100, &STAGES);
        plan.begin(Stage::Sketching, at(0));
        plan.begin(Stage::Cleaning, at(1)); // no two texts met
        assert!(plan.line(at(1), COLUMNS).contains("4 of 4 cleaning"));
        plan.begin(Stage::Deciding, at(2));
        assert!(plan.line(at(2), COLUMNS).contains("5 of 5 deciding"));
        plan.begin(Stage::Cleaning, at(3));
        assert!(plan.line(at(3), COLUMNS).contains("6 of 6 cleaning"));
    }

    #[test]
    fn whatever_happens_it_fits() {
        let stages = [Stage::Fingerprinting; 12];
        for (num_bytes, done, seconds) in [
            (u64::MAX, 1, 900_000),
            (u64::MAX, u64::MAX / 100 * 99, 3599),
            (u64::MAX, u64::MAX, 40),
            (0, u64::MAX, 1),
        ] {
            let (mut plan, at) = plan(num_bytes, &stages);
            for _ in 0..11 {
                plan.begin(Stage::Fingerprinting, at(0));
            }
            plan.advance(done);
            let line = plan.line(at(seconds), COLUMNS);
            assert!(line.chars().count() <= COLUMNS, "{line}");
            assert!(line.contains("11 of 12 fingerprinting"), "{line}");
            assert!(num_bytes == 0 || line.contains(" left"), "{line}");
            for width in 0..COLUMNS {
                assert!(plan.line(at(seconds), width).chars().count() <= width);
            }
        }
    }
}
