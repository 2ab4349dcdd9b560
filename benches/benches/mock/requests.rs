//! Requests a second: the mock against a bare server.

use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use super::served::{self, Served};
use super::{Scale, asked};

/// Connections, each with one request under way.
const CONNECTIONS: usize = 32;
/// The least share of the bare server's rate.
const BAR: f64 = 0.5;

/// What a server did in a round.
#[derive(Clone, Copy)]
struct Round {
    requests: u64,
    time: Duration,
    processor: Option<Duration>,
}

impl Round {
    fn rate(self) -> f64 {
        self.requests as f64 / self.time.as_secs_f64()
    }

    fn micros_each(self) -> Option<f64> {
        self.processor.map(|time| time.as_secs_f64() * 1e6 / self.requests as f64)
    }
}

pub(crate) fn run(scale: Scale) -> bool {
    let (rounds, time) = match scale {
        Scale::Full => (5, Duration::from_secs(3)),
        Scale::Short => (1, Duration::from_millis(300)),
    };
    let mock = served::mock(Duration::ZERO, Duration::ZERO, 60, true);
    let (headers, body) = answer(&mock);
    let bare = served::bare(headers, body);
    let mut ratios = Vec::new();
    for round in 0..=rounds {
        let [least, ours] = [&bare, &mock].map(|served| load(served, time));
        // The first round warms up.
        if round > 0 {
            ratios.push(compare(least, ours));
        }
    }
    bare.stop();
    mock.stop();
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios[ratios.len() / 2];
    println!(
        "requests: the mock reaches {:.0} % of the bare server (median of {rounds}; bar {:.0} %)",
        ratio * 100.0,
        BAR * 100.0
    );
    ratio >= BAR
}

fn compare(bare: Round, mock: Round) -> f64 {
    let by_rate = mock.rate() / bare.rate();
    match (bare.micros_each(), mock.micros_each()) {
        (Some(least), Some(ours)) => {
            println!(
                "  bare {:>7.0}/s, {least:>5.1} µs of its core each; mock {:>7.0}/s, {ours:>5.1} µs; {:.0} % by rate, {:.0} % by processor time",
                bare.rate(),
                mock.rate(),
                by_rate * 100.0,
                least / ours * 100.0
            );
            least / ours
        }
        _ => {
            println!("  bare {:>7.0}/s; mock {:>7.0}/s; {:.0} %", bare.rate(), mock.rate(), by_rate * 100.0);
            by_rate
        }
    }
}

/// The headers and the body of the mock's answer.
fn answer(mock: &Served) -> (Vec<(String, String)>, Bytes) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let text = runtime.block_on(async {
        let mut stream = TcpStream::connect(mock.address).await.expect("a connection");
        String::from_utf8(exchange(&mut stream, &asked::request("converse", 0), None).await).expect("text")
    });
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{text}");
    let headers = head.lines().skip(1).filter_map(|line| line.split_once(": "));
    let headers = headers.filter(|(name, _)| *name != "content-length" && *name != "date");
    (headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(), Bytes::from(body.to_owned()))
}

fn load(served: &Served, time: Duration) -> Round {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (before, began) = (served.processor_time(), Instant::now());
    let requests = runtime.block_on(async {
        // A client that sleeps must be woken, at the server's cost, and the slower server finds it asleep more
        // often: so it never sleeps.
        let mut awake = JoinSet::new();
        awake.spawn(async {
            loop {
                tokio::task::yield_now().await;
            }
        });
        let mut clients = JoinSet::new();
        for number in 0..CONNECTIONS {
            let address = served.address;
            clients.spawn(async move {
                let mut stream = TcpStream::connect(address).await.expect("a connection");
                stream.set_nodelay(true).expect("no delay");
                let request = asked::request("converse", number);
                let length = exchange(&mut stream, &request, None).await.len();
                let mut done = 1_u64;
                while began.elapsed() < time {
                    exchange(&mut stream, &request, Some(length)).await;
                    done += 1;
                }
                done
            });
        }
        clients.join_all().await.into_iter().sum()
    });
    let processor = served.processor_time().zip(before).map(|(after, before)| after - before);
    Round { requests, time: began.elapsed(), processor }
}

/// One request and its answer, whose length is known after the first.
async fn exchange(stream: &mut TcpStream, request: &[u8], length: Option<usize>) -> Vec<u8> {
    stream.write_all(request).await.expect("to write");
    let mut answer = Vec::with_capacity(length.unwrap_or(4096));
    while Some(answer.len()) != length.or_else(|| whole_length(&answer)) {
        assert!(stream.read_buf(&mut answer).await.expect("to read") > 0, "the server closed");
    }
    answer
}

fn whole_length(answer: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(answer).ok()?;
    let (head, _) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
    Some(head.len() + 4 + length.parse::<usize>().ok()?)
}
