//! Carries a search out: probes that can run at once do, each is told in its turn, and what came of it decides what is next.

use std::path::Path;
use std::time::Duration;

use bedload_reports::capacity::{End, Phase, Step, StepVerdict, Variant};
use bedload_reports::header::ClockKind;
use bedload_reports::render;

use super::super::lanes::side_by_side;
use super::super::{VerbError, signals};
use super::purse::Purse;
use super::step::{Ran, Stepper};
use crate::cli::{SearchArgs, Strategy};
use crate::clock::{self, Clock};
use crate::engine::{halt, process};
use crate::exit::Status;
use crate::planning::{AwsRamp, Probe, Question, Search};
use crate::terminal::Terminal;

/// What decides which levels are tried.
pub(super) enum Course {
    Search(Search),
    AwsRamp(AwsRamp),
}

impl Course {
    /// What the command line asks for; it begins where the answer is expected, if it is.
    pub(super) fn new(question: &Question, args: &SearchArgs, near: Option<f64>) -> Self {
        let range = question.range(near.or(args.from), args.to, args.steps);
        match args.strategy {
            Strategy::Search => Course::Search(Search::new(range)),
            Strategy::AwsRamp => {
                let target = args.to.unwrap_or_else(|| question.own_level());
                Course::AwsRamp(AwsRamp::new(range.start, range.least, target, args.steps))
            }
        }
    }

    fn next(&self) -> Result<Vec<Probe>, End> {
        match self {
            Course::Search(search) => search.next(),
            Course::AwsRamp(ramp) => ramp.next(),
        }
    }

    fn learn(&mut self, probe: Probe, passed: bool) {
        match self {
            Course::Search(search) => search.learn(probe, passed),
            Course::AwsRamp(ramp) => ramp.learn(probe, passed),
        }
    }
}

/// A search that is over.
pub(super) struct Searched {
    pub(super) variant: Variant,
    /// By which signal, if by one.
    pub(super) signal: Option<Status>,
}

/// Runs probes until the course has its answer, the budget is spent, or a person says stop. Run folders go to `below` in the
/// plan's folder; between steps it waits for `cool_down`.
pub(super) fn carry_out(
    stepper: &Stepper<'_>,
    mut course: Course,
    below: &Path,
    cool_down: Option<Duration>,
    purse: &mut Purse,
    terminal: &Terminal,
) -> Result<Searched, VerbError> {
    let mut steps: Vec<Step> = Vec::new();
    let mut signal = None;
    let end = loop {
        let probes = match course.next() {
            Ok(probes) => probes,
            Err(end) => break end,
        };
        if purse.is_empty_for(probes.len()) {
            break End::BudgetSpent;
        }
        if let Some(wait) = cool_down.filter(|_| !steps.is_empty()) {
            signal = rest(wait, terminal)?;
        }
        if signal.is_some() {
            break End::Interrupted;
        }
        let first = steps.len() as u32 + 1;
        for (probe, ran) in run(stepper, &probes, first, below, purse, terminal)? {
            purse.spend(ran.requests, ran.cost_usd);
            signal = signal.or(ran.signal);
            if ran.step.verdict != StepVerdict::Cut {
                course.learn(probe, ran.step.verdict.passed());
            }
            steps.push(ran.step);
        }
        if signal.is_some() {
            break End::Interrupted;
        }
        if steps.last().is_some_and(|step| step.verdict == StepVerdict::Cut) {
            break End::BudgetSpent;
        }
    };
    Ok(Searched { variant: Variant { values: Vec::new(), steps, end }, signal })
}

/// Runs probes, side by side where nothing is measured in real time.
fn run(
    stepper: &Stepper<'_>,
    probes: &[Probe],
    first: u32,
    below: &Path,
    purse: &Purse,
    terminal: &Terminal,
) -> Result<Vec<(Probe, Ran)>, VerbError> {
    let lanes = match stepper.kind {
        ClockKind::Virtual => usize::try_from(process::cores()).unwrap_or(1).min(probes.len()),
        ClockKind::Real => 1,
    };
    let at_once = if stepper.kind == ClockKind::Virtual { probes.len() } else { 1 };
    let limits = purse.share(at_once, stepper.limits);
    let one = |place: usize, terminal: &Terminal| {
        let probe = probes[place];
        let number = first + place as u32;
        let ran = stepper.run(number, probe, below, &limits, terminal)?;
        terminal.say(&render::step_line(&ran.step, stepper.question.variable(), terminal.style()));
        Ok(ran)
    };
    let is_last = |ran: &Result<Ran, VerbError>| match ran {
        Ok(ran) => ran.signal.is_some() || (at_once == 1 && ran.step.verdict == StepVerdict::Cut),
        Err(_) => true,
    };
    let ran = side_by_side(probes.len(), lanes.max(1), terminal, one, is_last);
    probes.iter().copied().zip(ran).map(|(probe, ran)| Ok((probe, ran?))).collect()
}

/// Waits until the quotas of a minute are whole again; the signal, if one ended it.
fn rest(wait: Duration, terminal: &Terminal) -> Result<Option<Status>, VerbError> {
    terminal.say(&format!("      cooling down for {} s", wait.as_secs()));
    let runtime = clock::runtime(ClockKind::Real).map_err(VerbError::Runtime)?;
    runtime.block_on(async {
        let clock = Clock::start(ClockKind::Real);
        let (halt, halted) = halt::halt();
        let received = signals::listen(halt);
        tokio::select! {
            biased;
            () = halted.stopped() => {}
            () = clock.sleep(wait) => {}
        }
        Ok(received.status())
    })
}

/// The seed of a probe: the scenario's for the first run of a level, and one of its own for each further one.
pub(super) fn seed_of(seed: u64, probe: Probe) -> u64 {
    match probe.phase {
        Phase::Ramp | Phase::Narrow => seed,
        Phase::Confirm | Phase::Margin => seed.wrapping_add(u64::from(probe.repeat)),
    }
}
