//! A record log made from a ledger: what a client that is not ours did, told as if it had kept one.
//!
//! Every reader of a run works from its records, and a foreign client keeps none. The ledger knows nearly
//! as much: each call of its SDK becomes a request here, due when its first attempt arrived. What no server
//! can see is left out: what the caller did before, what it read of a stream, and why it asked again.

use crate::exchange::Exchange;
use crate::header::{Flow, Header, Model};
use crate::judge::calls::{self, Attempt, Call};
use crate::judge::fate::Fate;
use crate::judge::finding::Class;
use crate::record::{self, CallEnd, Failure, FailureClass, Name, Operation, Outcome, Reason, Record, Tokens};
use crate::units::Nanos;

/// The flow of requests that are none of the scenario's.
pub const OTHER: &str = "other";
/// The stop reason of an answer, which the ledger does not keep.
const UNTOLD: &str = "untold";
/// The error word of an attempt that the caller gave up.
const LEFT: &str = "caller went away";
/// The error word of an attempt whose connection was cut.
const CUT: &str = "connection cut";

/// The requests that a ledger tells of, in the order in which they were over.
pub fn records(exchanges: &[Exchange], header: &Header) -> Vec<Record> {
    let grouped = calls::calls(exchanges, &Default::default());
    let mut calls: Vec<&Call<'_>> = grouped.clients.iter().flat_map(|client| &client.calls).collect();
    calls.sort_by_key(|call| (call.begin(), call.first().exchange.number));
    let told = calls.into_iter().filter(|call| operation(call).is_some()).zip(0..);
    let mut records: Vec<_> = told.map(|(call, id)| record(call, id, header)).collect();
    records.sort_by_key(|record| (record.done, record.id));
    records
}

fn record(call: &Call<'_>, id: u64, header: &Header) -> Record {
    let asked = asked(call, header);
    Record {
        id,
        flow: flow(call, &asked, header).map_or_else(|| OTHER.into(), |flow| flow.name.clone()),
        stage: stage(call.begin(), header),
        due: call.begin(),
        sent: call.begin(),
        done: call.end(),
        outcome: outcome(call),
        calls: vec![told(call, asked)],
        routed: None,
        decisions: Vec::new(),
        job: None,
    }
}

fn outcome(call: &Call<'_>) -> Outcome {
    match (call.last().fate, call.len()) {
        (Fate::Answered, 1) => Outcome::FirstTry,
        (Fate::Answered, _) => Outcome::Retried,
        _ => Outcome::Failed,
    }
}

fn told(call: &Call<'_>, model: Name) -> record::Call {
    let last = call.last().exchange;
    let mut before = None;
    let attempts = call
        .attempts()
        .map(|attempt| {
            let since = before.replace(attempt.exchange.done);
            self::attempt(attempt, since)
        })
        .collect();
    record::Call {
        reason: Reason::First,
        operation: operation(call).unwrap_or(Operation::Converse),
        model,
        region: last.region.clone().unwrap_or_default(),
        sent: call.begin(),
        first_byte: last.head.filter(|_| last.succeeded()),
        first_content: None,
        last_content: None,
        done: call.end(),
        end: end(call.last()),
        tokens: Tokens {
            input: last.input_tokens.unwrap_or_default().into(),
            output: last.output_tokens.unwrap_or_default().into(),
        },
        tokens_estimated: false,
        gaps_us: Vec::new(),
        attempts,
        polls: 0,
    }
}

fn attempt(attempt: &Attempt<'_>, before: Option<Nanos>) -> record::Attempt {
    let Exchange { at, done, status, ref error_type, ref request_id, ref fault, .. } = *attempt.exchange;
    record::Attempt {
        number: attempt.number,
        backoff: before.map_or(Nanos::ZERO, |before| at.since(before)),
        sent: at,
        done,
        status,
        error: (attempt.fate != Fate::Answered).then(|| match (error_type, attempt.fate) {
            (Some(code), _) => code.clone(),
            (None, Fate::Left) => LEFT.into(),
            (None, _) => status.map_or_else(|| CUT.into(), |status| format!("HTTP {status}").into()),
        }),
        request_id: request_id.clone(),
        fault: fault.clone(),
    }
}

fn end(last: &Attempt<'_>) -> CallEnd {
    let Some(class) = class(last) else {
        return CallEnd::Answered { stop_reason: UNTOLD.into() };
    };
    CallEnd::Failed(Failure {
        class,
        code: last.exchange.error_type.clone(),
        message: String::new(),
        retry_refused: false,
    })
}

