//! Whole seconds: `1s`, `2m`.

use std::time::Duration;

use super::{Positive, Time, leaf_schema};
use crate::scenario::decode::{Leaf, Slip, Word};

/// A length of time in whole seconds, at least one, for settings that others count so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seconds(Duration);

impl Seconds {
    /// The time itself.
    pub(crate) fn get(self) -> Duration {
        self.0
    }

    /// How many; the longest time is a week.
    pub(crate) fn count(self) -> u32 {
        u32::try_from(self.0.as_secs()).unwrap_or(u32::MAX)
    }
}

impl Leaf for Seconds {
    fn shape() -> String {
        "a duration in whole seconds, as in `1s` or `2m`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        let time = Positive::<Time>::read(word)?.get().get();
        if time.subsec_nanos() != 0 {
            return Err(Slip::Range("it is counted in whole seconds: `1s`, `2s`, …".to_owned()));
        }
        Ok(Seconds(time))
    }
}

leaf_schema!(Seconds, "Seconds", {
    "type": "string",
    "pattern": r"^\d+(\.\d+)? *[a-zµ]+( *\d+(\.\d+)? *[a-zµ]+)*$",
    "examples": ["1s", "2m"],
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_whole() {
        let read = |text| Seconds::read(Word::Text(text)).map(Seconds::count);
        for (text, seconds) in [("1s", 1), ("2m", 120), ("1000ms", 1), ("0.5m", 30)] {
            assert_eq!(read(text), Ok(seconds), "{text}");
        }
        for text in ["0s", "500ms", "1.5s"] {
            assert!(matches!(read(text), Err(Slip::Range(_))), "{text}");
        }
        assert!(matches!(Seconds::read(Word::Whole(1)), Err(Slip::Unit(_))));
    }
}
