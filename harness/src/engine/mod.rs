//! Runs the traffic of a plan: sends what is due, bounds what is in flight, drains, hides nothing.
//!
//! ```text
//! sending ──last arrival──▶ draining ──nothing in flight──▶ over
//!    │ stop                    │ stop, and ten seconds       ▲
//!    └────────▶ stopping ──────┴──────▶ abandoning ──────────┘
//! ```
//!
//! `open`, `closed` and `queue` decide when, and in real time `pacer` instead of `open`; `dispatch` sends; `halt` carries the
//! word to stop, which `stop` may say; `budget` bounds what may be spent; `selfcheck` looks at the generator itself. Each request holds a permit while it is in flight, so the cap and the end of draining are one semaphore.

pub mod assembly;
pub mod budget;
mod closed;
mod dispatch;
pub mod edges;
pub mod halt;
mod machine_time;
mod occupancy;
mod open;
mod pacer;
pub mod process;
pub mod queue;
mod selfcheck;
pub mod stop;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bedload_mocks::Spread;
use bedload_reports::header::{ClockKind, FaultWindow, Stage};
use bedload_reports::log::{Cause, End};
use bedload_reports::record::Name;
use bedload_reports::units::Nanos;
use tokio::task::JoinSet;
use tracing::{Instrument, info_span};

use crate::clock::Clock;
use crate::flow::request::Requester;
use crate::live::Board;
use crate::pace::Schedule;
use crate::seed::Seed;
use crate::sink::Sink;
use budget::Budget;
use closed::Manners;
use dispatch::Dispatcher;
use halt::Halted;
use pacer::OpenLoad;
use queue::QueueLoad;
use selfcheck::SelfCheck;
use stop::Stopper;

/// How long requests may take to finish after a signal.
const DRAIN_AFTER_STOP: Duration = Duration::from_secs(10);
/// How long requests may take to finish after the last stage. What is still open then had no limit
/// of its own, and would hold the run for ever.
const DRAIN_AFTER_END: Duration = Duration::from_secs(300);

/// The traffic of one flow.
#[derive(Debug)]
pub struct Traffic {
    /// The flow's name.
    pub flow: Name,
    /// What makes its requests.
    pub requester: Arc<Requester>,
    /// When it makes them.
    pub load: Load,
}

/// What sets the pace of a flow.
#[derive(Clone, Debug)]
pub enum Load {
    /// A schedule, whatever the answers do.
    Open(Box<Schedule>),
    /// The answers: each user asks, waits for the answer, thinks, and asks again.
    Closed {
        /// How many users there are, when.
        users: Vec<Users>,
        /// How long each thinks before it asks.
        think: Spread<Duration>,
        /// How many requests each conversation has.
        turns: Box<Spread<u32>>,
    },
    /// A queue: its producer keeps a schedule, and its workers do what they can.
    Queue(Box<QueueLoad>),
}

/// The users of a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Users {
    /// Its start.
    pub from: Nanos,
    /// Its end.
    pub to: Nanos,
    /// How many at its start.
    pub count: u32,
    /// How many at its end, one by one and evenly in between.
    pub end_count: u32,
}

/// Everything that a run needs beside its traffic.
#[derive(Clone, Debug)]
pub struct Bed {
    /// The run's clock.
    pub clock: Clock,
    /// The run's seed.
    pub seed: Seed,
    /// The timeline.
    pub stages: Arc<[Stage]>,
    /// The faults on it.
    pub faults: Arc<[FaultWindow]>,
    /// Where records go.
    pub sink: Sink,
    /// Where progress is shown.
    pub board: Arc<Board>,
    /// The most requests in flight.
    pub max_in_flight: usize,
    /// What may be spent.
    pub budget: Arc<Budget>,
    /// What ends the run before its time, if anything may.
    pub stop: Option<Arc<Stopper>>,
}

/// Runs all traffic to its end, or to the word to stop, and drains. An error is of a system that has no threads left, before
/// anything is sent.
pub async fn run(bed: Bed, traffic: Vec<Traffic>, halted: Halted) -> io::Result<End> {
    let clock = bed.clock;
    let dispatcher = Arc::new(Dispatcher::new(bed, halted.clone()));
    let real = clock.kind() == ClockKind::Real;
    let selfcheck = real.then(|| SelfCheck::start(dispatcher.clone())).transpose()?;
    let mut senders = JoinSet::new();
    let mut paced = Vec::new();
    for flow in traffic {
        match flow.load {
            Load::Open(schedule) if real => {
                paced.push(OpenLoad {
                    flow: flow.flow,
                    requester: flow.requester,
                    schedule: Iterator::peekable(*schedule),
                });
            }
            Load::Open(schedule) => {
                let span = info_span!("arrivals", flow = &*flow.flow);
                let sending = open::send(dispatcher.clone(), flow.flow, flow.requester, *schedule);
                senders.spawn(sending.instrument(span));
            }
            Load::Queue(load) => {
                let span = info_span!("queue", flow = &*flow.flow);
                let carrying = queue::carry(dispatcher.clone(), flow.flow, flow.requester, *load);
                senders.spawn(carrying.instrument(span));
            }
            Load::Closed { users, think, turns } => {
                let manners = Manners { think, turns: *turns };
                closed::spawn(&mut senders, &dispatcher, &flow.flow, &flow.requester, &users, manners);
            }
        }
    }
    if !paced.is_empty() {
        let over = pacer::start(dispatcher.clone(), paced)?;
        // An error says that the thread is gone, which is all that is waited for.
        senders.spawn(async move { drop(over.await) });
    }
    while senders.join_next().await.is_some() {}
    tracing::info!(
        at_s = clock.now().as_secs_f64(),
        interrupted = halted.is_stopped(),
        budget_spent = dispatcher.budget_is_spent(),
        "nothing more is sent"
    );
    drain(&dispatcher).instrument(info_span!("drain")).await;
    dispatcher.passed(clock.now());
    if let Some(selfcheck) = selfcheck {
        selfcheck.close();
    }
    let stopped = dispatcher.stopped();
    let cause = match (&stopped, halted.is_stopped(), dispatcher.budget_is_spent()) {
        (Some(_), ..) => Cause::Stopped,
        (None, true, _) => Cause::Interrupted,
        (None, false, true) => Cause::BudgetSpent,
        (None, false, false) => Cause::Finished,
    };
    Ok(End { at: clock.now(), cause, lost: 0, stopped: stopped.map(Box::new) })
}

/// Waits until nothing is in flight; cuts off what takes too long.
async fn drain(dispatcher: &Dispatcher) {
    tokio::select! {
        biased;
        () = dispatcher.empty() => return,
        () = dispatcher.patience() => {}
    }
    tracing::warn!(at_s = dispatcher.clock().now().as_secs_f64(), "what is still in flight is abandoned");
    dispatcher.abandon();
    dispatcher.empty().await;
}
