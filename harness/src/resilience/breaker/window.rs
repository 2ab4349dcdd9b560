//! What a breaker looks back on: the last so many calls, or those of the last so many seconds.

use std::collections::VecDeque;

use bedload_reports::units::Nanos;

use crate::resilience::policy::{BreakerPolicy, SlidingWindow};

/// Nanoseconds in the second that a time-based window is counted in.
const SECOND: u64 = 1_000_000_000;

/// Calls, newest last, with their sum.
#[derive(Clone, Debug)]
pub(super) struct Window {
    kind: SlidingWindow,
    /// One entry for each call, or for each second that had any.
    entries: VecDeque<(u64, Tally)>,
    sum: Tally,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    calls: u32,
    failed: u32,
    slow: u32,
}

/// What a window shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// Nothing yet.
    TooFew,
    /// Few enough failed and slow calls.
    Good,
    /// Too many of the one or the other.
    Bad,
}

impl Window {
    pub(super) fn new(kind: SlidingWindow) -> Self {
        Window { kind, entries: VecDeque::new(), sum: Tally::default() }
    }

    /// Takes a call in, and lets go of what has fallen out of the window.
    pub(super) fn record(&mut self, now: Nanos, failed: bool, slow: bool) {
        let second = now.get() / SECOND;
        let call = Tally { calls: 1, failed: u32::from(failed), slow: u32::from(slow) };
        self.sum.add(call);
        match (self.kind, self.entries.back_mut()) {
            (SlidingWindow::Time(_), Some((at, tally))) if *at == second => tally.add(call),
            _ => self.entries.push_back((second, call)),
        }
        while let Some((at, oldest)) = self.entries.front().copied() {
            let fell_out = match self.kind {
                SlidingWindow::Count(calls) => self.sum.calls > calls,
                SlidingWindow::Time(seconds) => at.saturating_add(u64::from(seconds)) <= second,
            };
            if !fell_out {
                break;
            }
            self.sum.subtract(oldest);
            self.entries.pop_front();
        }
    }

    pub(super) fn judge(&self, policy: &BreakerPolicy) -> Judgement {
        let least = match self.kind {
            SlidingWindow::Count(calls) => policy.minimum_number_of_calls.min(calls),
            SlidingWindow::Time(_) => policy.minimum_number_of_calls,
        };
        let Tally { calls, failed, slow } = self.sum;
        if calls < least.max(1) {
            return Judgement::TooFew;
        }
        let reaches = |some: u32, threshold: f64| f64::from(some) / f64::from(calls) >= threshold;
        match reaches(failed, policy.failure_rate_threshold) || reaches(slow, policy.slow_call_rate_threshold)
        {
            true => Judgement::Bad,
            false => Judgement::Good,
        }
    }
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.calls += other.calls;
        self.failed += other.failed;
        self.slow += other.slow;
    }

    fn subtract(&mut self, other: Tally) {
        self.calls -= other.calls;
        self.failed -= other.failed;
        self.slow -= other.slow;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(kind: SlidingWindow, calls: &[(u64, bool)]) -> Tally {
        let mut window = Window::new(kind);
        for (second, failed) in calls {
            window.record(Nanos::from_secs(*second), *failed, false);
        }
        window.sum
    }

    #[test]
    fn a_count_keeps_the_last_calls_whenever_they_were() {
        let calls = [(0, true), (0, true), (50, false), (99, true)];
        assert_eq!(filled(SlidingWindow::Count(3), &calls), Tally { calls: 3, failed: 2, slow: 0 });
        assert_eq!(filled(SlidingWindow::Count(9), &calls), Tally { calls: 4, failed: 3, slow: 0 });
    }

    #[test]
    fn a_time_keeps_the_calls_of_its_whole_seconds_however_many() {
        let calls = [(0, true), (1, true), (1, true), (2, false), (3, false)];
        assert_eq!(filled(SlidingWindow::Time(2), &calls), Tally { calls: 2, failed: 0, slow: 0 });
        assert_eq!(filled(SlidingWindow::Time(3), &calls), Tally { calls: 4, failed: 2, slow: 0 });
        assert_eq!(filled(SlidingWindow::Time(4), &calls), Tally { calls: 5, failed: 3, slow: 0 });
    }
}
