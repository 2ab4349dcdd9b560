//! Whatever is wrong is told before anything is sent: the right exit code, the place, the next step.

use std::fs;
use std::net::TcpListener;

use crate::support::{Desk, SMALL, Said};

fn run(desk: &Desk, scenario: &str, args: &[&str]) -> Said {
    desk.write("s.yaml", scenario);
    desk.bedload(["run", "s.yaml", "--out", "run"].iter().chain(args))
}

#[test]
fn mistakes_in_a_scenario_are_told_all_at_once() {
    let desk = Desk::new();
    let broken = SMALL
        .replace("attempts: 3", "attemps: 3")
        .replace("for: 10s }\nflows", "for: 10 }\nflows")
        .replace("during: quiet", "during: quite")
        .replace("model: haiku", "model: haiko");
    let said = run(&desk, &broken, &[]);
    assert_eq!(said.code, Some(3), "{}", said.stderr);
    for hint in ["did you mean `attempts`", "did you mean `quiet`", "did you mean `haiku`", "s.yaml"] {
        assert!(said.stderr.contains(hint), "no `{hint}` in\n{}", said.stderr);
    }
    assert_eq!(said.last_line(), "exit 3: 4 mistakes in s.yaml");
    assert!(!desk.path("run").exists(), "a run folder was made for a scenario that cannot run");
}

#[test]
fn files_that_are_no_scenario_are_refused() {
    let desk = Desk::new();
    let huge = format!("# {}\n{SMALL}", "x".repeat(2 << 20));
    let table: [(&str, &[u8]); 5] = [
        ("empty", b""),
        ("not YAML", b"version: [1"),
        ("not UTF-8", b"version: \xff\xfe"),
        ("a list", b"- 1\n- 2\n"),
        ("huge", huge.as_bytes()),
    ];
    for (what, bytes) in table {
        desk.write("s.yaml", bytes);
        let said = desk.bedload(["run", "s.yaml"]);
        assert_eq!(said.code, Some(3), "{what}: {}", said.stderr);
        assert!(said.last_line().starts_with("exit 3: "), "{what}: {}", said.stderr);
    }
    assert_eq!(desk.bedload(["run", "no-such-file.yaml"]).code, Some(3));
}

#[test]
fn a_gate_that_cannot_have_data_is_a_mistake() {
    let desk = Desk::new();
    let said =
        run(&desk, &SMALL.replace("metric: success.ratio, min: 99%", "metric: ttft.p95, max: 2s"), &[]);
    assert_eq!(said.code, Some(3), "{}", said.stderr);
    assert!(said.stderr.contains("S011"), "{}", said.stderr);
}

#[test]
fn set_is_diagnosed_like_the_file() {
    let desk = Desk::new();
    for set in ["stages.0.for=10", "clients.plain.retry.atempts=3", "stages.9.for=1s"] {
        let said = run(&desk, SMALL, &["--set", set]);
        assert_eq!(said.code, Some(3), "{set}: {}", said.stderr);
    }
    assert_eq!(run(&desk, SMALL, &["--set", "seed"]).code, Some(2), "a change without a value");
}

#[test]
fn the_command_line_is_refused_with_two() {
    let desk = Desk::new();
    for args in [&["run"][..], &["fly"], &["run", "s.yaml", "--sed", "1"], &["mock", "--listen", "here"]] {
        let said = desk.bedload(args);
        assert_eq!(said.code, Some(2), "{args:?}");
        assert!(said.last_line().starts_with("exit 2: "), "{args:?}: {}", said.stderr);
    }
}

#[test]
fn a_folder_that_cannot_be_used_is_refused_before_the_run() {
    let desk = Desk::new();
    desk.write("file", "in the way");
    desk.write("s.yaml", SMALL);
    let said = desk.bedload(["run", "s.yaml", "--out", "file/run"]);
    assert_eq!(said.code, Some(2), "{}", said.stderr);

    fs::create_dir(desk.path("full")).expect("a folder");
    desk.write("full/precious", "keep me");
    let said = desk.bedload(["run", "s.yaml", "--out", "full"]);
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    assert!(said.stderr.contains("not empty") && said.stderr.contains("--out"), "{}", said.stderr);
    assert_eq!(fs::read_to_string(desk.path("full/precious")).expect("a file"), "keep me");
}

#[test]
fn a_taken_port_is_refused() {
    let desk = Desk::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let said = desk.bedload(["mock", "--listen", &address]);
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    assert!(said.stderr.contains("--listen"), "{}", said.stderr);
}

#[test]
fn a_target_that_is_not_there_is_an_invalid_run() {
    let desk = Desk::new();
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let scenario = without_faults(&format!("target: {{ endpoint: \"http://{free}\" }}"));
    let said = run(&desk, &scenario, &[]);
    assert_eq!(said.code, Some(4), "{}", said.stderr);
    assert!(said.stderr.contains("bedload mock"), "{}", said.stderr);
    assert!(!desk.path("run").exists(), "a run folder was made though nothing ran");
}

#[test]
fn real_aws_is_never_asked_without_a_budget_consent_and_credentials() {
    let desk = Desk::new();
    let scenario = without_faults("target: { aws: {} }");
    for (args, code, word) in [
        (&[][..], 2, "budget"),
        (&["--max-cost", "5"], 2, "price"),
        (&["--max-requests", "10"], 2, "--yes"),
        (&["--max-requests", "10", "--yes"], 4, "credentials"),
    ] {
        let said = run(&desk, &scenario, args);
        assert_eq!(said.code, Some(code), "{args:?}: {}", said.stderr);
        assert!(said.stderr.contains(word), "{args:?}: {}", said.stderr);
    }
    let said = run(&desk, &scenario, &["--dry-run"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(
        said.stdout.contains("requests 200") && said.stdout.contains("nothing was sent"),
        "{}",
        said.stdout
    );
}

/// The small scenario at another target, where bedload cannot inject faults.
fn without_faults(target: &str) -> String {
    SMALL
        .replace("target: { mock: { regions: [us-east-1, us-west-2] } }", target)
        .replace("faults:\n  throttle: { during: storm, inject: { throttle: { every: 4 } } }\n", "")
}
