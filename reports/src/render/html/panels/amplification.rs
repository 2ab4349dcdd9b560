//! What each request cost in attempts, for each client.

use crate::chart::axis::{Axis, peak};
use crate::chart::clock::Clock;
use crate::chart::paint::Paint;
use crate::chart::plot::Plot;
use crate::chart::steps::Values;
use crate::record::Name;
use crate::summary::Summary;

use super::super::series::{amplification, bucket_start, highest};
use super::super::stage_table::{self, Row, StageTable, box_key, line_key};
use super::{Panel, when};
use crate::number;

/// Clients drawn one by one, the first in the scenario's order.
const CLIENTS: usize = 4;
const PAINTS: [Paint; CLIENTS] = [Paint::Ink, Paint::Retry, Paint::Fall, Paint::West];

/// Attempts for each request over time, by due time; none where no request was sent.
pub(in crate::render::html) fn amplified(summary: &Summary, clock: &Clock<'_>) -> Option<Panel> {
    let timeline = &summary.timeline;
    let known = summary.clients.iter().take(CLIENTS).filter_map(|client| {
        let series = timeline.clients.get(&client.name)?;
        Some((&client.name, amplification(series)))
    });
    let known: Vec<(&Name, Values)> = known.collect();
    let top = peak(known.iter().map(|(_, values)| values));
    if top <= 0.0 {
        return None;
    }
    // A request that was shed or refused cost no attempt: only then is there anything below one.
    let low = known.iter().flat_map(|(_, values)| values).flatten().copied().fold(1.0, f64::min);
    let axis = if low < 1.0 { Axis::count(top.max(1.0), "") } else { Axis::above_one(top) };
    let plot = Plot::new(clock, axis, if known.len() > 1 { 110.0 } else { 80.0 }).level(1.0);
    let chart = match known.as_slice() {
        [(_, values)] => alone(plot, values),
        several => {
            let lines = several.iter().zip(PAINTS).rev();
            lines.fold(plot, |plot, ((name, values), paint)| plot.line(values, paint, 1.25, name))
        }
    };
    let mut table = StageTable::new(summary);
    let keys = PAINTS.map(|paint| line_key(paint, 1.5));
    let keys = match known.len() {
        1 => vec![box_key(Paint::RetryFill, Paint::Retry)],
        _ => keys.to_vec(),
    };
    for ((name, values), key) in known.iter().zip(keys) {
        table.rows.push(row(summary, name, values, key));
    }
    let about = format!("by {}; 1 means that nothing was asked twice", when(summary));
    let chart = chart.finish("amplification", "Attempts per request", &desc(summary, &known));
    Some(Panel::new("amplification", "Attempts per request", about, chart, table))
}

/// One client: the area above 1 is what retries added.
fn alone<'a>(plot: Plot<'a>, values: &Values) -> Plot<'a> {
    let top: Vec<f64> = values.iter().map(|value| value.unwrap_or(1.0).max(1.0)).collect();
    plot.area(&vec![1.0; top.len()], &top, Paint::RetryFill, Paint::RetryFill).line(
        values,
        Paint::Retry,
        1.25,
        "",
    )
}

fn row(summary: &Summary, name: &Name, values: &Values, key: crate::chart::svg::Element) -> Row {
    let columns = stage_table::columns(summary);
    let cells = columns.iter().map(|part| ratio(in_stage(summary, name, &part.name))).collect();
    let label = if summary.clients.len() > 1 { name.to_string() } else { "all flows".to_owned() };
    Row {
        key: Some(key),
        name: label,
        cells,
        peak: ratio(highest(values).map(|(_, value)| value)),
        series: format!("amp-{name}"),
    }
}

/// `attempts.per_request` of a client's flows in a stage.
fn in_stage(summary: &Summary, client: &str, stage: &str) -> Option<f64> {
    let carried =
        |flow: &Name| summary.run.flows.iter().any(|known| known.name == *flow && *known.client == *client);
    let cells = summary.cells.iter().filter(|cell| *cell.stage == *stage && carried(&cell.flow));
    let (requests, attempts) = cells.fold((0, 0), |(requests, attempts), cell| {
        (requests + cell.figures.requests, attempts + cell.figures.attempts)
    });
    (requests > 0).then(|| attempts as f64 / requests as f64)
}

fn ratio(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"))
}

fn desc(summary: &Summary, known: &[(&Name, Values)]) -> String {
    let told = known.iter().filter_map(|(name, values)| {
        let (place, most) = highest(values)?;
        let at = number::clock(bucket_start(&summary.timeline, place));
        Some(format!("{name}: up to {most:.2} attempts for a request, of those due at {at}."))
    });
    told.collect::<Vec<_>>().join(" ")
}
