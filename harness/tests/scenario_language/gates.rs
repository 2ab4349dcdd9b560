//! Gates: their mistakes, and those that could never have data.

use crate::support::{SMALL, assert_each, told};

/// Gates on the small scenario, and what is told of them.
#[rustfmt::skip]
pub(crate) const GATES: &[(&str, &[&str])] = &[
    ("{ metric: success.ratio, min: 99.5% }", &[]),
    ("{ metric: latency.p95, during: quiet, max: 2s }", &[]),
    ("{ metric: recovery.time, after: throttle, max: 0s }", &[]),
    ("{ metric: requests.count, equals: 10k }", &[]),
    ("{ metric: success.rate, min: 99% }", &["17:16 S009 there is no metric `success.rate`"]),
    ("{ metric: latency, max: 2s }", &["17:16 S009 there is no metric `latency`"]),
    ("{ metric: latency.p95 }", &["17:3 S005 a gate without a limit"]),
    ("{ metric: latency.p95, max: 2s, min: 1s }", &["17:3 S010 a gate with more than one limit"]),
    ("{ metric: latency.p95, max: 2 }", &["17:34 S007 the number `2` has no unit"]),
    ("{ metric: latency.p95, max: [2s] }", &["17:29 S006 expected one value in the unit of the metric, found a list"]),
    ("{ metric: latency.p95, max: 2/s }", &["17:34 S007 `2/s` is not a duration"]),
    ("{ metric: latency.p95, between: [1s] }", &["17:29 S006 `between` has two ends, found 1"]),
    ("{ metric: latency.p95, between: [2s, 1s] }", &["17:29 S010 the first end lies above the second"]),
    ("{ metric: success.ratio, min: 0.995 }", &["17:36 S007 the number `0.995` has no unit"]),
    ("{ metric: tokens.per_minute, max: 2M }", &["17:40 S007 `2M` has no unit"]),
    ("{ metric: latency.p95, flow: chatt, max: 2s }", &["17:35 S009 there is no flow `chatt`"]),
    ("{ metric: latency.p95, during: strom, max: 2s }", &["17:37 S009 there is no stage `strom`"]),
    ("{ metric: latency.p95, where: { region: eu-west-1 }, max: 2s }", &["17:46 S009 there is no region `eu-west-1`"]),
    ("{ metric: latency.p95, after: throttle, max: 2s }", &["17:36 S010 `after` has no meaning for `latency.p95`"]),
    ("{ metric: recovery.time, after: throttle, during: quiet, max: 2s }", &["17:56 S010 `during` has no meaning for `recovery.time`"]),
    ("{ metric: latency.p95, max: 2s, severity: error }", &["17:48 S009 `error` is not a severity"]),
    ("{ metric: latency.p95, max: 2s, basline: main }", &["17:38 S004 unknown key `basline`"]),
    // Baselines.
    ("{ metric: latency.p95, baseline: main, max_increase: 10% }", &[]),
    ("{ metric: success.ratio, baseline: ../main, max_increase: 150%, max_decrease: 0.5 points }", &[]),
    ("{ metric: latency.p95, baseline: main, max_increase: 10%, max: 2s }", &["17:3 S010 a gate with more than one limit"]),
    ("{ metric: latency.p95, baseline: main }", &["17:3 S005 a gate on a baseline that limits no change"]),
    ("{ metric: latency.p95, max_increase: 10% }", &["17:3 S005 a limit on a change, and no `baseline` to change from"]),
    ("{ metric: latency.p95, baseline: main, max_increase: 10 }", &["17:59 S007 the number `10` has no unit"]),
    ("{ metric: latency.p95, baseline: main, max_increase: -10% }", &["17:59 S007 `-10%` is not a part of the baseline"]),
    ("{ metric: success.ratio, baseline: main, max_decrease: 1 }", &["17:61 S007 the number `1` has no unit"]),
    ("{ metric: success.ratio, baseline: main, max_decrease: 200ms }", &["17:61 S007 `200ms` is not a change of a share"]),
    ("{ metric: recovery.time, after: throttle, baseline: main, max_increase: 10% }", &["17:58 S010 one run cannot tell whether `recovery.time` has changed"]),
    ("{ metric: latency.max, baseline: main, max_increase: 10% }", &["17:39 S010 one run cannot tell whether `latency.max` has changed"]),
    // What could never have data.
    ("{ metric: ttft.p95, flow: ask, max: 2s }", &["17:3 S011 gate `g` can have no data: flow `ask` does not stream, so it has no ttft"]),
    ("{ metric: dropped.count, flow: ask, max: 2 }", &["17:3 S011 gate `g` can have no data: only an open load can find no room, and none is in scope"]),
    ("{ metric: goodput.ratio, min: 99% }", &["17:3 S011 gate `g` can have no data: the scenario has no `slo`"]),
    ("{ metric: cost.total, max: 1 }", &["17:3 S011 gate `g` can have no data: there is no price for `sonnet`"]),
    ("{ metric: region.share, min: 1% }", &["17:3 S011 gate `g` can have no data: it does not say which region"]),
    ("{ metric: model.share, min: 1% }", &["17:3 S011 gate `g` can have no data: it does not say which model"]),
    ("{ metric: recovery.time, max: 2s }", &["17:3 S011 gate `g` can have no data: it does not say which fault to recover from"]),
    ("{ metric: ttft.p95, during: storm, max: 2s }", &[]),
    ("{ metric: latency.p95, flow: ask, during: storm, max: 2s }", &["17:3 S011 gate `g` can have no data: flow `ask` has no traffic in stage `storm`"]),
    ("{ metric: latency.p95, where: { region: us-west-2 }, max: 2s }", &["17:3 S011 gate `g` can have no data: no client in scope asks region `us-west-2`"]),
];

