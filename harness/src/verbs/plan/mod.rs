//! `plan`: how much load fits, what binds, and what it costs.
//!
//! A plan is a series of runs at different levels, each with a run folder of its own below the plan's, so whatever the answer
//! sheet says can be looked at in the page of the step that says it, and run again.

mod calibrate;
mod purse;
mod search;
mod step;

use std::path::{Path, PathBuf};
use std::time::Duration;

use bedload_reports::capacity::{Capacity, End, Variant, VariedValue};
use bedload_reports::header::ClockKind;
use bedload_reports::render;

use super::run_folder::write;
use super::{VerbError, set};
use crate::cli::{OutputFormat, PlanArgs};
use crate::clock::virtual_epoch;
use crate::engine::assembly::header;
use crate::exit::{Exit, Status};
use crate::machine;
use crate::planning::{Pace, Question, Trouble, Unplannable, Vary, VaryError, combinations};
use crate::scenario::{CapacityQuestion, Goal, GoalError, Plan, Set, Source};
use crate::terminal::Terminal;
use purse::Purse;
use search::{Course, Searched};
use step::Stepper;

/// The answer sheet as JSON, and as pages.
const JSON: &str = "plan.json";
const PAGE: &str = "plan.html";
const MARKDOWN: &str = "plan.md";
/// Where plans go unless told otherwise.
const OUT: &str = "bedload-out";

pub(super) fn plan(args: &PlanArgs, terminal: &Terminal) -> Result<Exit, VerbError> {
    if let Some(run) = &args.calibrate {
        return calibrate::calibrate(run, args.output_format, terminal);
    }
    let Some(scenario) = &args.scenario else {
        return Ok(Exit::new(Status::Usage, "name a scenario"));
    };
    let asked = Asked::read(scenario, args)?;
    let folder = folder(args, &asked.base)?;
    let mut purse = Purse::new(&args.limits, &asked.base);
    let mut variants: Vec<Variant> = Vec::new();
    let mut ended = None;
    for case in &asked.cases {
        // In trouble it takes more than without, and not much.
        let before = variants.last().filter(|_| case.trouble != Trouble::None);
        let searched = asked.search(case, before, &folder, &mut purse, terminal)?;
        let over = searched.signal.is_some() || searched.variant.end == End::BudgetSpent;
        ended = searched.signal;
        variants.push(searched.variant);
        if over {
            break;
        }
    }
    let capacity = asked.capacity(variants);
    write_all(&folder, &capacity)?;
    terminal.say(&render::capacity_text(
        &capacity,
        &folder.join(PAGE).display().to_string(),
        terminal.style(),
    ));
    if args.output_format == Some(OutputFormat::Json) {
        let mut line = Vec::new();
        render::capacity_json(&capacity, &mut line).map_err(VerbError::Stdout)?;
        terminal.print(&String::from_utf8_lossy(&line))?;
    }
    Ok(match ended {
        Some(status) => {
            Exit::new(status, format!("{}; what was found is in {}", status.meaning(), folder.display()))
        }
        None => exit(&capacity),
    })
}

/// All that is asked, before the first run.
struct Asked<'a> {
    args: &'a PlanArgs,
    source: Source,
    path: &'a Path,
    sets: Vec<Set>,
    base: Plan,
    kind: ClockKind,
    question: Question,
    goals: Vec<Goal>,
    pace: Pace,
    cases: Vec<Case>,
}

/// One scenario to be searched.
struct Case {
    values: Vec<VariedValue>,
    sets: Vec<Set>,
    trouble: Trouble,
}

impl<'a> Asked<'a> {
    fn read(path: &'a Path, args: &'a PlanArgs) -> Result<Self, VerbError> {
        let seed = args.changes.seed.map(|seed| format!("seed={seed}"));
        let sets =
            args.changes.set.iter().chain(&seed).map(|text| set(text)).collect::<Result<Vec<_>, _>>()?;
        let source = Source::read(path)?;
        let base = Plan::parse(&source, &sets)?;
        let own = base.capacity().cloned().unwrap_or_default();
        let CapacityQuestion { goals: own_goals, flow, deadline, warm_up, hold } = own;
        let (flow, deadline) = (args.flow.as_deref().or(flow.as_deref()), args.deadline.or(deadline));
        let question = Question::of(&base, flow, deadline).map_err(unplannable)?;
        let pace =
            Pace { warm_up: args.search.warm_up.unwrap_or(warm_up), hold: args.search.hold.unwrap_or(hold) };
        let given = args.goals.iter().map(|text| goal(text)).collect::<Result<Vec<_>, _>>()?;
        let goals = match (given.is_empty(), own_goals.is_empty()) {
            (false, _) => given,
            (true, false) => own_goals,
            (true, true) => question.usual_goals(&base, pace),
        };
        let kind = if args.real_time { ClockKind::Real } else { base.clock() };
        let cases = cases(args, deadline)?;
        let asked = Asked { args, source, path, sets, base, kind, question, goals, pace, cases };
        // A value that makes no scenario, or a goal that is none, must not be found after an hour.
        for case in &asked.cases {
            asked.stepper(case, Path::new("")).scenario(asked.question.own_level(), 0)?;
        }
        Ok(asked)
    }

