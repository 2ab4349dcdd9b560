//! What may befall a worker or a job: decided by the seed, the window and the point that a delivery has come to.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bedload_reports::job::Point;
use bedload_reports::record::Name;
use bedload_reports::units::Nanos;
use rand::RngExt;

use crate::queue::misfortune::Misfortune;
use crate::seed::Seed;

/// A fault of those who work.
#[derive(Clone, Debug, PartialEq)]
pub struct Hazard {
    /// The scenario's name of it.
    pub name: Name,
    /// When it is on; always without.
    pub window: Option<(Nanos, Nanos)>,
    /// The share of workers, or of jobs, that it befalls; by the seed.
    pub share: f64,
    /// Only the first so many.
    pub first: Option<u64>,
    /// Only each so-manieth.
    pub every: Option<u64>,
    /// What it is.
    pub misfortune: Misfortune,
}

/// What befell a worker at a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Blow {
    Death { fault: Name, restart_after: Option<Duration> },
    Standstill { lasts: Duration },
}

/// The hazards of one queue, and whom they have befallen.
#[derive(Debug)]
pub(super) struct Hazards {
    hazards: Vec<Hazard>,
    seed: Seed,
    flow: Name,
    seen: Mutex<Vec<Seen>>,
}

/// Whom one hazard has met.
#[derive(Debug, Default)]
struct Seen {
    met: BTreeSet<u64>,
    struck: u64,
}

impl Hazards {
    pub(super) fn new(hazards: Vec<Hazard>, seed: Seed, flow: &Name) -> Self {
        let seen = hazards.iter().map(|_| Seen::default()).collect();
        Hazards { hazards, seed, flow: flow.clone(), seen: Mutex::new(seen) }
    }

    /// What befalls a worker that has come to a point. Each hazard meets each worker once.
    pub(super) fn blow(&self, worker: u32, point: Point, now: Nanos) -> Option<Blow> {
        let place = self.hazards.iter().enumerate().find(|(place, hazard)| {
            let here = match hazard.misfortune {
                Misfortune::Crash { at, .. } | Misfortune::Freeze { at, .. } => at == point,
                Misfortune::ClockJump { .. } | Misfortune::Poison => false,
            };
            here && hazard.is_on(now) && self.strikes(*place, u64::from(worker))
        });
        let (_, hazard) = place?;
        match hazard.misfortune {
            Misfortune::Crash { restart_after, .. } => {
                Some(Blow::Death { fault: hazard.name.clone(), restart_after })
            }
            Misfortune::Freeze { lasts, .. } => Some(Blow::Standstill { lasts }),
            Misfortune::ClockJump { .. } | Misfortune::Poison => None,
        }
    }

    /// How far ahead a worker's clock is.
    pub(super) fn skew(&self, worker: u32, now: Nanos) -> Duration {
        let ahead = self.hazards.iter().filter_map(|hazard| match hazard.misfortune {
            Misfortune::ClockJump { by } if hazard.is_on(now) && self.is_drawn(hazard, u64::from(worker)) => {
                Some(by)
            }
            _ => None,
        });
        ahead.sum()
    }

    /// Whether a job cannot be worked on.
    pub(super) fn poisons(&self, job: u64, now: Nanos) -> bool {
        self.hazards.iter().any(|hazard| {
            hazard.misfortune == Misfortune::Poison && hazard.is_on(now) && self.is_drawn(hazard, job)
        })
    }

    /// Whether a hazard strikes whom it meets now, for the first time.
    fn strikes(&self, place: usize, whom: u64) -> bool {
        let hazard = &self.hazards[place];
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = &mut seen[place];
        if !seen.met.insert(whom) || !self.drawn(hazard, whom) {
            return false;
        }
        let counted = seen.met.len() as u64;
        let struck = hazard.every.is_none_or(|every| counted.is_multiple_of(every))
            && hazard.first.is_none_or(|first| seen.struck < first);
        seen.struck += u64::from(struck);
        struck
    }

    /// Whether one of many is among those whom a lasting hazard befalls: counted by number, not by time.
    fn is_drawn(&self, hazard: &Hazard, whom: u64) -> bool {
        self.drawn(hazard, whom)
            && hazard.every.is_none_or(|every| (whom + 1).is_multiple_of(every))
            && hazard.first.is_none_or(|first| whom < first)
    }

    fn drawn(&self, hazard: &Hazard, whom: u64) -> bool {
        let name = format!("hazard/{}/{}", self.flow, hazard.name);
        hazard.share >= 1.0 || self.seed.stream_of(&name, whom).random::<f64>() < hazard.share
    }
}

impl Hazard {
    fn is_on(&self, now: Nanos) -> bool {
        self.window.is_none_or(|(from, to)| (from..to).contains(&now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crash(share: f64) -> Hazard {
        Hazard {
            name: "crash".into(),
            window: Some((Nanos::from_secs(10), Nanos::from_secs(20))),
            share,
            first: None,
            every: None,
            misfortune: Misfortune::Crash { at: Point::Claimed, restart_after: None },
        }
    }

    fn hazards(hazard: Hazard) -> Hazards {
        Hazards::new(vec![hazard], Seed::new(7), &"documents".into())
    }

    fn at(secs: u64) -> Nanos {
        Nanos::from_secs(secs)
    }

    #[test]
    fn a_worker_dies_once_in_the_window_and_at_the_point() {
        let hazards = hazards(crash(1.0));
        assert_eq!(hazards.blow(3, Point::Claimed, at(9)), None);
        assert_eq!(hazards.blow(3, Point::Stored, at(12)), None);
        assert!(matches!(hazards.blow(3, Point::Claimed, at(12)), Some(Blow::Death { .. })));
        assert_eq!(hazards.blow(3, Point::Claimed, at(13)), None);
        assert!(hazards.blow(4, Point::Claimed, at(13)).is_some());
    }

    #[test]
    fn a_share_of_the_workers_dies_and_it_is_the_same_one_each_time() {
        let struck = || {
            let hazards = hazards(crash(0.25));
            (0..400)
                .filter(|&worker| hazards.blow(worker, Point::Claimed, at(12)).is_some())
                .collect::<Vec<_>>()
        };
        assert_eq!(struck(), struck());
        assert!((70..130).contains(&struck().len()), "{}", struck().len());
    }

    #[test]
    fn counts_choose_among_those_who_come_by() {
        let first = hazards(Hazard { first: Some(2), ..crash(1.0) });
        let struck: Vec<u32> = [9, 4, 7, 1]
            .into_iter()
            .filter(|&worker| first.blow(worker, Point::Claimed, at(12)).is_some())
            .collect();
        assert_eq!(struck, [9, 4]);
    }

    #[test]
    fn poison_goes_by_the_job_and_a_wrong_clock_by_the_worker() {
        let lasting = |misfortune| hazards(Hazard { misfortune, every: Some(10), ..crash(1.0) });
        let poison = lasting(Misfortune::Poison);
        assert_eq!((0..30).filter(|&job| poison.poisons(job, at(12))).collect::<Vec<_>>(), [9, 19, 29]);
        assert!(!poison.poisons(9, at(25)));
        let clock = lasting(Misfortune::ClockJump { by: Duration::from_secs(60) });
        assert_eq!(clock.skew(9, at(12)), Duration::from_secs(60));
        assert_eq!(clock.skew(8, at(12)), Duration::ZERO);
    }
}
