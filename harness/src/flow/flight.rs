//! One call under way, alone or against a rival.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bedload_reports::record::{Call, CallEnd, Reason};
use bedload_reports::trace::propagation::CallIds;
use bedload_reports::units::Nanos;

use tracing::{Instrument, debug_span};

use super::client_state::ClientState;
use super::limit::Allowance;
use super::passage::Passage;
use super::story::Story;
use crate::client::ask::Ask;
use crate::client::operation::Caller;
use crate::client::sight::Sight;

/// A call under way.
pub(super) struct Flight {
    /// Its place on the course.
    pub(super) place: usize,
    caller: Caller,
    ask: Arc<Ask>,
    reason: Reason,
    sent: Nanos,
    sight: Sight,
    future: Pin<Box<dyn Future<Output = Call> + Send>>,
    ticket: Ticket,
}

/// What a call has taken to be made.
pub(super) struct Ticket {
    pub(super) passage: Passage,
    pub(super) allowance: Allowance,
}

/// What decides a race.
pub(super) enum Decided {
    /// The call is over.
    Over(Box<Call>),
    /// Its stream has brought its first content.
    Begun,
}

impl Flight {
    /// Begins a call, of no more than `left`, whose attempts carry `ids`.
    pub(super) fn begin(
        caller: Caller,
        ask: Arc<Ask>,
        left: Option<Duration>,
        (place, reason): (usize, Reason),
        ids: Option<CallIds>,
        ticket: Ticket,
    ) -> Self {
        let sight = Sight::traced(ids);
        let future = {
            let span = debug_span!(
                "call",
                model = &*caller.model,
                region = &*caller.region,
                operation = ?caller.operation,
                ?reason
            );
            let (caller, ask, sight) = (caller.clone(), ask.clone(), sight.clone());
            let calling = async move { caller.call_in_sight(&ask, left, &sight).await };
            Box::pin(calling.instrument(span))
        };
        Flight { place, sent: caller.clock.now(), caller, ask, reason, sight, future, ticket }
    }

    /// Waits for what would decide a race. Content is only ever received while this very call is polled, so nobody else
    /// need tell of it.
    pub(super) async fn decisive(&mut self) -> Decided {
        poll_fn(|context| match self.future.as_mut().poll(context) {
            Poll::Ready(call) => Poll::Ready(Decided::Over(Box::new(call))),
            Poll::Pending if self.sight.has_content() => Poll::Ready(Decided::Begun),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    /// Waits for its end, from what has been decided so far. Tells how it ended, and whether it was a stream that had begun.
    pub(super) async fn land(
        self,
        decided: Decided,
        client: &ClientState,
        story: &mut Story,
    ) -> (CallEnd, bool) {
        let call = match decided {
            Decided::Over(call) => *call,
            Decided::Begun => self.future.await,
        };
        let ended = (call.end.clone(), call.operation.streams() && call.first_byte.is_some());
        over(call, self.reason, self.ticket, client, story);
        ended
    }

    /// Gives it up, and tells how far it had come.
    pub(super) fn give_up(self, client: &ClientState, story: &mut Story) {
        drop(self.future);
        let call = self.caller.given_up(&self.ask, self.sent, &self.sight);
        over(call, self.reason, self.ticket, client, story);
    }
}

fn over(call: Call, reason: Reason, ticket: Ticket, client: &ClientState, story: &mut Story) {
    let now = client.clock.now();
    tracing::debug!(
        at_s = now.as_secs_f64(),
        model = &*call.model,
        region = &*call.region,
        end = ?call.end,
        attempts = call.attempts.len().cast_signed(),
        input_tokens = call.tokens.input.cast_signed(),
        output_tokens = call.tokens.output.cast_signed(),
        content_after_s = call.first_content.map(|first| first.since(call.sent).as_secs_f64()),
        "call over"
    );
    ticket.passage.over(&call, story);
    ticket.allowance.settle(now, call.tokens.input + call.tokens.output);
    client.learn(&call);
    story.call(Call { reason, ..call });
}
