//! What the flows of one client know together: the state of each of its patterns, behind a lock of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bedload_reports::record::{Call, CallEnd, Deed, Name, Operation};
use bedload_reports::units::Nanos;

use super::limit::{Allowance, Limit};
use super::passage::Breakers;
use super::piece::Piece;
use super::story::Story;
use crate::client::ask::Ask;
use crate::clock::Clock;
use crate::resilience::hedge::Hedging;
use crate::resilience::policy::{Policy, Routing};
use crate::resilience::router::{Ended, Figures, route};
use crate::resilience::stick::{Place, Start};

/// A client at work. Flows that name the same client share it.
#[derive(Debug)]
pub struct ClientState {
    pub(super) policy: Policy,
    pub(super) clock: Clock,
    pub(super) breakers: Piece<Breakers>,
    figures: Piece<Figures>,
    limit: Option<Arc<Limit>>,
    /// Where each model is asked first: trouble is a model's in a region, and moves no other.
    places: Piece<BTreeMap<Name, Place>>,
    hedging: Option<Piece<Hedging>>,
}

impl ClientState {
    /// A client that has done nothing yet.
    pub fn new(policy: Policy, clock: Clock) -> Self {
        ClientState {
            clock,
            breakers: Piece::default(),
            figures: Piece::default(),
            limit: policy.limit.as_ref().map(|limit| Arc::new(Limit::new(limit, clock))),
            places: Piece::default(),
            hedging: policy.hedge.map(|hedge| Piece::new(Hedging::new(hedge))),
            policy,
        }
    }

    /// Whether the client has a rate limit of its own.
    pub(super) fn is_limited(&self) -> bool {
        self.limit.is_some()
    }

    /// Takes what a call needs of the client's limit, waiting up to `left` for it. None if it is turned away.
    pub(super) async fn enter(
        &self,
        tokens: u64,
        left: Option<Duration>,
        story: &mut Story,
    ) -> Option<Allowance> {
        let Some(limit) = &self.limit else { return Some(Allowance::unlimited()) };
        let came = self.clock.now();
        let allowance = limit.enter(tokens, left).await;
        let wait = self.clock.now().since(came);
        if wait > Nanos::ZERO {
            story.decide(came, Deed::Paced { wait });
        }
        if allowance.is_none() {
            story.decide(self.clock.now(), Deed::Shed);
        }
        allowance
    }

    /// Takes what a call needs if it can be had without a wait.
    pub(super) fn enter_now(&self, tokens: u64) -> Option<Allowance> {
        self.limit.as_ref().map_or_else(|| Some(Allowance::unlimited()), |limit| limit.enter_now(tokens))
    }

    /// The model that a request is routed to, where that is not the flow's own.
    pub(super) fn route(&self, flow: &Name, own: &Name, ask: &Ask, draw: f64) -> Option<Name> {
        let routing = self.policy.routing.as_ref()?;
        let now = self.clock.now();
        self.figures
            .with(|figures| route(routing, figures, now, flow, ask, draw))
            .filter(|model| model != own)
    }

    /// A call to a model begins.
    pub(super) fn asks(&self, model: &Name) {
        if self.half_life().is_some() {
            self.figures.with(|figures| figures.begin(model));
        }
    }

    /// A call to a model has ended.
    pub(super) fn asked(&self, model: &Name, ended: Ended) {
        if let Some(half_life) = self.half_life() {
            let now = self.clock.now();
            self.figures.with(|figures| figures.ended(now, model, ended, half_life));
        }
    }

    /// How long a measurement of a model takes to count half, where figures are kept.
    fn half_life(&self) -> Option<Duration> {
        match &self.policy.routing {
            Some(Routing::Metrics { half_life, .. }) => Some(*half_life),
            _ => None,
        }
    }

    /// Where a request to `model` begins, and the regions in the order in which it asks them.
    pub(super) fn set_out(&self, model: &Name, story: &mut Story) -> (Start, Vec<Name>) {
        let (now, regions) = (self.clock.now(), &self.policy.regions);
        let start = self.places.with(|places| {
            places.entry(model.clone()).or_insert_with(|| Place::new(regions.stick)).begin(now)
        });
        let order: Vec<Name> =
            start.order(regions.order.len()).filter_map(|place| regions.order.get(place).cloned()).collect();
        if let Some(region) = order.first().filter(|_| start.returns) {
            story.decide(now, Deed::ReturnTried { region: region.clone() });
        }
        (start, order)
    }

    /// Hears which region answered a request to `model`, if one did.
    pub(super) fn arrive(&self, model: &Name, start: Start, region: Option<&Name>) {
        let answered =
            region.and_then(|region| self.policy.regions.order.iter().position(|other| other == region));
        let now = self.clock.now();
        self.places.with(|places| {
            if let Some(place) = places.get_mut(model) {
                place.ended(now, start, answered);
            }
        });
    }

    /// A request begins, and adds to what may be hedged.
    pub(super) fn begin(&self) {
        if let Some(hedging) = &self.hedging {
            hedging.with(Hedging::begin);
        }
    }

    /// How long a first call is waited for before a second one races it.
    pub(super) fn hedge_delay(&self, model: &Name, operation: Operation) -> Option<Duration> {
        self.hedging.as_ref()?.with(|hedging| hedging.delay(model, operation))
    }

    /// Whether another hedge is within its share; it is counted.
    pub(super) fn spend_hedge(&self) -> bool {
        self.hedging.as_ref().is_some_and(|hedging| hedging.with(Hedging::spend))
    }

    /// Learns how long a call took, as far as a hedge would have cared.
    pub(super) fn learn(&self, call: &Call) {
        let Some(hedging) = &self.hedging else { return };
        let decided = match &call.end {
            CallEnd::Answered { .. } => Some(call.first_content.unwrap_or(call.done)),
            CallEnd::Failed(_) => call.first_content,
            CallEnd::Cancelled => Some(call.done),
        };
        if let Some(decided) = decided {
            hedging.with(|hedging| hedging.took(&call.model, call.operation, decided.since(call.sent)));
        }
    }
}
