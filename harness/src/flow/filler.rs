//! Text without a meaning, of any length.

use bedload_mocks::CHARS_PER_TOKEN;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Words of the generated text. Nothing is meant by them.
const WORDS: [&str; 32] = [
    "river", "gravel", "bank", "flood", "stone", "sand", "bend", "delta", "spring", "ford", "rapid", "pool",
    "silt", "current", "basin", "ridge", "carries", "moves", "settles", "rolls", "turns", "rises", "falls",
    "slows", "deep", "clear", "narrow", "steady", "along", "under", "over", "between",
];

/// The most that a word adds, with the space before it: a text is made in one piece of memory.
const LONGEST: usize = 8;

/// A word.
pub(super) fn word(rng: &mut ChaCha8Rng) -> &'static str {
    WORDS[rng.random_range(0..WORDS.len())]
}

/// So many words.
pub(super) fn words(count: u32, rng: &mut ChaCha8Rng) -> String {
    (0..count).map(|_| word(rng)).collect::<Vec<_>>().join(" ")
}

/// A text of `tokens` tokens by the house's estimate, with this at its beginning.
pub(super) fn text(beginning: impl Into<String>, tokens: u32, rng: &mut ChaCha8Rng) -> String {
    let length = (tokens as usize).saturating_mul(CHARS_PER_TOKEN);
    let mut text = beginning.into();
    text.reserve((length + LONGEST).saturating_sub(text.len()));
    while text.len() < length {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word(rng));
    }
    text.truncate(text.floor_char_boundary(length));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_longer_than_the_longest() {
        assert_eq!(WORDS.iter().map(|word| word.len() + 1).max(), Some(LONGEST));
    }
}
