//! Words counted in tokens: the essay, made as it is read, or a given text.

use std::ops::Range;
use std::sync::Arc;

use crate::bedrock::text::{Opening, PERIOD};
use crate::bedrock::tokens::CHARS_PER_TOKEN;

/// A text of a known number of tokens that can be handed out piece by piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Words {
    /// So many characters of the essay, none of which exist until they are asked for: an answer of
    /// 128,000 tokens waits in a few bytes.
    Essay {
        /// Where it begins.
        opening: Opening,
        /// How long it is.
        chars: usize,
        /// Whether its last character is a full stop, as that of one who has come to an end.
        closes: bool,
    },
    /// A text as it stands.
    Said {
        /// The text.
        text: Arc<str>,
        /// The bytes at which its tokens begin, and at the last place its length.
        bounds: Arc<[usize]>,
    },
}

impl Words {
    /// This many tokens of the essay, as a closed sentence.
    pub(crate) fn essay(opening: Opening, tokens: u32) -> Self {
        Words::Essay { opening, chars: tokens as usize * CHARS_PER_TOKEN, closes: true }
    }

    /// The first sentence of the essay from this opening.
    pub(crate) fn sentence(opening: Opening) -> Self {
        Words::Essay { opening, chars: opening.sentence_chars(), closes: true }
    }

    /// A given text, of which no more is kept than `most` tokens and one; the one tells that there was more.
    pub(crate) fn said(text: &str, most: u32) -> Self {
        let mut bounds: Vec<usize> = text
            .char_indices()
            .step_by(CHARS_PER_TOKEN)
            .map(|(at, _)| at)
            .take((most as usize).saturating_add(2))
            .collect();
        if bounds.len() <= (most as usize).saturating_add(1) {
            bounds.push(text.len());
        }
        let end = bounds.last().copied().unwrap_or(0);
        Words::Said { text: text[..end].into(), bounds: bounds.into() }
    }

    /// Its tokens; none for an empty text.
    pub(crate) fn tokens(&self) -> u32 {
        let tokens = match self {
            Words::Essay { chars, .. } => chars.div_ceil(CHARS_PER_TOKEN),
            Words::Said { bounds, .. } => bounds.len().saturating_sub(1),
        };
        u32::try_from(tokens).unwrap_or(u32::MAX)
    }

    /// The text of these tokens.
    pub(crate) fn text(&self, tokens: Range<u32>) -> String {
        let (from, to) = (tokens.start as usize, tokens.end as usize);
        match self {
            Words::Essay { opening, chars, closes } => {
                let to = (to * CHARS_PER_TOKEN).min(*chars);
                let mut text = opening.text((from * CHARS_PER_TOKEN).min(to)..to);
                if *closes && to == *chars && text.pop().is_some() {
                    text.push('.');
                }
                text
            }
            Words::Said { text, bounds } => {
                let at = |token: usize| bounds.get(token).copied().unwrap_or(text.len());
                text[at(from)..at(to)].to_owned()
            }
        }
    }

    /// All of it.
    pub(crate) fn whole(&self) -> String {
        self.text(0..self.tokens())
    }

    /// The same words, broken off after so many tokens.
    pub(crate) fn truncated(&self, tokens: u32) -> Self {
        match self {
            Words::Essay { opening, .. } => {
                Words::Essay { opening: *opening, chars: tokens as usize * CHARS_PER_TOKEN, closes: false }
            }
            Words::Said { .. } => Words::said(&self.text(0..tokens), tokens),
        }
    }

    /// The words before the first of these sequences, and that sequence; none if none of them occurs.
    pub(crate) fn before_any(&self, sequences: &[String]) -> Option<(Self, String)> {
        let longest = sequences.iter().map(String::len).max()?;
        let text = match self {
            Words::Essay { .. } => self.text(0..self.tokens().min(tokens_over(PERIOD + longest))),
            Words::Said { text, .. } => text.to_string(),
        };
        let (at, sequence) = sequences
            .iter()
            .filter_map(|sequence| Some((text.find(sequence.as_str())?, sequence)))
            .min_by_key(|(at, _)| *at)?;
        let words = match self {
            Words::Essay { opening, .. } => Words::Essay { opening: *opening, chars: at, closes: false },
            Words::Said { .. } => Words::said(&text[..at], u32::MAX),
        };
        Some((words, sequence.clone()))
    }
}

/// Enough tokens for this many characters.
fn tokens_over(chars: usize) -> u32 {
    u32::try_from(chars.div_ceil(CHARS_PER_TOKEN)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::bedrock::tokens::estimate;

    fn opening(seed: u64) -> Opening {
        Opening::draw(&mut ChaCha8Rng::seed_from_u64(seed))
    }

    #[test]
    fn a_given_text_is_kept_to_one_token_over_the_most() {
        let cases = [("", 5, "", 0), ("12345678", 2, "12345678", 2), ("123456789abcd", 1, "12345678", 2)];
        for (text, most, kept, tokens) in cases {
            let words = Words::said(text, most);
            assert_eq!((words.whole().as_str(), words.tokens()), (kept, tokens), "{text}");
        }
    }

    #[test]
    fn the_first_stop_sequence_ends_the_words_and_is_not_said() {
        let stops = |stops: &[&str]| stops.iter().map(|stop| stop.to_string()).collect::<Vec<_>>();
        let words = Words::said("one, two; three", u32::MAX);
        let (before, stop) =
            words.before_any(&stops(&["; ", ", "])).unwrap_or((words.clone(), String::new()));
        assert_eq!((before.whole().as_str(), stop.as_str()), ("one", ", "));
        assert_eq!(words.before_any(&stops(&["four"])), None);
        assert_eq!(words.before_any(&[]), None);
        let essay = Words::essay(opening(1), 100_000);
        let found = essay.before_any(&stops(&["bedload"])).map(|(before, _)| before.whole() + "bedload");
        assert!(found.is_some_and(|found| essay.whole().starts_with(&found)));
    }

    proptest! {
        #[test]
        fn pieces_make_the_whole_and_the_estimate_agrees(text in "\\PC{0,60}", seed: u64, tokens in 1_u32..40, cut in 0_u32..40) {
            for words in [Words::said(&text, u32::MAX), Words::essay(opening(seed), tokens)] {
                let cut = cut.min(words.tokens());
                prop_assert_eq!(words.text(0..cut) + &words.text(cut..words.tokens()), words.whole());
                prop_assert_eq!(words.truncated(cut).tokens(), cut);
                prop_assert!(words.truncated(cut).whole().chars().count() <= cut as usize * 4);
                if words.tokens() > 0 {
                    prop_assert_eq!(estimate(words.whole().chars().count()), words.tokens());
                }
            }
        }
    }
}
