//! What a fault gets to know of a request.

use std::time::Duration;

use crate::service::Service;
use crate::words::Words;

/// A request as faults see it: when, and by whom for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Occasion<'a> {
    /// Its arrival, as an offset from the epoch.
    pub at: Duration,
    /// The flow, if the request names one.
    pub flow: Option<&'a str>,
    /// The service asked.
    pub service: Service,
    /// AWS's name of the operation.
    pub operation: &'static str,
    /// The scenario's name of the model, if the request means one that the cloud has.
    pub model: Option<&'a str>,
    /// The region asked; for a question of capacity, the one that would serve.
    pub region: &'a str,
    /// The attempt, from 1, as the client counts them.
    pub attempt: Option<u32>,
    /// What it says and how it would be served, read only if a fault asks.
    pub words: &'a Words<'a>,
}
