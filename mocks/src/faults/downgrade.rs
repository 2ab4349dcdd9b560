//! `downgrade`: the service does less than was asked, and calls it success.

use super::edit::Edit;
use super::verdict::Verdict;

/// Serves a request worse than it asked, without an error: only the answer's own words tell.
///
/// It is what Bedrock documents for latency-optimised inference over its quota, and for reserved capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Downgrade {
    /// Any service tier is served as `default`.
    Tier,
    /// Optimized latency is served as `standard`.
    Latency,
}

impl Downgrade {
    pub(super) fn verdict(self) -> Verdict {
        Verdict::Edit(Edit::Downgrade(self))
    }
}
