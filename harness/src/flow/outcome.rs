//! How a request ended, from its calls.

use bedload_reports::record::{Call, CallEnd, Outcome, Reason};

/// How a request ended, by what took it to the call that answered.
///
/// A failover or a fallback moved it, whatever the reason of the last call. A second call that only raced the first is no
/// trouble, wherever it went: answered at its first attempt, with nothing failed before, the request was answered at
/// the first try.
pub(super) fn outcome(calls: &[Call]) -> Outcome {
    let is_answered = |call: &Call| matches!(call.end, CallEnd::Answered { .. });
    let Some(place) = calls.iter().rposition(is_answered) else { return Outcome::Failed };
    let (before, answer) = (&calls[..place], &calls[place]);
    let moves = |call: &Call| matches!(call.reason, Reason::Failover | Reason::Fallback);
    let failed = |call: &Call| call.reason != Reason::Hedge && matches!(call.end, CallEnd::Failed(_));
    if moves(answer) || before.iter().any(moves) {
        Outcome::FellBack
    } else if calls.iter().any(failed) || answer.attempts.len() > 1 {
        Outcome::Retried
    } else {
        Outcome::FirstTry
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
            polls: 0,
        }
    }

    #[test]
    fn what_led_to_the_answer_decides() {
        let first = |attempts, end| call(Reason::First, "east", attempts, end);
        let hedge = |region: &str, attempts, end| call(Reason::Hedge, region, attempts, end);
        let then = |reason, region: &str| call(reason, region, 1, answered());
        let given_up = || first(1, CallEnd::Cancelled);
        let failover = || call(Reason::Failover, "west", 1, failed());
        let cases = [
            (vec![], Outcome::Failed),
            (vec![first(1, answered())], Outcome::FirstTry),
            (vec![first(2, answered())], Outcome::Retried),
            (vec![first(3, failed())], Outcome::Failed),
            (vec![first(1, failed()), then(Reason::Restart, "east")], Outcome::Retried),
            (vec![first(1, failed()), then(Reason::Retry, "east")], Outcome::Retried),
            (vec![first(1, failed()), then(Reason::Failover, "west")], Outcome::FellBack),
            (vec![first(1, failed()), failover(), then(Reason::Restart, "west")], Outcome::FellBack),
            (vec![then(Reason::Failover, "west")], Outcome::FellBack),
            (vec![given_up(), hedge("east", 1, answered())], Outcome::FirstTry),
            (vec![given_up(), hedge("east", 2, answered())], Outcome::Retried),
            (vec![given_up(), hedge("west", 1, answered())], Outcome::FirstTry),
            (vec![first(1, failed()), hedge("east", 1, answered())], Outcome::Retried),
            (vec![first(1, answered()), hedge("west", 1, CallEnd::Cancelled)], Outcome::FirstTry),
            (vec![first(1, answered()), hedge("west", 1, failed())], Outcome::FirstTry),
            (vec![first(1, failed()), hedge("west", 1, CallEnd::Cancelled)], Outcome::Failed),
        ];
        for (calls, expected) in cases {
            let told: Vec<_> = calls.iter().map(|call| (call.reason, &*call.region, &call.end)).collect();
            assert_eq!(outcome(&calls), expected, "{told:?}");
        }
    }
}
