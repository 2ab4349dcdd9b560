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
use crate::bedrock::errand::ErrandSettings;
use crate::bedrock::model::ModelSpec;
use crate::bedrock::{Bedrock, errors};
use crate::caller::Caller;
use crate::chance::Chance;
use crate::clock::{self, Epoch};
use crate::request_id;
use crate::scope::Scope;
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
    /// What is no operation of Bedrock Runtime passes. If [`Strikes`] stand in the request's extensions, the
    /// faults that strike it are noted there.
    pub async fn judge(&self, head: &Parts, body: &[u8]) -> Passage {
        let chance = Chance::new(self.seed, self.arrivals.fetch_add(1, Ordering::Relaxed));
        let Ok(question) = self.bedrock.question(head, body) else {
            return self.open(Edits::default(), None);
        };
        let caller = Caller::of(head);
        let words = Words::new(&head.headers, body);
        let occasion = Occasion {
            at: self.epoch.offset(clock::now()),
            flow: caller.flow.as_deref(),
            operation: question.operation.name(),
            model: question.model.map(ModelSpec::name),
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
                Passage::Refused(self.refused(refusal, chance), way)
            }
        }
    }

    fn open(&self, edits: Edits, strikes: Option<Strikes>) -> Passage {
        Passage::Open(ReturnWay::new(edits, strikes, self.epoch))
    }

    /// The error in the service's own words and dress.
    fn refused(&self, refusal: Refusal, chance: Chance) -> Response<Bytes> {
        let error = errors::refused(refusal);
        let mut response = Response::new(error.body());
        *response.status_mut() = error.status();
        *response.headers_mut() = error.headers();
        stamp(response.headers_mut(), &request_id::draw(chance), self.epoch.wall_at(clock::now()));
        response
    }
}

impl fmt::Debug for Front {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Front").field("faults", &self.faults()).finish_non_exhaustive()
    }
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
