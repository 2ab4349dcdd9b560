//! A bucket that refills steadily: what a client's own limit and a gateway's throttle are made of.
//!
//! Fractions are kept, so that nothing is lost to rounding however often the bucket is asked.

use std::time::Duration;

use bedload_reports::units::Nanos;

/// A bucket of something that refills steadily up to its capacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    capacity: f64,
    per_s: f64,
    /// Under zero where more was taken than was there.
    level: f64,
    at: Nanos,
}

impl Bucket {
    /// A full bucket at the epoch. It holds `capacity` and gains `per_s` each second; both more than zero.
    pub fn full(capacity: f64, per_s: f64) -> Self {
        Bucket { capacity, per_s, level: capacity, at: Nanos::ZERO }
    }

    /// How long until `amount` may be taken; none if it may be now. What is larger than the whole bucket may be
    /// taken from a full one, or it would wait for ever.
    pub fn wait(&mut self, now: Nanos, amount: f64) -> Option<Duration> {
        self.advance(now);
        let missing = amount.min(self.capacity) - self.level;
        if missing <= ROUNDING {
            return None;
        }
        Some(Duration::try_from_secs_f64(missing / self.per_s).unwrap_or(Duration::MAX))
    }

    /// Takes `amount`, whether or not it is there.
    pub fn take(&mut self, now: Nanos, amount: f64) {
        self.advance(now);
        self.level -= amount;
    }

    /// Gives `amount` back; what does not fit is lost.
    pub fn give_back(&mut self, now: Nanos, amount: f64) {
        self.advance(now);
        self.level = (self.level + amount).min(self.capacity);
    }

    /// A clock that steps back is taken to stand still.
    fn advance(&mut self, now: Nanos) {
        let gained = now.since(self.at).as_secs_f64() * self.per_s;
        self.level = (self.level + gained).min(self.capacity);
        self.at = self.at.max(now);
    }
}

/// What the sum of many small refills may miss: without it a bucket could ask for a wait of no length.
const ROUNDING: f64 = 1e-6;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_gives_what_it_holds_and_then_what_it_gains() {
        let mut bucket = Bucket::full(10.0, 2.0);
        let second = Nanos::from_secs;
        assert_eq!(bucket.wait(second(0), 10.0), None);
        bucket.take(second(0), 10.0);
        assert_eq!(bucket.wait(second(0), 1.0), Some(Duration::from_millis(500)));
        assert_eq!(bucket.wait(second(3), 6.0), None);
        assert_eq!(bucket.wait(second(100), 11.0), None, "more than it holds, from a full one");
        bucket.take(second(100), 14.0);
        assert_eq!(bucket.wait(second(100), 0.0), Some(Duration::from_secs(2)), "four in debt");
        bucket.give_back(second(100), 99.0);
        assert_eq!(bucket.wait(second(100), 10.0), None);
    }

    proptest! {
        #[test]
        fn whoever_waits_as_told_may_take(
            capacity in 1.0..1e6f64,
            per_s in 0.01..1e5f64,
            taken in prop::collection::vec((0u64..10_000_000_000, 0.0..1e6f64), 1..20),
        ) {
            let mut bucket = Bucket::full(capacity, per_s);
            let mut now = Nanos::ZERO;
            for (gap, amount) in taken {
                now = now.plus(Nanos::new(gap));
                if let Some(wait) = bucket.wait(now, amount) {
                    // The house's clocks wait for whole milliseconds, rounded up.
                    now = now.plus(Nanos::from(wait)).plus(Nanos::new(1_000_000));
                    prop_assert_eq!(bucket.wait(now, amount), None);
                }
                bucket.take(now, amount);
            }
        }
    }
}
