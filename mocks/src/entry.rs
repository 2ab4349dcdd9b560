//! The ledger entry of an exchange that is under way.
//!
//! A client may hang up at any point, which drops whatever future or body was serving it. So an entry
//! writes itself down when it is dropped, as hung up unless it was closed before: no exchange is lost.

use std::borrow::Cow;
use std::mem;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::StatusCode;
use tokio::time::Instant;

use crate::bedrock::quota::Spent;
use crate::bedrock::serving::Tenancy;
use crate::caller::{Caller, Client};
use crate::clock::{self, Epoch};
use crate::faults::Strikes;
use crate::ledger::{Exchange, LedgerSink, Verdict};

/// An open entry; noted in the ledger when closed or dropped.
///
/// It is handed on many times before that, so it lives in a box: what is handed on is a pointer, and the
/// futures on its way stay small.
pub(crate) struct Entry {
    /// What is known so far.
    pub exchange: Exchange,
    severed: bool,
    /// The faults that have struck so far, if any fault had anything to say.
    pub strikes: Option<Strikes>,
    /// What it holds of quota, capacity and slots.
    tenancy: Option<Tenancy>,
    /// Who it is with, on a socket.
    client: Option<Arc<Client>>,
    epoch: Epoch,
    ledger: Arc<dyn LedgerSink>,
}

impl Entry {
    /// Opens the entry of a request that arrived at `arrived`.
    pub(crate) fn open(
        number: u64,
        caller: Caller,
        arrived: Instant,
        epoch: Epoch,
        ledger: Arc<dyn LedgerSink>,
    ) -> Box<Self> {
        let client = caller.connection.as_ref().map(|connection| connection.client.clone());
        let exchange = Exchange {
            number,
            at_ns: nanos(epoch.offset(arrived)),
            protocol: caller.protocol,
            connection: caller.connection.as_ref().map(|connection| connection.number),
            peer: caller.connection.map(|connection| connection.host),
            flow: caller.flow,
            invocation_id: caller.invocation_id,
            attempt: caller.attempt,
            max_attempts: caller.max_attempts,
            user_agent: caller.user_agent,
            trace: caller.trace,
            skew_ms: caller.signed_at.and_then(|signed_at| ahead_ms(signed_at, epoch.wall_at(arrived))),
            hung_up: true,
            ..Exchange::default()
        };
        Box::new(Entry { exchange, severed: false, strikes: None, tenancy: None, client, epoch, ledger })
    }

    /// Holds quota and capacity until it is closed or dropped.
    pub(crate) fn hold(&mut self, tenancy: Tenancy) {
        self.tenancy = Some(tenancy);
    }

    /// Waits until what it holds has a slot to be answered in.
    pub(crate) async fn wait_in_line(&mut self) {
        if let Some(tenancy) = &mut self.tenancy {
            tenancy.wait_in_line().await;
        }
    }

    /// Notes the fault because of which there is no answer.
    pub(crate) fn blame(&mut self, fault: &Arc<str>) {
        self.strikes.get_or_insert_default().decide(fault);
    }

    /// Notes the head of an answer, which is handed out at `at`.
    pub(crate) fn answer(&mut self, status: StatusCode, at: Instant) {
        self.exchange.status = Some(status.as_u16());
        self.exchange.head_ns = Some(nanos(self.epoch.offset(at)));
    }

    /// Counts what was handed to the client.
    pub(crate) fn count_bytes(&mut self, bytes: usize) {
        self.exchange.response_bytes += bytes as u64;
    }

    /// Counts a frame of an event stream handed to the client.
    pub(crate) fn count_event(&mut self, bytes: usize) {
        self.exchange.stream_events += 1;
        self.exchange.last_event_ns = Some(nanos(self.epoch.offset(clock::now())));
        self.count_bytes(bytes);
    }

    /// When it was over, if it is dropped now.
    ///
    /// A client that closes its connection over HTTP/1.1 looks just as one that shuts its side and waits, so the
    /// door gives it time. But once it was not there to the end, it was gone when it shut its side, or after
    /// what was still handed out.
    fn over_ns(&self, now: Instant) -> u64 {
        let exchange = &self.exchange;
        let left = self.client.as_ref().and_then(|client| client.left()).filter(|_| exchange.hung_up);
        left.map_or(nanos(self.epoch.offset(now)), |left| {
            let handed_out = exchange.last_event_ns.max(exchange.head_ns).unwrap_or(exchange.at_ns);
            nanos(self.epoch.offset(left)).max(handed_out)
        })
    }

    /// Closes it: a fault cuts the connection, whatever of the answer has left.
    pub(crate) fn sever(mut self: Box<Self>) {
        self.severed = true;
        self.close();
    }

    /// Closes it as [`Entry::close`] does, after a stream that ended with an error of this code, if with any.
    pub(crate) fn close_with(mut self: Box<Self>, error_type: Option<Cow<'static, str>>) {
        if error_type.is_some() {
            self.exchange.error_type = error_type;
        }
        self.close();
    }

    /// Closes it: the answer is over, and the client was there to the end.
    pub(crate) fn close(mut self: Box<Self>) {
        self.exchange.hung_up = false;
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Some(strikes) = &self.strikes {
            self.exchange.fault = strikes.fault();
            self.exchange.faults = strikes.all();
        }
        let now = clock::now();
        self.exchange.done_ns = self.over_ns(now);
        if let Some(tenancy) = self.tenancy.take() {
            tenancy.end(self.epoch.unix_ns_at(now), spent(&self.exchange).as_ref());
        }
        self.exchange.verdict = Verdict::on(&self.exchange, self.severed);
        self.ledger.note(mem::take(&mut self.exchange));
    }
}

/// What an answer cost, if a model gave one: all of it, even if the client hung up before its end.
fn spent(exchange: &Exchange) -> Option<Spent> {
    exchange.output_tokens.map(|output_tokens| Spent {
        input_tokens: exchange.input_tokens.unwrap_or_default(),
        cache_read_tokens: exchange.cache_read_tokens.unwrap_or_default(),
        cache_write_tokens: exchange.cache_write_tokens.unwrap_or_default(),
        output_tokens,
    })
}

/// How far one time is ahead of another, in milliseconds; less than nothing if it is behind.
fn ahead_ms(one: SystemTime, other: SystemTime) -> Option<i64> {
    match one.duration_since(other) {
        Ok(ahead) => i64::try_from(ahead.as_millis()).ok(),
        Err(behind) => i64::try_from(behind.duration().as_millis()).ok().map(|ms| -ms),
    }
}

fn nanos(offset: Duration) -> u64 {
    u64::try_from(offset.as_nanos()).unwrap_or(u64::MAX)
}
