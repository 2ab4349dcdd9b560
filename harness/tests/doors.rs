//! The same calls through both doors: what the client sees does not depend on how the cloud is reached.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use bedload::client::ask::{Ask, Message, Role, Tool};
use bedload::client::operation::Caller;
use bedload::client::policy::{Retry, RetryMode, RetryProfile, RetryQuota, Timeouts};
use bedload::client::sdk::{self, Way};
use bedload::clock::{self, Clock};
use bedload::transport::http::Http;
use bedload::transport::network;
use bedload_mocks::faults::{Fault, FirstByte, Kind, Script, Throttle};
use bedload_mocks::{Behaviour, Cloud, CloudSpec, Epoch, Exchange, LedgerSink, ModelSpec, Spread};
use bedload_reports::header::ClockKind;
use bedload_reports::record::{Call, CallEnd, FailureClass, Operation};

const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";

struct Forget;

impl LedgerSink for Forget {
    fn note(&self, _: Exchange) {}
}

fn cloud(clock: Clock, ttft: Duration, faults: Vec<Fault>) -> Arc<Cloud> {
    let behaviour = Behaviour {
        ttft: Spread::constant(ttft),
        per_token: Spread::constant(Duration::from_millis(2)),
        output_tokens: Spread::constant(12),
        tokens_per_event: NonZeroU32::MIN,
    };
    let model = ModelSpec::new("haiku", MODEL, behaviour).unwrap();
    let spec =
        CloudSpec::new(1, vec!["us-east-1".into()], vec![model], Script::new(faults).unwrap()).unwrap();
    Cloud::new(spec, Epoch { instant: clock.epoch(), wall: clock.wall_epoch() }, Forget)
}

fn caller(way: &Way, clock: Clock, operation: Operation, mode: RetryMode) -> Caller {
    let retry = Retry {
        mode,
        profile: RetryProfile::V2_1,
        attempts: 3,
        max_backoff: Duration::from_secs(20),
        quota: RetryQuota::Own,
    };
    let timeouts = Timeouts {
        connect: Duration::from_secs(3),
        read: None,
        attempt: None,
        operation: None,
        total: None,
        stream_idle: Some(Duration::from_secs(5)),
    };
    Caller {
        client: sdk::client(way, "us-east-1", &retry, &timeouts, clock).into(),
        region: "us-east-1".into(),
        model: "haiku".into(),
        model_id: MODEL.into(),
        operation,
        clock,
        flow_label: Some("ask".into()),
        max_attempts: 3,
        stream_idle: timeouts.stream_idle,
        polling: None,
    }
}

fn ask() -> Ask {
    Ask {
        messages: vec![Message { role: Role::User, text: "What is the weather?".into() }],
        system: Some("Be brief.".into()),
        max_tokens: Some(64),
        temperature: Some(0.5),
        top_p: Some(0.9),
        stop_sequences: vec!["END".into()],
        tools: Vec::new(),
        ..Ask::default()
    }
}

fn ask_with_a_tool() -> Ask {
    let schema =
        serde_json::json!({ "type": "object", "properties": { "n": { "type": "number", "minimum": -1.5 } } });
    Ask { tools: vec![Tool { name: "count".into(), description: None, input_schema: schema }], ..ask() }
}

fn in_memory(ttft: Duration, faults: Vec<Fault>, operation: Operation, mode: RetryMode) -> Call {
    in_memory_to(&ask(), ttft, faults, operation, mode)
}

fn in_memory_to(
    ask: &Ask,
    ttft: Duration,
    faults: Vec<Fault>,
    operation: Operation,
    mode: RetryMode,
) -> Call {
    through(Http::memory, ask, ttft, faults, operation, mode)
}

fn through(
    door: impl Fn(Arc<Cloud>) -> Http,
    ask: &Ask,
    ttft: Duration,
    faults: Vec<Fault>,
    operation: Operation,
    mode: RetryMode,
) -> Call {
    clock::runtime(ClockKind::Virtual).unwrap().block_on(async {
        let clock = Clock::start(ClockKind::Virtual);
        let http = door(cloud(clock, ttft, faults));
        let way = Way::Mock { http, endpoint: "http://bedrock.in-memory".into() };
        caller(&way, clock, operation, mode).call(ask, None).await
    })
}

fn over_tcp(faults: Vec<Fault>, operation: Operation) -> Call {
    over_tcp_to(&ask(), faults, operation)
}

fn over_tcp_to(ask: &Ask, faults: Vec<Fault>, operation: Operation) -> Call {
    clock::runtime(ClockKind::Real).unwrap().block_on(async {
        let clock = Clock::start(ClockKind::Real);
        let served = network::serve(cloud(clock, Duration::from_millis(20), faults)).await.unwrap();
        let way = Way::Mock { http: network::plain_http(), endpoint: served.url() };
        let call = caller(&way, clock, operation, RetryMode::Standard).call(ask, None).await;
        served.stop().await;
        call
    })
}

fn throttle_first() -> Vec<Fault> {
    vec![Fault::new("throttle", Kind::Throttle(Throttle::default())).first(1.try_into().unwrap())]
}

#[test]
fn all_four_operations_are_answered_alike_through_both_doors() {
    for operation in Operation::AT_ONCE {
        let memory = in_memory(Duration::from_millis(20), Vec::new(), operation, RetryMode::Standard);
        let tcp = over_tcp(Vec::new(), operation);
        for call in [&memory, &tcp] {
            assert!(matches!(call.end, CallEnd::Answered { .. }), "{operation:?}: {:?}", call.end);
            assert_eq!(call.tokens.output, 12, "{operation:?}");
            assert_eq!(call.attempts.len(), 1, "{operation:?}");
            assert!(call.attempts[0].request_id.is_some(), "{operation:?}");
            assert_eq!(call.first_content.is_some(), operation.streams(), "{operation:?}");
            assert_eq!(call.gaps_us.len(), if operation.streams() { 11 } else { 0 }, "{operation:?}");
        }
        assert_eq!((memory.end, memory.tokens), (tcp.end, tcp.tokens), "{operation:?}");
    }
}

