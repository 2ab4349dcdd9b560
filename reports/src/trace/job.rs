//! A job: who sent it, how long it waited, and each delivery with the calls made for it.
//!
//! A delivery hangs below the span that sent the job, since that is what `AWSTraceHeader` tells a worker, and names it in a link
//! besides, as the messaging conventions ask of a consumer. One that comes after its job was settled is a tree of its own in the
//! same trace.

use std::borrow::Cow;

use super::convention as key;
use super::ids::{Ids, SpanId};
use super::span::{Blame, Event, Role, Span, Value, Wrong};
use super::tracer::Tracer;
use super::{attempt, call};
use crate::job::{Claim, Delivery, DeliveryEnd, Job, JobEnd, Stray};
use crate::record::{Call, Name, Record};
use crate::units::Nanos;

/// Adds all that a job has beside its own span.
pub(super) fn spans<'a, 'h: 'a>(
    tracer: &Tracer<'h>,
    record: &'a Record,
    job: &'a Job,
    ids: Ids,
    spans: &mut Vec<Span<'a>>,
) {
    spans.push(sent(tracer, record, job, ids));
    spans.extend(waited(tracer, record, job, ids));
    for (place, (delivery, calls)) in shares(&job.deliveries, &record.calls).enumerate() {
        let over = |before: &&Delivery| before.over <= delivery.received;
        let before = job.deliveries.get(..place).and_then(|before| before.iter().rfind(over));
        let span = Span {
            precursor: before.map(|before| ids.within(before.number).own()),
            ..delivered(tracer, (&record.flow, &job.name), delivery, calls, ids)
        };
        spans.push(span);
        call::all(tracer, calls, ids.within(delivery.number), spans);
    }
}

/// The spans of a delivery that came after its job was settled.
pub(super) fn stray_spans<'a, 'h: 'a>(tracer: &Tracer<'h>, stray: &'a Stray, ids: Ids) -> Vec<Span<'a>> {
    let mut span = delivered(tracer, (&stray.flow, &stray.job), &stray.delivery, &stray.calls, ids);
    span.attributes.extend([
        (key::SCENARIO, Value::from(&*tracer.run.scenario)),
        (key::FLOW, Value::from(&*stray.flow)),
        (key::STAGE, Value::from(&*stray.stage)),
        (key::REQUEST, key::count(stray.request)),
        (key::SEED, key::count(tracer.run.seed)),
    ]);
    let mut spans = vec![span];
    call::all(tracer, &stray.calls, ids.within(stray.delivery.number), &mut spans);
    spans
}

/// How many spans a job has beside its own and its calls'.
pub(super) fn count(job: &Job) -> usize {
    1 + usize::from(job.queue_wait().is_some()) + job.deliveries.len()
}

/// The id of a call of a job, by its place among all calls of the record.
pub(super) fn call_id(job: &Job, ids: Ids, place: usize) -> Option<SpanId> {
    let mut left = place;
    for delivery in &job.deliveries {
        let calls = delivery.calls as usize;
        if left < calls {
            return Some(ids.within(delivery.number).call(left));
        }
        left -= calls;
    }
    None
}

/// Each delivery with its share of the calls, which stand in the order of the deliveries.
fn shares<'a>(
    deliveries: &'a [Delivery],
    calls: &'a [Call],
) -> impl Iterator<Item = (&'a Delivery, &'a [Call])> {
    let mut from = 0;
    deliveries.iter().map(move |delivery| {
        let upto = (from + delivery.calls as usize).min(calls.len());
        let share = calls.get(from..upto).unwrap_or_default();
        from = upto;
        (delivery, share)
    })
}

fn sent<'a>(tracer: &Tracer<'_>, record: &'a Record, job: &Job, ids: Ids) -> Span<'a> {
    let start = tracer.wall(record.sent);
    let refused = job.enqueued.is_none() && job.end == JobEnd::NotEnqueued;
    let end = job.enqueued.unwrap_or(if refused { record.done } else { record.sent });
    let mut attributes = messaging(&record.flow, key::SEND);
    attributes.extend([
        (key::RPC_SYSTEM, Value::from(key::AWS_API)),
        (key::RPC_SERVICE, Value::from(key::QUEUE_SERVICE)),
        (key::RPC_METHOD, Value::from(key::SEND_MESSAGES)),
    ]);
    Span {
        id: ids.send(),
        parent: Some(ids.request()),
        precursor: None,
        link: None,
        role: Role::Send,
        name: format!("{} {}", key::SEND, record.flow).into(),
        start,
        end: tracer.wall(end).max(start),
        attributes,
        events: Vec::new(),
        failure: refused.then(|| own("not_enqueued", "the queue did not take it")),
    }
}

