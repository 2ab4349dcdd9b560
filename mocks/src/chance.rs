//! Random numbers: one named stream for every purpose of every exchange.
//!
//! A stream is fixed by the seed, the exchange's number and the purpose's label, and by nothing else.
//! So a new fault does not shift the length of an answer, and an exchange that draws more than before
//! does not disturb the next one. ChaCha8 gives the same numbers on every platform and in every version.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What a stream is for. Labels are told apart by the 64-bit FNV-1a hash of their text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label(u64);

impl Label {
    /// The label with this text.
    pub(crate) const fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut at = 0;
        while at < bytes.len() {
            hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
            at += 1;
        }
        Label(hash)
    }
}

/// All the chance of one exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chance {
    seed: u64,
    exchange: u64,
}

impl Chance {
    /// The chance of the exchange with this number.
    pub(crate) fn new(seed: u64, exchange: u64) -> Self {
        Chance { seed, exchange }
    }

    /// The stream for one purpose, from its beginning.
    pub(crate) fn stream(self, label: Label) -> ChaCha8Rng {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        key[8..16].copy_from_slice(&self.exchange.to_le_bytes());
        key[16..24].copy_from_slice(&label.0.to_le_bytes());
        ChaCha8Rng::from_seed(key)
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;

    fn first(seed: u64, exchange: u64, label: &str) -> u64 {
        Chance::new(seed, exchange).stream(Label::new(label)).next_u64()
    }

    #[test]
    fn the_published_vectors_of_fnv_1a_hold() {
        assert_eq!(Label::new(""), Label(0xcbf2_9ce4_8422_2325));
        assert_eq!(Label::new("foobar"), Label(0x8594_4171_f739_67e8));
    }

    #[test]
    fn seed_exchange_and_label_each_make_another_stream() {
        let stream = first(7, 1, "ttft");
        assert_eq!(stream, first(7, 1, "ttft"));
        for other in [first(8, 1, "ttft"), first(7, 2, "ttft"), first(7, 1, "text")] {
            assert_ne!(stream, other);
        }
    }
}
