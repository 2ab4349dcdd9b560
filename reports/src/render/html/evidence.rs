//! Where on the page a gate's figure can be seen: the chart or table that shows it best, of those that the page has.

use std::collections::BTreeSet;

use crate::gate::Gate;
use crate::judge::finding::Code;
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

    /// The place for a finding, if the page has it.
    pub(super) fn of_finding(&self, code: Code) -> Option<Place> {
        let (id, words) = of_code(code)?;
        self.0.contains(id).then(|| Place { id: id.to_owned(), words })
    }

    /// The best place for a gate.
    pub(super) fn of(&self, summary: &Summary, gate: &Gate) -> Place {
        let (wanted, section) = wanted(summary, gate);
        let found = wanted.into_iter().find(|place| self.0.contains(&place.id));
        found.unwrap_or(Place { id: section.to_owned(), words: section })
    }
}

/// The place that shows what a finding tells of; none for what has no picture.
fn of_code(code: Code) -> Option<(&'static str, &'static str)> {
    match code {
        Code::NoBackoff
        | Code::FirstRetryImmediate
        | Code::WeakJitter
        | Code::NoJitter
        | Code::NoGrowth
        | Code::NotFullJitter
        | Code::ShorterThanDeclared
        | Code::LongerThanDeclared
        | Code::RetryHerd
        | Code::IgnoresRetryAfter
        | Code::LooksLike => Some(("waits", "The waits")),
        Code::NestedRetries | Code::Amplification | Code::BareBudget | Code::StormOutlivesFault => {
            Some(("amplification", "Attempts per request"))
        }
        Code::RetryQuotaExhausted | Code::PartialRetry | Code::RetriesNonRetryable | Code::NoRetry => {
            Some(("effort", "What became of requests"))
        }
        Code::HangsOnStall | Code::HammersBrokenStream => Some(("errors", "The errors")),
        Code::NoFallback => Some(("model", "The models")),
        Code::RegionNeverMoved => Some(("region", "The regions")),
        Code::DuplicateEffects => Some(("queue", "The queue")),
        Code::OversizedReservation | Code::ConnectionChurn | Code::ClockSkew => None,
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
        let gate = |figure| Gate { metric: Metric::Figure(figure), ..summary.run.gates[0].clone() };
        let places = Places::default().and("region", true).and("model", false);
        let at = |figure| places.of(&summary, &gate(figure)).id;
        assert_eq!(at(Figure::RegionShare), "region");
        assert_eq!(at(Figure::ModelShare), "resilience");
        assert_eq!(at(Figure::Cost), "numbers");
        assert!(places.of_finding(Code::RegionNeverMoved).is_some());
        assert!(places.of_finding(Code::NoJitter).is_none() && places.of_finding(Code::ClockSkew).is_none());
    }
}
