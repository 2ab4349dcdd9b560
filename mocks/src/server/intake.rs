//! Takes a request's body in, up to a limit, and hands the whole to the cloud.

use std::error::Error;
use std::sync::Arc;

use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;

use crate::body::CloudBody;
use crate::cloud::Cloud;
use crate::error::ServiceError;

/// The largest body: what Bedrock's service model allows InvokeModel.
const MOST_BYTES: usize = 25_000_000;

/// Answers a request that is still arriving.
///
/// # Errors
/// The request broke off: there is nobody to answer, and nothing whole to note.
pub(super) async fn take_in(
    request: Request<Incoming>,
    cloud: Arc<Cloud>,
) -> Result<Response<CloudBody>, Box<dyn Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    match Limited::new(body, MOST_BYTES).collect().await {
        Ok(body) => Ok(cloud.handle(Request::from_parts(head, body.to_bytes())).await),
        Err(error) if error.is::<LengthLimitError>() => Ok(cloud.turn_away(&head, too_large()).await),
        Err(error) => Err(error),
    }
}

fn too_large() -> ServiceError {
    let message = format!("The request's body is over {MOST_BYTES} bytes.");
    ServiceError::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLargeException", message)
}