    fn stepper<'s>(&'s self, case: &'s Case, root: &'s Path) -> Stepper<'s> {
        Stepper {
            source: &self.source,
            path: self.path,
            sets: self.sets.iter().chain(&case.sets).cloned().collect(),
            base: &self.base,
            question: &self.question,
            goals: &self.goals,
            pace: self.pace,
            trouble: case.trouble,
            kind: self.kind,
            hours_a_day: self.args.search.hours_a_day,
            limits: &self.args.limits,
            root,
        }
    }

    fn search(
        &self,
        case: &Case,
        before: Option<&Variant>,
        folder: &Path,
        purse: &mut Purse,
        terminal: &Terminal,
    ) -> Result<Searched, VerbError> {
        let place = self.cases.iter().position(|other| std::ptr::eq(other, case)).unwrap_or_default();
        let below = match self.cases.len() {
            1 => PathBuf::from("steps"),
            _ => PathBuf::from(format!("variant-{}", place + 1)),
        };
        if !case.values.is_empty() {
            let name = Variant { values: case.values.clone(), steps: Vec::new(), end: End::Found }.name();
            terminal.say(&name);
        }
        let near = before.and_then(|variant| Some(variant.answer(self.question.variable()).passing?.level));
        let course = Course::new(&self.question, &self.args.search, near);
        let stepper = self.stepper(case, folder);
        let cool_down = (!self.base.target().is_mock()).then_some(self.args.search.cool_down);
        let mut searched = search::carry_out(&stepper, course, &below, cool_down, purse, terminal)?;
        searched.variant.values = case.values.clone();
        Ok(searched)
    }

    fn capacity(&self, variants: Vec<Variant>) -> Capacity {
        let run = header(&self.base, self.kind, virtual_epoch());
        Capacity {
            format: Capacity::FORMAT,
            modelled: Capacity::is_modelled(&run),
            run,
            variable: self.question.variable(),
            flows: self.question.flows(),
            goals: self.goals.iter().map(Goal::text).collect(),
            hours_a_day: self.args.search.hours_a_day,
            variants,
        }
    }
}

/// The scenario itself, or each combination of what is varied; of a batch with a deadline, with each trouble on its way.
fn cases(args: &PlanArgs, deadline: Option<Duration>) -> Result<Vec<Case>, VerbError> {
    let varied = args.vary.iter().map(|text| vary(text)).collect::<Result<Vec<_>, _>>()?;
    let troubles: &[Trouble] = match deadline {
        Some(_) => &[Trouble::None, Trouble::Crash, Trouble::Unavailable],
        None => &[Trouble::None],
    };
    let mut cases = Vec::new();
    for chosen in combinations(&varied) {
        let sets = chosen
            .iter()
            .map(|(path, value)| set(&format!("{path}={value}")))
            .collect::<Result<Vec<_>, _>>()?;
        for &trouble in troubles {
            let mut values: Vec<VariedValue> = chosen
                .iter()
                .map(|(path, value)| VariedValue { path: path.clone(), value: value.clone() })
                .collect();
            if troubles.len() > 1 {
                values.push(VariedValue { path: String::new(), value: trouble.words().to_owned() });
            }
            cases.push(Case { values, sets: sets.clone(), trouble });
        }
    }
    Ok(cases)
}

fn folder(args: &PlanArgs, base: &Plan) -> Result<PathBuf, VerbError> {
    let path =
        args.out.clone().unwrap_or_else(|| Path::new(OUT).join(&**base.name()).join(machine::folder_time()));
    Ok(super::run_folder::RunFolder::create(&path)?.root().to_owned())
}

fn goal(text: &str) -> Result<Goal, VerbError> {
    text.parse().map_err(|error: GoalError| VerbError::Usage {
        what: error.to_string(),
        remedy: "write a figure, `<=` or `>=`, and a value: \"ttft.p95 <= 2s\"; `bedload explain` lists the figures"
            .to_owned(),
    })
}

fn vary(text: &str) -> Result<Vary, VerbError> {
    text.parse().map_err(|error: VaryError| VerbError::Usage {
        what: error.to_string(),
        remedy: "for example `--vary flows.chat.call.converse.max_tokens=256,1024`".to_owned(),
    })
}

fn unplannable(error: Unplannable) -> VerbError {
    VerbError::Usage { what: error.to_string(), remedy: error.remedy().to_owned() }
}

fn write_all(folder: &Path, capacity: &Capacity) -> Result<(), VerbError> {
    write(&folder.join(JSON), |out| render::capacity_json(capacity, out))?;
    write(&folder.join(MARKDOWN), |out| out.write_all(render::capacity_markdown(capacity).as_bytes()))?;
    write(&folder.join(PAGE), |out| render::capacity_html(capacity, out))
}

/// The gravest end of all variants; of several that are found, all their answers.
fn exit(capacity: &Capacity) -> Exit {
    let of = |variant: &Variant| {
        let words = render::capacity_line(variant, capacity.variable);
        let status = match variant.end {
            End::Found | End::AllPass => Status::Pass,
            End::StepsSpent | End::BudgetSpent | End::Interrupted => Status::Invalid,
            End::NonePasses => Status::GateFailed,
        };
        let exit = Exit::new(status, words);
        if variant.values.is_empty() { exit } else { exit.about(&variant.name()) }
    };
    let end = capacity.variants.iter().map(of).reduce(Exit::graver);
    match end {
        Some(exit) if exit.status() == Status::Pass => {
            Exit::new(Status::Pass, render::capacity_answers(capacity))
        }
        Some(exit) => exit,
        None => Exit::new(Status::Pass, "nothing to plan"),
    }
}