fn waited<'a>(tracer: &Tracer<'_>, record: &'a Record, job: &Job, ids: Ids) -> Option<Span<'a>> {
    let (from, to) = (job.enqueued?.max(record.sent), job.deliveries.first()?.received);
    Some(Span {
        id: ids.wait(),
        parent: Some(ids.request()),
        precursor: Some(ids.send()),
        link: None,
        role: Role::Wait,
        name: format!("wait {}", record.flow).into(),
        start: tracer.wall(from),
        // A worker may have it before its producer knows that the queue took it.
        end: tracer.wall(to.max(from)),
        attributes: Vec::new(),
        events: Vec::new(),
        failure: None,
    })
}

fn delivered<'a>(
    tracer: &Tracer<'_>,
    (flow, job): (&'a Name, &'a Name),
    delivery: &'a Delivery,
    calls: &'a [Call],
    ids: Ids,
) -> Span<'a> {
    let start = tracer.wall(delivery.received);
    let mut attributes = messaging(flow, key::PROCESS);
    attributes.extend([
        (key::JOB, Value::from(&**job)),
        (key::RECEIVE, Value::Int(delivery.receive.into())),
        (key::WORKER, Value::Int(delivery.worker.into())),
        (key::CLAIM, Value::from(delivery.claim.name())),
        (key::SETTLED, Value::from(settled(&delivery.end))),
    ]);
    if let DeliveryEnd::Killed { fault, .. } = &delivery.end {
        attributes.push((key::FAULT, Value::from(&**fault)));
    }
    let within = ids.within(delivery.number);
    Span {
        id: within.own(),
        parent: Some(ids.send()),
        precursor: None,
        link: Some(ids.send()),
        role: Role::Delivery,
        name: format!("{} {flow}", key::PROCESS).into(),
        start,
        end: tracer.wall(delivery.over).max(start),
        attributes,
        events: delivery.stored.map(|at| stored(tracer, at)).into_iter().collect(),
        failure: failure(delivery, calls, within),
    }
}

fn stored(tracer: &Tracer<'_>, at: Nanos) -> Event<'static> {
    Event { at: tracer.wall(at), name: "result stored", attributes: Vec::new() }
}

/// What went wrong with a delivery. One that found nothing to do is none.
fn failure<'a>(delivery: &'a Delivery, calls: &'a [Call], ids: Ids) -> Option<Wrong<'a>> {
    match &delivery.end {
        DeliveryEnd::Killed { fault, at } => {
            let message = format!("the worker died by `{fault}` when it had {}", at.name());
            return Some(Wrong { message: message.into(), ..own("worker_killed", "") });
        }
        DeliveryEnd::NotDeleted => return Some(own("not_deleted", "the message was not deleted")),
        DeliveryEnd::Abandoned => return Some(own("abandoned", "the run ended before it")),
        DeliveryEnd::Deleted | DeliveryEnd::Left | DeliveryEnd::Released => {}
    }
    if delivery.stored.is_some() || delivery.claim.is_no_op() {
        return None;
    }
    if delivery.claim == Claim::Unanswered {
        return Some(own("store_unanswered", "the job store did not answer"));
    }
    let passed_on = calls.len().checked_sub(1).and_then(|last| {
        let wrong = call::failure(calls.get(last)?)?;
        Some(Wrong { from: Some(ids.call(last)), ..wrong })
    });
    Some(passed_on.unwrap_or_else(|| own("not_stored", "no result was stored")))
}

fn own(kind: &'static str, message: &'static str) -> Wrong<'static> {
    Wrong { kind: Cow::Borrowed(kind), message: Cow::Borrowed(message), blame: Blame::Service, from: None }
}

fn messaging<'a>(flow: &'a Name, operation: &'static str) -> Vec<(&'static str, Value<'a>)> {
    vec![
        (key::MESSAGING_SYSTEM, Value::from(key::SQS)),
        (key::MESSAGING_OPERATION, Value::from(operation)),
        (key::MESSAGING_TYPE, Value::from(operation)),
        (key::MESSAGING_DESTINATION, Value::from(&**flow)),
    ]
}

fn settled(end: &DeliveryEnd) -> &'static str {
    match end {
        DeliveryEnd::Deleted => "deleted",
        DeliveryEnd::Left => "left",
        DeliveryEnd::Released => "released",
        DeliveryEnd::NotDeleted => "not_deleted",
        DeliveryEnd::Killed { .. } => "killed",
        DeliveryEnd::Abandoned => "abandoned",
    }
}

/// How long a job was hidden between two receives stands as the gap between its deliveries; this is how long it waited at first.
pub(super) fn queue_wait_ms(job: &Job) -> Option<Value<'static>> {
    Some(attempt::millis(job.queue_wait()?))
}
