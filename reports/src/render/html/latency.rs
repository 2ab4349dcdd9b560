//! What callers felt: percentile curves for each stage, and the same in figures by stage and flow.

use crate::chart::axis::secs;
use crate::chart::clock::Clock;
use crate::chart::paint::Paint;
use crate::chart::percentile::{Curve, percentile};
use crate::chart::svg::Element;
use crate::number;
use crate::render::phrase::time_or_why;
use crate::summary::{Figures, Part, Spread, Summary};
use crate::units::Nanos;

use super::Sentence;
use super::panels::{self, Stack};
use super::stage_table;

/// The section.
pub(super) struct Latency<'a> {
    pub(super) lead: Sentence,
    /// Heatmaps on the shared clock.
    pub(super) stack: Option<Stack>,
    pub(super) curves: Vec<Curves>,
    pub(super) groups: Vec<Group<'a>>,
    /// Every flow in every stage, where that says more than the rows before.
    pub(super) cells: Vec<Row<'a>>,
    pub(super) streams: bool,
    /// Whether there was anything to time.
    pub(super) any: bool,
}

/// One chart of curves, or why there is none.
pub(super) struct Curves {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) about: String,
    pub(super) chart: Option<Element>,
}

/// Rows of one kind: stages, flows.
pub(super) struct Group<'a> {
    pub(super) title: &'static str,
    pub(super) rows: Vec<Row<'a>>,
}

/// The figures of one part of the traffic.
pub(super) struct Row<'a> {
    pub(super) name: &'a str,
    pub(super) flow: &'a str,
    pub(super) answered: String,
    pub(super) latency: [String; 4],
    pub(super) service: String,
    pub(super) ttft: [String; 3],
    pub(super) tpot: String,
}

impl Latency<'_> {
    /// Whether a chart of curves could be drawn.
    pub(super) fn has_curve(&self, id: &str) -> bool {
        self.curves.iter().any(|curves| curves.id == id && curves.chart.is_some())
    }
}

pub(super) fn view<'a>(summary: &'a Summary, clock: Option<&Clock<'_>>) -> Latency<'a> {
    let slo = &summary.run.slo;
    let streams = summary.total.ttft.count > 0;
    let latency = curves(summary, "Latency", "latency-curve", |figures| &figures.latency, slo.latency);
    let ttft = curves(summary, "Time to first token", "ttft-curve", |figures| &figures.ttft, slo.ttft);
    let all = vec![row("all", "", &summary.total)];
    let many = summary.run.flows.len() > 1 && summary.stages.len() > 1;
    Latency {
        lead: lead(summary),
        stack: clock.and_then(|clock| Stack::of("Latency over time", clock, panels::heat(summary, clock))),
        curves: [Some(latency), streams.then_some(ttft)].into_iter().flatten().collect(),
        any: summary.total.requests > 0,
        groups: vec![
            Group { title: "Whole run", rows: all },
            Group {
                title: "Stages",
                rows: with_requests(&summary.stages).map(|part| row(&part.name, "", &part.figures)).collect(),
            },
            Group {
                title: "Flows",
                rows: with_requests(&summary.flows).map(|part| row(&part.name, "", &part.figures)).collect(),
            },
        ],
        cells: match many {
            true => summary.cells.iter().map(|cell| row(&cell.stage, &cell.flow, &cell.figures)).collect(),
            false => Vec::new(),
        },
        streams,
    }
}

/// The parts in which anything was due: of the others a table has nothing to tell.
pub(super) fn with_requests(parts: &[Part]) -> impl Iterator<Item = &Part> {
    parts.iter().filter(|part| part.figures.requests > 0 || part.figures.dropped > 0)
}

fn lead(summary: &Summary) -> Sentence {
    let latency = &summary.total.latency;
    let (Some(p50), Some(max)) = (latency.p50, latency.max) else {
        return Sentence::of(match latency.count {
            0 => "No request was answered, so no latency was measured.".to_owned(),
            1 => "One answer is too few for a percentile.".to_owned(),
            count => format!("{} answers are too few for a percentile.", number::count(count)),
        });
    };
    let lead = Sentence::of("Half of all answers came within ").stress(number::time(p50));
    let lead = match latency.p95 {
        Some(p95) => lead.say(", 95 of 100 within ").stress(number::time(p95)),
        None => lead,
    };
    lead.say(format!("; the slowest took {}.", number::time(max)))
        .then(range(summary))
        .then(omission(summary))
}

/// How many times the stopwatch's figure the latency must be to be worth a sentence.
const OMITTED: f64 = 1.25;

