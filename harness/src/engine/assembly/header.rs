//! From a plan to what readers of its log must know.

use std::time::SystemTime;

use bedload_reports::header::{ClockKind, FORMAT_VERSION, FaultKind, FaultWindow, Flow, Header, Model, Via};
use bedload_reports::units::Nanos;

use super::work::queue_setup;
use crate::pace::{Curve, Schedule};
use crate::scenario::{self, Inject, Load, Plan, Target, ThrottleMessage};
use crate::seed::Seed;

/// The header of a run of this plan on this clock, whose epoch is `epoch` on the wall.
pub fn header(plan: &Plan, clock: ClockKind, epoch: SystemTime) -> Header {
    Header {
        format: FORMAT_VERSION,
        scenario: plan.name().clone(),
        about: plan.about().to_owned(),
        seed: plan.seed(),
        digest: plan.digest().to_owned(),
        clock,
        epoch: epoch.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().into(),
        target: target(plan.target(), clock),
        real_aws: matches!(plan.target(), Target::Aws { .. }),
        stages: plan.stages().to_vec(),
        faults: plan.faults().iter().map(|fault| self::fault(plan, fault)).collect(),
        flows: plan.flows().iter().map(|flow| self::flow(plan, flow)).collect(),
        models: plan.models().iter().map(model).collect(),
        slo: plan.slo(),
        gates: plan.gates().to_vec(),
        stop_if: plan.stop_if().to_vec(),
        validity: plan.validity(),
        expect: plan.expect().cloned(),
        trace: plan.trace(),
    }
}

/// The schedule of a flow that keeps one, drawn or replayed; none for a closed one.
pub fn schedule(plan: &Plan, flow: &scenario::Flow) -> Option<Schedule> {
    if let Some(replay) = flow.load().replay() {
        return Some(Schedule::replay(replay));
    }
    let Load::Open { arrivals, stretches } = flow.load() else { return None };
    let rng = Seed::new(plan.seed()).stream(&format!("arrivals/{}", flow.name()));
    Some(Schedule::new(Curve::new(stretches), *arrivals, rng))
}

fn target(target: &Target, clock: ClockKind) -> String {
    match (target, clock) {
        (Target::Mock { regions, .. }, ClockKind::Virtual) => {
            format!("mock of {} in memory", regions.join(", "))
        }
        (Target::Mock { regions, .. }, ClockKind::Real) => format!("mock of {} over TCP", regions.join(", ")),
        (Target::Endpoint(at), _) if at.is_one() => format!("endpoint {}", at.bedrock),
        (Target::Endpoint(at), _) => {
            format!("endpoints {} (models), {} (queues), {} (job store)", at.bedrock, at.sqs, at.dynamodb)
        }
        (Target::Aws { profile: Some(profile), .. }, _) => format!("AWS with profile {profile}"),
        (Target::Aws { profile: None, .. }, _) => "AWS".to_owned(),
    }
}

fn fault(plan: &Plan, fault: &scenario::Fault) -> FaultWindow {
    let (from, to) = fault.when().window().unwrap_or((Nanos::ZERO, plan.length()));
    FaultWindow { name: fault.name().clone(), from, to, about: fault.about(), kind: kind(fault.inject()) }
}

fn kind(inject: &Inject) -> FaultKind {
    match inject {
        Inject::Stall { lasts, .. } => FaultKind::Stall { lasts: lasts.map(Nanos::from) },
        Inject::Throttle { message: ThrottleMessage::TokensPerDay, .. } => FaultKind::DayQuota,
        Inject::WrongDate(_) => FaultKind::WrongDate,
        _ => FaultKind::Other,
    }
}

fn flow(plan: &Plan, flow: &scenario::Flow) -> Flow {
    Flow {
        name: flow.name().clone(),
        operation: flow.call().operation,
        model: flow.call().model.clone(),
        client: flow.client().clone(),
        via: match plan.client(flow.client()).and_then(|client| client.wire()) {
            Some(_) => Via::Wire,
            None => Via::Sdk,
        },
        planned: match flow.load() {
            Load::Queue { policy, .. } => Some(policy.jobs),
            Load::Open { .. } | Load::Closed { .. } | Load::Replay { .. } => {
                schedule(plan, flow).map(|schedule| schedule.count() as u64)
            }
        },
        queue: queue_setup(plan, flow),
    }
}

fn model(model: &scenario::Model) -> Model {
    Model { name: model.name().clone(), id: model.id().clone(), price: model.price() }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_judge_learns_of_stalls_and_of_the_quota_of_the_day() {
        let stall = |lasts| Inject::Stall { after: 3, lasts };
        let throttle = |message| Inject::Throttle { message, retry_after: None };
        for (inject, expected) in [
            (stall(Some(Duration::from_secs(30))), FaultKind::Stall { lasts: Some(Nanos::from_secs(30)) }),
            (stall(None), FaultKind::Stall { lasts: None }),
            (throttle(ThrottleMessage::TokensPerDay), FaultKind::DayQuota),
            (throttle(ThrottleMessage::Tokens), FaultKind::Other),
            (Inject::Outage, FaultKind::Other),
        ] {
            assert_eq!(kind(&inject), expected, "{inject}");
        }
    }
}
