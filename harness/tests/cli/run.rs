//! The main job through the binary: what a run leaves, how it is cut short, how it is read again.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::{Desk, SMALL, Said, shipped};

const OUTPUTS: [&str; 10] = [
    "records.jsonl.zst",
    "ledger.jsonl.zst",
    "summary.json",
    "report.html",
    "junit.xml",
    "summary.md",
    "metrics.txt",
    "latency.hlog",
    "scenario.yaml",
    "run.json",
];

#[test]
fn a_run_leaves_a_whole_folder_and_report_makes_it_again_byte_for_byte() {
    let desk = Desk::new();
    desk.write("s.yaml", SMALL);
    let said = desk.bedload(["run", "s.yaml", "--out", "run", "--junit", "copy/junit.xml"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let bytes = |name: &str| fs::read(desk.path("run").join(name)).expect(name);
    let before: Vec<_> = OUTPUTS.map(bytes).into();
    assert_eq!(fs::read(desk.path("copy/junit.xml")).expect("a copy"), bytes("junit.xml"));

    for name in ["summary.json", "report.html", "junit.xml", "summary.md", "metrics.txt", "latency.hlog"] {
        fs::remove_file(desk.path("run").join(name)).expect(name);
    }
    assert_eq!(desk.bedload(["report", "run"]).code, Some(0));
    for (name, before) in OUTPUTS.iter().zip(before) {
        assert!(bytes(name) == before, "{name} came out differently");
    }
}

#[test]
fn a_failed_gate_ends_in_99_and_no_data_is_a_failure() {
    let desk = Desk::new();
    desk.write(
        "s.yaml",
        SMALL.replace("min: 99%", "min: 99%, during: storm").replace("every: 4", "share: 100%"),
    );
    let said = desk.bedload(["run", "s.yaml", "--out", "run"]);
    assert_eq!(said.code, Some(99), "{}", said.stderr);
    assert_eq!(said.last_line(), "exit 99: 1 of 2 gates failed (answered)");

    // Nothing was answered in the storm, so there is no latency to judge.
    desk.write(
        "t.yaml",
        SMALL
            .replace("metric: success.ratio, min: 99%", "metric: latency.max, during: storm, max: 9s")
            .replace("every: 4", "share: 100%"),
    );
    let said = desk.bedload(["run", "t.yaml", "--out", "no-data"]);
    assert_eq!(said.code, Some(99), "{}", said.stderr);
    assert!(said.stderr.contains("no data"), "{}", said.stderr);
}

#[test]
fn a_cap_on_requests_in_flight_counts_what_found_no_room_and_voids_the_run() {
    let desk = Desk::new();
    desk.write("s.yaml", format!("max_in_flight: 1\n{SMALL}"));
    let said = desk.bedload(["run", "s.yaml", "--out", "run"]);
    assert_eq!(said.code, Some(4), "{}", said.stderr);
    assert!(said.last_line().contains("found the cap on requests in flight reached"), "{}", said.last_line());
}

#[test]
fn a_killed_run_is_read_up_to_where_it_was_killed() {
    let desk = Desk::new();
    desk.write("s.yaml", SMALL);
    let mut child = started(&desk, 4000);
    child.kill().expect("a kill");
    child.wait().expect("an end");

    let said = desk.bedload(["report", "run"]);
    assert_eq!(said.code, Some(4), "{}", said.stderr);
    assert!(said.last_line().contains("incomplete"), "{}", said.last_line());
    let summary = fs::read_to_string(desk.path("run/summary.json")).expect("a summary");
    assert!(summary.contains("\"ending\": \"torn\""), "{summary}");
    let page = fs::read_to_string(desk.path("run/report.html")).expect("a page");
    assert!(page.contains("INVALID"), "the page does not say that the run is invalid");
}

#[test]
fn an_interrupted_run_drains_writes_everything_and_exits_130() {
    let desk = Desk::new();
    desk.write("s.yaml", SMALL);
    let child = started(&desk, 4000);
    interrupt(&child);
    let said: Said = child.wait_with_output().expect("an end").into();
    assert_eq!(said.code, Some(130), "{}", said.stderr);
    for name in OUTPUTS {
        assert!(desk.path("run").join(name).is_file(), "{name} is missing");
    }
    let summary = fs::read_to_string(desk.path("run/summary.json")).expect("a summary");
    assert!(summary.contains("\"ending\": \"interrupted\""), "{summary}");
}

#[test]
fn a_second_signal_leaves_at_once() {
    let desk = Desk::new();
    // An answer that takes a minute would keep a drain busy for its ten seconds.
    desk.write(
        "s.yaml",
        SMALL.replace("ttft: 200ms", "ttft: 60s").replace("attempt: 10s, total: 30s", "total: 2m"),
    );
    let child = started(&desk, 0);
    let began = bedload::clock::Stopwatch::start();
    for _ in 0..2 {
        interrupt(&child);
        wait_a_moment();
    }
    let said: Said = child.wait_with_output().expect("an end").into();
    assert_eq!(said.code, Some(130), "{}", said.stderr);
    assert!(began.elapsed_s() < 8.0, "it drained instead: {} s", began.elapsed_s());
}

/// A run of `s.yaml` in real time, once its log is longer than `bytes`: the header alone is a frame of its
/// own, and 4,000 bytes are about two seconds of it.
fn started(desk: &Desk, bytes: u64) -> Child {
    let child = desk
        .command(["run", "s.yaml", "--out", "run", "--real-time"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("a run");
    let log = desk.path("run/records.jsonl.zst");
    wait_until(|| fs::metadata(&log).is_ok_and(|log| log.len() > bytes));
    child
}

fn interrupt(child: &Child) {
    signal(child, "-INT");
}

fn signal(child: &Child, which: &str) {
    let sent = Command::new("kill").args([which, &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
}

#[test]
fn a_run_that_is_told_to_terminate_says_so_in_its_code() {
    let desk = Desk::new();
    desk.write("s.yaml", SMALL);
    let child = started(&desk, 0);
    signal(&child, "-TERM");
    let said: Said = child.wait_with_output().expect("an end").into();
    assert_eq!(said.code, Some(143), "{}", said.stderr);
    assert!(desk.path("run/report.html").is_file(), "what had finished is on a page");
}

/// A mock of a scenario, served by another process until it is dropped.
struct Served {
    process: Child,
    url: String,
}

impl Served {
    fn start(desk: &Desk, scenario: &str) -> Self {
        let mut process = desk
            .command(["mock", scenario, "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a mock");
        let mut url = String::new();
        BufReader::new(process.stdout.take().expect("stdout")).read_line(&mut url).expect("an address");
        Served { process, url: url.trim().to_owned() }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.process.kill().expect("a kill");
        self.process.wait().expect("an end");
    }
}

/// The small scenario for a target that is not ours to break.
fn elsewhere(target: &str) -> String {
    SMALL
        .replace("target: { mock: { regions: [us-east-1, us-west-2] } }", target)
        .replace("faults:\n  throttle: { during: storm, inject: { throttle: { every: 4 } } }\n", "")
        .replace("for: 10s", "for: 2s")
}

#[test]
fn a_budget_ends_a_run_on_aws_and_voids_it() {
    let desk = Desk::new();
    desk.write("s.yaml", SMALL);
    let mock = Served::start(&desk, "s.yaml");
    desk.write("aws.yaml", elsewhere("target: { aws: { max_requests: 15 } }"));
    // AWS's own variables point the SDK at the mock: everything but the address is as on AWS.
    let said: Said = desk
        .command(["run", "aws.yaml", "--out", "run", "--yes"])
        .env("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", &mock.url)
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "made-up")
        .output()
        .expect("a run")
        .into();
    assert_eq!(said.code, Some(4), "{}", said.stderr);
    assert!(said.last_line().contains("budget"), "{}", said.last_line());
    let summary = fs::read_to_string(desk.path("run/summary.json")).expect("a summary");
    assert!(summary.contains("\"requests\": 15,") && summary.contains("\"first_try\": 15,"), "{summary}");
}

#[test]
fn a_run_reaches_a_mock_that_somebody_else_serves() {
    let desk = Desk::new();
    desk.write("s.yaml", SMALL);
    let mock = Served::start(&desk, "s.yaml");
    desk.write("client.yaml", elsewhere(&format!("target: {{ endpoint: \"{}\" }}", mock.url)));
    let said = desk.bedload(["run", "client.yaml", "--out", "run"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(!desk.path("run/ledger.jsonl.zst").exists(), "the ledger is the server's, not ours");
}

#[test]
fn every_scenario_checks_and_expands_to_itself() {
    let desk = Desk::new();
    let storm = shipped("storm.yaml");
    let expanded = desk.bedload([Path::new("check"), &storm, Path::new("--expand")]);
    assert_eq!(expanded.code, Some(0), "{}", expanded.stderr);
    desk.write("expanded.yaml", &expanded.stdout);
    let again = desk.bedload(["check", "expanded.yaml", "--expand"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(again.stdout, expanded.stdout);
}

#[test]
fn the_committed_schema_is_the_one_that_the_program_prints() {
    let printed = Desk::new().bedload(["schema"]).stdout;
    let committed = fs::read_to_string(shipped("scenario.schema.json")).expect("the schema");
    assert!(printed == committed, "run `cargo run -- schema > scenarios/scenario.schema.json` and commit it");
}

#[test]
fn explain_knows_metrics_findings_mistakes_and_exit_codes() {
    let desk = Desk::new();
    for (code, word) in [
        ("recovery.time", "disturbance"),
        ("no-jitter", "random"),
        ("S004", "key"),
        ("99", "gate"),
        ("latency.p95", "due"),
    ] {
        let said = desk.bedload(["explain", code]);
        assert_eq!(said.code, Some(0), "{code}: {}", said.stderr);
        assert!(said.stdout.contains(word), "{code}: {}", said.stdout);
    }
    assert_eq!(desk.bedload(["explain", "latancy"]).code, Some(2));
    assert!(desk.bedload(["explain", "no-jiter"]).stderr.contains("`no-jitter`"));
}

fn wait_until(mut ready: impl FnMut() -> bool) {
    for _ in 0..600 {
        if ready() {
            return;
        }
        wait_a_moment();
    }
    panic!("waited thirty seconds in vain");
}

#[expect(clippy::disallowed_methods, reason = "watches another process, which no virtual clock can")]
fn wait_a_moment() {
    std::thread::sleep(Duration::from_millis(50));
}
