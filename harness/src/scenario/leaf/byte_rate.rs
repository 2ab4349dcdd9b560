//! How fast bytes arrive: `512B/s`, `2kB/s`.

use super::leaf_schema;
use super::number::magnitude;
use super::positive::MaybeZero;
use crate::scenario::decode::{Leaf, Slip, Word};

/// The fastest drip; what is faster is no fault.
const FASTEST_PER_S: f64 = 1e9;

/// So many bytes each second, in whole bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByteRate(u64);

impl ByteRate {
    /// Bytes each second.
    pub(crate) fn per_second(self) -> u64 {
        self.0
    }

    /// As a scenario writes it.
    pub(crate) fn written(bytes_per_s: u64) -> String {
        match bytes_per_s {
            0 => "0B/s".to_owned(),
            rate if rate.is_multiple_of(1_000_000) => format!("{}MB/s", rate / 1_000_000),
            rate if rate.is_multiple_of(1_000) => format!("{}kB/s", rate / 1_000),
            rate => format!("{rate}B/s"),
        }
    }
}

impl Leaf for ByteRate {
    fn shape() -> String {
        "bytes each second, as in `512B/s` or `2kB/s`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        match word {
            Word::Whole(number) => Err(unit_missing(number)),
            Word::Decimal(number) => Err(unit_missing(number)),
            Word::Bool(_) => Err(Slip::Kind),
            Word::Text(text) => match text.split_once('/') {
                None if magnitude(text).is_some() => Err(unit_missing(text)),
                Some((count, "s")) if magnitude(count).is_some() => Err(unit_missing(count)),
                _ => bounded(parse(text).ok_or(Slip::Form)?),
            },
        }
    }
}

fn unit_missing(number: impl std::fmt::Display) -> Slip {
    Slip::Unit(format!("a flow of bytes needs its unit: `{number}B/s`, or `kB/s`, `MB/s`"))
}

fn parse(text: &str) -> Option<f64> {
    let (count, unit) = text.split_once('/')?;
    // `2 kB`: the scale belongs to the unit, and may stand apart from the number.
    let (number, scale) = split(count.trim_end().strip_suffix('B')?);
    let bytes = magnitude(&format!("{}{scale}", number.trim_end()))?;
    (unit.trim_start() == "s" && bytes.fract() == 0.0).then_some(bytes)
}

fn split(count: &str) -> (&str, &str) {
    count.split_at(count.trim_end_matches(['k', 'M']).len())
}

fn bounded(bytes_per_s: f64) -> Result<ByteRate, Slip> {
    if bytes_per_s > FASTEST_PER_S {
        return Err(Slip::Range("the fastest drip is `1000MB/s`".to_owned()));
    }
    Ok(ByteRate(bytes_per_s as u64))
}

impl MaybeZero for ByteRate {
    fn is_zero(&self) -> bool {
        self.0 == 0
    }
}

leaf_schema!(ByteRate, "ByteRate", {
    "type": "string",
    "pattern": r"^\d+(\.\d+)? *[kM]?B */ *s$",
    "examples": ["512B/s", "2kB/s"],
});

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<u64, Slip> {
        ByteRate::read(Word::Text(text)).map(ByteRate::per_second)
    }

    #[test]
    fn flows_of_bytes_are_read_with_their_unit() {
        for (text, bytes) in [("512B/s", 512), ("1.5kB/s", 1_500), ("2 kB / s", 2_000), ("3MB/s", 3_000_000)]
        {
            assert_eq!(read(text), Ok(bytes), "{text}");
        }
        for text in ["", "B/s", "2KB/s", "0.5B/s", "2kB", "2kB/min", "2 0 kB/s", "-1B/s", "2kbit/s"] {
            assert_eq!(read(text), Err(Slip::Form), "{text}");
        }
        assert!(matches!(read("512"), Err(Slip::Unit(_))));
        assert!(matches!(read("512/s"), Err(Slip::Unit(_))));
        assert!(matches!(read("2000MB/s"), Err(Slip::Range(_))));
    }

    #[test]
    fn what_is_written_is_read_back() {
        for bytes in [0, 1, 512, 2_000, 1_234_567, 1_000_000_000] {
            assert_eq!(read(&ByteRate::written(bytes)), Ok(bytes));
        }
    }
}
