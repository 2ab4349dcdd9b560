//! The charts of a plan: what its goals measured over the load, with the limits and the answer marked.

use crate::capacity::{Aim, Capacity, Pressure, Step, StepVerdict, Times, Variable, Variant};
use crate::chart::axis::Axis;
use crate::chart::levels::{Levels, Mark, Series};
use crate::chart::paint::Paint;
use crate::chart::svg::Element;
use crate::gate::{Judged, Limit};
use crate::metric::Unit;
use crate::number;
use crate::units::Nanos;

/// The heights of a chart, alone and beside others.
const HEIGHT: f64 = 220.0;
const SMALL: f64 = 130.0;

/// A chart with its title.
pub(super) struct Chart {
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    pub(super) drawing: Element,
}

/// Steps that tell something: of one that was cut off there are no figures.
fn whole(variant: &Variant) -> impl Iterator<Item = &Step> {
    variant.steps.iter().filter(|step| step.verdict != StepVerdict::Cut)
}

fn percentiles<'a>(
    variant: &Variant,
    times: impl Fn(&Step) -> Times,
    across: impl Fn(&Step) -> f64,
) -> Vec<Series<'a>> {
    let of = |name, paint, pick: fn(&Times) -> Option<Nanos>| Series {
        name,
        paint,
        points: whole(variant)
            .filter_map(|step| Some((across(step), pick(&times(step))?.as_secs_f64())))
            .collect(),
    };
    vec![
        of("p99", Paint::Ink3, |times| times.p99),
        of("p95", Paint::Retry, |times| times.p95),
        of("p50", Paint::Ink, |times| times.p50),
    ]
}

fn span(series: &[Series<'_>], limits: &[Mark]) -> (f64, f64) {
    let values = || series.iter().flat_map(|one| one.points.iter().map(|(_, value)| *value));
    let high = values().chain(limits.iter().map(|limit| limit.at)).fold(0.0, f64::max);
    (values().filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min).min(high), high)
}

/// Goals on times of this name, as lines.
fn limits(variant: &Variant, metric: &str) -> Vec<Mark> {
    let Some(step) = variant.steps.first() else { return Vec::new() };
    let of = |judged: &Judged| match judged.gate.limit {
        Limit::Max(at) if judged.gate.metric.to_string().starts_with(metric) => Some(Mark {
            at,
            text: format!("{} {}", judged.gate.metric, judged.gate.limit.text(Unit::Seconds)),
            paint: Paint::Fail,
        }),
        _ => None,
    };
    step.goals.iter().filter_map(of).collect()
}

/// The answer, and where each quota is used up.
fn marks(variant: &Variant, variable: Variable, at: impl Fn(&Step) -> f64) -> Vec<Mark> {
    let answer = variant.answer(variable);
    let found = answer.passing.map(|step| Mark {
        at: at(step),
        text: format!("{} pass", step.level_text(variable)),
        paint: Paint::West,
    });
    let quotas = answer.passing.map(Step::headroom).unwrap_or_default();
    let full = quotas.first().and_then(|room| {
        let share = room.used.share().filter(|share| *share > 0.3)?;
        Some(Mark {
            at: at(answer.passing?) / share,
            text: format!("{} used up", room.what),
            paint: Paint::Ink3,
        })
    });
    found.into_iter().chain(full).collect()
}

fn most(series: &[Series<'_>]) -> f64 {
    series.iter().flat_map(|one| one.points.iter().map(|(level, _)| *level)).fold(0.0, f64::max)
}

/// Percentiles of the time that `metric` names, over the requests answered a second.
fn over_throughput<'a>(
    variant: &Variant,
    capacity: &Capacity,
    height: f64,
    metric: &str,
    times: fn(&Step) -> Times,
) -> Levels<'a> {
    let series = percentiles(variant, times, |step| step.answered_per_s);
    let limits = limits(variant, metric);
    let (low, high) = span(&series, &limits);
    Levels {
        across: (Axis::count(most(&series), "/s"), "answered a second"),
        up: Axis::times(low, high),
        limits,
        marks: marks(variant, capacity.variable, |step| step.answered_per_s),
        named_above: true,
        diagonal: false,
        height,
        series,
    }
}

