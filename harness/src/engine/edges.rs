//! The edges of a run's timeline: where stages and faults begin and end.

use std::sync::{Mutex, PoisonError};

use bedload_reports::header::{FaultWindow, Stage};
use bedload_reports::units::Nanos;
use tracing::{Level, Span};

/// Something that begins or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// When.
    pub at: Nanos,
    /// What, in a few words.
    pub text: String,
}

/// All edges, the first one last, so that they can be taken off as they pass.
pub fn edges(stages: &[Stage], faults: &[FaultWindow]) -> Vec<Edge> {
    let stages =
        stages.iter().map(|stage| Edge { at: stage.from, text: format!("stage {} begins", stage.name) });
    let faults = faults.iter().flat_map(|fault| {
        let on = Edge { at: fault.from, text: format!("fault {} on ({})", fault.name, fault.about) };
        [on, Edge { at: fault.to, text: format!("fault {} off", fault.name) }]
    });
    let mut edges: Vec<Edge> = stages.chain(faults).collect();
    edges.sort_by_key(|edge| edge.at);
    edges.reverse();
    edges
}

/// Tells the diagnostics of edges, each once a request is sent or over behind it: a timer of its own would take part in what
/// it watches.
#[derive(Debug)]
pub(super) struct Lookout {
    edges: Mutex<Vec<Edge>>,
    /// The span that they are events of.
    of: Span,
}

impl Lookout {
    /// Looks out for all edges, for the span that is entered now.
    pub(super) fn new(stages: &[Stage], faults: &[FaultWindow]) -> Self {
        Lookout { edges: Mutex::new(edges(stages, faults)), of: Span::current() }
    }

    /// Something happens at this time.
    pub(super) fn at(&self, now: Nanos) {
        if !tracing::enabled!(Level::INFO) {
            return;
        }
        let mut edges = self.edges.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(edge) = edges.pop_if(|edge| edge.at <= now) {
            tracing::info!(parent: &self.of, at_s = edge.at.as_secs_f64(), "{}", edge.text);
        }
    }
}

#[cfg(test)]
mod tests {
    use bedload_reports::header::FaultKind;

    use super::*;

    #[test]
    fn edges_come_in_order_of_time_a_stage_before_the_faults_in_it() {
        let second = Nanos::from_secs;
        let stage = |name: &str, from, to| Stage {
            name: name.into(),
            from: second(from),
            to: second(to),
            record: true,
        };
        let fault = FaultWindow {
            name: "throttle".into(),
            from: second(10),
            to: second(20),
            about: "429".to_owned(),
            kind: FaultKind::Other,
        };
        let mut edges = edges(&[stage("quiet", 0, 10), stage("storm", 10, 20)], &[fault]);
        let mut told = Vec::new();
        while let Some(edge) = edges.pop_if(|edge| edge.at < second(20)) {
            told.push(edge.text);
        }
        assert_eq!(told, ["stage quiet begins", "stage storm begins", "fault throttle on (429)"]);
        assert_eq!(edges, [Edge { at: second(20), text: "fault throttle off".to_owned() }]);
    }
}
