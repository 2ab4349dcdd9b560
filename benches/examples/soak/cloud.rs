//! A cloud with a fault of every kind, each for a few requests in a hundred.

use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bedload_mocks::faults::{
    Aim, BadCrc, CrcPart, Downgrade, Drip, DuplicateEvent, EarlyEnd, ErrorAnswer, ErrorFrame, ExceptionFrame,
    Fault, FirstByte, InternalError, Kind, Latency, MalformedJson, Outage, QuotaSqueeze, Refuse, Reset,
    Script, Share, SlowTokens, Stall, StallTime, SwapEvents, Throttle, Truncate, Unavailable, Window,
    WrongDate,
};
use bedload_mocks::ledger::Ledger;
use bedload_mocks::{Behaviour, Cloud, CloudSpec, Epoch, ModelSpec, Spread};

use super::MINUTE;

/// The model that is asked.
pub(crate) const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";
/// Exchanges in memory: few, so that they are all there within the first minute.
const KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(999);
/// Of the requests that it might strike, the share that a fault does.
const SHARE: f64 = 0.02;

/// The cloud and its ledger.
pub(crate) fn with_every_fault() -> (Arc<Cloud>, Arc<Ledger>) {
    let behaviour = Behaviour {
        ttft: Spread::from_p50_p99(Duration::from_millis(200), Duration::from_millis(800)).expect("a spread"),
        per_token: Spread::constant(Duration::from_millis(10)),
        output_tokens: Spread::from_p50_p99(60, 300).expect("a spread"),
        tokens_per_event: NonZeroU32::MIN,
    };
    let model = ModelSpec::new("haiku", MODEL, behaviour).expect("a model");
    let script = Script::new(faults()).and_then(|script| script.repeating(MINUTE)).expect("a script");
    let regions = vec!["us-east-1".to_owned(), "us-west-2".to_owned()];
    let spec = CloudSpec::new(7, regions, vec![model], script).expect("a spec");
    let ledger = Ledger::new(KEPT, None);
    (Cloud::new(spec, Epoch::starting_at(SystemTime::UNIX_EPOCH), ledger.clone()), ledger)
}

fn faults() -> Vec<Fault> {
    let share = |share| Share::new(share).expect("a share");
    let some: Vec<Fault> = kinds()
        .into_iter()
        .enumerate()
        .map(|(place, kind)| Fault::new(format!("fault-{place}"), kind).share(share(SHARE)))
        .collect();
    let second = Duration::from_secs(1);
    let window = |from: u32| Window::between(from * second, (from + 1) * second).expect("a window");
    let west = Aim { regions: vec!["us-west-2".into()], ..Aim::default() };
    let whole = [
        Fault::new("outage", Kind::Outage(Outage)).aimed_at(west).during(window(20)),
        Fault::new("refuse-all", Kind::Refuse(Refuse)).during(window(40)),
        Fault::new("squeeze", Kind::QuotaSqueeze(QuotaSqueeze { to: share(0.5) })),
    ];
    whole.into_iter().chain(some).collect()
}

fn kinds() -> Vec<Kind> {
    let after = 5;
    let added = Spread::constant(Duration::from_millis(300));
    let skew = Duration::from_secs(600);
    let unheard = ErrorAnswer::new(Some("SlowDown"), Some(429), None, &[]);
    vec![
        Kind::Throttle(Throttle::default()),
        Kind::Unavailable(Unavailable::default()),
        Kind::InternalError(InternalError),
        Kind::Error(unheard.expect("an error")),
        Kind::Latency(Latency { added }),
        Kind::FirstByte(FirstByte { added }),
        Kind::SlowTokens(SlowTokens::new(2.0).expect("a factor")),
        Kind::Drip(Drip { bytes_per_s: NonZeroU64::MIN.saturating_add(1_999) }),
        Kind::Stall(Stall { after, lasts: StallTime::For(Duration::from_secs(2)) }),
        Kind::Stall(Stall { after, lasts: StallTime::Forever }),
        Kind::ExceptionFrame(ExceptionFrame::new("ThrottlingException", None, after).expect("a frame")),
        Kind::ErrorFrame(ErrorFrame::new("InternalFailure", "broken", after).expect("a frame")),
        Kind::Truncate(Truncate { after }),
        Kind::BadCrc(BadCrc { after, part: CrcPart::Message }),
        Kind::BadCrc(BadCrc { after, part: CrcPart::Prelude }),
        Kind::EarlyEnd(EarlyEnd { after }),
        Kind::Reset(Reset::BeforeHead),
        Kind::Reset(Reset::WithinHead),
        Kind::Reset(Reset::WithinBody { after }),
        Kind::Refuse(Refuse),
        Kind::WrongDate(WrongDate::Ahead(skew)),
        Kind::WrongDate(WrongDate::Behind(skew)),
        Kind::MalformedJson(MalformedJson),
        Kind::DuplicateEvent(DuplicateEvent { after }),
        Kind::SwapEvents(SwapEvents { after }),
        Kind::Downgrade(Downgrade::Tier),
        Kind::Downgrade(Downgrade::Latency),
    ]
}