fn latency<'a>(variant: &Variant, capacity: &Capacity, height: f64) -> Levels<'a> {
    over_throughput(variant, capacity, height, "latency", |step| step.latency)
}

/// The charts of a variant whose level is a load of requests.
pub(super) fn of_requests(variant: &Variant, capacity: &Capacity, id: &str) -> Vec<Chart> {
    let dots = |levels: Levels<'_>, key: &str, title: &'static str, words: &str| Chart {
        title,
        about: "a dot for each step",
        drawing: levels.draw(&format!("{id}-{key}"), title, words),
    };
    let mut charts = vec![dots(
        latency(variant, capacity, HEIGHT),
        "latency",
        "Latency against throughput",
        "Percentiles of latency of each step over the requests that it answered a second; the same figures stand in the table of steps.",
    )];
    let ttft = over_throughput(variant, capacity, HEIGHT, "ttft", |step| step.ttft);
    if ttft.series.iter().any(|one| !one.points.is_empty()) {
        charts.push(dots(
            ttft,
            "ttft",
            "Time to first token against throughput",
            "Percentiles of the time to the first token of each step over the requests that it answered a second.",
        ));
    }
    charts.push(offered(variant, capacity, id));
    charts.extend(tokens(variant, capacity, id));
    charts
}

/// What was asked, and what came of it: where it leaves the diagonal is the knee.
fn offered(variant: &Variant, capacity: &Capacity, id: &str) -> Chart {
    let points = |value: fn(&Step) -> Option<f64>| {
        whole(variant).filter_map(|step| Some((step.offered_per_s, value(step)?))).collect::<Vec<_>>()
    };
    let series = vec![
        Series { name: "answered", points: points(|step| Some(step.answered_per_s)), paint: Paint::Ink },
        Series { name: "goodput", points: points(|step| step.goodput_per_s), paint: Paint::West },
    ];
    let (_, high) = span(&series, &[]);
    let most = most(&series).max(high);
    let levels = Levels {
        across: (Axis::count(most, "/s"), "offered a second"),
        up: Axis::count(most, "/s"),
        limits: Vec::new(),
        marks: marks(variant, capacity.variable, |step| step.offered_per_s),
        named_above: false,
        diagonal: true,
        height: HEIGHT,
        series,
    };
    let words = "Requests answered a second, and of them the good ones, over those that were due; on the dotted line nothing is lost.";
    let drawing = levels.draw(&format!("{id}-goodput"), "Offered against answered", words);
    Chart { title: "Offered against answered", about: "on the dotted line nothing is lost", drawing }
}

/// Tokens a minute of the model whose quota is the fullest, reserved and settled.
fn tokens(variant: &Variant, capacity: &Capacity, id: &str) -> Option<Chart> {
    let pressures = || variant.steps.iter().flat_map(|step| &step.pressures);
    let fullest = pressures()
        .filter(|pressure| pressure.reserved.limit.is_some())
        .max_by(|a, b| a.reserved.share().unwrap_or(0.0).total_cmp(&b.reserved.share().unwrap_or(0.0)))?;
    let points = |value: fn(&Pressure) -> f64| {
        let of = |step: &Step| {
            let pressure = step.pressures.iter().find(|pressure| pressure.model == fullest.model)?;
            Some((step.offered_per_s, value(pressure)))
        };
        whole(variant).filter_map(of).collect::<Vec<_>>()
    };
    let series = vec![
        Series { name: "reserved", points: points(|pressure| pressure.reserved.used), paint: Paint::Retry },
        Series { name: "settled", points: points(|pressure| pressure.settled.used), paint: Paint::Ink },
    ];
    let limits = vec![Mark {
        at: fullest.reserved.limit?,
        text: format!("quota {}", number::short(fullest.reserved.limit?)),
        paint: Paint::Fail,
    }];
    let (_, high) = span(&series, &limits);
    let levels = Levels {
        across: (Axis::count(most(&series), "/s"), "offered a second"),
        up: Axis::count(high, ""),
        limits,
        marks: marks(variant, capacity.variable, |step| step.offered_per_s),
        named_above: false,
        diagonal: false,
        height: HEIGHT,
        series,
    };
    let words = "Tokens a minute that the load reserves of the quota, and those that it is charged in the end, over the requests due a second.";
    let drawing = levels.draw(&format!("{id}-tokens"), "Tokens a minute, reserved and settled", words);
    Some(Chart { title: "Tokens a minute, reserved and settled", about: "of the fullest quota", drawing })
}

