//! The faults of a cloud, in order.
//!
//! A [`Script`] is data; a `Play` of it runs, and counts for each fault the requests that matched it. The
//! counts are atomics, so they depend on the order of arrival and nothing else.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use thiserror::Error;

use super::fault::Fault;
use super::occasion::Occasion;
use super::ruling::Ruling;
use super::verdict::Verdict;
use crate::chance::{Chance, Label};

/// Named faults, in the order in which they speak.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    faults: Vec<Fault>,
}

impl Script {
    /// A script of these faults, in this order.
    ///
    /// # Errors
    /// A fault without a name, or two with the same.
    pub fn new(faults: Vec<Fault>) -> Result<Self, ScriptError> {
        let mut names = BTreeSet::new();
        for fault in &faults {
            if fault.name.is_empty() {
                return Err(ScriptError::NoName);
            }
            if !names.insert(&*fault.name) {
                return Err(ScriptError::NameTwice(fault.name.to_string()));
            }
        }
        Ok(Script { faults })
    }
}

/// Why faults make no script.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScriptError {
    /// A fault has no name.
    #[error("a fault needs a name; the ledger and the gates refer to it")]
    NoName,
    /// Two faults have one name.
    #[error("two faults are named `{0}`")]
    NameTwice(String),
}

/// A script under way.
pub(crate) struct Play {
    roles: Vec<Role>,
}

struct Role {
    fault: Fault,
    label: Label,
    matched: AtomicU64,
}

impl Play {
    /// Begins a script.
    pub(crate) fn new(script: Script) -> Self {
        Play { roles: script.faults.into_iter().map(Role::new).collect() }
    }

    /// Asks the faults in order, until one refuses. A fault that is not asked does not count the request.
    pub(crate) fn judge(&self, occasion: &Occasion<'_>, chance: Chance) -> Ruling {
        let mut ruling = Ruling::default();
        for role in &self.roles {
            if ruling.add(&role.fault.name, role.verdict(occasion, chance)).is_break() {
                break;
            }
        }
        ruling
    }
}

impl Role {
    fn new(fault: Fault) -> Self {
        let label = Label::new(&format!("fault/{}", fault.name));
        Role { fault, label, matched: AtomicU64::new(0) }
    }

    fn verdict(&self, occasion: &Occasion<'_>, chance: Chance) -> Verdict {
        let Fault { window, aim, trigger, kind, .. } = &self.fault;
        if !window.contains(occasion.at) || !aim.matches(occasion) {
            return Verdict::Pass;
        }
        let number = self.matched.fetch_add(1, Ordering::Relaxed) + 1;
        let mut rng = chance.stream(self.label);
        if trigger.strikes(number, &mut rng) { kind.verdict(&mut rng) } else { Verdict::Pass }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::num::NonZeroU64;
    use std::sync::Arc;
    use std::time::Duration;

    use super::super::{Aim, InternalError, Kind, Latency, Reason, Share, Throttle, Unavailable, Window};
    use super::*;
    use crate::spread::Spread;

    const SECOND: Duration = Duration::from_secs(1);

    fn occasion(at: Duration, region: &str) -> Occasion<'_> {
        Occasion { at, flow: None, operation: "Converse", model: None, region }
    }

    fn slow(name: &str, secs: u64) -> Fault {
        let added = Spread::constant(Duration::from_secs(secs));
        Fault::new(name, Kind::Latency(Latency { added }))
    }

    fn throttle(name: &str) -> Fault {
        Fault::new(name, Kind::Throttle(Throttle::default()))
    }

    fn play(faults: Vec<Fault>) -> Play {
        Play::new(Script::new(faults).unwrap())
    }

    /// The delay in seconds, the reason for a refusal, and the fault named, of the first request at the epoch.
    fn first_ruling(faults: Vec<Fault>) -> (u64, Option<Reason>, Option<String>) {
        let ruling = play(faults).judge(&occasion(Duration::ZERO, "us-east-1"), Chance::new(7, 0));
        let reason = ruling.refusal.as_ref().map(|refusal| refusal.reason);
        (ruling.delay.as_secs(), reason, ruling.fault().map(|name| name.to_string()))
    }

