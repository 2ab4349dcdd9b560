//! Two variants of a scenario, each run several times, base and head in turn.
//!
//! In turn, because a machine that grows busier must not do so under one side alone. Run `i` of both sides has the same
//! seed, so both get the same arrivals and prompts. Each run is a program of its own: this one, or another build.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bedload_reports::compare::runs_needed;
use bedload_reports::metric::Metric;

use super::side::Side;
use super::{VerbError, questions};
use crate::cli::{Changes, CompareArgs, Limits, Mismatch, Variants};
use crate::clock::virtual_epoch;
use crate::engine::assembly::header;
use crate::exit::{Exit, Status};
use crate::machine;
use crate::scenario::Plan;
use crate::terminal::Terminal;
use crate::verbs;

/// The fewest runs a side where nobody says how many.
const FEWEST: usize = 5;
/// The most that the command line takes.
const MOST: usize = 10;
/// Exit codes of runs that were judged, whatever the verdict.
const JUDGED: [Status; 3] = [Status::Pass, Status::Inconclusive, Status::GateFailed];

/// What the environment says to this program, and not to those that it runs: their summaries are not the build's.
const MEANT_FOR_US: [&str; 6] = [
    "BEDLOAD_OUT",
    "BEDLOAD_SEED",
    "BEDLOAD_FAIL_ON_INCONCLUSIVE",
    "BEDLOAD_OUTPUT_FORMAT",
    "GITHUB_ACTIONS",
    "GITHUB_STEP_SUMMARY",
];

/// What came of running.
pub(super) enum Ran {
    /// Both sides have all their runs.
    Both(Side, Side),
    /// A run came to no good end.
    Ended(Exit),
}

/// One side before it is run.
struct Variant<'a> {
    side: &'static str,
    scenario: &'a Path,
    changes: Changes,
    /// The scenario as this bedload reads it; another build may speak another language.
    plan: Option<Plan>,
    program: PathBuf,
}

/// Whether the command line asks for anything that only runs have.
pub(super) fn are_asked_for(variants: &Variants) -> bool {
    let Variants { runs, out, changes, base_set, head_set, base_build, head_build, real_time, limits } =
        variants;
    let Limits { yes, max_cost, max_requests } = limits;
    runs.is_some()
        || out.is_some()
        || base_build.is_some()
        || head_build.is_some()
        || *real_time
        || *yes
        || max_cost.is_some()
        || max_requests.is_some()
        || changes.seed.is_some()
        || [&changes.set, base_set, head_set].into_iter().any(|sets| !sets.is_empty())
}

/// Runs both variants, in turn.
pub(super) fn run(args: &CompareArgs, wanted: &[Metric], terminal: &Terminal) -> Result<Ran, VerbError> {
    let variants = &args.variants;
    let head = args.head.as_deref().unwrap_or(&args.base);
    let sides = [
        variant("base", &args.base, &variants.base_set, variants.base_build.as_deref(), variants)?,
        variant("head", head, &variants.head_set, variants.head_build.as_deref(), variants)?,
    ];
    if args.head.is_none() && !differ(variants) {
        return Err(VerbError::Usage {
            what: "nothing differs between base and head".to_owned(),
            remedy: "name two scenarios, or say what differs: --head-set PATH=VALUE, --head-build PROGRAM"
                .to_owned(),
        });
    }
    let runs = how_many(variants, &sides, wanted, terminal)?;
    let out = variants.out.clone().unwrap_or_else(|| usual_folder(&args.base));
    let seed = first_seed(&sides);
    for number in 0..runs {
        for side in &sides {
            let run = Run {
                side,
                folder: out.join(side.side).join((number + 1).to_string()),
                seed: seed.wrapping_add(number as u64),
            };
            if let Some(exit) = run.carry_out(variants, terminal)? {
                return Ok(Ran::Ended(exit.about(&format!("{} {}", side.side, number + 1))));
            }
        }
    }
    // What differs between the variants is the point; within a side there is nothing to differ.
    let open = |side: &str| Side::open(&out.join(side), &Mismatch::default());
    Ok(Ran::Both(open("base")?, open("head")?))
}

fn differ(variants: &Variants) -> bool {
    variants.base_set != variants.head_set || variants.base_build != variants.head_build
}

