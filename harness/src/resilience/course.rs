//! What a client does next: from its policy, what it has done so far, and how the last call ended.
//!
//! A request's destinations are laid out once, the regions of the model that it asks first, then those of each model
//! to fall back to: a whole answer from far away is worth more than a lesser one from near by. After a call without an
//! answer these are asked in order, the first that has something to say decides:
//!
//! 1. the policy of streams, for a stream that had begun: fail, restart, or go on as after any other failure;
//! 2. the state machine around the call: a retrier waits and tries again, a catcher leads to another model or to the end;
//! 3. the triggers: the next destination that has not been asked.
//!
//! Whatever they say is held against the budget of calls and of time. A destination whose breaker is open costs no call.

use std::collections::BTreeSet;
use std::time::Duration;

use bedload_reports::record::{Failure, Name, Operation, Reason};

use super::policy::{Fallback, Policy, Routing, StreamPolicy, Trigger};
use super::retrier::{Task, Verdict};

/// A model in a region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Destination {
    /// The scenario's name of the model.
    pub model: Name,
    /// The region.
    pub region: Name,
}

/// A place to make a call, and how the call is made there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Where.
    pub to: Destination,
    /// By which operation.
    pub operation: Operation,
    /// The destination's own limit of tokens, in place of the request's.
    pub max_tokens: Option<u32>,
}

/// What a client met where it would have liked an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Met<'a> {
    /// An open breaker; no call was made.
    OpenBreaker,
    /// A call that failed.
    Failure {
        /// Why.
        failure: &'a Failure,
        /// Whether it was a stream that had begun: the SDK's own retries end there.
        begun: bool,
    },
}

/// What a client does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It makes a call at the course's leg, after a wait.
    Call {
        /// Why.
        reason: Reason,
        /// How long it waits before it.
        wait: Duration,
    },
    /// It has nothing more to try.
    Stop,
    /// It had, but the budget is spent.
    BudgetSpent,
}

/// The course of one request.
#[derive(Clone, Debug)]
pub struct Course<'a> {
    policy: &'a Policy,
    operation: Operation,
    legs: Vec<Leg>,
    /// Which of the legs have been asked, or found behind an open breaker.
    visited: Vec<bool>,
    at: usize,
    calls: u32,
    restarts: u32,
    task: Option<Task>,
}

impl<'a> Course<'a> {
    /// The course of a request that asks `model` first, by `operation`, and the `regions` in this order.
    pub fn new(policy: &'a Policy, model: &Name, operation: Operation, regions: &[Name]) -> Self {
        let legs = legs(&policy.fallback, model, operation, regions);
        Course {
            operation,
            visited: vec![false; legs.len()],
            legs,
            at: 0,
            calls: 0,
            restarts: 0,
            task: policy.state_machine.as_ref().map(Task::new),
            policy,
        }
    }

    /// Where the next call is made, or the last one was.
    pub fn leg(&self) -> &Leg {
        &self.legs[self.at]
    }

    /// Whether a call may begin, so long after the request was sent. The first always may.
    pub fn may_call(&self, elapsed: Duration) -> bool {
        let budget = &self.policy.fallback;
        self.calls == 0
            || budget.calls.is_none_or(|most| self.calls < most)
                && budget.within.is_none_or(|longest| elapsed <= longest)
    }

    /// A call at the course's leg begins.
    pub fn call(&mut self) {
        self.calls += 1;
        self.visited[self.at] = true;
    }

    /// Where a second call would go that races the one under way: to the next region of the same model, or to the same
    /// destination. None where there is no other region.
    pub fn rival(&self, elsewhere: bool) -> Option<usize> {
        match elsewhere {
            false => Some(self.at),
            true => self.unvisited().find(|place| self.legs[*place].to.model == self.leg().to.model),
        }
    }

    /// The leg at a place that [`Course::rival`] gave.
    pub fn leg_at(&self, place: usize) -> Option<&Leg> {
        self.legs.get(place)
    }

    /// A second call begins at this place.
    pub fn call_rival(&mut self, place: usize) {
        self.calls += 1;
        if let Some(visited) = self.visited.get_mut(place) {
            *visited = true;
        }
    }

    /// The call at this place is the one that counts from now on.
    pub fn settle_on(&mut self, place: usize) {
        if place < self.legs.len() {
            self.at = place;
        }
    }

    /// Where the call under way is made, as a place.
    pub fn place(&self) -> usize {
        self.at
    }

