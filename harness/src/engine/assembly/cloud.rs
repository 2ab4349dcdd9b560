//! From a plan to the cloud that it runs against.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use bedload_mocks::faults::{
    Aim, Fault, InternalError, Kind, Latency, Script, Share, Throttle, ThrottleMessage, Unavailable, Window,
};
use bedload_mocks::{Behaviour, CloudSpec, ModelSpec, Spread};

use super::AssemblyError;
use crate::scenario::{self, Inject, Plan, Target};
use crate::seed::Seed;

/// The cloud of a plan: its regions, its models and its faults.
pub fn spec(plan: &Plan) -> Result<CloudSpec, AssemblyError> {
    let regions = match plan.target() {
        Target::Mock { regions } => regions.iter().map(|region| region.to_string()).collect(),
        Target::Endpoint(_) | Target::Aws { .. } => Vec::new(),
    };
    let models = plan.models().iter().map(model).collect::<Result<_, _>>()?;
    let faults = plan.faults().iter().map(fault).collect::<Result<_, _>>()?;
    let seed = Seed::new(plan.seed()).derive("cloud");
    Ok(CloudSpec::new(seed, regions, models, Script::new(faults)?)?)
}

pub(super) fn model(model: &scenario::Model) -> Result<ModelSpec, AssemblyError> {
    Ok(ModelSpec::new(model.name().to_string(), model.id().to_string(), behaviour(model.behaviour())?)?)
}

/// A model's pace and length, as the cloud takes it.
pub fn behaviour(asked: &scenario::Behaviour) -> Result<Behaviour, AssemblyError> {
    Ok(Behaviour {
        ttft: time_spread(asked.ttft)?,
        per_token: time_spread(asked.per_token)?,
        output_tokens: count_spread(asked.output_tokens)?,
        tokens_per_event: NonZeroU32::new(asked.tokens_per_event).unwrap_or(NonZeroU32::MIN),
    })
}

pub(super) fn fault(asked: &scenario::Fault) -> Result<Fault, AssemblyError> {
    let (from, to) = asked.window();
    let aim = asked.aim();
    let trigger = asked.trigger();
    let mut fault = Fault::new(asked.name().clone(), kind(asked.inject())?)
        .during(Window::between(from.into(), to.into())?)
        .aimed_at(Aim {
            flows: aim.flows.clone(),
            operations: aim.operations.iter().map(|operation| operation.aws_name().into()).collect(),
            models: aim.models.clone(),
            regions: aim.regions.clone(),
            ..Aim::default()
        })
        .share(Share::new(trigger.share)?);
    if let Some(first) = trigger.first.and_then(NonZeroU64::new) {
        fault = fault.first(first);
    }
    if let Some(every) = trigger.every.and_then(NonZeroU64::new) {
        fault = fault.every(every);
    }
    Ok(fault)
}

fn kind(inject: &Inject) -> Result<Kind, AssemblyError> {
    Ok(match inject {
        Inject::Throttle { message, retry_after } => Kind::Throttle(Throttle {
            message: match message {
                scenario::ThrottleMessage::Requests => ThrottleMessage::Requests,
                scenario::ThrottleMessage::Tokens => ThrottleMessage::Tokens,
                scenario::ThrottleMessage::TokensPerDay => ThrottleMessage::TokensPerDay,
            },
            retry_after_ms: retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
        }),
        Inject::Unavailable => Kind::Unavailable(Unavailable::default()),
        Inject::InternalError => Kind::InternalError(InternalError),
        Inject::Latency { add } => Kind::Latency(Latency { added: time_spread(*add)? }),
    })
}

/// A spread of seconds as a spread of time.
pub(super) fn time_spread(spread: scenario::Spread) -> Result<Spread<Duration>, AssemblyError> {
    let time = |secs: f64| Duration::try_from_secs_f64(secs).unwrap_or(Duration::MAX);
    Ok(match spread {
        scenario::Spread::Constant(secs) => Spread::constant(time(secs)),
        scenario::Spread::LogNormal { p50, p99 } => Spread::from_p50_p99(time(p50), time(p99))?,
    })
}

/// A spread of counts.
pub(super) fn count_spread(spread: scenario::Spread) -> Result<Spread<u32>, AssemblyError> {
    let count = |count: f64| count.round() as u32;
    Ok(match spread {
        scenario::Spread::Constant(number) => Spread::constant(count(number)),
        scenario::Spread::LogNormal { p50, p99 } => Spread::from_p50_p99(count(p50), count(p99))?,
    })
}
