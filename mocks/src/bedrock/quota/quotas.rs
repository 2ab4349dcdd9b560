//! The quotas of a running cloud.
//!
//! There is a pool for each account, region and model from the start, so their number is bounded by the
//! spec whatever clients send. A pool is locked for the length of its arithmetic and no longer; a request
//! that no quota limits locks nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::accounts::Accounts;
use super::asked::Asked;
use super::decision::{Decision, Exhausted, Grant, Receipt};
use super::pool::Pool;
use super::tariff::Spent;
use super::terms::Terms;
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
    /// A quota is used up; and whether there would be room without the squeeze.
    Throttled {
        /// The quota.
        exhausted: Exhausted,
        /// Whether it is the squeeze's doing.
        squeezed: bool,
    },
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
            return match decision {
                Decision::Admitted(grant) => Ok(grant.into_admission(None)),
                Decision::Throttled(exhausted) => Err(Denial::Throttled { exhausted, squeezed: false }),
                Decision::NoReservation => Err(Denial::NoReservation),
            };
        }
        let mut state = self.lock();
        match state.pool.admit(&self.terms, now_ns, asked) {
            Decision::Admitted(grant) => {
                let held = Held {
                    shared: self.clone(),
                    generation: state.generation,
                    receipt: grant.receipt.clone(),
                };
                Ok(grant.into_admission(Some(held)))
            }
            Decision::Throttled(exhausted) => {
                let squeezed = state.pool.would_admit_unsqueezed(&self.terms, now_ns, asked);
                Err(Denial::Throttled { exhausted, squeezed })
            }
            Decision::NoReservation => Err(Denial::NoReservation),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Grant {
    fn into_admission(self, held: Option<Held>) -> Admission {
        Admission { tier: self.tier, latency: self.latency, permit: Permit(held) }
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
    use crate::bedrock::profile::Geography;
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
            let expected = Denial::Throttled { exhausted: Exhausted::Requests, squeezed: false };
            assert_eq!(denial, Some(expected), "{share:?}");
        }
    }

    #[test]
    fn a_squeeze_is_blamed_for_what_it_alone_refuses() {
        let quotas = quotas(Quota::unlimited().requests_per_minute(2));
        let share = share(0, "us-east-1", "one");
        let squeezed = Asked { squeeze: Squeeze::to_millionths(500_000), ..ASKED };
        let blamed = |asked: &Asked| match quotas.admit(0, share, asked) {
            Err(Denial::Throttled { squeezed, .. }) => Some(squeezed),
            _ => None,
        };
        assert_eq!(
            [&squeezed, &squeezed, &ASKED, &squeezed].map(blamed),
            [None, Some(true), None, Some(false)]
        );
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

    #[test]
    fn threads_together_get_no_more_than_the_quota() {
        let quotas = quotas(Quota::unlimited().requests_per_minute(1000));
        let share = share(0, "us-east-1", "one");
        let admitted = || (0..500).filter(|_| quotas.admit(0, share, &ASKED).is_ok()).count();
        let total: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(admitted)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(total, 1000);
    }

    /// The best of several rounds is asserted: whatever else the machine does can only slow a round down.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "the cost of a check is the time that it takes")]
    fn a_check_costs_less_than_five_microseconds() {
        const CHECKS: u32 = 10_000;
        let quota = Quota::unlimited()
            .requests_per_minute(u64::from(u32::MAX))
            .tokens_per_minute(1 << 40)
            .tokens_per_day(1 << 50);
        let quotas = quotas(quota);
        let share = share(1, "us-west-2", "two");
        let asked = Asked { lane: Lane::Profile(Geography::Us), ..ASKED };
        let spent = Spent { input_tokens: 10, output_tokens: 8, ..Spent::default() };
        let round = |now_ns: u64| {
            let began = std::time::Instant::now();
            for _ in 0..CHECKS {
                quotas.admit(now_ns, share, &asked).ok().unwrap().permit.settle(now_ns, &spent);
            }
            began.elapsed() / CHECKS
        };
        let best = (0..20).map(round).min().unwrap();
        assert!(best < Duration::from_micros(5), "{best:?} to admit and settle");
    }
}
