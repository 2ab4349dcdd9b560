//! One step: the scenario at one level, run into a folder of its own, and folded.

use std::fs;
use std::path::Path;

use bedload_reports::capacity::{LittleTally, PressureTally, Stand, Step};
use bedload_reports::header::ClockKind;
use bedload_reports::log::{Entry, Reader};
use bedload_reports::record::{Call, Record};
use bedload_reports::summary::Summary;

use super::super::drive::{Drive, used};
use super::super::run_folder::RunFolder;
use super::super::{LogError, VerbError, dry_run, set, target};
use super::search::seed_of;
use crate::cli::Limits;
use crate::clock::{self, Clock, Stopwatch};
use crate::engine::assembly::terms;
use crate::exit::Status;
use crate::machine;
use crate::planning::{Pace, Probe, Question, Trouble};
use crate::scenario::{Goal, Plan, Set, Source};
use crate::sink::RECORDS;
use crate::terminal::Terminal;

/// What all steps of one search share.
pub(super) struct Stepper<'a> {
    pub(super) source: &'a Source,
    pub(super) path: &'a Path,
    /// The changes to the scenario that are no step's own.
    pub(super) sets: Vec<Set>,
    pub(super) base: &'a Plan,
    pub(super) question: &'a Question,
    pub(super) goals: &'a [Goal],
    pub(super) pace: Pace,
    pub(super) trouble: Trouble,
    pub(super) kind: ClockKind,
    pub(super) hours_a_day: f64,
    pub(super) limits: &'a Limits,
    /// The plan's folder.
    pub(super) root: &'a Path,
}

/// A step that was run.
pub(super) struct Ran {
    pub(super) step: Step,
    /// Requests that it sent, warm-up included.
    pub(super) requests: u64,
    /// What they cost; of a model without a price, nothing.
    pub(super) cost_usd: f64,
    /// By which signal it was ended, if by one.
    pub(super) signal: Option<Status>,
}

impl Stepper<'_> {
    /// The scenario at a level.
    pub(super) fn scenario(&self, level: f64, seed: u64) -> Result<Plan, VerbError> {
        let own = self.question.changes(self.base, level, self.pace, self.goals, self.trouble);
        let own = own
            .iter()
            .chain([&format!("seed={seed}")])
            .map(|text| set(text))
            .collect::<Result<Vec<_>, _>>()?;
        let sets: Vec<Set> = self
            .sets
            .iter()
            .cloned()
            .chain(["expect", "stop_if", "plan"].map(Set::without))
            .chain(own)
            .collect();
        Ok(Plan::parse(self.source, &sets)?)
    }

    /// Runs a probe.
    pub(super) fn run(
        &self,
        number: u32,
        probe: Probe,
        below: &Path,
        limits: &Limits,
        terminal: &Terminal,
    ) -> Result<Ran, VerbError> {
        let plan = self.scenario(probe.level, seed_of(self.base.seed(), probe))?;
        let name = below.join(format!("{number:02}"));
        let folder = RunFolder::create(&self.root.join(&name))?;
        let signal = self.carry(&plan, &folder, limits, terminal)?;
        let folded = folder.fold(&[])?;
        folder.render(&folded, &folder.note())?;
        let summary = &folded.summary;
        let spent = self.read(&plan, &folder)?;
        let stand = Stand {
            number,
            phase: probe.phase,
            level: probe.level,
            folder: name.to_string_lossy().into_owned(),
        };
        let asked_per_s = self.question.requests_per_s(self.base, probe.level);
        let pressures = spent.tally.finish(asked_per_s.or_else(|| jobs_per_s(summary)));
        let little = spent.little.finish(summary);
        let step = Step::of(stand, summary, pressures, little);
        Ok(Ran { step, requests: spent.requests, cost_usd: spent.cost_usd, signal })
    }

    fn carry(
        &self,
        plan: &Plan,
        folder: &RunFolder,
        limits: &Limits,
        terminal: &Terminal,
    ) -> Result<Option<Status>, VerbError> {
        let budget = target::budget(plan, limits, &dry_run::expect(plan))?;
        let runtime = clock::runtime(self.kind).map_err(VerbError::Runtime)?;
        let reached = runtime.block_on(target::reach(plan, Clock::start(self.kind)))?;
        folder.write_scenario(plan.source_text())?;
        let mut note = machine::note(folder.root(), self.path);
        folder.write_note(&note)?;
        let watch = Stopwatch::start();
        let used_before = used(self.kind);
        let drive = Drive { plan, kind: self.kind, budget, reached, folder, shown: !terminal.is_held_back() };
        let driven = runtime.block_on(drive.go())?;
        if let Err(left) = driven.removed {
            terminal.explain(&left.into());
        }
        driven.ended?;
        note.wall_seconds = watch.elapsed_s();
        note.cpu_seconds = used(self.kind).since(used_before).as_secs_f64();
        folder.write_note(&note)?;
        Ok(driven.signal)
    }

    /// Reads the log for what a summary does not tell.
    fn read(&self, plan: &Plan, folder: &RunFolder) -> Result<Spent, VerbError> {
        let path = folder.path(RECORDS);
        let open = || Reader::open(fs::File::open(&path)?);
        let mut reader = open().map_err(|source| LogError { path: path.clone(), source })?;
        let mut spent = Spent {
            little: LittleTally::new(reader.header()),
            tally: PressureTally::new(&terms(plan, self.hours_a_day), reader.header()),
            requests: 0,
            cost_usd: 0.0,
        };
        while let Some(entry) = reader.next_entry() {
            if let Entry::Record(record) = entry {
                spent.record(&record, plan);
            }
        }
        Ok(spent)
    }
}

/// How fast jobs were done while there were any; none without a queue, or where jobs are left.
fn jobs_per_s(summary: &Summary) -> Option<f64> {
    let [queue] = summary.queues.as_slice() else { return None };
    let seconds = queue.drained?.since(queue.began?).as_secs_f64();
    (seconds > 0.0).then(|| summary.total.requests as f64 / seconds)
}

/// What a run spent, and what it asks of quotas.
struct Spent {
    tally: PressureTally,
    little: LittleTally,
    requests: u64,
    cost_usd: f64,
}

impl Spent {
    fn record(&mut self, record: &Record, plan: &Plan) {
        self.tally.record(record);
        self.little.record(record);
        self.requests += 1;
        let cost = |call: &Call| {
            plan.model(&call.model).and_then(|model| model.price()).map_or(0.0, |price| price.of(call.tokens))
        };
        self.cost_usd += record.calls.iter().map(cost).sum::<f64>();
    }
}
