//! The panels over time, each a chart on the shared clock with its numbers beside it.

mod amplification;
mod breakers;
mod shares;
mod trouble;

pub(super) use amplification::amplified;
pub(super) use breakers::breakers;
pub(super) use shares::{models, regions};
pub(super) use trouble::trouble;

use crate::chart::axis::{Axis, peak, secs};
use crate::chart::clock::Clock;
use crate::chart::paint::Paint;
use crate::chart::plot::Plot;
use crate::chart::steps::Values;
use crate::chart::svg::Element;
use crate::number;
use crate::render::phrase;
use crate::summary::{Figures, Summary};
use crate::units::Nanos;

use super::series::{bucket_start, highest, in_secs, judged, rate};
use super::stage_table::{self, StageTable, box_key, brief_rate, brief_share, dot_key, line_key};
use super::timelines::per_second;

/// Panels under one head of clock, stages and faults.
pub(super) struct Stack {
    /// What the panels have in common, for who cannot see them.
    pub(super) label: String,
    pub(super) head: Element,
    pub(super) panels: Vec<Panel>,
}

impl Stack {
    /// A stack of these panels; none where there are none.
    pub(super) fn of(label: &str, clock: &Clock<'_>, panels: Vec<Panel>) -> Option<Stack> {
        (!panels.is_empty()).then(|| Stack { label: label.to_owned(), head: clock.head(), panels })
    }
}

/// A chart with its table.
pub(super) struct Panel {
    pub(super) title: &'static str,
    pub(super) about: String,
    pub(super) chart: Element,
    pub(super) table: StageTable,
}

/// Fill and edge of failed, fell back and retried, from the foot up.
const TROUBLE: [(Paint, Paint); 3] =
    [(Paint::Fail, Paint::Fail), (Paint::FallFill, Paint::Fall), (Paint::RetryFill, Paint::Retry)];
const OUTCOMES: [(Paint, Paint); 4] = [TROUBLE[0], TROUBLE[1], TROUBLE[2], (Paint::Bulk, Paint::BulkEdge)];

/// What was offered, sent and answered each second.
pub(super) fn rates(summary: &Summary, clock: &Clock<'_>) -> Panel {
    let timeline = &summary.timeline;
    let series =
        [&timeline.offered, &timeline.attempts, &timeline.answered].map(|counts| rate(timeline, counts));
    let peaks = series.each_ref().map(peak_rate);
    let [offered, attempts, answered] = &series;
    let (base, top) = amplification(offered, attempts);
    let chart = Plot::new(clock, Axis::count(peak(&series), "/s"), 150.0)
        .area(&base, &top, Paint::RetryFill, Paint::RetryFill)
        .line(answered, Paint::Ink3, 1.0, "answered")
        .line(attempts, Paint::Retry, 1.25, "attempts")
        .line(offered, Paint::Ink, 1.5, "offered");
    let [offered, attempts, answered] = peaks;
    let desc =
        format!("Offered peaked at {offered} a second, attempts at {attempts}, answers at {answered}.");
    let each =
        |count: fn(&Figures) -> u64| move |figures: &Figures| brief_rate(figures.per_second(count(figures)));
    let table = StageTable::new(summary)
        .row(
            summary,
            line_key(Paint::Ink, 1.5),
            "offered",
            "offered",
            each(|f| f.requests + f.dropped),
            offered,
        )
        .row(summary, line_key(Paint::Retry, 1.5), "attempts", "attempts", each(|f| f.attempts), attempts)
        .row(summary, line_key(Paint::Ink3, 1.0), "answered", "answered", each(Figures::answered), answered);
    Panel {
        title: "Requests per second",
        about: "offered by the schedule, attempts sent by the SDK, answered; the filled area is retry amplification".to_owned(),
        chart: chart.finish("rates", "Requests per second", &desc),
        table,
    }
}

