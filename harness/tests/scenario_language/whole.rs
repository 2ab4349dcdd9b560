//! The whole language, read.

use std::collections::BTreeSet;
use std::time::Duration;

use bedload::client::policy::RetryQuota;
use bedload::engine::assembly::{self, cloud_spec};
use bedload::pace::{Arrivals, Shape};
use bedload::queue::policy::{Consumer, OnFailure};
use bedload::resilience::policy::{
    HedgeAfter, Routing, SlidingWindow, Stick, StreamPolicy, Trigger, WhenEmpty,
};
use bedload::scenario::{
    AnswerLimit, Answers, Flow, Inject, Input, Load, Spread, StopReason, Target, When, WindowLaw, schema,
};
use bedload_reports::compare::Margin;
use bedload_reports::gate::Limit;
use bedload_reports::header::ClockKind;
use bedload_reports::record::Operation;
use bedload_reports::stop::Bound;
use bedload_reports::units::Nanos;

use crate::support::{FULL, parse};

#[test]
fn the_whole_language_is_read() {
    let plan = parse(FULL, &[]).unwrap();
    assert_eq!((&**plan.name(), plan.seed(), plan.clock()), ("every-key", 7, ClockKind::Virtual));
    assert_eq!((plan.max_in_flight(), plan.length()), (2000, Nanos::from_secs(300)));
    let Target::Mock { regions, account, profiles, async_fails, blocked_words } = plan.target() else {
        unreachable!("a mock")
    };
    assert_eq!((regions.len(), &**account, profiles.len()), (2, "000123456789", 2));

    assert_eq!((*async_fails, blocked_words.len()), (0.05, 1));

    let sonnet = plan.model("sonnet").unwrap();
    assert_eq!(sonnet.behaviour().output_tokens, Spread::LogNormal { p50: 150.0, p99: 600.0 });
    assert_eq!(sonnet.price().unwrap().output_per_1k, 0.015);

    let quota = sonnet.quota().unwrap();
    assert_eq!((quota.on_demand.rpm, quota.on_demand.tpd), (Some(2400), Some(1_000_000_000)));
    assert_eq!((quota.burndown, quota.window), (5, WindowLaw::Refill));
    assert_eq!(quota.provisioned.iter().map(|bought| bought.units).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(sonnet.behaviour().optimized.unwrap().speedup, 2.5);
    let haiku = plan.model("haiku").unwrap();
    assert_eq!((haiku.regions().len(), haiku.behaviour().answers), (1, Answers::Echo));
    let reasons: Vec<_> = plan.answers().iter().map(|answer| answer.stop_reason()).collect();
    assert_eq!(reasons, [StopReason::ToolUse, StopReason::StopSequence, StopReason::EndTurn]);

    let client = plan.client("plain").unwrap();
    assert_eq!((client.retry().attempts, client.retry().max_backoff), (5, Duration::from_secs(10)));
    assert_eq!((client.regions().len(), client.timeout().total), (1, None));

    assert_eq!(client.retry().quota, RetryQuota::Shared("house".into()));

    let [chat, lookup, batch, events, documents, letters, replayed, renamed, asked, filled, brief] =
        plan.flows()
    else {
        unreachable!("eleven flows")
    };
    assert_eq!(chat.call().operation, Operation::ConverseStream);
    assert_eq!(chat.call().input, Input::Tokens(Spread::LogNormal { p50: 300.0, p99: 2000.0 }));
    let Load::Open { arrivals, stretches } = chat.load() else { unreachable!("an open load") };
    assert_eq!(
        (stretches[2].from, stretches[2].shape),
        (Nanos::from_secs(150), Shape::Ramp { from_per_s: 20.0, to_per_s: 40.0 })
    );
    assert_eq!(*arrivals, Arrivals::Gamma { cv: 1.5 });
    assert_eq!(stretches[0].shape, Shape::Steps { from_per_s: 1.0, to_per_s: 5.0, count: 5 });
    let (at, lasts) = (Nanos::from_secs(30), Nanos::from_secs(10));
    assert_eq!(stretches[1].shape, Shape::Spike { base_per_s: 20.0, peak_per_s: 50.0, at, lasts });
    let period = Nanos::from_secs(60);
    assert_eq!(stretches[3].shape, Shape::Sine { low_per_s: 2.0, high_per_s: 20.0, period });
    queues([documents, letters, brief]);
    let Load::Closed { segments, .. } = lookup.load() else { unreachable!("a closed load") };
    assert_eq!(segments.iter().map(|segment| segment.users).collect::<Vec<_>>(), [8, 16]);
    assert!(matches!(&batch.call().input, Input::Messages(messages) if messages.len() == 1));
    let limits = [batch, chat, replayed, renamed].map(|flow| flow.call().max_tokens);
    let tokens = AnswerLimit::Tokens;
    assert_eq!(limits, [AnswerLimit::Unset, tokens(512), AnswerLimit::Traced, tokens(64)]);
    assert_eq!(
        (&replayed.call().input, &renamed.call().input),
        (&Input::Traced, &Input::Tokens(Spread::Constant(100.0)))
    );
    assert!(matches!(events.load(), Load::Closed { segments, .. } if segments.len() == 4));
    let Input::File(file) = &asked.call().input else { unreachable!("a file") };
    assert_eq!((&*file.path, &*file.field, file.texts().len()), ("prompts.jsonl", "question", 3));
    assert_eq!((file.shuffled, file.distinct, asked.call().prefix_tokens), (true, false, Some(2000)));
    let Load::Closed { segments, turns, .. } = asked.load() else { unreachable!("a closed load") };
    assert_eq!(**turns, Spread::LogNormal { p50: 4.0, p99: 12.0 });
    let ends: Vec<_> = segments.iter().map(|segment| (segment.users, segment.end_users)).collect();
    assert_eq!(ends, [(0, 5), (5, 5)]);
    let Input::Template(template) = &filled.call().input else { unreachable!("a template") };
    assert_eq!((template.variables.len(), template.variables[0].texts.len()), (1, 2));

    let throttle = &plan.faults()[0];
    assert_eq!(throttle.when().window(), Some((Nanos::from_secs(150), Nanos::from_secs(210))));
    assert_eq!((throttle.trigger().share, throttle.trigger().first), (0.7, Some(10_000)));
    assert!(
        matches!(throttle.inject(), Inject::Throttle { retry_after: Some(wait), .. } if wait.as_secs() == 2)
    );

    let kinds: BTreeSet<&str> = plan.faults().iter().map(|fault| fault.inject().name()).collect();
    assert_eq!(kinds.len(), 30, "{kinds:?}");
    assert_eq!(plan.faults()[4].when(), &When::Always);

    let gate = &plan.gates()[5];
    assert_eq!((&gate.limit, gate.line), (&Limit::Max(2e6), Some(278)));
    let Limit::Against(against) = &plan.gates()[9].limit else { unreachable!("a change") };
    assert_eq!(
        (&*against.baseline, against.max_increase, against.max_decrease),
        ("main", Some(Margin::Relative(0.1)), Some(Margin::Absolute(0.2)))
    );
    let rule = &plan.stop_if()[0];
    assert_eq!((rule.when, rule.window, rule.samples), (Bound::Below(0.5), Nanos::from_secs(20), 50));
    assert_eq!(plan.validity().min_achieved, 0.975);
    assert_eq!(plan.source_text(), FULL);
}

#[test]
fn every_policy_is_read() {
    let plan = parse(FULL, &[]).unwrap();
    let policy = |name: &str| plan.client(name).unwrap().policy().clone();
    let careful = policy("careful");
    assert_eq!(careful.stream, StreamPolicy::FallBack);
    assert_eq!(careful.regions.stick, Stick::Sticky { return_after: Duration::from_secs(60) });
    let opus = &careful.fallback.models[1];
    assert_eq!((opus.max_tokens, opus.operation), (Some(256), Some(Operation::Converse)));
    assert_eq!(careful.fallback.on, Trigger::DEFAULT.into());
    assert_eq!((careful.fallback.calls, careful.fallback.within), (Some(3), Some(Duration::from_secs(10))));
    let breaker = careful.breaker.unwrap();
    assert_eq!(
        (breaker.sliding_window, breaker.minimum_number_of_calls, breaker.failure_rate_threshold),
        (SlidingWindow::Count(20), 10, 0.4)
    );
    let limit = careful.limit.unwrap();
    assert_eq!((limit.requests_per_minute, limit.tokens_per_minute), (Some(60.0), Some(100_000.0)));
    assert_eq!(limit.when_empty, WhenEmpty::Wait { at_most: Some(Duration::from_secs(5)) });
    let Some(Routing::Content(rules)) = &careful.routing else { unreachable!("rules") };
    assert!(rules[0].matches.as_ref().unwrap().is_match("Be BRIEF."));
    assert_eq!(careful.hedge.unwrap().after, HedgeAfter::Percentile(0.95));
    let machine = careful.state_machine.unwrap();
    assert_eq!(machine.retry[0].max_delay, Some(Duration::from_secs(30)));
    assert_eq!(machine.retry[1].max_attempts, 0);
    let next: Vec<_> = machine.catch.iter().map(|catcher| catcher.next.as_deref()).collect();
    assert_eq!(next, [Some("haiku"), Some("opus"), None]);

    // What a client can meet moves it, unless it says otherwise.
    let met = |name: &str, trigger| policy(name).fallback.on.contains(&trigger);
    assert!(met("plain", Trigger::BreakerOpen) && !met("plain", Trigger::StreamBroken));
    assert!(!met("once", Trigger::BreakerOpen) && met("once", Trigger::Throttled));
    assert_eq!(policy("plain").breaker.unwrap().sliding_window, SlidingWindow::Time(10));
    assert!(matches!(policy("trial").routing, Some(Routing::Canary { share: 0.05, .. })));

    let [chat, _, _, events, ..] = plan.flows() else { unreachable!("flows") };
    assert_eq!(chat.gateway().unwrap().max_body_bytes, 1_000_000);
    assert_eq!(events.gateway().unwrap().quota.unwrap().limit, 1_000_000);
}

fn queues(flows: [&Flow; 3]) {
    let [documents, letters, brief] = flows.map(|flow| match flow.load() {
        Load::Queue { policy, .. } => &**policy,
        other => unreachable!("a queue, not {other:?}"),
    });
    let polling = flows[0].call().polling.as_ref().unwrap();
    assert_eq!((&*polling.output, polling.deadline), ("s3://results/here", Duration::from_secs(300)));
    assert_eq!((documents.jobs, documents.groups, documents.send_batch), (2000, Some(20), 5));
    assert_eq!((documents.consumer.slots(), documents.consumer.turns()), (16, 2));
    assert_eq!(documents.handling.on_failure, OnFailure::Release(Duration::from_secs(5)));
    assert_eq!(documents.handling.lease, Duration::from_secs(120));
    let Consumer::Function(function) = &letters.consumer else { unreachable!("a function") };
    assert_eq!((function.batch, function.concurrency(), function.partial), (20, 10, false));
    assert_eq!((brief.consumer.slots(), brief.visibility), (2, Duration::from_secs(30)));
    assert_eq!(brief.handling.lease, brief.visibility, "a claim holds as long as the message is hidden");
}

#[test]
fn the_whole_language_makes_a_cloud_and_its_faults() {
    let plan = parse(FULL, &[]).unwrap();
    cloud_spec(&plan).unwrap();
    let made = assembly::faults(plan.faults()).unwrap();
    let of_the_cloud: Vec<_> = plan.faults().iter().filter(|fault| !fault.inject().is_of_workers()).collect();
    assert_eq!((made.len(), plan.faults().len()), (of_the_cloud.len(), of_the_cloud.len() + 5));
    for (made, asked) in made.iter().zip(of_the_cloud) {
        assert_eq!((made.name(), made.kind().word()), (&**asked.name(), asked.inject().name()));
    }
}

#[test]
fn the_story_that_the_language_was_made_for_is_read() {
    let plan = parse(include_str!("../scenarios/storm-and-failover.yaml"), &[]).unwrap();
    assert_eq!((plan.flows().len(), plan.faults().len(), plan.gates().len()), (3, 1, 5));
    assert_eq!(plan.length(), Nanos::from_secs(330));
}

/// The names of all properties in a schema.
fn properties(schema: &serde_json::Value, names: &mut BTreeSet<String>) {
    match schema {
        serde_json::Value::Object(map) => {
            if let Some(serde_json::Value::Object(keys)) = map.get("properties") {
                names.extend(keys.keys().cloned());
            }
            map.values().for_each(|value| properties(value, names));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| properties(item, names)),
        _ => {}
    }
}

#[test]
fn the_schema_and_the_full_scenario_know_the_same_keys() {
    let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    let mut names = BTreeSet::new();
    properties(&schema, &mut names);
    assert!(names.len() > 60, "{names:?}");
    // Other targets, and limits that another gate has.
    let elsewhere = [
        ["endpoint", "bedrock", "sqs", "dynamodb", "existing"].as_slice(),
        ["aws", "profile", "max_cost", "max_requests", "dead_letters", "table"].as_slice(),
    ]
    .concat();
    for name in names.iter().filter(|name| !elsewhere.contains(&name.as_str())) {
        assert!(FULL.contains(&format!("{name}:")), "full.yaml does not use `{name}`");
    }
    let required = &schema["definitions"]["Stage"]["required"];
    assert_eq!(required, &serde_json::json!(["name", "for"]));
    assert!(!schema.to_string().contains("x-optional"));
}
