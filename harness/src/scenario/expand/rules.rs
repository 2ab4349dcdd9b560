//! `slo:`, `gates:`, `validity:` and `trace:`

use bedload_reports::gate::{Gate, Limit, OnNoData, Scope, Severity};
use bedload_reports::header::{Slo, Tracing};
use bedload_reports::metric::Unit;
use bedload_reports::validity::Thresholds;

use super::nanos;
use super::page::{Page, list, word};
use crate::scenario::defaults;
use crate::scenario::leaf::{Rate, Share};
use crate::scenario::plan::time;

pub(super) fn slo(page: &mut Page, slo: &Slo) {
    if *slo != Slo::default() {
        page.block("slo", |page| {
            page.entry_if("latency", slo.latency.map(nanos));
            page.entry_if("ttft", slo.ttft.map(nanos));
        });
    }
}

pub(super) fn gate(page: &mut Page, gate: &Gate) {
    page.block(&gate.name, |page| {
        page.entry("metric", gate.metric);
        scope(page, &gate.scope);
        let (key, limit) = limit(gate.limit, gate.metric.entry().unit);
        page.entry(key, limit);
        let severity = match gate.severity {
            Severity::Fail => "fail",
            Severity::Warn => "warn",
        };
        page.entry_or_default("severity", severity, gate.severity == defaults::SEVERITY);
        let on_no_data = match gate.on_no_data {
            OnNoData::Fail => "fail",
            OnNoData::Warn => "warn",
        };
        page.entry_or_default("on_no_data", on_no_data, gate.on_no_data == defaults::ON_NO_DATA);
    });
}

fn scope(page: &mut Page, scope: &Scope) {
    page.entry_if("flow", scope.flow.as_deref().map(word));
    page.entry_if("during", scope.during.as_deref().map(word));
    page.entry_if("after", scope.after.as_deref().map(word));
    if scope.region.is_some() || scope.model.is_some() {
        page.block("where", |page| {
            page.entry_if("region", scope.region.as_deref().map(word));
            page.entry_if("model", scope.model.as_deref().map(word));
        });
    }
}

fn limit(limit: Limit, unit: Unit) -> (&'static str, String) {
    match limit {
        Limit::Min(min) => ("min", value(min, unit)),
        Limit::Max(max) => ("max", value(max, unit)),
        Limit::Between(low, high) => ("between", list([low, high].into_iter().map(|end| value(end, unit)))),
        Limit::Equals(exact) => ("equals", value(exact, unit)),
    }
}

fn value(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Seconds => time(value),
        Unit::Share => Share::written(value),
        Unit::PerSecond => Rate::written(value),
        Unit::PerMinute => format!("{value}/min"),
        Unit::Count | Unit::Ratio | Unit::Usd => value.to_string(),
    }
}

pub(super) fn validity(page: &mut Page, validity: &Thresholds) {
    let default = defaults::thresholds();
    page.block("validity", |page| {
        let (achieved, delay) = (validity.min_achieved, validity.max_schedule_delay);
        page.entry_or_default("min_achieved", Share::written(achieved), achieved == default.min_achieved);
        page.entry_or_default("max_schedule_delay", nanos(delay), delay == default.max_schedule_delay);
    });
}

pub(super) fn trace(page: &mut Page, trace: &Tracing) {
    let default = defaults::tracing();
    page.block("trace", |page| {
        page.entry_or_default("sample", Share::written(trace.sample), trace.sample == default.sample);
        page.entry_or_default("limit", trace.limit, trace.limit == default.limit);
        page.entry_or_default("propagate", trace.propagate, trace.propagate == default.propagate);
    });
}
