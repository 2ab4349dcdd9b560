//! Where finished records go: a bounded queue, and a thread that compresses and writes.
//!
//! Compression must not run where requests are sent, or the measurement would bend itself. In real
//! time a full queue loses a record and counts it; in virtual time, where nobody waits, the sender
//! waits for room instead, so nothing is ever lost.

mod basket;
mod struck;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use bedload_mocks::{Exchange, LedgerSink};
use bedload_reports::header::{ClockKind, Header};
use bedload_reports::job::{QueueSample, Stray};
use bedload_reports::log::{Cause, Dropped, End, Frames, Line, WriteError, Writer};
use bedload_reports::record::Record;
use bedload_reports::units::Nanos;

use basket::Basket;
use struck::Struck;

/// Lines that may wait to be written: some seconds of heavy traffic.
const QUEUE: usize = 65_536;
/// The name of the record log in a run folder.
pub const RECORDS: &str = "records.jsonl.zst";
/// The name of the cloud's ledger in a run folder.
pub const LEDGER: &str = "ledger.jsonl.zst";

/// Why a run's logs could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// A file could not be made.
    #[error("cannot create {path}: {source}")]
    Create {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A line could not be written.
    #[error("{path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: WriteError,
    },
    /// The writing thread came to a bad end.
    #[error("the thread that writes the logs stopped early")]
    Stopped,
}

/// What goes through the queue at a time.
#[derive(Debug)]
enum Load {
    One(Entry),
    Many(Vec<Entry>),
}

#[derive(Debug)]
enum Entry {
    Line(Line),
    Exchange(Box<Exchange>),
    End(End),
}

/// The sending side: cheap to clone, never blocks in real time.
#[derive(Clone, Debug)]
pub struct Sink {
    queue: SyncSender<Load>,
    /// Where entries gather in virtual time, which loses none and is in no hurry; none in real time.
    basket: Option<Arc<Basket<Entry>>>,
    lost: Arc<AtomicU64>,
    /// What faults did to records that are still to come; none where nobody will claim it.
    struck: Option<Arc<Struck>>,
}

/// The writing side, to be finished once.
#[derive(Debug)]
pub struct Writing {
    thread: JoinHandle<Result<(), SinkError>>,
    sink: Sink,
}

/// Creates the logs of a run in `folder`; the header is on disk when this returns. A `ledger` is kept
/// where the cloud is ours.
pub fn open(folder: &Path, header: &Header, ledger: bool) -> Result<(Sink, Writing), SinkError> {
    let path = folder.join(RECORDS);
    let records =
        Writer::begin(create(&path)?, header).map_err(|source| SinkError::Write { path, source })?;
    let exchanges = ledger.then(|| create(&folder.join(LEDGER))).transpose()?.map(Frames::new);
    let lossless = header.clock == ClockKind::Virtual;
    // In memory the answer itself carries the fault's name, so there is nothing to claim later.
    let struck = (!lossless).then(Arc::default);
    start(Logs { folder: folder.to_owned(), records: Some(records), exchanges }, lossless, struck)
}

fn start(logs: Logs, lossless: bool, struck: Option<Arc<Struck>>) -> Result<(Sink, Writing), SinkError> {
    let (queue, entries) = sync_channel(QUEUE);
    let basket = lossless.then(|| Arc::new(Basket::new()));
    let sink = Sink { queue, basket, lost: Arc::default(), struck };
    let folder = logs.folder.clone();
    let thread = std::thread::Builder::new()
        .name("bedload-sink".into())
        .spawn(move || logs.write_all(&entries))
        .map_err(|source| SinkError::Create { path: folder, source })?;
    Ok((sink.clone(), Writing { thread, sink }))
}

/// Creates the ledger of a run that has no records of its own, since the client is not ours.
pub fn open_ledger(folder: &Path) -> Result<(Sink, Writing), SinkError> {
    let exchanges = Frames::new(create(&folder.join(LEDGER))?);
    start(Logs { folder: folder.to_owned(), records: None, exchanges: Some(exchanges) }, false, None)
}

/// Writes the record log of a run that is over.
pub fn write_records(
    folder: &Path,
    header: &Header,
    records: Vec<Record>,
    end: End,
) -> Result<(), SinkError> {
    let path = folder.join(RECORDS);
    let file = create(&path)?;
    let write = || {
        let mut log = Writer::begin(file, header)?;
        for record in records {
            log.write(&Line::Record(Box::new(record)))?;
        }
        log.end(end).map(drop)
    };
    write().map_err(|source| SinkError::Write { path, source })
}

