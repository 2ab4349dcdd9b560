//! Latency over time of each flow, every answer in its place.

use std::cmp::Reverse;

use crate::chart::clock::Clock;
use crate::chart::heat::{self, shade_key};
use crate::number;
use crate::render::phrase::time_or_why;
use crate::summary::{Figures, Heatmap, Spread, Summary};
use crate::units::Nanos;

use super::super::stage_table::{self, Row, StageTable};
use super::{Panel, Shades};

/// Flows drawn: those with the most answers.
const MOST: usize = 3;

/// A percentile, or how many there were.
type Line = (&'static str, fn(&Spread) -> String);

const LINES: [Line; 6] = [
    ("slowest", |spread| told(spread, spread.max)),
    ("p99", |spread| told(spread, spread.p99)),
    ("p95", |spread| told(spread, spread.p95)),
    ("p90", |spread| told(spread, spread.p90)),
    ("p50", |spread| told(spread, spread.p50)),
    ("answers", |spread| number::short(spread.count as f64)),
];

/// A panel for each flow with answers enough, in the scenario's order.
pub(in crate::render::html) fn heat(summary: &Summary, clock: &Clock<'_>) -> Vec<Panel> {
    let answers = |map: &Heatmap| map.columns.iter().flatten().sum::<u64>();
    let mut drawn: Vec<&Heatmap> = summary.heatmaps.iter().collect();
    drawn.sort_by_key(|map| Reverse(answers(map)));
    drawn.truncate(MOST);
    let in_order = summary.heatmaps.iter().filter(|map| drawn.iter().any(|kept| kept.flow == map.flow));
    in_order.map(|map| panel(summary, clock, map)).collect()
}

/// The id of a flow's panel, of whatever characters its name is.
pub(in crate::render::html) fn heat_id(summary: &Summary, map: &Heatmap) -> String {
    let place = summary.run.flows.iter().position(|flow| flow.name == map.flow);
    format!("heat-{}", place.unwrap_or_default())
}

fn panel(summary: &Summary, clock: &Clock<'_>, map: &Heatmap) -> Panel {
    let job = summary.run.flows.iter().any(|flow| flow.name == map.flow && flow.queue.is_some());
    let when = if job { "when it was done" } else { "due time" };
    let slo = summary.run.slo.latency.map(|limit| (limit, format!("SLO {}", number::time(limit))));
    let id = heat_id(summary, map);
    let several = summary.run.flows.len() > 1;
    let title = if several { format!("Latency of {}", map.flow) } else { "Latency".to_owned() };
    let chart = heat::heat(clock, map, slo, &id, &format!("{title} over time"), &desc(summary, map));
    let about =
        format!("every answer, by {when}, warm-up included; the stronger the colour the more, logarithmic");
    let mut panel = Panel::new(&id, &title, about, chart, table(summary, map));
    let factor = match map.edges.as_slice() {
        [low, next, ..] => next.as_secs_f64() / low.as_secs_f64().max(1e-9) - 1.0,
        _ => 0.0,
    };
    let words = format!("answers in a cell of {} × {:.0}\u{202f}%", number::time(map.column), factor * 100.0);
    panel.shades = Some(Shades { words, key: shade_key(map) });
    panel
}

fn told(spread: &Spread, time: Option<Nanos>) -> String {
    time_or_why(time, spread.count)
}

/// The flow's figures in a stage.
fn in_stage<'a>(summary: &'a Summary, flow: &str, stage: &str) -> Option<&'a Figures> {
    let mut cells = summary.cells.iter();
    cells.find(|cell| *cell.flow == *flow && *cell.stage == *stage).map(|cell| &cell.figures)
}

fn table(summary: &Summary, map: &Heatmap) -> StageTable {
    let mut table = StageTable { last: "all", ..StageTable::new(summary) };
    let all = summary.flows.iter().find(|part| part.name == map.flow);
    let columns = stage_table::columns(summary);
    for (name, line) in LINES {
        let cell = |figures: Option<&Figures>| {
            figures.map_or_else(|| "–".to_owned(), |figures| line(&figures.latency))
        };
        table.rows.push(Row {
            key: None,
            name: name.to_owned(),
            cells: columns.iter().map(|part| cell(in_stage(summary, &map.flow, &part.name))).collect(),
            peak: cell(all.map(|part| &part.figures)),
            series: String::new(),
        });
    }
    table
}

fn desc(summary: &Summary, map: &Heatmap) -> String {
    let told = summary.stages.iter().filter_map(|part| {
        let latency = &in_stage(summary, &map.flow, &part.name)?.latency;
        let slowest = latency.max?;
        let half = latency.p50.map_or_else(String::new, |p50| format!("half within {}, ", number::time(p50)));
        Some(format!("{}: {half}the slowest {}.", part.name, number::time(slowest)))
    });
    told.collect::<Vec<_>>().join(" ")
}
