//! The fits of one model, and how far they are from what was measured.

use serde::Serialize;

use super::FEWEST_ANSWERS;
use super::answer::{Answer, Answers};
use super::law::Law;
use super::measured::Measured;
use super::parts::{Parts, part};

/// Latencies that are made from the fits to hold them against the measured ones.
const MADE: u32 = 20_000;

/// Steps of Roberts' sequence in six dimensions: the powers of 1/g, with g⁷ = g + 1. It fills the space evenly without chance.
const STEPS: [f64; 6] = [0.898_653_7, 0.807_578_5, 0.725_733_4, 0.652_183_0, 0.586_086_7, 0.526_689_0];

/// What a mock must do to behave as the model did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fit {
    /// How the two times were told apart.
    pub parts: Parts,
    /// From the request to the first token.
    pub ttft: Fitted,
    /// From each token to the next.
    pub per_token: Fitted,
    /// Tokens of an answer that nobody cuts short.
    pub output_tokens: Fitted,
    /// The share of answers that the request's `max_tokens` ended.
    pub cut: f64,
    /// The longest of them, in tokens; beyond it nothing is known.
    pub longest_cut: Option<f64>,
    /// Tokens in an event of a stream, at the median.
    pub tokens_per_event: Option<u32>,
    /// How far latencies made from all of these are from the measured.
    pub latency: Errors,
}

/// A law, and how far it is from its sample.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fitted {
    /// The law.
    pub law: Law,
    /// Its errors.
    pub errors: Errors,
}

/// Relative differences of percentiles: fitted ÷ measured − 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Errors {
    /// Of the median.
    pub p50: f64,
    /// Of the 95th percentile.
    pub p95: f64,
    /// Of the 99th percentile.
    pub p99: f64,
}

impl Errors {
    fn between(fitted: impl Fn(f64) -> f64, measured: &Measured) -> Self {
        let error = |percent| match (fitted(percent), measured.at(percent)) {
            (fitted, measured) if fitted == measured => 0.0,
            (fitted, measured) => fitted / measured - 1.0,
        };
        Errors { p50: error(50.0), p95: error(95.0), p99: error(99.0) }
    }

    /// The greatest of them, without its sign.
    pub fn worst(&self) -> f64 {
        [self.p50, self.p95, self.p99].into_iter().map(f64::abs).fold(0.0, f64::max)
    }
}

impl Fitted {
    fn to(measured: &Measured) -> Self {
        let law = Law::of(measured);
        let errors = Errors::between(|percent| law.at(percent), measured);
        Fitted { law, errors }
    }

    /// Of counts, which are whole; none of more than the longest was seen.
    fn to_counts(measured: &Measured, longest: f64) -> Self {
        let law = match Law::of(measured) {
            Law::Constant(count) => Law::Constant(count.round()),
            Law::LogNormal { p50, p99 } => Law::LogNormal { p50: p50.round(), p99: p99.round() },
            Law::Through(points) => {
                Law::Through(points.into_iter().map(|(at, count)| (at, count.round())).collect())
            }
        };
        let errors = Errors::between(|percent| law.at(percent).min(longest), measured);
        Fitted { law, errors }
    }
}

impl Fit {
    /// None from too few answers.
    pub(super) fn of(answers: &Answers) -> Option<Self> {
        let all = &answers.all;
        if all.len() < FEWEST_ANSWERS {
            return None;
        }
        let lengths = Measured::of_cut(all.iter().map(|answer| (answer.tokens, answer.cut)).collect());
        let cut: Vec<f64> = all.iter().filter(|answer| answer.cut).map(|answer| answer.tokens).collect();
        let longest_cut = cut.iter().copied().reduce(f64::max);
        let measured = Measured::of(all.iter().map(|answer| answer.done_s).collect());
        let fits = part(all, FEWEST_ANSWERS).into_iter().map(|parted| {
            let fit = Fit {
                parts: parted.how,
                ttft: Fitted::to(&parted.ttft),
                per_token: Fitted::to(&parted.per_token),
                output_tokens: Fitted::to_counts(&lengths, longest_cut.unwrap_or(f64::INFINITY)),
                cut: cut.len() as f64 / all.len() as f64,
                longest_cut,
                tokens_per_event: tokens_per_event(all),
                latency: Errors { p50: 0.0, p95: 0.0, p99: 0.0 },
            };
            let made = fit.latencies();
            Fit { latency: Errors::between(|percent| made.at(percent), &measured), ..fit }
        });
        fits.min_by(|one, other| one.latency.worst().total_cmp(&other.latency.worst()))
    }

    /// Latencies as a mock would make them, where no answer is longer than the longest that was cut.
    fn latencies(&self) -> Measured {
        let longest = self.longest_cut.unwrap_or(f64::INFINITY);
        let made = (1..=MADE).map(|turn| {
            let [a, b, c, d, e, f] = STEPS.map(|step| (0.5 + step * f64::from(turn)).fract());
            let tokens = self.output_tokens.law.draw(a, b).round().clamp(1.0, longest);
            self.ttft.law.draw(c, d) + (tokens - 1.0) * self.per_token.law.draw(e, f)
        });
        Measured::of(made.collect())
    }
}

/// The median of tokens to events. An answer's last event is not full, so short answers say little.
fn tokens_per_event(answers: &[Answer]) -> Option<u32> {
    let streams = answers.iter().filter(|answer| answer.events > 0);
    let ratios: Vec<f64> = streams.map(|answer| answer.tokens / answer.events as f64).collect();
    let ratios = Some(ratios).filter(|ratios| ratios.len() >= FEWEST_ANSWERS)?;
    Some(Measured::of(ratios).at(50.0).round().max(1.0) as u32)
}
