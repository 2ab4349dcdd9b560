//! The moments in which an SDK decided to retry or not, and the successes between them.
//!
//! Only failures that an SDK retries are decisions, and only with attempts left: the last attempt of a
//! call is no refusal. A throttle without an error code is left out, since the SDKs differ over it, and so
//! is a failure so near to the end of the record that its retry may have come after it.

use super::calls::{Attempt, Call, Client};
use super::context::Context;
use super::fate::Fate;
use super::finding::Class;
use crate::record::Name;
use crate::units::Nanos;

/// What happened, as a retry quota counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A failure with attempts left.
    Failure {
        /// Of this class.
        class: Class,
        /// Whether the SDK sent the next attempt.
        retried: bool,
    },
    /// A call that its first attempt answered.
    FirstTry,
    /// A call that was answered after a retry, the last of which followed a failure of this class.
    AfterRetry(Class),
}

/// An event with its time and its exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) at: Nanos,
    /// The place of its exchange in the order in which they were over.
    pub(super) finished: u64,
    pub(super) exchange: u64,
    pub(super) event: Event,
}

/// The events of a client in one region, or in all, in order of time.
pub(super) fn decisions(client: &Client<'_>, context: &Context, region: Option<&Name>) -> Vec<Moment> {
    let calls =
        || client.calls.iter().filter(|call| region.is_none() || super::moves::region(call) == region);
    let most = client.most_attempts();
    let mut moments: Vec<_> = calls().flat_map(|call| of_call(call, most, context.end)).collect();
    moments.sort_by_key(|moment| (moment.at, moment.finished, moment.exchange));
    moments
}

fn of_call<'a>(call: &'a Call<'_>, most: u32, end: Nanos) -> impl Iterator<Item = Moment> + 'a {
    let most = call.most_attempts().unwrap_or(most);
    let mut before: Option<&Attempt<'_>> = None;
    call.attempts().filter_map(move |attempt| {
        let earlier = before.replace(attempt);
        let event = event(call, attempt, earlier, most, end)?;
        let exchange = attempt.exchange;
        // A stream is a success to the SDK once its head has come, a whole answer once all of it has.
        let streams = exchange.stream_events > 0 && !matches!(event, Event::Failure { .. });
        let at = if streams { exchange.head } else { None };
        Some(Moment {
            at: at.unwrap_or(exchange.done),
            finished: exchange.finished,
            exchange: exchange.number,
            event,
        })
    })
}

fn event(
    call: &Call<'_>,
    attempt: &Attempt<'_>,
    earlier: Option<&Attempt<'_>>,
    most: u32,
    end: Nanos,
) -> Option<Event> {
    let retried = call.attempts().any(|next| Some(next.number) == attempt.number.checked_add(1));
    match attempt.fate {
        Fate::Answered | Fate::Broken => Some(match earlier {
            None => Event::FirstTry,
            Some(failed) => Event::AfterRetry(failed.fate.class()?),
        }),
        // A caller that left may have wanted no more; one that came back was out of patience only.
        Fate::Left => retried.then_some(Event::Failure { class: Class::Transient, retried }),
        Fate::Refused => None,
        Fate::Failed(class) => {
            let bare = attempt.exchange.status == Some(429) && attempt.exchange.error_type.is_none();
            let late = end.since(attempt.exchange.done) < patience(attempt.number);
            let told = !retried && (late || attempt.number >= most);
            (!bare && !told).then_some(Event::Failure { class, retried })
        }
    }
}

/// How long a retry may take to come: twice the longest wait of the AWS SDKs, and a second.
fn patience(attempt: u32) -> Nanos {
    Nanos::from_secs(1 + 2 * 2u64.saturating_pow(attempt.saturating_sub(1)).min(20))
}
