//! Two clients on the same traffic, whose waits before retries differ twentyfold.

use std::sync::LazyLock;

use crate::gate::{Limit, Scope};
use crate::header::{FaultKind, FaultWindow, Flow, Header, Stage, Via};
use crate::judge::finding::Class;
use crate::judge::judgement::{Judgement, Portrait, Waits};
use crate::record::{
    Attempt, Call, CallEnd, Failure, FailureClass, Operation, Outcome, Reason, Record, Tokens,
};
use crate::summary::Summary;
use crate::tally::Tally;
use crate::units::Nanos;
use crate::validity::Ending;

use super::{Dice, after, gate, header, secs};

/// Name, base of the wait in seconds, and the share of retries that the quota refuses once it is dry.
const CLIENTS: [(&str, f64, f64); 2] = [("v2_0", 1.0, 0.0), ("v2_1", 0.05, 0.25)];

/// The two, folded and judged.
pub(crate) fn twins() -> Summary {
    static TWINS: LazyLock<Summary> = LazyLock::new(told);
    TWINS.clone()
}

fn told() -> Summary {
    let mut tally = Tally::new(&run());
    let mut dice = Dice(11);
    let mut records: Vec<Record> = Vec::new();
    for second in 0..180u64 {
        for place in 0..16u64 {
            let client = CLIENTS[(place % 2) as usize];
            let due = after(secs(second), place as f64 / 16.0);
            records.push(request(&mut dice, records.len() as u64, due, client));
        }
    }
    records.iter().for_each(|record| tally.observe(record));
    tally.finish(Ending::Complete, 0).with_judgement(judgement(&records)).summary
}

fn run() -> Header {
    let stage =
        |name: &str, from, to| Stage { name: name.into(), from: secs(from), to: secs(to), record: true };
    let flow = |(client, ..): (&str, f64, f64)| Flow {
        name: format!("chat-{client}").into(),
        operation: Operation::Converse,
        model: "sonnet".into(),
        client: client.into(),
        via: Via::Sdk,
        planned: None,
        queue: None,
    };
    Header {
        scenario: "new-default".into(),
        about: "What does the SDK's new retry default do to this workload?".into(),
        stages: vec![stage("quiet", 0, 60), stage("brownout", 60, 90), stage("after", 90, 180)],
        faults: vec![FaultWindow {
            name: "brownout".into(),
            from: secs(60),
            to: secs(90),
            about: "503 to 75 % of us-east-1".into(),
            kind: FaultKind::Other,
        }],
        flows: CLIENTS.map(flow).into(),
        gates: vec![gate("answered", "success.ratio", Scope::default(), Limit::Min(0.9))],
        expect: None,
        ..header()
    }
}

fn request(dice: &mut Dice, id: u64, due: Nanos, (client, base, refused): (&str, f64, f64)) -> Record {
    let mut attempts: Vec<Attempt> = Vec::new();
    let (mut now, mut retry_refused) = (due, false);
    while attempts.len() < 3 && !retry_refused {
        let number = attempts.len() as u32 + 1;
        let wait = if number == 1 { 0.0 } else { dice.roll() * base * f64::from(1 << (number - 2)) };
        now = after(now, wait);
        let struck = (60.0..90.0).contains(&now.as_secs_f64()) && dice.roll() < 0.75;
        let took = if struck { 0.02 } else { dice.time(0.9, 0.4) };
        attempts.push(attempt(number, now, wait, took, struck));
        now = after(now, took);
        if !struck {
            break;
        }
        retry_refused = dice.roll() < refused;
    }
    let failed = attempts.last().is_some_and(|attempt| attempt.error.is_some());
    let failure = Failure {
        class: FailureClass::Unavailable,
        code: Some("ServiceUnavailableException".into()),
        message: "The service is currently unavailable.".into(),
        retry_refused: retry_refused && attempts.len() < 3,
    };
    let end = match failed {
        true => CallEnd::Failed(failure),
        false => CallEnd::Answered { stop_reason: "end_turn".into() },
    };
    let outcome = match (failed, attempts.len()) {
        (true, _) => Outcome::Failed,
        (false, 1) => Outcome::FirstTry,
        (false, _) => Outcome::Retried,
    };
    let stage = match due.as_secs_f64() {
        at if at < 60.0 => "quiet",
        at if at < 90.0 => "brownout",
        _ => "after",
    };
    let call = Call {
        reason: Reason::First,
        operation: Operation::Converse,
        model: "sonnet".into(),
        region: "us-east-1".into(),
        sent: due,
        first_byte: Some(now).filter(|_| !failed),
        first_content: None,
        last_content: None,
        done: now,
        end,
        tokens: if failed { Tokens::default() } else { Tokens { input: 300, output: 120 } },
        tokens_estimated: false,
        gaps_us: Vec::new(),
        attempts,
        polls: 0,
    };
    Record {
        id,
        flow: format!("chat-{client}").into(),
        stage: stage.into(),
        due,
        sent: due,
        done: now,
        outcome,
        calls: vec![call],
        routed: None,
        decisions: Vec::new(),
        job: None,
    }
}

fn attempt(number: u32, sent: Nanos, wait: f64, took: f64, struck: bool) -> Attempt {
    Attempt {
        number,
        backoff: after(Nanos::ZERO, wait),
        sent,
        done: after(sent, took),
        status: Some(if struck { 503 } else { 200 }),
        error: struck.then(|| "ServiceUnavailableException".into()),
        request_id: None,
        fault: struck.then(|| "brownout".into()),
    }
}

fn judgement(records: &[Record]) -> Judgement {
    let portrait = |(client, base, _): (&str, f64, f64)| Portrait {
        name: client.into(),
        sdk: Some("aws-sdk-rust 1.3".into()),
        looks_like: Some(format!("full jitter from {base} s, doubling (0.999)")),
        calls: 1440,
        attempts: 1900,
        failed: 60,
    };
    let waits = CLIENTS.into_iter().flat_map(|(client, base, _)| {
        let flow = format!("chat-{client}");
        let own = move || records.iter().filter(|record| *record.flow == *flow).collect::<Vec<_>>();
        [1, 2].map(|retry| super::judged::waits(&own(), client, Class::Transient, retry, base))
    });
    let waits: Vec<Waits> = waits.collect();
    Judgement { clients: CLIENTS.map(portrait).into(), waits, exchanges: 3800, ..Judgement::default() }
}
