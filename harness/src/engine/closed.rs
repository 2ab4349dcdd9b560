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
use crate::client::ask::Message;
use crate::flow::prompt::Matter;
use crate::flow::request::{Requester, Turn};

/// The least time from one request of a user to the next. A simulated refusal takes no time at all, so a
/// user who does not think would ask for ever at one and the same instant.
const LEAST_ROUND: Nanos = Nanos::new(1_000_000);

/// How users behave.
#[derive(Clone, Copy)]
pub(super) struct Manners {
    /// How long they think before they ask.
    pub(super) think: Spread<Duration>,
    /// How many requests their conversations have.
    pub(super) turns: Spread<u32>,
}

/// Spawns one task for each user that is ever there.
pub(super) fn spawn(
    tasks: &mut JoinSet<()>,
    dispatcher: &Arc<Dispatcher>,
    flow: &Name,
    requester: &Arc<Requester>,
    users: &[Users],
    manners: Manners,
) {
    let most = users.iter().map(|stretch| stretch.count.max(stretch.end_count)).max().unwrap_or(0);
    for place in 0..most {
        let stream = |what: &str| dispatcher.seed().stream_of(&format!("{what}/{flow}"), u64::from(place));
        let user = User {
            dispatcher: dispatcher.clone(),
            flow: flow.clone(),
            requester: requester.clone(),
            think: manners.think,
            rng: stream("think"),
            last_due: None,
            talk: Talk::new(manners.turns, stream("turns")),
        };
        tasks.spawn(user.live(presence(users, place)));
    }
}

/// When the user at this place is there: while there are more users than stand before it.
fn presence(users: &[Users], place: u32) -> Vec<(Nanos, Nanos)> {
    users.iter().filter_map(|stretch| within(stretch, place)).filter(|(from, to)| from < to).collect()
}

/// The part of a stretch in which its users, who come or go one by one, are more than `place`.
fn within(stretch: &Users, place: u32) -> Option<(Nanos, Nanos)> {
    let Users { from, to, count, end_count } = *stretch;
    let after = |users: u32| {
        let (length, change) = (u128::from(to.since(from).get()), u128::from(count.abs_diff(end_count)));
        from.plus(Nanos::new((length * u128::from(users) / change.max(1)) as u64))
    };
    match (count > place, end_count > place) {
        (true, true) => Some((from, to)),
        (false, true) => Some((after(place - count), to)),
        (true, false) => Some((from, after(count - place))),
        (false, false) => None,
    }
}

struct User {
    dispatcher: Arc<Dispatcher>,
    flow: Name,
    requester: Arc<Requester>,
    think: Spread<Duration>,
    rng: ChaCha8Rng,
    last_due: Option<Nanos>,
    talk: Talk,
}

/// A conversation: what was said in it, which every turn of it says again.
struct Talk {
    turns: Spread<u32>,
    rng: ChaCha8Rng,
    left: u32,
    history: Arc<[Message]>,
}

impl Talk {
    fn new(turns: Spread<u32>, rng: ChaCha8Rng) -> Self {
        Talk { turns, rng, left: 0, history: Arc::default() }
    }

    /// The history to send with the next turn. A conversation that is over makes room for another one.
    fn turn(&mut self) -> Arc<[Message]> {
        if self.left == 0 {
            self.history = Arc::default();
            self.left = self.turns.sample(&mut self.rng).max(1);
        }
        self.left -= 1;
        self.history.clone()
    }

    /// Goes on after a turn that was answered, and ends with one that was not.
    fn went_on(&mut self, said: Option<Vec<Message>>) {
        match said {
            Some(said) => self.history = self.history.iter().cloned().chain(said).collect(),
            None => self.left = 0,
        }
    }
}

impl User {
    async fn live(mut self, stretches: Vec<(Nanos, Nanos)>) {
        let mut stayed_until = Nanos::ZERO;
        for (from, to) in stretches {
            if !self.dispatcher.reached(from).await {
                return;
            }
            if from > stayed_until {
                self.talk.left = 0;
            }
            stayed_until = to;
            while let Some(due) = self.think(to).await {
                let Some(permit) = self.dispatcher.wait_for_room().await else { return };
                let history = self.talk.turn();
                let answered = self.ask(permit, due, history).await;
                if self.talk.left > 0 {
                    self.talk.went_on(answered.map(|turn| self.requester.said(turn)));
                }
            }
        }
    }

    /// Waits for an answer, and tells of it if there was one. Behind a gateway that is not always the end of the request, so
    /// it runs on its own.
    async fn ask(&self, permit: OwnedSemaphorePermit, due: Nanos, history: Arc<[Message]>) -> Option<Turn> {
        let (dispatcher, flow, requester) =
            (self.dispatcher.clone(), self.flow.clone(), self.requester.clone());
        let (free, freed) = oneshot::channel::<()>();
        let request = tokio::spawn(async move {
            let matter = Matter { history, ..Matter::default() };
            let free = move || {
                // A user who is gone need not be freed.
                let _ = free.send(());
            };
            dispatcher.perform(permit, requester, &flow, due, matter, free).await
        });
        match freed.await {
            Ok(()) => None,
            // The channel was dropped unused, so the request has run to its end, whatever became of it.
            Err(_) => request.await.ok().flatten(),
        }
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
    use crate::client::ask::Role;
    use crate::seed::Seed;

    fn steady(from: u64, to: u64, count: u32, end_count: u32) -> Users {
        Users { from: Nanos::from_secs(from), to: Nanos::from_secs(to), count, end_count }
    }

    #[test]
    fn users_beyond_the_count_of_a_stretch_are_not_there() {
        let stretch = |from, to, count| steady(from, to, count, count);
        let users = [stretch(0, 10, 2), stretch(10, 20, 5), stretch(20, 30, 1)];
        let all = |place| presence(&users, place).len();
        assert_eq!([0, 1, 2, 4, 5].map(all), [3, 2, 1, 1, 0]);
    }

    #[test]
    fn users_come_and_go_one_by_one_and_evenly() {
        let seconds = |users: &[Users], place| {
            let secs = |at: Nanos| at.as_secs_f64();
            presence(users, place).into_iter().map(|(from, to)| (secs(from), secs(to))).collect::<Vec<_>>()
        };
        let up = [steady(0, 10, 0, 5), steady(10, 20, 5, 1)];
        assert_eq!(seconds(&up, 0), [(0.0, 10.0), (10.0, 20.0)]);
        assert_eq!(seconds(&up, 2), [(4.0, 10.0), (10.0, 17.5)]);
        assert_eq!(seconds(&up, 4), [(8.0, 10.0), (10.0, 12.5)]);
        assert_eq!(seconds(&up, 5), []);
        let down = [steady(0, 12, 3, 0)];
        assert_eq!([0, 1, 2].map(|place| seconds(&down, place)[0].1), [12.0, 8.0, 4.0]);
    }

    #[test]
    fn a_conversation_grows_until_its_last_turn_or_a_failure() {
        let said = |text: &str| {
            let message = |role| Message { role, text: text.into() };
            vec![message(Role::User), message(Role::Assistant)]
        };
        let mut talk = Talk::new(Spread::constant(3), Seed::new(7).stream("turns"));
        let lengths: Vec<usize> = (0..7)
            .map(|turn| {
                let length = talk.turn().len();
                // The fifth turn fails.
                talk.went_on((turn != 4).then(|| said("x")));
                length
            })
            .collect();
        assert_eq!(lengths, [0, 2, 4, 0, 2, 0, 2]);
    }
}
