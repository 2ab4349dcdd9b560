//! Folds a log into figures, one entry at a time, in memory that does not grow with the log.
//!
//! Each concern is a small accumulator that sees every record; `finish` consumes the tally, so that
//! nobody can read a half-computed figure.

mod cell;
mod disturbance;
mod errors;
mod exemplars;
mod probe;
mod timeline;

use std::collections::BTreeMap;
use std::io::Read;

use crate::gate::{Judged, Severity, Verdict};
use crate::header::{FORMAT_VERSION, Header};
use crate::histogram::Histogram;
use crate::log::{Dropped, Entry, ReadError, Reader};
use crate::metric::Timing;
use crate::record::{Name, Outcome, Record};
use crate::summary::{Cell, Figures, Part, RunVerdict, Summary};
use crate::units::Nanos;
use crate::validity::{Conduct, Ending, Validity};

use cell::Counters;
use disturbance::Disturbances;
use errors::{AttemptErrors, Failures};
use exemplars::Exemplars;
use probe::Probe;
use timeline::TimelineTally;

/// Folds records into figures.
pub struct Tally {
    header: Header,
    cells: Cells,
    probes: Vec<Probe>,
    disturbances: Disturbances,
    timeline: TimelineTally,
    errors: AttemptErrors,
    failures: Failures,
    exemplars: Exemplars,
    schedule_delay: Histogram,
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
    let mut reader = Reader::open(log)?;
    let mut tally = Tally::new(reader.header());
    let mut lost = 0;
    while let Some(entry) = reader.next_entry() {
        match entry {
            Entry::Record(record) => tally.observe(&record),
            Entry::Dropped(dropped) => tally.drop_arrival(&dropped),
            Entry::End(end) => lost = end.lost,
        }
    }
    Ok(tally.finish(reader.ending(), lost))
}

impl Tally {
    /// A tally of the run that this header tells of.
    pub fn new(header: &Header) -> Self {
        Tally {
            cells: BTreeMap::new(),
            probes: header
                .gates
                .iter()
                .map(|gate| Probe::new(gate.metric, &gate.scope, header))
                .collect(),
            disturbances: Disturbances::new(header),
            timeline: TimelineTally::new(header.length()),
            errors: AttemptErrors::default(),
            failures: Failures::default(),
            exemplars: Exemplars::default(),
            schedule_delay: Histogram::new(),
            finished: Nanos::ZERO,
            sent: 0,
            dropped: 0,
            abandoned: 0,
            header: header.clone(),
        }
    }

    /// Counts a request that is over.
    pub fn observe(&mut self, record: &Record) {
        self.finished = self.finished.max(record.done);
        self.sent += u64::from(self.is_planned(&record.flow));
        self.schedule_delay.record(record.schedule_delay());
        self.timeline.observe(record);
        self.errors.observe(record);
        if record.outcome == Outcome::Abandoned {
            self.abandoned += 1;
            if let Some(place) = self.place(&record.flow, &record.stage) {
                self.cells.entry(place).or_default().abandoned();
            }
            return;
        }
        self.disturbances.observe(record);
        if !self.header.records_stage(&record.stage) {
            return;
        }
        self.probes.iter_mut().for_each(|probe| probe.observe(record));
        self.failures.observe(record);
        self.exemplars.observe(record);
        if let Some(place) = self.place(&record.flow, &record.stage) {
            self.cells.entry(place).or_default().observe(record, &self.header);
        }
    }

    /// Counts an arrival that found no room.
    pub fn drop_arrival(&mut self, dropped: &Dropped) {
        self.dropped += 1;
        self.timeline.drop_arrival(dropped);
        if self.header.records_stage(&dropped.stage) {
            self.probes
                .iter_mut()
                .for_each(|probe| probe.drop_arrival(dropped));
            if let Some(place) = self.place(&dropped.flow, &dropped.stage) {
                self.cells.entry(place).or_default().dropped();
            }
        }
    }

    /// The finished figures.
    pub fn finish(self, ending: Ending, lost: u64) -> Folded {
        let validity = Validity::of(
            &self.conduct(ending, lost),
            &self.header.validity,
            self.header.clock,
        );
        let gates = judge(&self.header, self.probes, &self.disturbances);
        let histograms = histograms(&self.header, &self.cells);
        let summary = Summary {
            format: FORMAT_VERSION,
            verdict: verdict(&validity, &gates),
            validity,
            ending,
            gates,
            finished: self.finished,
            total: figures(&self.header, &self.cells, |_, _| true),
            stages: stages(&self.header, &self.cells),
            flows: flows(&self.header, &self.cells),
            cells: cells(&self.header, &self.cells),
            recoveries: self.disturbances.recoveries(&self.header),
            errors: self.errors.finish(),
            failures: self.failures.finish(),
            timeline: self.timeline.finish(),
            exemplars: self.exemplars.finish(),
            run: self.header,
        };
        Folded { summary, histograms }
    }

