//! What the parts of a scenario may refer to.

use bedload_reports::record::Name;

use super::known::Known;
use super::target::Target;
use super::timeline::Timeline;
use crate::scenario::file::File;
use crate::scenario::notes::{Noted, Notes};

/// The names that are defined, and the frame that everything stands in.
#[derive(Debug)]
pub(super) struct World {
    pub target: Result<Target, Noted>,
    pub timeline: Timeline,
    pub regions: Known,
    pub models: Known,
    /// The id of each model that has a readable one.
    pub model_ids: Vec<(Name, Name)>,
    pub clients: Known,
    pub flows: Known,
    pub faults: Known,
}

impl World {
    pub(super) fn build(file: &File, notes: &mut Notes) -> Self {
        let target = file.target.value().and_then(|target| Target::build(target, notes));
        World {
            regions: Target::regions(&target),
            target,
            timeline: Timeline::build(&file.stages, notes),
            models: Known::table("model", &file.models),
            model_ids: model_ids(file),
            clients: Known::table("client", &file.clients),
            flows: Known::table("flow", &file.flows),
            faults: Known::optional_table("fault", &file.faults),
        }
    }
}

fn model_ids(file: &File) -> Vec<(Name, Name)> {
    let rows = file.models.value().map_or(&[] as &[_], |models| models.rows());
    let id = |row: &crate::scenario::decode::Row<crate::scenario::file::Model>| {
        let id = row.value.as_ref().ok()?.value.id.value().ok()?;
        Some((row.name.value.get().clone(), id.get().clone()))
    };
    rows.iter().filter_map(id).collect()
}
