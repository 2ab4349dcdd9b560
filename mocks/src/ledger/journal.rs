//! The ledger on file: a line of JSON for each exchange, written by a thread of its own.
//!
//! The queue before the thread is bounded, since a disk may be slower than a load; what finds no room is
//! counted, and the count is there to be told at the end.

use std::io::{self, BufWriter, Write};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::{self, JoinHandle};

use super::Exchange;

/// The sending side: it never blocks.
#[derive(Clone, Debug)]
pub struct Journal {
    queue: SyncSender<Line>,
    lost: Arc<AtomicU64>,
}

/// The writing side, to be finished once.
#[derive(Debug)]
pub struct Writing {
    journal: Journal,
    thread: JoinHandle<io::Result<u64>>,
}

#[derive(Debug)]
enum Line {
    Exchange(Arc<Exchange>),
    End,
}

/// What became of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Exchanges on file.
    pub written: u64,
    /// Exchanges that found no room in the queue, or came after a failure to write.
    pub lost: u64,
}

impl Journal {
    /// What may wait to be written where nothing else is said: some seconds of heavy traffic.
    pub const DEFAULT_QUEUE: NonZeroUsize = NonZeroUsize::MIN.saturating_add(65_535);

    /// A journal that writes to `file`, at most `queue` lines behind.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn begin(file: impl Write + Send + 'static, queue: NonZeroUsize) -> io::Result<(Self, Writing)> {
        let (queue, lines) = sync_channel(queue.get());
        let journal = Journal { queue, lost: Arc::default() };
        let thread = thread::Builder::new()
            .name("bedload-ledger".into())
            .spawn(move || write_all(BufWriter::new(file), &lines))?;
        Ok((journal.clone(), Writing { journal, thread }))
    }

    /// Hands an exchange on to be written, or counts it as lost.
    pub fn write(&self, exchange: Arc<Exchange>) {
        if self.queue.try_send(Line::Exchange(exchange)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Exchanges that found no room so far.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

impl Writing {
    /// Writes what is left, and says what became of it all.
    ///
    /// # Errors
    /// A line could not be written; those after it are not on file either.
    pub fn finish(self) -> io::Result<Written> {
        // A refused end means that the thread has stopped; its own error tells why.
        let _ = self.journal.queue.send(Line::End);
        let written = self.thread.join().map_err(|_| io::Error::other("the ledger's thread panicked"))??;
        Ok(Written { written, lost: self.journal.lost() })
    }
}

/// Writes lines until the end. Whenever none is waiting, what was written is made visible to readers.
fn write_all(mut file: impl Write, lines: &Receiver<Line>) -> io::Result<u64> {
    let mut written = 0;
    loop {
        let line = match lines.try_recv() {
            Err(TryRecvError::Empty) => {
                file.flush()?;
                lines.recv().unwrap_or(Line::End)
            }
            line => line.unwrap_or(Line::End),
        };
        let Line::Exchange(exchange) = line else {
            file.flush()?;
            return Ok(written);
        };
        serde_json::to_writer(&mut file, &exchange)?;
        file.write_all(b"\n")?;
        written += 1;
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Takes nothing until it is let go.
    struct Stuck(Sender<()>, Receiver<()>);

    impl Write for Stuck {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.send(());
            let _ = self.1.recv();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn exchange(number: u64) -> Arc<Exchange> {
        Arc::new(Exchange { number, user_agent: Some("x".repeat(10_000).into()), ..Exchange::default() })
    }

    #[test]
    fn every_exchange_is_a_line() {
        let file = Shared::default();
        let (journal, writing) = Journal::begin(file.clone(), Journal::DEFAULT_QUEUE).unwrap();
        for number in 0..100 {
            journal.write(exchange(number));
        }
        assert_eq!(writing.finish().unwrap(), Written { written: 100, lost: 0 });
        let text = String::from_utf8(file.0.lock().unwrap().clone()).unwrap();
        let numbers: Vec<u64> = text
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["number"].as_u64().unwrap())
            .collect();
        assert_eq!(numbers, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn what_finds_no_room_is_counted() {
        let ((reached, stuck), (release, released)) = (channel(), channel());
        let most = NonZeroUsize::new(2).unwrap();
        let (journal, writing) = Journal::begin(Stuck(reached, released), most).unwrap();
        journal.write(exchange(0));
        stuck.recv().unwrap();
        for number in 1..6 {
            journal.write(exchange(number));
        }
        assert_eq!(journal.lost(), 3);
        drop(release);
        assert_eq!(writing.finish().unwrap(), Written { written: 3, lost: 3 });
        journal.write(exchange(6));
        assert_eq!(journal.lost(), 4);
    }
}
