//! Folds a log into figures, one entry at a time, in memory that does not grow with the log.
//!
//! Each concern is a small accumulator that sees every record; `finish` consumes the tally, so that
//! nobody can read a half-computed figure.

mod asked;
mod breakers;
mod cell;
mod cells;
pub(crate) mod decided;
mod disturbance;
mod errors;
mod exemplars;
mod heat;
mod jobs;
mod probe;
mod queues;
mod timeline;
mod typical;
mod verdict;
mod watch;
mod windows;
mod witnessed;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use crate::compare::{Question, Series};
use crate::gate::{Gate, Judged, Verdict};
use crate::generator::{GeneratorSample, GeneratorTally};
use crate::header::{FORMAT_VERSION, FaultWindow, Header};
use crate::histogram::{Histogram, Quantile};
use crate::job::{QueueSample, Stray};
use crate::log::{Dropped, Entry, ReadError, Reader};
use crate::metric::{Figure, Metric, Timing};
use crate::record::{Name, Outcome, Record};
use crate::stop::Stopped;
use crate::summary::Summary;
use crate::units::Nanos;
use crate::validity::{Conduct, Ending, Late, Validity};

use asked::Asked;
use breakers::Breakers;
use cells::Cells;
use disturbance::Disturbances;
use errors::{AttemptErrors, Failures};
use exemplars::{Exemplars, Known};
use probe::{Exhibit, Probe, Whole};
use queues::Queues;
use timeline::TimelineTally;
use verdict::{in_order, verdict};
pub use watch::{Watch, can_be_watched};
pub use witnessed::Witness;

/// Folds records into figures.
pub struct Tally {
    header: Header,
    cells: Cells,
    probes: Vec<Probe>,
    /// One for each probe.
    exhibits: Vec<Exhibit>,
    asked: Vec<Asked>,
    stopped: Option<Stopped>,
    disturbances: Disturbances,
    breakers: Breakers,
    timeline: TimelineTally,
    errors: AttemptErrors,
    failures: Failures,
    queues: Queues,
    exemplars: Exemplars,
    strayed: BTreeSet<u64>,
    schedule_delay: Histogram,
    generator: GeneratorTally,
    finished: Nanos,
    sent: u64,
    dropped: u64,
    abandoned: u64,
}

/// A log, folded: the figures, and the distributions that they were taken from.
#[derive(Clone, Debug)]
pub struct Folded {
    /// The figures.
    pub summary: Summary,
    /// The distributions.
    pub histograms: Histograms,
    /// Jobs that were delivered again when they were settled, by their place among the requests.
    pub strayed: BTreeSet<u64>,
    /// What a comparison asked for, in the order in which it asked.
    pub answers: Vec<Series>,
}

/// Every distribution of every flow in every recorded stage.
#[derive(Clone, Debug, Default)]
pub struct Histograms {
    /// In order of stage, then flow, then timing. Empty distributions are left out.
    pub parts: Vec<HistogramPart>,
}

/// One distribution.
#[derive(Clone, Debug)]
pub struct HistogramPart {
    /// Whose it is.
    pub flow: Name,
    /// When it was due.
    pub stage: Name,
    /// The stage's start.
    pub from: Nanos,
    /// The stage's end.
    pub to: Nanos,
    /// What was timed.
    pub timing: Timing,
    /// The times.
    pub histogram: Histogram,
}

/// Reads a log to its end and folds it.
pub fn fold(log: impl Read) -> Result<Folded, ReadError> {
    fold_asking(log, &[])
}

/// The same, with answers to the questions of a comparison.
pub fn fold_asking(log: impl Read, questions: &[Question]) -> Result<Folded, ReadError> {
    let mut reader = Reader::open(log)?;
    let mut tally = Tally::new(reader.header()).asking(questions);
    let mut lost = 0;
    let mut stopped = None;
    while let Some(entry) = reader.next_entry() {
        match entry {
            Entry::Record(record) => tally.observe(&record),
            Entry::Dropped(dropped) => tally.drop_arrival(&dropped),
            Entry::Stray(stray) => tally.observe_stray(&stray),
            Entry::Queue(sample) => tally.sample(sample),
            Entry::Generator(sample) => tally.sample_generator(sample),
            Entry::End(end) => (lost, stopped) = (end.lost, end.stopped),
        }
    }
    Ok(tally.stopped_by(stopped.map(|stopped| *stopped)).finish(reader.ending(), lost))
}

