//! How each queue fared: depth and age over time, how often jobs were received, which ran twice.

use std::collections::BTreeMap;

use crate::gate::Scope;
use crate::header::{Header, Model};
use crate::histogram::Histogram;
use crate::job::{DeliveryEnd, JobEnd, Point, QueueSample, Stray};
use crate::record::{Call, CallEnd, Name, Record};
use crate::sizing::Sizing;
use crate::summary::{QueuePoint, QueueSummary, Twice};
use crate::units::Nanos;

use super::{cell, jobs};

/// Points of a queue's timeline that are kept for its chart: one every two to three pixels.
const POINTS: usize = 400;
/// Jobs that ran twice which are told by name.
const TWICE: usize = 20;
/// The most receives that are told apart.
const RECEIVES: usize = 50;

#[derive(Default)]
pub(super) struct Queues(BTreeMap<Name, QueueTally>);

#[derive(Default)]
struct QueueTally {
    samples: Vec<QueueSample>,
    began: Option<Nanos>,
    settled: Nanos,
    unsettled: bool,
    work: Histogram,
    receives: Vec<u64>,
    killed: BTreeMap<Point, u64>,
    wasted_usd: f64,
    unpriced: bool,
    /// What each job did too much, of those that did.
    twice: BTreeMap<Name, Twice>,
}

impl Queues {
    pub(super) fn observe(&mut self, record: &Record, header: &Header) {
        let Some(job) = &record.job else { return };
        let tally = self.of(&record.flow);
        tally.began = Some(tally.began.map_or(record.due, |began| began.min(record.due)));
        match job.end {
            JobEnd::Completed | JobEnd::Failed | JobEnd::DeadLettered => {
                tally.settled = tally.settled.max(record.done);
            }
            JobEnd::Lost | JobEnd::Unfinished | JobEnd::NotEnqueued => tally.unsettled = true,
        }
        for call in record.calls.iter().filter(|call| is_answered(call)) {
            tally.work.record(call.done.since(call.sent));
        }
        tally.count_receives(job.deliveries.len());
        job.deliveries.iter().for_each(|delivery| tally.count_killed(&delivery.end));
        let kept = record.answer().map(std::ptr::from_ref);
        let wasted = record.calls.iter().filter(|call| kept != Some(std::ptr::from_ref(*call)));
        let usd = tally.spend(wasted, &header.models);
        if job.duplicate_effects() > 0 {
            let answered_calls = jobs::answered(&record.calls);
            let twice =
                Twice { job: job.name.clone(), stores: job.stores(), answered_calls, wasted_usd: usd };
            tally.twice.insert(job.name.clone(), twice);
        }
    }

    pub(super) fn observe_stray(&mut self, stray: &Stray, header: &Header) {
        let tally = self.of(&stray.flow);
        tally.count_killed(&stray.delivery.end);
        let usd = tally.spend(stray.calls.iter(), &header.models);
        if stray.delivery.stored.is_some() {
            let twice = tally.twice.entry(stray.job.clone()).or_insert_with(|| Twice {
                job: stray.job.clone(),
                stores: 1,
                answered_calls: 1,
                wasted_usd: Some(0.0),
            });
            twice.stores += 1;
            twice.answered_calls += jobs::answered(&stray.calls);
            twice.wasted_usd = twice.wasted_usd.zip(usd).map(|(sum, part)| sum + part);
        }
    }

    pub(super) fn sample(&mut self, sample: QueueSample) {
        self.of(&sample.flow.clone()).samples.push(sample);
    }

    /// The most jobs that waited within a scope.
    pub(super) fn depth(&self, scope: &Scope, header: &Header) -> Option<u64> {
        self.samples(scope, header).map(|sample| sample.waiting).max()
    }

    /// The age that the oldest unsettled job reached within a scope.
    pub(super) fn oldest(&self, scope: &Scope, header: &Header) -> Option<Nanos> {
        self.samples(scope, header).map(|sample| sample.oldest).max()
    }

    /// How busy workers were within a scope, while there was work.
    pub(super) fn utilisation(&self, scope: &Scope, header: &Header) -> Option<f64> {
        utilisation(self.samples(scope, header))
    }

