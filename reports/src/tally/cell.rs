//! What one flow did in one stage.

use std::collections::BTreeMap;

use crate::header::{Header, Model, Slo};
use crate::histogram::{Histogram, Quantile};
use crate::job::Stray;
use crate::metric::Timing;
use crate::record::{Attempt, Call, CallEnd, Deed, FailureClass, Name, Outcome, Reason, Record, Tokens};
use crate::summary::{Figures, JobFigures, Spread};
use crate::units::Nanos;

use super::decided;
use super::jobs::{self, Jobs};

/// Points of a percentile curve: one every two to three pixels of its chart.
const CURVE_POINTS: usize = 120;

#[derive(Clone, Default)]
pub(super) struct Counters {
    figures: Figures,
    good: u64,
    cost_usd: f64,
    cost_wasted_usd: f64,
    unpriced: bool,
    jobs: Jobs,
    timings: BTreeMap<Timing, Histogram>,
}

impl Counters {
    pub(super) fn observe(&mut self, record: &Record, header: &Header) {
        self.count_outcome(record, header);
        self.count_calls(&record.calls, &header.models);
        self.jobs.observe(record);
        self.count_wasted(record, &header.models);
        record.decisions.iter().for_each(|decision| self.count_deed(&decision.deed));
        timings(record, &mut |timing, time| self.timings.entry(timing).or_default().record(time));
    }

    /// Counts what was done for a job that had been settled: calls and tokens, but no request.
    pub(super) fn observe_stray(&mut self, stray: &Stray, header: &Header) {
        self.count_calls(&stray.calls, &header.models);
        self.waste(stray.calls.iter(), &header.models);
        self.jobs.observe_stray(stray);
    }

    pub(super) fn dropped(&mut self) {
        self.figures.dropped += 1;
    }

    pub(super) fn abandoned(&mut self) {
        self.figures.abandoned += 1;
    }

    pub(super) fn histograms(&self) -> impl Iterator<Item = (Timing, &Histogram)> {
        self.timings.iter().map(|(timing, histogram)| (*timing, histogram))
    }

    fn count_outcome(&mut self, record: &Record, header: &Header) {
        let figures = &mut self.figures;
        figures.requests += 1;
        match decided::outcome(record) {
            Outcome::FirstTry => figures.first_try += 1,
            Outcome::Retried => figures.retried += 1,
            Outcome::FellBack => figures.fell_back += 1,
            Outcome::Failed => figures.failed += 1,
            Outcome::Abandoned => figures.abandoned += 1,
        }
        self.good += u64::from(is_good(record, &header.slo));
        figures.failed_over += u64::from(decided::moved_by(record) == Some(Reason::Failover));
        figures.hedged += u64::from(decided::is_hedged(record));
        figures.hedges_won += u64::from(decided::is_answered_by(record, Reason::Hedge));
        if let Some(answer) = decided::answer(record) {
            *figures.regions.entry(answer.region.clone()).or_default() += 1;
            *figures.models.entry(answer.model.clone()).or_default() += 1;
            if decided::is_degraded(record, header) {
                *figures.stand_ins.entry(answer.model.clone()).or_default() += 1;
            }
        }
    }

    fn count_deed(&mut self, deed: &Deed) {
        let figures = &mut self.figures;
        match deed {
            Deed::GatewayRefused { .. } => figures.gateway_refusals += 1,
            Deed::GatewayTimedOut => figures.gateway_timeouts += 1,
            Deed::Shed => figures.shed += 1,
            Deed::BreakerRefused { .. } => figures.breaker_refusals += 1,
            Deed::ReturnTried { .. } => figures.region_returns += 1,
            Deed::BudgetSpent => figures.budget_spent += 1,
            // Waits are times, moves of breakers are no request's, and hedges stand in the calls.
            Deed::Paced { .. } | Deed::Slept { .. } | Deed::BreakerMoved { .. } | Deed::Hedged => {}
        }
    }

