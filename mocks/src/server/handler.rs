//! Who answers what comes in through a door.

use bytes::Bytes;
use http::Response;
use http::request::Parts;
use tokio::sync::watch;

use super::limits::Limits;
use crate::body::CloudBody;
use crate::cloud::{Cloud, RefusalState};

/// Why the body of a request is not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It has more bytes than the door's limit.
    TooLarge,
    /// It took longer than the door's limit.
    TooSlow,
}

/// What stands behind a door.
pub(crate) trait Handler: Send + Sync + 'static {
    /// The bounds of the door.
    const LIMITS: Limits;

    /// Answers a request. Its head stays with the door: it is large, and would be moved from hand to hand.
    fn answer(&self, head: &Parts, body: Bytes) -> impl Future<Output = Response<CloudBody>> + Send;

    /// Whether connections are refused at present, and when to ask again.
    fn refusal(&self) -> RefusalState {
        RefusalState { refusing: false, until: None }
    }

    /// Tells when to ask again for another reason than time, if there can be one.
    fn refusal_changes(&self) -> Option<watch::Receiver<u64>> {
        None
    }

    /// Answers a request whose body is not taken in.
    fn refuse(&self, head: &Parts, why: Refused) -> impl Future<Output = Response<CloudBody>> + Send;
}

impl Handler for Cloud {
    const LIMITS: Limits = Limits::CLOUD;

    fn refusal(&self) -> RefusalState {
        Cloud::refusal(self)
    }

    fn refusal_changes(&self) -> Option<watch::Receiver<u64>> {
        Some(self.fault_changes())
    }

    fn answer(&self, head: &Parts, body: Bytes) -> impl Future<Output = Response<CloudBody>> + Send {
        self.take_up(head, body)
    }

    async fn refuse(&self, head: &Parts, why: Refused) -> Response<CloudBody> {
        let error = match why {
            Refused::TooLarge => super::errors::too_large(head.uri.path(), Self::LIMITS.body_bytes),
            Refused::TooSlow => super::errors::too_slow(),
        };
        self.turn_away(head, error).await
    }
}
