//! One quantity under one window law: so many of something in so much time.
//!
//! The limit is handed in with every question, as a fault may squeeze it for a while. Under both laws the
//! arithmetic is exact: a bucket's level is kept in thing-nanoseconds, of which `limit` drain away each
//! nanosecond, so nothing is ever rounded and nothing drifts.

use super::limits::WindowLaw;

/// A minute in nanoseconds.
pub(super) const MINUTE: u64 = 60 * 1_000_000_000;
/// A day in nanoseconds.
pub(super) const DAY: u64 = 24 * 60 * MINUTE;

/// How much of a quota is in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meter {
    window_ns: u64,
    state: State,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// What the window with this number has used. The next one begins empty.
    Clock { window: u64, used: u64 },
    /// What has not drained away by `at_ns`, in thing-nanoseconds.
    Refill { at_ns: u64, level: u128 },
}

/// When something was charged, as far as it matters to putting it right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark(u64);

impl Meter {
    /// An unused meter with windows of this length.
    pub(super) fn new(law: WindowLaw, window_ns: u64) -> Self {
        let state = match law {
            WindowLaw::ClockMinute => State::Clock { window: 0, used: 0 },
            WindowLaw::Refill => State::Refill { at_ns: 0, level: 0 },
        };
        Meter { window_ns, state }
    }

    /// Brings the meter to `now`, and says whether `amount` more fits under `limit`.
    ///
    /// A clock that steps back is taken to stand still.
    pub(super) fn has_room(&mut self, now_ns: u64, amount: u64, limit: u64) -> bool {
        self.advance(now_ns, limit);
        match &self.state {
            State::Clock { used, .. } => used.checked_add(amount).is_some_and(|total| total <= limit),
            State::Refill { level, .. } => level.saturating_add(self.scaled(amount)) <= self.scaled(limit),
        }
    }

    /// Charges `amount`, whether or not there is room.
    pub(super) fn charge(&mut self, amount: u64) -> Mark {
        let scaled = self.scaled(amount);
        match &mut self.state {
            State::Clock { window, used } => {
                *used = used.saturating_add(amount);
                Mark(*window)
            }
            State::Refill { level, .. } => {
                *level = level.saturating_add(scaled);
                Mark(0)
            }
        }
    }

    /// Puts right what was charged at `mark`: `actual` in place of `reserved`.
    ///
    /// What is owed beyond the reservation is charged to the present. What is returned goes back to where
    /// it came from: a window that is over has nothing left to give back, and a bucket gives back no more
    /// than its level.
    pub(super) fn settle(&mut self, now_ns: u64, limit: u64, mark: Mark, reserved: u64, actual: u64) {
        self.advance(now_ns, limit);
        if actual >= reserved {
            self.charge(actual - reserved);
            return;
        }
        let surplus = reserved - actual;
        let scaled = self.scaled(surplus);
        match &mut self.state {
            State::Clock { window, used } if *window == mark.0 => *used = used.saturating_sub(surplus),
            State::Clock { .. } => {}
            State::Refill { level, .. } => *level = level.saturating_sub(scaled),
        }
    }

    fn advance(&mut self, now_ns: u64, limit: u64) {
        match &mut self.state {
            State::Clock { window, used } => {
                let current = now_ns / self.window_ns;
                if current > *window {
                    (*window, *used) = (current, 0);
                }
            }
            State::Refill { at_ns, level } => {
                let elapsed = now_ns.saturating_sub(*at_ns);
                *level = level.saturating_sub(u128::from(limit) * u128::from(elapsed));
                *at_ns = now_ns.max(*at_ns);
            }
        }
    }

