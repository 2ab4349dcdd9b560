//! The panels over time, each a chart on the shared clock with its numbers beside it.

mod amplification;
mod breakers;
mod heat;
mod shares;
mod trouble;

pub(super) use amplification::amplified;
pub(super) use breakers::breakers;
pub(super) use heat::{heat, heat_id};
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
use crate::summary::{Figures, Percentiles, Spread, Summary};
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
    /// The chart's id, and the place that links lead to.
    pub(super) id: String,
    pub(super) title: String,
    pub(super) about: String,
    pub(super) chart: Element,
    pub(super) table: StageTable,
    /// What the shades of the chart mean, where its table cannot say it.
    pub(super) shades: Option<Shades>,
}

/// The key of a heatmap.
pub(super) struct Shades {
    pub(super) words: String,
    pub(super) key: Element,
}

impl Panel {
    /// A panel whose table says what its marks mean.
    pub(super) fn new(
        id: &str,
        title: &str,
        about: impl Into<String>,
        chart: Element,
        table: StageTable,
    ) -> Panel {
        Panel { id: id.to_owned(), title: title.to_owned(), about: about.into(), chart, table, shades: None }
    }
}

/// Fill and edge of failed, fell back and retried, from the foot up.
const TROUBLE: [(Paint, Paint); 3] =
    [(Paint::Fail, Paint::Fail), (Paint::FallFill, Paint::Fall), (Paint::RetryFill, Paint::Retry)];
const OUTCOMES: [(Paint, Paint); 4] = [TROUBLE[0], TROUBLE[1], TROUBLE[2], (Paint::Bulk, Paint::BulkEdge)];

/// What was offered, what was sent and accepted for it, and what succeeded, each second.
pub(super) fn rates(summary: &Summary, clock: &Clock<'_>) -> Panel {
    let timeline = &summary.timeline;
    let series = [&timeline.offered, &timeline.attempts, &timeline.accepted, &timeline.answered];
    let series = series.map(|counts| rate(timeline, counts));
    let [offered, attempts, accepted, succeeded] = &series;
    let all = series.iter().flatten().copied().collect();
    let (chart, cut) = counted(clock, &all, 150.0);
    // Its edge would run along the line of what was offered.
    let nothing = vec![Some(0.0); accepted.len()];
    let [foot, top] = [accepted, attempts].map(flat);
    let chart = chart
        .band(&nothing, accepted, Paint::Bulk)
        .area(&foot, &top, Paint::RetryFill, Paint::Retry)
        .line(succeeded, Paint::Ink3, 1.0, "succeeded")
        .line(offered, Paint::Ink, 1.5, "offered");
    let chart = cut.into_iter().fold(chart, |chart, end| chart.cut(attempts, end, rate_text));
    let [offered, attempts, accepted, succeeded] = series.each_ref().map(peak_rate);
    let desc = format!(
        "Offered peaked at {offered} a second, attempts at {attempts}, of which {accepted} were accepted at most; {succeeded} succeeded at most."
    );
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
        .row(
            summary,
            box_key(Paint::RetryFill, Paint::Retry),
            "attempts",
            "attempts",
            each(|f| f.attempts),
            attempts,
        )
        .row(
            summary,
            box_key(Paint::Bulk, Paint::BulkEdge),
            "accepted",
            "accepted",
            each(|f| f.accepted),
            accepted,
        )
        .row(
            summary,
            line_key(Paint::Ink3, 1.0),
            "answered",
            "succeeded",
            each(Figures::answered),
            succeeded,
        );
    let about =
        "requests offered; attempts sent for them: grey accepted, blue refused; requests that succeeded";
    let chart = chart.finish("rates", "Requests and attempts per second", &desc);
    Panel::new("rates", "Requests and attempts per second", about, chart, table)
}

/// How the requests due each second ended.
pub(super) fn outcomes(summary: &Summary, clock: &Clock<'_>) -> Panel {
    let timeline = &summary.timeline;
    let layers = [&timeline.failed, &timeline.fell_back, &timeline.retried, &timeline.first_try];
    let layers = layers.map(|counts| rate(timeline, counts));
    let [failed, fell_back, retried, first_try] = layers.each_ref().map(peak_rate);
    let whole = rate(timeline, &judged(timeline));
    let (chart, cut) = counted(clock, &whole, 130.0);
    let chart = stacked(chart, &layers, &OUTCOMES);
    let chart = cut.into_iter().fold(chart, |chart, end| chart.cut(&whole, end, rate_text));
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
    let about = format!("by {}: first try, retried, fell back, failed", when(summary));
    Panel::new(
        "outcomes",
        "Outcomes per second",
        about,
        chart.finish("outcomes", "Outcomes per second", &desc),
        table,
    )
}

