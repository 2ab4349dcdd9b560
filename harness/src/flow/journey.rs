//! A request on its course: one call after another, until one is answered or nothing is left to try.

use std::sync::Arc;
use std::time::Duration;

use bedload_reports::record::{CallEnd, Deed, Name, Reason};
use bedload_reports::trace::ids::Ids;
use bedload_reports::trace::propagation::CallIds;
use bedload_reports::units::Nanos;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::client_state::ClientState;
use super::flight::{Decided, Flight, Ticket};
use super::limit::Allowance;
use super::passage::Passage;
use super::request::Requester;
use super::story::Story;
use crate::client::ask::Ask;
use crate::resilience::course::{Course, Leg, Met, Next};

/// One request under way.
pub(super) struct Journey<'a> {
    requester: &'a Requester,
    client: &'a Arc<ClientState>,
    story: &'a mut Story,
    ask: Arc<Ask>,
    sent: Nanos,
    /// Drawn from for this request alone.
    draws: ChaCha8Rng,
    may_hedge: bool,
    /// The ids of its trace, if attempts carry them.
    ids: Option<Ids>,
    /// Calls begun: the place of the next one among those of its record.
    begun: usize,
}

impl<'a> Journey<'a> {
    pub(super) fn new(
        requester: &'a Requester,
        client: &'a Arc<ClientState>,
        story: &'a mut Story,
        ask: Arc<Ask>,
        sent: Nanos,
        draws: ChaCha8Rng,
        ids: Option<Ids>,
    ) -> Self {
        let may_hedge = client.policy.hedge.is_some();
        Journey { requester, client, story, ask, sent, draws, may_hedge, ids, begun: 0 }
    }

    /// From the client's limit to the end. Routed after the wait, so that the figures are of now.
    pub(super) async fn travel(mut self) {
        let tokens = self.tokens(None);
        let Some(allowance) = self.client.enter(tokens, self.left(), self.story).await else { return };
        self.client.begin();
        let own = &self.requester.model;
        let draw = self.draws.random::<f64>();
        self.story.routed = self.client.route(&self.requester.flow, own, &self.ask, draw);
        let model = self.story.routed.clone().unwrap_or_else(|| own.clone());
        let (start, regions) = self.client.set_out(&model, self.story);
        let answered = self.follow(&model, &regions, allowance).await;
        self.client.arrive(&model, start, answered.as_ref());
    }

    /// Follows the course; tells the region that answered for `model`.
    async fn follow(&mut self, model: &Name, regions: &[Name], allowance: Allowance) -> Option<Name> {
        let client: &'a Arc<ClientState> = self.client;
        let mut course = Course::new(&client.policy, model, self.requester.operation, regions);
        let mut allowance = Some(allowance);
        let mut next = Next::Call { reason: Reason::First, wait: Duration::ZERO };
        loop {
            let Next::Call { reason, wait } = next else {
                self.end(next);
                return None;
            };
            if reason == Reason::Retry && !self.sleep(wait).await {
                return None;
            }
            let taken = match allowance.take() {
                Some(taken) => taken,
                None => client.enter(self.tokens(Some(course.leg())), self.left(), self.story).await?,
            };
            if !course.may_call(self.elapsed()) {
                self.end(Next::BudgetSpent);
                return None;
            }
            let Some(passage) = Passage::enter(client, &course.leg().to, self.story) else {
                allowance = Some(taken);
                next = course.after(Met::OpenBreaker, self.elapsed(), 0.0);
                continue;
            };
            let end = self.call(&mut course, reason, Ticket { passage, allowance: taken }).await?;
            let CallEnd::Failed(failure) = &end.how else {
                let to = &course.leg().to;
                return (to.model == *model).then(|| to.region.clone());
            };
            let draw = self.draws.random::<f64>();
            next = course.after(Met::Failure { failure, begun: end.begun }, self.elapsed(), draw);
        }
    }

    fn end(&mut self, next: Next) {
        if next == Next::BudgetSpent {
            self.story.decide(self.client.clock.now(), Deed::BudgetSpent);
        }
    }

