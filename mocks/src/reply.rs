//! What a service decides to answer, before anyone waits or writes.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::time::Instant;

use crate::body::{Beats, CloudBody};
use crate::entry::Entry;
use crate::error::ServiceError;
use crate::faults::{BodyEdits, Shape};

/// A decided answer.
pub(crate) struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers that the service sets; the cloud adds the date and the request id.
    pub headers: HeaderMap,
    /// The body, and when it is there.
    pub content: Content,
    /// The code of the error, if it is one.
    pub error_type: Option<Cow<'static, str>>,
    /// The tokens that it cost, if a model answered.
    pub usage: Option<Usage>,
}

/// A body and its time.
pub(crate) enum Content {
    /// All at once, this long after the answer was begun.
    Whole {
        /// The time that it takes.
        after: Duration,
        /// The body.
        bytes: Bytes,
    },
    /// The head at once, then frame by frame.
    Stream(Beats),
}

impl Content {
    /// When there is something to send: a stream begins at once, a whole answer ends first.
    pub(crate) fn ready_after(&self) -> Duration {
        match self {
            Content::Whole { after, .. } => *after,
            Content::Stream(_) => Duration::ZERO,
        }
    }

    /// The body of an answer that was begun at `began`, as `edits` leave it. A whole one that nobody edits
    /// closes `entry` here, as there is nothing left to wait for; any other body takes it along.
    pub(crate) fn into_body(self, began: Instant, mut entry: Box<Entry>, edits: BodyEdits) -> CloudBody {
        match self {
            Content::Whole { bytes, .. } if edits.is_empty() => {
                entry.count_bytes(bytes.len());
                entry.close();
                CloudBody::whole(bytes)
            }
            Content::Whole { after, bytes } => {
                CloudBody::edited_whole(bytes, after, edits.chain(Shape::Whole), began, entry)
            }
            Content::Stream(beats) if edits.is_empty() => CloudBody::paced(beats, began, entry),
            Content::Stream(beats) => CloudBody::edited(beats, edits.chain(Shape::Stream), began, entry),
        }
    }
}

/// Tokens of a prompt and its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Tokens of the prompt, without those that a prompt cache read or wrote.
    pub input_tokens: u32,
    /// Tokens of the answer.
    pub output_tokens: u32,
    /// Tokens of the prompt that were read from a prompt cache.
    pub cache_read_tokens: u32,
    /// Tokens of the prompt that were written into a prompt cache.
    pub cache_write_tokens: u32,
}

/// Room for the headers of most answers, so that none of them has to be moved.
const MANY_HEADERS: usize = 6;

impl Reply {
    /// A model's answer: 200, with this content of this type.
    pub(crate) fn answer(content_type: &'static str, content: Content, usage: Usage) -> Self {
        Reply { usage: Some(usage), ..Reply::unpaid(content_type, content) }
    }

    /// An answer that costs no tokens.
    pub(crate) fn unpaid(content_type: &'static str, content: Content) -> Self {
        let mut headers = HeaderMap::with_capacity(MANY_HEADERS);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Reply { status: StatusCode::OK, headers, content, error_type: None, usage: None }
    }

    /// The same reply with one more header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<HeaderValue>) -> Self {
        self.headers.insert(HeaderName::from_static(name), value.into());
        self
    }
}

impl From<ServiceError> for Reply {
    fn from(error: ServiceError) -> Self {
        Reply {
            status: error.status(),
            headers: error.headers(),
            content: Content::Whole { after: Duration::ZERO, bytes: error.body() },
            error_type: Some(error.into_code()).filter(|code| !code.is_empty()),
            usage: None,
        }
    }
}