/// What stands for due time in charts where jobs are among the requests.
fn when(summary: &Summary) -> &'static str {
    match summary.run.flows.iter().filter(|flow| flow.queue.is_some()).count() {
        0 => "due time",
        jobs if jobs == summary.run.flows.len() => "when a worker first received them",
        _ => "due time, jobs by when a worker first received them",
    }
}

/// How long answers took over time.
pub(super) fn latency(summary: &Summary, clock: &Clock<'_>) -> Panel {
    let jobs = summary.run.flows.iter().any(|flow| flow.queue.is_some());
    let when = if jobs { "by due time, jobs by when they were done" } else { "by due time" };
    let (series, slo) = (&summary.timeline.latency, summary.run.slo.latency);
    timing(summary, clock, ("latency-time", "Latency", ""), series, slo, |figures| &figures.latency, when)
}

/// How long first tokens took over time; none where nothing was streamed.
pub(super) fn ttft(summary: &Summary, clock: &Clock<'_>) -> Option<Panel> {
    let (series, slo) = (&summary.timeline.ttft, summary.run.slo.ttft);
    let names = ("ttft-time", "Time to first token", "ttft-");
    let panel = || timing(summary, clock, names, series, slo, |figures| &figures.ttft, "by due time");
    (summary.total.ttft.count > 0).then(panel)
}

/// Percentiles of a timing: the band from the median to the p95, and the slowest above it.
fn timing(
    summary: &Summary,
    clock: &Clock<'_>,
    (id, title, prefix): (&str, &str, &str),
    times: &Percentiles,
    slo: Option<Nanos>,
    spread: fn(&Figures) -> &Spread,
    when: &str,
) -> Panel {
    let series = [&times.p50, &times.p95, &times.max].map(|times| in_secs(times));
    let [p50, p95, slowest] = &series;
    let low = p50.iter().chain(slowest).flatten().copied().fold(f64::INFINITY, f64::min);
    let axis = Axis::times(if low.is_finite() { low } else { 0.0 }, peak(&series).max(slo.map_or(0.0, secs)));
    let log = if axis.is_log() { ", logarithmic" } else { "" };
    let window = match times.window {
        Nanos::ZERO => String::new(),
        window => format!(", in windows of {}", number::time(window)),
    };
    let about = format!("{when}{window}{log}");
    let stride = times.window.get().checked_div(summary.timeline.bucket.get().max(1)).unwrap_or(1).max(1);
    let chart = Plot::new(clock, axis, 120.0)
        .band(p50, p95, Paint::Bulk)
        .dots(&middles(slowest, stride as usize), Paint::BulkEdge)
        .line(p95, Paint::Ink3, 1.0, "p95")
        .line(p50, Paint::Ink, 1.75, "p50");
    let chart = match slo {
        Some(limit) => chart.limit(secs(limit), &format!("SLO {}", number::time(limit))),
        None => chart,
    };
    let peaks = series.each_ref().map(peak_time);
    let desc =
        format!("The median peaked at {}, the p95 at {}; the slowest took {}.", peaks[0], peaks[1], peaks[2]);
    let at = |time: fn(&Spread) -> Option<Nanos>| {
        move |figures: &Figures| phrase::time_or_why(time(spread(figures)), spread(figures).count)
    };
    let [p50, p95, slowest] = peaks;
    let table = StageTable::new(summary)
        .row(
            summary,
            dot_key(Paint::BulkEdge),
            &format!("{prefix}slowest"),
            "slowest",
            at(|s| s.max),
            slowest,
        )
        .row(summary, line_key(Paint::Ink3, 1.0), &format!("{prefix}p95"), "p95", at(|s| s.p95), p95)
        .row(summary, line_key(Paint::Ink, 1.75), &format!("{prefix}p50"), "p50", at(|s| s.p50), p50);
    Panel::new(id, title, about, chart.finish(id, &format!("{title} over time"), &desc), table)
}

/// One value for each window, in its middle.
fn middles(values: &Values, stride: usize) -> Values {
    let middle = |place: usize| place % stride == (stride - 1) / 2;
    values.iter().enumerate().map(|(place, value)| value.filter(|_| middle(place))).collect()
}