    /// What comes next, so long after the request was sent. `draw` is from 0 to 1, for a retrier's jitter.
    pub fn after(&mut self, met: Met<'_>, elapsed: Duration, draw: f64) -> Next {
        match self.wish(met, draw) {
            Some((reason, wait)) if self.may_call(elapsed.saturating_add(wait)) => {
                Next::Call { reason, wait }
            }
            Some(_) => Next::BudgetSpent,
            None => Next::Stop,
        }
    }

    /// What the client would do without a budget.
    fn wish(&mut self, met: Met<'_>, draw: f64) -> Option<(Reason, Duration)> {
        match met {
            Met::OpenBreaker => self.go_on(Trigger::BreakerOpen),
            Met::Failure { failure, begun: true } => match (self.policy.stream, Trigger::of(failure.class)) {
                (StreamPolicy::FallBack, _) => self.mend(failure, draw),
                (StreamPolicy::Restart { times }, Some(_)) if self.restarts < times => {
                    self.restarts += 1;
                    Some((Reason::Restart, Duration::ZERO))
                }
                (StreamPolicy::Restart { .. } | StreamPolicy::Fail, _) => None,
            },
            Met::Failure { failure, begun: false } => self.mend(failure, draw),
        }
    }

    /// Asks the state machine, where there is one, and then the triggers.
    fn mend(&mut self, failure: &Failure, draw: f64) -> Option<(Reason, Duration)> {
        let verdict = match (&mut self.task, &self.policy.state_machine) {
            (Some(task), Some(machine)) => task.failed(machine, failure, draw),
            _ => Verdict::Uncaught,
        };
        match verdict {
            Verdict::Retry { wait } => Some((Reason::Retry, wait)),
            Verdict::Caught(next) => {
                let model = next?;
                self.catch(model);
                Some((Reason::Fallback, Duration::ZERO))
            }
            Verdict::Uncaught => self.go_on(Trigger::of(failure.class)?),
        }
    }

    /// Turns to a catcher's task, which has no retriers, no catchers and nothing to fall back to. A model that the client
    /// also falls back to is asked as there.
    fn catch(&mut self, model: Name) {
        let listed = self.policy.fallback.models.iter().find(|other| other.model == model);
        self.legs = vec![Leg {
            operation: listed.and_then(|model| model.operation).unwrap_or(self.operation),
            max_tokens: listed.and_then(|model| model.max_tokens),
            to: Destination { model, region: self.leg().to.region.clone() },
        }];
        self.visited = vec![true];
        self.at = 0;
        self.task = None;
    }

    /// Turns to the next destination.
    fn go_on(&mut self, trigger: Trigger) -> Option<(Reason, Duration)> {
        self.visited[self.at] = true;
        if !self.policy.fallback.on.contains(&trigger) {
            return None;
        }
        let next = self.unvisited().next()?;
        let same_model = self.legs[next].to.model == self.leg().to.model;
        self.at = next;
        Some((if same_model { Reason::Failover } else { Reason::Fallback }, Duration::ZERO))
    }

    fn unvisited(&self) -> impl Iterator<Item = usize> {
        let places = self.visited.iter().enumerate();
        places.filter(|(place, visited)| !**visited && *place != self.at).map(|(place, _)| place)
    }
}

/// Every destination that a request which asks `model` first can come to.
pub fn destinations(policy: &Policy, model: &Name) -> BTreeSet<Destination> {
    let routed = policy.routing.iter().flat_map(Routing::models);
    let fallback = policy.fallback.models.iter().map(|other| &other.model);
    let caught = policy.state_machine.iter().flat_map(|machine| &machine.catch);
    let caught = caught.filter_map(|catcher| catcher.next.as_ref());
    let models = std::iter::once(model).chain(routed).chain(fallback).chain(caught);
    models
        .flat_map(|model| {
            let regions = policy.regions.order.iter();
            regions.map(|region| Destination { model: model.clone(), region: region.clone() })
        })
        .collect()
}

fn legs(fallback: &Fallback, model: &Name, operation: Operation, regions: &[Name]) -> Vec<Leg> {
    let first = (model, operation, None);
    let others = fallback.models.iter().filter(|other| other.model != *model);
    let others = others.map(|other| (&other.model, other.operation.unwrap_or(operation), other.max_tokens));
    let at = |(model, operation, max_tokens): (&Name, Operation, Option<u32>)| {
        let model = model.clone();
        regions.iter().map(move |region| Leg {
            to: Destination { model: model.clone(), region: region.clone() },
            operation,
            max_tokens,
        })
    };
    std::iter::once(first).chain(others).flat_map(at).collect()
}

#[cfg(test)]
mod tests;
