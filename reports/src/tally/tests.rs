//! Every figure of the catalogue, by hand.

use super::*;
use crate::gate::{Gate, Limit, OnNoData, Scope};
use crate::metric::Metric;
use crate::testing::{answered, failed, header_with, retried};

fn gate(metric: &str, scope: Scope, limit: Limit) -> Gate {
    Gate {
        name: metric.into(),
        metric: metric.parse().unwrap_or(Metric::Figure(crate::metric::Figure::Requests)),
        scope,
        limit,
        severity: Severity::Fail,
        on_no_data: OnNoData::Fail,
        line: None,
    }
}

fn tally(gates: Vec<Gate>) -> Tally {
    Tally::new(&header_with(gates))
}

fn measured(metric: &str, scope: Scope, records: &[Record]) -> Option<f64> {
    let mut tally = tally(vec![gate(metric, scope, Limit::Max(1e9))]);
    records.iter().for_each(|record| tally.observe(record));
    tally.finish(Ending::Complete, 0).summary.gates[0].measured.value
}

fn at(secs: u64) -> Nanos {
    Nanos::from_secs(secs)
}

#[test]
fn figures_follow_their_formulas() {
    let records = [answered(0, at(20)), retried(1, at(31)), retried(2, at(32)), failed(3, at(33))];
    let all = Scope::default;
    let table = [
        ("success.ratio", 0.75),
        ("success.first_try", 0.25),
        ("success.after_retry", 0.5),
        ("fallback.share", 0.0),
        ("attempts.per_request", 2.0),
        ("requests.count", 4.0),
        ("failures.count", 1.0),
        ("throttles.count", 5.0),
        ("errors.count", 5.0),
        ("retry_quota.refusals", 0.0),
        ("tokens.input", 300.0),
        ("tokens.output", 33.0),
        ("goodput.ratio", 0.75),
        ("cost.total", 0.3 * 0.003 + 0.033 * 0.015),
        ("requests.rate", 4.0 / 120.0),
        ("latency.max", 2.4),
        ("tpot.max", 0.1),
        ("itl.max", 0.1),
        ("backoff.max", 2.6),
        ("first_attempt.max", 0.4),
    ];
    for (metric, expected) in table {
        let value = measured(metric, all(), &records).unwrap_or(f64::NAN);
        assert!((value - expected).abs() < 1e-9, "{metric}: {value} instead of {expected}");
    }
}

#[test]
fn scopes_narrow_to_flow_stage_and_region() {
    let records = [answered(0, at(20)), retried(1, at(80))];
    let during = |stage: &str| Scope { during: Some(stage.into()), ..Scope::default() };
    let region = |region: &str| Scope { region: Some(region.into()), ..Scope::default() };
    assert_eq!(measured("requests.count", during("quiet"), &records), Some(1.0));
    assert_eq!(measured("success.first_try", during("after"), &records), Some(0.0));
    assert_eq!(measured("region.share", region("us-east-1"), &records), Some(1.0));
    assert_eq!(measured("region.share", region("us-west-2"), &records), Some(0.0));
    let other = Scope { flow: Some("other".into()), ..Scope::default() };
    assert_eq!(measured("success.ratio", other, &records), None);
}

#[test]
fn warm_up_is_left_out() {
    assert_eq!(measured("success.ratio", Scope::default(), &[failed(0, at(5))]), None);
}

#[test]
fn a_gate_without_data_fails_the_run_and_stands_first() {
    let during = Scope { during: Some("after".into()), ..Scope::default() };
    let mut tally = tally(vec![
        gate("requests.count", Scope::default(), Limit::Min(1.0)),
        gate("success.ratio", during, Limit::Min(0.5)),
    ]);
    tally.observe(&answered(0, at(20)));
    let summary = tally.finish(Ending::Complete, 0).summary;
    assert_eq!(summary.verdict, RunVerdict::Fail);
    assert_eq!(summary.gates[0].verdict, Verdict::NoData);
    assert_eq!(summary.gates[1].verdict, Verdict::Pass);
}

#[test]
fn too_few_samples_for_a_percentile_are_no_data() {
    let mut tally = tally(vec![gate("latency.p99", Scope::default(), Limit::Max(9.0))]);
    (0..298).for_each(|id| tally.observe(&answered(id, at(20))));
    assert_eq!(tally.finish(Ending::Complete, 0).summary.gates[0].verdict, Verdict::NoData);
}

#[test]
fn a_torn_log_is_invalid_whatever_its_gates_say() {
    let mut tally = tally(vec![gate("success.ratio", Scope::default(), Limit::Min(0.5))]);
    tally.observe(&answered(0, at(20)));
    assert_eq!(tally.finish(Ending::Torn, 0).summary.verdict, RunVerdict::Invalid);
}

#[test]
fn an_empty_run_has_figures_without_values() {
    let summary = tally(Vec::new()).finish(Ending::Complete, 0).summary;
    assert_eq!(summary.total.requests, 0);
    assert_eq!(summary.total.attempts_per_request(), None);
    assert_eq!(summary.verdict, RunVerdict::Pass);
}

#[test]
fn rates_of_a_run_that_was_cut_short_are_over_the_time_that_it_had() {
    let rate = |ending| {
        let mut tally = tally(vec![gate("requests.rate", Scope::default(), Limit::Min(0.0))]);
        (0..40).for_each(|id| tally.observe(&answered(id, at(10 + id / 4))));
        let summary = tally.finish(ending, 0).summary;
        (summary.total.length, summary.gates[0].measured.value.unwrap_or_default())
    };
    // The last answer is whole 1.4 s after 19 s; the recorded stages begin at 10 s and were to last 120 s.
    assert_eq!(rate(Ending::Torn), (Nanos::new(10_400_000_000), 40.0 / 10.4));
    assert_eq!(rate(Ending::Complete), (at(120), 40.0 / 120.0));
}
