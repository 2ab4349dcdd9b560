//! Whole runs with a wire client: what stands above it works as above an SDK, and nobody can take it for one.

use std::fs::{self, File};

use bedload_reports::log::{Entry, Reader};
use bedload_reports::record::{Deed, Outcome, Reason, Record};

use crate::support::{Desk, SMALL};

/// Small, with a wire client that moves on to the other region, hedges, and breaks its circuit.
fn scenario() -> String {
    let client = "    wire: { retry: { attempts: 1 } }\n    regions: [us-east-1, us-west-2]\n    \
                  limit: { requests: 30/s }\n    hedge: { after: 1s, at_most: 100% }\n    \
                  breaker: { sliding_window: { count: 4 }, minimum_number_of_calls: 4, wait_duration_in_open_state: 2s }\n";
    let plain = "    retry: { attempts: 3 }\n";
    let aimed = "where: { region: us-east-1 }, inject: { throttle: { share: 60% } }";
    let slow = "  slow: { during: quiet, where: { region: us-east-1 }, inject: { latency: { every: 10, add: 3s } } }\n";
    SMALL
        .replace(plain, client)
        .replace("    regions: [us-east-1]\n", "")
        .replace("inject: { throttle: { every: 4 } }", aimed)
        .replace("gates:\n", &format!("{slow}gates:\n"))
}

fn records(desk: &Desk, run: &str) -> Vec<Record> {
    let mut log = Reader::open(File::open(desk.path(run).join("records.jsonl.zst")).unwrap()).unwrap();
    let entries = std::iter::from_fn(|| log.next_entry());
    entries.filter_map(|entry| if let Entry::Record(record) = entry { Some(record) } else { None }).collect()
}

#[test]
fn limits_breakers_failover_and_hedges_stand_above_it_and_the_same_seed_gives_the_same_bytes() {
    let desk = Desk::new();
    desk.write("s.yaml", scenario());
    for (out, seed) in [("one", "7"), ("two", "7"), ("other", "8")] {
        let said = desk.bedload(["run", "s.yaml", "--seed", seed, "--out", out]);
        assert!(matches!(said.code, Some(0 | 99)), "{}", said.stderr);
    }
    let file = |run: &str, name: &str| fs::read(desk.path(run).join(name)).unwrap();
    for name in ["records.jsonl.zst", "ledger.jsonl.zst", "summary.json", "segments.jsonl"] {
        assert!(file("one", name) == file("two", name), "{name}");
    }
    assert!(file("one", "records.jsonl.zst") != file("other", "records.jsonl.zst"));

    let records = records(&desk, "one");
    assert_eq!(records.len(), 200);
    let count = |reason| {
        records.iter().filter(|record| record.calls.iter().any(|call| call.reason == reason)).count()
    };
    assert!(count(Reason::Failover) > 20, "{} failed over", count(Reason::Failover));
    assert!(count(Reason::Hedge) > 2, "{} hedged", count(Reason::Hedge));
    assert!(records.iter().all(|record| record.outcome.answered()));
    let did = |is: fn(&Deed) -> bool| {
        records.iter().flat_map(|record| &record.decisions).any(|decision| is(&decision.deed))
    };
    assert!(did(|deed| matches!(deed, Deed::BreakerMoved { .. })), "no breaker moved");
    let page = String::from_utf8(file("one", "report.html")).unwrap();
    assert!(page.contains("plain: wire client (not an SDK)"));
}

#[test]
fn it_runs_in_real_time_over_a_socket_with_either_protocol() {
    let desk = Desk::new();
    desk.write("s.yaml", SMALL);
    for (out, http) in [("h1", "http1"), ("h2", "{ http2: { connections: 2 } }")] {
        let client = format!("clients.plain={{ wire: {{ http: {http} }}, regions: [us-east-1] }}");
        let mut command = desk.command(["run", "s.yaml", "--real-time", "--out", out, "--set", &client]);
        for set in ["stages.quiet.for=1s", "stages.storm.for=1s"] {
            command.args(["--set", set]);
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let records = records(&desk, out);
        assert_eq!(records.len(), 20, "{said}");
        assert!(records.iter().all(|record| record.outcome != Outcome::Failed), "{said}");
        assert!(records.iter().any(|record| record.outcome == Outcome::Retried), "{said}");
    }
}

#[test]
fn what_is_expanded_says_that_it_is_no_sdk_and_reads_the_same() {
    let desk = Desk::new();
    desk.write("s.yaml", scenario());
    let expanded = desk.bedload(["check", "s.yaml", "--expand"]).stdout;
    let expected = "    wire:  # no SDK: these retries are bedload's own\n      http: http1  # default\n      retry:\n        \
                    attempts: 1\n        base: 100ms  # default\n        max: 20s  # default\n";
    assert!(expanded.contains(expected), "{expanded}");
    desk.write("again.yaml", &expanded);
    assert_eq!(desk.bedload(["check", "again.yaml", "--expand"]).stdout, expanded);
}
