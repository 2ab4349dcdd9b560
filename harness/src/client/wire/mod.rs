//! A client without an SDK, for when the load itself is the point.
//!
//! It speaks the same four operations over the same doors and leaves the same records, at a fraction of the processor time:
//! a request is written once, signed with a key that is kept for the day (`sign`), sent over hyper, and of its answer only
//! that is read which a record holds (`answer`, `events`). What it does about failures is a small policy of its own
//! (`retry`). No figure of such a client says anything of how an AWS SDK would have fared.

mod answer;
mod body;
mod call;
mod events;
mod retry;
mod sign;

use std::sync::atomic::{AtomicU64, Ordering};

use aws_credential_types::provider::SharedCredentialsProvider;
use http::Uri;
use http::uri::{Authority, InvalidUri, Scheme};
use rand_chacha::ChaCha8Rng;

pub use retry::WireRetry;

use super::policy::Timeouts;
use super::sdk::{Way, made_up};
use crate::clock::Clock;
use crate::seed::Seed;
use crate::transport::wire::{Line, OpenError, Protocol};
use sign::Signer;

/// How a wire client works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireSettings {
    /// What it speaks.
    pub protocol: Protocol,
    /// How it retries.
    pub retry: WireRetry,
}

/// Why there can be no wire client.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The way has a door for SDKs alone.
    #[error("the target can only be reached through an SDK")]
    NoDoor,
    /// The configuration for AWS has no credentials.
    #[error("no credentials are configured")]
    NoCredentials,
    /// The target's address is none.
    #[error("`{0}` is no address of a server")]
    Address(String),
    /// The door could not be opened.
    #[error(transparent)]
    Door(#[from] OpenError),
}

/// A wire client for one region.
#[derive(Debug)]
pub struct Wire {
    line: Line,
    signer: Signer,
    scheme: Scheme,
    authority: Authority,
    /// What each path begins with; empty unless the target's address has a path.
    prefix: String,
    retry: WireRetry,
    timeouts: Timeouts,
    clock: Clock,
    /// One of this stream's streams for each call.
    chance: ChaCha8Rng,
    calls: AtomicU64,
}

impl Wire {
    /// A client for one region that goes this way. It draws what it draws from a stream of `seed` by the name of `who`.
    ///
    /// # Errors
    /// The way leads nowhere for it.
    pub fn new(
        way: &Way,
        region: &str,
        settings: WireSettings,
        timeouts: &Timeouts,
        clock: Clock,
        (seed, who): (Seed, &str),
    ) -> Result<Self, WireError> {
        let (door, provider, address) = match way {
            Way::Mock { http, endpoint } => {
                let door = http.wire().ok_or(WireError::NoDoor)?;
                (door, SharedCredentialsProvider::new(made_up()), endpoint.clone())
            }
            Way::Aws { config, wire } => {
                let provider = config.credentials_provider().ok_or(WireError::NoCredentials)?;
                let address = config.endpoint_url().map_or_else(|| of_aws(region), str::to_owned);
                (wire, provider, address)
            }
        };
        let (scheme, authority, prefix) = origin(&address)?;
        let line = door.open(scheme == Scheme::HTTPS, settings.protocol, timeouts.connect)?;
        Ok(Wire {
            line,
            signer: Signer::new(provider, region.to_owned(), host(&scheme, &authority)),
            scheme,
            authority,
            prefix,
            retry: settings.retry,
            timeouts: *timeouts,
            clock,
            chance: seed.stream(&format!("wire/{who}/{region}")),
            calls: AtomicU64::new(0),
        })
    }

    /// The draws of the next call.
    fn draws(&self) -> ChaCha8Rng {
        let mut draws = self.chance.clone();
        draws.set_stream(self.calls.fetch_add(1, Ordering::Relaxed));
        draws
    }
}

/// Where Bedrock answers in a region.
fn of_aws(region: &str) -> String {
    let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
    format!("https://bedrock-runtime.{region}.amazonaws.com{suffix}")
}

fn origin(address: &str) -> Result<(Scheme, Authority, String), WireError> {
    let uri: Result<Uri, InvalidUri> = address.parse();
    let parts = uri.map(Uri::into_parts).ok();
    let origin = parts.and_then(|parts| {
        let path = parts.path_and_query.map(|path| path.path().trim_end_matches('/').to_owned());
        Some((parts.scheme?, parts.authority?, path.unwrap_or_default()))
    });
    origin.ok_or_else(|| WireError::Address(address.to_owned()))
}

/// The host as it is signed, and as hyper writes it: with its port, unless that goes without saying.
fn host(scheme: &Scheme, authority: &Authority) -> String {
    match (authority.port_u16(), scheme == &Scheme::HTTPS) {
        (Some(80), false) | (Some(443), true) | (None, _) => authority.host().to_owned(),
        (Some(port), _) => format!("{}:{port}", authority.host()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn the_host_is_signed_without_a_port_that_goes_without_saying() {
        for (address, expected) in [
            ("http://127.0.0.1:4580", "127.0.0.1:4580"),
            ("http://a.b", "a.b"),
            ("http://a.b:80", "a.b"),
            ("https://a.b:443", "a.b"),
            ("https://a.b:80", "a.b:80"),
            (&of_aws("cn-north-1"), "bedrock-runtime.cn-north-1.amazonaws.com.cn"),
        ] {
            let (scheme, authority, _) = origin(address).unwrap();
            assert_eq!(host(&scheme, &authority), expected);
        }
        assert!(matches!(origin("a.b"), Err(WireError::Address(_))));
        assert_eq!(origin("https://a.b/prod/").unwrap().2, "/prod");
    }
}
