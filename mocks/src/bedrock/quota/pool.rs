//! All that is counted for one account, source region and model.
//!
//! Which meter a request is charged to, in this order:
//!
//! | asked | has room | then |
//! | --- | --- | --- |
//! | provisioned units | their meter | served; else throttled |
//! | tier `reserved` | reserved input and output | served as `reserved` |
//! | | no room | goes on as tier `default` |
//! | | nothing was reserved | refused: there is no reservation |
//! | latency `optimized` | its own quota | served as `optimized` |
//! | | no room, or the model has none | goes on as `standard` |
//! | anything else | day, requests, tokens of the lane | served; else throttled |
//!
//! If several quotas are used up, the one that lasts longest is blamed first: no wait of a minute helps
//! against the day's. All are asked before any is charged.

use super::limits::{Optimized, Provisioned, Quota, Reserved, WindowLaw};
use super::meter::{DAY, MINUTE, Mark, Meter};
use super::tariff::{Metering, Need, Spent};
use crate::bedrock::profile::Geography;
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
    fn of(self, limit: u64) -> u64 {
        let left = u128::from(limit) * u128::from(self.0) / u128::from(Self::NONE.0);
        u64::try_from(left).unwrap_or(limit)
    }
}

/// The answer of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It may run, on these terms.
    Admitted(Grant),
    /// A quota is used up.
    Throttled(Exhausted),
    /// It asks for reserved capacity where there is none.
    NoReservation,
}

/// On what terms a request may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// The tier that serves it.
    pub tier: ServiceTier,
    /// The latency that it is served with.
    pub latency: LatencyMode,
    /// What it was charged, to be put right when it is over.
    pub receipt: Receipt,
}

/// The quota that is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exhausted {
    /// Requests a minute.
    Requests,
    /// Tokens a minute.
    Tokens,
    /// Tokens a day.
    TokensPerDay,
}

impl Exhausted {
    /// Bedrock's text for it.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Exhausted::Requests => "Too many requests, please wait before trying again.",
            Exhausted::Tokens => "Too many tokens, please wait before trying again.",
            Exhausted::TokensPerDay => "Too many tokens per day, please wait before trying again.",
        }
    }
}

/// What was charged where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Receipt {
    /// Nothing.
    Free,
    /// A lane's quota, squeezed so much.
    OnDemand(Lane, Squeeze, Charge),
    /// The quota for optimised latency, squeezed so much.
    Optimized(Lane, Squeeze, Charge),
    /// Reserved rates: marks and amounts of input and output.
    Reserved(Lane, (Mark, u64), (Mark, u64)),
    /// Provisioned units, in this place.
    Provisioned(usize, Mark, u64),
}

/// A charge to a [`Gauge`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Charge {
    requests: Mark,
    tokens: Mark,
    day: Mark,
    amount: u64,
}

/// How a charge ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// The request ran and used so much.
    Ran(u64),
    /// It never ran, and counts for nothing.
    Void,
}

/// The meters of one account, region and model.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    day: Meter,
    lanes: Vec<LaneMeters>,
    provisioned: Vec<Meter>,
}

#[derive(Clone, Debug)]
struct LaneMeters {
    standard: Gauge,
    optimized: Gauge,
    optimized_day: Meter,
    reserved_input: Meter,
    reserved_output: Meter,
}

/// The minute meters of a [`Quota`].
#[derive(Clone, Debug)]
struct Gauge {
    requests: Meter,
    tokens: Meter,
}

