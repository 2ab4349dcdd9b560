//! The run over time, in at most a few hundred buckets.

use std::collections::BTreeMap;

use crate::header::Header;
use crate::histogram::{Histogram, Quantile};
use crate::log::Dropped;
use crate::record::{Deed, Name, Outcome, Record};
use crate::summary::{Amplified, BreakerLane, Timeline};
use crate::units::Nanos;

use super::decided;

/// The most buckets for the planned length: one for every two to three pixels of a chart.
const BUCKETS: u64 = 400;
/// Widths that read well on an axis, in seconds.
const WIDTHS: [u64; 13] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
/// Buckets kept beyond the planned end, for requests that drained late.
const LATE: u64 = 100;

pub(super) struct TimelineTally {
    bucket: Nanos,
    last: usize,
    slots: Vec<Slot>,
    regions: BTreeMap<Name, BTreeMap<usize, u64>>,
    models: BTreeMap<Name, BTreeMap<usize, u64>>,
    degraded: BTreeMap<Name, BTreeMap<usize, u64>>,
    /// The client that carries each flow.
    clients: BTreeMap<Name, Name>,
    /// Requests and attempts of each client.
    amplified: BTreeMap<Name, BTreeMap<usize, (u64, u64)>>,
}

#[derive(Default)]
struct Slot {
    offered: u64,
    attempts: u64,
    throttled: u64,
    answered: u64,
    first_try: u64,
    retried: u64,
    fell_back: u64,
    failed: u64,
    dropped: u64,
    returned: u64,
    wasted: u64,
    begun: u64,
    over: u64,
    latency: Histogram,
}

impl TimelineTally {
    pub(super) fn new(header: &Header) -> Self {
        let secs = header.length().get().div_ceil(1_000_000_000);
        let width =
            WIDTHS.into_iter().find(|width| secs.div_ceil(*width) <= BUCKETS).unwrap_or(secs / BUCKETS + 1);
        TimelineTally {
            bucket: Nanos::from_secs(width),
            last: usize::try_from(secs.div_ceil(width) + LATE).unwrap_or(usize::MAX),
            slots: Vec::new(),
            regions: BTreeMap::new(),
            models: BTreeMap::new(),
            degraded: BTreeMap::new(),
            clients: header.flows.iter().map(|flow| (flow.name.clone(), flow.client.clone())).collect(),
            amplified: BTreeMap::new(),
        }
    }

    pub(super) fn observe(&mut self, record: &Record, header: &Header) {
        let due = self.place(record.due);
        let slot = self.slot(due);
        slot.offered += 1;
        match decided::outcome(record) {
            Outcome::FirstTry => slot.first_try += 1,
            Outcome::Retried => slot.retried += 1,
            Outcome::FellBack => slot.fell_back += 1,
            Outcome::Failed => slot.failed += 1,
            Outcome::Abandoned => {}
        }
        if record.outcome.answered() {
            slot.latency.record(record.latency());
        }
        self.slot_at(record.sent).begun += 1;
        let over = self.slot_at(record.done);
        over.over += 1;
        over.answered += u64::from(record.outcome.answered());
        for attempt in record.attempts() {
            self.slot_at(attempt.sent).attempts += 1;
            if attempt.throttled() {
                self.slot_at(attempt.done).throttled += 1;
            }
        }
        if let Some(answer) = decided::answer(record) {
            *self.regions.entry(answer.region.clone()).or_default().entry(due).or_default() += 1;
            *self.models.entry(answer.model.clone()).or_default().entry(due).or_default() += 1;
            if decided::is_degraded(record, header) {
                *self.degraded.entry(answer.model.clone()).or_default().entry(due).or_default() += 1;
            }
        }
        for call in decided::wasted(record) {
            self.slot_at(call.done).wasted += call.tokens.input + call.tokens.output;
        }
        for decision in &record.decisions {
            if let Deed::ReturnTried { .. } = decision.deed {
                self.slot_at(decision.at).returned += 1;
            }
        }
        self.amplify(record, due);
    }

    fn amplify(&mut self, record: &Record, due: usize) {
        if record.outcome == Outcome::Abandoned {
            return;
        }
        if let Some(client) = self.clients.get(&record.flow) {
            let counts = self.amplified.entry(client.clone()).or_default().entry(due).or_default();
            counts.0 += 1;
            counts.1 += record.attempts().count() as u64;
        }
    }

    pub(super) fn drop_arrival(&mut self, dropped: &Dropped) {
        let slot = self.slot_at(dropped.due);
        slot.offered += 1;
        slot.dropped += 1;
    }

    fn place(&self, at: Nanos) -> usize {
        usize::try_from(at.get() / self.bucket.get()).unwrap_or(usize::MAX).min(self.last)
    }

