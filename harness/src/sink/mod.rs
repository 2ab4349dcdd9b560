//! Where finished records go: a bounded queue, and a thread that compresses and writes.
//!
//! Compression must not run where requests are sent, or the measurement would bend itself. Entries gather in a basket and are
//! handed over many at a time; in real time the thread fetches what has waited there for a tenth of a second. There a full queue
//! loses entries and counts them; in virtual time, where nobody waits, the sender waits for room instead, so nothing is ever lost.

mod basket;
mod struck;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use bedload_mocks::{Exchange, LedgerSink};
use bedload_reports::generator::GeneratorSample;
use bedload_reports::header::{ClockKind, Header};
use bedload_reports::job::{QueueSample, Stray};
use bedload_reports::log::{Cause, Dropped, End, Frames, Line, WriteError, Writer};
use bedload_reports::record::Record;
use bedload_reports::units::Nanos;

use basket::Basket;
use struck::Struck;

/// Baskets that may wait to be written: 65,536 entries, some seconds of heavy traffic.
const QUEUE: usize = 256;
/// How long entries wait in the basket in real time.
const PATIENCE: Duration = Duration::from_millis(100);
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

#[derive(Debug)]
enum Entry {
    Line(Line),
    Exchange(Box<Exchange>),
    End(End),
}

/// The sending side: cheap to clone, never blocks in real time.
#[derive(Clone, Debug)]
pub struct Sink {
    queue: SyncSender<Vec<Entry>>,
    basket: Arc<Basket<Entry>>,
    /// Whether the sender waits for room.
    lossless: bool,
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
    let sink = Sink { queue, basket: Arc::new(Basket::new()), lossless, lost: Arc::default(), struck };
    let baskets = Baskets { full: entries, waiting: (!lossless).then(|| sink.basket.clone()) };
    let folder = logs.folder.clone();
    let thread = std::thread::Builder::new()
        .name("bedload-sink".into())
        .spawn(move || logs.write_all(&baskets))
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

    /// Hands on what the generator says of itself.
    pub fn generator(&self, sample: GeneratorSample) {
        self.send(Entry::Line(Line::Generator(sample)));
    }

    fn send(&self, entry: Entry) {
        if let Some(entries) = self.basket.put(entry) {
            self.send_many(entries);
        }
    }

    /// Counts what is lost: in real time because there is no room, else because nobody writes any more.
    fn send_many(&self, entries: Vec<Entry>) {
        let count = entries.len() as u64;
        let sent = match self.lossless {
            true => self.queue.send(entries).is_ok(),
            false => self.queue.try_send(entries).is_ok(),
        };
        if !sent {
            self.lost.fetch_add(count, Ordering::Relaxed);
        }
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
        let mut last = self.sink.basket.empty();
        last.push(Entry::End(end));
        // A refused closing line means that the thread has stopped; its own error tells why.
        let _ = self.sink.queue.send(last);
        self.thread.join().map_err(|_| SinkError::Stopped)?
    }
}

/// Where the writing thread gets entries from.
struct Baskets {
    full: Receiver<Vec<Entry>>,
    /// The basket that is being filled, in real time. In virtual time what is written together must be the same each time.
    waiting: Option<Arc<Basket<Entry>>>,
}

impl Baskets {
    /// The next entries, maybe none yet; an error when no more can come.
    fn next(&self) -> Result<Vec<Entry>, SinkError> {
        let Some(waiting) = &self.waiting else { return self.full.recv().map_err(|_| SinkError::Stopped) };
        match self.full.recv_timeout(PATIENCE) {
            Ok(entries) => Ok(entries),
            Err(RecvTimeoutError::Timeout) => Ok(waiting.empty()),
            Err(RecvTimeoutError::Disconnected) => Err(SinkError::Stopped),
        }
    }
}

struct Logs {
    folder: PathBuf,
    records: Option<Writer<File>>,
    exchanges: Option<Frames<File>>,
}

impl Logs {
    /// Writes what comes, until the closing line does.
    fn write_all(mut self, baskets: &Baskets) -> Result<(), SinkError> {
        loop {
            for entry in baskets.next()? {
                match entry {
                    Entry::Line(line) => self.line(&line)?,
                    Entry::Exchange(exchange) => self.exchange(&exchange)?,
                    Entry::End(end) => return self.close(end),
                }
            }
        }
    }

    fn line(&mut self, line: &Line) -> Result<(), SinkError> {
        let Some(records) = &mut self.records else { return Ok(()) };
        records.write(line).map_err(in_file(&self.folder, RECORDS))
    }

    fn exchange(&mut self, exchange: &Exchange) -> Result<(), SinkError> {
        let Some(ledger) = &mut self.exchanges else { return Ok(()) };
        ledger.push(Nanos::new(exchange.done_ns), exchange).map_err(in_file(&self.folder, LEDGER))
    }

    fn close(self, end: End) -> Result<(), SinkError> {
        if let Some(records) = self.records {
            records.end(end).map_err(in_file(&self.folder, RECORDS))?;
        }
        if let Some(ledger) = self.exchanges {
            ledger.finish().map_err(in_file(&self.folder, LEDGER))?;
        }
        Ok(())
    }
}

fn in_file<'a>(folder: &'a Path, name: &'a str) -> impl FnOnce(WriteError) -> SinkError + 'a {
    move |source| SinkError::Write { path: folder.join(name), source }
}
