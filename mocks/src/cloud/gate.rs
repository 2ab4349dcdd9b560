//! The way into a service of the AWS JSON protocol: who asks, and what faults have to say.

use bytes::Bytes;

use super::Cloud;
use super::arrival::Arrival;
use super::instead::Instead;
use crate::aws_json::Dialect;
use crate::digest::BodyDigest;
use crate::entry::Entry;
use crate::error::ServiceError;
use crate::faults::{self, Occasion, Ruling};
use crate::route::Route;
use crate::words::Words;

/// Which operation of which service a request has come for.
#[derive(Clone, Copy)]
pub(super) struct Errand<'a> {
    /// The service and the region.
    pub route: &'a Route,
    /// AWS's name of the operation.
    pub operation: &'static str,
    /// How the service words its errors.
    pub dialect: &'static Dialect,
}

impl Cloud {
    /// Lets a request in, or says what to send instead; waits as long as faults delay it. `occasion` is what
    /// [`Errand::occasion`] makes of it.
    ///
    /// What comes out is the body, which nobody has read yet.
    pub(super) async fn pass(
        &self,
        errand: Errand<'_>,
        occasion: &Occasion<'_>,
        arrival: &Arrival<'_>,
        ruling: &mut Ruling,
        entry: &mut Entry,
    ) -> Result<Bytes, Instead> {
        entry.exchange.operation = Some(errand.operation);
        entry.exchange.body_digest = arrival.body.as_deref().ok().map(BodyDigest::of_json);
        self.admit(errand.route.service, arrival)?;
        self.faults.judge(ruling, occasion, arrival.chance);
        entry.strikes = ruling.strikes().cloned();
        let refused = |refusal| errand.dialect.refused(refusal);
        faults::apply(ruling).await.map_err(|end| Instead::of(end, refused))?;
        let body = arrival.body.clone()?;
        self.faults.capacity(occasion, arrival.chance).map_err(|(refusal, fault)| -> ServiceError {
            entry.blame(&fault);
            refused(refusal)
        })?;
        Ok(body)
    }
}

impl<'a> Errand<'a> {
    /// The request as faults see it. `flow` and `attempt` are as its caller counts them.
    pub(super) fn occasion(
        self,
        arrival: &Arrival<'_>,
        flow: Option<&'a str>,
        attempt: Option<u32>,
        words: &'a Words<'a>,
    ) -> Occasion<'a> {
        Occasion {
            at: arrival.at,
            flow,
            service: self.route.service,
            operation: self.operation,
            model: None,
            region: &self.route.region,
            attempt,
            words,
        }
    }
}
