//! Which of the requests that a fault might strike it does strike.

use std::num::NonZeroU64;

use rand::Rng;

use super::share::Share;

/// A choice among matching requests, which count from 1 in order of arrival.
///
/// With several conditions a request must meet all: `first: 10, every: 2, share: 50 %` strikes each of
/// the 2nd, 4th, 6th, 8th and 10th with a chance of one half.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Trigger {
    /// Only those up to this number.
    pub first: Option<NonZeroU64>,
    /// Only those whose number is a multiple of this.
    pub every: Option<NonZeroU64>,
    /// Only this share, by chance.
    pub share: Share,
}

impl Trigger {
    /// Every matching request.
    pub(super) const ALWAYS: Trigger = Trigger { first: None, every: None, share: Share::ALL };

    /// Whether it strikes all of them.
    pub(super) fn is_always(&self) -> bool {
        *self == Trigger::ALWAYS
    }

    /// Whether the matching request with this number is struck.
    pub(super) fn strikes(&self, number: u64, rng: &mut impl Rng) -> bool {
        self.first.is_none_or(|first| number <= first.get())
            && self.every.is_none_or(|every| number.is_multiple_of(every.get()))
            && self.share.draw(rng)
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn first_and_every_choose_by_number() {
        let cases: [(Option<u64>, Option<u64>, &[u64]); 4] = [
            (None, None, &[1, 2, 3, 4, 5, 6, 7, 8]),
            (Some(3), None, &[1, 2, 3]),
            (None, Some(3), &[3, 6]),
            (Some(6), Some(2), &[2, 4, 6]),
        ];
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for (first, every, expected) in cases {
            let trigger = Trigger {
                first: first.and_then(NonZeroU64::new),
                every: every.and_then(NonZeroU64::new),
                share: Share::ALL,
            };
            let struck: Vec<u64> = (1..=8).filter(|number| trigger.strikes(*number, &mut rng)).collect();
            assert_eq!(struck, expected, "{trigger:?}");
        }
    }
}
