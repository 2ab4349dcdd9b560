//! What is sent instead of an answer.

use std::sync::Arc;

use crate::error::ServiceError;
use crate::faults::{End, Refusal, Sever};

/// What is sent instead of an answer.
pub(super) enum Instead {
    /// An error.
    Answer(ServiceError),
    /// Nothing: the door cuts the connection.
    Sever(Sever),
}

impl Instead {
    /// How a fault has it end, if the service words a refusal so.
    pub(super) fn of(end: End, refused: impl FnOnce(Refusal) -> ServiceError) -> Self {
        match end {
            End::Refuse(refusal) => Instead::Answer(refused(refusal)),
            End::Sever(sever) => Instead::Sever(sever),
        }
    }
}

impl From<ServiceError> for Instead {
    fn from(error: ServiceError) -> Self {
        Instead::Answer(error)
    }
}

/// An error for want of quota or capacity, and the fault whose doing it is.
pub(super) struct Unanswered {
    /// The error.
    pub error: ServiceError,
    /// The fault.
    pub fault: Option<Arc<str>>,
}
