//! `plan.html`: the answer sheet of a plan, the charts that show why, and every step with a link to its report.

use std::io;

use askama::Template;

use super::{Ours, SHEET, policy};
use crate::capacity::{Aim, Capacity, Pressure, Step, StepVerdict, Times, Variable, Variant};
use crate::chart::axis::Axis;
use crate::chart::levels::{Levels, Mark, Series};
use crate::chart::paint::{self, Paint};
use crate::chart::sign;
use crate::chart::svg::Element;
use crate::gate::{Judged, Limit, Verdict};
use crate::metric::Unit;
use crate::number;
use crate::render::capacity::words;
use crate::units::Nanos;

/// What the page has beyond the sheet of a report.
const OWN_SHEET: &str = include_str!("../../../templates/plan.css");
/// The heights of a chart, alone and beside others.
const HEIGHT: f64 = 220.0;
const SMALL: f64 = 130.0;

/// Writes the page of a plan. Links lead to the reports of its steps, from the plan's folder.
pub fn plan(capacity: &Capacity, out: &mut dyn io::Write) -> io::Result<()> {
    let sheet = format!("{}{SHEET}{OWN_SHEET}", paint::sheet());
    let parts: Vec<Part> =
        capacity.variants.iter().enumerate().map(|(place, it)| part(place, it, capacity)).collect();
    let found = capacity.main().and_then(|variant| variant.answer(capacity.variable).passing).is_some();
    let page = Page {
        policy: policy::policy("", &sheet),
        sheet: Ours(sheet),
        scenario: capacity.run.scenario.to_string(),
        about: capacity.run.about.clone(),
        question: words::question(capacity),
        answer: words::answers(capacity),
        found,
        mark: sign::gate(if found { Verdict::Pass } else { Verdict::Fail }, 22.0),
        goals: capacity.goals.join(" · "),
        origin: words::origin(capacity),
        several: capacity.variants.len() > 1,
        varied: capacity.variants.iter().map(|variant| varied(variant, capacity)).collect(),
        multiples: multiples(capacity),
        parts,
        seed: capacity.run.seed,
        target: capacity.run.target.clone(),
        level: capacity.variable.name(),
    };
    page.write_into(&mut &mut *out)
}

#[derive(Template)]
#[template(path = "plan.html")]
struct Page {
    policy: String,
    sheet: Ours,
    scenario: String,
    about: String,
    question: String,
    answer: String,
    found: bool,
    mark: Element,
    goals: String,
    origin: &'static str,
    several: bool,
    varied: Vec<Varied>,
    multiples: Vec<(String, Element)>,
    parts: Vec<Part>,
    seed: u64,
    target: String,
    level: &'static str,
}

/// A variant in the table of all of them.
struct Varied {
    name: String,
    anchor: String,
    answer: String,
    bound: String,
    p95: String,
    cost: String,
    confirmed: String,
}

