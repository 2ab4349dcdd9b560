//! `faults:`, `slo:`, `gates:` and `validity:`

use bedload_reports::gate::{Gate, Limit, OnNoData, Scope, Severity};
use bedload_reports::header::Slo;
use bedload_reports::metric::Unit;
use bedload_reports::validity::Thresholds;

use super::nanos;
use super::page::{Page, list, times, word};
use crate::scenario::defaults;
use crate::scenario::leaf::{Rate, Share, Time};
use crate::scenario::plan::{Aim, Fault, Inject, Trigger, time};
use crate::scenario::words;

pub(super) fn fault(page: &mut Page, fault: &Fault) {
    page.block(fault.name(), |page| {
        let (from, to) = fault.window();
        let window = || format!("{}..{}", nanos(from), nanos(to));
        page.entry("during", fault.stage().map_or_else(window, |stage| word(stage)));
        if *fault.aim() != Aim::default() {
            page.block("where", |page| aim(page, fault.aim()));
        }
        page.block("inject", |page| inject(page, fault.inject(), fault.trigger()));
    });
}

fn aim(page: &mut Page, aim: &Aim) {
    let operations: Vec<_> = aim.operations.iter().map(|operation| operation.name().into()).collect();
    for (key, names) in
        [("flow", &aim.flows), ("operation", &operations), ("model", &aim.models), ("region", &aim.regions)]
    {
        let names = (!names.is_empty()).then(|| list(names.iter().map(|name| word(name))));
        page.entry_if(key, names);
    }
}

fn inject(page: &mut Page, inject: &Inject, when: &Trigger) {
    match inject {
        Inject::Throttle { message, retry_after } => page.block("throttle", |page| {
            trigger(page, when);
            let is_default = *message == defaults::THROTTLE_MESSAGE;
            page.entry_or_default("message", words::throttle_message(*message), is_default);
            page.entry_if("retry_after", retry_after.map(Time::written));
        }),
        Inject::Unavailable => page.block("unavailable", |page| trigger(page, when)),
        Inject::InternalError => page.block("internal_error", |page| trigger(page, when)),
        Inject::Latency { add } => page.block("latency", |page| {
            page.entry("add", times(*add));
            trigger(page, when);
        }),
    }
}

fn trigger(page: &mut Page, trigger: &Trigger) {
    page.entry_or_default("share", Share::written(trigger.share), trigger.share == defaults::SHARE);
    page.entry_if("first", trigger.first);
    page.entry_if("every", trigger.every);
}

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
