//! Faults in front of any door: between the SDK and AWS, an endpoint, or a cloud of our own.
//!
//! A request is judged once it is signed. What a fault refuses or cuts never reaches the service and costs
//! nothing; what passes is sent through the door behind, and its answer is changed on the way back, event
//! by event, by the same code that changes the answers of our own cloud.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bedload_mocks::faults::{Front, Passage, ReturnWay};
use http_body_util::BodyExt;

use super::cut;

/// An HTTP client with faults between it and another one.
#[derive(Clone, Debug)]
pub struct InjectedDoor {
    front: Arc<Front>,
    behind: SharedHttpClient,
}

impl InjectedDoor {
    /// The faults of `front` before the door `behind`.
    pub fn new(front: Arc<Front>, behind: SharedHttpClient) -> Self {
        InjectedDoor { front, behind }
    }
}

impl HttpClient for InjectedDoor {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let behind = self.behind.http_connector(settings, components);
        SharedHttpConnector::new(Injected { front: self.front.clone(), behind })
    }
}

#[derive(Clone, Debug)]
struct Injected {
    front: Arc<Front>,
    behind: SharedHttpConnector,
}

impl HttpConnector for Injected {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().exchange(request))
    }
}

impl Injected {
    async fn exchange(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let (head, body) = request.into_parts();
        // Polled to its end before a fault may take time, as in the in-memory door: the SDK watches the upload
        // through these polls, and would cut a delayed request off as an upload that never ended.
        let body = body.collect().await.map_err(ConnectorError::io)?.to_bytes();
        match self.front.judge(&head, &body).await {
            Passage::Cut(sever, _) => Err(cut::error(sever)),
            Passage::Refused(response, way) => back(way, response.map(SdkBody::from)),
            Passage::Open(way) => {
                let request = HttpRequest::try_from(http::Request::from_parts(head, SdkBody::from(body)))
                    .map_err(|error| ConnectorError::user(error.into()))?;
                let response = self.behind.call(request).await?;
                let response =
                    response.try_into_http1x().map_err(|error| ConnectorError::other(error.into(), None))?;
                back(way, response)
            }
        }
    }
}

/// The answer as it comes out of the faults.
fn back(way: ReturnWay, response: http::Response<SdkBody>) -> Result<HttpResponse, ConnectorError> {
    HttpResponse::try_from(way.answer(response).map(SdkBody::from_body_1_x))
        .map_err(|error| ConnectorError::other(error.into(), None))
}
