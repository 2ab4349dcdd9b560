//! What the run knows that the exchanges do not.

use std::collections::{BTreeMap, BTreeSet};

use super::expect::Expect;
use crate::header::{FaultWindow, Header, Model};
use crate::record::Name;
use crate::units::Nanos;

/// What the run knows that the exchanges do not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// The client that carries each flow.
    pub clients: BTreeMap<Name, Name>,
    /// Clients that are known to run adaptive mode: the SDK for Rust says so in a header that no ledger keeps.
    pub adaptive: BTreeSet<Name>,
    /// The models, by the scenario's names.
    pub models: Vec<Model>,
    /// The faults that were injected, in order of time.
    pub faults: Vec<FaultWindow>,
    /// When the record ends: retries due later are not in it.
    pub end: Nanos,
    /// When the judge's own host stood still, from and to: its heartbeat came late, so waits cannot be timed.
    pub pauses: Vec<(Nanos, Nanos)>,
    /// What the scenario expects of the client.
    pub expect: Option<Expect>,
}

impl Context {
    /// What a run's header knows; `end` is when the ledger was closed. Which clients are adaptive and when the
    /// host stood still no header says: whoever knows fills it in.
    pub fn of(header: &Header, end: Nanos) -> Self {
        Context {
            clients: header.flows.iter().map(|flow| (flow.name.clone(), flow.client.clone())).collect(),
            adaptive: BTreeSet::new(),
            models: header.models.clone(),
            faults: header.faults.clone(),
            end,
            pauses: Vec::new(),
            expect: header.expect.clone(),
        }
    }

    /// Whether the judge's host stood still between two moments.
    pub fn paused(&self, from: Nanos, to: Nanos) -> bool {
        self.pauses.iter().any(|&(begin, end)| begin < to && end > from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn a_header_knows_the_client_of_each_flow() {
        let context = Context::of(&testing::header(), Nanos::from_secs(130));
        assert_eq!(context.clients, BTreeMap::from([("chat".into(), "careful".into())]));
        assert_eq!((context.models.len(), context.faults.len()), (1, 1));
    }
}
