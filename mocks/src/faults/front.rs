//! The same faults in front of a real service.
//!
//! Nothing of the service is ours but the way to it: a request is judged before it is sent, and the answer
//! is changed as it comes back. So a fault of quotas has nothing to squeeze here, and capacity is that of the
//! region asked.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::Response;
use http::header::{AUTHORIZATION, HOST};
use http::request::Parts;

use super::edits::Edits;
use super::occasion::Occasion;
use super::play::Play;
use super::refusal::Refusal;
use super::return_way::ReturnWay;
use super::ruling::{End, Ruling};
use super::script::Script;
use super::sever::Sever;
use super::state::FaultState;
use super::strikes::Strikes;
use crate::aws_json::Target;
use crate::bedrock::errand::ErrandSettings;
use crate::bedrock::model::ModelSpec;
use crate::bedrock::{Bedrock, errors};
use crate::caller::Caller;
use crate::chance::Chance;
use crate::clock::{self, Epoch};
use crate::dynamodb::{self, DYNAMODB};
use crate::error::ServiceError;
use crate::request_id::RequestId;
use crate::route;
use crate::scope::Scope;
use crate::service::Service;
use crate::sqs::{self, SQS};
use crate::stamp::stamp;
use crate::words::Words;

/// The region of a request that names none.
const NOWHERE: &str = "";

/// Faults between a client and a service.
pub struct Front {
    seed: u64,
    bedrock: Bedrock,
    faults: Play,
    epoch: Epoch,
    arrivals: AtomicU64,
}

impl Front {
    /// The faults of `script` in front of a Bedrock with these models, which are needed to aim at them by
    /// name. Windows count from `epoch`.
    pub fn new(seed: u64, models: Vec<ModelSpec>, script: Script, epoch: Epoch) -> Arc<Self> {
        Arc::new(Front {
            seed,
            bedrock: Bedrock::new(models, seed, ErrandSettings::default()),
            faults: Play::new(script),
            epoch,
            arrivals: AtomicU64::new(0),
        })
    }

    /// The faults in their order, with what they have done so far.
    pub fn faults(&self) -> Vec<FaultState> {
        self.faults.states(self.epoch.offset(clock::now()))
    }

    /// Judges a signed request before it is sent, and waits as long as faults delay it.
    ///
    /// What is no operation of a service that faults can aim at passes. If [`Strikes`] stand in the request's
    /// extensions, the faults that strike it are noted there.
    pub async fn judge(&self, head: &Parts, body: &[u8]) -> Passage {
        let chance = Chance::new(self.seed, self.arrivals.fetch_add(1, Ordering::Relaxed));
        let Some(asked) = self.asked(head, body) else {
            return self.open(Edits::default(), None);
        };
        let caller = Caller::of(head);
        let words = Words::new(&head.headers, body);
        let occasion = Occasion {
            at: self.epoch.offset(clock::now()),
            flow: caller.flow.as_deref(),
            service: asked.service,
            operation: asked.operation,
            model: asked.model,
            region: region(head).unwrap_or(NOWHERE),
            attempt: caller.attempt,
            words: &words,
        };
        let mut ruling = Ruling::noting(head.extensions.get().cloned());
        self.faults.judge(&mut ruling, &occasion, chance);
        let mut strikes = ruling.strikes().cloned();
        let end = match super::apply(&mut ruling).await {
            Err(end) => Err(end),
            Ok(()) => self.faults.capacity(&occasion, chance).map_err(|(refusal, fault)| {
                strikes.get_or_insert_default().decide(&fault);
                End::Refuse(refusal)
            }),
        };
        match end {
            Ok(()) => self.open(ruling.into_edits(), strikes),
            Err(End::Sever(sever)) => Passage::Cut(sever, strikes.unwrap_or_default()),
            Err(End::Refuse(refusal)) => {
                let way = ReturnWay::new(ruling.into_edits(), strikes, self.epoch);
                Passage::Refused(self.refused((asked.refused)(refusal), chance), way)
            }
        }
    }

    fn open(&self, edits: Edits, strikes: Option<Strikes>) -> Passage {
        Passage::Open(ReturnWay::new(edits, strikes, self.epoch))
    }

    /// What a request asks of which service, as far as faults go.
    fn asked(&self, head: &Parts, body: &[u8]) -> Option<Asked<'_>> {
        let service = route::service(head)?;
        match service {
            Service::Bedrock => {
                let question = self.bedrock.question(head, body).ok()?;
                let (operation, model) = (question.operation.name(), question.model.map(ModelSpec::name));
                Some(Asked { service, operation, model, refused: errors::refused })
            }
            Service::Sqs => {
                let (operation, _) = sqs::Operation::find(Target::of(head)?.operation)?;
                Some(Asked { service, operation, model: None, refused: |refusal| SQS.refused(refusal) })
            }
            Service::DynamoDb => {
                let (operation, _) = dynamodb::Operation::find(Target::of(head)?.operation)?;
                Some(Asked { service, operation, model: None, refused: |refusal| DYNAMODB.refused(refusal) })
            }
        }
    }

    /// An error in its dress.
    fn refused(&self, error: ServiceError, chance: Chance) -> Response<Bytes> {
        let mut response = Response::new(error.body());
        *response.status_mut() = error.status();
        *response.headers_mut() = error.headers();
        stamp(response.headers_mut(), RequestId::draw(chance), self.epoch.wall_at(clock::now()));
        response
    }
}

impl fmt::Debug for Front {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Front").field("faults", &self.faults()).finish_non_exhaustive()
    }
}