    fn count_calls(&mut self, calls: &[Call], models: &[Model]) {
        for attempt in calls.iter().flat_map(|call| &call.attempts) {
            self.figures.attempts += 1;
            self.figures.accepted += u64::from(attempt.accepted());
            self.figures.throttled += u64::from(attempt.throttled());
            self.figures.errors += u64::from(attempt.error.is_some());
            self.figures.backoff_slept = self.figures.backoff_slept.plus(attempt.backoff);
        }
        for call in calls {
            self.figures.retry_quota_refusals += u64::from(refused(&call.end));
            self.figures.broken_streams += u64::from(broken(&call.end));
            self.figures.incomplete_streams += u64::from(incomplete(&call.end));
            self.figures.stream_restarts += u64::from(call.reason == Reason::Restart);
            self.figures.tokens_input += call.tokens.input;
            self.figures.tokens_output += call.tokens.output;
            match cost(&call.model, call.tokens, models) {
                Some(usd) => self.cost_usd += usd,
                None => self.unpriced = true,
            }
        }
    }

    fn count_wasted(&mut self, record: &Record, models: &[Model]) {
        self.waste(decided::wasted(record), models);
    }

    fn waste<'a>(&mut self, calls: impl Iterator<Item = &'a Call>, models: &[Model]) {
        for call in calls {
            self.figures.tokens_wasted += call.tokens.input + call.tokens.output;
            // What has no price was noticed where the whole cost was counted.
            self.cost_wasted_usd += cost(&call.model, call.tokens, models).unwrap_or(0.0);
        }
    }

    pub(super) fn merge(&mut self, other: &Counters) {
        let (sum, part) = (&mut self.figures, &other.figures);
        sum.requests += part.requests;
        sum.first_try += part.first_try;
        sum.retried += part.retried;
        sum.fell_back += part.fell_back;
        sum.failed += part.failed;
        sum.failed_over += part.failed_over;
        sum.hedged += part.hedged;
        sum.hedges_won += part.hedges_won;
        sum.shed += part.shed;
        sum.gateway_refusals += part.gateway_refusals;
        sum.gateway_timeouts += part.gateway_timeouts;
        sum.budget_spent += part.budget_spent;
        sum.region_returns += part.region_returns;
        sum.abandoned += part.abandoned;
        sum.dropped += part.dropped;
        sum.attempts += part.attempts;
        sum.accepted += part.accepted;
        sum.throttled += part.throttled;
        sum.errors += part.errors;
        sum.retry_quota_refusals += part.retry_quota_refusals;
        sum.broken_streams += part.broken_streams;
        sum.incomplete_streams += part.incomplete_streams;
        sum.stream_restarts += part.stream_restarts;
        sum.breaker_refusals += part.breaker_refusals;
        sum.backoff_slept = sum.backoff_slept.plus(part.backoff_slept);
        sum.tokens_input += part.tokens_input;
        sum.tokens_output += part.tokens_output;
        sum.tokens_wasted += part.tokens_wasted;
        merge_counts(&mut sum.regions, &part.regions);
        merge_counts(&mut sum.models, &part.models);
        merge_counts(&mut sum.stand_ins, &part.stand_ins);
        self.good += other.good;
        self.cost_usd += other.cost_usd;
        self.cost_wasted_usd += other.cost_wasted_usd;
        self.unpriced |= other.unpriced;
        self.jobs.merge(&other.jobs);
        for (timing, histogram) in &other.timings {
            self.timings.entry(*timing).or_default().merge(histogram);
        }
    }

    /// The finished figures of a part of the run that lasted `length`.
    pub(super) fn figures(&self, header: &Header, length: Nanos) -> Figures {
        let has_slo = header.slo != Slo::default();
        let spread = |timing| self.timings.get(&timing).map(spread).unwrap_or_default();
        let curved = |timing| Spread {
            curve: self.timings.get(&timing).map(|h| h.curve(CURVE_POINTS)).unwrap_or_default(),
            ..spread(timing)
        };
        Figures {
            good: has_slo.then_some(self.good),
            cost_usd: (!self.unpriced).then_some(self.cost_usd),
            cost_wasted_usd: (!self.unpriced).then_some(self.cost_wasted_usd),
            length,
            latency: curved(Timing::Latency),
            service_time: curved(Timing::ServiceTime),
            ttft: curved(Timing::Ttft),
            service_ttft: spread(Timing::ServiceTtft),
            tpot: spread(Timing::Tpot),
            itl: spread(Timing::Itl),
            first_attempt: spread(Timing::FirstAttempt),
            backoff: spread(Timing::Backoff),
            limit_wait: spread(Timing::LimitWait),
            retrier_wait: spread(Timing::RetrierWait),
            schedule_delay: spread(Timing::ScheduleDelay),
            jobs: self.jobs.figures().map(|counted| JobFigures {
                wait: curved(Timing::QueueWait),
                latency: curved(Timing::JobLatency),
                ..counted
            }),
            ..self.figures.clone()
        }
    }
}

