//! When an answer's tokens are there.

use std::time::Duration;

use crate::bedrock::behaviour::Behaviour;
use crate::chance::{Chance, Label};

const TTFT: Label = Label::new("ttft");
const PER_TOKEN: Label = Label::new("per-token");

/// The speed of one answer, drawn once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    ttft: Duration,
    per_token: Duration,
    /// Tokens in each delta; at least one.
    pub tokens_per_event: u32,
}

impl Pace {
    /// Draws the speed of an answer.
    pub(crate) fn draw(behaviour: &Behaviour, chance: Chance) -> Self {
        Pace {
            ttft: behaviour.ttft.sample(&mut chance.stream(TTFT)),
            per_token: behaviour.per_token.sample(&mut chance.stream(PER_TOKEN)),
            tokens_per_event: behaviour.tokens_per_event.get(),
        }
    }

    /// The same, in this many times less time; at least one.
    pub(crate) fn faster(self, times: f64) -> Self {
        let times = times.max(1.0);
        Pace { ttft: self.ttft.div_f64(times), per_token: self.per_token.div_f64(times), ..self }
    }

    /// When the first token is there.
    pub(crate) fn ttft(&self) -> Duration {
        self.ttft
    }

    /// When this token is there, counted from 0: `ttft + token × per_token`.
    pub(crate) fn token_at(&self, token: u32) -> Duration {
        self.ttft.saturating_add(self.per_token.saturating_mul(token))
    }

    /// Tokens in each delta, as a step.
    pub(crate) fn tokens_per_event(&self) -> usize {
        self.tokens_per_event as usize
    }
}
