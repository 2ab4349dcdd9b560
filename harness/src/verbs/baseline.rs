//! `--baseline`: another run to hold this one against, read before the load.
//!
//! Whatever is wrong with a baseline (no such folder, another workload, a run that was void itself) is told before the
//! first request, and a gate that would miss its baseline too.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bedload_reports::compare::{
    Comparison, Difference, Known, Question, Sample, Settings, compare, unlike, usual,
};
use bedload_reports::gate::{Gate, Limit, OnNoData};
use bedload_reports::header::Header;
use bedload_reports::record::Name;
use bedload_reports::tally::Folded;

use super::VerbError;
use super::run_folder::RunFolder;
use crate::cli::{self, Mismatch};
use crate::scenario;

/// What a baseline is called where nobody names it.
const UNNAMED: &str = "baseline";

/// The baselines of a run, folded with the questions that it will be asked.
#[derive(Debug, Default)]
pub(super) struct Baselines {
    questions: Vec<Question>,
    runs: Vec<(Name, Folded, Vec<Difference>)>,
}

/// What is known of a run before its figures.
#[derive(Debug)]
pub(super) struct Profile<'a> {
    pub(super) header: &'a Header,
    pub(super) settings: Option<Settings>,
    pub(super) machine: String,
}

impl Profile<'_> {
    /// The same, as a comparison asks for it.
    pub(super) fn known(&self) -> Known<'_> {
        Known { header: self.header, settings: self.settings.as_ref(), machine: &self.machine }
    }
}

/// Reads the baselines that the command line and the gates name.
pub(super) fn read(args: &cli::Baselines, run: &Profile<'_>) -> Result<Baselines, VerbError> {
    let gates = named_by_gates(run.header);
    let folders = folders(args, &gates)?;
    for gate in missing(run.header, &folders) {
        refuse_without(gate)?;
    }
    let questions = if folders.is_empty() { Vec::new() } else { usual(run.header) };
    let mut runs = Vec::new();
    for (name, path) in folders {
        let (folded, unlike) = read_one(&path, &questions, run, &args.mismatch)?;
        runs.push((name, folded, unlike));
    }
    Ok(Baselines { questions, runs })
}

/// The same for a run that is over: its gates may go without the baselines that it was held against before.
pub(super) fn read_again(args: &cli::Baselines, run: &Profile<'_>) -> Result<Baselines, VerbError> {
    if args.baselines.is_empty() { Ok(Baselines::default()) } else { read(args, run) }
}

impl Baselines {
    /// What the run must be asked.
    pub(super) fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// Holds the run against each, and keeps in its folder what came of it; without any, takes what is kept there.
    pub(super) fn hold(&self, folder: &RunFolder, folded: Folded) -> Result<Folded, VerbError> {
        let comparisons = match self.runs.is_empty() {
            true => folder.comparisons(),
            false => {
                let comparisons = self.compare(&folded);
                folder.write_comparisons(&comparisons)?;
                comparisons
            }
        };
        Ok(if comparisons.is_empty() { folded } else { folded.with_comparisons(comparisons) })
    }

    fn compare(&self, folded: &Folded) -> Vec<Comparison> {
        let of = |(name, base, unlike): &(Name, Folded, Vec<Difference>)| {
            let side = |name, run| Sample { name, runs: std::slice::from_ref(run) };
            compare(side(name, base), side(&folded.summary.run.scenario, folded), unlike.clone())
        };
        self.runs.iter().map(of).collect()
    }
}

/// The gates on baselines, by the baseline's name.
fn named_by_gates(header: &Header) -> BTreeMap<Name, Vec<&Gate>> {
    let mut named: BTreeMap<Name, Vec<&Gate>> = BTreeMap::new();
    for gate in &header.gates {
        if let Limit::Against(against) = &gate.limit {
            named.entry(against.baseline.clone()).or_default().push(gate);
        }
    }
    named
}

/// Each baseline's name with its folder: what the command line gives, and folders that gates name themselves.
fn folders(
    args: &cli::Baselines,
    gates: &BTreeMap<Name, Vec<&Gate>>,
) -> Result<BTreeMap<Name, PathBuf>, VerbError> {
    let mut folders: BTreeMap<Name, PathBuf> = BTreeMap::new();
    for given in &args.baselines {
        let (name, path) = named(given);
        let name = match name {
            Some(name) => name.into(),
            None => only_name(gates)?,
        };
        if folders.insert(name.clone(), path).is_some() {
            return Err(usage(
                format!("two baselines are called `{name}`"),
                "give each a name of its own: `--baseline main=RUN`",
            ));
        }
    }
    let themselves = gates.keys().filter(|name| Path::new(&***name).is_dir()).cloned().collect::<Vec<_>>();
    for name in themselves {
        let path = PathBuf::from(&*name);
        folders.entry(name).or_insert(path);
    }
    Ok(folders)
}

