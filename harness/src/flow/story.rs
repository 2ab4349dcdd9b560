//! What has happened to a request so far, kept outside of what happens: it outlives a request that is abandoned.

use bedload_reports::record::{Call, Decision, Deed, Name, Reason};
use bedload_reports::units::Nanos;

/// The calls and decisions of one request.
#[derive(Debug, Default)]
pub(super) struct Story {
    calls: Vec<Call>,
    decisions: Vec<Decision>,
    /// The model that the request was routed to, where that is not the flow's own.
    pub(super) routed: Option<Name>,
}

impl Story {
    /// A call is over.
    pub(super) fn call(&mut self, call: Call) {
        self.calls.push(call);
    }

    /// Something was decided.
    pub(super) fn decide(&mut self, at: Nanos, deed: Deed) {
        tracing::debug!(at_s = at.as_secs_f64(), ?deed, "decided");
        self.decisions.push(Decision { at, deed });
    }

    /// The calls in the order in which they were sent, and the decisions in order of time.
    pub(super) fn told(mut self) -> (Vec<Call>, Vec<Decision>) {
        self.calls.sort_by_key(|call| (call.sent, call.reason == Reason::Hedge));
        self.decisions.sort_by_key(|decision| decision.at);
        (self.calls, self.decisions)
    }
}
