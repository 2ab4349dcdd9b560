//! Scripts under way: who strikes, who counts, and how a list changes.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::num::NonZeroU64;

use http::HeaderMap;

use super::super::ruling::End;
use super::super::{
    Aim, InternalError, Latency, Outage, QuotaSqueeze, Reason, Refuse, Reset, Sever, Share, Throttle,
    Unavailable, Window,
};
use super::*;
use crate::service::Service;
use crate::spread::Spread;
use crate::words::Words;

const SECOND: Duration = Duration::from_secs(1);
const TWO: NonZeroU64 = NonZeroU64::MIN.saturating_add(1);

/// Asks about a Converse request in `region`.
fn with_occasion<T>(at: Duration, region: &str, ask: impl FnOnce(&Occasion<'_>) -> T) -> T {
    let headers = HeaderMap::new();
    let words = Words::new(&headers, b"{}");
    let (flow, model, attempt) = (None, None, Some(1));
    let (service, operation) = (Service::Bedrock, "Converse");
    ask(&Occasion { at, flow, service, operation, model, region, attempt, words: &words })
}

fn judge(play: &Play, at: Duration, region: &str, number: u64) -> Ruling {
    let mut ruling = Ruling::default();
    with_occasion(at, region, |occasion| play.judge(&mut ruling, occasion, Chance::new(7, number)));
    ruling
}

fn named(ruling: &Ruling) -> Option<String> {
    ruling.strikes()?.fault().map(|name| name.to_string())
}

fn slow(name: &str, secs: u64) -> Fault {
    let added = Spread::constant(Duration::from_secs(secs));
    Fault::new(name, Kind::Latency(Latency { added }))
}

fn throttle(name: &str) -> Fault {
    Fault::new(name, Kind::Throttle(Throttle::default()))
}

fn broken(name: &str) -> Fault {
    Fault::new(name, Kind::InternalError(InternalError))
}

fn full(name: &str) -> Fault {
    Fault::new(name, Kind::Unavailable(Unavailable::default()))
}

fn in_region(region: &str) -> Aim {
    Aim { regions: vec![Arc::from(region)], ..Aim::default() }
}

fn play(faults: Vec<Fault>) -> Play {
    Play::new(Script::new(faults).unwrap())
}

/// The delay in seconds, what ends it, and the faults that struck, the one to name first.
fn first_ruling(faults: Vec<Fault>) -> (u64, String, Vec<String>) {
    let ruling = judge(&play(faults), Duration::ZERO, "us-east-1", 0);
    let end = match &ruling.end {
        None => "-".to_owned(),
        Some(End::Refuse(refusal)) => format!("{:?}", refusal.reason),
        Some(End::Sever(sever)) => format!("{sever:?}"),
    };
    let strikes = ruling.strikes().cloned().unwrap_or_default();
    let names = strikes.fault().into_iter().chain(strikes.all()).map(|name| name.to_string());
    (ruling.delay.as_secs(), end, names.collect())
}

#[test]
fn delays_add_up_until_one_refuses_or_cuts() {
    let cut = || Fault::new("cut", Kind::Reset(Reset::BeforeHead));
    type Expected = (u64, &'static str, &'static [&'static str]);
    let cases: [(Vec<Fault>, Expected); 7] = [
        (vec![], (0, "-", &[])),
        (vec![slow("a", 1), slow("b", 2)], (3, "-", &["a", "a", "b"])),
        (vec![slow("a", 0), slow("b", 2)], (2, "-", &["b", "b"])),
        (vec![slow("a", 1), broken("x"), slow("b", 2)], (1, "Internal", &["x", "a", "x"])),
        (vec![cut(), broken("x")], (0, "BeforeHead", &["cut", "cut"])),
        (vec![throttle("t"), cut()], (0, "Throttled", &["t", "t"])),
        (vec![full("u"), throttle("t")], (0, "Throttled", &["t", "t"])),
    ];
    for (faults, (delay, end, names)) in cases {
        let label: Vec<_> = faults.iter().map(|fault| fault.name.clone()).collect();
        let names = names.iter().map(|name| name.to_string()).collect();
        assert_eq!(first_ruling(faults), (delay, end.to_owned(), names), "{label:?}");
    }
}

#[test]
fn only_matching_requests_inside_the_window_count() {
    let fault = throttle("t")
        .during(Window::between(SECOND, 9 * SECOND).unwrap())
        .aimed_at(in_region("us-east-1"))
        .first(TWO);
    let play = play(vec![fault]);
    let arrivals = [
        (Duration::ZERO, "us-east-1", false),
        (SECOND, "us-west-2", false),
        (SECOND, "us-east-1", true),
        (2 * SECOND, "us-west-2", false),
        (2 * SECOND, "us-east-1", true),
        (3 * SECOND, "us-east-1", false),
    ];
    for (number, (at, region, struck)) in (0..).zip(arrivals) {
        assert_eq!(judge(&play, at, region, number).end.is_some(), struck, "{at:?} {region}");
    }
    let [state] = &play.states(SECOND)[..] else { unreachable!("one fault") };
    assert_eq!((state.matched, state.struck, state.on), (3, 2, true));
}

#[test]
fn a_fault_after_a_refusal_does_not_count_the_request() {
    let play = play(vec![throttle("t").every(TWO), broken("x").first(TWO)]);
    let struck: Vec<String> = (0..6)
        .map(|number| {
            let ruling = judge(&play, Duration::ZERO, "us-east-1", number);
            named(&ruling).unwrap_or("-".to_owned())
        })
        .collect();
    assert_eq!(struck, ["x", "t", "x", "t", "-", "t"]);
}

#[test]
fn a_fault_more_does_not_change_the_draws_of_another() {
    let half = || throttle("half").share(Share::new(0.5).unwrap());
    let alone = play(vec![half()]);
    let behind = play(vec![slow("slow", 1).share(Share::new(0.5).unwrap()), half()]);
    for number in 0..1000 {
        let [one, two] = [&alone, &behind].map(|play| judge(play, Duration::ZERO, "us-east-1", number));
        assert_eq!(one.end, two.end, "{number}");
    }
}

#[test]
fn shares_hold_over_many_requests() {
    let play = play(vec![throttle("t").share(Share::new(0.7).unwrap())]);
    let refused =
        (0..20_000).filter(|number| judge(&play, Duration::ZERO, "us-east-1", *number).end.is_some()).count();
    assert!((13_700..14_300).contains(&refused), "{refused} of 20000");
}

#[test]
fn capacity_is_of_the_region_that_would_serve() {
    let outage = Fault::new("gone", Kind::Outage(Outage)).aimed_at(in_region("us-west-2"));
    let play = play(vec![full("full").aimed_at(in_region("us-east-1")), outage]);
    let cases =
        [("us-east-1", false, Some("full")), ("us-west-2", true, Some("gone")), ("eu-west-1", false, None)];
    for (region, refused, lacking) in cases {
        assert_eq!(judge(&play, Duration::ZERO, region, 0).end.is_some(), refused, "{region}");
        let capacity = with_occasion(Duration::ZERO, region, |occasion| {
            play.capacity(occasion, Chance::new(7, 0)).map_err(|(refusal, name)| (refusal.reason, name))
        });
        let expected = lacking.map_or(Ok(()), |name| Err((Reason::Unavailable, Arc::from(name))));
        assert_eq!(capacity, expected, "{region}");
    }
}

#[test]
fn regions_are_full_independently_of_each_other() {
    let play = play(vec![full("half").share(Share::new(0.5).unwrap())]);
    let both = (0..4000).filter(|number| {
        ["us-east-1", "us-west-2"].iter().all(|region| {
            let ask = |occasion: &Occasion<'_>| play.capacity(occasion, Chance::new(7, *number));
            with_occasion(Duration::ZERO, region, ask).is_err()
        })
    });
    let both = both.count();
    assert!((880..1120).contains(&both), "{both} of 4000, not a quarter");
}

#[test]
fn squeezes_multiply_while_they_are_on() {
    let squeeze = |name: &str, to: f64| {
        Fault::new(name, Kind::QuotaSqueeze(QuotaSqueeze { to: Share::new(to).unwrap() }))
    };
    let short = squeeze("short", 0.5).during(Window::between(SECOND, 2 * SECOND).unwrap());
    let play = play(vec![short, squeeze("east", 0.25).aimed_at(in_region("us-east-1"))]);
    let cases = [
        (Duration::ZERO, "us-east-1", 0.25, Some("east")),
        (SECOND, "us-east-1", 0.125, Some("short")),
        (SECOND, "us-west-2", 0.5, Some("short")),
        (2 * SECOND, "us-west-2", 1.0, None),
    ];
    for (at, region, factor, name) in cases {
        let squeeze = with_occasion(at, region, |occasion| play.squeeze(occasion));
        assert_eq!(squeeze, Squeeze { factor, fault: name.map(Arc::from) }, "{at:?} {region}");
    }
}

#[test]
fn windows_come_again_each_period() {
    let script = Script::new(vec![throttle("t").during(Window::between(SECOND, 2 * SECOND).unwrap())]);
    let play = Play::new(script.unwrap().repeating(10 * SECOND).unwrap());
    for (second, struck) in [(0, false), (1, true), (2, false), (11, true), (12, false), (101, true)] {
        let ruling = judge(&play, second * SECOND, "us-east-1", 0);
        assert_eq!(ruling.end.is_some(), struck, "second {second}");
    }
}

#[test]
fn faults_come_and_go_under_way() {
    let play = play(vec![throttle("t")]);
    let changes = play.changes();
    let end = |number| named(&judge(&play, 5 * SECOND, "us-east-1", number));
    assert_eq!(end(0).as_deref(), Some("t"));
    assert_eq!(play.add(vec![broken("x"), broken("t")]), Err(ScriptError::NameTwice("t".into())));
    assert_eq!(play.states(SECOND).len(), 1, "all or none");
    play.add(vec![broken("x")]).unwrap();
    assert!(play.remove("t"));
    assert!(!play.remove("t"));
    assert_eq!(end(1).as_deref(), Some("x"));
    play.clear();
    assert_eq!(end(2), None);
    assert_eq!(*changes.borrow(), 3);
    play.restart(5 * SECOND);
    assert_eq!(play.states(5 * SECOND)[0].matched, 0);
    assert_eq!(end(3).as_deref(), Some("t"));
}

#[test]
fn a_restart_begins_the_windows_anew() {
    let play = play(vec![throttle("t").during(Window::between(SECOND, 2 * SECOND).unwrap())]);
    play.restart(100 * SECOND);
    for (second, struck) in [(1, false), (100, false), (101, true), (102, false)] {
        let ruling = judge(&play, second * SECOND, "us-east-1", 0);
        assert_eq!(ruling.end.is_some(), struck, "second {second}");
    }
}

#[test]
fn the_door_is_closed_while_everybody_is_refused() {
    let refuse = |name: &str| Fault::new(name, Kind::Refuse(Refuse));
    let window = Window::between(2 * SECOND, 5 * SECOND).unwrap();
    let some = refuse("some").aimed_at(in_region("us-east-1"));
    let few = refuse("few").first(TWO);
    let all = refuse("all").during(window);
    let once = play(vec![some.clone(), few.clone(), all.clone()]);
    let again = Script::new(vec![all]).unwrap().repeating(10 * SECOND).unwrap();
    let again = Play::new(again);
    let cases = [
        (&once, 0, (false, Some(2))),
        (&once, 2, (true, Some(3))),
        (&once, 5, (false, None)),
        (&again, 5, (false, Some(5))),
        (&again, 12, (true, Some(3))),
        (&play(vec![some, few]), 0, (false, None)),
    ];
    for (play, second, (refusing, wait)) in cases {
        let expected = (refusing, wait.map(Duration::from_secs));
        assert_eq!(play.refuses(second * SECOND), expected, "second {second}");
    }
    assert_eq!(judge(&once, 2 * SECOND, "us-east-1", 0).end, Some(End::Sever(Sever::Refused)));
}
