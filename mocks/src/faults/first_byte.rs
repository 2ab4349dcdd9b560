//! `first_byte`: the head comes at once, and then nothing for a while.

use std::time::Duration;

use rand::Rng;

use super::edit::{BodyEdit, Edit};
use super::verdict::Verdict;
use crate::spread::Spread;

/// Adds time between an answer's head and its body, drawn anew for each request.
///
/// A client that counts a status as an answer takes such a service for a healthy one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirstByte {
    /// The time added.
    pub added: Spread<Duration>,
}

impl FirstByte {
    pub(super) fn verdict(&self, rng: &mut impl Rng) -> Verdict {
        match self.added.sample(rng) {
            Duration::ZERO => Verdict::Pass,
            added => Verdict::Edit(Edit::Body(BodyEdit::Later(added))),
        }
    }
}
