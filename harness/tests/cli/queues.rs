//! Queues through the command line: what the check against the job store is worth, and what `check` says before.

use std::path::Path;

use crate::support::{Desk, shipped};

const FEWER: [&str; 2] = ["--set", "flows.documents.load.queue.jobs=600"];

#[test]
fn without_the_check_the_gate_fails_and_the_page_shows_which_jobs_ran_twice() {
    let desk = Desk::new();
    let (path, out) = (shipped("documents-in-trouble.yaml"), desk.path("naive"));
    let mut command = desk.command([Path::new("run"), &path, Path::new("--out"), &out]);
    let command = command.args(FEWER).args(["--set", "gates.all-done.min=600"]);
    let output = command.args(["--set", "flows.documents.load.queue.idempotency=off"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(99), "{said}");
    assert!(said.trim_end().lines().last().unwrap().contains("none-twice"), "{said}");
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    for shown in ["Jobs that took effect more than once", "Paid for nothing", "documents-000"] {
        assert!(page.contains(shown), "{shown}");
    }
}

#[test]
fn check_says_what_a_batch_needs_and_what_of_its_settings_does_not_fit() {
    let desk = Desk::new();
    let path = shipped("documents.yaml");
    let plain = desk.bedload([Path::new("check"), &path]);
    assert_eq!(plain.code, Some(0));
    let needs = plain.stderr.replace('\u{202f}', " ");
    assert!(needs.contains("10,000 jobs of 8.01 s are 22.2 h one after the other"), "{needs}");
    assert!(needs.contains("within 1 h 00 m they need 23 at once, 167 requests"), "{needs}");
    let mut command = desk.command([Path::new("check"), &path]);
    let few = "flows.documents.load.queue.workers.count=20";
    let short = "flows.documents.load.queue.visibility=10s";
    let receives = "flows.documents.load.queue.max_receives=1";
    let output = command.args(["--set", few, "--set", short, "--set", receives]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).replace('\u{202f}', " ");
    assert_eq!(output.status.code(), Some(0), "advice stops nothing");
    for advice in ["the deadline needs 23", "visible again after 10.0 s", "received 1 times at most"] {
        assert!(said.contains(advice), "{advice}: {said}");
    }
}