    fn slot_at(&mut self, at: Nanos) -> &mut Slot {
        let place = self.place(at);
        self.slot(place)
    }

    fn slot(&mut self, place: usize) -> &mut Slot {
        if self.slots.len() <= place {
            self.slots.resize_with(place + 1, Slot::default);
        }
        &mut self.slots[place]
    }

    pub(super) fn finish(self, breakers: Vec<BreakerLane>) -> Timeline {
        let series = |value: fn(&Slot) -> u64| self.slots.iter().map(value).collect::<Vec<_>>();
        let times = |value: fn(&Slot) -> Option<Nanos>| self.slots.iter().map(value).collect::<Vec<_>>();
        let shares = |by_name: &BTreeMap<Name, BTreeMap<usize, u64>>| {
            let spread = |counts: &BTreeMap<usize, u64>| {
                (0..self.slots.len()).map(|place| counts.get(&place).copied().unwrap_or(0)).collect()
            };
            by_name.iter().map(|(name, counts)| (name.clone(), spread(counts))).collect()
        };
        let amplified = |counts: &BTreeMap<usize, (u64, u64)>| {
            let at = |place: usize| counts.get(&place).copied().unwrap_or_default();
            let (requests, attempts) = (0..self.slots.len()).map(at).unzip();
            Amplified { requests, attempts }
        };
        Timeline {
            bucket: self.bucket,
            offered: series(|slot| slot.offered),
            attempts: series(|slot| slot.attempts),
            throttled: series(|slot| slot.throttled),
            answered: series(|slot| slot.answered),
            first_try: series(|slot| slot.first_try),
            retried: series(|slot| slot.retried),
            fell_back: series(|slot| slot.fell_back),
            failed: series(|slot| slot.failed),
            dropped: series(|slot| slot.dropped),
            in_flight: in_flight(&self.slots),
            latency_p50: times(|slot| slot.latency.bounded(Quantile::P50)),
            latency_p95: times(|slot| slot.latency.bounded(Quantile::P95)),
            latency_max: times(|slot| slot.latency.max()),
            regions: shares(&self.regions),
            models: shares(&self.models),
            degraded: shares(&self.degraded),
            clients: self.amplified.iter().map(|(name, counts)| (name.clone(), amplified(counts))).collect(),
            region_returns: series(|slot| slot.returned),
            tokens_wasted: series(|slot| slot.wasted),
            breakers,
        }
    }
}

/// Requests in flight at the end of each bucket.
fn in_flight(slots: &[Slot]) -> Vec<u64> {
    let mut open = 0u64;
    slots
        .iter()
        .map(|slot| {
            open = (open + slot.begun).saturating_sub(slot.over);
            open
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::Stage;
    use crate::testing::{answered, header, hedged, retried};

    fn tally(secs: u64) -> TimelineTally {
        let stage = Stage { name: "all".into(), from: Nanos::ZERO, to: Nanos::from_secs(secs), record: true };
        TimelineTally::new(&Header { stages: vec![stage], ..header() })
    }

    #[test]
    fn buckets_stay_few_however_long_the_run() {
        for (secs, width) in [(30, 1), (300, 1), (401, 2), (3600, 10), (86_400, 300)] {
            assert_eq!(tally(secs).bucket, Nanos::from_secs(width), "{secs} s");
        }
    }

    #[test]
    fn offered_attempts_and_answers_stand_where_they_happened() {
        let mut tally = tally(10);
        tally.observe(&answered(0, Nanos::ZERO), &header());
        tally.observe(&retried(1, Nanos::new(500_000_000)), &header());
        let timeline = tally.finish(Vec::new());
        assert_eq!(timeline.offered, [2, 0, 0]);
        assert_eq!(timeline.attempts, [2, 1, 0]);
        assert_eq!(timeline.answered, [0, 1, 1]);
        assert_eq!(timeline.in_flight, [2, 1, 0]);
    }
    #[test]
    fn amplification_is_counted_by_the_due_time_of_the_request() {
        let mut tally = tally(10);
        tally.observe(&retried(0, Nanos::ZERO), &header());
        tally.observe(&hedged(1, Nanos::from_secs(1), true), &header());
        let timeline = tally.finish(Vec::new());
        let careful = &timeline.clients["careful"];
        assert_eq!((&careful.requests[..2], &careful.attempts[..2]), (&[1, 1][..], &[2, 2][..]));
        // The call that the hedge beat was given up when the hedge was over, 1.9 s after it was due.
        assert_eq!(timeline.tokens_wasted, [0, 0, 104]);
        assert_eq!((timeline.first_try[1], timeline.fell_back[1]), (1, 0));
    }
}