/// `main=bedload-out/main` is a name and a folder; a path with a `=` in it is a path.
fn named(given: &str) -> (Option<&str>, PathBuf) {
    match given.split_once('=') {
        Some((name, path)) if !name.is_empty() && !name.contains(['/', '.']) => (Some(name), path.into()),
        _ => (None, given.into()),
    }
}

/// A baseline without a name serves the one name that gates ask for.
fn only_name(gates: &BTreeMap<Name, Vec<&Gate>>) -> Result<Name, VerbError> {
    match gates.keys().collect::<Vec<_>>().as_slice() {
        [] => Ok(UNNAMED.into()),
        [name] => Ok((*name).clone()),
        names => Err(usage(
            format!("gates name {} baselines, and it is not said which this one is", names.len()),
            "say it: `--baseline main=RUN`",
        )),
    }
}

/// Gates whose baseline is not there.
fn missing<'h>(header: &'h Header, folders: &BTreeMap<Name, PathBuf>) -> impl Iterator<Item = &'h Gate> {
    header.gates.iter().filter(|gate| match &gate.limit {
        Limit::Against(against) => !folders.contains_key(&against.baseline),
        _ => false,
    })
}

/// A gate without its baseline has no data; where that fails the run, the run need not begin.
fn refuse_without(gate: &Gate) -> Result<(), VerbError> {
    let Limit::Against(against) = &gate.limit else { return Ok(()) };
    if gate.on_no_data == OnNoData::Warn {
        return Ok(());
    }
    let name = &against.baseline;
    Err(usage(
        format!("gate `{}` needs the baseline `{name}`, and there is none", gate.name),
        format!("add `--baseline {name}=RUN`, or `on_no_data: warn` to the gate for runs that have none yet"),
    ))
}

fn usage(what: String, remedy: impl Into<String>) -> VerbError {
    VerbError::Usage { what, remedy: remedy.into() }
}

fn read_one(
    path: &Path,
    questions: &[Question],
    run: &Profile<'_>,
    mismatch: &Mismatch,
) -> Result<(Folded, Vec<Difference>), VerbError> {
    // A folder of several scenarios has a run folder for each.
    let of_scenario = path.join(&*run.header.scenario);
    let folder = RunFolder::open(if of_scenario.is_dir() { &of_scenario } else { path })?;
    let folded = folder.fold(questions)?;
    let base = profile(&folder, &folded.summary.run);
    let found = alike(folder.root(), base.known(), run.known(), mismatch)?;
    sound(folder.root(), &folded)?;
    Ok((folded, found))
}

/// What a run folder tells of its run.
pub(super) fn profile<'h>(folder: &RunFolder, header: &'h Header) -> Profile<'h> {
    Profile { header, settings: folder.settings(), machine: folder.note().host }
}

/// In what two runs differ, if that is allowed.
pub(super) fn alike(
    path: &Path,
    base: Known<'_>,
    head: Known<'_>,
    mismatch: &Mismatch,
) -> Result<Vec<Difference>, VerbError> {
    let found = unlike(base, head);
    let refused: Vec<Difference> = found.iter().filter(|it| !mismatch.allows(&it.section)).cloned().collect();
    match refused.is_empty() {
        true => Ok(found),
        false => Err(another_workload(path, &refused)),
    }
}

/// A run whose figures cannot be trusted is nothing to compare with, nor is one that was stopped before its time.
pub(super) fn sound(path: &Path, folded: &Folded) -> Result<(), VerbError> {
    let (trouble, stopped) = (folded.summary.validity.troubles().next(), &folded.summary.stopped);
    let what = match (trouble, stopped) {
        (None, None) => return Ok(()),
        (Some(trouble), _) => format!("the run in {} is invalid: {}", path.display(), trouble.finding),
        (None, Some(stopped)) => format!("the run in {} was stopped early by {stopped}", path.display()),
    };
    let remedy =
        "run it again; figures of a run that did not come to its end are nothing to compare".to_owned();
    Err(VerbError::Incomparable { what, remedy })
}

/// A refusal that names each difference, and what allows it.
fn another_workload(path: &Path, differences: &[Difference]) -> VerbError {
    let shown = |value: &str| if value.is_empty() { "not there".to_owned() } else { value.to_owned() };
    let told = |it: &Difference| format!("{}: {} → {}", it.what, shown(&it.base), shown(&it.head));
    let mut sections: Vec<&str> = differences.iter().map(|it| &*it.section).collect();
    sections.dedup();
    let differences: Vec<String> = differences.iter().map(told).collect();
    let count = differences.len();
    let settings = if count == 1 { "setting" } else { "settings" };
    VerbError::Incomparable {
        what: format!("{} is no baseline for this: it differs in {count} {settings}", path.display()),
        remedy: format!(
            "{}\ncompare runs of one workload; or, if the difference is the point, add\n--allow-mismatch={}",
            differences.join("\n"),
            sections.join(",")
        ),
    }
}

/// The profile of a run that is about to begin.
pub(super) fn of_plan<'h>(plan: &scenario::Plan, header: &'h Header, machine: &str) -> Profile<'h> {
    Profile { header, settings: Some(scenario::settings(plan)), machine: machine.to_owned() }
}
