//! How the documents of a corpus score by a profile of quality: the distribution of each signal, and the cut.

use std::collections::BTreeMap;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::config::{QualityBound, QualityLanguage, QualityProfile};
use crate::rules::{Score, Scores};

/// The distribution of the scores of documents, by signal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InspectedQuality {
    /// The profile.
    pub profile: QualityProfile,
    /// Documents that were measured.
    pub documents: u64,
    /// Those that any signal finds out of its bound: so many would go if they were all that there is.
    pub out: u64,
    /// Each signal in each language, with a bound.
    pub signals: Vec<InspectedSignal>,
}

/// The scores of one signal in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectedSignal {
    /// Its name.
    pub signal: &'static str,
    /// The language.
    pub language: QualityLanguage,
    /// The bound, in ten-thousandths.
    pub bound: u64,
    /// Whether the bound is the least that is let pass, and not the most.
    pub is_at_least: bool,
    /// Whether it is a number of things, and no share.
    pub is_count: bool,
    /// Documents that the signal judges.
    pub judged: u64,
    /// Those of them that go for it.
    pub out: u64,
    /// Documents by class of value: from this on, in ten-thousandths.
    pub by_class: BTreeMap<u64, u64>,
}

/// A class of values that is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnClass {
    /// The values, as people read them.
    pub values: String,
    /// Documents of such values.
    pub documents: u64,
    /// Whether they are out of the bound.
    pub is_out: bool,
}

/// Where the classes of values begin: shares up to the whole, which is a class by itself, and numbers.
const CLASSES: [f64; 30] = [
    0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.0001, 2.0, 3.0, 4.0,
    5.0, 6.0, 8.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 10_000.0,
];

/// A number as people read it, in ten-thousandths.
fn parts(number: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "one of the list above")]
    let parts = (number * 10_000.0).round() as u64;
    parts
}

/// Ten-thousandths as people read them.
#[expect(clippy::cast_precision_loss, reason = "below 2^53")]
fn number(parts: u64) -> f64 {
    parts as f64 / 10_000.0
}

/// Ten-thousandths as people write them.
pub fn shown(parts: u64) -> String {
    number(parts).to_string()
}

impl InspectedQuality {
    /// Of no document yet.
    pub(crate) fn new(profile: QualityProfile) -> Self {
        Self { profile, documents: 0, out: 0, signals: Vec::new() }
    }

    /// Counts a document.
    pub(crate) fn count(&mut self, Scores { language, scores }: &Scores) {
        self.documents += 1;
        self.out += u64::from(scores.iter().any(Score::is_out));
        for score in scores.iter().filter(|score| score.is_judged()) {
            self.signal(*language, score).count(score);
        }
    }

    /// The signal that a score is of.
    fn signal(&mut self, language: QualityLanguage, score: &Score) -> &mut InspectedSignal {
        let is_it = |known: &InspectedSignal| {
            (known.signal, known.language, known.bound, known.is_at_least)
                == (score.signal, language, score.bound_parts(), score.is_at_least())
        };
        let number = self.signals.iter().position(is_it).unwrap_or_else(|| {
            self.signals.push(InspectedSignal {
                signal: score.signal,
                language,
                bound: score.bound_parts(),
                is_at_least: score.is_at_least(),
                is_count: score.is_count(),
                judged: 0,
                out: 0,
                by_class: BTreeMap::new(),
            });
            self.signals.len() - 1
        });
        &mut self.signals[number]
    }

    /// Puts the signals in the order of the profile.
    pub(crate) fn sort(&mut self) {
        let order = self.profile.signals();
        let place = |of: &InspectedSignal| order.iter().position(|name| *name == of.signal);
        self.signals.sort_by_key(|of| (place(of), of.language, of.bound));
    }
}

impl InspectedSignal {
    fn count(&mut self, score: &Score) {
        self.judged += 1;
        self.out += u64::from(score.is_out());
        let value = score.value_parts();
        let from = self.classes().take_while(|from| *from <= value).last().unwrap_or(0);
        *self.by_class.entry(from).or_default() += 1;
    }

    /// Where classes begin, in order: those of all signals, and the bound. What is let pass at most ends a class.
    fn classes(&self) -> impl Iterator<Item = u64> + use<> {
        let (bound, step) = (self.cut(), self.step());
        let all = || CLASSES.map(parts).into_iter().filter(move |from| from % step == 0);
        let (below, above) =
            (all().filter(move |from| *from < bound), all().filter(move |from| *from > bound));
        below.chain([bound]).chain(above)
    }

