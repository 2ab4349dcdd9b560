//! How large: `512B`, `64kB`, `10MB`.

use super::leaf_schema;
use super::number::magnitude;
use super::positive::MaybeZero;
use crate::scenario::decode::{Leaf, Slip, Word};

/// The largest size that a scenario may name.
const LARGEST: f64 = 1e9;

/// So many whole bytes; a kilobyte is a thousand of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(u64);

impl Size {
    /// Bytes.
    pub(crate) fn bytes(self) -> u64 {
        self.0
    }

    /// As a scenario writes it.
    pub(crate) fn written(bytes: u64) -> String {
        match bytes {
            0 => "0B".to_owned(),
            bytes if bytes.is_multiple_of(1_000_000) => format!("{}MB", bytes / 1_000_000),
            bytes if bytes.is_multiple_of(1_000) => format!("{}kB", bytes / 1_000),
            bytes => format!("{bytes}B"),
        }
    }
}

impl Leaf for Size {
    fn shape() -> String {
        "a number of bytes, as in `512B`, `64kB` or `10MB`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        match word {
            Word::Whole(number) => Err(unit_missing(number)),
            Word::Decimal(number) => Err(unit_missing(number)),
            Word::Bool(_) => Err(Slip::Kind),
            Word::Text(text) if magnitude(text).is_some() => Err(unit_missing(text)),
            Word::Text(text) => bounded(parse(text).ok_or(Slip::Form)?),
        }
    }
}

fn unit_missing(number: impl std::fmt::Display) -> Slip {
    Slip::Unit(format!("a size needs its unit: `{number}B`, or `kB`, `MB`"))
}

fn parse(text: &str) -> Option<f64> {
    let count = text.strip_suffix('B')?;
    let (number, scale) = count.split_at(count.trim_end_matches(['k', 'M']).len());
    let bytes = magnitude(&format!("{}{scale}", number.trim_end()))?;
    (bytes.fract() == 0.0).then_some(bytes)
}

fn bounded(bytes: f64) -> Result<Size, Slip> {
    if bytes > LARGEST {
        return Err(Slip::Range("the largest size is `1000MB`".to_owned()));
    }
    Ok(Size(bytes as u64))
}

impl MaybeZero for Size {
    fn is_zero(&self) -> bool {
        self.0 == 0
    }
}

leaf_schema!(Size, "Size", {
    "type": "string",
    "pattern": r"^\d+(\.\d+)? *[kM]?B$",
    "examples": ["512B", "10MB"],
});

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<u64, Slip> {
        Size::read(Word::Text(text)).map(Size::bytes)
    }

    #[test]
    fn sizes_are_read_with_their_unit() {
        for (text, bytes) in [("512B", 512), ("1.5kB", 1_500), ("10 MB", 10_000_000), ("0B", 0)] {
            assert_eq!(read(text), Ok(bytes), "{text}");
        }
        for text in ["", "B", "2KB", "0.5B", "2kB/s", "10MiB", "-1B", "1kkB"] {
            assert_eq!(read(text), Err(Slip::Form), "{text}");
        }
        assert!(matches!(read("512"), Err(Slip::Unit(_))));
        assert!(matches!(read("1001MB"), Err(Slip::Range(_))));
    }

    #[test]
    fn what_is_written_is_read_back() {
        for bytes in [0, 1, 512, 2_000, 1_234_567, 10_000_000] {
            assert_eq!(read(&Size::written(bytes)), Ok(bytes));
        }
    }
}
