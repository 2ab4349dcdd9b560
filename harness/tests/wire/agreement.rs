//! The same trouble, met by the SDK and by the wire client: but for the length of their backoffs, their records say the same.

use std::time::Duration;

use bedload::client::ask::{Ask, Tool};
use bedload::client::policy::Timeouts;
use bedload::client::sdk::Way;
use bedload::client::stack::Stack;
use bedload::clock::Clock;
use bedload::transport::http::Http;
use bedload_mocks::Spread;
use bedload_mocks::faults::{
    BadCrc, CrcPart, DuplicateEvent, EarlyEnd, ErrorAnswer, ErrorFrame, ExceptionFrame, Fault, FirstByte,
    InternalError, Kind, Latency, MalformedJson, Outage, Refuse, Reset, SlowTokens, Stall, StallTime,
    SwapEvents, Throttle, Truncate, Unavailable,
};
use bedload_reports::record::{Attempt, Call, CallEnd, Name, Operation};

use super::support::{ask, caller, cloud, front, in_virtual_time, sdk, settings, timeouts, way, wire};

/// What must be the same.
#[derive(Debug, PartialEq)]
struct Told {
    end: String,
    tokens: (u64, u64, bool),
    attempts: Vec<Tried>,
    gaps_us: Vec<u32>,
    /// From the beginning of the last attempt: the head of the answer, its first and its last content, and the end, all
    /// in microseconds.
    times_us: [Option<u64>; 4],
}

/// What must be the same of an attempt.
#[derive(Debug, PartialEq)]
struct Tried {
    number: u32,
    status: Option<u16>,
    error: Option<Name>,
    has_id: bool,
    fault: Option<Name>,
}

impl From<&Attempt> for Tried {
    fn from(attempt: &Attempt) -> Self {
        let Attempt { number, status, error, fault, request_id, .. } = attempt.clone();
        Tried { number, status, error, has_id: request_id.is_some(), fault }
    }
}

fn told(call: &Call) -> Told {
    let end = match &call.end {
        CallEnd::Answered { stop_reason } => format!("answered: {stop_reason}"),
        CallEnd::Failed(failure) => format!("{:?} {:?}", failure.class, failure.code),
        CallEnd::Cancelled => "cancelled".to_owned(),
    };
    let last = call.attempts.last().unwrap().sent;
    Told {
        end,
        tokens: (call.tokens.input, call.tokens.output, call.tokens_estimated),
        attempts: call.attempts.iter().map(Tried::from).collect(),
        gaps_us: call.gaps_us.clone(),
        times_us: [call.first_byte, call.first_content, call.last_content, Some(call.done)]
            .map(|time| time.map(|time| time.since(last).get() / 1000)),
    }
}

fn both(
    make: impl Fn(&Way, Clock) -> [Stack; 2],
    ask: &Ask,
    http: impl Fn(Clock) -> Http,
    operation: Operation,
) -> [Told; 2] {
    [0, 1].map(|which| {
        in_virtual_time(async |clock| {
            let [sdk, wire] = make(&way(http(clock)), clock);
            let client = if which == 0 { sdk } else { wire };
            told(&caller(client, clock, operation).call(ask, None).await)
        })
    })
}

fn stacks(way: &Way, clock: Clock, timeouts: &Timeouts) -> [Stack; 2] {
    [sdk(way, clock, timeouts), wire(way, clock, settings(), timeouts, 7)]
}

fn error(kind: &str, status: u16) -> Kind {
    Kind::Error(ErrorAnswer::new(Some(kind), Some(status), Some("no"), &[]).unwrap())
}

