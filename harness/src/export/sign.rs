//! SigV4 for X-Ray, with the credentials that every AWS tool would find.

use aws_config::SdkConfig;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::Request;

use super::StationError;
use crate::clock::wall_now;

/// X-Ray's signing name.
const SERVICE: &str = "xray";

/// Signs requests to X-Ray in one region.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    credentials: SharedCredentialsProvider,
    region: String,
}

impl Signer {
    /// A signer with the credentials of this configuration.
    pub(super) fn new(config: &SdkConfig, region: String) -> Result<Self, StationError> {
        let credentials = config
            .credentials_provider()
            .ok_or_else(|| StationError::Credentials("no credentials are configured".to_owned()))?;
        Ok(Signer { credentials, region })
    }

    /// Signs a request by the wall clock; the run's clock may be virtual, the receiver's is not.
    pub(super) async fn sign(&self, request: &mut Request<Bytes>) -> Result<(), StationError> {
        let failed = |error: &dyn std::error::Error| StationError::Credentials(error.to_string());
        let credentials = self.credentials.provide_credentials().await.map_err(|error| failed(&error))?;
        let identity = credentials.into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(SERVICE)
            .time(wall_now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| failed(&error))?
            .into();
        let uri = request.uri().to_string();
        let headers = request.headers().iter();
        let headers = headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let body = SignableBody::Bytes(request.body());
        let signable = SignableRequest::new(request.method().as_str(), uri, headers, body);
        let signed =
            sign(signable.map_err(|error| failed(&error))?, &params).map_err(|error| failed(&error))?;
        signed.into_parts().0.apply_to_request_http1x(request);
        Ok(())
    }
}
