//! Paced streams at once, and how late their events are read.

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};
use std::path::Path;
use std::thread::available_parallelism;
use std::time::Duration;

use bedload_mocks::Exchange;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::served::{self, Served, thread_time};
use super::{Scale, asked};

const TTFT: Duration = Duration::from_secs(1);
/// 20 events a second.
const PACE: Duration = Duration::from_millis(50);
/// The most that an event in a hundred may be late by.
const BAR: Duration = Duration::from_millis(10);

/// When each event of a stream was read; the first is `messageStart`.
type Readings = Vec<Instant>;

pub(crate) fn run(scale: Scale) -> bool {
    let (streams, seconds) = match scale {
        Scale::Full => (5_000, 20),
        Scale::Short => (50, 1),
    };
    let tokens = seconds * 20;
    let mock = served::mock(TTFT, PACE, tokens, false);
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (before, began) = (Processor::read(), Instant::now());
    let readings = runtime.block_on(read_all(&mock, streams));
    let (spent, took) = (before.zip(Processor::read()), began.elapsed());
    let exchanges = mock.ledger.ring().since(0, usize::MAX).exchanges;
    assert_eq!(exchanges.len(), streams, "every stream is in the ledger");
    let read = Lateness::of(exchanges.iter().flat_map(|exchange| {
        let id = exchange.invocation_id.as_deref().expect("an id");
        when_read(exchange, mock.epoch, &readings[id][1..=tokens as usize])
    }));
    let left = Lateness::of(exchanges.iter().map(|exchange| when_last_left(exchange, tokens - 1)));
    mock.stop();
    println!("streams: {streams} at once; read late by {read} (bar: p99 under {} ms)", BAR.as_millis());
    println!("  by the ledger, the last event of each left late by {left}");
    if let Some((before, after)) = spent {
        let cores = |one: Duration, other: Duration| (other - one).as_secs_f64() / took.as_secs_f64();
        println!(
            "  of {} cores the mock took {:.2} and the client {:.2}",
            available_parallelism().map_or(1, usize::from),
            cores(before.mock, after.mock),
            cores(before.client, after.client)
        );
    }
    read.at(0.99) < BAR
}

/// How late events were, in order.
struct Lateness(Vec<Duration>);

impl Lateness {
    fn of(events: impl Iterator<Item = Duration>) -> Self {
        let mut events: Vec<_> = events.collect();
        events.sort_unstable();
        Lateness(events)
    }

    fn at(&self, share: f64) -> Duration {
        self.0[((self.0.len() - 1) as f64 * share) as usize]
    }
}

impl Display for Lateness {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let millis = |share| self.at(share).as_secs_f64() * 1e3;
        let [p50, p90, p99, most] = [0.5, 0.9, 0.99, 1.0].map(millis);
        write!(
            formatter,
            "p50 {p50:.2} ms, p90 {p90:.2} ms, p99 {p99:.2} ms, most {most:.2} ms, of {} events",
            self.0.len()
        )
    }
}

/// Processor time so far, where the kernel tells.
struct Processor {
    client: Duration,
    /// All threads but the client's.
    mock: Duration,
}

impl Processor {
    fn read() -> Option<Self> {
        let threads = std::fs::read_dir("/proc/self/task").ok()?;
        let threads = threads.filter_map(|thread| thread_time(&thread.ok()?.path()));
        let client = thread_time(Path::new("/proc/thread-self"))?;
        Some(Processor { client, mock: threads.sum::<Duration>().saturating_sub(client) })
    }
}

async fn read_all(mock: &Served, streams: usize) -> HashMap<String, Readings> {
    let mut clients = JoinSet::new();
    for number in 0..streams {
        let address = mock.address;
        clients.spawn(async move {
            // Spread over the first second, so that not all are due in the same millisecond.
            sleep(Duration::from_millis(number as u64 * 1000 / streams as u64)).await;
            let mut stream = TcpStream::connect(address).await.expect("a connection");
            stream.set_nodelay(true).expect("no delay");
            stream.write_all(&asked::request("converse-stream", number)).await.expect("to write");
            (format!("{number:08}-5c52-4ab9-8a3c-9ee3a6a5f0de"), read(&mut stream).await)
        });
    }
    clients.join_all().await.into_iter().collect()
}

/// Notes when each event was there. An event is a chunk of its own; what matters is only where it ends.
async fn read(stream: &mut TcpStream) -> Readings {
    let (mut readings, mut buffer, mut in_head) = (Vec::new(), Vec::with_capacity(8192), true);
    loop {
        assert!(stream.read_buf(&mut buffer).await.expect("to read") > 0, "the server closed");
        let now = Instant::now();
        if in_head {
            let Some(end) = buffer.windows(4).position(|part| part == b"\r\n\r\n") else { continue };
            buffer.drain(..end + 4);
            in_head = false;
        }
        let mut taken = 0;
        while let Some((length, digits)) = chunk(&buffer[taken..]) {
            if length == 0 {
                return readings;
            }
            let end = taken + digits + 2 + length + 2;
            if buffer.len() < end {
                break;
            }
            readings.push(now);
            taken = end;
        }
        buffer.drain(..taken);
    }
}

/// The length of the chunk that begins here, and how many digits say so.
fn chunk(bytes: &[u8]) -> Option<(usize, usize)> {
    let digits = bytes.windows(2).position(|part| part == b"\r\n")?;
    let text = std::str::from_utf8(&bytes[..digits]).ok()?;
    Some((usize::from_str_radix(text, 16).ok()?, digits))
}

/// How late every content event was read, by the time that the ledger has for its request's arrival.
fn when_read(exchange: &Exchange, epoch: Instant, readings: &[Instant]) -> impl Iterator<Item = Duration> {
    let first_due = epoch + Duration::from_nanos(exchange.at_ns) + TTFT;
    (0..)
        .zip(readings)
        .map(move |(place, reading): (u32, _)| reading.saturating_duration_since(first_due + PACE * place))
}

/// How late the last event, due with the content event in this place, was handed out to the socket.
fn when_last_left(exchange: &Exchange, place: u32) -> Duration {
    let left = exchange.last_event_ns.expect("an event");
    Duration::from_nanos(left - exchange.at_ns).saturating_sub(TTFT + PACE * place)
}
