//! A door of its own for those who run the cloud: its health, its faults and its ledger.
//!
//! It has another port than the cloud, so that no path of a service can be taken for one of these and a
//! fault that closes the cloud's port leaves this one open. The words for faults are the scenario's; this
//! crate knows no scenarios, so whoever serves it brings the reader.

mod access;
mod call;

use std::sync::Arc;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};
use thiserror::Error;
use tokio::net::TcpListener;

use crate::body::CloudBody;
use crate::cloud::Cloud;
use crate::faults::{Fault, ScriptError};
use crate::ledger::{Extract, Ledger, Verdict};
use crate::server::{self, Handler, Limits, Refused, ServerError};
pub use access::{Access, AccessError};
use call::{Call, NoCall, PATHS};

const NEXT: HeaderName = HeaderName::from_static("x-bedload-next");
const MISSED: HeaderName = HeaderName::from_static("x-bedload-missed");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const JSON_LINES: HeaderValue = HeaderValue::from_static("application/jsonl");

/// Serves the admin paths of `cloud` and `ledger` at `listener`, until `shutdown` is there.
///
/// `reader` makes faults of a request's body, or says what is wrong with it.
///
/// # Errors
/// An access that asks for no token at an address that others may reach; a listener that fails, as in
/// [`server::serve`].
pub async fn serve(
    listener: TcpListener,
    access: Access,
    cloud: Arc<Cloud>,
    ledger: Arc<Ledger>,
    reader: impl Fn(&[u8]) -> Result<Vec<Fault>, String> + Send + Sync + 'static,
    shutdown: impl Future<Output = ()>,
) -> Result<(), AdminError> {
    access.check(listener.local_addr().map_err(ServerError::Accept)?)?;
    let admin = Admin { access, cloud, ledger, reader: Box::new(reader) };
    Ok(server::open(Arc::new(admin), None, listener, shutdown).await?)
}

/// Why admin paths are not, or no longer, served.
#[derive(Debug, Error)]
pub enum AdminError {
    /// The address needs a token.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The listener failed.
    #[error(transparent)]
    Server(#[from] ServerError),
}

type Reader = Box<dyn Fn(&[u8]) -> Result<Vec<Fault>, String> + Send + Sync>;

struct Admin {
    access: Access,
    cloud: Arc<Cloud>,
    ledger: Arc<Ledger>,
    reader: Reader,
}

impl Handler for Admin {
    const LIMITS: Limits = Limits::ADMIN;

    async fn answer(&self, head: &Parts, body: Bytes) -> Response<CloudBody> {
        if !self.access.admits(&head.headers) {
            return denied();
        }
        match Call::of(&head.method, &head.uri) {
            Ok(call) => self.carry_out(call, &body),
            Err(why) => no_call(why),
        }
    }

    async fn refuse(&self, head: &Parts, why: Refused) -> Response<CloudBody> {
        if !self.access.admits(&head.headers) {
            return denied();
        }
        match why {
            Refused::TooLarge => mistake(
                StatusCode::PAYLOAD_TOO_LARGE,
                &format!("the body is over {} bytes", Self::LIMITS.body_bytes),
                "add faults in several requests",
            ),
            Refused::TooSlow => mistake(
                StatusCode::REQUEST_TIMEOUT,
                "the body did not arrive in time",
                "send as many bytes as content-length says",
            ),
        }
    }
}

impl Admin {
    fn carry_out(&self, call: Call, body: &[u8]) -> Response<CloudBody> {
        match call {
            Call::Paths => paths(),
            Call::Health => self.health(),
            Call::Faults => self.faults(StatusCode::OK),
            Call::AddFaults => self.add_faults(body),
            Call::ClearFaults => {
                self.cloud.clear_faults();
                self.faults(StatusCode::OK)
            }
            Call::RemoveFault(name) if self.cloud.remove_fault(&name) => self.faults(StatusCode::OK),
            Call::RemoveFault(name) => mistake(
                StatusCode::NOT_FOUND,
                &format!("there is no fault `{name}`"),
                "GET /faults lists their names",
            ),
            Call::Ledger { since, limit } => lines(&self.ledger.ring().since(since, limit)),
            Call::Reset => {
                self.cloud.reset();
                self.ledger.ring().forget();
                self.health()
            }
        }
    }

