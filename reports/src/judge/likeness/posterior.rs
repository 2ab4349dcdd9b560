//! What waits speak for: every candidate with its odds.

use super::catalogue::{ROWS, Row};
use super::density::{Sample, ln_sum_exp};
use super::histogram;
use super::shapes::shapes;
use crate::judge::fit::Fit;
use crate::judge::policy::{Jitter, Policy};

/// The odds before any wait is seen: half for the policies in the field, a quarter for their shapes with
/// another base, a quarter for anything else.
const KNOWN: f64 = 0.5;
const FREE: f64 = 0.25;
const UNKNOWN: f64 = 0.25;

/// The odds that exhausted calls have a policy's own number of attempts, that they have another, and that
/// they have any where the policy has no number of its own.
const SAME_ATTEMPTS: f64 = 0.9;
const OTHER_ATTEMPTS: f64 = 0.1;
const ANY_ATTEMPTS: f64 = 0.5;

/// A candidate whose likelihood is e⁻⁴⁰ of another's cannot be seen in any odds.
const BEYOND_NOTICE: f64 = 40.0;

/// Nor can an overhead, whose likelihood under a policy is e⁻²⁰ of another's, in the mean over them.
const BEYOND_MATTER: f64 = 20.0;

/// What waits speak for.
#[derive(Clone, Debug)]
pub(super) struct Posterior {
    candidates: Vec<Candidate>,
    unknown: f64,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    policy: Policy,
    row: Option<&'static Row>,
    odds: f64,
}

impl Posterior {
    /// Weighs all candidates; `attempts` is how many exhausted calls have, where there are any.
    pub(super) fn of(sample: &Sample<'_>, attempts: Option<u32>) -> Self {
        let unknown = histogram::ln_likelihood(sample.gaps());
        let mut search = Search { sample, best: unknown, candidates: Vec::new() };
        for row in &ROWS {
            let prior = KNOWN / ROWS.len() as f64 * evidence(row.attempts, attempts);
            search.add(prior.ln(), Some(row), [row.policy]);
        }
        let shapes = shapes(sample.gaps());
        // Less the price of a number that was chosen to fit.
        let prior = FREE / shapes.len() as f64 * evidence(None, attempts);
        let price = (sample.gaps().len() as f64).ln() + 2.0;
        for shape in shapes {
            search.add(prior.ln() - price, None, shape.policies(sample.gaps()));
        }
        normalise(search.candidates, (UNKNOWN * evidence(None, attempts)).ln() + unknown)
    }

    /// The odds of "none of these".
    pub(super) fn unknown(&self) -> f64 {
        self.unknown
    }

    /// The likeliest policy of the field, with its odds: its own, and those of its shape at nearly its base.
    pub(super) fn likeliest(&self) -> Option<(&'static Row, f64)> {
        let odds = |row: &Row| {
            let same = |one: &&Candidate| match one.row {
                Some(other) => other.name == row.name,
                None => one.policy.resembles(row.policy),
            };
            self.candidates.iter().filter(same).map(|one| one.odds).sum::<f64>()
        };
        ROWS.iter().map(|row| (row, odds(row))).reduce(|a, b| if b.1 > a.1 { b } else { a })
    }

    /// The likeliest sort of jitter, with its odds.
    pub(super) fn jitter(&self) -> (Jitter, f64) {
        let odds = |jitter| (jitter, self.sum(|policy| policy.jitter() == jitter));
        Jitter::ALL
            .map(odds)
            .into_iter()
            .reduce(|a, b| if b.1 > a.1 { b } else { a })
            .unwrap_or((Jitter::None, 0.0))
    }

    /// The odds that waits grow, and that they do not.
    pub(super) fn growth(&self) -> (f64, f64) {
        (self.sum(Policy::grows), self.sum(|policy| !policy.grows()))
    }

    /// The likeliest policy of all.
    pub(super) fn best(&self) -> Option<Policy> {
        self.candidates
            .iter()
            .copied()
            .reduce(|a, b| if b.odds > a.odds { b } else { a })
            .map(|one| one.policy)
    }

    fn sum(&self, is: impl Fn(Policy) -> bool) -> f64 {
        self.candidates.iter().filter(|candidate| is(candidate.policy)).map(|candidate| candidate.odds).sum()
    }
}

/// How well the number of attempts speaks for a policy.
fn evidence(own: Option<u32>, attempts: Option<u32>) -> f64 {
    match (own, attempts) {
        (_, None) => 1.0,
        (None, Some(_)) => ANY_ATTEMPTS,
        (Some(own), Some(attempts)) if own == attempts => SAME_ATTEMPTS,
        (Some(_), Some(_)) => OTHER_ATTEMPTS,
    }
}

/// The candidates so far.
struct Search<'a> {
    sample: &'a Sample<'a>,
    best: f64,
    candidates: Vec<Candidate>,
}

impl Search<'_> {
    /// Adds the likeliest of these policies, if it fits at all.
    fn add(&mut self, ln_prior: f64, row: Option<&'static Row>, policies: impl IntoIterator<Item = Policy>) {
        let mut floor = self.best - BEYOND_NOTICE;
        let mut likeliest: Option<(Policy, f64)> = None;
        for policy in policies {
            let likelihood = self.sample.ln_likelihood(policy, floor);
            if likelihood > likeliest.map_or(floor, |(_, likelihood)| likelihood) {
                likeliest = Some((policy, likelihood));
                floor = floor.max(likelihood - BEYOND_MATTER);
            }
        }
        let fits = |policy| !Fit::of(self.sample.gaps().iter().copied(), policy).is_poor();
        if let Some((policy, likelihood)) = likeliest.filter(|(policy, _)| fits(*policy)) {
            self.best = self.best.max(likelihood);
            self.candidates.push(Candidate { policy, row, odds: ln_prior + likelihood });
        }
    }
}

fn normalise(mut candidates: Vec<Candidate>, unknown: f64) -> Posterior {
    let all: Vec<f64> = candidates.iter().map(|candidate| candidate.odds).chain([unknown]).collect();
    let total = ln_sum_exp(&all);
    for candidate in &mut candidates {
        candidate.odds = (candidate.odds - total).exp();
    }
    Posterior { candidates, unknown: (unknown - total).exp() }
}
