//! How a request ended, from its calls.

use bedload_reports::record::{Call, CallEnd, Outcome, Reason};

use crate::resilience::course::Destination;

/// How a request ended that was meant for `set_out`.
///
/// An answer from anywhere else has fallen back, whatever the reason of the call that brought it. One from there came at
/// the first try if no attempt went wrong before; a second call that only raced the first does not count as trouble.
pub(super) fn outcome(set_out: Option<&Destination>, calls: &[Call]) -> Outcome {
    let Some(answer) = calls.iter().rev().find(|call| matches!(call.end, CallEnd::Answered { .. })) else {
        return Outcome::Failed;
    };
    let is_there = |to: &Destination| to.model == answer.model && to.region == answer.region;
    let raced = matches!(answer.reason, Reason::First | Reason::Hedge);
    let failed_before = calls.iter().any(|call| matches!(call.end, CallEnd::Failed(_)));
    match set_out.is_some_and(is_there) {
        false => Outcome::FellBack,
        true if raced && !failed_before && answer.attempts.len() <= 1 => Outcome::FirstTry,
        true => Outcome::Retried,
    }
}

#[cfg(test)]
mod tests {
    use bedload_reports::record::{Attempt, Failure, FailureClass, Operation, Tokens};
    use bedload_reports::units::Nanos;

    use super::*;

    fn answered() -> CallEnd {
        CallEnd::Answered { stop_reason: "end_turn".into() }
    }

    fn failed() -> CallEnd {
        let class = FailureClass::Throttled;
        CallEnd::Failed(Failure { class, code: None, message: String::new(), retry_refused: false })
    }

    fn call(reason: Reason, region: &str, attempts: u32, end: CallEnd) -> Call {
        let attempt = |number| Attempt {
            number,
            backoff: Nanos::ZERO,
            sent: Nanos::ZERO,
            done: Nanos::ZERO,
            status: None,
            error: None,
            request_id: None,
            fault: None,
        };
        Call {
            reason,
            operation: Operation::Converse,
            model: "haiku".into(),
            region: region.into(),
            sent: Nanos::ZERO,
            first_byte: None,
            first_content: None,
            last_content: None,
            done: Nanos::ZERO,
            end,
            tokens: Tokens::default(),
            tokens_estimated: false,
            gaps_us: Vec::new(),
            attempts: (1..=attempts).map(attempt).collect(),
        }
    }

    #[test]
    fn the_call_that_answered_decides() {
        let there = || Destination { model: "haiku".into(), region: "east".into() };
        let first = |attempts, end| call(Reason::First, "east", attempts, end);
        let cases = [
            (vec![], Outcome::Failed),
            (vec![first(1, answered())], Outcome::FirstTry),
            (vec![first(2, answered())], Outcome::Retried),
            (vec![first(3, failed())], Outcome::Failed),
            (vec![first(1, failed()), call(Reason::Restart, "east", 1, answered())], Outcome::Retried),
            (vec![first(1, failed()), call(Reason::Retry, "east", 1, answered())], Outcome::Retried),
            (vec![first(1, failed()), call(Reason::Failover, "west", 1, answered())], Outcome::FellBack),
            (vec![call(Reason::Failover, "west", 1, answered())], Outcome::FellBack),
            (
                vec![first(1, CallEnd::Cancelled), call(Reason::Hedge, "east", 1, answered())],
                Outcome::FirstTry,
            ),
            (
                vec![first(1, CallEnd::Cancelled), call(Reason::Hedge, "east", 2, answered())],
                Outcome::Retried,
            ),
            (vec![first(1, failed()), call(Reason::Hedge, "east", 1, answered())], Outcome::Retried),
            (
                vec![first(1, CallEnd::Cancelled), call(Reason::Hedge, "west", 1, answered())],
                Outcome::FellBack,
            ),
            (
                vec![first(1, answered()), call(Reason::Hedge, "west", 1, CallEnd::Cancelled)],
                Outcome::FirstTry,
            ),
            (vec![first(1, failed()), call(Reason::Hedge, "west", 1, CallEnd::Cancelled)], Outcome::Failed),
        ];
        for (calls, expected) in cases {
            let told: Vec<_> = calls.iter().map(|call| (call.reason, &*call.region, &call.end)).collect();
            assert_eq!(outcome(Some(&there()), &calls), expected, "{told:?}");
        }
    }
}