impl Tally {
    /// A tally of the run that this header tells of.
    pub fn new(header: &Header) -> Self {
        Tally {
            cells: Cells::new(header),
            probes: header.gates.iter().map(|gate| Probe::new(gate.metric, &gate.scope)).collect(),
            exhibits: header.gates.iter().map(Exhibit::new).collect(),
            asked: Vec::new(),
            stopped: None,
            disturbances: Disturbances::new(header),
            breakers: Breakers::new(header),
            timeline: TimelineTally::new(header),
            errors: AttemptErrors::new(header),
            failures: Failures::default(),
            queues: Queues::default(),
            exemplars: Exemplars::new(header),
            strayed: BTreeSet::new(),
            schedule_delay: Histogram::new(),
            generator: GeneratorTally::default(),
            finished: Nanos::ZERO,
            sent: 0,
            dropped: 0,
            abandoned: 0,
            header: header.clone(),
        }
    }

    /// The same, keeping what answers these questions.
    #[must_use]
    pub fn asking(self, questions: &[Question]) -> Self {
        Tally { asked: asked::asked(questions, &self.header), ..self }
    }

    /// The same of a run that a rule has ended.
    #[must_use]
    pub fn stopped_by(self, stopped: Option<Stopped>) -> Self {
        Tally { stopped, ..self }
    }

    /// Counts a request that is over.
    pub fn observe(&mut self, record: &Record) {
        self.finished = self.finished.max(record.done);
        self.sent += u64::from(self.is_planned(&record.flow));
        self.schedule_delay.record(record.schedule_delay());
        self.generator.record(record);
        self.timeline.observe(record, &self.header);
        self.errors.observe(record);
        self.breakers.observe(record);
        self.queues.observe(record, &self.header);
        if record.outcome == Outcome::Abandoned {
            self.abandoned += 1;
            self.cells.abandoned(&record.flow, &record.stage);
            return;
        }
        self.disturbances.observe(record);
        if !self.header.records_stage(&record.stage) {
            return;
        }
        for (probe, exhibit) in self.probes.iter_mut().zip(&mut self.exhibits) {
            exhibit.observe(probe, record, &self.header);
        }
        self.asked.iter_mut().for_each(|asked| asked.observe(record, &self.header));
        self.failures.observe(record);
        self.exemplars.observe(record, &self.header);
        self.cells.observe(record, &self.header);
    }

    /// Counts an arrival that found no room.
    pub fn drop_arrival(&mut self, dropped: &Dropped) {
        self.dropped += 1;
        self.timeline.drop_arrival(dropped);
        if self.header.records_stage(&dropped.stage) {
            self.probes.iter_mut().for_each(|probe| probe.drop_arrival(dropped));
            self.asked.iter_mut().for_each(|asked| asked.drop_arrival(dropped));
            self.cells.dropped(&dropped.flow, &dropped.stage);
        }
    }

    /// Counts a delivery of a job that was settled already.
    pub fn observe_stray(&mut self, stray: &Stray) {
        self.finished = self.finished.max(stray.delivery.over);
        self.strayed.insert(stray.request);
        self.queues.observe_stray(stray, &self.header);
        if self.header.records_stage(&stray.stage) {
            self.probes.iter_mut().for_each(|probe| probe.observe_stray(stray, &self.header));
            self.asked.iter_mut().for_each(|asked| asked.observe_stray(stray, &self.header));
            self.cells.observe_stray(stray, &self.header);
        }
    }

    /// Takes note of a queue at one time.
    pub fn sample(&mut self, sample: QueueSample) {
        self.queues.sample(sample);
    }

    /// Takes note of what the generator says of itself.
    pub fn sample_generator(&mut self, sample: GeneratorSample) {
        self.generator.observe(sample);
    }

