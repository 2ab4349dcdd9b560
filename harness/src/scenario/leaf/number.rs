//! Plain numbers: prices, ratios, probabilities.

use super::leaf_schema;
use super::positive::MaybeZero;
use crate::scenario::decode::{Leaf, Slip, Word};

/// A plain number, zero or more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number(f64);

/// A plain number from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct UpToOne(f64);

/// A plain number from 1 up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct AtLeastOne(f64);

/// The largest of them; whatever grows by more, or is so many times as much, was no figure to try.
const LARGEST: f64 = 1e6;

impl Number {
    /// The number itself.
    pub(crate) fn get(self) -> f64 {
        self.0
    }
}

impl UpToOne {
    /// The number itself.
    pub(crate) fn get(self) -> f64 {
        self.0
    }
}

impl AtLeastOne {
    /// The number itself.
    pub(crate) fn get(self) -> f64 {
        self.0
    }
}

impl Leaf for Number {
    fn shape() -> String {
        "a plain number, as in `5` or `0.003`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        let number = match word {
            Word::Whole(number) => number as f64,
            Word::Decimal(number) => number,
            Word::Text(text) => magnitude(text).ok_or(Slip::Form)?,
            Word::Bool(_) => return Err(Slip::Kind),
        };
        if number < 0.0 {
            return Err(Slip::Range("it must not be negative".to_owned()));
        }
        Ok(Number(number))
    }
}

impl Leaf for UpToOne {
    fn shape() -> String {
        "a number from 0 to 1, as in `0.2`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        let Number(number) = Number::read(word)?;
        if number > 1.0 {
            return Err(Slip::Range("it must lie between 0 and 1".to_owned()));
        }
        Ok(UpToOne(number))
    }
}

impl Leaf for AtLeastOne {
    fn shape() -> String {
        "a number of 1 or more, as in `2` or `1.5`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        let Number(number) = Number::read(word)?;
        if !(1.0..=LARGEST).contains(&number) {
            return Err(Slip::Range(format!("it must lie between 1 and {LARGEST}")));
        }
        Ok(AtLeastOne(number))
    }
}

impl MaybeZero for Number {
    fn is_zero(&self) -> bool {
        self.0 == 0.0
    }
}

/// Digits, perhaps a fraction, perhaps `k`, `M` or `G`: never a sign, an exponent or a lower-case `m`, which is
/// a million to some and a minute to others.
pub(crate) fn magnitude(text: &str) -> Option<f64> {
    let (digits, scale) = match text.as_bytes().last()? {
        b'k' => (&text[..text.len() - 1], 1e3),
        b'M' => (&text[..text.len() - 1], 1e6),
        b'G' => (&text[..text.len() - 1], 1e9),
        _ => (text, 1.0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let number: f64 = (plain(whole) && plain(fraction)).then(|| digits.parse().ok())??;
    Some(number * scale).filter(|number| number.is_finite())
}

leaf_schema!(Number, "Number", { "type": "number", "minimum": 0 });

leaf_schema!(UpToOne, "UpToOne", { "type": "number", "minimum": 0, "maximum": 1 });

leaf_schema!(AtLeastOne, "AtLeastOne", { "type": "number", "minimum": 1, "maximum": LARGEST });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magnitudes_are_digits_and_a_scale() {
        let table = [
            ("0", Some(0.0)),
            ("20", Some(20.0)),
            ("0.5", Some(0.5)),
            ("10k", Some(10_000.0)),
            ("1.5M", Some(1_500_000.0)),
            ("2G", Some(2e9)),
        ];
        for (text, expected) in table {
            assert_eq!(magnitude(text), expected, "{text}");
        }
        for text in ["", "k", ".5", "5.", "-1", "+1", "1e3", "10m", "10K", "1_000", "é", "1 k"] {
            assert_eq!(magnitude(text), None, "{text}");
        }
    }
}
