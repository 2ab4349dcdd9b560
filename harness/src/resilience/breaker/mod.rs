//! A circuit breaker: resilience4j's states and parameters, as a table and without a clock of its own.
//!
//! | in state | what happens | next state |
//! | --- | --- | --- |
//! | closed | a call ends, and the window shows too many failed or slow calls | open |
//! | open | a call asks, and `wait_duration_in_open_state` is over | half open; that call is its first |
//! | half open | a call ends, and the window shows too many failed or slow calls | open |
//! | half open | a call ends, and the window shows few enough | closed |
//! | half open | `max_wait_duration_in_half_open_state` is over | open, since then |
//!
//! Everything else leaves the state as it is. A window shows something once it holds `minimum_number_of_calls`, or all
//! that it can hold if that is less; half open it holds the permitted calls. As there, a call counts in the state in
//! which it ends, so that one which was let through before the breaker opened may still decide a half-open one; and a
//! call that was given up, or refused for what it asked, gives its permit back and counts for nothing (resilience4j,
//! `CircuitBreakerStateMachine`, `CircuitBreakerMetrics`).

mod window;

use std::time::Duration;

use bedload_reports::record::BreakerState;
use bedload_reports::units::Nanos;

use super::policy::{BreakerPolicy, SlidingWindow};
use window::{Judgement, Window};

/// What can move a breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The window shows too many failed or slow calls.
    Bad,
    /// The window shows few enough of them.
    Good,
    /// A call asks, and the wait in the open state is over.
    WaitOver,
    /// The breaker was half open for too long.
    HalfOpenTooLong,
}

/// Every move that there is.
pub const TABLE: [(BreakerState, Event, BreakerState); 5] = [
    (BreakerState::Closed, Event::Bad, BreakerState::Open),
    (BreakerState::Open, Event::WaitOver, BreakerState::HalfOpen),
    (BreakerState::HalfOpen, Event::Bad, BreakerState::Open),
    (BreakerState::HalfOpen, Event::Good, BreakerState::Closed),
    (BreakerState::HalfOpen, Event::HalfOpenTooLong, BreakerState::Open),
];

/// Where an event leads from a state, if anywhere.
pub fn next(from: BreakerState, event: Event) -> Option<BreakerState> {
    TABLE.iter().find(|(state, cause, _)| (*state, *cause) == (from, event)).map(|(_, _, to)| *to)
}

/// The breaker of one destination.
#[derive(Clone, Debug)]
pub struct Breaker {
    policy: BreakerPolicy,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    Closed { window: Window },
    Open { since: Nanos },
    HalfOpen { since: Nanos, permits: u32, window: Window },
}

/// A breaker went from one state to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// When.
    pub at: Nanos,
    /// From this state.
    pub from: BreakerState,
    /// To this one.
    pub to: BreakerState,
}

/// What became of a call, as far as it matters to a breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Whether it failed in a way that tells of the destination's health.
    pub failed: bool,
    /// How long it took.
    pub took: Duration,
}

impl Breaker {
    /// A closed breaker that has seen nothing yet.
    pub fn new(policy: BreakerPolicy) -> Self {
        Breaker { state: State::closed(&policy), policy }
    }

    /// Its state, as of the last event.
    pub fn state(&self) -> BreakerState {
        match self.state {
            State::Closed { .. } => BreakerState::Closed,
            State::Open { .. } => BreakerState::Open,
            State::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    /// Whether a call may pass, and what moved at that. Whoever passes says how it ended, or that it is given up.
    pub fn ask(&mut self, now: Nanos) -> (bool, Vec<Moved>) {
        let mut moved = self.catch_up(now);
        if let State::Open { since } = self.state
            && now.since(since) >= Nanos::from(self.policy.wait_duration_in_open_state)
        {
            moved.extend(self.go(Event::WaitOver, now));
        }
        let passes = match &mut self.state {
            State::Closed { .. } => true,
            State::Open { .. } => false,
            State::HalfOpen { permits: 0, .. } => false,
            State::HalfOpen { permits, .. } => {
                *permits -= 1;
                true
            }
        };
        (passes, moved)
    }

    /// Hears how a call ended, and tells what moved at that.
    pub fn ended(&mut self, now: Nanos, call: Ended) -> Vec<Moved> {
        let mut moved = self.catch_up(now);
        let slow = call.took > self.policy.slow_call_duration_threshold;
        let window = match &mut self.state {
            State::Closed { window } | State::HalfOpen { window, .. } => window,
            State::Open { .. } => return moved,
        };
        window.record(now, call.failed, slow);
        let event = match window.judge(&self.policy) {
            Judgement::TooFew => None,
            Judgement::Good => Some(Event::Good),
            Judgement::Bad => Some(Event::Bad),
        };
        moved.extend(event.and_then(|event| self.go(event, now)));
        moved
    }

    /// Hears that a call was given up, or that its end tells nothing of the destination.
    pub fn released(&mut self) {
        if let State::HalfOpen { permits, .. } = &mut self.state {
            *permits = (*permits + 1).min(self.policy.permitted_number_of_calls_in_half_open_state);
        }
    }

    /// What time alone has moved. Nobody watches the clock: it is found when somebody comes, and told with its own time.
    fn catch_up(&mut self, now: Nanos) -> Vec<Moved> {
        let Some(longest) = self.policy.max_wait_duration_in_half_open_state else { return Vec::new() };
        match self.state {
            State::HalfOpen { since, .. } if now >= since.plus(longest.into()) => {
                self.go(Event::HalfOpenTooLong, since.plus(longest.into())).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn go(&mut self, event: Event, at: Nanos) -> Option<Moved> {
        let from = self.state();
        let to = next(from, event)?;
        self.state = match to {
            BreakerState::Closed => State::closed(&self.policy),
            BreakerState::Open => State::Open { since: at },
            BreakerState::HalfOpen => State::half_open(&self.policy, at),
        };
        Some(Moved { at, from, to })
    }
}

impl State {
    fn closed(policy: &BreakerPolicy) -> Self {
        State::Closed { window: Window::new(policy.sliding_window) }
    }

    fn half_open(policy: &BreakerPolicy, since: Nanos) -> Self {
        let permits = policy.permitted_number_of_calls_in_half_open_state;
        State::HalfOpen { since, permits, window: Window::new(SlidingWindow::Count(permits)) }
    }
}

#[cfg(test)]
mod tests;
