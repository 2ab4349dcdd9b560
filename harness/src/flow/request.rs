//! One request: through the gateway in front of its flow and along the course of its client, and then a record of it.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bedload_reports::record::{Call, CallEnd, Deed, Name, Operation, Outcome, Record};
use bedload_reports::trace::ids::Ids;
use bedload_reports::trace::propagation;
use bedload_reports::units::Nanos;
use rand_chacha::ChaCha8Rng;
use tracing::field::{Empty, debug};
use tracing::{Instrument, Span, debug_span};

use super::client_state::ClientState;
use super::journey::Journey;
use super::outcome::outcome;
use super::piece::Piece;
use super::prompt::{Matter, Prompts};
use super::story::Story;
use crate::client::ask::{Ask, Message};
use crate::client::dialect::Dialect;
use crate::client::operation::Caller;
use crate::clock::Clock;
use crate::resilience::course::{Destination, Leg};
use crate::resilience::gateway::{Gateway, Knock};
use crate::resilience::policy::GatewayPolicy;
use crate::seed::Seed;

/// What a flow asks, and who carries it.
#[derive(Debug)]
pub struct Setup {
    /// The flow's name.
    pub flow: Name,
    /// What its requests say.
    pub prompts: Prompts,
    /// The model that is asked first.
    pub model: Name,
    /// By which operation.
    pub operation: Operation,
    /// The client that carries it, shared by every flow that names it.
    pub client: Arc<ClientState>,
    /// A caller for each destination that the client may come to.
    pub callers: BTreeMap<Destination, Caller>,
    /// How long a request may take, all its calls and waits together.
    pub total: Option<Duration>,
    /// What stands in front of it.
    pub gateway: Option<GatewayPolicy>,
    /// Whether attempts carry the ids of their trace.
    pub propagate: bool,
}

/// Makes the requests of one flow.
#[derive(Debug)]
pub struct Requester {
    pub(super) flow: Name,
    pub(super) model: Name,
    pub(super) operation: Operation,
    pub(super) total: Option<Duration>,
    clock: Clock,
    prompts: Prompts,
    client: Arc<ClientState>,
    callers: BTreeMap<Destination, Caller>,
    gateway: Option<(GatewayPolicy, Piece<Gateway>)>,
    draws: ChaCha8Rng,
    /// What trace ids come from, if attempts carry them.
    traces: Option<Seed>,
}

/// Which request this is.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Place in the order of the schedule.
    pub id: u64,
    /// The stage in which it is due.
    pub stage: Name,
    /// When it is due.
    pub due: Nanos,
    /// What it is about.
    pub matter: Matter,
    /// The delivery that it is of, if it is a job.
    pub delivered: Option<Delivered>,
}

impl Arrival {
    /// A request that is no job, about nothing but what its flow says.
    pub fn new(id: u64, stage: Name, due: Nanos) -> Self {
        Arrival { id, stage, due, matter: Matter::default(), delivered: None }
    }
}

/// A turn of a conversation that was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The request that made it.
    pub id: u64,
    /// Tokens of the answer.
    pub answer_tokens: u64,
}

impl Turn {
    /// The turn that a record tells of, if it was answered.
    pub fn of(record: &Record) -> Option<Self> {
        let is_answered = |call: &&Call| matches!(call.end, CallEnd::Answered { .. });
        let answered = record.calls.iter().rev().find(is_answered).filter(|_| record.outcome.answered())?;
        Some(Turn { id: record.id, answer_tokens: answered.tokens.output })
    }
}

/// A receive of a job's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Its place in the order of the deliveries of its flow.
    pub number: u64,
    /// The trace that the message brought along. Some queues do not keep it.
    pub trace: Option<Ids>,
}

/// How it was with a request when somebody stopped waiting for it.
enum Ending {
    Over,
    Abandoned,
    /// The gateway answered at this time, in the place of a client that was not done.
    TimedOut(Nanos),
}

impl Requester {
    /// Makes requests as a flow is set up.
    pub fn new(setup: Setup, clock: Clock, seed: Seed) -> Self {
        let draws = seed.stream(&format!("policies/{}", setup.flow));
        Requester {
            clock,
            draws,
            traces: setup.propagate.then_some(seed),
            flow: setup.flow,
            model: setup.model,
            operation: setup.operation,
            total: setup.total,
            prompts: setup.prompts,
            client: setup.client,
            callers: setup.callers,
            gateway: setup.gateway.map(|policy| (policy, Piece::new(Gateway::new(policy)))),
        }
    }

    /// What was said in a turn, with words in the place of the answer.
    pub fn said(&self, turn: Turn) -> Vec<Message> {
        self.prompts.said(turn.id, turn.answer_tokens)
    }

    /// The trace that a producer leaves with a job, if attempts carry the ids of theirs: as `AWSTraceHeader` has it.
    pub fn trace_header(&self, arrival: &Arrival) -> Option<String> {
        self.ids(arrival).map(propagation::message_header)
    }