fn create(path: &Path) -> Result<File, SinkError> {
    File::create(path).map_err(|source| SinkError::Create { path: path.to_owned(), source })
}

impl Sink {
    /// Hands on a finished request.
    pub fn record(&self, mut record: Record) {
        if let Some(struck) = &self.struck {
            struck.claim(&mut record);
        }
        self.send(Entry::Line(Line::Record(Box::new(record))));
    }

    /// Hands on an arrival that found no room.
    pub fn dropped(&self, dropped: Dropped) {
        self.send(Entry::Line(Line::Dropped(dropped)));
    }

    /// Hands on a delivery of a job that was settled before.
    pub fn stray(&self, stray: Stray) {
        self.send(Entry::Line(Line::Stray(Box::new(stray))));
    }

    /// Hands on what a queue looked like.
    pub fn sample(&self, sample: QueueSample) {
        self.send(Entry::Line(Line::Queue(sample)));
    }

    fn send(&self, entry: Entry) {
        let lost = match &self.basket {
            Some(basket) => basket.put(entry).map_or(0, |entries| self.send_many(entries)),
            None => u64::from(self.queue.try_send(Load::One(entry)).is_err()),
        };
        if lost > 0 {
            self.lost.fetch_add(lost, Ordering::Relaxed);
        }
    }

    /// Waits for room; tells how many were lost, because nobody writes any more.
    fn send_many(&self, entries: Vec<Entry>) -> u64 {
        let count = entries.len() as u64;
        self.queue.send(Load::Many(entries)).map_or(count, |()| 0)
    }
}

impl LedgerSink for Sink {
    fn note(&self, exchange: Exchange) {
        if let Some(struck) = &self.struck {
            struck.note(&exchange);
        }
        self.send(Entry::Exchange(Box::new(exchange)));
    }
}

impl Writing {
    /// Writes what is left and the closing line. `end.lost` is filled in here.
    pub fn finish(self, end: End) -> Result<(), SinkError> {
        let end = End { lost: self.sink.lost.load(Ordering::Relaxed), ..end };
        self.close(end)
    }

    /// Writes what is left of a ledger that has no records beside it, and says how many exchanges were lost.
    pub fn finish_ledger(self) -> Result<u64, SinkError> {
        let lost = self.sink.lost.load(Ordering::Relaxed);
        self.close(End::new(Nanos::ZERO, Cause::Finished, lost)).map(|()| lost)
    }

    fn close(self, end: End) -> Result<(), SinkError> {
        if let Some(basket) = &self.sink.basket {
            self.sink.send_many(basket.empty());
        }
        // A refused closing line means that the thread has stopped; its own error tells why.
        let _ = self.sink.queue.send(Load::One(Entry::End(end)));
        self.thread.join().map_err(|_| SinkError::Stopped)?
    }
}

struct Logs {
    folder: PathBuf,
    records: Option<Writer<File>>,
    exchanges: Option<Frames<File>>,
}

impl Logs {
    fn write_all(mut self, loads: &Receiver<Load>) -> Result<(), SinkError> {
        let in_file = |name: &str| {
            let path = self.folder.join(name);
            move |source| SinkError::Write { path: path.clone(), source }
        };
        let (in_records, in_ledger) = (in_file(RECORDS), in_file(LEDGER));
        let entries = loads.iter().flat_map(|load| match load {
            Load::One(entry) => vec![entry],
            Load::Many(entries) => entries,
        });
        for entry in entries {
            match entry {
                Entry::Line(line) => {
                    if let Some(records) = &mut self.records {
                        records.write(&line).map_err(&in_records)?;
                    }
                }
                Entry::Exchange(exchange) => {
                    if let Some(ledger) = &mut self.exchanges {
                        ledger.push(Nanos::new(exchange.done_ns), &exchange).map_err(&in_ledger)?;
                    }
                }
                Entry::End(end) => {
                    if let Some(records) = self.records {
                        records.end(end).map_err(&in_records)?;
                    }
                    if let Some(ledger) = self.exchanges {
                        ledger.finish().map_err(&in_ledger)?;
                    }
                    return Ok(());
                }
            }
        }
        Err(SinkError::Stopped)
    }
}
