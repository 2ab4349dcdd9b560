//! How the run was made and how to make it again: data, formulas, scenario.

use std::borrow::Cow;

use crate::chart::spark::level;
use crate::chart::svg::Element;
use crate::gate::Judged;
use crate::generator::Generator;
use crate::header::{ClockKind, Header, Via};
use crate::machine::MachineUse;
use crate::metric::{Entry, Figure, Metric, Needs, Timing};
use crate::number;
use crate::render::explain;
use crate::summary::Summary;
use crate::units::Nanos;

use super::Sentence;

/// The section.
pub(super) struct Method<'a> {
    pub(super) lead: Sentence,
    pub(super) command: String,
    pub(super) digest: &'a str,
    pub(super) stages: Vec<Stage<'a>>,
    pub(super) faults: Vec<Fault<'a>>,
    pub(super) flows: Vec<Flow<'a>>,
    pub(super) models: Vec<Model<'a>>,
    pub(super) glossary: Vec<Term>,
    pub(super) scenario: &'a str,
    /// Whether there was a ledger for the judge to read.
    pub(super) judged: bool,
    /// What the generator says of itself, in real time.
    pub(super) generator: Option<OfGenerator>,
}

/// The generator's own figures.
pub(super) struct OfGenerator {
    pub(super) rows: Vec<(&'static str, String)>,
    pub(super) cpu: Element,
    pub(super) memory: Element,
}

/// A stage of the timeline.
pub(super) struct Stage<'a> {
    pub(super) name: &'a str,
    pub(super) window: String,
    pub(super) counted: &'static str,
}

/// A fault that was injected.
pub(super) struct Fault<'a> {
    pub(super) name: &'a str,
    pub(super) window: String,
    pub(super) about: &'a str,
}

/// A kind of traffic.
pub(super) struct Flow<'a> {
    pub(super) name: &'a str,
    pub(super) operation: &'static str,
    pub(super) model: &'a str,
    pub(super) client: Cow<'a, str>,
    pub(super) planned: String,
}

/// A model and its price.
pub(super) struct Model<'a> {
    pub(super) name: &'a str,
    pub(super) id: &'a str,
    pub(super) price: String,
}

/// A metric of this page.
pub(super) struct Term {
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
    pub(super) formula: &'static str,
    pub(super) unit: &'static str,
}

pub(super) fn view<'a>(summary: &'a Summary, scenario: &'a str) -> Method<'a> {
    let run = &summary.run;
    let real_time = if run.clock == ClockKind::Real { " --real-time" } else { "" };
    Method {
        lead: lead(run),
        command: format!("bedload run scenario.yaml --seed {}{real_time}", run.seed),
        digest: &run.digest,
        stages: stages(run),
        faults: faults(run),
        flows: flows(run),
        models: models(run),
        glossary: glossary(summary),
        judged: summary.judgement.is_some(),
        generator: summary.generator.as_ref().map(|generator| of_generator(summary, generator)),
        scenario,
    }
}

/// What a reader asks of a generator: was it late, was it short of anything, did it grow?
fn of_generator(summary: &Summary, generator: &Generator) -> OfGenerator {
    let points = &generator.points;
    let peak = points.iter().map(|point| point.cpu_share).fold(0.0, f64::max);
    let delay = &summary.total.schedule_delay;
    let mut rows = vec![
        ("Sent late, p50 · p99 · most", times([delay.p50, delay.p99, delay.max])),
        (
            "Event loop late, p50 · p99 · most",
            times([generator.loop_lag_p50, generator.loop_lag_p99, generator.loop_lag_max]),
        ),
        (
            "Processor",
            format!(
                "{} of {} cores, {} at p95, {} in all",
                number::share(generator.cpu_share),
                generator.cores,
                number::share(generator.cpu_share_p95),
                number::time(generator.cpu)
            ),
        ),
        ("Memory at most", number::mebibytes(generator.rss_peak_bytes)),
        (
            "In flight on average, counted · by Little's law",
            format!(
                "{} · {}",
                generator.in_flight_counted.map_or_else(|| "–".to_owned(), number::significant),
                number::significant(generator.in_flight_recorded)
            ),
        ),
    ];
    rows.extend(generator.machine.map(|machine| ("Machine", of_machine(&machine))));
    let cpu: Vec<f64> = points.iter().map(|point| point.cpu_share).collect();
    let memory: Vec<f64> = points.iter().map(|point| point.rss_bytes as f64).collect();
    OfGenerator {
        rows,
        cpu: level(&cpu, &format!("processor over the run, {} at most", number::share(peak))),
        memory: level(
            &memory,
            &format!("memory over the run, {} at most", number::mebibytes(generator.rss_peak_bytes)),
        ),
    }
}

/// Who else was there: the first question where the generator was late and used little itself.
fn of_machine(machine: &MachineUse) -> String {
    format!(
        "{} taken, {} at p95: {} by this process, {} by others, {} by the hypervisor",
        number::share(machine.taken),
        number::share(machine.taken_p95),
        number::share(machine.generator),
        number::share(machine.others),
        number::share(machine.stolen)
    )
}

