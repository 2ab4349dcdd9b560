//! The tables of one region.

use std::sync::Arc;

use dynoxide::Database;
use serde_json::Value;

use super::clock::HandedClock;
use super::register::Register;
use super::{Moment, Operation, dispatch, errors};
use crate::error::ServiceError;

/// A database, which is opened for the first request: most clouds never see one.
pub(super) struct Shelf {
    region: Arc<str>,
    clock: HandedClock,
    database: Option<Database>,
    register: Register,
}

impl Shelf {
    /// A region without tables.
    pub(super) fn new(region: Arc<str>) -> Self {
        let register = Register::new(region.clone());
        Shelf { region, clock: HandedClock::default(), database: None, register }
    }

    /// What is known of the tables.
    pub(super) fn register(&self) -> &Register {
        &self.register
    }

    /// Carries an operation out.
    pub(super) fn run(
        &mut self,
        operation: Operation,
        body: &[u8],
        moment: Moment,
    ) -> Result<Value, ServiceError> {
        self.clock.set(moment.unix_ns);
        let mut answer =
            dispatch::run(self.database()?, operation, body).map_err(|error| errors::of(&error))?;
        self.register.settle(operation, &mut answer, moment);
        answer.sort_all_objects();
        Ok(answer)
    }

    /// Forgets all tables.
    pub(super) fn clear(&mut self) {
        *self = Shelf::new(self.region.clone());
    }

    fn database(&mut self) -> Result<&Database, ServiceError> {
        if self.database.is_none() {
            let clock = Arc::new(self.clock.clone());
            self.database = Some(Database::memory_with_clock(clock).map_err(|error| errors::of(&error))?);
        }
        self.database.as_ref().ok_or_else(errors::internal)
    }
}
