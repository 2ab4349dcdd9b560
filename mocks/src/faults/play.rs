//! A script under way.
//!
//! The list of faults may change while requests come in: each request sees the list as it was when it
//! arrived, and waits for nobody. Each fault counts the requests that matched it and those that it struck
//! in atomics, so the counts depend on the order of arrival and nothing else.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use super::fault::{Fault, Kind};
use super::handing::Handing;
use super::occasion::Occasion;
use super::refusal::Refusal;
use super::role::Role;
use super::ruling::Ruling;
use super::script::{Script, ScriptError, check_names};
use super::state::FaultState;
use crate::chance::Chance;

/// The faults of a cloud, acting.
pub(crate) struct Play {
    script: Script,
    roles: ArcSwap<Vec<Arc<Role>>>,
    /// Where the script's time starts, in nanoseconds after the epoch.
    origin_ns: AtomicU64,
    /// Held by whoever changes the list, so that no change is lost to another one. No request takes it.
    changing: Mutex<()>,
    changes: watch::Sender<u64>,
}

impl Play {
    /// Begins a script.
    pub(crate) fn new(script: Script) -> Self {
        Play {
            roles: ArcSwap::from_pointee(roles(&script.faults)),
            script,
            origin_ns: AtomicU64::new(0),
            changing: Mutex::new(()),
            changes: watch::Sender::new(0),
        }
    }

    /// Asks the faults in order about a request that comes in, until one refuses or cuts. A fault that is
    /// not asked does not count the request.
    pub(crate) fn judge(&self, ruling: &mut Ruling, occasion: &Occasion<'_>, chance: Chance) {
        let time = self.time(occasion.at);
        for role in self.roles.load().iter() {
            if ruling.add(&role.tally, role.verdict(time, occasion, chance)).is_break() {
                break;
            }
        }
    }

    /// Whether the region of `occasion` has the capacity to serve it, as far as faults go; or else the
    /// error to answer where no other region serves, and the name of the fault.
    ///
    /// # Errors
    /// A fault has taken the capacity away. Each question counts as a matching request of that fault.
    pub(crate) fn capacity(
        &self,
        occasion: &Occasion<'_>,
        chance: Chance,
    ) -> Result<(), (Refusal, Arc<str>)> {
        let time = self.time(occasion.at);
        for role in self.roles.load().iter() {
            if let Some(refusal) = role.no_capacity(time, occasion, chance) {
                role.tally.strike();
                return Err((refusal, role.tally.name().clone()));
            }
        }
        Ok(())
    }

    /// The fault that has something go wrong where a queue hands out its `nth` message for `occasion`, if one
    /// does. Each question counts as a matching one of that fault.
    pub(crate) fn hands(
        &self,
        handing: Handing,
        occasion: &Occasion<'_>,
        chance: Chance,
        nth: u64,
    ) -> Option<Arc<str>> {
        let time = self.time(occasion.at);
        let roles = self.roles.load();
        let asked = roles.iter().filter(|role| role.fault.kind.handing() == Some(handing));
        let role = asked.into_iter().find(|role| role.hands(time, occasion, chance, nth))?;
        role.tally.strike();
        Some(role.tally.name().clone())
    }

    /// What is left of a quota that `occasion` draws on: the product of all squeezes that are on, and the
    /// name of the first of them.
    pub(crate) fn squeeze(&self, occasion: &Occasion<'_>) -> Squeeze {
        let time = self.time(occasion.at);
        let mut squeeze = Squeeze { factor: 1.0, fault: None };
        for role in self.roles.load().iter() {
            if let Kind::QuotaSqueeze(quota) = &role.fault.kind
                && role.is_for(time, occasion)
            {
                squeeze.factor *= quota.to.get();
                squeeze.fault.get_or_insert_with(|| role.tally.name().clone());
            }
        }
        squeeze
    }

