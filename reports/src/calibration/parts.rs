//! Answers parted into the time to the first token and the time of each token after it.
//!
//! A stream shows both. A whole answer shows only their sum, `ttft + (tokens − 1) × per_token`: the two are told apart by how
//! latency grows with length, as the median of the slopes between pairs of answers (Theil and Sen), which single slow answers do
//! not bend. What varies beside the length may be the one or the other, which no answer alone can tell: so both are tried, and
//! the fit takes what makes the latencies that were measured.

use serde::Serialize;

use super::answer::Answer;
use super::measured::Measured;

/// Pairs that the slope is the median of, at most.
const PAIRS: usize = 50_000;

/// How the two were told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Parts {
    /// By the streams; whole answers tell of lengths alone.
    Seen,
    /// By how the latency of whole answers grows with their length.
    Estimated,
    /// Not at all: whole answers of one length, whose latency counts as time to the first token.
    Together,
}

/// Times to the first token, and from each token to the next.
pub(super) struct Parted {
    pub how: Parts,
    pub ttft: Measured,
    pub per_token: Measured,
}

/// The ways to part streams, if there are enough of them, or else whole answers; one at least.
pub(super) fn part(answers: &[Answer], fewest: usize) -> Vec<Parted> {
    let firsts: Vec<f64> = answers.iter().filter_map(|answer| answer.first_s).collect();
    if firsts.len() >= fewest {
        let per_token = answers.iter().filter_map(Answer::per_token_s).collect();
        return vec![Parted {
            how: Parts::Seen,
            ttft: Measured::of(firsts),
            per_token: Measured::of(per_token),
        }];
    }
    let Some(slope) = slope(answers) else {
        let done = answers.iter().map(|answer| answer.done_s).collect();
        let per_token = Measured::of(vec![0.0]);
        return vec![Parted { how: Parts::Together, ttft: Measured::of(done), per_token }];
    };
    let rest = |answer: &Answer| (answer.done_s - (answer.tokens - 1.0) * slope).max(0.0);
    let ttft = Measured::of(answers.iter().map(rest).collect());
    let steady = Measured::of(vec![ttft.at(50.0)]);
    let per_token = per_token(answers, ttft.at(50.0));
    vec![
        Parted { how: Parts::Estimated, ttft, per_token: Measured::of(vec![slope]) },
        Parted { how: Parts::Estimated, ttft: steady, per_token },
    ]
}

/// Times of a token, if all answers began after the same time. A short answer says little of them, as all that its beginning
/// varied counts for a few tokens, so each weighs as the square of its length.
fn per_token(answers: &[Answer], ttft_s: f64) -> Measured {
    let longer = answers.iter().filter(|answer| answer.tokens > 1.0);
    let weighed = longer.map(|answer| {
        let steps = answer.tokens - 1.0;
        ((answer.done_s - ttft_s).max(0.0) / steps, steps * steps)
    });
    Measured::weighed(weighed.collect())
}

/// The median slope of latency over tokens, between answers half the run apart or more.
fn slope(answers: &[Answer]) -> Option<f64> {
    let count = answers.len();
    let shifts = count.div_ceil(2)..count;
    let pairs = shifts.flat_map(|shift| (0..count - shift).map(move |place| (place, place + shift)));
    let slopes = pairs.filter_map(|(one, other)| {
        let (one, other) = (answers.get(one)?, answers.get(other)?);
        let tokens = other.tokens - one.tokens;
        (tokens != 0.0).then(|| (other.done_s - one.done_s) / tokens)
    });
    let slopes: Vec<f64> = slopes.take(PAIRS).collect();
    (!slopes.is_empty()).then(|| Measured::of(slopes).at(50.0)).filter(|slope| *slope > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(tokens: u32, done_s: f64) -> Answer {
        Answer { first_s: None, done_s, tokens: f64::from(tokens), cut: false, events: 0 }
    }

    #[test]
    fn whole_answers_part_by_how_they_grow() {
        let answers: Vec<Answer> =
            (0..200).map(|n| whole(50 + n % 90, 0.3 + f64::from(49 + n % 90) * 0.01)).collect();
        let ways = part(&answers, 50);
        assert_eq!(ways.len(), 2);
        for parted in ways {
            assert_eq!(parted.how, Parts::Estimated);
            assert!((parted.ttft.at(50.0) - 0.3).abs() < 1e-6, "{}", parted.ttft.at(50.0));
            assert!((parted.per_token.at(95.0) - 0.01).abs() < 1e-6);
        }
    }

    #[test]
    fn answers_of_one_length_cannot_be_parted() {
        let answers: Vec<Answer> = (0..200).map(|n| whole(64, 1.0 + f64::from(n) * 0.01)).collect();
        let parted = &part(&answers, 50)[0];
        assert_eq!((parted.how, parted.per_token.at(50.0)), (Parts::Together, 0.0));
        assert!((parted.ttft.at(100.0) - 2.99).abs() < 1e-9);
    }
}
