//! `plan.html`: the answer sheet of a plan, the charts that show why, and every step with a link to its report.

mod charts;

use std::io;

use askama::Template;

use charts::{Chart, multiples, of_jobs, of_requests};

use super::{Ours, SHEET, policy};
use crate::capacity::{Capacity, Step, Variable, Variant};
use crate::chart::paint;
use crate::chart::sign;
use crate::chart::svg::Element;
use crate::gate::Verdict;
use crate::number;
use crate::render::capacity::words;

/// What the page has beyond the sheet of a report.
const OWN_SHEET: &str = include_str!("../../../templates/plan.css");

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
