//! Who answers what comes in through a door.

use http::request::Parts;
use http::{Request, Response};

use bytes::Bytes;

use super::limits::Limits;
use crate::body::CloudBody;
use crate::cloud::Cloud;

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

    /// Answers a request.
    fn answer(&self, request: Request<Bytes>) -> impl Future<Output = Response<CloudBody>> + Send;

    /// Answers a request whose body is not taken in.
    fn refuse(&self, head: &Parts, why: Refused) -> impl Future<Output = Response<CloudBody>> + Send;
}

impl Handler for Cloud {
    const LIMITS: Limits = Limits::CLOUD;

    async fn answer(&self, request: Request<Bytes>) -> Response<CloudBody> {
        self.handle(request).await
    }

    async fn refuse(&self, head: &Parts, why: Refused) -> Response<CloudBody> {
        let error = match why {
            Refused::TooLarge => super::errors::too_large(head.uri.path(), Self::LIMITS.body_bytes),
            Refused::TooSlow => super::errors::too_slow(),
        };
        self.turn_away(head, error).await
    }
}
