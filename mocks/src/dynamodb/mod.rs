//! Amazon DynamoDB: `dynoxide`, an emulator that is held to the real service by a public suite, with a
//! database in memory for each region.
//!
//! What it is asked and answers is the service's own JSON, so nothing is translated here but what a cloud
//! in virtual time may not leave to chance. `dynoxide` takes dates and ids from the machine, and hands out
//! maps in the order of a hash that differs from process to process: `clock` gives it the cloud's time,
//! `register` remembers a table's dates and ids instead, and every answer's members are sorted. Two things
//! stay as they are: the ten minutes of a `ClientRequestToken` are the machine's, and items are kept past
//! their time to live, as the real service keeps them for days.

mod answer;
mod clock;
mod dispatch;
pub(crate) mod errors;
mod operation;
mod register;
mod shelf;
mod subject;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::chance::Chance;
use crate::error::ServiceError;
use crate::regions::Regions;
use crate::reply::Reply;
use shelf::Shelf;

pub(crate) use answer::seal;
pub(crate) use errors::DYNAMODB;
pub(crate) use operation::Operation;
pub(crate) use subject::Subject;

/// The tables of every region.
pub(crate) struct DynamoDb {
    /// A lock each, as `dynoxide` has one too: what one region does keeps no other waiting.
    shelves: BTreeMap<Arc<str>, Mutex<Shelf>>,
}

/// When and with what luck an operation runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// Nanoseconds since the Unix epoch.
    pub unix_ns: u64,
    /// The exchange's chance.
    pub chance: Chance,
}

impl DynamoDb {
    /// No tables, in each of these regions.
    pub(crate) fn new(regions: &Regions) -> Self {
        let shelf = |region: &Arc<str>| (region.clone(), Mutex::new(Shelf::new(region.clone())));
        DynamoDb { shelves: regions.iter().map(shelf).collect() }
    }

    /// What a request is about, as far as it says.
    pub(crate) fn subject(&self, operation: Operation, region: &str, body: &[u8]) -> Subject {
        match self.shelf(region) {
            Some(shelf) => subject::read(operation, body, shelf.register()),
            None => Subject::default(),
        }
    }

    /// Carries an operation out.
    ///
    /// # Errors
    /// Whatever the service would answer instead.
    pub(crate) fn run(
        &self,
        operation: Operation,
        region: &str,
        body: &[u8],
        moment: Moment,
    ) -> Result<Reply, ServiceError> {
        let mut shelf = self.shelf(region).ok_or_else(errors::internal)?;
        shelf.run(operation, body, moment).map(answer::whole)
    }

    /// Forgets all tables.
    pub(crate) fn reset(&self) {
        self.shelves.values().for_each(|shelf| lock(shelf).clear());
    }

    fn shelf(&self, region: &str) -> Option<MutexGuard<'_, Shelf>> {
        self.shelves.get(region).map(lock)
    }
}

/// An operation that panicked has been rolled back by its database, so nothing here is half done.
fn lock(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}
