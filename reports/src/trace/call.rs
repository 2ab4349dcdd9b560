//! A call and what lies below it: its attempts, and the content of its stream.
//!
//! A backoff is the gap between two attempts, and an attribute of the later one. The answer's headers end an attempt,
//! so a stream's content is a span beside it.

use std::borrow::Cow;

use super::attempt;
use super::convention as key;
use super::ids::Ids;
use super::span::{Blame, Event, Role, Span, Value, Wrong};
use super::tracer::Tracer;
use crate::record::{Call, CallEnd, FailureClass, Reason};
use crate::units::Nanos;

/// Adds every call of a request or of a delivery, with all below it.
pub(super) fn all<'a, 'h: 'a>(tracer: &Tracer<'h>, calls: &'a [Call], ids: Ids, spans: &mut Vec<Span<'a>>) {
    for (place, call) in calls.iter().enumerate() {
        let before = calls.get(..place).and_then(|before| precursor(before, call));
        one(tracer, (place, call), before, ids, spans);
    }
}

fn one<'a, 'h: 'a>(
    tracer: &Tracer<'h>,
    (place, call): (usize, &'a Call),
    before: Option<usize>,
    ids: Ids,
    spans: &mut Vec<Span<'a>>,
) {
    let start = tracer.wall(call.sent);
    let wrong = failure(call);
    spans.push(Span {
        id: ids.call(place),
        parent: Some(ids.own()),
        precursor: before.map(|before| ids.call(before)),
        link: None,
        role: Role::Call,
        name: name(tracer, call),
        start,
        end: tracer.wall(call.done).max(start),
        attributes: attributes(tracer, call),
        events: wrong.iter().map(|wrong| exception(tracer, call, wrong)).collect(),
        failure: wrong,
    });
    for number in 0..call.attempts.len() {
        spans.extend(attempt::span(tracer, (place, call), number, ids));
    }
    spans.extend(content(call).map(|(first, last)| Span {
        id: ids.content(place),
        parent: Some(ids.call(place)),
        precursor: None,
        link: None,
        role: Role::Content,
        name: "content".into(),
        start: tracer.wall(first),
        end: tracer.wall(last),
        attributes: vec![(key::CONTENT_EVENTS, key::count(call.gaps_us.len() as u64 + 1))],
        events: Vec::new(),
        failure: None,
    }));
}

/// The times of the first and the last content, where a stream brought any.
pub(super) fn content(call: &Call) -> Option<(Nanos, Nanos)> {
    let first = call.first_content?;
    Some((first, call.last_content.unwrap_or(first).max(first)))
}

/// The place of the call that this one was made because of, unless they raced.
fn precursor(before: &[Call], call: &Call) -> Option<usize> {
    let because = !matches!(call.reason, Reason::First | Reason::Hedge);
    let over = before.iter().rposition(|before| before.done.max(before.sent) <= call.sent);
    over.filter(|_| because)
}

/// `chat anthropic.claude-3-sonnet-20240229-v1:0`, by the GenAI conventions.
fn name<'a, 'h: 'a>(tracer: &Tracer<'h>, call: &'a Call) -> Cow<'a, str> {
    format!("{} {}", key::CHAT, model_id(tracer, call)).into()
}

pub(super) fn model_id<'a, 'h: 'a>(tracer: &Tracer<'h>, call: &'a Call) -> &'a str {
    tracer.model(&call.model).map_or(&*call.model, |model| &*model.id)
}

fn attributes<'a, 'h: 'a>(tracer: &Tracer<'h>, call: &'a Call) -> Vec<(&'static str, Value<'a>)> {
    let mut attributes = vec![
        (key::GEN_AI_OPERATION, Value::from(key::CHAT)),
        (key::GEN_AI_PROVIDER, Value::from(key::PROVIDER)),
        (key::GEN_AI_MODEL, Value::from(model_id(tracer, call))),
        (key::CLOUD_REGION, Value::from(&*call.region)),
    ];
    if tracer.run.real_aws {
        attributes.push((key::SERVER_ADDRESS, Value::Text(attempt::host(&call.region).into())));
    }
    if call.operation.streams() {
        attributes.push((key::GEN_AI_STREAM, Value::Flag(true)));
    }
    if let Some((first, _)) = content(call) {
        attributes.push((key::GEN_AI_FIRST_CHUNK, Value::Float(first.since(call.sent).as_secs_f64())));
    }
    if !call.tokens.is_none() {
        attributes.push((key::GEN_AI_INPUT, key::count(call.tokens.input)));
        attributes.push((key::GEN_AI_OUTPUT, key::count(call.tokens.output)));
    }
    if call.tokens_estimated {
        attributes.push((key::ESTIMATED, Value::Flag(true)));
    }
    if !call.reason.is_first() {
        attributes.push((key::REASON, Value::from(reason(call.reason))));
    }
    match &call.end {
        CallEnd::Answered { stop_reason } => {
            attributes.push((key::GEN_AI_FINISH, Value::Texts(vec![Cow::Borrowed(stop_reason)])));
        }
        CallEnd::Failed(failure) => {
            let code = failure.code.as_deref().unwrap_or(failure.class.name());
            attributes.push((key::ERROR_TYPE, Value::from(code)));
            if failure.retry_refused {
                attributes.push((key::RETRY_REFUSED, Value::Flag(true)));
            }
        }
        CallEnd::Cancelled => attributes.push((key::ERROR_TYPE, Value::from("cancelled"))),
    }
    attributes
}

/// The error that a call ended with. One that was given up for another has none.
pub(super) fn failure(call: &Call) -> Option<Wrong<'_>> {
    let CallEnd::Failed(failure) = &call.end else { return None };
    Some(Wrong {
        kind: failure.code.as_deref().unwrap_or(failure.class.name()).into(),
        message: failure.message.as_str().into(),
        blame: blame(failure.class),
        from: None,
    })
}

fn blame(class: FailureClass) -> Blame {
    match class {
        FailureClass::Throttled => Blame::Quota,
        FailureClass::Rejected | FailureClass::Denied | FailureClass::Unsendable => Blame::Caller,
        FailureClass::Unavailable
        | FailureClass::ServerError
        | FailureClass::Timeout
        | FailureClass::Connection
        | FailureClass::StreamBroken
        | FailureClass::StreamIncomplete
        | FailureClass::Unparsable => Blame::Service,
    }
}

fn exception<'a>(tracer: &Tracer<'_>, call: &Call, wrong: &Wrong<'a>) -> Event<'a> {
    Event {
        at: tracer.wall(call.done),
        name: key::EXCEPTION,
        attributes: vec![
            (key::EXCEPTION_TYPE, Value::Text(wrong.kind.clone())),
            (key::EXCEPTION_MESSAGE, Value::Text(wrong.message.clone())),
        ],
    }
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::First => "first",
        Reason::Failover => "failover",
        Reason::Fallback => "fallback",
        Reason::Restart => "restart",
        Reason::Retry => "retry",
        Reason::Hedge => "hedge",
    }
}
