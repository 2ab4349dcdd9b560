//! Which region gave the answers.

use std::cmp::Reverse;

use crate::chart::axis::Axis;
use crate::chart::clock::Clock;
use crate::chart::paint::Paint;
use crate::chart::plot::Plot;
use crate::chart::steps::Values;
use crate::record::Name;
use crate::summary::{Figures, Summary};

use super::super::series::{answered_by_due, share};
use super::super::stage_table::{StageTable, box_key, brief_share};
use super::{Panel, peak_share, stacked};

/// Regions drawn one by one.
const REGIONS: usize = 4;
/// Fill and edge of each region, the most used first.
const REGION_PAINTS: [(Paint, Paint); REGIONS] = [
    (Paint::Bulk, Paint::BulkEdge),
    (Paint::WestFill, Paint::West),
    (Paint::FallFill, Paint::Fall),
    (Paint::RetryFill, Paint::Retry),
];

/// Shares of the answers by region over time.
pub(in crate::render::html) fn regions(summary: &Summary, clock: &Clock<'_>) -> Panel {
    let timeline = &summary.timeline;
    let whole = answered_by_due(timeline);
    let mut names: Vec<&Name> = timeline.regions.keys().collect();
    names.sort_by_key(|name| Reverse(summary.total.regions.get(*name).copied().unwrap_or(0)));
    names.truncate(REGIONS);
    // The most used stands on top, so that what moved away from it stands on the axis.
    let layers: Vec<Values> =
        names.iter().rev().map(|name| share(&timeline.regions[*name], &whole)).collect();
    let paints: Vec<(Paint, Paint)> = REGION_PAINTS[..names.len()].iter().rev().copied().collect();
    let chart = stacked(Plot::new(clock, Axis::share(), 90.0), &layers, &paints);
    let table =
        names.iter().zip(REGION_PAINTS).fold(StageTable::new(summary), |table, (name, (fill, edge))| {
            let highest = peak_share(&share(&timeline.regions[*name], &whole));
            let cell = |figures: &Figures| region_share(figures, name);
            table.row(summary, box_key(fill, edge), &format!("region-{name}"), name, cell, highest)
        });
    let first = names.first().map_or("the first region", |name| name);
    let desc = format!("Share of the answers by region; {first} gave most.");
    Panel {
        title: "Regions",
        about: "share of the answers, by due time".to_owned(),
        chart: chart.finish("regions", "Answers by region", &desc),
        table,
    }
}

fn region_share(figures: &Figures, region: &str) -> String {
    let count = figures.regions.get(region).copied().unwrap_or(0);
    let answered = figures.answered();
    brief_share((answered > 0).then(|| count as f64 / answered as f64))
}
