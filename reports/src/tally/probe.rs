//! Measures one gate's figure in one gate's scope.
//!
//! A gate may ask for any metric of any flow, stage, region or model, so each gate has a probe of its
//! own instead of a place in a table that would have to hold every combination.

use crate::gate::{Measured, Scope};
use crate::header::{Header, Model, Slo};
use crate::histogram::Histogram;
use crate::log::Dropped;
use crate::metric::{Figure, Metric, Statistic};
use crate::record::{Call, Outcome, Record};
use crate::units::Nanos;

use super::cell;
use super::disturbance::Disturbances;

pub(super) struct Probe {
    metric: Metric,
    scope: Scope,
    slo: Slo,
    models: Vec<Model>,
    /// Requests in scope, or what else the figure is a share of.
    of: u64,
    /// What the figure counts.
    hits: u64,
    usd: f64,
    histogram: Histogram,
}

impl Probe {
    pub(super) fn new(metric: Metric, scope: &Scope, header: &Header) -> Self {
        Probe {
            metric,
            scope: scope.clone(),
            slo: header.slo,
            models: header.models.clone(),
            of: 0,
            hits: 0,
            usd: 0.0,
            histogram: Histogram::new(),
        }
    }

    pub(super) fn observe(&mut self, record: &Record) {
        if !self.wants(&record.flow, &record.stage) {
            return;
        }
        match self.metric {
            Metric::Timing(timing, _) if self.at_destination(record) => {
                cell::timings(record, &mut |seen, time| {
                    if seen == timing {
                        self.histogram.record(time);
                    }
                });
            }
            Metric::Timing(..) => {}
            Metric::Figure(figure) => self.count(figure, record),
        }
    }

    pub(super) fn drop_arrival(&mut self, dropped: &Dropped) {
        if self.metric == Metric::Figure(Figure::Dropped) && self.wants(&dropped.flow, &dropped.stage) {
            self.hits += 1;
            self.of += 1;
        }
    }

