//! Faults in front of a door that knows nothing of them: through the AWS SDK, in virtual time before the
//! in-memory door and in real time before a socket.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use bedload::client::ask::{Ask, Message, Role};
use bedload::client::operation::Caller;
use bedload::client::policy::{Retry, RetryMode, RetryProfile, RetryQuota, Timeouts};
use bedload::client::sdk::{self, Way};
use bedload::clock::{self, Clock};
use bedload::transport::http::Http;
use bedload::transport::network;
use bedload_mocks::faults::{
    Aim, BadCrc, CrcPart, EarlyEnd, ErrorAnswer, ExceptionFrame, Fault, FirstByte, Front, Kind, Latency,
    MalformedJson, Refuse, Reset, Script, SlowTokens, Stall, StallTime, SwapEvents, Throttle, Truncate,
    Unavailable,
};
use bedload_mocks::{Behaviour, Cloud, CloudSpec, Epoch, Exchange, LedgerSink, ModelSpec, Spread};
use bedload_reports::header::ClockKind;
use bedload_reports::record::{Call, CallEnd, FailureClass, Operation};
use std::sync::Mutex;

const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";

/// How many requests reached the service behind the faults.
#[derive(Clone, Default)]
struct Reached(Arc<Mutex<u32>>);

impl LedgerSink for Reached {
    fn note(&self, _: Exchange) {
        *self.0.lock().unwrap() += 1;
    }
}

/// A service without a fault: the first token after 20 ms, then one each 2 ms, twelve in all.
fn service(clock: Clock, reached: Reached, faults: Vec<Fault>) -> Arc<Cloud> {
    let spec = CloudSpec::new(1, vec!["us-east-1".into()], models(), Script::new(faults).unwrap()).unwrap();
    Cloud::new(spec, epoch(clock), reached)
}

fn models() -> Vec<ModelSpec> {
    let behaviour = Behaviour {
        ttft: Spread::constant(Duration::from_millis(20)),
        per_token: Spread::constant(Duration::from_millis(2)),
        output_tokens: Spread::constant(12),
        tokens_per_event: NonZeroU32::MIN,
    };
    vec![ModelSpec::new("haiku", MODEL, behaviour).unwrap()]
}

fn epoch(clock: Clock) -> Epoch {
    Epoch { instant: clock.epoch(), wall: clock.wall_epoch() }
}

async fn call(http: Http, endpoint: String, clock: Clock, operation: Operation) -> Call {
    let way = Way::Mock { http, endpoint };
    let retry = Retry {
        mode: RetryMode::Standard,
        profile: RetryProfile::V2_1,
        attempts: 2,
        max_backoff: Duration::from_millis(20),
        quota: RetryQuota::Own,
    };
    let timeouts = Timeouts {
        connect: Duration::from_secs(3),
        read: None,
        attempt: None,
        operation: None,
        total: None,
        stream_idle: Some(Duration::from_millis(500)),
    };
    let caller = Caller {
        client: sdk::client(&way, "us-east-1", &retry, &timeouts, clock).into(),
        region: "us-east-1".into(),
        model: "haiku".into(),
        model_id: MODEL.into(),
        operation,
        clock,
        flow_label: Some("ask".into()),
        max_attempts: 2,
        stream_idle: timeouts.stream_idle,
        polling: None,
    };
    let ask = Ask {
        messages: vec![Message { role: Role::User, text: "What about my refund?".into() }],
        system: None,
        max_tokens: Some(64),
        temperature: None,
        top_p: None,
        stop_sequences: Vec::new(),
        tools: Vec::new(),
        ..Ask::default()
    };
    caller.call(&ask, None).await
}

/// A call through faults before the in-memory door, and how many requests came through.
fn in_memory(fault: Fault, behind: Vec<Fault>, operation: Operation) -> (Call, u32) {
    clock::runtime(ClockKind::Virtual).unwrap().block_on(async {
        let clock = Clock::start(ClockKind::Virtual);
        let reached = Reached::default();
        let door = Http::memory(service(clock, reached.clone(), behind));
        let front = Front::new(1, models(), Script::new(vec![fault]).unwrap(), epoch(clock));
        let http = door.behind(&front);
        let call = call(http, "http://bedrock.in-memory".into(), clock, operation).await;
        let count = *reached.0.lock().unwrap();
        (call, count)
    })
}

