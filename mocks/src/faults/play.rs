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
use super::ruling::Ruling;
use super::script::{Script, ScriptError, check_names};
use super::state::FaultState;
use super::tally::Tally;
use super::verdict::Verdict;
use crate::chance::{Chance, Label};

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

/// A fault with its counts.
struct Role {
    fault: Fault,
    label: Label,
    tally: Arc<Tally>,
}

fn roles(faults: &[Fault]) -> Vec<Arc<Role>> {
    faults.iter().cloned().map(|fault| Arc::new(Role::new(fault))).collect()
}

impl Role {
    fn new(fault: Fault) -> Self {
        let label = Label::new(&format!("fault/{}", fault.name));
        Role { label, tally: Arc::new(Tally::new(fault.name.clone())), fault }
    }

    fn verdict(&self, time: Duration, occasion: &Occasion<'_>, chance: Chance) -> Verdict {
        let Fault { kind, trigger, .. } = &self.fault;
        if !kind.stands_at_the_front() || !self.is_for(time, occasion) {
            return Verdict::Pass;
        }
        let mut rng = chance.stream(self.label);
        if trigger.strikes(self.tally.count(), &mut rng) { kind.verdict(&mut rng) } else { Verdict::Pass }
    }

    /// Regions draw apart: one of two may be full while the other is not.
    fn no_capacity(&self, time: Duration, occasion: &Occasion<'_>, chance: Chance) -> Option<Refusal> {
        let refusal = self.fault.kind.no_capacity()?;
        if !self.is_for(time, occasion) {
            return None;
        }
        let label = Label::new(&format!("fault/{}/{}", self.fault.name, occasion.region));
        let struck = self.fault.trigger.strikes(self.tally.count(), &mut chance.stream(label));
        struck.then_some(refusal)
    }

    /// Messages of one exchange draw apart.
    fn hands(&self, time: Duration, occasion: &Occasion<'_>, chance: Chance, nth: u64) -> bool {
        let Fault { name, window, aim, trigger, .. } = &self.fault;
        if !window.contains(time) || !aim.matches_queue(occasion) {
            return false;
        }
        let label = Label::new(&format!("fault/{name}/{nth}"));
        trigger.strikes(self.tally.count(), &mut chance.stream(label))
    }

    fn is_for(&self, time: Duration, occasion: &Occasion<'_>) -> bool {
        self.fault.window.contains(time) && self.fault.aim.matches(occasion)
    }

    /// Whether it refuses all connections, so that none need be made to know it.
    fn closes_the_door(&self) -> bool {
        let Fault { kind, aim, trigger, .. } = &self.fault;
        matches!(kind, Kind::Refuse(_)) && aim.is_everybody() && trigger.is_always()
    }
}

