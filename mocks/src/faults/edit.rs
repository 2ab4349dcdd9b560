//! How an answer is changed on its way out.

use std::borrow::Cow;
use std::num::NonZeroU64;
use std::time::Duration;

use bytes::Bytes;

use super::bad_crc::CrcPart;
use super::downgrade::Downgrade;
use super::stall::StallTime;
use super::wrong_date::WrongDate;

/// A change of an answer. Several compose in the order of the script, each given what the one before it left.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Edit {
    /// The head says a wrong time of day.
    Date(WrongDate),
    /// The service does less than was asked, and says so only in the answer.
    Downgrade(Downgrade),
    /// The body is changed.
    Body(BodyEdit),
}

/// A change of a body.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum BodyEdit {
    /// All of it comes this much later than the head.
    Later(Duration),
    /// Whatever follows the first event takes this many times as long to come.
    Stretch(f64),
    /// So many bytes a second, at most.
    Drip(NonZeroU64),
    /// Something happens to the event after the first `after` events.
    Event {
        /// The events that are let through first, of whatever kind.
        after: u64,
        /// What happens then.
        act: Act,
    },
    /// Its JSON is broken.
    Garble,
    /// It says that less was done than was asked.
    Reword(Downgrade),
}

/// What happens to an event of a stream.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    /// It and all after it wait.
    Stall(StallTime),
    /// This frame stands in its place, and ends the stream.
    Say {
        /// The frame.
        frame: Bytes,
        /// The code of the error that it tells of.
        error_type: Cow<'static, str>,
    },
    /// Half of it leaves, and the stream ends.
    Halve,
    /// It leaves with a wrong checksum.
    BreakCrc(CrcPart),
    /// The stream ends before it.
    End,
    /// The connection is reset before it.
    Reset,
    /// It leaves twice.
    Twice,
    /// It and the next one change places.
    Swap,
}
