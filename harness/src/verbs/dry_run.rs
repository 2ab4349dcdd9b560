//! `run --dry-run`: what a run would send, and what it would cost, by arithmetic alone.

use bedload_reports::header::{ClockKind, Header, Model};
use bedload_reports::number;
use bedload_reports::record::{Name, Tokens};
use bedload_reports::units::Nanos;

use crate::clock::virtual_epoch;
use crate::engine::assembly::{header, prompt_tokens, schedule};
use crate::scenario::{Behaviour, CallSpec, Flow, Input, Load, Plan, Spread, UserSegment};

/// What a run is expected to send.
#[derive(Debug)]
pub(super) struct Expected {
    /// The models with their prices.
    pub(super) models: Vec<Model>,
    /// Models in use without a price.
    pub(super) unpriced: Vec<Name>,
    /// Each flow's share.
    pub(super) flows: Vec<ExpectedFlow>,
    /// What it all costs; none where a price is missing.
    pub(super) cost_usd: Option<f64>,
}

/// What a flow is expected to send.
#[derive(Debug)]
pub(super) struct ExpectedFlow {
    name: Name,
    /// Requests by stage.
    requests: Vec<u64>,
    /// Whether the number is a guess from the models' pace, as for closed loads.
    estimated: bool,
    tokens: Tokens,
}

/// What this plan is expected to send.
pub(super) fn expect(plan: &Plan) -> Expected {
    let models = header(plan, ClockKind::Virtual, virtual_epoch()).models;
    let flows: Vec<_> = plan.flows().iter().map(|flow| expect_flow(plan, flow)).collect();
    let price = |flow: &Flow| {
        models.iter().find(|model| model.name == flow.call().model).and_then(|model| model.price)
    };
    let unpriced = plan
        .flows()
        .iter()
        .filter(|flow| price(flow).is_none())
        .map(|flow| flow.call().model.clone())
        .collect();
    let cost_usd = plan
        .flows()
        .iter()
        .zip(&flows)
        .map(|(flow, expected)| price(flow).map(|p| p.of(expected.tokens)))
        .sum();
    Expected { models, unpriced, flows, cost_usd }
}

fn expect_flow(plan: &Plan, flow: &Flow) -> ExpectedFlow {
    let (requests, estimated) = match (flow.load(), schedule(plan, flow)) {
        (Load::Queue { policy, from, .. }, _) => (by_stage(plan, policy.schedule(*from)), false),
        (_, Some(schedule)) => (by_stage(plan, schedule.map(|due| due.at)), false),
        (_, None) => (of_users(plan, flow), true),
    };
    let tokens = tokens(plan, flow, requests.iter().sum());
    ExpectedFlow { name: flow.name().clone(), requests, estimated, tokens }
}

/// What so many requests read and write.
fn tokens(plan: &Plan, flow: &Flow, requests: u64) -> Tokens {
    let call = flow.call();
    let output = plan.model(&call.model).map_or(0.0, |model| output_tokens(model.behaviour(), call));
    let own = prompt_tokens(call, median);
    let input = own + history_tokens(flow, own + output);
    let all = Tokens { input: requests * input.ceil() as u64, output: requests * output.ceil() as u64 };
    let Some(replay) = flow.load().replay() else { return all };
    let (mut read, mut written) = (0, 0);
    for lengths in replay.filter_map(|due| due.lengths) {
        read += u64::from(lengths.input.max(1));
        written += u64::from(lengths.output.max(1).min(call.max_tokens.fixed().unwrap_or(u32::MAX)));
    }
    Tokens { input: if call.input == Input::Traced { read } else { all.input }, output: written }
}

/// What a request repeats of its conversation on average, where each turn adds so many tokens.
fn history_tokens(flow: &Flow, turn: f64) -> f64 {
    let Load::Closed { turns, .. } = flow.load() else { return 0.0 };
    (median(**turns) - 1.0) / 2.0 * turn
}

fn by_stage(plan: &Plan, schedule: impl Iterator<Item = Nanos>) -> Vec<u64> {
    let mut counts = vec![0; plan.stages().len()];
    for due in schedule {
        let stage = plan.stages().iter().position(|stage| due < stage.to).unwrap_or(counts.len() - 1);
        counts[stage] += 1;
    }
    counts
}

