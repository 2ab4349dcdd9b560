//! Measures one gate's figure in one gate's scope.
//!
//! A gate may ask for any metric of any flow, stage, region or model, so each gate has a probe of its
//! own instead of a place in a table that would have to hold every combination. A comparison has one for each block of
//! the run, which keeps its times in less memory.

mod exhibit;

pub(super) use exhibit::Exhibit;

use crate::compare::{Block, Times};
use crate::gate::{Measured, Scope};
use crate::header::Header;
use crate::histogram::Histogram;
use crate::job::Stray;
use crate::log::Dropped;
use crate::metric::{Figure, Metric, Statistic};
use crate::record::{Call, Deed, Name, Outcome, Reason, Record};
use crate::units::Nanos;

use super::breakers::Breakers;
use super::disturbance::Disturbances;
use super::queues::Queues;
use super::{cell, decided, jobs};

pub(super) struct Probe<T = Histogram> {
    metric: Metric,
    scope: Scope,
    /// Requests in scope, or what else the figure is a share of.
    of: u64,
    /// What the figure counts.
    hits: u64,
    usd: f64,
    times: T,
}

/// What keeps the times that a probe sees.
pub(super) trait Keep: Default {
    fn keep(&mut self, time: Nanos);
}

impl Keep for Histogram {
    fn keep(&mut self, time: Nanos) {
        self.record(time);
    }
}

impl Keep for Times {
    fn keep(&mut self, time: Nanos) {
        self.record(time);
    }
}

/// What is known of the run as a whole, once it is over.
pub(super) struct Whole<'a> {
    pub(super) disturbances: &'a Disturbances,
    pub(super) breakers: &'a Breakers,
    pub(super) queues: &'a Queues,
    /// The run as far as it came.
    pub(super) reached: &'a Header,
}

impl<T: Keep> Probe<T> {
    pub(super) fn new(metric: Metric, scope: &Scope) -> Self {
        Probe { metric, scope: scope.clone(), of: 0, hits: 0, usd: 0.0, times: T::default() }
    }

    pub(super) fn observe(&mut self, record: &Record, header: &Header) {
        if !self.wants(&record.flow, &record.stage) {
            return;
        }
        match self.metric {
            Metric::Timing(timing, _) if self.at_destination(record, header) => {
                cell::timings(record, &mut |seen, time| {
                    if seen == timing {
                        self.times.keep(time);
                    }
                });
            }
            Metric::Timing(..) => {}
            Metric::Figure(figure) => self.count(figure, record, header),
        }
    }

    pub(super) fn drop_arrival(&mut self, dropped: &Dropped) {
        if self.metric == Metric::Figure(Figure::Dropped) && self.wants(&dropped.flow, &dropped.stage) {
            self.hits += 1;
            self.of += 1;
        }
    }

    pub(super) fn observe_stray(&mut self, stray: &Stray, header: &Header) {
        if !self.wants(&stray.flow, &stray.stage) {
            return;
        }
        match self.metric {
            Metric::Figure(figure) if figure.counts_jobs() => {
                self.hit(figure, jobs::count_of_stray(figure, stray));
            }
            // What is done for a job that has its result already is no request, but was done and paid for.
            Metric::Figure(figure) => {
                let calls: Vec<&Call> = stray.calls.iter().filter(|call| self.is_destination(call)).collect();
                self.hits += calls.iter().map(|call| count_in(figure, call)).sum::<u64>();
                if matches!(figure, Figure::Cost | Figure::CostWasted | Figure::CostPer1k) {
                    self.usd += cost_of(calls.into_iter(), header);
                }
            }
            Metric::Timing(..) => {}
        }
    }

    /// Adds to what is counted; of receives, the most count.
    fn hit(&mut self, figure: Figure, hits: u64) {
        match figure {
            Figure::JobsMostReceives => self.hits = self.hits.max(hits),
            _ => self.hits += hits,
        }
    }

