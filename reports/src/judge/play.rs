//! Clients at play before a service that fails now and then, for the tests of the judge.
//!
//! A play is a simulation with a seed of its own: it gives the exchanges that a ledger would hold.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::answer::nanos;
use super::calls::{Calls, calls};
use super::context::Context;
use super::finding::{Answer, Code, Finding, Ruling};
use super::testing::Chance;
use crate::exchange::Exchange;
use crate::header::{FaultKind, FaultWindow};
use crate::record::Name;
use crate::units::Nanos;

/// How long an exchange takes, in seconds.
const LATENCY: f64 = 0.01;

/// The time to the next of events that come at this rate, in seconds.
pub(super) fn pause(rate: f64, chance: &mut Chance) -> f64 {
    -(1.0 - chance.between(0.0, 1.0)).ln() / rate
}

/// When a client retries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rule {
    Always,
    Never,
    Coin,
    /// Retries up to a fifth of the calls.
    Fifth,
    /// An SDK's quota of 500 tokens at this price.
    Quota(u32),
    /// The same as the SDK for Rust keeps it: any success gives back the price of the last retry of all.
    QuotaOfRust(u32),
}

/// A client with an SDK's retries, and perhaps a loop around them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Player {
    pub(super) attempts: u32,
    /// The bound of the first wait, in seconds.
    pub(super) base: f64,
    pub(super) rule: Rule,
    /// Tries of the application.
    pub(super) outer: u32,
    /// Seconds between them.
    pub(super) outer_wait: f64,
}

impl Player {
    /// AWS retries 2.1 without a quota.
    pub(super) const PLAIN: Player =
        Player { attempts: 3, base: 0.05, rule: Rule::Always, outer: 1, outer_wait: 1.0 };
}

#[derive(Clone, Copy, Debug)]
struct Task {
    body: u64,
    call: u64,
    attempt: u32,
    tries: u32,
}

/// The exchanges of requests that arrive at these times with these bodies; `fails` has the status of an
/// attempt that arrives at a time, if it fails.
pub(super) fn play(
    player: Player,
    arrivals: impl IntoIterator<Item = (f64, u64)>,
    mut fails: impl FnMut(f64, &mut Chance) -> Option<u16>,
    chance: &mut Chance,
) -> Vec<Exchange> {
    let mut queue = BinaryHeap::new();
    let mut tasks: Vec<Task> = Vec::new();
    let mut calls = 0;
    for (at, body) in arrivals {
        queue.push(Reverse((nanos(at), tasks.len())));
        tasks.push(Task { body, call: calls, attempt: 1, tries: 1 });
        calls += 1;
    }
    let (mut level, mut kept, mut begun, mut retried) = (500u32, None, 0u64, 0u64);
    let mut exchanges = Vec::new();
    while let Some(Reverse((at, place))) = queue.pop() {
        let task = tasks[place];
        let status = fails(at.as_secs_f64(), chance).unwrap_or(200);
        exchanges.push(exchange(exchanges.len() as u64, at, &task, player.attempts, status));
        begun += u64::from(task.attempt == 1);
        if status < 400 {
            level = 500.min(match player.rule {
                Rule::Quota(cost) if task.attempt > 1 => level + cost,
                Rule::QuotaOfRust(_) => level + kept.take().unwrap_or(1),
                _ => level + 1,
            });
            continue;
        }
        let retry = task.attempt < player.attempts
            && match player.rule {
                Rule::Always => true,
                Rule::Never => false,
                Rule::Coin => chance.between(0.0, 1.0) < 0.5,
                Rule::Fifth => retried * 5 < begun,
                Rule::Quota(cost) | Rule::QuotaOfRust(cost) => level >= cost,
            };
        let done = at.as_secs_f64() + LATENCY;
        if retry {
            retried += 1;
            if let Rule::Quota(cost) | Rule::QuotaOfRust(cost) = player.rule {
                level -= cost;
                kept = Some(cost);
            }
            let wait = chance.between(0.0, 1.0) * player.base * 2f64.powi(task.attempt as i32 - 1);
            queue.push(Reverse((nanos(done + wait), tasks.len())));
            tasks.push(Task { attempt: task.attempt + 1, ..task });
        } else if task.tries < player.outer {
            queue.push(Reverse((nanos(done + player.outer_wait), tasks.len())));
            tasks.push(Task { call: calls, attempt: 1, tries: task.tries + 1, ..task });
            calls += 1;
        }
    }
    exchanges
}

