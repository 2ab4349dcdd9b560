//! How long callers stayed in trouble after a fault.
//!
//! A request is in trouble if it failed, was retried or fell back. The disturbance ends where the
//! share in trouble is back at its level before the fault. Taking the last troubled request of the
//! whole run instead would let one stray failure, minutes later, set the figure.
//!
//! Requests are counted by whole seconds of due time, and jobs by when a worker first received them, so memory follows the length of the run and not
//! its traffic. A second is disturbed where, in the seconds around it, requests in trouble outnumber
//! their share before the fault by more than one: the one that a stray failure is allowed.
//!
//! The trouble of a later fault is that fault's own, once some seconds before it were calm.

use std::collections::BTreeMap;

use crate::header::{FaultWindow, Flow, Header};
use crate::record::{Name, Record};
use crate::summary::Recovery;
use crate::units::Nanos;

use super::{decided, exemplars};

/// Seconds on either side of the one that is judged.
const REACH: usize = 5;
/// The fewest requests that may judge a second; the window widens until it holds as many.
const ENOUGH: u64 = 20;
/// How long after a fault a request is looked for that sets its recovery.
const SOON: Nanos = Nanos::from_secs(600);

pub(super) struct Disturbances {
    faults: Vec<FaultWindow>,
    /// When figures begin to count: what was due in a leading warm-up says nothing of the level.
    recorded_from: Nanos,
    all: Seconds,
    flows: BTreeMap<Name, Seconds>,
    /// The last request in trouble of each second after a fault, so that the one that sets a recovery can be shown.
    late: BTreeMap<usize, Record>,
}

/// Requests by second of due time.
#[derive(Default)]
struct Seconds(Vec<Second>);

#[derive(Clone, Copy, Default)]
struct Second {
    requests: u64,
    attempts: u64,
    troubled: u64,
    /// Due time of the last request in trouble.
    last: Nanos,
}

impl Disturbances {
    pub(super) fn new(header: &Header) -> Self {
        let first = header.stages.iter().find(|stage| stage.record);
        Disturbances {
            faults: header.faults.clone(),
            recorded_from: first.map_or(Nanos::ZERO, |stage| stage.from),
            all: Seconds::default(),
            flows: BTreeMap::new(),
            late: BTreeMap::new(),
        }
    }

    pub(super) fn observe(&mut self, record: &Record) {
        self.all.observe(record);
        self.keep_late(record);
        match self.flows.get_mut(&record.flow) {
            Some(seconds) => seconds.observe(record),
            None => self.flows.entry(record.flow.clone()).or_default().observe(record),
        }
    }

    fn keep_late(&mut self, record: &Record) {
        let at = decided::taken_up_at(record);
        let soon = |fault: &FaultWindow| fault.to <= at && at < fault.to.plus(SOON);
        if !decided::outcome(record).in_trouble() || !self.faults.iter().any(soon) {
            return;
        }
        let kept = self.late.get(&second(at));
        if kept.is_none_or(|kept| decided::taken_up_at(kept) <= at) {
            self.late.insert(second(at), exemplars::trimmed(record));
        }
    }

    /// The last request of the disturbance after a fault, over all flows; none where it ended with the fault.
    pub(super) fn set_by(&self, fault: &FaultWindow) -> Option<&Record> {
        let level = self.all.share(second(self.recorded_from), second(fault.from))?;
        self.all.share(second(fault.to), self.all.0.len())?;
        let last = self.late.get(&self.all.disturbance(fault, &self.faults, level)?);
        last.filter(|record| decided::taken_up_at(record) >= fault.to)
    }

    /// `recovery.time` of a fault, over all flows or one; none without requests before and after it.
    pub(super) fn recovery(&self, fault: &str, flow: Option<&str>) -> Option<Nanos> {
        let fault = self.faults.iter().find(|known| &*known.name == fault)?;
        let seconds = match flow {
            Some(flow) => self.flows.get(flow)?,
            None => &self.all,
        };
        seconds.recovery(fault, &self.faults, self.recorded_from)
    }

    /// How the disturbance of each fault ended, over all flows.
    pub(super) fn recoveries(&self, header: &Header) -> Vec<Recovery> {
        self.each(header, &self.all)
    }

    /// The same over the flows that are wanted.
    pub(super) fn recoveries_of(&self, header: &Header, wanted: impl Fn(&Flow) -> bool) -> Vec<Recovery> {
        let flows =
            header.flows.iter().filter(|flow| wanted(flow)).filter_map(|flow| self.flows.get(&flow.name));
        let mut sum = Seconds::default();
        flows.for_each(|seconds| sum.merge(seconds));
        self.each(header, &sum)
    }

