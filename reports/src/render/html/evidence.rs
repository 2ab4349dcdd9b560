//! Where on the page a gate's figure can be seen: the chart or table that shows it best, of those that the page has.

use std::collections::BTreeSet;

use crate::gate::Gate;
use crate::metric::{Figure, Metric, Timing};
use crate::summary::Summary;

use super::panels::Stack;

/// The places that links may lead to, beside the sections that every page has.
#[derive(Default)]
pub(super) struct Places(BTreeSet<String>);

/// A place and what stands there.
pub(super) struct Place {
    pub(super) id: String,
    pub(super) words: &'static str,
}

impl Places {
    /// With the panels of a stack.
    pub(super) fn stack(mut self, stack: Option<&Stack>) -> Self {
        self.0.extend(stack.into_iter().flat_map(|stack| &stack.panels).map(|panel| panel.id.clone()));
        self
    }

    /// With one more, if the page has it.
    pub(super) fn and(mut self, id: &str, there: bool) -> Self {
        if there {
            self.0.insert(id.to_owned());
        }
        self
    }

    /// The best place for a gate.
    pub(super) fn of(&self, summary: &Summary, gate: &Gate) -> Place {
        let (wanted, section) = wanted(summary, gate);
        let found = wanted.into_iter().find(|place| self.0.contains(&place.id));
        found.unwrap_or(Place { id: section.to_owned(), words: section })
    }
}

/// The places that show a gate's figure, best first, and the section that surely stands on the page.
fn wanted(summary: &Summary, gate: &Gate) -> (Vec<Place>, &'static str) {
    let place = |id: &str, words| Place { id: id.to_owned(), words };
    let heat = |words| {
        let map = summary
            .heatmaps
            .iter()
            .filter(|map| summary.run.flows.len() == 1 || gate.scope.flow.as_ref() == Some(&map.flow));
        map.map(|map| Place { id: super::panels::heat_id(summary, map), words }).collect::<Vec<_>>()
    };
    let jobs = |words| (vec![place("queue", words)], "timeline");
    match gate.metric {
        Metric::Timing(Timing::Latency | Timing::ServiceTime, _) => {
            let mut places = heat("latency");
            places.push(place("latency-curve", "percentiles"));
            (places, "latency")
        }
        Metric::Timing(Timing::Ttft | Timing::ServiceTtft, _) => {
            (vec![place("ttft-curve", "first tokens"), place("ttft-time", "first tokens")], "latency")
        }
        Metric::Timing(Timing::Backoff, _) => (vec![place("waits", "waits")], "resilience"),
        Metric::Timing(Timing::FirstAttempt | Timing::LimitWait | Timing::RetrierWait, _) => {
            (Vec::new(), "resilience")
        }
        Metric::Timing(Timing::QueueWait | Timing::JobLatency, _) => jobs("queue"),
        Metric::Timing(..) => (Vec::new(), "latency"),
        Metric::Figure(figure) => of_figure(figure),
    }
}

fn of_figure(figure: Figure) -> (Vec<Place>, &'static str) {
    let places = |known: &[(&str, &'static str)]| -> Vec<Place> {
        known.iter().map(|(id, words)| Place { id: (*id).to_owned(), words }).collect()
    };
    match figure {
        Figure::Findings => (places(&[("cloud", "findings")]), "method"),
        Figure::AttemptsPerRequest => (places(&[("amplification", "amplification")]), "resilience"),
        Figure::Throttles => (places(&[("throttled", "throttles")]), "resilience"),
        Figure::RecoveryTime => (places(&[("trouble", "trouble"), ("recovery", "recovery")]), "resilience"),
        Figure::BreakerOpenTime | Figure::BreakerRefusals => {
            (places(&[("breakers", "breakers")]), "resilience")
        }
        Figure::RegionShare | Figure::FailoverShare | Figure::RegionReturns => {
            (places(&[("region", "regions")]), "resilience")
        }
        Figure::ModelShare | Figure::DegradedShare => (places(&[("model", "models")]), "resilience"),
        Figure::TokensWasted | Figure::CostWasted => (places(&[("wasted", "waste")]), "resilience"),
        Figure::SuccessRatio
        | Figure::SuccessFirstTry
        | Figure::SuccessAfterRetry
        | Figure::FallbackShare
        | Figure::GoodputRatio
        | Figure::GoodputRate => (places(&[("outcomes", "outcomes")]), "timeline"),
        Figure::Requests | Figure::RequestsRate | Figure::Dropped => {
            (places(&[("rates", "rates")]), "timeline")
        }
        Figure::BudgetSpent
        | Figure::GatewayRefusals
        | Figure::GatewayTimeouts
        | Figure::HedgeShare
        | Figure::HedgeWins
        | Figure::IncompleteStreams
        | Figure::Shed
        | Figure::StreamRestarts => {
            (places(&[("policies", "policies"), ("effort", "policies")]), "resilience")
        }
        Figure::RetryQuotaRefusals => (places(&[("effort", "refusals")]), "resilience"),
        Figure::Failures | Figure::Errors | Figure::BrokenStreams => (Vec::new(), "errors"),
        Figure::QueueDepth | Figure::QueueOldest | Figure::QueueDrainTime | Figure::WorkersUtilisation => {
            (places(&[("queue", "queue")]), "timeline")
        }
        Figure::TokensInput
        | Figure::TokensOutput
        | Figure::TokensPerMinute
        | Figure::Cost
        | Figure::CostPer1k => (Vec::new(), "numbers"),
        _ if figure.counts_jobs() => (places(&[("queue", "queue")]), "timeline"),
        _ => (Vec::new(), "timeline"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::storm;

    #[test]
    fn a_place_that_the_page_lacks_gives_way_to_its_section() {
        let summary = storm().summary;
        let gate = |metric: &str| Gate { metric: metric.parse().unwrap(), ..summary.run.gates[0].clone() };
        let places = Places::default().and("region", true).and("model", false);
        let at = |metric| places.of(&summary, &gate(metric)).id;
        assert_eq!(at("region.share"), "region");
        assert_eq!(at("model.share"), "resilience");
        assert_eq!(at("cost.total"), "numbers");
    }
}