    /// The longest time that a queue in scope took; none while one of them holds jobs.
    pub(super) fn drain_time(&self, scope: &Scope) -> Option<Nanos> {
        let queues = self.in_scope(scope).map(|(_, tally)| tally.drain_time());
        queues.collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    fn of(&mut self, flow: &Name) -> &mut QueueTally {
        self.0.entry(flow.clone()).or_default()
    }

    fn in_scope(&self, scope: &Scope) -> impl Iterator<Item = (&Name, &QueueTally)> {
        let wanted = scope.flow.clone();
        self.0.iter().filter(move |(flow, _)| wanted.as_ref().is_none_or(|wanted| wanted == *flow))
    }

    fn samples(&self, scope: &Scope, header: &Header) -> impl Iterator<Item = &QueueSample> {
        let stage =
            scope.during.as_ref().and_then(|name| header.stages.iter().find(|stage| stage.name == *name));
        let (from, to) = stage.map_or((Nanos::ZERO, Nanos::new(u64::MAX)), |stage| (stage.from, stage.to));
        let samples = self.in_scope(scope).flat_map(|(_, tally)| &tally.samples);
        samples.filter(move |sample| (from..to).contains(&sample.at))
    }

    /// The finished figures of every queue that the header tells of, in its order.
    pub(super) fn finish(self, header: &Header) -> Vec<QueueSummary> {
        let mut tallies = self.0;
        let setups = header.flows.iter().filter_map(|flow| Some((&flow.name, flow.queue.as_ref()?)));
        setups
            .map(|(name, setup)| {
                let tally = tallies.remove(name).unwrap_or_default();
                tally.summary(name, Sizing::of(setup), setup.jobs)
            })
            .collect()
    }
}

impl QueueTally {
    fn drain_time(&self) -> Option<Nanos> {
        (!self.unsettled).then(|| Some(self.settled.since(self.began?))).flatten()
    }

    fn count_receives(&mut self, times: usize) {
        let Some(place) = times.checked_sub(1) else { return };
        let place = place.min(RECEIVES - 1);
        if self.receives.len() <= place {
            self.receives.resize(place + 1, 0);
        }
        self.receives[place] += 1;
    }

    fn count_killed(&mut self, end: &DeliveryEnd) {
        if let DeliveryEnd::Killed { at, .. } = end {
            *self.killed.entry(*at).or_default() += 1;
        }
    }

    /// Adds what wasted calls cost; tells it too, where every model has a price.
    fn spend<'a>(&mut self, calls: impl Iterator<Item = &'a Call>, models: &[Model]) -> Option<f64> {
        let usd: Option<f64> = calls.map(|call| cell::cost(&call.model, call.tokens, models)).sum();
        match usd {
            Some(usd) => self.wasted_usd += usd,
            None => self.unpriced = true,
        }
        usd
    }

    fn summary(self, flow: &Name, sizing: Sizing, planned: u64) -> QueueSummary {
        let ran_twice = self.twice.len() as u64;
        let mut twice: Vec<Twice> = self.twice.into_values().collect();
        twice.sort_by_key(|twice| std::cmp::Reverse(twice.stores));
        twice.truncate(TWICE);
        QueueSummary {
            flow: flow.clone(),
            sizing,
            sequential: self.work.mean().map(|mean| Nanos::new(mean.get().saturating_mul(planned))),
            began: self.began,
            drained: (!self.unsettled && self.began.is_some()).then_some(self.settled),
            depth: self.samples.iter().map(|sample| sample.waiting).max().unwrap_or(0),
            oldest: self.samples.iter().map(|sample| sample.oldest).max().unwrap_or_default(),
            utilisation: utilisation(self.samples.iter()),
            receives: self.receives,
            killed: self.killed.into_iter().collect(),
            ledger_answers: None,
            wasted_usd: (!self.unpriced).then_some(self.wasted_usd),
            twice,
            ran_twice,
            timeline: thinned(&self.samples),
        }
    }
}

fn is_answered(call: &Call) -> bool {
    matches!(call.end, CallEnd::Answered { .. })
}

/// Held ÷ slots, over the samples at which there was anything to do.
fn utilisation<'a>(samples: impl Iterator<Item = &'a QueueSample>) -> Option<f64> {
    let busy = samples.filter(|sample| sample.waiting + sample.held > 0);
    let (held, slots) = busy.fold((0, 0), |(held, slots), sample| (held + sample.held, slots + sample.slots));
    (slots > 0).then(|| held as f64 / slots as f64)
}

/// As many samples as a chart can show, each the worst of its stretch.
fn thinned(samples: &[QueueSample]) -> Vec<QueuePoint> {
    let each = samples.len().div_ceil(POINTS).max(1);
    let point = |stretch: &[QueueSample]| {
        let last = stretch.last()?;
        Some(QueuePoint {
            at: last.at,
            waiting: stretch.iter().map(|sample| sample.waiting).max().unwrap_or(0),
            held: stretch.iter().map(|sample| sample.held).max().unwrap_or(0),
            settled: last.settled,
            oldest: stretch.iter().map(|sample| sample.oldest).max().unwrap_or_default(),
        })
    };
    samples.chunks(each).filter_map(point).collect()
}
