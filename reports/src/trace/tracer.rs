//! From a record to its spans, with what the run's header adds to it.

use super::call;
use super::ids::Ids;
use super::span::Tree;
use super::{job, request};
use crate::header::{Header, Model};
use crate::job::Stray;
use crate::record::{Call, Record};
use crate::units::Nanos;

/// Makes the spans of a run's requests.
#[derive(Clone, Copy, Debug)]
pub struct Tracer<'h> {
    pub(super) run: &'h Header,
    shift: Nanos,
}

impl<'h> Tracer<'h> {
    /// A tracer of the run that this header tells of.
    pub fn new(run: &'h Header) -> Self {
        Tracer { run, shift: Nanos::ZERO }
    }

    /// The same with all times later by `shift`, for receivers that take no old spans. Ids stay as they are.
    pub fn later(self, shift: Nanos) -> Self {
        Tracer { shift, ..self }
    }

    /// The ids of a request.
    pub fn ids(&self, record: &Record) -> Ids {
        Ids::of(self.run.seed, record.id, self.run.epoch.plus(record.due))
    }

    /// How many spans a request has, which is known without making them.
    pub fn count(&self, record: &Record) -> u64 {
        1 + of_calls(&record.calls) + record.job.as_deref().map_or(0, job::count) as u64
    }

    /// The same of a late delivery.
    pub fn count_stray(&self, stray: &Stray) -> u64 {
        1 + of_calls(&stray.calls)
    }

    /// All spans of a request.
    pub fn tree<'a>(&self, record: &'a Record) -> Tree<'a>
    where
        'h: 'a,
    {
        let ids = self.ids(record);
        let mut spans = vec![request::span(self, record, ids)];
        match &record.job {
            Some(of) => job::spans(self, record, of, ids, &mut spans),
            None => call::all(self, &record.calls, ids, &mut spans),
        }
        Tree { trace: ids.trace(), spans }
    }

    /// All spans of a delivery that came when its job was settled: in the job's trace, but apart from the job's own tree.
    pub fn stray_tree<'a>(&self, stray: &'a Stray) -> Tree<'a>
    where
        'h: 'a,
    {
        let ids = Ids::of(self.run.seed, stray.request, self.run.epoch.plus(stray.due));
        Tree { trace: ids.trace(), spans: job::stray_spans(self, stray, ids) }
    }

    /// An offset from the run's epoch, since 1970.
    pub(super) fn wall(&self, offset: Nanos) -> Nanos {
        self.run.epoch.plus(offset).plus(self.shift)
    }

    /// The model of this name, where the run knows it.
    pub(super) fn model(&self, name: &str) -> Option<&'h Model> {
        self.run.models.iter().find(|model| &*model.name == name)
    }
}

/// How many spans calls have, with all below them.
fn of_calls(calls: &[Call]) -> u64 {
    let below = |call: &Call| call.attempts.len() + usize::from(call::content(call).is_some());
    calls.iter().map(|call| 1 + below(call) as u64).sum()
}
