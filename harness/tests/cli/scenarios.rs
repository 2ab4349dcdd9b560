//! Every scenario that ships is run, and passes; the first one does what the README says of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::{Desk, all_shipped, shipped};
use bedload::scenario::{Plan, Source};
use bedload_reports::summary::{RunVerdict, Summary};
use bedload_reports::units::Nanos;

fn summary(run: &Path) -> Summary {
    serde_json::from_slice(&fs::read(run.join("summary.json")).expect("a summary")).expect("JSON")
}

#[test]
fn every_shipped_scenario_opens_with_its_question_and_passes() {
    let desk = Desk::new();
    let paths = all_shipped();
    assert!(paths.len() >= 4, "{paths:?}");
    for path in paths {
        let text = fs::read_to_string(&path).expect("a scenario");
        let comment: Vec<_> = text.lines().take_while(|line| line.starts_with('#')).collect();
        assert!(comment.iter().any(|line| line.contains('?')), "{} asks no question", path.display());

        let out = desk.path(path.file_stem().and_then(|stem| stem.to_str()).expect("a name"));
        let said = desk.bedload([Path::new("run"), &path, Path::new("--out"), &out]);
        assert_eq!(said.code, Some(0), "{}\n{}", path.display(), said.stderr);
        let summary = summary(&out);
        assert_eq!(summary.verdict, RunVerdict::Pass, "{}", path.display());
        assert!(summary.total.requests > 500, "{} asks little", path.display());
        assert!(
            summary.total.failed > 0
                || !summary.errors.is_empty()
                || ["capacity.yaml", "chat.yaml", "documents.yaml", "omission.yaml"]
                    .iter()
                    .any(|quiet| path.ends_with(quiet)),
            "{} breaks nothing",
            path.display()
        );
    }
}

/// The names of all faults that struck, by the ledger of a run.
fn struck(run: &Path) -> BTreeSet<String> {
    let ledger =
        zstd::decode_all(fs::File::open(run.join("ledger.jsonl.zst")).expect("a ledger")).expect("zstd");
    let mut names = BTreeSet::new();
    for line in String::from_utf8(ledger).expect("UTF-8").lines() {
        let exchange: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let faults = exchange["faults"].as_array().into_iter().flatten();
        names.extend(faults.filter_map(|fault| fault.as_str()).map(str::to_owned));
    }
    names
}

#[test]
fn every_fault_strikes_but_the_downgrades_that_nobody_here_can_meet() {
    let desk = Desk::new();
    let path = shipped("every-fault.yaml");
    let said = desk.bedload(["run", path.to_str().expect("UTF-8"), "--out=run"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let plan = Plan::parse(&Source::read(&path).expect("a scenario"), &[]).expect("a plan");
    let struck = struck(&desk.path("run"));
    let missed = plan.faults().iter().filter(|fault| !struck.contains(&**fault.name()));
    let kinds: BTreeSet<_> = missed.map(|fault| fault.inject().name()).collect();
    assert_eq!(kinds, BTreeSet::from(["downgrade"]), "{struck:?}");
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_gives_others() {
    let desk = Desk::new();
    let storm = shipped("storm.yaml");
    for (out, seed) in [("a", "7"), ("b", "7"), ("c", "8")] {
        let args = ["run", storm.to_str().expect("UTF-8"), "--out", out, "--seed", seed];
        assert_eq!(desk.bedload(args).code, Some(0), "seed {seed}");
    }
    let bytes = |run: &str, file: &str| fs::read(desk.path(run).join(file)).expect(file);
    for file in [
        "records.jsonl.zst",
        "ledger.jsonl.zst",
        "summary.json",
        "junit.xml",
        "summary.md",
        "metrics.txt",
        "latency.hlog",
    ] {
        assert!(bytes("a", file) == bytes("b", file), "{file} differs between two runs of one seed");
    }
    for file in ["records.jsonl.zst", "ledger.jsonl.zst"] {
        assert!(bytes("a", file) != bytes("c", file), "{file} is the same for two seeds");
    }
}

#[test]
fn without_retries_the_storm_fails_and_the_failed_gate_is_named_first() {
    let desk = Desk::new();
    let storm = shipped("storm.yaml");
    let said = desk.bedload([
        "run",
        storm.to_str().expect("UTF-8"),
        "--out=run",
        "--set=clients.near.retry={ mode: off }",
    ]);
    assert_eq!(said.code, Some(99), "{}", said.stderr);
    assert!(said.last_line().contains("gates failed (answered"), "{}", said.last_line());
    let first_gate =
        said.stderr.lines().find(|line| line.trim_start().starts_with(['✗', '✓'])).unwrap_or_default();
    assert!(first_gate.contains("✗ answered"), "{}", said.stderr);
}

#[test]
fn the_storm_over_tcp_in_real_time_gives_the_same_verdicts() {
    let desk = Desk::new();
    let storm = shipped("storm.yaml");
    let mut args = vec!["run", storm.to_str().expect("UTF-8"), "--out=run", "--real-time"];
    // A twentieth of the time at a rate that keeps every percentile above its sample floor.
    for set in [
        "stages.warmup.for=1s",
        "stages.quiet.for=6s",
        "stages.storm.for=4s",
        "stages.after.for=4s",
        "flows.chat.load.open.rate=15/s",
        "flows.lookup.load.open.rate=25/s",
        // What is asked here is not whether this machine, beside all other tests, was fast enough.
        "validity={ max_schedule_delay: 5s, max_loop_lag: 5s, max_cpu: 100% }",
    ] {
        args.extend(["--set", set]);
    }
    let said = desk.bedload(args);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let summary = summary(&desk.path("run"));
    let storm = summary.stages.iter().find(|part| &*part.name == "storm").expect("a storm");
    let attempts = storm.figures.attempts_per_request().expect("requests");
    assert!((1.2..1.7).contains(&attempts), "{attempts} attempts a request in the storm");
    let mut named = summary.exemplars.iter().flat_map(|exemplar| exemplar.record.attempts());
    assert!(
        named.any(|attempt| attempt.fault.as_deref() == Some("throttle-east")),
        "no attempt names its fault"
    );
    let generator = summary.generator.expect("a generator, which tells of itself in real time");
    assert!(generator.cpu > Nanos::ZERO && generator.cpu_share < 1.0, "{generator:?}");
    if cfg!(target_os = "linux") {
        let machine = generator.machine.expect("a machine");
        let parts = machine.generator + machine.others + machine.stolen;
        assert!(machine.generator > 0.0 && (parts - machine.taken).abs() < 1e-9, "{machine:?}");
    }
}
