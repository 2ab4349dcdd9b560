//! Amplification: attempts for each thing that the application wanted.
//!
//! A cohort is what began in one window, whenever it ended, so that its figure is exact: retries neither
//! lag behind nor are they divided by somebody else's first attempts.

use super::calls::Client;
use super::context::Context;
use super::nested::Nesting;
use crate::record::Name;
use crate::units::Nanos;

/// The fewest things wanted whose figure says more than chance.
pub(super) const FEWEST: usize = 10;

/// What began in one window.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Cohort {
    /// The fault in whose window it began; none for the whole run.
    pub(super) fault: Option<Name>,
    /// Attempts of each thing that was wanted.
    pub(super) attempts: Vec<usize>,
    /// The exchanges of the one with the most.
    pub(super) longest: Vec<u64>,
}

impl Cohort {
    /// Attempts for each thing; none of none.
    pub(super) fn amplification(&self) -> Option<f64> {
        let total: usize = self.attempts.iter().sum();
        (!self.attempts.is_empty()).then(|| total as f64 / self.attempts.len() as f64)
    }
}

/// The cohort of each fault that has enough in it, or else of the whole run, the most amplified first.
pub(super) fn cohorts(client: &Client<'_>, context: &Context, nesting: &Nesting) -> Vec<Cohort> {
    let wanted = wanted(client, nesting);
    let of = |fault: Option<&Name>, from: Nanos, to: Nanos| {
        let inside = wanted.iter().filter(|(begin, _)| (from..to).contains(begin));
        let longest = inside.clone().max_by_key(|(_, numbers)| numbers.len());
        Cohort {
            fault: fault.cloned(),
            attempts: inside.clone().map(|(_, numbers)| numbers.len()).collect(),
            longest: longest.map(|(_, numbers)| numbers.clone()).unwrap_or_default(),
        }
    };
    let faults = context.faults.iter().map(|fault| of(Some(&fault.name), fault.from, fault.to));
    let mut cohorts: Vec<_> = faults.filter(|cohort| cohort.attempts.len() >= FEWEST).collect();
    if cohorts.is_empty() {
        cohorts.push(of(None, Nanos::ZERO, Nanos::new(u64::MAX)));
    }
    cohorts.sort_by(|a, b| b.amplification().unwrap_or(0.0).total_cmp(&a.amplification().unwrap_or(0.0)));
    cohorts
}

/// The things that were wanted: when each began, and the exchanges that it took. Where an application retries
/// on top of its SDK, the calls of one loop are one thing.
fn wanted(client: &Client<'_>, nesting: &Nesting) -> Vec<(Nanos, Vec<u64>)> {
    let calls = &client.calls;
    let chains: Vec<Vec<usize>> = match nesting.repeats() {
        Some(repeats) => repeats.chains().flat_map(|chain| Nesting::split(calls, &chain)).collect(),
        None => (0..calls.len()).map(|place| vec![place]).collect(),
    };
    let exchanges = |chain: &[usize]| {
        let attempts = chain.iter().flat_map(|&place| calls[place].attempts());
        attempts.map(|attempt| attempt.exchange.number).collect()
    };
    chains.iter().filter_map(|chain| Some((calls[*chain.first()?].begin(), exchanges(chain)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::level::Level;
    use crate::judge::play::{Player, context, grouped, open, outage, play};
    use crate::judge::testing::Chance;

    fn worst(player: Player, faults: &[(&str, f64, f64)]) -> Cohort {
        let mut chance = Chance::seeded(8);
        let arrivals = open(5.0, 60.0, None, &mut chance);
        let exchanges = play(player, arrivals, outage(20.0, 40.0), &mut chance);
        let calls = grouped(&exchanges);
        let client = &calls.clients[0];
        let nesting = Nesting::of(client, Level::shared_by(1));
        cohorts(client, &context(90, faults), &nesting).remove(0)
    }

    fn amplification(cohort: &Cohort) -> String {
        format!("{:.1}", cohort.amplification().unwrap_or_default())
    }

    #[test]
    fn what_began_in_a_fault_is_counted_to_its_end() {
        let in_fault = worst(Player::PLAIN, &[("outage", 20.0, 40.0)]);
        assert_eq!((in_fault.fault.as_deref(), amplification(&in_fault)), (Some("outage"), "3.0".to_owned()));
        let in_run = worst(Player::PLAIN, &[]);
        assert_eq!((in_run.fault.as_deref(), amplification(&in_run)), (None, "1.7".to_owned()));
    }

    #[test]
    fn the_calls_of_an_outer_loop_are_one_wish() {
        let nested = worst(Player { outer: 3, ..Player::PLAIN }, &[("outage", 20.0, 37.0)]);
        assert_eq!((amplification(&nested), nested.longest.len()), ("9.0".to_owned(), 9));
    }
}
