//! What the parts of a scenario may refer to.

use bedload_reports::record::Name;

use super::known::Known;
use super::target::Target;
use super::timeline::Timeline;
use crate::scenario::decode::Row;
use crate::scenario::defaults;
use crate::scenario::file::{self, File};
use crate::scenario::input::Inputs;
use crate::scenario::notes::{Noted, Notes};

/// The names that are defined, and the frame that everything stands in.
#[derive(Debug)]
pub(super) struct World {
    pub target: Result<Target, Noted>,
    pub timeline: Timeline,
    pub regions: Known,
    pub models: Known,
    /// How each model is asked that has a readable id.
    pub ways: Vec<Way>,
    pub clients: Known,
    pub flows: Known,
    pub faults: Known,
    pub inputs: Inputs,
}

impl World {
    pub(super) fn build(file: &File, inputs: Inputs, notes: &mut Notes) -> Self {
        let target = file.target.value().and_then(|target| Target::build(target, notes));
        World {
            regions: Target::known_regions(&target),
            target,
            timeline: Timeline::build(&file.stages, notes),
            models: Known::table("model", &file.models),
            ways: ways(file),
            clients: Known::table("client", &file.clients),
            flows: Known::table("flow", &file.flows),
            faults: Known::optional_table("fault", &file.faults),
            inputs,
        }
    }
}

/// How a model is asked.
#[derive(Debug)]
pub(super) struct Way {
    pub model: Name,
    pub id: Name,
    /// Whether its own id will do.
    pub on_demand: bool,
}

fn ways(file: &File) -> Vec<Way> {
    let rows = file.models.value().map_or(&[] as &[_], |models| models.rows());
    let way = |row: &Row<file::Model>| {
        let raw = &row.value.as_ref().ok()?.value;
        Some(Way {
            model: row.name.value.get().clone(),
            id: raw.id.value().ok()?.get().clone(),
            on_demand: raw.on_demand.map_or(defaults::ON_DEMAND, |answer| *answer).ok()?,
        })
    };
    rows.iter().filter_map(way).collect()
}
