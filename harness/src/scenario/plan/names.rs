//! What a fault may refer to.

use bedload_reports::record::Name;

use super::Plan;
use super::known::Known;
use super::timeline::Timeline;
use super::world::World;

/// The flows, models, regions and stages that faults may name.
///
/// A scenario's own faults get them from the scenario; those that are added to a running mock from what it
/// serves.
#[derive(Clone, Debug)]
pub struct Names {
    pub(super) timeline: Timeline,
    pub(super) regions: Known,
    pub(super) models: Known,
    pub(super) flows: Known,
}

impl Names {
    /// Those of a plan.
    pub fn of(plan: &Plan) -> Self {
        Names {
            timeline: Timeline::known(plan.stages().to_vec()),
            flows: Known::all("flow", plan.flows().iter().map(|flow| flow.name().clone())),
            ..Names::served(
                plan.models().iter().map(|model| model.name().clone()),
                plan.target().regions().iter().cloned(),
            )
        }
    }

    /// These models and regions; no flows, and no stages.
    pub fn served(models: impl IntoIterator<Item = Name>, regions: impl IntoIterator<Item = Name>) -> Self {
        Names {
            timeline: Timeline::known(Vec::new()),
            regions: Known::all("region", regions),
            models: Known::all("model", models),
            flows: Known::all("flow", []),
        }
    }

    /// Those of a scenario that is being read. `regions` are those that there are, or that clients ask.
    pub(super) fn read(world: &World, regions: &Known) -> Self {
        Names {
            timeline: world.timeline.clone(),
            regions: regions.clone(),
            models: world.models.clone(),
            flows: world.flows.clone(),
        }
    }
}
