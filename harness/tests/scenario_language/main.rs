//! The scenario language, from outside: what it reads, what it refuses and how it says so.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod any;
mod expanded;
mod expectations;
mod faults;
mod gates;
mod gateways;
mod kinds;
mod policies;
mod prompts;
mod replays;
mod support;
mod whole;

use std::collections::BTreeSet;
use std::path::Path;

use bedload::scenario::{CODES, Code, Source, Unreadable};

use support::{SMALL, parse, rendered};

const MISTAKES: &str = include_str!("../scenarios/mistakes.yaml");

#[test]
fn every_mistake_of_a_file_is_told_at_once() {
    let mistakes = parse(MISTAKES, &[]).unwrap_err();
    assert_eq!(mistakes.to_string(), format!("{} mistakes in tests/scenarios/storm.yaml", mistakes.count()));
    insta::assert_snapshot!("mistakes", rendered(&mistakes));
}

#[test]
fn a_mistake_in_an_anchor_is_told_once_with_its_use() {
    let shared = "x-retry: &retry { mode: standard, attmpts: 5 }\n";
    let text = format!(
        "{shared}{}",
        SMALL.replace("{ plain: {} }", "{ plain: { retry: *retry }, other: { retry: *retry } }")
    );
    let mistakes = parse(&text, &[]).unwrap_err();
    assert_eq!(mistakes.count(), 1);
    insta::assert_snapshot!("anchor", rendered(&mistakes));
}

#[test]
fn every_code_is_told_somewhere() {
    let mut codes: BTreeSet<&str> = [Code::Unreadable.id(), Code::BadPath.id()].into();
    let kinds = [kinds::KINDS, faults::KINDS].concat();
    let parts = [policies::CLIENTS, gateways::GATEWAYS, expectations::EXPECTATIONS, gates::GATES].concat();
    let tables = kinds.iter().map(|(_, _, told)| told).chain(parts.iter().map(|(_, told)| told));
    codes.extend(tables.flat_map(|told| told.iter().filter_map(|line| line.split(' ').nth(1))));
    assert_eq!(codes, CODES.iter().map(|(code, ..)| *code).collect());
}

#[test]
fn a_change_with_mistakes_is_told_where_it_stands() {
    let sets = [
        "flows.chatt.client=plain",
        "stages.strom.for=2m",
        "stages.9.for=2m",
        "clients.plain.retry.atempts=5",
        "name.x=1",
        "clients.plain.timeout.total=60",
        "max_in_flight=[1",
        "flows.ask.load.closed.think=soon",
    ];
    let mistakes = parse(SMALL, &sets).unwrap_err();
    assert_eq!(mistakes.count(), sets.len());
    insta::assert_snapshot!("sets", rendered(&mistakes));
}

#[test]
fn a_path_to_nothing_is_its_own_refusal() {
    let refusal = Source::read(Path::new("no/such.yaml")).unwrap_err();
    assert!(matches!(refusal, Unreadable::Missing { .. }), "{refusal}");
}
