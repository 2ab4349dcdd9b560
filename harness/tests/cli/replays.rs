//! Replayed traces, run.

use std::fs;

use bedload_reports::summary::Summary;
use serde_json::Value;

use crate::support::{Desk, SMALL};

const TRACE: &str = "\
arrived,prompt,answer
1000,374,44
3500,1396,9
4000,25,120
4000,60,0
9000,1,1
25000,5,5
";

const REPLAY: &str = "{ replay: { file: t.csv, columns: { time: arrived, times_in: ms, input_tokens: prompt, output_tokens: answer } } }";

fn scenario() -> String {
    let open = "{ open: { arrivals: constant, rate: { quiet: 10/s, storm: 10/s } } }";
    assert!(SMALL.contains(open));
    SMALL.replace(open, REPLAY).replace(", max_tokens: 64", "").replace("every: 4", "every: 1000")
}

/// The records of a run, as JSON.
fn records(desk: &Desk, run: &str) -> Vec<Value> {
    let log = zstd::decode_all(fs::File::open(desk.path(run).join("records.jsonl.zst")).unwrap()).unwrap();
    let lines = String::from_utf8(log).unwrap();
    let all = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    all.filter(|entry| entry.to_string().contains("\"calls\"")).collect()
}

#[test]
fn arrivals_come_when_they_came_with_prompts_and_answers_as_long_as_they_were() {
    let desk = Desk::new();
    desk.write("t.csv", TRACE);
    desk.write("s.yaml", scenario());
    let said = desk.bedload(["run", "s.yaml", "--out", "run"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let summary: Summary =
        serde_json::from_slice(&fs::read(desk.path("run").join("summary.json")).unwrap()).unwrap();
    assert_eq!(summary.total.requests, 5, "what is due after the last stage is cut");
    let text = serde_json::to_string(&records(&desk, "run")).unwrap();
    for (input, output) in [(374, 44), (1396, 9), (25, 120), (60, 1), (1, 1)] {
        assert!(
            text.contains(&format!("\"input\":{input},\"output\":{output}")),
            "{input}, {output}: {text}"
        );
    }
}

#[test]
fn a_dry_run_adds_up_the_trace() {
    let desk = Desk::new();
    desk.write("t.csv", TRACE);
    desk.write("s.yaml", scenario());
    let said = desk.bedload(["run", "s.yaml", "--dry-run"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let text = format!("{}{}", said.stdout, said.stderr);
    assert!(text.contains("requests 5, retries apart"), "{text}");
    assert!(text.contains("in about 1,856   out about 175"), "{text}");
}

#[test]
fn a_limit_of_the_call_bounds_the_answers_of_a_trace() {
    let desk = Desk::new();
    desk.write("t.csv", TRACE);
    desk.write("s.yaml", scenario());
    let limit = "flows.ask.call.converse.max_tokens=32";
    let said = desk.bedload(["run", "s.yaml", "--out", "run", "--set", limit]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let text = serde_json::to_string(&records(&desk, "run")).unwrap();
    assert!(
        text.contains("\"input\":374,\"output\":32") && text.contains("\"stop_reason\":\"max_tokens\""),
        "{text}"
    );
}

#[test]
fn a_broken_trace_is_told_with_its_lines_before_the_load() {
    let desk = Desk::new();
    desk.write("t.csv", format!("{TRACE}soon,1,1\n"));
    desk.write("s.yaml", scenario());
    let said = desk.bedload(["run", "s.yaml", "--out", "run"]);
    assert_eq!(said.code, Some(3), "{}", said.stderr);
    assert!(
        said.stderr.contains("S017") && said.stderr.contains("t.csv line 8: `soon` in `arrived`"),
        "{}",
        said.stderr
    );
    assert!(!desk.path("run").exists());
}
