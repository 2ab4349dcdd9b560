//! Who may run the cloud.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use http::header::{AUTHORIZATION, ORIGIN};
use subtle::ConstantTimeEq;
use thiserror::Error;

/// The right to the admin paths, as the address that they are served on allows.
#[derive(Clone, PartialEq, Eq)]
pub struct Access(Right);

#[derive(Clone, PartialEq, Eq)]
enum Right {
    /// Whoever is on this machine, and no page in its browser.
    Loopback,
    /// Whoever has the token.
    Token(String),
}

impl Access {
    /// The access to admin paths at this address: a token always counts, and on a loopback address none
    /// is needed.
    ///
    /// # Errors
    /// An address that others may reach, without a token; a token that is empty or no header can carry.
    pub fn new(address: SocketAddr, token: Option<String>) -> Result<Self, AccessError> {
        match token {
            Some(token) if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Err(AccessError::Token)
            }
            Some(token) => Ok(Access(Right::Token(token))),
            None if is_loopback(address.ip()) => Ok(Access(Right::Loopback)),
            None => Err(AccessError::Open(address)),
        }
    }

    /// Whether this may be served at an address.
    ///
    /// # Errors
    /// It asks for no token, and the address is one that others may reach.
    pub(super) fn check(&self, address: SocketAddr) -> Result<(), AccessError> {
        match &self.0 {
            Right::Loopback if !is_loopback(address.ip()) => Err(AccessError::Open(address)),
            Right::Loopback | Right::Token(_) => Ok(()),
        }
    }

    /// Whether a request with these headers is let in.
    ///
    /// A page of any site can make a browser on this machine send requests to it. Those bear an `Origin`,
    /// which no tool sends.
    pub(super) fn admits(&self, headers: &HeaderMap) -> bool {
        match &self.0 {
            Right::Loopback => !headers.contains_key(ORIGIN),
            Right::Token(token) => headers
                .get(AUTHORIZATION)
                .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "))
                .is_some_and(|given| bool::from(given.ct_eq(token.as_bytes()))),
        }
    }
}

fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

/// Why admin paths may not be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AccessError {
    /// Anybody could break the cloud for the others.
    #[error(
        "{0} can be reached from other machines; give a token for the admin paths, or a loopback address"
    )]
    Open(SocketAddr),
    /// The token fits into no header.
    #[error("the admin token must be one or more printable ASCII characters without spaces")]
    Token,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use http::HeaderValue;

    use super::*;

    const HERE: [&str; 4] = ["127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "[::ffff:127.0.0.1]:1"];
    const ELSEWHERE: [&str; 4] = ["0.0.0.0:1", "[::]:1", "192.0.2.1:1", "[2001:db8::1]:1"];

    #[test]
    fn only_a_loopback_address_needs_no_token() {
        for address in HERE.map(|address| address.parse().unwrap()) {
            assert!(Access::new(address, None).unwrap().check(address).is_ok(), "{address}");
        }
        let here = Access::new(HERE[0].parse().unwrap(), None).unwrap();
        for address in ELSEWHERE.map(|address| address.parse().unwrap()) {
            assert!(Access::new(address, None).err() == Some(AccessError::Open(address)));
            assert!(Access::new(address, Some("t".into())).unwrap().check(address).is_ok(), "{address}");
            assert_eq!(here.check(address), Err(AccessError::Open(address)));
        }
        for token in ["", "two words", "tökén", "line\n"] {
            let refused = Access::new(HERE[0].parse().unwrap(), Some(token.to_owned())).err();
            assert!(refused == Some(AccessError::Token), "{token}");
        }
    }

    #[test]
    fn a_token_is_asked_for_wherever_there_is_one() {
        let access = Access::new(HERE[0].parse().unwrap(), Some("secret".into())).unwrap();
        let admits = |value: Option<&'static str>| {
            let value = value.map(|value| (AUTHORIZATION, HeaderValue::from_static(value)));
            access.admits(&HeaderMap::from_iter(value))
        };
        assert!(admits(Some("Bearer secret")));
        for value in
            [None, Some(""), Some("Bearer "), Some("Bearer secre"), Some("Bearer secrets"), Some("secret")]
        {
            assert!(!admits(value), "{value:?}");
        }
    }

    #[test]
    fn a_page_in_a_browser_is_nobody_here() {
        let access = Access::new(HERE[0].parse().unwrap(), None).unwrap();
        assert!(access.admits(&HeaderMap::new()));
        let page = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static("https://example.com"))]);
        assert!(!access.admits(&page));
    }
}
