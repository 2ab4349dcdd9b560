//! `metrics.txt`: the figures as OpenMetrics text.
//!
//! GitLab shows the difference between two such files on a merge request by itself, and any Prometheus
//! can take one in. Each family is labelled by flow and stage, so that sums over either are the
//! reader's choice; a percentile that too few samples bound is left out rather than guessed.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::gate::Verdict;
use crate::record::{BreakerState, Name};
use crate::summary::{Cell, Figures, Spread, Summary};
use crate::units::Nanos;

use super::finding;

/// The run as OpenMetrics text.
pub fn openmetrics(summary: &Summary) -> String {
    let mut out = String::new();
    info(&mut out, summary);
    counters(&mut out, &summary.cells);
    timings(&mut out, &summary.cells);
    recoveries(&mut out, summary);
    breakers(&mut out, summary);
    generator(&mut out, summary);
    gates(&mut out, summary);
    judgement(&mut out, summary);
    out.push_str("# EOF\n");
    out
}

fn info(out: &mut String, summary: &Summary) {
    family(out, "bedload_run", "info", "", "What the run was.");
    let labels = [
        ("scenario", &*summary.run.scenario),
        ("seed", &summary.run.seed.to_string()),
        ("digest", &summary.run.digest),
        ("verdict", &summary.verdict.word().to_lowercase()),
    ];
    sample(out, "bedload_run_info", &labels, 1.0);
    family(out, "bedload_run_valid", "gauge", "", "1 where the measurement may be trusted.");
    sample(out, "bedload_run_valid", &[], f64::from(u8::from(summary.validity.holds())));
}

/// A counter: its name, its help, and the figure that it is.
type Counter = (&'static str, &'static str, fn(&Figures) -> u64);

const COUNTERS: [Counter; 20] = [
    ("bedload_attempts", "HTTP exchanges.", |figures| figures.attempts),
    ("bedload_attempts_throttled", "Exchanges that were throttled.", |figures| figures.throttled),
    ("bedload_attempts_errors", "Exchanges that ended in any error.", |figures| figures.errors),
    ("bedload_streams_broken", "Streams that broke or ended early.", |figures| figures.broken_streams),
    ("bedload_retry_quota_refusals", "Calls that the retry quota ended.", |figures| {
        figures.retry_quota_refusals
    }),
    ("bedload_arrivals_dropped", "Arrivals that found no room.", |figures| figures.dropped),
    ("bedload_tokens_input", "Input tokens.", |figures| figures.tokens_input),
    ("bedload_tokens_output", "Output tokens.", |figures| figures.tokens_output),
    ("bedload_tokens_wasted", "Tokens of calls whose answer nobody got.", |figures| figures.tokens_wasted),
    ("bedload_requests_failed_over", "Requests that another region answered.", |figures| figures.failed_over),
    ("bedload_requests_degraded", "Requests that another model answered.", Figures::degraded),
    ("bedload_requests_hedged", "Requests asked twice at once.", |figures| figures.hedged),
    ("bedload_hedges_won", "Requests that the second call answered.", |figures| figures.hedges_won),
    ("bedload_requests_shed", "Requests that the client's own limit turned away.", |figures| figures.shed),
    ("bedload_gateway_refusals", "Requests that the gateway answered itself.", |figures| {
        figures.gateway_refusals
    }),
    ("bedload_gateway_timeouts", "Requests that outlasted the gateway.", |figures| figures.gateway_timeouts),
    ("bedload_breaker_refusals", "Calls that a breaker did not let through.", |figures| {
        figures.breaker_refusals
    }),
    ("bedload_streams_incomplete", "Streams without their closing event.", |figures| {
        figures.incomplete_streams
    }),
    ("bedload_streams_restarted", "Broken streams asked for again.", |figures| figures.stream_restarts),
    ("bedload_fallback_budget_spent", "Requests whose fallback a budget ended.", |figures| {
        figures.budget_spent
    }),
];

fn counters(out: &mut String, cells: &[Cell]) {
    family(out, "bedload_requests", "counter", "", "Requests by how they ended.");
    for cell in cells {
        let figures = &cell.figures;
        let outcomes = [
            ("first_try", figures.first_try),
            ("retried", figures.retried),
            ("fell_back", figures.fell_back),
            ("failed", figures.failed),
        ];
        for (outcome, count) in outcomes {
            let labels = [("flow", &*cell.flow), ("stage", &*cell.stage), ("outcome", outcome)];
            sample(out, "bedload_requests_total", &labels, count as f64);
        }
    }
    for (name, help, figure) in COUNTERS {
        family(out, name, "counter", "", help);
        for cell in cells {
            sample(out, &format!("{name}_total"), &place(cell), figure(&cell.figures) as f64);
        }
    }
    backoff_and_cost(out, cells);
}

