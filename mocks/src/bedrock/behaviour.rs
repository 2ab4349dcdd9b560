//! How a model behaves: how soon it speaks, how fast, and how long.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::spread::Spread;

/// The pace and length of a model's answers. Each spread is drawn once for each answer.
///
/// `per_token` too: an answer keeps its speed. On a real service the speed differs between answers, with
/// the load, much more than within one, and drawing it anew for every token would average the tail away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Behaviour {
    /// From the request to the first token.
    pub ttft: Spread<Duration>,
    /// From each token to the next.
    pub per_token: Spread<Duration>,
    /// The tokens that the model would say if nobody stopped it. Zero counts as one, and 128,000 is the most.
    pub output_tokens: Spread<u32>,
    /// Tokens in each content event of a stream; the last event may hold fewer.
    pub tokens_per_event: NonZeroU32,
}
