//! Faults at the front door: the service answers with an error.

use schemars::JsonSchema;

use super::kind::kind;
use crate::scenario::decode::{Decode, Optional, Required, Table, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{ErrorType, HeaderText, Positive, Text, Time, Whole};
use crate::scenario::node::{Node, Value};
use crate::scenario::notes::{Noted, Notes};

kind! {
    /// 429 `ThrottlingException`: the quota is used up.
    Throttle {
        /// The quota that the error blames, or a `{ text: … }` of its own.
        #[schemars(extend("default" = crate::scenario::words::throttle_message(&defaults::THROTTLE_MESSAGE)))]
        message: Optional<Says<ThrottleWord>>,
        /// How long the error asks the client to wait, in `x-amz-retry-after`; it does not say without this.
        retry_after: Optional<Positive<Time>>,
    }
}

/// What an error says: the service's own words for a case, or words of one's own.
#[derive(Debug, JsonSchema)]
#[schemars(untagged, inline)]
pub(crate) enum Says<W> {
    /// The service's own words.
    Usual(W),
    /// Other words.
    Other(OtherText),
}

/// A text of one's own.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct OtherText {
    /// The text.
    pub text: Required<Text>,
}

record!(OtherText { text });

impl<W: Decode> Decode for Says<W> {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        match &node.value {
            Value::Map(_) => OtherText::decode(node, notes).map(Says::Other),
            _ => W::decode(node, notes).map(Says::Usual),
        }
    }
}

/// The quota that a throttling error blames.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum ThrottleWord {
    /// Too many requests in a minute.
    Requests,
    /// Too many tokens in a minute.
    Tokens,
    /// Too many tokens in a day, against which no retry helps.
    TokensPerDay,
}

choice!(ThrottleWord: "a quota" { requests: Requests, tokens: Tokens, tokens_per_day: TokensPerDay });

/// What an error for want of capacity says.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum UnavailableWord {
    /// The service is away for a while.
    Temporarily,
    /// Too many connections are open.
    Connections,
    /// The service cannot process the request, and does not say why.
    Unable,
}

choice!(UnavailableWord: "a reason" { temporarily: Temporarily, connections: Connections, unable: Unable });

kind! {
    /// 503 `ServiceUnavailableException`: the region that serves has no capacity.
    Unavailable {
        /// The reason that the error gives, or a `{ text: … }` of its own.
        #[schemars(extend("default" = crate::scenario::words::unavailable_message(&defaults::UNAVAILABLE_MESSAGE)))]
        message: Optional<Says<UnavailableWord>>,
    }
}

kind! {
    /// Any error. At least one of `type` and `status`.
    Error {
        /// The error's type, as in `ModelTimeoutException`. One that Bedrock does not model needs a `status`; without a
        /// type the error names none, as those of proxies do.
        r#type: Optional<ErrorType>,
        /// The status of the answer; that of the type without this.
        status: Optional<Whole<400, 599>>,
        /// What the error says; Bedrock's own words without this.
        message: Optional<Text>,
        /// Headers beside those that the service sends.
        headers: Optional<Table<HeaderText>>,
    }
}
