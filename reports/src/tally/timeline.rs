//! The run over time, in at most a few hundred buckets.

use std::collections::BTreeMap;

use crate::header::Header;
use crate::histogram::Histogram;
use crate::log::Dropped;
use crate::record::{Deed, Name, Outcome, Record};
use crate::summary::{Amplified, BreakerLane, Heatmap, Timeline};
use crate::units::Nanos;

use super::decided;
use super::heat::Heat;
use super::windows::percentiles;

/// The most buckets for the planned length: one for every five to six pixels of a chart. Finer ones would draw the chance
/// of arrivals, and no change.
const BUCKETS: u64 = 150;
/// Widths that read well on an axis, in seconds.
const WIDTHS: [u64; 14] = [1, 2, 3, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
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
    heat: Heat,
}

#[derive(Default)]
struct Slot {
    offered: u64,
    attempts: u64,
    accepted: u64,
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
    slept: u64,
    woke: u64,
    latency: Histogram,
    ttft: Histogram,
}

impl TimelineTally {
    pub(super) fn new(header: &Header) -> Self {
        let secs = header.length().get().div_ceil(1_000_000_000);
        let width =
            WIDTHS.into_iter().find(|width| secs.div_ceil(*width) <= BUCKETS).unwrap_or(secs / BUCKETS + 1);
        let bucket = Nanos::from_secs(width);
        let last = usize::try_from(secs.div_ceil(width) + LATE).unwrap_or(usize::MAX);
        TimelineTally {
            bucket,
            last,
            heat: Heat::new(header, bucket, last),
            slots: Vec::new(),
            regions: BTreeMap::new(),
            models: BTreeMap::new(),
            degraded: BTreeMap::new(),
            clients: header.flows.iter().map(|flow| (flow.name.clone(), flow.client.clone())).collect(),
            amplified: BTreeMap::new(),
        }
    }

    pub(super) fn observe(&mut self, record: &Record, header: &Header) {
        let due = self.place(decided::taken_up_at(record));
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
            self.slot_at(decided::felt_at(record)).latency.record(record.latency());
        }
        let over = self.slot_at(record.done);
        over.answered += u64::from(record.outcome.answered());
        self.heat.observe(record);
        self.observe_stay(record);
        self.observe_attempts(record);
        if let Some(answer) = decided::answer(record) {
            if let Some(first) = answer.first_content {
                self.slot(due).ttft.record(first.since(record.due));
            }
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

    /// Counts when it came under way and when it was over: of a job, when a worker had it in hands.
    fn observe_stay(&mut self, record: &Record) {
        let whole = [(record.sent, record.done)];
        let deliveries = record.job.as_ref().map(|job| job.deliveries.iter());
        let stays = deliveries.map(|all| all.map(|delivery| (delivery.received, delivery.over)).collect());
        for (begun, over) in stays.unwrap_or_else(|| whole.to_vec()) {
            self.slot_at(begun).begun += 1;
            self.slot_at(over).over += 1;
        }
    }

    fn observe_attempts(&mut self, record: &Record) {
        for attempt in record.attempts() {
            let sent = self.slot_at(attempt.sent);
            sent.attempts += 1;
            sent.accepted += u64::from(attempt.accepted());
            if attempt.throttled() {
                self.slot_at(attempt.done).throttled += 1;
            }
            if attempt.backoff > Nanos::ZERO {
                let asleep = Nanos::new(attempt.sent.get().saturating_sub(attempt.backoff.get()));
                self.slot_at(asleep).slept += 1;
                self.slot_at(attempt.sent).woke += 1;
            }
        }
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

    pub(super) fn finish(self, breakers: Vec<BreakerLane>) -> (Timeline, Vec<Heatmap>) {
        let series = |value: fn(&Slot) -> u64| self.slots.iter().map(value).collect::<Vec<_>>();
        let timed = |timing: fn(&Slot) -> &Histogram| {
            percentiles(self.bucket, &self.slots.iter().map(timing).collect::<Vec<_>>())
        };
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
        let timeline = Timeline {
            bucket: self.bucket,
            offered: series(|slot| slot.offered),
            attempts: series(|slot| slot.attempts),
            accepted: series(|slot| slot.accepted),
            throttled: series(|slot| slot.throttled),
            answered: series(|slot| slot.answered),
            first_try: series(|slot| slot.first_try),
            retried: series(|slot| slot.retried),
            fell_back: series(|slot| slot.fell_back),
            failed: series(|slot| slot.failed),
            dropped: series(|slot| slot.dropped),
            in_flight: level(&self.slots, |slot| (slot.begun, slot.over)),
            in_backoff: level(&self.slots, |slot| (slot.slept, slot.woke)),
            latency: timed(|slot| &slot.latency),
            ttft: timed(|slot| &slot.ttft),
            regions: shares(&self.regions),
            models: shares(&self.models),
            degraded: shares(&self.degraded),
            clients: self.amplified.iter().map(|(name, counts)| (name.clone(), amplified(counts))).collect(),
            region_returns: series(|slot| slot.returned),
            tokens_wasted: series(|slot| slot.wasted),
            breakers,
        };
        (timeline, self.heat.finish())
    }
}

/// How many there are at the end of each bucket, of what came and went in it.
fn level(slots: &[Slot], flow: fn(&Slot) -> (u64, u64)) -> Vec<u64> {
    let mut there = 0u64;
    let after = |slot| {
        let (came, went) = flow(slot);
        there = (there + came).saturating_sub(went);
        there
    };
    slots.iter().map(after).collect()
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
        for (secs, width) in [(30, 1), (150, 1), (300, 2), (330, 3), (3600, 30), (86_400, 600)] {
            assert_eq!(tally(secs).bucket, Nanos::from_secs(width), "{secs} s");
        }
    }

    #[test]
    fn offered_attempts_and_answers_stand_where_they_happened() {
        let mut tally = tally(10);
        tally.observe(&answered(0, Nanos::ZERO), &header());
        tally.observe(&retried(1, Nanos::new(500_000_000)), &header());
        let (timeline, _) = tally.finish(Vec::new());
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
        let (timeline, _) = tally.finish(Vec::new());
        let careful = &timeline.clients["careful"];
        assert_eq!((&careful.requests[..2], &careful.attempts[..2]), (&[1, 1][..], &[2, 2][..]));
        // The call that the hedge beat was given up when the hedge was over, 1.9 s after it was due.
        assert_eq!(timeline.tokens_wasted, [0, 0, 104]);
        assert_eq!((timeline.first_try[1], timeline.fell_back[1]), (1, 0));
    }
}
