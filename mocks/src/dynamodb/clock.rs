//! The time that the database sees: the cloud's, as of the operation under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dynoxide::storage_backend::Clock;

const NS_PER_S: u64 = 1_000_000_000;

/// A clock that stands still until it is set.
#[derive(Clone, Debug, Default)]
pub(super) struct HandedClock(Arc<AtomicU64>);

impl HandedClock {
    /// Sets it, to nanoseconds since the Unix epoch.
    pub(super) fn set(&self, unix_ns: u64) {
        self.0.store(unix_ns, Ordering::Relaxed);
    }

    fn unix_ns(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Clock for HandedClock {
    fn now_unix_secs(&self) -> u64 {
        self.unix_ns() / NS_PER_S
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.unix_ns() as f64 / NS_PER_S as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_copy_tells_the_time_that_one_was_set_to() {
        let clock = HandedClock::default();
        let copy = clock.clone();
        clock.set(1_500_000_000);
        assert_eq!((copy.now_unix_secs(), copy.now_unix_secs_f64()), (1, 1.5));
    }
}
