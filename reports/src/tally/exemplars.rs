//! The few requests worth reading one by one.

use std::collections::BTreeMap;

use crate::header::Header;
use crate::record::{Name, Outcome, Reason, Record};
use crate::summary::{Cause, Exemplar, Why};

use super::decided;

/// Failed requests kept of each kind.
const OF_EACH_FAILURE: usize = 3;
/// Slow answers kept.
const SLOWEST: usize = 5;
/// Gaps between tokens kept of each: enough to draw, too few to weigh a page down.
const GAPS: usize = 400;

#[derive(Default)]
pub(super) struct Exemplars {
    failed: BTreeMap<Cause, Vec<Record>>,
    slowest: Vec<Record>,
    most_attempts: Option<Record>,
    /// The first that each policy took elsewhere.
    moved: BTreeMap<Why, Record>,
    struck: BTreeMap<Name, Record>,
}

impl Exemplars {
    pub(super) fn observe(&mut self, record: &Record, header: &Header) {
        self.keep_failed(record);
        self.keep_slow(record);
        self.keep_moved(record, header);
        let attempts = record.attempts().count();
        if attempts > self.most_attempts.as_ref().map_or(1, |most| most.attempts().count()) {
            self.most_attempts = Some(trimmed(record));
        }
        for fault in record.attempts().filter_map(|attempt| attempt.fault.as_ref()) {
            if !self.struck.contains_key(fault) {
                self.struck.insert(fault.clone(), trimmed(record));
            }
        }
    }

    fn keep_failed(&mut self, record: &Record) {
        if record.outcome != Outcome::Failed {
            return;
        }
        let kept = self.failed.entry(decided::cause(record).0).or_default();
        if kept.len() < OF_EACH_FAILURE {
            kept.push(trimmed(record));
        }
    }

    fn keep_moved(&mut self, record: &Record, header: &Header) {
        let moves = [
            (Why::Degraded, decided::is_degraded(record, header)),
            (Why::FailedOver, decided::moved_by(record) == Some(Reason::Failover)),
            (Why::HedgeWon, decided::is_answered_by(record, Reason::Hedge)),
            (Why::Restarted, record.calls.iter().any(|call| call.reason == Reason::Restart)),
        ];
        for (why, _) in moves.into_iter().filter(|(_, moved)| *moved) {
            self.moved.entry(why).or_insert_with(|| trimmed(record));
        }
    }

    fn keep_slow(&mut self, record: &Record) {
        let beaten = self.slowest.last().is_some_and(|last| record.latency() <= last.latency());
        if !record.outcome.answered() || (self.slowest.len() == SLOWEST && beaten) {
            return;
        }
        let place = self.slowest.partition_point(|kept| kept.latency() >= record.latency());
        self.slowest.insert(place, trimmed(record));
        self.slowest.truncate(SLOWEST);
    }

    /// Failed first, then slowest, then by attempts, moves and faults; each request once.
    pub(super) fn finish(self) -> Vec<Exemplar> {
        let failed = self
            .failed
            .into_iter()
            .flat_map(|(class, kept)| kept.into_iter().map(move |record| (Why::Failed(class), record)));
        let slowest = self.slowest.into_iter().map(|record| (Why::Slowest, record));
        let most = self.most_attempts.into_iter().map(|record| (Why::MostAttempts, record));
        let moved = self.moved.into_iter();
        let struck = self.struck.into_iter().map(|(fault, record)| (Why::StruckBy(fault), record));
        let mut exemplars: Vec<Exemplar> = Vec::new();
        for (why, record) in failed.chain(slowest).chain(most).chain(moved).chain(struck) {
            if exemplars.iter().all(|kept| kept.record.id != record.id) {
                exemplars.push(Exemplar { why, record });
            }
        }
        exemplars
    }
}

fn trimmed(record: &Record) -> Record {
    let mut record = record.clone();
    record.calls.iter_mut().for_each(|call| call.gaps_us.truncate(GAPS));
    record
}