    #[test]
    fn delays_add_up_until_one_refuses() {
        let broken = || Fault::new("broken", Kind::InternalError(InternalError));
        let full = || Fault::new("full", Kind::Unavailable(Unavailable));
        let named = |name: &str| Some(name.to_owned());
        let cases = [
            (vec![], (0, None, None)),
            (vec![slow("a", 1), slow("b", 2)], (3, None, named("a"))),
            (vec![slow("a", 1), broken(), slow("b", 2)], (1, Some(Reason::Internal), named("broken"))),
            (vec![full(), broken()], (0, Some(Reason::Unavailable), named("full"))),
            (vec![throttle("t"), full()], (0, Some(Reason::Throttled), named("t"))),
        ];
        for (faults, expected) in cases {
            let names: Vec<_> = faults.iter().map(|fault| fault.name.clone()).collect();
            assert_eq!(first_ruling(faults), expected, "{names:?}");
        }
    }

    #[test]
    fn only_matching_requests_inside_the_window_count() {
        let east = Aim { regions: vec![Arc::from("us-east-1")], ..Aim::default() };
        let fault = throttle("t")
            .during(Window::between(SECOND, 9 * SECOND).unwrap())
            .aimed_at(east)
            .first(NonZeroU64::MIN.saturating_add(1));
        let play = play(vec![fault]);
        let arrivals = [
            (Duration::ZERO, "us-east-1", false),
            (SECOND, "us-west-2", false),
            (SECOND, "us-east-1", true),
            (2 * SECOND, "us-west-2", false),
            (2 * SECOND, "us-east-1", true),
            (3 * SECOND, "us-east-1", false),
        ];
        for (number, (at, region, struck)) in (0..).zip(arrivals) {
            let ruling = play.judge(&occasion(at, region), Chance::new(7, number));
            assert_eq!(ruling.refusal.is_some(), struck, "{at:?} {region}");
        }
    }

    #[test]
    fn a_fault_after_a_refusal_does_not_count_the_request() {
        let every_second = throttle("t").every(NonZeroU64::MIN.saturating_add(1));
        let last = Fault::new("u", Kind::Unavailable(Unavailable)).first(NonZeroU64::MIN.saturating_add(1));
        let play = play(vec![every_second, last]);
        let struck: Vec<String> = (0..6)
            .map(|number| {
                let ruling = play.judge(&occasion(Duration::ZERO, "us-east-1"), Chance::new(7, number));
                ruling.fault().map_or("-".to_owned(), |name| name.to_string())
            })
            .collect();
        assert_eq!(struck, ["u", "t", "u", "t", "-", "t"]);
    }

    #[test]
    fn a_fault_more_does_not_change_the_draws_of_another() {
        let half = || throttle("half").share(Share::new(0.5).unwrap());
        let alone = play(vec![half()]);
        let behind = play(vec![slow("slow", 1).share(Share::new(0.5).unwrap()), half()]);
        for number in 0..1000 {
            let (occasion, chance) = (occasion(Duration::ZERO, "us-east-1"), Chance::new(7, number));
            let refusals = (alone.judge(&occasion, chance).refusal, behind.judge(&occasion, chance).refusal);
            assert_eq!(refusals.0, refusals.1, "{number}");
        }
    }

    #[test]
    fn shares_hold_over_many_requests() {
        let play = play(vec![throttle("t").share(Share::new(0.7).unwrap())]);
        let refused = (0..20_000)
            .filter(|number| {
                let chance = Chance::new(11, *number);
                play.judge(&occasion(Duration::ZERO, "us-east-1"), chance).refusal.is_some()
            })
            .count();
        assert!((13_700..14_300).contains(&refused), "{refused} of 20000");
    }

    #[test]
    fn names_are_there_and_tell_faults_apart() {
        assert_eq!(Script::new(vec![throttle("")]), Err(ScriptError::NoName));
        assert_eq!(Script::new(vec![throttle("t"), slow("t", 1)]), Err(ScriptError::NameTwice("t".into())));
    }
}