    /// Counts a request that the squeeze of this name had refused.
    pub(crate) fn squeezed_out(&self, name: &str) {
        for role in self.roles.load().iter().filter(|role| **role.tally.name() == *name) {
            role.tally.strike();
        }
    }

    /// Whether all connections are refused at this offset from the epoch, and in how long to ask again.
    pub(crate) fn refuses(&self, at: Duration) -> (bool, Option<Duration>) {
        let time = self.time(at);
        let wrap = self.script.period.map(|period| period.saturating_sub(time));
        let roles = self.roles.load();
        let doors = roles.iter().filter(|role| role.closes_the_door());
        doors.fold((false, None), |(refusing, soonest), role| {
            let window = &role.fault.window;
            let change = window.changes_in(time).or(wrap);
            let soonest = [soonest, change].into_iter().flatten().min();
            (refusing || window.contains(time), soonest)
        })
    }

    /// Adds faults at the end of the list.
    ///
    /// # Errors
    /// A name that is empty or taken; then none of them is added.
    pub(crate) fn add(&self, faults: Vec<Fault>) -> Result<(), ScriptError> {
        self.change(|roles| {
            let names = roles.iter().map(|role| role.fault.name()).chain(faults.iter().map(Fault::name));
            check_names(names)?;
            roles.extend(self::roles(&faults));
            Ok(())
        })
    }

    /// Takes a fault off the list, and tells whether it was there.
    pub(crate) fn remove(&self, name: &str) -> bool {
        let gone = self.change(|roles| {
            let count = roles.len();
            roles.retain(|role| role.fault.name() != name);
            if roles.len() < count { Ok(()) } else { Err(()) }
        });
        gone.is_ok()
    }

    /// Takes all faults off the list.
    pub(crate) fn clear(&self) {
        let Ok(()) = self.change(|roles| -> Result<(), Infallible> {
            roles.clear();
            Ok(())
        });
    }

    /// Begins again, with the script's own faults, at this offset from the epoch.
    pub(crate) fn restart(&self, at: Duration) {
        let Ok(()) = self.change(|roles| -> Result<(), Infallible> {
            *roles = self::roles(&self.script.faults);
            self.origin_ns.store(nanos(at), Ordering::Relaxed);
            Ok(())
        });
    }

    /// The faults in their order, with what they have done so far.
    pub(crate) fn states(&self, at: Duration) -> Vec<FaultState> {
        let time = self.time(at);
        self.roles.load().iter().map(|role| FaultState::of(&role.fault, &role.tally, time)).collect()
    }

    /// Tells of every change of the list.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Lets those who wait for a window look again: the time that it counts from is another than they knew.
    pub(crate) fn look_again(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// The script's own time at an offset from the epoch.
    fn time(&self, at: Duration) -> Duration {
        let since = at.saturating_sub(Duration::from_nanos(self.origin_ns.load(Ordering::Relaxed)));
        match self.script.period {
            Some(period) => Duration::from_nanos((since.as_nanos() % period.as_nanos()) as u64),
            None => since,
        }
    }

    fn change<E>(&self, act: impl FnOnce(&mut Vec<Arc<Role>>) -> Result<(), E>) -> Result<(), E> {
        // A poisoned lock guards nothing that could be half done: a list is stored whole or not at all.
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut roles = Vec::clone(&self.roles.load());
        act(&mut roles)?;
        self.roles.store(Arc::new(roles));
        self.look_again();
        Ok(())
    }
}

/// What is left of a quota.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Squeeze {
    /// The share that is left, from 0 (nothing) to 1 (all).
    pub factor: f64,
    /// The fault to name if a request is throttled that would not have been.
    pub fault: Option<Arc<str>>,
}

fn roles(faults: &[Fault]) -> Vec<Arc<Role>> {
    faults.iter().cloned().map(|fault| Arc::new(Role::new(fault))).collect()
}

fn nanos(offset: Duration) -> u64 {
    u64::try_from(offset.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
