//! `run`: a scenario in, a judged run out.
//!
//! Everything that can fail does so before the first request: the folder and the outputs are opened,
//! the target is reached, credentials and budget are checked. Records are written while the run goes
//! on, and figures are read back from them, so that a page never says what the log does not.

use std::path::{Path, PathBuf};

use aws_config::SdkConfig;
use bedload_reports::header::ClockKind;
use bedload_reports::render;
use bedload_reports::run_note::RunNote;
use tokio::runtime::Runtime;
use tracing::{Instrument, info_span};

use super::baseline::{self, Baselines};
use super::drive::{Drive, used};
use super::dry_run;
use super::index::index;
use super::lanes::side_by_side;
use super::run_folder::RunFolder;
use super::speech::Speech;
use super::{VerbError, diagnosing, outputs, read_plan, sending, target};
use crate::cli::RunArgs;
use crate::clock::{self, Clock, Stopwatch, virtual_epoch};
use crate::diagnostics::Diagnostics;
use crate::engine::assembly::header;
use crate::engine::budget::Budget;
use crate::engine::process;
use crate::exit::{Exit, Status};
use crate::export::Station;
use crate::machine;
use crate::scenario::Plan;
use crate::terminal::Terminal;

/// Where run folders go unless told otherwise.
const OUT: &str = "bedload-out";

pub(super) fn run(args: &RunArgs, terminal: &Terminal) -> Result<Exit, VerbError> {
    let plans = read_all(args, terminal)?;
    let diagnostics = diagnosing::listen(args)?;
    let folders: Vec<PathBuf> = plans.iter().map(|plan| folder_of(plan, args, plans.len() > 1)).collect();
    let one = |place: usize, terminal: &Terminal| {
        let (Some(plan), Some(path), Some(folder)) =
            (plans.get(place), args.scenarios.get(place), folders.get(place))
        else {
            return Exit::new(Status::Pass, "nothing to run");
        };
        let exit = match args.dry_run {
            true => show(plan, args, terminal),
            false => run_one((plan, path), args, folder, diagnostics.as_ref(), terminal),
        };
        let exit = exit.unwrap_or_else(|error| terminal.explain(&error));
        if plans.len() > 1 { exit.about(plan.name()) } else { exit }
    };
    let stops = |exit: &Exit| matches!(exit.status(), Status::Interrupted | Status::Terminated);
    let exits = match lanes(&plans, args, diagnostics.is_some()) {
        1 => one_by_one(plans.len(), |place| one(place, terminal), stops),
        lanes => side_by_side(plans.len(), lanes, terminal, one, stops),
    };
    let folders = folders.get(..exits.len()).unwrap_or_default();
    let end = exits.into_iter().reduce(Exit::graver);
    if folders.len() > 1 && !args.dry_run {
        let root = args.out.as_deref().unwrap_or(Path::new(OUT));
        terminal.say(&format!("  index   {}\n", index(root, folders)?.display()));
    }
    Ok(match end {
        Some(exit) if plans.len() > 1 && exit.status() == Status::Pass => {
            Exit::new(Status::Pass, format!("{} scenarios, none failed", plans.len()))
        }
        Some(exit) => exit,
        None => Exit::new(Status::Pass, "nothing to run"),
    })
}

/// How many runs may go on at once. Real time is never shared; neither is what diagnostics listen to.
fn lanes(plans: &[Plan], args: &RunArgs, diagnosed: bool) -> usize {
    let virtual_time = plans.iter().all(|plan| clock_of(plan, args) == ClockKind::Virtual);
    if !virtual_time || diagnosed || args.dry_run {
        return 1;
    }
    usize::try_from(process::cores()).unwrap_or(1).min(plans.len()).max(1)
}

fn one_by_one(count: usize, run: impl Fn(usize) -> Exit, is_last: impl Fn(&Exit) -> bool) -> Vec<Exit> {
    let mut exits = Vec::new();
    for place in 0..count {
        exits.push(run(place));
        if exits.last().is_some_and(&is_last) {
            break;
        }
    }
    exits
}

/// Reads every scenario before any of them is run, so that the last one cannot be wrong after an hour.
fn read_all(args: &RunArgs, terminal: &Terminal) -> Result<Vec<Plan>, VerbError> {
    let (plans, mut errors): (Vec<_>, Vec<_>) =
        args.scenarios.iter().map(|path| read_plan(path, &args.changes)).partition(Result::is_ok);
    match errors.pop() {
        None => Ok(plans.into_iter().filter_map(Result::ok).collect()),
        Some(last) => {
            for error in errors.iter().filter_map(|error| error.as_ref().err()) {
                terminal.diagnose(error);
            }
            last.map(|_| Vec::new())
        }
    }
}