    fn conduct(&self, ending: Ending, lost: u64) -> Conduct {
        let planned = match ending {
            Ending::Complete => self.header.flows.iter().filter_map(|flow| flow.planned).sum(),
            // A run that was cut short is void already; its plan was never due in full.
            Ending::Interrupted | Ending::BudgetSpent | Ending::Torn => self.sent + self.dropped,
        };
        Conduct {
            ending,
            planned,
            dropped: self.dropped,
            sent: self.sent,
            abandoned: self.abandoned,
            lost,
            schedule_delay_p99: self.schedule_delay.at(crate::histogram::Quantile::P99),
        }
    }

    fn is_planned(&self, flow: &str) -> bool {
        self.header
            .flows
            .iter()
            .any(|known| &*known.name == flow && known.planned.is_some())
    }

    /// The place of a flow in a recorded stage; none for names that the header does not have.
    fn place(&self, flow: &str, stage: &str) -> Option<(usize, usize)> {
        let flow = self.header.flows.iter().position(|known| &*known.name == flow)?;
        let stage = self
            .header
            .stages
            .iter()
            .position(|known| &*known.name == stage && known.record)?;
        Some((stage, flow))
    }
}

fn judge(header: &Header, probes: Vec<Probe>, disturbances: &Disturbances) -> Vec<Judged> {
    let mut judged: Vec<Judged> = header
        .gates
        .iter()
        .zip(probes)
        .map(|(gate, probe)| gate.clone().judge(probe.finish(disturbances)))
        .collect();
    judged.sort_by_key(|judged| (!judged.fails_the_run(), judged.verdict));
    judged
}

fn verdict(validity: &Validity, gates: &[Judged]) -> RunVerdict {
    let undecided =
        |judged: &Judged| judged.verdict == Verdict::Inconclusive && judged.gate.severity == Severity::Fail;
    match () {
        _ if !validity.holds() => RunVerdict::Invalid,
        _ if gates.iter().any(Judged::fails_the_run) => RunVerdict::Fail,
        _ if gates.iter().any(undecided) => RunVerdict::Inconclusive,
        _ => RunVerdict::Pass,
    }
}

type Cells = BTreeMap<(usize, usize), Counters>;

/// The figures of the cells that `wanted` picks by stage and flow.
fn figures(header: &Header, cells: &Cells, wanted: impl Fn(usize, usize) -> bool) -> Figures {
    let mut sum = Counters::default();
    cells
        .iter()
        .filter(|((stage, flow), _)| wanted(*stage, *flow))
        .for_each(|(_, cell)| sum.merge(cell));
    let length = header
        .stages
        .iter()
        .enumerate()
        .filter(|(place, stage)| stage.record && (0..header.flows.len()).any(|flow| wanted(*place, flow)))
        .fold(Nanos::ZERO, |sum, (_, stage)| {
            sum.plus(stage.to.since(stage.from))
        });
    sum.figures(header, length)
}

fn stages(header: &Header, cells: &Cells) -> Vec<Part> {
    recorded(header)
        .map(|(place, stage)| Part {
            name: stage.name.clone(),
            figures: figures(header, cells, |stage, _| stage == place),
        })
        .collect()
}

fn flows(header: &Header, cells: &Cells) -> Vec<Part> {
    let flows = header.flows.iter().enumerate();
    flows
        .map(|(place, flow)| Part {
            name: flow.name.clone(),
            figures: figures(header, cells, |_, flow| flow == place),
        })
        .collect()
}

fn cells(header: &Header, cells: &Cells) -> Vec<Cell> {
    cells
        .keys()
        .map(|&(stage, flow)| Cell {
            flow: header.flows[flow].name.clone(),
            stage: header.stages[stage].name.clone(),
            figures: figures(header, cells, |s, f| (s, f) == (stage, flow)),
        })
        .collect()
}

fn histograms(header: &Header, cells: &Cells) -> Histograms {
    let parts = cells.iter().flat_map(|(&(stage, flow), counters)| {
        counters
            .histograms()
            .map(move |(timing, histogram)| HistogramPart {
                flow: header.flows[flow].name.clone(),
                stage: header.stages[stage].name.clone(),
                from: header.stages[stage].from,
                to: header.stages[stage].to,
                timing,
                histogram: histogram.clone(),
            })
    });
    Histograms {
        parts: parts.collect(),
    }
}

