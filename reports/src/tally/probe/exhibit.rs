//! A request that shows what a gate measured, so that a reader can go from a verdict to what happened.
//!
//! Of what a gate bounds from above, the request that added most to it; of what it bounds from below, the first that
//! missed, or else the first that did not. A recovery is shown by the request that ended the disturbance, which the
//! tally of disturbances knows.

use crate::gate::{Gate, Limit};
use crate::header::Header;
use crate::metric::{Figure, Metric};
use crate::record::{Name, Record};
use crate::units::Nanos;

use super::super::{cell, exemplars};
use super::Probe;

/// The request that shows one gate best, so far.
pub(in crate::tally) struct Exhibit {
    gate: Name,
    /// Whether the gate asks for more rather than for less.
    more: bool,
    best: Option<(f64, Record)>,
}

impl Exhibit {
    pub(in crate::tally) fn new(gate: &Gate) -> Self {
        Exhibit { gate: gate.name.clone(), more: matches!(gate.limit, Limit::Min(_)), best: None }
    }

    /// Lets the gate's probe see a record, and keeps it if none showed as much before.
    pub(in crate::tally) fn observe(&mut self, probe: &mut Probe, record: &Record, header: &Header) {
        let (of, hits, usd) = (probe.of, probe.hits, probe.usd);
        probe.observe(record, header);
        let weight = match probe.metric {
            Metric::Timing(..) => self.weight_of_times(probe, record, header),
            Metric::Figure(figure) if !shows(figure) => None,
            Metric::Figure(_) if probe.of == of => None,
            Metric::Figure(_) if self.more => Some(if probe.hits == hits { 2.0 } else { 1.0 }),
            Metric::Figure(figure) => {
                let paid = matches!(figure, Figure::Cost | Figure::CostWasted | Figure::CostPer1k);
                let added = if paid { probe.usd - usd } else { probe.hits.saturating_sub(hits) as f64 };
                (added > 0.0).then_some(added)
            }
        };
        if let Some(weight) = weight.filter(|weight| self.best.as_ref().is_none_or(|(best, _)| weight > best))
        {
            self.best = Some((weight, exemplars::trimmed(record)));
        }
    }

    /// The longest time of those that the gate measures, or the shortest where it asks for more.
    fn weight_of_times(&self, probe: &Probe, record: &Record, header: &Header) -> Option<f64> {
        let Metric::Timing(timing, _) = probe.metric else { return None };
        if !probe.wants(&record.flow, &record.stage) || !probe.at_destination(record, header) {
            return None;
        }
        let sign = if self.more { -1.0 } else { 1.0 };
        let mut most: Option<f64> = None;
        cell::timings(record, &mut |seen, time: Nanos| {
            if seen == timing {
                let weight = sign * time.as_secs_f64();
                most = Some(most.map_or(weight, |most| most.max(weight)));
            }
        });
        most
    }

    pub(in crate::tally) fn finish(self) -> (Name, Option<Record>) {
        (self.gate, self.best.map(|(_, record)| record))
    }
}

/// Whether one request can show the figure: how many there were, no single one can.
fn shows(figure: Figure) -> bool {
    !matches!(
        figure,
        Figure::Requests
            | Figure::RequestsRate
            | Figure::Dropped
            | Figure::RecoveryTime
            | Figure::QueueDepth
            | Figure::QueueOldest
            | Figure::QueueDrainTime
            | Figure::WorkersUtilisation
            | Figure::Findings
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::{OnNoData, Scope, Severity};
    use crate::histogram::Quantile;
    use crate::metric::{Statistic, Timing};
    use crate::testing::{answered, failed, header, retried};

    const P95: Metric = Metric::Timing(Timing::Latency, Statistic::Percentile(Quantile::P95));

    fn shown(metric: Metric, limit: Limit, records: &[Record]) -> Option<u64> {
        let gate = Gate {
            name: "g".into(),
            metric,
            scope: Scope::default(),
            limit,
            severity: Severity::Fail,
            on_no_data: OnNoData::Fail,
            line: None,
        };
        let mut probe = Probe::new(gate.metric, &gate.scope);
        let mut exhibit = Exhibit::new(&gate);
        records.iter().for_each(|record| exhibit.observe(&mut probe, record, &header()));
        exhibit.finish().1.map(|record| record.id)
    }

    #[test]
    fn a_gate_is_shown_by_the_request_that_speaks_most_for_its_figure() {
        let at = |secs| Nanos::from_secs(secs);
        let records = [answered(0, at(20)), retried(1, at(31)), failed(2, at(33)), failed(3, at(34))];
        let figure = Metric::Figure;
        let table = [
            (figure(Figure::SuccessRatio), Limit::Min(0.99), Some(2)),
            (figure(Figure::AttemptsPerRequest), Limit::Max(1.5), Some(2)),
            (figure(Figure::Failures), Limit::Max(0.0), Some(2)),
            (P95, Limit::Max(1.0), Some(1)),
            (P95, Limit::Min(1.0), Some(0)),
            (figure(Figure::FallbackShare), Limit::Max(0.1), None),
            (figure(Figure::Requests), Limit::Min(10.0), None),
            (figure(Figure::RecoveryTime), Limit::Max(10.0), None),
        ];
        for (metric, limit, expected) in table {
            assert_eq!(shown(metric, limit.clone(), &records), expected, "{metric} {limit:?}");
        }
    }

    #[test]
    fn what_never_missed_is_shown_by_what_kept_it() {
        let records = [answered(7, Nanos::from_secs(20)), answered(8, Nanos::from_secs(21))];
        let ratio = Metric::Figure(Figure::SuccessRatio);
        assert_eq!(shown(ratio, Limit::Min(0.99), &records), Some(7));
    }
}
