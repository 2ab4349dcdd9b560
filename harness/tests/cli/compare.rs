//! Two runs held against each other: what is told, what is refused, and how it ends.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Desk, SMALL, Said};

/// A run of the small scenario with changes, in a folder.
fn run(desk: &Desk, folder: &str, args: &[&str]) -> Said {
    desk.write("s.yaml", SMALL);
    let said = desk.bedload(["run", "s.yaml", "--out", folder].iter().chain(args));
    assert!(matches!(said.code, Some(0 | 99)), "{}", said.stderr);
    said
}

const SLOWER: &str = "models.haiku.mock.ttft=600ms";

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")
}

#[test]
fn the_same_run_twice_is_unchanged_and_the_same_bytes() {
    let desk = Desk::new();
    run(&desk, "one", &[]);
    run(&desk, "two", &[]);
    let said =
        desk.bedload(["compare", "one", "two", "--json", "a.json", "--markdown", "a.md", "--html", "a.html"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.stderr.starts_with("UNCHANGED"), "{}", said.stderr);
    assert!(said.last_line().ends_with("none got worse"), "{}", said.stderr);
    let again = desk.bedload(["compare", "one", "two", "--json", "b.json"]);
    assert_eq!(again.stderr, said.stderr);
    let bytes = |name: &str| fs::read_to_string(desk.path(name)).expect(name);
    assert_eq!(bytes("a.json"), bytes("b.json"));
    assert!(bytes("a.md").starts_with("## = UNCHANGED"), "{}", bytes("a.md"));
    assert!(bytes("a.html").contains("id=\"baseline\""));
    let told = json(&desk.path("a.json"));
    assert_eq!((&told["format"], &told["verdict"]), (&1.into(), &"unchanged".into()));
    assert!(told["rows"].as_array().is_some_and(|rows| rows.len() > 6), "{told}");
}

#[test]
fn another_workload_is_refused_with_each_difference_and_may_be_the_point() {
    let desk = Desk::new();
    run(&desk, "base", &[]);
    run(&desk, "head", &["--set", SLOWER, "--set", "clients.plain.retry.attempts=2", "--seed", "8"]);
    let said = desk.bedload(["compare", "base", "head"]);
    assert_eq!(said.code, Some(4), "{}", said.stderr);
    for told in [
        "clients.plain.retry.attempts: 3 → 2",
        "models.haiku.mock.ttft: 200ms → 600ms",
        "seed: 7 → 8",
        "--allow-mismatch=clients,models,seed",
    ] {
        assert!(said.stderr.contains(told), "no `{told}` in\n{}", said.stderr);
    }
    assert!(said.last_line().starts_with("exit 4: base is no baseline"), "{}", said.last_line());
    let some = desk.bedload(["compare", "base", "head", "--allow-mismatch=clients,models"]);
    assert_eq!(some.code, Some(4), "{}", some.stderr);

    // Slower by more than is allowed: a regression, and its own exit code.
    for allowed in ["--allow-mismatch=clients,models,seed", "--allow-mismatch"] {
        let said = desk.bedload(["compare", "base", "head", allowed, "--json", "c.json"]);
        assert_eq!(said.code, Some(99), "{}", said.stderr);
        assert!(said.stderr.starts_with("REGRESSED"), "{}", said.stderr);
        assert!(said.last_line().contains("figures regressed (latency.p50"), "{}", said.last_line());
        assert!(said.stderr.contains("differs in seed: 7 → 8"), "{}", said.stderr);
    }
    assert_eq!(json(&desk.path("c.json"))["unlike"].as_array().map(Vec::len), Some(3));
    // The other way round it is better.
    let said = desk.bedload(["compare", "head", "base", "--allow-mismatch", "--metric", "latency.p50"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.stderr.starts_with("IMPROVED"), "{}", said.stderr);
}

#[test]
fn gates_make_no_other_workload() {
    let desk = Desk::new();
    run(&desk, "base", &[]);
    run(&desk, "head", &["--set", "gates.calm.min=90%", "--set", "about=Another question."]);
    assert_eq!(desk.bedload(["compare", "base", "head"]).code, Some(0));
}

#[test]
fn what_nobody_can_tell_is_inconclusive_and_5_on_demand() {
    let desk = Desk::new();
    let fewer = "faults.throttle.inject.throttle.every=7";
    run(&desk, "base", &[]);
    run(&desk, "head", &["--set", fewer, "--seed", "8"]);
    let args = ["compare", "base", "head", "--allow-mismatch", "--metric", "latency.max"];
    let said = desk.bedload(args);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(
        said.stderr.starts_with("INCONCLUSIVE") && said.stderr.contains("one value a run"),
        "{}",
        said.stderr
    );
    let strict = desk.bedload(args.iter().chain(&["--fail-on-inconclusive"]));
    assert_eq!(strict.code, Some(5), "{}", strict.stderr);
    // A percentile that too few samples bound is no data.
    let said = desk.bedload(["compare", "base", "base", "--metric", "latency.p99.9"]);
    assert!(said.stderr.starts_with("NO DATA"), "{}", said.stderr);
}

#[test]
fn what_cannot_be_compared_is_told() {
    let desk = Desk::new();
    run(&desk, "base", &[]);
    desk.write("capped.yaml", format!("max_in_flight: 1\n{SMALL}"));
    assert_eq!(desk.bedload(["run", "capped.yaml", "--out", "void"]).code, Some(4));
    fs::create_dir(desk.path("empty")).expect("a folder");
    let table: [(&[&str], i32, &str); 7] = [
        (&["base", "void", "--allow-mismatch"], 4, "is invalid"),
        (&["base", "empty"], 2, "records.jsonl.zst"),
        (&["base"], 2, "nothing to compare"),
        (&["base", "base", "--runs", "5"], 2, "not run again"),
        (&["base", "base", "--metric", "latancy.p95"], 2, "no metric"),
        (&["nowhere.yaml", "base"], 3, "no file"),
        (&["s.yaml"], 2, "nothing differs"),
    ];
    for (args, code, told) in table {
        let said = desk.bedload(["compare"].iter().chain(args));
        assert_eq!(said.code, Some(code), "{args:?}: {}", said.stderr);
        assert!(said.stderr.contains(told), "{args:?}: {}", said.stderr);
    }
}

#[test]
fn a_baseline_is_read_before_the_load_and_told_with_the_run() {
    let desk = Desk::new();
    run(&desk, "main", &[]);
    let said = desk.bedload(["run", "s.yaml", "--out", "mine", "--baseline", "main"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.stderr.contains("against baseline: 7 of 8 figures unchanged, 1 no data"), "{}", said.stderr);
    let page = fs::read_to_string(desk.path("mine/report.html")).expect("a page");
    assert!(page.contains("Against baseline"), "no section");

    // What is wrong with it is told before anything is sent.
    for (args, code, told) in [
        (&["--baseline", "nowhere"][..], 2, "records.jsonl.zst"),
        (&["--baseline", "main", "--set", SLOWER], 4, "models.haiku.mock.ttft: 200ms → 600ms"),
        (&["--baseline", "a=main", "--baseline", "a=main"], 2, "two baselines"),
    ] {
        let said = desk.bedload(["run", "s.yaml", "--out", "refused"].iter().chain(args));
        assert_eq!(said.code, Some(code), "{args:?}: {}", said.stderr);
        assert!(said.stderr.contains(told), "{args:?}: {}", said.stderr);
        assert!(!desk.path("refused").exists(), "a run folder was made though nothing ran");
    }
}

const NO_REGRESSION: &str = "gates.no-slower={ metric: latency.p50, baseline: main, max_increase: 10% }";

#[test]
fn a_gate_on_a_baseline_has_each_verdict() {
    let desk = Desk::new();
    run(&desk, "base", &[]);
    let first_try =
        "gates.first={ metric: success.first_try, during: storm, baseline: main, max_decrease: 1 point }";
    let warned = NO_REGRESSION.replace("max_increase", "on_no_data: warn, max_increase");
    let slower = ["--set", SLOWER, "--allow-mismatch=models"];
    /// The run folder, the baseline and the changes that are given, the exit code and the last words.
    type Case<'a> = (&'a str, &'a [&'a str], &'a [&'a str], i32, &'a str);
    let table: [Case<'_>; 6] = [
        ("named", &["--baseline", "main=base"], &["--set", NO_REGRESSION], 0, "3 gates passed"),
        ("unnamed", &["--baseline", "base"], &["--set", NO_REGRESSION], 0, "3 gates passed"),
        (
            "slower",
            &["--baseline", "base", "--set", NO_REGRESSION],
            &slower,
            99,
            "1 of 3 gates failed (no-slower)",
        ),
        (
            "unsure",
            &["--baseline", "base", "--set", first_try],
            &["--seed", "8", "--allow-mismatch=seed"],
            0,
            "1 of 3 gates inconclusive (first)",
        ),
        (
            "none",
            &[],
            &["--set", NO_REGRESSION],
            2,
            "gate `no-slower` needs the baseline `main`, and there is none",
        ),
        ("not yet", &[], &["--set", &warned], 0, "3 gates passed"),
    ];
    for (folder, baseline, changes, code, last) in table {
        let said = desk.bedload(["run", "s.yaml", "--out", folder].iter().chain(baseline).chain(changes));
        assert_eq!(said.code, Some(code), "{folder}: {}", said.stderr);
        assert!(said.last_line().contains(last), "{folder}: {}", said.last_line());
    }
    let strict = desk.bedload(["report", "unsure", "--fail-on-inconclusive"]);
    assert_eq!(strict.code, Some(5), "{}", strict.stderr);
    let junit = fs::read_to_string(desk.path("slower/junit.xml")).expect("JUnit").replace('\u{202f}', " ");
    assert!(junit.contains("no-slower: 714 ms, +127 % since 314 ms, max +10.0 % on main"), "{junit}");
}

#[test]
fn a_gate_may_name_a_run_folder_itself() {
    let desk = Desk::new();
    run(&desk, "base", &[]);
    let gate = "gates.g={ metric: latency.p50, baseline: ./base, max_increase: 10% }";
    let said = desk.bedload(["run", "s.yaml", "--out", "mine", "--set", gate]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.stderr.contains("against ./base"), "{}", said.stderr);
}

#[test]
fn what_came_of_a_baseline_is_kept_and_told_again_without_it() {
    let desk = Desk::new();
    run(&desk, "base", &[]);
    let said =
        desk.bedload(["run", "s.yaml", "--out", "mine", "--baseline", "main=base", "--set", NO_REGRESSION]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    fs::remove_dir_all(desk.path("base")).expect("a folder");
    let bytes = |name: &str| fs::read(desk.path("mine").join(name)).expect(name);
    let outputs = ["summary.json", "report.html", "junit.xml", "summary.md", "baseline.json"];
    let before = outputs.map(bytes);
    assert_eq!(desk.bedload(["report", "mine"]).code, Some(0));
    for (name, before) in outputs.iter().zip(before) {
        assert!(bytes(name) == before, "{name} came out differently");
    }
    // A run that had none can be held against one later.
    run(&desk, "slow", &["--set", SLOWER]);
    let said = desk.bedload(["report", "mine", "--baseline", "main=slow", "--allow-mismatch=models"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.stderr.contains("against main") && said.stderr.contains("improved"), "{}", said.stderr);
}

#[test]
fn two_variants_are_run_in_turn_and_told_apart() {
    let desk = Desk::new();
    desk.write("s.yaml", SMALL);
    let args =
        ["compare", "s.yaml", "--runs", "4", "--out", "out", "--head-set", SLOWER, "--metric", "latency.p50"];
    let said = desk.bedload(args);
    assert_eq!(said.code, Some(99), "{}", said.stderr);
    assert!(
        said.stderr.contains("4 runs a side") && said.stderr.contains("differs in models.haiku.mock.ttft"),
        "{}",
        said.stderr
    );
    let order: Vec<&str> =
        said.stderr.lines().filter_map(|line| line.strip_prefix("out/")?.split(" seed").next()).collect();
    assert_eq!(order[..3], ["base/1", "head/1", "base/2"], "{}", said.stderr);
    let seed = |folder: &str| json(&desk.path(folder).join("summary.json"))["run"]["seed"].clone();
    assert_eq!((seed("out/base/1"), seed("out/head/1"), seed("out/head/4")), (7.into(), 7.into(), 10.into()));

    // The folders say it again, and a folder of runs is held against another as runs.
    let again = desk.bedload([
        "compare",
        "out/base",
        "out/head",
        "--allow-mismatch=models",
        "--metric",
        "latency.p50",
    ]);
    assert_eq!(again.code, Some(99), "{}", again.stderr);
    assert!(again.stderr.contains("4 runs a side"), "{}", again.stderr);
    let one = desk.bedload(["compare", "out/base/1", "out/head", "--allow-mismatch=models"]);
    assert_eq!(one.code, Some(2), "{}", one.stderr);
}

#[test]
fn two_builds_are_held_against_each_other() {
    let desk = Desk::new();
    desk.write("s.yaml", SMALL);
    let build = env!("CARGO_BIN_EXE_bedload");
    let said = desk.bedload(["compare", "s.yaml", "--runs", "4", "--out", "out", "--head-build", build]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.stderr.contains("UNCHANGED"), "{}", said.stderr);
    // Twelve figures need five runs a side: with four, a change might go unseen.
    assert!(said.stderr.contains("--runs 5 can tell them all apart"), "{}", said.stderr);
    let said = desk.bedload(["compare", "s.yaml", "--out", "b", "--head-build", "nowhere"]);
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    let said = desk.bedload(["compare", "s.yaml", "--out", "c", "--head-build", "/bin/false"]);
    assert_eq!(said.code, Some(1), "{}", said.stderr);
    assert!(said.last_line().contains("head 1"), "{}", said.last_line());
}

#[test]
fn a_variant_that_comes_to_no_good_end_ends_it() {
    let desk = Desk::new();
    desk.write("s.yaml", SMALL);
    let said = desk.bedload(["compare", "s.yaml", "--out", "out", "--head-set", "max_in_flight=1"]);
    assert_eq!(said.code, Some(4), "{}", said.stderr);
    assert!(said.last_line().starts_with("exit 4: head 1: the run is invalid"), "{}", said.last_line());
    assert!(!desk.path("out/base/2").exists(), "it went on");
    let said = desk.bedload(["compare", "s.yaml", "--out", "b", "--head-set", "max_in_flght=1"]);
    assert_eq!(said.code, Some(3), "{}", said.stderr);
}
