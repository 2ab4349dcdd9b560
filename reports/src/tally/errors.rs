//! Errors, grouped by what caused them.

use std::collections::BTreeMap;

use crate::record::{Name, Outcome, Record};
use crate::summary::{Cause, ErrorRow, FailureRow};

use super::decided;

/// The most kinds of error kept apart; a hostile endpoint could invent one for each attempt.
const KINDS: usize = 64;

/// Attempts by status and error code.
#[derive(Default)]
pub(super) struct AttemptErrors(BTreeMap<(Option<u16>, Name), ErrorRow>);

impl AttemptErrors {
    pub(super) fn observe(&mut self, record: &Record) {
        for call in &record.calls {
            for attempt in &call.attempts {
                let Some(error) = &attempt.error else { continue };
                let row = self.row(attempt.status, error);
                if row.attempts == 0 {
                    row.first = attempt.done;
                }
                row.attempts += 1;
                row.first = row.first.min(attempt.done);
                row.last = row.last.max(attempt.done);
                *row.regions.entry(call.region.clone()).or_default() += 1;
                if let Some(fault) = &attempt.fault {
                    *row.faults.entry(fault.clone()).or_default() += 1;
                }
            }
        }
    }

    fn row(&mut self, status: Option<u16>, error: &Name) -> &mut ErrorRow {
        let mut key = (status, error.clone());
        if self.0.len() >= KINDS && !self.0.contains_key(&key) {
            key = (None, "(other errors)".into());
        }
        let row = || ErrorRow {
            status: key.0,
            error: key.1.clone(),
            attempts: 0,
            regions: BTreeMap::new(),
            faults: BTreeMap::new(),
            first: Default::default(),
            last: Default::default(),
        };
        self.0.entry(key.clone()).or_insert_with(row)
    }

    pub(super) fn finish(self) -> Vec<ErrorRow> {
        let mut rows: Vec<_> = self.0.into_values().collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.attempts));
        rows
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
