//! Every figure of the catalogue, by hand.

use super::*;
use crate::gate::{Gate, Limit, OnNoData, Scope, Severity, Verdict};
use crate::metric::Metric;
use crate::record::{CallEnd, Decision, Deed, FailureClass, Reason};
use crate::summary::{Cause, Refusal, RunVerdict};
use crate::testing::{answered, failed, header_with, hedged, retried};

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

/// A request without calls that this ended.
fn refused(id: u64, due: Nanos, deed: Deed) -> Record {
    Record { calls: Vec::new(), decisions: vec![Decision { at: due, deed }], done: due, ..failed(id, due) }
}

/// Throttled in the first region, answered in the second, by this model.
fn moved(id: u64, due: Nanos, reason: Reason, model: &str) -> Record {
    let mut record = failed(id, due);
    let mut second = answered(id, record.done).calls.remove(0);
    (second.reason, second.region, second.model) = (reason, "us-west-2".into(), model.into());
    (record.done, record.outcome) = (second.done, Outcome::FellBack);
    record.calls.push(second);
    record
}

/// A stream that ended without its closing event, asked for again.
fn restarted(id: u64, due: Nanos) -> Record {
    let mut record = retried(id, due);
    let mut again = answered(id, record.done).calls.remove(0);
    again.reason = Reason::Restart;
    record.done = again.done;
    if let (Some(first), CallEnd::Failed(failure)) =
        (record.calls.first_mut(), failed(id, due).calls.remove(0).end)
    {
        first.end =
            CallEnd::Failed(crate::record::Failure { class: FailureClass::StreamIncomplete, ..failure });
    }
    record.calls.push(again);
    record
}

fn policies() -> Vec<Record> {
    let east = || ("sonnet".into(), "us-east-1".into());
    let shut = {
        let (model, region) = east();
        Deed::BreakerRefused { model, region }
    };
    let mut paced = answered(7, at(50));
    paced.decisions.push(Decision { at: at(50), deed: Deed::Paced { wait: at(3) } });
    vec![
        moved(0, at(20), Reason::Failover, "sonnet"),
        moved(1, at(21), Reason::Fallback, "haiku"),
        hedged(2, at(22), true),
        hedged(3, at(23), false),
        restarted(4, at(24)),
        refused(5, at(25), Deed::Shed),
        refused(6, at(26), Deed::GatewayRefused { status: 429, code: "LimitExceededException".into() }),
        paced,
        refused(8, at(27), shut),
        answered(9, at(28)),
    ]
}

#[test]
fn figures_of_policies_follow_their_formulas() {
    let wasted = 2.0 * 104.0 + 111.0;
    let table = [
        ("success.ratio", 0.7),
        ("success.first_try", 0.4),
        ("success.after_retry", 0.1),
        ("fallback.share", 0.2),
        ("failover.share", 0.1),
        ("degraded.share", 1.0 / 7.0),
        ("hedge.share", 0.2),
        ("hedge.wins", 0.5),
        ("streams.incomplete", 1.0),
        ("streams.broken", 1.0),
        ("streams.restarts", 1.0),
        ("shed.count", 1.0),
        ("gateway.refusals", 1.0),
        ("breaker.refusals", 1.0),
        ("breaker.open_time", 0.0),
        ("limit.wait.max", 3.0),
        ("tokens.wasted", wasted),
        ("cost.wasted", (3.0 * 100.0 * 0.003 + (4.0 + 4.0 + 11.0) * 0.015) / 1000.0),
        ("attempts.per_request", (4.0 + 4.0 + 2.0 + 2.0 + 3.0 + 1.0 + 1.0) / 10.0),
    ];
    for (metric, expected) in table {
        let value = measured(metric, Scope::default(), &policies()).unwrap_or(f64::NAN);
        assert!((value - expected).abs() < 1e-9, "{metric}: {value} instead of {expected}");
    }
}

#[test]
fn policies_are_counted_where_they_acted() {
    let region = |region: &str| Scope { region: Some(region.into()), ..Scope::default() };
    let model = |model: &str| Scope { model: Some(model.into()), ..Scope::default() };
    let table = [
        ("breaker.refusals", region("us-west-2"), Some(0.0)),
        ("breaker.refusals", model("sonnet"), Some(1.0)),
        ("region.share", region("us-west-2"), Some(2.0 / 7.0)),
        ("fallback.share", region("us-west-2"), Some(1.0)),
        ("degraded.share", model("haiku"), Some(1.0)),
        ("tokens.wasted", region("us-west-2"), Some(0.0)),
        // A request without a call was in no region, and asked the flow's model.
        ("shed.count", region("us-east-1"), Some(0.0)),
        ("shed.count", model("sonnet"), Some(1.0)),
        ("hedge.wins", region("us-west-2"), None),
    ];
    for (metric, scope, expected) in table {
        assert_eq!(measured(metric, scope.clone(), &policies()), expected, "{metric} {scope}");
    }
}

#[test]
fn the_tables_show_what_the_gates_measure() {
    let mut tally = tally(Vec::new());
    policies().iter().for_each(|record| tally.observe(record));
    let summary = tally.finish(Ending::Complete, 0).summary;
    let total = &summary.total;
    assert_eq!((total.failed_over, total.degraded(), total.hedged, total.hedges_won), (1, 1, 2, 1));
    assert_eq!((total.shed, total.gateway_refusals, total.breaker_refusals), (1, 1, 1));
    assert_eq!((total.incomplete_streams, total.stream_restarts, total.tokens_wasted), (1, 1, 319));
    assert_eq!((total.fell_back, total.answered(), total.limit_wait.max), (2, 7, Some(at(3))));
    assert_eq!(total.regions.values().sum::<u64>(), total.answered());
    assert_eq!(summary.clients.len(), 1);
    assert_eq!((&*summary.clients[0].name, &summary.clients[0].figures), ("careful", total));
    assert_eq!(summary.clients[0].recoveries, summary.recoveries);
    let causes: Vec<Cause> = summary.failures.iter().map(|row| row.class).collect();
    let refusals = [Refusal::GatewayRefused, Refusal::Shed, Refusal::BreakerOpen];
    assert_eq!(causes, refusals.map(Cause::Refusal));
}