    /// The ids that the attempts of a request carry, if they carry any.
    fn ids(&self, arrival: &Arrival) -> Option<Ids> {
        let seed = self.traces?;
        let own = || seed.trace_ids(arrival.id, self.clock.wall(arrival.due));
        Some(match arrival.delivered {
            Some(Delivered { number, trace }) => trace.unwrap_or_else(own).within(number),
            None => own(),
        })
    }

    /// Makes one request and tells what happened. When `abandon` is ready first, what was under way is given up, and the
    /// record says so.
    ///
    /// `free` is called once the caller has its answer, if that is before the record is made: behind a gateway whose
    /// patience is over the client goes on, and what it still spends is part of the record.
    pub async fn perform(
        self: Arc<Self>,
        arrival: Arrival,
        abandon: impl Future<Output = ()>,
        free: impl FnOnce(),
    ) -> Record {
        let span = self.span(&arrival);
        let record = self.carry(arrival, abandon, free).instrument(span.clone()).await;
        if !span.is_disabled() {
            span.record("outcome", debug(record.outcome)).record("calls", record.calls.len().cast_signed());
            if record.outcome == Outcome::Failed {
                span.record("otel.status_code", "error");
            }
        }
        record
    }

    /// What the diagnostics hear of a request: the root of a trace of its own, that says in which one its attempts are.
    fn span(&self, arrival: &Arrival) -> Span {
        debug_span!(
            parent: None,
            "request",
            id = arrival.id.cast_signed(),
            flow = &*self.flow,
            stage = &*arrival.stage,
            due_s = arrival.due.as_secs_f64(),
            trace_id = self.ids(arrival).map(|ids| tracing::field::display(ids.trace())),
            outcome = Empty,
            calls = Empty,
            otel.status_code = Empty,
        )
    }

    async fn carry(
        self: Arc<Self>,
        arrival: Arrival,
        abandon: impl Future<Output = ()>,
        free: impl FnOnce(),
    ) -> Record {
        let sent = self.clock.now();
        let ask = Arc::new(self.prompts.ask(arrival.id, &arrival.matter));
        let mut story = Story::default();
        if self.is_refused(&ask, &mut story) {
            return self.record(arrival, sent, Ending::Over, story);
        }
        let mut draws = self.draws.clone();
        draws.set_stream(arrival.id);
        let ending = {
            let ids = self.ids(&arrival);
            let journey = Journey::new(&self, &self.client, &mut story, ask, sent, draws, ids);
            let (mut travel, mut abandon) = (pin!(journey.travel()), pin!(abandon));
            tokio::select! {
                biased;
                () = &mut travel => Ending::Over,
                () = &mut abandon => Ending::Abandoned,
                () = self.patience() => {
                    let answered = self.clock.now();
                    free();
                    tokio::select! {
                        biased;
                        () = &mut travel => {}
                        () = &mut abandon => {}
                    }
                    Ending::TimedOut(answered)
                }
            }
        };
        self.record(arrival, sent, ending, story)
    }

    /// Whether the gateway, if there is one, turns the request away.
    fn is_refused(&self, ask: &Ask, story: &mut Story) -> bool {
        let Some((_, gateway)) = &self.gateway else { return false };
        let now = self.clock.now();
        let Err(refusal) = gateway.with(|gateway| gateway.admit(now, knock(ask))) else { return false };
        story.decide(now, Deed::GatewayRefused { status: refusal.status(), code: refusal.code().into() });
        true
    }

    /// Waits until the gateway waits no longer; for ever without one.
    async fn patience(&self) {
        match &self.gateway {
            Some((policy, _)) => self.clock.sleep(policy.timeout).await,
            None => std::future::pending().await,
        }
    }

    /// The caller for a leg, if the flow was set up with one.
    pub(super) fn caller(&self, leg: &Leg) -> Option<Caller> {
        self.callers.get(&leg.to).map(|caller| Caller { operation: leg.operation, ..caller.clone() })
    }

    fn record(&self, arrival: Arrival, sent: Nanos, ending: Ending, mut story: Story) -> Record {
        let routed = story.routed.take();
        if let Ending::TimedOut(at) = ending {
            story.decide(at, Deed::GatewayTimedOut);
        }
        let (calls, decisions) = story.told();
        let (done, outcome) = match ending {
            Ending::Over => (self.clock.now(), outcome(&calls)),
            Ending::Abandoned => (self.clock.now(), Outcome::Abandoned),
            Ending::TimedOut(at) => (at, Outcome::Failed),
        };
        Record {
            id: arrival.id,
            flow: self.flow.clone(),
            stage: arrival.stage,
            due: arrival.due,
            sent,
            done,
            outcome,
            calls,
            routed,
            decisions,
            job: None,
        }
    }
}

/// What a gateway sees of a request. Its model asks for a conversation in which every turn says something.
fn knock(ask: &Ask) -> Knock {
    let body = Dialect::Anthropic.body(ask).unwrap_or_default();
    let valid = !ask.messages.is_empty() && ask.messages.iter().all(|said| !said.text.is_empty());
    Knock { body_bytes: body.len() as u64, valid }
}
