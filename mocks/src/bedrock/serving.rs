//! Whether, where and how well a request to a model is served: the quota first, then the capacity.
//!
//! The quota is the front door's in the region asked, so a caller over it hears 429 even where no capacity
//! is left. A request that the quota lets in and no region has room for gets a 503, and counts against
//! nothing.

use std::sync::Arc;

use http::HeaderMap;

use super::ask::Ask;
use super::errors;
use super::line::{Line, Slot};
use super::model::ModelSpec;
use super::placement::{Berth, Placed, Placement, Unplaced};
use super::quota::{Accounts, Admission, Asked, Denial, Lane, Need, Permit, Quotas, Share, Spent, Squeeze};
use super::tier::{LatencyMode, Served, ServiceTier};
use super::way;
use crate::chance::{Chance, Label};
use crate::error::ServiceError;
use crate::faults::Refusal;
use crate::regions::Regions;

const PLACEMENT: Label = Label::new("placement");

/// The quotas and the capacity of a cloud.
pub(crate) struct Serving {
    accounts: Accounts,
    quotas: Quotas,
    placement: Placement,
}

/// A request to a model that is about to run.
#[derive(Clone, Copy)]
pub(crate) struct Applicant<'a> {
    /// When, in nanoseconds after the Unix epoch.
    pub now_ns: u64,
    /// The headers that it brings.
    pub headers: &'a HeaderMap,
    /// The region asked.
    pub source: &'a Arc<str>,
    /// The model.
    pub model: &'a ModelSpec,
    /// The id by which it is asked.
    pub model_id: &'a str,
    /// What is asked of it.
    pub ask: &'a Ask,
    /// What faults leave of the quotas.
    pub squeeze: Squeeze,
    /// Its chance.
    pub chance: Chance,
}

/// What a request holds while it runs; to be ended when it is over.
pub(crate) struct Tenancy {
    permit: Permit,
    /// Given back when dropped.
    _berth: Berth,
    /// The line that it has yet to wait in.
    line: Option<Line>,
    /// Given back when dropped.
    slot: Option<Slot>,
}

/// Why a request does not run.
#[derive(Debug)]
pub(crate) enum Unserved {
    /// It is mistaken.
    Mistaken(ServiceError),
    /// It is over a quota; and whether it would not have been without the squeeze.
    Throttled(ServiceError, bool),
    /// A fault has closed the regions that might have served it.
    Closed(Refusal, Arc<str>),
    /// No region has room.
    Full(ServiceError),
}

impl Serving {
    /// Unused quotas and empty regions.
    pub(crate) fn new(accounts: Accounts, regions: &Regions, models: &[ModelSpec]) -> Self {
        let quotas = Quotas::new(&accounts, regions, models);
        Serving { accounts, quotas, placement: Placement::new(regions, models) }
    }

    /// Lets a request run, or says why not. `closed` says whether a fault keeps a region from serving it.
    pub(crate) fn serve(
        &self,
        applicant: Applicant<'_>,
        closed: impl FnMut(&Arc<str>) -> Option<(Refusal, Arc<str>)>,
    ) -> Result<(Served, Tenancy), Unserved> {
        let Applicant { now_ns, source, model, ask, chance, .. } = applicant;
        let lane = self.lane(&applicant).map_err(Unserved::Mistaken)?;
        let Admission { tier, latency, permit } = self.admit(&applicant, lane)?;
        let mut rng = chance.stream(PLACEMENT);
        match self.placement.place(model.name(), lane, source, &mut rng, closed) {
            Ok(Placed { region, berth, line }) => {
                let served = Served {
                    region,
                    service_tier: ask.service_tier.map(|_| tier),
                    latency: ask.latency.map(|_| latency),
                };
                Ok((served, Tenancy { permit, _berth: berth, line, slot: None }))
            }
            Err(unplaced) => {
                permit.void(now_ns);
                Err(match unplaced {
                    Unplaced::Closed((refusal, fault)) => Unserved::Closed(refusal, fault),
                    Unplaced::Full => Unserved::Full(errors::no_room()),
                })
            }
        }
    }

    /// Gives all quotas back. Requests that run keep their places, as their answers go on.
    pub(crate) fn reset(&self) {
        self.quotas.reset();
    }

    fn lane(&self, applicant: &Applicant<'_>) -> Result<Lane, ServiceError> {
        let Applicant { model, model_id, source, .. } = applicant;
        let lane = way::lane(model, model_id, source).map_err(|barred| match barred {
            way::Barred::NotHere => errors::unknown_model(),
            way::Barred::ProfilesOnly => errors::profiles_only(model_id),
        })?;
        match lane {
            Lane::Profile(geography) if !self.placement.reaches(model.name(), geography, source) => {
                Err(errors::unknown_model())
            }
            lane => Ok(lane),
        }
    }

    fn admit(&self, applicant: &Applicant<'_>, lane: Lane) -> Result<Admission, Unserved> {
        let share = Share {
            account: self.accounts.signed(applicant.headers),
            source: applicant.source,
            model: applicant.model.name(),
        };
        let ask = applicant.ask;
        let asked = Asked {
            lane,
            tier: ask.service_tier.unwrap_or(ServiceTier::Default),
            latency: ask.latency.unwrap_or(LatencyMode::Standard),
            need: need(ask),
            squeeze: applicant.squeeze,
        };
        self.quotas.admit(applicant.now_ns, share, &asked).map_err(|denial| match denial {
            Denial::Throttled { exhausted, squeezed } => {
                Unserved::Throttled(errors::throttled(exhausted), squeezed)
            }
            Denial::NoReservation => Unserved::Mistaken(errors::no_reservation()),
        })
    }
}

/// What is reserved for a request: all of its prompt, as if no cache had part in it, since what a cache
/// holds is known only where it is served.
fn need(ask: &Ask) -> Need {
    Need {
        input_tokens: ask.prompt_tokens,
        cache_read_tokens: 0,
        cache_write_tokens: 0,
        max_tokens: ask.max_tokens.map(|most| most.get()),
    }
}

impl Tenancy {
    /// Waits for a slot, where the model has only so many, and holds it from then on.
    pub(crate) async fn wait_in_line(&mut self) {
        if let Some(line) = self.line.take() {
            self.slot = line.slot().await;
        }
    }

    /// The request is over. Without `spent` no model ever answered it, and it counts for nothing.
    pub(crate) fn end(self, now_ns: u64, spent: Option<&Spent>) {
        match spent {
            Some(spent) => self.permit.settle(now_ns, spent),
            None => self.permit.void(now_ns),
        }
    }
}
