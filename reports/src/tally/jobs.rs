//! What a record of a job, or a stray delivery, adds to the figures of jobs.

use crate::job::{DeliveryEnd, Job, JobEnd, Stray};
use crate::metric::{Figure, Timing};
use crate::record::{Call, CallEnd, Record};
use crate::summary::JobFigures;
use crate::units::Nanos;

/// Jobs of some part of a run.
#[derive(Clone, Default)]
pub(super) struct Jobs {
    figures: JobFigures,
    seen: bool,
}

impl Jobs {
    pub(super) fn observe(&mut self, record: &Record) {
        let Some(job) = &record.job else { return };
        self.seen = true;
        let figures = &mut self.figures;
        figures.enqueued += u64::from(job.enqueued.is_some());
        match job.end {
            JobEnd::Completed => figures.completed += 1,
            JobEnd::Failed => figures.failed += 1,
            JobEnd::DeadLettered => figures.dead_lettered += 1,
            JobEnd::Lost => figures.lost += 1,
            JobEnd::Unfinished => figures.unfinished += 1,
            JobEnd::NotEnqueued => {}
        }
        figures.stores += job.stores();
        figures.duplicate_effects += job.duplicate_effects();
        figures.answered_calls += answered(&record.calls);
        figures.wasted_calls += wasted_calls(record, job);
        figures.deliveries += job.deliveries.len() as u64;
        figures.redeliveries += job.redeliveries();
        figures.no_ops += no_ops(job);
        figures.killed += job.deliveries.iter().filter(|delivery| is_killed(&delivery.end)).count() as u64;
        figures.most_receives = figures.most_receives.max(most_receives(job));
    }

    pub(super) fn observe_stray(&mut self, stray: &Stray) {
        self.seen = true;
        let figures = &mut self.figures;
        figures.stores += u64::from(stray.delivery.stored.is_some());
        figures.duplicate_effects += u64::from(stray.delivery.stored.is_some());
        figures.answered_calls += answered(&stray.calls);
        figures.wasted_calls += answered(&stray.calls);
        figures.deliveries += 1;
        figures.redeliveries += 1;
        figures.no_ops += u64::from(stray.delivery.claim.is_no_op());
        figures.killed += u64::from(is_killed(&stray.delivery.end));
        figures.most_receives = figures.most_receives.max(u64::from(stray.delivery.receive));
    }

    pub(super) fn merge(&mut self, other: &Jobs) {
        self.seen |= other.seen;
        let (sum, part) = (&mut self.figures, &other.figures);
        sum.enqueued += part.enqueued;
        sum.completed += part.completed;
        sum.failed += part.failed;
        sum.dead_lettered += part.dead_lettered;
        sum.lost += part.lost;
        sum.unfinished += part.unfinished;
        sum.stores += part.stores;
        sum.duplicate_effects += part.duplicate_effects;
        sum.answered_calls += part.answered_calls;
        sum.wasted_calls += part.wasted_calls;
        sum.deliveries += part.deliveries;
        sum.redeliveries += part.redeliveries;
        sum.no_ops += part.no_ops;
        sum.killed += part.killed;
        sum.most_receives = sum.most_receives.max(part.most_receives);
    }

    /// The counts; none where there was no job.
    pub(super) fn figures(&self) -> Option<JobFigures> {
        self.seen.then(|| self.figures.clone())
    }
}

/// What a record adds to a figure of jobs; of receives, the most that it had.
pub(super) fn count_of(figure: Figure, record: &Record) -> u64 {
    let Some(job) = &record.job else { return 0 };
    let ended = |end: JobEnd| u64::from(job.end == end);
    match figure {
        Figure::JobsEnqueued => u64::from(job.enqueued.is_some()),
        Figure::JobsCompleted => ended(JobEnd::Completed),
        Figure::JobsFailed => ended(JobEnd::Failed),
        Figure::JobsDeadLettered => ended(JobEnd::DeadLettered),
        Figure::JobsLost => ended(JobEnd::Lost),
        Figure::JobsUnfinished => ended(JobEnd::Unfinished),
        Figure::JobsDuplicateEffects => job.duplicate_effects(),
        Figure::JobsWastedCalls => wasted_calls(record, job),
        Figure::JobsRedeliveries => job.redeliveries(),
        Figure::JobsNoOps => no_ops(job),
        Figure::JobsMostReceives => most_receives(job),
        _ => 0,
    }
}

/// What a stray delivery adds to a figure of jobs.
pub(super) fn count_of_stray(figure: Figure, stray: &Stray) -> u64 {
    match figure {
        Figure::JobsDuplicateEffects => u64::from(stray.delivery.stored.is_some()),
        Figure::JobsWastedCalls => answered(&stray.calls),
        Figure::JobsRedeliveries => 1,
        Figure::JobsNoOps => u64::from(stray.delivery.claim.is_no_op()),
        Figure::JobsMostReceives => u64::from(stray.delivery.receive),
        _ => 0,
    }
}

/// Hands each time of a job to `take`, as the catalogue defines them.
pub(super) fn timings(job: &Job, take: &mut dyn FnMut(Timing, Nanos)) {
    if let Some(wait) = job.queue_wait() {
        take(Timing::QueueWait, wait);
    }
    if let Some(latency) = job.latency() {
        take(Timing::JobLatency, latency);
    }
}

/// Calls that a model answered.
pub(super) fn answered(calls: &[Call]) -> u64 {
    calls.iter().filter(|call| matches!(call.end, CallEnd::Answered { .. })).count() as u64
}

/// Calls that a model answered for nobody.
pub(super) fn wasted_calls(record: &Record, job: &Job) -> u64 {
    answered(&record.calls).saturating_sub(u64::from(job.visible().is_some()))
}

/// Whether a worker died with a delivery.
pub(super) fn is_killed(end: &DeliveryEnd) -> bool {
    matches!(end, DeliveryEnd::Killed { .. })
}

/// The most receives that the queue counted.
pub(super) fn most_receives(job: &Job) -> u64 {
    job.deliveries.iter().map(|delivery| u64::from(delivery.receive)).max().unwrap_or(0)
}

fn no_ops(job: &Job) -> u64 {
    job.deliveries.iter().filter(|delivery| delivery.claim.is_no_op()).count() as u64
}