    /// Whose figure it is.
    pub(super) fn scope(&self) -> &Scope {
        &self.scope
    }

    fn wants(&self, flow: &str, stage: &str) -> bool {
        let allows =
            |wanted: &Option<Name>, name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
        allows(&self.scope.flow, flow) && allows(&self.scope.during, stage)
    }

    fn is_at(&self, model: &Name, region: &Name) -> bool {
        self.scope.region.as_ref().is_none_or(|wanted| wanted == region)
            && self.scope.model.as_ref().is_none_or(|wanted| wanted == model)
    }

    fn is_destination(&self, call: &Call) -> bool {
        self.is_at(&call.model, &call.region)
    }

    /// Whether the call that decided the request was at the scope's destination. A request without calls
    /// was never in a region; its model is the one that it asked for.
    fn at_destination(&self, record: &Record, header: &Header) -> bool {
        match decided::deciding(record) {
            Some(call) => self.is_destination(call),
            None => {
                let asked = decided::asked(record, header);
                self.scope.region.is_none()
                    && (self.scope.model.is_none() || self.scope.model.as_ref() == asked)
            }
        }
    }

    fn count(&mut self, figure: Figure, record: &Record, header: &Header) {
        match figure {
            // The destination is what is counted, not a condition on the whole.
            Figure::RegionShare | Figure::ModelShare => {
                if let Some(answer) = decided::answer(record) {
                    self.of += 1;
                    self.hits += u64::from(self.is_destination(answer));
                }
            }
            // These are shares of a part of the requests.
            Figure::DegradedShare => {
                let there = decided::answer(record).is_some_and(|answer| self.is_destination(answer));
                self.add(there, decided::is_degraded(record, header));
            }
            Figure::HedgeWins => {
                let hedged = decided::is_hedged(record) && self.at_destination(record, header);
                self.add(hedged, decided::is_answered_by(record, Reason::Hedge));
            }
            // These count calls, attempts and breakers wherever they were, so each is asked for itself.
            Figure::BreakerOpenTime
            | Figure::BreakerRefusals
            | Figure::BrokenStreams
            | Figure::Cost
            | Figure::CostWasted
            | Figure::Errors
            | Figure::IncompleteStreams
            | Figure::RetryQuotaRefusals
            | Figure::StreamRestarts
            | Figure::Throttles
            | Figure::TokensInput
            | Figure::TokensOutput
            | Figure::TokensPerMinute
            | Figure::TokensWasted => self.count_each(figure, record, header),
            _ if figure.counts_jobs() => {
                self.of += u64::from(record.job.is_some());
                self.hit(figure, jobs::count_of(figure, record));
            }
            _ if self.at_destination(record, header) => {
                self.of += 1;
                self.hits += count_of(figure, record, header);
                self.usd += cost_of(record.calls.iter(), header);
            }
            _ => {}
        }
    }

    /// Adds a request to a share, if it is part of the whole.
    fn add(&mut self, of_the_whole: bool, hit: bool) {
        self.of += u64::from(of_the_whole);
        self.hits += u64::from(of_the_whole && hit);
    }

    fn count_each(&mut self, figure: Figure, record: &Record, header: &Header) {
        let wasted = matches!(figure, Figure::TokensWasted | Figure::CostWasted);
        let calls: Vec<&Call> = match wasted {
            true => decided::wasted(record).filter(|call| self.is_destination(call)).collect(),
            false => record.calls.iter().filter(|call| self.is_destination(call)).collect(),
        };
        let refused = record.decisions.iter().filter(|decision| match &decision.deed {
            Deed::BreakerRefused { model, region } => self.is_at(model, region),
            _ => false,
        });
        let hits = match figure {
            Figure::BreakerRefusals => refused.count() as u64,
            _ => calls.iter().map(|call| count_in(figure, call)).sum(),
        };
        self.of += 1;
        self.hits += hits;
        self.usd += cost_of(calls.into_iter(), header);
    }
}

