//! What `check` says of a scenario that is right, and still may not be what its author meant.
//!
//! A mistake stops a run; advice never does. It stands on arithmetic alone: what a queue needs by Little's law, and
//! settings that contradict each other only when something goes wrong.

use std::time::Duration;

use bedload_reports::number;
use bedload_reports::sizing::{QueueSetup, Sizing};

use crate::engine::assembly::queue_setup;
use crate::scenario::{Flow, Plan};

/// The longest integration limit that an API Gateway grants without being asked, and that edge APIs can have at all.
const GATEWAY_LIMIT: Duration = Duration::from_secs(29);

/// Advice on a plan, a line each.
pub(super) fn advice(plan: &Plan) -> Vec<String> {
    plan.flows().iter().flat_map(|flow| on_flow(plan, flow)).collect()
}

fn on_flow(plan: &Plan, flow: &Flow) -> Vec<String> {
    let name = flow.name();
    let queue = queue_setup(plan, flow).map(|setup| on_queue(&setup)).unwrap_or_default();
    let gateway = on_gateway(plan, flow);
    queue.into_iter().chain(gateway).map(|line| format!("{name}: {line}")).collect()
}

fn on_queue(setup: &QueueSetup) -> Vec<String> {
    let sizing = Sizing::of(setup);
    needs(setup, &sizing).into_iter().chain(sizing.warnings.iter().map(|misfit| misfit.sentence())).collect()
}

/// What the batch needs, where a model of ours says how long a job takes.
fn needs(setup: &QueueSetup, sizing: &Sizing) -> Option<String> {
    let (mean, all) = setup.work.mean.zip(sizing.sequential)?;
    let mut line = format!(
        "{} jobs of {} are {} h one after the other",
        number::count(setup.jobs),
        number::time(mean),
        number::significant(all.as_secs_f64() / 3600.0)
    );
    if let (Some(deadline), Some(least)) = (setup.deadline, sizing.least_slots) {
        line += &format!("; within {} they need {} at once", number::time(deadline), number::count(least));
        let whole = |rate: f64| number::count(rate.ceil() as u64);
        if let Some(rpm) = sizing.least_rpm {
            line += &format!(", {} requests", whole(rpm));
        }
        if let Some(tpm) = sizing.least_tpm {
            line += &format!(" and {} reserved tokens a minute", whole(tpm));
        }
    }
    let slots = number::count(setup.consumer.slots());
    Some(format!(
        "{line}; {slots} can be, and take {}",
        sizing.expected.map_or_else(String::new, number::time)
    ))
}

fn on_gateway(plan: &Plan, flow: &Flow) -> Option<String> {
    let gateway = flow.gateway()?;
    if gateway.timeout > GATEWAY_LIMIT {
        return Some(format!(
            "an integration limit of {} needs a Regional or private API, and a raised quota; an edge API has 29 s.",
            number::time(gateway.timeout.into())
        ));
    }
    let total = plan.client(flow.client())?.timeout().total;
    let late = total.is_none_or(|total| total > gateway.timeout);
    late.then(|| {
        let client = total.map_or_else(|| "has no limit".to_owned(), |total| format!("may take {}", number::time(total.into())));
        format!(
            "the gateway answers 504 after {}, and the client behind it {client}: what it spends after that is for nobody. Give the client a shorter total timeout.",
            number::time(gateway.timeout.into())
        )
    })
}