impl Terms {
    fn quota(&self, lane: Lane) -> Quota {
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

impl Lane {
    /// On demand, and each geography.
    const COUNT: usize = 1 + Geography::ALL.len();

    fn index(self) -> usize {
        match self {
            Lane::OnDemand | Lane::Provisioned(_) => 0,
            Lane::Profile(geography) => 1 + geography as usize,
        }
    }
}

impl Pool {
    /// A pool of which nothing is used.
    pub(crate) fn new(terms: &Terms) -> Self {
        let lane = |index| LaneMeters::new(terms, if index == 0 { &terms.on_demand } else { &terms.profile });
        Pool {
            day: Meter::new(WindowLaw::ClockMinute, DAY),
            lanes: (0..Lane::COUNT).map(lane).collect(),
            provisioned: vec![Meter::new(terms.on_demand.law(), MINUTE); terms.provisioned.len()],
        }
    }

    /// Whether a request may run, `now_ns` after the Unix epoch; it is charged if so.
    pub(crate) fn admit(&mut self, terms: &Terms, now_ns: u64, asked: &Asked) -> Decision {
        if let Some(decision) = terms.decide_without_meters(asked) {
            return decision;
        }
        if let Lane::Provisioned(index) = asked.lane {
            return self.admit_provisioned(terms, now_ns, index, asked);
        }
        let mut tier = asked.tier;
        if tier == ServiceTier::Reserved {
            if let Some(receipt) = self.take_reserved(terms, now_ns, asked) {
                return Decision::Admitted(Grant { tier, latency: LatencyMode::Standard, receipt });
            }
            tier = ServiceTier::Default;
        }
        if asked.latency == LatencyMode::Optimized
            && let Some(receipt) = self.take_optimized(terms, now_ns, asked)
        {
            return Decision::Admitted(Grant { tier, latency: LatencyMode::Optimized, receipt });
        }
        match self.take_on_demand(terms, now_ns, asked) {
            Ok(receipt) => Decision::Admitted(Grant { tier, latency: LatencyMode::Standard, receipt }),
            Err(exhausted) => Decision::Throttled(exhausted),
        }
    }

    /// Whether a request that was refused would run if no fault squeezed the quotas.
    pub(crate) fn would_admit_unsqueezed(&self, terms: &Terms, now_ns: u64, asked: &Asked) -> bool {
        let unsqueezed = Asked { squeeze: Squeeze::NONE, ..*asked };
        *asked != unsqueezed
            && matches!(self.clone().admit(terms, now_ns, &unsqueezed), Decision::Admitted(_))
    }

    /// Puts right what a request was charged that has ended.
    pub(crate) fn settle(&mut self, terms: &Terms, now_ns: u64, receipt: &Receipt, spent: &Spent) {
        let amounts = Amounts {
            on_demand: Ending::Ran(terms.metering.on_demand_spent(spent)),
            reserved: Metering::reserved_spent(spent),
            provisioned: Metering::provisioned_spent(spent),
        };
        self.close(terms, now_ns, receipt, amounts);
    }

    /// Takes back what a request was charged that never ran.
    pub(crate) fn void(&mut self, terms: &Terms, now_ns: u64, receipt: &Receipt) {
        self.close(
            terms,
            now_ns,
            receipt,
            Amounts { on_demand: Ending::Void, reserved: (0, 0), provisioned: 0 },
        );
    }

    fn admit_provisioned(&mut self, terms: &Terms, now_ns: u64, index: usize, asked: &Asked) -> Decision {
        let (Some(units), Some(meter)) = (terms.provisioned.get(index), self.provisioned.get_mut(index))
        else {
            return Decision::Throttled(Exhausted::Tokens);
        };
        let amount = terms.metering.provisioned_need(&asked.need);
        if !meter.has_room(now_ns, amount, units.weight_per_minute()) {
            return Decision::Throttled(Exhausted::Tokens);
        }
        let receipt = Receipt::Provisioned(index, meter.charge(amount), amount);
        Decision::Admitted(Grant { tier: ServiceTier::Default, latency: LatencyMode::Standard, receipt })
    }

    fn take_reserved(&mut self, terms: &Terms, now_ns: u64, asked: &Asked) -> Option<Receipt> {
        let rates = terms.reserved?;
        let (input, output) = terms.metering.reserved_need(&asked.need);
        let lane = self.lanes.get_mut(asked.lane.index())?;
        let input_fits = lane.reserved_input.has_room(now_ns, input, rates.input_per_minute.get());
        let output_fits = lane.reserved_output.has_room(now_ns, output, rates.output_per_minute.get());
        (input_fits && output_fits).then(|| {
            let input = (lane.reserved_input.charge(input), input);
            Receipt::Reserved(asked.lane, input, (lane.reserved_output.charge(output), output))
        })
    }

    fn take_optimized(&mut self, terms: &Terms, now_ns: u64, asked: &Asked) -> Option<Receipt> {
        let optimized = terms.optimized.as_ref()?;
        let lane = self.lanes.get_mut(asked.lane.index())?;
        let amount = terms.metering.on_demand_need(&asked.need);
        let quota = Limits::of(&optimized.quota, asked.squeeze);
        let charge = lane.optimized.admit(&mut lane.optimized_day, now_ns, &quota, amount).ok()?;
        Some(Receipt::Optimized(asked.lane, asked.squeeze, charge))
    }

    fn take_on_demand(&mut self, terms: &Terms, now_ns: u64, asked: &Asked) -> Result<Receipt, Exhausted> {
        let amount = terms.metering.on_demand_need(&asked.need);
        let quota = Limits::of(&terms.quota(asked.lane), asked.squeeze);
        let lane = &mut self.lanes[asked.lane.index()];
        let charge = lane.standard.admit(&mut self.day, now_ns, &quota, amount)?;
        Ok(Receipt::OnDemand(asked.lane, asked.squeeze, charge))
    }

    fn close(&mut self, terms: &Terms, now_ns: u64, receipt: &Receipt, amounts: Amounts) {
        match receipt {
            Receipt::Free => {}
            Receipt::OnDemand(lane, squeeze, charge) => {
                let limits = Limits::of(&terms.quota(*lane), *squeeze);
                let gauge = &mut self.lanes[lane.index()].standard;
                gauge.close(&mut self.day, now_ns, &limits, charge, amounts.on_demand);
            }
            Receipt::Optimized(lane, squeeze, charge) => {
                let Some(optimized) = &terms.optimized else { return };
                let limits = Limits::of(&optimized.quota, *squeeze);
                let lane = &mut self.lanes[lane.index()];
                lane.optimized.close(&mut lane.optimized_day, now_ns, &limits, charge, amounts.on_demand);
            }
            Receipt::Reserved(lane, input, output) => {
                let Some(rates) = terms.reserved else { return };
                let lane = &mut self.lanes[lane.index()];
                let (input_rate, output_rate) = (rates.input_per_minute.get(), rates.output_per_minute.get());
                lane.reserved_input.settle(now_ns, input_rate, input.0, input.1, amounts.reserved.0);
                lane.reserved_output.settle(now_ns, output_rate, output.0, output.1, amounts.reserved.1);
            }
            Receipt::Provisioned(index, mark, reserved) => {
                let units = terms.provisioned.get(*index).zip(self.provisioned.get_mut(*index));
                if let Some((units, meter)) = units {
                    meter.settle(now_ns, units.weight_per_minute(), *mark, *reserved, amounts.provisioned);
                }
            }
        }
    }
}

/// What a request comes to in the end, by the rules of each way.
#[derive(Clone, Copy, Debug)]
struct Amounts {
    on_demand: Ending,
    reserved: (u64, u64),
    provisioned: u64,
}

/// The limits of a quota while a squeeze lasts.
#[derive(Clone, Copy, Debug)]
struct Limits {
    requests: u64,
    tokens: u64,
    day: u64,
}

impl Limits {
    fn of(quota: &Quota, squeeze: Squeeze) -> Self {
        // No traffic comes near the largest figure, so it stands for no limit.
        let limit = |limit: Option<u64>| limit.map_or(u64::MAX, |limit| squeeze.of(limit));
        Limits { requests: limit(quota.rpm()), tokens: limit(quota.tpm()), day: limit(quota.tpd()) }
    }
}

impl LaneMeters {
    fn new(terms: &Terms, quota: &Quota) -> Self {
        let optimized = terms.optimized.map_or(quota.law(), |optimized| optimized.quota.law());
        LaneMeters {
            standard: Gauge::new(quota.law()),
            optimized: Gauge::new(optimized),
            optimized_day: Meter::new(WindowLaw::ClockMinute, DAY),
            reserved_input: Meter::new(quota.law(), MINUTE),
            reserved_output: Meter::new(quota.law(), MINUTE),
        }
    }
}

impl Gauge {
    fn new(law: WindowLaw) -> Self {
        Gauge { requests: Meter::new(law, MINUTE), tokens: Meter::new(law, MINUTE) }
    }

    fn admit(
        &mut self,
        day: &mut Meter,
        now_ns: u64,
        limits: &Limits,
        amount: u64,
    ) -> Result<Charge, Exhausted> {
        if !day.has_room(now_ns, amount, limits.day) {
            return Err(Exhausted::TokensPerDay);
        }
        if !self.requests.has_room(now_ns, 1, limits.requests) {
            return Err(Exhausted::Requests);
        }
        if !self.tokens.has_room(now_ns, amount, limits.tokens) {
            return Err(Exhausted::Tokens);
        }
        let (requests, tokens) = (self.requests.charge(1), self.tokens.charge(amount));
        Ok(Charge { requests, tokens, day: day.charge(amount), amount })
    }

    fn close(&mut self, day: &mut Meter, now_ns: u64, limits: &Limits, charge: &Charge, ending: Ending) {
        let actual = match ending {
            Ending::Ran(actual) => actual,
            Ending::Void => {
                self.requests.settle(now_ns, limits.requests, charge.requests, 1, 0);
                0
            }
        };
        self.tokens.settle(now_ns, limits.tokens, charge.tokens, charge.amount, actual);
        day.settle(now_ns, limits.day, charge.day, charge.amount, actual);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::num::NonZeroU32;

    use proptest::prelude::*;

    use super::*;

    const NEED: Need =
        Need { input_tokens: 100, cache_read_tokens: 0, cache_write_tokens: 0, max_tokens: Some(900) };
    const ASKED: Asked = Asked {
        lane: Lane::OnDemand,
        tier: ServiceTier::Default,
        latency: LatencyMode::Standard,
        need: NEED,
        squeeze: Squeeze::NONE,
    };
    const US: Lane = Lane::Profile(Geography::Us);

    fn terms(quota: Quota) -> Terms {
        Terms {
            on_demand: quota,
            profile: quota,
            metering: Metering {
                burndown: NonZeroU32::MIN,
                reserves_cache_reads: true,
                max_output_tokens: NonZeroU32::MIN.saturating_add(4095),
            },
            reserved: None,
            optimized: None,
            provisioned: Vec::new(),
        }
    }

    fn spent(output_tokens: u32) -> Spent {
        Spent { input_tokens: 100, output_tokens, ..Spent::default() }
    }

    fn granted(decision: Decision) -> Grant {
        match decision {
            Decision::Admitted(grant) => grant,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_quota_is_blamed_in_its_own_words() {
        let cases = [
            (
                Quota::unlimited().requests_per_minute(0),
                "Too many requests, please wait before trying again.",
            ),
            (Quota::unlimited().tokens_per_minute(999), "Too many tokens, please wait before trying again."),
            (
                Quota::unlimited().tokens_per_day(999),
                "Too many tokens per day, please wait before trying again.",
            ),
            (
                Quota::unlimited().requests_per_minute(0).tokens_per_minute(0),
                "Too many requests, please wait before trying again.",
            ),
            (
                Quota::unlimited().requests_per_minute(0).tokens_per_day(0),
                "Too many tokens per day, please wait before trying again.",
            ),
        ];
        for (quota, text) in cases {
            let terms = terms(quota);
            match Pool::new(&terms).admit(&terms, 0, &ASKED) {
                Decision::Throttled(exhausted) => assert_eq!(exhausted.message(), text, "{quota:?}"),
                other => panic!("{quota:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_was_reserved_and_not_used_lets_the_next_one_in() {
        let terms = terms(Quota::unlimited().tokens_per_minute(1500));
        let mut pool = Pool::new(&terms);
        let grant = granted(pool.admit(&terms, 0, &ASKED));
        assert_eq!(pool.admit(&terms, 0, &ASKED), Decision::Throttled(Exhausted::Tokens));
        pool.settle(&terms, 0, &grant.receipt, &spent(10));
        granted(pool.admit(&terms, 0, &ASKED));
    }

    #[test]
    fn output_burns_down_what_was_never_reserved() {
        let mut terms = terms(Quota::unlimited().tokens_per_minute(5600));
        terms.metering.burndown = NonZeroU32::MIN.saturating_add(4);
        let mut pool = Pool::new(&terms);
        let grant = granted(pool.admit(&terms, 0, &ASKED));
        pool.settle(&terms, 0, &grant.receipt, &spent(900));
        // 100 in and 900 out at five times are 4,600: another reservation of 1,000 just fits.
        granted(pool.admit(&terms, 0, &ASKED));
        assert_eq!(pool.admit(&terms, 0, &ASKED), Decision::Throttled(Exhausted::Tokens));
    }

    #[test]
    fn lanes_share_the_day_and_nothing_else() {
        let terms = terms(Quota::unlimited().requests_per_minute(1).tokens_per_day(2500));
        let mut pool = Pool::new(&terms);
        granted(pool.admit(&terms, 0, &ASKED));
        assert_eq!(pool.admit(&terms, 0, &ASKED), Decision::Throttled(Exhausted::Requests));
        granted(pool.admit(&terms, 0, &Asked { lane: US, ..ASKED }));
        let eu = Asked { lane: Lane::Profile(Geography::Eu), ..ASKED };
        assert_eq!(pool.admit(&terms, 0, &eu), Decision::Throttled(Exhausted::TokensPerDay));
    }

    #[test]
    fn a_request_that_never_ran_counts_for_nothing() {
        let terms = terms(Quota::unlimited().requests_per_minute(1).tokens_per_minute(1000));
        let mut pool = Pool::new(&terms);
        let grant = granted(pool.admit(&terms, 0, &ASKED));
        pool.void(&terms, 0, &grant.receipt);
        granted(pool.admit(&terms, 0, &ASKED));
    }

    #[test]
    fn three_tiers_share_and_reserved_flows_over() {
        let mut terms = terms(Quota::unlimited().requests_per_minute(2));
        terms.reserved = Some(Reserved::new(200, 1000).unwrap());
        let mut pool = Pool::new(&terms);
        let mut tier = |tier| match pool.admit(&terms, 0, &Asked { tier, ..ASKED }) {
            Decision::Admitted(grant) => Some(grant.tier),
            _ => None,
        };
        // The reserved output of a second request does not fit.
        assert_eq!(tier(ServiceTier::Reserved), Some(ServiceTier::Reserved));
        assert_eq!(tier(ServiceTier::Reserved), Some(ServiceTier::Default));
        assert_eq!(tier(ServiceTier::Priority), Some(ServiceTier::Priority));
        assert_eq!(tier(ServiceTier::Flex), None);
        assert_eq!(tier(ServiceTier::Default), None);
    }

    #[test]
    fn reserved_capacity_must_be_there() {
        let terms = terms(Quota::unlimited());
        let asked = Asked { tier: ServiceTier::Reserved, ..ASKED };
        assert_eq!(Pool::new(&terms).admit(&terms, 0, &asked), Decision::NoReservation);
    }

    #[test]
    fn optimised_latency_has_a_quota_of_its_own_and_ends_in_standard() {
        let mut terms = terms(Quota::unlimited().requests_per_minute(1));
        let quota = Quota::unlimited().requests_per_minute(1);
        terms.optimized = Some(Optimized::new(quota, 2.0).unwrap());
        let mut pool = Pool::new(&terms);
        let asked = Asked { latency: LatencyMode::Optimized, ..ASKED };
        let mut latency = || match pool.admit(&terms, 0, &asked) {
            Decision::Admitted(grant) => Some(grant.latency),
            _ => None,
        };
        assert_eq!(latency(), Some(LatencyMode::Optimized));
        assert_eq!(latency(), Some(LatencyMode::Standard));
        assert_eq!(latency(), None);
    }

    #[test]
    fn a_model_without_optimised_latency_serves_as_standard() {
        let terms = terms(Quota::unlimited());
        let asked = Asked { latency: LatencyMode::Optimized, ..ASKED };
        assert_eq!(granted(Pool::new(&terms).admit(&terms, 0, &asked)).latency, LatencyMode::Standard);
    }

    #[test]
    fn provisioned_units_are_apart_from_quotas() {
        let mut terms = terms(Quota::unlimited().requests_per_minute(0));
        terms.provisioned = vec![Provisioned::new("abc", "us-east-1", NonZeroU32::MIN, 1500).unwrap()];
        let mut pool = Pool::new(&terms);
        let asked = Asked { lane: Lane::Provisioned(0), ..ASKED };
        let grant = granted(pool.admit(&terms, 0, &asked));
        assert_eq!(pool.admit(&terms, 0, &asked), Decision::Throttled(Exhausted::Tokens));
        pool.settle(&terms, 0, &grant.receipt, &spent(100));
        granted(pool.admit(&terms, 0, &asked));
    }

    #[test]
    fn a_squeeze_leaves_a_share() {
        let terms = terms(Quota::unlimited().requests_per_minute(10));
        let mut pool = Pool::new(&terms);
        let squeezed = Asked { squeeze: Squeeze::to_millionths(250_000), ..ASKED };
        let admitted =
            |pool: &mut Pool, asked: &Asked| matches!(pool.admit(&terms, 0, asked), Decision::Admitted(_));
        assert!(admitted(&mut pool, &squeezed) && admitted(&mut pool, &squeezed));
        assert!(!admitted(&mut pool, &squeezed));
        assert!(admitted(&mut pool, &ASKED));
    }

    proptest! {
        /// Whatever comes and ends when, a clock minute admits no more requests and reserves no more tokens
        /// than its quota, and what is refused leaves no trace.
        #[test]
        fn a_minute_holds_its_quota(
            rpm in 0_u64..20,
            tpm in 0_u64..20_000,
            steps in prop::collection::vec((0_u64..20, 0_u32..1000, 0_u32..2000, 0_usize..8), 1..80),
        ) {
            let terms = terms(Quota::unlimited().requests_per_minute(rpm).tokens_per_minute(tpm));
            let mut pool = Pool::new(&terms);
            let (mut now, mut minute, mut requests) = (0_u64, 0, 0_u64);
            let mut open: Vec<(u64, u64, Receipt)> = Vec::new();
            let (mut held, mut done) = (0_u64, 0_u64);
            for &(gap_s, input_tokens, output, ends) in &steps {
                now += gap_s * 1_000_000_000;
                if now / MINUTE != minute {
                    (minute, requests, held, done) = (now / MINUTE, 0, 0, 0);
                }
                if ends < open.len() {
                    let (since, reserved, receipt) = open.swap_remove(ends);
                    let spent = Spent { output_tokens: output, ..Spent::default() };
                    pool.settle(&terms, now, &receipt, &spent);
                    if since == minute {
                        held -= reserved;
                        done += u64::from(output);
                    } else {
                        done += u64::from(output).saturating_sub(reserved);
                    }
                }
                let need = Need { input_tokens, max_tokens: Some(100), ..NEED };
                let amount = u64::from(input_tokens) + 100;
                let fits = requests < rpm && held + done + amount <= tpm;
                let before = pool.clone();
                match pool.admit(&terms, now, &Asked { need, ..ASKED }) {
                    Decision::Admitted(grant) => {
                        prop_assert!(fits);
                        requests += 1;
                        held += amount;
                        open.push((minute, amount, grant.receipt));
                    }
                    _ => {
                        prop_assert!(!fits);
                        let mut after = pool.clone();
                        let mut before = before;
                        let probe = Asked { need: Need { input_tokens: 0, max_tokens: Some(0), ..NEED }, ..ASKED };
                        prop_assert_eq!(after.admit(&terms, now, &probe), before.admit(&terms, now, &probe));
                    }
                }
                prop_assert!(requests <= rpm);
            }
        }
    }
}
