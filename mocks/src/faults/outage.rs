//! `outage`: a region is gone.

use super::refusal::{Reason, Refusal};
use super::verdict::Verdict;

/// Takes a region away: whoever asks it is refused with 503, and no profile finds capacity there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outage;

impl Outage {
    pub(super) fn verdict(self) -> Verdict {
        Verdict::Refuse(self.refusal())
    }

    pub(super) fn refusal(self) -> Refusal {
        Refusal::new(Reason::Unavailable, "Service temporarily unavailable, please try again.")
    }
}
