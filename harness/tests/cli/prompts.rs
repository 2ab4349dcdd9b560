//! What requests say and how conversations grow, seen by the mock.

use std::fs;

use bedload_reports::summary::Summary;
use serde_json::Value;

use crate::support::{Desk, SMALL};

fn run(desk: &Desk, sets: &[&str]) -> (Summary, Vec<Value>) {
    desk.write("s.yaml", SMALL.replace("every: 4", "every: 100000"));
    let mut args = vec!["run", "s.yaml", "--out", "run"];
    args.extend(sets.iter().flat_map(|set| ["--set", *set]));
    let said = desk.bedload(args);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let summary = fs::read(desk.path("run").join("summary.json")).unwrap();
    let log = zstd::decode_all(fs::File::open(desk.path("run").join("records.jsonl.zst")).unwrap()).unwrap();
    let lines = String::from_utf8(log).unwrap();
    let all = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let records = all.filter(|entry| entry.to_string().contains("\"calls\"")).collect();
    (serde_json::from_slice(&summary).unwrap(), records)
}

/// The input tokens of each request, in the order of the log.
fn inputs(records: &[Value]) -> Vec<u64> {
    fn tokens(value: &Value) -> Option<u64> {
        match value {
            Value::Object(map) => match map.get("input") {
                Some(input) if map.contains_key("output") => input.as_u64(),
                _ => map.values().find_map(tokens),
            },
            Value::Array(items) => items.iter().find_map(tokens),
            _ => None,
        }
    }
    records.iter().filter_map(tokens).collect()
}

#[test]
fn each_turn_sends_all_that_was_said_before() {
    let desk = Desk::new();
    let sets = [
        "flows.ask.load={ closed: { users: 1, think: 1s, turns: 3 } }",
        "flows.ask.call.converse.prompt={ input_tokens: 100 }",
        "gates={ answered: { metric: success.ratio, min: 99% } }",
    ];
    let (_, records) = run(&desk, &sets);
    // 100 tokens are said in each turn, and 20 are answered.
    let inputs = inputs(&records);
    assert!(inputs.len() >= 9, "{inputs:?}");
    for turns in inputs.chunks_exact(3) {
        assert_eq!(turns, [100, 220, 340], "{inputs:?}");
    }
}

#[test]
fn users_come_one_by_one() {
    let desk = Desk::new();
    let sets = [
        "flows.ask.load={ closed: { users: { quiet: { from: 0, to: 20 } }, think: 500ms } }",
        "gates={ answered: { metric: success.ratio, min: 99% } }",
    ];
    let (_, records) = run(&desk, &sets);
    let due =
        |record: &Value| record.pointer("/due").or(record.pointer("/record/due")).and_then(Value::as_u64);
    let dues: Vec<u64> = records.iter().filter_map(due).collect();
    assert!(dues.len() > 80, "{}", dues.len());
    let before = |secs: u64| dues.iter().filter(|due| **due < secs * 1_000_000_000).count() as f64;
    // Ten users on average, of whom a quarter of the asking falls into the first half.
    assert!((0.15..0.35).contains(&(before(5) / before(10))), "{} of {}", before(5), before(10));
}

#[test]
fn a_shared_prefix_is_written_into_the_cache_once_and_read_after_that() {
    let desk = Desk::new();
    let sets = [
        "flows.ask.call.converse.prefix_tokens=2k",
        "flows.ask.call.converse.prompt={ template: \"{{id}}\" }",
    ];
    let (summary, records) = run(&desk, &sets);
    let inputs = inputs(&records);
    assert!(inputs.iter().all(|tokens| (2000..2010).contains(tokens)), "{inputs:?}");
    assert_eq!(summary.total.requests, 200);
    let ledger =
        zstd::decode_all(fs::File::open(desk.path("run").join("ledger.jsonl.zst")).unwrap()).unwrap();
    let ledger = String::from_utf8(ledger).unwrap();
    let figure = |key: &str| -> Vec<u64> {
        let exchanges = ledger.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        exchanges.filter_map(|exchange| exchange.get(key)?.as_u64()).filter(|tokens| *tokens > 0).collect()
    };
    let (written, read) = (figure("cache_write_tokens"), figure("cache_read_tokens"));
    // Those that were under way together could each be the first; in virtual time one is.
    assert_eq!(
        (written.as_slice(), read.len()),
        (&[2000][..], 199),
        "{}",
        ledger.lines().next().unwrap_or_default()
    );
}

#[test]
fn prompts_of_a_file_are_those_that_are_sent() {
    let desk = Desk::new();
    desk.write("p.txt", "twelve chars\n\nforty characters in this one, all told..\n");
    let (_, records) =
        run(&desk, &["flows.ask.call.converse.prompt={ file: { path: p.txt, distinct: false } }"]);
    let mut inputs = inputs(&records);
    inputs.sort_unstable();
    inputs.dedup();
    assert_eq!(inputs, [3, 10]);
}
