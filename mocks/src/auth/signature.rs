//! The signature that a request should have: AWS's own signer makes it again.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningParams, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::request::Parts;

use super::authorization::Authorization;

/// The signature of a request with this secret, or nothing if there is none that it could have.
///
/// Only the headers named as signed are taken. The payload's hash is always that of the body: no operation
/// of Bedrock's service model allows an unsigned payload, so a client that sends one is refused here too.
pub(super) fn expected(
    claim: &Authorization<'_>,
    secret: &str,
    signed_at: SystemTime,
    head: &Parts,
    body: &[u8],
) -> Option<String> {
    let host = host(head)?;
    let mut headers = vec![("host", host.to_owned())];
    for name in claim.signed_headers.split(';').filter(|name| *name != "host") {
        headers.push((name, value(head, name)?));
    }
    let headers = headers.iter().map(|(name, value)| (*name, value.as_str()));
    let address = head.uri.path_and_query().map_or("/", |address| address.as_str());
    let uri = format!("http://{host}{address}");
    let request = SignableRequest::new(head.method.as_str(), uri, headers, SignableBody::Bytes(body)).ok()?;
    let identity = Credentials::new(claim.access_key_id, secret, None, None, "bedload").into();
    let mut settings = SigningSettings::default();
    settings.excluded_headers = None;
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(claim.region)
        .name(claim.service)
        .time(signed_at)
        .settings(settings)
        .build()
        .ok()?;
    let output = sign(request, &SigningParams::V4(params)).ok()?;
    Some(output.signature().to_owned())
}

/// Where the request was sent, by the header or over HTTP/2 by the pseudo-header.
fn host(head: &Parts) -> Option<&str> {
    let by_header = head.headers.get("host").and_then(|host| host.to_str().ok());
    by_header.or_else(|| head.uri.authority().map(|authority| authority.as_str()))
}

fn value(head: &Parts, name: &str) -> Option<String> {
    let values: Option<Vec<&str>> =
        head.headers.get_all(name).iter().map(|value| value.to_str().ok()).collect();
    values.filter(|values| !values.is_empty()).map(|values| values.join(","))
}