#[test]
fn each_mistake_of_a_gate_is_told_with_its_place() {
    assert_each(GATES, |gate| format!("{SMALL}gates:\n  g: {gate}\n"));
}

/// Rules that end a run on the small scenario, and what is told of them.
#[rustfmt::skip]
const STOPS: &[(&str, &[&str])] = &[
    ("{ metric: success.ratio, below: 50% }", &[]),
    ("{ metric: latency.p95, flow: ask, above: 20s, over: 10s, samples: 5 }", &[]),
    ("{ metric: dropped.count, above: 100 }", &[]),
    ("{ metric: success.ratio }", &["17:3 S005 a rule that says nothing about its figure"]),
    ("{ metric: success.ratio, below: 50%, above: 60% }", &["17:3 S010 a rule with two edges"]),
    ("{ metric: success.ratio, min: 50% }", &["17:3 S005 a rule that says nothing about its figure", "17:31 S004 unknown key `min`"]),
    ("{ metric: success.ratio, below: 50 }", &["17:38 S007 the number `50` has no unit"]),
    ("{ metric: success.ratio, below: 50%, over: 0s }", &["17:49 S008 `0s` is out of bounds"]),
    ("{ metric: recovery.time, above: 5s }", &["17:16 S010 `recovery.time` is known at the end of the run alone"]),
    ("{ metric: findings.count, above: 5 }", &["17:16 S010 `findings.count` is known at the end of the run alone"]),
    ("{ metric: success.ratio, flow: chatt, below: 50% }", &["17:37 S009 there is no flow `chatt`"]),
    ("{ metric: ttft.p95, flow: ask, above: 2s }", &["17:3 S011 rule `s` can have no data: flow `ask` does not stream, so it has no ttft"]),
];

#[test]
fn each_mistake_of_a_rule_is_told_with_its_place() {
    assert_each(STOPS, |rule| format!("{SMALL}stop_if:\n  s: {rule}\n"));
}

#[test]
fn a_gate_needs_recorded_time_with_traffic() {
    let text = SMALL.replace("name: quiet, for: 2m", "name: quiet, for: 2m, record: false");
    let gates = "gates:
  still: { metric: latency.p95, during: quiet, max: 1s }
  back: { metric: recovery.time, after: throttle, max: 1s }
";
    assert_eq!(
        told(&format!("{text}{gates}"), &[]),
        [
            "17:3 S011 gate `still` can have no data: stage `quiet` is not recorded",
            "18:3 S011 gate `back` can have no data: nothing is recorded before fault `throttle`, so there is no level to return to",
        ]
    );
    let late = SMALL.replace("during: storm", "during: after");
    let told =
        told(&format!("{late}gates:\n  back: {{ metric: recovery.time, after: throttle, max: 1s }}\n"), &[]);
    assert_eq!(told, ["17:3 S011 gate `back` can have no data: nothing is recorded after fault `throttle`"]);
}

#[test]
fn a_gate_needs_a_flow_that_streams_while_it_looks() {
    let text = SMALL.replace("rate: 20/s", "rate: { quiet: 20/s }").replace("{ quiet: 2 }", "2");
    assert_eq!(
        told(&format!("{text}gates:\n  g: {{ metric: itl.p95, during: storm, max: 1s }}\n"), &[]),
        ["17:3 S011 gate `g` can have no data: no flow streams in stage `storm`, so there is no itl"]
    );
}
