//! What a fault does, in a few words; they stand before `to`: `429 to all requests`.

use std::fmt;
use std::time::Duration;

use bedload_reports::number;

use super::inject::{CrcPart, DowngradeOf, Inject, Reset, WrongDate};
use crate::queue::misfortune::Misfortune;
use crate::scenario::leaf::{ByteRate, Share, Time};
use crate::scenario::plan::spread::Spread;

impl fmt::Display for Inject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Inject::Throttle { .. } => f.write_str("429"),
            Inject::Unavailable { .. } => f.write_str("503"),
            Inject::InternalError => f.write_str("500"),
            Inject::Error(error) => match &error.kind {
                Some(kind) => write!(f, "{} {kind}", error.status),
                None => write!(f, "a bare {}", error.status),
            },
            Inject::Latency { add } => write!(f, "{} more", about(*add)),
            Inject::FirstByte { add } => write!(f, "{} more before the first byte", about(*add)),
            Inject::SlowTokens { factor } => write!(f, "tokens {factor} times as slow"),
            Inject::Drip { bytes_per_s } => write!(f, "{}", ByteRate::written(*bytes_per_s)),
            Inject::Stall { after, lasts: Some(time) } => {
                write!(f, "a stall of {} {}", written(*time), Events(*after))
            }
            Inject::Stall { after, lasts: None } => write!(f, "a stall for ever {}", Events(*after)),
            Inject::ExceptionFrame { exception, after, .. } => {
                write!(f, "{} {}", exception.name(), Events(*after))
            }
            Inject::ErrorFrame { code, after, .. } => write!(f, "the error {code} {}", Events(*after)),
            Inject::Truncate { after } => write!(f, "a torn frame {}", Events(*after)),
            Inject::BadCrc { part: CrcPart::Message, after } => {
                write!(f, "a wrong checksum {}", Events(*after))
            }
            Inject::BadCrc { part: CrcPart::Prelude, after } => {
                write!(f, "a wrong checksum of the prelude {}", Events(*after))
            }
            Inject::EarlyEnd { after } => write!(f, "a clean end {}", Events(*after)),
            Inject::Reset(Reset::BeforeHead) => f.write_str("a reset before the head"),
            Inject::Reset(Reset::WithinHead) => f.write_str("a reset within the head"),
            Inject::Reset(Reset::WithinBody(after)) => write!(f, "a reset {}", Events(*after)),
            Inject::Refuse => f.write_str("a refused connection"),
            Inject::WrongDate(WrongDate::Ahead(by)) => write!(f, "a date {} ahead", written(*by)),
            Inject::WrongDate(WrongDate::Behind(by)) => write!(f, "a date {} behind", written(*by)),
            Inject::MalformedJson => f.write_str("malformed JSON"),
            Inject::DuplicateEvent { after } => write!(f, "an event twice {}", Events(*after)),
            Inject::SwapEvents { after } => write!(f, "two events swapped {}", Events(*after)),
            Inject::Downgrade(DowngradeOf::Tier) => f.write_str("the default tier in silence"),
            Inject::Downgrade(DowngradeOf::Latency) => f.write_str("standard latency in silence"),
            Inject::Outage => f.write_str("an outage"),
            Inject::QuotaSqueeze { to } => {
                write!(f, "{}\u{202f}% of the quota", Share::written(*to).trim_end_matches('%'))
            }
            Inject::DuplicateDelivery => f.write_str("a second delivery"),
            Inject::OutOfOrder => f.write_str("another order"),
            Inject::EmptyReceive => f.write_str("an empty receive"),
            Inject::Misfortune(Misfortune::Crash { at, .. }) => write!(f, "death when {}", at.name()),
            Inject::Misfortune(Misfortune::Freeze { at, lasts }) => {
                write!(f, "a standstill of {} when {}", written(*lasts), at.name())
            }
            Inject::Misfortune(Misfortune::ClockJump { by }) => write!(f, "a clock {} ahead", written(*by)),
            Inject::Misfortune(Misfortune::Poison) => f.write_str("poison"),
        }
    }
}

fn about(spread: Spread) -> String {
    match spread {
        Spread::Constant(secs) => number::seconds(secs),
        Spread::LogNormal { p50, .. } => format!("about {}", number::seconds(p50)),
        Spread::Through(quantiles) => format!("about {}", number::seconds(quantiles.at(50.0))),
    }
}

fn written(time: Duration) -> String {
    Time::written(time)
}

/// `after 1 event`, `after 3 events`, `at once`.
struct Events(u64);

impl fmt::Display for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("at once"),
            1 => f.write_str("after 1 event"),
            count => write!(f, "after {count} events"),
        }
    }
}
