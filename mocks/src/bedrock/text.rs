//! What the models say: prose of an exact length.
//!
//! A model's words do not matter to a load test, but their number does. An answer of `n` tokens is `4 n`
//! ASCII characters of a short essay that begins again when it ends, so that the estimate of the text is
//! `n`, however it is cut into events.

use std::ops::Range;

use rand::{Rng, RngExt};

const ESSAY: &str = "A river carries its load in three ways. Some of it is dissolved and travels unseen. \
    Fine grains hang in the water and cloud it. The rest, the bedload, rolls and slides and hops along \
    the floor of the channel, moving only when the flow is strong enough to lift it. Most of the time the \
    stones lie still. Then comes a storm, the stage rises, and within an hour the bed is on the move. What \
    was laid down over years of quiet water is sorted, broken and dropped again further down. A channel \
    that looked sound may turn out to have been held together by habit alone. So those who build beside a \
    river do not ask how it behaves on an ordinary day. They ask what it does in a flood, how long it takes \
    to settle, and what is left standing when the water goes down. ";

/// The characters after which the essay begins again.
pub(crate) const PERIOD: usize = ESSAY.len();

/// Where the sentences of the essay begin, but the first: it stands last, as the one after the last.
const OPENINGS: [usize; SENTENCES] = openings();
const SENTENCES: usize = ends_before(ESSAY.len());

/// How many sentences have ended, with their space, in so many characters.
const fn ends_before(chars: usize) -> usize {
    let (mut at, mut ends) = (2, 0);
    while at <= chars {
        ends += is_opening(at) as usize;
        at += 1;
    }
    ends
}

/// Whether a sentence ends, with its space, before this character.
const fn is_opening(at: usize) -> bool {
    let essay = ESSAY.as_bytes();
    essay[at - 2] == b'.' && essay[at - 1] == b' '
}

const fn openings() -> [usize; SENTENCES] {
    let mut openings = [0; SENTENCES];
    let mut at = 2;
    while at < ESSAY.len() {
        if is_opening(at) {
            openings[ends_before(at) - 1] = at;
        }
        at += 1;
    }
    openings
}

/// Where a text begins in the essay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opening(usize);

impl Opening {
    /// The beginning of one of the essay's sentences.
    pub(crate) fn draw(rng: &mut impl Rng) -> Self {
        Opening(OPENINGS[rng.random_range(0..SENTENCES)])
    }

    /// The text of these characters, counted from the opening on.
    pub(crate) fn text(self, chars: Range<usize>) -> String {
        let length = chars.len();
        let mut at = (self.0 + chars.start) % ESSAY.len();
        let mut text = String::with_capacity(length);
        while text.len() < length {
            let end = ESSAY.len().min(at + length - text.len());
            text.push_str(&ESSAY[at..end]);
            at = 0;
        }
        text
    }

    /// The characters of its first sentence, with the full stop.
    pub(crate) fn sentence_chars(self) -> usize {
        ESSAY[self.0..].find(". ").map_or(ESSAY.len() - self.0, |at| at + 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn every_sentence_is_an_opening() {
        let ends = ESSAY.match_indices(". ").map(|(at, end)| (at + end.len()) % ESSAY.len());
        assert!(ends.eq(OPENINGS));
    }

    #[test]
    fn an_opening_is_the_start_of_a_sentence_that_has_an_end() {
        assert!(ESSAY.is_ascii());
        for seed in 0..50 {
            let opening = Opening::draw(&mut ChaCha8Rng::seed_from_u64(seed));
            let sentence = opening.text(0..opening.sentence_chars());
            assert!(sentence.starts_with(char::is_uppercase) && sentence.ends_with('.'), "{sentence}");
            assert_eq!(sentence.matches(". ").count(), 0, "{sentence}");
        }
    }

    proptest! {
        #[test]
        fn pieces_make_the_whole(seed: u64, chars in 1_usize..8000, cut in 0_usize..8000) {
            let opening = Opening::draw(&mut ChaCha8Rng::seed_from_u64(seed));
            let whole = opening.text(0..chars);
            let cut = cut.min(chars);
            prop_assert_eq!(opening.text(0..cut) + &opening.text(cut..chars), whole.clone());
            prop_assert_eq!(whole.len(), chars);
        }
    }
}
