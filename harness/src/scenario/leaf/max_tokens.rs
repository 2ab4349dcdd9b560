//! The most tokens of an answer, or the word `unset`.

use super::{Whole, leaf_schema};
use crate::scenario::decode::{Leaf, Slip, Word};

/// The most that a request may ask for.
const MOST: u64 = 200_000;

/// The most tokens that a request allows, or that it does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MaxTokens(Option<u32>);

impl MaxTokens {
    /// The limit, if the request gives one.
    pub(crate) fn get(self) -> Option<u32> {
        self.0
    }

    /// As a scenario writes it.
    pub(crate) fn written(limit: Option<u32>) -> String {
        limit.map_or_else(|| "unset".to_owned(), |tokens| tokens.to_string())
    }
}

impl Leaf for MaxTokens {
    fn shape() -> String {
        format!("{}, or `unset`", Whole::<1, MOST>::shape())
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        match word {
            Word::Text("unset") => Ok(MaxTokens(None)),
            _ => Whole::<1, MOST>::read(word).map(|count| MaxTokens(Some(count.get_u32()))),
        }
    }
}

leaf_schema!(MaxTokens, "MaxTokens", {
    "anyOf": [
        { "type": "integer", "minimum": 1, "maximum": MOST },
        { "type": "string", "pattern": r"^(unset|\d+(\.\d+)?[kMG])$" },
    ],
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_may_be_left_to_the_service() {
        let read = |word| MaxTokens::read(word).map(MaxTokens::get);
        assert_eq!(read(Word::Text("unset")), Ok(None));
        assert_eq!(read(Word::Text("1k")), Ok(Some(1000)));
        assert_eq!(read(Word::Text("off")), Err(Slip::Form));
        assert!(matches!(read(Word::Whole(200_001)), Err(Slip::Range(_))));
        for limit in [None, Some(512)] {
            assert_eq!(
                MaxTokens::read(Word::Text(&MaxTokens::written(limit))).map(MaxTokens::get),
                Ok(limit)
            );
        }
    }
}
