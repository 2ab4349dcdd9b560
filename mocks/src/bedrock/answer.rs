//! One answer of a model, decided before its first byte.
//!
//! Length, speed and words are drawn once. After that everything is arithmetic, so a streamed answer and
//! a whole one to the same exchange say the same, count the same and end at the same time.

use std::ops::Range;
use std::time::Duration;

use rand::RngExt;

use super::behaviour::Behaviour;
use super::prompt::Prompt;
use super::text::Opening;
use crate::chance::{Chance, Label};
use crate::reply::Usage;

/// The most tokens in an answer: what the longest-winded of Bedrock's Claude models may say (128K).
const MOST_TOKENS: u32 = 128_000;

const ID: Label = Label::new("answer-id");
const TTFT: Label = Label::new("ttft");
const PER_TOKEN: Label = Label::new("per-token");
const LENGTH: Label = Label::new("output-tokens");
const OPENING: Label = Label::new("opening");

/// Why a model stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopReason {
    /// It had said all it had to say.
    EndTurn,
    /// It was cut off where the request said.
    MaxTokens,
}

impl StopReason {
    /// The word for it, the same in every dialect.
    pub(crate) fn name(self) -> &'static str {
        match self {
            StopReason::EndTurn => "end_turn",
            StopReason::MaxTokens => "max_tokens",
        }
    }
}

/// A decided answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    id: u64,
    input_tokens: u32,
    output_tokens: u32,
    stop: StopReason,
    opening: Opening,
    ttft: Duration,
    per_token: Duration,
    tokens_per_event: u32,
}

/// A part of an answer: what one content event holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// When its first token is there, counted from the beginning of the answer.
    pub at: Duration,
    /// Its words.
    pub text: String,
}

impl Answer {
    /// Decides the answer to a prompt.
    pub(crate) fn to(prompt: Prompt, behaviour: &Behaviour, chance: Chance) -> Self {
        let would_say = behaviour.output_tokens.sample(&mut chance.stream(LENGTH)).clamp(1, MOST_TOKENS);
        let may_say = prompt.max_tokens.map_or(MOST_TOKENS, |most| most.get());
        Answer {
            id: chance.stream(ID).random(),
            input_tokens: prompt.tokens,
            output_tokens: would_say.min(may_say),
            stop: if would_say > may_say { StopReason::MaxTokens } else { StopReason::EndTurn },
            opening: Opening::draw(&mut chance.stream(OPENING)),
            ttft: behaviour.ttft.sample(&mut chance.stream(TTFT)),
            per_token: behaviour.per_token.sample(&mut chance.stream(PER_TOKEN)),
            tokens_per_event: behaviour.tokens_per_event.get(),
        }
    }

    /// A number of its own, for dialects that give answers an id.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Why it stops.
    pub(crate) fn stop(&self) -> StopReason {
        self.stop
    }

    /// What it costs.
    pub(crate) fn usage(&self) -> Usage {
        Usage { input_tokens: self.input_tokens, output_tokens: self.output_tokens }
    }

    /// When the last token is there: `ttft + (n − 1) × per_token`.
    pub(crate) fn done_at(&self) -> Duration {
        self.token_at(self.output_tokens - 1)
    }

    /// The time of the whole answer in whole milliseconds, as the service reports it.
    pub(crate) fn latency_ms(&self) -> u64 {
        millis(self.done_at())
    }

    /// The time to the first token in whole milliseconds.
    pub(crate) fn first_latency_ms(&self) -> u64 {
        millis(self.ttft)
    }

    /// All its words.
    pub(crate) fn text(&self) -> String {
        self.words(0..self.output_tokens)
    }

    /// Its parts, in order, each as many tokens as an event holds.
    pub(crate) fn pieces(self) -> impl Iterator<Item = Piece> + Send + Sync {
        (0..self.output_tokens).step_by(self.tokens_per_event as usize).map(move |from| {
            let to = from.saturating_add(self.tokens_per_event).min(self.output_tokens);
            Piece { at: self.token_at(from), text: self.words(from..to) }
        })
    }

    fn token_at(&self, token: u32) -> Duration {
        self.ttft.saturating_add(self.per_token.saturating_mul(token))
    }

    /// The words of these tokens. A model that has come to its end closes the sentence.
    fn words(&self, tokens: Range<u32>) -> String {
        let mut words = self.opening.text(tokens.start as usize..tokens.end as usize);
        if tokens.end == self.output_tokens && self.stop == StopReason::EndTurn {
            words.pop();
            words.push('.');
        }
        words
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use crate::spread::Spread;

    const TOKENS_PER_EVENT: NonZeroU32 = NonZeroU32::MIN.saturating_add(2);

    fn answer(output_tokens: u32, max_tokens: Option<u32>) -> Answer {
        let behaviour = Behaviour {
            ttft: Spread::constant(Duration::from_millis(400)),
            per_token: Spread::constant(Duration::from_millis(10)),
            output_tokens: Spread::constant(output_tokens),
            tokens_per_event: TOKENS_PER_EVENT,
        };
        let prompt = Prompt { tokens: 5, max_tokens: max_tokens.and_then(NonZeroU32::new) };
        Answer::to(prompt, &behaviour, Chance::new(7, 0))
    }

    #[test]
    fn pieces_come_when_their_first_token_does() {
        let times: Vec<u128> = answer(8, None).pieces().map(|piece| piece.at.as_millis()).collect();
        assert_eq!(times, [400, 430, 460]);
        assert_eq!(answer(8, None).latency_ms(), 470);
    }

    #[test]
    fn pieces_make_the_whole() {
        for tokens in 1..20 {
            let answer = answer(tokens, None);
            let pieces: String = answer.pieces().map(|piece| piece.text).collect();
            assert_eq!(pieces, answer.text());
            assert!(pieces.ends_with('.'));
        }
    }

    #[test]
    fn a_limit_cuts_only_what_is_longer() {
        let cases = [
            (8, None, 8, StopReason::EndTurn),
            (8, Some(8), 8, StopReason::EndTurn),
            (8, Some(7), 7, StopReason::MaxTokens),
            (0, Some(7), 1, StopReason::EndTurn),
            (u32::MAX, None, MOST_TOKENS, StopReason::EndTurn),
        ];
        for (would_say, may_say, tokens, stop) in cases {
            let answer = answer(would_say, may_say);
            assert_eq!(
                (answer.usage().output_tokens, answer.stop()),
                (tokens, stop),
                "{would_say} {may_say:?}"
            );
        }
    }
}