    fn scaled(&self, amount: u64) -> u128 {
        u128::from(amount) * u128::from(self.window_ns)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: u64 = MINUTE / 60;
    const LAWS: [WindowLaw; 2] = [WindowLaw::ClockMinute, WindowLaw::Refill];

    fn meter(law: WindowLaw) -> Meter {
        Meter::new(law, MINUTE)
    }

    /// Takes `amount` if it fits.
    fn take(meter: &mut Meter, now_ns: u64, amount: u64, limit: u64) -> Option<Mark> {
        meter.has_room(now_ns, amount, limit).then(|| meter.charge(amount))
    }

    #[test]
    fn a_clock_minute_ends_on_the_minute_and_a_bucket_drains_all_the_time() {
        // A quota of 60, used up at second 35: what fits at later seconds.
        let cases = [
            (WindowLaw::ClockMinute, [(36, 0), (59, 0), (60, 60), (65, 60), (119, 60)]),
            (WindowLaw::Refill, [(36, 1), (59, 24), (60, 25), (65, 30), (119, 60)]),
        ];
        for (law, seconds) in cases {
            for (second, room) in seconds {
                let mut meter = meter(law);
                assert!(take(&mut meter, 35 * SECOND, 60, 60).is_some());
                assert!(meter.has_room(second * SECOND, room, 60), "{law:?} at {second}");
                assert!(!meter.has_room(second * SECOND, room + 1, 60), "{law:?} at {second}");
            }
        }
    }

    #[test]
    fn a_surplus_makes_room_at_once() {
        for law in LAWS {
            let mut meter = meter(law);
            let reserved = take(&mut meter, SECOND, 900, 1000);
            assert!(!meter.has_room(SECOND, 200, 1000));
            if let Some(mark) = reserved {
                meter.settle(SECOND, 1000, mark, 900, 100);
            }
            assert!(meter.has_room(SECOND, 900, 1000), "{law:?}");
            assert!(!meter.has_room(SECOND, 901, 1000), "{law:?}");
        }
    }

    #[test]
    fn a_window_that_is_over_returns_nothing_and_still_collects() {
        let mut meter = meter(WindowLaw::ClockMinute);
        let mark = meter.charge(900);
        assert!(take(&mut meter, MINUTE, 1000, 1000).is_some());
        meter.settle(MINUTE, 1000, mark, 900, 100);
        assert!(!meter.has_room(MINUTE, 1, 1000));
        meter.settle(2 * MINUTE, 1000, mark, 900, 1200);
        assert!(meter.has_room(2 * MINUTE, 700, 1000));
        assert!(!meter.has_room(2 * MINUTE, 701, 1000));
    }

    #[test]
    fn the_largest_figures_stay_within_their_types() {
        for law in LAWS {
            let mut meter = meter(law);
            assert!(take(&mut meter, u64::MAX, u64::MAX, u64::MAX).is_some());
            assert!(!meter.has_room(u64::MAX, 1, u64::MAX), "{law:?}");
            let mark = meter.charge(u64::MAX);
            meter.settle(0, u64::MAX, mark, 0, u64::MAX);
            assert!(!meter.has_room(u64::MAX, 0, 0), "{law:?}");
        }
    }

    proptest! {
        /// No clock minute ever holds more than the quota, and no stretch of time more than a full bucket
        /// and what drained from it meanwhile.
        #[test]
        fn never_more_than_the_quota(
            limit in 0_u64..50,
            steps in prop::collection::vec((0_u64..40 * SECOND, 1_u64..20), 1..60),
        ) {
            for law in LAWS {
                let mut meter = meter(law);
                let (mut now, mut taken) = (0, Vec::new());
                for &(gap, amount) in &steps {
                    now += gap;
                    if take(&mut meter, now, amount, limit).is_some() {
                        taken.push((now, amount));
                    }
                }
                for (from, &(start, _)) in taken.iter().enumerate() {
                    let mut sum = 0_u128;
                    for &(at, amount) in &taken[from..] {
                        sum += u128::from(amount);
                        let allowed = match law {
                            WindowLaw::ClockMinute => u128::from(limit) * u128::from(at / MINUTE - start / MINUTE + 1),
                            WindowLaw::Refill => {
                                u128::from(limit) + u128::from(limit) * u128::from(at - start) / u128::from(MINUTE)
                            }
                        };
                        prop_assert!(sum <= allowed, "{law:?}: {sum} from {start} to {at}");
                    }
                }
            }
        }

        /// Within a window, what is in use is what open reservations hold and closed ones have spent.
        #[test]
        fn reserve_and_settle_conserve(charges in prop::collection::vec((0_u64..1000, 0_u64..1000, any::<bool>()), 0..40)) {
            for law in LAWS {
                let (mut meter, mut expected) = (meter(law), 0);
                for &(reserved, actual, closed) in &charges {
                    let mark = meter.charge(reserved);
                    if closed {
                        meter.settle(0, u64::MAX / 2, mark, reserved, actual);
                    }
                    expected += if closed { actual } else { reserved };
                }
                prop_assert!(meter.has_room(0, 0, expected));
                prop_assert!(expected == 0 || !meter.has_room(0, 0, expected - 1));
            }
        }

        /// What fits still fits if less is asked, if more is allowed, or, with nothing charged meanwhile, later.
        #[test]
        fn room_is_monotone(
            limit in 0_u64..1000,
            used in 0_u64..1000,
            amount in 0_u64..1000,
            now in 0_u64..3 * MINUTE,
            later in 0_u64..3 * MINUTE,
            less in 0_u64..1000,
        ) {
            for law in LAWS {
                let mut meter = meter(law);
                meter.charge(used);
                if meter.clone().has_room(now, amount, limit) {
                    prop_assert!(meter.clone().has_room(now, amount.saturating_sub(less), limit));
                    prop_assert!(meter.clone().has_room(now, amount, limit + less));
                    prop_assert!(meter.clone().has_room(now + later, amount, limit));
                }
            }
        }
    }
}
