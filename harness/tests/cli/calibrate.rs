//! `plan --calibrate`: what a run measured becomes a mock that behaves the same.

use std::fs::File;

use bedload_reports::log::{Entry, Reader};
use bedload_reports::record::Record;

use crate::support::{Desk, Said};

/// A scenario whose one model behaves so; `chat` streams, `batch` wants whole answers.
fn scenario(models: &str, flows: &str) -> String {
    format!(
        "version: 1
name: truth
about: How does the model behave?
seed: 7
target: {{ mock: {{ regions: [us-east-1] }} }}
{models}
clients:
  app: {{ retry: {{ mode: standard, profile: v2_1, attempts: 3 }}, timeout: {{ attempt: 60s, total: 120s }}, regions: [us-east-1] }}
stages: [{{ name: all, for: 6m }}]
flows:
{flows}
"
    )
}

const CHAT: &str = "  chat:
    call: { converse_stream: { model: sonnet, max_tokens: 512 } }
    client: app
    load: { open: { arrivals: poisson, rate: 20/s } }";

const BATCH: &str = "  batch:
    call: { converse: { model: sonnet, max_tokens: 4k } }
    client: app
    load: { open: { arrivals: poisson, rate: 20/s } }";

fn truth(mock: &str) -> String {
    format!("models:\n  sonnet:\n    id: anthropic.claude-3-sonnet-20240229-v1:0\n    mock: {mock}")
}

/// Runs a scenario and reads its records.
fn run(desk: &Desk, text: &str, name: &str, seed: &str) -> Vec<Record> {
    desk.write("scenario.yaml", text);
    let said = desk.bedload(["run", "scenario.yaml", "--out", name, "--seed", seed]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let log = File::open(desk.path(name).join("records.jsonl.zst")).unwrap();
    let mut reader = Reader::open(log).unwrap();
    let entries = std::iter::from_fn(|| reader.next_entry());
    entries.filter_map(|entry| if let Entry::Record(record) = entry { Some(record) } else { None }).collect()
}

fn calibrate(desk: &Desk, run: &str) -> Said {
    desk.bedload(["plan", "--calibrate", run])
}

/// p50, p95 and p99 of what every record that has it shows, in seconds.
fn percentiles(records: &[Record], figure: impl Fn(&Record) -> Option<f64>) -> [f64; 3] {
    let mut values: Vec<f64> = records.iter().filter_map(figure).collect();
    values.sort_by(f64::total_cmp);
    [0.5, 0.95, 0.99].map(|share| values[(share * (values.len() - 1) as f64) as usize])
}

/// The records of a run of the truth, and of a run with another seed of what was fitted to the first.
fn truth_and_fit(models: &str, flows: &str) -> (Vec<Record>, Vec<Record>, String) {
    let desk = Desk::new();
    let measured = run(&desk, &scenario(models, flows), "measured", "7");
    let said = calibrate(&desk, "measured");
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let fitted = run(&desk, &scenario(&said.stdout, flows), "fitted", "8");
    (measured, fitted, said.stdout)
}

fn near(measured: &[Record], fitted: &[Record], what: &str, figure: impl Fn(&Record) -> Option<f64>) {
    let (truth, fit) = (percentiles(measured, &figure), percentiles(fitted, &figure));
    for (truth, fit) in truth.into_iter().zip(fit) {
        assert!((fit / truth - 1.0).abs() < 0.1, "{what}: {fit} s instead of {truth} s");
    }
}

fn latency(record: &Record) -> Option<f64> {
    Some(record.latency().as_secs_f64())
}

fn ttft(record: &Record) -> Option<f64> {
    record.first_content().map(|at| at.since(record.due).as_secs_f64())
}

const LOG_NORMAL: &str = "{ ttft: { p50: 400ms, p99: 1500ms }, per_token: { p50: 12ms, p99: 25ms }, \
                          output_tokens: { p50: 150, p99: 600 }, tokens_per_event: 3 }";
const TWO_HUMPS: &str = "{ ttft: { p0: 200ms, p80: 450ms, p90: 2s, p100: 3s }, per_token: 8ms, \
                         output_tokens: { p0: 10, p50: 20, p60: 300, p100: 400 } }";

#[test]
fn streams_behave_as_measured() {
    for (mock, law) in [(LOG_NORMAL, "ttft: { p50: "), (TWO_HUMPS, "ttft: { p0: ")] {
        let (measured, fitted, yaml) = truth_and_fit(&truth(mock), CHAT);
        assert!(yaml.contains(law), "{yaml}");
        near(&measured, &fitted, "ttft", ttft);
        near(&measured, &fitted, "latency", latency);
    }
}

#[test]
fn whole_answers_come_when_they_did() {
    for mock in [LOG_NORMAL, TWO_HUMPS] {
        let (measured, fitted, yaml) = truth_and_fit(&truth(mock), BATCH);
        assert!(yaml.contains("# No streams"), "{yaml}");
        near(&measured, &fitted, "latency", latency);
    }
}

#[test]
fn a_quota_shows_in_throttled_minutes() {
    let desk = Desk::new();
    let limited = format!("{}\n    quota: {{ rpm: 600 }}", truth(LOG_NORMAL));
    run(&desk, &scenario(&limited, CHAT), "measured", "7");
    let yaml = calibrate(&desk, "measured").stdout;
    let rpm = yaml.lines().find_map(|line| line.trim().strip_prefix("rpm: ")).expect(&yaml);
    let rpm: f64 = rpm.parse().unwrap();
    assert!((rpm / 600.0 - 1.0).abs() < 0.02, "{yaml}");
}

#[test]
fn what_cannot_be_fitted_is_said() {
    let desk = Desk::new();
    let rare = CHAT.replace("20/s", "6/min");
    run(&desk, &scenario(&truth(LOG_NORMAL), &rare), "measured", "7");
    let said = calibrate(&desk, "measured");
    assert_eq!(said.code, Some(4), "{}", said.stderr);
    assert!(said.stdout.contains("# Not fitted") && said.last_line().contains("50"), "{said:?}");
    assert_eq!(calibrate(&desk, "nowhere").code, Some(2));
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let desk = Desk::new();
    run(&desk, &scenario(&truth(TWO_HUMPS), CHAT), "measured", "7");
    assert_eq!(calibrate(&desk, "measured").stdout, calibrate(&desk, "measured").stdout);
    let said = desk.bedload(["plan", "--calibrate", "measured", "--output-format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(json[0]["name"], "sonnet");
    assert!(json[0]["fit"]["latency"]["p99"].as_f64().unwrap().abs() < 0.1, "{json}");
}
