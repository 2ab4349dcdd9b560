//! What a plan of capacity asks of the scenario.

use std::time::Duration;

use bedload_reports::record::Name;

use super::world::World;
use crate::scenario::decode::Optional;
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::goal::Goal;
use crate::scenario::leaf::{GoalText, Positive, Time};
use crate::scenario::notes::{Noted, Notes};
use crate::scenario::place::At;

/// What a plan of capacity asks of the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapacityQuestion {
    /// What every step must keep; the scenario's slo without any.
    pub goals: Vec<Goal>,
    /// The flow whose load is turned.
    pub flow: Option<Name>,
    /// The time in which a queue must be empty.
    pub deadline: Option<Duration>,
    /// The time of each step before figures count.
    pub warm_up: Duration,
    /// The time of each step in which they do.
    pub hold: Duration,
}

impl Default for CapacityQuestion {
    fn default() -> Self {
        CapacityQuestion {
            goals: Vec::new(),
            flow: None,
            deadline: None,
            warm_up: defaults::PLAN_WARM_UP,
            hold: defaults::PLAN_HOLD,
        }
    }
}

impl CapacityQuestion {
    pub(super) fn build(
        raw: &Optional<file::Capacity>,
        world: &World,
        notes: &mut Notes,
    ) -> Result<Option<Self>, Noted> {
        let Some(raw) = raw.value()? else { return Ok(None) };
        let time = |given: &Optional<Positive<Time>>| Ok(given.value()?.map(|time| time.get().get()));
        let goals = match raw.goals.value()? {
            None => Vec::new(),
            Some(list) => {
                let each = |item: &Result<At<GoalText>, Noted>| {
                    item.as_ref().map(|goal| goal.value.get().clone()).map_err(|noted| *noted)
                };
                list.items().iter().map(each).collect::<Result<_, _>>()?
            }
        };
        let flow = match raw.flow.get()? {
            None => None,
            Some(given) => Some(world.flows.find(given.value.get(), given.place, notes)?),
        };
        Ok(Some(CapacityQuestion {
            goals,
            flow,
            deadline: time(&raw.deadline)?,
            warm_up: time(&raw.warm_up)?.unwrap_or(defaults::PLAN_WARM_UP),
            hold: time(&raw.hold)?.unwrap_or(defaults::PLAN_HOLD),
        }))
    }
}
