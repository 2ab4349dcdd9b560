//! When a second call is worth making: once the first is slower than most have been, and not too often.
//!
//! The delay follows what answers of the same model by the same operation took of late. A call that was given up
//! because its rival was faster counts with the time it had taken by then: it would have taken longer still, and left
//! out it would pull the percentile down until everything was hedged. The share that may be hedged is an allowance
//! which every request adds to and every hedge draws on; it is capped, so that a quiet hour does not save up for a
//! storm of second calls.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bedload_reports::record::{Name, Operation};
use bedload_reports::units::Nanos;

use super::policy::{HedgeAfter, HedgePolicy};

/// The fewest answers that a percentile is taken of. Beyond this, at least one must lie above the percentile.
pub const LEAST_ANSWERS: usize = 20;
/// The most answers that are remembered: enough for a 99th percentile, few enough to follow a change.
const MOST_ANSWERS: usize = 1000;
/// The most hedges that can be saved up.
const MOST_SAVED: f64 = 10.0;
/// What the sum of many small shares may miss of a whole.
const ROUNDING: f64 = 1e-9;

/// What a client knows that bears on hedging.
#[derive(Clone, Debug)]
pub struct Hedging {
    policy: HedgePolicy,
    saved: f64,
    took: BTreeMap<(Name, Operation), Times>,
}

/// The times of the last answers, by age and by length.
#[derive(Clone, Debug, Default)]
struct Times {
    by_age: VecDeque<Nanos>,
    sorted: Vec<Nanos>,
}

impl Hedging {
    /// Nothing known yet.
    pub fn new(policy: HedgePolicy) -> Self {
        Hedging { policy, saved: 0.0, took: BTreeMap::new() }
    }

    /// A request begins: its share is saved.
    pub fn begin(&mut self) {
        self.saved = (self.saved + self.policy.at_most).min(MOST_SAVED);
    }

    /// How long to wait for a first call; none while too little is known to say.
    pub fn delay(&self, model: &Name, operation: Operation) -> Option<Duration> {
        match self.policy.after {
            HedgeAfter::Fixed(delay) => Some(delay),
            HedgeAfter::Percentile(share) => {
                self.took.get(&(model.clone(), operation))?.percentile(share).map(Duration::from)
            }
        }
    }

    /// Draws on what was saved; false where a hedge would exceed its share.
    pub fn spend(&mut self) -> bool {
        let enough = self.saved + ROUNDING >= 1.0;
        if enough {
            self.saved = (self.saved - 1.0).max(0.0);
        }
        enough
    }

    /// Hears how long an answer took (its first content, for a stream), or a call that was given up had taken.
    pub fn took(&mut self, model: &Name, operation: Operation, time: Nanos) {
        self.took.entry((model.clone(), operation)).or_default().push(time);
    }
}

impl Times {
    fn push(&mut self, time: Nanos) {
        if self.by_age.len() == MOST_ANSWERS
            && let Some(oldest) = self.by_age.pop_front()
        {
            let place = self.sorted.partition_point(|other| *other < oldest);
            self.sorted.remove(place);
        }
        self.by_age.push_back(time);
        self.sorted.insert(self.sorted.partition_point(|other| *other < time), time);
    }

    /// The nearest rank.
    fn percentile(&self, share: f64) -> Option<Nanos> {
        let known = self.sorted.len();
        let rank = (share * known as f64).ceil() as usize;
        if known < LEAST_ANSWERS || rank >= known {
            return None;
        }
        self.sorted.get(rank.saturating_sub(1)).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hedging(after: HedgeAfter, at_most: f64) -> Hedging {
        Hedging::new(HedgePolicy { after, at_most, elsewhere: false })
    }

    fn heard(hedging: &mut Hedging, times_ms: impl IntoIterator<Item = u64>) {
        for ms in times_ms {
            hedging.took(&"haiku".into(), Operation::Converse, Nanos::new(ms * 1_000_000));
        }
    }

    fn delay_ms(hedging: &Hedging) -> Option<u128> {
        hedging.delay(&"haiku".into(), Operation::Converse).map(|delay| delay.as_millis())
    }

    #[test]
    fn a_percentile_needs_a_sample_and_one_answer_beyond_it() {
        let mut hedging = hedging(HedgeAfter::Percentile(0.95), 1.0);
        heard(&mut hedging, 1..=19);
        assert_eq!(delay_ms(&hedging), None);
        heard(&mut hedging, [20]);
        assert_eq!(delay_ms(&hedging), Some(19));
        let mut hedging = self::hedging(HedgeAfter::Percentile(0.99), 1.0);
        heard(&mut hedging, 1..=99);
        assert_eq!(delay_ms(&hedging), None, "the 99th of 99 has none beyond it");
        heard(&mut hedging, [100]);
        assert_eq!(delay_ms(&hedging), Some(99));
    }

    #[test]
    fn models_and_operations_are_told_apart() {
        let mut hedging = hedging(HedgeAfter::Percentile(0.5), 1.0);
        heard(&mut hedging, 1..=40);
        assert_eq!(delay_ms(&hedging), Some(20));
        assert_eq!(hedging.delay(&"sonnet".into(), Operation::Converse), None);
        assert_eq!(hedging.delay(&"haiku".into(), Operation::ConverseStream), None);
    }

    #[test]
    fn a_fixed_delay_needs_no_sample() {
        let hedging = hedging(HedgeAfter::Fixed(Duration::from_millis(300)), 1.0);
        assert_eq!(delay_ms(&hedging), Some(300));
    }

    #[test]
    fn old_answers_are_forgotten() {
        let mut hedging = hedging(HedgeAfter::Percentile(0.5), 1.0);
        heard(&mut hedging, std::iter::repeat_n(9_000, 1000));
        heard(&mut hedging, std::iter::repeat_n(100, 1000));
        assert_eq!(delay_ms(&hedging), Some(100));
    }

    #[test]
    fn a_quiet_hour_saves_up_no_storm() {
        let mut hedging = hedging(HedgeAfter::Fixed(Duration::ZERO), 0.5);
        (0..1000).for_each(|_| hedging.begin());
        assert_eq!((0..1000).filter(|_| hedging.spend()).count(), 10);
    }

    proptest! {
        #[test]
        fn never_more_than_its_share_is_hedged(at_most in 0.001..=1.0f64, asks in prop::collection::vec(any::<bool>(), 1..500)) {
            let mut hedging = hedging(HedgeAfter::Fixed(Duration::ZERO), at_most);
            let mut hedged = 0u32;
            for (requests, slow) in (1u32..).zip(asks) {
                hedging.begin();
                hedged += u32::from(slow && hedging.spend());
                prop_assert!(f64::from(hedged) <= at_most * f64::from(requests) + 1e-6);
            }
        }
    }
}
