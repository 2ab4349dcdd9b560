//! Little's law at each step: what is in flight, against what arrives and how long it takes.
//!
//! In a steady state the mean number in flight is the arrival rate times the mean time in the system, whatever the
//! distributions. The two are counted apart here: what was in flight while figures counted, whenever it had come; and what came
//! meanwhile, however long it took. Where they are more than five per cent apart the state was not steady: the step was still
//! filling up, and its figures flatter.

use serde::{Deserialize, Serialize};

use crate::header::Header;
use crate::record::Record;
use crate::summary::Summary;
use crate::units::Nanos;

/// How far apart the two may be.
const APART: f64 = 0.05;
/// Fewer in flight than this differ by chance alone.
const FEWEST: f64 = 1.0;

/// What is in flight, counted in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Little {
    /// Mean number in flight over the recorded stages.
    pub in_flight: f64,
    /// Arrivals a second × their mean time until they were over, of the same stages.
    pub by_law: f64,
    /// How many arrivals that rests on.
    pub samples: u64,
}

/// Adds up the time that requests were in flight while figures counted.
#[derive(Debug)]
pub struct LittleTally {
    windows: Vec<(Nanos, Nanos)>,
    length: Nanos,
    in_flight: u128,
}

impl LittleTally {
    /// Nothing yet, of a run with this header.
    pub fn new(run: &Header) -> Self {
        let recorded = run.stages.iter().filter(|stage| stage.record);
        LittleTally {
            windows: recorded.map(|stage| (stage.from, stage.to)).collect(),
            length: run.recorded_length(),
            in_flight: 0,
        }
    }

    /// Counts a request, of whatever stage.
    pub fn record(&mut self, record: &Record) {
        let inside = |&(from, to): &(Nanos, Nanos)| record.done.min(to).since(record.due.max(from)).get();
        self.in_flight += self.windows.iter().map(|window| u128::from(inside(window))).sum::<u128>();
    }

    /// Both counts; none where there was nothing to count, or jobs that wait are no requests in flight.
    pub fn finish(self, summary: &Summary) -> Option<Little> {
        let total = &summary.total;
        if !summary.queues.is_empty() || self.length == Nanos::ZERO {
            return None;
        }
        let by_law = total.per_second(total.requests)? * total.latency.mean?.as_secs_f64();
        let in_flight = self.in_flight as f64 / self.length.get() as f64;
        Some(Little { in_flight, by_law, samples: total.requests })
    }
}

impl Little {
    /// How far apart they are, as a share of the larger.
    pub fn apart(&self) -> f64 {
        let most = self.in_flight.max(self.by_law);
        if most > 0.0 { (self.in_flight - self.by_law).abs() / most } else { 0.0 }
    }

    /// Whether they agree, as far as so few tell: those in flight at either end of the time count in the one and not in the
    /// other.
    pub fn holds(&self) -> bool {
        let at_the_ends = 2.0 * self.in_flight.max(self.by_law).sqrt() / self.samples.max(1) as f64;
        self.in_flight.max(self.by_law) < FEWEST || self.apart() <= APART + at_the_ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apart_is_a_share_of_the_larger() {
        let little = Little { in_flight: 20.0, by_law: 15.0, samples: 300 };
        assert_eq!(little.apart(), 0.25);
        assert!(!little.holds());
        assert!(Little { by_law: 19.5, ..little }.holds());
        assert!(Little { in_flight: 0.5, by_law: 0.2, samples: 30 }.holds());
    }

    #[test]
    fn only_the_time_that_counts_is_counted() {
        use crate::testing::answered;
        let window = (Nanos::from_secs(10), Nanos::from_secs(20));
        let mut tally = LittleTally { windows: vec![window], length: Nanos::from_secs(10), in_flight: 0 };
        let mut record = answered(1, Nanos::from_secs(8));
        record.done = Nanos::from_secs(12);
        tally.record(&record);
        assert_eq!(tally.in_flight, 2_000_000_000);
    }
}
