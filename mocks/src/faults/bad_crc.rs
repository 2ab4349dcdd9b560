//! `bad_crc`: an event arrives damaged.

use bytes::Bytes;

use super::edit::{Act, BodyEdit, Edit};
use super::verdict::Verdict;

/// The prelude of a message is its length and its headers' length, four bytes each, and their checksum.
const PRELUDE_CRC_END: usize = 12;

/// Sends an event whose checksum is wrong; those after it are right again. Whole answers have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadCrc {
    /// The events that leave first, unharmed.
    pub after: u64,
    /// Which of its two checksums is wrong.
    pub part: CrcPart,
}

/// A checksum of an event-stream message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CrcPart {
    /// The one over the whole message, at its end.
    #[default]
    Message,
    /// The one over the two lengths, at its beginning.
    Prelude,
}

impl BadCrc {
    pub(super) fn verdict(self) -> Verdict {
        Verdict::Edit(Edit::Body(BodyEdit::Event { after: self.after, act: Act::BreakCrc(self.part) }))
    }
}

/// A message with one of its checksums off by a bit; the rest is as it was.
pub(super) fn damage(message: &Bytes, part: CrcPart) -> Bytes {
    let at = match part {
        CrcPart::Message => message.len().checked_sub(1),
        CrcPart::Prelude => Some(PRELUDE_CRC_END - 1),
    };
    let mut damaged = message.to_vec();
    if let Some(byte) = at.and_then(|at| damaged.get_mut(at)) {
        *byte ^= 1;
    }
    damaged.into()
}
