//! `refuse`: nobody answers the door.

use super::sever::Sever;
use super::verdict::Verdict;

/// Refuses connections.
///
/// Aimed at everybody it closes the listening socket for its window, which all services share. Aimed at some requests only, which
/// must have arrived before they can be told apart, it resets their connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refuse;

impl Refuse {
    pub(super) fn verdict(self) -> Verdict {
        Verdict::Sever(Sever::Refused)
    }
}