fn backoff_and_cost(out: &mut String, cells: &[Cell]) {
    family(out, "bedload_backoff_slept_seconds", "counter", "seconds", "Time slept before retries.");
    for cell in cells {
        sample(
            out,
            "bedload_backoff_slept_seconds_total",
            &place(cell),
            cell.figures.backoff_slept.as_secs_f64(),
        );
    }
    if cells.iter().any(|cell| cell.figures.cost_usd.is_some()) {
        family(out, "bedload_cost_usd", "gauge", "usd", "What the tokens cost.");
        for (cell, cost) in cells.iter().filter_map(|cell| Some((cell, cell.figures.cost_usd?))) {
            sample(out, "bedload_cost_usd", &place(cell), cost);
        }
        family(out, "bedload_cost_wasted_usd", "gauge", "usd", "What the wasted tokens cost.");
        for (cell, cost) in cells.iter().filter_map(|cell| Some((cell, cell.figures.cost_wasted_usd?))) {
            sample(out, "bedload_cost_wasted_usd", &place(cell), cost);
        }
    }
}

/// A timing: its name, its help, and the distribution that it is.
type Timed = (&'static str, &'static str, fn(&Figures) -> &Spread);

const TIMINGS: [Timed; 4] = [
    ("bedload_latency_seconds", "Due to done, of answered requests.", |figures| &figures.latency),
    ("bedload_ttft_seconds", "Due to first content, of answered streams.", |figures| &figures.ttft),
    ("bedload_service_time_seconds", "First call to done, of answered requests.", |figures| {
        &figures.service_time
    }),
    ("bedload_schedule_delay_seconds", "How late the harness was.", |figures| &figures.schedule_delay),
];

fn timings(out: &mut String, cells: &[Cell]) {
    for (name, help, spread) in TIMINGS {
        let with_samples: Vec<(&Cell, &Spread)> = cells
            .iter()
            .map(|cell| (cell, spread(&cell.figures)))
            .filter(|(_, spread)| spread.count > 0)
            .collect();
        if with_samples.is_empty() {
            continue;
        }
        family(out, name, "summary", "seconds", help);
        for (cell, spread) in with_samples {
            for (quantile, time) in quantiles(spread) {
                let labels = [("flow", &*cell.flow), ("stage", &*cell.stage), ("quantile", quantile)];
                sample(out, name, &labels, time.as_secs_f64());
            }
            sample(out, &format!("{name}_count"), &place(cell), spread.count as f64);
        }
    }
}

fn quantiles(spread: &Spread) -> impl Iterator<Item = (&'static str, Nanos)> {
    [
        ("0.5", spread.p50),
        ("0.9", spread.p90),
        ("0.95", spread.p95),
        ("0.99", spread.p99),
        ("0.999", spread.p999),
    ]
    .into_iter()
    .filter_map(|(quantile, time)| Some((quantile, time?)))
}

fn generator(out: &mut String, summary: &Summary) {
    let Some(generator) = &summary.generator else { return };
    let gauges = [
        (
            "bedload_generator_cpu_ratio",
            "ratio",
            "The share of all cores that the generator used.",
            generator.cpu_share,
        ),
        (
            "bedload_generator_memory_bytes",
            "bytes",
            "The most memory that it occupied.",
            generator.rss_peak_bytes as f64,
        ),
    ];
    for (name, unit, help, value) in gauges {
        family(out, name, "gauge", unit, help);
        sample(out, name, &[], value);
    }
    if let Some(machine) = generator.machine {
        let name = "bedload_machine_cpu_ratio";
        family(out, name, "gauge", "ratio", "The share of the machine's processor time that each used.");
        for (by, value) in
            [("generator", machine.generator), ("others", machine.others), ("hypervisor", machine.stolen)]
        {
            sample(out, name, &[("by", by)], value);
        }
    }
    if let Some(lag) = generator.loop_lag_p99 {
        let name = "bedload_generator_loop_lag_seconds";
        family(out, name, "gauge", "seconds", "How late its event loop was, at the 99th percentile.");
        sample(out, name, &[], lag.as_secs_f64());
    }
}