/// The same before a real socket.
fn over_tcp(fault: Fault, operation: Operation) -> (Call, u32) {
    clock::runtime(ClockKind::Real).unwrap().block_on(async {
        let clock = Clock::start(ClockKind::Real);
        let reached = Reached::default();
        let served = network::serve(service(clock, reached.clone(), Vec::new())).await.unwrap();
        let front = Front::new(1, models(), Script::new(vec![fault]).unwrap(), epoch(clock));
        let http = network::plain_http().behind(&front);
        let call = call(http, served.url(), clock, operation).await;
        served.stop().await;
        let count = *reached.0.lock().unwrap();
        (call, count)
    })
}

fn fault(kind: Kind) -> Fault {
    Fault::new("f", kind)
}

/// How a call ended, in one word.
fn end(call: &Call) -> String {
    match &call.end {
        CallEnd::Answered { .. } | CallEnd::Cancelled => "answered".to_owned(),
        CallEnd::Failed(failure) => format!("{:?}", failure.class),
    }
}

#[test]
fn what_is_refused_or_cut_never_reaches_the_service() {
    let timeout = ErrorAnswer::new(Some("ModelTimeoutException"), None, None, &[]).unwrap();
    let cases = [
        (Kind::Throttle(Throttle::default()), FailureClass::Throttled, 2),
        (Kind::Unavailable(Unavailable::default()), FailureClass::Unavailable, 2),
        (Kind::Error(timeout), FailureClass::Timeout, 1),
        (Kind::Refuse(Refuse), FailureClass::Connection, 2),
        (Kind::Reset(Reset::BeforeHead), FailureClass::Connection, 2),
        (Kind::Reset(Reset::WithinHead), FailureClass::Connection, 2),
    ];
    for (kind, class, attempts) in cases {
        let memory = in_memory(fault(kind.clone()), Vec::new(), Operation::Converse);
        let tcp = over_tcp(fault(kind.clone()), Operation::Converse);
        for (call, reached) in [memory, tcp] {
            assert_eq!(end(&call), format!("{class:?}"), "{}", kind.word());
            assert_eq!(call.attempts.len(), attempts, "{}", kind.word());
            assert!(call.attempts.iter().all(|attempt| attempt.fault.as_deref() == Some("f")), "{call:?}");
            assert_eq!(reached, 0, "{}", kind.word());
        }
    }
}

#[test]
fn the_stream_of_a_service_is_changed_event_by_event() {
    let exception = |code| Kind::ExceptionFrame(ExceptionFrame::new(code, None, 3).unwrap());
    let cases = [
        (exception("ThrottlingException"), "StreamBroken", 2),
        (exception("ModelStreamErrorException"), "StreamBroken", 2),
        (Kind::BadCrc(BadCrc { after: 3, part: CrcPart::Message }), "StreamBroken", 2),
        (Kind::BadCrc(BadCrc { after: 3, part: CrcPart::Prelude }), "StreamBroken", 2),
        (Kind::Truncate(Truncate { after: 3 }), "StreamBroken", 2),
        (Kind::EarlyEnd(EarlyEnd { after: 3 }), "StreamIncomplete", 2),
        (Kind::Reset(Reset::WithinBody { after: 3 }), "StreamBroken", 2),
        (Kind::Stall(Stall { after: 3, lasts: StallTime::Forever }), "Timeout", 2),
        (Kind::SwapEvents(SwapEvents { after: 3 }), "answered", 12),
    ];
    for operation in [Operation::ConverseStream, Operation::InvokeStream] {
        for (kind, expected, contents) in &cases {
            let memory = in_memory(fault(kind.clone()), Vec::new(), operation);
            let tcp = over_tcp(fault(kind.clone()), operation);
            for (door, (call, reached)) in [("memory", memory), ("tcp", tcp)] {
                let label = format!("{} {operation:?} {door}: {call:?}", kind.word());
                assert_eq!(end(&call), *expected, "{label}");
                assert_eq!(call.attempts.len(), 1, "{label}");
                assert_eq!(call.attempts[0].fault.as_deref(), Some("f"), "{label}");
                assert_eq!(reached, 1, "{label}");
                if operation == Operation::ConverseStream {
                    // Claude's own stream has more events before its first word.
                    assert_eq!(call.gaps_us.len() + 1, *contents, "{label}");
                }
            }
        }
    }
}

