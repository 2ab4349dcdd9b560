//! The run folder: opened before the load, filled during it, rendered after it.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use bedload_reports::calibration::{Calibrated, Calibrator};
use bedload_reports::compare::{Comparison, Question, Settings};
use bedload_reports::exchange::{self, Exchange, LedgerError};
use bedload_reports::header::Header;
use bedload_reports::judge::context::Context;
use bedload_reports::judge::judge;
use bedload_reports::log::{Entry, Reader};
use bedload_reports::render;
use bedload_reports::run_note::RunNote;
use bedload_reports::tally::{self, Folded, Witness};
use bedload_reports::trace::account::Traced;
use bedload_reports::trace::sample::Sampler;
use bedload_reports::trace::segments;
use bedload_reports::units::Nanos;
use tracing::info_span;

use super::{LogError, VerbError};
use crate::clock::virtual_epoch;
use crate::export;
use crate::scenario::{self, Plan, Source};
use crate::sink::{LEDGER, RECORDS};

/// The scenario as it was run.
const SCENARIO: &str = "scenario.yaml";
/// What differs between two runs of one seed.
const NOTE: &str = "run.json";
/// The X-Ray documents of the traces that are kept.
const SEGMENTS: &str = "segments.jsonl";
/// What came of holding the run against its baselines.
const BASELINES: &str = "baseline.json";
/// The page.
pub(super) const PAGE: &str = "report.html";
/// The figures.
pub(super) const SUMMARY: &str = "summary.json";

/// A folder that holds one run.
#[derive(Clone, Debug)]
pub(super) struct RunFolder(PathBuf);

impl RunFolder {
    /// Makes the folder. One that holds anything already is refused: nothing is ever overwritten.
    pub(super) fn create(path: &Path) -> Result<Self, VerbError> {
        let refuse = |why: String| VerbError::Folder {
            what: "cannot use the run folder",
            path: path.to_owned(),
            why,
            remedy: "name another one with --out",
        };
        fs::create_dir_all(path).map_err(|error| refuse(error.to_string()))?;
        let mut entries = fs::read_dir(path).map_err(|error| refuse(error.to_string()))?;
        if entries.next().is_some() {
            return Err(refuse("it is not empty".to_owned()));
        }
        Ok(RunFolder(path.to_owned()))
    }

    /// A folder that a run has left.
    pub(super) fn open(path: &Path) -> Result<Self, VerbError> {
        let folder = RunFolder(path.to_owned());
        if folder.path(RECORDS).is_file() {
            return Ok(folder);
        }
        Err(VerbError::Folder {
            what: "cannot read a run from",
            path: path.to_owned(),
            why: format!("there is no {RECORDS}"),
            remedy: "name the folder of a run, as `run` printed it",
        })
    }

    /// The folder itself.
    pub(super) fn root(&self) -> &Path {
        &self.0
    }

    /// A file in it.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes the scenario as it is run.
    pub(super) fn write_scenario(&self, text: &str) -> Result<(), VerbError> {
        write(&self.path(SCENARIO), |out| out.write_all(text.as_bytes()))
    }

    /// Writes the note; at the start, so that a killed run has one, and again at the end.
    pub(super) fn write_note(&self, note: &RunNote) -> Result<(), VerbError> {
        write(&self.path(NOTE), |out| {
            serde_json::to_writer_pretty(&mut *out, note)?;
            out.write_all(b"\n")
        })
    }

