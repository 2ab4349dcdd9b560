//! The metrics of a whole run, sent at once.

use std::fs::File;
use std::path::Path;

use bedload_reports::header::{ClockKind, Header};
use bedload_reports::log::{Entry, Reader};
use bedload_reports::trace::Tracer;
use bedload_reports::trace::metrics::Metrics;
use bedload_reports::units::Nanos;

use super::account::Book;
use super::otlp::{Otlp, Window};
use super::receiver::Reply;
use super::{ExportError, Station, retry, shift};
use crate::clock::Clock;

/// What became of a run's metrics at a station.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// Data points that it took.
    pub accepted: u64,
    /// Data points that it refused.
    pub rejected: u64,
    /// Data points that it was not there to take.
    pub kept_for_later: u64,
    /// What it said, where it did not take all. Untrusted text.
    pub trouble: Option<String>,
}

/// Sends the metrics of a whole run, where the station takes any. They are totals, so that sending them again adds nothing.
///
/// # Errors
/// Files that cannot be read, and a station that cannot be reached in principle.
pub async fn export_metrics(
    folder: &Path,
    log: &Path,
    run: &Header,
    station: &Station,
) -> Result<Option<Measured>, ExportError> {
    if !station.takes_metrics() {
        return Ok(None);
    }
    let mut book = Book::open(folder, station.name(), || shift(run))?;
    // The shift is kept even where there was no span to send: the next export must not move the same totals elsewhere.
    book.enter(|_| ())?;
    let later = book.account().shift;
    let (metrics, finished) = measured(log)?;
    let wall = |offset| run.epoch.plus(offset).plus(later);
    let window = Window { from: wall(Nanos::ZERO), to: wall(finished) };
    let (receiver, clock) = (station.open(run).await?, Clock::start(ClockKind::Real));
    let points = Otlp::points(&metrics);
    let mut sent = 0;
    loop {
        sent += 1;
        let Some(reply) = receiver.send_metrics(&metrics, window).await else { return Ok(None) };
        let (why, after) = match reply {
            Reply::Taken { rejected, trouble } => {
                let accepted = points.saturating_sub(rejected);
                return Ok(Some(Measured { accepted, rejected, trouble, ..Measured::default() }));
            }
            Reply::Refused(why) => {
                return Ok(Some(Measured { rejected: points, trouble: Some(why), ..Measured::default() }));
            }
            Reply::NotNow { why, after, .. } => (why, after),
        };
        match retry::wait(sent, after) {
            Some(wait) => clock.sleep(wait).await,
            None => {
                let measured = Measured { kept_for_later: points, trouble: Some(why), ..Measured::default() };
                return Ok(Some(measured));
            }
        }
    }
}

/// The metrics of a log, and when its last request was over.
fn measured(log: &Path) -> Result<(Metrics, Nanos), ExportError> {
    let file = File::open(log).map_err(|source| ExportError::File { path: log.to_owned(), source })?;
    let mut reader = Reader::open(file)?;
    let run = reader.header().clone();
    let (tracer, mut metrics, mut finished) = (Tracer::new(&run), Metrics::default(), Nanos::ZERO);
    while let Some(entry) = reader.next_entry() {
        match entry {
            Entry::Record(record) => {
                metrics.observe(&tracer, &record.calls);
                finished = finished.max(record.done);
            }
            Entry::Stray(stray) => {
                metrics.observe(&tracer, &stray.calls);
                finished = finished.max(stray.delivery.over);
            }
            Entry::Dropped(_) | Entry::Queue(_) | Entry::Generator(_) | Entry::End(_) => {}
        }
    }
    Ok((metrics, finished))
}
