//! A worker's idea of the time, as the table holds it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Whole milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Millis(u64);

impl Millis {
    /// The millisecond in which `time` falls; the first one for any time before 1970.
    pub fn of(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Millis(millis(since))
    }

    /// So many of them.
    pub(super) const fn new(millis: u64) -> Self {
        Millis(millis)
    }

    /// Their number.
    pub fn get(self) -> u64 {
        self.0
    }

    /// The second in which it falls.
    pub(super) fn seconds(self) -> u64 {
        self.0 / 1000
    }

    /// The millisecond this much later.
    pub(super) fn plus(self, length: Duration) -> Self {
        Millis(self.0.saturating_add(millis(length)))
    }

    /// Its beginning; the epoch's for one that no calendar holds.
    pub fn time(self) -> SystemTime {
        UNIX_EPOCH.checked_add(Duration::from_millis(self.0)).unwrap_or(UNIX_EPOCH)
    }
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_cut_to_what_the_table_holds() {
        let at = Millis::of(UNIX_EPOCH + Duration::from_micros(61_234_567));
        assert_eq!((at.get(), at.seconds()), (61_234, 61));
        assert_eq!(at.plus(Duration::from_millis(1766)), Millis(63_000));
        assert_eq!(at.time(), UNIX_EPOCH + Duration::from_millis(61_234));
        assert_eq!(Millis::of(UNIX_EPOCH - Duration::from_secs(1)), Millis(0));
    }
}
