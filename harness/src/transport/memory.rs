//! The in-memory door: an SDK HTTP client that calls the cloud in process.
//!
//! The only door that virtual time can use: with tokio's clock paused, a timer beside a real socket
//! fires at once, because the runtime sees nothing else to do.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bedload_mocks::Cloud;
use bedload_mocks::faults::Sever;
use http_body_util::BodyExt;

use super::cut;

/// An HTTP client whose every request is handled by one cloud.
#[derive(Clone)]
pub struct MemoryDoor(Arc<Cloud>);

impl MemoryDoor {
    /// The door to this cloud.
    pub fn new(cloud: Arc<Cloud>) -> Self {
        MemoryDoor(cloud)
    }

    async fn exchange(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let (parts, body) = request.into_parts();
        // Polled to its end even where its bytes are at hand: the SDK's stalled-stream protection watches
        // the upload through these polls, and would cut off a slow answer as an upload that never ended.
        let body = body.collect().await.map_err(ConnectorError::io)?.to_bytes();
        let mut response = self.0.handle(http::Request::from_parts(parts, body)).await;
        if let Some(sever) = response.extensions_mut().remove::<Sever>() {
            return Err(cut::error(sever));
        }
        HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
            .map_err(|error| ConnectorError::other(error.into(), None))
    }
}

impl std::fmt::Debug for MemoryDoor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryDoor")
    }
}

impl HttpConnector for MemoryDoor {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().exchange(request))
    }
}

impl HttpClient for MemoryDoor {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
