//! `swap_events`: two events come in the wrong order.

use super::edit::{Act, BodyEdit, Edit};
use super::verdict::Verdict;

/// Sends an event after the one that should follow it. Whole answers are left alone, and a last event has none to change places with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SwapEvents {
    /// The events that leave first, unharmed.
    pub after: u64,
}

impl SwapEvents {
    pub(super) fn verdict(self) -> Verdict {
        Verdict::Edit(Edit::Body(BodyEdit::Event { after: self.after, act: Act::Swap }))
    }
}
