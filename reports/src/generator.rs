//! What the load generator says of itself: is it the bottleneck of its own measurement?
//!
//! A generator that is out of processor time, or whose runtime polls late, reports its own delays as those of the service, and
//! most tools do not say so. So in real time the harness writes a line about itself every second, and these are folded like
//! everything else. In virtual time it has nothing to say: there no figure depends on how fast it is.

use serde::{Deserialize, Serialize};

use crate::histogram::{Histogram, Quantile};
use crate::machine::{MachineTally, MachineTime, MachineUse, quantile};
use crate::record::Record;
use crate::units::Nanos;

/// Points of a timeline that are kept at most: then each two become one.
const POINTS: usize = 240;

/// The generator at one time, with what it did since the sample before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GeneratorSample {
    /// When.
    pub at: Nanos,
    /// Cores that it may use.
    pub cores: u32,
    /// Processor time of the process so far. It covers the cloud where that is served by the same process.
    pub cpu: Nanos,
    /// Processor time of the whole machine since the run began; none where the system does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<MachineTime>,
    /// Memory that the process occupies, in bytes; zero where the system does not tell.
    pub rss_bytes: u64,
    /// How late the runtime polled each of a few tasks that had nothing to wait for, in microseconds.
    pub lags_us: Vec<u32>,
    /// Requests in flight.
    pub in_flight: u64,
    /// Time in flight of all requests of open and closed loads, added up as they began and ended; in the closing sample alone,
    /// when none is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_in_flight: Option<Nanos>,
    /// How far the wall clock has moved against the monotonic one since the run began, in nanoseconds.
    pub clock_drift_ns: i64,
}

/// The generator over a whole run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Generator {
    /// Cores that it could use.
    pub cores: u32,
    /// Processor time that it used.
    pub cpu: Nanos,
    /// The share of all cores that it used, over the whole run.
    pub cpu_share: f64,
    /// The same in the second that 95 of 100 did not exceed.
    pub cpu_share_p95: f64,
    /// What everybody used of the machine; none where the system does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<MachineUse>,
    /// The most memory that it occupied, in bytes.
    pub rss_peak_bytes: u64,
    /// How late its runtime polled a task that was ready: the median.
    pub loop_lag_p50: Option<Nanos>,
    /// The 99th percentile of the same; none with too few probes to bound it, as in a run of less than half a minute.
    pub loop_lag_p99: Option<Nanos>,
    /// The most of the same.
    pub loop_lag_max: Option<Nanos>,
    /// The most that the wall clock moved against the monotonic one.
    pub clock_drift: Nanos,
    /// Mean requests in flight, as the engine counted them in and out; none if the run did not come to its end.
    pub in_flight_counted: Option<f64>,
    /// Mean requests in flight by Little's law: those that the records tell of, times how long they took.
    pub in_flight_recorded: f64,
    /// Processor and memory over time.
    pub points: Vec<GeneratorPoint>,
}

/// The generator over a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GeneratorPoint {
    /// When it ended.
    pub at: Nanos,
    /// The share of all cores that was used.
    pub cpu_share: f64,
    /// Memory at its end, in bytes.
    pub rss_bytes: u64,
}

impl Generator {
    /// How far apart the two counts of requests in flight are, as a share of the larger; none without both, or without any.
    pub fn imbalance(&self) -> Option<f64> {
        let (counted, recorded) = (self.in_flight_counted?, self.in_flight_recorded);
        let most = counted.max(recorded);
        (most > 0.0).then(|| (counted - recorded).abs() / most)
    }
}

/// Folds samples.
#[derive(Debug, Default)]
pub(crate) struct GeneratorTally {
    last: Option<GeneratorSample>,
    shares: Vec<f64>,
    machine: MachineTally,
    rss_peak_bytes: u64,
    lags: Histogram,
    clock_drift: u64,
    recorded: u128,
    points: Vec<GeneratorPoint>,
    /// Seconds to a point.
    stride: u32,
    pending: u32,
    since: (Nanos, Nanos),
}

impl GeneratorTally {
    /// Counts a request. Jobs wait for workers, and no engine holds them in flight.
    pub(crate) fn record(&mut self, record: &Record) {
        if record.job.is_none() {
            self.recorded += u128::from(record.over().since(record.sent).get());
        }
    }

    /// Takes in a sample.
    pub(crate) fn observe(&mut self, sample: GeneratorSample) {
        let before = self.last.as_ref().map_or((Nanos::ZERO, Nanos::ZERO), |last| (last.at, last.cpu));
        if let Some(share) = share(before, &sample) {
            self.shares.push(share);
        }
        if let Some(machine) = sample.machine {
            self.machine.observe(machine);
        }
        self.rss_peak_bytes = self.rss_peak_bytes.max(sample.rss_bytes);
        self.clock_drift = self.clock_drift.max(sample.clock_drift_ns.unsigned_abs());
        for &lag in &sample.lags_us {
            self.lags.record(Nanos::from_micros(u64::from(lag)));
        }
        self.draw(&sample);
        self.last = Some(sample);
    }