/// Hands each time of a record to `take`, as the catalogue defines them.
pub(super) fn timings(record: &Record, take: &mut dyn FnMut(Timing, Nanos)) {
    take(Timing::ScheduleDelay, record.schedule_delay());
    if let Some(first) = first_attempt(record) {
        take(Timing::FirstAttempt, first.length());
    }
    for retry in record.attempts().filter(|attempt| attempt.number > 1) {
        take(Timing::Backoff, retry.backoff);
    }
    for decision in &record.decisions {
        match decision.deed {
            Deed::Paced { wait } => take(Timing::LimitWait, wait),
            Deed::Slept { wait } => take(Timing::RetrierWait, wait),
            _ => {}
        }
    }
    if let Some(job) = &record.job {
        jobs::timings(job, take);
    }
    let Some(answer) = decided::answer(record) else { return };
    take(Timing::Latency, record.latency());
    take(Timing::ServiceTime, record.service_time());
    if let Some(first) = answer.first_content {
        take(Timing::Ttft, first.since(record.due));
        take(Timing::ServiceTtft, first.since(record.called()));
        if let Some(last) = answer.last_content.filter(|_| answer.tokens.output > 1) {
            take(Timing::Tpot, Nanos::new(last.since(first).get() / (answer.tokens.output - 1)));
        }
    }
    for &gap_us in &answer.gaps_us {
        take(Timing::Itl, Nanos::new(u64::from(gap_us) * 1000));
    }
}

/// The first attempt, unless a hedge ended it before it had ended itself.
fn first_attempt(record: &Record) -> Option<&Attempt> {
    let call = record.calls.first()?;
    let first = call.attempts.first()?;
    let given_up = call.end == CallEnd::Cancelled && call.attempts.len() == 1 && first.status.is_none();
    (!given_up).then_some(first)
}

/// Whether a request was answered within every limit of the SLO that applies to it.
pub(super) fn is_good(record: &Record, slo: &Slo) -> bool {
    let within = |limit: Option<Nanos>, time: Option<Nanos>| match (limit, time) {
        (Some(limit), Some(time)) => time <= limit,
        // An answer that does not stream has no time to first token to hold against a limit.
        _ => true,
    };
    record.outcome.answered()
        && within(slo.latency, Some(record.latency()))
        && within(slo.ttft, record.first_content().map(|at| at.since(record.due)))
}

pub(super) fn refused(end: &CallEnd) -> bool {
    matches!(end, CallEnd::Failed(failure) if failure.retry_refused)
}

pub(super) fn broken(end: &CallEnd) -> bool {
    let broken = [FailureClass::StreamBroken, FailureClass::StreamIncomplete];
    matches!(end, CallEnd::Failed(failure) if broken.contains(&failure.class))
}

pub(super) fn incomplete(end: &CallEnd) -> bool {
    matches!(end, CallEnd::Failed(failure) if failure.class == FailureClass::StreamIncomplete)
}

/// What tokens cost; none where tokens were used of a model without a price.
pub(super) fn cost(model: &str, tokens: Tokens, models: &[Model]) -> Option<f64> {
    if tokens.is_none() {
        return Some(0.0);
    }
    let model = models.iter().find(|known| &*known.name == model)?;
    model.price.map(|price| price.of(tokens))
}

fn spread(histogram: &Histogram) -> Spread {
    Spread {
        count: histogram.count(),
        min: histogram.min(),
        mean: histogram.mean(),
        p50: histogram.bounded(Quantile::P50),
        p90: histogram.bounded(Quantile::P90),
        p95: histogram.bounded(Quantile::P95),
        p99: histogram.bounded(Quantile::P99),
        p999: histogram.bounded(Quantile::P999),
        max: histogram.max(),
        curve: Vec::new(),
    }
}

fn merge_counts(sum: &mut BTreeMap<Name, u64>, part: &BTreeMap<Name, u64>) {
    for (name, count) in part {
        *sum.entry(name.clone()).or_default() += count;
    }
}
