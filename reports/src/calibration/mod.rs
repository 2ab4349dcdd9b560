//! A model's behaviour, fitted to what a run measured.
//!
//! Only the record log is asked, so a run against an endpoint or AWS will do. Fitted is what the model did once it had the
//! request: times count from the sending of the attempt that answered, so the client's retries and waits stay out, and what the
//! network and the service's own queue added at that load stays in.
//!
//! Quantities are taken to be independent of each other, as a mock draws them. Whether they are shows in the latencies that are
//! made from the fits and held against the measured ones.

mod answer;
mod fit;
mod law;
mod measured;
mod onset;
mod parts;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::header::Header;
use crate::record::{Name, Record};
use answer::Answers;
pub use fit::{Errors, Fit, Fitted};
pub use law::{Law, PERCENTS};
use onset::Minutes;
pub use onset::{Admitted, Onset};
pub use parts::Parts;

/// Answers that a fit needs at least: below that, even the 95th percentile rests on a handful.
pub const FEWEST_ANSWERS: usize = 50;

/// Reads records one by one, and fits models to them.
pub struct Calibrator {
    header: Header,
    models: BTreeMap<Name, Answers>,
    minutes: Minutes,
}

/// What a run tells of one model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibrated {
    /// The scenario's name of it.
    pub name: Name,
    /// Bedrock's id of it.
    pub id: Name,
    /// Answers that came as streams.
    pub streams: usize,
    /// Answers that came whole.
    pub whole: usize,
    /// Calls that are no evidence: they failed, a fault was in them, or nobody counted their tokens.
    pub left_out: usize,
    /// The fit; none from too few answers.
    pub fit: Option<Fit>,
    /// Where it was throttled, region by region.
    pub onset: Vec<Onset>,
}

impl Calibrator {
    /// Nothing read yet of the run with this header.
    pub fn new(header: Header) -> Self {
        let minutes = Minutes::of(header.epoch);
        Calibrator { header, models: BTreeMap::new(), minutes }
    }

    /// Takes a record in. Behaviour is read where the run is on record, throttling everywhere.
    pub fn add(&mut self, record: &Record) {
        let on_record = self.header.records_stage(&record.stage);
        for call in &record.calls {
            self.minutes.add(call);
            if on_record {
                self.models.entry(call.model.clone()).or_default().add(call);
            }
        }
    }

    /// All models that were asked, in the order of the scenario.
    pub fn finish(self) -> Vec<Calibrated> {
        let mut models = self.models;
        let (header, minutes) = (&self.header, &self.minutes);
        let calibrated = header.models.iter().filter_map(|model| {
            let answers = models.remove(&model.name)?;
            Some(Calibrated {
                name: model.name.clone(),
                id: model.id.clone(),
                streams: answers.streams(),
                whole: answers.whole(),
                left_out: answers.left_out,
                fit: Fit::of(&answers),
                onset: minutes.onset(&model.name),
            })
        });
        calibrated.collect()
    }
}
