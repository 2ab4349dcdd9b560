//! Decisions of policies as events of the request.

use super::attempt::millis;
use super::convention as key;
use super::span::{Event, Value};
use super::tracer::Tracer;
use crate::record::{BreakerState, Decision, Deed, Name};

pub(super) fn of<'a>(tracer: &Tracer<'_>, decision: &'a Decision) -> Event<'a> {
    let (name, attributes) = told(&decision.deed);
    Event { at: tracer.wall(decision.at), name, attributes }
}

fn told(deed: &Deed) -> (&'static str, Vec<(&'static str, Value<'_>)>) {
    match deed {
        Deed::GatewayRefused { status, code } => (
            "gateway refused",
            vec![(key::HTTP_STATUS, Value::Int((*status).into())), (key::ERROR_TYPE, Value::from(&**code))],
        ),
        Deed::GatewayTimedOut => ("gateway timed out", Vec::new()),
        Deed::Paced { wait } => ("paced", vec![(key::WAIT_MS, millis(*wait))]),
        Deed::Shed => ("shed", Vec::new()),
        Deed::BreakerRefused { model, region } => ("breaker refused", at(model, region)),
        Deed::BreakerMoved { model, region, from, to } => {
            let mut attributes = at(model, region);
            attributes.push((key::FROM, Value::from(state(*from))));
            attributes.push((key::TO, Value::from(state(*to))));
            ("breaker moved", attributes)
        }
        Deed::ReturnTried { region } => ("return tried", vec![(key::REGION, Value::from(&**region))]),
        Deed::Hedged => ("hedged", Vec::new()),
        Deed::Slept { wait } => ("slept", vec![(key::WAIT_MS, millis(*wait))]),
        Deed::BudgetSpent => ("budget spent", Vec::new()),
    }
}

fn at<'a>(model: &'a Name, region: &'a Name) -> Vec<(&'static str, Value<'a>)> {
    vec![(key::MODEL, Value::from(&**model)), (key::REGION, Value::from(&**region))]
}

fn state(state: BreakerState) -> &'static str {
    match state {
        BreakerState::Closed => "closed",
        BreakerState::Open => "open",
        BreakerState::HalfOpen => "half_open",
    }
}