    /// Makes the call at the course's leg, and a second one against it where the first is slow. None without time left.
    async fn call(&mut self, course: &mut Course<'_>, reason: Reason, ticket: Ticket) -> Option<Ended> {
        let delay = if self.may_hedge {
            self.client.hedge_delay(&course.leg().to.model, course.leg().operation)
        } else {
            None
        };
        let mut first = self.begin(course, course.place(), reason, ticket)?;
        course.call();
        let clock = self.client.clock;
        let Some(delay) = delay else { return Some(self.land(course, first, None).await) };
        let decided = tokio::select! {
            biased;
            decided = first.decisive() => Some(decided),
            () = clock.sleep(delay) => None,
        };
        if decided.is_some() {
            return Some(self.land(course, first, decided).await);
        }
        match self.rival(course) {
            None => Some(self.land(course, first, None).await),
            Some(second) => Some(self.race(course, first, second).await),
        }
    }

    fn begin(&mut self, course: &Course<'_>, place: usize, reason: Reason, ticket: Ticket) -> Option<Flight> {
        let leg = course.leg_at(place)?;
        let left = self.left();
        if left == Some(Duration::ZERO) {
            return None;
        }
        let caller = self.requester.caller(leg)?;
        let ask = match leg.max_tokens {
            None => self.ask.clone(),
            own => Arc::new(Ask { max_tokens: own, ..Ask::clone(&self.ask) }),
        };
        let ids = self.ids.map(|ids| CallIds::new(ids, self.begun));
        self.begun += 1;
        Some(Flight::begin(caller, ask, left, (place, reason), ids, ticket))
    }

    /// A second call, where policy, budget, limit and breaker allow one.
    fn rival(&mut self, course: &mut Course<'_>) -> Option<Flight> {
        let place = course.rival(self.client.policy.hedge?.elsewhere)?;
        if !course.may_call(self.elapsed()) {
            return None;
        }
        let leg = course.leg_at(place)?;
        let allowance = self.client.enter_now(self.tokens(Some(leg)))?;
        if !self.client.spend_hedge() {
            return None;
        }
        let passage = Passage::enter(self.client, &leg.to, self.story)?;
        let flight = self.begin(course, place, Reason::Hedge, Ticket { passage, allowance })?;
        course.call_rival(place);
        self.may_hedge = false;
        self.story.decide(self.client.clock.now(), Deed::Hedged);
        Some(flight)
    }

    /// The first answer wins, or the first content; what loses is given up. A call that fails leaves the field to the other.
    async fn race(&mut self, course: &mut Course<'_>, mut first: Flight, mut second: Flight) -> Ended {
        let (winner, decided, other) = tokio::select! {
            biased;
            decided = first.decisive() => (first, decided, second),
            decided = second.decisive() => (second, decided, first),
        };
        match decided {
            Decided::Over(call) if matches!(call.end, CallEnd::Failed(_)) => {
                self.land(course, winner, Some(Decided::Over(call))).await;
                self.land(course, other, None).await
            }
            decided => {
                other.give_up(self.client, self.story);
                self.land(course, winner, Some(decided)).await
            }
        }
    }

    /// Waits for the end of a call, which is the one that counts from now on.
    async fn land(&mut self, course: &mut Course<'_>, mut flight: Flight, decided: Option<Decided>) -> Ended {
        let decided = match decided {
            Some(decided) => decided,
            None => flight.decisive().await,
        };
        course.settle_on(flight.place);
        let (how, begun) = flight.land(decided, self.client, self.story).await;
        Ended { how, begun }
    }

    /// Waits before a retry. False if the request has no more time by then.
    async fn sleep(&mut self, wait: Duration) -> bool {
        let clock = self.client.clock;
        let began = clock.now();
        let slept = clock.within(self.left(), clock.sleep(wait)).await.is_some();
        self.story.decide(began, Deed::Slept { wait: clock.now().since(began) });
        slept
    }

    /// What a call may cost, where the client has a limit: the prompt and all that the answer may have.
    fn tokens(&self, leg: Option<&Leg>) -> u64 {
        if !self.client.is_limited() {
            return 0;
        }
        let limit = leg.and_then(|leg| leg.max_tokens).or(self.ask.max_tokens);
        self.ask.prompt_tokens().saturating_add(u64::from(limit.unwrap_or(0)))
    }

    fn elapsed(&self) -> Duration {
        self.client.clock.now().since(self.sent).into()
    }

    /// What is left of the time for the whole request, if it has a limit.
    fn left(&self) -> Option<Duration> {
        self.requester.total.map(|total| total.saturating_sub(self.elapsed()))
    }
}

/// The end of a call, or of two that raced.
struct Ended {
    how: CallEnd,
    /// Whether it was a stream that had begun.
    begun: bool,
}