/// How the requests due each second ended.
pub(super) fn outcomes(summary: &Summary, clock: &Clock<'_>) -> Panel {
    let timeline = &summary.timeline;
    let layers = [&timeline.failed, &timeline.fell_back, &timeline.retried, &timeline.first_try];
    let layers = layers.map(|counts| rate(timeline, counts));
    let [failed, fell_back, retried, first_try] = layers.each_ref().map(peak_rate);
    let whole = peak([&rate(timeline, &judged(timeline))]);
    let chart = stacked(Plot::new(clock, Axis::count(whole, "/s"), 130.0), &layers, &OUTCOMES);
    let desc = format!(
        "By due time: first try peaked at {first_try} a second, retried at {retried}, fell back at {fell_back}, failed at {failed}."
    );
    let each =
        |count: fn(&Figures) -> u64| move |figures: &Figures| brief_rate(figures.per_second(count(figures)));
    let table = StageTable::new(summary)
        .row(
            summary,
            box_key(Paint::Bulk, Paint::BulkEdge),
            "first_try",
            "first try",
            each(|f| f.first_try),
            first_try,
        )
        .row(
            summary,
            box_key(Paint::RetryFill, Paint::Retry),
            "retried",
            "retried",
            each(|f| f.retried),
            retried,
        )
        .row(
            summary,
            box_key(Paint::FallFill, Paint::Fall),
            "fell_back",
            "fell back",
            each(|f| f.fell_back),
            fell_back,
        )
        .row(summary, box_key(Paint::Fail, Paint::Fail), "failed", "failed", each(|f| f.failed), failed);
    Panel {
        title: "Outcomes per second",
        about: "by due time: first try, retried, fell back, failed".to_owned(),
        chart: chart.finish("outcomes", "Outcomes per second", &desc),
        table,
    }
}

/// How long answers took, by due time.
pub(super) fn latency(summary: &Summary, clock: &Clock<'_>) -> Panel {
    let timeline = &summary.timeline;
    let series =
        [&timeline.latency_p50, &timeline.latency_p95, &timeline.latency_max].map(|times| in_secs(times));
    let [p50, p95, slowest] = &series;
    let slo = summary.run.slo.latency;
    let low = p50.iter().flatten().copied().fold(f64::INFINITY, f64::min);
    let axis = Axis::times(if low.is_finite() { low } else { 0.0 }, peak(&series).max(slo.map_or(0.0, secs)));
    let bounded = if highest(p95).is_some() { "p50, p95" } else { "p50" };
    let log = if axis.is_log() { "; logarithmic" } else { "" };
    let about = format!("{bounded} and the slowest, by due time{log}");
    let chart = Plot::new(clock, axis, 150.0)
        .dots(slowest, Paint::BulkEdge)
        .line(p95, Paint::Retry, 1.25, "p95")
        .line(p50, Paint::Ink, 1.5, "p50");
    let chart = match slo {
        Some(limit) => chart.limit(secs(limit), &format!("SLO {}", number::time(limit))),
        None => chart,
    };
    let [p50, p95, slowest] = series.each_ref().map(peak_time);
    let desc = format!("The median peaked at {p50}, p95 at {p95}; the slowest answer took {slowest}.");
    let at = |time: fn(&Figures) -> Option<Nanos>| {
        move |figures: &Figures| phrase::time_or_why(time(figures), figures.latency.count)
    };
    let table = StageTable::new(summary)
        .row(summary, dot_key(Paint::BulkEdge), "slowest", "slowest", at(|f| f.latency.max), slowest)
        .row(summary, line_key(Paint::Retry, 1.5), "p95", "p95", at(|f| f.latency.p95), p95)
        .row(summary, line_key(Paint::Ink, 1.5), "p50", "p50", at(|f| f.latency.p50), p50);
    Panel { title: "Latency", about, chart: chart.finish("latency-time", "Latency over time", &desc), table }
}

/// Requests sent and not yet over.
pub(super) fn in_flight(summary: &Summary, clock: &Clock<'_>) -> Panel {
    let timeline = &summary.timeline;
    let values: Values = timeline.in_flight.iter().map(|count| Some(*count as f64)).collect();
    let most = number::count(timeline.in_flight.iter().copied().max().unwrap_or(0));
    let base = vec![0.0; values.len()];
    let top: Vec<f64> = values.iter().map(|value| value.unwrap_or(0.0)).collect();
    let chart = Plot::new(clock, Axis::count(peak([&values]), ""), 80.0).area(
        &base,
        &top,
        Paint::Bulk,
        Paint::BulkEdge,
    );
    let desc = format!("At most {most} requests were in flight.");
    let mut table = StageTable::new(summary);
    let cells =
        stage_table::columns(summary).into_iter().map(|part| most_in_stage(summary, &part.name)).collect();
    table.rows.push(stage_table::Row {
        key: Some(box_key(Paint::Bulk, Paint::BulkEdge)),
        name: "in flight".to_owned(),
        cells,
        peak: most,
        series: "in_flight".to_owned(),
    });
    Panel {
        title: "In flight",
        about: "requests sent and not yet over; the most in each stage".to_owned(),
        chart: chart.finish("in-flight", "Requests in flight", &desc),
        table,
    }
}

