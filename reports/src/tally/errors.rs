//! Errors, grouped by what caused them.

use std::collections::{BTreeMap, BTreeSet};

use crate::header::Header;
use crate::record::{Attempt, Call, Name, Outcome, Record};
use crate::summary::{Cause, ERROR_PARTS, ErrorRow, FailureRow, Met};
use crate::units::Nanos;

use super::decided;

/// The most kinds of error kept apart; a hostile endpoint could invent one for each attempt.
const KINDS: usize = 64;

/// Attempts by status, error code and the fault that struck them.
pub(super) struct AttemptErrors {
    /// The width of a part of the run.
    part: Nanos,
    rows: BTreeMap<Kind, ErrorRow>,
}

type Kind = (Option<u16>, Name, Option<Name>);

impl AttemptErrors {
    pub(super) fn new(header: &Header) -> Self {
        let part = header.length().get().div_ceil(ERROR_PARTS as u64).max(1);
        AttemptErrors { part: Nanos::new(part), rows: BTreeMap::new() }
    }

    pub(super) fn observe(&mut self, record: &Record) {
        let mut met: BTreeSet<Kind> = BTreeSet::new();
        for call in &record.calls {
            for attempt in &call.attempts {
                if let Some(kind) = self.count(call, attempt) {
                    met.insert(kind);
                }
            }
        }
        for kind in &met {
            let Some(row) = self.rows.get_mut(kind) else { continue };
            match decided::outcome(record) {
                Outcome::Retried => row.met.retried += 1,
                Outcome::FellBack => row.met.fell_back += 1,
                Outcome::Failed => row.met.failed += 1,
                Outcome::FirstTry | Outcome::Abandoned => row.met.other += 1,
            }
        }
    }

    /// Counts an attempt that ended in an error, and tells in which row.
    fn count(&mut self, call: &Call, attempt: &Attempt) -> Option<Kind> {
        let kind = self.kind(attempt)?;
        let part = usize::try_from(attempt.done.get() / self.part.get()).unwrap_or(usize::MAX);
        let row = self.rows.entry(kind.clone()).or_insert_with(|| empty(&kind, attempt.done));
        row.attempts += 1;
        row.first = row.first.min(attempt.done);
        row.last = row.last.max(attempt.done);
        row.times[part.min(ERROR_PARTS - 1)] += 1;
        *row.regions.entry(call.region.clone()).or_default() += 1;
        let regions = row.destinations.entry(call.model.clone()).or_default();
        *regions.entry(call.region.clone()).or_default() += 1;
        if let Some(fault) = &attempt.fault {
            *row.faults.entry(fault.clone()).or_default() += 1;
        }
        Some(kind)
    }

    fn kind(&self, attempt: &Attempt) -> Option<Kind> {
        let kind = (attempt.status, attempt.error.clone()?, attempt.fault.clone());
        match self.rows.len() >= KINDS && !self.rows.contains_key(&kind) {
            true => Some((None, "(other errors)".into(), None)),
            false => Some(kind),
        }
    }

    pub(super) fn finish(self) -> Vec<ErrorRow> {
        let mut rows: Vec<_> = self.rows.into_values().collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.attempts));
        rows
    }
}

fn empty((status, error, _): &Kind, first: Nanos) -> ErrorRow {
    ErrorRow {
        status: *status,
        error: error.clone(),
        attempts: 0,
        regions: BTreeMap::new(),
        faults: BTreeMap::new(),
        destinations: BTreeMap::new(),
        times: vec![0; ERROR_PARTS],
        met: Met::default(),
        first,
        last: first,
    }
}

/// Failed requests by kind.
#[derive(Default)]
pub(super) struct Failures(BTreeMap<Cause, FailureRow>);

impl Failures {
    pub(super) fn observe(&mut self, record: &Record) {
        if record.outcome != Outcome::Failed {
            return;
        }
        let (class, message) = decided::cause(record);
        let row = || FailureRow { class, requests: 0, message, example: record.id };
        self.0.entry(class).or_insert_with(row).requests += 1;
    }

    pub(super) fn finish(self) -> Vec<FailureRow> {
        let mut rows: Vec<_> = self.0.into_values().collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.requests));
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{answered, failed, header, retried};

    fn rows(records: &[Record]) -> Vec<ErrorRow> {
        let mut errors = AttemptErrors::new(&header());
        records.iter().for_each(|record| errors.observe(record));
        errors.finish()
    }

    fn at(secs: u64) -> Nanos {
        Nanos::from_secs(secs)
    }

    #[test]
    fn an_error_is_told_apart_by_the_fault_that_caused_it() {
        let mut own = failed(2, at(60));
        own.calls.iter_mut().flat_map(|call| &mut call.attempts).for_each(|attempt| attempt.fault = None);
        let rows = rows(&[answered(0, at(20)), retried(1, at(31)), failed(3, at(35)), own]);
        let told: Vec<_> =
            rows.iter().map(|row| (row.attempts, row.faults.len(), row.met.requests())).collect();
        assert_eq!(told, [(4, 1, 2), (3, 0, 1)]);
        assert_eq!((rows[0].met.retried, rows[0].met.failed), (1, 1));
        assert_eq!(rows[0].destinations["sonnet"]["us-east-1"], 4);
        assert_eq!(rows[0].times.iter().sum::<u64>(), 4);
    }

    #[test]
    fn invented_codes_do_not_grow_the_table() {
        let invented = |id: u64| {
            let mut record = failed(id, at(30));
            let attempts = record.calls.iter_mut().flat_map(|call| &mut call.attempts);
            attempts.for_each(|attempt| attempt.error = Some(format!("Code{id}").into()));
            record
        };
        let records: Vec<Record> = (0..500).map(invented).collect();
        assert_eq!(rows(&records).len(), KINDS + 1);
    }

    #[test]
    fn what_ends_after_the_plan_stands_in_the_last_part() {
        let late = rows(&[failed(0, at(4000))]);
        assert_eq!(late[0].times.last(), Some(&3));
    }
}
