//! `latency`: the service takes longer to begin its answer.

use std::time::Duration;

use rand::Rng;

use super::verdict::Verdict;
use crate::spread::Spread;

/// Adds time before the answer begins, drawn anew for each request.
///
/// It is time spent in front of the model: the latency that Bedrock reports of itself does not hold it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latency {
    /// The time added.
    pub added: Spread<Duration>,
}

impl Latency {
    pub(super) fn verdict(&self, rng: &mut impl Rng) -> Verdict {
        Verdict::delay(self.added.sample(rng))
    }
}