fn variant<'a>(
    side: &'static str,
    scenario: &'a Path,
    sets: &[String],
    build: Option<&Path>,
    variants: &Variants,
) -> Result<Variant<'a>, VerbError> {
    let set = variants.changes.set.iter().chain(sets).cloned().collect();
    let changes = Changes { set, seed: variants.changes.seed };
    let plan = match build {
        None => Some(verbs::read_plan(scenario, &changes)?),
        Some(_) => verbs::read_plan(scenario, &changes).ok(),
    };
    let program = match build {
        Some(build) => found(build)?,
        None => std::env::current_exe().map_err(|error| VerbError::Usage {
            what: format!("cannot tell where this program lies: {error}"),
            remedy: "name it: --base-build PROGRAM, --head-build PROGRAM".to_owned(),
        })?,
    };
    Ok(Variant { side, scenario, changes, plan, program })
}

fn found(build: &Path) -> Result<PathBuf, VerbError> {
    match build.is_file() {
        true => Ok(build.to_owned()),
        false => Err(VerbError::Usage {
            what: format!("there is no program {}", build.display()),
            remedy: "name a bedload that was built: target/release/bedload".to_owned(),
        }),
    }
}

/// How many runs a side: as many as were asked for, or as many as it takes to tell all figures apart.
fn how_many(
    variants: &Variants,
    sides: &[Variant<'_>; 2],
    wanted: &[Metric],
    terminal: &Terminal,
) -> Result<usize, VerbError> {
    let figures = sides[1]
        .plan
        .as_ref()
        .map(|plan| questions(wanted, &header(plan, plan.clock(), virtual_epoch())).len());
    let needed = runs_needed(figures.unwrap_or_default());
    match variants.runs.map(usize::from) {
        None => Ok(needed.clamp(FEWEST, MOST)),
        Some(runs) => {
            if runs < needed {
                terminal.say(&format!(
                    "with {runs} runs a side a change may go unseen among {} figures: --runs {needed} can tell them all apart, or choose some with --metric",
                    figures.unwrap_or_default()
                ));
            }
            Ok(runs)
        }
    }
}

fn first_seed(sides: &[Variant<'_>; 2]) -> u64 {
    let of = |side: &Variant<'_>| side.changes.seed.or_else(|| side.plan.as_ref().map(Plan::seed));
    of(&sides[0]).or_else(|| of(&sides[1])).unwrap_or(1)
}

fn usual_folder(scenario: &Path) -> PathBuf {
    let name = scenario.file_stem().unwrap_or_default();
    Path::new("bedload-out").join(name).join(machine::folder_time())
}

/// One run of one side.
struct Run<'a> {
    side: &'a Variant<'a>,
    folder: PathBuf,
    seed: u64,
}

impl Run<'_> {
    /// Carries it out; an end, if it was not a good one.
    fn carry_out(&self, variants: &Variants, terminal: &Terminal) -> Result<Option<Exit>, VerbError> {
        let output = self.command(variants).output().map_err(|error| VerbError::Usage {
            what: format!("cannot run {}: {error}", self.side.program.display()),
            remedy: "name a program that can be run: --base-build PROGRAM, --head-build PROGRAM".to_owned(),
        })?;
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.trim_end().lines().last().unwrap_or_default().to_owned();
        let status = output
            .status
            .code()
            .and_then(|code| Status::ALL.into_iter().find(|status| i32::from(status.code()) == code));
        terminal.say(&format!("{} seed {}: {last}", self.folder.display(), self.seed));
        match status {
            Some(status) if JUDGED.contains(&status) => Ok(None),
            Some(status) => {
                terminal.say(said.trim_end());
                let why = last.split_once(": ").map_or(last.as_str(), |(_, why)| why);
                Ok(Some(Exit::new(status, why)))
            }
            None => {
                terminal.say(said.trim_end());
                let why = format!("{} ended with {}", self.side.program.display(), output.status);
                Ok(Some(Exit::new(Status::Internal, why)))
            }
        }
    }

    fn command(&self, variants: &Variants) -> Command {
        let mut command = Command::new(&self.side.program);
        command.arg("run").arg(self.side.scenario).arg("--out").arg(&self.folder);
        command.arg("--seed").arg(self.seed.to_string());
        for set in &self.side.changes.set {
            command.arg("--set").arg(set);
        }
        let Limits { yes, max_cost, max_requests } = &variants.limits;
        let flags = [("--real-time", variants.real_time), ("--yes", *yes)];
        command.args(flags.iter().filter(|(_, given)| *given).map(|(flag, _)| flag));
        let of = |flag: &str, value: Option<String>| value.map(|value| [flag.to_owned(), value]);
        let limits = [
            of("--max-cost", max_cost.map(|cost| cost.to_string())),
            of("--max-requests", max_requests.map(|requests| requests.to_string())),
        ];
        command.args(limits.into_iter().flatten().flatten());
        for name in MEANT_FOR_US {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }
}
