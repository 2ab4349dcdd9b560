//! The only file that reads a clock or waits on one.
//!
//! Time is tokio's, so a paused runtime moves the whole cloud through hours in seconds. Wall time is
//! never read here: the epoch brings one reading, and every later one is that plus what has elapsed.

use std::time::{Duration, SystemTime};

use tokio::time::{Instant, Sleep};

/// The longest wait that is carried out: beyond any run, and within what every clock can add.
const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 3600);

/// Where time starts, on the runtime's clock and on the calendar.
///
/// Fault windows and ledger times are offsets from it, and the `Date` of every response is `wall` plus
/// what has elapsed since `instant`: SDKs learn their clock skew from it.
#[derive(Clone, Copy, Debug)]
pub struct Epoch {
    /// Zero on the runtime's clock.
    pub instant: Instant,
    /// The wall time at that instant.
    pub wall: SystemTime,
}

impl Epoch {
    /// An epoch that starts now, with `wall` as the time of day.
    pub fn starting_at(wall: SystemTime) -> Self {
        Epoch { instant: now(), wall }
    }

    /// The epoch that begins at `instant`, on the same calendar.
    pub(crate) fn moved_to(self, instant: Instant) -> Self {
        Epoch { instant, wall: self.wall_at(instant) }
    }

    /// How long after the epoch `instant` is; zero before it.
    pub(crate) fn offset(self, instant: Instant) -> Duration {
        instant.saturating_duration_since(self.instant)
    }

    /// Nanoseconds from the Unix epoch to the wall time at `instant`, which 64 bits hold until 2554.
    pub(crate) fn unix_ns_at(self, instant: Instant) -> u64 {
        let since = self.wall_at(instant).duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    }

    /// The wall time at `instant`.
    pub(crate) fn wall_at(self, instant: Instant) -> SystemTime {
        self.wall.checked_add(self.offset(instant)).unwrap_or(self.wall)
    }
}

/// The present instant of the runtime's clock.
#[expect(clippy::disallowed_methods, reason = "the one lawful reading of the clock in this crate")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The instant `wait` after `start`, a year later at most.
pub(crate) fn later(start: Instant, wait: Duration) -> Instant {
    start + wait.min(LONGEST_WAIT)
}

/// A timer that has yet to be awaited or polled.
#[expect(clippy::disallowed_methods, reason = "the one lawful wait in this crate")]
pub(crate) fn timer(deadline: Instant) -> Sleep {
    tokio::time::sleep_until(deadline)
}

/// Waits until `deadline`, and not at all once it is past.
///
/// tokio's timers tick in milliseconds and round up, so even a timer that is already due may cost one.
pub(crate) async fn reach(deadline: Instant) {
    if now() < deadline {
        timer(deadline).await;
    }
}

/// Waits for `wait` from now on, and does not look at the clock for nothing.
pub(crate) async fn pass(wait: Duration) {
    if !wait.is_zero() {
        reach(later(now(), wait)).await;
    }
}
