//! What goes wrong.

use std::sync::Arc;
use std::time::Duration;

use bedload_mocks::Exception;

use crate::queue::misfortune::Misfortune;
use crate::scenario::plan::spread::Spread;

/// What goes wrong. Events are those of a stream, counted from its beginning.
#[derive(Clone, Debug, PartialEq)]
pub enum Inject {
    /// 429 `ThrottlingException`.
    Throttle {
        /// What the error says.
        message: ThrottleMessage,
        /// How long it asks the client to wait, if it says.
        retry_after: Option<Duration>,
    },
    /// 503 `ServiceUnavailableException`, for want of capacity in the region that serves.
    Unavailable {
        /// What the error says.
        message: UnavailableMessage,
    },
    /// 500 `InternalServerException`.
    InternalError,
    /// Any error.
    Error(ErrorAnswer),
    /// The answer begins later.
    Latency {
        /// By how much, in seconds.
        add: Spread,
    },
    /// The first byte of the body comes later than the head.
    FirstByte {
        /// By how much, in seconds.
        add: Spread,
    },
    /// Every token takes longer.
    SlowTokens {
        /// How many times as long; more than 1.
        factor: f64,
    },
    /// The body arrives a few bytes at a time.
    Drip {
        /// How many each second; at least one.
        bytes_per_s: u64,
    },
    /// The stream stops.
    Stall {
        /// After so many events.
        after: u64,
        /// For how long; none is for ever.
        lasts: Option<Duration>,
    },
    /// The stream ends in an exception.
    ExceptionFrame {
        /// Which.
        exception: Exception,
        /// What it says, if not what the service would.
        message: Option<Arc<str>>,
        /// After so many events.
        after: u64,
    },
    /// The stream ends in a frame of the type `error`.
    ErrorFrame {
        /// The error's code.
        code: Arc<str>,
        /// What it says.
        message: Arc<str>,
        /// After so many events.
        after: u64,
    },
    /// The body ends within a frame.
    Truncate {
        /// After so many events.
        after: u64,
    },
    /// A frame has a wrong checksum.
    BadCrc {
        /// Which of its checksums.
        part: CrcPart,
        /// After so many events.
        after: u64,
    },
    /// The stream ends between two frames.
    EarlyEnd {
        /// After so many events.
        after: u64,
    },
    /// The connection is reset.
    Reset(Reset),
    /// No connection is accepted.
    Refuse,
    /// The `Date` header runs ahead of the time, or lags behind it.
    WrongDate(WrongDate),
    /// The body is no JSON.
    MalformedJson,
    /// An event comes twice.
    DuplicateEvent {
        /// After so many events.
        after: u64,
    },
    /// Two events come in the wrong order.
    SwapEvents {
        /// After so many events.
        after: u64,
    },
    /// The request is served with less than it asked for.
    Downgrade(DowngradeOf),
    /// A region is gone.
    Outage,
    /// Quotas shrink.
    QuotaSqueeze {
        /// To this share; more than 0, at most 1.
        to: f64,
    },
    /// A message is handed out while another receive has it.
    DuplicateDelivery,
    /// Messages are handed out in another order.
    OutOfOrder,
    /// A receive gives nothing.
    EmptyReceive,
    /// Something befalls a worker or a job.
    Misfortune(Misfortune),
}

/// What a throttling error says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThrottleMessage {
    /// Too many requests in a minute.
    Requests,
    /// Too many tokens in a minute.
    Tokens,
    /// Too many tokens in a day.
    TokensPerDay,
    /// This.
    Other(Arc<str>),
}

/// What an error for want of capacity says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnavailableMessage {
    /// The service is away for a while.
    Temporarily,
    /// Too many connections are open.
    Connections,
    /// The service cannot process the request.
    Unable,
    /// This.
    Other(Arc<str>),
}

/// Any error that a service may answer with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorAnswer {
    /// Its type; without one the answer names none.
    pub kind: Option<Arc<str>>,
    /// Its status, 400 to 599.
    pub status: u16,
    /// What it says, if not what the service would.
    pub message: Option<Arc<str>>,
    /// Headers beside those that the service sends.
    pub headers: Vec<(Arc<str>, Arc<str>)>,
}

