//! `mock … -- COMMAND`: the command here is bedload itself, as a client on AWS that the mock stands in for.

use std::fs;

use crate::support::{Desk, SMALL, Said};

/// Four seconds, the second half of which throttles every fourth request.
fn scenario() -> String {
    SMALL.replace("for: 10s", "for: 2s")
}

/// The same traffic from a client that knows of no mock.
fn client(retries: &str) -> String {
    scenario()
        .replace(
            "target: { mock: { regions: [us-east-1, us-west-2] } }",
            "target: { aws: { max_requests: 100 } }",
        )
        .replace("faults:\n  throttle: { during: storm, inject: { throttle: { every: 4 } } }\n", "")
        .replace("retry: { attempts: 3 }", retries)
        .replace(
            "answered: { metric: success.ratio, min: 99% }",
            "asked: { metric: requests.count, min: 30 }",
        )
        .replace("calm: { metric: success.first_try, during: quiet, min: 100% }", "")
}

fn watched(retries: &str) -> (Desk, Said) {
    let desk = Desk::new();
    desk.write("s.yaml", scenario());
    desk.write("client.yaml", client(retries));
    let bedload = env!("CARGO_BIN_EXE_bedload");
    let said = desk.bedload([
        "mock",
        "s.yaml",
        "--no-admin",
        "--out",
        "run",
        "--",
        bedload,
        "run",
        "client.yaml",
        "--yes",
        "--out",
        "inner",
    ]);
    (desk, said)
}

#[test]
fn a_command_that_does_well_passes_and_leaves_a_run_folder() {
    let (desk, said) = watched("retry: { attempts: 3 }");
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let summary = fs::read_to_string(desk.path("run/summary.json")).expect("a summary");
    assert!(summary.contains("asked by `") && summary.contains("\"requests\": 40,"), "{summary}");
    for file in
        ["records.jsonl.zst", "ledger.jsonl.zst", "report.html", "junit.xml", "scenario.yaml", "run.json"]
    {
        assert!(desk.path("run").join(file).is_file(), "{file}");
    }
    let again = desk.bedload(["report", "run"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(fs::read_to_string(desk.path("run/summary.json")).expect("a summary"), summary);
}

#[test]
fn a_command_that_does_badly_fails_its_gates() {
    let (_desk, said) = watched("retry: { mode: off }");
    assert_eq!(said.code, Some(99), "{}", said.stderr);
    assert!(said.last_line().contains("(answered)"), "{}", said.last_line());
}

#[test]
fn a_command_that_fails_by_itself_ends_with_its_own_code() {
    let desk = Desk::new();
    desk.write("s.yaml", scenario());
    let said = desk.bedload(["mock", "s.yaml", "--out", "run", "--", "sh", "-c", "exit 7"]);
    assert_eq!(said.code, Some(7), "{}", said.stderr);
    assert!(said.last_line().starts_with("exit 7: the command itself ended with 7"), "{}", said.last_line());
    assert!(desk.path("run/report.html").is_file(), "there is always a page");
}

#[test]
fn a_command_that_sends_nothing_is_no_measurement() {
    let said = Desk::new().bedload(["mock", "--out", "run", "--", "true"]);
    assert_eq!(said.code, Some(4), "{}", said.stderr);
    assert!(said.last_line().contains("sent nothing"), "{}", said.last_line());
}

#[test]
fn a_command_sees_where_bedrock_is() {
    let desk = Desk::new();
    let script = "env | grep ^AWS_ | grep -v FILE | sed 's/:[0-9]*$/:PORT/' | sort > seen";
    let mut mock = desk.command(["mock", "--out", "run", "--", "sh", "-c", script]);
    mock.env_remove("AWS_CA_BUNDLE").output().unwrap();
    insta::assert_snapshot!(fs::read_to_string(desk.path("seen")).expect("the environment"), @r"
    AWS_ACCESS_KEY_ID=AKIDBEDLOAD
    AWS_BEDROCK_RUNTIME_ENDPOINT=http://127.0.0.1:PORT
    AWS_DEFAULT_REGION=us-east-1
    AWS_EC2_METADATA_DISABLED=true
    AWS_ENDPOINT_URL=http://127.0.0.1:PORT
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME=http://127.0.0.1:PORT
    AWS_REGION=us-east-1
    AWS_SECRET_ACCESS_KEY=made-up
    ");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let desk = Desk::new();
    for (arguments, code, word) in [
        (&["mock", "--out", "run"][..], 2, "no command to judge"),
        (&["mock", "--out", "run", "--", "no-such-program"], 4, "cannot be run"),
    ] {
        let said = desk.bedload(arguments);
        assert_eq!(said.code, Some(code), "{}", said.stderr);
        assert!(said.stderr.contains(word), "{}", said.stderr);
    }
}
