//! Coefficients of variation: `0.5`, `2`.

use super::leaf_schema;
use super::number::Number;
use crate::scenario::decode::{Leaf, Slip, Word};

/// The least: arrivals that are even but for one part in a hundred. `constant` is for those that are even.
const LEAST: f64 = 0.01;

/// The most. Then all but one in a hundred arrivals come at once with the one before.
const MOST: f64 = 10.0;

/// How much something varies: its deviation over its mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Variation(f64);

impl Variation {
    /// The coefficient itself.
    pub(crate) fn get(self) -> f64 {
        self.0
    }
}

impl Leaf for Variation {
    fn shape() -> String {
        "a coefficient of variation, as in `2` or `0.5`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        let coefficient = Number::read(word)?.get();
        if !(LEAST..=MOST).contains(&coefficient) {
            return Err(Slip::Range(format!("it must lie between {LEAST} and {MOST}")));
        }
        Ok(Variation(coefficient))
    }
}

leaf_schema!(Variation, "Variation", { "type": "number", "minimum": LEAST, "maximum": MOST });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coefficient_has_bounds() {
        let read = |word| Variation::read(word).map(Variation::get);
        assert_eq!(read(Word::Decimal(0.5)), Ok(0.5));
        assert_eq!(read(Word::Whole(10)), Ok(10.0));
        for word in [Word::Whole(0), Word::Decimal(0.009), Word::Whole(11)] {
            assert!(matches!(read(word), Err(Slip::Range(_))), "{word:?}");
        }
    }
}
