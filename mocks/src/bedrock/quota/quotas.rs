//! The quotas of a running cloud.
//!
//! There is a pool for each account, region and model from the start, so their number is bounded by the
//! spec whatever clients send. A pool is locked for the length of its arithmetic and no longer; a request
//! that no quota limits locks nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::accounts::Accounts;
use super::pool::{Asked, Decision, Exhausted, Grant, Pool, Receipt, Terms};
use super::tariff::Spent;
use crate::bedrock::model::ModelSpec;
use crate::bedrock::tier::{LatencyMode, ServiceTier};
use crate::regions::Regions;

/// All pools of a cloud.
pub(crate) struct Quotas {
    regions: BTreeMap<Arc<str>, usize>,
    /// By the model's name: one for each account and region, the regions of an account side by side.
    pools: BTreeMap<Arc<str>, Vec<Arc<Shared>>>,
}

/// Whose quota is asked for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share<'a> {
    /// The account, by its place in [`Accounts`].
    pub account: usize,
    /// The region asked: a profile is counted where it is asked, not where it is served.
    pub source: &'a str,
    /// The model's name.
    pub model: &'a str,
}

/// A request's leave to run.
pub(crate) struct Admission {
    /// The tier that serves it.
    pub tier: ServiceTier,
    /// The latency that it is served with.
    pub latency: LatencyMode,
    /// Its share of the quota.
    pub permit: Permit,
}

/// Why a request may not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// A quota is used up.
    Throttled(Exhausted),
    /// It asks for reserved capacity where there is none.
    NoReservation,
}

/// A share of a quota, held while a request runs.
#[must_use = "what it holds of the quota comes back only when it is settled or made void"]
pub(crate) struct Permit(Option<Held>);

struct Held {
    shared: Arc<Shared>,
    generation: u64,
    receipt: Receipt,
}

/// A pool, and the terms that hold for it.
struct Shared {
    terms: Arc<Terms>,
    state: Mutex<State>,
}

struct State {
    pool: Pool,
    /// How often it was emptied: what was charged before then is not put right after it.
    generation: u64,
}

impl Quotas {
    /// Unused quotas for these accounts, regions and models.
    pub(crate) fn new(accounts: &Accounts, regions: &Regions, models: &[ModelSpec]) -> Self {
        let regions: BTreeMap<Arc<str>, usize> = regions.iter().cloned().zip(0..).collect();
        let count = accounts.count() * regions.len();
        let pools = |model: &ModelSpec| {
            let terms = Arc::new(model.offer().terms());
            (Arc::from(model.name()), (0..count).map(|_| Shared::new(&terms)).collect())
        };
        Quotas { pools: models.iter().map(pools).collect(), regions }
    }

    /// Whether a request may run now, which is `now_ns` after the Unix epoch.
    pub(crate) fn admit(&self, now_ns: u64, share: Share<'_>, asked: &Asked) -> Result<Admission, Denial> {
        match self.pool(share) {
            Some(shared) => shared.admit(now_ns, asked),
            // Of a model or region that the cloud does not have there is no quota either.
            None => Ok(Admission { tier: asked.tier, latency: asked.latency, permit: Permit(None) }),
        }
    }

    /// Empties all pools. Permits that are open now put nothing right any more.
    pub(crate) fn reset(&self) {
        for shared in self.pools.values().flatten() {
            let mut state = shared.lock();
            state.pool = Pool::new(&shared.terms);
            state.generation += 1;
        }
    }

    fn pool(&self, share: Share<'_>) -> Option<&Arc<Shared>> {
        let region = self.regions.get(share.source)?;
        self.pools.get(share.model)?.get(share.account * self.regions.len() + region)
    }
}

impl Shared {
    fn new(terms: &Arc<Terms>) -> Arc<Self> {
        let state = Mutex::new(State { pool: Pool::new(terms), generation: 0 });
        Arc::new(Shared { terms: terms.clone(), state })
    }

