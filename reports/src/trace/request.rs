//! The root: what the caller wanted, from the time it was due to the time it was over.

use std::borrow::Cow;

use super::convention as key;
use super::event;
use super::ids::Ids;
use super::span::{Blame, Role, Span, Value, Wrong};
use super::tracer::Tracer;
use super::{attempt, call, job};
use crate::record::{CallEnd, Deed, Outcome, Record};
use crate::summary::{Cause, Refusal};
use crate::tally::decided;
use crate::units::Nanos;

pub(super) fn span<'a, 'h: 'a>(tracer: &Tracer<'h>, record: &'a Record, ids: Ids) -> Span<'a> {
    let start = tracer.wall(record.due);
    Span {
        id: ids.request(),
        parent: None,
        precursor: None,
        link: None,
        role: Role::Request,
        name: format!("{}/{}", tracer.run.scenario, record.flow).into(),
        start,
        end: tracer.wall(record.done).max(start),
        attributes: attributes(tracer, record),
        events: record.decisions.iter().map(|decision| event::of(tracer, decision)).collect(),
        failure: failure(record, ids),
    }
}

fn attributes<'a, 'h: 'a>(tracer: &Tracer<'h>, record: &'a Record) -> Vec<(&'static str, Value<'a>)> {
    let mut attributes = vec![
        (key::SCENARIO, Value::from(&*tracer.run.scenario)),
        (key::FLOW, Value::from(&*record.flow)),
        (key::STAGE, Value::from(&*record.stage)),
        (key::REQUEST, key::count(record.id)),
        (key::SEED, key::count(tracer.run.seed)),
        (key::OUTCOME, Value::from(word(decided::outcome(record)))),
    ];
    if let Some(call) = decided::deciding(record) {
        attributes.push((key::MODEL, Value::from(&*call.model)));
        attributes.push((key::REGION, Value::from(&*call.region)));
    }
    if let Some(fault) = record.attempts().find_map(|attempt| attempt.fault.as_deref()) {
        attributes.push((key::FAULT, Value::from(fault)));
    }
    if let Some(answer) = decided::answer(record).filter(|_| decided::is_degraded(record, tracer.run)) {
        attributes.push((key::FALLBACK, Value::from(&*answer.model)));
    }
    if let Some(of) = &record.job {
        attributes.push((key::JOB, Value::from(&*of.name)));
        attributes.extend(job::queue_wait_ms(of).map(|wait| (key::QUEUE_WAIT_MS, wait)));
    }
    if record.schedule_delay() > Nanos::ZERO {
        attributes.push((key::SCHEDULE_DELAY_MS, attempt::millis(record.schedule_delay())));
    }
    attributes
}

/// A request passes on the error of the call that decided it, unless a policy or a gateway ended it.
fn failure(record: &Record, ids: Ids) -> Option<Wrong<'_>> {
    if !matches!(record.outcome, Outcome::Failed | Outcome::Abandoned) {
        return None;
    }
    if record.outcome == Outcome::Abandoned {
        return Some(own("abandoned", "the run ended before it", Blame::Service));
    }
    match decided::cause(record) {
        (Cause::Call(_), _) => {
            let last = decided::failure(record)?;
            let is_last =
                |end: &CallEnd| matches!(end, CallEnd::Failed(failure) if std::ptr::eq(failure, last));
            let place = record.calls.iter().position(|call| is_last(&call.end))?;
            let wrong = call::failure(record.calls.get(place)?)?;
            let below =
                record.job.as_deref().map_or(Some(ids.call(place)), |of| job::call_id(of, ids, place));
            Some(Wrong { from: below, ..wrong })
        }
        (Cause::Refusal(refusal), message) => {
            let blame = blame(refusal, record);
            let kind = Cause::Refusal(refusal).name();
            Some(Wrong { kind: kind.into(), message: message.into(), blame, from: None })
        }
    }
}

fn own(kind: &'static str, message: &'static str, blame: Blame) -> Wrong<'static> {
    Wrong { kind: Cow::Borrowed(kind), message: Cow::Borrowed(message), blame, from: None }
}

fn blame(refusal: Refusal, record: &Record) -> Blame {
    let status = record.decisions.iter().find_map(|decision| match decision.deed {
        Deed::GatewayRefused { status, .. } => Some(status),
        _ => None,
    });
    match refusal {
        Refusal::GatewayRefused => status.map_or(Blame::Service, Blame::of_status),
        Refusal::Shed => Blame::Quota,
        Refusal::GatewayTimedOut
        | Refusal::BreakerOpen
        | Refusal::NotSent
        | Refusal::DeadLettered
        | Refusal::Lost
        | Refusal::Unfinished
        | Refusal::NotEnqueued => Blame::Service,
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::FirstTry => "first_try",
        Outcome::Retried => "retried",
        Outcome::FellBack => "fell_back",
        Outcome::Failed => "failed",
        Outcome::Abandoned => "abandoned",
    }
}
