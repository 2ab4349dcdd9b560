//! The scenario with every default, and what it is good for.

use bedload::scenario::{Behaviour, Plan, expand};
use bedload_reports::judge::expect::Expect;
use bedload_reports::units::Nanos;

use crate::support::{FULL, SMALL, parse, rendered};

#[test]
fn defaults_are_printed_and_hold() {
    let plan = parse(SMALL, &[]).unwrap();
    assert_eq!(plan.model("sonnet").unwrap().behaviour(), &Behaviour::default());
    insta::assert_snapshot!("defaults", expand(&plan));
}

/// What a plan holds, without what depends on how it was written.
fn held(plan: &Plan) -> String {
    let mut gates = plan.gates().to_vec();
    gates.iter_mut().for_each(|gate| gate.line = None);
    let mut stop_if = plan.stop_if().to_vec();
    stop_if.iter_mut().for_each(|rule| rule.line = None);
    let expect = plan.expect().map(|expect| Expect { lines: Vec::new(), ..expect.clone() });
    format!(
        "{:#?}",
        (
            (plan.name(), plan.about(), plan.seed(), plan.clock(), plan.target(), plan.max_in_flight()),
            (plan.stages(), plan.models(), plan.answers(), plan.clients(), plan.flows(), plan.faults()),
            (plan.slo(), gates, stop_if, plan.validity(), expect, plan.trace()),
        )
    )
}

pub(crate) fn reads_back(plan: &Plan) {
    let expanded = expand(plan);
    let again =
        parse(&expanded, &[]).unwrap_or_else(|mistakes| unreachable!("{}\n{expanded}", rendered(&mistakes)));
    assert_eq!(held(&again), held(plan));
    assert_eq!(again.digest(), plan.digest());
    assert_eq!(expand(&again), expanded);
}

#[test]
fn the_expanded_scenario_is_the_same_plan() {
    for text in [FULL, SMALL] {
        reads_back(&parse(text, &[]).unwrap());
    }
    let elsewhere = [
        "target={ aws: { profile: \"a b\", max_cost: 0.1, max_requests: 10k } }",
        "faults={}",
        "models.sonnet.regions=[us-east-1]",
        "models.sonnet.quota={ rpm: 1, provisioned: { p: { tpm_per_unit: 1 } } }",
        "clients.plain.regions=[eu-west-1]",
        "models.sonnet.price={ input_per_1k: 0.003, output_per_1k: 1e-7 }",
        "validity.min_achieved=33.3%",
        "trace={ sample: 12.5%, limit: 7, propagate: false }",
        "gates={ g: { metric: cost.per_1k, max: 1e30 }, 1: { metric: latency.p99.9, max: 1ns }, \
         2: { metric: tokens.per_minute, baseline: ./a b, max_increase: 150%, max_decrease: 7.5k/min }, \
         3: { metric: success.ratio, baseline: main, max_increase: 1 point, max_decrease: 28.999% } }",
        "stop_if={ g: { metric: failures.count, above: 10k, over: 1500ms }, 1: { metric: requests.rate, below: 0.1/s, samples: 1 } }",
    ];
    reads_back(&parse(SMALL, &elsewhere).unwrap());
    let policies = [
        "clients.plain={ stream: { restart: {} }, regions: { order: [us-west-2, us-east-1], stick: { sticky: {} } }, \
         fallback: { calls: 1, on: [timeout, throttled] }, limit: { tokens: 7/h, when_empty: { wait: {} } } }",
        "clients.other={ retry: { mode: off }, stream: { restart: {} }, fallback: { calls: 2, within: 1s }, \
         breaker: { sliding_window: { count: 7 } }, hedge: { after: p99.9 }, \
         state_machine: { catch: [{ error_equals: [States.ALL], next: fail }] } }",
        "clients.third={ routing: { metrics: { models: [sonnet, fail], by: in_flight } } }",
        "models.fail={ id: anthropic.claude-3-haiku-20240307-v1:0 }",
        "flows.chat.gateway={ quota: { limit: 1, per: week }, rate: 0.7/h }",
        "expect={ findings: none, retry_after: ignored }",
    ];
    reads_back(&parse(SMALL, &policies).unwrap());
}

#[test]
fn the_digest_is_of_the_meaning() {
    let digest = |text: &str, sets: &[&str]| parse(text, sets).unwrap().digest().to_owned();
    let plain = digest(SMALL, &[]);
    assert_eq!(plain.len(), 64);
    assert_eq!(digest(&format!("# a remark\n{SMALL}"), &["seed=1"]), plain);
    assert_eq!(digest(SMALL, &["stages.quiet.for=120s"]), plain);
    assert_ne!(digest(SMALL, &["seed=2"]), plain);
}

#[test]
fn the_command_line_changes_a_scenario() {
    let sets = [
        "seed=9",
        "clients.plain.retry.attempts=7",
        "stages.storm.for=3m",
        "stages.0.record=false",
        "flows.chat.load.open.rate={ storm: 5/s }",
        "gates.quick={ metric: latency.p95, max: 1s }",
    ];
    let plan = parse(SMALL, &sets).unwrap();
    assert_eq!(plan.seed(), 9);
    assert_eq!(plan.client("plain").unwrap().retry().attempts, 7);
    assert_eq!(plan.length(), Nanos::from_secs(360));
    assert!(!plan.stages()[0].record);
    assert_eq!(plan.gates()[0].line, None);
    assert_eq!(plan.source_text(), expand(&plan));
}
