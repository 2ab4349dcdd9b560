//! Where a client goes after a failure: to another model, to another region, or to two at once.
//!
//! A move is seen by the body that comes again elsewhere. Bodies that come again after an answer as well
//! tell nothing, and neither do models whose requests differ in shape; for those only the order in which
//! destinations are first asked is left.

use std::collections::BTreeMap;

use super::answer::counted;
use super::calls::{Call, Client};
use crate::record::Name;
use crate::units::Nanos;

/// The longest time between a failure and a move that is believed to follow from it.
const REACH: Nanos = Nanos::from_secs(35);

/// The moves of a client, by the places of the call that led to it and of the call that it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Moves {
    /// To another model, after a failure.
    pub(super) fallbacks: Vec<(usize, usize)>,
    /// To another region with the same model, after a failure.
    pub(super) failovers: Vec<(usize, usize)>,
    /// While the call before was still open.
    pub(super) hedges: Vec<(usize, usize)>,
}

impl Moves {
    pub(super) fn of(client: &Client<'_>) -> Self {
        let calls = &client.calls;
        let mut bodies: BTreeMap<(Option<&str>, &str), Vec<usize>> = BTreeMap::new();
        for (place, call) in calls.iter().enumerate() {
            let first = call.first().exchange;
            if let Some(digest) = first.body_digest.as_deref() {
                bodies.entry((first.operation.as_deref(), digest)).or_default().push(place);
            }
        }
        let mut moves = Moves::default();
        for same in bodies.values().filter(|same| !wanted_again(calls, same)) {
            for (earlier, &place) in same.iter().enumerate() {
                moves.note(calls, &same[..earlier], place);
            }
        }
        moves
    }

    fn note(&mut self, calls: &[Call<'_>], earlier: &[usize], place: usize) {
        let (call, begin) = (&calls[place], calls[place].begin());
        if let Some(&open) = earlier.iter().rev().find(|&&one| calls[one].end() > begin) {
            self.hedges.push((open, place));
            return;
        }
        let Some(&last) = earlier.iter().max_by_key(|&&one| calls[one].end()) else { return };
        if begin.since(calls[last].end()) > REACH {
            return;
        }
        if model(call) != model(&calls[last]) {
            self.fallbacks.push((last, place));
        } else if region(call) != region(&calls[last]) {
            self.failovers.push((last, place));
        }
    }

    /// Whether a call led to another model or region.
    pub(super) fn moved(&self, place: usize) -> bool {
        self.fallbacks.iter().chain(&self.failovers).any(|&(from, _)| from == place)
    }

    /// What was left out of a product of retries, in words; nothing where there is nothing.
    pub(super) fn told(&self) -> String {
        let parts = [
            (self.fallbacks.len(), "went to another model"),
            (self.failovers.len(), "went to another region"),
            (self.hedges.len(), "raced a call that was still open"),
        ];
        let told: Vec<_> = parts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, did)| format!("{} {did}", counted(count, "call", "calls")))
            .collect();
        if told.is_empty() { String::new() } else { format!(" Apart from these, {}.", told.join(", ")) }
    }
}

/// Whether a body was asked for again after it had been answered: then its coming again is no move.
fn wanted_again(calls: &[Call<'_>], same: &[usize]) -> bool {
    let answered =
        same.iter().filter(|&&place| calls[place].answered()).map(|&place| calls[place].end()).min();
    let last = same.last().map(|&place| calls[place].begin());
    answered.zip(last).is_some_and(|(answered, last)| answered <= last)
}

/// The model that a call asks.
pub(super) fn model<'a>(call: &Call<'a>) -> Option<&'a Name> {
    call.first().exchange.model.as_ref()
}

/// The region that a call asks.
pub(super) fn region<'a>(call: &Call<'a>) -> Option<&'a Name> {
    call.first().exchange.region.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Exchange;
    use crate::judge::play::{calls_with, grouped};

    /// The moves of calls that all ask the same, after a change to the exchanges.
    fn moves(answers: &[&[u16]], change: impl Fn(&mut [Exchange])) -> Moves {
        let mut exchanges = calls_with(answers);
        exchanges.iter_mut().for_each(|exchange| exchange.body_digest = Some("one".into()));
        change(&mut exchanges);
        Moves::of(&grouped(&exchanges).clients[0])
    }

    #[test]
    fn a_failure_may_lead_to_another_model_or_region() {
        let moves = moves(&[&[503], &[503], &[200]], |exchanges| {
            exchanges[1].region = Some("us-west-2".into());
            exchanges[2].region = Some("us-west-2".into());
            exchanges[2].model = Some("another".into());
        });
        assert_eq!((moves.failovers.clone(), moves.fallbacks.clone()), (vec![(0, 1)], vec![(1, 2)]));
        assert!(moves.moved(0) && moves.moved(1) && !moves.moved(2));
        assert_eq!(
            moves.told(),
            " Apart from these, 1 call went to another model, 1 call went to another region."
        );
    }

    #[test]
    fn a_call_beside_an_open_one_is_a_hedge() {
        let moves = moves(&[&[200], &[200]], |exchanges| exchanges[0].done = Nanos::from_secs(1));
        assert_eq!(moves.hedges, [(0, 1)]);
    }

    #[test]
    fn what_is_wanted_again_after_an_answer_and_what_comes_late_is_no_move() {
        let elsewhere = |exchanges: &mut [Exchange]| exchanges[1].model = Some("another".into());
        assert_eq!(moves(&[&[200], &[503]], elsewhere), Moves::default());
        let late = |exchanges: &mut [Exchange]| {
            elsewhere(exchanges);
            (exchanges[1].at, exchanges[1].done) = (Nanos::from_secs(40), Nanos::from_secs(41));
        };
        assert_eq!(moves(&[&[503], &[200]], late), Moves::default());
    }
}
