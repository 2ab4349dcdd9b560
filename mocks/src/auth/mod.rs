//! Strict authentication: who signed, with which key, for what and when.
//!
//! Without it any credentials do, as befits a mock. With it a client meets what it would meet at AWS if
//! its key is wrong, its clock is off, or something between it and the service changes what it signed.

mod authorization;
mod canonical;
mod denial;
mod signature;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use subtle::ConstantTimeEq;
use thiserror::Error;

use crate::error::ServiceError;
use crate::service::Service;
use authorization::{Authorization, Incomplete};

/// How far a signature's time may be from the cloud's, either way.
const SKEW: Duration = Duration::from_secs(5 * 60);
/// The header that says when a request was signed.
pub(crate) const DATE: &str = "x-amz-date";
/// The header with the token of temporary keys.
const SECURITY_TOKEN: &str = "x-amz-security-token";
/// How SigV4 writes a time.
const BASIC_FORMAT: &str = "%Y%m%dT%H%M%SZ";
/// The characters of a time written so.
const BASIC_CHARS: usize = "20260101T000000Z".len();

/// A pair of keys, and the session token if they are temporary.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    id: String,
    secret: String,
    session_token: Option<String>,
}

impl AccessKey {
    /// A pair of keys.
    ///
    /// # Errors
    /// An empty part, or an id with a slash, a comma or a space in it, which no header could carry.
    pub fn new(
        id: impl Into<String>,
        secret: impl Into<String>,
        session_token: Option<String>,
    ) -> Result<Self, KeysError> {
        let key = AccessKey { id: id.into(), secret: secret.into(), session_token };
        let unfit = key.id.is_empty() || key.id.contains(['/', ',', ' ']);
        if unfit || key.secret.is_empty() || key.session_token.as_deref() == Some("") {
            return Err(KeysError::Key(key.id));
        }
        Ok(key)
    }
}

/// The keys that a strict cloud knows.
#[derive(Clone, Default)]
pub struct Keys {
    access_keys: Arc<[AccessKey]>,
    api_keys: Arc<[String]>,
}

impl Keys {
    /// These pairs of keys and these API keys, which clients send as bearer tokens.
    ///
    /// # Errors
    /// None at all, an access key id given twice, or an API key that is empty.
    pub fn new(access_keys: Vec<AccessKey>, api_keys: Vec<String>) -> Result<Self, KeysError> {
        if access_keys.is_empty() && api_keys.is_empty() {
            return Err(KeysError::None);
        }
        for (place, key) in access_keys.iter().enumerate() {
            if access_keys[..place].iter().any(|other| other.id == key.id) {
                return Err(KeysError::Twice(key.id.clone()));
            }
        }
        if api_keys.iter().any(String::is_empty) {
            return Err(KeysError::ApiKey);
        }
        Ok(Keys { access_keys: access_keys.into(), api_keys: api_keys.into() })
    }

    /// Lets a request to `service` in, if it is signed with one of the keys and its time is the cloud's, `now`.
    pub(crate) fn admit(
        &self,
        service: Service,
        head: &Parts,
        body: &[u8],
        now: SystemTime,
    ) -> Result<(), ServiceError> {
        let Some(header) = head.headers.get(AUTHORIZATION) else {
            return Err(denial::missing());
        };
        if let Some(given) = header.as_bytes().strip_prefix(b"Bearer ") {
            let known = self.api_keys.iter().fold(false, |known, key| known | same(given, key.as_bytes()));
            return if known { Ok(()) } else { Err(denial::unknown_bearer()) };
        }
        let header =
            header.to_str().map_err(|_| denial::incomplete("Authorization is no ASCII text".into()))?;
        let claim =
            Authorization::parse(header).map_err(|Incomplete(message)| denial::incomplete(message))?;
        let stamp = text(&head.headers, DATE).ok_or_else(|| denial::incomplete(undated(header)))?;
        let signed_at = signed_at(stamp).ok_or_else(|| denial::incomplete(misdated(stamp)))?;
        let key = self.find(claim.access_key_id, &head.headers).ok_or_else(denial::unknown_key)?;
        check_time(stamp, signed_at, now)?;
        check_scope(&claim, service, stamp)?;
        let expected = signature::expected(&claim, &key.secret, stamp, signed_at, head, body);
        match expected.is_some_and(|expected| same(expected.as_bytes(), claim.signature.as_bytes())) {
            true => Ok(()),
            false => Err(denial::mismatch()),
        }
    }