    /// The note that a run has left; an empty one where it was killed before it could write it.
    pub(super) fn note(&self) -> RunNote {
        let text = fs::read(self.path(NOTE)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// The settings of the scenario as it was run; none where this bedload cannot read it.
    pub(super) fn settings(&self) -> Option<Settings> {
        let plan = Plan::recall(&Source::read(&self.path(SCENARIO)).ok()?).ok()?;
        Some(scenario::settings(&plan))
    }

    /// Writes what came of holding the run against its baselines.
    pub(super) fn write_comparisons(&self, comparisons: &[Comparison]) -> Result<(), VerbError> {
        write(&self.path(BASELINES), |out| {
            serde_json::to_writer_pretty(&mut *out, comparisons)?;
            out.write_all(b"\n")
        })
    }

    /// What came of holding the run against its baselines, if it had any.
    pub(super) fn comparisons(&self) -> Vec<Comparison> {
        let text = fs::read(self.path(BASELINES)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// What is at the beginning of its record log.
    pub(super) fn header(&self) -> Result<Header, VerbError> {
        let (path, log) = self.log()?;
        let reader = Reader::open(log).map_err(|source| LogError { path, source })?;
        Ok(reader.header().clone())
    }

    /// Fits the behaviour of its models to what is in its record log.
    pub(super) fn calibrate(&self) -> Result<(Header, Vec<Calibrated>), VerbError> {
        let (path, log) = self.log()?;
        let mut reader = Reader::open(log).map_err(|source| LogError { path, source })?;
        let header = reader.header().clone();
        let mut calibrator = Calibrator::new(header.clone());
        while let Some(entry) = reader.next_entry() {
            if let Entry::Record(record) = entry {
                calibrator.add(&record);
            }
        }
        Ok((header, calibrator.finish()))
    }

    fn log(&self) -> Result<(PathBuf, fs::File), LogError> {
        let path = self.path(RECORDS);
        match fs::File::open(&path) {
            Ok(log) => Ok((path, log)),
            Err(error) => Err(LogError { path, source: error.into() }),
        }
    }

    /// Reads the record log and folds it into figures, with the answers to a comparison's questions; where the cloud kept a
    /// ledger, it is judged too.
    pub(super) fn fold(&self, questions: &[Question]) -> Result<Folded, VerbError> {
        let _span = info_span!("fold").entered();
        let (path, log) = self.log()?;
        let folded = tally::fold_asking(log, questions).map_err(|source| LogError { path, source })?;
        if !self.path(LEDGER).is_file() {
            return Ok(folded);
        }
        let context = Context::of(&folded.summary.run, folded.summary.finished);
        let mut witness = Witness::default();
        let judgement = self.with_exchanges(|exchanges| {
            judge(exchanges.inspect(|exchange| witness.see(exchange)), &context)
        })?;
        let folded = folded.with_judgement(judgement);
        match folded.summary.queues.is_empty() {
            true => Ok(folded),
            false => Ok(folded.with_witness(&witness)),
        }
    }

    /// Writes the X-Ray documents of the traces that are kept, and adds the account of all spans to the figures. A log that
    /// does not tell its epoch, of a client that is not ours, has no traces.
    pub(super) fn trace(&self, folded: Folded) -> Result<Folded, VerbError> {
        let _span = info_span!("trace").entered();
        let run = &folded.summary.run;
        if run.epoch == Nanos::ZERO {
            return Ok(folded);
        }
        let sampler = Sampler::new(run.trace, &folded);
        let log = self.path(RECORDS);
        let mut traced = Traced::default();
        write(&self.path(SEGMENTS), |out| {
            let log = fs::File::open(&log)?;
            traced = segments::write(log, sampler, out).map_err(io::Error::other)?;
            Ok(())
        })?;
        traced.exports = export::so_far(self.root(), traced.spans_written)?;
        Ok(folded.with_traces(traced))
    }

    /// What the cloud's ledger tells.
    pub(super) fn exchanges(&self) -> Result<Vec<Exchange>, VerbError> {
        self.with_exchanges(|exchanges| exchanges.collect())
    }

    /// Hands the exchanges of the ledger on, one at a time: there may be millions.
    fn with_exchanges<T>(
        &self,
        take: impl FnOnce(&mut dyn Iterator<Item = Exchange>) -> T,
    ) -> Result<T, VerbError> {
        let path = self.path(LEDGER);
        let mut broken = None;
        let file = fs::File::open(&path).map_err(LedgerError::from);
        let taken = file.and_then(exchange::read).map(|exchanges| {
            take(&mut exchanges.map_while(|exchange| exchange.map_err(|error| broken = Some(error)).ok()))
        });
        match (taken, broken) {
            (Ok(taken), None) => Ok(taken),
            (Err(source), _) | (Ok(_), Some(source)) => Err(VerbError::Ledger { path, source }),
        }
    }

    /// Makes every output from the figures.
    pub(super) fn render(&self, folded: &Folded, note: &RunNote) -> Result<(), VerbError> {
        let _span = info_span!("render").entered();
        let summary = &folded.summary;
        let scenario = fs::read_to_string(self.path(SCENARIO)).unwrap_or_default();
        write(&self.path(SUMMARY), |out| render::json(summary, out))?;
        write(&self.path("junit.xml"), |out| render::junit(summary, out))?;
        write(&self.path("summary.md"), |out| out.write_all(render::markdown(summary).as_bytes()))?;
        write(&self.path("metrics.txt"), |out| out.write_all(render::openmetrics(summary).as_bytes()))?;
        write(&self.path("latency.hlog"), |out| {
            render::hlog(&summary.run, &folded.histograms, virtual_epoch(), out)
        })?;
        write(&self.path(PAGE), |out| render::html(summary, note, &scenario, out))
    }
}

/// Writes a file beside its place and moves it there, so that a reader never sees half of one.
pub(super) fn write(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), VerbError> {
    let half = path.with_added_extension("part");
    let fill_and_move = || {
        let mut out = BufWriter::new(fs::File::create(&half)?);
        fill(&mut out)?;
        out.flush()?;
        drop(out);
        fs::rename(&half, path)
    };
    fill_and_move().map_err(|source| VerbError::Output { path: path.to_owned(), source })
}