#[test]
fn a_tool_is_called_alike_through_both_doors() {
    let asked = ask_with_a_tool();
    for operation in Operation::AT_ONCE {
        let memory =
            in_memory_to(&asked, Duration::from_millis(20), Vec::new(), operation, RetryMode::Standard);
        let tcp = over_tcp_to(&asked, Vec::new(), operation);
        let CallEnd::Answered { stop_reason } = &memory.end else {
            panic!("{operation:?}: {:?}", memory.end)
        };
        assert_eq!(&**stop_reason, "tool_use", "{operation:?}");
        assert_eq!((memory.end, memory.tokens), (tcp.end, tcp.tokens), "{operation:?}");
    }
}

#[test]
fn a_throttled_attempt_is_seen_with_its_backoff_through_both_doors() {
    let memory =
        in_memory(Duration::from_millis(20), throttle_first(), Operation::Converse, RetryMode::Standard);
    let tcp = over_tcp(throttle_first(), Operation::Converse);
    for call in [&memory, &tcp] {
        let statuses: Vec<_> = call.attempts.iter().map(|attempt| attempt.status).collect();
        assert_eq!(statuses, [Some(429), Some(200)]);
        assert_eq!(call.attempts[0].error.as_deref(), Some("ThrottlingException"));
        assert_eq!(call.attempts[1].number, 2);
        assert!(call.attempts[1].backoff.as_secs_f64() <= 1.1, "full jitter of one second: {call:?}");
        assert!(matches!(call.end, CallEnd::Answered { .. }));
    }
    assert_eq!(memory.attempts[0].fault.as_deref(), Some("throttle"), "the in-memory door names the fault");
    assert_eq!(tcp.attempts[0].fault, None, "no header crosses a socket that tells a client of the fault");
}

#[test]
fn an_answer_that_takes_long_is_waited_for() {
    // The SDK's stalled-stream protection would cut it off after six seconds if the door left the upload open.
    let call = in_memory(Duration::from_secs(45), Vec::new(), Operation::Converse, RetryMode::Standard);
    assert_eq!(call.attempts.len(), 1, "{call:?}");
    assert!(matches!(call.end, CallEnd::Answered { .. }));
}

#[test]
fn in_memory_the_sdk_does_all_that_it_does_with_its_guard_of_uploads() {
    // The same door, of which nobody says that uploads are over at once: the guard stays as it comes.
    let guarded = |cloud| Http::from(Http::memory(cloud).sdk().clone());
    let late = || {
        Fault::new("late", Kind::FirstByte(FirstByte { added: Spread::constant(Duration::from_secs(60)) }))
    };
    let slow = Duration::from_secs(45);
    for operation in Operation::AT_ONCE {
        for (ttft, faults) in [(slow, Vec::new()), (Duration::ZERO, vec![late()])] {
            // Retries would draw their jitter apart.
            let (mode, ask) = (RetryMode::Off, ask());
            let call = through(Http::memory, &ask, ttft, faults.clone(), operation, mode);
            assert_eq!(call, through(guarded, &ask, ttft, faults, operation, mode), "{operation:?}");
        }
    }
    let cut = in_memory(Duration::ZERO, vec![late()], Operation::Converse, RetryMode::Off);
    assert!(matches!(cut.end, CallEnd::Failed(_)), "the guard of downloads stays: {cut:?}");
    assert_eq!(cut.done.as_secs_f64().round(), 6.0, "a second without a byte, and five of grace");
}

#[test]
fn without_retries_a_throttle_is_the_end() {
    let call = in_memory(Duration::from_millis(20), throttle_first(), Operation::Invoke, RetryMode::Off);
    let CallEnd::Failed(failure) = &call.end else { panic!("{call:?}") };
    assert_eq!(failure.class, FailureClass::Throttled);
    assert_eq!(failure.message, "Too many requests, please wait before trying again.");
    assert_eq!(call.attempts.len(), 1);
}

#[test]
fn a_refused_retry_is_told_from_attempts_used_up() {
    let always = || vec![Fault::new("throttle", Kind::Throttle(Throttle::default()))];
    let call = in_memory(Duration::from_millis(20), always(), Operation::Converse, RetryMode::Standard);
    let CallEnd::Failed(failure) = &call.end else { panic!("{call:?}") };
    assert_eq!((call.attempts.len(), failure.retry_refused), (3, false));

    // A quota of 500 at 5 a retry lasts for a hundred retries: fifty calls of three attempts.
    let refused = clock::runtime(ClockKind::Virtual).unwrap().block_on(async {
        let clock = Clock::start(ClockKind::Virtual);
        let http = Http::memory(cloud(clock, Duration::from_millis(20), always()));
        let way = Way::Mock { http, endpoint: "http://bedrock.in-memory".into() };
        let caller = caller(&way, clock, Operation::Converse, RetryMode::Standard);
        let mut refused = Vec::new();
        for number in 1..=60 {
            let call = caller.call(&ask(), None).await;
            if matches!(&call.end, CallEnd::Failed(failure) if failure.retry_refused) {
                refused.push(number);
            }
        }
        refused
    });
    assert_eq!(refused, (51..=60).collect::<Vec<_>>());
}
