//! `truncate`: the answer ends within an event.

use super::edit::{Act, BodyEdit, Edit};
use super::verdict::Verdict;

/// Lets half of an event leave, and ends the stream as if all were well; a whole answer ends at its half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truncate {
    /// The events that leave first, unharmed.
    pub after: u64,
}

impl Truncate {
    pub(super) fn verdict(self) -> Verdict {
        Verdict::Edit(Edit::Body(BodyEdit::Event { after: self.after, act: Act::Halve }))
    }
}
