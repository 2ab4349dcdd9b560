//! Which traces are kept, decided when the request is over.
//!
//! All that failed, retried, fell back or was delivered once too often, all that was slower than 99 % of its flow, and a share of the rest. The
//! share is taken by the trace's id, so that the same run keeps the same traces whoever asks and how often.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::ids::Ids;
use crate::header::Tracing;
use crate::histogram::{Histogram, Quantile};
use crate::job::Stray;
use crate::metric::Timing;
use crate::record::{Name, Outcome, Record};
use crate::tally::{Folded, decided};
use crate::units::Nanos;

/// What becomes of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is kept.
    Kept(Keep),
    /// It belongs to the rest, and not to the share of it that is kept.
    LeftOut,
    /// It would be kept, but as many are kept as may be.
    BeyondLimit,
}

/// Why a trace is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// Nothing answered it.
    Failed,
    /// A later attempt answered it.
    Retried,
    /// A later call answered it.
    FellBack,
    /// Its message was delivered again when the job was settled.
    DeliveredAgain,
    /// It was slower than 99 % of its flow.
    Slow,
    /// It is of the share of the rest.
    Share,
}

/// Decides on one trace after another.
#[derive(Clone, Debug)]
pub struct Sampler {
    rules: Tracing,
    /// What 99 % of each flow's requests took at most, to three digits.
    slow: BTreeMap<Name, Nanos>,
    /// Jobs with late deliveries.
    strayed: BTreeSet<u64>,
    /// Those of them that found no room.
    turned_away: BTreeSet<u64>,
    kept: u64,
}

impl Sampler {
    /// A sampler by these rules, for a run with these figures.
    pub fn new(rules: Tracing, folded: &Folded) -> Self {
        let mut flows: BTreeMap<Name, Histogram> = BTreeMap::new();
        for part in folded.histograms.parts.iter().filter(|part| part.timing == Timing::Latency) {
            flows.entry(part.flow.clone()).or_default().merge(&part.histogram);
        }
        let slow = flows.into_iter().filter_map(|(flow, all)| Some((flow, all.at(Quantile::P99)?)));
        Sampler {
            rules,
            slow: slow.collect(),
            strayed: folded.strayed.clone(),
            turned_away: BTreeSet::new(),
            kept: 0,
        }
    }

    /// What becomes of the trace of this request.
    pub fn decide(&mut self, record: &Record, ids: Ids) -> Fate {
        match self.reason(record, ids) {
            None => Fate::LeftOut,
            Some(_) if self.kept >= self.rules.limit => {
                if self.strayed.contains(&record.id) {
                    self.turned_away.insert(record.id);
                }
                Fate::BeyondLimit
            }
            Some(reason) => {
                self.kept += 1;
                Fate::Kept(reason)
            }
        }
    }

    /// Whether the spans of a late delivery are kept: those of its job are, if there was room.
    pub fn keeps_stray(&self, stray: &Stray) -> bool {
        !self.turned_away.contains(&stray.request)
    }

    fn reason(&self, record: &Record, ids: Ids) -> Option<Keep> {
        let slow = || self.slow.get(&record.flow).is_some_and(|most| record.latency() > *most);
        match decided::outcome(record) {
            Outcome::Failed | Outcome::Abandoned => Some(Keep::Failed),
            Outcome::Retried => Some(Keep::Retried),
            Outcome::FellBack => Some(Keep::FellBack),
            Outcome::FirstTry if self.strayed.contains(&record.id) => Some(Keep::DeliveredAgain),
            Outcome::FirstTry if slow() => Some(Keep::Slow),
            Outcome::FirstTry => (ids.trace().chance() < self.rules.sample).then_some(Keep::Share),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::Tally;
    use crate::testing;
    use crate::trace::Tracer;
    use crate::validity::Ending;

    /// What becomes of a thousand answered requests, of which some took ten times as long.
    fn fates(rules: Tracing, trouble: impl Fn(u64, Nanos) -> Record) -> BTreeMap<String, usize> {
        let header = testing::header();
        let records: Vec<Record> =
            (0..1000).map(|id| trouble(id, Nanos::new(10_000_000_000 + id * 50_000_000))).collect();
        let mut tally = Tally::new(&header);
        records.iter().for_each(|record| tally.observe(record));
        let mut sampler = Sampler::new(rules, &tally.finish(Ending::Complete, 0));
        let tracer = Tracer::new(&header);
        let mut fates = BTreeMap::new();
        for record in &records {
            let fate = sampler.decide(record, tracer.ids(record));
            *fates.entry(format!("{fate:?}")).or_default() += 1;
        }
        fates
    }

    fn rules(sample: f64, limit: u64) -> Tracing {
        Tracing { sample, limit, ..Tracing::default() }
    }

    #[test]
    fn trouble_is_kept_whatever_the_share() {
        let kept = fates(rules(0.0, u64::MAX), |id, due| match id % 4 {
            0 => testing::failed(id, due),
            1 => testing::retried(id, due),
            _ => testing::answered(id, due),
        });
        assert_eq!(kept["Kept(Failed)"], 250);
        assert_eq!(kept["Kept(Retried)"], 250);
        assert_eq!(kept["LeftOut"], 500);
    }

    #[test]
    fn of_the_rest_the_slowest_are_kept_and_a_share() {
        let kept = fates(rules(0.2, u64::MAX), |id, due| {
            let mut record = testing::answered(id, due);
            if id < 8 {
                record.done = record.done.plus(Nanos::from_secs(10));
            }
            record
        });
        assert_eq!(kept["Kept(Slow)"], 8);
        assert!((150..250).contains(&kept["Kept(Share)"]), "{kept:?}");
    }

    #[test]
    fn beyond_the_limit_none_is_kept_and_each_is_counted() {
        let kept = fates(rules(1.0, 100), testing::answered);
        assert_eq!((kept["Kept(Share)"], kept["BeyondLimit"]), (100, 900));
    }
}