    /// Where values begin that are on the other side of the bound than smaller ones.
    fn cut(&self) -> u64 {
        if self.is_at_least { self.bound } else { self.bound + self.step() }
    }

    /// How far values are apart.
    fn step(&self) -> u64 {
        if self.is_count { QualityBound::PARTS } else { 1 }
    }

    /// The classes that have documents, and those between them.
    pub fn drawn(&self) -> Vec<DrawnClass> {
        let (Some(first), Some(last)) = (self.by_class.keys().next(), self.by_class.keys().last()) else {
            return Vec::new();
        };
        let all: Vec<u64> = self.classes().collect();
        let nexts = all.iter().skip(1).map(|next| Some(*next)).chain([None]);
        let class = |(from, next): (&u64, Option<u64>)| DrawnClass {
            values: self.spelled(*from, next),
            documents: self.by_class.get(from).copied().unwrap_or(0),
            is_out: if self.is_at_least { *from < self.bound } else { *from > self.bound },
        };
        all.iter().zip(nexts).filter(|(from, _)| (first..=last).contains(from)).map(class).collect()
    }

    /// The values of a class: whole numbers from the first to the last, or the shares between two.
    fn spelled(&self, from: u64, next: Option<u64>) -> String {
        // The share that is let pass at most ends one class of shares and begins the next.
        let ends_share = |at: u64| if at == self.cut() && !self.is_at_least { self.bound } else { at };
        let (first, last) = if self.is_count {
            (from, next.map(|next| next.saturating_sub(QualityBound::PARTS)))
        } else {
            (ends_share(from), next.map(ends_share))
        };
        match last {
            // The whole, or a bound where a class begins anyway.
            Some(last) if last <= first + 1 => shown(first),
            Some(last) => format!("{} - {}", shown(first), shown(last)),
            None => format!("{} -", shown(first)),
        }
    }
}

impl Serialize for InspectedSignal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("InspectedSignal", 6)?;
        fields.serialize_field("signal", self.signal)?;
        fields.serialize_field("language", &self.language)?;
        let side = if self.is_at_least { "at_least" } else { "at_most" };
        fields.serialize_field(side, &QualityBound::At(self.bound))?;
        fields.serialize_field("judged", &self.judged)?;
        fields.serialize_field("out", &self.out)?;
        let classes: Vec<(QualityBound, u64)> =
            self.by_class.iter().map(|(from, documents)| (QualityBound::At(*from), *documents)).collect();
        fields.serialize_field("documents_from", &classes)?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DecideConfig;
    use crate::rules::Judge;

    #[test]
    fn documents_are_counted_on_the_side_of_the_bound_that_they_are_on() {
        let mut config = DecideConfig::default();
        config.filters.quality = QualityProfile::C4;
        let judge = Judge::of(&config);
        let mut quality = InspectedQuality::new(QualityProfile::C4);
        for num in [0, 4, 5, 6, 30] {
            quality.count(&judge.scores(&"今天北京下了一场大雨。\n".repeat(num)));
            quality.count(&judge.scores(&"今天北京下了一场大雨。{\n".repeat(num)));
        }
        quality.sort();
        // Nothing is known of an empty text.
        assert_eq!((quality.documents, quality.out), (10, 5));
        let of = |name: &str| quality.signals.iter().find(|of| of.signal == name).unwrap();
        let brackets = of("curly-brackets");
        assert_eq!((brackets.judged, brackets.out, brackets.is_at_least), (8, 4, false));
        let sentences = of("sentences");
        assert_eq!((sentences.judged, sentences.out), (8, 5));
        let spelled: Vec<String> = sentences.drawn().into_iter().map(|of| of.values).collect();
        assert_eq!(spelled, ["0", "1", "2", "3", "4", "5", "6 - 7", "8 - 9", "10 - 19", "20 - 49"]);
        let spelled: Vec<String> = brackets.drawn().into_iter().map(|of| of.values).collect();
        assert_eq!(spelled, ["0", "1", "2", "3", "4", "5", "6 - 7", "8 - 9", "10 - 19", "20 - 49"]);
        for signal in &quality.signals {
            let drawn: u64 = signal.drawn().iter().filter(|of| of.is_out).map(|of| of.documents).sum();
            assert_eq!(drawn, signal.out, "{signal:?}");
        }
        assert_eq!(shown(10_600), "1.06");
    }
}
