//! Calls that ask for the same again: what an application sends once more by itself.
//!
//! A body that comes again need not be a retry: some loops always send the same. So a link between two
//! calls counts only where calls that failed are followed by their like much more often than calls that
//! did not, and much more often than the traffic would bring the same body by chance. Both controls must
//! agree, since each is blind where the other sees: the first to loops, the second to bursts of load.

use std::collections::BTreeMap;

use super::calls::Call;
use super::statistics::{chernoff_ln, hypergeom_sf, poisson_binom_sf};
use crate::units::Nanos;

/// The windows in which the next call is looked for. They lie off the round numbers that people sleep for.
pub(super) const WINDOWS: [Nanos; 4] =
    [Nanos::new(300_000_000), Nanos::new(1_500_000_000), Nanos::from_secs(7), Nanos::from_secs(35)];

/// Where the same body comes by itself more often than this, its coming says nothing.
const TOO_ALIKE: f64 = 0.7;
/// The fewest calls on either side of the comparison.
pub(super) const FEWEST: usize = 5;
/// Beyond so many chances their exact sum takes too long, and a bound on it does.
const EXACT: usize = 2_000;

/// What two calls have in common where one repeats the other.
type Errand<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>, &'a str);

/// Calls as they follow one another, by their places among the client's calls.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Repeats {
    /// How long after the end of one the next was looked for.
    pub(super) within: Nanos,
    /// The call that repeats each.
    next: Vec<Option<usize>>,
    /// The call that each repeats.
    previous: Vec<Option<usize>>,
}

/// On which side of the comparison a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// It has what may have led to the repeat.
    Struck,
    /// It has not.
    Control,
    /// It says nothing either way.
    Aside,
}

/// How often calls were repeated, on both sides.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Comparison {
    pub(super) struck: usize,
    pub(super) struck_again: usize,
    pub(super) control: usize,
    pub(super) control_again: usize,
    /// The chance of each call that was struck to be followed by its like anyway.
    pub(super) chances: Vec<f64>,
}

impl Repeats {
    /// Follows each call to the earliest later one with the same errand that no other call has claimed.
    pub(super) fn within(calls: &[Call<'_>], within: Nanos) -> Self {
        let mut next = vec![None; calls.len()];
        let mut previous = vec![None; calls.len()];
        for same in errands(calls).values() {
            let mut parents = same.clone();
            parents.sort_by_key(|&place| ended(&calls[place]));
            let mut children = same.iter().copied().peekable();
            for parent in parents {
                let end = ended(&calls[parent]);
                while children.next_if(|&child| began(&calls[child]) <= end).is_some() {}
                let near = |&child: &usize| calls[child].begin() <= end.0.plus(within);
                if let Some(child) = children.next_if(near) {
                    next[parent] = Some(child);
                    previous[child] = Some(parent);
                }
            }
        }
        Repeats { within, next, previous }
    }

    /// The call that repeats this one.
    pub(super) fn next(&self, place: usize) -> Option<usize> {
        self.next.get(place).copied().flatten()
    }

    /// The call that this one repeats.
    pub(super) fn previous(&self, place: usize) -> Option<usize> {
        self.previous.get(place).copied().flatten()
    }

    /// Chains of calls that repeat one another, by their places, in order of their beginnings.
    pub(super) fn chains(&self) -> impl Iterator<Item = Vec<usize>> {
        let roots = (0..self.next.len()).filter(|&place| self.previous[place].is_none());
        roots.map(|root| std::iter::successors(Some(root), |&place| self.next(place)).collect())
    }

    /// Counts repeats on both sides.
    pub(super) fn compare(&self, calls: &[Call<'_>], side: impl Fn(&Call<'_>) -> Side) -> Comparison {
        let mut comparison = Comparison::default();
        let begins: Vec<Nanos> = calls.iter().map(Call::begin).collect();
        for same in errands(calls).values() {
            let share = same.len() as f64 / calls.len() as f64;
            for &place in same {
                let again = usize::from(self.next(place).is_some());
                match side(&calls[place]) {
                    Side::Struck => {
                        comparison.struck += 1;
                        comparison.struck_again += again;
                        let end = calls[place].end();
                        let later = count_within(&begins, end, end.plus(self.within));
                        comparison.chances.push(1.0 - (1.0 - share).powi(later));
                    }
                    Side::Control => {
                        comparison.control += 1;
                        comparison.control_again += again;
                    }
                    Side::Aside => {}
                }
            }
        }
        comparison
    }
}

impl Comparison {
    /// The chance of so many repeats if being struck had nothing to do with them, by the control that
    /// thinks it likelier; none where the bodies are too alike to tell.
    pub(super) fn chance(&self) -> Option<f64> {
        let mean = self.chances.iter().sum::<f64>() / self.struck.max(1) as f64;
        let control = self.control_again as f64 / self.control.max(1) as f64;
        if mean > TOO_ALIKE || control > TOO_ALIKE {
            return None;
        }
        let by_control = hypergeom_sf(self.struck_again, self.struck, self.control_again, self.control);
        Some(by_control.max(self.by_bodies()))
    }

