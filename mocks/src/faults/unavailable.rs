//! `unavailable`: the service has no capacity to spare.
//!
//! It speaks for the region that would serve a request, not for the one that was asked: a cross-region
//! profile moves round it, and a client hears of it only when no destination is left.

use std::borrow::Cow;

use super::refusal::{Reason, Refusal};

/// Takes a region's capacity away: 503 `ServiceUnavailableException` on Bedrock where nothing else serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unavailable {
    /// What the error says.
    pub message: UnavailableMessage,
}

/// What an error for want of capacity says. The first three texts are Bedrock's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum UnavailableMessage {
    /// The service is away for a while.
    #[default]
    Temporarily,
    /// Too many connections are open.
    Connections,
    /// The service cannot process the request, and does not say why.
    Unable,
    /// Any other text.
    Custom(String),
}

impl Unavailable {
    pub(super) fn refusal(&self) -> Refusal {
        let own_words = matches!(self.message, UnavailableMessage::Custom(_));
        Refusal { own_words, ..Refusal::new(Reason::Unavailable, self.message.text()) }
    }
}

impl UnavailableMessage {
    fn text(&self) -> Cow<'static, str> {
        match self {
            UnavailableMessage::Temporarily => "Service temporarily unavailable, please try again.".into(),
            UnavailableMessage::Connections => {
                "Too many connections, please wait before trying again.".into()
            }
            UnavailableMessage::Unable => "Bedrock is unable to process your request.".into(),
            UnavailableMessage::Custom(text) => text.clone().into(),
        }
    }
}
