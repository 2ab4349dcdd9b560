//! Requests in flight, counted in and out: what the records are held against.

use std::sync::atomic::{AtomicU64, Ordering};

use bedload_reports::units::Nanos;

/// Counts without a lock. The sums of times wrap around, and their difference is right all the same.
#[derive(Debug, Default)]
pub(super) struct Occupancy {
    entered: AtomicU64,
    left: AtomicU64,
    entered_ns: AtomicU64,
    left_ns: AtomicU64,
}

impl Occupancy {
    /// A request begins.
    pub(super) fn enter(&self, now: Nanos) {
        self.entered.fetch_add(1, Ordering::Relaxed);
        self.entered_ns.fetch_add(now.get(), Ordering::Relaxed);
    }

    /// A request is over.
    pub(super) fn leave(&self, now: Nanos) {
        self.left_ns.fetch_add(now.get(), Ordering::Relaxed);
        self.left.fetch_add(1, Ordering::Relaxed);
    }

    /// How many there are.
    pub(super) fn now(&self) -> u64 {
        let left = self.left.load(Ordering::Relaxed);
        self.entered.load(Ordering::Relaxed).saturating_sub(left)
    }

    /// How long all of them took, once none is there any more.
    pub(super) fn time(&self) -> Nanos {
        Nanos::new(self.left_ns.load(Ordering::Relaxed).wrapping_sub(self.entered_ns.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_add_up_even_where_their_sums_wrap_around() {
        let occupancy = Occupancy::default();
        let day = Nanos::from_secs(86_400);
        for _ in 0..300_000 {
            occupancy.enter(day);
            occupancy.leave(day.plus(Nanos::from_micros(10)));
        }
        assert_eq!((occupancy.now(), occupancy.time()), (0, Nanos::from_secs(3)));
    }
}