fn exchange(number: u64, at: Nanos, task: &Task, most: u32, status: u16) -> Exchange {
    let done = at.plus(nanos(LATENCY));
    Exchange {
        max_attempts: Some(most),
        body_digest: Some(format!("{:016x}", task.body).into()),
        ..exchanged(number, (at, done), task.call, task.attempt, status)
    }
}

/// One attempt of a call, with a body of its own.
pub(super) fn exchanged(number: u64, time: (Nanos, Nanos), call: u64, attempt: u32, status: u16) -> Exchange {
    let code = match status {
        429 => Some("ThrottlingException"),
        503 => Some("ServiceUnavailableException"),
        400 => Some("ValidationException"),
        _ => None,
    };
    Exchange {
        number,
        at: time.0,
        head: Some(time.1),
        done: time.1,
        operation: Some("ConverseStream".into()),
        region: Some("us-east-1".into()),
        model: Some("anthropic.claude-3-haiku-20240307-v1:0".into()),
        invocation_id: Some(format!("call-{call}").into()),
        attempt: Some(attempt),
        max_attempts: Some(3),
        body_digest: Some(format!("{call:016x}").into()),
        status: Some(status),
        error_type: code.map(Into::into),
        ..Exchange::default()
    }
}

/// Calls one after another, each with these answers: an attempt every 100 ms, that takes 10 ms.
pub(super) fn calls_with(answers: &[&[u16]]) -> Vec<Exchange> {
    let mut exchanges = Vec::new();
    for (call, statuses) in (0..).zip(answers) {
        for (attempt, status) in (1..).zip(*statuses) {
            let number = exchanges.len() as u64;
            let at = nanos(number as f64 * 0.1);
            exchanges.push(exchanged(number, (at, at.plus(nanos(LATENCY))), call, attempt, *status));
        }
    }
    exchanges
}

/// Requests at a rate for a time, each with one of so many bodies; all different for none.
pub(super) fn open(rate: f64, secs: f64, bodies: Option<u64>, chance: &mut Chance) -> Vec<(f64, u64)> {
    let mut arrivals = Vec::new();
    let mut at = pause(rate, chance);
    while at < secs {
        let body = bodies.map_or(arrivals.len() as u64, |bodies| chance.between(0.0, bodies as f64) as u64);
        arrivals.push((at, body));
        at += pause(rate, chance);
    }
    arrivals
}

/// All failing between these seconds, with 503.
pub(super) fn outage(from: f64, to: f64) -> impl FnMut(f64, &mut Chance) -> Option<u16> {
    move |at, _| (from..to).contains(&at).then_some(503)
}

/// What a run of so many seconds knows, with these faults.
pub(super) fn context(secs: u64, faults: &[(&str, f64, f64)]) -> Context {
    let window = |&(name, from, to): &(&str, f64, f64)| FaultWindow {
        name: name.into(),
        from: nanos(from),
        to: nanos(to),
        about: String::new(),
        kind: FaultKind::Other,
    };
    Context { faults: faults.iter().map(window).collect(), end: Nanos::from_secs(secs), ..Context::default() }
}

/// The exchanges as calls of unnamed clients.
pub(super) fn grouped(exchanges: &[Exchange]) -> Calls<'_> {
    calls(exchanges, &BTreeMap::<Name, Name>::new())
}

/// The answer to a question, which must have been put once.
pub(super) fn answer(answers: &[Answer], code: Code) -> Option<&Ruling> {
    let mut asked = answers.iter().filter(|answer| answer.code == code);
    let ruling = asked.next().map(|answer| &answer.ruling);
    assert!(asked.next().is_none(), "{code} has two answers: {answers:?}");
    ruling
}

/// What was found, if it was.
pub(super) fn found(answers: &[Answer], code: Code) -> Option<&Finding> {
    match answer(answers, code) {
        Some(Ruling::Found(finding)) => Some(finding),
        _ => None,
    }
}

/// The answers as a snapshot shows them, with plain spaces.
pub(super) fn told(answers: &[Answer]) -> String {
    let told = answers.iter().map(|answer| match &answer.ruling {
        Ruling::Found(Finding { severity, seen, expected, change, evidence, .. }) => {
            format!("{}: {severity:?}\n  {seen}\n  {expected}\n  {change}\n  {evidence:?}", answer.code)
        }
        Ruling::Clear { seen } => format!("{}: clear\n  {seen}", answer.code),
        Ruling::Insufficient { have, need, of } => {
            format!("{}: insufficient\n  {have} of about {need} {of}", answer.code)
        }
    });
    told.collect::<Vec<_>>().join("\n").replace('\u{202f}', " ")
}