/// Users ask as often as thinking and the model's median pace allow.
fn of_users(plan: &Plan, flow: &Flow) -> Vec<u64> {
    let Load::Closed { segments, think, .. } = flow.load() else { return vec![0; plan.stages().len()] };
    let model = plan.model(&flow.call().model).map(|model| *model.behaviour());
    let service_s = model.map_or(0.0, |pace| {
        let tokens = output_tokens(&pace, flow.call());
        median(pace.ttft) + (tokens - 1.0).max(0.0) * median(pace.per_token)
    });
    let round_s = (median(*think) + service_s).max(0.001);
    plan.stages()
        .iter()
        .map(|stage| {
            let overlap = |from: Nanos, to: Nanos| to.min(stage.to).since(from.max(stage.from)).as_secs_f64();
            let rounds =
                segments.iter().map(|users| mean_users(users) * overlap(users.from, users.to) / round_s);
            rounds.sum::<f64>().round() as u64
        })
        .collect()
}

fn mean_users(users: &UserSegment) -> f64 {
    f64::midpoint(f64::from(users.users), f64::from(users.end_users))
}

/// What an answer has at the median, within what request and model allow.
fn output_tokens(behaviour: &Behaviour, call: &CallSpec) -> f64 {
    let most = call.most_output(behaviour);
    median(behaviour.output_tokens).min(f64::from(most))
}

fn median(spread: Spread) -> f64 {
    match spread {
        Spread::Constant(value) => value,
        Spread::LogNormal { p50, .. } => p50,
        Spread::Through(quantiles) => quantiles.at(50.0),
    }
}

/// The timeline with what is expected, as text.
pub(super) fn text(plan: &Plan, expected: &Expected, clock: ClockKind) -> String {
    let header = header(plan, clock, virtual_epoch());
    let mut lines = vec![
        format!("{}   seed {} · {} · {}", header.scenario, header.seed, clock_word(clock), header.target),
        format!("  {}", header.about),
        String::new(),
    ];
    lines.extend(stage_table(&header, expected));
    lines.push(String::new());
    lines.extend(header.faults.iter().map(|fault| {
        format!(
            "  fault {}   {} to {}   {}",
            fault.name,
            number::clock(fault.from),
            number::clock(fault.to),
            fault.about
        )
    }));
    lines.extend(totals(expected));
    lines.push("  nothing was sent".to_owned());
    lines.join("\n") + "\n"
}

fn clock_word(clock: ClockKind) -> &'static str {
    match clock {
        ClockKind::Virtual => "virtual time",
        ClockKind::Real => "real time",
    }
}

fn stage_table(header: &Header, expected: &Expected) -> Vec<String> {
    let names: String = expected.flows.iter().map(|flow| format!("{:>14}", flow.name)).collect();
    let mut lines = vec![format!("  {:<14}{:>8}{:>8}{names}", "stage", "from", "to")];
    for (place, stage) in header.stages.iter().enumerate() {
        let counts: String = expected
            .flows
            .iter()
            .map(|flow| {
                let about = if flow.estimated { "about " } else { "" };
                format!("{:>14}", format!("{about}{}", number::count(flow.requests[place])))
            })
            .collect();
        let warm_up = if stage.record { "" } else { "   not recorded" };
        lines.push(format!(
            "  {:<14}{:>8}{:>8}{counts}{warm_up}",
            stage.name,
            number::clock(stage.from),
            number::clock(stage.to),
        ));
    }
    lines
}

fn totals(expected: &Expected) -> Vec<String> {
    let requests: u64 = expected.flows.iter().flat_map(|flow| &flow.requests).sum();
    let tokens =
        |count: fn(&Tokens) -> u64| expected.flows.iter().map(|flow| count(&flow.tokens)).sum::<u64>() as f64;
    let cost = match expected.cost_usd {
        Some(usd) => number::usd(usd),
        None => {
            let names: Vec<_> = expected.unpriced.iter().map(|name| &**name).collect();
            format!("unknown: no price for {}", names.join(", "))
        }
    };
    vec![
        format!("  requests {}, retries apart", number::count(requests)),
        format!(
            "  tokens   in about {}   out about {}",
            number::short(tokens(|tokens| tokens.input)),
            number::short(tokens(|tokens| tokens.output))
        ),
        format!("  cost     about {cost}, by the scenario's prices"),
    ]
}
