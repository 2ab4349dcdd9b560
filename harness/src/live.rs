//! How a run is going, while it goes: counters that the engine bumps and anybody may read.

use std::sync::atomic::{AtomicU64, Ordering};

use bedload_reports::record::{Name, Outcome};
use bedload_reports::units::Nanos;

/// The counters of every flow.
#[derive(Debug)]
pub struct Board {
    now: AtomicU64,
    flows: Vec<(Name, Counts)>,
}

#[derive(Debug, Default)]
struct Counts {
    sent: AtomicU64,
    first_try: AtomicU64,
    retried: AtomicU64,
    fell_back: AtomicU64,
    failed: AtomicU64,
    abandoned: AtomicU64,
    dropped: AtomicU64,
}

/// What a flow has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SoFar {
    /// Requests sent.
    pub sent: u64,
    /// Answered by the first attempt.
    pub ok: u64,
    /// Answered after a retry.
    pub retried: u64,
    /// Answered by another destination.
    pub fell_back: u64,
    /// Not answered.
    pub failed: u64,
    /// Arrivals that found no room.
    pub dropped: u64,
    /// Requests that are not over.
    pub in_flight: u64,
}

impl Board {
    /// A board for these flows.
    pub fn new(flows: impl IntoIterator<Item = Name>) -> Self {
        Board {
            now: AtomicU64::new(0),
            flows: flows.into_iter().map(|flow| (flow, Counts::default())).collect(),
        }
    }

    /// The time of the last event: virtual time has no other that a thread outside could ask for.
    pub fn now(&self) -> Nanos {
        Nanos::new(self.now.load(Ordering::Relaxed))
    }

    /// Something happened at this time.
    pub fn at(&self, now: Nanos) {
        self.now.fetch_max(now.get(), Ordering::Relaxed);
    }

    /// A request was sent.
    pub fn sent(&self, flow: &Name) {
        self.bump(flow, |counts| &counts.sent);
    }

    /// A request is over.
    pub fn over(&self, flow: &Name, outcome: Outcome) {
        self.bump(flow, |counts| match outcome {
            Outcome::FirstTry => &counts.first_try,
            Outcome::Retried => &counts.retried,
            Outcome::FellBack => &counts.fell_back,
            Outcome::Failed => &counts.failed,
            Outcome::Abandoned => &counts.abandoned,
        });
    }

    /// An arrival found no room.
    pub fn dropped(&self, flow: &Name) {
        self.bump(flow, |counts| &counts.dropped);
    }

    /// Every flow with what it has done so far, in the scenario's order.
    pub fn read(&self) -> Vec<(Name, SoFar)> {
        self.flows.iter().map(|(name, counts)| (name.clone(), counts.read())).collect()
    }

    fn bump<'a>(&'a self, flow: &Name, which: impl FnOnce(&'a Counts) -> &'a AtomicU64) {
        if let Some((_, counts)) = self.flows.iter().find(|(name, _)| name == flow) {
            which(counts).fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Counts {
    fn read(&self) -> SoFar {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let over = get(&self.first_try)
            + get(&self.retried)
            + get(&self.fell_back)
            + get(&self.failed)
            + get(&self.abandoned);
        SoFar {
            sent: get(&self.sent),
            ok: get(&self.first_try),
            retried: get(&self.retried),
            fell_back: get(&self.fell_back),
            failed: get(&self.failed),
            dropped: get(&self.dropped),
            in_flight: get(&self.sent).saturating_sub(over),
        }
    }
}