#[test]
fn faults_of_time_take_time_in_virtual_and_in_real_time() {
    let added = Spread::constant(Duration::from_millis(100));
    let cases = [
        (Kind::Latency(Latency { added }), 120, 142),
        (Kind::FirstByte(FirstByte { added }), 120, 142),
        (Kind::SlowTokens(SlowTokens::new(3.0).unwrap()), 60, 126),
        (Kind::Stall(Stall { after: 2, lasts: StallTime::For(Duration::from_millis(100)) }), 20, 142),
    ];
    for (kind, first_ms, last_ms) in cases {
        let (call, _) = in_memory(fault(kind.clone()), Vec::new(), Operation::ConverseStream);
        let (first, last) = times_ms(&call);
        assert_eq!((first, last), (first_ms, last_ms), "{}", kind.word());
        let (call, _) = over_tcp(fault(kind.clone()), Operation::ConverseStream);
        let (first, last) = times_ms(&call);
        assert!(first >= first_ms - 2 && last >= last_ms - 2, "{}: {first} {last}", kind.word());
        assert_eq!(call.attempts[0].fault.as_deref(), Some("f"), "{}", kind.word());
    }
}

/// When the first and the last content came, in whole milliseconds after the call was sent.
fn times_ms(call: &Call) -> (u64, u64) {
    let ms = |at: bedload_reports::units::Nanos| (at.since(call.sent).as_secs_f64() * 1000.0).round() as u64;
    (ms(call.first_content.unwrap()), ms(call.last_content.unwrap()))
}

#[test]
fn a_broken_whole_answer_is_no_answer() {
    // The SDK itself reads the answer to Converse, and calls what it cannot read an unknown error of the service.
    for (operation, class) in [(Operation::Converse, "ServerError"), (Operation::Invoke, "Unparsable")] {
        let kind = || fault(Kind::MalformedJson(MalformedJson));
        for (call, _) in [in_memory(kind(), Vec::new(), operation), over_tcp(kind(), operation)] {
            assert_eq!(end(&call), class, "{operation:?}");
            assert_eq!(call.attempts[0].status, Some(200));
            assert_eq!(call.attempts[0].fault.as_deref(), Some("f"));
        }
    }
}

#[test]
fn faults_are_aimed_before_the_service_as_in_it() {
    let throttle = |aim| fault(Kind::Throttle(Throttle::default())).aimed_at(aim);
    let refund = bedload_mocks::faults::PromptMatch::regex("(?i)REFUND").unwrap();
    let cases = [
        (Aim { models: vec!["haiku".into()], ..Aim::default() }, 2),
        (Aim { regions: vec!["us-east-1".into()], flows: vec!["ask".into()], ..Aim::default() }, 2),
        (Aim { regions: vec!["us-west-2".into()], ..Aim::default() }, 1),
        (Aim { prompt: Some(refund), ..Aim::default() }, 2),
        (Aim { attempts: vec![1], ..Aim::default() }, 2),
        (Aim { attempts: vec![2], ..Aim::default() }, 1),
    ];
    for (aim, attempts) in cases {
        let label = format!("{aim:?}");
        let (call, _) = in_memory(throttle(aim), Vec::new(), Operation::Converse);
        assert_eq!(call.attempts.len(), attempts, "{label}");
    }
}

#[test]
fn the_services_own_faults_are_named_too() {
    let idle = Fault::new("idle", Kind::EarlyEnd(EarlyEnd { after: 999 }));
    let own = Fault::new("own", Kind::Throttle(Throttle::default())).first(1.try_into().unwrap());
    let (call, reached) = in_memory(idle, vec![own], Operation::Converse);
    let named: Vec<_> = call.attempts.iter().map(|attempt| attempt.fault.as_deref()).collect();
    assert_eq!((named, reached), (vec![Some("own"), None], 2));
}

#[test]
fn the_in_memory_door_cuts_as_a_connector_would() {
    let idle = || Fault::new("idle", Kind::EarlyEnd(EarlyEnd { after: 999 }));
    for kind in [Kind::Refuse(Refuse), Kind::Reset(Reset::BeforeHead), Kind::Reset(Reset::WithinHead)] {
        let word = format!("{kind:?}");
        let (call, _) = in_memory(idle(), vec![fault(kind)], Operation::Converse);
        assert_eq!(end(&call), "Connection", "{word}");
        let seen: Vec<_> =
            call.attempts.iter().map(|attempt| (attempt.status, attempt.fault.as_deref())).collect();
        assert_eq!(seen, [(None, Some("f")), (None, Some("f"))], "{word}: retried once, and named");
    }
    let broken = fault(Kind::Reset(Reset::WithinBody { after: 3 }));
    let (call, _) = in_memory(idle(), vec![broken], Operation::ConverseStream);
    assert_eq!((end(&call).as_str(), call.attempts[0].fault.as_deref()), ("StreamBroken", Some("f")));
}
