//! Spans as data: what OTLP and X-Ray's documents are both made from.

use std::borrow::Cow;

use super::ids::{SpanId, TraceId};
use crate::units::Nanos;

/// All spans of one request, or of one late delivery of a job; parents before their children.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree<'a> {
    /// The trace.
    pub trace: TraceId,
    /// The outermost span first. Behind a job's own stand its sending and its wait, behind each delivery its calls, and behind
    /// each call its attempts and its content.
    pub spans: Vec<Span<'a>>,
}

/// One span.
#[derive(Clone, Debug, PartialEq)]
pub struct Span<'a> {
    /// Unique in the trace.
    pub id: SpanId,
    /// The span above; none for the root. Of a late delivery it stands in another tree of the same trace.
    pub parent: Option<SpanId>,
    /// The sibling that this one was made because of, which was over before it began.
    pub precursor: Option<SpanId>,
    /// The span of this trace that caused it without being above it in time: who sent what it received.
    pub link: Option<SpanId>,
    /// What it stands for.
    pub role: Role,
    /// Few names, many spans.
    pub name: Cow<'a, str>,
    /// Its start, since 1970.
    pub start: Nanos,
    /// Its end, since 1970; never before its start.
    pub end: Nanos,
    /// What is known of it, by the names in [`convention`](super::convention).
    pub attributes: Vec<(&'static str, Value<'a>)>,
    /// What happened in it, in order of time.
    pub events: Vec<Event<'a>>,
    /// What went wrong.
    pub failure: Option<Wrong<'a>>,
}

/// What a span stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// What the caller wanted.
    Request,
    /// A producer's sending of a job.
    Send,
    /// A job's time in its queue, up to its first receive.
    Wait,
    /// What was done with one receive of a job's message.
    Delivery,
    /// An SDK operation.
    Call,
    /// An HTTP exchange.
    Attempt,
    /// The content of a stream, from the first to the last.
    Content,
}

/// Something that happened at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Event<'a> {
    /// When, since 1970.
    pub at: Nanos,
    /// What.
    pub name: &'static str,
    /// What is known of it.
    pub attributes: Vec<(&'static str, Value<'a>)>,
}

/// The error that a span ended with.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrong<'a> {
    /// Its code or kind.
    pub kind: Cow<'a, str>,
    /// What was said. Untrusted text.
    pub message: Cow<'a, str>,
    /// Whose it is.
    pub blame: Blame,
    /// The span below whose error this one only passes on.
    pub from: Option<SpanId>,
}

/// Whose an error is, as X-Ray tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The caller asked too much: X-Ray's error and throttle.
    Quota,
    /// The caller asked wrongly: X-Ray's error.
    Caller,
    /// The service or the way to it broke: X-Ray's fault.
    Service,
}

impl Blame {
    /// What an HTTP status says: 429 is the quota's, another 4xx the caller's, all else the service's.
    pub fn of_status(status: u16) -> Blame {
        match status {
            429 => Blame::Quota,
            400..=499 => Blame::Caller,
            _ => Blame::Service,
        }
    }
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Text.
    Text(Cow<'a, str>),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// True or false.
    Flag(bool),
    /// A list of texts.
    Texts(Vec<Cow<'a, str>>),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl Span<'_> {
    /// The attribute of this name.
    pub fn get(&self, key: &str) -> Option<&Value<'_>> {
        self.attributes.iter().find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// The attribute of this name, where it is a text.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_whose_the_error_is() {
        let blames = [400, 404, 429, 500, 503, 529].map(Blame::of_status);
        let (quota, caller, service) = (Blame::Quota, Blame::Caller, Blame::Service);
        assert_eq!(blames, [caller, caller, quota, service, service, service]);
    }
}
