//! What arrived over time, for the charts: amplification, and the shares of regions and models.
//!
//! These slices are for the eye. They lag behind by the backoff and divide by small numbers; what is
//! judged is judged by cohorts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::calls::{Calls, Client};
use super::fate::Fate;
use crate::record::Name;
use crate::units::Nanos;

/// The most slices of one run: more than a chart has room for.
const MOST: u64 = 400;
/// The shortest slice.
const SHORTEST: Nanos = Nanos::from_secs(5);

/// What one client sent in one slice of the run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    /// The client.
    pub client: Name,
    /// When the slice begins.
    pub from: Nanos,
    /// How long it is.
    pub length: Nanos,
    /// Attempts that arrived.
    pub attempts: u64,
    /// Those of them that were the first of their call.
    pub first_attempts: u64,
    /// Answers that were handed out, by the region that served them.
    pub regions: BTreeMap<Name, u64>,
    /// Answers that were handed out, by model id.
    pub models: BTreeMap<Name, u64>,
}

/// The slices of all clients in which something arrived: by client, then by time.
pub(super) fn slices(calls: &Calls<'_>, end: Nanos) -> Vec<Slice> {
    let length = length(end);
    calls.clients.iter().flat_map(|client| of_client(client, length)).collect()
}

/// Five seconds, or in a long run as many times as leaves few enough slices.
fn length(end: Nanos) -> Nanos {
    let times = end.get().div_ceil(SHORTEST.get() * MOST).max(1);
    Nanos::new(SHORTEST.get() * times)
}

fn of_client(client: &Client<'_>, length: Nanos) -> Vec<Slice> {
    let mut slices: BTreeMap<u64, Slice> = BTreeMap::new();
    for call in &client.calls {
        for attempt in call.attempts() {
            let exchange = attempt.exchange;
            let place = exchange.at.get() / length.get();
            let slice = slices.entry(place).or_insert_with(|| Slice {
                client: client.name.clone(),
                from: Nanos::new(place * length.get()),
                length,
                ..Slice::default()
            });
            slice.attempts += 1;
            slice.first_attempts += u64::from(attempt.number == call.first().number);
            if attempt.fate == Fate::Answered {
                let region = exchange.inference_region.as_ref().or(exchange.region.as_ref());
                count(&mut slice.regions, region);
                count(&mut slice.models, exchange.model.as_ref());
            }
        }
    }
    slices.into_values().collect()
}

fn count(counts: &mut BTreeMap<Name, u64>, name: Option<&Name>) {
    if let Some(name) = name {
        *counts.entry(name.clone()).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::play::{calls_with, grouped};

    #[test]
    fn attempts_fall_into_slices_of_five_seconds() {
        let exchanges = calls_with(&vec![&[503, 200][..]; 40]);
        let slices = slices(&grouped(&exchanges), Nanos::from_secs(60));
        let seen: Vec<_> = slices
            .iter()
            .map(|one| (one.from.get() / 1_000_000_000, one.attempts, one.first_attempts))
            .collect();
        assert_eq!(seen, [(0, 50, 25), (5, 30, 15)]);
        assert_eq!(slices[0].regions.get("us-east-1"), Some(&25));
    }

    #[test]
    fn a_long_run_has_longer_slices() {
        assert_eq!(length(Nanos::from_secs(2_000)), Nanos::from_secs(5));
        assert_eq!(length(Nanos::from_secs(86_400)), Nanos::from_secs(220));
    }
}
