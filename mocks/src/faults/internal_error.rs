//! `internal_error`: the service breaks while it answers.

use super::refusal::{Reason, Refusal};
use super::verdict::Verdict;

/// Refuses requests with an internal error: 500 `InternalServerException` on Bedrock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InternalError;

impl InternalError {
    pub(super) fn verdict(self) -> Verdict {
        let message = "The system encountered an unexpected error during processing. Try your request again.";
        Verdict::Refuse(Refusal::new(Reason::Internal, message))
    }
}
