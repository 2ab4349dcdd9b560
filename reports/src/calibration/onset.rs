//! Where throttling began: what was let in during minutes in which some was not.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::record::{Call, Name};
use crate::units::Nanos;

/// Throttled minutes that an estimate needs at least.
const FEWEST_MINUTES: usize = 3;
/// How far the minutes may lie apart, as a share of their median, to show one limit.
const AGREE: f64 = 0.1;
const MINUTE_NS: u64 = 60_000_000_000;

/// What each region let in of each model, minute by minute on the clock.
#[derive(Debug)]
pub(super) struct Minutes {
    epoch: Nanos,
    seen: Option<(u64, u64)>,
    places: BTreeMap<(Name, Name), BTreeMap<u64, Minute>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Minute {
    requests: u64,
    tokens: u64,
    throttled: u64,
}

/// Throttling in one region.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Onset {
    /// The region.
    pub region: Name,
    /// Attempts that were throttled.
    pub throttled: u64,
    /// Whole minutes in which some were.
    pub minutes: usize,
    /// What they let in, if they agree on a limit.
    pub admitted: Option<Admitted>,
}

/// What was let in in a throttled minute, at the median.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Admitted {
    /// About as many requests in every one of them.
    Requests(u64),
    /// About as many tokens, read and written, but not as many requests.
    Tokens(u64),
}

impl Minutes {
    pub(super) fn of(epoch: Nanos) -> Self {
        Minutes { epoch, seen: None, places: BTreeMap::new() }
    }

    /// Takes the attempts of a call in. Throttling by a fault says nothing of the quota.
    pub(super) fn add(&mut self, call: &Call) {
        for attempt in &call.attempts {
            let at = self.epoch.plus(attempt.sent).get() / MINUTE_NS;
            let (first, last) = self.seen.unwrap_or((at, at));
            self.seen = Some((first.min(at), last.max(at)));
            let place = self.places.entry((call.model.clone(), call.region.clone())).or_default();
            let minute = place.entry(at).or_default();
            minute.throttled += u64::from(attempt.throttled() && attempt.fault.is_none());
            minute.requests += u64::from(attempt.accepted());
            if attempt.accepted() {
                minute.tokens += call.tokens.input + call.tokens.output;
            }
        }
    }

    /// Where a model was throttled.
    pub(super) fn onset(&self, model: &Name) -> Vec<Onset> {
        let places = self.places.iter().filter(|((name, _), _)| name == model);
        let onsets = places.map(|((_, region), minutes)| self.in_region(region, minutes));
        onsets.filter(|onset| onset.throttled > 0).collect()
    }

    fn in_region(&self, region: &Name, minutes: &BTreeMap<u64, Minute>) -> Onset {
        // The run may have begun and ended within a minute.
        let (first, last) = self.seen.unwrap_or_default();
        let whole = minutes.iter().filter(|(at, _)| **at > first && **at < last).map(|(_, minute)| *minute);
        let throttled: Vec<Minute> = whole.filter(|minute| minute.throttled > 0).collect();
        Onset {
            region: region.clone(),
            throttled: minutes.values().map(|minute| minute.throttled).sum(),
            minutes: throttled.len(),
            admitted: admitted(&throttled),
        }
    }
}

fn admitted(minutes: &[Minute]) -> Option<Admitted> {
    if minutes.len() < FEWEST_MINUTES {
        return None;
    }
    let requests = agreed(minutes.iter().map(|minute| minute.requests));
    let tokens = || agreed(minutes.iter().map(|minute| minute.tokens));
    requests.map(Admitted::Requests).or_else(|| tokens().map(Admitted::Tokens))
}

/// The median, if nearly all lie near it: of ten, one may be out.
fn agreed(counts: impl Iterator<Item = u64>) -> Option<u64> {
    let mut counts: Vec<u64> = counts.collect();
    counts.sort_unstable();
    let median = *counts.get(counts.len() / 2)?;
    let near = counts.iter().filter(|count| (**count as f64 - median as f64).abs() <= median as f64 * AGREE);
    (median > 0 && near.count() * 10 >= counts.len() * 9).then_some(median)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Record;
    use crate::testing;

    /// A minute's attempts: so many answered, so many throttled by nobody's fault.
    fn ask(minutes: &mut Minutes, minute: u64, answered: u64, throttled: u64) {
        let at = |n: u64| Nanos::from_secs(minute * 60).plus(Nanos::new(n * 1_000_000));
        let mut add = |record: &Record| record.calls.iter().for_each(|call| minutes.add(call));
        (0..answered).for_each(|n| add(&testing::answered(n, at(n))));
        for n in 0..throttled {
            let mut record = testing::failed(n, at(n));
            let attempts = record.calls.iter_mut().flat_map(|call| &mut call.attempts);
            attempts.for_each(|attempt| attempt.fault = None);
            add(&record);
        }
    }

    #[test]
    fn throttled_minutes_that_agree_show_a_limit() {
        let mut minutes = Minutes::of(Nanos::ZERO);
        for (minute, answered, throttled) in
            [(0, 9, 5), (1, 60, 4), (2, 31, 0), (3, 60, 3), (4, 61, 3), (5, 12, 1)]
        {
            ask(&mut minutes, minute, answered, throttled);
        }
        let onset = minutes.onset(&"sonnet".into());
        assert_eq!(onset.len(), 1);
        assert_eq!((onset[0].minutes, onset[0].admitted), (3, Some(Admitted::Requests(60))));
    }

    #[test]
    fn faults_few_minutes_and_unequal_ones_show_none() {
        let mut faulted = Minutes::of(Nanos::ZERO);
        testing::retried(1, Nanos::ZERO).calls.iter().for_each(|call| faulted.add(call));
        assert_eq!(faulted.onset(&"sonnet".into()), []);
        let mut unequal = Minutes::of(Nanos::ZERO);
        for (at, answered) in [(0, 1), (1, 60), (2, 90), (3, 30), (4, 1)] {
            ask(&mut unequal, at, answered, 2);
        }
        assert_eq!(unequal.onset(&"sonnet".into())[0].admitted, None);
        let mut few = Minutes::of(Nanos::ZERO);
        for (at, answered) in [(0, 1), (1, 60), (2, 60), (3, 1)] {
            ask(&mut few, at, answered, 2);
        }
        assert_eq!(few.onset(&"sonnet".into())[0].admitted, None);
    }
}
