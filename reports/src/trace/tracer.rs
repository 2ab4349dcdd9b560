//! From a record to its spans, with what the run's header adds to it.

use super::call;
use super::ids::Ids;
use super::request;
use super::span::Tree;
use crate::header::{Header, Model};
use crate::record::Record;
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
        let calls = record.calls.iter();
        let spans = calls.map(|call| 1 + call.attempts.len() + usize::from(call::content(call).is_some()));
        1 + spans.sum::<usize>() as u64
    }

    /// All spans of a request.
    pub fn tree<'a>(&self, record: &'a Record) -> Tree<'a>
    where
        'h: 'a,
    {
        let ids = self.ids(record);
        let mut spans = vec![request::span(self, record, ids)];
        for (place, call) in record.calls.iter().enumerate() {
            call::spans(self, record, (place, call), ids, &mut spans);
        }
        Tree { trace: ids.trace(), spans }
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
