//! `unavailable`: the service has no capacity to spare.

use super::verdict::{Reason, Refusal, Verdict};

/// Refuses requests for want of capacity: 503 `ServiceUnavailableException` on Bedrock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unavailable;

impl Unavailable {
    pub(super) fn verdict(self) -> Verdict {
        Verdict::Refuse(Refusal {
            reason: Reason::Unavailable,
            message: "Service temporarily unavailable, please try again.".into(),
            retry_after_ms: None,
        })
    }
}
