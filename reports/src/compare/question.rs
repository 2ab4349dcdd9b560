//! What two runs are asked: the figures that anybody would look at, and those that the scenario's gates are about.

use crate::gate::Scope;
use crate::header::{Header, Slo};
use crate::histogram::Quantile;
use crate::metric::{Figure, Metric, Statistic, Timing};

/// A figure of a part of the traffic.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The figure.
    pub metric: Metric,
    /// Whose.
    pub scope: Scope,
}

impl Question {
    /// A figure of all recorded traffic.
    pub fn of_all(metric: Metric) -> Self {
        Question { metric, scope: Scope::default() }
    }
}

/// What a comparison of runs like this one is about, where nobody says.
pub fn usual(header: &Header) -> Vec<Question> {
    let mut asked: Vec<Question> = headlines(header).map(Question::of_all).collect();
    asked.extend(header.faults.iter().map(|fault| Question {
        metric: Metric::Figure(Figure::RecoveryTime),
        scope: Scope { after: Some(fault.name.clone()), ..Scope::default() },
    }));
    for gate in &header.gates {
        let question = Question { metric: gate.metric, scope: gate.scope.clone() };
        if !asked.contains(&question) {
            asked.push(question);
        }
    }
    asked
}

fn headlines(header: &Header) -> impl Iterator<Item = Metric> {
    let streams = header.flows.iter().any(|flow| flow.operation.streams());
    let queues = header.flows.iter().any(|flow| flow.queue.is_some());
    let priced = !header.models.is_empty() && header.models.iter().all(|model| model.price.is_some());
    let figure = |wanted: bool, figure| wanted.then_some(Metric::Figure(figure));
    let percentiles = |wanted: bool, timing| {
        [Quantile::P50, Quantile::P95, Quantile::P99]
            .map(|quantile| wanted.then_some(Metric::Timing(timing, Statistic::Percentile(quantile))))
    };
    let shares = [
        figure(true, Figure::SuccessRatio),
        figure(true, Figure::SuccessFirstTry),
        figure(header.slo != Slo::default(), Figure::GoodputRatio),
        figure(true, Figure::AttemptsPerRequest),
    ];
    let jobs = [
        figure(queues, Figure::JobsLost),
        figure(queues, Figure::JobsDuplicateEffects),
        figure(queues, Figure::QueueDrainTime),
    ];
    let rest = [figure(priced, Figure::CostPer1k), figure(true, Figure::Findings)];
    shares
        .into_iter()
        .chain(percentiles(true, Timing::Latency))
        .chain(percentiles(streams, Timing::Ttft))
        .chain(percentiles(queues, Timing::JobLatency))
        .chain(jobs)
        .chain(rest)
        .flatten()
}
