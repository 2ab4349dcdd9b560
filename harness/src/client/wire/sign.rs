//! SigV4 for a wire client: the key that AWS's signer derives, kept for the day, and a canonical request of three headers.
//!
//! `aws-sigv4` derives the key anew for each request and takes any request at all; both are most of what its signatures
//! cost. Requests here differ in path and body alone, so the rest is written down once. A test holds every signature to the
//! one that `aws-sigv4` itself makes.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue, InvalidHeaderValue};
use jiff::Timestamp;
use jiff::tz::Offset;
use sha2::{Digest, Sha256};

/// Bedrock's signing name.
const SERVICE: &str = "bedrock";
/// The media type of every request's body.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");

const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// Credentials are asked for anew so long before they expire, as the SDK's own cache does.
const BEFORE_EXPIRY: Duration = Duration::from_secs(10);

/// Why a request could not be signed.
#[derive(Debug, thiserror::Error)]
pub(super) enum SignError {
    /// No credentials.
    #[error("no credentials: {0}")]
    Credentials(#[from] CredentialsError),
    /// Credentials that no header can carry.
    #[error("credentials that fit in no header: {0}")]
    Header(#[from] InvalidHeaderValue),
    /// A time that no calendar has.
    #[error("no date to sign for: {0}")]
    Time(#[from] jiff::Error),
}

/// Signs requests to Bedrock in one region.
#[derive(Debug)]
pub(super) struct Signer {
    provider: SharedCredentialsProvider,
    region: String,
    host: String,
    key: Mutex<Option<Arc<Key>>>,
    /// One asks for new credentials while the others wait.
    renewal: tokio::sync::Mutex<()>,
}

/// A key for one day, and what the headers say of it.
struct Key {
    /// `20260101`.
    day: String,
    /// `20260101/us-east-1/bedrock/aws4_request`.
    scope: String,
    secret: Vec<u8>,
    credentials: Credentials,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("scope", &self.scope).finish_non_exhaustive()
    }
}

impl Signer {
    /// For requests to this host.
    pub(super) fn new(provider: SharedCredentialsProvider, region: String, host: String) -> Self {
        Signer { provider, region, host, key: Mutex::default(), renewal: tokio::sync::Mutex::default() }
    }

    /// Adds the headers that sign a POST of `body`, of [`JSON`], to `path` at `now`.
    pub(super) async fn sign(
        &self,
        now: SystemTime,
        path: &str,
        body: &[u8],
        headers: &mut HeaderMap,
    ) -> Result<(), SignError> {
        let time = stamp(now)?;
        let key = self.key(now, &time[..8]).await?;
        let signature =
            calculate_signature(&key.secret, self.string_to_sign(&key, &time, path, body).as_bytes());
        let claim = format!(
            "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={signature}",
            key.credentials.access_key_id(),
            key.scope,
            key.signed_headers(),
        );
        headers.insert(AUTHORIZATION, HeaderValue::try_from(claim)?);
        headers.insert(DATE, HeaderValue::try_from(time)?);
        if let Some(token) = key.credentials.session_token() {
            headers.insert(TOKEN, HeaderValue::from_str(token)?);
        }
        Ok(())
    }

    fn string_to_sign(&self, key: &Key, time: &str, path: &str, body: &[u8]) -> String {
        let mut request = String::with_capacity(512);
        request.push_str("POST\n");
        // Each service but S3 signs a path that is encoded twice, and what is encoded once has only percent signs left.
        path.chars().for_each(|c| if c == '%' { request.push_str("%25") } else { request.push(c) });
        request.push_str("\n\ncontent-type:application/json\nhost:");
        request.push_str(&self.host);
        request.push_str("\nx-amz-date:");
        request.push_str(time);
        if let Some(token) = key.credentials.session_token() {
            request.push_str("\nx-amz-security-token:");
            request.push_str(token);
        }
        request.push_str("\n\n");
        request.push_str(key.signed_headers());
        request.push('\n');
        push_digest(&mut request, body);
        let mut text = String::with_capacity(160);
        for part in ["AWS4-HMAC-SHA256\n", time, "\n", &key.scope, "\n"] {
            text.push_str(part);
        }
        push_digest(&mut text, request.as_bytes());
        text
    }

    async fn key(&self, now: SystemTime, day: &str) -> Result<Arc<Key>, SignError> {
        if let Some(key) = self.kept(now, day) {
            return Ok(key);
        }
        let _renewing = self.renewal.lock().await;
        if let Some(key) = self.kept(now, day) {
            return Ok(key);
        }
        let credentials = self.provider.provide_credentials().await?;
        let secret = generate_signing_key(credentials.secret_access_key(), now, &self.region, SERVICE);
        let scope = format!("{day}/{}/{SERVICE}/aws4_request", self.region);
        let key = Arc::new(Key { day: day.to_owned(), scope, secret: secret.as_ref().to_vec(), credentials });
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = Some(key.clone());
        Ok(key)
    }

    fn kept(&self, now: SystemTime, day: &str) -> Option<Arc<Key>> {
        let kept = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|key| key.day == day && key.is_good(now)).cloned()
    }
}

impl Key {
    fn is_good(&self, now: SystemTime) -> bool {
        self.credentials.expiry().is_none_or(|expiry| now + BEFORE_EXPIRY < expiry)
    }

