//! `amplification`: whether a client makes more attempts than the scenario allows.
//!
//! The measured figure is a fact of the run, and an expectation is held against it. The finding says more:
//! that another run would exceed the limit too. For that the mean of n values between 1 and the most
//! attempts is bounded by Hoeffding's inequality, since a normal interval is wrong for values so skewed.

use super::answer::Question;
use super::calls::Client;
use super::cohort::{Cohort, FEWEST, cohorts};
use super::context::Context;
use super::finding::{Answer, Code, Severity};
use super::level::{Level, one_in};
use super::nested::Nesting;
use super::statistics::hoeffding_ln;
use crate::number;

/// Whether the client exceeds the amplification that the scenario expects.
pub(super) fn ask(client: &Client<'_>, context: &Context, nesting: &Nesting, level: Level) -> Vec<Answer> {
    let Some(limit) = context.expect.as_ref().and_then(|expect| expect.max_amplification) else {
        return Vec::new();
    };
    let question = Question::to(client, Code::Amplification);
    let Some(worst) = cohorts(client, context, nesting).into_iter().next() else { return Vec::new() };
    let (Some(measured), n) = (worst.amplification(), worst.attempts.len()) else { return Vec::new() };
    let told = told(&worst);
    let chance = exceeds_ln(&worst.attempts, limit).exp();
    let answer = if n < FEWEST {
        question.insufficient(n, FEWEST, "requests")
    } else if chance <= level.of_a_finding() {
        let expected = format!(
            "At most {limit:.2}; a client that keeps to that on average would show this in {} runs.",
            one_in(chance)
        );
        question.found(Severity::Error, told, expected).by_chance(chance).shown_by(worst.longest)
    } else if measured > limit {
        let need = (n as f64 * level.of_a_finding().ln() / chance.ln()).ceil() as usize;
        question.insufficient(n, need, format!("requests in a fault; {told}"))
    } else {
        question.clear(told)
    };
    vec![answer]
}

/// A bound on the logarithm of the chance of these attempts, if the true mean is at most `limit`.
pub(super) fn exceeds_ln(attempts: &[usize], limit: f64) -> f64 {
    let most = attempts.iter().copied().max().unwrap_or(1) as f64;
    if most <= 1.0 {
        return 0.0;
    }
    let scaled = |value: f64| ((value - 1.0) / (most - 1.0)).clamp(0.0, 1.0);
    let mean = attempts.iter().sum::<usize>() as f64 / attempts.len() as f64;
    hoeffding_ln(attempts.len() as f64, scaled(mean), scaled(limit))
}

/// `3.00 attempts for each of 40 requests that began in storm.`
pub(super) fn told(cohort: &Cohort) -> String {
    let when = cohort.fault.as_ref().map_or_else(String::new, |fault| format!(" that began in {fault}"));
    format!(
        "{:.2} attempts for each of {} requests{when}.",
        cohort.amplification().unwrap_or(1.0),
        number::count(cohort.attempts.len() as u64),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many requests of 2 and 3 attempts that the mean is 2.5, and one of one to make room for it.
    fn half_and_half(n: usize) -> Vec<usize> {
        (0..n).map(|place| if place % 4 == 0 { 1 } else { 3 }).collect()
    }

    #[test]
    fn a_mean_of_2_5_exceeds_2_from_53_requests_on() {
        let ln = |n: f64| hoeffding_ln(n, 0.75, 0.5);
        assert!((ln(53.0) - -6.934).abs() < 1e-3 && (ln(52.0) - -6.80).abs() < 5e-3);
        assert!((exceeds_ln(&half_and_half(52), 2.0) - ln(52.0)).abs() < 1e-9);
        assert!(exceeds_ln(&half_and_half(52), 2.0) > 1e-3f64.ln());
        assert!(exceeds_ln(&half_and_half(56), 2.0) <= 1e-3f64.ln());
    }

    #[test]
    fn all_failing_is_enough_at_ten() {
        assert!(exceeds_ln(&[3; 10], 2.0) <= 1e-3f64.ln());
        assert_eq!(exceeds_ln(&[1; 100], 2.0), 0.0);
    }
}
