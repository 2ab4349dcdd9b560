//! The cloud: one request in, one paced answer out.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::auth::Keys;
use crate::bedrock::tier::Served;
use crate::bedrock::{Bedrock, errors};
use crate::body::CloudBody;
use crate::caller::Caller;
use crate::chance::Chance;
use crate::clock::{self, Epoch};
use crate::entry::Entry;
use crate::error::ServiceError;
use crate::faults::{self, End, Fault, FaultState, Occasion, Play, ScriptError, Sever};
use crate::ledger::{FaultHit, LedgerSink};
use crate::regions::Regions;
use crate::reply::Reply;
use crate::request_id;
use crate::route::{Route, Service};
use crate::spec::CloudSpec;
use crate::stamp::stamp;
use crate::words::Words;

/// A running cloud.
///
/// Exchanges share nothing but the count of arrivals, the faults' own counts and the ledger, so none
/// waits for another.
pub struct Cloud {
    seed: u64,
    regions: Regions,
    bedrock: Bedrock,
    faults: Play,
    keys: Option<Keys>,
    epoch: Epoch,
    ledger: Arc<dyn LedgerSink>,
    arrivals: AtomicU64,
}

impl Cloud {
    /// A cloud that starts at `epoch` and notes every exchange in `ledger`.
    pub fn new(spec: CloudSpec, epoch: Epoch, ledger: impl LedgerSink) -> Arc<Self> {
        Arc::new(Cloud {
            seed: spec.seed,
            regions: spec.regions,
            bedrock: Bedrock::new(spec.models),
            faults: Play::new(spec.faults),
            keys: spec.keys,
            epoch,
            ledger: Arc::new(ledger),
            arrivals: AtomicU64::new(0),
        })
    }

