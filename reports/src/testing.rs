//! Small invented runs for the tests of this crate.

use crate::gate::Gate;
use crate::header::{
    ClockKind, FORMAT_VERSION, FaultKind, FaultWindow, Flow, Header, Model, Price, Slo, Stage, Tracing, Via,
};
use crate::record::{
    Attempt, Call, CallEnd, Decision, Deed, Failure, FailureClass, Name, Operation, Outcome, Reason, Record,
    Tokens,
};
use crate::units::Nanos;
use crate::validity::Thresholds;

/// Three stages of 10, 60 and 60 s; one streaming flow; a fault from 30 s to 40 s.
pub(crate) fn header() -> Header {
    let stage = |name: &str, from, to, record| Stage {
        name: name.into(),
        from: Nanos::from_secs(from),
        to: Nanos::from_secs(to),
        record,
    };
    Header {
        format: FORMAT_VERSION,
        scenario: "storm".into(),
        about: "Do callers survive a storm?".into(),
        seed: 7,
        digest: "0f".repeat(32),
        clock: ClockKind::Virtual,
        epoch: Nanos::ZERO,
        target: "mock of us-east-1, us-west-2".into(),
        real_aws: false,
        stages: vec![
            stage("warmup", 0, 10, false),
            stage("quiet", 10, 70, true),
            stage("after", 70, 130, true),
        ],
        faults: vec![FaultWindow {
            name: "throttle".into(),
            from: Nanos::from_secs(30),
            to: Nanos::from_secs(40),
            about: "429 to 70 % of us-east-1".into(),
            kind: FaultKind::Other,
        }],
        flows: vec![Flow {
            name: "chat".into(),
            operation: Operation::ConverseStream,
            model: "sonnet".into(),
            client: "careful".into(),
            via: Via::Sdk,
            planned: None,
            queue: None,
        }],
        models: vec![Model {
            name: "sonnet".into(),
            id: "anthropic.claude-3-sonnet-20240229-v1:0".into(),
            price: Some(Price { input_per_1k: 0.003, output_per_1k: 0.015 }),
        }],
        slo: Slo { latency: Some(Nanos::from_secs(8)), ttft: None },
        gates: Vec::new(),
        stop_if: Vec::new(),
        validity: Thresholds::default(),
        expect: None,
        trace: Tracing::default(),
    }
}

/// The same with gates.
pub(crate) fn header_with(gates: Vec<Gate>) -> Header {
    Header { gates, ..header() }
}

fn stage_at(due: Nanos) -> Name {
    let header = header();
    header
        .stages
        .iter()
        .rfind(|stage| stage.from <= due)
        .map_or_else(|| "warmup".into(), |stage| stage.name.clone())
}

fn millis(ms: u64) -> Nanos {
    Nanos::new(ms * 1_000_000)
}

/// An attempt that begins at `sent` and takes 400 ms.
pub(crate) fn attempt(number: u32, sent: Nanos, backoff: Nanos, status: u16) -> Attempt {
    Attempt {
        number,
        backoff,
        sent,
        done: sent.plus(millis(400)),
        status: Some(status),
        error: (status == 429).then(|| "ThrottlingException".into()),
        request_id: Some("r-1".into()),
        fault: (status == 429).then(|| "throttle".into()),
    }
}

/// A stream of eleven tokens, answered at the first attempt in 1.4 s.
pub(crate) fn answered(id: u64, due: Nanos) -> Record {
    let call = Call {
        reason: Reason::First,
        operation: Operation::ConverseStream,
        model: "sonnet".into(),
        region: "us-east-1".into(),
        sent: due,
        first_byte: Some(due.plus(millis(400))),
        first_content: Some(due.plus(millis(400))),
        last_content: Some(due.plus(millis(1400))),
        done: due.plus(millis(1400)),
        end: CallEnd::Answered { stop_reason: "end_turn".into() },
        tokens: Tokens { input: 100, output: 11 },
        tokens_estimated: false,
        gaps_us: vec![100_000; 10],
        attempts: vec![attempt(1, due, Nanos::ZERO, 200)],
        polls: 0,
    };
    Record {
        id,
        flow: "chat".into(),
        stage: stage_at(due),
        due,
        sent: due,
        done: call.done,
        outcome: Outcome::FirstTry,
        calls: vec![call],
        routed: None,
        decisions: Vec::new(),
        job: None,
    }
}

/// The same after one throttled attempt and a backoff of 600 ms.
pub(crate) fn retried(id: u64, due: Nanos) -> Record {
    let mut record = answered(id, due);
    let shift = millis(1000);
    record.outcome = Outcome::Retried;
    record.done = record.done.plus(shift);
    for call in &mut record.calls {
        call.done = call.done.plus(shift);
        call.first_byte = call.first_byte.map(|at| at.plus(shift));
        call.first_content = call.first_content.map(|at| at.plus(shift));
        call.last_content = call.last_content.map(|at| at.plus(shift));
        call.attempts =
            vec![attempt(1, due, Nanos::ZERO, 429), attempt(2, due.plus(shift), millis(600), 200)];
    }
    record
}

/// Throttled three times, then given up.
pub(crate) fn failed(id: u64, due: Nanos) -> Record {
    let mut record = answered(id, due);
    record.outcome = Outcome::Failed;
    record.done = due.plus(millis(4400));
    for call in &mut record.calls {
        call.done = record.done;
        (call.first_byte, call.first_content, call.last_content) = (None, None, None);
        call.tokens = Tokens::default();
        call.gaps_us.clear();
        call.end = CallEnd::Failed(Failure {
            class: FailureClass::Throttled,
            code: Some("ThrottlingException".into()),
            message: "Too many requests, please wait before trying again.".into(),
            retry_refused: false,
        });
        call.attempts = vec![
            attempt(1, due, Nanos::ZERO, 429),
            attempt(2, due.plus(millis(1000)), millis(600), 429),
            attempt(3, due.plus(millis(4000)), millis(2600), 429),
        ];
    }
    record
}

/// A first call and, half a second later, a second one beside it; whichever answers ends the other.
pub(crate) fn hedged(id: u64, due: Nanos, second_wins: bool) -> Record {
    let mut record = answered(id, due);
    let mut second = answered(id, due.plus(millis(500))).calls.remove(0);
    second.reason = Reason::Hedge;
    record.decisions.push(Decision { at: due.plus(millis(500)), deed: Deed::Hedged });
    record.done = if second_wins { second.done } else { record.calls[0].done };
    record.calls.push(second);
    let loser = &mut record.calls[usize::from(!second_wins)];
    (loser.end, loser.done) = (CallEnd::Cancelled, record.done);
    (loser.tokens, loser.tokens_estimated) = (Tokens { input: 100, output: 4 }, true);
    loser.last_content = loser.first_content;
    record
}
