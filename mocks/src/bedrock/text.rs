//! What the models say: prose of an exact length.
//!
//! A model's words do not matter to a load test, but their number does. An answer of `n` tokens is `4 n`
//! ASCII characters of a short essay that begins again when it ends, so that the estimate of the text is
//! `n`, however it is cut into events.

use std::ops::Range;

use rand::{Rng, RngExt};

use super::tokens::CHARS_PER_TOKEN;

const ESSAY: &str = "A river carries its load in three ways. Some of it is dissolved and travels unseen. \
    Fine grains hang in the water and cloud it. The rest, the bedload, rolls and slides and hops along \
    the floor of the channel, moving only when the flow is strong enough to lift it. Most of the time the \
    stones lie still. Then comes a storm, the stage rises, and within an hour the bed is on the move. What \
    was laid down over years of quiet water is sorted, broken and dropped again further down. A channel \
    that looked sound may turn out to have been held together by habit alone. So those who build beside a \
    river do not ask how it behaves on an ordinary day. They ask what it does in a flood, how long it takes \
    to settle, and what is left standing when the water goes down. ";

/// Where a text begins in the essay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opening(usize);

impl Opening {
    /// The beginning of one of the essay's sentences.
    pub(crate) fn draw(rng: &mut impl Rng) -> Self {
        let ends: Vec<usize> = ESSAY.match_indices(". ").map(|(at, end)| at + end.len()).collect();
        Opening(ends.get(rng.random_range(0..ends.len())).map_or(0, |at| at % ESSAY.len()))
    }

    /// The text of these tokens, counted from the opening on.
    pub(crate) fn text(self, tokens: Range<usize>) -> String {
        let length = tokens.len() * CHARS_PER_TOKEN;
        let mut at = (self.0 + tokens.start * CHARS_PER_TOKEN) % ESSAY.len();
        let mut text = String::with_capacity(length);
        while text.len() < length {
            let end = ESSAY.len().min(at + length - text.len());
            text.push_str(&ESSAY[at..end]);
            at = 0;
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::bedrock::tokens::estimate;

    #[test]
    fn an_opening_is_the_start_of_a_sentence() {
        assert!(ESSAY.is_ascii());
        for seed in 0..50 {
            let text = Opening::draw(&mut ChaCha8Rng::seed_from_u64(seed)).text(0..1);
            assert!(text.starts_with(char::is_uppercase), "{text}");
        }
    }

    proptest! {
        #[test]
        fn pieces_make_the_whole_and_the_estimate_agrees(seed: u64, tokens in 1_usize..2000, cut in 0_usize..2000) {
            let opening = Opening::draw(&mut ChaCha8Rng::seed_from_u64(seed));
            let whole = opening.text(0..tokens);
            let cut = cut.min(tokens);
            prop_assert_eq!(opening.text(0..cut) + &opening.text(cut..tokens), whole.clone());
            prop_assert_eq!(estimate(whole.len()) as usize, tokens);
        }
    }
}
