//! Which model a request asks first.

use std::time::Duration;

use bedload::resilience::policy::{ContentRule, Policy, Routing, RoutingFigure};
use bedload_mocks::Spread;
use bedload_mocks::faults::{Aim, Fault, Kind, Latency};
use bedload_reports::record::{Operation, Outcome, Record};

use crate::support::{Bench, EAST, ask, policy};

fn bench(routing: Routing, faults: Vec<Fault>) -> Bench {
    let policy = Policy { routing: Some(routing), ..policy(&[EAST], &[]) };
    Bench { policy, faults, ..Bench::plain(Operation::Converse) }
}

fn models(records: &[Record]) -> Vec<&str> {
    records.iter().map(|record| &*record.calls[0].model).collect()
}

#[test]
fn a_canary_gets_its_share_by_the_seed() {
    let canary = || Routing::Canary { model: "haiku".into(), share: 0.25 };
    let arrivals: Vec<u64> = (0..400).map(|place| place * 10).collect();
    let records = bench(canary(), Vec::new()).run(&arrivals);
    let routed = records.iter().filter(|record| record.routed.as_deref() == Some("haiku")).count();
    assert!((70..=130).contains(&routed), "{routed} of 400");
    assert_eq!(models(&records).iter().filter(|model| **model == "haiku").count(), routed);
    assert!(records.iter().all(|record| record.outcome == Outcome::FirstTry), "routed is not fallen back");
    assert_eq!(models(&bench(canary(), Vec::new()).run(&arrivals)), models(&records));
    let other = Bench { seed: 8, ..bench(canary(), Vec::new()) };
    assert_ne!(models(&other.run(&arrivals)), models(&records));
}

#[test]
fn content_decides_where_a_rule_holds() {
    let long = ContentRule { model: "haiku".into(), min_tokens: Some(50), ..ContentRule::default() };
    let routing = || Routing::Content(vec![long.clone()]);
    let short = bench(routing(), Vec::new()).once();
    assert_eq!((&*short.calls[0].model, short.routed), ("sonnet", None));
    let long = Bench { ask: ask(&"word ".repeat(60)), ..bench(routing(), Vec::new()) }.once();
    assert_eq!((&*long.calls[0].model, long.routed.as_deref()), ("haiku", Some("haiku")));
}

#[test]
fn the_faster_model_is_asked_once_both_are_known() {
    let slow = Kind::Latency(Latency { added: Spread::constant(Duration::from_secs(2)) });
    let sonnet = Aim { models: vec!["sonnet".into()], ..Aim::default() };
    let routing = Routing::Metrics {
        models: vec!["sonnet".into(), "haiku".into()],
        by: RoutingFigure::Latency,
        half_life: Duration::from_secs(60),
    };
    let records =
        bench(routing, vec![Fault::new("f", slow).aimed_at(sonnet)]).run(&[0, 10, 3000, 4000, 5000]);
    assert_eq!(models(&records), ["sonnet", "haiku", "haiku", "haiku", "haiku"]);
}

#[test]
fn the_model_with_fewest_calls_in_flight_is_asked() {
    let routing = Routing::Metrics {
        models: vec!["sonnet".into(), "haiku".into()],
        by: RoutingFigure::InFlight,
        half_life: Duration::from_secs(60),
    };
    let records = bench(routing, Vec::new()).run(&[0, 10, 20, 30, 500]);
    assert_eq!(models(&records), ["sonnet", "haiku", "sonnet", "haiku", "sonnet"]);
}
