//! `slo:`, `gates:`, `validity:`, `trace:` and `plan:`

use bedload_reports::compare::Margin;
use bedload_reports::gate::{Against, Gate, Limit, OnNoData, Scope, Severity};
use bedload_reports::header::{Slo, Tracing};
use bedload_reports::metric::Unit;
use bedload_reports::stop::{Bound, StopRule};
use bedload_reports::validity::Thresholds;

use super::nanos;
use super::page::{Page, list, quoted, word};
use crate::scenario::defaults;
use crate::scenario::leaf::{Part, Points, Rate, Share, Time};
use crate::scenario::plan::{CapacityQuestion, time};

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
        limit(page, &gate.limit, gate.metric.entry().unit);
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

pub(super) fn stop_if(page: &mut Page, rule: &StopRule) {
    page.block(&rule.name, |page| {
        page.entry("metric", rule.metric);
        scope(page, &rule.scope);
        let unit = rule.metric.entry().unit;
        match rule.when {
            Bound::Below(edge) => page.entry("below", value(edge, unit)),
            Bound::Above(edge) => page.entry("above", value(edge, unit)),
        }
        page.entry_or_default("over", nanos(rule.window), rule.window == defaults::STOP_WINDOW.into());
        page.entry_or_default("samples", rule.samples, rule.samples == defaults::STOP_SAMPLES);
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

fn limit(page: &mut Page, limit: &Limit, unit: Unit) {
    match limit {
        Limit::Min(min) => page.entry("min", value(*min, unit)),
        Limit::Max(max) => page.entry("max", value(*max, unit)),
        Limit::Between(low, high) => {
            page.entry("between", list([*low, *high].into_iter().map(|end| value(end, unit))));
        }
        Limit::Equals(exact) => page.entry("equals", value(*exact, unit)),
        Limit::Against(Against { baseline, max_increase, max_decrease }) => {
            page.entry("baseline", word(baseline));
            page.entry_if("max_increase", max_increase.map(|margin| self::margin(margin, unit)));
            page.entry_if("max_decrease", max_decrease.map(|margin| self::margin(margin, unit)));
        }
    }
}

fn margin(margin: Margin, unit: Unit) -> String {
    match (margin, unit) {
        (Margin::Relative(part), _) => Part::written(part),
        (Margin::Absolute(difference), Unit::Share) => Points::written(difference),
        (Margin::Absolute(amount), _) => value(amount, unit),
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
        for (name, share, default) in [
            ("min_achieved", validity.min_achieved, default.min_achieved),
            ("max_cpu", validity.max_cpu, default.max_cpu),
            ("max_imbalance", validity.max_imbalance, default.max_imbalance),
        ] {
            page.entry_or_default(name, Share::written(share), share == default);
        }
        for (name, time, default) in [
            ("max_schedule_delay", validity.max_schedule_delay, default.max_schedule_delay),
            ("max_loop_lag", validity.max_loop_lag, default.max_loop_lag),
            ("max_clock_drift", validity.max_clock_drift, default.max_clock_drift),
        ] {
            page.entry_or_default(name, nanos(time), time == default);
        }
    });
}

pub(super) fn plan(page: &mut Page, question: &CapacityQuestion) {
    let usual = CapacityQuestion::default();
    if !question.goals.is_empty() {
        page.entry("goals", list(question.goals.iter().map(|goal| quoted(&goal.text()))));
    }
    page.entry_if("flow", question.flow.as_deref().map(word));
    page.entry_if("deadline", question.deadline.map(Time::written));
    page.entry_or_default("warm_up", Time::written(question.warm_up), question.warm_up == usual.warm_up);
    page.entry_or_default("hold", Time::written(question.hold), question.hold == usual.hold);
}

pub(super) fn trace(page: &mut Page, trace: &Tracing) {
    let default = defaults::tracing();
    page.block("trace", |page| {
        page.entry_or_default("sample", Share::written(trace.sample), trace.sample == default.sample);
        page.entry_or_default("limit", trace.limit, trace.limit == default.limit);
        page.entry_or_default("propagate", trace.propagate, trace.propagate == default.propagate);
    });
}
