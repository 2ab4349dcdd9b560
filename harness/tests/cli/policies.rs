//! Policies from a scenario to its records: who shares what, and who waits for whom.

use std::fs::File;
use std::path::Path;

use bedload_reports::log::{Entry, Reader};
use bedload_reports::record::{Deed, Outcome, Record};

use crate::support::{Desk, SMALL};

/// The records of a run of this scenario; its gates may say what they like.
fn records(scenario: &str) -> Vec<Record> {
    let desk = Desk::new();
    desk.write("s.yaml", scenario);
    let said = desk.bedload(["run", "s.yaml", "--out", "run"]);
    assert!(matches!(said.code, Some(0 | 99)), "{}", said.stderr);
    read(&desk.path("run").join("records.jsonl.zst"))
}

fn read(path: &Path) -> Vec<Record> {
    let mut log = Reader::open(File::open(path).unwrap()).unwrap();
    let entries = std::iter::from_fn(|| log.next_entry());
    entries.filter_map(|entry| if let Entry::Record(record) = entry { Some(record) } else { None }).collect()
}

/// `SMALL` with two flows of two requests a second each, carried by these clients.
fn two_flows(first: &str, second: &str) -> String {
    let flow = |name: &str, client: &str| {
        format!(
            "  {name}:\n    call: {{ converse: {{ model: haiku, max_tokens: 64 }} }}\n    client: {client}\n    \
             load: {{ open: {{ arrivals: constant, rate: 2/s }} }}\n"
        )
    };
    let (head, rest) = SMALL.split_once("flows:\n").unwrap();
    let (_, tail) = rest.split_once("faults:\n").unwrap();
    let limit = "    regions: [us-east-1]\n    limit: { requests: 2/s, burst: 1%, when_empty: shed }\n";
    let other = format!("{limit}  other:\n    retry: {{ attempts: 3 }}\n{limit}");
    let head = head.replace("    regions: [us-east-1]\n", &other);
    format!("{head}flows:\n{}{}faults:\n{tail}", flow("ask", first), flow("look", second))
}

fn shed(records: &[Record]) -> usize {
    let is_shed = |record: &Record| record.decisions.iter().any(|decision| decision.deed == Deed::Shed);
    records.iter().filter(|record| is_shed(record)).count()
}

#[test]
fn flows_of_one_client_share_its_limit_and_those_of_two_do_not() {
    let together = records(&two_flows("plain", "plain"));
    assert_eq!((together.len(), shed(&together)), (80, 40), "two a second for four");
    let apart = records(&two_flows("plain", "other"));
    assert_eq!((apart.len(), shed(&apart)), (80, 0));
}

#[test]
fn a_user_behind_a_gateway_asks_again_once_it_has_its_504() {
    let load = "load: { open: { arrivals: constant, rate: { quiet: 10/s, storm: 10/s } } }";
    let closed = "load: { closed: { users: { quiet: 1 }, think: 500ms } }\n    gateway: { timeout: 1s }";
    let records = records(&SMALL.replace(load, closed).replace("ttft: 200ms", "ttft: 5s"));
    let due: Vec<_> = records.iter().map(|record| record.due.as_secs_f64()).collect();
    assert_eq!(due, [0.5, 2.0, 3.5, 5.0, 6.5, 8.0, 9.5], "a second of waiting, half a second of thought");
    for record in &records {
        assert_eq!((record.outcome, record.latency().as_secs_f64()), (Outcome::Failed, 1.0));
        assert!(record.answer().is_some_and(|call| call.done > record.done), "the client went on");
    }
}