    fn add_faults(&self, body: &[u8]) -> Response<CloudBody> {
        let next = "write faults as under a scenario's `faults:`, in JSON or YAML";
        match (self.reader)(body).map(|faults| self.cloud.add_faults(faults)) {
            Ok(Ok(())) => self.faults(StatusCode::CREATED),
            Ok(Err(error @ ScriptError::NameTwice(_))) => mistake(
                StatusCode::CONFLICT,
                &error.to_string(),
                "give another name, or DELETE /faults/{name} first; nothing was added",
            ),
            Ok(Err(error)) => mistake(StatusCode::BAD_REQUEST, &error.to_string(), next),
            Err(error) => mistake(StatusCode::BAD_REQUEST, &error, next),
        }
    }

    fn faults(&self, status: StatusCode) -> Response<CloudBody> {
        document(status, &json!({ "faults": self.cloud.faults() }))
    }

    fn health(&self) -> Response<CloudBody> {
        let ring = self.ledger.ring();
        let verdicts: serde_json::Map<String, Value> =
            ring.counts().map(|(verdict, count)| (Verdict::name(verdict).to_owned(), count.into())).collect();
        let exchanges: u64 = ring.counts().map(|(_, count)| count).sum();
        document(
            StatusCode::OK,
            &json!({
                "status": "serving",
                "refusing_connections": self.cloud.refusal().refusing,
                "faults": self.cloud.faults().len(),
                "exchanges": exchanges,
                "verdicts": verdicts,
                "lost_by_journal": self.ledger.lost(),
            }),
        )
    }
}

fn paths() -> Response<CloudBody> {
    let about =
        PATHS.map(|(path, methods, about)| json!({ "path": path, "methods": methods, "about": about }));
    document(StatusCode::OK, &json!({ "paths": about }))
}

fn lines(extract: &Extract) -> Response<CloudBody> {
    let mut body = Vec::new();
    for exchange in &extract.exchanges {
        match serde_json::to_vec(exchange) {
            Ok(line) => body.extend_from_slice(&line),
            Err(error) => return broken(&error),
        }
        body.push(b'\n');
    }
    let mut response = respond(StatusCode::OK, JSON_LINES, body);
    response.headers_mut().insert(NEXT, extract.next.into());
    response.headers_mut().insert(MISSED, extract.missed.into());
    response
}

fn denied() -> Response<CloudBody> {
    mistake(
        StatusCode::FORBIDDEN,
        "the admin paths are not open to this request",
        "send `authorization: Bearer` and the token that the mock was started with; without a token, from a \
         tool on the same machine and not from a page in a browser",
    )
}

fn no_call(why: NoCall) -> Response<CloudBody> {
    match why {
        NoCall::Path => mistake(StatusCode::NOT_FOUND, "there is no such path", "GET / lists the paths"),
        NoCall::Parameter(pair) => mistake(
            StatusCode::BAD_REQUEST,
            &format!("`{pair}` is no parameter of this path"),
            "give since= and limit=, each with a whole number",
        ),
        NoCall::Method(methods) => {
            let next = format!("use {methods}");
            let mut response =
                mistake(StatusCode::METHOD_NOT_ALLOWED, "the path is not for that method", &next);
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
            response
        }
    }
}

fn mistake(status: StatusCode, error: &str, next: &str) -> Response<CloudBody> {
    document(status, &json!({ "error": error, "next": next }))
}

fn document(status: StatusCode, document: &impl Serialize) -> Response<CloudBody> {
    match serde_json::to_vec_pretty(document) {
        Ok(mut body) => {
            body.push(b'\n');
            respond(status, JSON, body)
        }
        Err(error) => broken(&error),
    }
}

fn broken(error: &serde_json::Error) -> Response<CloudBody> {
    respond(StatusCode::INTERNAL_SERVER_ERROR, JSON, json!({ "error": error.to_string() }).to_string())
}

fn respond(status: StatusCode, content_type: HeaderValue, body: impl Into<Bytes>) -> Response<CloudBody> {
    let mut response = Response::new(CloudBody::whole(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
