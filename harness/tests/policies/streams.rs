//! Streams that break, stall or end too early after they had begun.

use bedload::resilience::policy::{Policy, StreamPolicy};
use bedload_mocks::faults::{EarlyEnd, ExceptionFrame, Fault, Kind, Stall, StallTime};
use bedload_reports::record::{CallEnd, Operation, Outcome};

use crate::support::{Bench, EAST, WEST, calls, policy};

/// Faults that break the first stream in mid-stream, each in its own way.
fn broken() -> Vec<(Kind, &'static str)> {
    let exception = ExceptionFrame::new("throttlingException", None, 4).unwrap();
    vec![
        (Kind::ExceptionFrame(exception), "stream broken"),
        (Kind::Stall(Stall { after: 4, lasts: StallTime::Forever }), "timeout"),
        (Kind::EarlyEnd(EarlyEnd { after: 4 }), "stream incomplete"),
    ]
}

fn bench(kind: Kind, stream: StreamPolicy) -> Bench {
    Bench {
        policy: Policy { stream, ..policy(&[EAST, WEST], &[]) },
        faults: vec![Fault::new("f", kind).first(1.try_into().unwrap())],
        ..Bench::plain(Operation::ConverseStream)
    }
}

#[test]
fn a_client_that_fails_asks_nobody_else() {
    for (kind, word) in broken() {
        let record = bench(kind, StreamPolicy::Fail).once();
        assert_eq!(calls(&record), [format!("First sonnet@us-east-1: {word}")]);
        assert_eq!(record.outcome, Outcome::Failed);
    }
}

#[test]
fn a_client_that_restarts_asks_the_same_destination_again() {
    for (kind, word) in broken() {
        let record = bench(kind, StreamPolicy::Restart { times: 1 }).once();
        let expected =
            [format!("First sonnet@us-east-1: {word}"), "Restart sonnet@us-east-1: answered".to_owned()];
        assert_eq!(calls(&record), expected);
        assert_eq!(record.outcome, Outcome::Retried);
    }
}

#[test]
fn a_client_that_falls_back_asks_the_next() {
    for (kind, word) in broken() {
        let record = bench(kind, StreamPolicy::FallBack).once();
        let expected =
            [format!("First sonnet@us-east-1: {word}"), "Failover sonnet@us-west-2: answered".to_owned()];
        assert_eq!(calls(&record), expected);
        assert_eq!(record.outcome, Outcome::FellBack);
    }
}

#[test]
fn restarts_come_to_an_end() {
    let (kind, _) = broken().remove(0);
    let mut bench = bench(kind.clone(), StreamPolicy::Restart { times: 2 });
    bench.faults = vec![Fault::new("f", kind)];
    let record = bench.once();
    assert_eq!(record.calls.len(), 3);
    assert_eq!(record.outcome, Outcome::Failed);
}

#[test]
fn what_a_broken_stream_cost_is_estimated_where_nobody_told() {
    for operation in [Operation::ConverseStream, Operation::InvokeStream] {
        let (kind, _) = broken().remove(0);
        let mut bench = bench(kind, StreamPolicy::Restart { times: 1 });
        bench.operation = operation;
        let record = bench.once();
        let [broken, whole] = record.calls.as_slice() else { panic!("{record:?}") };
        assert!(matches!(whole.end, CallEnd::Answered { .. }) && !whole.tokens_estimated);
        assert!(broken.tokens_estimated, "{operation:?}");
        assert_eq!(
            broken.tokens.input, whole.tokens.input,
            "{operation:?}: by the same estimate as the mock's"
        );
        assert!((1..12).contains(&broken.tokens.output), "{operation:?}: {:?}", broken.tokens);
        assert_eq!(broken.gaps_us.len() as u64 + 1, broken.tokens.output, "one token for each event");
    }
}
