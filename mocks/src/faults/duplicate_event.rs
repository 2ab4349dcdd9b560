//! `duplicate_event`: an event comes twice.

use super::edit::{Act, BodyEdit, Edit};
use super::verdict::Verdict;

/// Sends an event twice. Whole answers are left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DuplicateEvent {
    /// The events that leave first, unharmed.
    pub after: u64,
}

impl DuplicateEvent {
    pub(super) fn verdict(self) -> Verdict {
        Verdict::Edit(Edit::Body(BodyEdit::Event { after: self.after, act: Act::Twice }))
    }
}
