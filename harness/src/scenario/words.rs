//! The words of the scenario for settings whose types live elsewhere in the harness.

use crate::client::ask::Role;
use crate::client::policy::{RetryMode, RetryProfile};
use crate::pace::Arrivals;
use crate::resilience::policy::{RoutingFigure, Trigger};

use super::plan::{Answers, CrcPart, DowngradeOf, ThrottleMessage, UnavailableMessage, WindowLaw};

/// `standard`, `adaptive`, `off`
pub(crate) fn retry_mode(mode: RetryMode) -> &'static str {
    match mode {
        RetryMode::Standard => "standard",
        RetryMode::Adaptive => "adaptive",
        RetryMode::Off => "off",
    }
}

/// `v2_0`, `v2_1`
pub(crate) fn retry_profile(profile: RetryProfile) -> &'static str {
    match profile {
        RetryProfile::V2_0 => "v2_0",
        RetryProfile::V2_1 => "v2_1",
    }
}

/// `throttled`, `unavailable`, …
pub(crate) fn trigger(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Throttled => "throttled",
        Trigger::Unavailable => "unavailable",
        Trigger::ServerError => "server_error",
        Trigger::Timeout => "timeout",
        Trigger::Connection => "connection",
        Trigger::StreamBroken => "stream_broken",
        Trigger::BreakerOpen => "breaker_open",
    }
}

/// `latency`, `errors`, `in_flight`
pub(crate) fn routing_figure(figure: RoutingFigure) -> &'static str {
    match figure {
        RoutingFigure::Latency => "latency",
        RoutingFigure::Errors => "errors",
        RoutingFigure::InFlight => "in_flight",
    }
}

/// `poisson`, `constant`, `{ gamma: { cv: 2 } }`
pub(crate) fn arrivals(arrivals: Arrivals) -> String {
    match arrivals {
        Arrivals::Poisson => "poisson".to_owned(),
        Arrivals::Constant => "constant".to_owned(),
        Arrivals::Gamma { cv } => format!("{{ gamma: {{ cv: {cv} }} }}"),
    }
}

/// `user`, `assistant`
pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

/// `requests`, `tokens`, `tokens_per_day`; nothing for other texts.
pub(crate) fn throttle_message(message: &ThrottleMessage) -> Option<&'static str> {
    match message {
        ThrottleMessage::Requests => Some("requests"),
        ThrottleMessage::Tokens => Some("tokens"),
        ThrottleMessage::TokensPerDay => Some("tokens_per_day"),
        ThrottleMessage::Other(_) => None,
    }
}

/// `temporarily`, `connections`, `unable`; nothing for other texts.
pub(crate) fn unavailable_message(message: &UnavailableMessage) -> Option<&'static str> {
    match message {
        UnavailableMessage::Temporarily => Some("temporarily"),
        UnavailableMessage::Connections => Some("connections"),
        UnavailableMessage::Unable => Some("unable"),
        UnavailableMessage::Other(_) => None,
    }
}

/// `message`, `prelude`
pub(crate) fn crc_part(part: CrcPart) -> &'static str {
    match part {
        CrcPart::Message => "message",
        CrcPart::Prelude => "prelude",
    }
}

/// `tier`, `latency`
pub(crate) fn downgrade_of(of: DowngradeOf) -> &'static str {
    match of {
        DowngradeOf::Tier => "tier",
        DowngradeOf::Latency => "latency",
    }
}

/// `essay`, `echo`
pub(crate) fn answers(answers: Answers) -> &'static str {
    match answers {
        Answers::Essay => "essay",
        Answers::Echo => "echo",
    }
}

/// `clock_minute`, `refill`
pub(crate) fn window_law(law: WindowLaw) -> &'static str {
    match law {
        WindowLaw::ClockMinute => "clock_minute",
        WindowLaw::Refill => "refill",
    }
}
