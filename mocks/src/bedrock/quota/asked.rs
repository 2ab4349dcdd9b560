//! What is asked of a pool, and by which way.

use super::tariff::Need;
use crate::bedrock::profile::Geography;
use crate::bedrock::tier::{LatencyMode, ServiceTier};

/// A way to a model, with quotas of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// By the model's own id.
    OnDemand,
    /// Through the inference profile of a geography.
    Profile(Geography),
    /// By the ARN of provisioned units, in this place of the model's list.
    Provisioned(usize),
}

impl Lane {
    /// On demand, and each geography.
    pub(super) const COUNT: usize = 1 + Geography::ALL.len();

    /// Its place among the lanes of a pool.
    pub(super) fn index(self) -> usize {
        match self {
            Lane::OnDemand | Lane::Provisioned(_) => 0,
            Lane::Profile(geography) => 1 + geography as usize,
        }
    }
}

/// What is asked of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The way.
    pub lane: Lane,
    /// The tier.
    pub tier: ServiceTier,
    /// The latency.
    pub latency: LatencyMode,
    /// The tokens.
    pub need: Need,
    /// How much of the quotas is left by faults.
    pub squeeze: Squeeze,
}

/// A share of the on-demand quotas, in millionths. What was bought, reserved or provisioned, stays whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Squeeze(u32);

impl Squeeze {
    /// All of it.
    pub(crate) const NONE: Squeeze = Squeeze(1_000_000);

    /// So many millionths, at most all.
    pub(crate) fn to_millionths(millionths: u32) -> Self {
        Squeeze(millionths.min(Self::NONE.0))
    }

    /// A share from 0 to 1.
    pub(crate) fn to(share: f64) -> Self {
        Self::to_millionths((share * f64::from(Self::NONE.0)).round() as u32)
    }

    /// What is left of a limit, rounded down.
    pub(super) fn of(self, limit: u64) -> u64 {
        let left = u128::from(limit) * u128::from(self.0) / u128::from(Self::NONE.0);
        u64::try_from(left).unwrap_or(limit)
    }
}
