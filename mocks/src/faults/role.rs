//! One fault of a script under way, with what it has counted.

use std::sync::Arc;
use std::time::Duration;

use super::fault::{Fault, Kind};
use super::occasion::Occasion;
use super::refusal::Refusal;
use super::tally::Tally;
use super::verdict::Verdict;
use crate::chance::{Chance, Label};

/// A fault with its counts.
pub(super) struct Role {
    pub(super) fault: Fault,
    label: Label,
    pub(super) tally: Arc<Tally>,
}

impl Role {
    /// A fault that has met nobody.
    pub(super) fn new(fault: Fault) -> Self {
        let label = Label::new(&format!("fault/{}", fault.name));
        Role { label, tally: Arc::new(Tally::new(fault.name.clone())), fault }
    }

    /// What it does to a request that comes in.
    pub(super) fn verdict(&self, time: Duration, occasion: &Occasion<'_>, chance: Chance) -> Verdict {
        let Fault { kind, trigger, .. } = &self.fault;
        if !kind.stands_at_the_front() || !self.is_for(time, occasion) {
            return Verdict::Pass;
        }
        let mut rng = chance.stream(self.label);
        if trigger.strikes(self.tally.count(), &mut rng) { kind.verdict(&mut rng) } else { Verdict::Pass }
    }

    /// How it refuses for want of capacity, if it does. Regions draw apart: one of two may be full while the other is not.
    pub(super) fn no_capacity(
        &self,
        time: Duration,
        occasion: &Occasion<'_>,
        chance: Chance,
    ) -> Option<Refusal> {
        let refusal = self.fault.kind.no_capacity()?;
        if !self.is_for(time, occasion) {
            return None;
        }
        let label = Label::new(&format!("fault/{}/{}", self.fault.name, occasion.region));
        let struck = self.fault.trigger.strikes(self.tally.count(), &mut chance.stream(label));
        struck.then_some(refusal)
    }

    /// Whether it strikes the `nth` message of an exchange. They draw apart.
    pub(super) fn hands(&self, time: Duration, occasion: &Occasion<'_>, chance: Chance, nth: u64) -> bool {
        let Fault { name, window, aim, trigger, .. } = &self.fault;
        if !window.contains(time) || !aim.matches_queue(occasion) {
            return false;
        }
        let label = Label::new(&format!("fault/{name}/{nth}"));
        trigger.strikes(self.tally.count(), &mut chance.stream(label))
    }

    /// Whether it is on, and aimed at this request.
    pub(super) fn is_for(&self, time: Duration, occasion: &Occasion<'_>) -> bool {
        self.fault.window.contains(time) && self.fault.aim.matches(occasion)
    }

    /// Whether it refuses all connections, so that none need be made to know it.
    pub(super) fn closes_the_door(&self) -> bool {
        let Fault { kind, aim, trigger, .. } = &self.fault;
        matches!(kind, Kind::Refuse(_)) && aim.is_everybody() && trigger.is_always()
    }
}
