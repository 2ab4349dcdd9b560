//! How a request ended, where calls may race and there may be none.
//!
//! The last call is not always the answer: a hedge runs beside the first call, and whichever answers first
//! ends the other. A gateway may give its caller up while the client still tries. And a request that was
//! shed, or refused by a gateway, has no call at all. Every reader that needs to know asks here.

use crate::header::Header;
use crate::job::{Job, JobEnd};
use crate::record::{Call, CallEnd, Deed, Failure, Name, Outcome, Reason, Record};
use crate::summary::{Cause, Refusal};
use crate::units::Nanos;

/// Where the request stands in time: when it was due, or, of a job, when a worker first received it. A batch is due all
/// at once, and what befalls its jobs befalls them when they are worked on.
pub(crate) fn taken_up_at(record: &Record) -> Nanos {
    let received = record.job.as_ref().and_then(|job| job.deliveries.first());
    received.map_or(record.due, |delivery| delivery.received)
}

/// Where its latency stands in time: when it was due, or, of a job, when it was done. So the wait for workers shows as a
/// slope and its end.
pub(crate) fn felt_at(record: &Record) -> Nanos {
    if record.job.is_some() { record.done } else { record.due }
}

/// The call whose answer the caller got.
pub(crate) fn answer(record: &Record) -> Option<&Call> {
    record.answer().filter(|_| record.outcome.answered())
}

/// The call that decided the request: the answer, or else the one that was over last.
pub(crate) fn deciding(record: &Record) -> Option<&Call> {
    answer(record).or_else(|| record.calls.iter().max_by_key(|call| call.done))
}

/// How it ended. A hedge may ask elsewhere without anything having failed: what it answered did not fall
/// back, but was answered at the first try, or retried where something had failed before.
pub(crate) fn outcome(record: &Record) -> Outcome {
    match answer(record) {
        Some(answer) if record.outcome == Outcome::FellBack && moved_by(record).is_none() => {
            let failed = record.calls.iter().any(|call| matches!(call.end, CallEnd::Failed(_)));
            match answer.reason {
                Reason::Hedge if failed || answer.attempts.len() > 1 => Outcome::Retried,
                Reason::Hedge => Outcome::FirstTry,
                _ => record.outcome,
            }
        }
        _ => record.outcome,
    }
}

/// What took the request to where it was answered: a failover or a fallback; none where it stayed. A
/// restart, a hedge or a state machine's retry moves nothing by itself.
pub(crate) fn moved_by(record: &Record) -> Option<Reason> {
    let answer = answer(record)?;
    let upto = record.calls.iter().position(|call| std::ptr::eq(call, answer))?;
    let moves = record.calls.iter().take(upto + 1).map(|call| call.reason);
    moves.rev().find(|reason| matches!(reason, Reason::Failover | Reason::Fallback))
}

/// The calls whose answer, if there was any, did not reach the caller.
pub(crate) fn wasted(record: &Record) -> impl Iterator<Item = &Call> {
    let kept = answer(record);
    record.calls.iter().filter(move |call| !kept.is_some_and(|kept| std::ptr::eq(kept, *call)))
}

/// Whether a second call ran beside the first.
pub(crate) fn is_hedged(record: &Record) -> bool {
    record.calls.iter().any(|call| call.reason == Reason::Hedge)
        || record.decisions.iter().any(|decision| decision.deed == Deed::Hedged)
}

/// Whether the answer came from a call that was made for this reason.
pub(crate) fn is_answered_by(record: &Record, reason: Reason) -> bool {
    answer(record).is_some_and(|answer| answer.reason == reason)
}

/// The model that was asked for: the one that routing chose, or else the flow's own.
pub(crate) fn asked<'a>(record: &'a Record, header: &'a Header) -> Option<&'a Name> {
    let flow = || header.flows.iter().find(|flow| flow.name == record.flow).map(|flow| &flow.model);
    record.routed.as_ref().or_else(flow)
}

/// Whether another model answered than the one asked for.
pub(crate) fn is_degraded(record: &Record, header: &Header) -> bool {
    match (answer(record), asked(record, header)) {
        (Some(answer), Some(asked)) => answer.model != *asked,
        _ => false,
    }
}

/// The last failure of a call.
pub(crate) fn failure(record: &Record) -> Option<&Failure> {
    let failures = record.calls.iter().filter_map(|call| match &call.end {
        CallEnd::Failed(failure) => Some((call.done, failure)),
        CallEnd::Answered { .. } | CallEnd::Cancelled => None,
    });
    failures.max_by_key(|(done, _)| *done).map(|(_, failure)| failure)
}

/// Why a job has no result, where that is not for want of an answer.
fn gone(job: &Job) -> Option<(Cause, String)> {
    let (refusal, told) = match job.end {
        JobEnd::Completed | JobEnd::Failed => return None,
        JobEnd::DeadLettered => {
            let receives = job.deliveries.len();
            (Refusal::DeadLettered, format!("moved to the dead-letter queue after {receives} receives"))
        }
        JobEnd::Lost => (Refusal::Lost, "no queue holds it, and nothing is stored".to_owned()),
        JobEnd::Unfinished => (Refusal::Unfinished, "the queue still held it".to_owned()),
        JobEnd::NotEnqueued => (Refusal::NotEnqueued, "the queue never took it".to_owned()),
    };
    Some((Cause::Refusal(refusal), told))
}

