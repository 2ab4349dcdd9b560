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

use super::asked::{Asked, Lane, Squeeze};
use super::decision::{Decision, Exhausted, Grant, Receipt};
use super::gauge::{Ending, Gauge, Limits};
use super::limits::{Quota, WindowLaw};
use super::meter::{DAY, MINUTE, Meter};
use super::tariff::{Metering, Spent};
use super::terms::Terms;
use crate::bedrock::tier::{LatencyMode, ServiceTier};

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

#[cfg(test)]
mod tests;
