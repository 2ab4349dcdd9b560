//! A fault: its name, what it does, and the conditions under which it strikes.

use std::num::NonZeroU64;
use std::sync::Arc;

use rand::Rng;

use super::aim::Aim;
use super::bad_crc::BadCrc;
use super::downgrade::Downgrade;
use super::drip::Drip;
use super::duplicate_delivery::DuplicateDelivery;
use super::duplicate_event::DuplicateEvent;
use super::early_end::EarlyEnd;
use super::empty_receive::EmptyReceive;
use super::error_answer::ErrorAnswer;
use super::error_frame::ErrorFrame;
use super::exception_frame::ExceptionFrame;
use super::first_byte::FirstByte;
use super::handing::Handing;
use super::internal_error::InternalError;
use super::latency::Latency;
use super::malformed_json::MalformedJson;
use super::out_of_order::OutOfOrder;
use super::outage::Outage;
use super::quota_squeeze::QuotaSqueeze;
use super::refusal::Refusal;
use super::refuse::Refuse;
use super::reset::Reset;
use super::share::Share;
use super::slow_tokens::SlowTokens;
use super::stall::Stall;
use super::swap_events::SwapEvents;
use super::throttle::Throttle;
use super::trigger::Trigger;
use super::truncate::Truncate;
use super::unavailable::Unavailable;
use super::verdict::Verdict;
use super::window::Window;
use super::wrong_date::WrongDate;

/// What a fault does to the requests that it strikes.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Refuses them as throttled.
    Throttle(Throttle),
    /// Takes the capacity to serve them away.
    Unavailable(Unavailable),
    /// Refuses them with an internal error.
    InternalError(InternalError),
    /// Refuses them with an error of any kind.
    Error(ErrorAnswer),
    /// Delays them.
    Latency(Latency),
    /// Delays the body behind the head.
    FirstByte(FirstByte),
    /// Stretches the time between events.
    SlowTokens(SlowTokens),
    /// Limits the bytes a second.
    Drip(Drip),
    /// Holds the stream up.
    Stall(Stall),
    /// Breaks the stream off with an exception.
    ExceptionFrame(ExceptionFrame),
    /// Breaks the stream off with an error that no model knows.
    ErrorFrame(ErrorFrame),
    /// Ends the stream within an event.
    Truncate(Truncate),
    /// Sends an event with a wrong checksum.
    BadCrc(BadCrc),
    /// Ends the stream too soon.
    EarlyEnd(EarlyEnd),
    /// Resets the connection.
    Reset(Reset),
    /// Refuses the connection.
    Refuse(Refuse),
    /// Says a wrong time of day.
    WrongDate(WrongDate),
    /// Breaks the JSON.
    MalformedJson(MalformedJson),
    /// Sends an event twice.
    DuplicateEvent(DuplicateEvent),
    /// Sends two events in the wrong order.
    SwapEvents(SwapEvents),
    /// Serves less than was asked, and says so only in the answer.
    Downgrade(Downgrade),
    /// Takes a region away.
    Outage(Outage),
    /// Leaves a share of each quota.
    QuotaSqueeze(QuotaSqueeze),
    /// Delivers a message once more.
    DuplicateDelivery(DuplicateDelivery),
    /// Delivers a message before those that came before it.
    OutOfOrder(OutOfOrder),
    /// Finds no message where there is one.
    EmptyReceive(EmptyReceive),
}

impl Kind {
    /// The scenario's word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Kind::Throttle(_) => "throttle",
            Kind::Unavailable(_) => "unavailable",
            Kind::InternalError(_) => "internal_error",
            Kind::Error(_) => "error",
            Kind::Latency(_) => "latency",
            Kind::FirstByte(_) => "first_byte",
            Kind::SlowTokens(_) => "slow_tokens",
            Kind::Drip(_) => "drip",
            Kind::Stall(_) => "stall",
            Kind::ExceptionFrame(_) => "exception_frame",
            Kind::ErrorFrame(_) => "error_frame",
            Kind::Truncate(_) => "truncate",
            Kind::BadCrc(_) => "bad_crc",
            Kind::EarlyEnd(_) => "early_end",
            Kind::Reset(_) => "reset",
            Kind::Refuse(_) => "refuse",
            Kind::WrongDate(_) => "wrong_date",
            Kind::MalformedJson(_) => "malformed_json",
            Kind::DuplicateEvent(_) => "duplicate_event",
            Kind::SwapEvents(_) => "swap_events",
            Kind::Downgrade(_) => "downgrade",
            Kind::Outage(_) => "outage",
            Kind::QuotaSqueeze(_) => "quota_squeeze",
            Kind::DuplicateDelivery(_) => "duplicate_delivery",
            Kind::OutOfOrder(_) => "out_of_order",
            Kind::EmptyReceive(_) => "empty_receive",
        }
    }

    /// Whether it has something to say where a request comes in. The others are about capacity and quotas, or
    /// about what a queue hands out.
    pub(super) fn stands_at_the_front(&self) -> bool {
        !matches!(self, Kind::Unavailable(_) | Kind::QuotaSqueeze(_)) && self.handing().is_none()
    }

    /// The question of a queue that it answers, if it does.
    pub(super) fn handing(&self) -> Option<Handing> {
        match self {
            Kind::DuplicateDelivery(_) => Some(Handing::Twice),
            Kind::OutOfOrder(_) => Some(Handing::Elsewhere),
            Kind::EmptyReceive(_) => Some(Handing::Nothing),
            _ => None,
        }
    }

    /// What it decides about a request that comes in.
    pub(super) fn verdict(&self, rng: &mut impl Rng) -> Verdict {
        match self {
            Kind::Throttle(throttle) => throttle.verdict(),
            Kind::Unavailable(_)
            | Kind::QuotaSqueeze(_)
            | Kind::DuplicateDelivery(_)
            | Kind::OutOfOrder(_)
            | Kind::EmptyReceive(_) => Verdict::Pass,
            Kind::InternalError(internal_error) => internal_error.verdict(),
            Kind::Error(error) => error.verdict(),
            Kind::Latency(latency) => latency.verdict(rng),
            Kind::FirstByte(first_byte) => first_byte.verdict(rng),
            Kind::SlowTokens(slow_tokens) => slow_tokens.verdict(),
            Kind::Drip(drip) => drip.verdict(),
            Kind::Stall(stall) => stall.verdict(),
            Kind::ExceptionFrame(exception_frame) => exception_frame.verdict(),
            Kind::ErrorFrame(error_frame) => error_frame.verdict(),
            Kind::Truncate(truncate) => truncate.verdict(),
            Kind::BadCrc(bad_crc) => bad_crc.verdict(),
            Kind::EarlyEnd(early_end) => early_end.verdict(),
            Kind::Reset(reset) => reset.verdict(),
            Kind::Refuse(refuse) => refuse.verdict(),
            Kind::WrongDate(wrong_date) => wrong_date.verdict(),
            Kind::MalformedJson(malformed_json) => malformed_json.verdict(),
            Kind::DuplicateEvent(duplicate_event) => duplicate_event.verdict(),
            Kind::SwapEvents(swap_events) => swap_events.verdict(),
            Kind::Downgrade(downgrade) => downgrade.verdict(),
            Kind::Outage(outage) => outage.verdict(),
        }
    }

    /// The error for want of capacity, if that is what it takes away.
    pub(super) fn no_capacity(&self) -> Option<Refusal> {
        match self {
            Kind::Unavailable(unavailable) => Some(unavailable.refusal()),
            Kind::Outage(outage) => Some(outage.refusal()),
            _ => None,
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
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it does.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

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