    fn signed_headers(&self) -> &'static str {
        match self.credentials.session_token() {
            None => "content-type;host;x-amz-date",
            Some(_) => "content-type;host;x-amz-date;x-amz-security-token",
        }
    }
}

/// `20260101T000000Z`.
fn stamp(now: SystemTime) -> Result<String, SignError> {
    let time = Offset::UTC.to_datetime(Timestamp::try_from(now)?);
    let (date, time) = (time.date(), time.time());
    let mut text = String::with_capacity(16);
    // Writing into a string does not fail.
    let _ = write!(text, "{:04}{:02}{:02}T", date.year(), date.month(), date.day());
    let _ = write!(text, "{:02}{:02}{:02}Z", time.hour(), time.minute(), time.second());
    Ok(text)
}

fn push_digest(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in Sha256::digest(bytes) {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
    use aws_sigv4::sign::v4;

    use super::*;
    use crate::clock::virtual_epoch;

    const HOST: &str = "bedrock-runtime.eu-west-1.amazonaws.com";

    fn signed_by_aws(now: SystemTime, path: &str, body: &[u8], credentials: &Credentials) -> String {
        let identity = credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("eu-west-1")
            .name(SERVICE)
            .time(now)
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let headers = [("content-type", "application/json")].into_iter();
        let uri = format!("https://{HOST}{path}");
        let request = SignableRequest::new("POST", uri, headers, SignableBody::Bytes(body)).unwrap();
        let (instructions, _) = sign(request, &params).unwrap().into_parts();
        let mut request = http::Request::post("/").body(()).unwrap();
        instructions.apply_to_request_http1x(&mut request);
        request.headers()["authorization"].to_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn signatures_are_those_of_aws_itself() {
        let lasting = Credentials::from_keys("AKID", "secret", None);
        let passing = Credentials::from_keys("ASIA", "other", Some("token/+=".to_owned()));
        let paths = [
            "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse",
            "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.x/invoke",
            "/model/plain/converse-stream",
        ];
        let day = Duration::from_secs(86_400);
        for credentials in [lasting, passing] {
            let provider = SharedCredentialsProvider::new(credentials.clone());
            let signer = Signer::new(provider, "eu-west-1".to_owned(), HOST.to_owned());
            for now in [virtual_epoch(), virtual_epoch() + Duration::from_secs(3661), virtual_epoch() + day] {
                for (path, body) in
                    paths.into_iter().zip([&b"{}"[..], "{\"text\":\"grüezi\"}".as_bytes(), b""])
                {
                    let mut headers = HeaderMap::new();
                    signer.sign(now, path, body, &mut headers).await.unwrap();
                    assert_eq!(
                        headers[AUTHORIZATION],
                        signed_by_aws(now, path, body, &credentials),
                        "{path}"
                    );
                }
            }
        }
    }

    #[tokio::test]
    async fn a_key_is_kept_until_the_day_or_its_credentials_end() {
        let now = virtual_epoch();
        let expiry = now + Duration::from_secs(60);
        let credentials = Credentials::new("ASIA", "secret", Some("token".to_owned()), Some(expiry), "test");
        let provider = SharedCredentialsProvider::new(credentials);
        let signer = Signer::new(provider, "eu-west-1".to_owned(), HOST.to_owned());
        let key = signer.key(now, "20260101").await.unwrap();
        assert!(Arc::ptr_eq(&key, &signer.key(now + Duration::from_secs(49), "20260101").await.unwrap()));
        assert!(!Arc::ptr_eq(&key, &signer.key(now + Duration::from_secs(51), "20260101").await.unwrap()));
        let other_day = signer.key(now, "20260102").await.unwrap();
        assert_eq!(other_day.scope, "20260102/eu-west-1/bedrock/aws4_request");
    }
}
