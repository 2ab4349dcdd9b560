//! The cloud: one request in, one paced answer out.
//!
//! What all services share is here; `cloud/` has each service's own way in.

mod arrival;
mod bedrock;
mod dynamodb;
mod gate;
mod instead;
mod sqs;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Request, Response};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::auth::Keys;
use crate::bedrock::Bedrock;
use crate::bedrock::quota::Accounts;
use crate::bedrock::serving::Serving;
use crate::body::CloudBody;
use crate::caller::Caller;
use crate::chance::Chance;
use crate::clock::{self, Epoch};
use crate::digest::BodyDigest;
use crate::dynamodb::DynamoDb;
use crate::entry::Entry;
use crate::error::{RETRY_AFTER, ServiceError};
use crate::faults::{Edits, Fault, FaultState, Play, Ruling, ScriptError, Sever, Strikes};
use crate::ledger::{FaultHit, LedgerSink};
use crate::regions::Regions;
use crate::reply::Reply;
use crate::request_id::RequestId;
use crate::route::Route;
use crate::service::Service;
use crate::spec::{CloudSpec, Start};
use crate::sqs::Sqs;
use crate::stamp::stamp;
use arrival::Arrival;
use instead::Instead;

/// A running cloud.
///
/// Exchanges share nothing but the count of arrivals, the faults' own counts, the ledger and what a service
/// keeps for all of them, so none waits for another but at one queue.
pub struct Cloud {
    seed: u64,
    regions: Regions,
    bedrock: Bedrock,
    dynamodb: DynamoDb,
    serving: Serving,
    accounts: Accounts,
    sqs: Sqs,
    faults: Play,
    keys: Option<Keys>,
    given: Epoch,
    /// Where its time starts, once it does.
    began: OnceLock<Epoch>,
    ledger: Arc<dyn LedgerSink>,
    arrivals: AtomicU64,
}

impl Cloud {
    /// A cloud that starts at `epoch` and notes every exchange in `ledger`.
    pub fn new(spec: CloudSpec, epoch: Epoch, ledger: impl LedgerSink) -> Arc<Self> {
        Arc::new(Cloud {
            seed: spec.seed,
            serving: Serving::new(spec.accounts.clone(), &spec.regions, &spec.models),
            accounts: spec.accounts,
            sqs: Sqs::default(),
            dynamodb: DynamoDb::new(&spec.regions),
            regions: spec.regions,
            bedrock: Bedrock::new(spec.models, spec.seed, spec.errands).answering(spec.rules),
            faults: Play::new(spec.faults),
            keys: spec.keys,
            given: epoch,
            began: match spec.start {
                Start::AtEpoch => OnceLock::from(epoch),
                Start::AtFirstRequest => OnceLock::new(),
            },
            ledger: Arc::new(ledger),
            arrivals: AtomicU64::new(0),
        })
    }