fn times<const N: usize>(times: [Option<Nanos>; N]) -> String {
    times.map(|time| time.map_or_else(|| "–".to_owned(), number::time)).join(" · ")
}

fn lead(run: &Header) -> Sentence {
    Sentence::of(match run.clock {
        ClockKind::Virtual => {
            "Time was simulated: the same scenario and seed give the same records, byte for byte."
        }
        ClockKind::Real => {
            "Times are the wall clock's: the same scenario and seed give the same schedule, not the same answers."
        }
    })
}

fn window(from: Nanos, to: Nanos) -> String {
    format!("{} to {}", number::clock(from), number::clock(to))
}

fn stages(run: &Header) -> Vec<Stage<'_>> {
    let stages = run.stages.iter().map(|stage| Stage {
        name: &stage.name,
        window: window(stage.from, stage.to),
        counted: if stage.record { "counted" } else { "warm-up, left out" },
    });
    stages.collect()
}

fn faults(run: &Header) -> Vec<Fault<'_>> {
    let faults = run.faults.iter().map(|fault| Fault {
        name: &fault.name,
        window: window(fault.from, fault.to),
        about: &fault.about,
    });
    faults.collect()
}

fn flows(run: &Header) -> Vec<Flow<'_>> {
    let flows = run.flows.iter().map(|flow| Flow {
        name: &flow.name,
        operation: flow.operation.aws_name(),
        model: &flow.model,
        client: match flow.via {
            Via::Sdk => Cow::Borrowed(&flow.client),
            Via::Wire => format!("{}: wire client (not an SDK)", flow.client).into(),
        },
        planned: flow.planned.map_or_else(|| "set by the answers".to_owned(), number::count),
    });
    flows.collect()
}

fn models(run: &Header) -> Vec<Model<'_>> {
    let models = run.models.iter().map(|model| Model {
        name: &model.name,
        id: &model.id,
        price: model.price.map_or_else(
            || "no price, so no cost".to_owned(),
            |price| {
                format!("{} in, {} out", number::usd(price.input_per_1k), number::usd(price.output_per_1k))
            },
        ),
    });
    models.collect()
}

/// The metrics that the page shows or a gate names, in the order of the catalogue.
fn glossary(summary: &Summary) -> Vec<Term> {
    let is_used = |entry: &Entry| {
        let gated = summary.gates.iter().any(|Judged { gate, .. }| gate.metric.entry().name == entry.name);
        gated || (is_shown(entry.name) && has_data(summary, entry.needs))
    };
    let term = |entry: Entry| Term {
        name: entry.name,
        meaning: entry.meaning,
        formula: entry.formula,
        unit: explain::unit(entry.unit),
    };
    Metric::catalogue().filter(is_used).map(term).collect()
}

fn is_shown(name: &str) -> bool {
    const TIMINGS: [Timing; 7] = [
        Timing::Latency,
        Timing::Ttft,
        Timing::ServiceTime,
        Timing::Tpot,
        Timing::Backoff,
        Timing::QueueWait,
        Timing::JobLatency,
    ];
    const FIGURES: [Figure; 28] = [
        Figure::SuccessRatio,
        Figure::SuccessFirstTry,
        Figure::SuccessAfterRetry,
        Figure::FallbackShare,
        Figure::FailoverShare,
        Figure::DegradedShare,
        Figure::HedgeShare,
        Figure::HedgeWins,
        Figure::GoodputRatio,
        Figure::AttemptsPerRequest,
        Figure::RetryQuotaRefusals,
        Figure::BreakerOpenTime,
        Figure::BreakerRefusals,
        Figure::TokensWasted,
        Figure::Cost,
        Figure::CostWasted,
        Figure::Findings,
        Figure::RecoveryTime,
        Figure::JobsCompleted,
        Figure::JobsDeadLettered,
        Figure::JobsLost,
        Figure::JobsDuplicateEffects,
        Figure::JobsWastedCalls,
        Figure::JobsRedeliveries,
        Figure::JobsNoOps,
        Figure::QueueOldest,
        Figure::QueueDrainTime,
        Figure::WorkersUtilisation,
    ];
    TIMINGS.iter().any(|timing| timing.entry().name == name)
        || FIGURES.iter().any(|figure| figure.entry().name == name)
}

fn has_data(summary: &Summary, needs: Needs) -> bool {
    match needs {
        Needs::Streams => summary.total.ttft.count > 0,
        Needs::Slo => summary.total.good.is_some(),
        Needs::Prices => summary.total.cost_usd.is_some(),
        Needs::AfterFault => !summary.run.faults.is_empty(),
        Needs::Breaker => !summary.timeline.breakers.is_empty(),
        Needs::Hedge => summary.total.hedged > 0,
        Needs::Limit => summary.total.limit_wait.count > 0 || summary.total.shed > 0,
        Needs::Gateway => summary.total.gateway_refusals > 0,
        Needs::Retriers => summary.total.retrier_wait.count > 0,
        Needs::Ledger => summary.judgement.is_some(),
        Needs::Queue => !summary.queues.is_empty(),
        Needs::Nothing | Needs::WhereRegion | Needs::WhereModel | Needs::OpenLoad => true,
    }
}
