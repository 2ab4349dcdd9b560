//! The states of an invocation.

/// What the service says of an invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Status {
    /// The model is at work, or its output is still being written.
    InProgress,
    /// The output is there.
    Completed,
    /// There will be no output.
    Failed,
}

impl Status {
    const ALL: [Status; 3] = [Status::InProgress, Status::Completed, Status::Failed];

    /// The service model's word for it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Status::InProgress => "InProgress",
            Status::Completed => "Completed",
            Status::Failed => "Failed",
        }
    }

    /// The status that this word stands for.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}
