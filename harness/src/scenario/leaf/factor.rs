//! How many times as much: `3`, `1.5`.

use super::leaf_schema;
use super::number::Number;
use crate::scenario::decode::{Leaf, Slip, Word};

/// The largest factor. A token in ten milliseconds becomes one in ten seconds; slower is a stall.
const LARGEST: f64 = 1000.0;

/// A factor over 1, up to 1000.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Factor(f64);

impl Factor {
    /// The factor itself.
    pub(crate) fn get(self) -> f64 {
        self.0
    }
}

impl Leaf for Factor {
    fn shape() -> String {
        "a factor over 1, as in `3` or `1.5`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        let factor = Number::read(word)?.get();
        if factor <= 1.0 || factor > LARGEST {
            return Err(Slip::Range(format!("it must be more than 1 and at most {LARGEST}")));
        }
        Ok(Factor(factor))
    }
}

leaf_schema!(Factor, "Factor", { "type": "number", "exclusiveMinimum": 1, "maximum": LARGEST });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_makes_more_of_something() {
        let read = |word| Factor::read(word).map(Factor::get);
        assert_eq!(read(Word::Decimal(1.5)), Ok(1.5));
        assert_eq!(read(Word::Whole(1000)), Ok(1000.0));
        for word in [Word::Whole(0), Word::Whole(1), Word::Decimal(0.5), Word::Whole(1001)] {
            assert!(matches!(read(word), Err(Slip::Range(_))), "{word:?}");
        }
        assert_eq!(read(Word::Text("3x")), Err(Slip::Form));
    }
}
