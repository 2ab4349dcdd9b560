//! The retry quota, replayed: what a token bucket of each known table would have decided.
//!
//! The quota leaves a signature that no other policy has: retries stop altogether after 500 tokens, and
//! then come back one by one as successes pay for them.

use super::decisions::{Event, Moment};
use super::finding::Class;

/// What a retry costs of the retry quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Costs {
    /// After a transient failure.
    pub(super) transient: u32,
    /// After a throttle.
    pub(super) throttling: u32,
}

/// What a retry quota holds at the start, and at most.
pub(super) const CAPACITY: u32 = 500;

/// The known tables, with whose they are.
pub(super) const TABLES: [(Costs, &str); 3] = [
    (Costs { transient: 14, throttling: 5 }, "AWS retries 2.1"),
    (
        Costs { transient: 10, throttling: 5 },
        "the SDK for Rust's 2.0, and the SDK for JavaScript's before 2.1",
    ),
    (Costs { transient: 5, throttling: 5 }, "botocore's before 1.44, the SDK for Java's and Go's before 2.1"),
];

/// The fewest decisions of either kind that a replay can rest on.
pub(super) const FEWEST: usize = 10;

/// How decisions look against the tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Replay {
    /// Failures that were retried.
    pub(super) retried: usize,
    /// Failures that were not.
    pub(super) refused: usize,
    /// Retries before the first refusal.
    pub(super) before_first_refusal: usize,
    /// Refusals among the first ten decisions.
    refused_early: usize,
    /// Decisions that each table gets wrong, in the order of [`TABLES`].
    mistakes: [usize; TABLES.len()],
    /// Whether there was a failure whose cost differs between the tables.
    told_apart: bool,
}

/// Which table fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// This one.
    Table(Costs, &'static str),
    /// A throttle costs 5 in all of them.
    AnyTable,
    /// None.
    None,
}

impl Replay {
    pub(super) fn of(moments: &[Moment]) -> Self {
        let decisions = || {
            moments.iter().filter_map(|moment| match moment.event {
                Event::Failure { retried, .. } => Some(retried),
                Event::FirstTry | Event::AfterRetry(_) => None,
            })
        };
        let refused = decisions().filter(|retried| !retried).count();
        Replay {
            retried: decisions().filter(|retried| *retried).count(),
            refused,
            before_first_refusal: decisions().take_while(|retried| *retried).count(),
            refused_early: decisions().take(FEWEST).filter(|retried| !retried).count(),
            mistakes: TABLES.map(|(costs, _)| mistakes(moments, costs)),
            told_apart: moments
                .iter()
                .any(|moment| matches!(moment.event, Event::Failure { class: Class::Transient, .. })),
        }
    }

    /// Whether there are enough decisions of both kinds.
    pub(super) fn is_enough(&self) -> bool {
        self.retried >= FEWEST && self.refused >= FEWEST
    }

    /// Decisions that the best table gets wrong.
    pub(super) fn least_mistakes(&self) -> usize {
        self.mistakes.into_iter().min().unwrap_or_default()
    }

    /// The table that explains the decisions, if one does.
    pub(super) fn fit(&self) -> Fit {
        let best = (0..TABLES.len()).min_by_key(|&table| self.mistakes[table]).unwrap_or_default();
        let allowed = 2.max((self.retried + self.refused) / 50);
        match self.mistakes[best] {
            _ if !self.is_enough() || self.refused_early > 1 => Fit::None,
            mistakes if mistakes > allowed => Fit::None,
            _ if !self.told_apart => Fit::AnyTable,
            _ => Fit::Table(TABLES[best].0, TABLES[best].1),
        }
    }
}

/// Decisions that a bucket with these costs would have taken otherwise.
fn mistakes(moments: &[Moment], costs: Costs) -> usize {
    let cost = |class| match class {
        Class::Transient => costs.transient,
        Class::Throttling => costs.throttling,
    };
    let mut level = CAPACITY;
    let mut mistakes = 0;
    for moment in moments {
        match moment.event {
            Event::FirstTry => level = CAPACITY.min(level + 1),
            Event::AfterRetry(class) => level = CAPACITY.min(level + cost(class)),
            Event::Failure { class, retried } => {
                mistakes += usize::from(retried != (level >= cost(class)));
                if retried {
                    level = level.saturating_sub(cost(class));
                }
            }
        }
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Nanos;

    fn moments(events: impl IntoIterator<Item = Event>) -> Vec<Moment> {
        let moment = |(place, event)| Moment { at: Nanos::from_secs(place), exchange: place, event };
        (0..).zip(events).map(moment).collect()
    }

    fn failures(class: Class, retried: bool, count: usize) -> impl Iterator<Item = Event> {
        std::iter::repeat_n(Event::Failure { class, retried }, count)
    }

    #[test]
    fn a_full_stop_after_35_retries_is_the_table_of_2_1() {
        let events = failures(Class::Transient, true, 35).chain(failures(Class::Transient, false, 20));
        let replay = Replay::of(&moments(events));
        assert_eq!(replay.mistakes, [0, 20, 20]);
        assert_eq!((replay.retried, replay.refused, replay.before_first_refusal), (35, 20, 35));
        assert_eq!(replay.fit(), Fit::Table(TABLES[0].0, TABLES[0].1));
    }

    #[test]
    fn throttles_cost_the_same_in_every_table() {
        let events = failures(Class::Throttling, true, 100).chain(failures(Class::Throttling, false, 12));
        assert_eq!(Replay::of(&moments(events)).fit(), Fit::AnyTable);
    }

    #[test]
    fn a_trickle_that_successes_pay_for_is_foreseen() {
        let costs = Costs { transient: 10, throttling: 5 };
        let trickle = (0..12).flat_map(|_| {
            let paid = std::iter::repeat_n(Event::FirstTry, 10);
            paid.chain(failures(Class::Transient, true, 1)).chain(failures(Class::Transient, false, 1))
        });
        let events = failures(Class::Transient, true, 50).chain(trickle);
        assert_eq!(mistakes(&moments(events), costs), 0);
    }

    #[test]
    fn a_coin_a_budget_and_a_client_that_never_retries_are_no_quota() {
        let alternating =
            (0..60).map(|place| Event::Failure { class: Class::Transient, retried: place % 2 == 0 });
        assert_eq!(Replay::of(&moments(alternating)).fit(), Fit::None);
        let fifth = (0..200).map(|place| Event::Failure { class: Class::Transient, retried: place % 5 == 0 });
        assert_eq!(Replay::of(&moments(fifth)).fit(), Fit::None);
        assert_eq!(Replay::of(&moments(failures(Class::Transient, false, 60))).fit(), Fit::None);
    }
}
