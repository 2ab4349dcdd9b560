//! Which region, and which model, gave the answers.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::chart::axis::Axis;
use crate::chart::clock::Clock;
use crate::chart::paint::Paint;
use crate::chart::plot::Plot;
use crate::chart::steps::Values;
use crate::number;
use crate::record::Name;
use crate::summary::{Figures, Summary};

use super::super::series::{answered_by_due, share, sum};
use super::super::stage_table::{StageTable, box_key, brief_share, dot_key};
use super::{Panel, peak_share, stacked};

/// Names drawn one by one.
const MOST: usize = 4;
/// Fill and edge of each region, the most used first.
const REGIONS: [(Paint, Paint); MOST] = [
    (Paint::Bulk, Paint::BulkEdge),
    (Paint::WestFill, Paint::West),
    (Paint::FallFill, Paint::Fall),
    (Paint::RetryFill, Paint::Retry),
];
/// The same of each model that was asked for: ordinary all of them, and told apart by place and edge.
const MODELS: [(Paint, Paint); MOST] = [
    (Paint::Bulk, Paint::BulkEdge),
    (Paint::Wash, Paint::BulkEdge),
    (Paint::WestFill, Paint::West),
    (Paint::RetryFill, Paint::Retry),
];

/// A layer of the chart with its line of the table.
struct Layer<'a> {
    name: String,
    counts: Vec<u64>,
    paints: (Paint, Paint),
    /// Its series under the cursor.
    series: String,
    /// Its count in the figures of a stage.
    figure: Box<dyn Fn(&Figures) -> u64 + 'a>,
}

/// Shares of the answers by region over time; none where one region gave them all.
pub(in crate::render::html) fn regions(summary: &Summary, clock: &Clock<'_>) -> Option<Panel> {
    let series = &summary.timeline.regions;
    let names = by_use(series, &summary.total.regions);
    let layers = names.into_iter().zip(REGIONS).map(|(name, paints)| Layer {
        name: name.to_string(),
        counts: series[name].clone(),
        paints,
        series: format!("region-{name}"),
        figure: Box::new(move |figures: &Figures| count_of(&figures.regions, name)),
    });
    let layers: Vec<Layer<'_>> = layers.collect();
    if layers.len() < 2 {
        return None;
    }
    let returns = &summary.timeline.region_returns;
    if returns.iter().all(|count| *count == 0) {
        return Some(panel(
            summary,
            clock,
            ("Regions", "region", "share of the answers, by due time"),
            layers,
            None,
        ));
    }
    let about = "share of the answers, by due time; a dot where the first region was tried again";
    // Between the whole and the top of the panel.
    let dots: Values = returns.iter().map(|count| (*count > 0).then_some(1.03)).collect();
    let mut panel = panel(summary, clock, ("Regions", "region", about), layers, Some(&dots));
    let cell = |figures: &Figures| number::count(figures.region_returns);
    let all = number::count(summary.total.region_returns);
    panel.table = panel.table.row(summary, dot_key(Paint::Ink), "", "returns", cell, all);
    Some(panel)
}

/// Shares of the answers by model over time, stand-ins apart; none where each model answered what was asked of it, since
/// their shares would tell of the load alone.
pub(in crate::render::html) fn models(summary: &Summary, clock: &Clock<'_>) -> Option<Panel> {
    let timeline = &summary.timeline;
    if timeline.degraded.is_empty() {
        return None;
    }
    let stand_ins: Vec<&Vec<u64>> = timeline.degraded.values().collect();
    let names = by_use(&timeline.models, &summary.total.models);
    let asked = names.into_iter().zip(MODELS).filter_map(|(name, paints)| {
        let none = Vec::new();
        let instead = timeline.degraded.get(name).unwrap_or(&none);
        let at = |place: usize| instead.get(place).copied().unwrap_or(0);
        let all = timeline.models[name].iter().enumerate();
        let counts: Vec<u64> = all.map(|(place, count)| count.saturating_sub(at(place))).collect();
        counts.iter().any(|count| *count > 0).then(|| Layer {
            name: name.to_string(),
            counts,
            paints,
            series: format!("model-{name}"),
            figure: Box::new(move |figures: &Figures| {
                count_of(&figures.models, name) - count_of(&figures.stand_ins, name)
            }),
        })
    });
    let mut layers: Vec<Layer<'_>> = asked.collect();
    if !stand_ins.is_empty() {
        layers.push(Layer {
            name: "stand-ins".to_owned(),
            counts: sum(&stand_ins),
            paints: (Paint::FallFill, Paint::Fall),
            series: "degraded".to_owned(),
            figure: Box::new(Figures::degraded),
        });
    }
    let about =
        "share of the answers, by due time; at the foot those from another model than the one asked for";
    (layers.len() > 1).then(|| panel(summary, clock, ("Models", "model", about), layers, None))
}

/// The names with the most answers, the most used first.
fn by_use<'a>(series: &'a BTreeMap<Name, Vec<u64>>, total: &BTreeMap<Name, u64>) -> Vec<&'a Name> {
    let mut names: Vec<&Name> = series.keys().collect();
    names.sort_by_key(|name| Reverse(count_of(total, name)));
    names.truncate(MOST);
    names
}

fn count_of(counts: &BTreeMap<Name, u64>, name: &str) -> u64 {
    counts.get(name).copied().unwrap_or(0)
}

fn panel(
    summary: &Summary,
    clock: &Clock<'_>,
    (title, id, about): (&'static str, &str, &str),
    layers: Vec<Layer<'_>>,
    dots: Option<&Values>,
) -> Panel {
    let whole = answered_by_due(&summary.timeline);
    // The most used stands on top, so that what moved away from it stands on the axis.
    let values: Vec<Values> = layers.iter().rev().map(|layer| share(&layer.counts, &whole)).collect();
    let paints: Vec<(Paint, Paint)> = layers.iter().rev().map(|layer| layer.paints).collect();
    let chart = stacked(Plot::new(clock, Axis::share(), 80.0), &values, &paints);
    let chart = dots.into_iter().fold(chart, |chart, dots| chart.dots(dots, Paint::Ink));
    let table = layers.iter().fold(StageTable::new(summary), |table, layer| {
        let highest = peak_share(&share(&layer.counts, &whole));
        let cell = |figures: &Figures| {
            let answered = figures.answered();
            brief_share((answered > 0).then(|| (layer.figure)(figures) as f64 / answered as f64))
        };
        let key = box_key(layer.paints.0, layer.paints.1);
        table.row(summary, key, &layer.series, &layer.name, cell, highest)
    });
    let first = layers.first().map_or("", |layer| &layer.name);
    let desc = format!("Share of the answers by {id}; {first} gave most.");
    Panel::new(id, title, about, chart.finish(id, &format!("Answers by {id}"), &desc), table)
}
