//! How far a figure may move from a baseline: `10%`, `0.5 points`, or an amount in the unit of its metric.

use super::number::magnitude;
use super::{Raw, leaf_schema};
use crate::scenario::decode::{Decode, Leaf, Slip, Word};
use crate::scenario::node::Node;
use crate::scenario::notes::{Noted, Notes};

/// An allowed change as it is written: a part, points of a share, or an amount whose unit its metric knows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Margin(Raw);

/// A part of the baseline; it may be more than the whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Part(f64);

/// Hundredths of a share, from one share to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Points(f64);

impl Margin {
    /// The word, to be read now that the metric is known.
    pub(crate) fn raw(&self) -> &Raw {
        &self.0
    }
}

impl Part {
    /// The part of 1.
    pub(crate) fn get(self) -> f64 {
        self.0
    }

    /// As a scenario writes it.
    pub(crate) fn written(part: f64) -> String {
        format!("{}%", hundredths(part))
    }
}

impl Points {
    /// The difference of the shares.
    pub(crate) fn get(self) -> f64 {
        self.0
    }

    /// As a scenario writes it.
    pub(crate) fn written(difference: f64) -> String {
        let points = hundredths(difference);
        if points == "1" { "1 point".to_owned() } else { format!("{points} points") }
    }
}

/// The shortest number of hundredths that is read back as this very number: a hundred times it is often a hair off.
fn hundredths(number: f64) -> String {
    let times = number * 100.0;
    let (below, above) = (times.next_down(), times.next_up());
    [times, below, above, below.next_down(), above.next_up()]
        .into_iter()
        .filter(|times| times / 100.0 == number)
        .map(|times| times.to_string())
        .min_by_key(String::len)
        .unwrap_or_else(|| times.to_string())
}

impl Leaf for Part {
    fn shape() -> String {
        "a part of the baseline, as in `10%`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        let Word::Text(text) = word else { return Err(Slip::Kind) };
        let percent = text.strip_suffix('%').and_then(|number| magnitude(number.trim_end()));
        percent.map(|percent| Part(percent / 100.0)).ok_or(Slip::Form)
    }
}

impl Leaf for Points {
    fn shape() -> String {
        "a change of a share, as in `0.5 points` or, of the baseline, `10%`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        match word {
            Word::Whole(_) | Word::Decimal(_) => Err(Slip::Unit(
                "write `1 point` for a hundredth of the whole, or `10%` for a part of the baseline"
                    .to_owned(),
            )),
            Word::Bool(_) => Err(Slip::Kind),
            Word::Text(text) => {
                let number = text.strip_suffix("points").or_else(|| text.strip_suffix("point"));
                let points = number.and_then(|number| magnitude(number.trim_end())).ok_or(Slip::Form)?;
                if points > 100.0 {
                    return Err(Slip::Range("two shares differ by `100 points` at most".to_owned()));
                }
                Ok(Points(points / 100.0))
            }
        }
    }
}

impl Decode for Margin {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        Raw::decode(node, notes).map(Margin)
    }
}

leaf_schema!(Margin, "Margin", {
    "type": ["string", "number"],
    "minimum": 0,
    "examples": ["10%", "200ms", "0.5 points"],
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_points_are_read_and_written_back() {
        for text in ["0%", "10%", "7.5%", "150%"] {
            assert_eq!(
                Part::read(Word::Text(text)).map(|part| Part::written(part.get())),
                Ok(text.to_owned())
            );
        }
        for text in ["0 points", "0.5 points", "1 point", "28.999 points"] {
            let read = Points::read(Word::Text(text));
            assert_eq!(read.map(|points| Points::written(points.get())), Ok(text.to_owned()));
        }
        for text in ["", "%", "-1%", "1e1%", "10"] {
            assert_eq!(Part::read(Word::Text(text)), Err(Slip::Form), "{text}");
        }
        for text in ["points", "-1 points", "1 pt", "5%"] {
            assert_eq!(Points::read(Word::Text(text)), Err(Slip::Form), "{text}");
        }
        assert!(matches!(Points::read(Word::Text("101 points")), Err(Slip::Range(_))));
        assert!(matches!(Points::read(Word::Whole(1)), Err(Slip::Unit(_))));
    }
}
