//! The retry quota, replayed: what a token bucket of each known table would have decided.
//!
//! The quota leaves a signature that no other policy has: retries stop altogether after 500 tokens, and
//! then come back one by one as successes pay for them.

use super::agent::Sdk;
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

/// To whom a success gives tokens back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refund {
    /// A call that was answered after a retry gets the price of its last one back.
    ItsOwn,
    /// The client remembers the price of one retry only, the last one of all its calls, and whichever call is
    /// answered next gets that back. So it is in the SDK for Rust (aws-smithy-runtime 1.16,
    /// `retries/strategy/standard.rs`): its calls share the place that the permit is kept in.
    LastOfAll,
}

/// A known quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Table {
    costs: Costs,
    refund: Refund,
    whose: &'static str,
}

const fn table(transient: u32, refund: Refund, whose: &'static str) -> Table {
    Table { costs: Costs { transient, throttling: 5 }, refund, whose }
}

/// The known quotas: first those of the SDK for Rust, which no other client can have.
const TABLES: [Table; 5] = [
    table(14, Refund::LastOfAll, "AWS retries 2.1"),
    table(10, Refund::LastOfAll, "the SDK for Rust's 2.0"),
    table(14, Refund::ItsOwn, "AWS retries 2.1"),
    table(10, Refund::ItsOwn, "the SDK for JavaScript's before 2.1"),
    table(5, Refund::ItsOwn, "botocore's before 1.44, and the SDKs' for Java and Go before 2.1"),
];

/// The most that a retry costs.
pub(super) const DEAREST: u32 = 14;

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
    /// Decisions that each table gets wrong, in the order of [`TABLES`]; none where the client cannot have it.
    mistakes: [Option<usize>; TABLES.len()],
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
    pub(super) fn of(moments: &[Moment], sdk: Option<Sdk>) -> Self {
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
            mistakes: TABLES.map(|table| {
                let possible = table.refund == Refund::ItsOwn || sdk == Some(Sdk::Rust);
                possible.then(|| mistakes(moments, table))
            }),
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
        self.mistakes.into_iter().flatten().min().unwrap_or_default()
    }

    /// The table that explains the decisions, if one does.
    pub(super) fn fit(&self) -> Fit {
        let allowed = 2.max((self.retried + self.refused) / 50);
        let judged =
            TABLES.iter().zip(self.mistakes).filter_map(|(table, mistakes)| Some((table, mistakes?)));
        match judged.min_by_key(|(_, mistakes)| *mistakes) {
            _ if !self.is_enough() || self.refused_early > 1 => Fit::None,
            Some((_, mistakes)) if mistakes > allowed => Fit::None,
            Some(_) if !self.told_apart => Fit::AnyTable,
            Some((table, _)) => Fit::Table(table.costs, table.whose),
            None => Fit::None,
        }
    }
}

/// Decisions that a bucket of this table would have taken otherwise.
fn mistakes(moments: &[Moment], Table { costs, refund, .. }: Table) -> usize {
    let cost = |class| match class {
        Class::Transient => costs.transient,
        Class::Throttling => costs.throttling,
    };
    let mut level = CAPACITY;
    let mut kept: Option<u32> = None;
    let mut mistakes = 0;
    for moment in moments {
        let back = match (moment.event, refund) {
            (Event::Failure { class, retried }, _) => {
                mistakes += usize::from(retried != (level >= cost(class)));
                if retried {
                    level = level.saturating_sub(cost(class));
                    kept = Some(cost(class));
                }
                0
            }
            (_, Refund::LastOfAll) => kept.take().unwrap_or(1),
            (Event::FirstTry, Refund::ItsOwn) => 1,
            (Event::AfterRetry(class), Refund::ItsOwn) => cost(class),
        };
        level = CAPACITY.min(level + back);
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Nanos;

    fn moments(events: impl IntoIterator<Item = Event>) -> Vec<Moment> {
        let moment =
            |(place, event)| Moment { at: Nanos::from_secs(place), finished: place, exchange: place, event };
        (0..).zip(events).map(moment).collect()
    }

    fn failures(class: Class, retried: bool, count: usize) -> impl Iterator<Item = Event> {
        std::iter::repeat_n(Event::Failure { class, retried }, count)
    }

    #[test]
    fn a_full_stop_after_35_retries_is_the_table_of_2_1() {
        let events = failures(Class::Transient, true, 35).chain(failures(Class::Transient, false, 20));
        let replay = Replay::of(&moments(events), None);
        assert_eq!(replay.mistakes, [None, None, Some(0), Some(20), Some(20)]);
        assert_eq!((replay.retried, replay.refused, replay.before_first_refusal), (35, 20, 35));
        assert_eq!(replay.fit(), Fit::Table(TABLES[2].costs, "AWS retries 2.1"));
    }

    #[test]
    fn throttles_cost_the_same_in_every_table() {
        let events = failures(Class::Throttling, true, 100).chain(failures(Class::Throttling, false, 12));
        assert_eq!(Replay::of(&moments(events), None).fit(), Fit::AnyTable);
    }

    #[test]
    fn a_trickle_that_successes_pay_for_is_foreseen() {
        let trickle = (0..12).flat_map(|_| {
            let paid = std::iter::repeat_n(Event::FirstTry, 10);
            paid.chain(failures(Class::Transient, true, 1)).chain(failures(Class::Transient, false, 1))
        });
        let events = failures(Class::Transient, true, 50).chain(trickle);
        assert_eq!(mistakes(&moments(events), TABLES[3]), 0);
    }

    #[test]
    fn a_coin_a_budget_and_a_client_that_never_retries_are_no_quota() {
        let alternating =
            (0..60).map(|place| Event::Failure { class: Class::Transient, retried: place % 2 == 0 });
        assert_eq!(Replay::of(&moments(alternating), None).fit(), Fit::None);
        let fifth = (0..200).map(|place| Event::Failure { class: Class::Transient, retried: place % 5 == 0 });
        assert_eq!(Replay::of(&moments(fifth), None).fit(), Fit::None);
        assert_eq!(Replay::of(&moments(failures(Class::Transient, false, 60)), None).fit(), Fit::None);
    }

    /// Two calls in flight at once, one of which is answered: in the SDK for Rust it gets the other's price back.
    #[test]
    fn the_sdk_for_rust_gives_back_the_last_price_of_all() {
        let pair = [
            Event::Failure { class: Class::Transient, retried: true },
            Event::FirstTry,
            Event::AfterRetry(Class::Transient),
        ];
        // Each round costs 10 and gives back 10 and 1: no quota runs dry. With refunds of one's own it is the same.
        let rounds = || std::iter::repeat_n(pair, 100).flatten();
        let stop = || failures(Class::Transient, false, 12);
        assert_eq!(mistakes(&moments(rounds()), TABLES[1]), 0);
        assert_eq!(mistakes(&moments(rounds().chain(stop())), TABLES[1]), 12);
        // Two retries under way, of which the first one's price is forgotten: each round costs 10.
        let lossy = [pair[0], pair[0], Event::AfterRetry(Class::Transient)];
        let rounds = std::iter::repeat_n(lossy, 48).flatten();
        let events = rounds.chain([pair[0], pair[0]]).chain(stop());
        assert_eq!(mistakes(&moments(events), TABLES[1]), 0);
    }
}