    /// Answers a request: at once with an error or the head of a stream, or when a whole answer is there.
    ///
    /// Whatever the request, there is an answer. Dropping the future, or a stream before its end, is
    /// hanging up, and is noted so. A [`FaultHit`] stands in the response's extensions if a fault struck, and
    /// [`Strikes`] where those are noted that strike while the body is read. If [`Strikes`] stand in the
    /// request's extensions, all of them are noted there, even where no response comes of it; and if a
    /// [`Sever`] stands in the response's, the connection is to be cut.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<CloudBody> {
        let (head, body) = request.into_parts();
        self.exchange(&head, Ok(body)).await
    }

    /// Answers a request as [`Cloud::handle`] does, whose head the door keeps.
    pub(crate) fn take_up(
        &self,
        head: &Parts,
        body: Bytes,
    ) -> impl Future<Output = Response<CloudBody>> + Send {
        self.exchange(head, Ok(body))
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
    /// now and nothing struck yet, unused quotas, no tables, no queues, and the first request's number and chance.
    pub fn reset(&self) {
        self.arrivals.store(0, Ordering::Relaxed);
        self.faults.restart(self.now());
        self.bedrock.reset();
        self.dynamodb.reset();
        self.serving.reset();
        self.sqs.reset();
    }

    /// Whether faults refuse all connections at present, so that a door can close its listening socket.
    pub fn refusal(&self) -> RefusalState {
        let now = clock::now();
        let (refusing, changes_in) = self.faults.refuses(self.offset(now));
        RefusalState { refusing, until: changes_in.map(|wait| clock::later(now, wait)) }
    }

    /// Tells of every change of the faults under way, upon which [`Cloud::refusal`] is to be asked again.
    pub fn fault_changes(&self) -> watch::Receiver<u64> {
        self.faults.changes()
    }

    fn now(&self) -> Duration {
        self.offset(clock::now())
    }

    /// Where its time started; where it was told to wait for a first request and none has come, not yet.
    pub fn began(&self) -> Option<Epoch> {
        self.began.get().copied()
    }

    /// How long after its start `instant` is; zero before it has one.
    fn offset(&self, instant: Instant) -> Duration {
        self.began.get().map_or(Duration::ZERO, |epoch| epoch.offset(instant))
    }

    /// Its epoch, which starts now unless it has started before.
    fn start(&self, now: Instant) -> Epoch {
        *self.began.get_or_init(|| {
            self.faults.look_again();
            self.given.moved_to(now)
        })
    }

    async fn exchange(&self, head: &Parts, body: Result<Bytes, ServiceError>) -> Response<CloudBody> {
        let arrived = clock::now();
        let number = self.arrivals.fetch_add(1, Ordering::Relaxed);
        let chance = Chance::new(self.seed, number);
        let epoch = self.start(arrived);
        let mut entry = Entry::open(number, Caller::of(head), arrived, epoch, self.ledger.clone());
        entry.exchange.request_id = RequestId::draw(chance);
        entry.exchange.request_bytes = body.as_ref().map_or(0, |body| body.len() as u64);
        entry.exchange.body_digest = body.as_deref().ok().map(BodyDigest::of);
        let arrival = Arrival { head, body, at: epoch.offset(arrived), chance };
        let mut ruling = Ruling::noting(head.extensions.get().cloned());
        let reply = match self.decide(arrival, &mut ruling, &mut entry).await {
            Ok(reply) => reply,
            Err(Instead::Answer(error)) => Reply::from(error),
            Err(Instead::Sever(sever)) => return severed(sever, entry),
        };
        self.send(reply, ruling.into_edits(), entry).await
    }

    /// Finds out what to answer, waiting only as long as faults delay it. What they would change of the
    /// answer is left in `ruling`.
    async fn decide(
        &self,
        arrival: Arrival<'_>,
        ruling: &mut Ruling,
        entry: &mut Entry,
    ) -> Result<Reply, Instead> {
        let route = Route::of(arrival.head, &self.regions)?;
        entry.exchange.service = Some(route.service.name());
        entry.exchange.region = Some(route.region.clone());
        match route.service {
            Service::Bedrock => self.ask_bedrock(arrival, &route.region, ruling, entry).await,
            Service::Sqs => self.ask_sqs(arrival, &route, ruling, entry).await,
            Service::DynamoDb => self.ask_dynamodb(arrival, &route, ruling, entry).await,
        }
    }

    /// Refuses who is not known, before a fault can strike. A body that was not taken in has an error of its own.
    fn admit(&self, service: Service, arrival: &Arrival<'_>) -> Result<(), ServiceError> {
        match (&self.keys, &arrival.body) {
            (Some(keys), Ok(body)) => {
                keys.admit(service, arrival.head, body, self.given.wall_at(clock::now()))
            }
            _ => Ok(()),
        }
    }

    /// Sends a reply, whose time counts from now: at once if it is a stream, or else when it is whole.
    async fn send(&self, reply: Reply, edits: Edits, mut entry: Box<Entry>) -> Response<CloudBody> {
        let began = clock::now();
        let takes = reply.content.ready_after();
        entry.exchange.error_type = reply.error_type;
        entry.exchange.input_tokens = reply.usage.map(|usage| usage.input_tokens);
        entry.exchange.output_tokens = reply.usage.map(|usage| usage.output_tokens);
        entry.exchange.cache_read_tokens = cached(reply.usage.map(|usage| usage.cache_read_tokens));
        entry.exchange.cache_write_tokens = cached(reply.usage.map(|usage| usage.cache_write_tokens));
        let ready = match takes.is_zero() {
            true => began,
            false => {
                clock::reach(clock::later(began, takes)).await;
                clock::now()
            }
        };
        entry.answer(reply.status, ready);
        let mut headers = reply.headers;
        entry.exchange.retry_after_ms = headers.get(RETRY_AFTER).and_then(milliseconds);
        stamp(&mut headers, entry.exchange.request_id, edits.date(self.given.wall_at(ready)));
        let strikes = entry.strikes.clone();
        let mut response = Response::new(reply.content.into_body(began, entry, edits.body()));
        *response.status_mut() = reply.status;
        *response.headers_mut() = headers;
        tell(&mut response, strikes);
        response
    }
}

/// Leaves word in a response of the faults that struck it, and of where those will be noted that are yet to.
fn tell(response: &mut Response<CloudBody>, strikes: Option<Strikes>) {
    let extensions = response.extensions_mut();
    if let Some(strikes) = strikes {
        if let Some(fault) = strikes.fault() {
            extensions.insert(FaultHit(fault));
        }
        extensions.insert(strikes);
    }
}

/// How long an answer asks its client to wait; none where a fault has it say no number.
fn milliseconds(header: &HeaderValue) -> Option<u64> {
    header.to_str().ok()?.parse().ok()
}

/// Tokens that a prompt cache had part in; most requests know no cache, and their entries say nothing of it.
fn cached(tokens: Option<u32>) -> Option<u32> {
    tokens.filter(|&tokens| tokens > 0)
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
fn severed(sever: Sever, entry: Box<Entry>) -> Response<CloudBody> {
    let mut response = Response::new(CloudBody::whole(Bytes::new()));
    response.extensions_mut().insert(sever);
    tell(&mut response, entry.strikes.clone());
    entry.sever();
    response
}