impl Probe<Times> {
    /// What was counted and timed in its block.
    pub(super) fn into_block(self) -> Block {
        Block { of: self.of, hits: self.hits, usd: self.usd, times: self.times }
    }

    /// Adds what was counted and timed to a block.
    pub(super) fn add_to(&self, block: &mut Block) {
        block.of += self.of;
        block.hits += self.hits;
        block.usd += self.usd;
        block.times.merge(&self.times);
    }
}

impl Probe {
    /// What was measured.
    pub(super) fn measured(&self, whole: &Whole<'_>) -> Measured {
        self.answer(self.metric, whole)
    }

    /// What was measured of a metric that is taken from the same records: another statistic of the same times.
    pub(super) fn answer(&self, metric: Metric, whole: &Whole<'_>) -> Measured {
        let sharp = |value| Measured::sharp(value, self.of, 1);
        match metric {
            Metric::Timing(_, statistic) => self.statistic(statistic),
            Metric::Figure(Figure::RecoveryTime) => {
                let fault = self.scope.after.as_deref().unwrap_or_default();
                let time = whole.disturbances.recovery(fault, self.scope.flow.as_deref());
                sharp(time.map(Nanos::as_secs_f64))
            }
            Metric::Figure(Figure::BreakerOpenTime) => {
                let time = whole.breakers.open_time(&self.scope, whole.reached);
                sharp((self.of > 0).then(|| time.as_secs_f64()))
            }
            Metric::Figure(Figure::QueueDepth) => {
                sharp(whole.queues.depth(&self.scope, whole.reached).map(|depth| depth as f64))
            }
            Metric::Figure(Figure::QueueOldest) => {
                sharp(whole.queues.oldest(&self.scope, whole.reached).map(Nanos::as_secs_f64))
            }
            Metric::Figure(Figure::QueueDrainTime) => {
                sharp(whole.queues.drain_time(&self.scope).map(Nanos::as_secs_f64))
            }
            Metric::Figure(Figure::WorkersUtilisation) => {
                sharp(whole.queues.utilisation(&self.scope, whole.reached))
            }
            // The judge has yet to speak.
            Metric::Figure(Figure::Findings) => Measured::sharp(None, 0, 1),
            Metric::Figure(figure) => self.figure(figure, self.length(whole.reached)),
        }
    }

    fn statistic(&self, statistic: Statistic) -> Measured {
        let seconds = |time: Option<Nanos>| time.map(Nanos::as_secs_f64);
        let samples = self.times.count();
        let sharp = |time| Measured::sharp(seconds(time), samples, 1);
        match statistic {
            Statistic::Percentile(quantile) => Measured {
                value: seconds(self.times.at(quantile)),
                interval: self
                    .times
                    .interval(quantile)
                    .map(|(low, high)| (low.as_secs_f64(), high.as_secs_f64())),
                ..Measured::sharp(None, samples, quantile.sample_floor())
            },
            Statistic::Mean => sharp(self.times.mean()),
            Statistic::Min => sharp(self.times.min()),
            Statistic::Max => sharp(self.times.max()),
        }
    }

    /// The time in scope.
    fn length(&self, reached: &Header) -> Nanos {
        let stage = self
            .scope
            .during
            .as_ref()
            .and_then(|name| reached.stages.iter().find(|stage| stage.name == *name));
        stage.map_or_else(|| reached.recorded_length(), |stage| stage.to.since(stage.from))
    }

    fn figure(&self, figure: Figure, length: Nanos) -> Measured {
        figure_of(figure, self.of, self.hits, self.usd, length)
    }
}

