//! `stall`: the answer stops in its middle.

use std::time::Duration;

use super::edit::{Act, BodyEdit, Edit};
use super::verdict::Verdict;

/// Holds a stream up after its first events; a whole answer after half of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stall {
    /// The events that leave first.
    pub after: u64,
    /// How long nothing leaves then.
    pub lasts: StallTime,
}

/// How long a stall lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StallTime {
    /// For a time, by which all that follows is late.
    For(Duration),
    /// Until the client hangs up.
    Forever,
}

impl Stall {
    pub(super) fn verdict(self) -> Verdict {
        if self.lasts == StallTime::For(Duration::ZERO) {
            return Verdict::Pass;
        }
        Verdict::Edit(Edit::Body(BodyEdit::Event { after: self.after, act: Act::Stall(self.lasts) }))
    }
}
