//! `drip`: the answer leaves as through a thin pipe.

use std::num::NonZeroU64;

use super::edit::{BodyEdit, Edit};
use super::verdict::Verdict;

/// Lets a body leave at a limited rate, in pieces smaller than events.
///
/// It is the wire that is slow, so it takes what all other faults have left of the answer, wherever it
/// stands in the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drip {
    /// The rate, in bytes a second.
    pub bytes_per_s: NonZeroU64,
}

impl Drip {
    pub(super) fn verdict(self) -> Verdict {
        Verdict::Edit(Edit::Body(BodyEdit::Drip(self.bytes_per_s.get())))
    }
}
