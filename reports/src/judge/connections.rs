//! `connection-churn`: connections that were thrown away while they were good, and others opened for them.
//!
//! A client may need many connections: one for each call at once, a new one after each that broke, and the
//! SDK for JavaScript one for each request over HTTP/2. None of these is churn. Churn is a connection that
//! was idle and whole, is never used again, and is followed within seconds by a new one.

use std::collections::BTreeMap;

use super::agent::Sdk;
use super::answer::{Question, counted};
use super::calls::Client;
use super::fate::Fate;
use super::finding::{Answer, Code, Severity};
use crate::number;
use crate::units::Nanos;

/// The fewest requests that show a habit.
const FEWEST: usize = 20;
/// A connection that was idle for longer may have been closed by either side.
const IDLE: Nanos = Nanos::from_secs(5);
/// The share of requests that open a connection for nothing.
const CHURN: f64 = 0.25;

/// Whether the client throws connections away.
pub(super) fn ask(client: &Client<'_>) -> Vec<Answer> {
    let connections = connections(client);
    let requests: usize = connections.iter().map(|connection| connection.requests).sum();
    if requests == 0 {
        return Vec::new();
    }
    let question = Question::to(client, Code::ConnectionChurn);
    let seen = format!(
        "{} for {}",
        counted(connections.len(), "connection", "connections"),
        counted(requests, "request", "requests")
    );
    if client.agent.sdk == Some(Sdk::JavaScript) && connections.iter().any(|connection| connection.http2) {
        let seen =
            format!("{seen}: over HTTP/2 the SDK for JavaScript opens one for each request in flight.");
        return vec![question.clear(seen)];
    }
    if requests < FEWEST {
        return vec![question.insufficient(requests, FEWEST, "requests on connections")];
    }
    let wasted = wasted(&connections);
    let answer = if wasted.len() as f64 >= CHURN * requests as f64 {
        let seen = format!(
            "{seen}; {} opened within {} of the last use of a good one that was never used again.",
            counted(wasted.len(), "was", "were"),
            number::time(IDLE)
        );
        let expected =
            "A client that is kept uses a connection again, and opens as many as there are calls at once.";
        question.found(Severity::Warning, seen, expected.to_owned()).shown_by(wasted)
    } else {
        let needless = if wasted.is_empty() { "none".to_owned() } else { number::count(wasted.len() as u64) };
        question.clear(format!("{seen}, {needless} of them needlessly."))
    };
    vec![answer]
}

#[derive(Debug)]
struct Connection {
    first: Nanos,
    /// The exchange that opened it.
    opened_by: u64,
    last: Nanos,
    /// Whether its last exchange left it whole.
    good: bool,
    requests: usize,
    http2: bool,
}

/// The connections of a client, in order of opening.
fn connections(client: &Client<'_>) -> Vec<Connection> {
    let mut connections: BTreeMap<u64, Connection> = BTreeMap::new();
    for attempt in client.calls.iter().flat_map(|call| call.attempts()) {
        let exchange = attempt.exchange;
        let Some(id) = exchange.connection else { continue };
        // The SDK for Rust closes a connection itself after a transient failure.
        let good = matches!(attempt.fate, Fate::Answered | Fate::Refused);
        let connection = connections.entry(id).or_insert(Connection {
            first: exchange.at,
            opened_by: exchange.number,
            last: exchange.done,
            good,
            requests: 0,
            http2: &*exchange.protocol == "h2",
        });
        connection.requests += 1;
        if exchange.at < connection.first {
            (connection.first, connection.opened_by) = (exchange.at, exchange.number);
        }
        if exchange.done >= connection.last {
            (connection.last, connection.good) = (exchange.done, good);
        }
    }
    let mut connections: Vec<_> = connections.into_values().collect();
    connections.sort_by_key(|connection| (connection.first, connection.opened_by));
    connections
}

/// The exchanges for which a connection was opened while a good one lay idle that was never used again.
fn wasted(connections: &[Connection]) -> Vec<u64> {
    let mut left: Vec<Nanos> =
        connections.iter().filter(|connection| connection.good).map(|connection| connection.last).collect();
    left.sort_unstable();
    let mut left = left.into_iter().peekable();
    let mut wasted = Vec::new();
    for connection in connections {
        let too_old = |last: &Nanos| last.plus(IDLE) < connection.first;
        while left.next_if(too_old).is_some() {}
        if left.next_if(|last| *last <= connection.first).is_some() {
            wasted.push(connection.opened_by);
        }
    }
    wasted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(first_ms: u64, last_ms: u64, good: bool) -> Connection {
        let at = |ms: u64| Nanos::new(ms * 1_000_000);
        let (first, last) = (at(first_ms), at(last_ms));
        Connection { first, opened_by: first_ms, last, good, requests: 1, http2: false }
    }

    #[test]
    fn a_connection_is_wasted_if_a_good_one_lay_idle() {
        let one_each = [connection(0, 10, true), connection(20, 30, true), connection(40, 50, true)];
        assert_eq!(wasted(&one_each), [20, 40]);
    }

    #[test]
    fn connections_at_once_after_a_break_or_after_a_pause_are_needed() {
        let at_once = [connection(0, 100, true), connection(10, 90, true), connection(20, 80, true)];
        let broken = [connection(0, 10, false), connection(20, 30, false), connection(40, 50, true)];
        let paused = [connection(0, 10, true), connection(6_000, 6_010, true)];
        for connections in [&at_once[..], &broken, &paused] {
            assert_eq!(wasted(connections), [0; 0]);
        }
    }
}