    fn admit(self: &Arc<Self>, now_ns: u64, asked: &Asked) -> Result<Admission, Denial> {
        if let Some(decision) = self.terms.decide_without_meters(asked) {
            return decision.into_admission(|_| Permit(None));
        }
        let mut state = self.lock();
        let decision = state.pool.admit(&self.terms, now_ns, asked);
        let generation = state.generation;
        drop(state);
        decision.into_admission(|receipt| Permit(Some(Held { shared: self.clone(), generation, receipt })))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Decision {
    fn into_admission(self, permit: impl FnOnce(Receipt) -> Permit) -> Result<Admission, Denial> {
        match self {
            Decision::Admitted(Grant { tier, latency, receipt }) => {
                Ok(Admission { tier, latency, permit: permit(receipt) })
            }
            Decision::Throttled(exhausted) => Err(Denial::Throttled(exhausted)),
            Decision::NoReservation => Err(Denial::NoReservation),
        }
    }
}

impl Permit {
    /// The request is over, whoever ended it, and has used so much.
    pub(crate) fn settle(self, now_ns: u64, spent: &Spent) {
        self.close(|pool, terms, receipt| pool.settle(terms, now_ns, receipt, spent));
    }

    /// The request was refused after all, and counts for nothing.
    pub(crate) fn void(self, now_ns: u64) {
        self.close(|pool, terms, receipt| pool.void(terms, now_ns, receipt));
    }

    fn close(self, put_right: impl FnOnce(&mut Pool, &Terms, &Receipt)) {
        let Some(Held { shared, generation, receipt }) = self.0 else { return };
        let mut state = shared.lock();
        if state.generation == generation {
            put_right(&mut state.pool, &shared.terms, &receipt);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use super::super::{Account, Lane, Need, Quota, Squeeze};
    use super::*;
    use crate::bedrock::behaviour::Behaviour;
    use crate::spread::Spread;

    const ASKED: Asked = Asked {
        lane: Lane::OnDemand,
        tier: ServiceTier::Default,
        latency: LatencyMode::Standard,
        need: Need { input_tokens: 10, cache_read_tokens: 0, cache_write_tokens: 0, max_tokens: Some(90) },
        squeeze: Squeeze::NONE,
    };

    fn quotas(quota: Quota) -> Quotas {
        let behaviour = Behaviour {
            ttft: Spread::constant(Duration::ZERO),
            per_token: Spread::constant(Duration::ZERO),
            output_tokens: Spread::constant(1),
            tokens_per_event: NonZeroU32::MIN,
        };
        let account = |id: &str| Account::new(id).unwrap();
        let accounts =
            Accounts::default().and(account("111111111111")).unwrap().and(account("222222222222")).unwrap();
        let regions = Regions::new(vec!["us-east-1".into(), "us-west-2".into()]).unwrap();
        let model = |name: &str| ModelSpec::new(name, name, behaviour).unwrap().quota(quota);
        Quotas::new(&accounts, &regions, &[model("one"), model("two")])
    }

    fn share(account: usize, source: &'static str, model: &'static str) -> Share<'static> {
        Share { account, source, model }
    }

    #[test]
    fn accounts_regions_and_models_are_apart() {
        let quotas = quotas(Quota::unlimited().requests_per_minute(1));
        let shares = [
            share(0, "us-east-1", "one"),
            share(1, "us-east-1", "one"),
            share(0, "us-west-2", "one"),
            share(1, "us-west-2", "one"),
            share(0, "us-east-1", "two"),
        ];
        for share in shares {
            assert!(quotas.admit(0, share, &ASKED).is_ok(), "{share:?}");
            let denial = quotas.admit(0, share, &ASKED).err();
            assert_eq!(denial, Some(Denial::Throttled(Exhausted::Requests)), "{share:?}");
        }
    }

    #[test]
    fn a_reset_forgets_what_was_charged_and_what_is_open() {
        let quotas = quotas(Quota::unlimited().tokens_per_minute(100));
        let share = share(0, "us-east-1", "one");
        let before = quotas.admit(0, share, &ASKED).ok().unwrap();
        assert!(quotas.admit(0, share, &ASKED).is_err());
        quotas.reset();
        let _after = quotas.admit(0, share, &ASKED).ok().unwrap();
        before.permit.settle(0, &Spent::default());
        assert!(quotas.admit(0, share, &ASKED).is_err());
    }
}
