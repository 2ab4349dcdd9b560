//! Who takes spans, what in, and what it can answer.

use std::time::Duration;

use bedload_reports::trace::metrics::Metrics;
use bedload_reports::trace::span::Tree;
use bedload_reports::trace::xray::{self, Document};
use opentelemetry_proto::tonic::trace::v1::Span;

use super::api::Api;
use super::daemon::Daemon;
use super::otlp::{self, Otlp, Window};

/// Somebody who takes spans.
#[derive(Debug)]
pub(super) enum Receiver {
    /// Speaks OTLP.
    Otlp(Box<Otlp>),
    /// X-Ray's API.
    Api(Box<Api>),
    /// X-Ray's daemon.
    Daemon(Daemon),
}

/// What is sent whole or not at all.
#[derive(Clone, Debug)]
pub(super) enum Item {
    /// An X-Ray document.
    Document(Document),
    /// The spans of a trace.
    Trace(Vec<Span>),
}

/// What items are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// X-Ray documents.
    Documents,
    /// OTLP's spans.
    Traces,
}

/// How much a batch may hold; a single item always goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub items: usize,
    pub spans: u64,
}

/// What a receiver made of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// It took all but so many spans.
    Taken { rejected: u64, trouble: Option<String> },
    /// It refuses the batch, now and always.
    Refused(String),
    /// It did not take it this time.
    NotNow { why: String, after: Option<Duration>, maybe_there: bool },
}

impl Item {
    /// The spans in it.
    pub(super) fn spans(&self) -> u64 {
        match self {
            Item::Document(document) => document.spans,
            Item::Trace(spans) => spans.len() as u64,
        }
    }
}

/// A trace as items.
pub(super) fn pack(packing: Packing, tree: &Tree<'_>) -> Vec<Item> {
    match packing {
        Packing::Documents => xray::documents(tree).into_iter().map(Item::Document).collect(),
        Packing::Traces => vec![Item::Trace(otlp::spans(tree))],
    }
}

/// The documents among items.
pub(super) fn documents(items: &[Item]) -> impl Iterator<Item = &Document> {
    items.iter().filter_map(|item| match item {
        Item::Document(document) => Some(document),
        Item::Trace(_) => None,
    })
}

impl Receiver {
    pub(super) fn packing(&self) -> Packing {
        match self {
            Receiver::Otlp(_) => Packing::Traces,
            Receiver::Api(_) | Receiver::Daemon(_) => Packing::Documents,
        }
    }

    pub(super) fn room(&self) -> Room {
        match self {
            Receiver::Otlp(otlp) => otlp.room(),
            Receiver::Api(_) => Room { items: Api::MOST, spans: u64::MAX },
            Receiver::Daemon(_) => Room { items: Daemon::AT_ONCE, spans: u64::MAX },
        }
    }

    pub(super) async fn send(&self, batch: &[Item]) -> Reply {
        match self {
            Receiver::Otlp(otlp) => otlp.send(batch).await,
            Receiver::Api(api) => api.send(batch).await,
            Receiver::Daemon(daemon) => daemon.send(batch).await,
        }
    }

    /// Sends all metrics of a run, to whom takes any.
    pub(super) async fn send_metrics(&self, metrics: &Metrics, window: Window) -> Option<Reply> {
        match self {
            Receiver::Otlp(otlp) => otlp.send_metrics(metrics, window).await,
            Receiver::Api(_) | Receiver::Daemon(_) => None,
        }
    }
}