    fn each(&self, header: &Header, seconds: &Seconds) -> Vec<Recovery> {
        let mut faults: Vec<_> = header.faults.iter().collect();
        faults.sort_by_key(|fault| (fault.from, fault.to));
        faults
            .into_iter()
            .map(|fault| Recovery {
                fault: fault.name.clone(),
                time: seconds.recovery(fault, &self.faults, self.recorded_from),
                share_before: seconds.share(second(self.recorded_from), second(fault.from)),
                share_during: seconds.share(second(fault.from), second(fault.to)),
                set_by: self.set_by(fault).map(|record| record.id),
                amplification: [
                    seconds.amplification(second(self.recorded_from), second(fault.from)),
                    seconds.amplification(second(fault.from), second(fault.to)),
                    seconds.amplification(second(fault.to), usize::MAX),
                ],
            })
            .collect()
    }
}

impl Seconds {
    fn observe(&mut self, record: &Record) {
        let at = decided::taken_up_at(record);
        let place = second(at);
        if self.0.len() <= place {
            self.0.resize(place + 1, Second::default());
        }
        let second = &mut self.0[place];
        second.requests += 1;
        second.attempts += record.attempts().count() as u64;
        if decided::outcome(record).in_trouble() {
            second.troubled += 1;
            second.last = second.last.max(at);
        }
    }

    fn merge(&mut self, other: &Seconds) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), Second::default());
        }
        for (sum, part) in self.0.iter_mut().zip(&other.0) {
            *sum = sum.and(part);
        }
    }

    fn recovery(&self, fault: &FaultWindow, faults: &[FaultWindow], recorded_from: Nanos) -> Option<Nanos> {
        let level = self.share(second(recorded_from), second(fault.from))?;
        self.share(second(fault.to), self.0.len())?;
        let last = self.disturbance(fault, faults, level);
        Some(last.map_or(Nanos::ZERO, |place| self.0[place].last.since(fault.to)))
    }

    /// The last second of the disturbance; none where there was no trouble at all.
    fn disturbance(&self, fault: &FaultWindow, faults: &[FaultWindow], level: f64) -> Option<usize> {
        let mut ends: Vec<_> =
            faults.iter().filter(|later| later.from >= fault.to).map(|later| second(later.from)).collect();
        ends.sort_unstable();
        ends.push(self.0.len());
        let mut last = None;
        for end in ends.into_iter().map(|end| end.min(self.0.len())) {
            last = (second(fault.from)..end)
                .rfind(|&place| self.0[place].troubled > 0 && self.is_disturbed(place, level));
            // Where the seconds before the next fault were not calm, nobody can tell the two apart.
            if last.is_none_or(|place| place + REACH < end) {
                break;
            }
        }
        last
    }

    fn is_disturbed(&self, place: usize, level: f64) -> bool {
        let around = self.around(place);
        around.troubled as f64 > level * around.requests as f64 + 1.0
    }

    /// The seconds around `place`: five on either side, or as many as hold twenty requests.
    fn around(&self, place: usize) -> Second {
        let mut reach = REACH;
        loop {
            let from = place.saturating_sub(reach);
            let to = (place + reach + 1).min(self.0.len());
            let sum = self.sum(from, to);
            if sum.requests >= ENOUGH || (from == 0 && to == self.0.len()) {
                return sum;
            }
            reach *= 2;
        }
    }

    fn share(&self, from: usize, to: usize) -> Option<f64> {
        let sum = self.sum(from, to);
        (sum.requests > 0).then(|| sum.troubled as f64 / sum.requests as f64)
    }

    fn amplification(&self, from: usize, to: usize) -> Option<f64> {
        let sum = self.sum(from, to);
        (sum.requests > 0).then(|| sum.attempts as f64 / sum.requests as f64)
    }

    fn sum(&self, from: usize, to: usize) -> Second {
        let to = to.min(self.0.len());
        let window = self.0.get(from..to).unwrap_or_default();
        window.iter().fold(Second::default(), |sum, second| sum.and(second))
    }
}

impl Second {
    fn and(self, other: &Second) -> Second {
        Second {
            requests: self.requests + other.requests,
            attempts: self.attempts + other.attempts,
            troubled: self.troubled + other.troubled,
            last: self.last.max(other.last),
        }
    }
}