    fn draw(&mut self, sample: &GeneratorSample) {
        self.pending += 1;
        if self.pending < self.stride.max(1) {
            return;
        }
        self.pending = 0;
        if let Some(cpu_share) = share(self.since, sample) {
            self.points.push(GeneratorPoint { at: sample.at, cpu_share, rss_bytes: sample.rss_bytes });
        }
        self.since = (sample.at, sample.cpu);
        if self.points.len() >= POINTS {
            self.points = self.points.chunks(2).map(merged).collect();
            self.stride = self.stride.max(1) * 2;
        }
    }

    /// The whole run; none without a sample.
    pub(crate) fn finish(mut self) -> Option<Generator> {
        let last = self.last?;
        self.shares.sort_by(f64::total_cmp);
        let seconds = last.at.as_secs_f64();
        let mean = |busy_s: f64| if seconds > 0.0 { busy_s / seconds } else { 0.0 };
        Some(Generator {
            cores: last.cores,
            cpu: last.cpu,
            cpu_share: mean(last.cpu.as_secs_f64()) / f64::from(last.cores.max(1)),
            cpu_share_p95: quantile(&self.shares, 0.95),
            machine: self.machine.finish(last.cpu),
            rss_peak_bytes: self.rss_peak_bytes,
            loop_lag_p50: self.lags.at(Quantile::P50),
            loop_lag_p99: self.lags.bounded(Quantile::P99),
            loop_lag_max: self.lags.max(),
            clock_drift: Nanos::new(self.clock_drift),
            in_flight_counted: last.time_in_flight.map(|time| mean(time.as_secs_f64())),
            in_flight_recorded: mean(self.recorded as f64 / 1e9),
            points: self.points,
        })
    }
}

/// The shortest stretch that a share is taken over: in a shorter one a few milliseconds of noise are a large share.
const LEAST: Nanos = Nanos::from_micros(500_000);

/// The share of all cores that was used since (when, processor time so far); none over too short a stretch.
fn share((at, cpu): (Nanos, Nanos), sample: &GeneratorSample) -> Option<f64> {
    let wall = sample.at.since(at);
    let cores = wall.as_secs_f64() * f64::from(sample.cores.max(1));
    (wall >= LEAST).then(|| sample.cpu.since(cpu).as_secs_f64() / cores)
}

/// One point instead of two neighbours.
fn merged(points: &[GeneratorPoint]) -> GeneratorPoint {
    let mut one = points[points.len() - 1];
    one.cpu_share = points.iter().map(|point| point.cpu_share).sum::<f64>() / points.len() as f64;
    one.rss_bytes = points.iter().map(|point| point.rss_bytes).max().unwrap_or(0);
    one
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::testing::answered;

    fn sample(second: u64, cpu_ms: u64) -> GeneratorSample {
        GeneratorSample {
            at: Nanos::from_secs(second),
            cores: 2,
            cpu: Nanos::from_micros(cpu_ms * 1000),
            rss_bytes: 1000 + second,
            lags_us: vec![100, 200],
            ..GeneratorSample::default()
        }
    }

    #[test]
    fn shares_are_of_all_cores_and_of_each_second() {
        let mut tally = GeneratorTally::default();
        tally.observe(sample(1, 200));
        tally.observe(sample(2, 2000));
        let generator = tally.finish().unwrap();
        assert_eq!((generator.cpu_share, generator.cpu_share_p95), (0.5, 0.9));
        assert_eq!(generator.rss_peak_bytes, 1002);
        assert_eq!(generator.loop_lag_max, Some(Nanos::from_micros(200)));
    }

    #[test]
    fn a_long_run_keeps_few_points() {
        let mut tally = GeneratorTally::default();
        for second in 1..=10_000 {
            tally.observe(sample(second, second * 1000));
        }
        let generator = tally.finish().unwrap();
        assert!((POINTS / 2..=POINTS).contains(&generator.points.len()), "{}", generator.points.len());
        assert!(generator.points.iter().all(|point| (point.cpu_share - 0.5).abs() < 1e-9));
        assert!(generator.points.is_sorted_by_key(|point| point.at));
    }

    #[test]
    fn what_the_engine_counted_is_held_against_what_the_records_tell() {
        let record = answered(1, Nanos::ZERO);
        let took = record.done.since(record.sent);
        let imbalance = |counted: Nanos| {
            let mut tally = GeneratorTally::default();
            tally.record(&record);
            tally.observe(GeneratorSample { time_in_flight: Some(counted), ..sample(10, 10) });
            tally.finish().unwrap().imbalance().unwrap()
        };
        assert!(imbalance(took) < 1e-9);
        assert!((imbalance(took.plus(took)) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn a_run_in_virtual_time_says_nothing() {
        assert!(GeneratorTally::default().finish().is_none());
    }
}
