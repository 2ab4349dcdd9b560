//! The quotas of a model, and what they decide without counting.

use super::asked::{Asked, Lane};
use super::decision::{Decision, Grant, Receipt};
use super::limits::{Optimized, Provisioned, Quota, Reserved};
use super::tariff::Metering;
use crate::bedrock::tier::{LatencyMode, ServiceTier};

/// The quotas of a model, the same in every region and account.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    /// Asked for by its own id.
    pub on_demand: Quota,
    /// Asked for through a profile.
    pub profile: Quota,
    /// How tokens are counted.
    pub metering: Metering,
    /// What is reserved, in each lane.
    pub reserved: Option<Reserved>,
    /// The latency-optimised inference, in each lane.
    pub optimized: Option<Optimized>,
    /// The provisioned units.
    pub provisioned: Vec<Provisioned>,
}

impl Terms {
    /// The on-demand quota of a lane.
    pub(super) fn quota(&self, lane: Lane) -> Quota {
        match lane {
            Lane::OnDemand => self.on_demand,
            Lane::Profile(_) => self.profile,
            Lane::Provisioned(_) => Quota::unlimited(),
        }
    }

    /// The decision, if none of the meters has a say in it.
    pub(crate) fn decide_without_meters(&self, asked: &Asked) -> Option<Decision> {
        if matches!(asked.lane, Lane::Provisioned(_)) {
            return None;
        }
        if asked.tier == ServiceTier::Reserved {
            return self.reserved.is_none().then_some(Decision::NoReservation);
        }
        let metered = asked.latency == LatencyMode::Optimized && self.optimized.is_some();
        (!metered && self.quota(asked.lane).is_unlimited()).then(|| {
            let receipt = Receipt::Free;
            Decision::Admitted(Grant { tier: asked.tier, latency: LatencyMode::Standard, receipt })
        })
    }
}
