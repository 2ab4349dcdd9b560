//! The words of the scenario for settings whose types live elsewhere in the harness.

use crate::client::ask::Role;
use crate::client::policy::{RetryMode, RetryProfile};
use crate::pace::Arrivals;

use super::plan::ThrottleMessage;

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

/// `poisson`, `constant`
pub(crate) fn arrivals(arrivals: Arrivals) -> &'static str {
    match arrivals {
        Arrivals::Poisson => "poisson",
        Arrivals::Constant => "constant",
    }
}

/// `user`, `assistant`
pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

/// `requests`, `tokens`, `tokens_per_day`
pub(crate) fn throttle_message(message: ThrottleMessage) -> &'static str {
    match message {
        ThrottleMessage::Requests => "requests",
        ThrottleMessage::Tokens => "tokens",
        ThrottleMessage::TokensPerDay => "tokens_per_day",
    }
}