/// A figure from what was counted over some time: hits of a whole, and what they cost.
pub(super) fn figure_of(figure: Figure, of: u64, hits: u64, usd: f64, length: Nanos) -> Measured {
    let count = hits as f64;
    let per_second = |count: f64| (length > Nanos::ZERO).then(|| count / length.as_secs_f64());
    let value = match figure {
        // Nothing dropped is measured zero, whatever else was sent.
        Figure::Dropped => Some(count),
        _ if of == 0 => None,
        Figure::SuccessRatio
        | Figure::SuccessFirstTry
        | Figure::SuccessAfterRetry
        | Figure::FallbackShare
        | Figure::FailoverShare
        | Figure::DegradedShare
        | Figure::HedgeShare
        | Figure::HedgeWins
        | Figure::GoodputRatio
        | Figure::RegionShare
        | Figure::ModelShare
        | Figure::AttemptsPerRequest => Some(count / of as f64),
        Figure::GoodputRate | Figure::RequestsRate => per_second(count),
        Figure::TokensPerMinute => per_second(count * 60.0),
        Figure::Cost | Figure::CostWasted => Some(usd),
        Figure::CostPer1k if hits == 0 => None,
        Figure::CostPer1k => Some(usd / count * 1000.0),
        _ => Some(count),
    };
    Measured::sharp(value, of, u64::from(figure != Figure::Dropped))
}

fn cost_of<'a>(calls: impl Iterator<Item = &'a Call>, header: &Header) -> f64 {
    calls.filter_map(|call| cell::cost(&call.model, call.tokens, &header.models)).sum()
}

/// What a request adds to a figure of requests.
fn count_of(figure: Figure, record: &Record, header: &Header) -> u64 {
    let outcome = decided::outcome(record);
    let deeds = |wanted: fn(&Deed) -> bool| {
        record.decisions.iter().filter(|decision| wanted(&decision.deed)).count() as u64
    };
    match figure {
        Figure::SuccessRatio | Figure::CostPer1k => u64::from(outcome.answered()),
        Figure::SuccessFirstTry => u64::from(outcome == Outcome::FirstTry),
        Figure::SuccessAfterRetry => u64::from(outcome == Outcome::Retried),
        Figure::FallbackShare => u64::from(outcome == Outcome::FellBack),
        Figure::FailoverShare => u64::from(decided::moved_by(record) == Some(Reason::Failover)),
        Figure::HedgeShare => u64::from(decided::is_hedged(record)),
        Figure::Failures => u64::from(outcome == Outcome::Failed),
        Figure::GoodputRatio | Figure::GoodputRate => u64::from(cell::is_good(record, &header.slo)),
        Figure::AttemptsPerRequest => record.attempts().count() as u64,
        Figure::Requests | Figure::RequestsRate => 1,
        Figure::BudgetSpent => deeds(|deed| *deed == Deed::BudgetSpent),
        Figure::RegionReturns => deeds(|deed| matches!(deed, Deed::ReturnTried { .. })),
        Figure::Shed => deeds(|deed| *deed == Deed::Shed),
        Figure::GatewayRefusals => deeds(|deed| matches!(deed, Deed::GatewayRefused { .. })),
        Figure::GatewayTimeouts => deeds(|deed| *deed == Deed::GatewayTimedOut),
        _ => 0,
    }
}

/// What a call adds to a figure of calls.
fn count_in(figure: Figure, call: &Call) -> u64 {
    match figure {
        Figure::Throttles => call.attempts.iter().filter(|attempt| attempt.throttled()).count() as u64,
        Figure::Errors => call.attempts.iter().filter(|attempt| attempt.error.is_some()).count() as u64,
        Figure::BrokenStreams => u64::from(cell::broken(&call.end)),
        Figure::IncompleteStreams => u64::from(cell::incomplete(&call.end)),
        Figure::StreamRestarts => u64::from(call.reason == Reason::Restart),
        Figure::RetryQuotaRefusals => u64::from(cell::refused(&call.end)),
        Figure::TokensInput => call.tokens.input,
        Figure::TokensOutput => call.tokens.output,
        Figure::TokensPerMinute | Figure::TokensWasted => call.tokens.input + call.tokens.output,
        _ => 0,
    }
}
