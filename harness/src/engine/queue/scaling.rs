//! How an event source mapping scales: a number of batches at once, from what it has seen.
//!
//! Lambda's guide (SQS scaling): it begins with five, adds up to 300 a minute while there are messages, up to 1,000, and
//! idles at two. Function errors and throttles bring it down gradually; with `ReportBatchItemFailures` errors do not.

use std::time::Duration;

use bedload_reports::units::Nanos;

use crate::queue::policy::Function;

/// What an idle mapping keeps (Lambda guide: SQS scaling).
const IDLE: u32 = 2;
/// By how much trouble brings it down. Ours: the guide says “gradually”.
const DOWN: f64 = 0.9;
/// The shortest time between two steps down. Ours, so that one bad moment of many batches is one step.
const BETWEEN_STEPS_DOWN: Duration = Duration::from_secs(10);

/// How many batches at once there may be.
#[derive(Clone, Debug)]
pub(super) struct Scaler {
    function: Function,
    /// How many, in parts, at `since`.
    level: f64,
    since: Nanos,
    down_at: Option<Nanos>,
}

impl Scaler {
    pub(super) fn new(function: Function, now: Nanos) -> Self {
        Scaler { function, level: f64::from(function.scaling.start), since: now, down_at: None }
    }

    /// How many batches at once there may be now.
    pub(super) fn concurrency(&self) -> u32 {
        (self.level as u32).clamp(1, self.most())
    }

    /// There are messages: the mapping grows with time.
    pub(super) fn busy(&mut self, now: Nanos) {
        let minutes = now.since(self.since).as_secs_f64() / 60.0;
        self.since = now;
        self.level =
            (self.level + minutes * f64::from(self.function.scaling.per_minute)).min(f64::from(self.most()));
    }

    /// There are none.
    pub(super) fn idle(&mut self, now: Nanos) {
        self.since = now;
        self.level = (self.level * DOWN).max(f64::from(IDLE));
    }

    /// The function failed.
    pub(super) fn failed(&mut self, now: Nanos) {
        if !self.function.partial {
            self.step_down(now);
        }
    }

    /// The function was throttled.
    pub(super) fn throttled(&mut self, now: Nanos) {
        self.step_down(now);
    }

    fn step_down(&mut self, now: Nanos) {
        let due = self.down_at.is_none_or(|at| now.since(at) >= Nanos::from(BETWEEN_STEPS_DOWN));
        if due {
            self.down_at = Some(now);
            self.since = now;
            self.level = (self.level * DOWN).max(f64::from(IDLE));
        }
    }

    fn most(&self) -> u32 {
        self.function.max_concurrency.min(self.function.scaling.most).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::policy::Scaling;

    fn scaler(partial: bool) -> Scaler {
        let function = Function {
            batch: 10,
            window: Duration::ZERO,
            max_concurrency: 1000,
            reserved: None,
            in_flight: 1,
            timeout: Duration::from_secs(60),
            partial,
            scaling: Scaling { start: 5, per_minute: 300, most: 1000 },
        };
        Scaler::new(function, Nanos::ZERO)
    }

    fn at(secs: u64) -> Nanos {
        Nanos::from_secs(secs)
    }

    #[test]
    fn it_begins_with_five_and_grows_by_300_a_minute_up_to_1000() {
        let mut scaler = scaler(true);
        let grown: Vec<u32> = [0, 12, 60, 120, 300]
            .into_iter()
            .map(|secs| {
                scaler.busy(at(secs));
                scaler.concurrency()
            })
            .collect();
        assert_eq!(grown, [5, 65, 305, 605, 1000]);
    }

    #[test]
    fn trouble_brings_it_down_step_by_step_and_errors_only_without_item_failures() {
        let mut whole = scaler(false);
        whole.busy(at(120));
        whole.failed(at(121));
        whole.failed(at(122));
        assert_eq!(whole.concurrency(), 544);
        let mut partial = scaler(true);
        partial.busy(at(120));
        partial.failed(at(121));
        assert_eq!(partial.concurrency(), 605);
        partial.throttled(at(122));
        assert_eq!(partial.concurrency(), 544);
    }

    #[test]
    fn without_messages_it_idles_down_to_two() {
        let mut scaler = scaler(true);
        (0..20).for_each(|secs| scaler.idle(at(secs)));
        assert_eq!(scaler.concurrency(), 2);
    }
}
