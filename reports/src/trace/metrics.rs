//! The GenAI client metrics of a run, as the semantic conventions name and bound them.
//!
//! Of every call of every request, kept trace or not. Their boundaries double from one to the next, which is too coarse for a
//! claim about a p99, so each stands beside an exponential histogram of the same values, under a name of our own.

use std::collections::BTreeMap;

use super::convention as key;
use super::tracer::Tracer;
use crate::record::{Call, CallEnd};

/// Seconds (v1.41.0, `docs/gen-ai/gen-ai-metrics.md`).
const SECONDS: [f64; 14] =
    [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
/// Tokens (the same page).
const TOKENS: [f64; 14] = [
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1024.0,
    4096.0,
    16384.0,
    65536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];
/// Buckets of the exponential histograms to a doubling, as a power of two: eight, each 9 % wide, so that the usual 160 hold
/// from a microsecond to a second and far beyond.
const SCALE: i32 = 3;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Tokens read or written by a call.
    Tokens,
    /// The time that a call took.
    Duration,
    /// The time from the call to its first content.
    FirstChunk,
    /// The time between two contents.
    Chunk,
}

/// The attributes of a series: keys of [`convention`](super::convention), in their order, and values.
pub type Labels = Vec<(&'static str, String)>;

/// All series of a run.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    series: BTreeMap<(Measure, Labels), Series>,
}

/// The values of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// How many.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// How many up to each boundary of its measure and above the one before, and above the last.
    pub buckets: Vec<u64>,
    /// How many in each exponential bucket above zero, by its index.
    pub exponential: BTreeMap<i32, u64>,
    /// How many were zero.
    pub zero: u64,
}

impl Measure {
    /// All of them.
    pub const ALL: [Measure; 4] = [Measure::Tokens, Measure::Duration, Measure::FirstChunk, Measure::Chunk];

    /// Its name by the conventions.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Tokens => "gen_ai.client.token.usage",
            Measure::Duration => "gen_ai.client.operation.duration",
            Measure::FirstChunk => "gen_ai.client.operation.time_to_first_chunk",
            Measure::Chunk => "gen_ai.client.operation.time_per_output_chunk",
        }
    }

    /// The name of its exponential histogram.
    pub fn fine_name(self) -> &'static str {
        match self {
            Measure::Tokens => "bedload.client.token.usage",
            Measure::Duration => "bedload.client.operation.duration",
            Measure::FirstChunk => "bedload.client.operation.time_to_first_chunk",
            Measure::Chunk => "bedload.client.operation.time_per_output_chunk",
        }
    }

    /// Its unit, in UCUM.
    pub fn unit(self) -> &'static str {
        match self {
            Measure::Tokens => "{token}",
            Measure::Duration | Measure::FirstChunk | Measure::Chunk => "s",
        }
    }

    /// The boundaries of its buckets.
    pub fn boundaries(self) -> &'static [f64] {
        match self {
            Measure::Tokens => &TOKENS,
            Measure::Duration | Measure::FirstChunk | Measure::Chunk => &SECONDS,
        }
    }
}

impl Metrics {
    /// The scale of every exponential histogram: a bucket's bounds are 2^(index/2^scale) and that of the next.
    pub const SCALE: i32 = SCALE;

    /// Counts every call of a request or of a delivery.
    pub fn observe(&mut self, tracer: &Tracer<'_>, calls: &[Call]) {
        for call in calls {
            self.observe_call(call, &labels(tracer, call));
        }
    }

    /// The series of a measure.
    pub fn of(&self, measure: Measure) -> impl Iterator<Item = (&Labels, &Series)> {
        let of = move |((of, _), _): &(&(Measure, Labels), &Series)| *of == measure;
        self.series.iter().filter(of).map(|((_, labels), series)| (labels, series))
    }