    /// The key with this id, if the session token sent is its own.
    fn find(&self, id: &str, headers: &HeaderMap) -> Option<&AccessKey> {
        let key = self.access_keys.iter().find(|key| key.id == id)?;
        let sent = text(headers, SECURITY_TOKEN);
        match (&key.session_token, sent) {
            (None, None) => Some(key),
            (Some(token), Some(sent)) if same(token.as_bytes(), sent.as_bytes()) => Some(key),
            _ => None,
        }
    }
}

/// It names no secret.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.access_keys.iter().map(|key| key.id.as_str()).collect();
        f.debug_struct("Keys").field("ids", &ids).field("api_keys", &self.api_keys.len()).finish()
    }
}

/// Why keys are of no use.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeysError {
    /// There is no key.
    #[error("strict authentication needs a key that it can let in")]
    None,
    /// An access key has an empty or unfit part.
    #[error("the access key `{0}` needs an id without slashes, commas and spaces, and a secret")]
    Key(String),
    /// An id is given twice.
    #[error("the access key `{0}` is given twice")]
    Twice(String),
    /// An API key is empty.
    #[error("an API key must not be empty")]
    ApiKey,
}

fn same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The time that a [`DATE`] says; none if it says no time.
pub(crate) fn signed_at(stamp: &str) -> Option<SystemTime> {
    // Every request has one, and a parser for any format at all costs as much as reading all other headers.
    let (date, time) = stamp.strip_suffix('Z')?.split_once('T').filter(|_| stamp.len() == BASIC_CHARS)?;
    let digits = |text: &str, range: Range<usize>| {
        let text = text.get(range)?;
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i16>().ok())?
    };
    let small = |text: &str, range| digits(text, range).and_then(|number| i8::try_from(number).ok());
    let date = Date::new(digits(date, 0..4)?, small(date, 4..6)?, small(date, 6..8)?).ok()?;
    let time = Time::new(small(time, 0..2)?, small(time, 2..4)?, small(time, 4..6)?, 0).ok()?;
    SystemTime::try_from(Offset::UTC.to_timestamp(DateTime::from_parts(date, time)).ok()?).ok()
}

fn basic(time: SystemTime) -> String {
    Timestamp::try_from(time).map_or_else(|_| String::new(), |time| time.strftime(BASIC_FORMAT).to_string())
}

fn undated(header: &str) -> String {
    format!(
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization={header}"
    )
}

fn misdated(stamp: &str) -> String {
    format!(
        "Date must be in ISO-8601 'basic format'. Got '{stamp}'. See http://en.wikipedia.org/wiki/ISO_8601"
    )
}

fn check_time(stamp: &str, signed_at: SystemTime, now: SystemTime) -> Result<(), ServiceError> {
    let (oldest, newest) = (now.checked_sub(SKEW).unwrap_or(now), now.checked_add(SKEW).unwrap_or(now));
    let (now, before, after) = (basic(now), basic(oldest), basic(newest));
    if signed_at < oldest {
        return Err(denial::invalid(format!(
            "Signature expired: {stamp} is now earlier than {before} ({now} - 5 min.)"
        )));
    }
    if signed_at > newest {
        return Err(denial::invalid(format!(
            "Signature not yet current: {stamp} is still later than {after} ({now} + 5 min.)"
        )));
    }
    Ok(())
}

fn check_scope(claim: &Authorization<'_>, service: Service, stamp: &str) -> Result<(), ServiceError> {
    let date = stamp.get(..8).unwrap_or(stamp);
    if claim.date != date {
        return Err(denial::invalid(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{date}', from '{stamp}'.",
            claim.date
        )));
    }
    if claim.service != service.name() {
        return Err(denial::invalid(format!("Credential should be scoped to correct service: '{service}'.")));
    }
    if !claim.signed_headers.split(';').any(|name| matches!(name, "host" | ":authority")) {
        return Err(denial::invalid(
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
