//! From a plan to the cloud that it runs against.

use std::num::NonZeroU32;
use std::time::Duration;

use bedload_mocks::faults::{Script, Share};
use bedload_mocks::{
    Account, AnswerMode, Behaviour, CloudSpec, Geography, ModelSpec, Optimized, Provisioned, Quota, Reserved,
    Spread, WindowLaw,
};
use bedload_reports::record::Name;

use super::AssemblyError;
use super::answer::rules;
use super::fault::faults;
use crate::scenario::{self, OnDemand, Plan, Target};
use crate::seed::Seed;

/// The cloud of a plan: its regions, its account, its models and its faults.
pub fn spec(plan: &Plan) -> Result<CloudSpec, AssemblyError> {
    let Target::Mock { regions, account, profiles, async_fails, blocked_words } = plan.target() else {
        return Err(AssemblyError::Unknown { kind: "cloud", name: plan.name().to_string() });
    };
    let models = plan.models().iter().map(|model| self::model(model, profiles)).collect::<Result<_, _>>()?;
    let seed = Seed::new(plan.seed()).derive("cloud");
    let regions = regions.iter().map(|region| region.to_string()).collect();
    let cloud = CloudSpec::new(seed, regions, models, Script::new(faults(plan.faults())?)?)?;
    Ok(cloud
        .answering(rules(plan.answers())?)
        .account(Account::new(account.clone())?)?
        .async_failures(Share::new(*async_fails)?)
        .blocked_words(blocked_words.iter().map(|word| word.to_string())))
}

/// A model with its pace and length alone: enough to know it by, where the cloud is not ours.
pub(super) fn bare_model(model: &scenario::Model) -> Result<ModelSpec, AssemblyError> {
    Ok(ModelSpec::new(model.name().to_string(), model.id().to_string(), behaviour(model.behaviour())?)?)
}

fn model(model: &scenario::Model, profiles: &[(Name, Vec<Name>)]) -> Result<ModelSpec, AssemblyError> {
    let asked = model.behaviour();
    let mut spec = bare_model(model)?
        .regions(model.regions().iter().cloned())
        .max_output_tokens(at_least_one(asked.max_output_tokens))
        .thinking(count_spread(asked.reasoning_tokens)?)
        .answering(match asked.answers {
            scenario::Answers::Essay => AnswerMode::Essay,
            scenario::Answers::Echo => AnswerMode::Echo,
        });
    if !model.on_demand() {
        spec = spec.profiles_only();
    }
    if let Some(capacity) = asked.capacity {
        spec = spec.capacity(at_least_one(capacity));
    }
    if let Some(slots) = asked.slots {
        spec = spec.slots(at_least_one(slots));
    }
    if let Some(optimized) = &asked.optimized {
        let quota =
            quota_of(OnDemand { rpm: optimized.rpm, tpm: optimized.tpm, tpd: None }, WindowLaw::default());
        spec = spec.optimized(Optimized::new(quota, optimized.speedup)?);
    }
    for (prefix, destinations) in profiles {
        let geography = Geography::from_name(prefix)
            .ok_or_else(|| AssemblyError::Unknown { kind: "profile", name: prefix.to_string() })?;
        spec = spec.destinations(geography, serving(destinations, model));
    }
    match model.quota() {
        Some(quota) => with_quota(spec, quota),
        None => Ok(spec),
    }
}

/// Those of a profile's destinations that have the model.
fn serving<'p>(destinations: &'p [Name], model: &'p scenario::Model) -> impl Iterator<Item = Name> + 'p {
    destinations.iter().filter(|region| model.regions().contains(region)).cloned()
}

fn with_quota(mut spec: ModelSpec, asked: &scenario::Quota) -> Result<ModelSpec, AssemblyError> {
    let law = match asked.window {
        scenario::WindowLaw::ClockMinute => WindowLaw::ClockMinute,
        scenario::WindowLaw::Refill => WindowLaw::Refill,
    };
    spec = spec
        .quota(quota_of(asked.on_demand, law))
        .burndown(at_least_one(asked.burndown))
        .reserves_cache_reads(asked.count_cache_reads);
    if let Some(profile) = asked.profile {
        spec = spec.profile_quota(quota_of(OnDemand { tpd: asked.on_demand.tpd, ..profile }, law));
    }
    if let Some(reserved) = &asked.reserved {
        spec = spec.reserved(Reserved::new(reserved.input_tpm, reserved.output_tpm)?);
    }
    for bought in &asked.provisioned {
        let region = bought.region.clone().unwrap_or_default();
        let units = at_least_one(bought.units);
        spec = spec.provisioned(Provisioned::new(bought.id.clone(), region, units, bought.tpm_per_unit)?);
    }
    Ok(spec)
}

fn quota_of(asked: OnDemand, law: WindowLaw) -> Quota {
    let mut quota = Quota::unlimited().windows(law);
    if let Some(requests) = asked.rpm {
        quota = quota.requests_per_minute(requests);
    }
    if let Some(tokens) = asked.tpm {
        quota = quota.tokens_per_minute(tokens);
    }
    if let Some(tokens) = asked.tpd {
        quota = quota.tokens_per_day(tokens);
    }
    quota
}

fn at_least_one(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

/// A model's pace and length, as the cloud takes it.
pub fn behaviour(asked: &scenario::Behaviour) -> Result<Behaviour, AssemblyError> {
    Ok(Behaviour {
        ttft: time_spread(asked.ttft)?,
        per_token: time_spread(asked.per_token)?,
        output_tokens: count_spread(asked.output_tokens)?,
        tokens_per_event: at_least_one(asked.tokens_per_event),
    })
}

/// A spread of seconds as a spread of time.
pub(super) fn time_spread(spread: scenario::Spread) -> Result<Spread<Duration>, AssemblyError> {
    let time = |secs: f64| Duration::try_from_secs_f64(secs).unwrap_or(Duration::MAX);
    Ok(match spread {
        scenario::Spread::Constant(secs) => Spread::constant(time(secs)),
        scenario::Spread::LogNormal { p50, p99 } => Spread::from_p50_p99(time(p50), time(p99))?,
        scenario::Spread::Through(quantiles) => Spread::through(quantiles),
    })
}

/// A spread of counts.
pub(super) fn count_spread(spread: scenario::Spread) -> Result<Spread<u32>, AssemblyError> {
    let count = |count: f64| count.round() as u32;
    Ok(match spread {
        scenario::Spread::Constant(number) => Spread::constant(count(number)),
        scenario::Spread::LogNormal { p50, p99 } => Spread::from_p50_p99(count(p50), count(p99))?,
        scenario::Spread::Through(quantiles) => Spread::through(quantiles),
    })
}
