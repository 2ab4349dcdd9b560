//! Throttles by the quota of the day, which no wait of a client outlasts.
//!
//! They carry the same code as those by the quota of the minute, so that every SDK retries them: no fault of
//! the SDK, and no finding worse than a note. What helps is another model or region.

use super::answer::{Question, counted};
use super::calls::Client;
use super::context::Context;
use super::finding::{Answer, Severity};
use crate::header::FaultKind;

/// The advice, if throttles by the quota of the day were retried.
pub(super) fn advice(question: &Question, client: &Client<'_>, context: &Context) -> Option<Answer> {
    let faults: Vec<_> = context
        .faults
        .iter()
        .filter(|fault| fault.kind == FaultKind::DayQuota)
        .map(|fault| &fault.name)
        .collect();
    let pairs = client.calls.iter().flat_map(|call| call.pairs());
    let retried: Vec<u64> = pairs
        .filter(|(failed, _)| failed.exchange.throttled())
        .filter(|(failed, _)| failed.exchange.fault.as_ref().is_some_and(|fault| faults.contains(&fault)))
        .map(|(_, next)| next.exchange.number)
        .collect();
    if retried.is_empty() {
        return None;
    }
    let seen = format!(
        "{} by the quota of tokens a day, which is not back before tomorrow.",
        counted(retried.len(), "retry followed a throttle", "retries followed throttles")
    );
    let expected = "Every AWS SDK does this: the error has the code of any other throttle.".to_owned();
    let change =
        "Tell it by its message, \"Too many tokens per day\", and ask another model or region at once.";
    Some(question.found(Severity::Note, seen, expected).change(change).shown_by(retried))
}