/// Attempts that were throttled, for the section on resilience; none where none was.
pub(super) fn throttled(summary: &Summary, clock: &Clock<'_>) -> Option<Panel> {
    let timeline = &summary.timeline;
    let values = rate(timeline, &timeline.throttled);
    let (_, most) = highest(&values).filter(|(_, most)| *most > 0.0)?;
    let top: Vec<f64> = values.iter().map(|value| value.unwrap_or(0.0)).collect();
    let chart = Plot::new(clock, Axis::count(most, "/s"), 80.0).area(
        &vec![0.0; top.len()],
        &top,
        Paint::RetryFill,
        Paint::Retry,
    );
    let desc = format!("Throttled attempts peaked at {}.", per_second(most));
    let cell = |figures: &Figures| brief_rate(figures.per_second(figures.throttled));
    let key = box_key(Paint::RetryFill, Paint::Retry);
    Some(Panel {
        title: "Throttled per second",
        about: "attempts, by when they ended".to_owned(),
        chart: chart.finish("throttled", "Throttled attempts per second", &desc),
        table: StageTable::new(summary).row(summary, key, "throttled", "throttled", cell, peak_rate(&values)),
    })
}

/// Tokens that nobody got anything for; none where none were wasted.
pub(super) fn wasted(summary: &Summary, clock: &Clock<'_>) -> Option<Panel> {
    let timeline = &summary.timeline;
    let values = rate(timeline, &timeline.tokens_wasted);
    let (_, most) = highest(&values).filter(|(_, most)| *most > 0.0)?;
    let top: Vec<f64> = values.iter().map(|value| value.unwrap_or(0.0)).collect();
    let chart = Plot::new(clock, Axis::count(most, "/s"), 60.0).area(
        &vec![0.0; top.len()],
        &top,
        Paint::FallFill,
        Paint::Fall,
    );
    let desc = format!("Wasted tokens peaked at {}.", per_second(most));
    let cell = |figures: &Figures| brief_rate(figures.per_second(figures.tokens_wasted));
    let key = box_key(Paint::FallFill, Paint::Fall);
    Some(Panel {
        title: "Tokens wasted per second",
        about: "of broken streams, beaten hedges and answers that came too late, by when they ended"
            .to_owned(),
        chart: chart.finish("wasted", "Tokens wasted per second", &desc),
        table: StageTable::new(summary).row(summary, key, "wasted", "wasted", cell, peak_rate(&values)),
    })
}

/// The most requests in flight in the buckets of a stage.
fn most_in_stage(summary: &Summary, name: &str) -> String {
    let timeline = &summary.timeline;
    let Some(stage) = summary.run.stages.iter().find(|stage| &*stage.name == name) else {
        return "–".to_owned();
    };
    let inside = |place: usize| (stage.from..stage.to).contains(&bucket_start(timeline, place));
    let most = timeline
        .in_flight
        .iter()
        .enumerate()
        .filter(|(place, _)| inside(*place))
        .map(|(_, count)| *count)
        .max();
    most.map_or_else(|| "–".to_owned(), number::count)
}

/// Layers one on another, the first at the foot.
fn stacked<'a>(mut plot: Plot<'a>, layers: &[Values], paints: &[(Paint, Paint)]) -> Plot<'a> {
    let mut base = vec![0.0; layers.first().map_or(0, Vec::len)];
    for (layer, (fill, edge)) in layers.iter().zip(paints) {
        let top: Vec<f64> = base.iter().zip(layer).map(|(base, value)| base + value.unwrap_or(0.0)).collect();
        plot = plot.area(&base, &top, *fill, *edge);
        base = top;
    }
    plot
}

/// Where more was sent than offered: the area between the two lines.
fn amplification(offered: &Values, attempts: &Values) -> (Vec<f64>, Vec<f64>) {
    let pairs = offered.iter().zip(attempts).map(|(offered, attempts)| {
        let (offered, attempts) = (offered.unwrap_or(0.0), attempts.unwrap_or(0.0));
        (offered, attempts.max(offered))
    });
    pairs.unzip()
}

fn peak_rate(values: &Values) -> String {
    brief_rate(highest(values).map(|(_, rate)| rate))
}

fn peak_share(values: &Values) -> String {
    brief_share(highest(values).map(|(_, share)| share))
}

fn peak_time(values: &Values) -> String {
    highest(values).map_or_else(|| "too few".to_owned(), |(_, time)| number::seconds(time))
}
