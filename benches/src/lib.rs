//! Benches for each cost that could bend a measurement; the code is in `benches/`.
//!
//! | bench | the cost |
//! | --- | --- |
//! | `pace` | deciding when the next request is due |
//! | `records` | writing a record, reading it back, folding it into figures, adding to a histogram |
//! | `page` | reading a scenario, rendering a report |
//! | `exchange` | a Converse call through the SDK in memory: bare, and with everything that bedload adds |
//! | `wire` | a Converse call of the wire client, as a share of the bare SDK's, in memory and over TCP |
//! | `mock` | a request to the mock over TCP, and how late its paced streams are |
//!
//! `cargo bench -p bedload-benches`. Figures are ratios within one run; no bench asserts a time.

use bedload_reports::record::{Attempt, Call, CallEnd, Operation, Outcome, Reason, Record, Tokens};
use bedload_reports::units::Nanos;

/// A request that the first attempt answered, after a time that differs from one to the next.
pub fn answered(id: u64, due: Nanos, flow: &str, stage: &str) -> Record {
    let done = due.plus(Nanos::new(900_000_000 + id % 1000 * 1_000_000));
    let attempt = Attempt {
        number: 1,
        backoff: Nanos::ZERO,
        sent: due,
        done,
        status: Some(200),
        error: None,
        request_id: Some("5f0c7f2e-9a3b-4c53-8d0e-1f2a3b4c5d6e".into()),
        fault: None,
    };
    let call = Call {
        reason: Reason::First,
        operation: Operation::Converse,
        model: "haiku".into(),
        region: "us-east-1".into(),
        sent: due,
        first_byte: Some(done),
        first_content: None,
        last_content: None,
        done,
        end: CallEnd::Answered { stop_reason: "end_turn".into() },
        tokens: Tokens { input: 200, output: 60 },
        tokens_estimated: false,
        gaps_us: Vec::new(),
        attempts: vec![attempt],
        polls: 0,
    };
    Record {
        id,
        flow: flow.into(),
        stage: stage.into(),
        due,
        sent: due,
        done,
        outcome: Outcome::FirstTry,
        calls: vec![call],
        routed: None,
        decisions: Vec::new(),
        job: None,
    }
}