fn show(plan: &Plan, args: &RunArgs, terminal: &Terminal) -> Result<Exit, VerbError> {
    let expected = dry_run::expect(plan);
    terminal.print(&dry_run::text(plan, &expected, clock_of(plan, args)))?;
    Ok(Exit::new(Status::Pass, "dry run"))
}

fn run_one(
    (plan, path): (&Plan, &Path),
    args: &RunArgs,
    folder: &Path,
    diagnostics: Option<&Diagnostics>,
    terminal: &Terminal,
) -> Result<Exit, VerbError> {
    let expected = dry_run::expect(plan);
    let budget = target::budget(plan, &args.limits, &expected)?;
    let kind = clock_of(plan, args);
    let stations = sending::stations(&args.exports)?;
    let header_ahead = header(plan, kind, virtual_epoch());
    let profile = baseline::of_plan(plan, &header_ahead, &machine::host());
    let baselines = baseline::read(&args.baselines, &profile)?;
    let runtime = clock::runtime(kind).map_err(VerbError::Runtime)?;
    let reached = runtime.block_on(target::reach(plan, Clock::start(kind)))?;
    let folder = RunFolder::create(folder)?;
    outputs::open(&args.outputs)?;
    folder.write_scenario(plan.source_text())?;
    let recording = diagnosing::record(diagnostics, plan, &folder)?;
    let opened = Opened { kind, budget, stations, runtime, reached, baselines, folder: &folder };
    let exit = opened.run((plan, path), args, terminal);
    diagnosing::finish(recording, &folder, terminal);
    exit
}

/// All that is opened before the first request. Once it has been run nothing is under way any more.
struct Opened<'a> {
    kind: ClockKind,
    budget: Budget,
    stations: Vec<Station>,
    runtime: Runtime,
    reached: Option<SdkConfig>,
    baselines: Baselines,
    folder: &'a RunFolder,
}

impl Opened<'_> {
    fn run(
        self,
        (plan, path): (&Plan, &Path),
        args: &RunArgs,
        terminal: &Terminal,
    ) -> Result<Exit, VerbError> {
        let Opened { kind, budget, stations, runtime, reached, baselines, folder } = self;
        let span = info_span!("run", clock = ?kind);
        let mut note = machine::note(folder.root(), path);
        folder.write_note(&note)?;

        let watch = Stopwatch::start();
        let used_before = used(kind);
        let drive = Drive { plan, kind, budget, reached, folder, shown: !terminal.is_held_back() };
        let driven = runtime.block_on(drive.go().instrument(span.clone()))?;
        let left = driven.removed.err().map(|left| terminal.explain(&left.into()));
        driven.ended?;
        note.wall_seconds = watch.elapsed_s();
        note.cpu_seconds = used(kind).since(used_before).as_secs_f64();
        folder.write_note(&note)?;
        let exit =
            span.in_scope(|| judge(folder, &note, args, &baselines, driven.signal, &stations, terminal))?;
        Ok(match left {
            Some(left) => exit.graver(left),
            None => exit,
        })
    }
}

fn judge(
    folder: &RunFolder,
    note: &RunNote,
    args: &RunArgs,
    baselines: &Baselines,
    received: Option<Status>,
    stations: &[Station],
    terminal: &Terminal,
) -> Result<Exit, VerbError> {
    let folded = baselines.hold(folder, folder.fold(baselines.questions())?)?;
    let folded = folder.trace(folded)?;
    let folded = sending::send(stations, folder, folded, terminal)?;
    folder.render(&folded, note)?;
    outputs::copy(&args.outputs, folder)?;
    terminal.say(&render::text(&folded.summary, note, terminal.style(), terminal.width()));
    let speech = Speech::of_process(args.outputs.output_format);
    speech.speak(&folded.summary, &note.scenario, terminal)?;
    Ok(match received {
        Some(status) => Exit::new(
            status,
            format!("{}; what had finished is in {}", status.meaning(), folder.root().display()),
        ),
        None => Exit::of(&folded.summary, args.fail_on_inconclusive),
    })
}

fn clock_of(plan: &Plan, args: &RunArgs) -> ClockKind {
    if args.real_time { ClockKind::Real } else { plan.clock() }
}

fn folder_of(plan: &Plan, args: &RunArgs, one_of_many: bool) -> PathBuf {
    match (&args.out, one_of_many) {
        (Some(out), false) => out.clone(),
        (Some(out), true) => out.join(&**plan.name()),
        (None, _) => Path::new(OUT).join(&**plan.name()).join(machine::folder_time()),
    }
}