    fn wants(&self, flow: &str, stage: &str) -> bool {
        let allows = |wanted: &Option<crate::record::Name>, name: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == name)
        };
        allows(&self.scope.flow, flow) && allows(&self.scope.during, stage)
    }

    fn is_destination(&self, call: &Call) -> bool {
        self.scope.region.as_ref().is_none_or(|region| *region == call.region)
            && self.scope.model.as_ref().is_none_or(|model| *model == call.model)
    }

    /// Whether the last call, which decided the request, was at the scope's destination.
    fn at_destination(&self, record: &Record) -> bool {
        record.calls.last().is_none_or(|call| self.is_destination(call))
    }

    fn count(&mut self, figure: Figure, record: &Record) {
        match figure {
            // The destination is what is counted, not a condition on the whole.
            Figure::RegionShare | Figure::ModelShare => {
                if let Some(answer) = record.answer() {
                    self.of += 1;
                    self.hits += u64::from(self.is_destination(answer));
                }
            }
            // These count calls and attempts wherever they went, so each call is asked for itself.
            Figure::Throttles
            | Figure::Errors
            | Figure::BrokenStreams
            | Figure::RetryQuotaRefusals
            | Figure::TokensInput
            | Figure::TokensOutput
            | Figure::TokensPerMinute
            | Figure::Cost => {
                self.of += 1;
                let calls = || record.calls.iter().filter(|call| self.is_destination(call));
                let hits: u64 = calls().map(|call| count_in(figure, call)).sum();
                let usd = self.cost_of(calls());
                self.hits += hits;
                self.usd += usd;
            }
            _ if self.at_destination(record) => {
                self.of += 1;
                self.hits += self.count_of(figure, record);
                self.usd += self.cost_of(record.calls.iter());
            }
            _ => {}
        }
    }

    fn cost_of<'a>(&self, calls: impl Iterator<Item = &'a Call>) -> f64 {
        calls.filter_map(|call| cell::cost(&call.model, call.tokens, &self.models)).sum()
    }

    fn count_of(&self, figure: Figure, record: &Record) -> u64 {
        match figure {
            Figure::SuccessRatio | Figure::CostPer1k => u64::from(record.outcome.answered()),
            Figure::SuccessFirstTry => u64::from(record.outcome == Outcome::FirstTry),
            Figure::SuccessAfterRetry => u64::from(record.outcome == Outcome::Retried),
            Figure::FallbackShare => u64::from(record.outcome == Outcome::FellBack),
            Figure::Failures => u64::from(record.outcome == Outcome::Failed),
            Figure::GoodputRatio | Figure::GoodputRate => u64::from(cell::is_good(record, &self.slo)),
            Figure::AttemptsPerRequest => record.attempts().count() as u64,
            Figure::Requests | Figure::RequestsRate => 1,
            _ => 0,
        }
    }

    /// What was measured; `reached` is the run as far as it came.
    pub(super) fn finish(self, disturbances: &Disturbances, reached: &Header) -> Measured {
        match self.metric {
            Metric::Timing(_, statistic) => self.statistic(statistic),
            Metric::Figure(Figure::RecoveryTime) => {
                let fault = self.scope.after.as_deref().unwrap_or_default();
                let value = disturbances.recovery(fault, self.scope.flow.as_deref()).map(Nanos::as_secs_f64);
                Measured { value, interval: None, samples: self.of, floor: 1 }
            }
            Metric::Figure(figure) => self.figure(figure, self.length(reached)),
        }
    }

    fn statistic(&self, statistic: Statistic) -> Measured {
        let seconds = |time: Option<Nanos>| time.map(Nanos::as_secs_f64);
        let samples = self.histogram.count();
        match statistic {
            Statistic::Percentile(quantile) => Measured {
                value: seconds(self.histogram.at(quantile)),
                interval: self
                    .histogram
                    .interval(quantile)
                    .map(|(low, high)| (low.as_secs_f64(), high.as_secs_f64())),
                samples,
                floor: quantile.sample_floor(),
            },
            Statistic::Mean => {
                Measured { value: seconds(self.histogram.mean()), interval: None, samples, floor: 1 }
            }
            Statistic::Min => {
                Measured { value: seconds(self.histogram.min()), interval: None, samples, floor: 1 }
            }
            Statistic::Max => {
                Measured { value: seconds(self.histogram.max()), interval: None, samples, floor: 1 }
            }
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
        let hits = self.hits as f64;
        let per_second = |count: f64| (length > Nanos::ZERO).then(|| count / length.as_secs_f64());
        let value = match figure {
            // Nothing dropped is measured zero, whatever else was sent.
            Figure::Dropped => Some(hits),
            _ if self.of == 0 => None,
            Figure::SuccessRatio
            | Figure::SuccessFirstTry
            | Figure::SuccessAfterRetry
            | Figure::FallbackShare
            | Figure::GoodputRatio
            | Figure::RegionShare
            | Figure::ModelShare
            | Figure::AttemptsPerRequest => Some(hits / self.of as f64),
            Figure::GoodputRate | Figure::RequestsRate => per_second(hits),
            Figure::TokensPerMinute => per_second(hits * 60.0),
            Figure::Cost => Some(self.usd),
            Figure::CostPer1k if self.hits == 0 => None,
            Figure::CostPer1k => Some(self.usd / hits * 1000.0),
            _ => Some(hits),
        };
        let floor = u64::from(figure != Figure::Dropped);
        Measured { value, interval: None, samples: self.of, floor }
    }
}

fn count_in(figure: Figure, call: &Call) -> u64 {
    match figure {
        Figure::Throttles => call.attempts.iter().filter(|attempt| attempt.throttled()).count() as u64,
        Figure::Errors => call.attempts.iter().filter(|attempt| attempt.error.is_some()).count() as u64,
        Figure::BrokenStreams => u64::from(cell::broken(&call.end)),
        Figure::RetryQuotaRefusals => u64::from(cell::refused(&call.end)),
        Figure::TokensInput => call.tokens.input,
        Figure::TokensOutput => call.tokens.output,
        Figure::TokensPerMinute => call.tokens.input + call.tokens.output,
        _ => 0,
    }
}