    fn observe_call(&mut self, call: &Call, labels: &Labels) {
        let mut ended = labels.clone();
        if let CallEnd::Failed(failure) = &call.end {
            ended.push((key::ERROR_TYPE, failure.code.as_deref().unwrap_or(failure.class.name()).to_owned()));
        }
        self.add(Measure::Duration, ended, call.done.since(call.sent).as_secs_f64());
        if !call.tokens.is_none() {
            for (kind, count) in [("input", call.tokens.input), ("output", call.tokens.output)] {
                let mut labels = labels.clone();
                labels.push((key::GEN_AI_TOKEN_TYPE, kind.to_owned()));
                self.add(Measure::Tokens, labels, count as f64);
            }
        }
        if let Some(first) = call.first_content {
            self.add(Measure::FirstChunk, labels.clone(), first.since(call.sent).as_secs_f64());
        }
        if !call.gaps_us.is_empty() {
            let series = self.series.entry((Measure::Chunk, labels.clone()));
            let series = series.or_insert_with(|| Series::new(Measure::Chunk));
            call.gaps_us.iter().for_each(|gap| series.add(Measure::Chunk, f64::from(*gap) / 1e6));
        }
    }

    fn add(&mut self, measure: Measure, labels: Labels, value: f64) {
        self.series.entry((measure, labels)).or_insert_with(|| Series::new(measure)).add(measure, value);
    }
}

fn labels(tracer: &Tracer<'_>, call: &Call) -> Labels {
    vec![
        (key::GEN_AI_OPERATION, key::CHAT.to_owned()),
        (key::GEN_AI_PROVIDER, key::PROVIDER.to_owned()),
        (key::GEN_AI_MODEL, super::call::model_id(tracer, call).to_owned()),
        (key::CLOUD_REGION, call.region.to_string()),
    ]
}

impl Series {
    fn new(measure: Measure) -> Self {
        Series {
            count: 0,
            sum: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            buckets: vec![0; measure.boundaries().len() + 1],
            exponential: BTreeMap::new(),
            zero: 0,
        }
    }

    fn add(&mut self, measure: Measure, value: f64) {
        self.count += 1;
        self.sum += value;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        // A bucket holds its upper boundary, as OTLP's do.
        let place = measure.boundaries().partition_point(|boundary| *boundary < value);
        if let Some(bucket) = self.buckets.get_mut(place) {
            *bucket += 1;
        }
        match index(value) {
            Some(index) => *self.exponential.entry(index).or_default() += 1,
            None => self.zero += 1,
        }
    }
}

/// The bucket that holds a value above zero: (2^(i/2^scale), 2^((i+1)/2^scale)].
fn index(value: f64) -> Option<i32> {
    (value > 0.0).then(|| (value.log2() * f64::from(1 << SCALE)).ceil() as i32 - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::Record;
    use crate::testing;
    use crate::units::Nanos;

    fn metrics(records: &[Record]) -> Metrics {
        let header = testing::header();
        let mut metrics = Metrics::default();
        records.iter().for_each(|record| metrics.observe(&Tracer::new(&header), &record.calls));
        metrics
    }

    #[test]
    fn every_call_is_measured() {
        let at = Nanos::from_secs(60);
        let metrics = metrics(&[testing::answered(1, at), testing::answered(2, at), testing::failed(3, at)]);
        let counts = |measure| metrics.of(measure).map(|(_, series)| series.count).collect::<Vec<_>>();
        assert_eq!(counts(Measure::Duration), [2, 1]);
        assert_eq!(counts(Measure::Tokens), [2, 2]);
        assert_eq!(counts(Measure::FirstChunk), [2]);
        assert_eq!(counts(Measure::Chunk), [20]);
        let failed = metrics.of(Measure::Duration).nth(1).map(|(labels, _)| labels.last().cloned());
        assert_eq!(failed, Some(Some((key::ERROR_TYPE, "ThrottlingException".to_owned()))));
    }

    #[test]
    fn a_value_on_a_boundary_belongs_below_it() {
        let mut series = Series::new(Measure::Duration);
        [0.01, 0.0100001, 0.32, 100.0, 0.0].iter().for_each(|value| series.add(Measure::Duration, *value));
        assert_eq!(
            (series.buckets[0], series.buckets[1], series.buckets[5], series.buckets[14]),
            (2, 1, 1, 1)
        );
        assert_eq!((series.zero, series.count, series.max), (1, 5, 100.0));
        assert_eq!(index(1.0), Some(-1));
        assert_eq!(index(2.0), Some(7));
    }

    proptest! {
        #[test]
        fn a_value_lies_within_its_exponential_bucket(value in 1e-6f64..1e6) {
            let index = index(value).unwrap_or_default();
            let bound = |index: i32| 2f64.powf(f64::from(index) / f64::from(1 << SCALE));
            prop_assert!(bound(index) < value * (1.0 + 1e-9) && value <= bound(index + 1) * (1.0 + 1e-9));
        }
    }
}
