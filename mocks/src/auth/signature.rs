//! The signature that a request should have.

use std::time::SystemTime;

use aws_sigv4::sign::v4;
use http::request::Parts;

use super::authorization::{ALGORITHM, Authorization};
use super::canonical;

/// The signature of a request with this secret, or nothing if there is none that it could have.
///
/// Only the headers named as signed are taken. The payload's hash is always that of the body: no operation
/// of Bedrock's service model allows an unsigned payload, so a client that sends one is refused here too.
pub(super) fn expected(
    claim: &Authorization<'_>,
    secret: &str,
    stamp: &str,
    signed_at: SystemTime,
    head: &Parts,
    body: &[u8],
) -> Option<String> {
    let form = canonical::form(head, claim.signed_headers, body)?;
    let Authorization { date, region, service, .. } = claim;
    let scope = format!("{date}/{region}/{service}/aws4_request");
    let text = format!("{ALGORITHM}\n{stamp}\n{scope}\n{}", canonical::sha256(form.as_bytes()));
    let key = v4::generate_signing_key(secret, signed_at, region, service);
    Some(v4::calculate_signature(key, text.as_bytes()))
}
