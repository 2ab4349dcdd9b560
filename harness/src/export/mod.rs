//! Spans on their way out of a run folder: to X-Ray's daemon or API, or to whoever speaks OTLP.
//!
//! They are made from the record log once the run is over, so no receiver, however slow, can touch the load. Batches are
//! sent one at a time, and what became of each is written down before the next: an export that is cut off goes on
//! where it was, and what may have arrived twice is counted. Spans that a receiver does not take stay in the
//! folder, to be sent by `bedload report RUN`.
//!
//! OTLP goes over this crate's own HTTP stack with the messages of `opentelemetry-proto`. The SDK's exporters would log
//! rejected spans instead of returning them, and drop what their queue has no room for (`opentelemetry-otlp` and
//! `opentelemetry_sdk` 0.33); an account that must balance cannot be kept by way of them.

mod account;
mod api;
mod daemon;
mod http;
mod measured;
pub mod otlp;
mod receiver;
mod retry;
mod sender;
mod sign;
mod stations;
mod trust;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use bedload_reports::header::{ClockKind, Header};
use bedload_reports::log::ReadError;
use bedload_reports::trace::account::Export;
use bedload_reports::trace::sample::Sampler;
use bedload_reports::trace::segments::Traces;
use bedload_reports::units::Nanos;

pub use measured::{Measured, export_metrics};
pub use stations::{Station, StationError, Wanted, stations};

use crate::clock::{Clock, wall_now};
use account::Book;
use sender::Sender;

/// The file of a run folder that says what was sent where.
pub const EXPORTS: &str = "exports.json";

/// Why an export could not be carried through. A receiver that does not take spans is no error.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The record log cannot be read.
    #[error(transparent)]
    Log(#[from] ReadError),
    /// A file of the run folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The station cannot be reached in principle.
    #[error(transparent)]
    Station(#[from] StationError),
}

/// What has become of the spans of a folder at every receiver so far, of `written` in all.
///
/// # Errors
/// An account that cannot be read.
pub fn so_far(folder: &Path, written: u64) -> Result<Vec<Export>, ExportError> {
    Ok(account::read(folder)?.iter().map(|(to, account)| account.export(to, written)).collect())
}

/// Sends what a station has not been sent yet.
///
/// # Errors
/// Files that cannot be read or written, and a station that cannot be reached in principle.
pub async fn export(
    folder: &Path,
    log: &Path,
    run: &Header,
    sampler: Sampler,
    station: &Station,
) -> Result<Export, ExportError> {
    let file = File::open(log).map_err(|source| ExportError::File { path: log.to_owned(), source })?;
    let mut traces = Traces::open(file, sampler)?;
    let mut book = Book::open(folder, station.name(), || shift(run))?;
    let later = book.account().shift;
    let receiver = station.open(run).await?;
    let mut sender = Sender::new(receiver, &mut book, Clock::start(ClockKind::Real));
    // The log is read as the spans are sent: what cannot be sent yet is not in memory either.
    while let Some(told) = traces.next() {
        let items = receiver::pack(sender.packing(), &told.tree(&traces.tracer().later(later)));
        for item in items {
            sender.push(item).await?;
        }
    }
    sender.finish().await
}

/// How much later than in the log the spans are sent: in virtual time the run began at a date that receivers would find too
/// old, so it is made to end now.
fn shift(run: &Header) -> Nanos {
    match run.clock {
        ClockKind::Real => Nanos::ZERO,
        ClockKind::Virtual => {
            let now = wall_now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap_or_default();
            Nanos::from(now).since(run.epoch.plus(run.length()))
        }
    }
}