fn second(at: Nanos) -> usize {
    usize::try_from(at.get() / 1_000_000_000).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{answered, header, retried};

    /// Ten requests each second of the run, those due in `trouble` retried.
    fn run(trouble: impl Fn(f64) -> bool) -> Option<f64> {
        troubled(&header(), trouble)
    }

    fn troubled(header: &Header, trouble: impl Fn(f64) -> bool) -> Option<f64> {
        let mut disturbances = Disturbances::new(header);
        for id in 0..1300 {
            let due = Nanos::new(id * 100_000_000);
            let troubled = trouble(due.as_secs_f64());
            disturbances.observe(&if troubled { retried(id, due) } else { answered(id, due) });
        }
        disturbances.recovery("throttle", None).map(Nanos::as_secs_f64)
    }

    #[test]
    fn trouble_inside_the_fault_needs_no_recovery() {
        assert_eq!(run(|due| (30.0..40.0).contains(&due)), Some(0.0));
    }

    #[test]
    fn recovery_runs_to_the_last_request_of_the_disturbance() {
        assert_eq!(run(|due| (30.0..=52.5).contains(&due)), Some(12.5));
    }

    #[test]
    fn one_stray_failure_does_not_set_it() {
        assert_eq!(run(|due| (30.0..42.0).contains(&due) || due == 110.0), Some(1.9));
    }

    #[test]
    fn the_request_that_ends_the_disturbance_is_known() {
        let mut disturbances = Disturbances::new(&header());
        for id in 0..1300 {
            let due = Nanos::new(id * 100_000_000);
            let troubled = (30.0..=52.5).contains(&due.as_secs_f64());
            disturbances.observe(&if troubled { retried(id, due) } else { answered(id, due) });
        }
        let told = &disturbances.recoveries(&header())[0];
        assert_eq!((told.set_by, told.time), (Some(525), Some(Nanos::new(12_500_000_000))));
    }

    #[test]
    fn a_disturbance_that_ends_with_its_fault_was_ended_by_no_request() {
        let mut header = header();
        let earlier = FaultWindow {
            name: "earlier".into(),
            from: Nanos::from_secs(12),
            to: Nanos::from_secs(14),
            ..header.faults[0].clone()
        };
        header.faults.insert(0, earlier);
        let mut disturbances = Disturbances::new(&header);
        for id in 0..1300 {
            let due = Nanos::new(id * 100_000_000);
            let troubled = (30.0..40.0).contains(&due.as_secs_f64());
            disturbances.observe(&if troubled { retried(id, due) } else { answered(id, due) });
        }
        assert!(disturbances.recoveries(&header).iter().all(|recovery| recovery.set_by.is_none()));
    }

    #[test]
    fn amplification_is_told_before_during_and_after() {
        let mut disturbances = Disturbances::new(&header());
        for (id, due) in [(0, 12), (1, 20), (2, 30), (3, 39), (4, 40), (5, 90)] {
            let due = Nanos::from_secs(due);
            disturbances.observe(&if id == 2 { retried(id, due) } else { answered(id, due) });
        }
        assert_eq!(disturbances.recoveries(&header())[0].amplification, [Some(1.0), Some(1.5), Some(1.0)]);
    }

    #[test]
    fn a_level_of_trouble_before_the_fault_is_no_disturbance() {
        let every_tenth = |due: f64| ((due * 10.0).round() as u64).is_multiple_of(10);
        assert_eq!(run(every_tenth), Some(0.0));
    }

    #[test]
    fn a_second_wave_belongs_to_the_disturbance() {
        assert_eq!(run(|due| (30.0..41.0).contains(&due) || (60.0..62.0).contains(&due)), Some(21.9));
    }

    /// The same where another fault follows from 60 s to 62 s.
    fn run_with_another(trouble: impl Fn(f64) -> bool) -> Option<f64> {
        let mut header = header();
        let (from, to) = (Nanos::from_secs(60), Nanos::from_secs(62));
        header.faults.push(FaultWindow { name: "another".into(), from, to, ..header.faults[0].clone() });
        troubled(&header, trouble)
    }

    #[test]
    fn the_trouble_of_a_later_fault_is_its_own() {
        let waves = |due: f64| (30.0..41.0).contains(&due) || (60.0..62.0).contains(&due);
        assert_eq!(run_with_another(waves), Some(0.9));
    }

    #[test]
    fn trouble_that_lasts_into_a_later_fault_goes_on() {
        assert_eq!(run_with_another(|due| (30.0..62.0).contains(&due)), Some(21.9));
    }

    #[test]
    fn nothing_before_or_after_is_no_data() {
        let mut disturbances = Disturbances::new(&header());
        disturbances.observe(&answered(0, Nanos::from_secs(20)));
        assert_eq!(disturbances.recovery("throttle", None), None);
        assert_eq!(disturbances.recovery("no such fault", None), None);
    }
}
