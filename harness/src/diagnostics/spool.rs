//! Takes ended spans to the thread that writes them: a span processor that waits for room and counts.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

use super::account::Account;
use super::filter::Filter;
use super::writer::{self, Written};
use crate::clock::Stopwatch;

/// Spans that may wait to be written: some seconds of heavy traffic.
const QUEUE: usize = 65_536;

/// Where spans go: into the recording that is open, if one is.
#[derive(Clone, Debug, Default)]
pub(super) struct Spool(Arc<RwLock<Option<Arc<Open>>>>);

/// A recording as those see it who end spans.
#[derive(Debug)]
struct Open {
    queue: SyncSender<SpanData>,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    begun: AtomicU64,
    ended: AtomicU64,
    outside: AtomicU64,
    waits: AtomicU64,
    waited_us: AtomicU64,
}

/// Spans on their way into a file, until it is finished.
#[derive(Debug)]
pub struct Recording {
    spool: Spool,
    filter: Filter,
    counts: Arc<Counts>,
    thread: JoinHandle<Written>,
}

impl Spool {
    /// Spans go into `file` from here on, as those of `resource`.
    pub(super) fn open(&self, file: File, resource: &Resource, filter: Filter) -> io::Result<Recording> {
        let (queue, spans) = sync_channel(QUEUE);
        let (counts, resource) = (Arc::<Counts>::default(), ResourceAttributesWithSchema::from(resource));
        let thread = std::thread::Builder::new()
            .name("bedload-diagnostics".into())
            .spawn(move || writer::write(&spans, file, &resource))?;
        self.set(Some(Arc::new(Open { queue, counts: counts.clone() })));
        Ok(Recording { spool: self.clone(), filter, counts, thread })
    }

    /// An event that stands in no span.
    pub(super) fn outside(&self) {
        if let Some(open) = self.now() {
            bump(&open.counts.outside);
        }
    }

    fn now(&self) -> Option<Arc<Open>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, open: Option<Arc<Open>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = open;
    }
}

impl SpanProcessor for Spool {
    fn on_start(&self, _span: &mut Span, _context: &Context) {
        if let Some(open) = self.now() {
            bump(&open.counts.begun);
        }
    }

    fn on_end(&self, span: SpanData) {
        let Some(open) = self.now() else { return };
        bump(&open.counts.ended);
        // A writer that is gone is told by the difference between spans ended and written.
        if let Err(TrySendError::Full(span)) = open.queue.try_send(span) {
            let waiting = Stopwatch::start();
            let _ = open.queue.send(span);
            bump(&open.counts.waits);
            let waited_us = (waiting.elapsed_s() * 1e6) as u64;
            open.counts.waited_us.fetch_add(waited_us, Ordering::Relaxed);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}

impl Recording {
    /// Takes no more spans, writes those that wait, and tells what became of all. What has not ended by then is missing.
    pub fn finish(self) -> Account {
        // The queue is closed once nobody holds it any more, and then the thread ends.
        self.spool.set(None);
        let written = self.thread.join().unwrap_or_else(|_| Written::none("its thread stopped early"));
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Account {
            filter: self.filter,
            begun: get(&self.counts.begun),
            ended: get(&self.counts.ended),
            written: written.spans,
            trouble: written.trouble,
            events_beyond: written.events_beyond,
            events_outside: get(&self.counts.outside),
            waits: get(&self.counts.waits),
            waited: Duration::from_micros(get(&self.counts.waited_us)),
        }
    }
}

fn bump(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::io::BufRead;

    use opentelemetry::trace::{Tracer, TracerProvider};
    use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

    use super::*;

    const THREADS: usize = 4;
    const EACH: usize = 25_000;

    fn tracer(spool: &Spool) -> SdkTracer {
        SdkTracerProvider::builder().with_span_processor(spool.clone()).build().tracer("test")
    }

    fn recording(spool: &Spool, file: File) -> Recording {
        spool.open(file, &Resource::builder_empty().build(), "info".parse().unwrap()).unwrap()
    }

    #[test]
    fn more_spans_at_once_than_there_is_room_for_are_all_written() {
        let (spool, file) = (Spool::default(), tempfile::NamedTempFile::new().unwrap());
        let recording = recording(&spool, file.reopen().unwrap());
        let tracer = tracer(&spool);
        const { assert!(THREADS * EACH > QUEUE) };
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| (0..EACH).for_each(|_| drop(tracer.start("span"))));
            }
        });
        let open = tracer.start("still open");
        let account = recording.finish();
        drop(open);
        let all = (THREADS * EACH) as u64;
        assert_eq!((account.begun, account.ended, account.written), (all + 1, all, all));
        let lines = io::BufReader::new(file).lines().map(|line| line.unwrap().matches("\"spanId\"").count());
        assert_eq!(lines.sum::<usize>() as u64, all);
    }

    #[test]
    fn a_file_that_takes_nothing_holds_nobody_up() {
        let spool = Spool::default();
        // A folder can be opened, and not written.
        let recording = recording(&spool, File::open(".").unwrap());
        let tracer = tracer(&spool);
        (0..QUEUE + 1).for_each(|_| drop(tracer.start("span")));
        let account = recording.finish();
        assert_eq!((account.ended, account.written), (QUEUE as u64 + 1, 0));
        assert!(account.trouble.is_some());
    }
}
