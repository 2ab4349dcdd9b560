#![expect(clippy::unwrap_used, reason = "a test may panic")]

use regex::Regex;

use super::*;
use crate::client::ask::{Message, Role, Tool};

const HALF_LIFE: Duration = Duration::from_secs(10);

const fn at(second: u64) -> Nanos {
    Nanos::from_secs(second)
}

fn ask(text: &str) -> Ask {
    Ask {
        messages: vec![Message { role: Role::User, text: text.into() }],
        system: None,
        max_tokens: None,
        temperature: None,
        top_p: None,
        stop_sequences: Vec::new(),
        tools: Vec::new(),
        ..Ask::default()
    }
}

fn routed(routing: &Routing, figures: &Figures, now: Nanos, ask: &Ask, draw: f64) -> Option<String> {
    route(routing, figures, now, &"chat".into(), ask, draw).map(|model| model.to_string())
}

#[test]
fn shares_split_the_draws() {
    let routing = Routing::Shares(vec![("a".into(), 0.2), ("b".into(), 0.5), ("c".into(), 0.3)]);
    let to = |draw| routed(&routing, &Figures::default(), at(0), &ask("hi"), draw).unwrap();
    assert_eq!([0.0, 0.19, 0.2, 0.69, 0.7, 0.999].map(to), ["a", "a", "b", "b", "c", "c"]);
    let short = Routing::Shares(vec![("a".into(), 0.3), ("b".into(), 0.3), ("c".into(), 0.3)]);
    assert_eq!(routed(&short, &Figures::default(), at(0), &ask("hi"), 0.95).as_deref(), Some("c"));
}

#[test]
fn a_canary_gets_its_share_and_the_flow_the_rest() {
    let routing = Routing::Canary { model: "new".into(), share: 0.05 };
    let to = |draw| routed(&routing, &Figures::default(), at(0), &ask("hi"), draw);
    assert_eq!([0.0, 0.049].map(to), [Some("new".into()), Some("new".into())]);
    assert_eq!([0.05, 0.99].map(to), [None, None]);
}

#[test]
fn the_first_rule_of_which_every_condition_holds_decides() {
    let rule = |model: &str| ContentRule { model: model.into(), ..ContentRule::default() };
    let routing = Routing::Content(vec![
        ContentRule { min_tokens: Some(100), ..rule("large") },
        ContentRule { tools: Some(true), ..rule("tools") },
        ContentRule { matches: Some(Regex::new("(?i)invoice").unwrap()), ..rule("finance") },
        ContentRule { flows: vec!["search".into()], ..rule("search") },
        ContentRule { max_tokens: Some(2), flows: vec!["chat".into()], ..rule("small") },
    ]);
    let equipped = Ask {
        tools: vec![Tool { name: "t".into(), description: None, input_schema: serde_json::json!({}) }],
        ..ask("your invoice, please")
    };
    let cases = [
        (ask(&"word ".repeat(200)), Some("large")),
        (equipped, Some("tools")),
        (ask("your Invoice, please"), Some("finance")),
        (ask("hello"), Some("small")),
        (ask("hello there, how are you?"), None),
    ];
    for (ask, expected) in cases {
        assert_eq!(routed(&routing, &Figures::default(), at(0), &ask, 0.5).as_deref(), expected, "{ask:?}");
    }
}

fn by(by: RoutingFigure) -> Routing {
    Routing::Metrics { models: vec!["a".into(), "b".into()], by, half_life: HALF_LIFE }
}

fn told(figures: &mut Figures, second: u64, model: &str, ended: Ended) {
    figures.begin(&model.into());
    figures.ended(at(second), &model.into(), ended, HALF_LIFE);
}

fn answered(seconds: u64) -> Ended {
    Ended::Answered(Duration::from_secs(seconds))
}

#[test]
fn the_unknown_are_tried_one_request_at_a_time_and_then_the_fastest_wins() {
    let routing = by(RoutingFigure::Latency);
    let mut figures = Figures::default();
    let best = |figures: &Figures, second| routed(&routing, figures, at(second), &ask("hi"), 0.5).unwrap();
    assert_eq!(best(&figures, 0), "a");
    figures.begin(&"a".into());
    assert_eq!(best(&figures, 0), "b");
    figures.begin(&"b".into());
    assert_eq!(best(&figures, 0), "a", "nothing is known of either: the first");
    figures.ended(at(3), &"a".into(), answered(3), HALF_LIFE);
    figures.ended(at(3), &"b".into(), answered(1), HALF_LIFE);
    assert_eq!(best(&figures, 3), "b");
}

#[test]
fn a_measurement_of_one_half_life_ago_counts_half() {
    let mut average = Average::default();
    average.measure(at(0), 1.0, HALF_LIFE);
    average.measure(at(10), 4.0, HALF_LIFE);
    assert_eq!(average.fresh(at(10), HALF_LIFE), Some((0.5 + 4.0) / 1.5));
    assert_eq!(average.fresh(at(30), HALF_LIFE), Some(3.0), "time alone changes no average");
}

#[test]
fn a_model_that_was_slow_long_ago_is_tried_again() {
    let routing = by(RoutingFigure::Latency);
    let mut figures = Figures::default();
    told(&mut figures, 0, "a", answered(30));
    told(&mut figures, 0, "b", answered(1));
    for second in [10, 20, 30, 40] {
        told(&mut figures, second, "b", answered(1));
        assert_eq!(routed(&routing, &figures, at(second), &ask("hi"), 0.5).as_deref(), Some("b"));
    }
    assert_eq!(routed(&routing, &figures, at(41), &ask("hi"), 0.5).as_deref(), Some("a"));
}

#[test]
fn errors_count_failures_alone_and_what_tells_nothing_counts_not_at_all() {
    let routing = by(RoutingFigure::Errors);
    let mut figures = Figures::default();
    for (model, ended) in
        [("a", answered(1)), ("a", Ended::Failed), ("b", answered(60)), ("b", Ended::Untold)]
    {
        told(&mut figures, 0, model, ended);
    }
    assert_eq!(routed(&routing, &figures, at(0), &ask("hi"), 0.5).as_deref(), Some("b"));
}

#[test]
fn the_least_in_flight_wins_and_the_first_of_equals() {
    let routing = by(RoutingFigure::InFlight);
    let mut figures = Figures::default();
    let best = |figures: &Figures| routed(&routing, figures, at(0), &ask("hi"), 0.5).unwrap();
    assert_eq!(best(&figures), "a");
    figures.begin(&"a".into());
    assert_eq!(best(&figures), "b");
    figures.begin(&"b".into());
    assert_eq!(best(&figures), "a");
    figures.begin(&"a".into());
    figures.ended(at(0), &"b".into(), Ended::Untold, HALF_LIFE);
    assert_eq!(best(&figures), "b");
}