    /// The finished figures.
    pub fn finish(mut self, ending: Ending, lost: u64) -> Folded {
        let generator = std::mem::take(&mut self.generator).finish();
        let thresholds = &self.header.validity;
        let conduct = self.conduct(ending, lost);
        let validity = Validity::of(&conduct, thresholds, self.header.clock, generator.as_ref());
        let reached = match ending {
            Ending::Complete => self.header.clone(),
            Ending::Interrupted | Ending::BudgetSpent | Ending::Stopped | Ending::Torn => {
                self.header.cut_at(self.finished)
            }
        };
        let whole = Whole {
            disturbances: &self.disturbances,
            breakers: &self.breakers,
            queues: &self.queues,
            reached: &reached,
        };
        let gates = judge(&self.probes, &whole);
        let answers = asked::answers(self.asked, &whole);
        let histograms = self.cells.histograms(&reached);
        let breakers = self.breakers.lanes(self.finished.max(reached.length()));
        let (timeline, heatmaps) = self.timeline.finish(breakers);
        let known = known(&gates, self.exhibits, &self.disturbances, &self.header);
        let (exemplars, exhibits) = self.exemplars.finish(known);
        let summary = Summary {
            judgement: None,
            comparisons: Vec::new(),
            traced: None,
            generator,
            format: FORMAT_VERSION,
            verdict: verdict(&validity, self.stopped.as_ref(), &gates, &[]),
            validity,
            ending,
            stopped: self.stopped,
            gates,
            finished: self.finished,
            total: self.cells.total(&reached),
            stages: self.cells.stages(&reached),
            flows: self.cells.flows(&reached),
            clients: self.cells.clients(&reached, &self.disturbances),
            cells: self.cells.each(&reached),
            recoveries: self.disturbances.recoveries(&self.header),
            queues: self.queues.finish(&self.header),
            errors: self.errors.finish(),
            failures: self.failures.finish(),
            timeline,
            heatmaps,
            exemplars,
            exhibits,
            run: self.header,
        };
        Folded { summary, histograms, strayed: self.strayed, answers }
    }

    fn conduct(&self, ending: Ending, lost: u64) -> Conduct {
        let planned = match ending {
            Ending::Complete => self.header.flows.iter().filter_map(|flow| flow.planned).sum(),
            // A run that was cut short is void already; its plan was never due in full.
            Ending::Interrupted | Ending::BudgetSpent | Ending::Stopped | Ending::Torn => {
                self.sent + self.dropped
            }
        };
        Conduct {
            ending,
            planned,
            dropped: self.dropped,
            sent: self.sent,
            abandoned: self.abandoned,
            lost,
            late: self.late(),
        }
    }

    fn late(&self) -> Option<Late> {
        let at = |quantile| self.schedule_delay.at(quantile);
        Some(Late { p50: at(Quantile::P50)?, p99: at(Quantile::P99)?, max: self.schedule_delay.max()? })
    }

    fn is_planned(&self, flow: &str) -> bool {
        self.header.flows.iter().any(|known| &*known.name == flow && known.planned.is_some())
    }
}

fn judge(probes: &[Probe], whole: &Whole<'_>) -> Vec<Judged> {
    let gates = whole.reached.gates.iter().zip(probes);
    in_order(gates.map(|(gate, probe)| gate.clone().judge(probe.measured(whole))).collect(), whole.reached)
}

/// The requests that show gates and recoveries. A gate on a recovery is shown by the request that set it.
fn known<'a>(
    gates: &[Judged],
    exhibits: Vec<Exhibit>,
    disturbances: &'a Disturbances,
    header: &Header,
) -> Known<'a> {
    let mut shown: BTreeMap<Name, Option<Record>> = exhibits.into_iter().map(Exhibit::finish).collect();
    let setter = |name: &str| {
        let fault = header.faults.iter().find(|fault| &*fault.name == name)?;
        disturbances.set_by(fault)
    };
    let of_gate = |judged: &Judged| {
        let Gate { name, scope, metric, .. } = &judged.gate;
        let recovery = *metric == Metric::Figure(Figure::RecoveryTime) && scope.flow.is_none();
        let set_by = scope.after.as_deref().filter(|_| recovery).and_then(setter).cloned();
        (name.clone(), judged.verdict != Verdict::Pass, set_by.or_else(|| shown.remove(name).flatten()))
    };
    let set = |fault: &FaultWindow| Some((fault.name.clone(), disturbances.set_by(fault)?));
    Known {
        gates: gates.iter().map(of_gate).collect(),
        recoveries: header.faults.iter().filter_map(set).collect(),
    }
}

#[cfg(test)]
mod tests;
