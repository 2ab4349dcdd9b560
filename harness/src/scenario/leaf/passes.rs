//! How often something is played: `false`, `true`, `3`.

use super::{Whole, leaf_schema};
use crate::pace;
use crate::scenario::decode::{Leaf, Slip, Word};

/// The most times; more of them are `true`.
const MOST: u64 = 1_000_000;

/// Once, so many times, or until the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Passes(pace::Passes);

impl Passes {
    /// How often.
    pub(crate) fn get(self) -> pace::Passes {
        self.0
    }

    /// As a scenario writes it.
    pub(crate) fn written(passes: pace::Passes) -> String {
        match passes {
            pace::Passes::Endless => "true".to_owned(),
            pace::Passes::Times(1) => "false".to_owned(),
            pace::Passes::Times(times) => times.to_string(),
        }
    }
}

impl Leaf for Passes {
    fn shape() -> String {
        "`true`, `false` or a number of times".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        match word {
            Word::Bool(true) => Ok(Passes(pace::Passes::Endless)),
            Word::Bool(false) => Ok(Passes(pace::Passes::Times(1))),
            _ => Whole::<1, MOST>::read(word).map(|times| Passes(pace::Passes::Times(times.get_u32()))),
        }
    }
}

leaf_schema!(Passes, "Passes", {
    "anyOf": [
        { "type": "boolean" },
        { "type": "integer", "minimum": 1, "maximum": MOST },
        { "type": "string", "pattern": r"^\d+(\.\d+)?[kM]$" },
    ],
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn something_is_played_once_many_times_or_to_the_end() {
        let read = |word| Passes::read(word).map(Passes::get);
        assert_eq!(read(Word::Bool(false)), Ok(pace::Passes::Times(1)));
        assert_eq!(read(Word::Whole(3)), Ok(pace::Passes::Times(3)));
        assert_eq!(read(Word::Bool(true)), Ok(pace::Passes::Endless));
        assert!(matches!(read(Word::Whole(0)), Err(Slip::Range(_))));
        assert_eq!(read(Word::Text("twice")), Err(Slip::Form));
        for (passes, written) in [
            (pace::Passes::Times(1), "false"),
            (pace::Passes::Times(2), "2"),
            (pace::Passes::Endless, "true"),
        ] {
            assert_eq!(Passes::written(passes), written);
        }
    }
}
