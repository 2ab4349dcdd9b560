//! Attempts of clients that number nothing: raw HTTP, and libraries with a retry loop of their own.
//!
//! An exchange is the next attempt of one that failed if it asks the same of the same model and region,
//! byte for byte, and came after the end of it, within [`REACH`]. A body that is sent again after a
//! success as well proves nothing: with it each exchange stands alone, and the judge will say that its
//! sample is too small rather than take new wishes for retries.

use std::collections::BTreeMap;

use super::calls::Attempt;
use super::fate::Fate;
use crate::exchange::Exchange;
use crate::units::Nanos;

/// The longest wait before a retry that is believed: the longest cap of a backoff, 20 s, with room.
const REACH: Nanos = Nanos::from_secs(35);

/// What two attempts of one call have in common.
type Errand<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>, Option<&'a str>);

/// The calls of exchanges that stand in order of arrival.
pub(super) fn link<'a>(exchanges: &[&'a Exchange]) -> Vec<Vec<Attempt<'a>>> {
    let mut errands: BTreeMap<Errand<'a>, Vec<&'a Exchange>> = BTreeMap::new();
    for exchange in exchanges {
        errands.entry(errand(exchange)).or_default().push(exchange);
    }
    errands.into_iter().flat_map(|((_, _, _, digest), same)| chains(&same, digest.is_some())).collect()
}

fn errand(exchange: &Exchange) -> Errand<'_> {
    (
        exchange.operation.as_deref(),
        exchange.model.as_deref(),
        exchange.region.as_deref(),
        exchange.body_digest.as_deref(),
    )
}

/// The chains of exchanges with one errand.
fn chains<'a>(same: &[&'a Exchange], known_body: bool) -> Vec<Vec<Attempt<'a>>> {
    if !known_body || sent_again_after_success(same) {
        return same.iter().map(|exchange| vec![Attempt::new(1, exchange)]).collect();
    }
    let mut chains: Vec<Vec<Attempt<'a>>> = Vec::new();
    let mut open = Open::default();
    for &exchange in same {
        let place = open.take(exchange).unwrap_or(chains.len());
        if place == chains.len() {
            chains.push(Vec::new());
        }
        let number = u32::try_from(chains[place].len() + 1).unwrap_or(u32::MAX);
        let attempt = Attempt::new(number, exchange);
        if attempt.fate != Fate::Answered {
            open.put(exchange, place);
        }
        chains[place].push(attempt);
    }
    chains
}

/// The chains whose last attempt failed, by their places.
#[derive(Default)]
struct Open {
    by_end: BTreeMap<(Nanos, usize), Option<u64>>,
    by_connection: BTreeMap<u64, (Nanos, usize)>,
}

impl Open {
    fn put(&mut self, failed: &Exchange, place: usize) {
        self.by_end.insert((failed.done, place), failed.connection);
        if let Some(connection) = failed.connection {
            self.by_connection.insert(connection, (failed.done, place));
        }
    }

    /// The chain that an exchange goes on with: the one on its connection, else the one that waits longest.
    fn take(&mut self, exchange: &Exchange) -> Option<usize> {
        while let Some((&(end, place), _)) = self.by_end.first_key_value()
            && exchange.at.since(end) > REACH
        {
            self.remove((end, place));
        }
        let connected =
            exchange.connection.and_then(|connection| self.by_connection.get(&connection).copied());
        let ended = |(end, _): &(Nanos, usize)| *end <= exchange.at;
        let longest = || self.by_end.first_key_value().map(|(key, _)| *key).filter(ended);
        let key = connected.filter(ended).or_else(longest)?;
        self.remove(key);
        Some(key.1)
    }

    fn remove(&mut self, key: (Nanos, usize)) {
        let connection = self.by_end.remove(&key).flatten();
        // Another chain may have failed on the connection since.
        if let Some(connection) = connection.filter(|one| self.by_connection.get(one) == Some(&key)) {
            self.by_connection.remove(&connection);
        }
    }
}

fn sent_again_after_success(same: &[&Exchange]) -> bool {
    let first_success = same.iter().filter(|one| Fate::of(one) == Fate::Answered).map(|one| one.done).min();
    let last_arrival = same.last().map(|one| one.at);
    first_success.zip(last_arrival).is_some_and(|(success, arrival)| success < arrival)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(at_ms: u64, body: &str, status: u16, connection: u64) -> Exchange {
        let at = Nanos::new(at_ms * 1_000_000);
        Exchange {
            at,
            done: at.plus(Nanos::new(10_000_000)),
            body_digest: Some(body.into()),
            status: Some(status),
            connection: Some(connection),
            ..Exchange::default()
        }
    }

    fn linked(exchanges: &[Exchange]) -> Vec<Vec<u64>> {
        let references: Vec<&Exchange> = exchanges.iter().collect();
        let times = |call: &Vec<Attempt<'_>>| {
            call.iter().map(|attempt| attempt.exchange.at.get() / 1_000_000).collect()
        };
        link(&references).iter().map(times).collect()
    }

    #[test]
    fn a_body_that_comes_again_after_a_failure_is_a_retry() {
        let exchanges = [
            exchange(0, "a", 503, 1),
            exchange(500, "b", 200, 2),
            exchange(1_000, "a", 503, 3),
            exchange(2_500, "a", 200, 3),
        ];
        assert_eq!(linked(&exchanges), [vec![0, 1_000, 2_500], vec![500]]);
    }

    #[test]
    fn a_body_that_comes_again_after_a_success_tells_nothing() {
        let exchanges =
            [exchange(0, "a", 503, 1), exchange(1_000, "a", 200, 1), exchange(2_000, "a", 200, 1)];
        assert_eq!(linked(&exchanges), [[0], [1_000], [2_000]]);
    }

    #[test]
    fn the_connection_decides_between_two_that_wait() {
        let exchanges = [
            exchange(0, "a", 503, 1),
            exchange(1, "a", 503, 2),
            exchange(900, "a", 503, 2),
            exchange(950, "a", 503, 9),
        ];
        assert_eq!(linked(&exchanges), [[0, 950], [1, 900]]);
    }

    #[test]
    fn what_comes_too_late_or_too_early_is_another_call() {
        let exchanges = [exchange(0, "a", 503, 1), exchange(5, "a", 503, 1), exchange(36_000, "a", 503, 1)];
        assert_eq!(linked(&exchanges), [[0], [5], [36_000]]);
    }

    #[test]
    fn bodies_that_the_ledger_does_not_know_are_not_linked() {
        let unknown = |at_ms| Exchange { body_digest: None, ..exchange(at_ms, "", 503, 1) };
        assert_eq!(linked(&[unknown(0), unknown(1_000)]), [[0], [1_000]]);
    }
}