impl ErrorAnswer {
    /// The status that the type has by itself, if Bedrock models it.
    pub(crate) fn usual_status(&self) -> Option<u16> {
        self.kind.as_deref().and_then(named).map(|exception| exception.status().as_u16())
    }
}

/// The modelled exception of this name.
pub(crate) fn named(name: &str) -> Option<Exception> {
    Exception::ALL.into_iter().find(|exception| exception.name() == name)
}

/// One of a frame's checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrcPart {
    /// That of the whole frame.
    Message,
    /// That of its first eight bytes.
    Prelude,
}

/// When a connection is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reset {
    /// Before any byte of the answer.
    BeforeHead,
    /// In the middle of the answer's headers.
    WithinHead,
    /// In the middle of the answer's body, after so many events.
    WithinBody(u64),
}

/// How a clock is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongDate {
    /// It runs ahead by so much.
    Ahead(Duration),
    /// It lags behind by so much.
    Behind(Duration),
}

/// What a request gets less of than it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DowngradeOf {
    /// Any service tier is served as `default`.
    Tier,
    /// Optimised latency is served as `standard`.
    Latency,
}

impl Inject {
    /// Whether only a stream of events can be struck; an answer in one piece is left alone.
    pub fn needs_stream(&self) -> bool {
        matches!(
            self,
            Inject::SlowTokens { .. }
                | Inject::ExceptionFrame { .. }
                | Inject::ErrorFrame { .. }
                | Inject::BadCrc { .. }
                | Inject::EarlyEnd { .. }
                | Inject::DuplicateEvent { .. }
                | Inject::SwapEvents { .. }
        )
    }

    /// The word for it in scenarios.
    pub fn name(&self) -> &'static str {
        match self {
            Inject::Throttle { .. } => "throttle",
            Inject::Unavailable { .. } => "unavailable",
            Inject::InternalError => "internal_error",
            Inject::Error(_) => "error",
            Inject::Latency { .. } => "latency",
            Inject::FirstByte { .. } => "first_byte",
            Inject::SlowTokens { .. } => "slow_tokens",
            Inject::Drip { .. } => "drip",
            Inject::Stall { .. } => "stall",
            Inject::ExceptionFrame { .. } => "exception_frame",
            Inject::ErrorFrame { .. } => "error_frame",
            Inject::Truncate { .. } => "truncate",
            Inject::BadCrc { .. } => "bad_crc",
            Inject::EarlyEnd { .. } => "early_end",
            Inject::Reset(_) => "reset",
            Inject::Refuse => "refuse",
            Inject::WrongDate(_) => "wrong_date",
            Inject::MalformedJson => "malformed_json",
            Inject::DuplicateEvent { .. } => "duplicate_event",
            Inject::SwapEvents { .. } => "swap_events",
            Inject::Downgrade(_) => "downgrade",
            Inject::Outage => "outage",
            Inject::QuotaSqueeze { .. } => "quota_squeeze",
            Inject::DuplicateDelivery => "duplicate_delivery",
            Inject::OutOfOrder => "out_of_order",
            Inject::EmptyReceive => "empty_receive",
            Inject::Misfortune(misfortune) => misfortune.name(),
        }
    }

    /// What it strikes, where that is no request.
    pub fn those(&self) -> Option<&'static str> {
        match self {
            Inject::Misfortune(misfortune) => Some(misfortune.those()),
            Inject::DuplicateDelivery | Inject::OutOfOrder => Some("messages"),
            Inject::EmptyReceive => Some("receives"),
            _ => None,
        }
    }

    /// Whether the queue itself misbehaves, as SQS may.
    pub fn is_of_queues(&self) -> bool {
        matches!(self, Inject::DuplicateDelivery | Inject::OutOfOrder | Inject::EmptyReceive)
    }

    /// Whether it strikes those who work, and not the cloud.
    pub fn is_of_workers(&self) -> bool {
        matches!(self, Inject::Misfortune(_))
    }
}
