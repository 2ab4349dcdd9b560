//! `reset`: the connection breaks.

use super::edit::{Act, BodyEdit, Edit};
use super::sever::Sever;
use super::verdict::Verdict;

/// Resets the connection of a request that has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reset {
    /// Before a byte of the answer.
    BeforeHead,
    /// After a part of the answer's head.
    WithinHead,
    /// Within the answer's body: before an event of a stream, or at the half of a whole answer.
    WithinBody {
        /// The events that leave first.
        after: u64,
    },
}

impl Reset {
    pub(super) fn verdict(self) -> Verdict {
        match self {
            Reset::BeforeHead => Verdict::Sever(Sever::BeforeHead),
            Reset::WithinHead => Verdict::Sever(Sever::WithinHead),
            Reset::WithinBody { after } => {
                Verdict::Edit(Edit::Body(BodyEdit::Event { after, act: Act::Reset }))
            }
        }
    }
}
