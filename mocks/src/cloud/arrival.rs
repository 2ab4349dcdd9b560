//! A request that has arrived.

use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;

use crate::chance::Chance;
use crate::error::ServiceError;

/// A request, as far as it got in.
pub(super) struct Arrival<'a> {
    /// Its head.
    pub head: &'a Parts,
    /// Its body, or why a door could not take it in.
    pub body: Result<Bytes, ServiceError>,
    /// When, as an offset from the epoch.
    pub at: Duration,
    /// All that is drawn for it.
    pub chance: Chance,
}