    /// Answers a request: at once with an error or the head of a stream, or when a whole answer is there.
    ///
    /// Whatever the request, there is an answer. Dropping the future, or a stream before its end, is
    /// hanging up, and is noted so. A [`FaultHit`] stands in the extensions if a fault struck.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<CloudBody> {
        let (head, body) = request.into_parts();
        self.exchange(&head, Ok(body)).await
    }

    /// Answers a request whose body a door could not take in.
    pub(crate) async fn turn_away(&self, head: &Parts, error: ServiceError) -> Response<CloudBody> {
        self.exchange(head, Err(error)).await
    }

    /// Adds faults behind those that are there.
    ///
    /// # Errors
    /// A name that is empty or taken; then none of them is added.
    pub fn add_faults(&self, faults: Vec<Fault>) -> Result<(), ScriptError> {
        self.faults.add(faults)
    }

    /// Takes a fault away, and tells whether it was there.
    pub fn remove_fault(&self, name: &str) -> bool {
        self.faults.remove(name)
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.faults.clear();
    }

    /// The faults in the order in which they speak, with what they have done so far.
    pub fn faults(&self) -> Vec<FaultState> {
        self.faults.states(self.now())
    }

    /// Puts everything back as it was at the start: the spec's faults, with their windows counted from
    /// now and nothing struck yet, and the first request's number and chance.
    pub fn reset(&self) {
        self.arrivals.store(0, Ordering::Relaxed);
        self.faults.restart(self.now());
    }

    /// Whether faults refuse all connections at present, so that a door can close its listening socket.
    pub fn refusal(&self) -> RefusalState {
        let now = clock::now();
        let (refusing, changes_in) = self.faults.refuses(self.epoch.offset(now));
        RefusalState { refusing, until: changes_in.map(|wait| clock::later(now, wait)) }
    }

    /// Tells of every change of the faults under way, upon which [`Cloud::refusal`] is to be asked again.
    pub fn fault_changes(&self) -> watch::Receiver<u64> {
        self.faults.changes()
    }

    fn now(&self) -> Duration {
        self.epoch.offset(clock::now())
    }

    async fn exchange(&self, head: &Parts, body: Result<Bytes, ServiceError>) -> Response<CloudBody> {
        let arrived = clock::now();
        let number = self.arrivals.fetch_add(1, Ordering::Relaxed);
        let chance = Chance::new(self.seed, number);
        let mut entry = Entry::open(number, Caller::of(head), arrived, self.epoch, self.ledger.clone());
        entry.exchange.request_id = request_id::draw(chance);
        entry.exchange.request_bytes = body.as_ref().map_or(0, |body| body.len() as u64);
        let arrival = Arrival { head, body, at: self.epoch.offset(arrived), chance };
        match self.decide(arrival, &mut entry).await {
            Ok(reply) => self.send(reply, entry).await,
            Err(Instead::Answer(error)) => self.send(Reply::from(error), entry).await,
            Err(Instead::Sever(sever)) => severed(sever, entry),
        }
    }

    /// Finds out what to answer, waiting only as long as faults delay it.
    async fn decide(&self, arrival: Arrival<'_>, entry: &mut Entry) -> Result<Reply, Instead> {
        let route = Route::of(arrival.head, &self.regions)?;
        entry.exchange.service = Some(route.service.name());
        entry.exchange.region = Some(route.region.clone());
        match route.service {
            Service::Bedrock => self.ask_bedrock(arrival, &route.region, entry).await,
        }
    }

    /// Refuses who is not known, before a fault can strike. A body that was not taken in has an error of its own.
    fn admit(&self, arrival: &Arrival<'_>) -> Result<(), ServiceError> {
        match (&self.keys, &arrival.body) {
            (Some(keys), Ok(body)) => keys.admit(arrival.head, body, self.epoch.wall_at(clock::now())),
            _ => Ok(()),
        }
    }

    async fn ask_bedrock(
        &self,
        arrival: Arrival<'_>,
        region: &Arc<str>,
        entry: &mut Entry,
    ) -> Result<Reply, Instead> {
        let question = self.bedrock.question(arrival.head)?;
        let exchange = &mut entry.exchange;
        exchange.operation = Some(question.operation.name());
        exchange.model = Some(question.model_id.clone());
        self.admit(&arrival)?;
        let words = Words::new(&arrival.head.headers, arrival.body.as_deref().unwrap_or_default());
        let occasion = Occasion {
            at: arrival.at,
            flow: exchange.flow.as_deref(),
            operation: question.operation.name(),
            model: question.model.map(|model| model.name()),
            region,
            attempt: exchange.attempt,
            words: &words,
        };
        let mut ruling = self.faults.judge(&occasion, arrival.chance);
        exchange.fault = ruling.fault().cloned();
        faults::apply(&mut ruling).await?;
        let ask = question.read(&arrival.body.clone()?)?;
        self.faults.capacity(&occasion, arrival.chance).map_err(|(refusal, fault)| {
            exchange.fault = Some(fault);
            errors::refused(refusal)
        })?;
        let served = Served::as_asked(&ask, region.clone());
        Ok(question.answer(&ask, &served, arrival.chance)?)
    }

    /// Sends a reply, whose time counts from now: at once if it is a stream, or else when it is whole.
    async fn send(&self, reply: Reply, mut entry: Entry) -> Response<CloudBody> {
        let began = clock::now();
        entry.exchange.error_type = reply.error_type;
        entry.exchange.input_tokens = reply.usage.map(|usage| usage.input_tokens);
        entry.exchange.output_tokens = reply.usage.map(|usage| usage.output_tokens);
        clock::reach(clock::later(began, reply.content.ready_after())).await;
        entry.exchange.status = Some(reply.status.as_u16());
        let mut headers = reply.headers;
        stamp(&mut headers, &entry.exchange.request_id, self.epoch.wall_at(clock::now()));
        let fault = entry.exchange.fault.clone();
        let mut response = Response::new(reply.content.into_body(began, entry));
        *response.status_mut() = reply.status;
        *response.headers_mut() = headers;
        if let Some(fault) = fault {
            response.extensions_mut().insert(FaultHit(fault));
        }
        response
    }
}

/// What is sent instead of an answer.
enum Instead {
    /// An error.
    Answer(ServiceError),
    /// Nothing: the door cuts the connection.
    Sever(Sever),
}

impl From<ServiceError> for Instead {
    fn from(error: ServiceError) -> Self {
        Instead::Answer(error)
    }
}

impl From<End> for Instead {
    fn from(end: End) -> Self {
        match end {
            End::Refuse(refusal) => Instead::Answer(errors::refused(refusal)),
            End::Sever(sever) => Instead::Sever(sever),
        }
    }
}

/// Whether faults refuse all connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusalState {
    /// Whether they do at present.
    pub refusing: bool,
    /// When to ask again, unless the faults are changed before: a window may open or close then.
    pub until: Option<Instant>,
}

/// A response that no client sees: the door cuts the connection for it.
fn severed(sever: Sever, entry: Entry) -> Response<CloudBody> {
    let fault = entry.exchange.fault.clone();
    let mut response = Response::new(CloudBody::whole(Bytes::new()));
    response.extensions_mut().insert(sever);
    if let Some(fault) = fault {
        response.extensions_mut().insert(FaultHit(fault));
    }
    entry.sever();
    response
}

/// A request that has arrived, as far as it got in.
struct Arrival<'a> {
    head: &'a Parts,
    body: Result<Bytes, ServiceError>,
    /// When, as an offset from the epoch.
    at: Duration,
    chance: Chance,
}