/// What a stopwatch around the call would have left out, of the flow where that is the most: requests that wait for their
/// turn have no call to be timed by (coordinated omission).
fn omission(summary: &Summary) -> Sentence {
    let times = |part: &Part| -> Option<(f64, Nanos, Nanos)> {
        let Figures { latency, service_time, .. } = &part.figures;
        let (felt, timed) = latency.p99.zip(service_time.p99).or(latency.p95.zip(service_time.p95))?;
        Some((felt.as_secs_f64() / timed.as_secs_f64().max(1e-9), felt, timed))
    };
    let known = summary.flows.iter().filter_map(|part| Some((part, times(part)?)));
    let most = known.max_by(|(_, (one, ..)), (_, (other, ..))| one.total_cmp(other));
    let Some((part, (ratio, felt, timed))) = most.filter(|(_, (ratio, ..))| *ratio > OMITTED) else {
        return Sentence::default();
    };
    let whose = if summary.flows.len() > 1 { format!(" of {}", part.name) } else { String::new() };
    let percentile = if part.figures.latency.p99.is_some() { "p99" } else { "p95" };
    Sentence::of(format!("A stopwatch around the call would show a {percentile}{whose} of "))
        .stress(number::time(timed))
        .say(" where callers felt ")
        .stress(number::time(felt))
        .say(format!(
            ", {} times that: requests waited for their turn, and a call that has not begun is not timed.",
            number::significant(ratio)
        ))
}

/// The stages with the lowest and the highest p95.
fn range(summary: &Summary) -> Sentence {
    let mut known: Vec<(&Part, Nanos)> =
        summary.stages.iter().filter_map(|part| Some((part, part.figures.latency.p95?))).collect();
    known.sort_by_key(|(_, p95)| *p95);
    match known.as_slice() {
        [(low, least), .., (high, most)] => Sentence::of(format!(
            "The p95 was {} in {} and {} in {}.",
            number::time(*least),
            low.name,
            number::time(*most),
            high.name
        )),
        _ => Sentence::default(),
    }
}

fn curves(
    summary: &Summary,
    title: &'static str,
    id: &'static str,
    spread: fn(&Figures) -> &Spread,
    slo: Option<Nanos>,
) -> Curves {
    let stages = stage_table::of_interest(summary, CURVES);
    let (mut plain, mut struck, mut curves) = (0, 0, Vec::new());
    for part in &stages {
        let look = match is_struck(summary, part) {
            true => {
                struck += 1;
                STRUCK[(struck - 1) % STRUCK.len()]
            }
            false => {
                plain += 1;
                PLAIN[(plain - 1) % PLAIN.len()]
            }
        };
        let (paint, width, dash) = look;
        curves.push(Curve { name: &part.name, points: &spread(&part.figures).curve, paint, width, dash });
    }
    let limit = slo.map(|limit| (secs(limit), format!("SLO {}", number::time(limit))));
    let counts: Vec<String> = stages
        .iter()
        .filter(|part| spread(&part.figures).count > 0)
        .map(|part| format!("{} n {}", part.name, number::count(spread(&part.figures).count)))
        .collect();
    let drawn = percentile(id, title, &desc(summary, spread), &curves, limit);
    let log = if drawn.as_ref().is_some_and(|(_, log)| *log) { "; logarithmic" } else { "" };
    Curves {
        id,
        title,
        about: format!("by percentile; {}{log}", counts.join(", ")),
        chart: drawn.map(|(chart, _)| chart),
    }
}

/// Stages whose curves can be told apart.
const CURVES: usize = 5;
/// Colour, width and dashes of the stages in which a fault was on in turn, and of the others.
const STRUCK: [(Paint, f64, &str); 3] =
    [(Paint::Retry, 2.0, ""), (Paint::Retry, 1.5, "6 3"), (Paint::Retry, 1.5, "2 3")];
const PLAIN: [(Paint, f64, &str); 3] =
    [(Paint::Ink3, 1.25, ""), (Paint::Ink, 1.75, ""), (Paint::Ink2, 1.25, "4 3")];

fn is_struck(summary: &Summary, part: &Part) -> bool {
    let stage = summary.run.stages.iter().find(|stage| stage.name == part.name);
    stage.is_some_and(|stage| {
        summary.run.faults.iter().any(|fault| fault.from < stage.to && stage.from < fault.to)
    })
}

fn desc(summary: &Summary, spread: fn(&Figures) -> &Spread) -> String {
    let told = summary.stages.iter().map(|part| {
        let spread = spread(&part.figures);
        let [p50, p95] = [spread.p50, spread.p95].map(|time| time_or_why(time, spread.count));
        format!("{}: p50 {p50}, p95 {p95}.", part.name)
    });
    told.collect::<Vec<_>>().join(" ")
}

fn row<'a>(name: &'a str, flow: &'a str, figures: &Figures) -> Row<'a> {
    let of = |spread: &Spread, time: Option<Nanos>| time_or_why(time, spread.count);
    let Figures { latency, service_time, ttft, tpot, .. } = figures;
    Row {
        name,
        flow,
        answered: number::count(figures.answered()),
        latency: [latency.p50, latency.p95, latency.p99, latency.max].map(|time| of(latency, time)),
        service: of(service_time, service_time.p95),
        ttft: [ttft.p50, ttft.p95, ttft.p99].map(|time| of(ttft, time)),
        tpot: of(tpot, tpot.p50),
    }
}
