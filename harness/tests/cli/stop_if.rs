//! Runs that are ended before their time, because they are lost already.

use std::fs;

use crate::support::{Desk, SMALL};

const FLOOD: &str = "stop_if:\n  flood: { metric: success.ratio, below: 50%, over: 5s, samples: 10 }\n";

fn lost() -> String {
    format!("{}{FLOOD}", SMALL.replace("every: 4", "share: 100%").replace("min: 99%", "min: 20%"))
}

#[test]
fn a_run_that_is_lost_is_stopped_and_says_why() {
    let desk = Desk::new();
    desk.write("s.yaml", lost());
    let said = desk.bedload(["run", "s.yaml", "--out", "run"]);
    assert_eq!(said.code, Some(99), "{}", said.stderr);
    let why = "exit 99: stopped early by flood: ";
    let last = said.last_line().replace('\u{202f}', " ");
    assert!(last.starts_with(why) && last.ends_with("below 50.0 % over 5.00 s"), "{last}");
    assert!(said.stderr.starts_with("FAIL  small   stopped early"), "{}", said.stderr);

    let read = |name: &str| fs::read_to_string(desk.path("run").join(name)).expect(name);
    let summary: serde_json::Value = serde_json::from_str(&read("summary.json")).expect("JSON");
    assert_eq!((&summary["ending"], &summary["verdict"]), (&"stopped".into(), &"fail".into()));
    assert!(
        summary["total"]["requests"].as_u64().is_some_and(|requests| (100..190).contains(&requests)),
        "{summary}"
    );
    assert!(summary["stopped"]["at"].as_u64().is_some_and(|at| at < 19_000_000_000), "{summary}");
    let junit = read("junit.xml");
    assert!(junit.contains("stop_if.flood") && junit.contains("type=\"stopped\""), "{junit}");
    assert!(read("report.html").contains("stopped early by"));
    assert!(read("summary.md").contains("**stopped early** by"));

    // The same seed stops at the same request, and a page made again says the same.
    assert_eq!(desk.bedload(["run", "s.yaml", "--out", "again"]).code, Some(99));
    let bytes = |run: &str, name: &str| fs::read(desk.path(run).join(name)).expect(name);
    assert!(bytes("run", "records.jsonl.zst") == bytes("again", "records.jsonl.zst"));
    assert_eq!(desk.bedload(["report", "again"]).code, Some(99));
    assert!(bytes("run", "summary.json") == bytes("again", "summary.json"));
}

#[test]
fn a_run_that_is_not_lost_goes_on_to_its_end() {
    let desk = Desk::new();
    desk.write("s.yaml", format!("{SMALL}{FLOOD}"));
    let said = desk.bedload(["run", "s.yaml", "--out", "run"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let summary = fs::read_to_string(desk.path("run/summary.json")).expect("a summary");
    assert!(summary.contains("\"ending\": \"complete\""), "{summary}");
}

#[test]
fn a_lost_run_in_real_time_is_stopped_too() {
    let desk = Desk::new();
    desk.write("s.yaml", lost().replace("over: 5s", "over: 2s"));
    // A busy machine that runs the tests may be late; that is not what is tried here.
    let late = "validity.max_schedule_delay=20s";
    let short = ["--set", "stages.quiet.for=1s", "--set", "stages.storm.for=30s", "--set", late];
    let began = bedload::clock::Stopwatch::start();
    let said = desk.bedload(["run", "s.yaml", "--out", "run", "--real-time"].iter().chain(&short));
    assert_eq!(said.code, Some(99), "{}", said.stderr);
    assert!(said.last_line().contains("stopped early by flood"), "{}", said.last_line());
    assert!(began.elapsed_s() < 25.0, "it went on: {} s", began.elapsed_s());
}
