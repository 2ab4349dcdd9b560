//! Asynchronous invocations: StartAsyncInvoke, GetAsyncInvoke and ListAsyncInvokes.
//!
//! Each region has its own. An invocation takes as long as the model's behaviour says an answer takes, by
//! the cloud's clock, and then has completed, or failed if it was drawn to. Any model of the cloud may be
//! asked; the real service offers the operation for a few only, and nobody has written down what it tells
//! the others.
//!
//! If the cloud was given a folder that stands for S3, the output is written there when the invocation ends,
//! on a thread of its own, and the invocation has completed once the files are there; if they cannot be
//! written, it has failed. Without a folder nothing is written.
//!
//! Unlike the exchanges with models, these share something: a region's list of invocations, behind a lock
//! that is held for a look at it.

mod arn;
mod invocation;
mod list;
mod output;
mod s3;
mod shelf;
mod start;
mod status;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::answer::{Answer, Saying};
use super::ask::Ask;
use super::errors;
use super::exception::Exception;
use super::model::ModelSpec;
use super::prompt_cache::CacheUse;
use crate::chance::{Chance, Label};
use crate::clock::{self, Epoch};
use crate::error::ServiceError;
use crate::faults::Share;
use crate::reply::{Content, Reply};
use invocation::{Invocation, Outcome};
use list::List;
use output::Product;
use shelf::{Known, Shelf};
pub(crate) use start::Named;

const ID: Label = Label::new("async-invocation");
const OUTCOME: Label = Label::new("async-outcome");

/// Where and when an operation is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment<'a> {
    /// The region asked.
    pub region: &'a Arc<str>,
    /// The time of asking.
    pub now: Instant,
    /// Where the cloud's time starts.
    pub epoch: Epoch,
    /// The chance of the exchange.
    pub chance: Chance,
}

/// How asynchronous invocations go.
#[derive(Clone, Debug)]
pub(crate) struct AsyncSettings {
    /// The folder that stands for S3.
    pub s3_folder: Option<Arc<Path>>,
    /// The share of invocations that fail.
    pub failing: Share,
}

impl Default for AsyncSettings {
    /// Nothing is written, and none fails.
    fn default() -> Self {
        AsyncSettings { s3_folder: None, failing: Share::NONE }
    }
}

type Shelves = Mutex<BTreeMap<Arc<str>, Shelf>>;

/// All invocations of a cloud.
pub(crate) struct AsyncInvokes {
    seed: u64,
    settings: AsyncSettings,
    shelves: Arc<Shelves>,
}

impl AsyncInvokes {
    /// No invocations yet.
    pub(crate) fn new(seed: u64, settings: AsyncSettings) -> Self {
        AsyncInvokes { seed, settings, shelves: Arc::default() }
    }

    /// Forgets all invocations.
    pub(crate) fn clear(&self) {
        shelves(&self.shelves).clear();
    }

    /// The answer to StartAsyncInvoke.
    pub(crate) fn start(
        &self,
        body: &[u8],
        model: Option<&ModelSpec>,
        moment: &Moment<'_>,
    ) -> Result<Reply, ServiceError> {
        let start = start::read(body)?;
        let model = model.ok_or_else(errors::unknown_model)?;
        let mut shelves = shelves(&self.shelves);
        let shelf = shelves.entry(moment.region.clone()).or_default();
        match shelf.knows(&start) {
            Known::Repeated(id) => return Ok(started(moment.region, id)),
            Known::Conflicting => return Err(conflict()),
            Known::New => {}
        }
        if !shelf.make_room(moment.now) {
            return Err(full());
        }
        let invocation = self.begin(start, model, shelf, moment);
        let reply = started(moment.region, &invocation.id);
        shelf.add(invocation);
        Ok(reply)
    }

    /// The answer to GetAsyncInvoke.
    pub(crate) fn get(&self, invocation_arn: &str, moment: &Moment<'_>) -> Result<Reply, ServiceError> {
        let id = arn::id_in(invocation_arn, moment.region).ok_or_else(unknown_invocation)?;
        let shelves = shelves(&self.shelves);
        let invocation = shelves.get(moment.region).and_then(|shelf| shelf.get(id));
        let told = invocation.map(|invocation| invocation.tell(moment.region, moment.epoch, moment.now));
        told.map(|told| at_once(&told)).ok_or_else(unknown_invocation)
    }

