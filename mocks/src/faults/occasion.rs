//! What a fault gets to know of a request.

use std::time::Duration;

/// A request as faults see it: when, and by whom for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Occasion<'a> {
    /// Its arrival, as an offset from the epoch.
    pub at: Duration,
    /// The flow, if the request names one.
    pub flow: Option<&'a str>,
    /// AWS's name of the operation.
    pub operation: &'static str,
    /// The scenario's name of the model, if the request means one that the cloud has.
    pub model: Option<&'a str>,
    /// The region asked.
    pub region: &'a str,
}
