//! From a plan to what must be known of its quotas, to say how much of them the traffic asks for.

use std::collections::{BTreeMap, BTreeSet};

use bedload_mocks::Geography;
use bedload_reports::capacity::{Allowance, Terms};
use bedload_reports::record::Name;

use crate::scenario::{Model, Plan, WindowLaw};

/// The quotas of all models that the plan's flows may ask, and what calls reserve of them. A load is kept up for so many hours
/// of a day.
pub fn terms(plan: &Plan, hours_a_day: f64) -> Terms {
    let mut asked: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
    let mut reserved_output: BTreeMap<Name, BTreeMap<Name, u64>> = BTreeMap::new();
    for flow in plan.flows() {
        let Some(client) = plan.client(flow.client()) else { continue };
        for name in client.models(&flow.call().model) {
            let Some(model) = plan.model(name) else { continue };
            let most = flow.call().most_output(model.behaviour());
            reserved_output.entry(flow.name().clone()).or_default().insert(name.clone(), u64::from(most));
            let regions = client.regions().iter().filter(|region| serves(model, region)).cloned();
            asked.entry(name.clone()).or_default().extend(regions);
        }
    }
    let allowance =
        |(name, regions): (&Name, &BTreeSet<Name>)| Some(allowance(plan.model(name)?, regions.len()));
    Terms { allowances: asked.iter().filter_map(allowance).collect(), reserved_output, hours_a_day }
}

/// On targets that are no mock, models have the regions that the scenario names, if any.
fn serves(model: &Model, region: &Name) -> bool {
    model.regions().is_empty() || model.regions().contains(region)
}

/// What an account may use of a model over so many regions; without a quota, anything.
fn allowance(model: &Model, regions: usize) -> Allowance {
    let quota = model.quota();
    let minute =
        quota.map(|quota| quota.profile.filter(|_| is_profile(model.id())).unwrap_or(quota.on_demand));
    let over_regions = |limit: Option<u64>| limit.map(|limit| limit as f64 * regions as f64);
    Allowance {
        model: model.name().clone(),
        regions: u32::try_from(regions).unwrap_or(u32::MAX),
        rpm: over_regions(minute.and_then(|minute| minute.rpm)),
        tpm: over_regions(minute.and_then(|minute| minute.tpm)),
        // The tokens of a day are the model's, whatever the way to it.
        tpd: over_regions(quota.and_then(|quota| quota.on_demand.tpd)),
        burndown: quota.map_or(1.0, |quota| f64::from(quota.burndown)),
        refills: quota.is_some_and(|quota| quota.window == WindowLaw::Refill),
    }
}

/// Whether an id is that of an inference profile: a model's id after the name of a geography.
fn is_profile(id: &str) -> bool {
    id.split_once('.').is_some_and(|(first, _)| Geography::from_name(first).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_told_by_its_geography() {
        assert!(is_profile("us.anthropic.claude-3-haiku-20240307-v1:0"));
        assert!(!is_profile("anthropic.claude-3-haiku-20240307-v1:0"));
    }
}
