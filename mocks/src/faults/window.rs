//! When a fault is on.

use std::time::Duration;

use thiserror::Error;

/// A half-open span of time, `from..to`, as offsets from the cloud's epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    from: Duration,
    to: Option<Duration>,
}

impl Window {
    /// All the time.
    pub const ALWAYS: Window = Window { from: Duration::ZERO, to: None };

    /// From `from` on, until just before `to`.
    ///
    /// # Errors
    /// The end is not after the start.
    pub fn between(from: Duration, to: Duration) -> Result<Self, WindowError> {
        if to <= from {
            return Err(WindowError { from, to });
        }
        Ok(Window { from, to: Some(to) })
    }

    /// From `from` on, for ever.
    pub fn starting(from: Duration) -> Self {
        Window { from, to: None }
    }

    /// Whether the fault is on at this offset.
    pub fn contains(&self, at: Duration) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }

    /// When it begins.
    pub fn from(&self) -> Duration {
        self.from
    }

    /// When it ends, if it does.
    pub fn to(&self) -> Option<Duration> {
        self.to
    }

    /// How long from `at` until it is on or off the other way; `None` if that never happens.
    pub(super) fn changes_in(&self, at: Duration) -> Option<Duration> {
        if at < self.from {
            Some(self.from - at)
        } else {
            self.to?.checked_sub(at).filter(|left| !left.is_zero())
        }
    }
}

/// Why two times bound no window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a fault that starts at {from:?} must end later than {to:?}")]
pub struct WindowError {
    from: Duration,
    to: Duration,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const TICK: Duration = Duration::from_nanos(1);

    #[test]
    fn the_start_is_in_and_the_end_is_out() {
        let window = Window::between(SECOND, 2 * SECOND).unwrap();
        let cases = [
            (Duration::ZERO, false),
            (SECOND - TICK, false),
            (SECOND, true),
            (2 * SECOND - TICK, true),
            (2 * SECOND, false),
        ];
        for (at, on) in cases {
            assert_eq!(window.contains(at), on, "{at:?}");
        }
    }

    #[test]
    fn always_is_always() {
        assert!(Window::ALWAYS.contains(Duration::ZERO));
        assert!(Window::ALWAYS.contains(Duration::MAX));
    }

    #[test]
    fn a_window_must_not_be_empty() {
        assert!(Window::between(SECOND, SECOND).is_err());
        assert!(Window::between(2 * SECOND, SECOND).is_err());
    }
}
