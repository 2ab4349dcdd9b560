//! A fault: its name, what it does, and the conditions under which it strikes.

use std::num::NonZeroU64;
use std::sync::Arc;

use rand::Rng;

use super::aim::Aim;
use super::internal_error::InternalError;
use super::latency::Latency;
use super::share::Share;
use super::throttle::Throttle;
use super::trigger::Trigger;
use super::unavailable::Unavailable;
use super::verdict::Verdict;
use super::window::Window;

/// What a fault does to the requests that it strikes.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Refuses them as throttled.
    Throttle(Throttle),
    /// Refuses them for want of capacity.
    Unavailable(Unavailable),
    /// Refuses them with an internal error.
    InternalError(InternalError),
    /// Delays them.
    Latency(Latency),
}

impl Kind {
    pub(super) fn verdict(&self, rng: &mut impl Rng) -> Verdict {
        match self {
            Kind::Throttle(throttle) => throttle.verdict(),
            Kind::Unavailable(unavailable) => unavailable.verdict(),
            Kind::InternalError(internal_error) => internal_error.verdict(),
            Kind::Latency(latency) => latency.verdict(rng),
        }
    }
}

/// A named fault. Made by [`Fault::new`] it strikes every request at all times; the other methods narrow it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub(super) name: Arc<str>,
    pub(super) kind: Kind,
    pub(super) window: Window,
    pub(super) aim: Aim,
    pub(super) trigger: Trigger,
}

impl Fault {
    /// A fault that strikes every request.
    pub fn new(name: impl Into<Arc<str>>, kind: Kind) -> Self {
        Fault {
            name: name.into(),
            kind,
            window: Window::ALWAYS,
            aim: Aim::default(),
            trigger: Trigger::ALWAYS,
        }
    }

    /// Strikes only within `window`.
    #[must_use]
    pub fn during(mut self, window: Window) -> Self {
        self.window = window;
        self
    }

    /// Strikes only the requests that `aim` matches.
    #[must_use]
    pub fn aimed_at(mut self, aim: Aim) -> Self {
        self.aim = aim;
        self
    }

    /// Strikes only this share of matching requests, drawn for each.
    #[must_use]
    pub fn share(mut self, share: Share) -> Self {
        self.trigger.share = share;
        self
    }

    /// Strikes only among the first `count` matching requests.
    #[must_use]
    pub fn first(mut self, count: NonZeroU64) -> Self {
        self.trigger.first = Some(count);
        self
    }

    /// Strikes only each `count`-th matching request.
    #[must_use]
    pub fn every(mut self, count: NonZeroU64) -> Self {
        self.trigger.every = Some(count);
        self
    }
}
