//! Collects samples and numbers in one reading: what an index keeps of a text.

use super::number_sample::NumberSample;
use super::numbers::Numbers;
use super::sample::{PieceSample, Sample, SampledTokens, Sampler};
use super::shingle::TokenObserver;

/// Collects what samples are made of, if they are wanted, and numbers: for an index.
#[derive(Debug, Default)]
pub struct SampledWording {
    tokens: Option<SampledTokens>,
    numbers: Numbers,
}

impl SampledWording {
    /// An empty collector, with samples or without.
    pub fn new(is_sampling: bool) -> Self {
        Self { tokens: is_sampling.then(SampledTokens::default), numbers: Numbers::default() }
    }

    /// Shows the sampler what the numbers see.
    #[inline]
    fn show(&mut self, show: impl FnOnce(&mut SampledTokens)) {
        if let Some(tokens) = &mut self.tokens {
            show(tokens);
        }
    }
}

impl TokenObserver for SampledWording {
    const IS_WATCHING: bool = true;
    #[inline]
    fn letter(&mut self, code: u32) {
        self.show(|tokens| tokens.letter(code));
        self.numbers.letter(code);
    }
    #[inline]
    fn digit(&mut self, code: u32) {
        self.show(|tokens| tokens.digit(code));
        self.numbers.digit(code);
    }
    #[inline]
    fn joiner(&mut self, code: u32) {
        self.numbers.joiner(code);
    }
    #[inline]
    fn separator(&mut self, code: u32) {
        self.numbers.separator(code);
    }
    #[inline]
    fn end(&mut self, hash: u64) {
        self.show(|tokens| tokens.end(hash));
        self.numbers.end(hash);
    }
}

impl Sampler for SampledWording {
    fn take(&mut self) -> Sample {
        self.tokens.as_mut().map(Sampler::take).unwrap_or_default()
    }

    fn take_piece(&mut self) -> PieceSample {
        self.tokens.as_mut().map(Sampler::take_piece).unwrap_or_default()
    }

    fn end_line(&mut self) {
        self.numbers.end_line();
    }

    fn take_numbers(&mut self, is_whole: bool) -> NumberSample {
        let wording = if is_whole { self.numbers.finish() } else { self.numbers.finish_part() };
        NumberSample::of(wording.numbers)
    }
}