/// A request as faults aim at it.
struct Asked<'a> {
    service: Service,
    operation: &'static str,
    model: Option<&'a str>,
    /// How its service words a refusal.
    refused: fn(Refusal) -> ServiceError,
}

/// Whether a request gets past the faults, and what is to become of its answer.
#[derive(Debug)]
pub enum Passage {
    /// It is to be sent; the answer goes the way back.
    Open(ReturnWay),
    /// It is answered with this error, which goes the way back too, and is not sent.
    Refused(Response<Bytes>, ReturnWay),
    /// Its connection is cut, and it is not sent.
    Cut(Sever, Strikes),
}

/// The region that a request is signed for, or else addressed to.
fn region(head: &Parts) -> Option<&str> {
    let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    let signed = text(AUTHORIZATION).and_then(Scope::from_authorization);
    let host = || head.uri.host().or_else(|| text(HOST)).and_then(Scope::from_host);
    signed.or_else(host).map(|scope| scope.region)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use http::{HeaderMap, Request};
    use http_body_util::{BodyExt, Full};

    use super::super::{Downgrade, Fault, Kind, Throttle, WrongDate};
    use super::*;

    const PATH: &str = "https://bedrock-runtime.eu-west-1.amazonaws.com/model/acme.one/converse";

    fn front(kinds: Vec<Kind>) -> Arc<Front> {
        let faults = kinds.into_iter().map(|kind| Fault::new(kind.word(), kind)).collect();
        let epoch = Epoch::starting_at(UNIX_EPOCH + Duration::from_secs(784_111_777));
        Front::new(7, Vec::new(), Script::new(faults).unwrap(), epoch)
    }

    fn head(uri: &str) -> Parts {
        Request::post(uri).body(()).unwrap().into_parts().0
    }

    /// What comes back of a service's JSON answer, with the faults named in the end.
    async fn answer(
        kinds: Vec<Kind>,
        headers: &[(&'static str, &str)],
        body: &'static str,
    ) -> (HeaderMap, String, String) {
        let passage = front(kinds).judge(&head(PATH), b"{}").await;
        let Passage::Open(way) = passage else { panic!("{passage:?}") };
        let service = headers
            .iter()
            .fold(Response::builder(), |response, (name, value)| response.header(*name, *value));
        let response = way.answer(service.body(Full::new(Bytes::from_static(body.as_bytes()))).unwrap());
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let named = head.extensions.get::<Strikes>().map(|strikes| strikes.all().join(" "));
        (head.headers, String::from_utf8(body.to_vec()).unwrap(), named.unwrap_or_default())
    }

    #[tokio::test(start_paused = true)]
    async fn the_services_own_date_is_shifted() {
        let behind = || vec![Kind::WrongDate(WrongDate::Behind(Duration::from_secs(60)))];
        let (headers, _, named) = answer(behind(), &[("date", "Thu, 01 Jan 2026 00:01:30 GMT")], "{}").await;
        assert_eq!(
            (&headers["date"], named.as_str()),
            (&"Thu, 01 Jan 2026 00:00:30 GMT".parse().unwrap(), "wrong_date")
        );
        let (headers, ..) = answer(behind(), &[], "{}").await;
        assert_eq!(headers["date"], "Sun, 06 Nov 1994 08:48:37 GMT", "one that it would have said");
    }

    #[tokio::test(start_paused = true)]
    async fn a_downgrade_is_put_into_the_services_mouth() {
        let less = || vec![Kind::Downgrade(Downgrade::Tier)];
        let tier = "x-amzn-bedrock-service-tier";
        let (headers, _, named) = answer(less(), &[(tier, "priority")], "{}").await;
        assert_eq!((&headers[tier], named.as_str()), (&"default".parse().unwrap(), "downgrade"));
        let said = r#"{"stopReason":"end_turn","serviceTier":{"type":"priority"}}"#;
        let (headers, body, named) = answer(less(), &[("content-length", "59")], said).await;
        assert_eq!(body, r#"{"stopReason":"end_turn","serviceTier":{"type":"default"}}"#);
        assert_eq!(named, "downgrade");
        assert!(!headers.contains_key("content-length"), "it would be a lie");
        let (_, body, named) = answer(less(), &[], r#"{"stopReason":"end_turn"}"#).await;
        assert_eq!((body.as_str(), named.as_str()), (r#"{"stopReason":"end_turn"}"#, ""));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_wears_the_services_dress() {
        let front = front(vec![Kind::Throttle(Throttle::default())]);
        let Passage::Refused(response, _) = front.judge(&head(PATH), b"{}").await else {
            panic!("not refused")
        };
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["x-amzn-errortype"], "ThrottlingException");
        assert!(response.headers().contains_key("x-amzn-requestid"));
        assert!(response.headers().contains_key("date"));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_no_operation_passes() {
        let front = front(vec![Kind::Throttle(Throttle::default())]);
        let passage =
            front.judge(&head("https://bedrock.eu-west-1.amazonaws.com/foundation-models"), b"").await;
        assert!(matches!(passage, Passage::Open(_)));
        assert_eq!(front.faults()[0].matched, 0);
    }

    #[test]
    fn the_region_is_the_one_signed_for_or_else_addressed() {
        let signed = "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-west-2/bedrock/aws4_request, Signature=0";
        let cases =
            [(None, PATH, Some("eu-west-1")), (Some(signed), PATH, Some("us-west-2")), (None, "/", None)];
        for (authorization, uri, expected) in cases {
            let mut head = head(uri);
            if let Some(authorization) = authorization {
                head.headers.insert(AUTHORIZATION, authorization.parse().unwrap());
            }
            assert_eq!(region(&head), expected);
        }
    }
}
