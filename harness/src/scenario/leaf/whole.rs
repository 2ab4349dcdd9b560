//! Whole numbers within bounds: `512`, `10k`, `2M`, `1G`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::positive::MaybeZero;
use super::spread::Quantity;
use crate::scenario::decode::{Leaf, Slip, Word};

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whole<const MIN: u64, const MAX: u64>(u64);

impl<const MIN: u64, const MAX: u64> Whole<MIN, MAX> {
    /// The number itself.
    pub(crate) fn get(self) -> u64 {
        self.0
    }

    /// The number in fewer bits, where the bounds allow it; else the most that fits.
    pub(crate) fn get_u32(self) -> u32 {
        u32::try_from(self.0).unwrap_or(u32::MAX)
    }
}

impl<const MIN: u64, const MAX: u64> Leaf for Whole<MIN, MAX> {
    fn shape() -> String {
        "a whole number, as in `512`, `10k` or `2M`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        let number = match word {
            Word::Whole(number) => number,
            Word::Text(text) => parse(text).ok_or(Slip::Form)?,
            Word::Decimal(_) => return Err(Slip::Form),
            Word::Bool(_) => return Err(Slip::Kind),
        };
        match u64::try_from(number) {
            Ok(number) if (MIN..=MAX).contains(&number) => Ok(Whole(number)),
            _ => Err(Slip::Range(bounds(MIN, MAX))),
        }
    }
}

fn bounds(min: u64, max: u64) -> String {
    match max {
        u64::MAX => format!("it must be at least {min}"),
        _ => format!("it must lie between {min} and {max}"),
    }
}

/// Digits with a scale, in whole numbers throughout, so that `1.5k` is 1500 and `1.5` is nothing.
fn parse(text: &str) -> Option<i128> {
    let (number, zeros) = match text.as_bytes().last()? {
        b'k' => (&text[..text.len() - 1], 3),
        b'M' => (&text[..text.len() - 1], 6),
        b'G' => (&text[..text.len() - 1], 9),
        _ => (text, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || fraction.len() > zeros || number.ends_with('.') {
        return None;
    }
    let digits = format!("{whole}{fraction:0<zeros$}");
    digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok())?
}

impl<const MIN: u64, const MAX: u64> MaybeZero for Whole<MIN, MAX> {
    fn is_zero(&self) -> bool {
        self.0 == 0
    }
}

impl<const MIN: u64, const MAX: u64> Quantity for Whole<MIN, MAX> {
    fn amount(&self) -> f64 {
        self.0 as f64
    }
}

impl<const MIN: u64, const MAX: u64> JsonSchema for Whole<MIN, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Whole{MIN}To{MAX}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut number = json_schema!({ "type": "integer", "minimum": MIN });
        if MAX < u64::MAX {
            number.insert("maximum".to_owned(), MAX.into());
        }
        json_schema!({ "anyOf": [number, { "type": "string", "pattern": r"^\d+(\.\d+)?[kMG]$" }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_may_have_a_scale() {
        let table = [
            ("7", Some(7)),
            ("10k", Some(10_000)),
            ("1.5k", Some(1_500)),
            ("2M", Some(2_000_000)),
            ("0.25M", Some(250_000)),
            ("1G", Some(1_000_000_000)),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text), expected, "{text}");
        }
        for text in [
            "",
            "k",
            "1.5",
            "1.5555k",
            "1.k",
            "-1k",
            "1e3",
            "2m",
            "1_000",
            "99999999999999999999999999999999999999999",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn bounds_are_kept() {
        let read = |number| Whole::<1, 20>::read(Word::Whole(number)).map(Whole::get);
        assert_eq!(read(1), Ok(1));
        assert_eq!(read(20), Ok(20));
        assert_eq!(read(0), Err(Slip::Range("it must lie between 1 and 20".to_owned())));
        assert!(read(-1).is_err() && read(i128::from(u64::MAX) + 1).is_err());
    }
}