fn recorded(header: &Header) -> impl Iterator<Item = (usize, &crate::header::Stage)> {
    header.stages.iter().enumerate().filter(|(_, stage)| stage.record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::{Gate, Limit, OnNoData, Scope};
    use crate::metric::Metric;
    use crate::testing::{answered, failed, header_with, retried};

    fn gate(metric: &str, scope: Scope, limit: Limit) -> Gate {
        Gate {
            name: metric.into(),
            metric: metric
                .parse()
                .unwrap_or(Metric::Figure(crate::metric::Figure::Requests)),
            scope,
            limit,
            severity: Severity::Fail,
            on_no_data: OnNoData::Fail,
            line: None,
        }
    }

    fn tally(gates: Vec<Gate>) -> Tally {
        Tally::new(&header_with(gates))
    }

    fn measured(metric: &str, scope: Scope, records: &[Record]) -> Option<f64> {
        let mut tally = tally(vec![gate(metric, scope, Limit::Max(1e9))]);
        records.iter().for_each(|record| tally.observe(record));
        tally.finish(Ending::Complete, 0).summary.gates[0].measured.value
    }

    fn at(secs: u64) -> Nanos {
        Nanos::from_secs(secs)
    }

    #[test]
    fn figures_follow_their_formulas() {
        let records = [
            answered(0, at(20)),
            retried(1, at(31)),
            retried(2, at(32)),
            failed(3, at(33)),
        ];
        let all = Scope::default;
        let table = [
            ("success.ratio", 0.75),
            ("success.first_try", 0.25),
            ("success.after_retry", 0.5),
            ("fallback.share", 0.0),
            ("attempts.per_request", 2.0),
            ("requests.count", 4.0),
            ("failures.count", 1.0),
            ("throttles.count", 5.0),
            ("errors.count", 5.0),
            ("retry_quota.refusals", 0.0),
            ("tokens.input", 300.0),
            ("tokens.output", 33.0),
            ("goodput.ratio", 0.75),
            ("cost.total", 0.3 * 0.003 + 0.033 * 0.015),
            ("requests.rate", 4.0 / 120.0),
            ("latency.max", 2.4),
            ("tpot.max", 0.1),
            ("itl.max", 0.1),
            ("backoff.max", 2.6),
            ("first_attempt.max", 0.4),
        ];
        for (metric, expected) in table {
            let value = measured(metric, all(), &records).unwrap_or(f64::NAN);
            assert!(
                (value - expected).abs() < 1e-9,
                "{metric}: {value} instead of {expected}"
            );
        }
    }

    #[test]
    fn scopes_narrow_to_flow_stage_and_region() {
        let records = [answered(0, at(20)), retried(1, at(80))];
        let during = |stage: &str| Scope {
            during: Some(stage.into()),
            ..Scope::default()
        };
        let region = |region: &str| Scope {
            region: Some(region.into()),
            ..Scope::default()
        };
        assert_eq!(measured("requests.count", during("quiet"), &records), Some(1.0));
        assert_eq!(
            measured("success.first_try", during("after"), &records),
            Some(0.0)
        );
        assert_eq!(measured("region.share", region("us-east-1"), &records), Some(1.0));
        assert_eq!(measured("region.share", region("us-west-2"), &records), Some(0.0));
        let other = Scope {
            flow: Some("other".into()),
            ..Scope::default()
        };
        assert_eq!(measured("success.ratio", other, &records), None);
    }

    #[test]
    fn warm_up_is_left_out() {
        assert_eq!(
            measured("success.ratio", Scope::default(), &[failed(0, at(5))]),
            None
        );
    }

    #[test]
    fn a_gate_without_data_fails_the_run_and_stands_first() {
        let during = Scope {
            during: Some("after".into()),
            ..Scope::default()
        };
        let mut tally = tally(vec![
            gate("requests.count", Scope::default(), Limit::Min(1.0)),
            gate("success.ratio", during, Limit::Min(0.5)),
        ]);
        tally.observe(&answered(0, at(20)));
        let summary = tally.finish(Ending::Complete, 0).summary;
        assert_eq!(summary.verdict, RunVerdict::Fail);
        assert_eq!(summary.gates[0].verdict, Verdict::NoData);
        assert_eq!(summary.gates[1].verdict, Verdict::Pass);
    }

    #[test]
    fn too_few_samples_for_a_percentile_are_no_data() {
        let mut tally = tally(vec![gate("latency.p99", Scope::default(), Limit::Max(9.0))]);
        (0..298).for_each(|id| tally.observe(&answered(id, at(20))));
        assert_eq!(
            tally.finish(Ending::Complete, 0).summary.gates[0].verdict,
            Verdict::NoData
        );
    }

    #[test]
    fn a_torn_log_is_invalid_whatever_its_gates_say() {
        let mut tally = tally(vec![gate("success.ratio", Scope::default(), Limit::Min(0.5))]);
        tally.observe(&answered(0, at(20)));
        assert_eq!(tally.finish(Ending::Torn, 0).summary.verdict, RunVerdict::Invalid);
    }

    #[test]
    fn an_empty_run_has_figures_without_values() {
        let summary = tally(Vec::new()).finish(Ending::Complete, 0).summary;
        assert_eq!(summary.total.requests, 0);
        assert_eq!(summary.total.attempts_per_request(), None);
        assert_eq!(summary.verdict, RunVerdict::Pass);
    }
}