/// A variant with its sheet, charts and steps.
struct Part {
    name: String,
    anchor: String,
    sheet: Vec<(&'static str, String)>,
    charts: Vec<Chart>,
    steps: Vec<Row>,
}

struct Chart {
    title: &'static str,
    about: &'static str,
    drawing: Element,
}

/// A step in the table.
struct Row {
    number: u32,
    phase: &'static str,
    level: String,
    href: String,
    offered: String,
    answered: String,
    p50: String,
    p95: String,
    p99: String,
    attempts: String,
    fullest: String,
    cost: String,
    passed: bool,
    verdict: String,
    because: String,
}

fn anchor(place: usize) -> String {
    format!("variant-{}", place + 1)
}

fn varied(variant: &Variant, capacity: &Capacity) -> Varied {
    let answer = variant.answer(capacity.variable);
    let place = capacity.variants.iter().position(|other| other == variant).unwrap_or_default();
    let level = answer.passing.map_or_else(|| "none".to_owned(), |step| step.level_text(capacity.variable));
    let (passed, runs) = answer.confirmed;
    Varied {
        name: variant.name(),
        anchor: anchor(place),
        answer: level,
        bound: answer.bound.map_or_else(|| "–".to_owned(), |bound| bound.constraint.to_string()),
        p95: words::time(answer.passing.and_then(|step| step.latency.p95)),
        cost: answer.passing.and_then(Step::per_1k).map_or_else(|| "–".to_owned(), number::usd),
        confirmed: format!("{passed} of {runs}"),
    }
}

fn part(place: usize, variant: &Variant, capacity: &Capacity) -> Part {
    let id = anchor(place);
    let charts = match capacity.variable {
        Variable::Rate | Variable::Users => of_requests(variant, capacity, &id),
        Variable::JobsPerHour | Variable::Workers => of_jobs(variant, capacity, &id),
    };
    Part {
        name: variant.name(),
        sheet: sheet(variant, capacity),
        charts,
        steps: variant.steps.iter().map(|step| row(step, capacity.variable)).collect(),
        anchor: id,
    }
}

/// The answer sheet without the marks that a terminal shows for code.
fn sheet(variant: &Variant, capacity: &Capacity) -> Vec<(&'static str, String)> {
    words::sheet(variant, capacity).into_iter().map(|(name, value)| (name, value.replace('`', ""))).collect()
}

fn row(step: &Step, variable: Variable) -> Row {
    let fullest = step.headroom().first().and_then(|room| room.used.share());
    Row {
        number: step.number,
        phase: step.phase.word(),
        level: step.level_text(variable),
        href: format!("{}/report.html", step.folder),
        offered: words::per_s(step.offered_per_s),
        answered: words::per_s(step.answered_per_s),
        p50: words::time(step.latency.p50),
        p95: words::time(step.latency.p95),
        p99: words::time(step.latency.p99),
        attempts: step.attempts_per_request.map_or_else(|| "–".to_owned(), number::significant),
        fullest: fullest.map_or_else(|| "–".to_owned(), number::share),
        cost: step.per_1k().map_or_else(|| "–".to_owned(), number::usd),
        passed: step.verdict.passed(),
        verdict: words::verdict(step),
        because: step.bound().map(|bound| bound.because.clone()).unwrap_or_default(),
    }
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

fn latency<'a>(variant: &Variant, capacity: &Capacity, height: f64) -> Levels<'a> {
    let series = percentiles(variant, |step| step.latency, |step| step.answered_per_s);
    let limits = limits(variant, "latency");
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

fn of_requests(variant: &Variant, capacity: &Capacity, id: &str) -> Vec<Chart> {
    let mut charts = vec![Chart {
        title: "Latency against throughput",
        about: "a dot for each step",
        drawing: latency(variant, capacity, HEIGHT).draw(
            &format!("{id}-latency"),
            "Latency against throughput",
            "Percentiles of latency of each step over the requests that it answered a second; the same figures stand in the table of steps.",
        ),
    }];
    let ttft = percentiles(variant, |step| step.ttft, |step| step.answered_per_s);
    if ttft.iter().any(|one| !one.points.is_empty()) {
        let limits = limits(variant, "ttft");
        let (low, high) = span(&ttft, &limits);
        let levels = Levels {
            across: (Axis::count(most(&ttft), "/s"), "answered a second"),
            up: Axis::times(low, high),
            limits,
            marks: marks(variant, capacity.variable, |step| step.answered_per_s),
            named_above: true,
            diagonal: false,
            height: HEIGHT,
            series: ttft,
        };
        let words = "Percentiles of the time to the first token of each step over the requests that it answered a second.";
        let drawing = levels.draw(&format!("{id}-ttft"), "Time to first token against throughput", words);
        charts.push(Chart {
            title: "Time to first token against throughput",
            about: "a dot for each step",
            drawing,
        });
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

fn of_jobs(variant: &Variant, capacity: &Capacity, id: &str) -> Vec<Chart> {
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
fn multiples(capacity: &Capacity) -> Vec<(String, Element)> {
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
