//! A call's way to its destination: through the breaker, counted in flight, and out again.

use std::collections::BTreeMap;
use std::sync::Arc;

use bedload_reports::record::{Call, CallEnd, Deed};

use super::client_state::ClientState;
use super::story::Story;
use crate::resilience::breaker::{self, Breaker, Moved};
use crate::resilience::course::Destination;
use crate::resilience::policy::Trigger;
use crate::resilience::router;

/// The breakers of a client, by destination.
pub(super) type Breakers = BTreeMap<Destination, Breaker>;

/// A call that was let through. Dropped before it is over, it gives its permit back and counts for nothing.
#[derive(Debug)]
pub(super) struct Passage {
    client: Arc<ClientState>,
    to: Destination,
    under_way: bool,
}

/// What the end of a call tells of its destination's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Health {
    Well,
    Ill,
    Untold,
}

impl Passage {
    /// The way to a destination, or none if its breaker is open.
    pub(super) fn enter(client: &Arc<ClientState>, to: &Destination, story: &mut Story) -> Option<Self> {
        if let Some(policy) = client.policy.breaker {
            let now = client.clock.now();
            let (passes, moved) = client
                .breakers
                .with(|breakers| breakers.entry(to.clone()).or_insert_with(|| Breaker::new(policy)).ask(now));
            tell(to, moved, story);
            if !passes {
                let Destination { model, region } = to.clone();
                story.decide(now, Deed::BreakerRefused { model, region });
                return None;
            }
        }
        client.asks(&to.model);
        Some(Passage { client: client.clone(), to: to.clone(), under_way: true })
    }

    /// The call is over.
    pub(super) fn over(mut self, call: &Call, story: &mut Story) {
        self.under_way = false;
        let health = health(&call.end);
        self.client.asked(
            &self.to.model,
            match health {
                Health::Well => router::Ended::Answered(call.done.since(call.sent).into()),
                Health::Ill => router::Ended::Failed,
                Health::Untold => router::Ended::Untold,
            },
        );
        let now = self.client.clock.now();
        let moved = self.client.breakers.with(|breakers| {
            let Some(breaker) = breakers.get_mut(&self.to) else { return Vec::new() };
            if health == Health::Untold {
                breaker.released();
                return Vec::new();
            }
            let ended =
                breaker::Ended { failed: health == Health::Ill, took: call.done.since(call.sent).into() };
            breaker.ended(now, ended)
        });
        tell(&self.to, moved, story);
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        if self.under_way {
            self.client.asked(&self.to.model, router::Ended::Untold);
            self.client.breakers.with(|breakers| {
                if let Some(breaker) = breakers.get_mut(&self.to) {
                    breaker.released();
                }
            });
        }
    }
}

/// A failure tells of the destination if another one might do better; a request that was refused as such tells nothing.
fn health(end: &CallEnd) -> Health {
    match end {
        CallEnd::Answered { .. } => Health::Well,
        CallEnd::Failed(failure) if Trigger::of(failure.class).is_some() => Health::Ill,
        CallEnd::Failed(_) | CallEnd::Cancelled => Health::Untold,
    }
}

fn tell(to: &Destination, moved: Vec<Moved>, story: &mut Story) {
    for Moved { at, from, to: state } in moved {
        let Destination { model, region } = to.clone();
        story.decide(at, Deed::BreakerMoved { model, region, from, to: state });
    }
}
