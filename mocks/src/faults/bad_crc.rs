//! `bad_crc`: an event arrives damaged.

use super::edit::{Act, BodyEdit, Edit};
use super::verdict::Verdict;

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
