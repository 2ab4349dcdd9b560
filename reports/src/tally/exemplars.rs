//! The few requests worth reading one by one.

use std::collections::BTreeMap;

use crate::header::Header;
use crate::record::{Name, Outcome, Reason, Record};
use crate::summary::{Cause, Exemplar, Why};

use super::decided;
use super::typical::Typical;

/// Failed requests kept of each kind.
const OF_EACH_FAILURE: usize = 2;
/// Errors of each of which one request is kept.
const ERRORS: usize = 12;
/// Failed gates, and kept ones, of each of which one request is shown.
const OF_GATES: usize = 12;
/// Slow answers kept.
const SLOWEST: usize = 4;
/// Gaps between tokens kept of each: enough to draw, too few to weigh a page down.
const GAPS: usize = 400;

pub(super) struct Exemplars {
    failed: BTreeMap<Cause, Vec<Record>>,
    slowest: Vec<Record>,
    most_attempts: Option<Record>,
    /// The first that each policy took elsewhere.
    moved: BTreeMap<Why, Record>,
    struck: BTreeMap<Name, Record>,
    /// The first that met each error that no fault had caused.
    met: BTreeMap<Name, Record>,
    typical: Typical,
}

/// What others know of requests worth reading.
pub(super) struct Known<'a> {
    /// Each gate's, failing gates first, with whether it failed.
    pub(super) gates: Vec<(Name, bool, Option<Record>)>,
    /// The requests that set recoveries.
    pub(super) recoveries: Vec<(Name, &'a Record)>,
}

impl Exemplars {
    pub(super) fn new(header: &Header) -> Self {
        Exemplars {
            failed: BTreeMap::new(),
            slowest: Vec::new(),
            most_attempts: None,
            moved: BTreeMap::new(),
            struck: BTreeMap::new(),
            met: BTreeMap::new(),
            typical: Typical::new(header),
        }
    }

    pub(super) fn observe(&mut self, record: &Record, header: &Header) {
        self.keep_failed(record);
        self.keep_slow(record);
        self.keep_moved(record, header);
        self.typical.observe(record);
        for attempt in record.attempts().filter(|attempt| attempt.fault.is_none()) {
            let Some(error) = &attempt.error else { continue };
            if self.met.len() < ERRORS && !self.met.contains_key(error) {
                self.met.insert(error.clone(), trimmed(record));
            }
        }
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

    /// Those that show why the run failed first, then failed, slowest, by attempts, moves, faults and errors, the usual
    /// ones, and those that show gates that were kept; each request once. Beside them each gate's own.
    pub(super) fn finish(self, known: Known<'_>) -> (Vec<Exemplar>, BTreeMap<Name, u64>) {
        let (broken, kept): (Vec<_>, Vec<_>) = known.gates.into_iter().partition(|(_, failed, _)| *failed);
        let of_gates = |gates: Vec<(Name, bool, Option<Record>)>| {
            let shown = gates.into_iter().filter_map(|(gate, _, record)| Some((gate, record?)));
            shown.take(OF_GATES).collect::<Vec<_>>()
        };
        let (broken, kept) = (of_gates(broken), of_gates(kept));
        let of = |(gate, record): &(Name, Record)| (gate.clone(), record.id);
        let exhibits = broken.iter().chain(&kept).map(of).collect();

        let shows = |(gate, record)| (Why::Shows(gate), record);
        let set = |(fault, record): (Name, &Record)| (Why::SetRecovery(fault), record.clone());
        let failed = self
            .failed
            .into_iter()
            .flat_map(|(class, kept)| kept.into_iter().map(move |record| (Why::Failed(class), record)));
        let slowest = self.slowest.into_iter().map(|record| (Why::Slowest, record));
        let most = self.most_attempts.into_iter().map(|record| (Why::MostAttempts, record));
        let struck = self.struck.into_iter().map(|(fault, record)| (Why::StruckBy(fault), record));
        let met = self.met.into_iter().map(|(error, record)| (Why::Met(error), record));
        let typical = self.typical.finish().map(|(flow, record)| (Why::Typical(flow), record));
        let all = known.recoveries.into_iter().map(set).chain(broken.into_iter().map(shows)).chain(failed);
        let all = all.chain(slowest).chain(most).chain(self.moved).chain(struck).chain(met).chain(typical);
        let mut exemplars: Vec<Exemplar> = Vec::new();
        for (why, record) in all.chain(kept.into_iter().map(shows)) {
            if exemplars.iter().all(|kept| kept.record.id != record.id) {
                exemplars.push(Exemplar { why, record });
            }
        }
        (exemplars, exhibits)
    }
}

/// The record with no more gaps between tokens than can be drawn.
pub(super) fn trimmed(record: &Record) -> Record {
    let mut record = record.clone();
    record.calls.iter_mut().for_each(|call| call.gaps_us.truncate(GAPS));
    record
}