    /// The answer to ListAsyncInvokes.
    pub(crate) fn list(&self, query: &str, moment: &Moment<'_>) -> Result<Reply, ServiceError> {
        let list = List::read(query, moment.region, self.seed)?;
        let shelves = shelves(&self.shelves);
        let none = Shelf::default();
        Ok(at_once(&list.page(shelves.get(moment.region).unwrap_or(&none), moment)))
    }

    /// Decides how an invocation goes, and sees to its output.
    fn begin(
        &self,
        start: start::Start,
        model: &ModelSpec,
        shelf: &Shelf,
        moment: &Moment<'_>,
    ) -> Invocation {
        let mut ids = moment.chance.stream(ID);
        let id = loop {
            let id = arn::draw_id(&mut ids);
            if !shelf.has(&id) {
                break id;
            }
        };
        let (ask, cached) = (Ask::default(), CacheUse::default());
        let takes =
            Answer::to(&ask, model.behaviour(), model.thoughts(), Saying::Essay, cached, moment.chance)
                .done_at();
        let mut invocation = Invocation {
            id,
            model_arn: arn::of_model(moment.region, model.id()),
            token: start.token,
            digest: start.digest,
            output: start.output,
            submitted: moment.now,
            ends: clock::later(moment.now, takes),
            outcome: Outcome::Completes,
        };
        if self.settings.failing.draw(&mut moment.chance.stream(OUTCOME)) {
            invocation.outcome = Outcome::Fails(Exception::InternalServer.message().into());
        } else if let Some(root) = &self.settings.s3_folder {
            invocation.outcome = Outcome::Writes;
            self.write_when_it_ends(root, &invocation, Product::of(model.bare_id()), moment.region);
        }
        invocation
    }

    /// Writes the output when its time has come, away from those who answer requests. A cloud that is gone
    /// by then has nobody left to tell, and writes nothing.
    fn write_when_it_ends(&self, root: &Path, invocation: &Invocation, product: Product, region: &Arc<str>) {
        let folder = invocation.output.place.folder(root, &invocation.id);
        let (id, digest) = (invocation.id.clone(), invocation.digest);
        let (submitted, ends) = (invocation.submitted, invocation.ends);
        let (region, shelves_of_cloud) = (region.clone(), Arc::downgrade(&self.shelves));
        tokio::spawn(async move {
            clock::reach(ends).await;
            let Some(shelves_of_cloud) = shelves_of_cloud.upgrade() else {
                return;
            };
            let arn = arn::of_invocation(&region, &id);
            let writing = tokio::task::spawn_blocking(move || product.write(&folder, &arn, digest));
            let outcome = match writing.await {
                Ok(Ok(())) => Outcome::Completes,
                Ok(Err(error)) => unwritten(&error.to_string()),
                Err(error) => unwritten(&error.to_string()),
            };
            if let Some(shelf) = shelves(&shelves_of_cloud).get_mut(&region) {
                shelf.settle(&id, submitted, outcome, clock::now());
            }
        });
    }
}

fn shelves(shelves: &Shelves) -> MutexGuard<'_, BTreeMap<Arc<str>, Shelf>> {
    shelves.lock().unwrap_or_else(PoisonError::into_inner)
}

fn started(region: &str, id: &str) -> Reply {
    at_once(&json!({ "invocationArn": arn::of_invocation(region, id) }))
}

/// These operations only take note or look something up.
fn at_once(body: &Value) -> Reply {
    Reply::unpaid(
        "application/json",
        Content::Whole { after: Duration::ZERO, bytes: body.to_string().into() },
    )
}

fn unwritten(reason: &str) -> Outcome {
    Outcome::Fails(Cow::Owned(format!("The output could not be written: {reason}")))
}

fn conflict() -> ServiceError {
    ServiceError::of(Exception::Conflict, Exception::Conflict.message())
}

fn full() -> ServiceError {
    ServiceError::of(Exception::ServiceQuotaExceeded, Exception::ServiceQuotaExceeded.message())
}

/// The operation models no error for it but this one.
fn unknown_invocation() -> ServiceError {
    errors::validation("The provided invocation ARN is invalid.")
}