fn recoveries(out: &mut String, summary: &Summary) {
    let known: Vec<(&Name, Nanos)> =
        summary.recoveries.iter().filter_map(|recovery| Some((&recovery.fault, recovery.time?))).collect();
    if known.is_empty() {
        return;
    }
    family(
        out,
        "bedload_recovery_seconds",
        "gauge",
        "seconds",
        "How long callers stayed in trouble after a fault.",
    );
    for (fault, time) in known {
        sample(out, "bedload_recovery_seconds", &[("fault", fault)], time.as_secs_f64());
    }
}

fn breakers(out: &mut String, summary: &Summary) {
    let lanes = &summary.timeline.breakers;
    if lanes.is_empty() {
        return;
    }
    let help = "How long a circuit breaker was open in a recorded stage.";
    family(out, "bedload_breaker_open_seconds", "gauge", "seconds", help);
    for lane in lanes {
        for stage in summary.run.stages.iter().filter(|stage| stage.record) {
            let labels = [
                ("client", &*lane.client),
                ("model", &*lane.model),
                ("region", &*lane.region),
                ("stage", &*stage.name),
            ];
            let open = lane.time_in(BreakerState::Open, stage.from, stage.to);
            sample(out, "bedload_breaker_open_seconds", &labels, open.as_secs_f64());
        }
    }
}

/// The judge's word: findings by client, code and severity, and what is expected of the client.
fn judgement(out: &mut String, summary: &Summary) {
    if summary.judgement.is_none() {
        return;
    }
    family(out, "bedload_findings", "gauge", "", "Findings of the judge.");
    let mut counts: BTreeMap<(&str, String, &str), u64> = BTreeMap::new();
    for (answer, found) in summary.findings() {
        let key = (&*answer.client, finding::name(answer.code), finding::severity(found.severity));
        *counts.entry(key).or_default() += 1;
    }
    for ((client, code, severity), count) in &counts {
        let labels = [("client", *client), ("code", code.as_str()), ("severity", *severity)];
        sample(out, "bedload_findings", &labels, *count as f64);
    }
    if summary.expectations().is_empty() {
        return;
    }
    family(out, "bedload_expectation", "gauge", "", "1 where the client did what is expected of it.");
    for expected in summary.expectations() {
        let labels = [("name", &*expected.name), ("verdict", expected.verdict.word())];
        sample(out, "bedload_expectation", &labels, f64::from(u8::from(expected.verdict == Verdict::Pass)));
    }
}

fn gates(out: &mut String, summary: &Summary) {
    if summary.gates.is_empty() {
        return;
    }
    family(out, "bedload_gate", "gauge", "", "1 where the gate passed.");
    for judged in &summary.gates {
        let labels = [("gate", &*judged.gate.name), ("verdict", judged.verdict.word())];
        sample(out, "bedload_gate", &labels, f64::from(u8::from(judged.verdict == Verdict::Pass)));
    }
    family(out, "bedload_gate_value", "gauge", "", "What the gate measured, in its metric's unit.");
    for (judged, value) in summary.gates.iter().filter_map(|judged| Some((judged, judged.measured.value?))) {
        let metric = judged.gate.metric.to_string();
        sample(out, "bedload_gate_value", &[("gate", &judged.gate.name), ("metric", &metric)], value);
    }
}

fn place(cell: &Cell) -> [(&str, &str); 2] {
    [("flow", &cell.flow), ("stage", &cell.stage)]
}

fn family(out: &mut String, name: &str, kind: &str, unit: &str, help: &str) {
    let _ = writeln!(out, "# TYPE {name} {kind}");
    if !unit.is_empty() {
        let _ = writeln!(out, "# UNIT {name} {unit}");
    }
    let _ = writeln!(out, "# HELP {name} {help}");
}

fn sample(out: &mut String, name: &str, labels: &[(&str, &str)], value: f64) {
    let labels: Vec<String> =
        labels.iter().map(|(key, value)| format!("{key}=\"{}\"", quoted(value))).collect();
    let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    let _ = writeln!(out, "{name}{labels} {value}");
}

/// A label's value: the one place where text from the run enters this format.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{hostile, storm};

    #[test]
    fn every_family_has_its_type_and_the_text_its_end() {
        let text = openmetrics(&storm().summary);
        let elsewhere = |line: &&str| line.contains("stage=\"quiet\"") || line.contains("stage=\"after\"");
        let storm: Vec<&str> = text.lines().filter(|line| !elsewhere(line)).collect();
        insta::assert_snapshot!(storm.join("\n"));
    }

    #[test]
    fn hostile_labels_stay_on_their_line() {
        let text = openmetrics(&hostile());
        assert!(text.lines().all(|line| line.starts_with('#') || line.starts_with("bedload_")), "{text}");
    }
}
