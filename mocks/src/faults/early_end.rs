//! `early_end`: the stream ends too soon, and cleanly.

use super::edit::{Act, BodyEdit, Edit};
use super::verdict::Verdict;

/// Ends a stream between two events, without what should end it. Whole answers are left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarlyEnd {
    /// The events that leave first, unharmed.
    pub after: u64,
}

impl EarlyEnd {
    pub(super) fn verdict(self) -> Verdict {
        Verdict::Edit(Edit::Body(BodyEdit::Event { after: self.after, act: Act::End }))
    }
}