/// Why nothing answered, and what the caller was told. Untrusted text.
pub(crate) fn cause(record: &Record) -> (Cause, String) {
    let refused = record.decisions.iter().rev().find_map(|decision| match &decision.deed {
        Deed::GatewayRefused { status, code } => Some((Refusal::GatewayRefused, format!("{status} {code}"))),
        Deed::GatewayTimedOut => Some((Refusal::GatewayTimedOut, "504 from the gateway".to_owned())),
        Deed::Shed => Some((Refusal::Shed, "turned away by the client's own rate limit".to_owned())),
        _ => None,
    });
    if let Some((refusal, told)) = refused {
        return (Cause::Refusal(refusal), told);
    }
    if let Some(cause) = record.job.as_ref().and_then(|job| gone(job)) {
        return cause;
    }
    if let Some(failure) = failure(record) {
        return (Cause::Call(failure.class), failure.message.clone());
    }
    let shut = record.decisions.iter().rev().find_map(|decision| match &decision.deed {
        Deed::BreakerRefused { model, region } => {
            Some(format!("the breaker of {model} in {region} was open"))
        }
        _ => None,
    });
    match shut {
        Some(told) => (Cause::Refusal(Refusal::BreakerOpen), told),
        None => (Cause::Refusal(Refusal::NotSent), "no call was made".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Decision, FailureClass};
    use crate::testing::{answered, failed, header, hedged, retried};
    use crate::units::Nanos;

    fn at(secs: u64) -> Nanos {
        Nanos::from_secs(secs)
    }

    #[test]
    fn the_answer_of_a_race_may_stand_before_the_call_that_was_given_up() {
        for second_wins in [false, true] {
            let record = hedged(0, at(20), second_wins);
            let reason = if second_wins { Reason::Hedge } else { Reason::First };
            assert_eq!(answer(&record).map(|call| call.reason), Some(reason));
            assert_eq!(deciding(&record).map(|call| call.reason), Some(reason));
            assert_eq!(wasted(&record).count(), 1);
            assert_eq!(outcome(&record), Outcome::FirstTry);
        }
    }

    #[test]
    fn a_hedge_elsewhere_is_no_fallback() {
        let record = Record { outcome: Outcome::FellBack, ..hedged(0, at(20), true) };
        assert_eq!(outcome(&record), Outcome::FirstTry);
        let mut after_failover = record;
        after_failover.calls[0].reason = Reason::Failover;
        assert_eq!(outcome(&after_failover), Outcome::FellBack);
    }

    #[test]
    fn a_restart_stays_where_the_request_had_gone() {
        let mut record = Record { outcome: Outcome::FellBack, ..retried(0, at(20)) };
        record.calls.insert(0, failed(0, at(10)).calls.remove(0));
        let restart = record.calls[1].clone();
        record.calls[1].reason = Reason::Failover;
        record.calls[1].end = failed(0, at(10)).calls.remove(0).end;
        record.calls.push(Call { reason: Reason::Restart, ..restart });
        assert_eq!((outcome(&record), moved_by(&record)), (Outcome::FellBack, Some(Reason::Failover)));
    }

    #[test]
    fn an_answer_that_the_gateway_did_not_wait_for_is_none() {
        let mut record = answered(0, at(20));
        record.outcome = Outcome::Failed;
        record.decisions.push(Decision { at: at(49), deed: Deed::GatewayTimedOut });
        assert_eq!((answer(&record), wasted(&record).count()), (None, 1));
        assert_eq!(cause(&record).0, Cause::Refusal(Refusal::GatewayTimedOut));
    }

    #[test]
    fn a_request_without_calls_has_a_cause() {
        let refused = Deed::BreakerRefused { model: "sonnet".into(), region: "us-east-1".into() };
        let table = [
            (vec![Deed::Shed], Cause::Refusal(Refusal::Shed)),
            (vec![refused], Cause::Refusal(Refusal::BreakerOpen)),
            (Vec::new(), Cause::Refusal(Refusal::NotSent)),
        ];
        for (deeds, expected) in table {
            let mut record = failed(0, at(20));
            record.calls.clear();
            record.decisions = deeds.into_iter().map(|deed| Decision { at: at(20), deed }).collect();
            assert_eq!(cause(&record).0, expected);
            assert!(deciding(&record).is_none());
        }
        assert_eq!(cause(&failed(0, at(20))).0, Cause::Call(FailureClass::Throttled));
    }

    #[test]
    fn what_routing_chose_is_what_was_asked_for() {
        let mut record = answered(0, at(20));
        assert!(!is_degraded(&record, &header()));
        record.calls[0].model = "haiku".into();
        assert!(is_degraded(&record, &header()));
        record.routed = Some("haiku".into());
        assert!(!is_degraded(&record, &header()));
    }
}
