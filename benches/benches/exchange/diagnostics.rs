//! What diagnostics cost when nobody listens: a request passes all of their call sites, which stand alone here too.

use std::future::{pending, ready};
use std::sync::Arc;

use bedload::clock::Clock;
use bedload::engine::assembly::{Queues, cloud_spec, traffic};
use bedload::flow::request::{Arrival, Requester};
use bedload::scenario::{Plan, Source};
use bedload_reports::units::Nanos;
use tracing::field::Empty;
use tracing::{Instrument, Level, Span, debug_span};

use crate::subject::in_memory;

const SCENARIO: &str = "
version: 1
name: bench
about: A request as in the bare call.
target: { mock: { regions: [us-east-1] } }
models:
  haiku:
    id: anthropic.claude-3-haiku-20240307-v1:0
    mock: { ttft: 200ms, per_token: 6ms, output_tokens: 60 }
clients: { app: { regions: [us-east-1] } }
stages: [{ name: all, for: 1m }]
flows:
  ask:
    call: { converse: { model: haiku, max_tokens: 128, prompt: { input_tokens: 200 } } }
    client: app
    load: { closed: { users: 1 } }
";

pub(crate) fn requester(clock: Clock) -> Arc<Requester> {
    let source = Source::from_bytes("bench.yaml", SCENARIO.into()).expect("text");
    let plan = Plan::parse(&source, &[]).expect("a scenario");
    let way = in_memory(cloud_spec(&plan).expect("a cloud"), clock);
    let traffic = traffic(&plan, &way, &Queues::default(), clock).expect("traffic");
    traffic.into_iter().next().expect("a flow").requester
}

pub(crate) async fn request(requester: &Arc<Requester>) {
    let arrival = Arrival::new(1, "all".into(), Nanos::ZERO);
    requester.clone().perform(arrival, pending(), || {}).await;
}

/// The call sites that a request passes: its span and its call's, looked at when it ends, the end of the call, and the
/// lookout for edges, when it is sent and when it is over.
pub(crate) async fn call_sites() {
    let span = debug_span!(parent: None, "request", id = 1, flow = "ask", outcome = Empty);
    let looks_out = || tracing::enabled!(Level::INFO);
    let call = async {
        ready(()).instrument(debug_span!("call", model = "haiku", region = "us-east-1")).await;
        tracing::debug!(model = "haiku", region = "us-east-1", attempts = 1, "call over");
    };
    let before = looks_out();
    call.instrument(Span::clone(&span)).await;
    assert!(span.is_disabled() && !before && !looks_out(), "somebody listens");
}
