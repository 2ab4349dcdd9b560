//! When circuit breakers shut destinations out.

use std::cmp::Reverse;

use crate::chart::clock::Clock;
use crate::chart::lanes::{Lane, lanes};
use crate::number;
use crate::record::BreakerState;
use crate::summary::{BreakerLane, Summary};
use crate::units::Nanos;

use super::super::stage_table::{self, Row, StageTable};
use super::Panel;

/// Destinations drawn; those that were open longest.
const MOST: usize = 12;

/// A lane for each breaker that moved; none where none did.
pub(in crate::render::html) fn breakers(summary: &Summary, clock: &Clock<'_>) -> Option<Panel> {
    let all = &summary.timeline.breakers;
    if all.is_empty() {
        return None;
    }
    let mut drawn: Vec<&BreakerLane> = all.iter().collect();
    drawn.sort_by_key(|lane| Reverse(open_in(lane, Nanos::ZERO, clock.length())));
    drawn.truncate(MOST);
    drawn.sort_by_key(|lane| (&lane.client, &lane.model, &lane.region));
    let strip: Vec<Lane<'_>> =
        drawn.iter().map(|lane| Lane { name: name(summary, lane), spans: &lane.spans }).collect();
    let mut table = StageTable::new(summary).of_lanes();
    table.rows = drawn.iter().map(|lane| row(summary, lane)).collect();
    let more = match all.len() - drawn.len() {
        0 => String::new(),
        more => format!("; {more} more were open for less time"),
    };
    let about = format!("thin closed, solid open, hatched half open; seconds open in each stage{more}");
    let chart = lanes(clock, &strip, "breakers", "Circuit breakers", &desc(summary, &drawn));
    Some(Panel::new("breakers", "Circuit breakers", about, chart, table))
}

/// The destination, and whose breaker it is where there are several clients.
fn name(summary: &Summary, lane: &BreakerLane) -> String {
    let destination = format!("{} · {}", lane.model, lane.region);
    if summary.clients.len() > 1 { format!("{}: {destination}", lane.client) } else { destination }
}

fn open_in(lane: &BreakerLane, from: Nanos, to: Nanos) -> Nanos {
    lane.time_in(BreakerState::Open, from, to)
}

fn row(summary: &Summary, lane: &BreakerLane) -> Row {
    let brief = |time: Nanos| match time.as_secs_f64() {
        0.0 => "0".to_owned(),
        secs => format!("{secs:.1}"),
    };
    let stages = |name: &str| summary.run.stages.iter().find(|stage| &*stage.name == name);
    let in_stage = |name: &str| stages(name).map(|stage| open_in(lane, stage.from, stage.to));
    let columns = stage_table::columns(summary);
    let cells =
        columns.iter().map(|part| in_stage(&part.name).map_or_else(|| "–".to_owned(), brief)).collect();
    let recorded = summary.run.stages.iter().filter(|stage| stage.record);
    let all = recorded.fold(Nanos::ZERO, |sum, stage| sum.plus(open_in(lane, stage.from, stage.to)));
    // A name is broken between model and region, and not within.
    let name = name(summary, lane).replace('-', "\u{2011}");
    Row { key: None, name, cells, peak: brief(all), series: String::new() }
}

fn desc(summary: &Summary, drawn: &[&BreakerLane]) -> String {
    let told = drawn.iter().map(|lane| {
        let open = lane.spans.iter().filter(|span| span.state == BreakerState::Open);
        let first = open
            .clone()
            .next()
            .map_or_else(String::new, |span| format!(", first at {}", number::clock(span.from)));
        format!("{} opened {} times{first}.", name(summary, lane), open.count())
    });
    told.collect::<Vec<_>>().join(" ")
}
