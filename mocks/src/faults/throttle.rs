//! `throttle`: the caller is over its quota.

use std::borrow::Cow;

use super::refusal::{Reason, Refusal};
use super::verdict::Verdict;

/// Refuses requests as throttled: 429 `ThrottlingException` on Bedrock, 400 `RequestThrottled` on SQS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Throttle {
    /// Which quota the error blames.
    pub message: ThrottleMessage,
    /// Sends `x-amz-retry-after` with this many milliseconds. AWS SDKs wait at least so long, and at most
    /// five seconds longer than they would have; whether the real Bedrock ever sends it is not known.
    pub retry_after_ms: Option<u64>,
}

/// What a throttling error says. The first three texts are Bedrock's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ThrottleMessage {
    /// Too many requests in a minute.
    #[default]
    Requests,
    /// Too many tokens in a minute.
    Tokens,
    /// Too many tokens in a day, against which no retry helps.
    TokensPerDay,
    /// Any other text.
    Custom(String),
}

impl Throttle {
    pub(super) fn verdict(&self) -> Verdict {
        Verdict::Refuse(Refusal {
            retry_after_ms: self.retry_after_ms,
            own_words: matches!(self.message, ThrottleMessage::Custom(_)),
            ..Refusal::new(Reason::Throttled, self.message.text())
        })
    }
}

impl ThrottleMessage {
    fn text(&self) -> Cow<'static, str> {
        match self {
            ThrottleMessage::Requests => "Too many requests, please wait before trying again.".into(),
            ThrottleMessage::Tokens => "Too many tokens, please wait before trying again.".into(),
            ThrottleMessage::TokensPerDay => {
                "Too many tokens per day, please wait before trying again.".into()
            }
            ThrottleMessage::Custom(text) => text.clone().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_blames_the_quota_chosen() {
        let cases = [
            (ThrottleMessage::default(), "Too many requests, please wait before trying again."),
            (ThrottleMessage::Tokens, "Too many tokens, please wait before trying again."),
            (ThrottleMessage::TokensPerDay, "Too many tokens per day, please wait before trying again."),
            (ThrottleMessage::Custom("Slow down.".into()), "Slow down."),
        ];
        for (message, text) in cases {
            let own_words = matches!(message, ThrottleMessage::Custom(_));
            let throttle = Throttle { message, retry_after_ms: Some(900) };
            let refusal =
                Refusal { retry_after_ms: Some(900), own_words, ..Refusal::new(Reason::Throttled, text) };
            assert_eq!(throttle.verdict(), Verdict::Refuse(refusal));
        }
    }
}
