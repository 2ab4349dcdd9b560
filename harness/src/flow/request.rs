//! One request: along its route until a destination answers, and then a record of it.

use std::sync::Arc;
use std::time::Duration;

use bedload_reports::record::{Call, CallEnd, Name, Outcome, Record};
use bedload_reports::units::Nanos;

use super::prompt::Prompts;
use crate::client::operation::Caller;
use crate::clock::Clock;
use crate::resilience::route::moves_on;

/// Makes the requests of one flow.
#[derive(Debug)]
pub struct Requester {
    flow: Name,
    clock: Clock,
    prompts: Prompts,
    /// One for each destination of the route, in order.
    route: Vec<Caller>,
    total: Option<Duration>,
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
}

impl Requester {
    /// Makes requests of `flow` along `route`; `total` bounds each of them, all its calls together.
    pub fn new(
        flow: Name,
        clock: Clock,
        prompts: Prompts,
        route: Vec<Caller>,
        total: Option<Duration>,
    ) -> Self {
        Requester { flow, clock, prompts, route, total }
    }

    /// Makes one request and tells what happened. When `abandon` is ready first, what was under way
    /// is given up, and the record says so.
    pub async fn perform(self: Arc<Self>, arrival: Arrival, abandon: impl Future<Output = ()>) -> Record {
        let sent = self.clock.now();
        let mut calls = Vec::new();
        let finished = tokio::select! {
            biased;
            () = self.follow_route(arrival.id, sent, &mut calls) => true,
            () = abandon => false,
        };
        let outcome = if finished { outcome(&calls) } else { Outcome::Abandoned };
        Record {
            id: arrival.id,
            flow: self.flow.clone(),
            stage: arrival.stage,
            due: arrival.due,
            sent,
            done: self.clock.now(),
            outcome,
            calls,
            routed: None,
            decisions: Vec::new(),
        }
    }

    async fn follow_route(&self, id: u64, sent: Nanos, calls: &mut Vec<Call>) {
        let ask = self.prompts.ask(id);
        for caller in &self.route {
            let spent = Duration::from(self.clock.now().since(sent));
            let left = self.total.map(|total| total.saturating_sub(spent));
            if left == Some(Duration::ZERO) {
                return;
            }
            calls.push(caller.call(&ask, left).await);
            match calls.last().map(|call| &call.end) {
                Some(CallEnd::Failed(failure)) if moves_on(failure.class) => {}
                _ => return,
            }
        }
    }
}

fn outcome(calls: &[Call]) -> Outcome {
    match calls {
        [only] if matches!(only.end, CallEnd::Answered { .. }) => match only.attempts.len() {
            0 | 1 => Outcome::FirstTry,
            _ => Outcome::Retried,
        },
        [_, .., last] if matches!(last.end, CallEnd::Answered { .. }) => Outcome::FellBack,
        _ => Outcome::Failed,
    }
}