/// What a failure means to a caller; none of an answer.
fn class(attempt: &Attempt<'_>) -> Option<FailureClass> {
    match (attempt.fate, attempt.exchange.status) {
        (Fate::Answered, _) => None,
        (Fate::Failed(Class::Throttling), _) => Some(FailureClass::Throttled),
        (Fate::Failed(Class::Transient), Some(503)) => Some(FailureClass::Unavailable),
        (Fate::Failed(Class::Transient), Some(_)) => Some(FailureClass::ServerError),
        (Fate::Failed(Class::Transient), None) => Some(FailureClass::Connection),
        (Fate::Broken, _) => Some(FailureClass::StreamBroken),
        (Fate::Left, _) | (Fate::Refused, Some(408)) => Some(FailureClass::Timeout),
        (Fate::Refused, Some(401 | 403)) => Some(FailureClass::Denied),
        (Fate::Refused, Some(400..500)) if attempt.exchange.status != Some(424) => {
            Some(FailureClass::Rejected)
        }
        (Fate::Refused, _) => Some(FailureClass::ServerError),
    }
}

/// The operation that a call asked for, if it is one that runs a model.
fn operation(call: &Call<'_>) -> Option<Operation> {
    let name = call.first().exchange.operation.as_deref()?;
    Operation::ALL.into_iter().find(|operation| operation.aws_name() == name)
}

/// The scenario's name of the model that was asked; its id where the scenario has none.
fn asked(call: &Call<'_>, header: &Header) -> Name {
    let id = call.first().exchange.model.clone().unwrap_or_default();
    header.models.iter().find(|model| is(model, &id)).map_or(id, |model| model.name.clone())
}

/// A model's id may stand behind the geography of a profile, or at the end of an ARN.
fn is(model: &Model, asked: &str) -> bool {
    asked.strip_suffix(&*model.id).is_some_and(|before| before.is_empty() || before.ends_with(['.', '/']))
}

fn flow<'a>(call: &Call<'_>, model: &Name, header: &'a Header) -> Option<&'a Flow> {
    let operation = operation(call)?;
    header.flows.iter().find(|flow| flow.operation == operation && flow.model == *model)
}

/// The stage that a time lies in. What comes after the timeline belongs to its last stage.
fn stage(at: Nanos, header: &Header) -> Name {
    let stages = &header.stages;
    let stage = stages.iter().find(|stage| (stage.from..stage.to).contains(&at)).or(stages.last());
    stage.map(|stage| stage.name.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn exchange(number: u64, id: &str, attempt: u32, status: u16, model: &str) -> Exchange {
        Exchange {
            number,
            at: Nanos::from_secs(number),
            done: Nanos::from_secs(number).plus(Nanos::new(500)),
            operation: Some("ConverseStream".into()),
            model: Some(model.into()),
            region: Some("us-east-1".into()),
            invocation_id: Some(id.into()),
            attempt: Some(attempt),
            status: Some(status),
            error_type: (status >= 400).then(|| "ServiceUnavailableException".into()),
            ..Exchange::default()
        }
    }

    #[test]
    fn each_call_of_the_sdk_is_a_request_with_its_attempts() {
        let header = testing::header();
        let id = format!("us.{}", header.models[0].id);
        let exchanges = [
            exchange(0, "a", 1, 503, &id),
            exchange(1, "b", 1, 200, "acme.unknown"),
            exchange(3, "a", 2, 200, &id),
            exchange(4, "c", 1, 503, &id),
        ];
        let records = records(&exchanges, &header);
        let seen: Vec<_> = records.iter().map(|record| (record.id, &*record.flow, record.outcome)).collect();
        assert_eq!(
            seen,
            [(1, OTHER, Outcome::FirstTry), (0, "chat", Outcome::Retried), (2, "chat", Outcome::Failed)]
        );
        let retried = &records[1].calls[0];
        assert_eq!(retried.attempts[1].backoff, Nanos::from_secs(3).since(Nanos::new(500)));
        assert_eq!(records[2].failure().map(|failure| failure.class), Some(FailureClass::Unavailable));
        assert_eq!(&*records[0].calls[0].model, "acme.unknown");
    }

    #[test]
    fn a_call_that_runs_no_model_is_no_request() {
        let count = Exchange { operation: Some("CountTokens".into()), ..exchange(0, "a", 1, 200, "m") };
        assert_eq!(records(&[count], &testing::header()), []);
    }
}
