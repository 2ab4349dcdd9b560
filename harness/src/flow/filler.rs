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

/// Each word behind a space, in room for the longest, and its length there. A prompt is some thousand words, and to copy the
/// same few bytes for each is a fraction of what a copy of any length costs.
const SPACED: [([u8; LONGEST], usize); WORDS.len()] = spaced();

const fn spaced() -> [([u8; LONGEST], usize); WORDS.len()] {
    let mut spaced = [([b' '; LONGEST], 0); WORDS.len()];
    let mut at = 0;
    while at < WORDS.len() {
        let word = WORDS[at].as_bytes();
        let mut letter = 0;
        while letter < word.len() {
            spaced[at].0[letter + 1] = word[letter];
            letter += 1;
        }
        spaced[at].1 = word.len() + 1;
        at += 1;
    }
    spaced
}

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
    if text.is_empty() && length > 0 {
        text.push_str(word(rng));
    }
    let missing = length.saturating_sub(text.len());
    let mut more = Vec::with_capacity(missing + LONGEST);
    while more.len() < missing {
        let (spaced, bytes) = SPACED[rng.random_range(0..SPACED.len())];
        let end = more.len() + bytes;
        more.extend_from_slice(&spaced);
        more.truncate(end);
    }
    // Words and spaces are ASCII, so that this is always there.
    text.extend(str::from_utf8(&more));
    text.truncate(text.floor_char_boundary(length));
    text
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn a_text_is_words_with_a_space_between_any_two_and_as_long_as_asked() {
        let rng = || ChaCha8Rng::seed_from_u64(7);
        let drawn = words(60, &mut rng());
        for (beginning, tokens) in [("", 0), ("", 1), ("", 64), ("n° 4:", 1), ("n° 4:", 64)] {
            let text = text(beginning, tokens, &mut rng());
            assert_eq!(text.len(), tokens as usize * CHARS_PER_TOKEN, "{text}");
            let behind = text.strip_prefix(beginning).map(str::trim_start);
            assert!(behind.is_none_or(|words| drawn.starts_with(words)), "{text}");
        }
    }

    #[test]
    fn no_word_is_longer_than_the_longest() {
        assert_eq!(WORDS.iter().map(|word| word.len() + 1).max(), Some(LONGEST));
    }
}
