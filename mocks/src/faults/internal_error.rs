//! `internal_error`: the service breaks while it answers.

use super::verdict::{Reason, Refusal, Verdict};

/// Refuses requests with an internal error: 500 `InternalServerException` on Bedrock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InternalError;

impl InternalError {
    pub(super) fn verdict(self) -> Verdict {
        Verdict::Refuse(Refusal {
            reason: Reason::Internal,
            message: "The system encountered an unexpected error during processing. Try your request again."
                .into(),
            retry_after_ms: None,
        })
    }
}
