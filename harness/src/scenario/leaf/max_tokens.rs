//! The most tokens of an answer, or the words `unset` and `trace`.

use super::{Whole, leaf_schema};
use crate::scenario::decode::{Leaf, Slip, Word};
use crate::scenario::plan::AnswerLimit;

/// The most that a request may ask for.
const MOST: u64 = 200_000;

/// The most tokens that a request allows, or that it does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MaxTokens(AnswerLimit);

impl MaxTokens {
    /// The limit.
    pub(crate) fn get(self) -> AnswerLimit {
        self.0
    }

    /// As a scenario writes it.
    pub(crate) fn written(limit: AnswerLimit) -> String {
        match limit {
            AnswerLimit::Tokens(tokens) => tokens.to_string(),
            AnswerLimit::Unset => "unset".to_owned(),
            AnswerLimit::Traced => "trace".to_owned(),
        }
    }
}

impl Leaf for MaxTokens {
    fn shape() -> String {
        format!("{}, or `unset`", Whole::<1, MOST>::shape())
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        match word {
            Word::Text("unset") => Ok(MaxTokens(AnswerLimit::Unset)),
            Word::Text("trace") => Ok(MaxTokens(AnswerLimit::Traced)),
            _ => Whole::<1, MOST>::read(word).map(|count| MaxTokens(AnswerLimit::Tokens(count.get_u32()))),
        }
    }
}

leaf_schema!(MaxTokens, "MaxTokens", {
    "anyOf": [
        { "type": "integer", "minimum": 1, "maximum": MOST },
        { "type": "string", "pattern": r"^(unset|trace|\d+(\.\d+)?[kMG])$" },
    ],
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_may_be_left_to_the_service() {
        let read = |word| MaxTokens::read(word).map(MaxTokens::get);
        assert_eq!(read(Word::Text("unset")), Ok(AnswerLimit::Unset));
        assert_eq!(read(Word::Text("1k")), Ok(AnswerLimit::Tokens(1000)));
        assert_eq!(read(Word::Text("off")), Err(Slip::Form));
        assert!(matches!(read(Word::Whole(200_001)), Err(Slip::Range(_))));
        for limit in [AnswerLimit::Unset, AnswerLimit::Traced, AnswerLimit::Tokens(512)] {
            assert_eq!(
                MaxTokens::read(Word::Text(&MaxTokens::written(limit))).map(MaxTokens::get),
                Ok(limit)
            );
        }
    }
}