fn kinds() -> Vec<Kind> {
    let exception = |name| Kind::ExceptionFrame(ExceptionFrame::new(name, None, 3).unwrap());
    let second = || Spread::constant(Duration::from_secs(1));
    let reset = [Reset::BeforeHead, Reset::WithinHead, Reset::WithinBody { after: 3 }];
    vec![
        Kind::Throttle(Throttle::default()),
        Kind::Unavailable(Unavailable::default()),
        Kind::InternalError(InternalError),
        error("ValidationException", 400),
        error("AccessDeniedException", 403),
        error("ModelNotReadyException", 429),
        error("ModelTimeoutException", 408),
        error("ModelErrorException", 424),
        error("NobodyModelledThisException", 418),
        Kind::Latency(Latency { added: second() }),
        Kind::FirstByte(FirstByte { added: second() }),
        Kind::SlowTokens(SlowTokens::new(4.0).unwrap()),
        Kind::Stall(Stall { after: 3, lasts: StallTime::For(Duration::from_secs(2)) }),
        Kind::Stall(Stall { after: 3, lasts: StallTime::Forever }),
        exception("ThrottlingException"),
        exception("ModelStreamErrorException"),
        exception("InternalServerException"),
        exception("NobodyModelledThisException"),
        Kind::ErrorFrame(ErrorFrame::new("InternalError", "Broken.", 3).unwrap()),
        Kind::Truncate(Truncate { after: 3 }),
        Kind::EarlyEnd(EarlyEnd { after: 3 }),
        Kind::BadCrc(BadCrc { after: 3, part: CrcPart::Message }),
        Kind::BadCrc(BadCrc { after: 3, part: CrcPart::Prelude }),
        Kind::MalformedJson(MalformedJson),
        Kind::DuplicateEvent(DuplicateEvent { after: 3 }),
        Kind::SwapEvents(SwapEvents { after: 3 }),
        Kind::Refuse(Refuse),
        Kind::Outage(Outage),
        Kind::Reset(reset[0]),
        Kind::Reset(reset[1]),
        Kind::Reset(reset[2]),
    ]
}

#[test]
fn every_fault_is_told_alike_in_the_cloud_and_before_it_lasting_and_passing() {
    let mut different = Vec::new();
    let stacks = |way: &Way, clock| stacks(way, clock, &timeouts());
    for kind in kinds() {
        for operation in Operation::AT_ONCE {
            // A whole answer that stalls for ever is waited for for ever: the limit on silence is for streams.
            if !operation.streams() && matches!(kind, Kind::Stall(Stall { lasts: StallTime::Forever, .. })) {
                continue;
            }
            for passing in [false, true] {
                let fault = || {
                    let fault = Fault::new("f", kind.clone());
                    vec![if passing { fault.first(1.try_into().unwrap()) } else { fault }]
                };
                let within = both(stacks, &ask(), |clock| Http::memory(cloud(clock, fault()).0), operation);
                let before = both(
                    stacks,
                    &ask(),
                    |clock| Http::memory(cloud(clock, Vec::new()).0).behind(&front(clock, fault())),
                    operation,
                );
                for (place, [sdk, wire]) in [("in", within), ("before", before)] {
                    if sdk != wire {
                        different.push(format!(
                            "{kind:?} {place} {operation:?}:\n  SDK  {sdk:?}\n  wire {wire:?}"
                        ));
                    }
                }
            }
        }
    }
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}

// The SDK's limit for the first byte is its network connector's, so in memory it has none.
#[test]
fn limits_of_time_are_told_alike() {
    let ms = |ms| Some(Duration::from_millis(ms));
    let late = || {
        vec![Fault::new("late", Kind::Latency(Latency { added: Spread::constant(Duration::from_secs(3)) }))]
    };
    for (what, limits) in [
        ("attempt", Timeouts { attempt: ms(500), ..timeouts() }),
        ("operation", Timeouts { operation: ms(2500), ..timeouts() }),
    ] {
        for operation in Operation::AT_ONCE {
            let stacks = |way: &Way, clock| stacks(way, clock, &limits);
            let [sdk, wire] = both(stacks, &ask(), |clock| Http::memory(cloud(clock, late()).0), operation);
            assert_eq!(sdk, wire, "{what} {operation:?}");
            assert!(sdk.end.starts_with("Timeout"), "{what}: {sdk:?}");
        }
    }
}

#[test]
fn answers_are_told_alike_with_tools_and_without() {
    let schema = serde_json::json!({ "type": "object", "properties": { "n": { "type": "number" } } });
    let tools =
        vec![Tool { name: "count".into(), description: Some("Counts.".into()), input_schema: schema }];
    let stacks = |way: &Way, clock| stacks(way, clock, &timeouts());
    for operation in Operation::AT_ONCE {
        for asked in [ask(), Ask { tools: tools.clone(), ..ask() }] {
            let [sdk, wire] =
                both(stacks, &asked, |clock| Http::memory(cloud(clock, Vec::new()).0), operation);
            assert_eq!(sdk, wire, "{operation:?}");
            assert!(sdk.end.starts_with("answered"), "{sdk:?}");
        }
    }
}
