//! Sends the spans of a run folder to whom the command line names.

use bedload_reports::header::ClockKind;
use bedload_reports::number;
use bedload_reports::tally::Folded;
use bedload_reports::trace::account::{Export, Traced};
use bedload_reports::trace::sample::Sampler;
use tracing::{Instrument, info_span};

use super::VerbError;
use super::run_folder::RunFolder;
use crate::cli::Exports;
use crate::clock;
use crate::export::{self, Measured, Station, Wanted};
use crate::sink::RECORDS;
use crate::terminal::Terminal;

/// Where spans are to be sent; what makes no sense is refused before the load.
pub(super) fn stations(exports: &Exports) -> Result<Vec<Station>, VerbError> {
    let Exports { otlp, xray_daemon, xray, xray_otlp } = exports.clone();
    let wanted = Wanted { otlp, daemon: xray_daemon, xray, xray_otlp };
    export::stations(&wanted, |name| std::env::var(name).ok()).map_err(|error| VerbError::Usage {
        what: error.to_string(),
        remedy: "change the variable or the flag; `bedload run --help` describes them".to_owned(),
    })
}

/// Sends the spans that are kept, and adds what became of them to the account.
pub(super) fn send(
    stations: &[Station],
    folder: &RunFolder,
    folded: Folded,
    terminal: &Terminal,
) -> Result<Folded, VerbError> {
    let Some(traced) = folded.summary.traced.clone().filter(|_| !stations.is_empty()) else {
        return Ok(folded);
    };
    let run = &folded.summary.run;
    let runtime = clock::runtime(ClockKind::Real).map_err(VerbError::Runtime)?;
    let log = folder.path(RECORDS);
    for station in stations {
        let span = info_span!("export", to = station.name());
        let sampler = Sampler::new(run.trace, &folded);
        let sending = export::export(folder.root(), &log, run, sampler, station);
        // The run is over and good; that its spans cannot be sent from here must not cost it its report.
        terminal.say(&match runtime.block_on(sending.instrument(span.clone())) {
            Ok(export) => told(&export),
            Err(error) => format!("traces → {}: not sent, kept for later ({error})\n", station.name()),
        });
        let sending = export::export_metrics(folder.root(), &log, run, station);
        match runtime.block_on(sending.instrument(span)) {
            Ok(None) => {}
            Ok(Some(measured)) => terminal.say(&measured_told(station, &measured)),
            Err(error) => terminal.say(&format!("metrics → {}: not sent ({error})\n", station.name())),
        }
    }
    let exports = export::so_far(folder.root(), traced.spans_written)?;
    Ok(folded.with_traces(Traced { exports, ..traced }))
}

fn measured_told(station: &Station, measured: &Measured) -> String {
    let count = number::count;
    let trouble = measured.trouble.as_ref().map(|trouble| format!(" ({trouble})")).unwrap_or_default();
    format!(
        "metrics → {}: {} points accepted, {} rejected, {} kept for later{trouble}\n",
        station.name(),
        count(measured.accepted),
        count(measured.rejected),
        count(measured.kept_for_later)
    )
}

fn told(export: &Export) -> String {
    let count = number::count;
    let mut told = format!(
        "traces → {}: {} spans accepted, {} rejected, {} kept for later",
        export.to,
        count(export.accepted),
        count(export.rejected),
        count(export.kept_for_later)
    );
    if export.maybe_twice > 0 {
        told += &format!(", {} may be there twice", count(export.maybe_twice));
    }
    if let Some(trouble) = &export.trouble {
        told += &format!(" ({trouble})");
    }
    told + "\n"
}
