//! A closed load: a number of users, each with one request at a time.

use std::sync::Arc;
use std::time::Duration;

use bedload_mocks::Spread;
use bedload_reports::record::Name;
use bedload_reports::units::Nanos;
use rand_chacha::ChaCha8Rng;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::task::JoinSet;

use super::Users;
use super::dispatch::Dispatcher;
use crate::flow::prompt::Matter;
use crate::flow::request::Requester;

/// The least time from one request of a user to the next. A simulated refusal takes no time at all, so a
/// user who does not think would ask for ever at one and the same instant.
const LEAST_ROUND: Nanos = Nanos::new(1_000_000);

/// Spawns one task for each user that is ever there.
pub(super) fn spawn(
    tasks: &mut JoinSet<()>,
    dispatcher: &Arc<Dispatcher>,
    flow: &Name,
    requester: &Arc<Requester>,
    users: &[Users],
    think: Spread<Duration>,
) {
    let most = users.iter().map(|stretch| stretch.count).max().unwrap_or(0);
    for place in 0..most {
        let user = User {
            dispatcher: dispatcher.clone(),
            flow: flow.clone(),
            requester: requester.clone(),
            think,
            rng: dispatcher.seed().stream_of(&format!("think/{flow}"), u64::from(place)),
            last_due: None,
        };
        tasks.spawn(user.live(presence(users, place)));
    }
}

/// When the user at this place is there: the stretches that have room for it.
fn presence(users: &[Users], place: u32) -> Vec<(Nanos, Nanos)> {
    users.iter().filter(|stretch| stretch.count > place).map(|stretch| (stretch.from, stretch.to)).collect()
}

struct User {
    dispatcher: Arc<Dispatcher>,
    flow: Name,
    requester: Arc<Requester>,
    think: Spread<Duration>,
    rng: ChaCha8Rng,
    last_due: Option<Nanos>,
}

impl User {
    async fn live(mut self, stretches: Vec<(Nanos, Nanos)>) {
        for (from, to) in stretches {
            if !self.dispatcher.reached(from).await {
                return;
            }
            while let Some(due) = self.think(to).await {
                let Some(permit) = self.dispatcher.wait_for_room().await else { return };
                self.ask(permit, due).await;
            }
        }
    }

    /// Waits for an answer. Behind a gateway that is not always the end of the request, so it runs on its own.
    async fn ask(&self, permit: OwnedSemaphorePermit, due: Nanos) {
        let (dispatcher, flow, requester) =
            (self.dispatcher.clone(), self.flow.clone(), self.requester.clone());
        let (free, freed) = oneshot::channel::<()>();
        tokio::spawn(async move {
            // The end of the task frees the user too: whatever became of the channel, there is nobody left to tell.
            let free = move || drop(free);
            dispatcher.perform(permit, requester, &flow, due, Matter::default(), free).await;
        });
        // An error is how a channel tells that its other end is gone, which is all that is waited for.
        let _ = freed.await;
    }

    /// Thinks first, so that users who arrive together do not all ask at once. None when the stretch
    /// or the run is over by then.
    async fn think(&mut self, until: Nanos) -> Option<Nanos> {
        let thought = self.dispatcher.clock().now().plus(Nanos::from(self.think.sample(&mut self.rng)));
        let due = thought.max(self.last_due.map_or(Nanos::ZERO, |last| last.plus(LEAST_ROUND)));
        self.last_due = Some(due);
        let ready = due < until && self.dispatcher.reached(due).await && !self.dispatcher.is_over();
        ready.then_some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_beyond_the_count_of_a_stretch_are_not_there() {
        let stretch =
            |from, to, count| Users { from: Nanos::from_secs(from), to: Nanos::from_secs(to), count };
        let users = [stretch(0, 10, 2), stretch(10, 20, 5), stretch(20, 30, 1)];
        let all = |place| presence(&users, place).len();
        assert_eq!([0, 1, 2, 4, 5].map(all), [3, 2, 1, 1, 0]);
    }
}