fn nanos(offset: Duration) -> u64 {
    u64::try_from(offset.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::num::NonZeroU64;

    use http::HeaderMap;

    use super::super::ruling::End;
    use super::super::{
        Aim, InternalError, Latency, Outage, QuotaSqueeze, Reason, Refuse, Reset, Sever, Share, Throttle,
        Unavailable, Window,
    };
    use super::*;
    use crate::service::Service;
    use crate::spread::Spread;
    use crate::words::Words;

    const SECOND: Duration = Duration::from_secs(1);
    const TWO: NonZeroU64 = NonZeroU64::MIN.saturating_add(1);

    /// Asks about a Converse request in `region`.
    fn with_occasion<T>(at: Duration, region: &str, ask: impl FnOnce(&Occasion<'_>) -> T) -> T {
        let headers = HeaderMap::new();
        let words = Words::new(&headers, b"{}");
        let (flow, model, attempt) = (None, None, Some(1));
        let (service, operation) = (Service::Bedrock, "Converse");
        ask(&Occasion { at, flow, service, operation, model, region, attempt, words: &words })
    }

    fn judge(play: &Play, at: Duration, region: &str, number: u64) -> Ruling {
        let mut ruling = Ruling::default();
        with_occasion(at, region, |occasion| play.judge(&mut ruling, occasion, Chance::new(7, number)));
        ruling
    }

    fn named(ruling: &Ruling) -> Option<String> {
        ruling.strikes()?.fault().map(|name| name.to_string())
    }

    fn slow(name: &str, secs: u64) -> Fault {
        let added = Spread::constant(Duration::from_secs(secs));
        Fault::new(name, Kind::Latency(Latency { added }))
    }

    fn throttle(name: &str) -> Fault {
        Fault::new(name, Kind::Throttle(Throttle::default()))
    }

    fn broken(name: &str) -> Fault {
        Fault::new(name, Kind::InternalError(InternalError))
    }

    fn full(name: &str) -> Fault {
        Fault::new(name, Kind::Unavailable(Unavailable::default()))
    }

    fn in_region(region: &str) -> Aim {
        Aim { regions: vec![Arc::from(region)], ..Aim::default() }
    }

    fn play(faults: Vec<Fault>) -> Play {
        Play::new(Script::new(faults).unwrap())
    }

    /// The delay in seconds, what ends it, and the faults that struck, the one to name first.
    fn first_ruling(faults: Vec<Fault>) -> (u64, String, Vec<String>) {
        let ruling = judge(&play(faults), Duration::ZERO, "us-east-1", 0);
        let end = match &ruling.end {
            None => "-".to_owned(),
            Some(End::Refuse(refusal)) => format!("{:?}", refusal.reason),
            Some(End::Sever(sever)) => format!("{sever:?}"),
        };
        let strikes = ruling.strikes().cloned().unwrap_or_default();
        let names = strikes.fault().into_iter().chain(strikes.all()).map(|name| name.to_string());
        (ruling.delay.as_secs(), end, names.collect())
    }

    #[test]
    fn delays_add_up_until_one_refuses_or_cuts() {
        let cut = || Fault::new("cut", Kind::Reset(Reset::BeforeHead));
        type Expected = (u64, &'static str, &'static [&'static str]);
        let cases: [(Vec<Fault>, Expected); 7] = [
            (vec![], (0, "-", &[])),
            (vec![slow("a", 1), slow("b", 2)], (3, "-", &["a", "a", "b"])),
            (vec![slow("a", 0), slow("b", 2)], (2, "-", &["b", "b"])),
            (vec![slow("a", 1), broken("x"), slow("b", 2)], (1, "Internal", &["x", "a", "x"])),
            (vec![cut(), broken("x")], (0, "BeforeHead", &["cut", "cut"])),
            (vec![throttle("t"), cut()], (0, "Throttled", &["t", "t"])),
            (vec![full("u"), throttle("t")], (0, "Throttled", &["t", "t"])),
        ];
        for (faults, (delay, end, names)) in cases {
            let label: Vec<_> = faults.iter().map(|fault| fault.name.clone()).collect();
            let names = names.iter().map(|name| name.to_string()).collect();
            assert_eq!(first_ruling(faults), (delay, end.to_owned(), names), "{label:?}");
        }
    }

    #[test]
    fn only_matching_requests_inside_the_window_count() {
        let fault = throttle("t")
            .during(Window::between(SECOND, 9 * SECOND).unwrap())
            .aimed_at(in_region("us-east-1"))
            .first(TWO);
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
            assert_eq!(judge(&play, at, region, number).end.is_some(), struck, "{at:?} {region}");
        }
        let [state] = &play.states(SECOND)[..] else { unreachable!("one fault") };
        assert_eq!((state.matched, state.struck, state.on), (3, 2, true));
    }

    #[test]
    fn a_fault_after_a_refusal_does_not_count_the_request() {
        let play = play(vec![throttle("t").every(TWO), broken("x").first(TWO)]);
        let struck: Vec<String> = (0..6)
            .map(|number| {
                let ruling = judge(&play, Duration::ZERO, "us-east-1", number);
                named(&ruling).unwrap_or("-".to_owned())
            })
            .collect();
        assert_eq!(struck, ["x", "t", "x", "t", "-", "t"]);
    }

    #[test]
    fn a_fault_more_does_not_change_the_draws_of_another() {
        let half = || throttle("half").share(Share::new(0.5).unwrap());
        let alone = play(vec![half()]);
        let behind = play(vec![slow("slow", 1).share(Share::new(0.5).unwrap()), half()]);
        for number in 0..1000 {
            let [one, two] = [&alone, &behind].map(|play| judge(play, Duration::ZERO, "us-east-1", number));
            assert_eq!(one.end, two.end, "{number}");
        }
    }

    #[test]
    fn shares_hold_over_many_requests() {
        let play = play(vec![throttle("t").share(Share::new(0.7).unwrap())]);
        let refused = (0..20_000)
            .filter(|number| judge(&play, Duration::ZERO, "us-east-1", *number).end.is_some())
            .count();
        assert!((13_700..14_300).contains(&refused), "{refused} of 20000");
    }

    #[test]
    fn capacity_is_of_the_region_that_would_serve() {
        let outage = Fault::new("gone", Kind::Outage(Outage)).aimed_at(in_region("us-west-2"));
        let play = play(vec![full("full").aimed_at(in_region("us-east-1")), outage]);
        let cases = [
            ("us-east-1", false, Some("full")),
            ("us-west-2", true, Some("gone")),
            ("eu-west-1", false, None),
        ];
        for (region, refused, lacking) in cases {
            assert_eq!(judge(&play, Duration::ZERO, region, 0).end.is_some(), refused, "{region}");
            let capacity = with_occasion(Duration::ZERO, region, |occasion| {
                play.capacity(occasion, Chance::new(7, 0)).map_err(|(refusal, name)| (refusal.reason, name))
            });
            let expected = lacking.map_or(Ok(()), |name| Err((Reason::Unavailable, Arc::from(name))));
            assert_eq!(capacity, expected, "{region}");
        }
    }

    #[test]
    fn regions_are_full_independently_of_each_other() {
        let play = play(vec![full("half").share(Share::new(0.5).unwrap())]);
        let both = (0..4000).filter(|number| {
            ["us-east-1", "us-west-2"].iter().all(|region| {
                let ask = |occasion: &Occasion<'_>| play.capacity(occasion, Chance::new(7, *number));
                with_occasion(Duration::ZERO, region, ask).is_err()
            })
        });
        let both = both.count();
        assert!((880..1120).contains(&both), "{both} of 4000, not a quarter");
    }

    #[test]
    fn squeezes_multiply_while_they_are_on() {
        let squeeze = |name: &str, to: f64| {
            Fault::new(name, Kind::QuotaSqueeze(QuotaSqueeze { to: Share::new(to).unwrap() }))
        };
        let short = squeeze("short", 0.5).during(Window::between(SECOND, 2 * SECOND).unwrap());
        let play = play(vec![short, squeeze("east", 0.25).aimed_at(in_region("us-east-1"))]);
        let cases = [
            (Duration::ZERO, "us-east-1", 0.25, Some("east")),
            (SECOND, "us-east-1", 0.125, Some("short")),
            (SECOND, "us-west-2", 0.5, Some("short")),
            (2 * SECOND, "us-west-2", 1.0, None),
        ];
        for (at, region, factor, name) in cases {
            let squeeze = with_occasion(at, region, |occasion| play.squeeze(occasion));
            assert_eq!(squeeze, Squeeze { factor, fault: name.map(Arc::from) }, "{at:?} {region}");
        }
    }

    #[test]
    fn windows_come_again_each_period() {
        let script = Script::new(vec![throttle("t").during(Window::between(SECOND, 2 * SECOND).unwrap())]);
        let play = Play::new(script.unwrap().repeating(10 * SECOND).unwrap());
        for (second, struck) in [(0, false), (1, true), (2, false), (11, true), (12, false), (101, true)] {
            let ruling = judge(&play, second * SECOND, "us-east-1", 0);
            assert_eq!(ruling.end.is_some(), struck, "second {second}");
        }
    }

    #[test]
    fn faults_come_and_go_under_way() {
        let play = play(vec![throttle("t")]);
        let changes = play.changes();
        let end = |number| named(&judge(&play, 5 * SECOND, "us-east-1", number));
        assert_eq!(end(0).as_deref(), Some("t"));
        assert_eq!(play.add(vec![broken("x"), broken("t")]), Err(ScriptError::NameTwice("t".into())));
        assert_eq!(play.states(SECOND).len(), 1, "all or none");
        play.add(vec![broken("x")]).unwrap();
        assert!(play.remove("t"));
        assert!(!play.remove("t"));
        assert_eq!(end(1).as_deref(), Some("x"));
        play.clear();
        assert_eq!(end(2), None);
        assert_eq!(*changes.borrow(), 3);
        play.restart(5 * SECOND);
        assert_eq!(play.states(5 * SECOND)[0].matched, 0);
        assert_eq!(end(3).as_deref(), Some("t"));
    }

    #[test]
    fn a_restart_begins_the_windows_anew() {
        let play = play(vec![throttle("t").during(Window::between(SECOND, 2 * SECOND).unwrap())]);
        play.restart(100 * SECOND);
        for (second, struck) in [(1, false), (100, false), (101, true), (102, false)] {
            let ruling = judge(&play, second * SECOND, "us-east-1", 0);
            assert_eq!(ruling.end.is_some(), struck, "second {second}");
        }
    }

    #[test]
    fn the_door_is_closed_while_everybody_is_refused() {
        let refuse = |name: &str| Fault::new(name, Kind::Refuse(Refuse));
        let window = Window::between(2 * SECOND, 5 * SECOND).unwrap();
        let some = refuse("some").aimed_at(in_region("us-east-1"));
        let few = refuse("few").first(TWO);
        let all = refuse("all").during(window);
        let once = play(vec![some.clone(), few.clone(), all.clone()]);
        let again = Script::new(vec![all]).unwrap().repeating(10 * SECOND).unwrap();
        let again = Play::new(again);
        let cases = [
            (&once, 0, (false, Some(2))),
            (&once, 2, (true, Some(3))),
            (&once, 5, (false, None)),
            (&again, 5, (false, Some(5))),
            (&again, 12, (true, Some(3))),
            (&play(vec![some, few]), 0, (false, None)),
        ];
        for (play, second, (refusing, wait)) in cases {
            let expected = (refusing, wait.map(Duration::from_secs));
            assert_eq!(play.refuses(second * SECOND), expected, "second {second}");
        }
        assert_eq!(judge(&once, 2 * SECOND, "us-east-1", 0).end, Some(End::Sever(Sever::Refused)));
    }
}
