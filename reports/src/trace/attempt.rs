//! An attempt: one HTTP exchange, the only level that says `rpc.system`.

use super::call::model_id;
use super::convention as key;
use super::ids::Ids;
use super::span::{Blame, Role, Span, Value, Wrong};
use super::tracer::Tracer;
use crate::record::{Attempt, Call, CallEnd, Operation};
use crate::units::Nanos;

/// The span of the attempt with this number, counted from 0.
pub(super) fn span<'a, 'h: 'a>(
    tracer: &Tracer<'h>,
    (place, call): (usize, &'a Call),
    number: usize,
    ids: Ids,
) -> Option<Span<'a>> {
    let attempt = call.attempts.get(number)?;
    let start = tracer.wall(attempt.sent);
    let over = |before: &usize| call.attempts.get(*before).is_some_and(|before| before.done <= attempt.sent);
    Some(Span {
        id: ids.attempt(place, number),
        parent: Some(ids.call(place)),
        precursor: number.checked_sub(1).filter(over).map(|before| ids.attempt(place, before)),
        link: None,
        role: Role::Attempt,
        name: format!("POST {}", template(call.operation)).into(),
        start,
        end: tracer.wall(attempt.done).max(start),
        attributes: attributes(tracer, call, attempt),
        events: Vec::new(),
        failure: failure(attempt).filter(|_| !given_up(call, attempt)),
    })
}

fn attributes<'a, 'h: 'a>(
    tracer: &Tracer<'h>,
    call: &'a Call,
    attempt: &'a Attempt,
) -> Vec<(&'static str, Value<'a>)> {
    let mut attributes = vec![
        (key::RPC_SYSTEM, Value::from(key::AWS_API)),
        (key::RPC_SERVICE, Value::from(key::SERVICE)),
        (key::RPC_METHOD, Value::from(call.operation.aws_name())),
        (key::HTTP_METHOD, Value::from("POST")),
        (key::URL_TEMPLATE, Value::from(template(call.operation))),
        (key::CLOUD_REGION, Value::from(&*call.region)),
        (key::AWS_REGION, Value::from(&*call.region)),
    ];
    if tracer.run.real_aws {
        let host = host(&call.region);
        let path = template(call.operation).replace("{modelId}", &encoded(model_id(tracer, call)));
        attributes.push((key::URL_FULL, Value::Text(format!("https://{host}{path}").into())));
        attributes.push((key::SERVER_ADDRESS, Value::Text(host.into())));
    }
    if let Some(status) = attempt.status {
        attributes.push((key::HTTP_STATUS, Value::Int(status.into())));
    }
    if attempt.number > 1 {
        attributes.push((key::HTTP_RESEND, Value::Int(i64::from(attempt.number) - 1)));
    }
    if attempt.backoff > Nanos::ZERO {
        attributes.push((key::BACKOFF_MS, millis(attempt.backoff)));
    }
    if let Some(id) = &attempt.request_id {
        attributes.push((key::AWS_REQUEST_ID, Value::from(&**id)));
    }
    if let Some(error) = &attempt.error {
        attributes.push((key::ERROR_TYPE, Value::from(&**error)));
    }
    if let Some(fault) = &attempt.fault {
        attributes.push((key::FAULT, Value::from(&**fault)));
    }
    attributes
}

/// What went wrong: the status says whose it is, and without an answer nobody but the service is left.
fn failure(attempt: &Attempt) -> Option<Wrong<'_>> {
    let refused = attempt.status.filter(|status| *status >= 400);
    let error = attempt.error.as_deref();
    if refused.is_none() && error.is_none() {
        return None;
    }
    let blame = match refused {
        _ if attempt.throttled() => Blame::Quota,
        Some(status) => Blame::of_status(status),
        None => Blame::Service,
    };
    let kind = error.unwrap_or("HTTP");
    let message = refused.map_or_else(|| kind.to_owned(), |status| format!("{status} {kind}"));
    Some(Wrong { kind: kind.into(), message: message.into(), blame, from: None })
}

/// Whether the attempt was under way when another call of the request was faster: nobody failed.
fn given_up(call: &Call, attempt: &Attempt) -> bool {
    call.end == CallEnd::Cancelled && attempt.status.is_none() && attempt.done >= call.done
}

/// Milliseconds with their fraction.
pub(super) fn millis(time: Nanos) -> Value<'static> {
    Value::Float(time.as_micros() as f64 / 1000.0)
}

/// Where a region's models are reached (Bedrock's endpoints and quotas page).
pub(super) fn host(region: &str) -> String {
    format!("bedrock-runtime.{region}.amazonaws.com")
}

/// The path of an operation (Bedrock's API reference).
fn template(operation: Operation) -> &'static str {
    match operation {
        Operation::Converse => "/model/{modelId}/converse",
        Operation::ConverseStream => "/model/{modelId}/converse-stream",
        Operation::Invoke => "/model/{modelId}/invoke",
        Operation::InvokeStream => "/model/{modelId}/invoke-with-response-stream",
        Operation::AsyncInvoke => "/async-invoke",
    }
}

/// Percent-encoded as a part of a path.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut path, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                path.push(char::from(byte));
            }
            _ => path.push_str(&format!("%{byte:02X}")),
        }
        path
    })
}