    /// The chance by the bodies alone.
    pub(super) fn by_bodies(&self) -> f64 {
        if self.chances.len() <= EXACT {
            return poisson_binom_sf(self.struck_again, &self.chances);
        }
        chernoff_ln(self.struck_again as f64, self.chances.iter().sum()).exp()
    }

    /// Whether there are enough calls on both sides.
    pub(super) fn is_enough(&self) -> bool {
        self.struck >= FEWEST && self.control >= FEWEST
    }
}

/// Calls by errand, each group in order of beginnings. Calls whose body is not known have none.
fn errands<'a>(calls: &[Call<'a>]) -> BTreeMap<Errand<'a>, Vec<usize>> {
    let mut errands: BTreeMap<Errand<'a>, Vec<usize>> = BTreeMap::new();
    for (place, call) in calls.iter().enumerate() {
        let first = call.first().exchange;
        if let Some(digest) = first.body_digest.as_deref() {
            let errand =
                (first.operation.as_deref(), first.model.as_deref(), first.region.as_deref(), digest);
            errands.entry(errand).or_default().push(place);
        }
    }
    errands
}

/// When a call began, with its number: in virtual time one begins in the moment in which another ends.
fn began(call: &Call<'_>) -> (Nanos, u64) {
    (call.begin(), call.first().exchange.number)
}

fn ended(call: &Call<'_>) -> (Nanos, u64) {
    (call.end(), call.last().exchange.number)
}

/// How many of these sorted times lie after `from`, up to `to`.
fn count_within(times: &[Nanos], from: Nanos, to: Nanos) -> i32 {
    let before = |limit: Nanos| times.partition_point(|&time| time <= limit);
    i32::try_from(before(to).saturating_sub(before(from))).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comparison(p: f64) -> Comparison {
        Comparison { struck: 8, struck_again: 6, control: 40, control_again: 1, chances: vec![p; 8] }
    }

    #[test]
    fn both_controls_must_agree() {
        let alone = |p| comparison(p).by_bodies();
        assert!((alone(0.05) - 4.0e-7).abs() < 1e-8 && (alone(0.2) - 1.23e-3).abs() < 1e-5);
        assert!(comparison(0.05).chance().is_some_and(|chance| (chance - 1.53e-5).abs() < 1e-7));
        assert!(comparison(0.2).chance().is_some_and(|chance| (chance - 1.23e-3).abs() < 1e-5));
    }

    #[test]
    fn bodies_that_come_anyway_tell_nothing() {
        assert_eq!(comparison(0.8).chance(), None);
        assert_eq!(Comparison { control_again: 30, ..comparison(0.05) }.chance(), None);
    }
}