/// Requests sent and not yet over, those apart whose SDK sleeps before a retry.
pub(super) fn in_flight(summary: &Summary, clock: &Clock<'_>) -> Panel {
    let timeline = &summary.timeline;
    let counts = |counts: &[u64]| -> Values { counts.iter().map(|count| Some(*count as f64)).collect() };
    let (all, asleep) = (counts(&timeline.in_flight), counts(&timeline.in_backoff));
    let awake = difference(&all, &asleep);
    let most = |values: &Values| number::count(highest(values).map_or(0, |(_, most)| most as u64));
    let layers = [awake.clone(), difference(&all, &awake)];
    let chart = Plot::new(clock, Axis::whole(peak([&all])), 80.0);
    let chart = stacked(chart, &layers, &[(Paint::Bulk, Paint::BulkEdge), (Paint::RetryFill, Paint::Retry)]);
    let desc = format!(
        "At most {} requests were in flight, and at most {} of them in backoff.",
        most(&all),
        most(&asleep)
    );
    let mut table = StageTable::new(summary);
    let mut row = |key, series: &str, name: &str, values: &Values| {
        let columns = stage_table::columns(summary).into_iter();
        let cells = columns.map(|part| most_in_stage(summary, values, &part.name)).collect();
        let (name, series) = (name.to_owned(), series.to_owned());
        table.rows.push(stage_table::Row { key: Some(key), name, cells, peak: most(values), series });
    };
    row(box_key(Paint::RetryFill, Paint::Retry), "in_backoff", "in backoff", &asleep);
    row(box_key(Paint::Bulk, Paint::BulkEdge), "on_the_wire", "on the wire", &awake);
    let about = "requests sent and not yet over; the most in each stage";
    Panel::new("in-flight", "In flight", about, chart.finish("in-flight", "Requests in flight", &desc), table)
}

/// Attempts that were throttled, for the section on resilience; none where none was.
pub(super) fn throttled(summary: &Summary, clock: &Clock<'_>) -> Option<Panel> {
    let timeline = &summary.timeline;
    let values = rate(timeline, &timeline.throttled);
    let (_, most) = highest(&values).filter(|(_, most)| *most > 0.0)?;
    let top = flat(&values);
    let chart = Plot::new(clock, Axis::count(most, "/s"), 80.0).area(
        &vec![0.0; top.len()],
        &top,
        Paint::RetryFill,
        Paint::Retry,
    );
    let desc = format!("Throttled attempts peaked at {}.", per_second(most));
    let cell = |figures: &Figures| brief_rate(figures.per_second(figures.throttled));
    let key = box_key(Paint::RetryFill, Paint::Retry);
    let table =
        StageTable::new(summary).row(summary, key, "throttled", "throttled", cell, peak_rate(&values));
    let chart = chart.finish("throttled", "Throttled attempts per second", &desc);
    Some(Panel::new("throttled", "Throttled per second", "attempts, by when they ended", chart, table))
}

/// Tokens that nobody got anything for; none where none were wasted.
pub(super) fn wasted(summary: &Summary, clock: &Clock<'_>) -> Option<Panel> {
    let timeline = &summary.timeline;
    let values = rate(timeline, &timeline.tokens_wasted);
    let (_, most) = highest(&values).filter(|(_, most)| *most > 0.0)?;
    let top = flat(&values);
    let chart = Plot::new(clock, Axis::count(most, "/s"), 60.0).area(
        &vec![0.0; top.len()],
        &top,
        Paint::FallFill,
        Paint::Fall,
    );
    let desc = format!("Wasted tokens peaked at {}.", per_second(most));
    let cell = |figures: &Figures| brief_rate(figures.per_second(figures.tokens_wasted));
    let key = box_key(Paint::FallFill, Paint::Fall);
    let table = StageTable::new(summary).row(summary, key, "wasted", "wasted", cell, peak_rate(&values));
    let about = "of broken streams, beaten hedges and answers that came too late, by when they ended";
    let chart = chart.finish("wasted", "Tokens wasted per second", &desc);
    Some(Panel::new("wasted", "Tokens wasted per second", about, chart, table))
}

/// The most in the buckets of a stage.
fn most_in_stage(summary: &Summary, values: &Values, name: &str) -> String {
    let timeline = &summary.timeline;
    let Some(stage) = summary.run.stages.iter().find(|stage| &*stage.name == name) else {
        return "–".to_owned();
    };
    let inside = |place: usize| (stage.from..stage.to).contains(&bucket_start(timeline, place));
    let seen = values.iter().enumerate().filter(|(place, _)| inside(*place)).filter_map(|(_, value)| *value);
    let most = seen.fold(None, |most: Option<f64>, value| Some(most.map_or(value, |most| most.max(value))));
    most.map_or_else(|| "–".to_owned(), |most| number::count(most as u64))
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

/// A plot of rates, and where its axis is cut off, if it is.
fn counted<'a>(clock: &'a Clock<'a>, rates: &Values, height: f64) -> (Plot<'a>, Option<f64>) {
    let cut = Axis::cut(rates);
    let top = cut.unwrap_or_else(|| peak([rates]));
    (Plot::new(clock, Axis::count(top, "/s"), height), cut)
}

fn rate_text(rate: f64) -> String {
    format!("{}\u{202f}/s", number::significant(rate))
}

/// Values with nothing where there are none.
fn flat(values: &Values) -> Vec<f64> {
    values.iter().map(|value| value.unwrap_or(0.0)).collect()
}

/// What a whole has beyond a part of it.
fn difference(whole: &Values, part: &Values) -> Values {
    let pairs = whole.iter().zip(part);
    pairs.map(|(whole, part)| whole.map(|whole| (whole - part.unwrap_or(0.0)).max(0.0))).collect()
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