fn drain<'a>(variant: &Variant, capacity: &Capacity, height: f64) -> Levels<'a> {
    let points =
        whole(variant).filter_map(|step| Some((step.level, step.drained?.as_secs_f64()))).collect::<Vec<_>>();
    let series = vec![Series { name: "empty after", points, paint: Paint::Retry }];
    let limits = limits(variant, "queue.drain_time");
    let (_, high) = span(&series, &limits);
    Levels {
        across: (Axis::count(most(&series), ""), capacity.variable.name()),
        up: Axis::span(high),
        limits,
        marks: marks(variant, capacity.variable, |step| step.level),
        named_above: true,
        diagonal: false,
        height,
        series,
    }
}

/// The charts of a variant whose level is a load of jobs, or those who do them.
pub(super) fn of_jobs(variant: &Variant, capacity: &Capacity, id: &str) -> Vec<Chart> {
    let words = "The time from the first job due to the last one settled, over the level; steps that left jobs have none.";
    let drawing =
        drain(variant, capacity, HEIGHT).draw(&format!("{id}-drain"), "Time to empty the queue", words);
    let mut charts = vec![Chart { title: "Time to empty the queue", about: "a dot for each step", drawing }];
    let busy: Vec<(f64, f64)> =
        whole(variant).filter_map(|step| Some((step.level, step.utilisation?))).collect();
    if !busy.is_empty() {
        let series = vec![Series { name: "busy", points: busy, paint: Paint::Ink }];
        let levels = Levels {
            across: (Axis::count(most(&series), ""), capacity.variable.name()),
            up: Axis::share(),
            limits: Vec::new(),
            marks: marks(variant, capacity.variable, |step| step.level),
            named_above: false,
            diagonal: false,
            height: HEIGHT,
            series,
        };
        let drawing = levels.draw(
            &format!("{id}-busy"),
            "How busy workers are",
            "The share of their time in which workers hold jobs, over the level.",
        );
        charts.push(Chart { title: "How busy workers are", about: "share of their time", drawing });
    }
    charts.extend(tokens(variant, capacity, id));
    charts
}

/// The first chart of each variant, small, on the same axes.
pub(super) fn multiples(capacity: &Capacity) -> Vec<(String, Element)> {
    if capacity.variants.len() < 2 {
        return Vec::new();
    }
    let all: Vec<Levels<'_>> = capacity
        .variants
        .iter()
        .map(|variant| match capacity.variable.aim() {
            Aim::Most if capacity.variable != Variable::JobsPerHour => latency(variant, capacity, SMALL),
            _ => drain(variant, capacity, SMALL),
        })
        .collect();
    let widest = all.iter().map(|levels| most(&levels.series)).fold(0.0, f64::max);
    let spans: Vec<(f64, f64)> = all.iter().map(|levels| span(&levels.series, &levels.limits)).collect();
    let (low, high) =
        spans.iter().fold((f64::INFINITY, 0.0f64), |(low, high), span| (low.min(span.0), high.max(span.1)));
    all.into_iter()
        .zip(&capacity.variants)
        .enumerate()
        .map(|(place, (levels, variant))| {
            let across = (Axis::count(widest, ""), levels.across.1);
            let same = Levels { across, up: Axis::times(low, high), ..levels };
            let name = variant.name();
            let drawing = same.draw(
                &format!("small-{}", place + 1),
                &name,
                "The same chart for this variant, on the axes of all.",
            );
            (name, drawing)
        })
        .collect()
}
