//! Rates: `20/s`, `90/min`, `2M/h`.

use super::leaf_schema;
use super::number::magnitude;
use super::positive::MaybeZero;
use crate::scenario::decode::{Leaf, Slip, Word};

/// The fastest rate that a scenario may ask for, far beyond what one process sends.
const FASTEST_PER_S: f64 = 1e9;

/// So many in so much time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate {
    count: f64,
    per: Per,
}

/// The time that a rate counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Per {
    Second,
    Minute,
    Hour,
}

impl Per {
    fn seconds(self) -> f64 {
        match self {
            Per::Second => 1.0,
            Per::Minute => 60.0,
            Per::Hour => 3600.0,
        }
    }
}

impl Rate {
    /// So many each second.
    pub(crate) fn per_second(self) -> f64 {
        self.count / self.per.seconds()
    }

    /// So many each minute.
    pub(crate) fn per_minute(self) -> f64 {
        match self.per {
            Per::Minute => self.count,
            per => self.count * 60.0 / per.seconds(),
        }
    }

    /// As a scenario writes it: in the first unit that needs three decimals at most.
    pub(crate) fn written(per_second: f64) -> String {
        let units = [(Per::Second, "s"), (Per::Minute, "min"), (Per::Hour, "h")];
        let brief = units.into_iter().find_map(|(per, unit)| {
            let count = (per_second * per.seconds() * 1e3).round() / 1e3;
            (count / per.seconds() == per_second).then(|| format!("{count}/{unit}"))
        });
        brief.unwrap_or_else(|| format!("{per_second}/s"))
    }
}

impl Leaf for Rate {
    fn shape() -> String {
        "a rate, as in `20/s`, `90/min` or `2M/h`".to_owned()
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
    Slip::Unit(format!("a rate needs a unit: `{number}/s`, or `/min`, `/h`"))
}

fn parse(text: &str) -> Option<Rate> {
    let (count, unit) = text.split_once('/')?;
    let per = match unit.trim_start() {
        "s" => Per::Second,
        "min" => Per::Minute,
        "h" => Per::Hour,
        _ => return None,
    };
    Some(Rate { count: magnitude(count.trim_end())?, per })
}

fn bounded(rate: Rate) -> Result<Rate, Slip> {
    if rate.per_second() > FASTEST_PER_S {
        return Err(Slip::Range("the fastest rate is `1000M/s`".to_owned()));
    }
    Ok(rate)
}

impl MaybeZero for Rate {
    fn is_zero(&self) -> bool {
        self.count == 0.0
    }
}

leaf_schema!(Rate, "Rate", {
    "type": "string",
    "pattern": r"^\d+(\.\d+)?[kMG]? */ *(s|min|h)$",
    "examples": ["20/s", "90/min"],
});

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<f64, Slip> {
        Rate::read(Word::Text(text)).map(Rate::per_second)
    }

    #[test]
    fn rates_are_read_in_their_unit() {
        for (text, per_second) in
            [("20/s", 20.0), ("0/s", 0.0), ("90/min", 1.5), ("1.8k/h", 0.5), ("2 / s", 2.0)]
        {
            assert_eq!(read(text), Ok(per_second), "{text}");
        }
        for text in ["", "/s", "20/", "20/m", "20/d", "-1/s", "20 per s", "20/s/s"] {
            assert_eq!(read(text), Err(Slip::Form), "{text}");
        }
        assert!(matches!(read("20"), Err(Slip::Unit(_))));
        assert!(matches!(read("1001M/s"), Err(Slip::Range(_))));
    }

    #[test]
    fn rates_are_written_as_briefly_as_they_were_meant() {
        for text in ["20/s", "0.5/s", "1/min", "7/h", "100/min"] {
            assert_eq!(read(text).map(Rate::written), Ok(text.to_owned()));
        }
        let odd = 1.0 / 7.0;
        assert_eq!(read(&Rate::written(odd)), Ok(odd));
    }
}
